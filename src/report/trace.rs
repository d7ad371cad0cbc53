//! The story of one conversation: who caused what, with the decisions between the messages.
//!
//! Causation is a graph, as the log tells it; a sound log is a forest. A cause that is not in the
//! conversation, or a circle of causes, is said and never hung on.

use super::causes::{Causes, Decision, Origin, disarmed, is_by_hand};
use super::words::brief;
use crate::event::{Kind, Message, Name};
use petgraph::graph::NodeIndex;
use serde::Serialize;
use std::collections::{BTreeSet, HashSet};

/// A conversation's messages, and what caused each.
pub struct Trace {
    messages: Vec<Message>,
    causes: Causes,
}

impl Trace {
    /// Takes the messages of one conversation in the order in which logs are merged.
    pub fn new(messages: Vec<Message>) -> Trace {
        let causes = Causes::of(&messages);
        Trace { messages, causes }
    }

    /// Every message once, a cause before its effects, with its depth and whether it is the last of
    /// its cause.
    fn walk(&self) -> Vec<Step<'_>> {
        let mut steps = Vec::new();
        let mut told = HashSet::new();
        let graph = &self.causes.graph;
        for (root, origin) in &self.causes.roots {
            let note = note_of(origin);
            let mut stack = vec![(*root, Vec::new())];
            while let Some((node, lasts)) = stack.pop() {
                if !told.insert(node) {
                    continue;
                }
                let mut effects: Vec<NodeIndex> =
                    graph.neighbors(node).filter(|effect| !told.contains(effect)).collect();
                effects.sort();
                let count = effects.len();
                for (index, effect) in effects.into_iter().enumerate().rev() {
                    let mut below: Vec<bool> = lasts.clone();
                    below.push(index + 1 == count);
                    stack.push((effect, below));
                }
                let note = note.clone().filter(|_| node == *root);
                steps.push(Step { message: &self.messages[graph[node]], lasts, note });
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
        let decided = self.messages.iter().filter_map(|message| Some((message, Decision::of(message)?)));
        let of_services = decided.filter(|(_, decision)| decision.version == 0);
        let services: BTreeSet<Name> = of_services.map(|(message, _)| message.source.clone()).collect();
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
                None => message_text(
                    step.message,
                    called_off.contains(&*step.message.id),
                    services.contains(&step.message.source),
                ),
            });
            if let Some(note) = &step.note {
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
    note: Option<String>,
}

/// What is to be said where a story begins in an odd place.
fn note_of(origin: &Origin) -> Option<String> {
    match origin {
        Origin::Outside => None,
        Origin::Elsewhere(id) => Some(format!("caused by {id}, which is not in this conversation")),
        Origin::Circle => Some("its causes go round in a circle".to_string()),
    }
}

fn message_text(message: &Message, called_off: bool, service: bool) -> String {
    let mut text = message.named();
    match (message.due, message.kind) {
        (Some(due), _) if service => text.push_str(&format!(" (answer, due {due})")),
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

#[derive(Serialize)]
struct Row {
    id: String,
    module: String,
    position: Option<u64>,
    #[serde(rename = "type")]
    type_: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
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
            key: message.key(),
            kind: if message.due.is_some() { "alarm" } else { message.kind.name() },
            time: message.time.to_string(),
            cause: message.causation.as_ref().map(|cause| cause.to_string()),
            depth: step.lasts.len(),
            decision: Decision::of(message),
        }
    }
}
