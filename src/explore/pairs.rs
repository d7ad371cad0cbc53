//! What two parts cost beside each other, whatever the rest does: from below, what all of them cost together.
//!
//! What is left to the beginning, of two parts alone, is worked out for every world of the one beside every world of the
//! other. A part is of as many pairs as there are other parts, so its own inversions count once in each, and those between
//! two parts as often as that in the one pair of theirs: the sum is no more than as often what all cost (a pattern
//! database for each pair, with the costs shared out: Culberson, Schaeffer 1998; Katz, Domshlak 2008).

use super::explorer::Explorer;
use super::sides::{Side, Step};

/// Per pair of sides, for every world of the first and every world of the second.
pub(super) struct Pairs(Vec<Vec<Option<Vec<u32>>>>);

/// So many numbers are kept for all pairs together.
const CELLS: usize = 4_000_000;

impl Pairs {
    /// Nothing is known of any pair.
    pub fn none(sides: &[Side]) -> Pairs {
        Pairs(sides.iter().map(|_| sides.iter().map(|_| None).collect()).collect())
    }

    /// How many numbers are kept.
    pub fn cells(sides: &[Side]) -> usize {
        let all: usize = sides.iter().map(|side| side.near.len()).sum();
        let pairs = sides.iter().map(|side| side.near.len() * (all - side.near.len())).sum::<usize>() / 2;
        pairs.min(CELLS)
    }

    /// Of as many pairs as there is room for, the small ones first.
    pub fn of(explorer: &Explorer, sides: &[Side]) -> Pairs {
        let mut pairs = Pairs::none(sides);
        let cells = |&(one, other): &(usize, usize)| sides[one].near.len() * sides[other].near.len();
        let mut all: Vec<(usize, usize)> =
            (0..sides.len()).flat_map(|one| (one + 1..sides.len()).map(move |other| (one, other))).collect();
        all.sort_by_key(cells);
        let mut room = CELLS;
        for pair in all {
            let Some(left) = room.checked_sub(cells(&pair)) else { break };
            room = left;
            pairs.0[pair.0][pair.1] = Some(table(explorer, sides, pair));
        }
        pairs
    }

    /// What one side costs in its world beside another in its own, if that is known.
    pub fn near(
        &self,
        sides: &[Side],
        (one, world): (usize, u32),
        (other, beside): (usize, u32),
    ) -> Option<u32> {
        if one > other {
            return self.near(sides, (other, beside), (one, world));
        }
        let table = self.0[one][other].as_ref()?;
        Some(table[world as usize * sides[other].near.len() + beside as usize])
    }
}

/// How often the costs between two sides count.
pub(super) fn share(sides: &[Side]) -> u32 {
    (sides.len() as u32 - 1).max(1)
}

fn table(explorer: &Explorer, sides: &[Side], (one, other): (usize, usize)) -> Vec<u32> {
    let (one, other, share) = (&sides[one], &sides[other], share(sides));
    let width = other.near.len();
    let mut table = vec![u32::MAX; one.near.len() * width];
    let cost = |step: &Step, beside: &Side, world: usize| {
        let Some((bit, own)) = step.listed else { return 0 };
        let flight = beside.flights.get(world);
        own + share * flight.map_or(0, |flight| explorer.listed.overtaken(bit as usize, flight))
    };
    // Steps lead to worlds with higher numbers.
    for world in 0..one.near.len() {
        for beside in 0..width {
            let begins = one.begins(world as u32) && other.begins(beside as u32);
            let mut least = if begins { 0 } else { u32::MAX };
            for step in &one.into[world] {
                let before = table[step.from as usize * width + beside];
                least = least.min(before.saturating_add(cost(step, other, beside)));
            }
            for step in &other.into[beside] {
                let before = table[world * width + step.from as usize];
                least = least.min(before.saturating_add(cost(step, one, world)));
            }
            table[world * width + beside] = least;
        }
    }
    table
}
