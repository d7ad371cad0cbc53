//! A person settles a parked instance: decided like anything else, and in the journal at once.

use super::apply::{Turn, apply};
use super::house::ProcessId;
use super::journal;
use super::ready::Choice;
use super::world::World;
use crate::error::Result;
use crate::event::{Message, Name, Position, Time};
use crate::step::Hand;
use crate::store::{Guard, Store};
use std::sync::Arc;

/// Settles it, appends what was decided, and answers it. `id` and `time` are those of the message that
/// says what the person did; a second time under the same id nothing is decided.
pub fn settle(
    store: &Store,
    world: &mut World,
    process: ProcessId,
    instance: &Name,
    hand: Hand,
    id: Name,
    time: Time,
) -> Result<Turn> {
    let member = world.member(process);
    let name = member.name.clone();
    // What was done under this id is in the journal already: a second time changes nothing.
    let done = (name.clone(), id.clone());
    if member.instances().any(|instance| instance.seen.contains(&done)) {
        return Ok(Turn::nothing(process));
    }
    let last = Position::new(member.next.number() - 1);
    let parked = member.instance(instance).and_then(|instance| {
        let of_message = || instance.parked.as_ref()?.message.conversation().cloned();
        instance.correlation.clone().or_else(of_message)
    });
    let mut message = Message::new(name.clone(), hand.type_(), id, time.max(member.now));
    message.internal = true;
    message.subject = Some(instance.clone()).filter(|subject| !subject.is_empty());
    message.correlation = parked;
    let choice = Choice::Settle { process, instance: instance.clone(), message: Arc::new(message), hand };
    let turn = apply(world, choice);
    if !turn.decisions.is_empty() {
        // No decision outlives its cause: what was held stands in other logs.
        for module in store.modules()? {
            store.sync(&module)?;
        }
        store.append(&name, vec![journal::write(&name, &turn.decisions)], Guard::Position(last))?;
    }
    Ok(turn)
}
