//! How many worlds there are in which parts that were explored apart stand side by side.
//!
//! A world of each, in every combination: but where two differ in nothing but which of the parts has sent what, they are
//! one, since of what was sent a world tells only how much it is. And where facets of one instance wait with messages, a world
//! tells in which order those came: they are shuffled.

use super::apart::Part;
use super::explorer::Explorer;
use super::lengths::Factorials;
use super::place::Place;
use num_bigint::BigUint;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Bags of what was sent in worlds that are the same but for that.
type Bags = BTreeSet<u32>;

/// Per instance of which several parts reach facets, how many messages wait with it.
type Waiting = BTreeMap<u32, usize>;

/// How many worlds the parts make together, and what they stand for.
pub(super) fn worlds(explorer: &mut Explorer, parts: &[Part]) -> BigUint {
    // Where all of a kind have sent the same it does not matter what.
    let mut one = BTreeMap::from([(Waiting::new(), BigUint::from(1u8))]);
    let mut several: BTreeMap<(Bags, Waiting), BigUint> = BTreeMap::new();
    let mut factorials = Factorials::default();
    for part in parts {
        let (mut more_one, mut more) = (BTreeMap::<Waiting, BigUint>::new(), BTreeMap::<_, BigUint>::new());
        for (bags, waiting, count) in kinds(explorer, part) {
            match bags.len() {
                1 => *more_one.entry(waiting).or_default() += count,
                _ => *more.entry((bags, waiting)).or_default() += count,
            }
        }
        let mut next: BTreeMap<(Bags, Waiting), BigUint> = BTreeMap::new();
        for ((bags, waiting), count) in &several {
            for (others, times) in &more_one {
                let (all, ways) = together(waiting, others, &mut factorials);
                *next.entry((bags.clone(), all)).or_default() += count * times * ways;
            }
            for ((others, also), times) in &more {
                let sums = bags.iter().flat_map(|&a| others.iter().map(move |&b| (a, b)));
                let sums: Vec<(u32, u32)> = sums.collect();
                let sums = sums.into_iter().map(|(a, b)| explorer.steps.bags.sum(a, b)).collect();
                let (all, ways) = together(waiting, also, &mut factorials);
                *next.entry((sums, all)).or_default() += count * times * ways;
            }
        }
        let mut next_one: BTreeMap<Waiting, BigUint> = BTreeMap::new();
        for (waiting, count) in &one {
            for (others, times) in &more_one {
                let (all, ways) = together(waiting, others, &mut factorials);
                *next_one.entry(all).or_default() += count * times * ways;
            }
            for ((bags, others), times) in &more {
                let (all, ways) = together(waiting, others, &mut factorials);
                *next.entry((bags.clone(), all)).or_default() += count * times * ways;
            }
        }
        (one, several) = (next_one, next);
    }
    let one: BigUint = one.into_values().sum();
    several.into_iter().fold(one, |all, ((bags, _), count)| all + count * bags.len())
}

/// How many messages wait together, and in how many orders of those of both.
fn together(one: &Waiting, other: &Waiting, factorials: &mut Factorials) -> (Waiting, BigUint) {
    let (mut all, mut ways) = (one.clone(), BigUint::from(1u8));
    for (&slot, &more) in other {
        let waiting = all.entry(slot).or_default();
        *waiting += more;
        ways *= factorials.choose(*waiting, more);
    }
    (all, ways)
}

/// Per kind of worlds, which are the same but for what was sent, what that was; how many messages wait with instances that
/// others reach, too; and how many worlds each stands for.
fn kinds(explorer: &Explorer, part: &Part) -> Vec<(Bags, Waiting, BigUint)> {
    let (graph, stage) = (&part.graph, &part.stage);
    let mut kinds: FxHashMap<Vec<u32>, (Bags, Waiting, BigUint)> = FxHashMap::default();
    let (mut place, mut row) = (Place::default(), Vec::new());
    for world in 0..graph.len() {
        graph.read(world, &mut place);
        let sent = std::mem::take(&mut place.sent);
        row.clear();
        place.write(&mut row);
        if let Some((bags, ..)) = kinds.get_mut(&row) {
            bags.insert(sent);
            continue;
        }
        let waiting = part
            .shared
            .iter()
            .map(|&slot| (slot, explorer.steps.lives.get(place.life(slot)).instance.deferred.len()));
        let waiting = waiting.filter(|(_, many)| *many > 0).collect();
        kinds.insert(row.clone(), (Bags::from([sent]), waiting, stage.interchange.stands_for(&place.flight)));
    }
    kinds.into_values().collect()
}
