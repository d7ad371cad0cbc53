//! What does not interact is explored apart, each part in worlds of its own; `compose.rs` puts together what is said of
//! the whole.
//!
//! Found by supposing it and looking. At first only those are one part that reach one instance, or wait for each other.
//! Each part is walked as if it were alone; where two of them reach one instance after all, they are one, and it is walked
//! again. Parts only become fewer, so that ends. What is left has been confirmed in every world of each part: no choice of
//! one looks at, or changes, anything that a choice of another looks at. So the worlds of the whole are the worlds of the
//! parts side by side, and its orderings are theirs, shuffled.

use super::explorer::Explorer;
use super::faults::put;
use super::graph::{Graph, Progress};
use super::interchange::Interchange;
use super::labels::Labels;
use super::listed::{Listed, has};
use super::moments::Names;
use super::passing::{does, lives_in, may_pass};
use super::place::{AGAIN, Item, Owing, Place};
use super::scenario::{Alarms, Bounds, Order, Scenario};
use super::steps::UNBORN;
use crate::event::Name;
use crate::runtime::ProcessId;
use std::collections::btree_map::Entry;
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
    let Scenario { reductions, faults, expect, .. } = explorer.scenario;
    reductions.apart
        && reductions.equal_worlds
        // A budget is one for all.
        && !faults.any()
        // A property may look at all.
        && expect.always.is_empty()
        && expect.finally.is_empty()
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
    if !may_be_apart(explorer) || one && may_pass(explorer).is_empty() {
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
    let mut groups = units(explorer, &start, &may_pass(explorer));
    let mut taken = 0;
    loop {
        groups = joined(groups, |group| ties(explorer, group));
        // One alone is the whole.
        let idle = |group: &&Group| group.walked.as_ref().is_some_and(|(_, graph)| graph.edge_count() == 0);
        if groups.len() - groups.iter().filter(idle).count() < 2 {
            return None;
        }
        *tried = Tried::InVain;
        let known = |group: &Group| group.passes || group.walked.is_some();
        if groups.iter().all(known) && all_pass(explorer, &mut groups)? {
            break;
        }
        for group in groups.iter_mut().filter(|group| !group.passes && group.walked.is_none()) {
            taken += walk(explorer, &start, group, taken, watch)?;
        }
    }
    for group in groups.iter_mut().filter(|group| group.passes) {
        taken += walk(explorer, &start, group, taken, watch)?;
    }
    // When nothing else can happen is nothing that a part can tell.
    if explorer.scenario.alarms == Alarms::Last && explorer.steps.lives.any_sets_an_alarm() {
        return None;
    }
    let part = |group: Group| {
        let (stage, graph) = group.walked.expect("all are explored");
        let slots = if group.passes { BTreeSet::new() } else { group.slots };
        Part { bits: group.bits.into_iter().collect(), stage, graph, slots, passes: group.passes }
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
    taken: u64,
    watch: &mut dyn FnMut(Progress) -> bool,
) -> Option<u64> {
    let bounds = explorer.scenario.bounds;
    let bounds = Bounds { memory: bounds.memory.saturating_sub(taken).max(1), ..bounds };
    let mut stage = stage_of(explorer, start, group)?;
    explorer.change(&mut stage);
    explorer.steps.reached.fill(false);
    explorer.suppose();
    let graph = Graph::explore(explorer, bounds, watch);
    explorer.change(&mut stage);
    let reached = explorer.steps.reached.iter().enumerate().filter(|(_, reached)| **reached);
    group.slots.extend(reached.map(|(slot, _)| slot as u32));
    if graph.stopped.is_some() || stage.labels.full {
        return None;
    }
    let taken = graph.taken;
    group.walked = Some((stage, graph));
    Some(taken)
}

/// What is supposed to be a part; or is one, as far as is known.
#[derive(Default)]
struct Group {
    bits: BTreeSet<usize>,
    slots: BTreeSet<u32>,
    /// What else is on its way when it begins.
    items: Vec<Item>,
    open: Vec<Item>,
    /// One message that passes by.
    passes: bool,
    walked: Option<(Stage, Graph)>,
}

/// What two groups may have in common, so that they are one.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Tie {
    Bit(usize),
    Slot(u32),
    Process(ProcessId),
    /// A choice that is written alike: it is numbered among those of its name.
    Text(String),
}

/// The least of which parts may consist: a message on its way, or an instance that lives.
fn units(explorer: &mut Explorer, start: &Place, pass: &BTreeSet<usize>) -> Vec<Group> {
    let mut units: Vec<Group> = Vec::new();
    for bit in (0..explorer.listed.len()).filter(|&bit| has(&start.flight, bit)) {
        let delivery = explorer.listed.deliveries.get(bit);
        let slots = delivery.map(|delivery| delivery.slot).into_iter().collect();
        let passes = pass.contains(&bit);
        units.push(Group { bits: BTreeSet::from([bit]), slots, passes, ..Group::default() });
    }
    for slot in (0..start.lives.len() as u32).filter(|&slot| start.life(slot) != UNBORN) {
        units.push(Group { slots: BTreeSet::from([slot]), ..Group::default() });
    }
    for &(to, mail) in &start.items {
        let slot = explorer.slot_for(to as ProcessId, mail & !AGAIN);
        units.push(Group { slots: BTreeSet::from([slot]), items: vec![(to, mail)], ..Group::default() });
    }
    for &item in start.owing.iter().flat_map(|owing| &owing.open) {
        units.push(Group { open: vec![item], ..Group::default() });
    }
    units
}

/// Whether all that are supposed to pass by do so; of those that do not it is supposed no more.
fn all_pass(explorer: &mut Explorer, groups: &mut [Group]) -> Option<bool> {
    let mut lives: BTreeMap<u32, Option<BTreeSet<u32>>> = BTreeMap::new();
    let mut patches: BTreeMap<(u32, Name), usize> = BTreeMap::new();
    let mut others = BTreeSet::new();
    for index in (0..groups.len()).filter(|&index| groups[index].passes) {
        let bit = *groups[index].bits.first()?;
        let slot = explorer.listed.deliveries[bit].slot;
        let mut owners = groups.iter().filter(|group| !group.passes && group.slots.contains(&slot));
        let all = lives.entry(slot).or_insert_with(|| match owners.next() {
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
    }
    Some(others.is_empty())
}

fn ties(explorer: &Explorer, group: &Group) -> Vec<Tie> {
    let Group { bits, slots, walked, .. } = group;
    if group.passes {
        return bits.iter().map(|&bit| Tie::Bit(bit)).collect();
    }
    let mut ties: Vec<Tie> = slots.iter().map(|&slot| Tie::Slot(slot)).collect();
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
fn joined(groups: Vec<Group>, ties: impl Fn(&Group) -> Vec<Tie>) -> Vec<Group> {
    let mut first: BTreeMap<Tie, usize> = BTreeMap::new();
    let mut same: Vec<usize> = (0..groups.len()).collect();
    fn root(same: &[usize], mut of: usize) -> usize {
        while same[of] != of {
            of = same[of];
        }
        of
    }
    for (index, group) in groups.iter().enumerate() {
        for tie in ties(group) {
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
                known.items.extend(group.items);
                known.open.extend(group.open);
                known.walked = None;
            }
        }
    }
    all.into_values().collect()
}

/// Where a part begins, and what may come in it. What was sent before is of no part.
fn stage_of(explorer: &mut Explorer, start: &Place, group: &Group) -> Option<Stage> {
    let bits: Vec<usize> = group.bits.iter().copied().collect();
    let listed = explorer.listed.part(explorer.scenario, &bits, explorer.order)?;
    let mut labels = Labels::default();
    labels.texts.extend(
        bits.iter().filter_map(|&bit| explorer.labels.texts.get(bit)).take(listed.deliveries.len()).cloned(),
    );
    let mut place = Place { flight: vec![0; listed.words], ..Place::default() };
    (0..bits.len()).for_each(|bit| put(&mut place.flight, bit, true));
    for &slot in &group.slots {
        let life = start.life(slot);
        // What passes by is all that happens here.
        let life = if group.passes { explorer.steps.lives.without_alarms(life) } else { life };
        place.set_life(slot, life);
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
