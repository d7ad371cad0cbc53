//! All distinct worlds of a scenario, and the choices between them.

use super::choice::Choice;
use super::explorer::Explorer;
use super::place::{Layout, Place};
use super::scenario::{Bounds, Faults};
use hashbrown::HashTable;

/// Worlds are numbered as they are met, nearest first: a world's depth never falls.
#[derive(Debug, Default)]
pub(super) struct Graph {
    layout: Layout,
    rows: Vec<u32>,
    /// Where each world's row begins, and the end of the last.
    row_at: Vec<usize>,
    edges: Vec<Edge>,
    /// Where the choices of each world that was looked at begin, and the end of the last.
    edge_at: Vec<usize>,
    /// The fewest choices that lead there.
    pub depth: Vec<u32>,
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
        let mut graph = Graph { layout: explorer.layout(), row_at: vec![0], ..Graph::default() };
        let mut table: HashTable<u32> = HashTable::new();
        let (mut place, mut next) = (explorer.start(), Place::default());
        let (mut row, mut choices): (Vec<u32>, Vec<Choice>) = (Vec::new(), Vec::new());
        place.write(&mut row);
        graph.meet(&mut table, &row, 0);
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
                if graph.taken > bounds.memory {
                    graph.stopped = Some(Stopped::Memory);
                    break;
                }
            }
            graph.edge_at.push(graph.edges.len());
            graph.read(index, &mut place);
            let depth = graph.depth[index];
            explorer.ready(&place, &mut choices);
            let faults = choices.iter().all(|choice| choice.take.what.is_fault());
            graph.ends.push(faults && place.stops().is_none());
            if u64::from(depth) >= bounds.depth && !choices.is_empty() {
                graph.stopped = Some(Stopped::Depth);
                choices.clear();
            }
            for choice in &choices {
                explorer.apply(&place, choice.take, &mut next);
                next.write(&mut row);
                let to = graph.meet(&mut table, &row, depth + 1);
                let weight = u16::try_from(choice.weight).unwrap_or_else(|_| {
                    explorer.labels.full = true;
                    u16::MAX
                });
                graph.edges.push(Edge { to, label: choice.label, weight });
            }
            index += 1;
        }
        graph.edge_at.push(graph.edges.len());
        graph.taken = graph.bytes(&table) + explorer.steps.bytes();
        graph
    }

    /// The number of a world; a new one if it was never met.
    fn meet(&mut self, table: &mut HashTable<u32>, row: &[u32], depth: u32) -> u32 {
        let (rows, row_at) = (&self.rows, &self.row_at);
        let at = |number: u32| &rows[row_at[number as usize]..row_at[number as usize + 1]];
        let entry = table.entry(hash(row), |&number| at(number) == row, |&number| hash(at(number)));
        match entry {
            hashbrown::hash_table::Entry::Occupied(known) => *known.get(),
            hashbrown::hash_table::Entry::Vacant(free) => {
                let number = self.depth.len() as u32;
                free.insert(number);
                self.depth.push(depth);
                self.rows.extend_from_slice(row);
                self.row_at.push(self.rows.len());
                number
            }
        }
    }

    /// How much memory it takes, and will take when it is gone through: counting keeps two numbers a world.
    fn bytes(&self, table: &HashTable<u32>) -> u64 {
        const COUNTED: usize = 48;
        let rows = self.rows.capacity() * size_of::<u32>() + self.row_at.capacity() * size_of::<usize>();
        let edges = self.edges.capacity() * size_of::<Edge>() + self.edge_at.capacity() * size_of::<usize>();
        (rows + edges + table.allocation_size() + self.len() * COUNTED) as u64
    }

    /// How many worlds were met.
    pub fn len(&self) -> usize {
        self.depth.len()
    }

    pub fn read(&self, world: usize, place: &mut Place) {
        place.read(self.row(world), self.layout);
    }

    fn row(&self, world: usize) -> &[u32] {
        &self.rows[self.row_at[world]..self.row_at[world + 1]]
    }

    /// Of a world only the listed messages that are in flight; with faults, also those that came.
    pub fn flight(&self, world: usize) -> (&[u32], Option<&[u32]>) {
        Place::flight_of(self.row(world), self.layout)
    }

    /// The faults that may still strike.
    pub fn left(&self, world: usize) -> Faults {
        Place::left_of(self.row(world), self.layout)
    }

    /// Whether it lies within a step, in which the host is about to stop.
    pub fn is_within_a_step(&self, world: usize) -> bool {
        Place::is_within_a_step(self.row(world), self.layout)
    }

    /// Whether an ordering may end there.
    pub fn is_end(&self, world: usize) -> bool {
        self.ends.get(world).copied().unwrap_or(false)
    }

    /// The choices of a world in canonical order; none where it was not looked at.
    pub fn edges(&self, world: usize) -> &[Edge] {
        match self.edge_at.get(world..world + 2) {
            Some(at) => &self.edges[at[0]..at[1]],
            None => &[],
        }
    }

    pub fn edge_count(&self) -> usize {
        self.edges.len()
    }
}

/// Rows are numbers that count up: multiply and fold, as the hasher of compilers does, then mix.
fn hash(row: &[u32]) -> u64 {
    const SEED: u64 = 0xf135_7aea_2e62_a9c5;
    let mut hash: u64 = 0;
    for pair in row.chunks(2) {
        let word = u64::from(pair[0]) << 32 | pair.get(1).map_or(0, |&word| u64::from(word));
        hash = (hash.rotate_left(23) ^ word).wrapping_mul(SEED);
    }
    hash ^ hash >> 32
}
