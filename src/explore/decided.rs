//! What decides an outcome: the precedences that all of its orderings have in common.
//!
//! `a before b`: a happens, and b comes after it or never; where b never happens at all, `a happens`, and
//! of an alarm `a rings`. Those that hold in every ordering of the
//! scenario decide nothing and are left out, and so are those that follow from others.

use super::count::{Count, Sorted};
use super::explorer::Explorer;
use super::graph::Graph;
use super::lattice::Lattice;
use super::sweep;
use super::unrolled::Unrolled;
use num_bigint::BigUint;
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;

/// What decides one outcome.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decided {
    /// Each as `a before b`, `a happens` or `a! rings`.
    pub by: Vec<String>,
    /// The orderings that obey them are as many as the outcome's own.
    pub exactly: bool,
}

/// So many choices are gone through again, to leave out precedences that add nothing.
const PATIENCE: usize = 4_000_000;
/// So many labels are compared with each other.
const LABELS: usize = 512;

/// Two labels, of which one comes before the other. Of labels that are interchangeable, the first in the order listed
/// stands for all: all of them come before, or behind.
type Pair = (usize, usize);

/// Per outcome, what decides it; nothing where there is one only, or where worlds form a circle. `go_on`
/// is asked before each; where it says no, nothing more is worked out. None where that would take more than
/// `room` bytes.
pub(super) fn decided(
    explorer: &Explorer,
    graph: &Graph,
    own: &[Count],
    group_of: &dyn Fn(u32) -> Option<usize>,
    room: u64,
    go_on: &mut dyn FnMut() -> bool,
) -> Option<Vec<Decided>> {
    let nothing = || Some(vec![Decided::default(); own.len()]);
    if own.len() < 2 || own.contains(&Count::Infinite) {
        return nothing();
    }
    let Some(paths) = Unrolled::new(explorer, graph, room)?.filter(|paths| paths.labels() <= LABELS) else {
        return nothing();
    };
    let lattice = graph.lattice();
    let sorted = match lattice {
        Some(_) => Sorted::new(graph),
        None => Sorted::of(paths.len(), |node| paths.edges(node)),
    };
    if !sorted.behind_a_circle.is_empty() {
        return nothing();
    }
    let room = room.saturating_sub(paths.bytes());
    let common = match lattice {
        Some(lattice) => common_in(lattice, own.len(), group_of),
        None => common(&paths, &sorted, own.len(), &|node| group_of(paths.world(node)), room)?,
    };
    let like: Vec<Vec<usize>> = (0..paths.labels()).map(|label| paths.like(label)).collect();
    // They come in the order listed here; in others, any of them may be the last.
    let all_before_all = |(a, b): Pair| {
        let (before, behind) = (&like[a], &like[b]);
        let whole = before[before.len() - 1] == a && behind[0] == b && before[0] != b;
        (whole && paths.is_clear(a) && paths.is_clear(b)).then(|| (before[0], b))
    };
    let common: Vec<BTreeSet<Pair>> =
        common.into_iter().map(|pairs| pairs.into_iter().filter_map(all_before_all).collect()).collect();
    let in_all = |pair: &&Pair| common.iter().all(|pairs| pairs.contains(pair));
    let everywhere: FxHashSet<Pair> = common[0].iter().filter(in_all).copied().collect();
    let decide = |(pairs, own): (&BTreeSet<Pair>, &Count)| {
        let follows =
            |&(a, c): &Pair| pairs.iter().any(|&(from, b)| from == a && b != c && pairs.contains(&(b, c)));
        let told = pairs.iter().copied().filter(|pair| !everywhere.contains(pair) && !follows(pair));
        let weaker = |a: usize, b: usize| {
            let before = pairs.iter().filter(move |&&(_, then)| then == a).map(|&(first, _)| (first, b));
            before.filter(|pair| pairs.contains(pair) && !everywhere.contains(pair)).collect::<Vec<Pair>>()
        };
        let last = |label: usize| like[label][like[label].len() - 1];
        let obeying = |pairs: &[Pair]| {
            let these: Vec<Pair> = pairs.iter().map(|&(a, b)| (last(a), b)).collect();
            match lattice {
                Some(lattice) => Some(sweep::obeying(lattice, &these)),
                None => obeying(&paths, &sorted, &these),
            }
        };
        let (told, obeying) = fewest(&paths, told.collect(), &weaker, &obeying);
        let text = |&(a, b): &Pair| match paths.text(a) {
            first if !paths.never(b) => format!("{first} before {}", paths.text(b)),
            first if first.contains('!') => format!("{first} rings"),
            first => format!("{first} happens"),
        };
        let exactly = obeying.is_some_and(|count| Count::Finite(count) == *own);
        let like = &like;
        let each = |&(a, b): &Pair| like[a].iter().flat_map(move |&a| like[b].iter().map(move |&b| (a, b)));
        let mut told: Vec<Pair> = told.iter().flat_map(each).collect();
        if like.iter().any(|like| like.len() > 1) {
            told.sort_unstable();
        }
        // What never comes may be one of several, and then its pairs read alike.
        let mut by: Vec<String> = Vec::new();
        for said in told.iter().map(text) {
            if !by.contains(&said) {
                by.push(said);
            }
        }
        Decided { by, exactly }
    };
    let mut each = |outcome| if go_on() { decide(outcome) } else { Decided::default() };
    Some(common.iter().zip(own).map(&mut each).collect())
}

/// Leaves out what adds nothing, and says the least that is enough: the same number of orderings obeys
/// what is left. `weaker` answers the precedences that follow from one, by what comes before. In a large
/// graph, which would be walked once for each, all stay.
fn fewest(
    paths: &Unrolled,
    mut told: Vec<Pair>,
    weaker: &dyn Fn(usize, usize) -> Vec<Pair>,
    obeying: &dyn Fn(&[Pair]) -> Option<BigUint>,
) -> (Vec<Pair>, Option<BigUint>) {
    if told.is_empty() {
        return (told, None);
    }
    let count = obeying(&told);
    if count.is_none() || paths.edge_count().saturating_mul(told.len()) > PATIENCE {
        return (told, count);
    }
    for index in (0..told.len()).rev() {
        let mut fewer = told.clone();
        let (a, b) = fewer.remove(index);
        if !fewer.is_empty() && obeying(&fewer) == count {
            told = fewer;
            continue;
        }
        // The weakest is the one that itself follows from most.
        let mut candidates = weaker(a, b);
        candidates.sort_by_key(|&(a, b)| weaker(a, b).len());
        for candidate in candidates {
            fewer.insert(index, candidate);
            if obeying(&fewer) == count {
                told = fewer;
                break;
            }
            fewer.remove(index);
        }
    }
    (told, count)
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

/// How many orderings obey some precedences. None beyond 2^128.
fn obeying(paths: &Unrolled, sorted: &Sorted, pairs: &[Pair]) -> Option<BigUint> {
    let row = paths.labels().div_ceil(64);
    // Per label, what must have happened before it; and what must have happened in the end.
    let mut before = vec![0u64; paths.labels() * row];
    let mut needed = vec![0u64; row];
    for &(a, b) in pairs {
        before[b * row + a / 64] |= 1 << (a % 64);
        needed[a / 64] |= 1 << (a % 64);
    }
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
