//! Of very many precedences that hold in all orderings of an outcome, those that tell most.
//!
//! Where it would take too long to ask of each whether it adds anything, it is asked of orderings that are drawn, always
//! the same ones: of what rules them out, what rules out most comes first, until nothing is left that any of them
//! breaks. What is left out still holds; it may be that it rules out an ordering that was not drawn.

use super::decided::Pair;
use super::graph::Graph;
use super::moments::Moments;

/// So many are drawn, by words of 64.
const DRAWN: usize = 4096;

/// Orderings of a graph, the same for all that is asked.
pub(super) struct Drawn {
    /// Per moment, when it comes in each; at the end where it does not.
    at: Vec<[u32; DRAWN]>,
}

impl Drawn {
    pub fn new(graph: &Graph, moments: &Moments) -> Drawn {
        let mut drawn = Drawn { at: vec![[u32::MAX; DRAWN]; moments.len()] };
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
}

/// Which of some precedences, in the order in which they stand there.
pub(super) fn telling(drawn: &Drawn, pairs: &[Pair]) -> Vec<usize> {
    // Per precedence, which orderings break it.
    let broken = |&(a, b): &Pair| -> Vec<u64> {
        let both = drawn.at[a].chunks(64).zip(drawn.at[b].chunks(64));
        let word = |(a, b): (&[u32], &[u32])| {
            a.iter().zip(b).rev().fold(0, |word, (a, b)| word << 1 | u64::from(a >= b))
        };
        both.map(word).collect()
    };
    let broken: Vec<Vec<u64>> = pairs.iter().map(broken).collect();
    let mut left = vec![0u64; DRAWN / 64];
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
