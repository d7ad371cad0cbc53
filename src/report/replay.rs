//! What a replay has found, as text and as JSON.

use super::words::{count_of, counted, grouped, list};
use crate::event::{Kind, Name};
use crate::versions::{Difference, Divergence, Group, Replayed, Said, Side, by_instance, groups};
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// What was compared with what; the words of the report.
pub enum Against {
    /// Nothing.
    Nothing,
    /// The journal of the same version: so many turns.
    Journal { turns: u64, others: Vec<(u32, u64)> },
    /// The journal of other versions.
    Recorded,
    /// Another definition.
    Version(String),
    /// The same definition, and a log that might have been.
    Altered,
}

/// How many divergences are shown.
const SHOWN: usize = 10;

pub fn text(process: &str, replayed: &Replayed, against: &Against, divergences: &[Divergence]) -> String {
    let mut text = format!(
        "{process}: {}, {}\n",
        counted(replayed.events, "event"),
        counted(replayed.instances, "instance")
    );
    for ((end, state), count) in &replayed.ended {
        text.push_str(&count_of(*count, &format!("{state} ({})", end.name())));
    }
    for (state, count) in &replayed.unfinished {
        text.push_str(&count_of(*count, &format!("unfinished in {state}")));
    }
    for (reason, count) in &replayed.reasons {
        text.push_str(&count_of(*count, &format!("parked: {reason}")));
    }
    if replayed.not_started > 0 {
        text.push_str(&count_of(replayed.not_started, "not started"));
    }
    if replayed.declined > 0 {
        text.push_str(&count_of(replayed.declined, "declined"));
    }
    if !replayed.tally.sent.is_empty() {
        let sent = replayed.tally.sent.iter().map(|(type_, count)| format!("{} {type_}", grouped(*count)));
        text.push_str(&format!("sent {}\n", list(sent)));
    }
    text.push_str(&compared(process, replayed, against, divergences));
    text.push_str(&told(against, process, divergences));
    text
}

/// How many instances differ, in a sentence; of two versions, and in what ways.
fn compared(process: &str, replayed: &Replayed, against: &Against, divergences: &[Divergence]) -> String {
    let differ = by_instance(divergences).count() as u64;
    let same = replayed.instances.saturating_sub(differ);
    let also = if same == 0 { String::new() } else { format!(", and the same with {}", grouped(same)) };
    let mut text = match (against, differ) {
        (Against::Nothing, _) => String::new(),
        (Against::Journal { turns, .. }, 0) => {
            format!("the journal says the same, in all of {}\n", counted(*turns, "turn"))
        }
        (Against::Recorded, 0) => "the journal says the same\n".to_string(),
        (Against::Journal { .. }, many) => {
            format!("the journal says otherwise of {}\n", counted(many, "instance"))
        }
        (Against::Recorded, many) => {
            format!("{process} does otherwise than the journal with {}{also}\n", counted(many, "instance"))
        }
        (Against::Altered, 0) => "nothing would have been decided otherwise\n".to_string(),
        (Against::Altered, many) => {
            format!("it would be otherwise with {}{also}\n", counted(many, "instance"))
        }
        (Against::Version(other), 0) => format!("{other} does the same\n"),
        (Against::Version(other), many) => {
            let also =
                if same == 0 { String::new() } else { format!(", and the same with {}", grouped(same)) };
            format!("{other} does otherwise with {}{also}\n", counted(many, "instance"))
        }
    };
    for group in groups(divergences) {
        let what = told_of(&group.difference);
        text.push_str(&count_of(group.instances, &format!("{what}  ({})", group.example)));
    }
    if let Against::Journal { others, .. } = against {
        for (version, count) in others {
            let count = counted(*count, "instance");
            text.push_str(&format!("not compared: {count} on version {version}\n"));
        }
    }
    text
}

/// What the second of two sides does otherwise.
fn told_of(difference: &Difference) -> String {
    let says = |kind: &Kind, type_: &Name| {
        format!("{} {type_}", if *kind == Kind::Command { "sends" } else { "publishes" })
    };
    match difference {
        Difference::Only { side, kind, type_ } => {
            let verb = if *kind == Kind::Command { "send" } else { "publish" };
            match side {
                Side::Recorded => format!("does not {verb} {type_}"),
                Side::Decided => format!("also {}", says(kind, type_)),
            }
        }
        Difference::OtherData(kind, type_) => format!("{} with other data", says(kind, type_)),
        Difference::Later(kind, type_) => format!("{} later", says(kind, type_)),
        Difference::Earlier(kind, type_) => format!("{} earlier", says(kind, type_)),
        Difference::OtherCause(kind, type_) => format!("{} for another message", says(kind, type_)),
        Difference::Rests { recorded, decided } => format!("{recorded} → {decided}"),
    }
}

/// What differs: all of a few instances, and of many the first of each kind.
fn told(against: &Against, process: &str, divergences: &[Divergence]) -> String {
    let (one, other) = columns_of(against, process);
    let instances: Vec<&[Divergence]> = by_instance(divergences).collect();
    let examples: Vec<Name> = groups(divergences).into_iter().map(|group| group.example).collect();
    let is_example = |parts: &&&[Divergence]| examples.is_empty() || examples.contains(&parts[0].instance);
    let shown: Vec<&&[Divergence]> = match instances.len() > SHOWN {
        true => instances.iter().filter(is_example).take(SHOWN).collect(),
        false => instances.iter().collect(),
    };
    let mut text = String::new();
    for parts in &shown {
        text.push_str(&format!("\n{}\n{}", parts[0].instance, parts_text(&one, &other, parts)));
    }
    if instances.len() > shown.len() {
        let more = counted((instances.len() - shown.len()) as u64, "more instance");
        text.push_str(&format!("\nand {more}; `--format json` lists them all\n"));
    }
    text
}

/// How one instance differs, by cause.
pub(super) fn parts_text(one: &str, other: &str, parts: &[Divergence]) -> String {
    let mut text = String::new();
    let width = one.chars().count().max(other.chars().count());
    for part in parts {
        let cause = if part.cause == "end" { "the end" } else { &part.cause };
        text.push_str(&format!("  at {cause}\n"));
        let same = same_lines(&part.recorded, &part.decided);
        text.push_str(&side(one, width, &part.recorded[same..]));
        text.push_str(&side(other, width, &part.decided[same..]));
    }
    text
}

/// What the two sides of a divergence are called.
pub(super) fn columns_of(against: &Against, process: &str) -> (String, String) {
    match against {
        Against::Version(other) => (process.to_string(), other.clone()),
        Against::Altered => ("as it was".to_string(), "what if".to_string()),
        _ => ("recorded".to_string(), "decided".to_string()),
    }
}

/// How many lines of a journal, at the beginning of a turn, are the same on both sides: a person looks
/// for the first that is not.
fn same_lines(recorded: &[Said], decided: &[Said]) -> usize {
    let pairs = recorded.iter().zip(decided);
    pairs.take_while(|(one, other)| matches!(one, Said::Line(_)) && one == other).count()
}

fn side(name: &str, width: usize, said: &[Said]) -> String {
    let nothing = ["nothing".to_string()];
    let said: Vec<String> = said.iter().map(|said| said.to_string()).collect();
    let said = if said.is_empty() { &nothing[..] } else { &said };
    let names = std::iter::once(name).chain(std::iter::repeat(""));
    said.iter().zip(names).map(|(said, name)| format!("    {name:<width$}  {said}\n")).collect()
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Json<'a> {
    process: &'a str,
    events: u64,
    instances: u64,
    outcomes: BTreeMap<&'a str, u64>,
    not_started: u64,
    #[serde(skip_serializing_if = "is_zero")]
    declined: u64,
    sent: BTreeMap<&'a str, u64>,
    parked: u64,
    unfinished: u64,
    /// What most instances have in common first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    differences: Vec<Way<'a>>,
    divergences: Vec<Differs<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<serde_json::Value>,
}

/// A way in which instances differ.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Way<'a> {
    kind: &'static str,
    /// The message that is meant, or where they rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided: Option<&'a str>,
    instances: u64,
    example: &'a str,
}

#[derive(Serialize)]
struct Differs<'a> {
    instance: &'a str,
    cause: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    against: Option<&'a str>,
    recorded: Vec<Row<'a>>,
    decided: Vec<Row<'a>>,
}

/// One thing that was said. Data and lines stand as they are, digit for digit.
#[derive(Serialize)]
#[serde(untagged)]
enum Row<'a> {
    Sent { sent: &'a str, kind: &'static str, data: Option<&'a RawValue>, time: String },
    Parked { parked: &'a str },
    Rests { rests: &'a str },
    Line(&'a RawValue),
}

pub fn json(
    process: &str,
    replayed: &Replayed,
    against: &Against,
    divergences: &[Divergence],
    coverage: Option<serde_json::Value>,
) -> String {
    let mut outcomes = BTreeMap::new();
    for ((_, state), count) in &replayed.ended {
        *outcomes.entry(&**state).or_default() += count;
    }
    let against = match against {
        Against::Version(other) => Some(other.as_str()),
        Against::Altered => Some("what-if"),
        _ => None,
    };
    let differs = divergences.iter().map(|divergence| Differs {
        instance: &divergence.instance,
        cause: &divergence.cause,
        against,
        recorded: divergence.recorded.iter().map(Row::of).collect(),
        decided: divergence.decided.iter().map(Row::of).collect(),
    });
    let groups = groups(divergences);
    let json = Json {
        process,
        events: replayed.events,
        instances: replayed.instances,
        outcomes,
        not_started: replayed.not_started,
        declined: replayed.declined,
        sent: replayed.tally.sent.iter().map(|(type_, count)| (&**type_, *count)).collect(),
        parked: replayed.parked,
        unfinished: replayed.unfinished.values().sum(),
        differences: groups.iter().map(Way::of).collect(),
        divergences: differs.collect(),
        coverage,
    };
    serde_json::to_string_pretty(&json).expect("plain data") + "\n"
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Way<'_> {
    fn of(group: &Group) -> Way<'_> {
        let (kind, message) = match &group.difference {
            Difference::Only { side: Side::Recorded, type_, .. } => ("only-recorded", Some(type_)),
            Difference::Only { side: Side::Decided, type_, .. } => ("only-decided", Some(type_)),
            Difference::OtherData(_, type_) => ("other-data", Some(type_)),
            Difference::Later(_, type_) => ("later", Some(type_)),
            Difference::Earlier(_, type_) => ("earlier", Some(type_)),
            Difference::OtherCause(_, type_) => ("other-cause", Some(type_)),
            Difference::Rests { .. } => ("rests", None),
        };
        let (recorded, decided) = match &group.difference {
            Difference::Rests { recorded, decided } => (Some(&**recorded), Some(&**decided)),
            _ => (None, None),
        };
        let message = message.map(|type_| &**type_);
        Way { kind, message, recorded, decided, instances: group.instances, example: &group.example }
    }
}

impl Row<'_> {
    fn of(said: &Said) -> Row<'_> {
        match said {
            Said::Sent { type_, kind, data, time } => {
                let data = data.as_ref().map(|data| raw(data.text()));
                Row::Sent { sent: type_, kind: kind.name(), data, time: time.to_string() }
            }
            Said::Parked(parked) => Row::Parked { parked },
            Said::Rests(rests) => Row::Rests { rests },
            Said::Line(line) => Row::Line(raw(line)),
        }
    }
}

fn raw(text: &str) -> &RawValue {
    serde_json::from_str(text).expect("a document or a line of a log is JSON")
}
