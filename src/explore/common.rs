//! What all orderings of an outcome have in common: what happens in them, and what comes before what.
//!
//! That `a` comes before `b` in all orderings that lead somewhere is so where `a` happens in all of them, and none of
//! them does `a` when `b` has happened. Where a choice leads is the same however the world came about in which it is
//! made. So it is enough to know of each world the *most* that each label may have happened on a way there, by how
//! often that of `a` has: one row for each time of `a`, whatever other labels there are, and no two worlds are told
//! apart by what has happened on the way.

use super::carry::{Carry, carry};
use super::count::Sorted;
use super::decided::Pair;
use super::graph::{Edge, Graph};
use super::moments::Moments;

use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// How often each label happens in the orderings of an outcome: at least, and at most.
#[derive(Debug, Clone)]
pub(super) struct Often {
    pub least: Vec<u8>,
    pub most: Vec<u8>,
}

/// Which group of worlds an ordering belongs to that ends in a world.
pub(super) type GroupOf<'a> = &'a dyn Fn(u32) -> Option<usize>;

/// Rows of about so many bytes are carried at once.
const AT_ONCE: usize = 1 << 10;
/// Of so many bytes, carried along all choices, it is worth to know what decides.
const PATIENCE: usize = 3 << 29;

/// Whether it is certain that it is too much: how often each label happens, and what comes before one of them at least.
pub(super) fn is_too_much(graph: &Graph, moments: &Moments) -> bool {
    (3 * moments.labels()).saturating_mul(graph.edge_count()) > PATIENCE
}

/// Per group, and in all. None where that would take more than `room` bytes.
pub(super) fn often(
    graph: &Graph,
    sorted: &Sorted,
    moments: &Moments,
    (groups, group_of): (usize, GroupOf),
    room: u64,
) -> Option<(Vec<Often>, Often)> {
    let labels = moments.labels();
    let nothing = || Often { least: vec![u8::MAX; labels], most: vec![0; labels] };
    let mut counting = Counting { moments, group_of, found: vec![nothing(); groups], all: nothing() };
    carry(graph, sorted, &[vec![MANY; labels], vec![0; labels]].concat(), room, &mut counting)?;
    Some((counting.found, counting.all))
}

/// A row has how often each label has happened at least, and at most. Higher is what is less often.
struct Counting<'a> {
    moments: &'a Moments<'a>,
    group_of: GroupOf<'a>,
    found: Vec<Often>,
    all: Often,
}

/// More than any label is told apart.
const MANY: u8 = 0x80;

impl Carry for Counting<'_> {
    fn along(&mut self, edge: Edge, here: &[u8], moved: &mut [u8]) {
        let label = usize::from(edge.label);
        let (times, most) = (self.moments.times(label), here.len() / 2 + label);
        moved[label] = (here[label] - 1).max(MANY - times);
        moved[most] = (here[most] + 1).min(times);
    }

    fn back(&self, edge: Edge, here: &[u8], moved: &mut [u8]) {
        for at in [usize::from(edge.label), here.len() / 2 + usize::from(edge.label)] {
            moved[at] = here[at];
        }
    }

    fn at(&mut self, world: u32, here: &[u8]) {
        let (least, most) = here.split_at(here.len() / 2);
        let group = (self.group_of)(world).map(|group| &mut self.found[group]);
        for often in group.into_iter().chain([&mut self.all]) {
            often.least.iter_mut().zip(least).for_each(|(known, &here)| *known = (*known).min(MANY - here));
            often.most.iter_mut().zip(most).for_each(|(known, &here)| *known = (*known).max(here));
        }
    }
}

/// Per group, the precedences of all paths that end in it. None inside where that is too much to be gone through, and none
/// where it would take more than `room` bytes.
pub(super) fn common(
    graph: &Graph,
    sorted: &Sorted,
    moments: &Moments,
    often: &[Often],
    group_of: GroupOf,
    room: u64,
) -> Option<Option<Vec<BTreeSet<Pair>>>> {
    let labels = moments.labels();
    // How often each happens in all orderings of one group at least: so many of its times may come before something.
    let times = |label: usize| often.iter().map(|often| often.least[label]).max().unwrap_or(0);
    let times: Vec<u8> = (0..labels).map(times).collect();
    let width: usize = times.iter().map(|&times| usize::from(times) * labels).sum();
    if width.saturating_mul(graph.edge_count()) > PATIENCE {
        return Some(None);
    }
    let Some(reach) = Reach::new(graph, sorted, group_of) else { return Some(None) };
    let mut found = vec![BTreeSet::new(); often.len()];
    let mut next = 0;
    while next < labels {
        let mut before =
            Before { moments, reach: &reach, at: vec![None; labels], width: 0, seen: Vec::new() };
        while next < labels && (before.width == 0 || before.width < AT_ONCE) {
            if times[next] > 0 {
                before.at[next] = Some((before.width, times[next]));
                before.width += usize::from(times[next]) * labels;
            }
            next += 1;
        }
        if before.width == 0 {
            break;
        }
        let mut first = vec![0; before.width];
        before.at.iter().flatten().for_each(|&(at, _)| first[at..at + labels].fill(1));
        carry(graph, sorted, &first, room, &mut before)?;
        before.tell(often, &mut found);
    }
    Some(Some(found))
}

/// A row has, for each label `a` that is looked at and each number of times that it may have happened, how often each
/// other has happened then at most, and one more; zeros where `a` has not happened just so often on any way.
struct Before<'a> {
    moments: &'a Moments<'a>,
    reach: &'a Reach,
    /// Per label, where its part of the row begins, and how many times of it are looked at.
    at: Vec<Option<(usize, u8)>>,
    width: usize,
    /// What was there when it happened once more; by the groups to which that leads, as far as it was met.
    seen: Vec<Option<Box<[u8]>>>,
}

impl Carry for Before<'_> {
    fn along(&mut self, edge: Edge, here: &[u8], moved: &mut [u8]) {
        let label = usize::from(edge.label);
        let labels = self.moments.labels();
        let most = self.moments.times(label) + 1;
        for row in moved.chunks_exact_mut(labels).filter(|row| row[label] > 0) {
            row[label] = (row[label] + 1).min(most);
        }
        let Some((begin, times)) = self.at[label] else { return };
        let part = begin..begin + usize::from(times) * labels;
        let leads_to = self.reach.of[edge.to as usize] as usize;
        if self.seen.len() <= leads_to {
            self.seen.resize(leads_to + 1, None);
        }
        let seen = self.seen[leads_to].get_or_insert_with(|| vec![0; self.width].into());
        seen[part.clone()]
            .iter_mut()
            .zip(&here[part.clone()])
            .for_each(|(seen, &here)| *seen = (*seen).max(here));
        // It has happened once more: what was known for each number of times is known for the next.
        moved.copy_within(part.start..part.end - labels, part.start + labels);
        moved[part.start..part.start + labels].fill(0);
    }

    fn back(&self, edge: Edge, here: &[u8], moved: &mut [u8]) {
        let label = usize::from(edge.label);
        let labels = self.moments.labels();
        if let Some((begin, times)) = self.at[label] {
            let part = begin..begin + usize::from(times) * labels;
            moved[part.clone()].copy_from_slice(&here[part]);
        }
        let rows = moved.chunks_exact_mut(labels).zip(here.chunks_exact(labels));
        rows.for_each(|(moved, here)| moved[label] = here[label]);
    }

    fn at(&mut self, _: u32, _: &[u8]) {}
}

impl Before<'_> {
    /// Of the labels that were looked at: what each comes before.
    fn tell(&self, often: &[Often], found: &mut [BTreeSet<Pair>]) {
        let labels = self.moments.labels();
        let mut whole = vec![vec![0u8; self.width]; often.len()];
        for (set, seen) in self.reach.sets.iter().zip(&self.seen) {
            for &group in seen.iter().flat_map(|_| set) {
                let seen = seen.iter().flatten();
                whole[group].iter_mut().zip(seen).for_each(|(most, &seen)| *most = (*most).max(seen));
            }
        }
        for ((most, often), found) in whole.iter().zip(often).zip(found) {
            for (a, &at) in self.at.iter().enumerate() {
                let Some((begin, times)) = at else { continue };
                for time in 1..=times.min(often.least[a]) {
                    let first = self.moments.of(a, time);
                    let row = &most[begin + usize::from(time - 1) * labels..][..labels];
                    for (b, &most) in row.iter().enumerate() {
                        let later =
                            (most.max(1)..=self.moments.times(b)).map(|time| self.moments.of(b, time));
                        found.extend(later.filter(|&then| then != first).map(|then| (first, then)));
                    }
                }
            }
        }
    }
}

/// To which groups the worlds lead: sets of them, each once.
struct Reach {
    of: Vec<u32>,
    sets: Vec<Vec<usize>>,
    /// Of all sets together.
    elements: usize,
}

/// So many elements sets of groups may have together.
const ELEMENTS: usize = 1 << 22;

impl Reach {
    /// None where there are too many sets.
    fn new(graph: &Graph, sorted: &Sorted, group_of: GroupOf) -> Option<Reach> {
        let mut reach = Reach { of: vec![0; graph.len()], sets: vec![Vec::new()], elements: 0 };
        let mut numbers: FxHashMap<Vec<usize>, u32> = std::iter::once((Vec::new(), 0)).collect();
        let mut unions: FxHashMap<(u32, u32), u32> = FxHashMap::default();
        let mut alone: FxHashMap<usize, u32> = FxHashMap::default();
        for &world in sorted.order.iter().rev() {
            let mut here = group_of(world).map_or(0, |group| {
                *alone.entry(group).or_insert_with(|| reach.number(&mut numbers, vec![group]))
            });
            for edge in graph.kept(world as usize) {
                let there = reach.of[edge.to as usize];
                if here != there {
                    let both = (here.min(there), here.max(there));
                    here = *unions.entry(both).or_insert_with(|| {
                        let [one, other] = [both.0, both.1].map(|set| &reach.sets[set as usize]);
                        let all: BTreeSet<usize> = one.iter().chain(other).copied().collect();
                        reach.number(&mut numbers, all.into_iter().collect())
                    });
                }
            }
            reach.of[world as usize] = here;
            if reach.elements > ELEMENTS {
                return None;
            }
        }
        Some(reach)
    }

    fn number(&mut self, numbers: &mut FxHashMap<Vec<usize>, u32>, set: Vec<usize>) -> u32 {
        *numbers.entry(set).or_insert_with_key(|set| {
            self.elements += set.len();
            self.sets.push(set.clone());
            self.sets.len() as u32 - 1
        })
    }
}
