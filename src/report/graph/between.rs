//! What is different between two state charts, as one: what only the first has is red and begins with `-`, what
//! only the second has is green and begins with `+`, all else is grey.
//!
//! Two boxes are the same if they have the same name, two arrows if they lead from the same to the same; their
//! texts are compared line by line. Knows pictures, nothing of processes.

use super::{Edge, Line, Node, Picture, Tone, facts};
use crate::report::diff::{Side, aligned, keys};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What the one has there, and the other.
type Sides<'a, T> = (Option<&'a T>, Option<&'a T>);

/// Both in one.
pub fn picture(one: &Picture, other: &Picture) -> Picture {
    let mut picture = Picture {
        kind: "diff",
        title: format!("{} → {}", one.title, other.title),
        clusters: keys(&one.clusters, &other.clusters),
        ..Picture::default()
    };
    let legend = format!("red, -: only {}; green, +: only {}; grey: both", one.title, other.title);
    let said = aligned(&one.lines, &other.lines);
    picture.lines.extend(said.into_iter().map(|(side, line)| format!("{}{line}", mark(side))));
    picture.lines.push(legend);
    let (left, right) = (ids(one), ids(other));
    let all = keys(&left, &right);
    for id in &all {
        let find = |picture: &'_ Picture| picture.nodes.iter().position(|node| node.id == *id);
        let (before, after) = (find(one), find(other));
        let node = node(before.map(|at| &one.nodes[at]), after.map(|at| &other.nodes[at]));
        let within = |picture: &Picture, node: usize| {
            picture.nodes[node].cluster.map(|cluster| picture.clusters[cluster].clone())
        };
        let cluster = after.map_or_else(|| before.and_then(|at| within(one, at)), |at| within(other, at));
        let cluster = cluster.and_then(|name| picture.clusters.iter().position(|known| *known == name));
        picture.nodes.push(Node { cluster, ..node });
    }
    let number = |id: &str| all.iter().position(|known| known == id).expect("all nodes of both are there");
    let mut edges: BTreeMap<(usize, usize), Sides<Edge>> = BTreeMap::new();
    for edge in &one.edges {
        edges.entry((number(&left[edge.from]), number(&left[edge.to]))).or_default().0 = Some(edge);
    }
    for edge in &other.edges {
        edges.entry((number(&right[edge.from]), number(&right[edge.to]))).or_default().1 = Some(edge);
    }
    picture.edges.extend(edges.into_iter().map(|((from, to), (before, after))| {
        let shown = after.or(before).expect("one of them has it");
        let (change, facts) = changed(before.map(|edge| &edge.facts), after.map(|edge| &edge.facts));
        let lines_of = |edge: Option<&Edge>| edge.map(|edge| edge.lines.clone()).unwrap_or_default();
        let both = before.zip(after);
        Edge {
            from,
            to,
            lines: lines(&lines_of(before), &lines_of(after)),
            tone: tone(change),
            dashed: both.map_or(shown.dashed, |(before, after)| before.dashed && after.dashed),
            width: shown.width,
            tooltip: told(before.map(|edge| &*edge.tooltip), after.map(|edge| &*edge.tooltip)),
            facts,
        }
    }));
    picture
}

/// Whether anything in it is not the same in both.
pub fn shows(picture: &Picture) -> bool {
    let facts =
        picture.nodes.iter().map(|node| &node.facts).chain(picture.edges.iter().map(|edge| &edge.facts));
    facts.into_iter().any(|facts| facts.get("change").is_some_and(|change| change != "same"))
        || picture.lines.iter().any(|line| line.starts_with("- ") || line.starts_with("+ "))
}

fn ids(picture: &Picture) -> Vec<String> {
    picture.nodes.iter().map(|node| node.id.clone()).collect()
}

fn node(before: Option<&Node>, after: Option<&Node>) -> Node {
    let shown = after.or(before).expect("one of them has it");
    let (change, facts) = changed(before.map(|node| &node.facts), after.map(|node| &node.facts));
    let renamed = before.zip(after).is_some_and(|(before, after)| before.title != after.title);
    // The colours of an end are taken for something else, so its word stands in the box.
    let lines_of = |node: Option<&Node>| -> Vec<Line> {
        let Some(node) = node else { return Vec::new() };
        let name = renamed.then(|| Line::quiet(node.title.clone()));
        let end = node.look.is_end().then(|| Line::quiet(format!("end: {}", node.look.name())));
        name.into_iter().chain(end).chain(node.lines.clone()).collect()
    };
    Node {
        tone: Some(tone(change)),
        lines: lines(&lines_of(before), &lines_of(after)),
        tooltip: told(before.map(|node| &*node.tooltip), after.map(|node| &*node.tooltip)),
        facts,
        ..shown.clone()
    }
}

/// What stands in a box or on an arrow, line by line.
fn lines(before: &[Line], after: &[Line]) -> Vec<Line> {
    let texts = |lines: &[Line]| -> Vec<String> { lines.iter().map(|line| line.text.clone()).collect() };
    let line = |(side, text): (Side, &String)| {
        let tone = match side {
            Side::One => Tone::Removed,
            Side::Other => Tone::Added,
            Side::Both => Tone::Quiet,
        };
        Line::new(format!("{}{text}", mark(side)), tone)
    };
    aligned(&texts(before), &texts(after)).into_iter().map(line).collect()
}

fn mark(side: Side) -> &'static str {
    match side {
        Side::One => "- ",
        Side::Other => "+ ",
        Side::Both => "",
    }
}

fn told(before: Option<&str>, after: Option<&str>) -> String {
    let lines = |text: Option<&str>| -> Vec<String> {
        text.map(|text| text.split('\n').map(str::to_string).collect()).unwrap_or_default()
    };
    let (before, after) = (lines(before), lines(after));
    let all: Vec<String> =
        aligned(&before, &after).into_iter().map(|(side, line)| format!("{}{line}", mark(side))).collect();
    all.join("\n")
}

/// In JSON: what became of it, and what it is; where it changed, what it was and is.
fn changed(
    before: Option<&Map<String, Value>>,
    after: Option<&Map<String, Value>>,
) -> (&'static str, Map<String, Value>) {
    let (change, rest) = match (before, after) {
        (Some(before), Some(after)) if before != after => {
            ("changed", facts([("before", before.clone().into()), ("after", after.clone().into())]))
        }
        (_, Some(after)) if before.is_some() => ("same", after.clone()),
        (_, Some(after)) => ("added", after.clone()),
        (before, None) => ("removed", before.cloned().unwrap_or_default()),
    };
    let mut all = facts([("change", change.into())]);
    all.extend(rest);
    (change, all)
}

fn tone(change: &str) -> Tone {
    match change {
        "removed" => Tone::Removed,
        "added" => Tone::Added,
        _ => Tone::Plain,
    }
}
