//! A picture in Mermaid's language: a state diagram for a process, a flowchart for the others.
//!
//! Mermaid has no quotes that hold everything: what is not plainly a letter is written as its number
//! (`#35;`), which it reads everywhere. It has no tooltips without scripts, so there are none here.

use super::{Edge, Line, Look, Node, Picture, Tone, visible};
use std::fmt::Write;

pub fn write(picture: &Picture) -> String {
    if picture.is_chart() { state_diagram(picture) } else { flowchart(picture) }
}

fn state_diagram(picture: &Picture) -> String {
    let mut out = String::from("stateDiagram-v2\n");
    for (cluster, name) in picture.clusters.iter().enumerate() {
        let _ = writeln!(out, "    state \"{}\" as c{cluster} {{", text(name));
        inside(picture, Some(cluster), "        ", &mut out);
        out.push_str("    }\n");
    }
    inside(picture, None, "    ", &mut out);
    for (index, node) in picture.nodes.iter().enumerate().filter(|(_, node)| node.look.is_end()) {
        if node.cluster.is_none() {
            let _ = writeln!(out, "    s{index} --> [*]");
        }
        if node.tone.is_none() {
            let _ = writeln!(out, "    class s{index} {}", node.look.name());
        }
    }
    for look in [Look::Success, Look::Failure, Look::Manual] {
        if picture.nodes.iter().any(|node| node.look == look && node.tone.is_none()) {
            out.push_str(&class(look.name(), look));
        }
    }
    for (tone, name, look) in
        [(Tone::Removed, "removed", Look::Failure), (Tone::Added, "added", Look::Success)]
    {
        let toned = |node: &Node| node.tone == Some(tone) && node.look != Look::Start;
        let such: Vec<usize> = (0..picture.nodes.len()).filter(|&nth| toned(&picture.nodes[nth])).collect();
        such.iter().for_each(|nth| out.push_str(&format!("    class s{nth} {name}\n")));
        if !such.is_empty() {
            out.push_str(&class(name, look));
        }
    }
    out
}

/// The boxes of a cluster, and the arrows between them; or those of none.
fn inside(picture: &Picture, cluster: Option<usize>, indent: &str, out: &mut String) {
    let boxes = || picture.nodes.iter().enumerate().filter(move |(_, node)| node.cluster == cluster);
    for (index, node) in boxes().filter(|(_, node)| node.look != Look::Start) {
        let _ = writeln!(out, "{indent}state \"{}\" as s{index}", box_text(node));
    }
    for edge in picture.edges.iter().filter(|edge| picture.nodes[edge.from].cluster == cluster) {
        let from = if picture.nodes[edge.from].look == Look::Start {
            "[*]".into()
        } else {
            format!("s{}", edge.from)
        };
        let _ = write!(out, "{indent}{from} --> s{}", edge.to);
        if !edge.lines.is_empty() {
            let _ = write!(out, " : {}", lines(&edge.lines));
        }
        out.push('\n');
    }
    if cluster.is_some() {
        for (index, _) in boxes().filter(|(_, node)| node.look.is_end()) {
            let _ = writeln!(out, "{indent}s{index} --> [*]");
        }
    }
}

fn flowchart(picture: &Picture) -> String {
    let mut out = format!("flowchart {}\n", if picture.lies() { "LR" } else { "TB" });
    for (cluster, name) in picture.clusters.iter().enumerate() {
        let _ = writeln!(out, "    subgraph c{cluster}[\"{}\"]", text(name));
        for (index, node) in picture.nodes.iter().enumerate().filter(|(_, n)| n.cluster == Some(cluster)) {
            let _ = writeln!(out, "        {}", flow_node(index, node));
        }
        out.push_str("    end\n");
    }
    for (index, node) in picture.nodes.iter().enumerate().filter(|(_, node)| node.cluster.is_none()) {
        let _ = writeln!(out, "    {}", flow_node(index, node));
    }
    for edge in &picture.edges {
        let _ = writeln!(out, "    {}", flow_edge(edge));
    }
    let looks =
        [Look::Event, Look::Command, Look::Alarm, Look::Stub, Look::Module, Look::Service, Look::Process];
    for look in looks {
        if picture.nodes.iter().any(|node| node.look == look) {
            out.push_str(&class(look.name(), look));
        }
    }
    out
}

fn flow_node(index: usize, node: &Node) -> String {
    let (open, close) = match node.look {
        Look::Command => ("[[", "]]"),
        Look::Alarm => ("{{", "}}"),
        Look::Event | Look::Service => ("(", ")"),
        Look::Process => ("([", "])"),
        _ => ("[", "]"),
    };
    format!("n{index}{open}\"{}\"{close}:::{}", box_text(node), node.look.name())
}

fn flow_edge(edge: &Edge) -> String {
    let arrow = if edge.dashed { "-.->" } else { "-->" };
    let label = if edge.lines.is_empty() { String::new() } else { format!("|\"{}\"|", lines(&edge.lines)) };
    format!("n{} {arrow}{label} n{}", edge.from, edge.to)
}

fn class(name: &str, look: Look) -> String {
    let colours = look.colours();
    let ink = if look == Look::Stub { super::MIDDLE } else { Tone::Plain.ink() };
    let dashed = if matches!(look, Look::Alarm | Look::Stub) { ",stroke-dasharray:5 3" } else { "" };
    format!("    classDef {name} fill:{},stroke:{},color:{ink}{dashed}\n", colours.fill, colours.stroke)
}

fn box_text(node: &Node) -> String {
    let mut out = text(&node.title);
    for line in &node.lines {
        let _ = write!(out, "<br/>{}", text(&line.text));
    }
    out
}

fn lines(lines: &[Line]) -> String {
    lines.iter().map(|line| text(&line.text)).collect::<Vec<_>>().join("<br/>")
}

/// Letters, digits and what means nothing to Mermaid stay; all else becomes its number.
fn text(text: &str) -> String {
    let text = visible(text);
    let mut out = String::new();
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        // Inside a word these two begin nothing.
        let inside = before.is_alphanumeric() && rest.peek().is_some_and(|next| next.is_alphanumeric());
        let plain =
            c.is_alphanumeric() || !c.is_ascii() || " ._,/=+".contains(c) || "-@".contains(c) && inside;
        if plain {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", c as u32);
        }
        before = c;
    }
    if out.trim().is_empty() { "#160;".into() } else { out }
}
