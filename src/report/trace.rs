//! The story of one conversation: who caused what, with the decisions between the messages.
//!
//! Causation is a graph, as the log tells it; a sound log is a forest. A cause that is not in the
//! conversation, or a circle of causes, is said and never hung on.

use super::words::brief;
use crate::event::{Kind, Message, json};
use crate::runtime::journal::RECORDED;
use crate::step::Hand;
use petgraph::graph::{DiGraph, NodeIndex};
use serde::Serialize;
use std::collections::{HashMap, HashSet};

/// A conversation's messages, and what caused each.
pub struct Trace {
    messages: Vec<Message>,
    /// Cause to effect. A decision stands between the message it answers and those that it sends.
    graph: DiGraph<usize, ()>,
    /// Where the telling begins, in the order of the log, and what is to be said there.
    roots: Vec<(NodeIndex, Option<String>)>,
}

impl Trace {
    /// Takes the messages of one conversation in the order in which logs are merged.
    pub fn new(messages: Vec<Message>) -> Trace {
        let mut graph = DiGraph::new();
        let nodes: Vec<NodeIndex> = (0..messages.len()).map(|index| graph.add_node(index)).collect();
        let causes = causes_of(&messages);
        let mut roots = Vec::new();
        for (index, cause) in causes.iter().enumerate() {
            match cause {
                Cause::Message(cause) => _ = graph.add_edge(nodes[*cause], nodes[index], ()),
                Cause::None => roots.push((nodes[index], None)),
                Cause::Elsewhere(id) => {
                    roots.push((
                        nodes[index],
                        Some(format!("caused by {id}, which is not in this conversation")),
                    ));
                }
            }
        }
        let mut trace = Trace { messages, graph, roots };
        trace.open_circles(&nodes);
        trace
    }

    /// What no root leads to goes round in a circle; its first message begins it.
    fn open_circles(&mut self, nodes: &[NodeIndex]) {
        let mut reached: HashSet<NodeIndex> = HashSet::new();
        let reach = |graph: &DiGraph<usize, ()>, from, reached: &mut HashSet<NodeIndex>| {
            let mut search = petgraph::visit::Dfs::new(graph, from);
            while let Some(node) = search.next(graph) {
                reached.insert(node);
            }
        };
        for (root, _) in &self.roots {
            reach(&self.graph, *root, &mut reached);
        }
        for &node in nodes {
            if !reached.contains(&node) {
                self.roots.push((node, Some("its causes go round in a circle".to_string())));
                reach(&self.graph, node, &mut reached);
            }
        }
        self.roots.sort_by_key(|(node, _)| *node);
    }

    /// Every message once, a cause before its effects, with its depth and whether it is the last of
    /// its cause.
    fn walk(&self) -> Vec<Step<'_>> {
        let mut steps = Vec::new();
        let mut told = HashSet::new();
        for (root, note) in &self.roots {
            let mut stack = vec![(*root, Vec::new())];
            while let Some((node, lasts)) = stack.pop() {
                if !told.insert(node) {
                    continue;
                }
                let mut effects: Vec<NodeIndex> =
                    self.graph.neighbors(node).filter(|effect| !told.contains(effect)).collect();
                effects.sort();
                let count = effects.len();
                for (index, effect) in effects.into_iter().enumerate().rev() {
                    let mut below: Vec<bool> = lasts.clone();
                    below.push(index + 1 == count);
                    stack.push((effect, below));
                }
                let note = note.as_ref().filter(|_| node == *root);
                steps.push(Step { message: &self.messages[self.graph[node]], lasts, note });
            }
        }
        steps
    }

    /// The story for people: that a process has declined the conversation is told once.
    pub fn text(&self) -> String {
        let mut declined = HashSet::new();
        let mut messages = self.messages.clone();
        messages.retain(|message| {
            let decision = Decision::of(message).filter(|decision| decision.outcome == "declined");
            decision.is_none_or(|decision| declined.insert(decision.process))
        });
        let called_off: HashSet<String> = self.messages.iter().flat_map(disarmed).collect();
        let mut text = String::new();
        for step in Trace::new(messages).walk() {
            for (depth, last) in step.lasts.iter().enumerate() {
                let here = depth + 1 == step.lasts.len();
                text.push_str(match (here, last) {
                    (true, true) => "└─ ",
                    (true, false) => "├─ ",
                    (false, true) => "   ",
                    (false, false) => "│  ",
                });
            }
            text.push_str(&match Decision::of(step.message) {
                Some(decision) => decision.text(),
                None => message_text(step.message, called_off.contains(&*step.message.id)),
            });
            if let Some(note) = step.note {
                text.push_str(&format!("  ({note})"));
            }
            text.push('\n');
        }
        text
    }

    pub fn json(&self) -> String {
        let rows: Vec<Row> = self.walk().iter().map(Row::of).collect();
        serde_json::to_string_pretty(&rows).expect("plain data") + "\n"
    }
}

struct Step<'a> {
    message: &'a Message,
    /// For each generation above, whether it was the last of its cause.
    lasts: Vec<bool>,
    note: Option<&'a String>,
}

enum Cause {
    None,
    Message(usize),
    Elsewhere(String),
}

/// A decision is caused by its input; what it sent stands before it in the same log, and is caused by
/// the decision.
fn causes_of(messages: &[Message]) -> Vec<Cause> {
    let by_id: HashMap<&str, usize> =
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
    let mut waiting: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, message) in messages.iter().enumerate() {
        if !is_decision(message) {
            waiting.entry(&message.source).or_default().push(index);
            continue;
        }
        for effect in waiting.remove(&*message.source).unwrap_or_default() {
            if messages[effect].causation == message.causation {
                causes[effect] = Cause::Message(index);
            }
        }
    }
    causes
}

fn is_by_hand(message: &Message) -> bool {
    message.internal && Hand::ALL.iter().any(|hand| *hand.type_() == *message.type_)
}

fn is_decision(message: &Message) -> bool {
    message.internal && *message.type_ == *RECORDED
}

/// The ids of the alarms that a decision has called off.
fn disarmed(message: &Message) -> Vec<String> {
    let list = message.data.as_ref().filter(|_| is_decision(message)).and_then(|data| data.get("disarmed"));
    json::items(list.unwrap_or_default()).filter_map(json::string).map(|id| id.to_string()).collect()
}

fn message_text(message: &Message, called_off: bool) -> String {
    let mut text = message.type_.to_string();
    match (message.due, message.kind) {
        (Some(due), _) if called_off => text.push_str(&format!(" (alarm, due {due}, called off)")),
        (Some(due), _) => text.push_str(&format!(" (alarm, due {due})")),
        (None, Kind::Command) => text.push_str(" (command)"),
        (None, Kind::Event) if is_by_hand(message) => text.push_str(" (by hand)"),
        (None, Kind::Event) if message.internal => text.push_str(" (internal)"),
        _ => {}
    }
    text.push_str(&format!("  {}", place(message)));
    if message.due.is_none() {
        text.push_str(&format!("  {}", message.time));
    }
    if let Some(data) = &message.data {
        text.push_str(&format!("  {}", brief(data.text())));
    }
    text
}

fn place(message: &Message) -> String {
    let position = message.position.map_or("-".to_string(), |position| position.to_string());
    format!("{} {position}", message.source)
}

/// What stands in a `ProcessRecorded`, as far as a story needs it.
#[derive(Debug, Serialize)]
struct Decision {
    process: String,
    version: u32,
    outcome: String,
    state: Option<String>,
    end: Option<String>,
    reason: Option<String>,
    /// A person settled it: `resume`, `skip`, `end`.
    #[serde(skip_serializing_if = "Option::is_none")]
    hand: Option<String>,
    #[serde(skip)]
    set: Option<String>,
    #[serde(skip)]
    at: String,
}

impl Decision {
    fn of(message: &Message) -> Option<Decision> {
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

    fn text(&self) -> String {
        let hand = self.hand.as_deref().filter(|_| self.outcome != "ignored");
        let did = match hand {
            Some("resume") => "taken up again, by hand",
            Some("skip") => "taken up again without the message, by hand",
            Some("end") => "ended",
            _ => &self.outcome,
        };
        let mut text = format!("{}@{} {did}", self.process, self.version);
        if let Some(state) = &self.state {
            text.push_str(&format!(" → {state}"));
        }
        if let Some(end) = &self.end {
            text.push_str(&format!(" ({end})"));
        }
        if let Some(reason) = &self.reason {
            text.push_str(&format!(": {reason}"));
        }
        text.push_str(&format!("  {}", self.at));
        if let Some(set) = &self.set {
            text.push_str(&format!("  set {}", brief(set)));
        }
        text
    }
}

#[derive(Serialize)]
struct Row {
    id: String,
    module: String,
    position: Option<u64>,
    #[serde(rename = "type")]
    type_: String,
    kind: &'static str,
    time: String,
    cause: Option<String>,
    depth: usize,
    decision: Option<Decision>,
}

impl Row {
    fn of(step: &Step) -> Row {
        let message = step.message;
        Row {
            id: message.id.to_string(),
            module: message.source.to_string(),
            position: message.position.map(|position| position.number()),
            type_: message.type_.to_string(),
            kind: if message.due.is_some() { "alarm" } else { message.kind.name() },
            time: message.time.to_string(),
            cause: message.causation.as_ref().map(|cause| cause.to_string()),
            depth: step.lasts.len(),
            decision: Decision::of(message),
        }
    }
}
