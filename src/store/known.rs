//! What a store remembers of a log between two appends, so that it need not look again at what it has seen: the
//! open index with its filters, and the ids that stand behind it. Other processes append too: what they
//! added is gone through, and if the log is another one, all is forgotten.

use super::index::{Filters, Index, tie};
use super::lookup::Asked;
use super::medium::Bytes;
use super::scan;
use super::store::Store;
use crate::error::Result;
use crate::event::{Envelope, Name, Position};
use rustc_hash::FxHashMap;

/// This many times of what an index may fall behind is remembered before the index is extended after all; and
/// twice that while it is extended, and where none can be kept.
pub(super) const MOST: u64 = 16;

/// Of one log.
#[derive(Default)]
pub(super) struct Known {
    pub index: Index,
    pub filters: Filters,
    /// From the index's end to here the ids are known.
    end: u64,
    /// What ties all this to the log.
    tie: (u32, u32),
    ids: FxHashMap<Name, Position>,
}

impl Known {
    fn fits(&self, asked: &Asked<'_>) -> Result<bool> {
        Ok(self.end > 0 && self.end <= asked.end && tie(asked.bytes, self.end)? == self.tie)
    }

    /// Has the index extended if too much stands behind it: the first time at once, later aside, and what was made
    /// aside is taken. Waits only when more is to be remembered than fits.
    pub fn tend(&mut self, asked: &Asked<'_>, store: &Store) -> Result<()> {
        if !self.fits(asked)? {
            return self.begin(asked, asked.extend());
        }
        let most = asked.behind.saturating_mul(MOST);
        let behind = asked.end - self.index.end();
        if behind <= most || behind <= most.saturating_mul(2) && store.aside.is_at_it(asked.module) {
            return Ok(());
        }
        store.aside.wait(asked.module);
        self.take(asked, asked.index())?;
        if asked.end - self.index.end() > most {
            store.aside.begin(store.medium.clone(), asked.module, asked.behind);
        }
        Ok(())
    }

    /// Goes on with another index of the same log.
    fn take(&mut self, asked: &Asked<'_>, index: Index) -> Result<()> {
        // Of what stands between the two ends only some is known if it begins before the one that is known now,
        // or if others have appended what it covers.
        if index.end() < self.index.end() || index.end() > self.end {
            return self.begin(asked, index);
        }
        let next = index.next();
        self.ids.retain(|_, position| position.number() >= next);
        self.index = index;
        Ok(())
    }

    /// Knows what that index knows.
    pub fn begin(&mut self, asked: &Asked<'_>, index: Index) -> Result<()> {
        self.tie = match index.tie() {
            Some(tie) => tie,
            None => tie(asked.bytes, 0)?,
        };
        self.end = index.end();
        self.index = index;
        self.ids.clear();
        Ok(())
    }

    /// Gets to know what stands behind the index, if that is little enough; answers whether it does now.
    pub fn catch_up(&mut self, asked: &Asked<'_>) -> Result<bool> {
        if !self.fits(asked)? {
            self.begin(asked, asked.index())?;
        }
        if asked.end - self.index.end() > asked.behind.saturating_mul(2 * MOST) {
            return Ok(false);
        }
        let look = |found: &mut Vec<(Name, Position)>, _, envelope: &Envelope<'_>| {
            found.push((Name::from(envelope.id), envelope.position.expect("the chain has checked it")));
        };
        let part = (self.end, asked.end);
        scan::envelopes(asked.bytes, asked.module, part, Vec::new, look, |found| {
            self.add(found);
            Ok(true)
        })?;
        self.tied(asked.bytes, asked.end)?;
        Ok(true)
    }

    fn add(&mut self, found: impl IntoIterator<Item = (Name, Position)>) {
        for (id, position) in found {
            self.ids.entry(id).or_insert(position);
        }
    }

    fn tied(&mut self, log: &dyn Bytes, end: u64) -> Result<()> {
        if end != self.end {
            (self.end, self.tie) = (end, tie(log, end)?);
        }
        Ok(())
    }

    /// Whoever had caught up to `from` has appended these.
    pub fn wrote(&mut self, log: &dyn Bytes, from: u64, found: impl Iterator<Item = (Name, Position)>) {
        let caught_up = self.end == from;
        match log.len().and_then(|end| self.tied(log, end)) {
            Ok(()) if caught_up => self.add(found),
            // It is no harm to forget.
            _ => *self = Known::default(),
        }
    }

    /// Where the first message with that id stands behind the index.
    pub fn position(&self, id: &str) -> Option<Position> {
        self.ids.get(id).copied()
    }
}
