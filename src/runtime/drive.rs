//! Ready, pick, apply, port: the loop under every verb.

use super::apply::{Turn, apply};
use super::house::ProcessId;
use super::ready::{Choice, Rules, ready};
use super::world::World;
use crate::error::Result;
use crate::event::{Name, Time};
use std::collections::BTreeMap;

/// Who picks what happens next.
pub trait Scheduler {
    /// One of the choices that are ready; None stops.
    fn pick(&mut self, world: &World) -> Option<Choice>;
}

/// What the world meets at its edge.
pub trait Port {
    /// Puts in flight what comes next from outside.
    fn supply(&mut self, world: &mut World) -> Result<()>;

    /// Hears of a turn before what it sent is handed over.
    fn took(&mut self, world: &World, choice: &Choice, turn: Turn) -> Result<()>;
}

/// The first in canonical order, within bounds.
pub struct First {
    pub rules: Rules,
    /// How many alarms may still ring, and answers come.
    pub rings: u64,
    /// The bound that has stopped it.
    pub stopped: Option<Stopped>,
    /// At this moment of virtual time, how often a conversation has answered itself: rings, and what
    /// processes say to each other.
    moment: Time,
    rounds: BTreeMap<(ProcessId, Name), u32>,
}

/// Why a scheduler went no further.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stopped {
    /// So many alarms have rung, and answers come.
    Rings,
    /// A conversation goes round and round, and time stands still: an alarm that sets itself with no
    /// delay, processes that answer each other for ever.
    Round { process: Name, conversation: Name },
}

/// How often a conversation may answer itself at one moment of virtual time.
const ROUNDS: u32 = 10_000;

impl First {
    pub fn new(rules: Rules) -> First {
        First { rules, rings: u64::MAX, stopped: None, moment: Time::MIN, rounds: BTreeMap::new() }
    }

    /// Whether this choice is one too many of its conversation at its moment.
    fn goes_round(&mut self, world: &World, choice: &Choice) -> bool {
        let (process, time, conversation) = match choice {
            Choice::Ring { process, instance, alarm } => {
                (*process, alarm.due.unwrap_or(self.moment), instance.clone())
            }
            Choice::Deliver { process, key } if world.house().process(&key.module).is_some() => {
                let Some(conversation) = world.conversation_of(key) else { return false };
                (*process, key.time, conversation)
            }
            Choice::Answer { service, time, .. } => {
                let conversation = world.next_ring().and_then(|(_, answer)| answer.correlation.clone());
                (*service, *time, conversation.unwrap_or_else(|| Name::from("")))
            }
            _ => return false,
        };
        if time != self.moment {
            self.moment = time;
            self.rounds.clear();
        }
        let round = self.rounds.entry((process, conversation.clone())).or_default();
        *round += 1;
        if *round > ROUNDS {
            let process = world.member(process).name.clone();
            self.stopped = Some(Stopped::Round { process, conversation });
        }
        self.stopped.is_some()
    }
}

impl Scheduler for First {
    fn pick(&mut self, world: &World) -> Option<Choice> {
        let choice = ready(world, self.rules).into_iter().next()?;
        if self.goes_round(world, &choice) {
            return None;
        }
        if matches!(choice, Choice::Ring { .. } | Choice::Answer { .. }) {
            if self.rings == 0 {
                self.stopped = Some(Stopped::Rings);
                return None;
            }
            self.rings -= 1;
        }
        Some(choice)
    }
}

/// Drives a world until nothing can happen, or the scheduler stops.
pub fn drive(world: &mut World, scheduler: &mut dyn Scheduler, port: &mut dyn Port) -> Result<()> {
    loop {
        port.supply(world)?;
        let Some(choice) = scheduler.pick(world) else { return Ok(()) };
        let turn = apply(world, choice.clone());
        port.took(world, &choice, turn)?;
    }
}
