//! Of very many precedences that hold in all orderings of an outcome, those that tell most.
//!
//! Where it would take too long to ask of each whether it adds anything, it is asked of orderings that are drawn, always
//! the same ones: of what rules them out, what rules out most comes first, until nothing is left that any of them
//! breaks. What is left out still holds; it may be that it rules out an ordering that was not drawn.
//!
//! And where one was drawn that obeys all but what is to be left out, nobody need count to know that it adds something.

use super::decided::Pair;
use super::graph::Graph;
use super::moments::Moments;
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// So many are drawn, by words of 64.
const DRAWN: usize = 4096;

/// A bit for each ordering that is drawn.
type Bits = [u64; DRAWN / 64];

/// Orderings of a graph, the same for all that is asked.
pub(super) struct Drawn {
    /// Per moment, when it comes in each; at the end where it does not.
    at: Vec<[u32; DRAWN]>,
    /// Of some precedences, which orderings break them.
    broken: RefCell<FxHashMap<Pair, Bits>>,
}

/// Of so many it is kept which orderings break them.
const KEPT: usize = 1 << 12;

impl Drawn {
    pub fn new(graph: &Graph, moments: &Moments) -> Drawn {
        let mut drawn = Drawn { at: vec![[u32::MAX; DRAWN]; moments.len()], broken: RefCell::default() };
        let mut chance = Chance(1);
        (0..DRAWN).for_each(|ordering| drawn.draw(graph, moments, ordering, &mut chance));
        drawn
    }

    fn draw(&mut self, graph: &Graph, moments: &Moments, ordering: usize, chance: &mut Chance) {
        let mut times = vec![0; moments.labels()];
        let (mut world, mut edges) = (0, Vec::new());
        for step in 0.. {
            graph.edges(world, &mut edges);
            let ends = usize::from(graph.is_end(world));
            let Some(edge) = edges.get(chance.below(edges.len() + ends)) else { break };
            let label = usize::from(edge.label);
            if times[label] < moments.times(label) {
                times[label] += 1;
                self.at[moments.of(label, times[label])][ordering] = step;
            }
            world = edge.to as usize;
        }
    }

    /// Which orderings break a precedence.
    fn broken(&self, (a, b): Pair) -> Bits {
        let mut known = self.broken.borrow_mut();
        if known.len() >= KEPT {
            known.clear();
        }
        *known.entry((a, b)).or_insert_with(|| {
            let mut broken = [0; DRAWN / 64];
            for (at, (a, b)) in self.at[a].iter().zip(&self.at[b]).enumerate() {
                broken[at / 64] |= u64::from(a >= b) << (at % 64);
            }
            broken
        })
    }

    /// Whether one of them obeys these precedences, and not those: then more orderings obey these than both.
    pub fn tell_apart(&self, these: &[Pair], those: &[Pair]) -> bool {
        let any = |pairs: &[Pair]| {
            pairs.iter().fold([0; DRAWN / 64], |mut any: Bits, &pair| {
                any.iter_mut().zip(self.broken(pair)).for_each(|(any, broken)| *any |= broken);
                any
            })
        };
        any(these).iter().zip(any(those)).any(|(these, those)| !these & those != 0)
    }
}

/// Which of some precedences, in the order in which they stand there.
pub(super) fn telling(drawn: &Drawn, pairs: &[Pair]) -> Vec<usize> {
    let broken: Vec<Bits> = pairs.iter().map(|&pair| drawn.broken(pair)).collect();
    let mut left = [0; DRAWN / 64];
    broken.iter().for_each(|broken| left.iter_mut().zip(broken).for_each(|(left, broken)| *left |= broken));
    let mut told = Vec::new();
    loop {
        let more = |pair: usize| -> u32 {
            broken[pair].iter().zip(&left).map(|(broken, left)| (broken & left).count_ones()).sum()
        };
        // Of equals the first.
        let Some((most, pair)) = (0..pairs.len()).rev().map(|pair| (more(pair), pair)).max_by_key(|it| it.0)
        else {
            break;
        };
        if most == 0 {
            break;
        }
        left.iter_mut().zip(&broken[pair]).for_each(|(left, broken)| *left &= !broken);
        told.push(pair);
    }
    told.sort_unstable();
    told
}

/// SplitMix64 (Steele, Lea, Flood 2014): any numbers do, as long as they are always the same.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) % bound.max(1) as u64) as usize
    }
}
