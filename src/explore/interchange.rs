//! Messages that do the same in every world: which of them comes first makes no difference, so they come in the
//! order listed, and a choice stands for as many as are in flight.
//!
//! Found by supposing it and looking. At first all that stand alike (to one instance, waiting for the same) are
//! supposed to be interchangeable. In every world in which one of a group is in flight, all of the group are put before
//! the kernel; where two of them lead to different steps, the group is parted, and the walk begins again with what it has
//! learned. What is left has been confirmed in every world that was walked, and no others are there: exchanging two
//! members of a group in an ordering gives an ordering that goes through the same instances, so each ordering with
//! the group in the order listed stands for the group's factorial. Of these it has the fewest inversions: where two
//! stand against the order listed, exchanging them takes one away at least.

use super::choice::{Choice, What};
use super::explorer::Explorer;
use super::listed::has;
use super::place::{Input, Place};
use crate::event::Name;
use num_bigint::BigUint;
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;

/// The groups of listed deliveries that do the same, as far as is known.
#[derive(Debug, Default)]
pub(super) struct Interchange {
    /// Each in the order listed.
    groups: Vec<Vec<usize>>,
    /// Per delivery its group, if it has one.
    group_of: Vec<Option<usize>>,
    /// Group, life and moment where all of a group do the same.
    confirmed: FxHashSet<(usize, u32, u32)>,
}

impl Interchange {
    fn new(groups: Vec<Vec<usize>>, deliveries: usize) -> Interchange {
        let mut group_of = vec![None; deliveries];
        for (number, group) in groups.iter().enumerate() {
            group.iter().for_each(|&bit| group_of[bit] = Some(number));
        }
        Interchange { groups, group_of, confirmed: FxHashSet::default() }
    }

    /// Whether there is anything to confirm, or to count again.
    pub fn is_any(&self) -> bool {
        self.groups.iter().any(|group| group.len() > 1)
    }

    /// All that do the same as a delivery, itself among them, in the order listed.
    pub fn like(&self, bit: usize) -> Option<&[usize]> {
        Some(&self.groups[(*self.group_of.get(bit)?)?])
    }

    /// The groups of more than one.
    pub fn groups(&self) -> impl Iterator<Item = &[usize]> {
        self.groups.iter().filter(|group| group.len() > 1).map(Vec::as_slice)
    }

    /// How many worlds one stands for in which only the messages of a set are in flight.
    pub fn stands_for(&self, flight: &[u32]) -> BigUint {
        let mut product = BigUint::from(1u8);
        for group in self.groups() {
            let left = group.iter().filter(|&&bit| has(flight, bit)).count() as u32;
            // So many ways to choose which of them these are, as a product of fractions that stay whole.
            for index in 0..left {
                product = product * (group.len() as u32 - index) / (index + 1);
            }
        }
        product
    }
}

impl Explorer<'_> {
    /// Supposes that all that stand alike are interchangeable, but for those of types that somebody counts.
    pub fn suppose(&mut self) {
        // Where copies count as one choice and are told apart, so must be whatever else is alike.
        let told_apart = self.scenario.alike && !self.scenario.reductions.equal_copies;
        if !self.may_merge || !self.scenario.reductions.interchangeable || told_apart || self.answers() {
            return;
        }
        let counted = self.scenario.expect.counted();
        let count = self.listed.deliveries.len();
        let mut groups: BTreeMap<(usize, Option<&Name>), Vec<usize>> = BTreeMap::new();
        let copied = |bit: usize| self.steps.mails.get(self.listed.deliveries[bit].mail).copied;
        for bit in (0..count).filter(|&bit| self.listed.is_lone(bit) && !copied(bit)) {
            let type_ = &self.scenario.deliver[self.listed.deliveries[bit].message].message.type_;
            groups.entry((self.listed.stand_alike[bit], counted.get(type_).copied())).or_default().push(bit);
        }
        self.interchange = Interchange::new(groups.into_values().collect(), count);
        self.listed.interchange(&self.interchange.groups);
    }

    /// Whether those that are supposed to do the same do so in this world; where not, they are parted. Those that
    /// have come are asked as well, since in another order they would be what is left.
    pub fn confirm(&mut self, place: &Place, choices: &[Choice]) -> bool {
        let mut parted = false;
        for choice in choices {
            let What::Listed(first) = choice.take.what else { continue };
            let Some(number) = self.interchange.group_of[first] else { continue };
            let life = place.life(self.listed.deliveries[first].slot);
            if self.interchange.groups[number].len() == 1
                || !self.interchange.confirmed.insert((number, life, place.clock))
            {
                continue;
            }
            let mut steps: Vec<(u32, Vec<usize>)> = Vec::new();
            for bit in self.interchange.groups[number].clone() {
                let (slot, given) = self.given(place, Input::Listed(bit), false, 0);
                let step = self.steps.take(slot, life, given, self.clock_of(place));
                let same = |(other, _): &&mut (u32, Vec<usize>)| self.steps.do_the_same(*other, step);
                match steps.iter_mut().find(same) {
                    Some((_, bits)) => bits.push(bit),
                    None => steps.push((step, vec![bit])),
                }
            }
            if steps.len() > 1 {
                parted = true;
                self.part(number, steps.into_iter().map(|(_, bits)| bits));
            }
        }
        !parted
    }

    fn part(&mut self, number: usize, parts: impl Iterator<Item = Vec<usize>>) {
        let mut groups = std::mem::take(&mut self.interchange.groups);
        groups[number].clear();
        groups.extend(parts);
        groups.retain(|group| !group.is_empty());
        self.interchange = Interchange::new(groups, self.listed.deliveries.len());
        self.listed.interchange(&self.interchange.groups);
    }
}
