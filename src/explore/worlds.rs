//! Worlds, each a scene and a cast: what may happen, and to whom.
//!
//! Many worlds have a scene in common, and many a cast, so each of these is kept once and a world is two numbers (as
//! SPIN has it: Holzmann, State compression in SPIN, 1997). They are equal where both numbers are.

use super::pieces::{Interned, Shelves};
use super::place::{Layout, Place};
use super::scenario::Faults;
use super::table::{Table, hash_of};
use std::ops::Range;

/// A scene and a cast, by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct World {
    pub scene: u32,
    pub cast: u32,
}

impl World {
    fn hash(self) -> u32 {
        hash_of(self.scene, self.cast)
    }
}

/// All worlds that were met, by number, nearest first.
#[derive(Debug, Default)]
pub(super) struct Worlds {
    layout: Layout,
    /// Each a row of numbers, packed: nearly all are small.
    scenes: Interned<u8>,
    casts: Interned<u32>,
    /// Per scene, whether a host is about to stop in it.
    stops: Vec<bool>,
    worlds: Shelves<World>,
    /// Where each layer begins: the worlds to which the same number of choices leads at least.
    layers: Vec<u32>,
    table: Table,
    row: Vec<u32>,
    packed: Vec<u8>,
}

impl Worlds {
    pub fn new(layout: Layout) -> Worlds {
        Worlds { layout, ..Worlds::default() }
    }

    /// How many were met.
    pub fn len(&self) -> usize {
        self.worlds.len()
    }

    pub fn get(&self, world: usize) -> World {
        self.worlds.get(world)
    }

    pub fn scenes(&self) -> usize {
        self.scenes.len()
    }

    /// What was sent, what is left of the budgets, and from [`CAST`](super::place::CAST) on the lives.
    pub fn cast(&self, cast: u32) -> &[u32] {
        self.casts.get(cast)
    }

    /// Takes a world apart.
    pub fn part(&mut self, place: &Place) -> World {
        self.row.clear();
        place.write_scene(&mut self.row);
        self.packed.clear();
        pack(&self.row, &mut self.packed);
        let scene = self.scenes.number(&self.packed);
        if scene as usize == self.stops.len() {
            self.stops.push(place.stops().is_some());
        }
        self.row.clear();
        place.write_cast(&mut self.row);
        World { scene, cast: self.casts.number(&self.row) }
    }

    pub fn cast_of(&mut self, row: &[u32]) -> u32 {
        self.casts.number(row)
    }

    /// The number of a world; a new one if it was never met.
    pub fn meet(&mut self, world: World) -> u32 {
        let (worlds, new) = (&self.worlds, self.worlds.len() as u32);
        let number = self.table.meet(world.hash(), new, |number| worlds.get(number as usize) == world);
        if number == new {
            self.worlds.push(world);
        }
        number
    }

    /// The same where nothing is the same as another.
    pub fn add(&mut self, world: World) -> u32 {
        self.worlds.push(world);
        self.worlds.len() as u32 - 1
    }

    /// Its number, if it was met.
    pub fn find(&self, world: World) -> Option<u32> {
        self.table.find(world.hash(), |number| self.worlds.get(number as usize) == world)
    }

    /// Has the memory fetch where it may be in the table: asked for one after the other, each would wait for it anew.
    pub fn glance(&self, world: World) -> u32 {
        self.table.glance(world.hash()).unwrap_or_default()
    }

    /// From here on all that are new lie one choice further.
    pub fn next_layer(&mut self) {
        self.layers.push(self.worlds.len() as u32);
    }

    /// The fewest choices that lead to a world.
    pub fn depth(&self, world: usize) -> u32 {
        self.layers.partition_point(|&first| first as usize <= world) as u32 - 1
    }

    /// The worlds one choice further than a world.
    pub fn behind(&self, world: usize) -> Range<usize> {
        let first = |depth: usize| self.layers.get(depth).map_or(self.len(), |&first| first as usize);
        let next = self.depth(world) as usize + 1;
        first(next)..first(next + 1)
    }

    pub fn read(&self, world: usize, place: &mut Place) {
        let World { scene, cast } = self.get(world);
        place.read_scene(&self.row(scene), self.layout);
        place.read_cast(self.casts.get(cast));
    }

    fn row(&self, scene: u32) -> Vec<u32> {
        unpacked(self.scenes.get(scene), usize::MAX)
    }

    /// Of a scene only the listed messages that are in flight; with faults, also those that came.
    pub fn flight(&self, scene: u32) -> (Vec<u32>, Option<Vec<u32>>) {
        let row = unpacked(self.scenes.get(scene), Place::flight_len(self.layout));
        let (flight, came) = Place::flight_of(&row, self.layout);
        (flight.to_vec(), came.map(<[u32]>::to_vec))
    }

    /// The faults that may still strike.
    pub fn left(&self, cast: u32) -> Faults {
        Faults::of_code(self.cast(cast)[1])
    }

    /// Whether a host is about to stop.
    pub fn stops(&self, scene: u32) -> bool {
        self.stops[scene as usize]
    }

    /// Whether there is no number left.
    pub fn is_full(&self) -> bool {
        self.scenes.is_full() || self.casts.is_full() || self.len() >= u32::MAX as usize - 1
    }

    pub fn bytes(&self) -> usize {
        let parts = self.scenes.bytes() + self.casts.bytes() + self.stops.capacity();
        parts + self.worlds.bytes() + self.table.bytes()
    }

    /// What is only asked while worlds are met.
    pub fn close(&mut self) {
        self.table = Table::default();
        self.scenes.close();
        self.casts.close();
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
