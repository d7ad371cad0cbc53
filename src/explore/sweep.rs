//! What is added up over the paths of a lattice, one layer after the other: how many there are, the nearest, what comes
//! before what, and how many obey some precedences. Only two layers are held at a time, but for the nearest.

use super::count::Count;
use super::lattice::Lattice;
use super::nearest::Path;
use super::shared_out::each_set;
use num_bigint::BigUint;
use rustc_hash::FxHashMap;
use std::ops::{Add, AddAssign, Mul};

/// Numbers that paths are counted in. There are at most as many as orderings of all messages, so none is too large.
trait Number:
    Copy + Default + PartialEq + Send + Sync + AddAssign + Add<Output = Self> + Mul<Output = Self>
{
    const ONE: Self;
    fn times(number: u32) -> Self;
    fn big(self) -> BigUint;
}

macro_rules! number {
    ($number:ty) => {
        impl Number for $number {
            const ONE: $number = 1;

            fn times(number: u32) -> $number {
                <$number>::from(number)
            }

            fn big(self) -> BigUint {
                BigUint::from(self)
            }
        }
    };
}

number!(u64);
number!(u128);

/// So many factorial fits into 64 bits.
const SMALL: usize = 20;

/// Per group of worlds in which orderings end, how many paths from the beginning lead there. Only worlds that
/// `passable` allows are gone through.
pub(super) fn paths(
    lattice: &Lattice,
    groups: usize,
    group_of: &dyn Fn(u32) -> Option<usize>,
    passable: &dyn Fn(u32) -> bool,
) -> Vec<Count> {
    match lattice.turns.len() {
        0..=SMALL => count::<u64>(lattice, groups, group_of, passable),
        _ => count::<u128>(lattice, groups, group_of, passable),
    }
}

fn count<N: Number>(
    lattice: &Lattice,
    groups: usize,
    group_of: &dyn Fn(u32) -> Option<usize>,
    passable: &dyn Fn(u32) -> bool,
) -> Vec<Count> {
    let ends = lattice.ends();
    let mut sums = vec![BigUint::ZERO; groups];
    let mut ways = vec![N::ONE];
    let mut rooms = vec![Vec::new(); lattice.threads];
    for layer in 0..=lattice.looked_at().end {
        let here = lattice.worlds_of(layer);
        for (world, ways) in here.clone().zip(&mut ways) {
            if !passable(world as u32) {
                *ways = N::default();
            }
            if ends.contains(&world)
                && let Some(group) = group_of(world as u32)
            {
                sums[group] += ways.big();
            }
        }
        if layer == lattice.looked_at().end {
            break;
        }
        let mut next = vec![N::default(); lattice.worlds_of(layer + 1).len()];
        each_set(lattice, layer + 1, &mut next, &mut rooms, |set, to, room| {
            lattice.ways_to(set, room, |way| {
                let from = ways[way.from - here.start..].iter().zip(way.places);
                match way.weight {
                    1 => from.for_each(|(&ways, &place)| to[place as usize] += ways),
                    weight => {
                        let times = N::times(weight);
                        from.for_each(|(&ways, &place)| to[place as usize] += ways * times);
                    }
                }
            });
        });
        ways = next;
    }
    sums.into_iter().map(Count::Finite).collect()
}

/// Per world, the fewest inversions among the paths that lead there: at most 31 for each message.
pub(super) fn inversions(lattice: &Lattice) -> Vec<u16> {
    let mut near = vec![u16::MAX; lattice.worlds];
    near[0] = 0;
    let mut rooms = vec![Vec::new(); lattice.threads];
    for layer in lattice.looked_at() {
        let (here, next) = (lattice.worlds_of(layer), lattice.worlds_of(layer + 1));
        let (known, there) = near.split_at_mut(next.start);
        let known = &known[here.start..];
        each_set(lattice, layer + 1, &mut there[..next.len()], &mut rooms, |set, to, room| {
            let flight = lattice.sets[set].flight;
            lattice.ways_to(set, room, |way| {
                let cost = overtaken(lattice, way.bit, flight);
                for (&near, &place) in known[way.from - here.start..].iter().zip(way.places) {
                    let to = &mut to[place as usize];
                    *to = (*to).min(near + cost);
                }
            });
        });
    }
    near
}

fn overtaken(lattice: &Lattice, bit: usize, flight: u32) -> u16 {
    (lattice.turns[bit].before & flight).count_ones() as u16
}

/// The nearest path to one of the worlds of each set, as [`super::nearest::nearest`] has it. `near` is what
/// [`inversions`] answers.
pub(super) fn nearest(lattice: &Lattice, near: &[u16], sets: &[Vec<u32>]) -> Vec<Path> {
    let mut paths = Vec::with_capacity(sets.len());
    for sets in sets.chunks(64) {
        let marks = lead_to(lattice, near, sets);
        paths.extend((0..sets.len()).map(|bit| follow(lattice, near, &marks, bit)));
    }
    paths
}

/// Per layer the worlds that are on a nearest path, sorted, each with the sets that it leads to.
type Marks = Vec<Vec<(u32, u64)>>;

fn lead_to(lattice: &Lattice, near: &[u16], sets: &[Vec<u32>]) -> Marks {
    let last = lattice.looked_at().end;
    let mut marks: Marks = vec![Vec::new(); last + 1];
    for (bit, worlds) in sets.iter().enumerate() {
        // A world's depth never falls.
        let Some(depth) = worlds.iter().min().map(|&world| lattice.depth(world as usize) as usize) else {
            continue;
        };
        let layer = lattice.worlds_of(depth);
        let here = || worlds.iter().filter(|&&world| layer.contains(&(world as usize)));
        let best = here().map(|&world| near[world as usize]).min();
        let best = here().filter(|&&world| Some(near[world as usize]) == best);
        marks[depth].extend(best.map(|&world| (world, 1 << bit)));
    }
    let (mut room, mut wanted) = (Vec::new(), Vec::new());
    for layer in (0..last).rev() {
        if marks[layer + 1].is_empty() {
            continue;
        }
        marks[layer + 1].sort_unstable();
        marks[layer + 1].dedup_by(|next, first| {
            next.0 == first.0 && {
                first.1 |= next.1;
                true
            }
        });
        let worlds = lattice.worlds_of(layer);
        let mut here = vec![0u64; worlds.len()];
        let mut rest = &marks[layer + 1][..];
        while let Some(&(world, _)) = rest.first() {
            // All of one set together.
            let set = lattice.sets[lattice.set_of(world as usize)];
            let many = lattice.companies.get(set.company as usize).len();
            let (these, others) =
                rest.split_at(rest.partition_point(|mark| ((mark.0 - set.begin) as usize) < many));
            rest = others;
            wanted.clear();
            wanted.resize(many, 0u64);
            these.iter().for_each(|&(world, mask)| wanted[(world - set.begin) as usize] = mask);
            for (before, bit) in lattice.from(set.flight) {
                let before = lattice.sets[before];
                let cost = overtaken(lattice, bit, before.flight);
                let places = lattice.places(before.company, bit, set.company, &mut room);
                for (index, &place) in places.iter().enumerate() {
                    let (from, to) = (before.begin as usize + index, (set.begin + place) as usize);
                    if wanted[place as usize] != 0 && near[from] + cost == near[to] {
                        here[from - worlds.start] |= wanted[place as usize];
                    }
                }
            }
        }
        let found = worlds.zip(here).filter(|(_, mask)| *mask != 0);
        marks[layer].extend(found.map(|(world, mask)| (world as u32, mask)));
    }
    marks
}

/// Goes from the beginning, at each world by the first choice that is on a nearest path.
fn follow(lattice: &Lattice, near: &[u16], marks: &Marks, bit: usize) -> Path {
    let mut path = Path::new();
    let (mut world, mut edges) = (0usize, Vec::new());
    for marks in marks.iter().skip(1) {
        let flight = lattice.flight(world);
        lattice.edges(world, &mut edges);
        let leads = |to: u32| {
            let mark = marks.binary_search_by_key(&to, |mark| mark.0);
            mark.is_ok_and(|mark| marks[mark].1 & 1 << bit != 0)
        };
        let step = edges.iter().position(|edge| {
            let cost = overtaken(lattice, usize::from(edge.label), flight);
            leads(edge.to) && near[edge.to as usize] == near[world] + cost
        });
        // Where no choice leads further, the path has arrived.
        let Some(step) = step else { break };
        path.push((world as u32, step));
        world = edges[step].to as usize;
    }
    path
}

/// Per group of worlds in which orderings end, and delivery, those that have come before it in some path to the group.
pub(super) fn come_before(
    lattice: &Lattice,
    groups: usize,
    group_of: &dyn Fn(u32) -> Option<usize>,
) -> Vec<Vec<u32>> {
    let mut all = Vec::with_capacity(groups);
    for first in (0..groups).step_by(GROUPS) {
        let some = first..groups.min(first + GROUPS);
        let group = |world: usize| group_of(world as u32).filter(|group| some.contains(group));
        let before = come_before_some(lattice, &|world| group(world).map_or(0, |group| 1 << (group - first)));
        let of_group = |group: usize| before.iter().map(|before| before[group - first]).collect();
        all.extend(some.clone().map(of_group));
    }
    all
}

/// So many groups are a word of bits.
const GROUPS: usize = 64;

/// The same, per delivery, of the groups of which `groups_of` answers the bits.
fn come_before_some(lattice: &Lattice, groups_of: &dyn Fn(usize) -> u64) -> Vec<[u32; GROUPS]> {
    let last = lattice.looked_at().end;
    // Per world, the groups that it leads to.
    let mut next: Vec<u64> = lattice.worlds_of(last).map(groups_of).collect();
    let all = next.iter().fold(0, |all, groups| all | groups);
    let nothing = || Before {
        before: vec![[0; GROUPS]; lattice.turns.len()],
        in_all: vec![0; lattice.turns.len()],
        room: Vec::new(),
    };
    let mut kept: Vec<Before> = (0..lattice.threads).map(|_| nothing()).collect();
    for layer in lattice.looked_at().rev() {
        let mut here = vec![0u64; lattice.worlds_of(layer).len()];
        let there = lattice.worlds_of(layer + 1).start;
        each_set(lattice, layer, &mut here, &mut kept, |set, from, kept| {
            let came = lattice.sets[0].flight & !lattice.sets[set].flight;
            let Before { before, in_all, room } = kept;
            lattice.ways(set, room, |way| {
                let to = &next[way.to - there..];
                let mut reached = 0;
                for (here, &place) in from.iter_mut().zip(way.places) {
                    *here |= to[place as usize];
                    reached |= to[place as usize];
                }
                if came & !in_all[way.bit] == 0 {
                    return;
                }
                let before = &mut before[way.bit];
                let mut new = 0;
                each_bit(reached, |group| {
                    new |= came & !before[group];
                    before[group] |= came;
                });
                if new != 0 {
                    in_all[way.bit] = u32::MAX;
                    each_bit(all, |group| in_all[way.bit] &= before[group]);
                }
            });
        });
        next = here;
    }
    let mut kept = kept.into_iter().map(|kept| kept.before);
    let mut before = kept.next().expect("there is a thread");
    for more in kept {
        let groups = before.as_flattened_mut().iter_mut().zip(more.as_flattened());
        groups.for_each(|(before, more)| *before |= more);
    }
    before
}

/// What one thread knows.
struct Before {
    /// Per delivery and group, what has come before it in some path.
    before: Vec<[u32; GROUPS]>,
    /// Per delivery, what has come before it in paths to all of the groups.
    in_all: Vec<u32>,
    room: Vec<u32>,
}

fn each_bit(mut bits: u64, mut each: impl FnMut(usize)) {
    while bits != 0 {
        each(bits.trailing_zeros() as usize);
        bits &= bits - 1;
    }
}

/// How many orderings obey some precedences. That depends on the sets alone; and of messages that wait for the same, and
/// that the same wait for, one order stands for all.
pub(super) fn obeying(lattice: &Lattice, pairs: &[(usize, usize)]) -> (BigUint, usize) {
    let count = lattice.turns.len();
    let mut waits: Vec<u32> = lattice.turns.iter().map(|turn| turn.waits).collect();
    pairs.iter().for_each(|&(first, then)| waits[then] |= 1 << first);
    let waited_for = |bit: usize| (0..count).fold(0u32, |all, then| all | (waits[then] >> bit & 1) << then);
    let stands = |bit: usize| (lattice.turns[bit].like, waits[bit], waited_for(bit));
    let mut orders = 1u128;
    let mut in_order = waits.clone();
    for bit in (0..count).filter(|&bit| lattice.turns[bit].like == 1 << bit) {
        let (_, waits, waited_for) = stands(bit);
        let same = |&other: &usize| stands(other) == (1 << other, waits, waited_for);
        let before = (0..bit).filter(same).fold(0u32, |all, other| all | 1 << other);
        in_order[bit] |= before;
        orders *= u128::from(before.count_ones() + 1);
    }
    let mut layer: FxHashMap<u32, u128> = FxHashMap::from_iter([(lattice.sets[0].flight, 1)]);
    let mut steps = 0;
    for _ in 0..count {
        let mut next = FxHashMap::default();
        for (flight, ways) in layer {
            let ready = |bit: &usize| flight & 1 << bit != 0 && in_order[*bit] & flight == 0;
            for bit in (0..count).filter(ready) {
                let weight = (lattice.turns[bit].like & flight).count_ones();
                *next.entry(flight & !(1 << bit)).or_insert(0) += ways * u128::from(weight);
                steps += 1;
            }
        }
        layer = next;
    }
    (BigUint::from(layer.get(&0).copied().unwrap_or(0) * orders), steps)
}
