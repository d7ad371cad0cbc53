//! Reading a log in order: whole batches, checked line by line.

use super::chain::Chain;
use super::lines::{Lines, damage};
use super::medium::Bytes;
use super::tail;
use crate::error::{Error, Result};
use crate::event::{Envelope, Message, Name, Position, Time};
use std::collections::{HashMap, VecDeque};

/// Anything that keeps logs to be read: a [`super::Store`], a [`super::Foreign`] log.
pub trait Logs: Sync {
    /// The modules that have messages, sorted.
    fn modules(&self) -> Result<Vec<Name>>;
    /// A module's messages from a position on, in order; none for a module that has no log. An
    /// error is the last item.
    fn read(
        &self,
        module: &str,
        from: Position,
    ) -> Result<Box<dyn Iterator<Item = Result<Record>> + Send + '_>>;

    /// A module's messages of one conversation, in order, each with the newest time that the log had reached
    /// there.
    fn conversation(&self, module: &str, id: &str) -> Result<Vec<(Time, Record)>> {
        let mut reached = Time::MIN;
        let mut found = Vec::new();
        for record in self.read(module, Position::FIRST)? {
            let record = record?;
            reached = reached.max(record.message.time);
            if record.message.conversation().is_some_and(|conversation| **conversation == *id) {
                found.push((reached, record));
            }
        }
        Ok(found)
    }

    /// The conversations of a module whose ids are like that, in the order in which they first came up, each with
    /// its earliest time. A journal's own housekeeping is nobody's conversation.
    fn conversations(&self, module: &str, like: &(dyn Fn(&str) -> bool + Sync)) -> Result<Vec<(Name, Time)>> {
        let mut found = Conversations::default();
        for record in self.read(module, Position::FIRST)? {
            found.see(&Envelope::of(&record?.message), like);
        }
        Ok(found.ids)
    }
}

/// Conversations in the order in which they came up.
#[derive(Default)]
pub(super) struct Conversations {
    pub ids: Vec<(Name, Time)>,
    known: HashMap<Name, usize>,
}

impl Conversations {
    pub fn see(&mut self, envelope: &Envelope<'_>, like: &(dyn Fn(&str) -> bool + Sync)) {
        if let Some(id) = envelope.conversation()
            && like(id)
            && !(envelope.internal && envelope.correlation.is_none())
        {
            self.add(id, envelope.time);
        }
    }

    pub fn add(&mut self, id: &str, time: Time) {
        match self.known.get(id) {
            Some(&index) => self.ids[index].1 = self.ids[index].1.min(time),
            None => {
                let id = Name::from(id);
                self.known.insert(id.clone(), self.ids.len());
                self.ids.push((id, time));
            }
        }
    }
}

/// A message and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// With its position, also where the line bears none.
    pub message: Message,
    /// The offset of its line in the file.
    pub offset: u64,
    /// The line as it came, without its newline.
    pub text: String,
}

/// The messages of one log, up to the end of the last batch that was whole when it was opened.
pub struct Reader {
    bytes: Option<Box<dyn Bytes>>,
    lines: Lines,
    chain: Chain,
    from: Position,
    /// Messages of whole batches, or of the one that is being read.
    batch: VecDeque<Record>,
    /// Damage that the tail showed.
    damage: Option<Error>,
}

impl Reader {
    pub(super) fn empty(module: &str) -> Reader {
        Reader {
            bytes: None,
            lines: Lines::new(0, 0),
            chain: Chain::at_start(module),
            from: Position::FIRST,
            batch: VecDeque::new(),
            damage: None,
        }
    }

    pub(super) fn open(bytes: Box<dyn Bytes>, module: &str, from: Position) -> Result<Reader> {
        let len = bytes.len()?;
        let (end, damage) = match tail::seen(&*bytes, module) {
            Ok(tail) if tail.last < Some(from) => return Ok(Reader::empty(module)),
            Ok(tail) => (tail.len, None),
            // What comes before the damage can be read.
            Err(error) => (len, Some(error)),
        };
        let found = super::seek::find(&*bytes, module, end, from)?;
        let (offset, chain) = found.unwrap_or((0, Chain::at_start(module)));
        let lines = Lines::new(offset, end);
        Ok(Reader { bytes: Some(bytes), lines, chain, from, batch: VecDeque::new(), damage })
    }

    fn stop(&mut self, error: Option<Error>) -> Option<Result<Record>> {
        self.bytes = None;
        self.batch.clear(); // half a batch is none
        error.map(Err)
    }
}

impl Iterator for Reader {
    type Item = Result<Record>;

    fn next(&mut self) -> Option<Result<Record>> {
        loop {
            if self.chain.left == 0
                && let Some(record) = self.batch.pop_front()
            {
                return Some(Ok(record));
            }
            let bytes = self.bytes.as_deref()?;
            let line = match self.lines.next(bytes) {
                Ok(Some(line)) => line,
                Ok(None) => {
                    let damage = self.damage.take();
                    return self.stop(damage);
                }
                Err(error) => return self.stop(Some(error)),
            };
            match self.chain.accept(line.bytes) {
                Ok((message, _)) if message.position >= Some(self.from) => {
                    let text = std::str::from_utf8(line.bytes).expect("it was read").to_string();
                    let record = Record { message, offset: line.offset, text };
                    if self.chain.left == 0 && self.batch.is_empty() {
                        return Some(Ok(record));
                    }
                    self.batch.push_back(record);
                }
                Ok(_) => {}
                Err(fault) => {
                    let error = damage(bytes, line.offset, line.bytes, fault);
                    return self.stop(Some(error));
                }
            }
        }
    }
}
