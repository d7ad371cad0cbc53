//! What a decision makes of an instance. Needs no definition: every prefix of a journal rebuilds.

use super::instance::{Instance, Kept, Parked, Phase};
use super::moved::Move;
use super::recorded::{Outcome, Recorded};
use super::settle::Hand;
use crate::event::{Message, Name};
use crate::process::Data;

/// Folds one decision into the instance that it was made for.
pub fn evolve(instance: &mut Instance, recorded: &Recorded) {
    let message = &recorded.input;
    let same = |other: &Message| other.id == message.id && other.source == message.source;
    instance.decisions += 1;
    if recorded.outcome == Outcome::Duplicate {
        // It changes nothing, least of all the message that is kept under this very id.
        return;
    }
    instance.seen.insert((message.source.clone(), message.id.clone()));
    // A ring may be deferred more than once; it is told by its alarm when it first arrives.
    let rings = instance.alarms.iter().any(|alarm| same(alarm)) || instance.rung.contains(&message.id);
    instance.rung.remove(&message.id);
    // One that waited already stays in its place: what waits is in arrival order.
    let waited = instance.deferred.iter().position(|kept| same(kept));
    let answered = recorded.answered || waited.is_some_and(|place| instance.deferred[place].answered);
    let was_kept_by =
        waited.map(|place| std::mem::take(&mut instance.deferred[place].by)).unwrap_or_default();
    let keep = |instance: &mut Instance| {
        let place = waited.unwrap_or(instance.deferred.len()).min(instance.deferred.len());
        let kept = Kept { message: message.clone(), by: recorded.keepers.clone(), answered };
        instance.deferred.insert(place, kept);
        if rings {
            instance.rung.insert(message.id.clone());
        }
    };
    instance.deferred.retain(|kept| !same(kept));
    instance.held.retain(|kept| !same(kept));
    instance.alarms.retain(|alarm| !same(alarm) && !recorded.disarmed.contains(&alarm.id));
    match recorded.outcome {
        Outcome::Deferred => keep(instance),
        Outcome::Held => {
            instance.held.push(message.clone());
            if rings {
                instance.rung.insert(message.id.clone());
            }
        }
        Outcome::Parked => {
            // A ring over which it is parked may be tried again, too.
            if rings {
                instance.rung.insert(message.id.clone());
            }
            let reason = recorded.failed.as_ref().map_or(String::new(), |failed| failed.reason.clone());
            let (message, by) = (message.clone(), was_kept_by);
            let waited = waited.is_some();
            instance.parked = Some(Parked { reason, message, by, answered, waited, at: recorded.at });
        }
        Outcome::Declined => {
            instance.phase = Phase::Declined;
            instance.deferred.clear();
            instance.rung.clear();
        }
        Outcome::Started => {
            instance.version = recorded.version;
            instance.hash = recorded.hash.clone();
            instance.correlation = recorded.conversation.clone();
            instance.data = Data::default();
            instance.moved.clear();
            // An entity of a service is there, and in no state.
            if recorded.to.is_none() {
                instance.since = recorded.at;
                instance.phase = Phase::Running(Name::from(""));
            }
        }
        _ => {}
    }
    if let Some(hand) = recorded.hand.filter(|_| recorded.outcome != Outcome::Ignored) {
        settle(instance, hand, recorded);
    }
    if recorded.kept {
        keep(instance);
    }
    for (name, value) in &recorded.set {
        instance.data.set(name.clone(), value.clone());
    }
    // One that was set because it waits, when its instance was moved, rings no more.
    let armed = recorded.armed.iter().filter(|alarm| !instance.rung.contains(&alarm.id));
    instance.alarms.extend(armed.cloned());
    if let Some(state) = &recorded.to {
        instance.since = recorded.at;
        instance.phase = match recorded.end {
            Some(end) => Phase::Ended(state.clone(), end),
            None => Phase::Running(state.clone()),
        };
    }
    if recorded.forgotten {
        forget(instance);
    }
}

/// A person has settled or moved it: the message over which it was parked is the first to be tried again, or
/// is let go.
fn settle(instance: &mut Instance, hand: Hand, recorded: &Recorded) {
    if hand.moves() {
        instance.moved.push((instance.version, recorded.at));
        instance.version = recorded.version;
        instance.hash = recorded.hash.clone();
        // What the other version knew and this one does not is gone.
        instance.data = Data::default();
    }
    if hand == Hand::Migrate {
        if let Some(moved) = Move::of(&recorded.input) {
            moved.settle_waiting(instance, recorded);
        }
        return;
    }
    let parked = instance.parked.take();
    match hand {
        Hand::Migrate => {}
        Hand::Resume => {
            // What waited does so again, before all others, and for those regions alone that had kept it.
            if let Some(Parked { message, by, answered, waited, .. }) = parked {
                match waited {
                    true => instance.deferred.insert(0, Kept { message, by, answered }),
                    false => instance.held.insert(0, message),
                }
            }
        }
        // Another version has other regions.
        Hand::Map => _ = instance.held.splice(0..0, parked.map(|parked| parked.message)),
        Hand::Skip | Hand::End => {
            instance.rung.retain(|id| parked.as_ref().is_none_or(|parked| parked.message.id != *id));
        }
    }
    if hand == Hand::End && instance.state().is_none() {
        instance.version = recorded.version;
    }
}

/// The end of a life: what it knew is gone, but not what it has seen, nor what still waits.
fn forget(instance: &mut Instance) {
    if let Phase::Ended(state, end) = &instance.phase {
        instance.rested = Some((state.clone(), *end));
    }
    instance.phase = Phase::Waiting;
    instance.data = Data::default();
    instance.alarms.clear();
    instance.rung.clear();
    instance.correlation = None;
    instance.hash = None;
    // What waits is for the next life, all of it; but what a region has answered was for this one: as a starter
    // it would begin the next, be answered again and kept again, without end.
    instance.deferred.retain(|kept| !kept.answered);
    instance.deferred.iter_mut().for_each(|kept| kept.by.clear());
}
