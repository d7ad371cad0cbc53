//! What a store remembers of a log between two appends, so that it need not look again at what it has seen: the
//! open index with its filters, and the ids that stand behind it. Other processes append too: what they
//! added is gone through, and if the log is another one, all is forgotten.

use super::index::{Filters, Index, Place, key_of, tie};
use super::lookup::Asked;
use super::medium::Bytes;
use super::scan;
use super::store::Store;
use crate::error::Result;
use crate::event::Envelope;
use rustc_hash::FxHashMap;
use std::collections::hash_map::Entry;

/// This many times of what an index may fall behind is remembered before the index is extended after all; and
/// twice that while it is extended, and where none can be kept.
pub(super) const MOST: u64 = 64;

/// Of one log.
#[derive(Default)]
pub(super) struct Known {
    pub index: Index,
    pub filters: Filters,
    /// From the index's end to here the ids are known.
    end: u64,
    /// What ties all this to the log.
    tie: (u32, u32),
    ids: Places,
}

/// Where ids stand, by their keys as in an index: a guess until the line was looked at.
#[derive(Default)]
struct Places {
    first: FxHashMap<u32, Place>,
    /// Of keys that are there already: few, of ids that happen to share one or stand in the log twice.
    others: Vec<(u32, Place)>,
}

impl Places {
    fn add(&mut self, found: impl IntoIterator<Item = (u32, Place)>) {
        for (key, place) in found {
            match self.first.entry(key) {
                Entry::Vacant(vacant) => _ = vacant.insert(place),
                Entry::Occupied(_) => self.others.push((key, place)),
            }
        }
    }

    /// Forgets what stands before that position.
    fn keep_from(&mut self, next: u64) {
        self.first.retain(|_, place| place.position.number() >= next);
        let others = std::mem::take(&mut self.others);
        self.add(others.into_iter().filter(|(_, place)| place.position.number() >= next));
    }

    fn of(&self, key: u32) -> impl Iterator<Item = Place> {
        let first = self.first.get(&key);
        let others = if first.is_some() { &*self.others } else { &[] };
        first
            .copied()
            .into_iter()
            .chain(others.iter().filter(move |(of, _)| *of == key).map(|(_, place)| *place))
    }
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
        self.ids.keep_from(next);
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
        self.ids = Places::default();
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
        let look = |found: &mut Vec<(u32, Place)>, offset, envelope: &Envelope<'_>| {
            let position = envelope.position.expect("the chain has checked it");
            found.push((key_of(envelope.id), Place { position, offset }));
        };
        let part = (self.end, asked.end);
        scan::envelopes(asked.bytes, asked.module, part, Vec::new, look, |found| {
            self.ids.add(found);
            Ok(true)
        })?;
        self.tied(asked.bytes, asked.end)?;
        Ok(true)
    }

    fn tied(&mut self, log: &dyn Bytes, end: u64) -> Result<()> {
        if end != self.end {
            (self.end, self.tie) = (end, tie(log, end)?);
        }
        Ok(())
    }

    /// Whoever had caught up to `from` has appended these.
    pub fn wrote(&mut self, log: &dyn Bytes, from: u64, found: impl Iterator<Item = (u32, Place)>) {
        let caught_up = self.end == from;
        match log.len().and_then(|end| self.tied(log, end)) {
            Ok(()) if caught_up => self.ids.add(found),
            // It is no harm to forget.
            _ => *self = Known::default(),
        }
    }

    /// Where ids of those keys may stand behind the index: which of them, and the place.
    pub fn places(&self, keys: &[u32]) -> impl Iterator<Item = (usize, Place)> {
        keys.iter().enumerate().flat_map(|(index, key)| self.ids.of(*key).map(move |place| (index, place)))
    }
}
