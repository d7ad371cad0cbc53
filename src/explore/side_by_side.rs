//! How many worlds there are in which parts that were explored apart stand side by side.
//!
//! A world of each, in every combination: but where two differ in nothing but which of the parts has sent what, they are
//! one, since of what was sent a world tells only how much it is; and so where they differ in nothing but which part has taken
//! how much of the budget of faults. And where facets of one instance wait with messages, a world
//! tells in which order those came: they are shuffled.

use super::apart::Part;
use super::explorer::Explorer;
use super::lengths::Factorials;
use super::place::Place;
use super::scenario::Faults;
use num_bigint::BigUint;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// What was sent, and what was taken of the budget of faults, in worlds that are the same but for that.
type Differ = BTreeSet<(Faults, u32)>;

/// Per instance of which several parts reach facets, how many messages wait with it.
type Waiting = BTreeMap<u32, usize>;

/// How many worlds the parts make together, and what they stand for.
pub(super) fn worlds(explorer: &mut Explorer, parts: &[Part]) -> BigUint {
    let Faults { duplicates, .. } = explorer.scenario.faults;
    // Once no duplicate is left, nobody knows any more what could be repeated.
    let left = |taken: Faults| taken.duplicates < duplicates;
    let forgotten = counted(explorer, parts, true, &|taken| !left(taken));
    match duplicates {
        0 => forgotten,
        _ => forgotten + counted(explorer, parts, false, &left),
    }
}

/// Those in which so much was taken. `forgotten`: with what may be repeated forgotten.
fn counted(
    explorer: &mut Explorer,
    parts: &[Part],
    forgotten: bool,
    counts: &dyn Fn(Faults) -> bool,
) -> BigUint {
    let budget = explorer.scenario.faults;
    // Where all of a kind have sent the same, and taken nothing, it does not matter what.
    let mut one = BTreeMap::from([(Waiting::new(), BigUint::from(1u8))]);
    let mut several: BTreeMap<(Differ, Waiting), BigUint> = BTreeMap::new();
    let mut factorials = Factorials::default();
    for part in parts {
        let (mut more_one, mut more) = (BTreeMap::<Waiting, BigUint>::new(), BTreeMap::<_, BigUint>::new());
        for (mut differ, waiting, count) in kinds(explorer, part, forgotten) {
            let first = differ.first().map_or(0, |(_, sent)| *sent);
            if differ.iter().all(|(_, sent)| *sent == first) {
                differ = differ.into_iter().map(|(taken, _)| (taken, 0)).collect();
            }
            match differ == Differ::from([(Faults::NONE, 0)]) {
                true => *more_one.entry(waiting).or_default() += count,
                false => *more.entry((differ, waiting)).or_default() += count,
            }
        }
        let mut next: BTreeMap<(Differ, Waiting), BigUint> = BTreeMap::new();
        for ((differ, waiting), count) in &several {
            for (others, times) in &more_one {
                let (all, ways) = together(waiting, others, &mut factorials);
                *next.entry((differ.clone(), all)).or_default() += count * times * ways;
            }
            for ((others, also), times) in &more {
                let sums = differ.iter().flat_map(|a| others.iter().map(move |b| (a, b)));
                let sums = sums.map(|(a, b)| (a.0.plus(b.0), (a.1, b.1)));
                let sums = sums.filter(|(taken, _)| taken.within(budget));
                let sums = sums.map(|(taken, (a, b))| (taken, explorer.steps.bags.sum(a, b))).collect();
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
            for ((differ, others), times) in &more {
                let (all, ways) = together(waiting, others, &mut factorials);
                *next.entry((differ.clone(), all)).or_default() += count * times * ways;
            }
        }
        (one, several) = (next_one, next);
    }
    let one = if counts(Faults::NONE) { one.into_values().sum() } else { BigUint::ZERO };
    several.into_iter().fold(one, |all, ((differ, _), count)| {
        all + count * differ.iter().filter(|(taken, _)| counts(*taken)).count()
    })
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

/// Per kind of worlds, which are the same but for what was sent and taken, what that was; how many messages wait with
/// instances that others reach, too; and how many worlds each stands for.
fn kinds(explorer: &Explorer, part: &Part, forgotten: bool) -> Vec<(Differ, Waiting, BigUint)> {
    let (graph, stage) = (&part.graph, &part.stage);
    let budget = explorer.scenario.faults;
    let mut kinds: FxHashMap<Vec<u32>, (Differ, Waiting, BigUint)> = FxHashMap::default();
    let (mut place, mut row) = (Place::default(), Vec::new());
    // Where a host is about to stop, the world is the one in which the step has begun.
    for world in (0..graph.len()).filter(|&world| !graph.stops(world)) {
        graph.read(world, &mut place);
        let sent = std::mem::take(&mut place.sent);
        let taken = budget.taken(place.left());
        if let Some(peril) = &mut place.peril {
            peril.left = if forgotten { Faults::NONE } else { budget };
            peril.forget();
        }
        row.clear();
        place.write(&mut row);
        if let Some((differ, ..)) = kinds.get_mut(&row) {
            differ.insert((taken, sent));
            continue;
        }
        let waiting = part
            .shared
            .iter()
            .map(|&slot| (slot, explorer.steps.lives.get(place.life(slot)).instance.deferred.len()));
        let waiting = waiting.filter(|(_, many)| *many > 0).collect();
        let stands_for = stage.interchange.stands_for(&place.flight);
        kinds.insert(row.clone(), (Differ::from([(taken, sent)]), waiting, stands_for));
    }
    kinds.into_values().collect()
}
