//! The bodies of open worlds: all that a world is, but for which listed messages are in flight. What a delivery makes of
//! a world is what it makes of the body, so it is asked once for each body and delivery.

use super::choice::What;
use super::explorer::Explorer;
use super::pieces::Interned;
use super::place::{Layout, Place};
use super::scenario::Alarms;

#[derive(Debug)]
pub(super) struct Bodies {
    layout: Layout,
    /// Each as a row in which nothing is in flight.
    rows: Interned<u32>,
    deliveries: usize,
    /// Per body and delivery, the body that comes of it.
    after: Vec<u32>,
    row: Vec<u32>,
    place: Place,
    next: Place,
}

/// Nobody has asked yet.
const UNKNOWN: u32 = u32::MAX;

impl Bodies {
    pub fn new(explorer: &Explorer) -> Bodies {
        Bodies {
            layout: explorer.layout(),
            rows: Interned::default(),
            deliveries: explorer.listed.deliveries.len(),
            after: Vec::new(),
            row: Vec::new(),
            place: Place::default(),
            next: Place::default(),
        }
    }

    /// The number of a world's body. None where something else may happen in it than that a listed message comes.
    pub fn number(&mut self, explorer: &Explorer, place: &mut Place) -> Option<u32> {
        let rings = |&life: &u32| explorer.steps.lives.get(life).ringable().next().is_some();
        let never = explorer.scenario.alarms == Alarms::Never;
        if !place.items.is_empty() || !never && place.lives.iter().any(rings) {
            return None;
        }
        place.flight.fill(0);
        self.row.clear();
        place.write(&mut self.row);
        let number = self.rows.number(&self.row);
        if self.after.len() < self.rows.len() * self.deliveries {
            self.after.resize(self.rows.len() * self.deliveries, UNKNOWN);
        }
        Some(number)
    }

    /// The body that comes of a delivery. None as above.
    pub fn find(&mut self, explorer: &mut Explorer, body: u32, bit: usize) -> Option<u32> {
        let known = self.after(body, bit);
        if known != UNKNOWN {
            return Some(known);
        }
        let (mut place, mut next) = (std::mem::take(&mut self.place), std::mem::take(&mut self.next));
        self.read(body, 1 << bit, &mut place);
        explorer.apply(&place, What::Listed(bit).into(), &mut next);
        let found = self.number(explorer, &mut next);
        (self.place, self.next) = (place, next);
        self.after[body as usize * self.deliveries + bit] = found?;
        found
    }

    /// The same where it was asked before.
    pub fn after(&self, body: u32, bit: usize) -> u32 {
        self.after[body as usize * self.deliveries + bit]
    }

    /// The world of a body in which these are in flight.
    pub fn read(&self, body: u32, flight: u32, place: &mut Place) {
        place.read(self.rows.get(body), self.layout);
        place.flight[0] = flight;
    }

    pub fn is_full(&self) -> bool {
        self.rows.is_full()
    }

    pub fn bytes(&self) -> usize {
        self.rows.bytes() + self.after.capacity() * size_of::<u32>()
    }
}
