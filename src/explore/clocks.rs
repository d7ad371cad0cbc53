//! What time it is in a world, where alarms ring last or somebody asks.

use super::explorer::Explorer;
use super::place::Place;
use super::steps::UNBORN;
use crate::event::Millis;

impl Explorer<'_> {
    /// How long after the start it is, where that is told.
    pub fn clock_of(&self, place: &Place) -> Millis {
        self.clocks[place.clock as usize]
    }

    /// Time passes for all the others, too.
    pub fn pass(&mut self, place: &mut Place, slot: u32, passed: Millis) {
        if passed == 0 {
            return;
        }
        if self.absolute {
            place.clock = self.clock(self.clock_of(place) + passed);
            return;
        }
        for other in 0..place.lives.len() as u32 {
            if other != slot && place.life(other) != UNBORN {
                let later = self.steps.shifted(place.life(other), passed);
                place.set_life(other, later);
            }
        }
    }

    fn clock(&mut self, at: Millis) -> u32 {
        let known = self.clocks.iter().position(|&known| known == at);
        known.unwrap_or_else(|| {
            self.clocks.push(at);
            self.clocks.len() - 1
        }) as u32
    }
}
