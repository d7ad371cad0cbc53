//! What decides an outcome: the precedences that all of its orderings have in common.
//!
//! `a before b`: a happens, and b comes after it or never. Those that hold in every ordering of the
//! scenario decide nothing and are left out, and so are those that follow from others.

use super::count::{Count, Sorted};
use super::explorer::Explorer;
use super::graph::Graph;
use super::place::Place;
use num_bigint::BigUint;
use std::collections::BTreeSet;

/// What decides one outcome.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decided {
    /// Each as `a before b`.
    pub by: Vec<String>,
    /// The orderings that obey them are as many as the outcome's own.
    pub exactly: bool,
}

/// So many entries of counts are held at once; what needs more is said as `only when`.
const ROOM: usize = 60_000_000;
/// So many choices are gone through again to leave out precedences that add nothing.
const PATIENCE: usize = 4_000_000;

type Pair = (usize, usize);

/// Per outcome, what decides it. `group_of` answers the outcome of a world where orderings end.
pub(super) fn decided(
    explorer: &Explorer,
    graph: &Graph,
    sorted: &Sorted,
    own: &[Count],
    group_of: &dyn Fn(u32) -> Option<usize>,
) -> Vec<Decided> {
    let groups = own.len();
    if groups < 2 || !sorted.behind_a_circle.is_empty() || explorer.labels.len() > 256 {
        return vec![Decided::default(); groups];
    }
    let common = common(explorer.labels.len(), graph, sorted, groups, group_of);
    let everywhere = |pair: &Pair| common.iter().all(|pairs| pairs.contains(pair));
    let decide = |group: usize| {
        let pairs = &common[group];
        let follows =
            |&(a, c): &Pair| pairs.iter().any(|&(from, b)| from == a && b != c && pairs.contains(&(b, c)));
        let mut told: Vec<Pair> =
            pairs.iter().copied().filter(|pair| !everywhere(pair) && !follows(pair)).collect();
        let obey = |pairs: &[Pair]| Obeying::new(explorer, graph, pairs).count(sorted);
        let mut obeying = obey(&told);
        // Without a bound here, a large graph would be walked once for each precedence.
        if graph.edge_count().saturating_mul(told.len()) < PATIENCE && obeying.is_some() {
            for index in (0..told.len()).rev() {
                let mut fewer = told.clone();
                fewer.remove(index);
                let count = obey(&fewer);
                if count == obeying && !fewer.is_empty() {
                    (told, obeying) = (fewer, count);
                }
            }
        }
        let text = |&(a, b): &Pair| {
            format!("{} before {}", explorer.labels.text(a as u16), explorer.labels.text(b as u16))
        };
        let exactly = !told.is_empty() && obeying.is_some_and(|count| Count::Finite(count) == own[group]);
        Decided { by: told.iter().map(text).collect(), exactly }
    };
    (0..groups).map(decide).collect()
}

/// What is known of all paths to a world.
#[derive(Clone)]
struct Known {
    /// Pairs of labels, as bits: the first happened, and the second had not happened before.
    pairs: Box<[u64]>,
    /// Labels that have happened on some path.
    maybe: [u64; 4],
}

fn common(
    labels: usize,
    graph: &Graph,
    sorted: &Sorted,
    groups: usize,
    group_of: &dyn Fn(u32) -> Option<usize>,
) -> Vec<BTreeSet<Pair>> {
    let words = (labels * labels).div_ceil(64);
    let mut known: Vec<Option<Box<Known>>> = vec![None; graph.len()];
    let mut found: Vec<Option<Box<[u64]>>> = vec![None; groups];
    known[0] = Some(Box::new(Known { pairs: vec![0; words].into(), maybe: [0; 4] }));
    for &world in &sorted.order {
        // All that lead here have been seen, so what is known is whole, and needed no longer.
        let Some(here) = known[world as usize].take() else { continue };
        for edge in graph.edges(world as usize) {
            let label = edge.label as usize;
            let mut there = here.clone();
            for other in
                (0..labels).filter(|&other| other != label && here.maybe[other / 64] & 1 << (other % 64) == 0)
            {
                let bit = label * labels + other;
                there.pairs[bit / 64] |= 1 << (bit % 64);
            }
            there.maybe[label / 64] |= 1 << (label % 64);
            match &mut known[edge.to as usize] {
                Some(known) => {
                    known.pairs.iter_mut().zip(&there.pairs).for_each(|(a, b)| *a &= b);
                    known.maybe.iter_mut().zip(&there.maybe).for_each(|(a, b)| *a |= b);
                }
                empty => *empty = Some(there),
            }
        }
        if let Some(group) = group_of(world) {
            match &mut found[group] {
                Some(pairs) => pairs.iter_mut().zip(&here.pairs).for_each(|(a, b)| *a &= b),
                empty => *empty = Some(here.pairs),
            }
        }
    }
    let listed = |pairs: Option<Box<[u64]>>| {
        let pairs = pairs.unwrap_or_default();
        let has = |bit: &usize| pairs.get(bit / 64).is_some_and(|word| word & 1 << (bit % 64) != 0);
        (0..labels * labels).filter(has).map(|bit| (bit / labels, bit % labels)).collect()
    };
    found.into_iter().map(listed).collect()
}

/// Counts the orderings that obey some precedences.
struct Obeying<'a> {
    explorer: &'a Explorer<'a>,
    graph: &'a Graph,
    pairs: &'a [Pair],
    /// Labels of which a world does not tell whether they have happened: alarms, and what was sent.
    tracked: Vec<usize>,
}

impl<'a> Obeying<'a> {
    fn new(explorer: &'a Explorer<'a>, graph: &'a Graph, pairs: &'a [Pair]) -> Obeying<'a> {
        let listed = explorer.listed.deliveries.len();
        let mut tracked: Vec<usize> =
            pairs.iter().flat_map(|&(a, b)| [a, b]).filter(|&l| l >= listed).collect();
        tracked.sort();
        tracked.dedup();
        Obeying { explorer, graph, pairs, tracked }
    }

    /// None where that would take too much room.
    fn count(&self, sorted: &Sorted) -> Option<BigUint> {
        let masks = 1usize.checked_shl(self.tracked.len() as u32)?;
        let room = self.graph.len().checked_mul(masks).filter(|&room| room <= ROOM)?;
        let mut ways = vec![0u128; room];
        let mut sum = BigUint::ZERO;
        ways[0] = 1;
        let mut place = Place::default();
        let mut allowed: Vec<(u32, usize, u128)> = Vec::new();
        for &world in &sorted.order {
            let rows = world as usize * masks..(world as usize + 1) * masks;
            if ways[rows.clone()].iter().all(|&ways| ways == 0) {
                continue;
            }
            self.graph.read(world as usize, &mut place);
            let edges = self.graph.edges(world as usize);
            for mask in 0..masks {
                let here = ways[rows.start + mask];
                if here == 0 {
                    continue;
                }
                if edges.is_empty() && self.pairs.iter().all(|&(a, _)| self.happened(a, mask, &place)) {
                    sum += here;
                }
                allowed.clear();
                for edge in edges {
                    let label = edge.label as usize;
                    let again = self.happened(label, mask, &place);
                    let mut before = self.pairs.iter().filter(|&&(_, b)| b == label);
                    if again || before.all(|&(a, _)| self.happened(a, mask, &place)) {
                        let more = here.checked_mul(u128::from(edge.weight))?;
                        allowed.push((edge.to, mask | self.bit(label), more));
                    }
                }
                for &(to, mask, more) in &allowed {
                    let there = &mut ways[to as usize * masks + mask];
                    *there = there.checked_add(more)?;
                }
            }
        }
        Some(sum)
    }

    fn bit(&self, label: usize) -> usize {
        self.tracked.iter().position(|&tracked| tracked == label).map_or(0, |place| 1 << place)
    }

    fn happened(&self, label: usize, mask: usize, place: &Place) -> bool {
        match label < self.explorer.listed.deliveries.len() {
            // The first of those that are alike is always the first to come.
            true => !super::listed::has(&place.flight, label),
            false => mask & self.bit(label) != 0,
        }
    }
}
