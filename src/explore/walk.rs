//! The walk through all worlds, nearest first.
//!
//! It goes stretch by stretch, and each in two steps: first it is seen what the worlds lead to, which learns what is new, and
//! then what they lead to is met, which gives numbers. What one step has in hand the other never touches. So the second of
//! a stretch and the first of the next are done side by side, where there are two threads; where there is one, one behind the
//! other, and nothing else is different.

use super::both::{both, worth};
use super::edges::Edges;
use super::explorer::Explorer;
use super::graph::{Edge, Graph, Progress, Stopped};
use super::known::{Known, Looked, Next};
use super::rows::Rows;
use super::scenario::Bounds;
use super::worlds::{Met, World, Worlds};
use std::thread::scope;

/// How many worlds are looked at between two reports.
const BETWEEN: usize = 4096;
/// How many are seen before they are met.
const STRETCH: usize = 2048;

/// None where messages were taken for interchangeable that are not, and now are not any more.
pub(super) fn walk(
    explorer: &mut Explorer,
    bounds: Bounds,
    watch: &mut dyn FnMut(Progress) -> bool,
) -> Option<Graph> {
    let (merges, threads) = (explorer.scenario.reductions.equal_worlds, explorer.threads);
    let mut graph = Graph::of(Worlds::new(explorer.layout()));
    let mut known = Known::new(explorer);
    let first = graph.worlds.rows.part(&explorer.start());
    graph.worlds.met.begin(0);
    match merges {
        true => graph.worlds.met.meet(first),
        false => graph.worlds.met.add(first),
    };
    let (mut seen, mut next) = (Stretch::default(), Stretch::default());
    let mut meeting =
        Meeting { merges, most: bounds.states, edges: Vec::new(), guesses: Vec::new(), there: Vec::new() };
    loop {
        next.begin(seen.end(), &graph.worlds.met, bounds.depth);
        if seen.worlds.is_empty() && next.worlds.is_empty() {
            break;
        }
        if !seen.worlds.is_empty() && seen.first % BETWEEN == 0 {
            let (met, done) = (graph.len(), seen.first);
            let depth = graph.depth(done);
            if !watch(Progress { met: met as u64, done: done as u64, depth }) {
                graph.stopped = Some(Stopped::Asked);
                break;
            }
            graph.taken = taken(&graph, &known, explorer);
            let full = graph.taken > bounds.memory || graph.worlds.is_full() || graph.edges.is_full();
            if full && met as u64 <= bounds.states {
                graph.stopped = Some(Stopped::Memory);
                break;
            }
        }
        next.look(&known, &graph.worlds.rows, threads);
        let side_by_side = worth(threads, seen.worlds.len().min(next.worlds.len()));
        let Graph { worlds: Worlds { rows, met }, edges, ends, upward, stopped, .. } = &mut graph;
        let so_many = met.len();
        let meet = || meeting.meet(&seen, met, Walked { edges, ends, upward, stopped });
        let see = || next.see(&mut known, explorer, rows, so_many);
        let (sound, goes_on) = both(side_by_side, see, meet);
        sound?;
        if !goes_on {
            break;
        }
        std::mem::swap(&mut seen, &mut next);
    }
    graph.taken = taken(&graph, &known, explorer);
    graph.within_steps = graph.worlds.stopping() as u64;
    graph.worlds.close();
    Some(graph)
}

/// How much memory it takes, and will take when it is gone through: counting keeps two numbers a world.
fn taken(graph: &Graph, known: &Known, explorer: &Explorer) -> u64 {
    const COUNTED: usize = 48;
    let walked = graph.worlds.bytes() + graph.edges.bytes() + known.bytes() + graph.len() * COUNTED;
    walked as u64 + explorer.steps.bytes()
}

/// Worlds with numbers that follow each other, all as deep, and what they lead to.
#[derive(Default)]
struct Stretch {
    first: usize,
    worlds: Vec<World>,
    /// Whether it is asked what comes of choices there.
    further: bool,
    /// Per world, what there is to say, and where what it leads to ends.
    looked: Vec<(Looked, usize)>,
    next: Vec<Next>,
    /// What several threads have seen before anything was learned of these worlds, each of as many.
    parts: Vec<Part>,
}

/// What one of them has: nothing of a world in which something is new.
#[derive(Default)]
struct Part {
    looked: Vec<(Option<Looked>, usize)>,
    next: Vec<Next>,
}

impl Stretch {
    fn end(&self) -> usize {
        self.first + self.worlds.len()
    }

    /// The worlds from one on that were met. Those between two reports are of one stretch, or of several.
    fn begin(&mut self, first: usize, met: &Met, depth: u64) {
        self.first = first;
        self.worlds.clear();
        self.looked.clear();
        self.next.clear();
        if first < met.len() {
            let end = met.end(first).min(first - first % STRETCH + STRETCH);
            self.worlds.extend((first..end).map(|world| met.get(world)));
            self.further = u64::from(met.depth(first)) < depth;
        }
    }

    /// Where there are several threads, all of them look at the worlds of which something is known: that changes nothing.
    fn look(&mut self, known: &Known, rows: &Rows, threads: usize) {
        self.parts.iter_mut().for_each(|part| part.looked.clear());
        if worth(threads, self.worlds.len() / threads) < 2 || !self.further {
            return;
        }
        self.parts.resize_with(threads, Part::default);
        let mut shares = self.parts.iter_mut().zip(self.worlds.chunks(self.worlds.len().div_ceil(threads)));
        let own = shares.next();
        scope(|scope| {
            for (part, worlds) in shares {
                scope.spawn(|| part.look(known, rows, worlds));
            }
            own.into_iter().for_each(|(part, worlds)| part.look(known, rows, worlds));
        });
    }

    /// Sees what the worlds lead to. `met`: how many there are. None as above.
    fn see(&mut self, known: &mut Known, explorer: &mut Explorer, rows: &mut Rows, met: usize) -> Option<()> {
        let mut looked = self.parts.iter().flat_map(Part::all);
        for &world in &self.worlds {
            let before = looked.next().and_then(|(looked, next)| {
                self.next.extend_from_slice(next);
                looked
            });
            let begin = self.next.len();
            let looked = match before {
                None if self.further => known.look(rows, world, &mut self.next),
                before => before,
            };
            let looked = match looked {
                Some(looked) => looked,
                None => {
                    self.next.truncate(begin);
                    known.learn(explorer, rows, (world, met), self.further, &mut self.next)?
                }
            };
            self.looked.push((looked, self.next.len()));
        }
        Some(())
    }
}

impl Part {
    fn look(&mut self, known: &Known, rows: &Rows, worlds: &[World]) {
        self.next.clear();
        for &world in worlds {
            let begin = self.next.len();
            let looked = known.look(rows, world, &mut self.next);
            if looked.is_none() {
                self.next.truncate(begin);
            }
            self.looked.push((looked, self.next.len()));
        }
    }

    /// What was seen of its worlds, one after the other.
    fn all(&self) -> impl Iterator<Item = (Option<Looked>, &[Next])> {
        let mut begin = 0;
        self.looked.iter().map(move |&(looked, end)| {
            let next = &self.next[begin..end];
            begin = end;
            (looked, next)
        })
    }
}

/// What is left of the worlds that were met.
struct Walked<'g> {
    edges: &'g mut Edges,
    ends: &'g mut Vec<bool>,
    upward: &'g mut bool,
    stopped: &'g mut Option<Stopped>,
}

struct Meeting {
    merges: bool,
    /// How many worlds there may be.
    most: u64,
    edges: Vec<Edge>,
    /// Per choice of a stretch, the number that the world most likely has to which it leads; and the world that has it.
    guesses: Vec<u32>,
    there: Vec<World>,
}

impl Meeting {
    /// Meets what was seen. Whether to go on.
    fn meet(&mut self, seen: &Stretch, met: &mut Met, walked: Walked) -> bool {
        self.guess(seen, met);
        let mut begin = 0;
        for (index, &(looked, end)) in (seen.first..).zip(&seen.looked) {
            met.begin(index);
            if met.len() as u64 > self.most {
                *walked.stopped = Some(Stopped::States);
                return false;
            }
            walked.ends.push(looked.ends);
            if !seen.further && !looked.quiet {
                *walked.stopped = Some(Stopped::Depth);
            }
            for (choice, next) in (begin..).zip(&seen.next[begin..end]) {
                let to = match self.merges {
                    true if self.there[choice] == next.world => self.guesses[choice],
                    true => met.meet(next.world),
                    false => met.add(next.world),
                };
                *walked.upward &= to as usize > index;
                self.edges.push(Edge { to, label: next.label, weight: next.weight });
            }
            walked.edges.push(self.edges.drain(..));
            begin = end;
        }
        true
    }

    /// Looks for what was met before. First for the entries of all, then for the worlds that they stand for: asked for one
    /// after the other, each would wait anew for the memory.
    fn guess(&mut self, seen: &Stretch, met: &Met) {
        self.guesses.clear();
        self.there.clear();
        if self.merges {
            self.guesses.extend(seen.next.iter().map(|next| met.glance(next.world)));
            for (guess, next) in self.guesses.iter_mut().zip(&seen.next) {
                *guess = met.guess(*guess, next.world);
            }
            self.there.extend(self.guesses.iter().map(|&guess| met.get(guess as usize)));
        }
    }
}
