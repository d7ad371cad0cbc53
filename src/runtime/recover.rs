//! Recovery is the fold: what the journals say, given back to the house.

use super::house::{House, ProcessId, Start};
use super::journal::{Entry, Reader};
use super::member::Member;
use super::snapshot::Lost;
use crate::error::{Error, Result};
use crate::event::{Message, Name, Position};
use crate::step::{Instance, evolve};
use crate::store::Logs;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Reads the journal of every process of the house, and of every service that has one. Needs no
/// definition; only whole batches count.
pub fn recover(house: &mut House<Start>, logs: &dyn Logs) -> Result<()> {
    for process in with_journals(house, logs)? {
        let name = house.member(process).name.clone();
        *house.member_mut(process) = whole(name, logs)?;
    }
    Ok(())
}

/// Those of the house whose journals are in the logs.
pub(super) fn with_journals(house: &House<Start>, logs: &dyn Logs) -> Result<Vec<ProcessId>> {
    let modules = logs.modules()?;
    let keeps =
        |process: &ProcessId| house.keeps_journal(*process) && modules.contains(&house.member(*process).name);
    Ok((0..house.members()).filter(keeps).collect())
}

/// What a whole journal tells.
pub(super) fn whole(name: Name, logs: &dyn Logs) -> Result<Member> {
    let mut member = Member::new(name);
    fold_from(&mut member, logs, Position::FIRST)?;
    Ok(member)
}

/// What a journal tells from a position on, on top of what it told before.
pub(super) fn fold_from(member: &mut Member, logs: &dyn Logs, from: Position) -> Result<()> {
    let mut reader = Reader::default();
    for record in logs.read(&member.name, from)? {
        let message = record?.message;
        let position = message.position.expect("a reader gives every message a position");
        if let Some(entry) = reader.take(message)? {
            load_for(member, &entry)?;
            fold(member, entry, position);
        }
    }
    let name = member.name.clone();
    fetch_kept(&name, member.instances_mut().collect(), logs)
}

/// What an entry changes is in memory before it is folded.
fn load_for(member: &mut Member, entry: &Entry) -> Result<()> {
    match entry {
        Entry::Turn(decisions) if member.stored.is_some() => {
            // What they keep is fetched together, at the end.
            decisions.iter().try_for_each(|recorded| member.load(&recorded.instance, |_| Ok(())).map(drop))
        }
        // It changes all that live on a version.
        Entry::Edited { .. } if member.stored.is_some() => Err(Lost.into()),
        _ => Ok(()),
    }
}

/// One entry of a journal, folded into what the process remembers. `last` is its last position.
pub(super) fn fold(member: &mut Member, entry: Entry, last: Position) {
    member.next = last.next();
    match entry {
        Entry::Opened => member.opened = true,
        Entry::Edited { version, hash, at } => {
            member.now = member.now.max(at);
            for instance in member.instances_mut() {
                if instance.version == version && instance.state().is_some() {
                    instance.hash = Some(hash.clone());
                }
            }
            member.hashes.insert(version, hash);
        }
        Entry::Turn(decisions) => {
            for (index, recorded) in decisions.into_iter().enumerate() {
                member.now = member.now.max(recorded.at);
                if let Some(hash) = &recorded.hash {
                    member.hashes.insert(recorded.version, hash.clone());
                }
                let input = &recorded.input;
                // The first of a turn is the one that came; the others had waited.
                if index == 0
                    && input.source != member.name
                    && let Some(position) = input.position
                {
                    member.pass(&input.source, position, recorded.reached);
                    member.record(&input.source, position, recorded.reached);
                }
                evolve(member.instance_mut(&recorded.instance), &recorded);
            }
        }
    }
}

/// A journal keeps messages by reference to their line. Those that still wait are read again.
pub fn fetch_kept(process: &str, mut instances: Vec<&mut Instance>, logs: &dyn Logs) -> Result<()> {
    let mut wanted = Places::new();
    instances.retain_mut(|instance| kept(instance).next().is_some());
    for message in instances.iter_mut().flat_map(|instance| kept(instance)) {
        want(&mut wanted, message);
    }
    let found = fetch(process, wanted, logs)?;
    instances.iter_mut().flat_map(|instance| kept(instance)).for_each(|message| found.fill(message));
    Ok(())
}

/// Where messages stand.
pub type Places = BTreeMap<Name, BTreeSet<Position>>;

/// Messages by where they stand.
pub struct Fetched(BTreeMap<(Name, Position), Arc<Message>>);

impl Fetched {
    /// The whole message in the place of one that refers to it.
    pub fn fill(&self, message: &mut Arc<Message>) {
        let position = message.position.expect("a journal names positions");
        *message = self.0[&(message.source.clone(), position)].clone();
    }
}

pub fn want(wanted: &mut Places, message: &Message) {
    let position = message.position.expect("a journal names positions");
    wanted.entry(message.source.clone()).or_default().insert(position);
}

/// Reads what a process refers to.
pub fn fetch(process: &str, wanted: Places, logs: &dyn Logs) -> Result<Fetched> {
    let mut found: BTreeMap<(Name, Position), Arc<Message>> = BTreeMap::new();
    for (module, mut positions) in wanted {
        while let Some(&first) = positions.first() {
            for record in logs.read(&module, first)? {
                let message = record?.message;
                let position = message.position.expect("a reader gives every message a position");
                if positions.remove(&position) {
                    found.insert((module.clone(), position), Arc::new(Message { remaining: 0, ..message }));
                }
                // A log finds a position faster than it reads on to one that is far away.
                let far = |next: &Position| next.number() - position.number() > FAR;
                if positions.first().is_none_or(far) {
                    break;
                }
            }
            if let Some(missing) = positions.first().filter(|missing| **missing == first) {
                let what =
                    format!("{process} waits for {module} position {missing}, which is not in its log");
                return Err(
                    Error::input(what).hint("was a log shortened or replaced? `anyorder verify` tells")
                );
            }
        }
    }
    Ok(Fetched(found))
}

/// How many lines are read to come to the next that is wanted.
const FAR: u64 = 1_000;

/// The messages that an instance keeps for later.
fn kept(instance: &mut Instance) -> impl Iterator<Item = &mut Arc<Message>> {
    let parked = instance.parked.as_mut().map(|parked| &mut parked.message);
    let deferred = instance.deferred.iter_mut().map(|kept| &mut kept.message);
    deferred.chain(&mut instance.held).chain(parked)
}
