//! Who caused what in one conversation, and what the decisions in between say.
//!
//! Causation is a graph, as the log tells it; a sound log is a forest. A cause that is not in the
//! conversation, or a circle of causes, is said and never hung on. Knows nothing of how it is told.

use super::words::brief;
use crate::event::{Message, json};
use crate::runtime::journal::RECORDED;
use crate::step::Hand;
use petgraph::graph::{DiGraph, NodeIndex};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Some messages by their places in a list, and what caused each.
pub struct Causes {
    /// Cause to effect. A decision stands between the message it answers and those that it sends.
    pub graph: DiGraph<usize, ()>,
    /// Where the telling begins, in the order of the list, and why there.
    pub roots: Vec<(NodeIndex, Origin)>,
}

/// Why a story begins with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It names no cause: it came from outside.
    Outside,
    /// The cause that it names is not among the messages.
    Elsewhere(String),
    /// Its causes go round; it is the first of its circle.
    Circle,
}

impl Causes {
    pub fn of(messages: &[Message]) -> Causes {
        let mut graph = DiGraph::new();
        let nodes: Vec<NodeIndex> = (0..messages.len()).map(|index| graph.add_node(index)).collect();
        let mut roots = Vec::new();
        for (index, cause) in causes_of(messages).into_iter().enumerate() {
            match cause {
                Cause::Message(cause) => _ = graph.add_edge(nodes[cause], nodes[index], ()),
                Cause::None => roots.push((nodes[index], Origin::Outside)),
                Cause::Elsewhere(id) => roots.push((nodes[index], Origin::Elsewhere(id))),
            }
        }
        let mut causes = Causes { graph, roots };
        causes.open_circles(&nodes);
        causes
    }

    /// What no root leads to goes round in a circle; its first message begins it.
    fn open_circles(&mut self, nodes: &[NodeIndex]) {
        let mut reached = BTreeSet::new();
        let reach = |graph: &DiGraph<usize, ()>, from, reached: &mut BTreeSet<NodeIndex>| {
            let mut search = petgraph::visit::Dfs::new(graph, from);
            while let Some(node) = search.next(graph) {
                reached.insert(node);
            }
        };
        for (root, _) in &self.roots {
            reach(&self.graph, *root, &mut reached);
        }
        for &node in nodes {
            if reached.contains(&node) {
                continue;
            }
            // Upwards, until a message comes again: from there on it is the circle.
            let (mut path, mut met) = (vec![node], BTreeSet::from([node]));
            let mut above = self.cause(node.index());
            while let Some(cause) = above.filter(|cause| met.insert(NodeIndex::new(*cause))) {
                path.push(NodeIndex::new(cause));
                above = self.cause(cause);
            }
            let again = path.iter().position(|node| Some(node.index()) == above).unwrap_or_default();
            let first = *path[again..].iter().min().expect("a circle has a message");
            self.roots.push((first, Origin::Circle));
            reach(&self.graph, first, &mut reached);
        }
        self.roots.sort_by_key(|(node, _)| *node);
    }

    /// The place of a message's cause, if that is among the messages.
    pub fn cause(&self, index: usize) -> Option<usize> {
        let mut above = self.graph.neighbors_directed(NodeIndex::new(index), petgraph::Incoming);
        above.next().map(|node| self.graph[node])
    }

    /// Why a story begins with this message, if one does.
    pub fn origin(&self, index: usize) -> Option<&Origin> {
        let node = NodeIndex::new(index);
        let place = self.roots.binary_search_by_key(&node, |(root, _)| *root).ok()?;
        Some(&self.roots[place].1)
    }
}

enum Cause {
    None,
    Message(usize),
    Elsewhere(String),
}

/// A decision is caused by its input; what it sent stands before it in the same log, and is caused by
/// the decision.
fn causes_of(messages: &[Message]) -> Vec<Cause> {
    let by_id: BTreeMap<&str, usize> =
        messages.iter().enumerate().rev().map(|(index, message)| (&*message.id, index)).collect();
    let mut causes: Vec<Cause> = messages
        .iter()
        .map(|message| match &message.causation {
            None => Cause::None,
            Some(id) => match by_id.get(&**id) {
                Some(&cause) => Cause::Message(cause),
                None => Cause::Elsewhere(id.to_string()),
            },
        })
        .collect();
    let mut waiting: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, message) in messages.iter().enumerate() {
        if !is_decision(message) {
            waiting.entry(&message.source).or_default().push(index);
            continue;
        }
        // What a service had armed, and now says, names as its cause what it answers.
        let armed = message.causation.as_ref().and_then(|id| by_id.get(&**id)).map(|&armed| &messages[armed]);
        let answered = armed.filter(|armed| armed.due.is_some()).and_then(|armed| armed.causation.as_ref());
        for effect in waiting.remove(&*message.source).unwrap_or_default() {
            let cause = messages[effect].causation.as_ref();
            if cause == message.causation.as_ref() || cause.is_some() && cause == answered {
                causes[effect] = Cause::Message(index);
            }
        }
    }
    causes
}

pub fn is_by_hand(message: &Message) -> bool {
    message.internal && Hand::ALL.iter().any(|hand| *hand.type_() == *message.type_)
}

pub fn is_decision(message: &Message) -> bool {
    message.internal && *message.type_ == *RECORDED
}

/// The ids of the alarms that a decision has called off.
pub fn disarmed(message: &Message) -> Vec<String> {
    let list = message.data.as_ref().filter(|_| is_decision(message)).and_then(|data| data.get("disarmed"));
    json::items(list.unwrap_or_default()).filter_map(json::string).map(|id| id.to_string()).collect()
}

/// What stands in a `ProcessRecorded`, as far as a story needs it.
#[derive(Debug, Serialize)]
pub struct Decision {
    pub process: String,
    pub version: u32,
    pub outcome: String,
    pub state: Option<String>,
    pub end: Option<String>,
    pub reason: Option<String>,
    /// A person settled it: `resume`, `skip`, `end`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hand: Option<String>,
    #[serde(skip)]
    pub set: Option<String>,
    #[serde(skip)]
    pub at: String,
}

impl Decision {
    pub fn of(message: &Message) -> Option<Decision> {
        if !is_decision(message) {
            return None;
        }
        let data = message.data.as_ref()?;
        let text = |key: &str| data.get(key).and_then(json::string).map(|text| text.to_string());
        Some(Decision {
            process: message.source.to_string(),
            version: data.get("version")?.parse().ok()?,
            outcome: text("outcome")?,
            state: text("state"),
            end: text("end"),
            reason: text("reason"),
            hand: text("hand"),
            set: data.get("set").map(str::to_string),
            at: message.time.to_string(),
        })
    }

    /// `order@1`; a service has no version.
    pub fn who(&self) -> String {
        match self.version {
            0 => self.process.clone(),
            version => format!("{}@{version}", self.process),
        }
    }

    /// What was decided, without when: `order@1 started → awaiting-payment`.
    pub fn did(&self) -> String {
        let hand = self.hand.as_deref().filter(|_| self.outcome != "ignored");
        let did = match hand {
            Some("resume") => "taken up again, by hand",
            Some("skip") => "taken up again without the message, by hand",
            Some("end") => "ended",
            Some("migrate") => "moved here, by hand",
            Some("map") => "moved here to where a person said",
            _ => &self.outcome,
        };
        let mut text = format!("{} {did}", self.who());
        if let Some(state) = &self.state {
            text.push_str(&format!(" → {state}"));
        }
        if let Some(end) = &self.end {
            text.push_str(&format!(" ({end})"));
        }
        if let Some(reason) = &self.reason {
            text.push_str(&format!(": {reason}"));
        }
        text
    }

    pub fn text(&self) -> String {
        let mut text = format!("{}  {}", self.did(), self.at);
        if let Some(set) = &self.set {
            text.push_str(&format!("  set {}", brief(set)));
        }
        text
    }
}
