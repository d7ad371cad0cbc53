//! What a graph tells when all of it is gone through, side by side where there are several threads: where orderings end, and how
//! many; what is broken, and how many go round it; and the nearest ways to all of that.

use super::both::{both, each, worth};
use super::count::{Count, Sorted, before_sorting, paths, paths_meanwhile, sorted_paths};
use super::explorer::Explorer;
use super::graph::{Bits, Graph};
use super::judge::{Broken, judge, unanswered};
use super::nearest::{Path, nearest};
use super::outcomes::Outcomes;
use super::twice::twice;
use std::sync::mpsc::channel;

pub(super) struct Gathered {
    pub outcomes: Outcomes,
    /// Their worlds are among the sets.
    pub broken: Vec<Broken>,
    /// Of each that is broken, how many orderings never come to its worlds.
    pub round: Vec<Count>,
    pub sorted: Sorted,
    /// Per outcome.
    pub counts: Vec<Count>,
    /// The worlds of each outcome, of what is broken, and of what waits; and the nearest way to one of each of these.
    pub sets: Vec<Vec<u32>>,
    pub ways_to: Vec<Path>,
}

pub(super) fn gathered(explorer: &mut Explorer, graph: &Graph) -> Gathered {
    let threads = worth(explorer.threads, graph.len() / 16);
    let count = |outcomes: &Outcomes, before, told| {
        sorted_paths(graph, before, outcomes.found.len(), &|world| outcomes.of(world), told)
    };
    let ends = || {
        let outcomes = Outcomes::new(explorer, graph);
        // Where one thread does it all it counts at once, in the memory that the walk has left behind.
        let counted = (threads < 2).then(|| count(&outcomes, None, None));
        let before = if counted.is_none() { before_sorting(graph) } else { None };
        (outcomes, counted, before)
    };
    let ((outcomes, counted, before), mut broken) = both(threads, ends, || all_broken(explorer, graph));
    let mut sets = outcomes.worlds();
    sets.extend(broken.iter_mut().map(|broken| std::mem::take(&mut broken.worlds)));
    sets.extend(outcomes.waiting.values().cloned());
    let of_broken = &sets[outcomes.found.len()..][..broken.len()];

    // To go round what is broken is counted behind whoever finds the order of worlds, not when all of it is found. Of a
    // lattice there is nothing to be found.
    let follows = threads > 1 && !broken.is_empty() && graph.lattice().is_none();
    let (told, heard) = channel();
    let told = follows.then_some(told);
    let count = || counted.unwrap_or_else(|| count(&outcomes, before, told));
    let near = || {
        let ways_to = nearest(explorer, graph, &sets);
        let first = of_broken.first().filter(|_| follows).and_then(|worlds| {
            going_round(graph, worlds, &outcomes, |group_of, passable| {
                paths_meanwhile(graph, heard, 1, group_of, passable)
            })
        });
        (ways_to, first)
    };
    let ((sorted, counts), (ways_to, first)) = both(threads, count, near);
    let mut round: Vec<Count> = Vec::with_capacity(broken.len());
    round.extend(first.filter(|_| sorted.behind_a_circle.is_empty()).into_iter().flatten());
    round.extend(each(threads, &of_broken[round.len()..], |worlds| {
        let count = |group_of: GroupOf, passable: &dyn Fn(u32) -> bool| {
            paths(graph, &sorted, 1, group_of, passable).swap_remove(0)
        };
        going_round(graph, worlds, &outcomes, count)
    }));
    Gathered { outcomes, broken, round, sorted, counts, sets, ways_to }
}

type GroupOf<'a> = &'a dyn Fn(u32) -> Option<usize>;

/// The properties that do not hold, and what is wrong by itself.
fn all_broken(explorer: &Explorer, graph: &Graph) -> Vec<Broken> {
    let mut broken = judge(explorer, graph);
    broken.extend(unanswered(explorer, graph));
    broken.extend(twice(explorer, graph));
    broken
}

/// How many orderings never come to a world in which something is broken. `count`: of those that end in worlds of a group, going
/// through some only.
fn going_round<R>(
    graph: &Graph,
    broken: &[u32],
    outcomes: &Outcomes,
    count: impl FnOnce(GroupOf, &dyn Fn(u32) -> bool) -> R,
) -> R {
    let mut worlds = Bits::none(graph.len());
    broken.iter().for_each(|&world| worlds.set(world as usize));
    count(&|world| outcomes.of(world).map(|_| 0), &|world| !worlds.get(world as usize))
}
