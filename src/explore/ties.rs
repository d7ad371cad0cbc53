//! What ties together what happens, so that it is of one part.

use super::apart::Stage;
use super::explorer::Explorer;
use super::facets::{Facet, Facets};
use super::graph::Graph;
use super::listed::has;
use super::place::{AGAIN, Item, Place};
use super::scenario::Order;
use super::steps::UNBORN;
use crate::runtime::ProcessId;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// What is supposed to be a part; or is one, as far as is known.
#[derive(Default)]
pub(super) struct Group {
    pub bits: BTreeSet<usize>,
    pub slots: BTreeSet<u32>,
    /// Of instances that others reach, too.
    pub facets: BTreeSet<Facet>,
    /// The places of those of which alarms are set in it.
    pub rings: BTreeSet<u32>,
    /// What else is on its way when it begins.
    pub items: Vec<Item>,
    pub open: Vec<Item>,
    /// What was delivered before, and may come once more.
    pub done: Vec<Item>,
    /// One message that passes by.
    pub passes: bool,
    pub walked: Option<(Stage, Graph)>,
}

/// What two groups may have in common, so that they are one.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Tie {
    Bit(usize),
    Slot(u32),
    Facet(Facet),
    /// Which alarm of an instance rings first is a matter of all that are set there.
    Rings(u32),
    Process(ProcessId),
    /// A choice that is written alike: it is numbered among those of its name.
    Text(String),
}

/// The least of which parts may consist: a message on its way, or an instance that lives.
pub(super) fn units(
    explorer: &mut Explorer,
    start: &Place,
    pass: &BTreeSet<usize>,
    facets: &Facets,
) -> Vec<Group> {
    let mut units: Vec<Group> = Vec::new();
    let may_come = |&bit: &usize| {
        has(&start.flight, bit) || start.peril.as_ref().is_some_and(|peril| has(&peril.open, bit))
    };
    for bit in (0..explorer.listed.len()).filter(may_come) {
        let delivery = explorer.listed.deliveries.get(bit);
        let slots = delivery.map(|delivery| delivery.slot).into_iter().collect();
        let passes = pass.contains(&bit);
        let mut unit = Group { bits: BTreeSet::from([bit]), slots, passes, ..Group::default() };
        unit.fall_apart(explorer, facets);
        units.push(unit);
    }
    for slot in (0..start.lives.len() as u32).filter(|&slot| start.life(slot) != UNBORN) {
        if !facets.has(slot) {
            units.push(Group { slots: BTreeSet::from([slot]), ..Group::default() });
        }
        for facet in facets.of(slot) {
            let rings = facets.is_armed(explorer, facet, start.life(slot)).then_some(slot);
            let rings = rings.into_iter().collect();
            units.push(Group { facets: BTreeSet::from([facet]), rings, ..Group::default() });
        }
    }
    for &(to, mail) in &start.items {
        let slot = explorer.slot_for(to as ProcessId, mail & !AGAIN);
        units.push(Group { slots: BTreeSet::from([slot]), items: vec![(to, mail)], ..Group::default() });
    }
    for &item in start.owing.iter().flat_map(|owing| &owing.open) {
        units.push(Group { open: vec![item], ..Group::default() });
    }
    for &(to, mail) in start.peril.iter().flat_map(|peril| &peril.done) {
        let asked = explorer.steps.crew.is_asked(to as ProcessId);
        let slot = (!asked).then(|| explorer.slot_for(to as ProcessId, mail));
        // What an instance knows already changes none of its facets, so it may come to any of them.
        let facets = slot.and_then(|slot| facets.of(slot).next()).into_iter().collect::<BTreeSet<Facet>>();
        let slots = slot.filter(|_| facets.is_empty()).into_iter().collect();
        units.push(Group { slots, facets, done: vec![(to, mail)], ..Group::default() });
    }
    units
}

impl Group {
    /// Of an instance that has several facets it reaches only the one to which its message goes. What passes by is told from
    /// them anyway.
    pub fn fall_apart(&mut self, explorer: &Explorer, facets: &Facets) {
        if self.passes {
            return;
        }
        for &bit in &self.bits {
            let Some(delivery) = explorer.listed.deliveries.get(bit) else { continue };
            let type_ = &explorer.scenario.deliver[delivery.message].message.type_;
            if let Some(facet) = facets.of_message(delivery.slot, type_) {
                self.slots.remove(&delivery.slot);
                self.facets.insert(facet);
            }
        }
    }

    /// It reaches the instance as it is.
    fn grow_together(&mut self, slot: u32) {
        let before = self.facets.len();
        self.facets.retain(|facet| facet.0 != slot);
        if self.facets.len() < before {
            self.slots.insert(slot);
            self.walked = None;
        }
    }
}

/// Instances that have no facets after all.
pub(super) fn without_facets(groups: &mut [Group], facets: &mut Facets, slots: &BTreeSet<u32>) {
    for &slot in slots {
        facets.remove(slot);
        groups.iter_mut().for_each(|group| group.grow_together(slot));
    }
}

fn ties(explorer: &Explorer, group: &Group) -> Vec<Tie> {
    let Group { bits, slots, facets, rings, walked, .. } = group;
    if group.passes {
        return bits.iter().map(|&bit| Tie::Bit(bit)).collect();
    }
    let mut ties: Vec<Tie> = slots.iter().map(|&slot| Tie::Slot(slot)).collect();
    ties.extend(facets.iter().map(|&facet| Tie::Facet(facet)));
    ties.extend(rings.iter().map(|&slot| Tie::Rings(slot)));
    for &bit in bits {
        ties.extend(
            (0..explorer.listed.len())
                .filter(|&other| other == bit || explorer.listed.waits(bit, other))
                .map(Tie::Bit),
        );
    }
    if explorer.order != Order::ANY {
        // What comes to one process in some order comes to all of its instances.
        ties.extend(slots.iter().map(|&slot| Tie::Process(explorer.steps.slots[slot as usize].0)));
    }
    if let Some((stage, _)) = walked {
        let others = stage.labels.texts.iter().skip(stage.listed.deliveries.len());
        ties.extend(others.cloned().map(Tie::Text));
    }
    ties
}

/// Those that have a tie in common, together.
pub(super) fn joined(explorer: &Explorer, groups: Vec<Group>) -> Vec<Group> {
    let mut first: BTreeMap<Tie, usize> = BTreeMap::new();
    let mut same: Vec<usize> = (0..groups.len()).collect();
    fn root(same: &[usize], mut of: usize) -> usize {
        while same[of] != of {
            of = same[of];
        }
        of
    }
    for (index, group) in groups.iter().enumerate() {
        for tie in ties(explorer, group) {
            let other = root(&same, *first.entry(tie).or_insert(index));
            let this = root(&same, index);
            same[this.max(other)] = this.min(other);
        }
    }
    let mut all: BTreeMap<usize, Group> = BTreeMap::new();
    for (index, group) in groups.into_iter().enumerate() {
        match all.entry(root(&same, index)) {
            Entry::Vacant(free) => _ = free.insert(group),
            Entry::Occupied(mut known) => {
                let known = known.get_mut();
                known.bits.extend(group.bits);
                known.slots.extend(group.slots);
                known.facets.extend(group.facets);
                known.rings.extend(group.rings);
                known.items.extend(group.items);
                known.open.extend(group.open);
                known.done.extend(group.done);
                known.walked = None;
            }
        }
    }
    all.into_values().collect()
}
