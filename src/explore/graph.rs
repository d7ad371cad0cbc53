//! All distinct worlds of a scenario, and the choices between them.

use super::explorer::Explorer;
use super::lattice::Lattice;
use super::layers::lattice;
use super::pieces::Pieces;
use super::place::{Layout, Place};
use super::scenario::{Bounds, Faults};
use super::table::Table;
use std::ops::Range;

/// Worlds are numbered as they are met, nearest first: a world's depth never falls. Open worlds are kept as a lattice,
/// and then nothing else is here but how far that went.
#[derive(Debug, Default)]
pub(super) struct Graph {
    lattice: Option<Lattice>,
    layout: Layout,
    /// Each world as a row of numbers, packed: nearly all are small.
    rows: Pieces<u8>,
    /// The choices of each world that was looked at.
    edges: Pieces<Edge>,
    /// How many worlds lie within a step, in which the host is about to stop.
    pub within_steps: u64,
    /// The fewest choices that lead there.
    depth: Vec<u32>,
    /// Of the worlds that were looked at, whether an ordering may end there: nothing can happen any more, or
    /// faults only.
    ends: Vec<bool>,
    /// The bound that was reached, or that somebody said to stop.
    pub stopped: Option<Stopped>,
    /// How much memory the walk has taken, more or less.
    pub taken: u64,
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

/// How many worlds are looked at between two reports.
const BETWEEN: usize = 4096;

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
            if let Some(graph) = Graph::walk(explorer, bounds, watch) {
                return graph;
            }
        }
    }

    /// The worlds as a lattice, if that is what they are.
    pub fn lattice(&self) -> Option<&Lattice> {
        self.lattice.as_ref()
    }

    /// None where messages were taken for interchangeable that are not, and now are not any more.
    fn walk(
        explorer: &mut Explorer,
        bounds: Bounds,
        watch: &mut dyn FnMut(Progress) -> bool,
    ) -> Option<Graph> {
        let merges = explorer.scenario.reductions.equal_worlds;
        let confirms = explorer.interchange.is_any();
        let mut graph = Graph { layout: explorer.layout(), ..Graph::default() };
        let mut table = Table::new();
        let (mut place, mut next) = (explorer.start(), Place::default());
        let (mut choices, mut edges, mut next_rows) = (Vec::new(), Vec::new(), Rows::default());
        next_rows.push(&place);
        graph.meet(&mut table, &next_rows, 0, 0);
        let mut index = 0;
        while index < graph.len() {
            if index % BETWEEN == 0 {
                let progress =
                    Progress { met: graph.len() as u64, done: index as u64, depth: graph.depth[index] };
                if !watch(progress) {
                    graph.stopped = Some(Stopped::Asked);
                    break;
                }
            }
            if graph.len() as u64 > bounds.states {
                graph.stopped = Some(Stopped::States);
                break;
            }
            if index % BETWEEN == 0 {
                graph.taken = graph.bytes(&table) + explorer.steps.bytes();
                if graph.taken > bounds.memory || graph.rows.is_full() || graph.edges.is_full() {
                    graph.stopped = Some(Stopped::Memory);
                    break;
                }
            }
            graph.read(index, &mut place);
            let depth = graph.depth[index];
            explorer.ready(&place, &mut choices);
            if confirms && !explorer.confirm(&place, &choices) {
                return None;
            }
            let faults = choices.iter().all(|choice| choice.take.what.is_fault());
            graph.ends.push(faults && place.stops().is_none());
            if u64::from(depth) >= bounds.depth && !choices.is_empty() {
                graph.stopped = Some(Stopped::Depth);
                choices.clear();
            }
            next_rows.clear();
            for choice in &choices {
                explorer.apply(&place, choice.take, &mut next);
                next_rows.push(&next);
            }
            next_rows.glance(&table);
            edges.clear();
            for (at, choice) in choices.iter().enumerate() {
                let known = graph.len();
                let to = match merges {
                    true => graph.meet(&mut table, &next_rows, at, depth + 1),
                    false => graph.add(next_rows.get(at), depth + 1),
                };
                graph.within_steps += u64::from(graph.len() > known && next_rows.stops(at));
                let weight = u16::try_from(choice.weight).unwrap_or_else(|_| {
                    explorer.labels.full = true;
                    u16::MAX
                });
                edges.push(Edge { to, label: choice.label, weight });
            }
            graph.edges.push(&edges);
            index += 1;
        }
        graph.taken = graph.bytes(&table) + explorer.steps.bytes();
        Some(graph)
    }

    /// The number of a world; a new one if it was never met.
    fn meet(&mut self, table: &mut Table, next: &Rows, at: usize, depth: u32) -> u32 {
        let (rows, row) = (&self.rows, next.get(at));
        let new = self.depth.len() as u32;
        let number = table.meet(next.hashes[at], new, |number| rows.get(number as usize) == row);
        if number == new {
            self.add(row, depth);
        }
        number
    }

    fn add(&mut self, row: &[u8], depth: u32) -> u32 {
        self.depth.push(depth);
        self.rows.push(row);
        self.depth.len() as u32 - 1
    }

    /// How much memory it takes, and will take when it is gone through: counting keeps two numbers a world.
    fn bytes(&self, table: &Table) -> u64 {
        const COUNTED: usize = 48;
        (self.rows.bytes() + self.edges.bytes() + table.bytes() + self.len() * COUNTED) as u64
    }

    /// How many worlds were met.
    pub fn len(&self) -> usize {
        self.lattice.as_ref().map_or(self.depth.len(), |lattice| lattice.worlds)
    }

    /// The fewest choices that lead to a world.
    pub fn depth(&self, world: usize) -> u32 {
        self.lattice.as_ref().map_or_else(|| self.depth[world], |lattice| lattice.depth(world))
    }

    pub fn read(&self, world: usize, place: &mut Place) {
        match &self.lattice {
            Some(lattice) => lattice.read(world, place),
            None => place.read(&self.row(world), self.layout),
        }
    }

    fn row(&self, world: usize) -> Vec<u32> {
        unpacked(self.rows.get(world), usize::MAX)
    }

    /// Of a world only the listed messages that are in flight; with faults, also those that came.
    pub fn flight(&self, world: usize) -> (Vec<u32>, Option<Vec<u32>>) {
        if let Some(lattice) = &self.lattice {
            return (vec![lattice.flight(world)], None);
        }
        let row = unpacked(self.rows.get(world), Place::flight_len(self.layout));
        let (flight, came) = Place::flight_of(&row, self.layout);
        (flight.to_vec(), came.map(<[u32]>::to_vec))
    }

    /// The faults that may still strike.
    pub fn left(&self, world: usize) -> Faults {
        match self.layout.faults {
            true => Place::left_of(&self.row(world), self.layout),
            false => Faults::NONE,
        }
    }

    /// Whether an ordering may end there.
    pub fn is_end(&self, world: usize) -> bool {
        match &self.lattice {
            Some(lattice) => lattice.ends().contains(&world),
            None => self.ends.get(world).copied().unwrap_or(false),
        }
    }

    /// The worlds among which are all in which an ordering may end.
    pub fn last(&self) -> Range<usize> {
        self.lattice.as_ref().map_or(0..self.len(), Lattice::ends)
    }

    /// The choices of a world in canonical order; none where it was not looked at. `room` is for those that are not
    /// kept.
    pub fn edges<'a>(&'a self, world: usize, room: &'a mut Vec<Edge>) -> &'a [Edge] {
        match &self.lattice {
            Some(lattice) => {
                lattice.edges(world, room);
                room
            }
            None => self.edges.get(world),
        }
    }

    /// The same where they are kept, which those of a lattice are not.
    pub fn kept(&self, world: usize) -> &[Edge] {
        self.edges.get(world)
    }

    pub fn edge_count(&self) -> usize {
        self.lattice.as_ref().map_or(self.edges.elements(), |lattice| lattice.edges)
    }
}

/// The rows of the worlds that one world leads to.
#[derive(Default)]
struct Rows {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    hashes: Vec<u32>,
    /// Whether a host is about to stop in it.
    stops: Vec<bool>,
    /// Room for one before it is packed.
    row: Vec<u32>,
}

impl Rows {
    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.hashes.clear();
        self.stops.clear();
    }

    fn push(&mut self, place: &Place) {
        let begin = self.bytes.len();
        self.row.clear();
        place.write(&mut self.row);
        pack(&self.row, &mut self.bytes);
        self.ends.push(self.bytes.len());
        self.hashes.push(hash(&self.bytes[begin..]));
        self.stops.push(place.stops().is_some());
    }

    fn get(&self, at: usize) -> &[u8] {
        let begin = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.bytes[begin..self.ends[at]]
    }

    fn stops(&self, at: usize) -> bool {
        self.stops[at]
    }

    /// Has the memory fetch where they may be in the table, for all of them at once: asked for one after the other, each
    /// would wait for it anew.
    fn glance(&self, table: &Table) {
        std::hint::black_box(
            self.hashes.iter().filter_map(|&hash| table.glance(hash)).fold(0, |all, one| all ^ one),
        );
    }
}

/// Seven bits of a number to a byte, the lowest first; the highest bit says that more follow (LEB128).
fn pack(row: &[u32], packed: &mut Vec<u8>) {
    packed.reserve(row.len());
    for &number in row {
        let mut rest = number;
        while rest >= 0x80 {
            packed.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        packed.push(rest as u8);
    }
}

/// The first numbers of a row, at most so many.
fn unpacked(packed: &[u8], most: usize) -> Vec<u32> {
    let mut row = Vec::with_capacity(packed.len().min(most));
    let (mut number, mut shift) = (0, 0);
    for &byte in packed {
        number |= u32::from(byte & 0x7f) << shift;
        shift += 7;
        if byte < 0x80 {
            row.push(number);
            if row.len() == most {
                break;
            }
            (number, shift) = (0, 0);
        }
    }
    row
}

/// Rows are numbers that count up: multiply and fold, as the hasher of compilers does, then mix.
fn hash(row: &[u8]) -> u32 {
    const SEED: u64 = 0xf135_7aea_2e62_a9c5;
    let mut hash: u64 = row.len() as u64;
    let mut words = row.chunks_exact(8);
    for word in &mut words {
        let word = u64::from_le_bytes(word.try_into().expect("eight bytes"));
        hash = (hash.rotate_left(23) ^ word).wrapping_mul(SEED);
    }
    let rest = words.remainder().iter().fold(0, |rest, &byte| rest << 8 | u64::from(byte));
    hash = (hash.rotate_left(23) ^ rest).wrapping_mul(SEED);
    (hash ^ hash >> 32) as u32
}
