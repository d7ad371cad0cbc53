//! Orderings that go round for ever: the way to a circle of worlds, and once around it. In a lattice there are none.

use super::count::Sorted;
use super::graph::Graph;
use super::nearest::Path;
use super::outcomes::Outcomes;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;

/// The worlds that lie in a circle. `behind` are those in one or behind one, sorted; outside of them there is none.
pub(super) fn in_circles(graph: &Graph, behind: &[u32]) -> Vec<u32> {
    let place = |world: u32| behind.binary_search(&world).ok();
    let mut part: DiGraph<(), (), u32> = DiGraph::with_capacity(behind.len(), behind.len());
    behind.iter().for_each(|_| _ = part.add_node(()));
    for (from, &world) in behind.iter().enumerate() {
        for to in graph.kept(world as usize).filter_map(|edge| place(edge.to)) {
            part.add_edge(NodeIndex::new(from), NodeIndex::new(to), ());
        }
    }
    let circles = kosaraju_scc(&part);
    let round = circles.into_iter().filter(|all| all.len() > 1 || part.contains_edge(all[0], all[0]));
    let mut worlds: Vec<u32> = round.flatten().map(|node| behind[node.index()]).collect();
    worlds.sort_unstable();
    worlds
}

/// The shortest way from a world in a circle back to itself; of several, the first in canonical order.
pub(super) fn round(graph: &Graph, from: u32) -> Path {
    let mut came: FxHashMap<u32, (u32, usize)> = FxHashMap::default();
    let mut ahead = VecDeque::from([from]);
    while let Some(world) = ahead.pop_front() {
        for (choice, edge) in graph.kept(world as usize).enumerate() {
            if came.contains_key(&edge.to) {
                continue;
            }
            came.insert(edge.to, (world, choice));
            if edge.to == from {
                let mut path = vec![(world, choice)];
                while path.last().is_some_and(|&(world, _)| world != from) {
                    path.push(came[&path[path.len() - 1].0]);
                }
                path.reverse();
                return path;
            }
            ahead.push_back(edge.to);
        }
    }
    Path::new()
}

/// The worlds from which no ordering ends.
pub(super) fn trapped(graph: &Graph, sorted: &Sorted, outcomes: &Outcomes) -> Vec<u32> {
    if sorted.behind_a_circle.is_empty() || graph.stopped.is_some() {
        return Vec::new();
    }
    let mut ends: Vec<bool> = (0..graph.len() as u32).map(|world| outcomes.of(world).is_some()).collect();
    let mut changed = true;
    while changed {
        changed = false;
        for world in (0..graph.len()).rev().filter(|&world| !graph.kept(world).is_empty()) {
            if !ends[world] && graph.kept(world).any(|edge| ends[edge.to as usize]) {
                (ends[world], changed) = (true, true);
            }
        }
    }
    (0..graph.len() as u32).filter(|&world| !ends[world as usize]).collect()
}
