//! Running the processes of a workspace over its logs: drive, and append what was decided.
//! `pending` holds what waits to be written.

use super::apply::Turn;
use super::drive::{First, Port, Stopped, drive};
use super::feed::Feed;
use super::pending::{Journal, LINES, Pending};
use super::ready::{Choice, Rules};
use super::world::World;
use crate::error::Result;
use crate::event::{Message, Name};
use crate::step::{Outcome, Recorded};
use crate::store::{Memory, Store};
use std::collections::BTreeMap;
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
    /// What services have said, by type.
    pub answers: BTreeMap<Name, u64>,
    /// The bound at which it stopped.
    pub stopped: Option<Stopped>,
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
            add(&mut self.sent, recorded.sent.iter());
        }
    }

    /// As [`Tally::count`], for a turn of a service: what it says are answers, and what it said when an
    /// answer was due was decided before.
    fn count_service(&mut self, choice: &Choice, turn: &Turn) {
        add(&mut self.answers, turn.decisions.iter().flat_map(|recorded| &recorded.sent).chain(&turn.answer));
        if turn.decisions.is_empty() || matches!(choice, Choice::Ring { .. }) {
            return;
        }
        self.handled += 1;
        for recorded in &turn.decisions {
            *self.outcomes.entry(recorded.outcome).or_default() += 1;
        }
    }
}

fn add<'m>(counts: &mut BTreeMap<Name, u64>, messages: impl Iterator<Item = &'m Arc<Message>>) {
    for message in messages {
        match counts.get_mut(&message.type_) {
            Some(count) => *count += 1,
            None => _ = counts.insert(message.type_.clone(), 1),
        }
    }
}

/// Runs until nothing more can happen. Everything decided is in the logs when it answers, and what
/// was decided before an error too.
pub fn run(store: &Store, world: &mut World, how: Run) -> Result<Tally> {
    run_in_writes(store, world, how, LINES)
}

/// As [`run`](run()), appending whenever about so many lines wait. What is decided does not depend
/// on the number; how often the disk is asked does.
pub fn run_in_writes(store: &Store, world: &mut World, how: Run, lines: usize) -> Result<Tally> {
    let mut tally = Tally::default();
    into_tally(store, world, how, lines, &mut tally)?;
    Ok(tally)
}

/// As [`run`](run()), added to what was counted before. After an error what is counted was written.
pub fn run_on(store: &Store, world: &mut World, how: Run, tally: &mut Tally) -> Result<()> {
    into_tally(store, world, how, LINES, tally)
}

fn into_tally(store: &Store, world: &mut World, how: Run, lines: usize, tally: &mut Tally) -> Result<()> {
    world.read_ledger(store)?;
    let feed = Feed::open(store, world)?;
    let pending = Pending::new(store, world, feed.modules().cloned().collect(), lines);
    let mut port = RunPort { feed, pending, how, tally: tally.clone(), written: tally };
    let mut scheduler = First::new(how.rules);
    scheduler.rings = how.rings;
    let driven = drive(world, &mut scheduler, &mut port);
    // What was decided before a log could not be read on is right: it is kept.
    port.pending.flush()?;
    if !port.pending.failed {
        *port.written = port.tally;
    }
    driven?;
    world.all_read = port.feed.all_read().filter(|_| world.flight.is_empty());
    port.written.stopped = scheduler.stopped;
    Ok(())
}

struct RunPort<'a> {
    feed: Feed<'a>,
    pending: Pending<'a>,
    how: Run,
    tally: Tally,
    /// As far as it is in the logs.
    written: &'a mut Tally,
}

impl Port for RunPort<'_> {
    fn supply(&mut self, world: &mut World) -> Result<()> {
        self.feed.fill(world)?;
        world.load_next()
    }

    fn took(&mut self, world: &World, choice: &Choice, turn: Turn) -> Result<()> {
        match world.house().service(turn.process) {
            Some(_) => self.tally.count_service(choice, &turn),
            None => self.tally.count(choice, &turn.decisions),
        }
        if self.how.dry || turn.decisions.is_empty() && turn.answer.is_none() {
            return Ok(());
        }
        self.pending.take(world, choice, &turn)?;
        if self.pending.lines == 0 {
            self.written.clone_from(&self.tally);
        }
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
        Saved { memory, store, journal: Journal::new(process) }
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
