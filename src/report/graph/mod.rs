//! Pictures: who causes what by type ([`flow`]), one conversation ([`conversation`]), the state
//! chart of a process ([`process`]), what is different between two of them ([`between`]), and who says what to
//! whom in a workspace ([`services`]).
//!
//! Each makes one [`Picture`], plain data; the writers ([`dot`], [`mermaid`], [`svg`],
//! [`text`]) turn any picture into their language. A picture knows nothing of a writer's escapes, a
//! writer nothing of processes and logs. Files, and running Graphviz, are the caller's.

pub mod between;
mod chains;
pub mod conversation;
pub mod dot;
pub mod flow;
mod layout;
mod letters;
pub mod mermaid;
pub mod process;
mod reaction;
pub mod services;
mod spread;
pub mod svg;
pub mod text;

use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// What is drawn, before any language of drawing.
#[derive(Debug, Clone, Default)]
pub struct Picture {
    /// `flow`, `trace`, `process`, `diff` or `services`.
    pub kind: &'static str,
    pub title: String,
    /// Below the title, quietly.
    pub lines: Vec<String>,
    pub clusters: Vec<String>,
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
    /// What a person should know who sees the picture: loops, causes that are not there.
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, Default)]
pub struct Node {
    /// Tells it from all others in the picture.
    pub id: String,
    pub look: Look,
    pub title: String,
    pub lines: Vec<Line>,
    pub cluster: Option<usize>,
    /// In the place of its look's colours, where something else is told by them.
    pub tone: Option<Tone>,
    pub tooltip: String,
    /// What it is in JSON, beside its id.
    pub facts: Map<String, Value>,
}

#[derive(Debug, Clone, Default)]
pub struct Edge {
    pub from: usize,
    pub to: usize,
    pub lines: Vec<Line>,
    pub tone: Tone,
    pub dashed: bool,
    /// How thick, from 1.
    pub width: f64,
    pub tooltip: String,
    pub facts: Map<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub text: String,
    pub tone: Tone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Tone {
    #[default]
    Plain,
    Quiet,
    Alarm,
    /// Leads back to where it came from.
    Back,
    /// Was never used, or only in one of two ways.
    Never,
    Half,
    /// Only the one of two has it, or only the other.
    Removed,
    Added,
}

/// What a node is; it decides shape and colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Look {
    #[default]
    Event,
    Command,
    Alarm,
    State,
    Success,
    Failure,
    Manual,
    /// The dot from which a state chart begins.
    Start,
    /// Something that is named and is not there.
    Stub,
    /// Those who say and hear.
    Module,
    Service,
    Process,
}

/// Mid-tones, which read on white and on black; what is filled brings its own dark text.
pub struct Colours {
    pub stroke: &'static str,
    pub fill: &'static str,
}

pub const INK: &str = "#1f2328";
pub const QUIET_INK: &str = "#57606a";
/// For text that stands on whatever the page is: as far from white as from black.
pub const MIDDLE: &str = "#767676";

impl Look {
    pub fn colours(self) -> Colours {
        let (stroke, fill) = match self {
            Look::Event => ("#c2780c", "#ffefd2"),
            Look::Command => ("#3578c9", "#dcebff"),
            Look::Alarm => ("#c9427a", "#fde6ef"),
            Look::State => ("#768390", "#f0f3f6"),
            Look::Success => ("#2b9348", "#dcf5e1"),
            Look::Failure => ("#d9393e", "#ffe3e2"),
            Look::Manual => ("#a67c00", "#fff3bf"),
            Look::Start => ("#768390", "#768390"),
            Look::Stub => ("#868e96", "none"),
            Look::Module => ("#768390", "#f0f3f6"),
            Look::Service => ("#c2780c", "#ffefd2"),
            Look::Process => ("#3578c9", "#dcebff"),
        };
        Colours { stroke, fill }
    }

    pub fn name(self) -> &'static str {
        match self {
            Look::Event => "event",
            Look::Command => "command",
            Look::Alarm => "alarm",
            Look::State => "state",
            Look::Success => "success",
            Look::Failure => "failure",
            Look::Manual => "manual",
            Look::Start => "start",
            Look::Stub => "stub",
            Look::Module => "module",
            Look::Service => "service",
            Look::Process => "process",
        }
    }

    pub fn is_end(self) -> bool {
        matches!(self, Look::Success | Look::Failure | Look::Manual)
    }

    /// A word for the legend; what needs none has none.
    fn legend(self) -> Option<&'static str> {
        match self {
            Look::Event => Some("event"),
            Look::Command => Some("command"),
            Look::Alarm => Some("alarm"),
            Look::Success => Some("end: success"),
            Look::Failure => Some("end: failure"),
            Look::Manual => Some("end: manual"),
            Look::Stub => Some("not in this log"),
            Look::Module => Some("module"),
            Look::Service => Some("service"),
            Look::Process => Some("process"),
            Look::State | Look::Start => None,
        }
    }
}

impl Tone {
    /// For lines and for text on whatever the page is.
    pub fn colour(self) -> &'static str {
        match self {
            Tone::Plain | Tone::Quiet => MIDDLE,
            Tone::Alarm => "#c9427a",
            Tone::Back => "#d9560b",
            Tone::Never | Tone::Removed => "#d9393e",
            Tone::Half => "#b08400",
            Tone::Added => "#2b9348",
        }
    }

    /// For text inside a filled box.
    pub fn ink(self) -> &'static str {
        match self {
            Tone::Plain => INK,
            Tone::Quiet => QUIET_INK,
            Tone::Alarm => "#a02258",
            Tone::Back => "#a63c00",
            Tone::Never | Tone::Removed => "#b3151b",
            Tone::Half => "#7a5c00",
            Tone::Added => "#116329",
        }
    }
}

impl Node {
    pub fn colours(&self) -> Colours {
        match self.tone {
            None => self.look.colours(),
            Some(_) if self.look == Look::Start => self.look.colours(),
            Some(Tone::Removed) => Look::Failure.colours(),
            Some(Tone::Added) => Look::Success.colours(),
            Some(_) => Look::State.colours(),
        }
    }
}

impl Line {
    pub fn new(text: impl Into<String>, tone: Tone) -> Line {
        Line { text: text.into(), tone }
    }

    pub fn quiet(text: impl Into<String>) -> Line {
        Line::new(text, Tone::Quiet)
    }
}

impl Picture {
    /// Whether it goes from left to right: where arrows bear many names.
    pub(super) fn lies(&self) -> bool {
        matches!(self.kind, "flow" | "services")
    }

    /// Whether it is of states and what leads from one to another.
    pub(super) fn is_chart(&self) -> bool {
        matches!(self.kind, "process" | "diff")
    }

    /// Gives a number to ids that would look alike: the same message may stand in a log twice.
    fn tell_apart(&mut self) {
        let mut taken = BTreeSet::new();
        for node in &mut self.nodes {
            let (mut number, id) = (2, node.id.clone());
            while !taken.insert(visible(&node.id)) {
                node.id = format!("{id} #{number}");
                number += 1;
            }
        }
    }

    /// The kinds of node that are there, each with its word: the legend, where there is more than one.
    pub fn legend(&self) -> Vec<(Look, &'static str)> {
        let by_look = self.nodes.iter().filter(|node| node.tone.is_none());
        let looks: BTreeSet<Look> = by_look.map(|node| node.look).collect();
        let words: Vec<_> = looks.into_iter().filter_map(|look| Some((look, look.legend()?))).collect();
        if words.len() > 1 { words } else { Vec::new() }
    }

    /// Nodes and edges for other programs.
    pub fn json(&self) -> String {
        let mut nodes = Vec::new();
        for node in self.nodes.iter() {
            let mut facts = Map::new();
            facts.insert("id".into(), node.id.clone().into());
            facts.insert("kind".into(), node.look.name().into());
            facts.extend(node.facts.clone());
            nodes.push(Value::Object(facts));
        }
        let mut edges = Vec::new();
        for edge in self.edges.iter() {
            let mut facts = Map::new();
            facts.insert("from".into(), self.nodes[edge.from].id.clone().into());
            facts.insert("to".into(), self.nodes[edge.to].id.clone().into());
            facts.extend(edge.facts.clone());
            edges.push(Value::Object(facts));
        }
        let notes: Vec<Value> = self.notes.iter().map(|note| note.clone().into()).collect();
        let whole = serde_json::json!({
            "graph": self.kind, "title": self.title, "nodes": nodes, "edges": edges, "notes": notes,
        });
        serde_json::to_string_pretty(&whole).expect("plain data") + "\n"
    }
}

/// Facts for JSON, in the order given.
pub(super) fn facts<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    members.into_iter().map(|(key, value)| (key.to_string(), value)).collect()
}

/// Breaks a text at spaces into lines of about so many characters; a word that is longer stays whole.
pub(super) fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines
}

/// A text of at most so many characters, on one line.
pub(super) fn cut(text: &str, room: usize) -> String {
    match text.char_indices().nth(room) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_string(),
    }
}

/// What XML cannot hold, and what would break a line, as the picture that Unicode has for it.
pub(super) fn visible(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' => '␤',
            '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + c as u32).expect("a picture"),
            '\u{7f}' => '␡',
            '\u{80}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' | '\u{2028}' | '\u{2029}' => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// Text as XML has it, in an attribute too.
pub(super) fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
