//! What causes what, by type: a node for each type of message of each module, an arrow for each pair
//! of types of which one caused the other, with how often and after how long.
//!
//! A log is read once, in any order: each message is kept as its id (as 128 bits), that of its cause,
//! its time and its type, 56 bytes, and causes are found by sorting. Medians are exact (of an even
//! number of delays, the lower middle one). Knows nothing of how a picture is written.

use super::{Edge, Line, Look, Node, Picture, Tone, cut, facts};
use crate::event::{Kind, Message, Millis, Name, Time, json};
use crate::report::words::{age, counted, grouped};
use crate::runtime::journal::{EDITED, OPENED, RECORDED};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{DfsEvent, EdgeRef, depth_first_search};
use std::collections::BTreeMap;

/// More modules than this are no boxes of their own: a log whose sources are tables and customers.
const MODULES: usize = 40;

const NONE: u32 = u32::MAX;

/// Messages, as they are read.
#[derive(Default)]
pub struct Flow {
    kinds: Vec<Sort>,
    known: BTreeMap<(Name, Name, Look), u32>,
    seen: Vec<Seen>,
    /// The inputs of decisions, to know which alarms have rung.
    handled: Vec<u128>,
    span: Option<(Time, Time)>,
}

/// Messages of one type, from one module.
#[derive(Clone)]
pub(super) struct Sort {
    pub module: Name,
    pub type_: Name,
    pub look: Look,
    pub count: u64,
    /// Without a cause.
    pub outside: u64,
    /// Caused by a message that is not there.
    pub dangling: u64,
    pub rang: u64,
}

struct Seen {
    id: u128,
    /// 0: none.
    cause: u128,
    time: Time,
    sort: u32,
}

/// How often, and after how long.
#[derive(Default)]
pub(super) struct Caused {
    pub count: u64,
    pub median: Millis,
    /// It closes a loop of types.
    pub back: bool,
}

/// All of a log.
pub struct Flows {
    pub(super) graph: DiGraph<Sort, Caused>,
    messages: u64,
    modules: usize,
    span: Option<(Time, Time)>,
    circular: u64,
    backwards: u64,
    /// So many that they are not told apart.
    merged: bool,
}

impl Flow {
    /// Takes messages in any order.
    pub fn take(&mut self, message: &Message) {
        if message.internal && [OPENED, EDITED].contains(&&*message.type_) {
            return;
        }
        if message.internal && *message.type_ == *RECORDED {
            let stale = message.data.as_ref().is_some_and(|data| {
                data.text().contains("\"stale\"")
                    && data.get("outcome").and_then(json::string).as_deref() == Some("stale")
            });
            self.handled.extend(message.causation.as_ref().filter(|_| !stale).map(|id| short(id)));
            return;
        }
        let look = match (message.due, message.kind) {
            (Some(_), _) => Look::Alarm,
            (None, Kind::Command) => Look::Command,
            (None, Kind::Event) => Look::Event,
        };
        let sort = self.sort(message, look);
        self.kinds[sort as usize].count += 1;
        let (first, last) = self.span.unwrap_or((message.time, message.time));
        self.span = Some((first.min(message.time), last.max(message.time)));
        let cause = message.causation.as_ref().map_or(0, |id| short(id));
        self.seen.push(Seen { id: short(&message.id), cause, time: message.time, sort });
    }

    fn sort(&mut self, message: &Message, look: Look) -> u32 {
        let alike = |sort: &Sort| {
            sort.look == look && *sort.type_ == *message.type_ && *sort.module == *message.source
        };
        // The last one again, most of the time.
        if let Some(last) = self.seen.last().map(|seen| seen.sort)
            && alike(&self.kinds[last as usize])
        {
            return last;
        }
        let next = self.kinds.len() as u32;
        let key = (message.source.clone(), message.type_.clone(), look);
        let sort = *self.known.entry(key).or_insert(next);
        if sort == next {
            self.kinds.push(Sort {
                module: message.source.clone(),
                type_: message.type_.clone(),
                look,
                count: 0,
                outside: 0,
                dangling: 0,
                rang: 0,
            });
        }
        sort
    }

    /// Finds every cause, and sums up.
    pub fn finish(mut self) -> Flows {
        let modules: std::collections::BTreeSet<Name> =
            self.kinds.iter().map(|sort| sort.module.clone()).collect();
        let merged = modules.len() > MODULES;
        if merged {
            self.merge();
        }
        // By id, the earliest first: it is the one that is meant by a cause.
        let mut order: Vec<(u128, Time, u32)> =
            self.seen.iter().enumerate().map(|(at, seen)| (seen.id, seen.time, at as u32)).collect();
        order.sort_unstable();
        let find = |id: u128| -> Option<u32> {
            let at = order.partition_point(|(known, ..)| *known < id);
            order.get(at).filter(|(known, ..)| *known == id).map(|(.., at)| *at)
        };
        let causes: Vec<u32> = self
            .seen
            .iter()
            .map(|seen| if seen.cause == 0 { NONE } else { find(seen.cause).unwrap_or(NONE) })
            .collect();
        let mut delays: BTreeMap<(u32, u32), Vec<Millis>> = BTreeMap::new();
        let mut backwards = 0;
        for (seen, &cause) in self.seen.iter().zip(&causes) {
            let sort = &mut self.kinds[seen.sort as usize];
            if seen.cause == 0 {
                sort.outside += 1;
            } else if cause == NONE {
                sort.dangling += 1;
            } else {
                let cause = &self.seen[cause as usize];
                let delay = seen.time.millis() - cause.time.millis();
                backwards += (delay < 0) as u64;
                delays.entry((cause.sort, seen.sort)).or_default().push(delay);
            }
        }
        for &input in &self.handled {
            if let Some(at) = find(input) {
                let sort = &mut self.kinds[self.seen[at as usize].sort as usize];
                sort.rang += (sort.look == Look::Alarm) as u64;
            }
        }
        let mut graph = DiGraph::new();
        let nodes: Vec<NodeIndex> = self.kinds.into_iter().map(|sort| graph.add_node(sort)).collect();
        for ((from, to), mut delays) in delays {
            let middle = (delays.len() - 1) / 2;
            let median = *delays.select_nth_unstable(middle).1;
            let caused = Caused { count: delays.len() as u64, median, back: false };
            graph.add_edge(nodes[from as usize], nodes[to as usize], caused);
        }
        graph.retain_nodes(|graph, node| graph[node].count > 0);
        mark_loops(&mut graph);
        Flows {
            graph,
            messages: self.seen.len() as u64,
            modules: modules.len(),
            span: self.span,
            circular: in_circles(&causes),
            backwards,
            merged,
        }
    }

    /// Forgets of which module a type is.
    fn merge(&mut self) {
        let mut first: BTreeMap<(Name, Look), u32> = BTreeMap::new();
        let mut place = Vec::with_capacity(self.kinds.len());
        for index in 0..self.kinds.len() {
            let sort = self.kinds[index].clone();
            let at = *first.entry((sort.type_, sort.look)).or_insert(index as u32);
            place.push(at);
            if at as usize != index {
                self.kinds[at as usize].count += sort.count;
                self.kinds[index].count = 0;
            }
        }
        for sort in &mut self.kinds {
            sort.module = Name::from("");
        }
        for seen in &mut self.seen {
            seen.sort = place[seen.sort as usize];
        }
    }
}

/// 128 bits of an id: a UUID's own, or a hash (FNV-1a), which does not meet another by chance.
fn short(id: &str) -> u128 {
    let bits = match id.len() {
        36 => uuid::Uuid::try_parse(id).ok().map(|id| id.as_u128()),
        _ => None,
    };
    let hash = || {
        id.bytes().fold(0x6c62272e07bb014262b821756295c58d, |hash: u128, byte| {
            (hash ^ byte as u128).wrapping_mul(0x0000000001000000000000000000013b)
        })
    };
    bits.unwrap_or_else(hash).max(1)
}

/// How many messages are in a circle of causes. Each has one cause at most, so one walk finds them.
fn in_circles(causes: &[u32]) -> u64 {
    const FRESH: u32 = 0;
    let mut walk_of = vec![FRESH; causes.len()];
    let mut found = 0;
    for start in 0..causes.len() {
        let walk = start as u32 + 1;
        let mut at = start;
        while walk_of[at] == FRESH {
            walk_of[at] = walk;
            match causes[at] {
                NONE => break,
                cause => at = cause as usize,
            }
        }
        if walk_of[at] == walk && causes[at] != NONE {
            // Met on this very walk: once around.
            let mut other = causes[at] as usize;
            found += 1;
            while other != at {
                found += 1;
                other = causes[other] as usize;
            }
        }
    }
    found
}

/// Marks the arrows that close a loop of types, from the types that begin stories on.
fn mark_loops(graph: &mut DiGraph<Sort, Caused>) {
    let mut starts: Vec<NodeIndex> = graph.node_indices().collect();
    starts.sort_by_key(|node| (graph[*node].outside == 0, *node));
    let mut back = Vec::new();
    depth_first_search(&*graph, starts, |event| {
        if let DfsEvent::BackEdge(from, to) = event {
            back.push((from, to));
        }
    });
    for (from, to) in back {
        if let Some(edge) = graph.find_edge(from, to) {
            graph[edge].back = true;
        }
    }
}

/// A delay in words; one that goes back in time has a sign.
pub(super) fn delay(millis: Millis) -> String {
    if millis < 0 { format!("-{}", age(-millis)) } else { age(millis) }
}

impl Flows {
    pub fn picture(&self) -> Picture {
        let mut picture = Picture { kind: "flow", title: "who causes what".into(), ..Picture::default() };
        picture.lines.push(self.summary());
        picture.notes = self.notes();
        let mut clusters: BTreeMap<&str, usize> = BTreeMap::new();
        for sort in self.graph.node_weights() {
            let mut node = node_of(sort);
            if !self.merged {
                node.cluster = Some(*clusters.entry(&sort.module).or_insert_with(|| {
                    picture.clusters.push(sort.module.to_string());
                    picture.clusters.len() - 1
                }));
            }
            picture.nodes.push(node);
        }
        let most = self.graph.edge_weights().map(|caused| caused.count).max().unwrap_or(1) as f64;
        for edge in self.graph.edge_references() {
            picture.edges.push(edge_of(&self.graph, edge.source(), edge.target(), edge.weight(), most));
        }
        let dangling: Vec<NodeIndex> =
            self.graph.node_indices().filter(|node| self.graph[*node].dangling > 0).collect();
        if !dangling.is_empty() {
            let stub = picture.nodes.len();
            picture.nodes.push(Node {
                id: "not in this log".into(),
                look: Look::Stub,
                title: "not in this log".into(),
                tooltip: "causes that messages name, and that are not in this log".into(),
                ..Node::default()
            });
            for node in dangling {
                let count = self.graph[node].dangling;
                picture.edges.push(Edge {
                    from: stub,
                    to: node.index(),
                    lines: vec![Line::quiet(format!("{}×", grouped(count)))],
                    dashed: true,
                    width: 1.0,
                    tooltip: format!("{} named a cause that is not in this log", counted(count, "message")),
                    facts: facts([("count", count.into()), ("median-ms", serde_json::Value::Null)]),
                    ..Edge::default()
                });
            }
        }
        picture.tell_apart();
        picture
    }

    pub(super) fn summary(&self) -> String {
        let mut text =
            format!("{} in {}", counted(self.messages, "message"), counted(self.modules as u64, "module"));
        if let Some((first, last)) = self.span {
            text.push_str(&format!(", from {first} on, in {}", age(last.millis() - first.millis())));
        }
        text
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let dangling: u64 = self.graph.node_weights().map(|sort| sort.dangling).sum();
        if dangling > 0 {
            notes.push(format!("not in this log: the causes of {}", counted(dangling, "message")));
        }
        if self.circular > 0 {
            notes.push(format!("circles of causes: {} in them", counted(self.circular, "message")));
        }
        if self.backwards > 0 {
            notes.push(format!("stamped earlier than the cause: {}", counted(self.backwards, "message")));
        }
        if self.merged {
            notes.push(format!(
                "{} modules: types are not told apart by module",
                grouped(self.modules as u64)
            ));
        }
        notes
    }
}

fn node_of(sort: &Sort) -> Node {
    let mut parts = vec![grouped(sort.count)];
    if sort.outside > 0 && sort.outside < sort.count {
        parts.push(format!("{} from outside", grouped(sort.outside)));
    } else if sort.outside > 0 {
        parts.push("from outside".into());
    }
    if sort.look == Look::Alarm {
        parts.push(format!("{} rang", grouped(sort.rang)));
    }
    let line = parts.join(", ");
    let module = if sort.module.is_empty() { String::new() } else { format!("\nin {}", sort.module) };
    Node {
        id: format!("{} {} {}", sort.module, sort.look.name(), sort.type_),
        look: sort.look,
        title: cut(&sort.type_, 60),
        tooltip: format!("{} ({}){module}\n{line}", sort.type_, sort.look.name()),
        lines: [Some(cut(&sort.module, 40)).filter(|module| !module.is_empty()), Some(line)]
            .into_iter()
            .flatten()
            .map(Line::quiet)
            .collect(),
        cluster: None,
        tone: None,
        facts: facts([
            ("type", (*sort.type_).into()),
            ("module", Some(&*sort.module).filter(|module| !module.is_empty()).into()),
            ("count", sort.count.into()),
            ("outside", sort.outside.into()),
            ("dangling", sort.dangling.into()),
            ("rang", Some(sort.rang).filter(|_| sort.look == Look::Alarm).into()),
        ]),
    }
}

fn edge_of(
    graph: &DiGraph<Sort, Caused>,
    from: NodeIndex,
    to: NodeIndex,
    caused: &Caused,
    most: f64,
) -> Edge {
    let alarm = graph[to].look == Look::Alarm;
    let tone = match (caused.back, alarm) {
        (true, _) => Tone::Back,
        (false, true) => Tone::Alarm,
        (false, false) => Tone::Plain,
    };
    let after = delay(caused.median);
    Edge {
        from: from.index(),
        to: to.index(),
        lines: vec![
            Line::new(format!("{}×", grouped(caused.count)), Tone::Plain),
            Line::quiet(after.clone()),
        ],
        tone,
        dashed: alarm,
        width: 1.0 + 2.5 * (caused.count as f64 / most).sqrt(),
        tooltip: format!(
            "{} → {}\n{}, median delay {after}",
            graph[from].type_,
            graph[to].type_,
            if caused.count == 1 { "once".into() } else { format!("{} times", grouped(caused.count)) }
        ),
        facts: facts([("count", caused.count.into()), ("median-ms", caused.median.into())]),
    }
}
