//! Open worlds, in which nothing happens but that listed messages come: a set of messages in flight, and a body. They
//! are not told apart by looking them up, and no choice between them is kept.
//!
//! Which messages may come next depends on the set alone, and what comes of one on the body alone. So the sets are
//! walked, by how many have come: a set has the bodies that one delivery makes of those of the sets before it. A world's
//! number is where its set begins, and its body's place there. Sets that have the same bodies share one list of
//! them, a company; and where the bodies of one company go in another one by a delivery is worked out once.

use super::bodies::Bodies;
use super::graph::Edge;
use super::listed::Turn;
use super::pieces::Pieces;
use super::place::Place;
use rustc_hash::FxHashMap;
use std::ops::Range;

/// Worlds are numbered layer by layer: a world's depth never falls, and choices lead from one layer to the next.
#[derive(Debug)]
pub(super) struct Lattice {
    pub bodies: Bodies,
    pub turns: Vec<Turn>,
    pub sets: Vec<Set>,
    pub numbers: Numbers,
    /// Per layer its first set; and how many sets there are.
    pub layers: Vec<usize>,
    /// Lists of bodies, each sorted.
    pub companies: Pieces<u32>,
    pub moves: Moves,
    /// How many worlds and choices there are.
    pub worlds: usize,
    pub edges: usize,
    /// So many go through it at a time.
    pub threads: usize,
}

/// The worlds in which the same messages are in flight.
#[derive(Debug, Clone, Copy)]
pub(super) struct Set {
    pub flight: u32,
    /// The number of its first world.
    pub begin: u32,
    pub company: u32,
}

/// The choice of one message in all worlds of a set.
pub(super) struct Way<'a> {
    pub bit: usize,
    /// For how many choices it stands.
    pub weight: u32,
    /// The first world of the set that it leads to.
    pub to: usize,
    /// Per world of the set, its place in that one.
    pub places: &'a [u32],
}

/// The choice of one message in all worlds of the set from which it leads to one.
pub(super) struct WayTo<'a> {
    pub bit: usize,
    /// For how many choices it stands.
    pub weight: u32,
    /// The first world of the set from which it leads.
    pub from: usize,
    /// Per world of that one, the place to which it leads.
    pub places: &'a [u32],
}

impl Lattice {
    /// Which layers there are, but for the last: choices lead from these.
    pub fn looked_at(&self) -> Range<usize> {
        0..self.layers.len() - 2
    }

    /// The sets of a layer.
    pub fn sets_of(&self, layer: usize) -> Range<usize> {
        self.layers[layer]..self.layers[layer + 1]
    }

    /// The worlds of a layer.
    pub fn worlds_of(&self, layer: usize) -> Range<usize> {
        let begin = |set: usize| self.sets.get(set).map_or(self.worlds, |set| set.begin as usize);
        begin(self.layers[layer])..begin(self.layers[layer + 1])
    }

    /// The worlds in which nothing is in flight any more: all of the last layer, where everything was walked.
    pub fn ends(&self) -> Range<usize> {
        match self.sets[self.sets.len() - 1].flight {
            0 => self.worlds_of(self.layers.len() - 2),
            _ => 0..0,
        }
    }

    /// The layer of a world: how many messages have come.
    pub fn depth(&self, world: usize) -> u32 {
        (self.turns.len() as u32) - self.sets[self.set_of(world)].flight.count_ones()
    }

    /// The number of a world's set.
    pub fn set_of(&self, world: usize) -> usize {
        self.sets.partition_point(|set| set.begin as usize <= world) - 1
    }

    pub fn flight(&self, world: usize) -> u32 {
        self.sets[self.set_of(world)].flight
    }

    pub fn read(&self, world: usize, place: &mut Place) {
        let set = self.sets[self.set_of(world)];
        let body = self.companies.get(set.company as usize)[world - set.begin as usize];
        self.bodies.read(body, set.flight, place);
    }

    /// The choices of all worlds of a set, in canonical order. `room` is kept from one set to the next.
    pub fn ways(&self, set: usize, room: &mut Vec<u32>, mut each: impl FnMut(Way)) {
        let Set { flight, company, .. } = self.sets[set];
        if set >= self.layers[self.layers.len() - 2] {
            return;
        }
        // All are looked up before one is gone into: none waits until another has come out of the memory.
        let (mut bits, mut then, mut many) = ([0; 32], [self.sets[set]; 32], 0);
        let mut rest = flight;
        while rest != 0 {
            let bit = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            if self.turns[bit].waits & flight == 0 {
                let number = self.numbers.get(flight & !(1 << bit)).expect("what is ready leads to a set");
                (bits[many], then[many]) = (bit, self.sets[number as usize]);
                many += 1;
            }
        }
        for (&bit, next) in bits[..many].iter().zip(&then) {
            let weight = (self.turns[bit].like & flight).count_ones();
            let places = self.places(company, bit, next.company, room);
            each(Way { bit, weight, to: next.begin as usize, places });
        }
    }

    /// The choices that lead to the worlds of a set. `room` is kept from one set to the next.
    pub fn ways_to(&self, set: usize, room: &mut Vec<u32>, mut each: impl FnMut(WayTo)) {
        let Set { flight, company, .. } = self.sets[set];
        // All are looked up before one is gone into, as above.
        let (mut bits, mut before, mut many) = ([0; 32], [self.sets[set]; 32], 0);
        let mut rest = self.sets[0].flight & !flight;
        while rest != 0 {
            let bit = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            if self.turns[bit].waits & flight == 0
                && let Some(number) = self.numbers.get(flight | 1 << bit)
            {
                (bits[many], before[many]) = (bit, self.sets[number as usize]);
                many += 1;
            }
        }
        for (&bit, from) in bits[..many].iter().zip(&before) {
            let weight = (self.turns[bit].like & from.flight).count_ones();
            let places = self.places(from.company, bit, company, room);
            each(WayTo { bit, weight, from: from.begin as usize, places });
        }
    }

    /// The sets from which a delivery leads to this one: each with the delivery.
    pub fn from(&self, flight: u32) -> impl Iterator<Item = (usize, usize)> {
        let came = (0..self.turns.len()).filter(move |bit| flight & 1 << bit == 0);
        let ready = came.filter(move |&bit| self.turns[bit].waits & flight == 0);
        ready.filter_map(move |bit| Some((self.numbers.get(flight | 1 << bit)? as usize, bit)))
    }

    /// Per body of one company, its place in another after a delivery.
    pub fn places<'a>(&'a self, company: u32, bit: usize, to: u32, room: &'a mut Vec<u32>) -> &'a [u32] {
        if let Some(known) = self.moves.get(company as usize * self.turns.len() + bit, to) {
            return known;
        }
        place_all(
            &self.bodies,
            self.companies.get(company as usize),
            bit,
            self.companies.get(to as usize),
            room,
        );
        room
    }

    /// The choices of one world, in canonical order.
    pub fn edges(&self, world: usize, edges: &mut Vec<Edge>) {
        edges.clear();
        let set = self.set_of(world);
        let place = world - self.sets[set].begin as usize;
        self.ways(set, &mut Vec::new(), |way| {
            let to = way.to as u32 + way.places[place];
            edges.push(Edge { to, label: way.bit as u16, weight: way.weight as u16 });
        });
    }

    /// The worlds of a layer in the order in which they are met where one world is looked at after the other.
    pub fn as_met(&self, layer: usize) -> Vec<u32> {
        let mut order = vec![0u32];
        let mut edges = Vec::new();
        for next in (0..layer).map(|layer| self.worlds_of(layer + 1)) {
            let mut met = vec![false; next.len()];
            let mut then = Vec::with_capacity(next.len());
            for world in order {
                self.edges(world as usize, &mut edges);
                for to in edges.iter().map(|edge| edge.to) {
                    if !std::mem::replace(&mut met[to as usize - next.start], true) {
                        then.push(to);
                    }
                }
            }
            order = then;
        }
        order
    }

    /// How much memory it takes, and will take when it is gone through: counting keeps two numbers for each world
    /// of two layers, and the nearest ways a small one for each world.
    pub fn bytes(&self) -> u64 {
        const COUNTED: usize = 2 * (size_of::<u128>() + size_of::<u64>());
        let layers = 0..self.layers.len() - 1;
        let widest = layers.map(|layer| self.worlds_of(layer).len()).max().unwrap_or(0);
        let kept = self.bodies.bytes() + self.companies.bytes() + self.moves.bytes() + self.numbers.bytes();
        (kept + self.sets.capacity() * size_of::<Set>() + widest * COUNTED + self.worlds * 2) as u64
    }
}

/// Puts where each body of a list goes by a delivery: its place in another.
pub(super) fn place_all(bodies: &Bodies, list: &[u32], bit: usize, to: &[u32], places: &mut Vec<u32>) {
    let place = |&body: &u32| {
        let after = bodies.after(body, bit);
        to.binary_search(&after).expect("a set has all that comes of those before it") as u32
    };
    places.clear();
    places.extend(list.iter().map(place));
}

/// The numbers of sets.
#[derive(Debug)]
pub(super) enum Numbers {
    /// Where nothing waits for anything, all sets come up.
    All(Vec<u32>),
    Some(FxHashMap<u32, u32>),
}

/// In [`Numbers::All`], and where [`Moves`] end.
const NONE: u32 = u32::MAX;

impl Numbers {
    pub fn all(deliveries: usize) -> Numbers {
        Numbers::All(vec![NONE; 1 << deliveries])
    }

    pub fn get(&self, flight: u32) -> Option<u32> {
        match self {
            Numbers::All(numbers) => Some(numbers[flight as usize]).filter(|&number| number != NONE),
            Numbers::Some(numbers) => numbers.get(&flight).copied(),
        }
    }

    pub fn insert(&mut self, flight: u32, number: u32) {
        match self {
            Numbers::All(numbers) => numbers[flight as usize] = number,
            Numbers::Some(numbers) => _ = numbers.insert(flight, number),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Numbers::All(numbers) => numbers.len() * size_of::<u32>(),
            Numbers::Some(numbers) => numbers.capacity() * 10,
        }
    }
}

/// Where the bodies of one company go in another, by a delivery, as far as there is room for it.
#[derive(Debug, Default)]
pub(super) struct Moves {
    /// Per company and delivery the last that was learned.
    heads: Vec<u32>,
    known: Vec<Move>,
    places: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Move {
    to: u32,
    /// Another one of the same company and delivery.
    next: u32,
    begin: u32,
    many: u32,
}

/// So many numbers are kept. Where companies are shared they are few; where none is, it is no use to keep them.
const ROOM: usize = 1 << 23;

impl Moves {
    pub fn get(&self, row: usize, to: u32) -> Option<&[u32]> {
        let mut next = *self.heads.get(row)?;
        while next != NONE {
            let this = self.known[next as usize];
            if this.to == to {
                return Some(&self.places[this.begin as usize..][..this.many as usize]);
            }
            next = this.next;
        }
        None
    }

    /// Whether it would be kept.
    pub fn has_room(&self, row: usize) -> bool {
        /// So many are tried one after the other.
        const LONGEST: usize = 8;
        let mut next = self.heads.get(row).copied().unwrap_or(NONE);
        let mut length = 0;
        while next != NONE {
            next = self.known[next as usize].next;
            length += 1;
        }
        length < LONGEST && row.max(4 * self.known.len()).max(self.places.len()) < ROOM
    }

    pub fn learn(&mut self, row: usize, to: u32, places: &[u32]) {
        if self.heads.len() <= row {
            self.heads.resize(row + 1, NONE);
        }
        let (begin, many) = (self.places.len() as u32, places.len() as u32);
        self.places.extend_from_slice(places);
        let next = std::mem::replace(&mut self.heads[row], self.known.len() as u32);
        self.known.push(Move { to, next, begin, many });
    }

    fn bytes(&self) -> usize {
        let numbers = self.heads.capacity() + self.places.capacity();
        numbers * size_of::<u32>() + self.known.capacity() * size_of::<Move>()
    }
}
