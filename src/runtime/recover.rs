//! Recovery is the fold: what the journals say, given back to the house.

use super::house::{House, Start};
use super::journal::{Entry, Reader};
use super::world::Member;
use crate::error::{Error, Result};
use crate::event::{Message, Name, Position};
use crate::step::{Instance, evolve};
use crate::store::Logs;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Reads the journal of every process of the house, and of every service that has one. Needs no
/// definition; only whole batches count.
pub fn recover(house: &mut House<Start>, logs: &dyn Logs) -> Result<()> {
    let modules = logs.modules()?;
    for process in 0..house.members() {
        let name = &house.member(process).name.clone();
        if !modules.contains(name) || !house.keeps_journal(process) {
            continue;
        }
        let mut reader = Reader::default();
        for record in logs.read(name, Position::FIRST)? {
            let message = record?.message;
            let position = message.position.expect("a reader gives every message a position");
            if let Some(entry) = reader.take(message)? {
                house.recover(process, entry, position);
            }
        }
        fetch_kept(house.member_mut(process), logs)?;
    }
    Ok(())
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
                }
                evolve(member.instance_mut(&recorded.instance), &recorded);
            }
        }
    }
}

/// A journal keeps messages by reference to their line. Those that still wait are read again.
fn fetch_kept(member: &mut Member, logs: &dyn Logs) -> Result<()> {
    let mut wanted: BTreeMap<Name, BTreeSet<Position>> = BTreeMap::new();
    for message in member.instances_mut().flat_map(kept) {
        let position = message.position.expect("a journal names positions");
        wanted.entry(message.source.clone()).or_default().insert(position);
    }
    let mut found: BTreeMap<(Name, Position), Arc<Message>> = BTreeMap::new();
    for (module, mut positions) in wanted {
        let Some(&first) = positions.first() else { continue };
        for record in logs.read(&module, first)? {
            let message = record?.message;
            let position = message.position.expect("a reader gives every message a position");
            if positions.remove(&position) {
                found.insert((module.clone(), position), Arc::new(Message { remaining: 0, ..message }));
            }
            if positions.is_empty() {
                break;
            }
        }
        if let Some(missing) = positions.first() {
            let what =
                format!("{} waits for {module} position {missing}, which is not in its log", member.name);
            return Err(Error::input(what).hint("was a log shortened or replaced? `anyorder verify` tells"));
        }
    }
    for message in member.instances_mut().flat_map(kept) {
        let key = (message.source.clone(), message.position.expect("looked at above"));
        *message = found[&key].clone();
    }
    Ok(())
}

/// The messages that an instance keeps for later.
fn kept(instance: &mut Instance) -> impl Iterator<Item = &mut Arc<Message>> {
    let parked = instance.parked.as_mut().map(|parked| &mut parked.message);
    instance.deferred.iter_mut().chain(&mut instance.held).chain(parked)
}
