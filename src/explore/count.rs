//! How many orderings there are, exactly.

use super::graph::{Edge, Graph};
use super::pieces::Shelves;
use super::sweep;
use num_bigint::BigUint;
use std::fmt;
use std::sync::mpsc::{Receiver, Sender};

/// A number of orderings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Count {
    Finite(BigUint),
    /// The worlds form a circle on the way.
    Infinite,
}

impl Count {
    pub const fn zero() -> Count {
        Count::Finite(BigUint::ZERO)
    }

    pub fn is_zero(&self) -> bool {
        *self == Count::zero()
    }

    pub fn add(&mut self, other: &Count) {
        match (&mut *self, other) {
            (Count::Finite(sum), Count::Finite(more)) => *sum += more,
            _ => *self = Count::Infinite,
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Count::Finite(number) => f.pad(&number.to_string()),
            Count::Infinite => f.pad("infinite"),
        }
    }
}

/// The order in which worlds can be gone through so that each comes after all that lead to it. Of a lattice nothing
/// is here: its worlds stand in such an order.
pub(super) struct Sorted {
    pub order: Vec<u32>,
    /// Worlds in a circle, or behind one.
    pub behind_a_circle: Vec<u32>,
}

impl Sorted {
    pub fn new(graph: &Graph) -> Sorted {
        if graph.lattice().is_some() {
            return Sorted { order: Vec::new(), behind_a_circle: Vec::new() };
        }
        if graph.upward {
            return Sorted { order: (0..graph.len() as u32).collect(), behind_a_circle: Vec::new() };
        }
        Sorted::of(graph, leading_to(graph), |_, _| {})
    }

    /// Kahn's algorithm. `waits`: how many lead to each. `each` is told of each world, and then of what it leads to, in the
    /// order in which they come.
    fn of(graph: &Graph, mut waits: Shelves<u32>, mut each: impl FnMut(u32, Option<Edge>)) -> Sorted {
        let count = graph.len();
        let mut order: Vec<u32> = Vec::with_capacity(count);
        order.extend((0..count as u32).filter(|&world| waits[world as usize] == 0));
        let mut done = 0;
        while let Some(&world) = order.get(done) {
            done += 1;
            each(world, None);
            for edge in graph.kept(world as usize) {
                each(world, Some(edge));
                let waits = &mut waits[edge.to as usize];
                *waits -= 1;
                if *waits == 0 {
                    order.push(edge.to);
                }
            }
        }
        let behind = (0..count as u32).filter(|&world| waits[world as usize] > 0);
        Sorted { behind_a_circle: behind.collect(), order }
    }
}

/// How many choices lead to each world.
fn leading_to(graph: &Graph) -> Shelves<u32> {
    // On shelves, as what the walk has left behind: one row of all would need new memory.
    let mut many = Shelves::of(0, graph.len());
    for world in 0..graph.len() {
        graph.kept(world).for_each(|edge| many[edge.to as usize] += 1);
    }
    many
}

/// Numbers that paths are counted in.
trait Number: Clone {
    const ZERO: Self;
    const ONE: Self;
    /// Adds so many times another; false where it does not fit.
    fn add_times(&mut self, times: u16, other: &Self) -> bool;
    fn is_zero(&self) -> bool;
    fn big(self) -> BigUint;
}

macro_rules! machine_number {
    ($number:ty) => {
        impl Number for $number {
            const ZERO: $number = 0;
            const ONE: $number = 1;

            fn add_times(&mut self, times: u16, other: &$number) -> bool {
                let sum = other.checked_mul(<$number>::from(times)).and_then(|more| self.checked_add(more));
                *self = sum.unwrap_or(0);
                sum.is_some()
            }

            fn is_zero(&self) -> bool {
                *self == 0
            }

            fn big(self) -> BigUint {
                BigUint::from(self)
            }
        }
    };
}

machine_number!(u64);
machine_number!(u128);

/// One, as [`BigUint`] cannot say it in a constant.
#[derive(Clone)]
struct Big(Option<BigUint>);

impl Number for Big {
    const ZERO: Big = Big(Some(BigUint::ZERO));
    const ONE: Big = Big(None);

    fn add_times(&mut self, times: u16, other: &Big) -> bool {
        let sum = std::mem::replace(self, Big::ZERO).big() + other.clone().big() * times;
        *self = Big(Some(sum));
        true
    }

    fn is_zero(&self) -> bool {
        self.0.as_ref().is_some_and(|number| *number == BigUint::ZERO)
    }

    fn big(self) -> BigUint {
        self.0.unwrap_or_else(|| BigUint::from(1u8))
    }
}

/// Per group of worlds, how many paths from the beginning end in it. `group_of` answers the group of a
/// world where orderings end; only worlds that `passable` allows are gone through.
pub(super) fn paths(
    graph: &Graph,
    sorted: &Sorted,
    groups: usize,
    group_of: &dyn Fn(u32) -> Option<usize>,
    passable: &dyn Fn(u32) -> bool,
) -> Vec<Count> {
    if let Some(lattice) = graph.lattice() {
        return sweep::paths(lattice, groups, group_of, passable);
    }
    let order = || sorted.order.iter().copied();
    let counted = count::<u64>(graph, order(), groups, group_of, passable)
        .or_else(|| count::<u128>(graph, order(), groups, group_of, passable))
        .or_else(|| count::<Big>(graph, order(), groups, group_of, passable));
    let mut counts = counted.expect("big numbers always fit");
    for &world in &sorted.behind_a_circle {
        if let Some(group) = group_of(world).filter(|_| passable(world)) {
            counts[group] = Count::Infinite;
        }
    }
    counts
}

/// So many are told at a time.
const BLOCK: usize = 4096;

fn tell(told: &Sender<Vec<u32>>, order: &[u32]) {
    // Nobody may be listening any more.
    order.chunks(BLOCK).for_each(|block| drop(told.send(block.to_vec())));
}

/// How many choices lead to each world, where that is asked to find their order.
pub(super) fn before_sorting(graph: &Graph) -> Option<Shelves<u32>> {
    let must_be_found = graph.lattice().is_none() && !graph.upward;
    must_be_found.then(|| leading_to(graph))
}

/// The order of all worlds, and [`paths`] through any. Where the order must be found, it is counted on the way, as long as
/// that fits into 64 bits: to go through all choices once more would take half as long again. `before`: what was asked before.
/// Somebody may be told the order as far as it is known.
pub(super) fn sorted_paths(
    graph: &Graph,
    before: Option<Shelves<u32>>,
    groups: usize,
    group_of: &dyn Fn(u32) -> Option<usize>,
    told: Option<Sender<Vec<u32>>>,
) -> (Sorted, Vec<Count>) {
    let Some(waits) = before.or_else(|| before_sorting(graph)) else {
        let sorted = Sorted::new(graph);
        told.into_iter().for_each(|told| tell(&told, &sorted.order));
        let counts = paths(graph, &sorted, groups, group_of, &|_| true);
        return (sorted, counts);
    };
    let mut ways = Shelves::of(0u64, graph.len());
    ways[0] = 1;
    let (mut sums, mut here, mut fits) = (vec![BigUint::ZERO; groups], 0, true);
    let mut block = Vec::new();
    let sorted = Sorted::of(graph, waits, |world, edge| match edge {
        Some(edge) => fits &= ways[edge.to as usize].add_times(edge.weight, &here),
        None => {
            here = ways[world as usize];
            if let Some(group) = Some(world).filter(|&world| graph.is_end(world as usize)).and_then(group_of)
            {
                sums[group] += here;
            }
            if let Some(told) = &told {
                block.push(world);
                if block.len() == BLOCK {
                    tell(told, &std::mem::take(&mut block));
                }
            }
        }
    });
    told.into_iter().for_each(|told| tell(&told, &block));
    let counts = match fits && sorted.behind_a_circle.is_empty() {
        true => sums.into_iter().map(Count::Finite).collect(),
        false => paths(graph, &sorted, groups, group_of, &|_| true),
    };
    (sorted, counts)
}

/// The same as [`paths`] while the order is still being found, as long as that fits into 64 bits. Worlds in a circle are not
/// told.
pub(super) fn paths_meanwhile(
    graph: &Graph,
    order: Receiver<Vec<u32>>,
    groups: usize,
    group_of: &dyn Fn(u32) -> Option<usize>,
    passable: &dyn Fn(u32) -> bool,
) -> Option<Vec<Count>> {
    count::<u64>(graph, order.into_iter().flatten(), groups, group_of, passable)
}

fn count<N: Number>(
    graph: &Graph,
    order: impl Iterator<Item = u32>,
    groups: usize,
    group_of: &dyn Fn(u32) -> Option<usize>,
    passable: &dyn Fn(u32) -> bool,
) -> Option<Vec<Count>> {
    // On shelves, as what the walk has left behind: one row of all would need new memory.
    let mut ways = Shelves::of(N::ZERO, graph.len());
    let mut sums = vec![Count::zero(); groups];
    if graph.len() > 0 {
        ways[0] = N::ONE;
    }
    for world in order {
        if ways[world as usize].is_zero() || !passable(world) {
            continue;
        }
        let here = ways[world as usize].clone();
        for edge in graph.kept(world as usize) {
            if !ways[edge.to as usize].add_times(edge.weight, &here) {
                return None;
            }
        }
        if let Some(group) = Some(world).filter(|&world| graph.is_end(world as usize)).and_then(group_of) {
            sums[group].add(&Count::Finite(here.big()));
        }
    }
    Some(sums)
}
