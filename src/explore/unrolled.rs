//! The worlds of a graph once more, told apart by how often each alarm has rung on the way.
//!
//! A world does not say whether an alarm rang or was called off, nor how often one has rung; what
//! decides an outcome is often just that. Without alarms, and without messages that processes send each
//! other, this is the graph itself.

use super::edges::{Edges, Run};
use super::explorer::Explorer;
use super::graph::{Edge, Graph};
use super::interchange::Interchange;
use super::labels::Labels;
use super::listed::Listed;
use super::table::{Table, hash_of};
use rustc_hash::FxHashMap;

/// What choices are called, and which of them need not be told apart.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub listed: &'a Listed,
    pub labels: &'a Labels,
    pub interchange: &'a Interchange,
    /// Services answer.
    pub answers: bool,
}

impl Explorer<'_> {
    pub fn names(&self) -> Names<'_> {
        let Explorer { listed, labels, interchange, .. } = self;
        Names { listed, labels, interchange, answers: self.answers() }
    }
}

/// Paths with labels of which it is known at every node whether they have happened.
pub(super) struct Unrolled<'a> {
    names: Names<'a>,
    graph: &'a Graph,
    /// So many labels, the first, are those of listed messages, of which a world tells; none where services
    /// answer, since there a delivery may bear several.
    listed: usize,
    /// None: the nodes are the worlds.
    nodes: Option<Nodes>,
    /// The labels that may happen more than once, or of which a world does not tell.
    tracked: Vec<u16>,
    /// How often each of them happens at most.
    most: Vec<u8>,
    /// Per scene the listed messages that have come, in words of bits.
    came: Vec<u64>,
}

/// Deliveries that are alike come in the order listed. What is not in flight any more has happened.
fn came(graph: &Graph, listed: usize) -> Vec<u64> {
    let words = listed.div_ceil(64);
    let mut all = vec![0u64; words * graph.worlds.scenes()];
    for (scene, here) in all.chunks_exact_mut(words.max(1)).enumerate() {
        let (flight, came) = graph.worlds.flight(scene as u32);
        for (index, &flies) in flight.iter().enumerate().take(listed.div_ceil(32)) {
            let bits = listed - index * 32;
            let all = if bits < 32 { (1 << bits) - 1 } else { u32::MAX };
            // One that is lost has not happened, one that is in flight again has.
            let came = came.as_ref().map_or(!flies & all, |came| came[index]);
            here[index / 2] |= u64::from(came) << (index % 2 * 32);
        }
    }
    all
}

struct Nodes {
    world: Vec<u32>,
    counts: Vec<u32>,
    edges: Edges,
    /// What a number of counts says: how often each tracked label has happened.
    counted: Vec<Vec<u8>>,
}

impl Nodes {
    fn bytes(&self) -> u64 {
        // With their places in a table.
        (self.world.len() * 48 + self.edges.bytes()) as u64
    }
}

/// How many times a label is told apart; what comes after is the last time again.
const TIMES: u8 = 5;
/// How many nodes there may be, beyond which it is not unrolled.
const ROOM: usize = 3_000_000;

impl<'a> Unrolled<'a> {
    /// None where that would take more than `room` bytes; and none inside where there are too many nodes.
    pub fn new(names: Names<'a>, graph: &'a Graph, room: u64) -> Option<Option<Unrolled<'a>>> {
        let listed = if names.answers { 0 } else { names.listed.deliveries.len() };
        let tracked: Vec<u16> = (listed..names.labels.len()).map(|label| label as u16).collect();
        let words = listed.div_ceil(64) * graph.worlds.scenes();
        if graph.lattice().is_none() && (words * size_of::<u64>()) as u64 > room {
            return None;
        }
        let most = vec![0; tracked.len()];
        // Of a lattice the sets tell it.
        let lattice = graph.lattice().is_some();
        let came = if lattice { Vec::new() } else { came(graph, listed) };
        let mut unrolled = Unrolled { names, graph, listed, nodes: None, most, tracked, came };
        if !unrolled.tracked.is_empty() {
            match unrolled.unroll(room)? {
                Some(nodes) => unrolled.nodes = Some(nodes),
                None => return Some(None),
            }
        }
        Some(Some(unrolled))
    }

    fn unroll(&mut self, room: u64) -> Option<Option<Nodes>> {
        let listed = self.listed;
        let mut counted: Vec<Vec<u8>> = vec![vec![0; self.tracked.len()]];
        let mut counts_of: FxHashMap<Vec<u8>, u32> = std::iter::once((counted[0].clone(), 0)).collect();
        // The counts that come of counts and a label.
        let mut counts_after: FxHashMap<(u32, u16), (u32, u16)> = FxHashMap::default();
        let mut table = Table::new();
        table.meet(hash_of(0, 0), 0, |_| false, |_| hash_of(0, 0));
        let mut nodes = Nodes { world: vec![0], counts: vec![0], edges: Edges::default(), counted: vec![] };
        let (mut index, mut run) = (0, Vec::new());
        while index < nodes.world.len() {
            let (world, counts) = (nodes.world[index], nodes.counts[index]);
            for edge in self.graph.kept(world as usize) {
                let (mut after, mut label) = (counts, edge.label);
                if label as usize >= listed {
                    (after, label) = *counts_after.entry((counts, label)).or_insert_with(|| {
                        let place = label as usize - listed;
                        let mut count = counted[counts as usize].clone();
                        count[place] = (count[place] + 1).min(TIMES);
                        self.most[place] = self.most[place].max(count[place]);
                        let label = listed + place * TIMES as usize + count[place] as usize - 1;
                        let after = *counts_of.entry(count.clone()).or_insert_with(|| {
                            counted.push(count);
                            counted.len() as u32 - 1
                        });
                        (after, label as u16)
                    });
                }
                let next = nodes.world.len() as u32;
                let node = |node: u32| (nodes.world[node as usize], nodes.counts[node as usize]);
                let hash = |(world, counts)| hash_of(world, counts);
                let there = (edge.to, after);
                let to =
                    table.meet(hash(there), next, |known| node(known) == there, |known| hash(node(known)));
                if to == next {
                    nodes.world.push(edge.to);
                    nodes.counts.push(after);
                }
                run.push(Edge { to, label, weight: edge.weight });
            }
            nodes.edges.push(run.drain(..));
            index += 1;
            if nodes.world.len() > ROOM {
                return Some(None);
            }
            // Twice, since each set of counts stands in a table, too.
            if nodes.bytes() + (2 * counted.len() * (self.tracked.len() + 32)) as u64 > room {
                return None;
            }
        }
        nodes.counted = counted;
        Some(Some(nodes))
    }

    /// How much memory it takes, beside the graph.
    pub fn bytes(&self) -> u64 {
        self.nodes.as_ref().map_or(0, Nodes::bytes) + (self.came.len() * size_of::<u64>()) as u64
    }

    pub fn len(&self) -> usize {
        self.nodes.as_ref().map_or(self.graph.len(), |nodes| nodes.world.len())
    }

    pub fn edge_count(&self) -> usize {
        self.nodes.as_ref().map_or(self.graph.edge_count(), |nodes| nodes.edges.many())
    }

    /// How many labels there are, told apart by times.
    pub fn labels(&self) -> usize {
        self.listed + self.tracked.len() * TIMES as usize
    }

    pub fn world(&self, node: u32) -> u32 {
        self.nodes.as_ref().map_or(node, |nodes| nodes.world[node as usize])
    }

    pub fn edges(&self, node: usize) -> Run<'_> {
        match &self.nodes {
            Some(nodes) => nodes.edges.get(node),
            None => self.graph.kept(node),
        }
    }

    /// The labels that have happened on every path to a node, which are those of any path.
    pub fn happened(&self, node: u32, happened: &mut [u64]) {
        happened.fill(0);
        let listed = self.listed;
        let words = listed.div_ceil(64);
        let scene = self.graph.worlds.get(self.world(node) as usize).scene as usize;
        happened[..words].copy_from_slice(&self.came[scene * words..(scene + 1) * words]);
        let mut set = |label: usize| happened[label / 64] |= 1 << (label % 64);
        if let Some(nodes) = &self.nodes {
            let counts = &nodes.counted[nodes.counts[node as usize] as usize];
            for (index, &count) in counts.iter().enumerate() {
                (0..count as usize).for_each(|time| set(listed + index * TIMES as usize + time));
            }
        }
    }

    /// The label that choices bear, and which time this is where times are told apart.
    pub fn own_label(&self, label: usize) -> (usize, Option<usize>) {
        match label.checked_sub(self.listed) {
            None => (label, None),
            Some(place) => (usize::from(self.tracked[place / TIMES as usize]), Some(place % TIMES as usize)),
        }
    }

    /// Whether an ordering may end at a node.
    pub fn is_end(&self, node: u32) -> bool {
        self.graph.is_end(self.world(node) as usize)
    }

    /// Whether a label never happens: what must come before it only must happen.
    pub fn never(&self, label: usize) -> bool {
        let listed = self.listed;
        let times = |label: usize| (label / TIMES as usize, label % TIMES as usize);
        label.checked_sub(listed).map(times).is_some_and(|(index, time)| time >= self.most[index] as usize)
    }

    /// Whether its text says which it is.
    pub fn is_clear(&self, label: usize) -> bool {
        let label = match label.checked_sub(self.listed) {
            None => label,
            Some(place) => usize::from(self.tracked[place / TIMES as usize]),
        };
        label >= self.names.listed.deliveries.len() || !self.names.listed.has_a_twin(label)
    }

    /// All that do the same as a label, itself among them, in the order in which they come here.
    pub fn like(&self, label: usize) -> Vec<usize> {
        let listed = Some(label).filter(|&label| label < self.listed);
        let like = listed.and_then(|label| self.names.interchange.like(label));
        like.map_or_else(|| vec![label], <[usize]>::to_vec)
    }

    /// `PaymentDue!`, or `2nd PaymentDue!` where it may come again.
    pub fn text(&self, label: usize) -> String {
        let of_listed = |label: usize| {
            let text = self.names.labels.text(label as u16);
            match self.names.listed.turn(label) {
                (_, 0 | 1) => text.to_string(),
                (time, _) => format!("{} {text}", ordinal(time)),
            }
        };
        let Some(label) = label.checked_sub(self.listed) else { return of_listed(label) };
        let (index, time) = (label / TIMES as usize, label % TIMES as usize);
        let label = usize::from(self.tracked[index]);
        if label < self.names.listed.deliveries.len() && self.most[index] <= 1 {
            return of_listed(label);
        }
        let text = self.names.labels.text(self.tracked[index]);
        match (self.most[index], time) {
            (0 | 1, _) => text.to_string(),
            (_, time) => format!("{} {text}", ordinal(time)),
        }
    }
}

/// `1st` for 0.
fn ordinal(index: usize) -> String {
    let number = index + 1;
    let end = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{end}")
}
