//! The walk through all worlds, nearest first.
//!
//! It goes stretch by stretch. First it is learned what the worlds of one offer and seen what they lead to, then what they
//! lead to is looked for among the worlds that were met before, and then it is met, which gives numbers. What meeting has in
//! hand learning does not touch, so where there are two threads one stretch is learned while the one before is looked for and
//! the one before that is met; and what changes nothing is cut into pieces which whoever has nothing else to do takes. Where
//! there is one thread, it does all of it one behind the other, and nothing else is different.

use super::both::{Wake, both, each_of, help, worth};
use super::edges::Edges;
use super::explorer::Explorer;
use super::graph::{Bits, Edge, Graph, Progress, Stopped};
use super::known::Known;
use super::rows::Rows;
use super::scenario::Bounds;
use super::seen::{Looked, Mark, Next, Seen};
use super::worlds::{Met, World, Worlds};
use std::hint::black_box;

/// How many worlds are looked at between two reports.
const BETWEEN: usize = 4096;
/// How many choices are looked for at a time: what was fetched for them should still be near when it is looked at.
const FEW: usize = 2048;
/// Stands for a world that was not met before.
const NEW: u32 = u32::MAX;
/// How many are seen before they are met. Where threads wait for each other, twice as many for each: they wait for less.
const STRETCH: usize = 128;

/// None where messages were taken for interchangeable that are not, and now are not any more. `wake` is called when there is
/// something for other threads to do.
pub(super) fn walk(
    explorer: &mut Explorer,
    bounds: Bounds,
    watch: &mut dyn FnMut(Progress) -> bool,
    wake: &mut Wake,
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
    let (mut seen, mut next, mut after) = (Stretch::default(), Stretch::default(), Stretch::default());
    let mut parts = Vec::new();
    let many = if threads < 2 { STRETCH } else { 2 * STRETCH * threads.min(8).next_power_of_two() };
    let mut meeting = Meeting { merges, most: bounds.states, edges: Vec::new() };
    loop {
        after.begin(next.end(), &graph.worlds.met, (bounds.depth, many));
        if [&seen, &next, &after].iter().all(|stretch| stretch.worlds.is_empty()) {
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
        // One is learned, and what two lead to is met and looked for.
        let side_by_side = worth(threads, after.worlds.len().min(seen.worlds.len() + next.worlds.len()));
        if side_by_side > 1 {
            wake();
        }
        let Graph { worlds: Worlds { rows, met }, edges, ends, upward, stopped, .. } = &mut graph;
        let so_many = met.len();
        let meet = || {
            let goes_on = meeting.meet(&seen, met, Walked { edges, ends, upward, stopped });
            // What is looked at is waited for, what is looked for is not.
            help(side_by_side);
            next.find(met, merges, threads);
            goes_on
        };
        let see = || {
            after.prepare(&mut known, explorer, rows, so_many);
            after.share(&mut parts, threads);
            after.look(&known, rows, &mut parts);
            if answer(&mut known, explorer, rows, &mut parts) {
                after.look(&known, rows, &mut parts);
            }
            after.see(&mut known, explorer, rows, &mut parts)
        };
        let (sound, goes_on) = both(side_by_side, see, meet);
        sound?;
        if !goes_on {
            break;
        }
        std::mem::swap(&mut seen, &mut next);
        std::mem::swap(&mut next, &mut after);
    }
    debug_assert!(!merges || graph.worlds.met.all_differ(), "a world was met twice");
    graph.taken = taken(&graph, &known, explorer);
    graph.within_steps = graph.worlds.stopping() as u64;
    graph.worlds.close();
    Some(graph)
}

/// Into how many pieces so many worlds are cut: several for each thread, of which one may have something else to do first.
fn pieces(threads: usize, worlds: usize) -> usize {
    const EACH: usize = 4;
    if worth(threads, worlds) < 2 { 1 } else { threads * EACH }
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
    /// Per choice, the number of the world to which it leads, if that was met before this stretch.
    numbers: Vec<u32>,
}

/// What one thread has seen of some worlds before anything was learned of them: nothing where somebody must be asked.
#[derive(Default)]
struct Part {
    /// Also from where to where what it leads to was seen.
    looked: Vec<Option<(Looked, Mark, Mark)>>,
    seen: Seen,
}

impl Stretch {
    fn end(&self) -> usize {
        self.first + self.worlds.len()
    }

    /// The worlds from one on that were met, so many at most. Those between two reports are of one stretch, or of several.
    fn begin(&mut self, first: usize, met: &Met, (depth, many): (u64, usize)) {
        self.first = first;
        self.worlds.clear();
        self.looked.clear();
        self.next.clear();
        self.numbers.clear();
        if first < met.len() {
            let end = met.end(first).min(first - first % many + many);
            self.worlds.extend((first..end).map(|world| met.get(world)));
            self.further = u64::from(met.depth(first)) < depth;
        }
    }

    /// Learns what the worlds offer. `met`: how many there are.
    fn prepare(&mut self, known: &mut Known, explorer: &mut Explorer, rows: &Rows, met: usize) {
        if self.further {
            self.worlds.iter().for_each(|&world| known.prepare(explorer, rows, world, met));
        }
    }

    /// Shares them out: each part gets as many.
    fn share(&self, parts: &mut Vec<Part>, threads: usize) {
        parts.resize_with(pieces(threads, self.worlds.len()), Part::default);
        let share = self.worlds.len().div_ceil(parts.len());
        let mut left = self.worlds.len();
        for part in parts {
            part.begin(share.min(left));
            left -= share.min(left);
        }
    }

    /// Sees what they lead to, as far as nobody must be asked. That changes nothing, so all threads do it.
    fn look(&self, known: &Known, rows: &Rows, parts: &mut [Part]) {
        if !self.further {
            return;
        }
        let share = parts[0].looked.len().max(1);
        let shares = parts.iter_mut().zip(self.worlds.chunks(share));
        each_of(shares, |(part, worlds)| part.look(known, rows, worlds));
    }

    /// Looks for the worlds that were met before: all threads do it.
    fn find(&mut self, met: &Met, merges: bool, threads: usize) {
        self.numbers.resize(self.next.len(), NEW);
        if merges {
            let share = self.next.len().div_ceil(pieces(threads, self.worlds.len())).max(1);
            let shares = self.next.chunks(share).zip(self.numbers.chunks_mut(share));
            each_of(shares, |(next, numbers)| {
                let few = next.chunks(FEW).zip(numbers.chunks_mut(FEW));
                few.for_each(|(next, numbers)| find(next, numbers, met));
            });
        }
    }

    /// Sees all that is left, in the order of the worlds. None as above.
    fn see(
        &mut self,
        known: &mut Known,
        explorer: &mut Explorer,
        rows: &mut Rows,
        parts: &mut [Part],
    ) -> Option<()> {
        let mut worlds = self.worlds.iter();
        for part in parts {
            for (before, &world) in part.looked.drain(..).zip(&mut worlds) {
                let looked = match before {
                    Some((looked, begin, end)) => {
                        known.settle(rows, &mut part.seen, begin.foreseen..end.foreseen);
                        let next = &part.seen.next[begin.next..end.next];
                        debug_assert!(known.is_right(explorer, rows, world, next));
                        self.next.extend_from_slice(next);
                        looked
                    }
                    None => known.learn(explorer, rows, world, self.further, &mut self.next)?,
                };
                self.looked.push((looked, self.next.len()));
            }
        }
        Some(())
    }
}

/// Learns how casts answer of which nobody knew; whether there were any.
fn answer(known: &mut Known, explorer: &mut Explorer, rows: &mut Rows, parts: &mut [Part]) -> bool {
    let mut any = false;
    for part in parts {
        any |= !part.seen.missing.is_empty();
        known.answer(explorer, rows, &part.seen.missing);
        part.seen.missing.clear();
    }
    any
}

/// Looks for worlds that were met before: first for the entries of all, then for the numbers that they stand for, then for the
/// worlds that have these. Asked for one after the other, each would wait anew for the memory.
fn find(next: &[Next], numbers: &mut [u32], met: &Met) {
    black_box(next.iter().fold(0, |all, next| all ^ met.glance(next.world)));
    numbers.iter_mut().zip(next).for_each(|(number, next)| *number = met.guess(next.world));
    for (number, next) in numbers.iter_mut().zip(next) {
        if met.get(*number as usize) != next.world {
            *number = NEW;
        }
    }
}

impl Part {
    fn begin(&mut self, many: usize) {
        self.seen.clear();
        self.looked.clear();
        self.looked.resize(many, None);
    }

    /// Looks at those of which nothing was seen.
    fn look(&mut self, known: &Known, rows: &Rows, worlds: &[World]) {
        let first = self.seen.mark();
        for (looked, &world) in self.looked.iter_mut().zip(worlds).filter(|(looked, _)| looked.is_none()) {
            let begin = self.seen.mark();
            match known.look(rows, world, &mut self.seen) {
                Some(found) => *looked = Some((found, begin, self.seen.mark())),
                None => self.seen.back_to(begin),
            }
        }
        self.seen.find(rows, first);
    }
}

/// What is left of the worlds that were met.
struct Walked<'g> {
    edges: &'g mut Edges,
    ends: &'g mut Bits,
    upward: &'g mut bool,
    stopped: &'g mut Option<Stopped>,
}

struct Meeting {
    merges: bool,
    /// How many worlds there may be.
    most: u64,
    edges: Vec<Edge>,
}

impl Meeting {
    /// Meets what was seen. Whether to go on.
    fn meet(&mut self, seen: &Stretch, met: &mut Met, walked: Walked) -> bool {
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
            for (next, &number) in seen.next[begin..end].iter().zip(&seen.numbers[begin..end]) {
                let to = match number {
                    NEW if self.merges => met.meet(next.world),
                    NEW => met.add(next.world),
                    known => known,
                };
                *walked.upward &= to as usize > index;
                self.edges.push(Edge { to, label: next.label, weight: next.weight });
            }
            walked.edges.push(self.edges.drain(..));
            begin = end;
        }
        true
    }
}
