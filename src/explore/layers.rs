//! How a lattice comes about: from one layer of sets, the next.

use super::bodies::Bodies;
use super::explorer::Explorer;
use super::graph::{Progress, Stopped};
use super::lattice::{Lattice, Moves, Numbers, Set, place_all};
use super::listed::Turn;
use super::pieces::{Interned, Pieces};
use super::scenario::Bounds;
use rustc_hash::FxHashMap;

/// Sets of so many deliveries are one word; and so many factorial fits into 128 bits.
const MOST: usize = 32;
/// How many worlds are looked at between two reports.
const BETWEEN: usize = 4096;

/// Why there is no lattice, or not all of it.
enum No {
    /// Something else than a listed message may come, or a bound is reached: world after world must be looked at.
    Lattice,
    /// Somebody said to stop.
    More,
}

/// Layer by layer. None where the worlds are no open ones, or a bound is reached: which worlds lie within it shows
/// where one is looked at after the other.
pub(super) fn lattice(
    explorer: &mut Explorer,
    bounds: Bounds,
    watch: &mut dyn FnMut(Progress) -> bool,
) -> Option<(Lattice, Option<Stopped>)> {
    let count = explorer.listed.deliveries.len();
    if !may_be_open(explorer) || count as u64 > bounds.depth || bounds.states == 0 {
        return None;
    }
    let turns: Vec<Turn> =
        (0..count).map(|bit| explorer.listed.turn_of(bit, explorer.scenario.alike)).collect();
    let numbers = match turns.iter().all(|turn| turn.waits == 0) {
        // There are at least as many worlds as sets.
        true if 1u64 << count > bounds.states.min(bounds.memory / 16) => return None,
        true => Numbers::all(count),
        false => Numbers::Some(FxHashMap::default()),
    };
    let mut building = Building {
        lattice: Lattice {
            bodies: Bodies::new(explorer),
            turns,
            sets: Vec::new(),
            numbers,
            layers: Vec::new(),
            companies: Pieces::default(),
            moves: Moves::default(),
            worlds: 0,
            edges: 0,
            threads: explorer.threads,
        },
        explorer,
        bounds,
        watch,
        told: None,
    };
    building.begin()?;
    for _ in 0..count {
        match building.layer() {
            Ok(()) => {}
            Err(No::Lattice) => return None,
            Err(No::More) => return Some((building.lattice, Some(Stopped::Asked))),
        }
    }
    Some((building.lattice, None))
}

/// Whether it can be that nothing happens but that listed messages come, and that what they do depends on nothing
/// that worlds do not tell in their bodies.
fn may_be_open(explorer: &Explorer) -> bool {
    let scenario = explorer.scenario;
    let deliveries = &explorer.listed.deliveries;
    // Of a copied one it matters whether there is another in flight.
    let copied = deliveries.iter().any(|delivery| explorer.steps.mails.get(delivery.mail).copied);
    scenario.reductions.equal_worlds
        && scenario.reductions.sets
        && !scenario.faults.any()
        && !explorer.answers()
        && !explorer.compares
        && !explorer.interchange.is_any()
        && !copied
        && (1..=MOST).contains(&deliveries.len())
        && explorer.labels.len() == deliveries.len()
}

struct Building<'a, 'e> {
    lattice: Lattice,
    explorer: &'a mut Explorer<'e>,
    bounds: Bounds,
    watch: &'a mut dyn FnMut(Progress) -> bool,
    /// How many worlds were done when that was last told.
    told: Option<usize>,
}

/// What comes of the bodies of a layer.
#[derive(Default)]
struct Images {
    /// The first company of the layer.
    first: usize,
    /// Per company of the layer and delivery, the list that comes of it.
    of: Vec<u32>,
    lists: Interned<u32>,
    /// Sets of lists that come together, and the company that each makes.
    together: Interned<u32>,
    companies: Vec<u32>,
    /// The companies of the next layer, numbered from the first of them.
    next: Interned<u32>,
}

const UNKNOWN: u32 = u32::MAX;

impl Building<'_, '_> {
    /// The world in which all is in flight.
    fn begin(&mut self) -> Option<()> {
        let mut start = self.explorer.start();
        let flight = start.flight[0];
        let lattice = &mut self.lattice;
        let body = lattice.bodies.number(self.explorer, &mut start)?;
        lattice.companies.push(&[body]);
        lattice.numbers.insert(flight, 0);
        lattice.sets.push(Set { flight, begin: 0, company: 0 });
        lattice.layers = vec![0, 1];
        lattice.worlds = 1;
        Some(())
    }

    /// The layer behind the last. Where somebody says to stop, it is as if it had not been begun.
    fn layer(&mut self) -> Result<(), No> {
        let last = self.lattice.layers.len() - 2;
        let before = self.lattice.worlds_of(last);
        let from = self.lattice.sets_of(last);
        let edges = self.lattice.edges;
        for set in from.clone() {
            self.meet(self.lattice.sets[set].flight);
        }
        let all = from.end..self.lattice.sets.len();
        let first = self.lattice.sets[from.start].company as usize;
        let mut images = Images { first, ..Images::default() };
        images.of.resize((self.lattice.companies.len() - first) * self.lattice.turns.len(), UNKNOWN);
        let base = self.lattice.companies.len();
        let mut scratch = Scratch::default();
        for set in all.clone() {
            let done = before.start + before.len() * (set - all.start) / all.len();
            if self.told.is_none_or(|told| done >= told + BETWEEN) {
                self.told = Some(done);
                if let Err(no) = self.may_go_on(done, last) {
                    self.lattice.sets.truncate(all.start);
                    (self.lattice.worlds, self.lattice.edges) = (before.end, edges);
                    return Err(no);
                }
            }
            self.gather(set, base, &mut images, &mut scratch).ok_or(No::Lattice)?;
            if self.lattice.worlds as u64 > self.bounds.states.min(u64::from(u32::MAX) - 1) {
                return Err(No::Lattice);
            }
        }
        self.lattice.layers.push(all.end);
        match self.lattice.bytes() + self.explorer.steps.bytes() > self.bounds.memory {
            true => Err(No::Lattice),
            false => Ok(()),
        }
    }

    fn may_go_on(&mut self, done: usize, depth: usize) -> Result<(), No> {
        let lattice = &self.lattice;
        let progress = Progress { met: lattice.worlds as u64, done: done as u64, depth: depth as u32 };
        if !(self.watch)(progress) {
            return Err(No::More);
        }
        let full = lattice.companies.is_full() || lattice.bodies.is_full();
        match full || lattice.bytes() + self.explorer.steps.bytes() > self.bounds.memory {
            true => Err(No::Lattice),
            false => Ok(()),
        }
    }

    /// The sets that come after one.
    fn meet(&mut self, flight: u32) {
        let lattice = &mut self.lattice;
        let mut rest = flight;
        while rest != 0 {
            let bit = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            let then = flight & !(1 << bit);
            if lattice.turns[bit].waits & flight == 0 && lattice.numbers.get(then).is_none() {
                lattice.numbers.insert(then, lattice.sets.len() as u32);
                lattice.sets.push(Set { flight: then, begin: lattice.worlds as u32, company: 0 });
            }
        }
    }

    /// Gathers the bodies of a set from those before it. None where something else may happen.
    fn gather(&mut self, set: usize, base: usize, images: &mut Images, scratch: &mut Scratch) -> Option<()> {
        let Scratch { from, lists, bodies, places } = scratch;
        from.clear();
        lists.clear();
        let flight = self.lattice.sets[set].flight;
        from.extend(self.lattice.from(flight).map(|(before, bit)| (self.lattice.sets[before].company, bit)));
        for &(company, bit) in from.iter() {
            let row = (company as usize - images.first) * self.lattice.turns.len() + bit;
            if images.of[row] == UNKNOWN {
                bodies.clear();
                for place in 0..self.lattice.companies.get(company as usize).len() {
                    let body = self.lattice.companies.get(company as usize)[place];
                    bodies.push(self.lattice.bodies.find(self.explorer, body, bit)?);
                }
                bodies.sort_unstable();
                bodies.dedup();
                images.of[row] = images.lists.number(bodies);
            }
            if !lists.contains(&images.of[row]) {
                lists.push(images.of[row]);
            }
        }
        lists.sort_unstable();
        let together = images.together.number(lists) as usize;
        if together == images.companies.len() {
            bodies.clear();
            lists.iter().for_each(|&list| bodies.extend_from_slice(images.lists.get(list)));
            bodies.sort_unstable();
            bodies.dedup();
            let company = images.next.number(bodies);
            if base + company as usize == self.lattice.companies.len() {
                self.lattice.companies.push(bodies);
            }
            images.companies.push((base + company as usize) as u32);
        }
        let lattice = &mut self.lattice;
        let company = images.companies[together];
        let many = lattice.companies.get(company as usize);
        for &(before, bit) in from.iter() {
            let list = lattice.companies.get(before as usize);
            lattice.edges += list.len();
            let row = before as usize * lattice.turns.len() + bit;
            if lattice.moves.get(row, company).is_none() && lattice.moves.has_room(row) {
                place_all(&lattice.bodies, list, bit, many, places);
                lattice.moves.learn(row, company, places);
            }
        }
        lattice.sets[set] = Set { flight, begin: lattice.worlds as u32, company };
        lattice.worlds += many.len();
        Some(())
    }
}

/// Room that is kept from one set to the next.
#[derive(Default)]
struct Scratch {
    /// The companies before a set, each with the delivery that leads to it.
    from: Vec<(u32, usize)>,
    lists: Vec<u32>,
    bodies: Vec<u32>,
    places: Vec<u32>,
}
