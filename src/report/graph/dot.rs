//! A picture in Graphviz's language. Written by hand, since every name and every datum comes from
//! outside: each is escaped for the place where it stands, an id, an attribute, or a label like HTML.

use super::{Edge, Line, Look, MIDDLE, Node, Picture, Tone, visible, xml};
use std::fmt::Write;

const FONT: &str = "Helvetica,Arial,sans-serif";

pub fn write(picture: &Picture) -> String {
    let mut out = String::new();
    let mut line = |depth: usize, text: &str| {
        let _ = writeln!(out, "{:width$}{text}", "", width = depth * 2);
    };
    line(0, &format!("digraph {} {{", id(&picture.title)));
    line(1, &format!("graph [{}]", graph_attributes(picture)));
    line(1, &format!("node [fontname={}, fontsize=12, penwidth=1.4, margin=\"0.14,0.07\"]", id(FONT)));
    line(1, &format!("edge [fontname={}, fontsize=10, arrowsize=0.7, fontcolor=\"{MIDDLE}\"]", id(FONT)));
    for (index, name) in picture.clusters.iter().enumerate() {
        line(1, &format!("subgraph \"cluster_{index}\" {{"));
        let label = format!("<<FONT COLOR=\"{MIDDLE}\">{}</FONT>>", text(name));
        let tooltip = escaped(name);
        line(
            2,
            &format!(
                "graph [label={label}, labeljust=l, fontsize=11, style=\"rounded,dotted\", color=\"#8c959f\", margin=12, tooltip={tooltip}]"
            ),
        );
        for node in picture.nodes.iter().filter(|node| node.cluster == Some(index)) {
            line(2, &node_statement(node));
        }
        line(1, "}");
    }
    for node in picture.nodes.iter().filter(|node| node.cluster.is_none()) {
        line(1, &node_statement(node));
    }
    for edge in &picture.edges {
        line(1, &edge_statement(picture, edge));
    }
    line(0, "}");
    out
}

fn graph_attributes(picture: &Picture) -> String {
    let ranks = if picture.lies() { "LR" } else { "TB" };
    // Clusters without a name of their own would inherit the picture's label.
    format!(
        "rankdir={ranks}, newrank=true, bgcolor=transparent, fontname={}, fontsize=14, fontcolor=\"{MIDDLE}\", labelloc=t, \
         nodesep=0.35, ranksep=0.45, tooltip={}, label=<{}>",
        id(FONT),
        escaped(&picture.title),
        heading(picture)
    )
}

/// Title, quiet lines, and the legend, as one table.
fn heading(picture: &Picture) -> String {
    let mut rows = format!("<TR><TD><B>{}</B></TD></TR>", text(&picture.title));
    for line in &picture.lines {
        let _ = write!(rows, "<TR><TD><FONT POINT-SIZE=\"11\">{}</FONT></TD></TR>", text(line));
    }
    let legend = picture.legend();
    if !legend.is_empty() {
        rows.push_str("<TR><TD><TABLE BORDER=\"0\" CELLSPACING=\"5\" CELLPADDING=\"3\"><TR>");
        for (look, word) in legend {
            let colours = look.colours();
            let fill =
                if look == Look::Stub { String::new() } else { format!(" BGCOLOR=\"{}\"", colours.fill) };
            let ink = if look == Look::Stub { MIDDLE } else { Tone::Quiet.ink() };
            let dashed = if matches!(look, Look::Alarm | Look::Stub) { "DASHED" } else { "ROUNDED" };
            let _ = write!(
                rows,
                "<TD BORDER=\"1\" STYLE=\"{dashed}\" COLOR=\"{}\"{fill}><FONT POINT-SIZE=\"10\" COLOR=\"{ink}\">{word}</FONT></TD>",
                colours.stroke
            );
        }
        rows.push_str("</TR></TABLE></TD></TR>");
    }
    format!("<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"2\">{rows}</TABLE>")
}

fn node_statement(node: &Node) -> String {
    let colours = node.colours();
    let (shape, style) = match node.look {
        Look::Event => ("box", "rounded,filled"),
        Look::Command => ("hexagon", "filled"),
        Look::Alarm => ("octagon", "dashed,filled"),
        Look::Stub => ("box", "dashed"),
        Look::Start => ("circle", "filled"),
        _ => ("box", "rounded,filled"),
    };
    let mut attributes = format!("shape={shape}, style=\"{style}\", color=\"{}\"", colours.stroke);
    if node.look != Look::Stub {
        let _ = write!(attributes, ", fillcolor=\"{}\"", colours.fill);
    }
    if node.look.is_end() {
        attributes.push_str(", peripheries=2");
    }
    if node.look == Look::Start {
        attributes.push_str(", label=\"\", width=0.17, height=0.17, fixedsize=true");
    } else {
        let _ = write!(attributes, ", label=<{}>", node_label(node));
    }
    if matches!(node.look, Look::Command | Look::Alarm) {
        attributes.push_str(", margin=\"0,0\""); // their corners leave room enough
    }
    let _ = write!(attributes, ", tooltip={}", escaped(&node.tooltip));
    format!("{} [{attributes}]", id(&node.id))
}

fn node_label(node: &Node) -> String {
    let stub = node.look == Look::Stub;
    let ink = |tone: Tone| if stub { MIDDLE } else { tone.ink() };
    let mut rows = format!(
        "<TR><TD><FONT COLOR=\"{}\"><B>{}</B></FONT></TD></TR>",
        ink(node.tone.unwrap_or_default()),
        text(&node.title)
    );
    for line in &node.lines {
        let _ = write!(
            rows,
            "<TR><TD ALIGN=\"LEFT\"><FONT POINT-SIZE=\"10\" COLOR=\"{}\">{}</FONT></TD></TR>",
            ink(line.tone),
            text(&line.text)
        );
    }
    format!("<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"1\">{rows}</TABLE>")
}

fn edge_statement(picture: &Picture, edge: &Edge) -> String {
    let (from, to) = (&picture.nodes[edge.from].id, &picture.nodes[edge.to].id);
    let mut attributes = format!("color=\"{}\"", edge.tone.colour());
    if edge.dashed {
        attributes.push_str(", style=dashed");
    }
    if edge.width > 1.0 {
        let _ = write!(attributes, ", penwidth={:.1}", edge.width);
    }
    if !edge.lines.is_empty() {
        let rows: String = edge.lines.iter().map(edge_row).collect();
        let _ = write!(
            attributes,
            ", label=<<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"1\">{rows}</TABLE>>, \
             labeltooltip={}",
            escaped(&edge.tooltip)
        );
    }
    let _ = write!(attributes, ", tooltip={}", escaped(&edge.tooltip));
    format!("{} -> {} [{attributes}]", id(from), id(to))
}

fn edge_row(line: &Line) -> String {
    let size = if line.tone == Tone::Quiet { 9 } else { 10 };
    let colour = line.tone.colour();
    format!(
        "<TR><TD ALIGN=\"LEFT\"><FONT POINT-SIZE=\"{size}\" COLOR=\"{colour}\">{}</FONT></TD></TR>",
        text(&line.text)
    )
}

/// A quoted id. Only the quote is special in it, and a backslash before the quote that ends it.
fn id(name: &str) -> String {
    let mut out = String::from("\"");
    for c in visible(name).chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A text in an attribute: there a backslash begins an escape, and `&amp;` is an entity.
fn escaped(text: &str) -> String {
    let mut out = String::from("\"");
    for (index, line) in text.split('\n').enumerate() {
        out.push_str(if index > 0 { "\\n" } else { "" });
        for c in visible(line).chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '&' => out.push_str("&amp;"),
                c => out.push(c),
            }
        }
    }
    out.push('"');
    out
}

/// A text in a label like HTML, which must not be empty there.
fn text(text: &str) -> String {
    match xml(text) {
        text if text.trim().is_empty() => "&#160;".to_string(),
        text => text,
    }
}
