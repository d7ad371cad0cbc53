//! One budget of faults for all parts: what one of them takes of it is not left to the others.
//!
//! What a part does when it has taken so much does not depend on what is left, as long as it suffices; and what was taken
//! never becomes less. So what parts do together is what each of them does alone, where the sum is within the budget.

use super::graph::Graph;
use super::scenario::Faults;
use std::collections::{BTreeMap, BTreeSet};

/// How many choices lead to the worlds of a part, by a nearest way.
pub(super) struct Depths {
    /// By what was taken, the most.
    any: BTreeMap<Faults, u64>,
    /// The most to a world from which another leads on, by what will have been taken then.
    open: BTreeMap<Faults, u64>,
}

impl Depths {
    pub fn of(graph: &Graph, budget: Faults) -> Depths {
        let mut depths = Depths { any: BTreeMap::new(), open: BTreeMap::new() };
        let taken = |world: usize| budget.taken(graph.left(world));
        let mut room = Vec::new();
        for world in 0..graph.len() {
            let (here, depth) = (taken(world), u64::from(graph.depth(world)));
            // Within a step of one part another is in none.
            if !graph.stops(world) {
                depths.any.insert(here, depth);
            }
            for edge in graph.edges(world, &mut room) {
                // A world's depth never falls.
                depths.open.insert(taken(edge.to as usize), depth);
            }
        }
        depths
    }

    /// The most choices that lead to a world of all parts together from which another leads on; None where there is none.
    pub fn deepest_open<'a>(all: impl Iterator<Item = &'a Depths>, budget: Faults) -> Option<u64> {
        let (mut any, mut open) = (BTreeMap::from([(Faults::NONE, 0)]), BTreeMap::new());
        for part in all {
            let mut next = sums(&open, &part.any, budget);
            for (taken, depth) in sums(&any, &part.open, budget) {
                let deepest = next.entry(taken).or_default();
                *deepest = depth.max(*deepest);
            }
            (any, open) = (sums(&any, &part.any, budget), next);
        }
        open.into_values().max()
    }
}

/// The most choices to both, by what both have taken.
fn sums(one: &BTreeMap<Faults, u64>, other: &BTreeMap<Faults, u64>, budget: Faults) -> BTreeMap<Faults, u64> {
    let mut all = BTreeMap::new();
    for (taken, depth) in one {
        for (more, further) in other {
            let sum = taken.plus(*more);
            if sum.within(budget) {
                let deepest = all.entry(sum).or_default();
                *deepest = (depth + further).max(*deepest);
            }
        }
    }
    all
}

/// Of what each of several may take alone, what it may take beside some choice of the others.
pub(super) fn beside_others(budget: Faults, takes: &[BTreeSet<Faults>]) -> Vec<BTreeSet<Faults>> {
    // What the others take at least is all that matters.
    let further = |some: &[Faults], more: &BTreeSet<Faults>| {
        let sums = some.iter().flat_map(|one| more.iter().map(|other| one.plus(*other)));
        Faults::smallest(sums.filter(|sum| sum.within(budget)))
    };
    let mut behind = vec![vec![Faults::NONE]];
    for more in takes.iter().skip(1).rev() {
        behind.push(further(behind.last().expect("there is one"), more));
    }
    let mut before = vec![Faults::NONE];
    let mut left = Vec::with_capacity(takes.len());
    for (own, behind) in takes.iter().zip(behind.iter().rev()) {
        let others: BTreeSet<Faults> = behind.iter().copied().collect();
        let others = further(&before, &others);
        let is_left = |taken: &&Faults| others.iter().any(|other| taken.plus(*other).within(budget));
        left.push(own.iter().filter(is_left).copied().collect());
        before = further(&before, own);
    }
    left
}

/// Whether an ordering may end in a world of a part, and go on there, by a fault.
pub(super) fn goes_on(graph: &Graph) -> bool {
    graph.last().any(|world| graph.is_end(world) && !graph.edges(world, &mut Vec::new()).is_empty())
}
