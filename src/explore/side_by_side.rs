//! How many worlds there are in which parts that were explored apart stand side by side.
//!
//! A world of each, in every combination: but where two differ in nothing but which of the parts has sent what, they are
//! one, since of what was sent a world tells only how much it is.

use super::apart::Part;
use super::explorer::Explorer;
use super::graph::Graph;
use super::place::Place;
use num_bigint::BigUint;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Bags of what was sent in worlds that are the same but for that.
type Bags = BTreeSet<u32>;

/// How many worlds the parts make together, and what they stand for.
pub(super) fn worlds(explorer: &mut Explorer, parts: &[Part]) -> BigUint {
    // Where all of a kind have sent the same it does not matter what.
    let mut one = BigUint::from(1u8);
    let mut several: BTreeMap<Bags, BigUint> = BTreeMap::new();
    for part in parts {
        let (mut more_one, mut more) = (BigUint::ZERO, BTreeMap::<Bags, BigUint>::new());
        for (bags, count) in kinds(&part.graph, |flight| part.stage.interchange.stands_for(flight)) {
            match bags.len() {
                1 => more_one += count,
                _ => *more.entry(bags).or_default() += count,
            }
        }
        let mut next: BTreeMap<Bags, BigUint> = BTreeMap::new();
        for (bags, count) in &several {
            *next.entry(bags.clone()).or_default() += count * &more_one;
            for (others, times) in &more {
                let sums = bags.iter().flat_map(|&a| others.iter().map(move |&b| (a, b)));
                let sums: Vec<(u32, u32)> = sums.collect();
                let sums = sums.into_iter().map(|(a, b)| explorer.steps.bags.sum(a, b)).collect();
                *next.entry(sums).or_default() += count * times;
            }
        }
        for (bags, count) in more {
            *next.entry(bags).or_default() += count * &one;
        }
        (one, several) = (one * more_one, next);
    }
    several.into_iter().fold(one, |all, (bags, count)| all + count * bags.len())
}

/// Per kind of worlds, which are the same but for what was sent, what that was; and how many each stands for.
fn kinds(graph: &Graph, stands_for: impl Fn(&[u32]) -> BigUint) -> Vec<(Bags, BigUint)> {
    let mut kinds: FxHashMap<Vec<u32>, (Bags, BigUint)> = FxHashMap::default();
    let (mut place, mut row) = (Place::default(), Vec::new());
    for world in 0..graph.len() {
        graph.read(world, &mut place);
        let sent = std::mem::take(&mut place.sent);
        row.clear();
        place.write(&mut row);
        match kinds.get_mut(&row) {
            Some((bags, _)) => _ = bags.insert(sent),
            None => _ = kinds.insert(row.clone(), (Bags::from([sent]), stands_for(&place.flight))),
        }
    }
    kinds.into_values().collect()
}
