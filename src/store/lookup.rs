//! Questions that are asked of a whole log: which ids are there, how many messages a subject has, what belongs
//! to a conversation. The index answers for what it covers, each of its lines looked at; what stands behind
//! it is gone through.

use super::ahead::Looked;
use super::index::{self, Index, Place, Table, asked};
use super::known::Known;
use super::lines::{Lines, damage};
use super::medium::{Bytes, Medium};
use super::reader::Record;
use super::ready::Sought;
use super::scan;
use crate::error::{Error, Result};
use crate::event::{Envelope, Position, Time};
use rustc_hash::FxHashMap;
use std::collections::HashMap;

/// A log that is asked: its sound part.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub medium: &'a dyn Medium,
    pub module: &'a str,
    pub bytes: &'a dyn Bytes,
    pub end: u64,
    /// The index is extended when more bytes than this stand behind it.
    pub behind: u64,
}

impl Asked<'_> {
    /// The index as it is. Whoever holds the log's lock does not let others wait until it is extended.
    pub fn index(&self) -> Index {
        Index::open(self.medium, self.module, self.bytes, self.end)
    }

    /// Extends the index where much has come since.
    pub fn extend(&self) -> Index {
        Index::extended(self.medium, self.module, self.bytes, self.end, self.behind)
    }

    /// The positions of those of the ids that stand in the log: of which of them, and its first.
    pub fn positions<'i>(
        &self,
        sought: &Sought,
        id: impl Fn(usize) -> &'i str + Copy,
        known: &mut Known,
    ) -> Result<FxHashMap<usize, Position>> {
        match self.look_up(sought, sought.looked.as_ref(), id, known) {
            // The index says what is not so: it is taken away, and the log alone is asked.
            Err(_) if known.index.end() > 0 || sought.looked.is_some() => {
                index::drop_all(self.medium, self.module);
                known.begin(self, Index::default())?;
                self.look_up(sought, None, id, known)
            }
            other => other,
        }
    }

    fn look_up<'i>(
        &self,
        sought: &Sought,
        looked: Option<&Looked>,
        id: impl Fn(usize) -> &'i str,
        known: &mut Known,
    ) -> Result<FxHashMap<usize, Position>> {
        let caught_up = known.catch_up(self)?;
        let mut found = FxHashMap::default();
        let (from, mut places) = match looked {
            Some(looked) if looked.holds(self)? => (looked.end, looked.places.clone()),
            _ => (0, Vec::new()),
        };
        places.extend(known.index.ids(&sought.keys, from, &mut known.filters)?);
        if caught_up {
            places.extend(known.places(&sought.keys));
        }
        for (index, place) in places {
            if *self.line(place)?.message.id == *id(index) {
                found.entry(index).or_insert(place.position);
            }
        }
        if !caught_up {
            let mut ids: HashMap<&str, Vec<usize>> = HashMap::new();
            (0..sought.keys.len()).for_each(|index| ids.entry(id(index)).or_default().push(index));
            let behind = |envelope: &Envelope<'_>| ids.contains_key(envelope.id);
            self.behind(&known.index, behind, |id, position, _, _| {
                ids[id].iter().for_each(|index| _ = found.entry(*index).or_insert(position));
            })?;
        }
        Ok(found)
    }

    /// A subject's revision: how many messages are about it.
    pub fn revision(&self, subject: &str) -> Result<u64> {
        asked(self.medium, self.module, self.index(), |index| {
            let mut revision = 0;
            for (place, _) in index.places(Table::Subjects, subject)? {
                revision += (self.line(place)?.message.subject.as_deref() == Some(subject)) as u64;
            }
            let behind = |envelope: &Envelope<'_>| envelope.subject == Some(subject);
            self.behind(index, behind, |_, _, _, _| revision += 1)?;
            Ok(revision)
        })
    }

    /// The messages of a conversation, each with the newest time that the log had reached there.
    pub fn conversation(&self, id: &str) -> Result<Vec<(Time, Record)>> {
        asked(self.medium, self.module, self.extend(), |index| {
            let mut found = Vec::new();
            for (place, reached) in index.places(Table::Conversations, id)? {
                let record = self.line(place)?;
                if record.message.conversation().is_some_and(|conversation| **conversation == *id) {
                    found.push((reached.unwrap_or(record.message.time), record));
                }
            }
            let mut behind = Vec::new();
            let theirs = |envelope: &Envelope<'_>| envelope.conversation() == Some(id);
            self.behind(index, theirs, |_, position, offset, reached| {
                behind.push((Place { position, offset }, reached));
            })?;
            for (place, reached) in behind {
                found.push((reached, self.line(place)?));
            }
            Ok(found)
        })
    }

    /// Goes through what stands behind the index: `take` gets id, position, offset of those that are wanted, and
    /// how far the log had come in time.
    fn behind(
        &self,
        index: &Index,
        wanted: impl Fn(&Envelope<'_>) -> bool + Sync,
        mut take: impl FnMut(&str, Position, u64, Time),
    ) -> Result<()> {
        struct Found {
            reached: Time,
            found: Vec<(String, Position, u64, Time)>,
        }
        let start = || Found { reached: Time::MIN, found: Vec::new() };
        let look = |some: &mut Found, offset, envelope: &Envelope<'_>| {
            some.reached = some.reached.max(envelope.time);
            if wanted(envelope) {
                let position = envelope.position.expect("the chain has checked it");
                some.found.push((envelope.id.to_string(), position, offset, some.reached));
            }
        };
        let mut reached = index.reached();
        scan::envelopes(self.bytes, self.module, (index.end(), self.end), start, look, |some| {
            for (id, position, offset, inside) in some.found {
                take(&id, position, offset, reached.max(inside));
            }
            reached = reached.max(some.reached);
            Ok(true)
        })
    }

    /// The line at a place, checked against the one before it.
    fn line(&self, place: Place) -> Result<Record> {
        let mut chain = scan::chain_at(self.bytes, self.module, place.offset)?;
        let mut lines = Lines::small(place.offset, self.end);
        let Some(line) = lines.next(self.bytes)?.filter(|line| line.offset == place.offset) else {
            return Err(Error::input("no line begins where the index says").at(self.bytes.name()));
        };
        let (message, _) =
            chain.accept(line.bytes).map_err(|fault| damage(self.bytes, line.offset, line.bytes, fault))?;
        if message.position != Some(place.position) {
            return Err(Error::input("another line stands where the index says").at(self.bytes.name()));
        }
        let text = std::str::from_utf8(line.bytes).expect("it was read").to_string();
        Ok(Record { message, offset: line.offset, text })
    }
}
