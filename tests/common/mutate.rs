//! A definition that is changed in one place, as somebody might who is tired: every place, with each operator.
//!
//! Works on the tree of the file, not on what the reader makes of it, so that each mutant is a file somebody
//! could have written, and the reader may refuse it.

#![allow(dead_code)] // each test file uses its part

use anyorder::event::json;
use anyorder::process::tree::{self, Meaning, Member, Node, Scalar, Style, Value};
use anyorder::span::{Source, Span};
use std::sync::Arc;

pub struct Mutant {
    /// As a person finds it: `12: drop the alarm PaymentTimedOut`. The line is that of the file as it was.
    pub name: String,
    /// The whole file, as JSON, which is YAML too.
    pub text: String,
}

/// All mutants of a file, in the order of their places, operator by operator.
pub fn mutants(source: &Arc<Source>) -> Vec<Mutant> {
    let root = tree::parse(source).root.expect("a story's file is sound");
    let states: Vec<String> = members(root.get("states")).iter().map(|state| state.key.clone()).collect();
    let mut making = Making { source, states, path: Vec::new(), found: Vec::new() };
    making.file(&root);
    let mut made: Vec<(Span, Mutant)> = Vec::new();
    for Change { at, name, path, edit } in making.found {
        let mut changed = root.clone();
        edit.apply(follow(&mut changed, &path));
        let name = format!("{}: {name}", source.line(at.start));
        made.push((at, Mutant { name, text: print(&changed) + "\n" }));
    }
    made.sort_by_key(|(at, _)| at.start);
    made.into_iter().map(|(_, mutant)| mutant).collect()
}

/// One step down the tree: the member of a mapping, or the item of a list, by number.
type Path = Vec<usize>;

struct Change {
    at: Span,
    name: String,
    path: Path,
    edit: Edit,
}

/// What is done to the node at the path.
enum Edit {
    /// Takes the member, or the item, of that number out; of a single value, all of it.
    Drop(usize),
    Put(&'static str, String),
    Text(String),
    Swap(usize),
}

impl Edit {
    fn apply(self, node: &mut Node) {
        match (self, &mut node.value) {
            (Edit::Drop(nth), Value::Map(members)) => _ = members.remove(nth),
            (Edit::Drop(nth), Value::List(items)) => _ = items.remove(nth),
            (Edit::Drop(_), value) => *value = Value::List(Vec::new()),
            (Edit::Put(key, text), Value::Map(members)) => {
                match members.iter_mut().find(|member| member.key == key) {
                    Some(member) => member.value.value = plain(&text),
                    None => {
                        let value = Node { span: node.span, value: plain(&text) };
                        members.push(Member { key: key.to_string(), key_span: node.span, value });
                    }
                }
            }
            (Edit::Text(text), value) => *value = Value::Scalar(Scalar { text, style: Style::Quoted }),
            (Edit::Swap(nth), Value::List(items)) => items.swap(nth, nth + 1),
            _ => panic!("an edit that does not fit"),
        }
    }
}

fn plain(text: &str) -> Value {
    Value::Scalar(Scalar { text: text.to_string(), style: Style::Plain })
}

fn members(node: Option<&Node>) -> &[Member] {
    node.and_then(Node::map).unwrap_or_default()
}

fn follow<'n>(node: &'n mut Node, path: &[usize]) -> &'n mut Node {
    path.iter().fold(node, |node, nth| match &mut node.value {
        Value::Map(members) => &mut members[*nth].value,
        Value::List(items) => &mut items[*nth],
        _ => panic!("a path into a scalar"),
    })
}

/// On the way through the tree, from the top.
struct Making<'a> {
    source: &'a Arc<Source>,
    states: Vec<String>,
    path: Path,
    found: Vec<Change>,
}

const POLICIES: [(&str, [&str; 3]); 3] = [
    ("before-start", ["defer", "park", "ignore"]),
    ("unexpected", ["park", "ignore", "defer"]),
    ("after-end", ["remember", "forget", ""]),
];

impl Making<'_> {
    fn change(&mut self, at: Span, name: impl Into<String>, edit: Edit) {
        self.found.push(Change { at, name: name.into(), path: self.path.clone(), edit });
    }

    fn within(&mut self, nth: usize, f: impl FnOnce(&mut Self)) {
        self.path.push(nth);
        f(self);
        self.path.pop();
    }

    fn file(&mut self, root: &Node) {
        for (key, words) in POLICIES {
            let now =
                root.get(key).and_then(Node::scalar).map_or(words[0], |scalar| &scalar.text).to_string();
            for word in words.into_iter().filter(|word| !word.is_empty() && **word != now) {
                self.change(root.span, format!("{key}: {word}"), Edit::Put(key, word.to_string()));
            }
        }
        for (nth, member) in members(Some(root)).iter().enumerate() {
            self.within(nth, |making| match member.key.as_str() {
                "starts-when" => making.guard_text(&member.value),
                "starts-on" => making.each(&member.value, |making, item| making.rules(item)),
                "any" => making.each(&member.value, |making, block| making.answers(block)),
                "states" => {
                    for (nth, state) in members(Some(&member.value)).iter().enumerate() {
                        making.within(nth, |making| making.answers(&state.value));
                    }
                }
                _ => {}
            });
            if member.key == "starts-when" {
                self.change(member.key_span, "drop `starts-when`", Edit::Drop(nth));
            }
        }
    }

    /// A value, or each item of a list.
    fn each(&mut self, node: &Node, f: impl Fn(&mut Self, &Node)) {
        match node.list() {
            None => f(self, node),
            Some(items) => {
                items.iter().enumerate().for_each(|(nth, item)| self.within(nth, |making| f(making, item)))
            }
        }
    }

    /// A state, or a block under `any`.
    fn answers(&mut self, node: &Node) {
        for (nth, member) in members(Some(node)).iter().enumerate() {
            self.within(nth, |making| match member.key.as_str() {
                "on" => making.rules(&member.value),
                "enter" | "whenever" => making.rule(&member.value),
                "ignore" => making.names(&member.value, "ignore"),
                "defer" => making.names(&member.value, "defer"),
                _ => {}
            });
        }
    }

    /// Takes each of some names out of a list, or the only one.
    fn names(&mut self, node: &Node, what: &str) {
        for (nth, item) in node.one_or_more().iter().enumerate() {
            self.change(item.span, format!("drop the {what} {}", named(item)), Edit::Drop(nth));
        }
    }

    /// From messages to reactions.
    fn rules(&mut self, node: &Node) {
        for (nth, member) in members(Some(node)).iter().enumerate() {
            self.within(nth, |making| making.rule(&member.value));
        }
    }

    fn rule(&mut self, node: &Node) {
        if let Some(items) = node.list() {
            for (nth, item) in items.iter().enumerate().take(items.len().saturating_sub(1)) {
                self.change(item.span, "swap with the next alternative", Edit::Swap(nth));
            }
        }
        self.each(node, |making, reaction| making.reaction(reaction));
    }

    fn reaction(&mut self, node: &Node) {
        for (nth, member) in members(Some(node)).iter().enumerate() {
            let at = member.value.span;
            match member.key.as_str() {
                "when" => {
                    self.within(nth, |making| making.guard_text(&member.value));
                    self.change(at, "drop the guard", Edit::Drop(nth));
                }
                "to" => {
                    let now = named(&member.value);
                    let here = self.states.iter().position(|state| *state == now).expect("a state");
                    let to = self.states[(here + 1) % self.states.len()].clone();
                    self.within(nth, |making| {
                        making.change(at, format!("to: {to} instead of {now}"), Edit::Text(to))
                    });
                }
                key @ ("send" | "publish" | "cancel" | "alarm") => {
                    let many = member.value.list().map_or(members(Some(&member.value)).len(), <[Node]>::len);
                    // `{CheckOut: …, each: …}` is one message.
                    let one = many <= 1 || member.value.get("each").is_some();
                    if one {
                        self.change(at, format!("drop the {key} {}", named(&member.value)), Edit::Drop(nth));
                    } else {
                        self.within(nth, |making| making.parts(&member.value, key));
                    }
                }
                _ => {}
            }
        }
    }

    /// Each of several messages or alarms.
    fn parts(&mut self, node: &Node, key: &str) {
        let items: Vec<(Span, String)> = match node.list() {
            Some(items) => items.iter().map(|item| (item.span, named(item))).collect(),
            None => members(Some(node)).iter().map(|member| (member.key_span, member.key.clone())).collect(),
        };
        for (nth, (at, name)) in items.into_iter().enumerate() {
            self.change(at, format!("drop the {key} {name}"), Edit::Drop(nth));
        }
    }

    fn guard_text(&mut self, node: &Node) {
        let guard = named(node);
        self.change(node.span, format!("negate {guard}"), Edit::Text(format!("!({guard})")));
    }
}

/// A name, or the first key of what stands there.
fn named(node: &Node) -> String {
    match &node.value {
        Value::Scalar(scalar) => scalar.text.clone(),
        Value::Map(members) => members.first().map_or(String::new(), |member| member.key.clone()),
        Value::List(items) => items.first().map_or(String::new(), named),
        Value::Broken => String::new(),
    }
}

/// JSON, which the reader takes as what it was.
fn print(node: &Node) -> String {
    match &node.value {
        Value::Scalar(scalar) => match scalar.meaning() {
            Meaning::Null => "null".to_string(),
            Meaning::Bool(_) | Meaning::Number => scalar.text.clone(),
            Meaning::Text | Meaning::Odd(_) => json::quote(&scalar.text),
        },
        Value::List(items) => format!("[{}]", items.iter().map(print).collect::<Vec<_>>().join(", ")),
        Value::Map(members) => {
            let member = |member: &Member| format!("{}: {}", json::quote(&member.key), print(&member.value));
            // A line each at the top, so that errors have a place that says something.
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(", "))
        }
        Value::Broken => panic!("a story's file is sound"),
    }
}
