//! The walk through all worlds, nearest first.
//!
//! Most worlds are put together from what is known of their scenes, which changes nothing. So several threads do
//! that side by side for a stretch of worlds that were met, and look which of those that they lead to were met. What is
//! new is then learned, and numbers are given, by one of them in the order of the worlds: the number of threads shows
//! nowhere.

use super::explorer::Explorer;
use super::graph::{Edge, Graph, Progress, Stopped};
use super::known::{Known, Looked, Next};
use super::scenario::Bounds;
use super::worlds::Worlds;
use std::ops::Range;
use std::thread::scope;

/// How many worlds are looked at between two reports.
const BETWEEN: usize = 4096;
/// How many worlds a thread is given at a time; and how few are not worth one, but where all is tried.
const STRETCH: usize = 4096;
const FEW: usize = if cfg!(debug_assertions) { 1 } else { 64 };

/// None where messages were taken for interchangeable that are not, and now are not any more.
pub(super) fn walk(
    explorer: &mut Explorer,
    bounds: Bounds,
    watch: &mut dyn FnMut(Progress) -> bool,
) -> Option<Graph> {
    let merges = explorer.scenario.reductions.equal_worlds;
    let mut graph = Graph::of(Worlds::new(explorer.layout()));
    let mut known = Known::new(explorer);
    let mut ahead = Ahead::new(explorer.threads, merges);
    let first = graph.worlds.part(&explorer.start());
    graph.worlds.next_layer();
    graph.worlds.meet(first);
    let (mut edges, mut next) = (Vec::new(), Vec::new());
    // How many choices lead to the world that is looked at, and the first world to which one more does.
    let (mut depth, mut layer) = (0, 0);
    let mut index = 0;
    while index < graph.len() {
        if index == layer {
            depth = graph.depth(index);
            graph.worlds.next_layer();
            layer = graph.len();
        }
        if index % BETWEEN == 0 && !watch(Progress { met: graph.len() as u64, done: index as u64, depth }) {
            graph.stopped = Some(Stopped::Asked);
            break;
        }
        if graph.len() as u64 > bounds.states {
            graph.stopped = Some(Stopped::States);
            break;
        }
        if index % BETWEEN == 0 {
            graph.taken = taken(&graph, &known, explorer);
            if graph.taken > bounds.memory || graph.worlds.is_full() || graph.edges.is_full() {
                graph.stopped = Some(Stopped::Memory);
                break;
            }
        }
        let further = u64::from(depth) < bounds.depth;
        if further {
            ahead.look(&known, &graph.worlds, index..layer);
        }
        let looked = match ahead.take(index, &mut next) {
            Some(looked) => looked,
            None => {
                next.clear();
                let looked = match further {
                    true => known.look(&graph.worlds, graph.worlds.get(index), &mut next),
                    false => None,
                };
                match looked {
                    Some(looked) => looked,
                    None => {
                        next.clear();
                        known.learn(explorer, &mut graph.worlds, index, further, &mut next)?
                    }
                }
            }
        };
        graph.ends.push(looked.ends);
        if !further && !looked.quiet {
            graph.stopped = Some(Stopped::Depth);
        }
        if explorer.threads < 2 {
            let glanced = next.iter().fold(0, |all, next| all ^ graph.worlds.glance(next.world));
            std::hint::black_box(glanced);
        }
        edges.clear();
        for next in &next {
            let to = match next.number {
                Some(number) => number,
                None => {
                    let before = graph.len();
                    let to =
                        if merges { graph.worlds.meet(next.world) } else { graph.worlds.add(next.world) };
                    let new = graph.len() > before;
                    graph.within_steps += u64::from(new && graph.worlds.stops(next.world.scene));
                    to
                }
            };
            graph.upward &= to as usize > index;
            edges.push(Edge { to, label: next.label, weight: next.weight });
        }
        graph.edges.push(&edges);
        index += 1;
    }
    graph.taken = taken(&graph, &known, explorer);
    graph.worlds.close();
    Some(graph)
}

/// How much memory it takes, and will take when it is gone through: counting keeps two numbers a world.
fn taken(graph: &Graph, known: &Known, explorer: &Explorer) -> u64 {
    const COUNTED: usize = 48;
    let walked = graph.worlds.bytes() + graph.edges.bytes() + known.bytes() + graph.len() * COUNTED;
    walked as u64 + explorer.steps.bytes()
}

/// What was seen of a stretch of worlds before anything is learned in it.
struct Ahead {
    merges: bool,
    /// Of each thread's part, one behind the other.
    parts: Vec<Part>,
    /// The worlds of all parts.
    range: Range<usize>,
}

/// What one thread has seen.
#[derive(Default)]
struct Part {
    first: usize,
    /// Per world, what there is to say, and where what it leads to ends; none where something in it is new.
    looked: Vec<(Option<Looked>, usize)>,
    next: Vec<Next>,
}

impl Ahead {
    fn new(threads: usize, merges: bool) -> Ahead {
        let parts = if threads < 2 { Vec::new() } else { (0..threads).map(|_| Part::default()).collect() };
        Ahead { merges, parts, range: 0..0 }
    }

    /// Looks at the worlds that are next where nobody has: as many as may be of those that are left of a layer.
    fn look(&mut self, known: &Known, worlds: &Worlds, layer: Range<usize>) {
        let threads = self.parts.len();
        if threads == 0 || self.range.contains(&layer.start) || layer.len() < FEW * threads {
            return;
        }
        let each = layer.len().div_ceil(threads).min(STRETCH);
        let merges = self.merges;
        let mut end = layer.start;
        scope(|scope| {
            let mut own = None;
            for part in &mut self.parts {
                let range = end..(end + each).min(layer.end);
                end = range.end;
                match own {
                    None => own = Some((part, range)),
                    Some(_) => _ = scope.spawn(move || part.look(known, worlds, range, merges)),
                }
            }
            if let Some((part, range)) = own {
                part.look(known, worlds, range, merges);
            }
        });
        self.range = layer.start..end;
    }

    /// What was seen of a world.
    fn take(&self, world: usize, next: &mut Vec<Next>) -> Option<Looked> {
        if !self.range.contains(&world) {
            return None;
        }
        let part = self.parts.iter().rfind(|part| part.first <= world && !part.looked.is_empty())?;
        let at = world - part.first;
        let begin = if at == 0 { 0 } else { part.looked[at - 1].1 };
        let (looked, end) = part.looked[at];
        next.clear();
        next.extend_from_slice(&part.next[begin..end]);
        looked
    }
}

impl Part {
    fn look(&mut self, known: &Known, worlds: &Worlds, range: Range<usize>, merges: bool) {
        self.first = range.start;
        self.looked.clear();
        self.next.clear();
        for index in range {
            let begin = self.next.len();
            let looked = known.look(worlds, worlds.get(index), &mut self.next);
            if looked.is_none() {
                self.next.truncate(begin);
            }
            if merges {
                let next = &mut self.next[begin..];
                std::hint::black_box(next.iter().fold(0, |all, next| all ^ worlds.glance(next.world)));
                next.iter_mut().for_each(|next| next.number = worlds.find(next.world));
            }
            self.looked.push((looked, self.next.len()));
        }
    }
}
