//! What services without `entity` owe, and what they have said.
//!
//! Such a service has no memory and no journal: what it owes is computed anew from the logs by every
//! run. An answer whose id is in a log was given. A message that somebody else has answered (an event
//! or command of one of its alternatives' types names it as its cause) is answered, and the service is
//! silent; what processes and services with `entity` say does not count for that. Answers go to the log
//! of the module that owns their type; time never goes back there, so an answer is not said before what
//! that log has reached.

use super::house::{ProcessId, Staff};
use super::world::{Due, Key, World};
use crate::error::Result;
use crate::event::{Message, Name, Position, Time};
use crate::process::Service;
use crate::step::{Failed, Pick, owed, owed_ids};
use crate::store::Logs;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Empty where no service without `entity` is in the house.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// The ids of messages that have a cause, of whatever type: a service's file may have changed since
    /// it answered. And of what is owed.
    said: HashSet<Name>,
    /// Of those of types that services say, types and ids by the id of what caused them.
    by_cause: HashMap<Name, Vec<(Name, Name)>>,
    /// The modules that they write into.
    shelves: BTreeMap<Name, Shelf>,
    /// What could not be answered, and why: by service and message.
    failed: BTreeMap<(ProcessId, Key), Unanswered>,
}

/// The end of a module's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelf {
    pub last: Option<Position>,
    pub reached: Time,
}

/// A message that a service could not answer: an expression failed. It stays in the log, and is
/// answered once the service is mended.
#[derive(Debug, Clone)]
pub struct Unanswered {
    pub service: Name,
    pub message: Arc<Message>,
    pub failed: Failed,
}

impl Ledger {
    pub fn shelves(&self) -> &BTreeMap<Name, Shelf> {
        &self.shelves
    }

    /// Reads what has been said, in logs as they are now.
    fn read(&mut self, world: &World, logs: &dyn Logs) -> Result<()> {
        let staff = world.house.staff();
        for module in staff.modules() {
            self.shelves.insert(module, Shelf { last: None, reached: Time::MIN });
        }
        if self.shelves.is_empty() {
            return Ok(());
        }
        let without = || staff.services.iter().filter(|service| !service.remembers());
        let types: HashSet<Name> = without().flat_map(|service| service.says().cloned()).collect();
        // What a process says in its own journal is nobody's answer by hand.
        let modules = logs.modules()?.into_iter().filter(|module| world.house.process(module).is_none());
        for module in modules {
            for record in logs.read(&module, Position::FIRST)? {
                let message = record?.message;
                if let Some(shelf) = self.shelves.get_mut(&module) {
                    shelf.last = message.position;
                    shelf.reached = shelf.reached.max(message.time);
                }
                if !message.internal && message.causation.is_some() {
                    self.said.insert(message.id.clone());
                    if types.contains(&message.type_) {
                        self.note(&message);
                    }
                }
            }
        }
        Ok(())
    }

    fn note(&mut self, message: &Message) {
        if let Some(cause) = &message.causation {
            let said = (message.type_.clone(), message.id.clone());
            self.by_cause.entry(cause.clone()).or_default().push(said);
        }
    }

    /// Whether somebody who is no service has given one of this service's answers.
    fn answered_by_others(&self, staff: &Staff, service: &Service, message: &Message, moment: Time) -> bool {
        let Some(said) = self.by_cause.get(&message.id) else { return false };
        let Some(replies) = service.on.get(&message.type_) else { return false };
        let ours = |type_: &Name| {
            replies.alternatives.iter().any(|reply| reply.says.iter().any(|said| said.type_ == *type_))
        };
        let mut said = said.iter().filter(|(type_, _)| ours(type_)).map(|(_, id)| id).peekable();
        if said.peek().is_none() {
            return false;
        }
        let ids = |service: &Arc<Service>| owed_ids(service, message, moment, staff.seed);
        let computed: HashSet<Name> = staff.services.iter().flat_map(ids).collect();
        said.any(|id| !computed.contains(id))
    }
}

impl World {
    /// Services without memory read what was said; before anything is in flight.
    pub fn read_ledger(&mut self, logs: &dyn Logs) -> Result<()> {
        let mut ledger = Ledger::default();
        ledger.read(self, logs)?;
        self.ledger = ledger;
        Ok(())
    }

    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// What could not be answered.
    pub fn unanswered(&self) -> impl Iterator<Item = &Unanswered> {
        self.ledger.failed.values()
    }

    /// A message has come that a service without memory answers.
    pub(super) fn owe(&mut self, process: ProcessId, key: &Key, message: &Arc<Message>) {
        let house = self.house.clone();
        let staff = house.staff();
        let service = house.service(process).expect("only services owe");
        if self.ledger.answered_by_others(staff, service, message, key.time) {
            return;
        }
        let answers = match owed(service, message, key.time, Pick::Drawn(staff.seed)) {
            Ok(answers) => answers,
            Err(failed) => {
                let unanswered =
                    Unanswered { service: service.name.clone(), message: message.clone(), failed };
                self.ledger.failed.insert((process, key.clone()), unanswered);
                return;
            }
        };
        for answer in answers {
            let mut message = answer.message;
            // Given already; or owed already, for another copy of the same message.
            if !self.ledger.said.insert(message.id.clone()) {
                continue;
            }
            message.source = staff.module_of(service, &message.type_);
            let reached = self.ledger.shelves.get(&message.source).map_or(Time::MIN, |shelf| shelf.reached);
            message.time = message.time.max(reached);
            let due = Due {
                time: message.time,
                alarm: false,
                process,
                module: key.module.clone(),
                position: key.position,
                reached: key.time,
                ordinal: answer.ordinal,
            };
            self.alarms.insert(due, (Name::from(""), Arc::new(message)));
        }
    }

    /// The next place in a module's log, of a message that is said there now; for who says it without a log
    /// that counts.
    pub fn takes_place(&mut self, module: &Name, time: Time) -> Position {
        let shelf = self.ledger.shelves.entry(module.clone());
        let shelf = shelf.or_insert(Shelf { last: None, reached: Time::MIN });
        let position = shelf.last.map_or(Position::FIRST, Position::next);
        *shelf = Shelf { last: Some(position), reached: shelf.reached.max(time) };
        position
    }

    /// The service says what it owes: the message takes its place in its module's log.
    pub(super) fn pay(&mut self, service: ProcessId, time: Time, cause: &Key, ordinal: u64) -> Arc<Message> {
        let due = Due {
            time,
            alarm: false,
            process: service,
            module: cause.module.clone(),
            position: cause.position,
            reached: cause.time,
            ordinal,
        };
        let (_, mut answer) = self.alarms.remove(&due).expect("a choice that is ready is owed");
        let position = self.takes_place(&answer.source, time);
        Arc::make_mut(&mut answer).position = Some(position);
        self.ledger.note(&answer);
        self.publish(Key { time, module: answer.source.clone(), position }, answer.clone());
        answer
    }
}
