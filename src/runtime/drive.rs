//! Ready, pick, apply, port: the loop under every verb.

use super::apply::{Turn, apply};
use super::ready::{Choice, Rules, ready};
use super::world::World;
use crate::error::Result;

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

/// The first in canonical order; where `rings` is reached, none.
pub struct First {
    pub rules: Rules,
    /// How many alarms may still ring.
    pub rings: u64,
    /// Whether that bound has stopped it.
    pub bounded: bool,
}

impl First {
    pub fn new(rules: Rules) -> First {
        First { rules, rings: u64::MAX, bounded: false }
    }
}

impl Scheduler for First {
    fn pick(&mut self, world: &World) -> Option<Choice> {
        let choice = ready(world, self.rules).into_iter().next()?;
        if matches!(choice, Choice::Ring { .. }) {
            self.bounded = self.rings == 0;
            self.rings = self.rings.checked_sub(1)?;
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
