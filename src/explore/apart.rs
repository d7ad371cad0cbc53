//! What does not interact is explored apart, each part in worlds of its own; `compose.rs` puts together what is said of
//! the whole.
//!
//! Found by supposing it and looking. At first only those are one part that reach one instance, or wait for each other.
//! Each part is walked as if it were alone; where two of them reach one instance after all, they are one, and it is walked
//! again. Parts only become fewer, so that ends. What is left has been confirmed in every world of each part: no choice of
//! one looks at, or changes, anything that a choice of another looks at. So the worlds of the whole are the worlds of the
//! parts side by side, and its orderings are theirs, shuffled.

use super::explorer::Explorer;
use super::facets::{Facets, sets_alarms};
use super::faults::put;
use super::graph::{Graph, Progress};
use super::interchange::Interchange;
use super::labels::Labels;
use super::listed::{Listed, has};
use super::moments::Names;
use super::passing::{does, lives_in, may_pass};
use super::place::{Owing, Peril, Place};
use super::scenario::{Alarms, Bounds, Scenario};
use super::steps::UNBORN;
use super::ties::{Group, joined, units, without_facets};
use crate::event::Name;
use std::collections::{BTreeMap, BTreeSet};
use std::mem::swap;

/// What an explorer knows of one part, and of no other.
#[derive(Debug)]
pub(super) struct Stage {
    pub listed: Listed,
    pub labels: Labels,
    pub interchange: Interchange,
    pub begins_at: Option<Place>,
}

impl Explorer<'_> {
    /// Explores what is on this stage from now on; what was explored before is there instead.
    pub fn change(&mut self, stage: &mut Stage) {
        swap(&mut self.listed, &mut stage.listed);
        swap(&mut self.labels, &mut stage.labels);
        swap(&mut self.interchange, &mut stage.interchange);
        swap(&mut self.begins_at, &mut stage.begins_at);
    }
}

/// A part of a scenario that was explored alone.
#[derive(Debug)]
pub(super) struct Part {
    /// What is listed of it, by the numbers that the whole has for it.
    pub bits: Vec<usize>,
    pub stage: Stage,
    pub graph: Graph,
    /// The places of the instances that it reaches, and no other part does but what passes by.
    pub slots: BTreeSet<u32>,
    /// Those of which it reaches only some facets; and of these the ones whose alarms are its own, all that are set there.
    pub shared: BTreeSet<u32>,
    pub rings: BTreeSet<u32>,
    /// One message that passes by.
    pub passes: bool,
}

impl Part {
    /// Nothing can happen in it.
    pub fn is_idle(&self) -> bool {
        self.graph.edge_count() == 0
    }

    /// After how many choices one of a label may come at first; and which choice was the first of these.
    pub fn first_met(&self, label: u16) -> (u32, u32) {
        let mut first: Vec<Option<u32>> = vec![None; self.graph.len()];
        let mut room = Vec::new();
        for world in 0..self.graph.len() {
            for (choice, edge) in self.graph.edges(world, &mut room).iter().enumerate() {
                let begun = if world == 0 { choice as u32 } else { first[world].unwrap_or(0) };
                if edge.label == label {
                    return (self.graph.depth(world), begun);
                }
                let there = &mut first[edge.to as usize];
                *there = there.or(Some(begun));
            }
        }
        (u32::MAX, 0)
    }

    pub fn names(&self, answers: bool) -> Names<'_> {
        let Stage { listed, labels, interchange, .. } = &self.stage;
        Names { listed, labels, interchange, answers }
    }
}

/// Whether it can be that nothing ties parts together but what they reach.
fn may_be_apart(explorer: &Explorer) -> bool {
    let Scenario { reductions, expect, .. } = explorer.scenario;
    reductions.apart
        && reductions.equal_worlds
        // A property may look at all; one of the end is asked of what parts come to together.
        && expect.always.is_empty()
        // What caused what is told by ids, and those say who else was there.
        && !explorer.steps.mails.told.ids
        && !explorer.compares
}

/// What came of looking for parts.
pub(super) enum Tried {
    /// Nothing was explored: there is one part only.
    Not,
    /// Something was, and yet all is one; or a part cannot be explored as a whole.
    InVain,
    Parts(Vec<Part>),
}

/// Several parts, each explored.
pub(super) fn apart(explorer: &mut Explorer, watch: &mut dyn FnMut(Progress) -> bool) -> Tried {
    let slot = |bit: usize| explorer.listed.deliveries.get(bit).map(|delivery| delivery.slot);
    // Most have one instance.
    let one = (0..explorer.listed.len()).all(|bit| slot(bit).is_some() && slot(bit) == slot(0));
    if !may_be_apart(explorer)
        || one && may_pass(explorer).is_empty() && Facets::supposed(explorer, None).is_none()
    {
        return Tried::Not;
    }
    let mut tried = Tried::Not;
    match explored(explorer, &mut tried, watch) {
        Some(parts) => Tried::Parts(parts),
        None => tried,
    }
}

fn explored(
    explorer: &mut Explorer,
    tried: &mut Tried,
    watch: &mut dyn FnMut(Progress) -> bool,
) -> Option<Vec<Part>> {
    let start = explorer.start();
    // One of the first messages may be answered in several ways: until it is, nothing else happens.
    let failed = start.owing.as_ref().is_some_and(|owing| !owing.failed.is_empty());
    if explorer.begins(&start) || failed {
        return None;
    }
    let mut facets = Facets::supposed(explorer, Some(&start)).unwrap_or_default();
    let mut groups = units(explorer, &start, &may_pass(explorer), &facets);
    let mut taken = 0;
    loop {
        groups = joined(explorer, groups);
        // One alone is the whole.
        let idle = |group: &&Group| group.walked.as_ref().is_some_and(|(_, graph)| graph.edge_count() == 0);
        if groups.len() - groups.iter().filter(idle).count() < 2 {
            return None;
        }
        *tried = Tried::InVain;
        let known = |group: &Group| group.passes || group.walked.is_some();
        if groups.iter().all(known) && all_pass(explorer, &mut groups, &facets)? {
            break;
        }
        let mut tied = BTreeSet::new();
        for group in groups.iter_mut().filter(|group| !group.passes && group.walked.is_none()) {
            taken += walk(explorer, &start, group, &facets, taken, watch)?;
            tied.extend(facets.tied(explorer, group));
        }
        without_facets(&mut groups, &mut facets, &tied);
    }
    for group in groups.iter_mut().filter(|group| group.passes) {
        taken += walk(explorer, &start, group, &facets, taken, watch)?;
    }
    // When nothing else can happen is nothing that a part can tell.
    if explorer.scenario.alarms == Alarms::Last && explorer.steps.lives.any_sets_an_alarm() {
        return None;
    }
    let part = |group: Group| {
        let (stage, graph) = group.walked.expect("all are explored");
        let slots = if group.passes { BTreeSet::new() } else { group.slots };
        let shared = group.facets.iter().map(|facet| facet.0).collect();
        let (bits, passes) = (group.bits.into_iter().collect(), group.passes);
        Part { bits, stage, graph, slots, shared, rings: group.rings, passes }
    };
    let mut parts: Vec<Part> = groups.into_iter().map(part).collect();
    // They are put to the others.
    parts.sort_by_key(|part| part.passes);
    Some(parts)
}

/// Explores what is supposed to be a part; how much memory that takes.
fn walk(
    explorer: &mut Explorer,
    start: &Place,
    group: &mut Group,
    facets: &Facets,
    taken: u64,
    watch: &mut dyn FnMut(Progress) -> bool,
) -> Option<u64> {
    let bounds = explorer.scenario.bounds;
    let bounds = Bounds { memory: bounds.memory.saturating_sub(taken).max(1), ..bounds };
    let mut stage = stage_of(explorer, start, group, facets)?;
    explorer.change(&mut stage);
    explorer.steps.reached.fill(false);
    explorer.suppose();
    let graph = Graph::explore(explorer, bounds, watch);
    explorer.change(&mut stage);
    let reached = explorer.steps.reached.iter().enumerate().filter(|(_, reached)| **reached);
    let shared: BTreeSet<u32> = group.facets.iter().map(|facet| facet.0).collect();
    group.slots.extend(reached.map(|(slot, _)| slot as u32).filter(|slot| !shared.contains(slot)));
    if graph.stopped.is_some() || stage.labels.full {
        return None;
    }
    let taken = graph.taken;
    group.rings = shared.into_iter().filter(|&slot| sets_alarms(explorer, &graph, slot)).collect();
    group.walked = Some((stage, graph));
    Some(taken)
}

/// Whether all that are supposed to pass by do so; of those that do not it is supposed no more.
fn all_pass(explorer: &mut Explorer, groups: &mut [Group], facets: &Facets) -> Option<bool> {
    let mut lives: BTreeMap<_, Option<BTreeSet<u32>>> = BTreeMap::new();
    let mut patches: BTreeMap<(u32, Name), usize> = BTreeMap::new();
    let mut others = BTreeSet::new();
    for index in (0..groups.len()).filter(|&index| groups[index].passes) {
        let bit = *groups[index].bits.first()?;
        let delivery = &explorer.listed.deliveries[bit];
        let slot = delivery.slot;
        // Of an instance that has several facets it looks at one alone.
        let facet = facets.of_message(slot, &explorer.scenario.deliver[delivery.message].message.type_);
        let owns = |group: &&Group| match &facet {
            Some(facet) => group.facets.contains(facet),
            None => group.slots.contains(&slot),
        };
        let mut owners = groups.iter().filter(|group| !group.passes).filter(owns);
        let all = lives.entry((slot, facet)).or_insert_with(|| match owners.next() {
            Some(Group { walked: Some((_, graph)), .. }) => lives_in(graph, slot),
            _ => Some(BTreeSet::from([UNBORN])),
        });
        let Some(patch) = all.as_ref().and_then(|lives| does(explorer, bit, lives)) else {
            others.insert(index);
            continue;
        };
        for (member, _) in patch {
            // Of two that set one member it matters which is the last.
            if let Some(other) = patches.insert((slot, member), index) {
                others.extend([other, index]);
            }
        }
    }
    for &index in &others {
        (groups[index].passes, groups[index].walked) = (false, None);
        groups[index].fall_apart(explorer, facets);
    }
    Some(others.is_empty())
}

/// Where a part begins, and what may come in it. What was sent before is of no part.
fn stage_of(explorer: &mut Explorer, start: &Place, group: &Group, facets: &Facets) -> Option<Stage> {
    let bits: Vec<usize> = group.bits.iter().copied().collect();
    let listed = explorer.listed.part(explorer.scenario, &bits, explorer.order)?;
    let mut labels = Labels::default();
    labels.texts.extend(
        bits.iter().filter_map(|&bit| explorer.labels.texts.get(bit)).take(listed.deliveries.len()).cloned(),
    );
    let mut place = Place { flight: vec![0; listed.words], ..Place::default() };
    let all = bits.iter().enumerate();
    all.clone().for_each(|(own, &bit)| put(&mut place.flight, own, has(&start.flight, bit)));
    // Each part may spend the whole budget, as long as it is alone.
    place.peril = start.peril.as_ref().map(|peril| {
        let (came, open) = (vec![0; listed.words], vec![0; listed.words]);
        let mut own = Peril { came, open, done: group.done.clone(), ..peril.clone() };
        for (bit, &number) in all {
            put(&mut own.came, bit, has(&peril.came, number));
            put(&mut own.open, bit, has(&peril.open, number));
        }
        own.done.sort_unstable();
        own
    });
    for &slot in &group.slots {
        let life = start.life(slot);
        // What passes by is all that happens here.
        let life = if group.passes { explorer.steps.lives.with_alarms(life, |_| false) } else { life };
        place.set_life(slot, life);
    }
    for &(slot, _) in &group.facets {
        place.set_life(slot, facets.life(explorer, &group.facets, slot, start.life(slot)));
    }
    place.items.clone_from(&group.items);
    if let Some(owing) = &start.owing {
        place.owing = Some(Owing { begun: owing.begun, open: group.open.clone(), failed: Vec::new() });
    }
    if !explorer.order.fifo {
        place.items.sort_unstable();
    }
    if let Some(owing) = &mut place.owing {
        owing.open.sort_unstable();
    }
    Some(Stage { listed, labels, interchange: Interchange::default(), begins_at: Some(place) })
}
