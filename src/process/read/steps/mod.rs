//! Steps: the orchestrated saga in short form, turned into states before anything else is read.
//!
//! `step.rs` reads what stands under `steps` and says what is wrong with it; `chain.rs` makes states of
//! it, by the names of `names.rs`, out of nodes such as a person writes, each with its place in the step that it comes from. What
//! comes out is read like any other file: there is one reader, and the kernel knows nothing of steps.

mod chain;
mod names;
mod node;
mod step;

use super::Reader;
use crate::process::definition::{self, State};
use crate::process::keys::Place;
use crate::process::page::Page;
use crate::process::tree::{Member, Node, Value};
use crate::span::{Mistake, Span};
use chain::{Ends, Short};

/// Keys that say something about steps, and nothing without them.
const BESIDE: [&str; 2] = ["ends", "undo-when"];

/// What other keys give a process its states.
const INSTEAD: [&str; 4] = ["initial", "states", "regions", "joins"];

/// A file in which states stand in the place of steps, and what the steps were. None where there are
/// no steps, or nothing that could be read as one, which is said.
pub(super) fn in_full(page: &mut Page, root: &Node) -> Option<(Node, Vec<definition::Step>)> {
    let members = root.map()?;
    let find = |key: &str| members.iter().find(|member| member.key == key);
    let Some(steps) = find("steps") else {
        for member in BESIDE.into_iter().filter_map(find) {
            let message = format!("`{}` says nothing without `steps`", member.key);
            let hint =
                "it is about the states that steps are turned into; these states have names of their own";
            page.complain(member.key_span, message, "", hint).is(Mistake::MissingKey);
        }
        return None;
    };
    for member in INSTEAD.into_iter().filter_map(find) {
        let message = format!("a process has `steps` or `{}`, not both", member.key);
        let label = format!("`steps` stand on line {}", page.line(steps.key_span));
        let hint = "steps become the states: `anyorder expand` prints them, to be changed by hand";
        page.complain(member.key_span, message, label, hint).is(Mistake::NotBoth);
    }
    let ends = find("ends").map(|member| ends(page, &member.value)).unwrap_or_default();
    let undo_when =
        find("undo-when").and_then(|member| page.choice(Place::Process, "undo-when", &member.value));
    let read = step::steps(page, &steps.value);
    if read.is_empty() {
        return None;
    }
    let attempted = undo_when == Some("attempted");
    let full = chain::states(Short { root, steps: &read, ends, attempted, at: steps.key_span });
    Some((with_states(root, steps, full.members, full.counter), full.steps))
}

/// The names of the ends: what is not named keeps its own.
fn ends<'n>(page: &mut Page, node: &'n Node) -> Ends<'n> {
    let mut ends = Ends::default();
    let hint = "as in `ends: {done: approved, undone: rejected, manual: stuck}`";
    let what = "`ends` is a mapping from ends to names of states";
    let mut named: Vec<(&str, Span)> = Vec::new();
    for member in page.members(node, Place::Ends, what, hint).unwrap_or_default() {
        let Some(word) = page.word(&member.value, "the name of a state is expected here", hint) else {
            continue;
        };
        if let Some((_, first)) = named.iter().find(|(name, _)| *name == word.text) {
            page.twice(&word.text, member.value.span, *first);
            continue;
        }
        named.push((&word.text, member.value.span));
        ends.name(&member.key, &word.text, member.value.span);
    }
    ends
}

/// The states in the place of the steps, and the counter of tries among the data.
fn with_states(root: &Node, steps: &Member, states: Vec<Member>, counter: Option<Member>) -> Node {
    let mut states = Some(states);
    let mut counter = counter;
    let mut members: Vec<Member> = Vec::new();
    for member in root.map().unwrap_or_default() {
        match member.key.as_str() {
            "steps" => {
                // A file without data gets some, before its states.
                if let Some(counter) = counter.take().filter(|_| root.get("data").is_none()) {
                    let data = node::map(steps.key_span, vec![counter]);
                    members.push(node::member("data", steps.key_span, data));
                }
                members.extend(states.take().unwrap_or_default());
            }
            key if BESIDE.contains(&key) || INSTEAD.contains(&key) => {}
            _ => members.push(member.clone()),
        }
    }
    if let Some(counter) = counter
        && let Some(data) = members.iter_mut().find(|member| member.key == "data")
    {
        node::add(&mut data.value, counter);
    }
    Node { span: root.span, value: Value::Map(members) }
}

impl Reader<'_> {
    /// What a step sends is sent again when it is tried again, and an undo whatever made it necessary: which
    /// message is at hand then, nobody can say.
    pub(super) fn steps_know_no_event(&mut self, states: &[State]) {
        if self.steps.is_empty() {
            return;
        }
        let mut expressions = Vec::new();
        states.iter().flat_map(|state| &state.enter).for_each(|one| one.expressions(&mut expressions));
        let expressions = expressions.into_iter();
        let spans: Vec<Span> = expressions
            .filter(|expr| expr.reads().event || expr.reads().times)
            .map(|expr| expr.span())
            .collect();
        for span in spans {
            let hint = "keep what is needed: `set` where the process starts, or `set` on an earlier step, which sees its `done`; then write `=data.…`";
            self.complain(
                span,
                "a step does not know `event`",
                "it may be sent again, after another message",
                hint,
            )
            .is(Mistake::EventInStep);
        }
    }
}
