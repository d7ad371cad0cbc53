//! What a store remembers of a log between two appends, so that it need not look again at what it has seen: the ids
//! that stand behind the index, and the index's filters. Other processes append too: what they added is
//! gone through, and if the log is another one, all is forgotten.

use super::index::{Filters, Index, tie};
use super::lookup::Asked;
use super::scan;
use crate::error::Result;
use crate::event::{Envelope, Name, Position};
use std::collections::HashMap;

/// Where no index can be kept, this many times of what it may fall behind is remembered, and no more.
const MOST: u64 = 8;

/// Of one log.
#[derive(Default)]
pub(super) struct Known {
    /// The bytes whose ids are known.
    start: u64,
    end: u64,
    /// What ties them to the log.
    tie: (u32, u32),
    ids: HashMap<Name, Position>,
    pub filters: Filters,
}

impl Known {
    /// Gets to know what stands behind the index, if that is little enough; answers whether it does now.
    pub fn catch_up(&mut self, asked: &Asked<'_>, index: &Index) -> Result<bool> {
        if asked.end - index.end() > asked.behind.saturating_mul(MOST) {
            *self = Known { filters: std::mem::take(&mut self.filters), ..Known::default() };
            return Ok(false);
        }
        let covers = self.start <= index.end() && (index.end()..=asked.end).contains(&self.end);
        if !covers || tie(asked.bytes, self.end)? != self.tie {
            (self.start, self.end) = (index.end(), index.end());
            self.ids.clear();
        }
        let look = |found: &mut Vec<(Name, Position)>, _, envelope: &Envelope<'_>| {
            found.push((Name::from(envelope.id), envelope.position.expect("the chain has checked it")));
        };
        let part = (self.end, asked.end);
        scan::envelopes(asked.bytes, asked.module, part, Vec::new, look, |found| {
            for (id, position) in found {
                self.ids.entry(id).or_insert(position);
            }
            Ok(true)
        })?;
        self.end = asked.end;
        self.tie = tie(asked.bytes, self.end)?;
        Ok(true)
    }

    /// Where the first message with that id stands behind the index.
    pub fn position(&self, id: &str) -> Option<Position> {
        self.ids.get(id).copied()
    }
}
