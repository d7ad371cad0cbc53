//! Who says what to whom in a workspace: modules, services and processes, and the messages between them.
//!
//! Commands are drawn through, events dashed. Services that listen to each other in a circle are marked:
//! `lint` finds them too. What nobody here hears stands in the box of who says it.

use super::{Edge, Line, Look, Node, Picture, Tone, facts};
use crate::event::{Kind, Name};
use crate::process::{Sort, Talk, Voice};
use crate::report::words::counted;
use std::collections::BTreeMap;

pub fn picture(talk: &Talk, name: &str) -> Picture {
    let mut picture =
        Picture { kind: "services", title: format!("who says what to whom in {name}"), ..Picture::default() };
    let count = |sort: Sort| talk.voices.iter().filter(|voice| voice.sort == sort).count() as u64;
    let sorts = [(Sort::Module, "module"), (Sort::Service, "service"), (Sort::Process, "process")];
    let sorts = sorts.into_iter().filter(|(sort, _)| count(*sort) > 0);
    let sorts = sorts.map(|(sort, word)| match word {
        "process" if count(sort) != 1 => format!("{} processes", count(sort)),
        word => counted(count(sort), word),
    });
    picture.lines.push(sorts.collect::<Vec<_>>().join(", "));
    picture.nodes = talk.voices.iter().map(|voice| node(talk, voice)).collect();
    let circles = talk.circles();
    let in_a_circle =
        |from: usize, to: usize| circles.iter().any(|circle| circle.contains(&from) && circle.contains(&to));
    let mut said: BTreeMap<(usize, usize, bool), Vec<&Name>> = BTreeMap::new();
    for one in talk.said() {
        said.entry((one.from, one.to, one.kind == Kind::Event)).or_default().push(one.type_);
    }
    for ((from, to, event), names) in said {
        let circle = in_a_circle(from, to);
        let tone = if circle { Tone::Back } else { Tone::Plain };
        let word = if event { "event" } else { "command" };
        let (says, hears) = (&talk.voices[from].name, &talk.voices[to].name);
        let listed: Vec<&str> = names.iter().map(|name| &***name).collect();
        picture.edges.push(Edge {
            from,
            to,
            lines: names.iter().map(|name| Line::new(&***name, tone)).collect(),
            tone,
            dashed: event,
            width: if circle { 2.0 } else { 1.0 },
            tooltip: format!("{says} to {hears}, {word}: {}", listed.join(", ")),
            facts: facts([("kind", word.into()), ("messages", listed.into()), ("circle", circle.into())]),
        });
    }
    for circle in &circles {
        let names: Vec<&str> = circle.iter().map(|voice| &*talk.voices[*voice].name).collect();
        picture.notes.push(format!("these services listen to each other in a circle: {}", names.join(", ")));
    }
    picture.tell_apart();
    picture
}

fn node(talk: &Talk, voice: &Voice) -> Node {
    let unheard = unheard(talk, voice);
    let look = match voice.sort {
        Sort::Module => Look::Module,
        Sort::Service => Look::Service,
        Sort::Process => Look::Process,
    };
    let lines = unheard.iter().map(|(name, _)| Line::quiet(format!("→ {name}"))).collect();
    let hears: Vec<&str> = voice.hears.iter().map(|name| &**name).collect();
    let unheard: Vec<&str> = unheard.iter().map(|(name, _)| &***name).collect();
    let outside = if unheard.is_empty() {
        String::new()
    } else {
        format!("; nobody here hears {}", unheard.join(", "))
    };
    Node {
        id: voice.name.to_string(),
        look,
        title: voice.name.to_string(),
        lines,
        tooltip: format!("{} {}{outside}", look.name(), voice.name),
        facts: facts([("hears", hears.into()), ("unheard", unheard.into())]),
        ..Node::default()
    }
}

/// What it says and nobody else hears.
fn unheard<'a>(talk: &Talk, voice: &'a Voice) -> Vec<(&'a Name, Kind)> {
    let others = || talk.voices.iter().filter(|other| other.name != voice.name);
    let unheard = voice.says.iter().filter(|(name, _)| !others().any(|other| other.hears.contains(*name)));
    unheard.map(|(name, kind)| (name, *kind)).collect()
}

/// Who says what to whom, one voice after the other.
pub fn text(talk: &Talk) -> String {
    let mut out = String::new();
    for (from, voice) in talk.voices.iter().enumerate() {
        let sort = match voice.sort {
            Sort::Module => "module",
            Sort::Service => "service",
            Sort::Process => "process",
        };
        out.push_str(&format!("{} ({sort})\n", super::visible(&voice.name)));
        for said in talk.said().filter(|said| said.from == from) {
            let command = if said.kind == Kind::Command { " (command)" } else { "" };
            out.push_str(&format!(
                "  {}{command} → {}\n",
                said.type_,
                super::visible(&talk.voices[said.to].name)
            ));
        }
        for (name, kind) in unheard(talk, voice) {
            let command = if kind == Kind::Command { " (command)" } else { "" };
            out.push_str(&format!("  {name}{command} → nobody here\n"));
        }
    }
    for circle in talk.circles() {
        let names: Vec<&str> = circle.iter().map(|voice| &*talk.voices[*voice].name).collect();
        out.push_str(&format!("\nin a circle: {}\n", names.join(", ")));
    }
    out
}
