//! Where a scenario begins: what comes first has come, one message after the other.
//!
//! A service with `entity` may answer one of them in several ways; then it waits there until one is chosen, and the
//! rest follows.

use super::choice::Applied;
use super::explorer::Explorer;
use super::graph::Graph;
use super::place::{Owing, Place, Watched};
use super::steps::Given;
use crate::runtime::ProcessId;
use std::ops::Range;

impl Explorer<'_> {
    /// The world in which the scenario begins: the first messages have been delivered.
    pub fn start(&mut self) -> Place {
        if let Some(part) = &self.begins_at {
            return part.clone();
        }
        let mut place = Place { flight: self.listed.all(), ..Place::default() };
        place.owing = self.answers().then(Owing::default);
        place.peril = self.begin_peril();
        place.watched = self.steps.watches.then(Watched::default);
        if self.answers() {
            self.ask_listed(&mut place);
        }
        self.begin(&mut place, 0);
        place
    }

    /// The first messages come, from this one on, up to one that a service may answer in several ways.
    fn begin(&mut self, place: &mut Place, from: usize) {
        for index in from..self.firsts.len() {
            let (process, mail, slot) = self.firsts[index];
            if let Some(owing) = &mut place.owing {
                owing.begun = index as u32;
            }
            if self.steps.crew.is_asked(process) {
                self.ask(place, process, mail);
                continue;
            }
            let mut number = 0;
            if self.steps.crew.service(process).is_some() {
                match *self.numbers(place, slot, mail) {
                    [only] => number = only,
                    _ => return,
                }
            }
            self.give(place, slot, Given::Mail(mail, false, number));
        }
        if let Some(owing) = &mut place.owing {
            owing.begun = self.firsts.len() as u32;
        }
    }

    /// Whether some of the first messages are still to come.
    pub fn begins(&self, place: &Place) -> bool {
        self.beginning(place).is_some()
    }

    /// Those worlds among which are all in which not all that comes first has come: each choice there is one that comes.
    /// There are services, and so no lattice.
    pub fn beginnings(&self, graph: &Graph) -> Range<usize> {
        0..if self.answers() { graph.worlds.met.first(self.firsts.len() + 1) } else { 0 }
    }

    /// The first message that is to come next, where a service may answer it in several ways.
    pub(super) fn beginning(&self, place: &Place) -> Option<(ProcessId, u32, u32)> {
        self.firsts.get(place.owing.as_ref()?.begun as usize).copied()
    }

    /// The next of the first messages comes, and its service takes this alternative.
    pub fn begin_with(&mut self, next: &mut Place, number: u16) -> Applied {
        let (_, mail, slot) = self.beginning(next).expect("a first message is to come");
        let begun = next.owing.as_ref().map_or(0, |owing| owing.begun as usize);
        let given = Given::Mail(mail, false, number);
        let step = self.give(next, slot, given);
        self.begin(next, begun + 1);
        let sent = self.steps.step(step).sent;
        Applied { step: Some(step), sent, slot: Some(slot), given: Some(given) }
    }
}
