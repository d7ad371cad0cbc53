//! What is carried along all paths of a graph: a row of bytes for each world, of those that lead there the highest.
//!
//! So it is the same for any number of paths, and whatever is asked of them one by one, byte by byte, is whether there
//! is one.

use super::count::Sorted;
use super::graph::{Edge, Graph};

/// What becomes of a row on the way.
pub(super) trait Carry {
    /// Changes what goes along a choice, which is as it was `here`.
    fn along(&mut self, edge: Edge, here: &[u8], moved: &mut [u8]);
    /// Makes it again what it was.
    fn back(&self, edge: Edge, here: &[u8], moved: &mut [u8]);
    /// What is known of a world, when all that leads there was seen.
    fn at(&mut self, world: u32, here: &[u8]);
}

/// Carries a row from the first world to all others, in an order in which each comes after all that lead to it. None where
/// that would take more than `room` bytes at a time.
pub(super) fn carry(
    graph: &Graph,
    sorted: &Sorted,
    first: &[u8],
    room: u64,
    carried: &mut impl Carry,
) -> Option<()> {
    let mut rows = Rows::new(graph.len(), first.len());
    rows.of(0).copy_from_slice(first);
    let mut here = vec![0; first.len()];
    let mut moved = here.clone();
    for &world in &sorted.order {
        if !rows.take(world, &mut here) {
            continue;
        }
        carried.at(world, &here);
        moved.copy_from_slice(&here);
        for edge in graph.kept(world as usize) {
            carried.along(edge, &here, &mut moved);
            let there = rows.of(edge.to);
            there.iter_mut().zip(&moved).for_each(|(there, moved)| *there = (*there).max(*moved));
            carried.back(edge, &here, &mut moved);
        }
        if rows.bytes() > room {
            return None;
        }
    }
    Some(())
}

/// The rows of the worlds that were reached, and that nobody has gone on from.
struct Rows {
    width: usize,
    /// Per world, its row, and one more.
    at: Vec<u32>,
    rows: Vec<u8>,
    free: Vec<u32>,
}

impl Rows {
    fn new(worlds: usize, width: usize) -> Rows {
        Rows { width, at: vec![0; worlds], rows: Vec::new(), free: Vec::new() }
    }

    fn bytes(&self) -> u64 {
        (self.rows.capacity() + (self.at.len() + self.free.capacity()) * size_of::<u32>()) as u64
    }

    fn range(&self, row: u32) -> std::ops::Range<usize> {
        let begin = (row as usize - 1) * self.width;
        begin..begin + self.width
    }

    /// The row of a world; nothing but zeros where it was not reached yet.
    fn of(&mut self, world: u32) -> &mut [u8] {
        if self.at[world as usize] == 0 {
            self.at[world as usize] = match self.free.pop() {
                Some(row) => {
                    let range = self.range(row);
                    self.rows[range].fill(0);
                    row
                }
                None => {
                    self.rows.resize(self.rows.len() + self.width, 0);
                    (self.rows.len() / self.width) as u32
                }
            };
        }
        let range = self.range(self.at[world as usize]);
        &mut self.rows[range]
    }

    /// Takes a world's row away; false where it was never reached.
    fn take(&mut self, world: u32, row: &mut [u8]) -> bool {
        let at = std::mem::take(&mut self.at[world as usize]);
        if at == 0 {
            return false;
        }
        row.copy_from_slice(&self.rows[self.range(at)]);
        self.free.push(at);
        true
    }
}
