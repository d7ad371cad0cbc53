//! The precedences that paths of a graph have in common, and how many of its orderings obey some.

use super::count::{Count, Sorted};
use super::decided::{LABELS, PATIENCE, Pair, Paths};
use super::graph::Graph;
use super::lattice::Lattice;
use super::sweep;
use super::unrolled::{Names, Unrolled};
use num_bigint::BigUint;
use std::collections::BTreeSet;

/// All paths of a graph.
pub(super) struct Whole<'a> {
    pub paths: Unrolled<'a>,
    graph: &'a Graph,
    sorted: Sorted,
    own: &'a [Count],
}

impl<'a> Whole<'a> {
    /// None where that would take more than `room` bytes; and none inside where too much would have to be told apart,
    /// or paths form a circle. `own`: how many orderings lead to each outcome.
    pub fn new(names: Names<'a>, graph: &'a Graph, own: &'a [Count], room: u64) -> Option<Option<Whole<'a>>> {
        let Some(paths) = Unrolled::new(names, graph, room)?.filter(|paths| paths.labels() <= LABELS) else {
            return Some(None);
        };
        let sorted = match graph.lattice() {
            Some(_) => Sorted::new(graph),
            None => Sorted::of(paths.len(), |node| paths.edges(node)),
        };
        let ends = sorted.behind_a_circle.is_empty();
        Some(ends.then_some(Whole { paths, graph, sorted, own }))
    }

    /// Per group of worlds the precedences that all paths have in common that end in it. None where that would take more
    /// than `room` bytes.
    pub fn common(
        &self,
        groups: usize,
        group_of: &dyn Fn(u32) -> Option<usize>,
        room: u64,
    ) -> Option<Vec<BTreeSet<Pair>>> {
        let room = room.saturating_sub(self.paths.bytes());
        match self.graph.lattice() {
            Some(lattice) => Some(common_in(lattice, groups, group_of)),
            None => common(&self.paths, &self.sorted, groups, &|node| group_of(self.paths.world(node)), room),
        }
    }
}

impl Whole<'_> {
    /// Per group, which labels happen in all paths that end in it, and which in any.
    pub fn happened(
        &self,
        groups: usize,
        group_of: &dyn Fn(u32) -> Option<usize>,
    ) -> Vec<(Vec<bool>, Vec<bool>)> {
        let labels = self.paths.labels();
        if self.graph.lattice().is_some() {
            // Each message comes in every ordering.
            return vec![(vec![true; labels], vec![true; labels]); groups];
        }
        let mut found = vec![(vec![true; labels], vec![false; labels]); groups];
        let mut happened = vec![0u64; labels.div_ceil(64)];
        for node in 0..self.paths.len() as u32 {
            let Some(group) = group_of(self.paths.world(node)) else { continue };
            self.paths.happened(node, &mut happened);
            let (always, ever) = &mut found[group];
            for label in 0..labels {
                let here = happened[label / 64] & 1 << (label % 64) != 0;
                always[label] &= here;
                ever[label] |= here;
            }
        }
        found
    }

    /// How many orderings obey some precedences, in which some labels happen, and one does not. None beyond 2^128.
    pub fn obeying_with(
        &self,
        pairs: &[Pair],
        happen: &BTreeSet<usize>,
        never: Option<usize>,
    ) -> Option<BigUint> {
        let happen: Vec<usize> = happen.iter().copied().collect();
        match self.graph.lattice() {
            Some(_) if never.is_some() => Some(BigUint::ZERO),
            Some(lattice) => Some(sweep::obeying(lattice, pairs)),
            None => obeying(&self.paths, &self.sorted, pairs, &happen, never),
        }
    }
}

impl Paths for Whole<'_> {
    type Obeying = BigUint;

    fn labels(&self) -> usize {
        self.paths.labels()
    }

    fn like(&self, label: usize) -> Vec<usize> {
        self.paths.like(label)
    }

    fn is_clear(&self, label: usize) -> bool {
        self.paths.is_clear(label)
    }

    fn never(&self, label: usize) -> bool {
        self.paths.never(label)
    }

    fn text(&self, label: usize) -> String {
        self.paths.text(label)
    }

    fn obeying(&self, pairs: &[Pair]) -> Option<BigUint> {
        match self.graph.lattice() {
            Some(lattice) => Some(sweep::obeying(lattice, pairs)),
            None => obeying(&self.paths, &self.sorted, pairs, &[], None),
        }
    }

    /// There are as many.
    fn are_same(&self, all: &BigUint, fewer: &BigUint) -> bool {
        all == fewer
    }

    fn are_own(&self, obeying: &BigUint, outcome: usize) -> bool {
        Count::Finite(obeying.clone()) == self.own[outcome]
    }

    fn is_small(&self, pairs: usize) -> bool {
        self.paths.edge_count().saturating_mul(pairs) <= PATIENCE
    }
}

/// Per group, the precedences of all paths that end in it. Sets of pairs are rows of bits. None where they
/// would take more than `room` bytes.
fn common(
    paths: &Unrolled,
    sorted: &Sorted,
    groups: usize,
    group_of: &dyn Fn(u32) -> Option<usize>,
    room: u64,
) -> Option<Vec<BTreeSet<Pair>>> {
    let labels = paths.labels();
    let row = labels.div_ceil(64);
    let most = room / (labels * row * size_of::<u64>() + 32) as u64;
    let mut kept = 1;
    let mut known: Vec<Option<Box<[u64]>>> = vec![None; paths.len()];
    let mut found: Vec<Option<Box<[u64]>>> = vec![None; groups];
    known[0] = Some(vec![0; labels * row].into());
    let mut happened = vec![0u64; row];
    for &node in &sorted.order {
        // All that lead here have been seen, so what is known is whole, and needed no longer.
        let Some(here) = known[node as usize].take() else { continue };
        kept -= 1;
        let edges = paths.edges(node as usize);
        if !edges.is_empty() {
            paths.happened(node, &mut happened);
        }
        for edge in edges {
            let label = edge.label as usize;
            let mut there = here.clone();
            if happened[label / 64] & 1 << (label % 64) == 0 {
                let before = &mut there[label * row..(label + 1) * row];
                before.iter_mut().zip(&happened).for_each(|(before, happened)| *before |= !happened);
            }
            match &mut known[edge.to as usize] {
                Some(known) => known.iter_mut().zip(&there).for_each(|(a, b)| *a &= b),
                empty => {
                    *empty = Some(there);
                    kept += 1;
                }
            }
        }
        if kept > most {
            return None;
        }
        if let Some(group) = group_of(node) {
            match &mut found[group] {
                Some(pairs) => pairs.iter_mut().zip(&here).for_each(|(a, b)| *a &= b),
                empty => *empty = Some(here),
            }
        }
    }
    let listed = |pairs: Option<Box<[u64]>>| {
        let pairs = pairs.unwrap_or_default();
        let has = |&(a, b): &Pair| {
            a != b && pairs.get(a * row + b / 64).is_some_and(|word| word & 1 << (b % 64) != 0)
        };
        (0..labels).flat_map(|a| (0..labels).map(move |b| (a, b))).filter(has).collect()
    };
    Some(found.into_iter().map(listed).collect())
}

/// The same in a lattice: each message comes in every ordering, so those have it in common that come before another
/// where that never came before them.
fn common_in(
    lattice: &Lattice,
    groups: usize,
    group_of: &dyn Fn(u32) -> Option<usize>,
) -> Vec<BTreeSet<Pair>> {
    let labels = lattice.turns.len();
    let pairs = |before: Vec<u32>| {
        let has = |&(a, b): &Pair| a != b && before[a] & 1 << b == 0;
        (0..labels).flat_map(|a| (0..labels).map(move |b| (a, b))).filter(has).collect()
    };
    sweep::come_before(lattice, groups, group_of).into_iter().map(pairs).collect()
}

/// How many orderings obey some precedences, in which some labels happen, and one does not. None beyond 2^128.
fn obeying(
    paths: &Unrolled,
    sorted: &Sorted,
    pairs: &[Pair],
    happen: &[usize],
    never: Option<usize>,
) -> Option<BigUint> {
    let row = paths.labels().div_ceil(64);
    // Per label, what must have happened before it; and what must have happened in the end.
    let mut before = vec![0u64; paths.labels() * row];
    let mut needed = vec![0u64; row];
    for &(a, b) in pairs {
        before[b * row + a / 64] |= 1 << (a % 64);
        needed[a / 64] |= 1 << (a % 64);
    }
    happen.iter().for_each(|&label| needed[label / 64] |= 1 << (label % 64));
    let mut ways = vec![0u128; paths.len()];
    let mut sum = BigUint::ZERO;
    ways[0] = 1;
    let mut happened = vec![0u64; row];
    for &node in &sorted.order {
        let here = ways[node as usize];
        if here == 0 {
            continue;
        }
        paths.happened(node, &mut happened);
        let all_of = |wanted: &[u64]| wanted.iter().zip(&happened).all(|(wanted, has)| wanted & !has == 0);
        let edges = paths.edges(node as usize);
        if paths.is_end(node) && all_of(&needed) {
            sum += here;
        }
        for edge in edges {
            let label = edge.label as usize;
            if never == Some(label) {
                continue;
            }
            let again = happened[label / 64] & 1 << (label % 64) != 0;
            if again || all_of(&before[label * row..(label + 1) * row]) {
                let there = &mut ways[edge.to as usize];
                *there =
                    here.checked_mul(u128::from(edge.weight)).and_then(|more| there.checked_add(more))?;
            }
        }
    }
    Some(sum)
}
