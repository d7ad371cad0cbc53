//! Running the processes of a workspace over its logs: drive, and append what was decided.
//!
//! Turns are collected and appended a few megabytes at a time, so the order in which the journals of
//! several processes are written matters: stopped between two of them, a second run must find what
//! an uninterrupted one would have found. `Pending` keeps that order.

use super::apply::Turn;
use super::drive::{First, Port, drive};
use super::feed::Feed;
use super::house::ProcessId;
use super::journal;
use super::ready::{Choice, Rules};
use super::world::{Key, World};
use crate::error::Result;
use crate::event::{Message, Name, Position, Time};
use crate::step::{Outcome, Recorded};
use crate::store::{Guard, Memory, Store};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How a run is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    pub rules: Rules,
    /// Decide, but append nothing.
    pub dry: bool,
    /// Stop after so many rings (of a drain that might never end).
    pub rings: u64,
}

/// What a run has done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// Messages and rings that reached a process.
    pub handled: u64,
    pub outcomes: BTreeMap<Outcome, u64>,
    /// Messages sent and published, by type.
    pub sent: BTreeMap<Name, u64>,
    /// Alarms that rang.
    pub alarms: u64,
    /// Stopped because `rings` was reached.
    pub bounded: bool,
}

impl Tally {
    pub fn count(&mut self, choice: &Choice, decisions: &[Recorded]) {
        if decisions.is_empty() {
            return;
        }
        self.handled += 1;
        self.alarms += matches!(choice, Choice::Ring { .. }) as u64;
        for recorded in decisions {
            *self.outcomes.entry(recorded.outcome).or_default() += 1;
            for message in &recorded.sent {
                match self.sent.get_mut(&message.type_) {
                    Some(count) => *count += 1,
                    None => _ = self.sent.insert(message.type_.clone(), 1),
                }
            }
        }
    }
}

/// Runs until nothing more can happen. Everything decided is in the logs when it answers, and what
/// was decided before an error too.
pub fn run(store: &Store, world: &mut World, how: Run) -> Result<Tally> {
    let feed = Feed::open(store, world)?;
    let pending = Pending::new(store, world, feed.modules().cloned().collect());
    let mut port = RunPort { feed, pending, how, tally: Tally::default() };
    let mut scheduler = First { rings: how.rings, ..First::new(how.rules) };
    let driven = drive(world, &mut scheduler, &mut port);
    // What was decided before a log could not be read on is right: it is kept.
    port.pending.flush()?;
    driven?;
    port.tally.bounded = scheduler.bounded;
    Ok(port.tally)
}

struct RunPort<'a> {
    feed: Feed<'a>,
    pending: Pending<'a>,
    how: Run,
    tally: Tally,
}

impl Port for RunPort<'_> {
    fn supply(&mut self, world: &mut World) -> Result<()> {
        self.feed.fill(world)
    }

    fn took(&mut self, world: &World, choice: &Choice, turn: Turn) -> Result<()> {
        self.tally.count(choice, &turn.decisions);
        if self.how.dry || turn.decisions.is_empty() {
            return Ok(());
        }
        self.pending.take(world, choice, &turn)
    }
}

/// Appends are collected up to about so many lines.
const LINES: usize = 16_384;

/// Decisions that are not in the logs yet.
struct Pending<'a> {
    store: &'a Store,
    journals: Vec<Journal>,
    lines: usize,
    /// Logs that were read, and are to be synced before anything that was decided from them.
    unsynced: Vec<Name>,
}

/// What waits for one process's log.
struct Journal {
    name: Name,
    opened: bool,
    last: Option<Position>,
    batches: Vec<Vec<Message>>,
    /// The newest thing it has handled since the last flush, as a place in the order of time.
    handled: Option<Key>,
    /// The processes whose waiting messages it has handled: theirs are to be written first.
    heard: BTreeSet<ProcessId>,
}

impl<'a> Pending<'a> {
    fn new(store: &'a Store, world: &World, read: Vec<Name>) -> Pending<'a> {
        let journals = world.members().iter().map(|member| Journal {
            name: member.name.clone(),
            opened: member.opened,
            last: member.opened.then(|| Position::new(member.next.number() - 1)).flatten(),
            batches: Vec::new(),
            handled: None,
            heard: BTreeSet::new(),
        });
        Pending { store, journals: journals.collect(), lines: 0, unsynced: read }
    }

    fn take(&mut self, world: &World, choice: &Choice, turn: &Turn) -> Result<()> {
        let process = turn.process;
        let from = match choice {
            Choice::Deliver { key, .. } => world.house().process(&key.module),
            Choice::Ring { .. } | Choice::Settle { .. } => None,
        };
        if self.must_flush_before(world, turn, from) {
            self.flush()?;
        }
        if let Some(from) = from.filter(|&from| !self.journals[from].batches.is_empty()) {
            self.journals[process].heard.insert(from);
        }
        let journal = &mut self.journals[process];
        journal.handled = Some(match choice {
            Choice::Deliver { key, .. } => key.clone(),
            Choice::Ring { alarm, .. } => after_all_at(alarm.due.expect("an alarm is due")),
            Choice::Settle { message, .. } => after_all_at(message.time),
        });
        let lines = journal.batch(turn);
        self.lines += lines;
        if self.lines >= LINES { self.flush() } else { Ok(()) }
    }

    /// At a flush the journals are written one after the other, each after those that it has heard.
    /// Two things would make that another order than the one in which it was decided:
    /// two processes that have heard each other, and a message that comes into being after its
    /// hearer has handled something that is later in the order of time (a second run would see it
    /// first). In both cases what waits is written now.
    fn must_flush_before(&self, world: &World, turn: &Turn, from: Option<ProcessId>) -> bool {
        let circle = from.is_some_and(|from| self.has_heard(from, turn.process));
        circle
            || turn.decisions.iter().flat_map(|recorded| &recorded.sent).any(|message| {
                world.house().subscribers(&message.type_).iter().any(|&hearer| {
                    let handled = self.journals[hearer].handled.as_ref();
                    hearer != turn.process
                        && handled.is_some_and(|handled| {
                            (message.time, &message.source, message.position)
                                < (handled.time, &handled.module, Some(handled.position))
                        })
                })
            })
    }

    /// Whether what waits of `process` depends on what waits of `other`.
    fn has_heard(&self, process: ProcessId, other: ProcessId) -> bool {
        self.journals[process].heard.iter().any(|&heard| heard == other || self.has_heard(heard, other))
    }

    fn flush(&mut self) -> Result<()> {
        if self.lines == 0 {
            return Ok(());
        }
        // No decision outlives its cause. A journal among them was synced by its own append.
        for module in std::mem::take(&mut self.unsynced) {
            self.store.sync(&module)?;
        }
        let mut left: BTreeSet<ProcessId> = (0..self.journals.len()).collect();
        while let Some(&next) = left.iter().find(|&&process| self.journals[process].heard.is_disjoint(&left))
        {
            left.remove(&next);
            self.journals[next].append(self.store)?;
        }
        assert!(left.is_empty(), "processes that have heard each other are flushed before");
        self.lines = 0;
        Ok(())
    }
}

/// Later than every message of that moment: when an alarm rings.
fn after_all_at(time: Time) -> Key {
    Key { time, module: Name::from("\u{10ffff}"), position: Position::LAST }
}

impl Journal {
    /// Takes the lines of a turn; the first of all opens the journal.
    fn batch(&mut self, turn: &Turn) -> usize {
        if !self.opened {
            self.opened = true;
            self.batches.push(vec![journal::opened(&self.name, turn.decisions[0].at)]);
        }
        let batch = journal::write(&self.name, &turn.decisions);
        let lines = batch.len();
        self.batches.push(batch);
        lines
    }

    fn append(&mut self, store: &Store) -> Result<()> {
        self.heard.clear();
        self.handled = None;
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

/// The journal that a world writes, kept in memory: for a replay that is to be saved.
pub struct Saved {
    memory: Memory,
    store: Store,
    journal: Journal,
}

impl Saved {
    pub fn new(process: Name) -> Saved {
        let memory = Memory::new();
        let store = Store::new(Arc::new(memory.clone()));
        let journal = Journal {
            name: process,
            opened: false,
            last: None,
            batches: Vec::new(),
            handled: None,
            heard: BTreeSet::new(),
        };
        Saved { memory, store, journal }
    }

    /// The bytes of the journal.
    pub fn finish(mut self) -> Result<Vec<u8>> {
        self.journal.append(&self.store)?;
        Ok(self.memory.bytes(&self.journal.name))
    }
}

impl Port for Saved {
    fn supply(&mut self, _: &mut World) -> Result<()> {
        Ok(())
    }

    fn took(&mut self, _: &World, _: &Choice, turn: Turn) -> Result<()> {
        if turn.decisions.is_empty() {
            return Ok(());
        }
        self.journal.batch(&turn);
        if self.journal.batches.len() >= LINES { self.journal.append(&self.store) } else { Ok(()) }
    }
}
