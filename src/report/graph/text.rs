//! Flow and process as text, for terminals and for `diff`. A conversation as text is what
//! [`trace`](crate::report::trace) tells.

use super::chains;
use super::flow::{Flows, delay};
use super::process::{ENTRY, WHENEVER, any_of, named};
use super::reaction::{deeds, told};
use crate::event::Name;
use crate::process::{Answers, Definition};
use crate::report::words::{columns, grouped};
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;
use std::collections::BTreeSet;

/// Types under the types that caused them, each with its effects once.
pub fn flow(flows: &Flows) -> String {
    let graph = &flows.graph;
    let mut rows = vec![["TYPE", "MODULE", "CAUSED", "AFTER", "ALL"].map(str::to_string).to_vec()];
    let mut told = BTreeSet::new();
    let mut starts: Vec<NodeIndex> = graph.node_indices().filter(|node| graph[*node].outside > 0).collect();
    starts.extend(graph.node_indices().filter(|node| graph[*node].outside == 0 && graph[*node].dangling > 0));
    // What only circles lead to.
    starts.extend(graph.node_indices());
    for start in starts {
        let mut stack = vec![(start, None, Vec::<bool>::new())];
        while let Some((node, edge, lasts)) = stack.pop() {
            let again = told.contains(&node);
            if again && lasts.is_empty() {
                continue;
            }
            let sort = &graph[node];
            let mut name = branches(&lasts);
            name.push_str(&super::visible(&sort.type_));
            match sort.look {
                super::Look::Command => name.push_str(" (command)"),
                super::Look::Alarm => name.push_str(" (alarm)"),
                _ => {}
            }
            let effects: Vec<_> = graph.edges(node).collect();
            if again {
                name.push_str(if effects.is_empty() { "" } else { " …" });
            }
            let caused: Option<&super::flow::Caused> = edge.map(|edge| &graph[edge]);
            let mut row = vec![name, super::visible(&sort.module)];
            row.push(caused.map_or(String::new(), |caused| grouped(caused.count)));
            row.push(caused.map_or(String::new(), |caused| delay(caused.median)));
            let mut all = grouped(sort.count);
            if sort.outside > 0 {
                all.push_str(&format!(", {} from outside", grouped(sort.outside)));
            }
            if sort.dangling > 0 {
                all.push_str(&format!(", {} of unknown cause", grouped(sort.dangling)));
            }
            if sort.look == super::Look::Alarm {
                all.push_str(&format!(", {} rang", grouped(sort.rang)));
            }
            row.push(if again { String::new() } else { all });
            rows.push(row);
            if !told.insert(node) {
                continue;
            }
            let mut effects: Vec<_> = effects.into_iter().map(|edge| (edge.target(), edge.id())).collect();
            effects.sort();
            let count = effects.len();
            for (index, (effect, edge)) in effects.into_iter().enumerate().rev() {
                let mut below = lasts.clone();
                below.push(index + 1 == count);
                stack.push((effect, Some(edge), below));
            }
        }
    }
    format!("{}\n{}", flows.summary(), columns(&rows))
}

/// The lines of a tree, left of what hangs there.
fn branches(lasts: &[bool]) -> String {
    let mut text = String::new();
    for (depth, last) in lasts.iter().enumerate() {
        text.push_str(match (depth + 1 == lasts.len(), last) {
            (true, true) => "└─ ",
            (true, false) => "├─ ",
            (false, true) => "   ",
            (false, false) => "│  ",
        });
    }
    text
}

/// State by state: what each answers, and where that leads.
pub fn process(definition: &Definition) -> String {
    let mut text = definition.full_name();
    if let Some(summary) = &definition.summary {
        text.push_str(&format!(": {}", super::visible(summary)));
    }
    text.push('\n');
    let guard = definition.starts_when.as_ref().map(|when| when.to_string());
    let starts: Vec<String> =
        definition.starts_on.iter().map(|starter| super::visible(&starter.type_)).collect();
    match starts.is_empty() {
        true => text.push_str("a part: other processes use it"),
        false => text.push_str(&format!("starts on {}", starts.join(", "))),
    }
    if let Some(guard) = &guard {
        text.push_str(&format!(" [{}]", super::visible(guard)));
    }
    text.push_str(&format!(" in {}\n", super::visible(&definition.written(&definition.initials()))));
    for starter in &definition.starts_on {
        for reaction in starter.reaction.iter().flatten() {
            text.push_str(&reaction_text(definition, &starter.type_, reaction, false));
        }
    }
    let parts = chains::parts(definition);
    for state in &definition.states {
        text.push_str(&format!(
            "
{}",
            super::visible(&named(definition, state))
        ));
        if let Some(part) = parts.get(&*state.name) {
            text.push_str(&format!("  ({})", part.told()));
        }
        if let Some(end) = state.end {
            text.push_str(&format!("  (end: {})", end.name()));
        }
        text.push('\n');
        for reaction in &state.enter {
            text.push_str(&reaction_text(definition, ENTRY, reaction, false));
        }
        text.push_str(&answers_text(definition, &state.own));
        for reaction in &state.whenever {
            text.push_str(&reaction_text(definition, WHENEVER, reaction, false));
        }
    }
    for shared in &definition.any {
        text.push_str(&format!("\n{}\n", super::visible(&any_of(definition, shared))));
        text.push_str(&answers_text(definition, &shared.answers));
    }
    for join in &definition.joins {
        text.push_str(&format!("\njoin  [{}]", super::visible(&join.when.to_string())));
        if let Some((end, name)) = &join.end {
            text.push_str(&format!(" → {} (end: {})", super::visible(name), end.name()));
        }
        text.push('\n');
        for deed in deeds(&join.reaction) {
            text.push_str(&format!("  / {}\n", super::visible(&deed)));
        }
    }
    text
}

fn answers_text(definition: &Definition, answers: &Answers) -> String {
    let mut text = String::new();
    for (type_, rule) in &answers.on {
        for reaction in rule {
            text.push_str(&reaction_text(definition, type_, reaction, definition.alarms.contains(type_)));
        }
    }
    for (word, names) in [("ignores", &answers.ignore), ("defers", &answers.defer)] {
        if !names.is_empty() {
            text.push_str(&format!("  {word} {}\n", list(names)));
        }
    }
    text
}

fn reaction_text(
    definition: &Definition,
    type_: &str,
    reaction: &crate::process::Reaction,
    alarm: bool,
) -> String {
    let guard = reaction.when.as_ref().map(|when| when.to_string());
    let mut line = format!("  {}", super::visible(&told(type_, alarm, guard.as_deref(), &deeds(reaction))));
    if let Some(to) = reaction.to {
        line.push_str(&format!(" → {}", super::visible(&definition.state(to).name)));
    }
    line + "\n"
}

fn list(names: &BTreeSet<Name>) -> String {
    let names: Vec<String> = names.iter().map(|name| super::visible(name)).collect();
    names.join(", ")
}
