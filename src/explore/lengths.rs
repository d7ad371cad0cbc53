//! How many paths there are, by how long they are: two parts of a scenario are shuffled in as many ways as their lengths
//! say.

use super::count::{Count, Sorted, paths};
use super::graph::Graph;
use num_bigint::BigUint;
use std::collections::BTreeMap;

/// How many paths have each length.
pub(super) type Lengths = BTreeMap<usize, BigUint>;

/// Per group of worlds in which orderings end, how many paths from the beginning lead there. Worlds lie in no circle.
pub(super) fn by_length(
    graph: &Graph,
    sorted: &Sorted,
    groups: usize,
    group_of: &dyn Fn(u32) -> Option<usize>,
) -> Vec<Lengths> {
    let deepest = (0..graph.len()).map(|world| graph.depth(world) as usize).max().unwrap_or(0);
    let steps = |world: usize| graph.kept(world).map(move |edge| (world, edge.to as usize));
    let mut all = (0..graph.len()).flat_map(steps);
    if all.all(|(from, to)| graph.depth(to) == graph.depth(from) + 1) {
        // Each world is as far from the beginning on all paths, so how far it is says which are together.
        let group_at =
            |world: u32| Some(group_of(world)? * (deepest + 1) + graph.depth(world as usize) as usize);
        let counts = paths(graph, sorted, groups * (deepest + 1), &group_at, &|_| true);
        let some = |counts: &[Count]| {
            let counts = counts.iter().enumerate().filter_map(|(length, count)| match count {
                Count::Finite(count) if *count != BigUint::ZERO => Some((length, count.clone())),
                _ => None,
            });
            counts.collect()
        };
        return counts.chunks(deepest + 1).map(some).collect();
    }
    let mut found = vec![Lengths::new(); groups];
    let mut ways: Vec<Lengths> = vec![Lengths::new(); graph.len()];
    ways[0].insert(0, BigUint::from(1u8));
    for &world in &sorted.order {
        // All that lead here have been seen.
        let here = std::mem::take(&mut ways[world as usize]);
        for edge in graph.kept(world as usize) {
            let there = &mut ways[edge.to as usize];
            for (length, count) in &here {
                *there.entry(length + 1).or_default() += count * edge.weight;
            }
        }
        if let Some(group) = group_of(world) {
            for (length, count) in here {
                *found[group].entry(length).or_default() += count;
            }
        }
    }
    found
}

/// Paths of two parts that do not interact, shuffled in every way.
pub(super) fn shuffled(one: &Lengths, other: &Lengths, factorials: &mut Factorials) -> Lengths {
    let mut all = Lengths::new();
    for (&a, count) in one {
        for (&b, more) in other {
            *all.entry(a + b).or_default() += count * more * factorials.choose(a + b, a);
        }
    }
    all
}

/// 0!, 1!, 2! and so on, as far as they were asked for.
#[derive(Default)]
pub(super) struct Factorials(Vec<BigUint>);

impl Factorials {
    fn of(&mut self, number: usize) -> &BigUint {
        while self.0.len() <= number {
            let next = match self.0.last() {
                Some(last) => last * self.0.len(),
                None => BigUint::from(1u8),
            };
            self.0.push(next);
        }
        &self.0[number]
    }

    /// In how many ways so many places can be chosen from all.
    pub fn choose(&mut self, all: usize, some: usize) -> BigUint {
        let whole = self.of(all).clone();
        whole / (self.of(some).clone() * self.of(all - some))
    }
}
