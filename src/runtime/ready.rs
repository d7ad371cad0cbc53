//! All that could happen next, in one canonical order.

use super::house::ProcessId;
use super::world::{Key, World};
use crate::event::{Message, Name, Time};
use crate::step::Hand;
use std::sync::Arc;

/// One thing that can happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// One message reaches one subscriber.
    Deliver { process: ProcessId, key: Key },
    /// An alarm rings.
    Ring { process: ProcessId, instance: Name, alarm: Arc<Message> },
    /// A service without `entity` says what it owes for the message that stood at `cause`; `time` is
    /// when, `ordinal` which of its answers to that message.
    Answer { service: ProcessId, time: Time, cause: Key, ordinal: u64 },
    /// One message reaches a service with `entity`, which takes this of its alternatives (by its place in the
    /// file; None: silence) and draws none. Never ready by itself: for whoever looks at all of them.
    Serve { service: ProcessId, key: Key, alternative: Option<usize> },
    /// A person settles a parked instance. Never ready by itself.
    Settle { process: ProcessId, instance: Name, message: Arc<Message>, hand: Hand },
}

/// What may happen when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rules {
    /// In the order of time: no alarm rings after the newest message.
    Newest,
    /// In the order of time, up to this moment and no further.
    Until(Time),
    /// In the order of time, until no alarm is armed.
    Drained,
}

/// Under the rules of time only one thing can be next: the message that is first in the order in
/// which logs are merged, or an answer or an alarm that is due before it. At one moment messages come
/// first, then what services owe, then alarms: what is stamped exactly at a deadline comes before it.
pub fn ready(world: &World, rules: Rules) -> Vec<Choice> {
    let limit = match rules {
        Rules::Newest => world.newest,
        Rules::Until(time) => time,
        Rules::Drained => Time::MAX,
    };
    let message = world.flight.first_key_value();
    let alarm = world.alarms.first_key_value();
    let choice = match (message, alarm) {
        (Some((key, flying)), alarm) if alarm.is_none_or(|(due, _)| key.time <= due.time) => {
            (key.time, Choice::Deliver { process: flying.to[0], key: key.clone() })
        }
        (_, Some((due, (instance, alarm)))) => {
            let choice = match world.house.keeps_journal(due.process) {
                true => {
                    Choice::Ring { process: due.process, instance: instance.clone(), alarm: alarm.clone() }
                }
                false => due.answer(),
            };
            (due.time, choice)
        }
        (_, None) => return Vec::new(),
    };
    // Messages are history: only a limit that a person named keeps one back.
    let (time, choice) = choice;
    let held_back = time > limit && !(rules == Rules::Newest && matches!(choice, Choice::Deliver { .. }));
    if held_back { Vec::new() } else { vec![choice] }
}
