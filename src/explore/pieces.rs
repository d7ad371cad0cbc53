//! Many short runs of numbers, one behind the other, in pieces: what is there never moves while more comes.

use super::table::Table;
use rustc_hash::FxBuildHasher;
use std::hash::{BuildHasher, Hash};
use std::ops::{Index, IndexMut};

/// Runs by number. No run lies in two pieces.
#[derive(Debug)]
pub(super) struct Pieces<T> {
    pieces: Vec<Vec<T>>,
    /// Where each run begins: which piece, and how far into it.
    at: Vec<u32>,
}

/// How many elements a piece has room for, unless one run alone has more; as a power of two.
const ROOM: u32 = 18;

impl<T> Default for Pieces<T> {
    fn default() -> Pieces<T> {
        Pieces { pieces: Vec::new(), at: Vec::new() }
    }
}

impl<T: Copy> Pieces<T> {
    /// Whether there is no number left for another run.
    pub fn is_full(&self) -> bool {
        self.pieces.len() >= 1 << (u32::BITS - ROOM)
    }

    pub fn push(&mut self, run: &[T]) {
        let room = 1 << ROOM;
        // One that is longer than a piece has one of its own: only where runs begin is bounded.
        // A run of none has a place in a piece, too.
        if self.pieces.last().is_none_or(|piece| piece.len() + run.len().max(1) > room) {
            // The first one grows as it must: most scenarios are small.
            let capacity = if self.pieces.is_empty() { run.len() } else { room };
            self.pieces.push(Vec::with_capacity(capacity));
        }
        let piece = self.pieces.len() - 1;
        self.at.push((piece << ROOM | self.pieces[piece].len()) as u32);
        self.pieces[piece].extend_from_slice(run);
    }

    /// A run; nothing where there is no such number.
    pub fn get(&self, number: usize) -> &[T] {
        let Some(&at) = self.at.get(number) else { return &[] };
        let place = |at: u32| ((at >> ROOM) as usize, at as usize & ((1 << ROOM) - 1));
        let (piece, begin) = place(at);
        let end = match self.at.get(number + 1).map(|&next| place(next)) {
            Some((next, end)) if next == piece => end,
            _ => self.pieces[piece].len(),
        };
        &self.pieces[piece][begin..end]
    }

    /// How many runs there are.
    pub fn len(&self) -> usize {
        self.at.len()
    }

    pub fn bytes(&self) -> usize {
        let pieces: usize = self.pieces.iter().map(Vec::capacity).sum();
        pieces * size_of::<T>() + self.at.capacity() * size_of::<u32>()
    }
}

/// Many of one size, by number, in shelves: what is there never moves while more comes, so there is never room for them
/// twice.
#[derive(Debug)]
pub(super) struct Shelves<T> {
    shelves: Vec<Vec<T>>,
    len: usize,
}

/// How many a shelf holds, as a power of two.
const SHELF: u32 = 14;

impl<T> Default for Shelves<T> {
    fn default() -> Shelves<T> {
        Shelves { shelves: Vec::new(), len: 0 }
    }
}

impl<T: Copy> Shelves<T> {
    pub fn push(&mut self, one: T) {
        self.len += 1;
        match self.shelves.last_mut() {
            Some(shelf) if shelf.len() < 1 << SHELF => shelf.push(one),
            last => {
                // The first one grows as it must: most scenarios are small.
                let room = if last.is_none() { 16 } else { 1 << SHELF };
                let mut shelf = Vec::with_capacity(room);
                shelf.push(one);
                self.shelves.push(shelf);
            }
        }
    }

    #[inline]
    pub fn get(&self, number: usize) -> T {
        self[number]
    }

    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn bytes(&self) -> usize {
        self.shelves.iter().map(Vec::capacity).sum::<usize>() * size_of::<T>()
    }
}

impl<T: Clone> Shelves<T> {
    /// So many of one.
    pub fn of(one: T, many: usize) -> Shelves<T> {
        let shelf = |first: usize| vec![one.clone(); (many - first).min(1 << SHELF)];
        Shelves { shelves: (0..many).step_by(1 << SHELF).map(shelf).collect(), len: many }
    }
}

impl<T> Index<usize> for Shelves<T> {
    type Output = T;

    #[inline]
    fn index(&self, number: usize) -> &T {
        &self.shelves[number >> SHELF][number & ((1 << SHELF) - 1)]
    }
}

impl<T> IndexMut<usize> for Shelves<T> {
    #[inline]
    fn index_mut(&mut self, number: usize) -> &mut T {
        &mut self.shelves[number >> SHELF][number & ((1 << SHELF) - 1)]
    }
}

/// Runs that are each there once, by number.
#[derive(Debug)]
pub(super) struct Interned<T> {
    runs: Pieces<T>,
    table: Table,
}

impl<T> Default for Interned<T> {
    fn default() -> Interned<T> {
        Interned { runs: Pieces::default(), table: Table::new() }
    }
}

impl<T: Copy + Eq + Hash> Interned<T> {
    /// The number of a run; a new one if it was never met.
    pub fn number(&mut self, run: &[T]) -> u32 {
        let runs = &self.runs;
        let new = runs.len() as u32;
        let same = |known: u32| runs.get(known as usize) == run;
        let hash = Self::hash_of(run);
        let number = self.table.meet(hash, new, same, |known| Self::hash_of(runs.get(known as usize)));
        if number == new {
            self.runs.push(run);
        }
        number
    }

    pub fn hash_of(run: &[T]) -> u32 {
        let hash = FxBuildHasher.hash_one(run);
        (hash ^ hash >> 32) as u32
    }

    /// Where a run may be in the table, for [`Interned::guess`]; asked for many in a row, it is fetched for all at once.
    pub fn glance(&self, hash: u32) -> u32 {
        self.table.glance(hash)
    }

    /// The number of a run, if it is the one that its hash most likely stands for.
    pub fn guess(&self, hash: u32, run: &[T]) -> Option<u32> {
        self.table.guess(hash).filter(|&number| self.get(number) == run)
    }

    pub fn get(&self, number: u32) -> &[T] {
        self.runs.get(number as usize)
    }

    pub fn len(&self) -> usize {
        self.runs.len()
    }

    pub fn is_full(&self) -> bool {
        self.runs.is_full()
    }

    pub fn bytes(&self) -> usize {
        self.runs.bytes() + self.table.bytes()
    }

    /// No more will come.
    pub fn close(&mut self) {
        self.table = Table::new();
    }
}
