//! The only way a world changes.

use super::house::ProcessId;
use super::ready::Choice;
use super::world::{Key, World, ringing};
use crate::event::{Message, Name, Time};
use crate::step::{Failed, Input, Instance, Pick, Recorded, entity_of, instance_of, serve, turn};
use std::sync::Arc;

/// What one choice led to: the decisions of one process about one message and those that it woke.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    pub process: ProcessId,
    /// Empty where the message was not for that instance's version.
    pub decisions: Vec<Recorded>,
    /// What a service without `entity` has said: a message of the module that is its source.
    pub answer: Option<Arc<Message>>,
}

impl Turn {
    pub(super) fn of(process: ProcessId, decisions: Vec<Recorded>) -> Turn {
        Turn { process, decisions, answer: None }
    }

    /// Nothing happened.
    pub fn nothing(process: ProcessId) -> Turn {
        Turn::of(process, Vec::new())
    }
}

/// Takes a choice that is ready.
pub fn apply(world: &mut World, choice: Choice) -> Turn {
    match choice {
        Choice::Deliver { process, key } => {
            let pick = drawn(world);
            deliver(world, process, key, pick)
        }
        Choice::Serve { service, key, alternative } => deliver(world, service, key, Pick::Taken(alternative)),
        Choice::Ring { process, instance, alarm } => {
            let due = alarm.due.expect("an alarm is due");
            let pick = drawn(world);
            decide(world, process, &instance, Input::Arrives(alarm), due, pick)
        }
        Choice::Answer { service, time, cause, ordinal } => {
            let answer = world.pay(service, time, &cause, ordinal);
            Turn { answer: Some(answer), ..Turn::nothing(service) }
        }
        Choice::Settle { process, instance, message, hand } => {
            let (time, pick) = (message.time, drawn(world));
            decide(world, process, &instance, Input::Settles(message, hand), time, pick)
        }
    }
}

/// What services say is drawn, unless a choice says what is taken.
fn drawn(world: &World) -> Pick {
    Pick::Drawn(world.house.staff().seed)
}

fn deliver(world: &mut World, process: ProcessId, key: Key, pick: Pick) -> Turn {
    let message = take(world, process, &key);
    let reached = Some(key.time).filter(|reached| *reached > message.time);
    world.members[process].pass(&key.module, key.position, reached);
    let mut turn = arrive(world, process, message, pick);
    let member = &mut world.members[process];
    match turn.decisions.first_mut() {
        Some(first) => {
            first.reached = reached;
            member.record(&key.module, key.position, reached);
        }
        None => _ = member.unheard.insert(key.module.clone()),
    }
    turn
}

/// Takes a message out of the air for one subscriber.
fn take(world: &mut World, process: ProcessId, key: &Key) -> Arc<Message> {
    let flying = world.flight.get_mut(key).expect("a choice that is ready is in flight");
    flying.to.retain(|&to| to != process);
    let message = flying.message.clone();
    if flying.to.is_empty() {
        world.flight.remove(key);
    }
    message
}

/// A message reaches a process, which finds the instance it is for.
fn arrive(world: &mut World, process: ProcessId, message: Arc<Message>, pick: Pick) -> Turn {
    let time = message.time;
    // What has no way to an instance goes to what stands for the process itself.
    let id = find(world, process, &message).unwrap_or_else(|_| Name::from(""));
    decide(world, process, &id, Input::Arrives(message), time, pick)
}

/// The newest version says which instance; where an older version correlates otherwise, an instance
/// that lives on it is found its own way.
fn find(world: &World, process: ProcessId, message: &Message) -> Result<Name, Failed> {
    let member = &world.members[process];
    if let Some(service) = world.house.service(process) {
        return entity_of(service, message);
    }
    let family = &world.house.families()[process];
    let newest = family.newest().or_else(|| family.versions().last());
    let Some(newest) = newest else { return Ok(Name::from("")) };
    for older in family.versions().filter(|older| older.version != newest.version) {
        if let Ok(id) = instance_of(older, message)
            && let Some(instance) = member.instance(&id)
            && instance.state().is_some()
            && instance.version == older.version
        {
            return Ok(id);
        }
    }
    instance_of(newest, message)
}

/// The instances that a message may find.
pub(super) fn candidates(world: &World, process: ProcessId, message: &Message) -> Vec<Name> {
    if let Some(service) = world.house.service(process) {
        return entity_of(service, message).into_iter().collect();
    }
    let found = world.house.families()[process].versions();
    let mut found: Vec<Name> = found.filter_map(|version| instance_of(version, message).ok()).collect();
    // What stands for the process itself, where there is no way to an instance.
    found.push(Name::from(""));
    found.dedup();
    found
}

fn decide(world: &mut World, process: ProcessId, id: &Name, input: Input, time: Time, pick: Pick) -> Turn {
    let World { house, members, .. } = world;
    let member = &mut members[process];
    let now = member.now.max(time);
    let mut next = member.next;
    let known = member.instance(id);
    // Who is moved is asked where he goes to.
    let moved = known.and_then(|instance| input.moved_to(instance));
    let reaches = match moved.as_ref().or(known) {
        Some(instance) => house.reaches(process, instance, input.message()),
        None => house.reaches(process, &Instance::new(id.clone()), input.message()),
    };
    if !reaches {
        return Turn::nothing(process);
    }
    let instance = member.instance_mut(id);
    let before = ringing(instance);
    let decisions = match house.service(process) {
        Some(service) => serve(service, pick, instance, input, now, &mut next),
        None => turn(|instance| house.definition_for(process, instance), instance, input, now, &mut next),
    };
    let after = ringing(instance);
    for born in decisions.iter().filter(|recorded| recorded.hash.is_some()) {
        member.hashes.insert(born.version, born.hash.clone().expect("a birth"));
    }
    member.now = now;
    member.next = next;
    // What is decided is written, and the first line opens the journal.
    member.opened = true;
    world.newest = world.newest.max(now);
    let same = before.len() == after.len() && before.iter().zip(&after).all(|(a, b)| Arc::ptr_eq(&a.1, &b.1));
    if !same {
        world.disarm(process, &before);
        world.arm(process, after);
    }
    for message in decisions.iter().flat_map(|recorded| &recorded.sent) {
        let position = message.position.expect("a message that was sent stands in the journal");
        let key = Key { time: message.time, module: message.source.clone(), position };
        world.publish(key, message.clone());
    }
    Turn::of(process, decisions)
}
