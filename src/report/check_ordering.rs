//! One ordering, step by step, as a table.

use super::words::{brief_in, columns, list};
use crate::event::{Document, print_duration};
use crate::explore::{Shown, ShownInstance, Stepped};

/// An ordering, step by step: a line for each choice, and one more for each other instance that it
/// changed.
pub fn stepped(stepped: &Stepped) -> String {
    let several = stepped.steps.iter().any(|shown| shown.instances.len() > 1);
    let title = ["CHOICE", "MET", "STATE", "ALARMS", "WAITS", "SENT", "DATA"];
    let mut rows: Vec<Vec<String>> = vec![title.iter().map(|word| word.to_string()).collect()];
    let mut before: &[ShownInstance] = &[];
    for (index, shown) in stepped.steps.iter().enumerate() {
        let nothing_yet = shown.instances.iter().all(|instance| instance.state == "not-started");
        if index > 0 || !nothing_yet {
            rows.extend(step(shown, before, several));
        }
        before = &shown.instances;
    }
    // A column that is empty all the way down says nothing.
    for column in (0..title.len()).rev() {
        if rows[1..].iter().all(|row| row.get(column).is_none_or(String::is_empty)) {
            rows.iter_mut().for_each(|row| _ = row.remove(column));
        }
    }
    let rests = stepped.steps.last().map_or("", |shown| shown.rests.as_str());
    let end = match stepped.ends {
        true => format!("ends: {rests}"),
        false => format!("so far: {rests}; next could be {}", stepped.next.join(" ")),
    };
    format!("{}{end}\n", columns(&rows))
}

fn step(shown: &Shown, before: &[ShownInstance], several: bool) -> Vec<Vec<String>> {
    let met = shown.met.iter().enumerate().map(|(index, (type_, outcome))| match index {
        0 => outcome.to_string(),
        _ => format!("{type_} {outcome}"),
    });
    let choice = if shown.choice.is_empty() { "(first)" } else { &shown.choice };
    let sent = shown.sent.iter().map(|(type_, data, count)| sent(type_, data.as_ref(), *count));
    let unheard = shown.answered.map(|answered| if answered { "answered" } else { "silence" }.to_string());
    let (met, sent) = (list(met.chain(unheard)), list(sent));
    let mut changed: Vec<&ShownInstance> =
        shown.instances.iter().filter(|instance| !before.contains(instance)).collect();
    if changed.is_empty() {
        changed.extend(shown.instances.first().filter(|_| !several));
    }
    let mut rows = Vec::new();
    for instance in &changed {
        let name = if several { format!("{}: ", instance.name) } else { String::new() };
        let waits = instance.deferred.iter().map(|name| format!("{name} deferred"));
        let waits = waits.chain(instance.held.iter().map(|name| format!("{name} held")));
        let data = if instance.data.is_empty() { String::new() } else { instance.data.to_json() };
        let first = rows.is_empty();
        let once = |text: &str| if first { text.to_string() } else { String::new() };
        rows.push(vec![
            once(choice),
            once(&met),
            format!("{name}{}", instance.state),
            list(instance.alarms.iter().map(alarm)),
            list(waits),
            once(&sent),
            brief_in(&data, 48),
        ]);
    }
    if rows.is_empty() {
        let none = String::new;
        rows.push(vec![choice.to_string(), met, none(), none(), none(), sent, none()]);
    }
    rows
}

fn alarm((name, runs): &(String, Option<i64>)) -> String {
    match runs {
        Some(millis) if *millis >= 0 => format!("{name} {}", print_duration(*millis)),
        _ => name.to_string(),
    }
}

fn sent(type_: &str, data: Option<&Document>, count: u64) -> String {
    let data = data.map(|data| format!(" {}", brief_in(data.text(), 24))).unwrap_or_default();
    let times = if count > 1 { format!(" x{count}") } else { String::new() };
    format!("{type_}{data}{times}")
}
