//! The texts of `anyorder new`.
//!
//! A draft of a scenario or a spec is about a process that is there: it begins with the process's
//! starter, and expects what the process does now. Which data a message needs is guessed from what the
//! reactions to it read; a guess that parks the process is not taken while another does not.

use crate::error::{Error, Result};
use crate::event::{json, print_duration};
use crate::explore;
use crate::process::{Definition, Library, Whereabouts};
use crate::span::{Source, Span};
use crate::spec::{self, Ending};
use crate::step::Outcome;
use std::collections::BTreeSet;

/// A process with one question, one answer, and an alarm for the answer that never comes.
pub(super) fn process(name: &str) -> String {
    named(include_str!("draft-process.yaml"), name)
}

/// A service that mostly does what it is asked to do.
pub(super) fn service(name: &str) -> String {
    named(include_str!("draft-service.yaml"), name)
}

/// With the name in the place of NAME, and in that of Name as it stands in a message's name.
fn named(draft: &str, name: &str) -> String {
    let words = name.split('-').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    draft.replace("NAME", name).replace("Name", &words.collect::<String>())
}

/// A spec about the first thing that a process does.
pub(super) fn spec(name: &str, process: &Definition, library: &dyn Library) -> Result<String> {
    let p = process.full_name();
    let starter = first_message(process, library)?;
    let played = play(process, "[]", &starter, library)?;
    let title = name.replace('-', " ");
    let mut text = format!("# What holds, as an example: `anyorder test {name}` plays it and compares.\n");
    text.push_str(&commented(&[
        (&format!("spec: {title}"), "a sentence that says what holds"),
        (&format!("process: {p}"), ""),
        ("given: []", "what has happened: messages, alarms by name, {advance: 15m}"),
        (&format!("when: {starter}"), "what happens now"),
        ("then:", "what is expected of it; what is not named is not compared"),
    ]));
    for (key, value) in played.expected {
        text.push_str(&format!("  {key}: {value}\n"));
    }
    Ok(text)
}

/// A scenario of what may come next, once a process has started.
pub(super) fn scenario(name: &str, process: &Definition, library: &dyn Library) -> Result<String> {
    let p = process.full_name();
    let starter = first_message(process, library)?;
    let state = play(process, "[]", &starter, library)?.end.state;
    let states = match state.as_deref().and_then(|state| process.whereabouts(state)) {
        Some(Whereabouts::In(states)) => states,
        Some(Whereabouts::Joined(_)) | None => Vec::new(),
    };
    let mut deliver = Vec::new();
    let answers = states.into_iter().flat_map(|state| process.asked(state));
    for type_ in answers.flat_map(|answers| answers.on.keys()).collect::<BTreeSet<_>>() {
        if !process.alarms.contains(type_) && deliver.len() < 3 {
            deliver.push(message(process, type_, &format!("[{starter}]"), library)?);
        }
    }
    let head = |alarms: &str| {
        let title = name.replace('-', " ");
        let lines = commented(&[
            (&format!("scenario: {title}"), "a few words that say what it is about"),
            (&format!("process: {p}"), ""),
            (&format!("first: [{starter}]"), "delivered first, in this order"),
            (&format!("deliver: [{}]", deliver.join(", ")), "in flight from then on"),
            (&format!("alarms: {alarms}"), "any: one that is set may ring at any moment; last; never"),
        ]);
        format!("# What may happen, in every order: `anyorder check {name}` explores it.\n{lines}")
    };
    let (head, outcomes) = found(&head, library);
    if outcomes.is_empty() {
        return Ok(head);
    }
    let outcomes: Vec<String> = outcomes.iter().map(|outcome| plain(outcome)).collect();
    let outcomes = format!("  outcomes: [{}]", outcomes.join(", "));
    let expect = commented(&[("expect:", ""), (&outcomes, "where it may rest: these and no others")]);
    Ok(format!("{head}{expect}"))
}

/// A scenario as far as it is written, given which alarms ring, and where it leads; nowhere if that takes too long.
pub(super) fn found(head: &dyn Fn(&str) -> String, library: &dyn Library) -> (String, Vec<String>) {
    // A process that reads the clock has no `any`: then nobody knows what time it is.
    let explored = ["any", "last"].into_iter().find_map(|alarms| {
        let read = explore::read(&Source::new("draft", head(alarms)), library).ok()?;
        let explored =
            explore::explore(&read, read.orders[0], &mut |progress| progress.met < 100_000).ok()?;
        Some((head(alarms), explored))
    });
    let Some((head, explored)) = explored.filter(|(_, explored)| explored.stopped.is_none()) else {
        return (head("any"), Vec::new());
    };
    let mut outcomes: Vec<String> = Vec::new();
    for found in &explored.outcomes {
        if !outcomes.contains(&found.outcome.rests) {
            outcomes.push(found.outcome.rests.clone());
        }
    }
    (head, outcomes)
}

/// Lines with a remark behind each, one under the other.
fn commented(lines: &[(&str, &str)]) -> String {
    let width = lines.iter().map(|(line, _)| line.chars().count()).max().unwrap_or(0);
    let one = |(line, remark): &(&str, &str)| match *remark {
        "" => format!("{line}\n"),
        remark => format!("{line:<width$}   # {remark}\n"),
    };
    lines.iter().map(one).collect()
}

/// The starter, with data.
pub(super) fn first_message(process: &Definition, library: &dyn Library) -> Result<String> {
    let starter = process.starts_on.first().map(|starter| &starter.type_);
    // A part starts with whatever it hears.
    let heard = || process.subscriptions.difference(&process.alarms).next();
    match starter.or_else(heard) {
        Some(type_) => message(process, type_, "[]", library),
        None => Err(Error::input(format!("{} hears nothing", process.full_name()))),
    }
}

/// A message as it is written, with the first data that the process takes.
fn message(process: &Definition, type_: &str, given: &str, library: &dyn Library) -> Result<String> {
    // The process takes it, or it is not for the process, or it parks it.
    let mut best: Option<(u8, String)> = None;
    for written in guesses(process, type_) {
        let end = play(process, given, &written, library)?.end;
        let worse = match (end.parked.is_some(), end.declined) {
            (false, false) => return Ok(written),
            (false, true) => 1,
            (true, _) => 2,
        };
        if best.as_ref().is_none_or(|(known, _)| worse < *known) {
            best = Some((worse, written));
        }
    }
    Ok(best.map_or_else(|| type_.to_string(), |(_, written)| written))
}

/// A message as it may be written: with one value or another for each member that is read of it.
pub(super) fn guesses(process: &Definition, type_: &str) -> impl Iterator<Item = String> {
    const VALUES: [&str; 5] = ["1", "true", "false", "some text", "[one, two]"];
    const TRIES: usize = 125;
    let names = reads(process, type_);
    let type_ = type_.to_string();
    (0..VALUES.len().saturating_pow(names.len() as u32).min(TRIES)).map(move |number| {
        let mut digits = number;
        let members = names.iter().map(|name| {
            let value = VALUES[digits % VALUES.len()];
            digits /= VALUES.len();
            format!("{}: {value}", plain(name))
        });
        let members = members.collect::<Vec<_>>().join(", ");
        if names.is_empty() { type_.clone() } else { format!("{{{type_}: {{{members}}}}}") }
    })
}

/// The members of `event.data` that the reactions to a message, or a guard of the start, speak of.
fn reads(process: &Definition, type_: &str) -> BTreeSet<String> {
    let starter = process.starter(type_);
    let of_starts = starter.and_then(|starter| starter.reaction.as_ref());
    let own = process.states.iter().map(|state| (state.region, &state.own));
    let answers = own.chain(process.any.iter().map(|shared| (shared.region, &shared.answers)));
    let of_states = answers.filter_map(|(region, answers)| Some((Some(region), answers.on.get(type_)?)));
    let rules = of_starts.into_iter().map(|rule| (None, rule)).chain(of_states);
    let reactions = rules.flat_map(|(region, rule)| rule.iter().map(move |reaction| (region, reaction.span)));
    let mut texts: Vec<&str> = Vec::new();
    for (region, Span { start, end }) in reactions {
        texts.push(&process.source_of(region).1.text[start..end]);
    }
    let text = &process.source.text;
    // What every message needs stands at the top of the file.
    texts.extend(text.lines().filter(|line| {
        let line = line.trim_start();
        line.starts_with("correlate") || starter.is_some() && line.starts_with("starts-when")
    }));
    let mut found = BTreeSet::new();
    for text in texts {
        for (at, read) in text.match_indices("event.data.") {
            let rest = &text[at + read.len()..];
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            found.insert(rest[..end].to_string());
        }
    }
    found.remove("");
    found
}

struct Played {
    end: Ending,
    /// What there is to expect, by key, as it is written.
    expected: Vec<(&'static str, String)>,
}

fn play(process: &Definition, given: &str, when: &str, library: &dyn Library) -> Result<Played> {
    let p = process.full_name();
    let text =
        format!("spec: a draft\nprocess: {p}\ngiven: {given}\nwhen: {when}\nthen: {{parked: false}}\n");
    let specs = spec::read(&Source::new("draft", text), library)?;
    let tested = spec::test(&specs[0])?;
    let end = tested.ends[0].clone();
    let now = || tested.happened.iter().filter(|happened| happened.now);
    let sent = |kind| {
        let sent = now().flat_map(|happened| happened.sent(kind));
        list(sent.map(|message| message.type_.to_string()))
    };
    let mut expected = Vec::new();
    if let Some(happened) = now().next() {
        expected.push(("outcome", happened.met().to_string()));
    }
    let state = match &end.state {
        Some(state) => plain(state),
        None if now().any(|happened| happened.outcome == Some(Outcome::Declined)) => "declined".to_string(),
        None => "not-started".to_string(),
    };
    expected.push(("state", state));
    expected.push(("send", sent(crate::event::Kind::Command)));
    expected.push(("publish", sent(crate::event::Kind::Event)));
    let alarms = end.alarms.iter().map(|(name, after)| format!("{name}: {}", print_duration(*after)));
    expected.push((
        "alarms",
        match end.alarms.iter().all(|(_, after)| *after >= 0) {
            true if end.alarms.is_empty() => "[]".to_string(),
            true => format!("{{{}}}", alarms.collect::<Vec<_>>().join(", ")),
            false => list(end.alarms.iter().map(|(name, _)| name.to_string())),
        },
    ));
    if let Some(reason) = &end.parked {
        expected.push(("parked", plain(reason)));
    }
    Ok(Played { end, expected })
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

/// A text as YAML: as it is where that is a word, else in quotes.
pub(super) fn plain(text: &str) -> String {
    let word = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ' '))
        && !text.ends_with(' ')
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&&*text.to_lowercase());
    if word { text.to_string() } else { json::quote(text) }
}
