//! The choices between worlds, packed: six bytes each, and six more where one stands for several.

use super::graph::Edge;
use super::pieces::Pieces;
use std::slice::Iter;

/// The world that it leads to, in two halves, and the label. There are fewer worlds than 2^31 ([`MOST`](super::table::MOST)):
/// the highest bit says that another follows which is the weight.
type Packed = [u16; 3];

const WEIGHED: u16 = 1 << 15;

/// The choices of worlds, by number.
#[derive(Debug, Default)]
pub(super) struct Edges {
    runs: Pieces<Packed>,
    many: usize,
    run: Vec<Packed>,
}

/// The choices of one world, one after the other.
#[derive(Debug, Clone)]
pub(super) struct Run<'a>(Iter<'a, Packed>);

impl Edges {
    /// The choices of the next world.
    pub fn push(&mut self, edges: impl Iterator<Item = Edge>) {
        self.run.clear();
        for Edge { to, label, weight } in edges {
            self.many += 1;
            let (low, high) = (to as u16, (to >> 16) as u16);
            match weight {
                1 => self.run.push([low, high, label]),
                _ => self.run.extend([[low, high | WEIGHED, label], [weight, 0, 0]]),
            }
        }
        self.runs.push(&self.run);
    }

    /// Those of a world; none where there is no such world.
    pub fn get(&self, world: usize) -> Run<'_> {
        Run(self.runs.get(world).iter())
    }

    /// How many there are in all.
    pub fn many(&self) -> usize {
        self.many
    }

    pub fn is_full(&self) -> bool {
        self.runs.is_full()
    }

    pub fn bytes(&self) -> usize {
        self.runs.bytes()
    }
}

impl Run<'_> {
    pub fn is_empty(&self) -> bool {
        self.0.as_slice().is_empty()
    }
}

impl Iterator for Run<'_> {
    type Item = Edge;

    #[inline]
    fn next(&mut self) -> Option<Edge> {
        let &[low, high, label] = self.0.next()?;
        let weight = match high & WEIGHED {
            0 => 1,
            _ => self.0.next().map_or(1, |weight| weight[0]),
        };
        Some(Edge { to: u32::from(high & !WEIGHED) << 16 | u32::from(low), label, weight })
    }
}
