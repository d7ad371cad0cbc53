//! A definition's tree written as a file: YAML as a person would lay it out, or JSON.
//!
//! What fits on a line stands on one. Comments are gone, since a tree has none; what a state comes from
//! is said above it. What is written here is read again as the same definition.

use crate::event::json;
use crate::process::Step;
use crate::process::page::yes_or_no;
use crate::process::tree::{Meaning, Member, Node, Scalar, Style, Value};
use std::collections::BTreeMap;

/// Where a line is broken.
const ROOM: usize = 110;

/// The file of a process whose states come from steps.
pub fn yaml(root: &Node, steps: &[Step]) -> String {
    let mut out = String::new();
    for member in root.map().unwrap_or_default() {
        if member.key != "states" {
            write_member(&mut out, member, 0);
            continue;
        }
        out.push_str("states:\n");
        let remarks = remarks(steps);
        for state in member.value.map().unwrap_or_default() {
            if let Some(remark) = remarks.get(state.key.as_str()) {
                out.push_str(&format!("  # {remark}\n"));
            }
            write_member(&mut out, state, 2);
        }
    }
    out
}

/// The same as JSON, which is YAML too.
pub fn json(root: &Node) -> String {
    let mut out = String::new();
    write_json(&mut out, root);
    out.push('\n');
    out
}

/// Of the first state of each step, what the step was.
fn remarks(steps: &[Step]) -> BTreeMap<&str, String> {
    let mut remarks = BTreeMap::new();
    let of = steps.len();
    for (number, step) in (1..).zip(steps) {
        if let (Some(state), Some(ask)) = (step.there.first(), &step.ask) {
            let pivot = if step.pivot { ", the pivot" } else { "" };
            remarks.insert(&**state, format!("step {number} of {of}: {ask}{pivot}"));
        }
        if let (Some(state), Some(undo)) = (step.back.first(), &step.undo) {
            remarks.insert(&**state, format!("step {number} undone: {undo}"));
        }
    }
    remarks
}

fn write_member(out: &mut String, member: &Member, indent: usize) {
    let key = key(&member.key);
    let line = format!("{:indent$}{key}: {}", "", flow(&member.value));
    if line.chars().count() <= ROOM || !is_block(&member.value) {
        out.push_str(line.trim_end());
        out.push('\n');
        return;
    }
    out.push_str(&format!("{:indent$}{key}:\n", ""));
    write_block(out, &member.value, indent + 2);
}

fn write_block(out: &mut String, node: &Node, indent: usize) {
    match &node.value {
        Value::Map(members) => members.iter().for_each(|member| write_member(out, member, indent)),
        Value::List(items) => {
            for item in items {
                let line = format!("{:indent$}- {}", "", flow(item));
                if line.chars().count() <= ROOM || !is_block(item) {
                    out.push_str(&line);
                    out.push('\n');
                    continue;
                }
                let mut inside = String::new();
                write_block(&mut inside, item, indent + 2);
                // The dash stands where the first line is indented.
                out.push_str(&format!("{:indent$}- {}", "", &inside[indent + 2..]));
            }
        }
        Value::Scalar(_) | Value::Broken => unreachable!("it fits in no block"),
    }
}

/// Whether it can be laid out over several lines.
fn is_block(node: &Node) -> bool {
    match &node.value {
        Value::Map(members) => !members.is_empty(),
        Value::List(items) => !items.is_empty(),
        Value::Scalar(_) | Value::Broken => false,
    }
}

/// All on one line.
pub(super) fn flow(node: &Node) -> String {
    match &node.value {
        Value::Broken => "null".to_string(),
        Value::Scalar(scalar) => word(scalar),
        Value::List(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Map(members) => {
            let members =
                members.iter().map(|member| format!("{}: {}", key(&member.key), flow(&member.value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A key is a text, whatever it looks like.
fn key(text: &str) -> String {
    if text == "..." || stands_alone(text) { text.to_string() } else { json::quote(text) }
}

/// As it is where that means the same, else in quotes.
fn word(scalar: &Scalar) -> String {
    let text = &scalar.text;
    let plain = Scalar { text: text.clone(), style: Style::Plain };
    if scalar.meaning() == Meaning::Null {
        return "null".to_string();
    }
    let same = plain.meaning() == scalar.meaning();
    let harmless = scalar.meaning() != Meaning::Text || stands_alone(text);
    let clear = scalar.style == Style::Plain || yes_or_no(&plain).is_none();
    if same && harmless && clear { text.clone() } else { json::quote(text) }
}

/// Whether YAML takes a bare text for nothing else, wherever it stands.
fn stands_alone(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '=')
        && text.chars().all(|c| c.is_alphanumeric() || " _.-=+*/<>()'&|%@$!".contains(c))
        && !text.ends_with(' ')
}

fn write_json(out: &mut String, node: &Node) {
    match &node.value {
        Value::Broken => out.push_str("null"),
        Value::Scalar(scalar) => out.push_str(&match scalar.meaning() {
            Meaning::Null => "null".to_string(),
            Meaning::Bool(_) | Meaning::Number => scalar.text.clone(),
            Meaning::Text | Meaning::Odd(_) => json::quote(&scalar.text),
        }),
        Value::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                write_json(out, item);
            }
            out.push(']');
        }
        Value::Map(members) => {
            out.push('{');
            for (index, member) in members.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                out.push_str(&json::quote(&member.key));
                out.push(':');
                write_json(out, &member.value);
            }
            out.push('}');
        }
    }
}
