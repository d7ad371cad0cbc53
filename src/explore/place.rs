//! A world as it counts: numbers in a row, equal where the worlds are the same.

use super::steps::UNBORN;

/// A world, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// What was sent so far.
    pub sent: u32,
    /// The number of a moment, where time is told from the start.
    pub clock: u32,
    /// The listed messages that are still in flight, as a set of deliveries.
    pub flight: Vec<u32>,
    /// Per slot, its life.
    pub lives: Vec<u32>,
    /// What processes sent and what is still in flight: to whom, which message.
    pub items: Vec<(u32, u32)>,
}

impl Place {
    pub fn life(&self, slot: u32) -> u32 {
        self.lives.get(slot as usize).copied().unwrap_or(UNBORN)
    }

    pub fn set_life(&mut self, slot: u32, life: u32) {
        let slot = slot as usize;
        if self.lives.len() <= slot {
            if life == UNBORN {
                return;
            }
            self.lives.resize(slot + 1, UNBORN);
        }
        self.lives[slot] = life;
    }

    /// Reads what [`Place::write`] wrote.
    pub fn read(&mut self, row: &[u32], words: usize) {
        (self.sent, self.clock) = (row[0], row[1]);
        let (flight, rest) = row[2..].split_at(words);
        let (lives, items) = rest[1..].split_at(rest[0] as usize);
        self.flight.clear();
        self.flight.extend_from_slice(flight);
        self.lives.clear();
        self.lives.extend_from_slice(lives);
        self.items.clear();
        self.items.extend(items.chunks_exact(2).map(|item| (item[0], item[1])));
    }

    /// The part of a row that says what is in flight.
    pub fn flight_of(row: &[u32], words: usize) -> &[u32] {
        &row[2..2 + words]
    }

    pub fn write(&self, row: &mut Vec<u32>) {
        row.clear();
        row.extend_from_slice(&[self.sent, self.clock]);
        row.extend_from_slice(&self.flight);
        row.push(self.lives.len() as u32);
        row.extend_from_slice(&self.lives);
        for &(to, mail) in &self.items {
            row.extend_from_slice(&[to, mail]);
        }
    }

    pub fn copy_from(&mut self, other: &Place) {
        (self.sent, self.clock) = (other.sent, other.clock);
        self.flight.clone_from(&other.flight);
        self.lives.clone_from(&other.lives);
        self.items.clone_from(&other.items);
    }
}
