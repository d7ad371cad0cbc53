//! A person moves running instances to another version: each decided like anything else, and one batch of the journal.

use super::apply::{Turn, apply};
use super::house::ProcessId;
use super::journal;
use super::pending::LINES;
use super::ready::Choice;
use super::world::World;
use crate::error::Result;
use crate::event::{Message, Name, Position, Time, computed_id};
use crate::step::{Hand, Move};
use crate::store::{Guard, Store};
use std::sync::Arc;

/// One of them, and what becomes of it.
#[derive(Debug, Clone)]
pub struct Moving {
    pub instance: Name,
    pub hand: Hand,
    pub by: Move,
}

/// The choice by which an instance is moved: the message that says so has a computed id, so what was stopped between two
/// instances goes on with the same bytes.
pub fn choice(world: &World, process: ProcessId, moving: &Moving, time: Time) -> Choice {
    let member = world.member(process);
    let known = member.instance(&moving.instance);
    let number = known.map_or(0, |instance| instance.decisions);
    let id = computed_id(&[&member.name, &moving.instance, moving.hand.type_()], number);
    let mut message = Message::new(member.name.clone(), moving.hand.type_(), id, time.max(member.now));
    message.internal = true;
    message.subject = Some(moving.instance.clone());
    message.correlation = known.and_then(|instance| instance.correlation.clone());
    message.data = Some(moving.by.document());
    let (instance, hand) = (moving.instance.clone(), moving.hand);
    Choice::Settle { process, instance, message: Arc::new(message), hand }
}

/// Moves them, in their order, and appends what was decided: whole instances, a few megabytes at a time.
pub fn migrate(
    store: &Store,
    world: &mut World,
    process: ProcessId,
    moving: &[Moving],
    time: Time,
) -> Result<Vec<Turn>> {
    let name = world.member(process).name.clone();
    // No decision outlives its cause: what was told to them stands in other logs.
    for module in store.modules()? {
        store.sync(&module)?;
    }
    let mut last = Position::new(world.member(process).next.number() - 1);
    let (mut turns, mut batches, mut lines) = (Vec::new(), Vec::new(), 0);
    for (index, one) in moving.iter().enumerate() {
        let choice = choice(world, process, one, time);
        let turn = apply(world, choice);
        if !turn.decisions.is_empty() {
            let batch = journal::write(&name, &turn.decisions);
            lines += batch.len();
            batches.push(batch);
        }
        turns.push(turn);
        if lines >= LINES || index + 1 == moving.len() && lines > 0 {
            store.append_new(&name, std::mem::take(&mut batches), Guard::Position(last))?;
            last = Position::new(world.member(process).next.number() - 1);
            lines = 0;
        }
    }
    Ok(turns)
}
