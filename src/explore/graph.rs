//! All distinct worlds of a scenario, and the choices between them.

use super::both::awake;
use super::edges::{Edges, Run};
use super::explorer::Explorer;
use super::lattice::Lattice;
use super::layers::lattice;
use super::place::Place;
use super::scenario::{Bounds, Faults};
use super::walk::walk;
use super::worlds::Worlds;
use std::ops::Range;

/// Worlds are numbered as they are met, nearest first: a world's depth never falls. Open worlds are kept as a lattice,
/// and then nothing else is here but how far that went.
#[derive(Debug, Default)]
pub(super) struct Graph {
    lattice: Option<Lattice>,
    pub worlds: Worlds,
    /// The choices of each world that was looked at.
    pub edges: Edges,
    /// Every choice leads to a world with a higher number.
    pub upward: bool,
    /// How many worlds lie within a step, in which the host is about to stop.
    pub within_steps: u64,
    /// Of the worlds that were looked at, whether an ordering may end there: nothing can happen any more, or
    /// faults only.
    pub ends: Bits,
    /// The bound that was reached, or that somebody said to stop.
    pub stopped: Option<Stopped>,
    /// How much memory the walk has taken, more or less.
    pub taken: u64,
}

/// Whether something is so, world by world.
#[derive(Debug, Default)]
pub(super) struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    /// So many of which it is not.
    pub fn none(many: usize) -> Bits {
        Bits { words: vec![0; many.div_ceil(64)], len: many }
    }

    /// Of one of them it is.
    pub fn set(&mut self, world: usize) {
        self.words[world / 64] |= 1 << (world % 64);
    }

    pub fn push(&mut self, is_so: bool) {
        if self.len.is_multiple_of(64) {
            self.words.push(0);
        }
        self.words[self.len / 64] |= u64::from(is_so) << (self.len % 64);
        self.len += 1;
    }

    /// Not where nothing was said.
    pub fn get(&self, world: usize) -> bool {
        self.words.get(world / 64).is_some_and(|word| word & 1 << (world % 64) != 0)
    }
}

/// A choice, and the world that it leads to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub to: u32,
    pub label: u16,
    /// For how many choices it stands.
    pub weight: u16,
}

/// Why not everything was explored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    States,
    Depth,
    Memory,
    /// Somebody said to stop.
    Asked,
}

/// How far an exploration has come.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Worlds met, and those whose choices were all taken.
    pub met: u64,
    pub done: u64,
    /// The fewest choices that lead to the world that is looked at.
    pub depth: u32,
}

impl Graph {
    /// Walks all worlds. `watch` answers whether to go on.
    pub fn explore(
        explorer: &mut Explorer,
        bounds: Bounds,
        watch: &mut dyn FnMut(Progress) -> bool,
    ) -> Graph {
        loop {
            if let Some((lattice, stopped)) = lattice(explorer, bounds, watch) {
                let taken = lattice.bytes() + explorer.steps.bytes();
                return Graph { lattice: Some(lattice), stopped, taken, ..Graph::default() };
            }
            let threads = explorer.threads;
            if let Some(graph) = awake(threads, |wake| walk(explorer, bounds, watch, wake)) {
                return graph;
            }
        }
    }

    /// Nothing is known of these worlds yet.
    pub fn of(worlds: Worlds) -> Graph {
        Graph { worlds, upward: true, ..Graph::default() }
    }

    /// The worlds as a lattice, if that is what they are.
    pub fn lattice(&self) -> Option<&Lattice> {
        self.lattice.as_ref()
    }

    /// How many worlds were met.
    pub fn len(&self) -> usize {
        self.lattice.as_ref().map_or(self.worlds.len(), |lattice| lattice.worlds)
    }

    /// The fewest choices that lead to a world.
    pub fn depth(&self, world: usize) -> u32 {
        self.lattice.as_ref().map_or_else(|| self.worlds.depth(world), |lattice| lattice.depth(world))
    }

    pub fn read(&self, world: usize, place: &mut Place) {
        match &self.lattice {
            Some(lattice) => lattice.read(world, place),
            None => self.worlds.read(world, place),
        }
    }

    /// Of a world only the listed messages that are in flight; with faults, also those that came.
    pub fn flight(&self, world: usize) -> (Vec<u32>, Option<Vec<u32>>) {
        match &self.lattice {
            Some(lattice) => (vec![lattice.flight(world)], None),
            None => self.worlds.flight(self.worlds.get(world).scene),
        }
    }

    /// The faults that may still strike.
    pub fn left(&self, world: usize) -> Faults {
        match &self.lattice {
            Some(_) => Faults::NONE,
            None => self.worlds.left(self.worlds.get(world).cast),
        }
    }

    /// Whether a host is about to stop there, in the midst of a step.
    pub fn stops(&self, world: usize) -> bool {
        self.lattice.is_none() && self.worlds.rows.stops(self.worlds.get(world).scene)
    }

    /// Whether an ordering may end there.
    pub fn is_end(&self, world: usize) -> bool {
        match &self.lattice {
            Some(lattice) => lattice.ends().contains(&world),
            None => self.ends.get(world),
        }
    }

    /// The worlds among which are all in which an ordering may end.
    pub fn last(&self) -> Range<usize> {
        self.lattice.as_ref().map_or(0..self.len(), Lattice::ends)
    }

    /// The choices of a world in canonical order; none where it was not looked at. They are put into `room`.
    pub fn edges<'a>(&'a self, world: usize, room: &'a mut Vec<Edge>) -> &'a [Edge] {
        match &self.lattice {
            Some(lattice) => lattice.edges(world, room),
            None => {
                room.clear();
                room.extend(self.edges.get(world));
            }
        }
        room
    }

    /// The same where they are kept, which those of a lattice are not.
    pub fn kept(&self, world: usize) -> Run<'_> {
        self.edges.get(world)
    }

    pub fn edge_count(&self) -> usize {
        self.lattice.as_ref().map_or(self.edges.many(), |lattice| lattice.edges)
    }
}
