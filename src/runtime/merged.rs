//! Several logs as one: by time (never going back within a module), then module, then position.

use super::world::Key;
use crate::error::Result;
use crate::event::{Name, Position, Time};
use crate::store::{Logs, Record};

/// Reads modules side by side. Holds one message a module.
pub struct Merged<'a> {
    modules: Vec<Module<'a>>,
}

struct Module<'a> {
    name: Name,
    lines: Box<dyn Iterator<Item = Result<Record>> + 'a>,
    head: Option<(Key, Result<Record>)>,
    /// Time never goes back within a module.
    reached: Time,
    /// The last position that was read.
    last: Option<Position>,
}

impl<'a> Merged<'a> {
    /// Reads each module from the position that `from` answers, as if nothing had come before; not at
    /// all where it answers none.
    pub fn open(logs: &'a dyn Logs, from: impl Fn(&Name) -> Option<Position>) -> Result<Merged<'a>> {
        let mut modules = Vec::new();
        for name in logs.modules()? {
            let Some(from) = from(&name) else { continue };
            modules.push(Module::open(logs, name, from, Time::MIN)?);
        }
        Ok(Merged { modules })
    }

    /// The messages of one conversation, in the order in which they would be read.
    pub fn conversation(logs: &dyn Logs, id: &str) -> Result<Vec<Record>> {
        let mut found = Vec::new();
        for module in logs.modules()? {
            found.extend(logs.conversation(&module, id)?.into_iter().map(|(time, record)| {
                let position = record.message.position.unwrap_or(Position::LAST);
                (Key { time, module: module.clone(), position }, record)
            }));
        }
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(found.into_iter().map(|(_, record)| record).collect())
    }

    /// Reads on: each module from the position that `from` answers, with the time that the module had
    /// reached at the message before, where that is later than the message itself (else it may be
    /// any earlier time); not at all where it answers none.
    pub fn resume(
        logs: &'a dyn Logs,
        from: impl Fn(&Name) -> Option<(Position, Time)>,
    ) -> Result<Merged<'a>> {
        let mut modules = Vec::new();
        for name in logs.modules()? {
            let Some((from, reached)) = from(&name) else { continue };
            // The message before says how far the module has come.
            let before = Position::new(from.number() - 1);
            let mut module = Module::open(logs, name, before.unwrap_or(from), reached)?;
            if before.is_some() && module.head.as_ref().is_some_and(|(key, _)| Some(key.position) == before) {
                module.advance();
            }
            modules.push(module);
        }
        Ok(Merged { modules })
    }

    /// The newest time that any module has reached.
    pub fn reached(&self) -> Time {
        self.modules.iter().map(|module| module.reached).max().unwrap_or(Time::MIN)
    }

    pub fn modules(&self) -> impl Iterator<Item = &Name> {
        self.modules.iter().map(|module| &module.name)
    }

    /// How far each module was read: the last position, and the time that it has reached.
    pub fn ends(&self) -> impl Iterator<Item = (&Name, Position, Time)> {
        self.modules.iter().filter_map(|module| Some((&module.name, module.last?, module.reached)))
    }

    /// Where the next message stands in the order.
    pub fn peek(&self) -> Option<&Key> {
        self.modules.iter().filter_map(|module| module.head.as_ref()).map(|(key, _)| key).min()
    }

    /// The next message with its place in the order. After an error, nothing more.
    pub fn advance(&mut self) -> Option<Result<(Key, Record)>> {
        let heads = self.modules.iter_mut().filter(|module| module.head.is_some());
        let module =
            heads.min_by(|a, b| a.head.as_ref().map(|h| &h.0).cmp(&b.head.as_ref().map(|h| &h.0)))?;
        let (key, record) = module.head.take()?;
        match record {
            Ok(record) => {
                module.advance();
                Some(Ok((key, record)))
            }
            Err(error) => {
                self.modules.clear();
                Some(Err(error))
            }
        }
    }
}

impl Iterator for Merged<'_> {
    type Item = Result<Record>;

    fn next(&mut self) -> Option<Result<Record>> {
        Some(self.advance()?.map(|(_, record)| record))
    }
}

impl<'a> Module<'a> {
    fn open(logs: &'a dyn Logs, name: Name, from: Position, reached: Time) -> Result<Module<'a>> {
        let lines = logs.read(&name, from)?;
        let mut module = Module { name, lines, head: None, reached, last: None };
        module.advance();
        Ok(module)
    }

    fn advance(&mut self) {
        self.head = self.lines.next().map(|record| {
            // Damage comes up where the line before it stood, so that what is sound is read first.
            let position = record.as_ref().ok().and_then(|record| record.message.position);
            if let Ok(record) = &record {
                self.last = record.message.position;
                self.reached = self.reached.max(record.message.time);
            }
            let position = position.unwrap_or(Position::LAST);
            (Key { time: self.reached, module: self.name.clone(), position }, record)
        });
    }
}
