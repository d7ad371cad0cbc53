//! What was decided and is not in the logs yet, and in which order it may be written.
//!
//! Turns are collected and appended a few megabytes at a time, so the order in which the journals of
//! several processes are written matters: stopped between two of them, a second run must decide what
//! an uninterrupted one would have decided. `Pending` keeps that order, and says why it is right.

use super::apply::Turn;
use super::house::ProcessId;
use super::journal;
use super::ready::Choice;
use super::world::{Key, World};
use crate::error::Result;
use crate::event::{Message, Name, Position, Time};
use crate::store::{Guard, Store};
use std::collections::BTreeSet;
use std::sync::Arc;

/// An index into the logs that a run writes.
type Writer = usize;

/// Appends are collected up to about so many lines.
pub(super) const LINES: usize = 16_384;

/// Decisions that are not in the logs yet.
///
/// At a flush the journals are written one after the other, so a crash may leave some of the turns
/// that wait written and others not: never a later one of a process without its earlier ones, but
/// well a turn of one process that was taken after an unwritten turn of another. A second run takes
/// the unwritten ones again. It takes them in the same order, and so decides the same, if
///
/// 1. the message that an unwritten turn answers is in the logs, or comes of an unwritten turn
///    before it: what a process hears is written before what it makes of it; and
/// 2. nothing that a written turn has brought into the world (a message that somebody hears, an
///    alarm) comes, in the order of time, before what an unwritten, earlier turn answers: it would
///    now be taken first. Times that tie or go back make such turns.
///
/// Both say "that process first". `Pending` keeps what they say as an order among journals
/// (`Journal::after`), and writes everything down before a turn that would close a circle.
///
/// A service with `entity` has a journal like a process. What the others say waits per module into
/// which it goes: a module is one more journal here, and a turn of it is one message. It answers the
/// place in time at which the answer is due.
pub(super) struct Pending<'a> {
    store: &'a Store,
    /// Those of the processes and services, by their ids, then the modules that answers go to.
    journals: Vec<Journal>,
    pub lines: usize,
    /// Written when about so many lines wait.
    limit: usize,
    /// Logs that were read, and are to be synced before anything that was decided from them.
    unsynced: Vec<Name>,
    /// A write has failed: nothing that was decided after it may be written.
    pub failed: bool,
}

/// What waits for one log.
pub(super) struct Journal {
    pub name: Name,
    opened: bool,
    last: Option<Position>,
    pub batches: Vec<Vec<Arc<Message>>>,
    /// The latest place in the order of time of anything that the turns which wait here answer.
    answered: Option<Key>,
    /// Those that are to be written before this one.
    after: BTreeSet<Writer>,
}

impl<'a> Pending<'a> {
    pub fn new(store: &'a Store, world: &World, read: Vec<Name>, limit: usize) -> Pending<'a> {
        let journals = world.members().iter().map(|member| Journal {
            opened: member.opened,
            last: member.opened.then(|| Position::new(member.next.number() - 1)).flatten(),
            ..Journal::new(member.name.clone())
        });
        let modules = world.ledger().shelves().iter();
        let modules = modules.map(|(module, shelf)| Journal {
            opened: true,
            last: shelf.last,
            ..Journal::new(module.clone())
        });
        let journals = journals.chain(modules).collect();
        Pending { store, journals, lines: 0, limit, unsynced: read, failed: false }
    }

    pub fn take(&mut self, world: &World, choice: &Choice, turn: &Turn) -> Result<()> {
        let writer = match &turn.answer {
            Some(answer) => writer_of(world, &answer.source).expect("a module that answers go to"),
            None => turn.process,
        };
        let mut first = self.to_be_written_before(world, choice, turn, writer);
        if first.iter().any(|&other| self.is_after(other, writer)) {
            self.flush()?;
            first.clear();
        }
        let place = match choice {
            Choice::Deliver { key, .. } => key.clone(),
            Choice::Ring { process, alarm, .. } => place_of_ring(world, *process, alarm),
            Choice::Answer { time, .. } => place_of_answer(*time),
            Choice::Serve { .. } | Choice::Settle { .. } => unreachable!("this is nobody's next choice"),
        };
        let journal = &mut self.journals[writer];
        journal.after.append(&mut first);
        journal.answered = journal.answered.take().max(Some(place));
        self.lines += journal.batch(turn);
        if self.lines >= self.limit { self.flush() } else { Ok(()) }
    }

    /// The logs whose waiting turns are to be written before this one.
    fn to_be_written_before(
        &self,
        world: &World,
        choice: &Choice,
        turn: &Turn,
        writer: Writer,
    ) -> BTreeSet<Writer> {
        let heard = match choice {
            Choice::Deliver { key, .. } | Choice::Answer { cause: key, .. } => writer_of(world, &key.module),
            Choice::Ring { .. } | Choice::Serve { .. } | Choice::Settle { .. } => None,
        };
        let made = earliest_made(world, turn);
        let others = (0..self.journals.len()).filter(|&other| other != writer);
        others
            .filter(|&other| {
                let answered = self.journals[other].answered.as_ref();
                answered.is_some_and(|answered| {
                    heard == Some(other) || made.as_ref().is_some_and(|made| made <= answered)
                })
            })
            .collect()
    }

    /// Whether the log of `writer` is to be written after that of `other`.
    fn is_after(&self, writer: Writer, other: Writer) -> bool {
        self.journals[writer].after.iter().any(|&first| first == other || self.is_after(first, other))
    }

    pub fn flush(&mut self) -> Result<()> {
        if self.lines == 0 || self.failed {
            return Ok(());
        }
        self.failed = true;
        // No decision outlives its cause. A journal among them was synced by its own append.
        for module in std::mem::take(&mut self.unsynced) {
            self.store.sync(&module)?;
        }
        let mut left: BTreeSet<Writer> = (0..self.journals.len()).collect();
        while let Some(&next) = left.iter().find(|&&process| self.journals[process].after.is_disjoint(&left))
        {
            left.remove(&next);
            self.journals[next].append(self.store)?;
        }
        assert!(left.is_empty(), "a circle is written down before it closes");
        self.lines = 0;
        self.failed = false;
        Ok(())
    }
}

/// Who writes a module's log: whose journal it is, or the answers that go there.
fn writer_of(world: &World, module: &str) -> Option<Writer> {
    world.house().process(module).or_else(|| {
        let shelf = world.ledger().shelves().keys().position(|shelf| **shelf == *module)?;
        Some(world.members().len() + shelf)
    })
}

/// The earliest place in the order of time of anything that a turn brings into the world. What a
/// service owes for a message comes after the message.
fn earliest_made(world: &World, turn: &Turn) -> Option<Key> {
    let heard = |message: &Message| {
        let house = world.house();
        house
            .subscribers(&message.type_)
            .iter()
            .any(|&hearer| hearer != turn.process || turn.answer.is_some())
            || !house.owing(&message.type_).is_empty()
    };
    let sent = turn.decisions.iter().flat_map(|recorded| &recorded.sent).chain(&turn.answer);
    let messages = sent.filter(|message| heard(message)).map(|message| {
        let position = message.position.expect("a message that was sent stands in the journal");
        Key { time: message.time, module: message.source.clone(), position }
    });
    let armed = turn.decisions.iter().flat_map(|recorded| &recorded.armed);
    messages.chain(armed.map(|alarm| place_of_ring(world, turn.process, alarm))).min()
}

/// An alarm rings after every message of its moment; what a service has armed is an answer.
fn place_of_ring(world: &World, process: ProcessId, alarm: &Message) -> Key {
    let time = alarm.due.expect("an alarm has a time at which it is due");
    match world.house().service(process) {
        Some(_) => place_of_answer(time),
        None => Key { time, module: Name::from("\u{10ffff}"), position: Position::LAST },
    }
}

/// An answer comes after every message of its moment, and before every alarm.
fn place_of_answer(time: Time) -> Key {
    Key { time, module: Name::from("\u{10fffe}"), position: Position::LAST }
}

impl Journal {
    pub fn new(name: Name) -> Journal {
        Journal {
            name,
            opened: false,
            last: None,
            batches: Vec::new(),
            answered: None,
            after: BTreeSet::new(),
        }
    }

    /// Takes the lines of a turn; the first of all opens the journal.
    pub fn batch(&mut self, turn: &Turn) -> usize {
        if let Some(answer) = &turn.answer {
            self.batches.push(vec![answer.clone()]);
            return 1;
        }
        if !self.opened {
            self.opened = true;
            self.batches.push(vec![Arc::new(journal::opened(&self.name, turn.decisions[0].at))]);
        }
        let batch = journal::write(&self.name, &turn.decisions);
        let lines = batch.len();
        self.batches.push(batch);
        lines
    }

    pub fn append(&mut self, store: &Store) -> Result<()> {
        self.after.clear();
        self.answered = None;
        let batches = std::mem::take(&mut self.batches);
        if batches.is_empty() {
            return Ok(());
        }
        let lines: usize = batches.iter().map(Vec::len).sum();
        store.append_new(&self.name, batches, Guard::Position(self.last))?;
        let last = self.last.map_or(0, Position::number) + lines as u64;
        self.last = Position::new(last);
        Ok(())
    }
}
