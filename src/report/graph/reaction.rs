//! A reaction as a person reads it: on one line, or on the lines of a box.

use super::process::ROOM;
use super::{Line, Tone, cut, wrapped};
use crate::event::{Kind, print_duration};
use crate::process::{AlarmSpec, AlarmTime, Cancel, Outgoing, Reaction};

/// `OrderPaid [guard]`, and below it what is done.
pub(super) fn reaction_lines(
    type_: &str,
    (alarm, tone): (bool, Option<Tone>),
    guard: Option<&str>,
    deeds: &[String],
) -> Vec<Line> {
    let tone = tone.unwrap_or(if alarm { Tone::Alarm } else { Tone::Plain });
    let mut lines = vec![Line::new(cut(type_, 60), tone)];
    if let Some(guard) = guard {
        let guard = format!("[{}]", cut(guard, 200));
        if lines[0].text.chars().count() + guard.chars().count() < ROOM {
            lines[0].text.push_str(&format!(" {guard}"));
        } else {
            lines.extend(wrapped(&guard, ROOM).into_iter().map(|line| Line::new(line, tone)));
        }
    }
    for deed in deeds {
        lines.extend(wrapped(&format!("/ {}", cut(deed, 120)), ROOM + 6).into_iter().map(Line::quiet));
    }
    lines
}

/// The whole of a reaction on one line.
pub(super) fn told(type_: &str, alarm: bool, guard: Option<&str>, deeds: &[String]) -> String {
    let mut text = format!("{type_}{}", if alarm { " (alarm)" } else { "" });
    if let Some(guard) = guard {
        text.push_str(&format!(" [{guard}]"));
    }
    if !deeds.is_empty() {
        text.push_str(&format!(" / {}", deeds.join("; ")));
    }
    text
}

/// What a reaction does, but for where it leads.
pub(super) fn deeds(reaction: &Reaction) -> Vec<String> {
    let mut deeds = Vec::new();
    let named = |kind: Kind| -> Vec<String> {
        reaction.sends.iter().filter(|sent| sent.kind == kind).map(sent).collect()
    };
    for (verb, kind) in [("send", Kind::Command), ("publish", Kind::Event)] {
        let names = named(kind);
        if !names.is_empty() {
            deeds.push(format!("{verb} {}", names.join(", ")));
        }
    }
    if !reaction.cancel.is_empty() {
        let names: Vec<String> = reaction.cancel.iter().map(cancel).collect();
        deeds.push(format!("cancel {}", names.join(", ")));
    }
    deeds.extend(reaction.alarms.iter().map(alarm));
    deeds
}

fn sent(sent: &Outgoing) -> String {
    match &sent.each {
        Some(each) => format!("{} for each {each}", sent.type_),
        None => sent.type_.to_string(),
    }
}

fn cancel(cancel: &Cancel) -> String {
    match &cancel.key {
        Some(key) => format!("{}({key})", cancel.name),
        None => cancel.name.to_string(),
    }
}

fn alarm(alarm: &AlarmSpec) -> String {
    let name = match &alarm.key {
        Some(key) => format!("{}({key})", alarm.name),
        None => alarm.name.to_string(),
    };
    match &alarm.when {
        AlarmTime::After(millis) => format!("alarm {name} in {}", print_duration(*millis)),
        AlarmTime::AfterExpr(expr) => format!("alarm {name} in {expr}"),
        AlarmTime::At(expr) => format!("alarm {name} at {expr}"),
    }
}
