//! Logs as they might have been: without some messages, with some at another time, with some more. Nothing is
//! written.

use super::reader::{Logs, Record};
use crate::error::{Error, Result};
use crate::event::{Message, Name, Position, Time};
use std::collections::{BTreeMap, BTreeSet};

/// What is different.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    pub without: BTreeSet<(Name, Position)>,
    pub moved: BTreeMap<(Name, Position), Time>,
    /// Each in its module, at its time.
    pub inserted: Vec<Message>,
}

impl Changes {
    pub fn is_none(&self) -> bool {
        self.modules().next().is_none()
    }

    /// Whether anything is different in this module.
    pub fn touches(&self, module: &str) -> bool {
        self.modules().any(|name| **name == *module)
    }

    fn modules(&self) -> impl Iterator<Item = &Name> {
        let named = self.without.iter().chain(self.moved.keys()).map(|(module, _)| module);
        named.chain(self.inserted.iter().map(|message| &message.source))
    }
}

/// The modules in which anything is different are in memory, in their new order, with positions from 1; the others
/// are read where they are.
pub struct Altered<'a> {
    logs: &'a dyn Logs,
    altered: BTreeMap<Name, Vec<Record>>,
}

impl<'a> Altered<'a> {
    /// An error where a message that is meant is not there.
    pub fn new(logs: &'a dyn Logs, changes: &Changes) -> Result<Altered<'a>> {
        let modules: BTreeSet<&Name> = changes.modules().collect();
        let altered = modules.into_iter().map(|module| Ok((module.clone(), alter(logs, module, changes)?)));
        Ok(Altered { logs, altered: altered.collect::<Result<_>>()? })
    }
}

fn alter(logs: &dyn Logs, module: &Name, changes: &Changes) -> Result<Vec<Record>> {
    let of_module = |(name, position): &(Name, Position)| (name == module).then_some(*position);
    let mut meant: BTreeSet<Position> =
        changes.without.iter().chain(changes.moved.keys()).filter_map(of_module).collect();
    // Those that stay, each with the newest time that its log had reached there; and those that go in.
    let mut stays: Vec<(Time, Message)> = Vec::new();
    let mut enters: Vec<Message> =
        changes.inserted.iter().filter(|message| message.source == *module).cloned().collect();
    let mut reached = Time::MIN;
    for record in logs.read(module, Position::FIRST)? {
        let message = record?.message;
        let place = (module.clone(), message.position.expect("a reader gives every message a position"));
        meant.remove(&place.1);
        if changes.without.contains(&place) {
            continue;
        }
        match changes.moved.get(&place) {
            Some(time) => enters.push(Message { time: *time, ..message }),
            None => {
                reached = reached.max(message.time);
                stays.push((reached, message));
            }
        }
    }
    if let Some(position) = meant.first() {
        return Err(Error::input(format!("there is no message {position} of {module}"))
            .hint("`anyorder log` shows the positions"));
    }
    enters.sort_by_key(|message| message.time);
    let mut order = Vec::with_capacity(stays.len() + enters.len());
    let mut enters = enters.into_iter().peekable();
    for (reached, message) in stays {
        while let Some(earlier) = enters.next_if(|entering| entering.time < reached) {
            order.push(earlier);
        }
        order.push(message);
    }
    order.extend(enters);
    Ok((1..).zip(order).map(|(number, message)| record(number, message)).collect())
}

/// A message in its new place, as a line.
fn record(number: u64, message: Message) -> Record {
    let message = Message { position: Position::new(number), remaining: 0, ..message };
    let mut text = String::new();
    message.write_json(&mut text);
    Record { message, offset: 0, text }
}

impl Logs for Altered<'_> {
    fn modules(&self) -> Result<Vec<Name>> {
        let mut modules: BTreeSet<Name> = self.logs.modules()?.into_iter().collect();
        modules.extend(self.altered.keys().cloned());
        Ok(modules.into_iter().collect())
    }

    fn read(
        &self,
        module: &str,
        from: Position,
    ) -> Result<Box<dyn Iterator<Item = Result<Record>> + Send + '_>> {
        match self.altered.get(module) {
            None => self.logs.read(module, from),
            Some(records) => {
                let later = records.iter().filter(move |record| record.message.position >= Some(from));
                Ok(Box::new(later.cloned().map(Ok)))
            }
        }
    }
}
