//! One message, all the way: its own decision, and one for each deferred message that it wakes.

use super::decide::{Input, decide};
use super::evolve::evolve;
use super::instance::{Instance, Kept};
use super::recorded::{Outcome, Recorded};
use super::settle::Hand;
use crate::event::{Position, Time};
use crate::process::Definition;
use std::sync::Arc;

/// Decide, then evolve: the only way anything decides. `next` is where the journal of the process
/// stands; it moves past the lines that this decision will take there.
pub fn step(
    definition: &Definition,
    instance: &mut Instance,
    input: &Input,
    now: Time,
    next: &mut Position,
) -> Recorded {
    let mut recorded = decide(definition, instance, input, now);
    place(&mut recorded, next);
    evolve(instance, &recorded);
    recorded
}

/// A message arrives, or a person settles the instance; then the deferred ones are tried again, in
/// arrival order, each as a decision of its own, from the first again whenever one of them changes the
/// state. A deferred message that is deferred once more, by the same regions, changes nothing, so
/// nothing is recorded of it.
///
/// Where a person has settled it, what is taken up again is first the message over which it was
/// parked, then what was deferred (it may have been parked before all of those were tried), and what
/// was held when nothing deferred is left to try.
///
/// `version_for` answers the definition that an instance lives on, or would start on.
pub fn turn<'a>(
    version_for: impl Fn(&Instance) -> Option<&'a Definition>,
    instance: &mut Instance,
    input: Input,
    now: Time,
    next: &mut Position,
) -> Vec<Recorded> {
    let target = input.moved_to(instance);
    let Some(definition) = version_for(target.as_ref().unwrap_or(instance)) else { return Vec::new() };
    let input = placed(input, next);
    let was_parked = instance.parked.is_some();
    let had_waited = instance.parked.as_ref().is_some_and(|parked| parked.waited);
    let mut turn = vec![step(definition, instance, &input, now, next)];
    let migrated = matches!(input, Input::Settles(_, Hand::Migrate));
    let settled = was_parked && instance.parked.is_none() && !migrated;
    let mut woken = turn[0].wakes() || settled;
    // `evolve` has put the message that is tried again before those that were held; or, where it had waited, before
    // those that were deferred.
    let mut resumed = settled
        && match input {
            Input::Settles(_, Hand::Resume) => !had_waited,
            Input::Settles(_, hand) => hand == Hand::Map,
            _ => false,
        };
    let mut index = 0;
    while instance.parked.is_none()
        && let Some(definition) = version_for(instance)
    {
        let recorded = if let Some(waiting) = instance.deferred.get(index).filter(|_| woken && !resumed) {
            let again = Input::Again(waiting.message.clone());
            let decided = decide(definition, instance, &again, now);
            if decided.outcome == Outcome::Deferred && decided.keepers == waiting.by {
                index += 1;
                continue;
            }
            let recorded = step(definition, instance, &again, now, next);
            // What some regions still keep has been tried, as what all of them do.
            let kept =
                |waiting: &Kept| waiting.id == again.message().id && waiting.source == again.message().source;
            index += usize::from(instance.deferred.get(index).is_some_and(kept));
            recorded
        } else if let Some(held) = instance.held.first() {
            // Only a person's hand leaves held messages with an instance that is not parked.
            resumed = false;
            step(definition, instance, &Input::Again(held.clone()), now, next)
        } else {
            break;
        };
        if recorded.wakes() {
            (woken, index) = (true, 0);
        }
        turn.push(recorded);
    }
    turn
}

/// What a person does is written down in the journal itself, before what is made of it.
pub(super) fn placed(input: Input, next: &mut Position) -> Input {
    match input {
        Input::Settles(mut message, hand) => {
            Arc::make_mut(&mut message).position = Some(*next);
            *next = next.next();
            Input::Settles(message, hand)
        }
        other => other,
    }
}

/// Gives the messages of a decision their positions, and leaves one for the record itself.
pub(super) fn place(recorded: &mut Recorded, next: &mut Position) {
    let mut take = || {
        let here = *next;
        *next = next.next();
        Some(here)
    };
    for message in recorded.sent.iter_mut().chain(&mut recorded.armed) {
        Arc::make_mut(message).position = take();
    }
    take();
}
