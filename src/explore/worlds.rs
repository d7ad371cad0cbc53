//! Worlds, each a scene and a cast: what may happen, and to whom.
//!
//! Many worlds have a scene in common, and many a cast, so each of these is kept once and a world is two numbers (as
//! SPIN has it: Holzmann, State compression in SPIN, 1997). They are equal where both numbers are.

use super::grades::Grades;
use super::pieces::Shelves;
use super::place::{Layout, Place};
use super::rows::Rows;
use super::scenario::Faults;
use super::table::{MOST, Table, hash_of};
use rustc_hash::FxHashSet;
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

/// All worlds that were met, and what they are made of. The two know nothing of each other: while worlds are met, what comes
/// of others can be learned.
#[derive(Debug, Default)]
pub(super) struct Worlds {
    pub rows: Rows,
    pub met: Met,
}

/// All worlds that were met, by number, nearest first.
#[derive(Debug)]
pub(super) struct Met {
    worlds: Shelves<World>,
    /// Where each layer begins: the worlds to which the same number of choices leads at least.
    layers: Vec<u32>,
    /// Those among which one that is met may be: of the last layer, as long as it can lie in no other, else all. A small table is
    /// near, a large one is waited for.
    table: Table,
    /// The first world in the table.
    first: usize,
    grades: Option<Grades>,
}

impl Default for Met {
    fn default() -> Met {
        let grades = Some(Grades::default());
        Met { worlds: Shelves::default(), layers: Vec::new(), table: Table::small(), first: 0, grades }
    }
}

impl Met {
    /// How many were met.
    pub fn len(&self) -> usize {
        self.worlds.len()
    }

    /// Whether each is there once.
    pub fn all_differ(&self) -> bool {
        (0..self.len()).map(|world| self.get(world)).collect::<FxHashSet<World>>().len() == self.len()
    }

    #[inline]
    pub fn get(&self, world: usize) -> World {
        self.worlds.get(world)
    }

    /// The number of a world; a new one if it was never met.
    pub fn meet(&mut self, world: World) -> u32 {
        let (worlds, first, len) = (&self.worlds, self.first, self.worlds.len());
        let get = |number: u32| worlds.get(first + number as usize);
        let same = |known| get(known) == world;
        let number = self.table.meet(world.hash(), (len - first) as u32, same, |known| get(known).hash());
        if first + number as usize == len {
            let layer = self.layers.len() as u32;
            if self.grades.as_mut().is_some_and(|grades| !grades.agree(world, layer)) {
                self.look_for_all();
                return self.meet(world);
            }
            self.worlds.push(world);
        }
        first as u32 + number
    }

    /// From here on one that is met may lie in any layer.
    fn look_for_all(&mut self) {
        let worlds = &self.worlds;
        (self.grades, self.first) = (None, 0);
        self.table = Table::of(worlds.len() as u32, |number| worlds.get(number as usize).hash());
    }

    /// The same where nothing is the same as another.
    pub fn add(&mut self, world: World) -> u32 {
        self.worlds.push(world);
        self.worlds.len() as u32 - 1
    }

    /// Where it may be in the table, for [`Met::guess`]. Asked for many in a row, since each has to be fetched from the
    /// memory, and so it is for all at once.
    #[inline]
    pub fn glance(&self, world: World) -> u32 {
        self.table.glance(world.hash())
    }

    /// The number that a world most likely has, if it was met; else any.
    #[inline]
    pub fn guess(&self, world: World) -> u32 {
        self.table.guess(world.hash()).map_or(0, |number| self.first as u32 + number)
    }

    /// From here on all that are new lie one choice further, if this is the first world of the layer that was met last.
    pub fn begin(&mut self, world: usize) {
        if self.layers.last().is_none_or(|&last| last as usize == world) {
            self.layers.push(self.worlds.len() as u32);
            if self.grades.is_some() {
                self.first = self.worlds.len();
                self.table.clear();
            }
        }
    }

    /// The fewest choices that lead to a world.
    pub fn depth(&self, world: usize) -> u32 {
        self.layers.partition_point(|&first| first as usize <= world) as u32 - 1
    }

    /// Where the worlds end that lie as deep as one, as far as they were met.
    pub fn end(&self, world: usize) -> usize {
        self.first(self.depth(world) as usize + 1)
    }

    /// The first world that lies so deep, or how many there are if none does.
    pub fn first(&self, depth: usize) -> usize {
        self.layers.get(depth).map_or(self.len(), |&first| first as usize)
    }

    /// The worlds that lie as deep as a world.
    pub fn layer(&self, world: usize) -> Range<usize> {
        let depth = self.depth(world) as usize;
        self.first(depth)..self.first(depth + 1)
    }

    /// The worlds one choice further than a world.
    pub fn behind(&self, world: usize) -> Range<usize> {
        let next = self.depth(world) as usize + 1;
        self.first(next)..self.first(next + 1)
    }

    pub fn bytes(&self) -> usize {
        self.worlds.bytes() + self.table.bytes() + self.grades.as_ref().map_or(0, Grades::bytes)
    }
}

impl Worlds {
    pub fn new(layout: Layout) -> Worlds {
        Worlds { rows: Rows::new(layout), met: Met::default() }
    }

    pub fn len(&self) -> usize {
        self.met.len()
    }

    pub fn get(&self, world: usize) -> World {
        self.met.get(world)
    }

    pub fn scenes(&self) -> usize {
        self.rows.scenes()
    }

    pub fn depth(&self, world: usize) -> u32 {
        self.met.depth(world)
    }

    pub fn layer(&self, world: usize) -> Range<usize> {
        self.met.layer(world)
    }

    pub fn behind(&self, world: usize) -> Range<usize> {
        self.met.behind(world)
    }

    pub fn read(&self, world: usize, place: &mut Place) {
        self.rows.read(self.get(world), place);
    }

    pub fn flight(&self, scene: u32) -> (Vec<u32>, Option<Vec<u32>>) {
        self.rows.flight(scene)
    }

    /// The faults that may still strike.
    pub fn left(&self, cast: u32) -> Faults {
        Faults::of_code(self.rows.cast(cast)[1])
    }

    /// In how many of them a host is about to stop.
    pub fn stopping(&self) -> usize {
        (0..self.len()).filter(|&world| self.rows.stops(self.get(world).scene)).count()
    }

    /// Whether there is no number left; it is asked now and then only, so half of them are kept back.
    pub fn is_full(&self) -> bool {
        self.rows.is_full() || self.len() >= MOST / 2
    }

    pub fn bytes(&self) -> usize {
        self.rows.bytes() + self.met.bytes()
    }

    /// What is only asked while worlds are met.
    pub fn close(&mut self) {
        self.met.table = Table::default();
        self.met.grades = None;
        self.rows.close();
    }
}
