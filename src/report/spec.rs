//! Specs as prose that a business person reads, and what differs where one fails.

use super::words::{brief_in, columns, counted, list};
use crate::event::{Kind, Message, Name, print_duration};
use crate::process::Participant;
use crate::spec::{
    Ending, Expected, Failure, Happened, Line, ParkedAs, Spec, StateIs, Step, Tested, Then, What, described,
};
use crate::step::Outcome;

/// How wide prose is.
const WIDE: usize = 100;
/// How many lines of what happened are shown; the JSON has all.
const SHOWN: usize = 30;

/// All specs, and how many hold.
pub fn text(tested: &[Tested]) -> String {
    let mut text = String::new();
    for one in tested {
        text.push_str(&prose(one));
        if !one.holds() {
            text.push('\n');
            text.push_str(&differences(one));
        }
        text.push('\n');
    }
    text.push_str(&summary(tested));
    text.push('\n');
    text
}

/// `12 specs: all hold`.
fn summary(tested: &[Tested]) -> String {
    let all = tested.len();
    let failed = tested.iter().filter(|one| !one.holds()).count();
    let verb =
        |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    let verdict = match (all, failed) {
        (1, 0) => "holds".to_string(),
        (1, _) => "fails".to_string(),
        (_, 0) => "all hold".to_string(),
        (_, failed) if failed == all => "all fail".to_string(),
        _ => format!("{}, {}", verb(all - failed, "holds", "hold"), verb(failed, "fails", "fail")),
    };
    format!("{}: {verdict}", counted(all as u64, "spec"))
}

/// The spec itself, with a mark.
pub fn prose(tested: &Tested) -> String {
    let spec = tested.spec;
    let mark = if tested.holds() { '✓' } else { '✗' };
    let mut text = format!("{mark} {}: {}\n", processes(spec), spec.name);
    for line in sentences(tested) {
        text.push_str(&wrapped(&line));
    }
    text
}

pub fn processes(spec: &Spec) -> String {
    list(spec.subjects().iter().map(Participant::full_name))
}

/// `given …`, `when …`, `then …`, each a line.
fn sentences(tested: &Tested) -> Vec<String> {
    let spec = tested.spec;
    let mut lines = Vec::new();
    if !spec.answering().is_empty() {
        let names = spec.answering().iter().map(|service| service.name().to_string());
        lines.push(format!("with {} answering", and(names.collect())));
    }
    if !spec.given.is_empty() {
        lines.push(format!("given {}", list(spec.given.iter().map(|step| happens(step, false)))));
    }
    let when: Vec<String> = spec.when.iter().map(|step| happens(step, true)).collect();
    lines.push(format!("when {}", when.join(", then ")));
    lines.extend(expectations(tested));
    lines
}

/// `then …`; with several one for each of which something is expected.
pub fn expectations(tested: &Tested) -> Vec<String> {
    let spec = tested.spec;
    let mut lines: Vec<String> = Vec::new();
    for (index, subject) in spec.subjects().iter().enumerate() {
        let said = then(&spec.then[index], subject, &tested.ends[index]);
        if !said.is_empty() {
            lines.push(format!("{} {said}", if lines.is_empty() { "then" } else { "and" }));
        }
    }
    lines
}

/// A step as it is said; in full, with its verb.
pub fn happens(step: &Step, in_full: bool) -> String {
    match &step.what {
        What::Passes(millis) => {
            let duration = print_duration(*millis);
            let one = duration.trim_end_matches(char::is_alphabetic) == "1";
            format!("{duration} {}", if one { "passes" } else { "pass" })
        }
        What::Rings { alarm, correlation, times } => {
            let of = correlation.as_ref().map(|id| format!(" of {id}")).unwrap_or_default();
            match times {
                1 => format!("{alarm}{of} rings"),
                2 => format!("{alarm}{of} rings twice"),
                _ => format!("{alarm}{of} rings {times} times"),
            }
        }
        What::Comes { message, ids, from } => {
            let mut text = described(&message.type_, message.data.as_ref().map(|data| data.text()));
            if let [id] = &ids[..]
                && !id.starts_with(&*message.type_)
            {
                text.push_str(&format!(" ({id})"));
            }
            if let Some(id) = message.correlation.as_deref().filter(|id| *id != Spec::CONVERSATION) {
                text.push_str(&format!(" of {id}"));
            }
            text.push_str(&from.as_ref().map(|module| format!(" from {module}")).unwrap_or_default());
            match (ids.len(), in_full) {
                (1, false) => text,
                (1, true) => format!("{text} comes"),
                (times, false) => format!("{times} {text}"),
                (times, true) => format!("{times} {text} come"),
            }
        }
    }
}

/// What is expected of somebody, as one sentence; nothing where nothing is.
fn then(then: &Then, subject: &Participant, ending: &Ending) -> String {
    let name = subject.name();
    let mut parts: Vec<String> = Vec::new();
    match (&then.outcome, &then.state) {
        (Some(outcome), Some(expected)) => {
            parts.push(met_and_state(outcome.value, &expected.value, subject, ending));
        }
        (Some(outcome), None) => parts.push(met(outcome.value, name)),
        (None, Some(expected)) => parts.push(state(&expected.value, subject, ending)),
        (None, None) => {}
    }
    if !then.data.is_empty() {
        let data = then.data.iter().map(|(member, value)| format!("{member} {}", value.value));
        parts.push(format!("{name} remembers {}", and(data.collect())));
    }
    match (&then.send, &then.publish) {
        (Some(send), Some(publish)) if send.value.is_empty() && publish.value.is_empty() => {
            parts.push("nothing is sent or published".to_string());
        }
        (send, publish) => {
            parts.extend(send.iter().map(|send| goes_out(&send.value, "sent")));
            parts.extend(publish.iter().map(|publish| goes_out(&publish.value, "published")));
        }
    }
    if let Some(alarms) = &then.alarms {
        let said = alarms.value.iter().map(|armed| match armed.after {
            Some(after) => format!("{} is to ring in {}", armed.name, print_duration(after)),
            None => format!("{} is set", armed.name),
        });
        parts.push(if alarms.value.is_empty() { "no alarm is set".to_string() } else { and(said.collect()) });
    }
    if let Some(parked) = &then.parked {
        parts.push(match &parked.value {
            ParkedAs::No => format!("{name} is not parked"),
            ParkedAs::Yes => format!("{name} is parked"),
            ParkedAs::For(reason) => format!("{name} is parked: {reason}"),
        });
    }
    parts.join("; ")
}

fn met_and_state(outcome: Outcome, expected: &StateIs, subject: &Participant, ending: &Ending) -> String {
    let (met, state) = (met(outcome, subject.name()), state(expected, subject, ending));
    if matches!(expected, StateIs::NotStarted | StateIs::Declined) {
        return format!("{met}, and {state}");
    }
    let name = expected.name();
    let stays = ending.before.as_ref().is_some_and(|before| expected.of(before) == name);
    match outcome {
        Outcome::Started => format!("{met} in {name}"),
        Outcome::Advanced if !stays => format!("{met} to {name}"),
        Outcome::Advanced => format!("{met}, which stays in {name}"),
        Outcome::Ended => format!("{met} in {name}"),
        _ => format!("{met}, and {state}"),
    }
}

fn state(expected: &StateIs, subject: &Participant, ending: &Ending) -> String {
    let name = subject.name();
    let ends = |state: &str| {
        let resting = subject.process().and_then(|process| process.resting(state));
        resting.is_some_and(|(_, end)| end.is_some())
    };
    let (state, before) = (expected.name(), ending.before.as_ref().map(|before| expected.of(before)));
    match expected {
        StateIs::NotStarted => format!("{name} has not started"),
        StateIs::Declined => format!("{name} has declined"),
        _ if before.as_ref() == Some(&state) => format!("{name} stays in {state}"),
        _ if ends(&state) => format!("{name} ends in {state}"),
        _ if before.is_some() => format!("{name} goes to {state}"),
        _ => format!("{name} is in {state}"),
    }
}

fn met(outcome: Outcome, name: &Name) -> String {
    match outcome {
        Outcome::Started => format!("it starts {name}"),
        Outcome::Advanced => format!("it advances {name}"),
        Outcome::Ended => format!("it ends {name}"),
        Outcome::Duplicate => "it is a duplicate".to_string(),
        Outcome::Expired => "it has expired".to_string(),
        Outcome::Parked => format!("it parks {name}"),
        Outcome::Declined
        | Outcome::Ignored
        | Outcome::Deferred
        | Outcome::Stale
        | Outcome::Late
        | Outcome::Held => format!("it is {outcome}"),
    }
}

fn goes_out(messages: &[Expected], verb: &str) -> String {
    let one = |message: &Expected| {
        let text = described(&message.type_, message.data.as_ref().map(|data| data.text()));
        if message.times == 1 { text } else { format!("{} {text}", message.times) }
    };
    match messages {
        [] => format!("nothing is {verb}"),
        [only] if only.times == 1 => format!("{} is {verb}", one(only)),
        many => format!("{} are {verb}", and(many.iter().map(one).collect())),
    }
}

/// `a`, `a and b`, `a, b and c`.
fn and(mut items: Vec<String>) -> String {
    match items.pop() {
        None => String::new(),
        Some(only) if items.is_empty() => only,
        Some(last) => format!("{} and {last}", items.join(", ")),
    }
}

/// Lines of at most [`WIDE`] characters, where words allow it, the later ones further in.
fn wrapped(sentence: &str) -> String {
    let (mut text, mut line) = (String::new(), String::from("  "));
    for word in sentence.split(' ') {
        if line.trim().is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() > WIDE {
            text.push_str(&line);
            text.push('\n');
            line = format!("    {word}");
        } else {
            line.push(' ');
            line.push_str(word);
        }
    }
    format!("{text}{line}\n")
}

/// What is not as expected, with its place; and what happened.
pub fn differences(tested: &Tested) -> String {
    let mut text = String::new();
    for failure in &tested.failures {
        text.push_str(&format!("    {}: {}\n", place(tested, failure), subject(tested, failure)));
        for line in &failure.lines {
            let (label, said) = match line {
                Line::Same(text) => ("both", text),
                Line::Missing(text) => ("expected", text),
                Line::Unexpected(text) => ("actual", text),
            };
            text.push_str(&format!("      {label:<9} {said}\n"));
        }
    }
    text.push_str("    what happened:\n");
    for line in columns(&rows(tested)).lines() {
        text.push_str(&format!("      {line}\n"));
    }
    text
}

/// `specs/late.yaml:5`.
pub fn place(tested: &Tested, failure: &Failure) -> String {
    let (line, _) = tested.spec.source.line_column(failure.span.start);
    format!("{}:{line}", tested.spec.source.name)
}

/// `state`; with several of which something is expected `state of order`.
pub fn subject(tested: &Tested, failure: &Failure) -> String {
    match failure.process {
        Some(process) if tested.spec.subjects().len() > 1 => {
            format!("{} of {}", failure.key, tested.spec.cast[process].name())
        }
        _ => failure.key.clone(),
    }
}

/// One line of what happened for each decision; alike ones in a row are counted.
fn rows(tested: &Tested) -> Vec<Vec<String>> {
    let mut found: Vec<(Vec<String>, bool, u64)> = Vec::new();
    for happened in &tested.happened {
        let row = row(tested, happened);
        match found.last_mut() {
            Some((last, now, count)) if *last == row && *now == happened.now => *count += 1,
            _ => found.push((row, happened.now, 1)),
        }
    }
    let cast = &tested.spec.cast;
    if found.is_empty() && tested.owed.is_empty() {
        let nothing = match cast.iter().all(|one| one.process().is_some()) {
            true => "nothing: no message reached a process",
            false => "nothing: nobody decided or answered anything",
        };
        return vec![vec![nothing.to_string()]];
    }
    let hidden = found.len().saturating_sub(SHOWN);
    let mut rows = Vec::new();
    if hidden > 0 {
        rows.push(vec![
            "…".to_string(),
            format!("and {} (--format json has all)", counted(hidden as u64, "line")),
        ]);
    }
    let mut said = None;
    for (mut row, now, count) in found.into_iter().skip(hidden) {
        if count > 1 {
            row[0] = format!("{} x{count}", row[0]);
        }
        let word = match now {
            _ if said == Some(now) => "",
            true => "when",
            false => "given",
        };
        said = Some(now);
        row.insert(0, word.to_string());
        rows.push(row);
    }
    for (index, (by, type_, after)) in tested.owed.iter().take(SHOWN).enumerate() {
        let word = if index == 0 { "owed" } else { "" };
        let who = format!("{}: in {}", cast[*by].name(), print_duration(*after));
        rows.push(vec![word.to_string(), type_.to_string(), who]);
    }
    rows
}

/// Who of the cast has said a message; a service without memory speaks in the name of a module.
fn sayer<'a>(tested: &'a Tested, message: &Message) -> Option<&'a Name> {
    let cast = &tested.spec.cast;
    if let Some(one) = cast.iter().find(|one| *one.name() == message.source) {
        return Some(one.name());
    }
    // What the script says has no cause.
    message.causation.as_ref()?;
    let said = |happened: &&Happened| happened.outcome.is_none() && happened.input.id == message.id;
    tested.happened.iter().find(said).map(|happened| cast[happened.process].name())
}

fn row(tested: &Tested, happened: &Happened) -> Vec<String> {
    let cast = &tested.spec.cast;
    let input = &happened.input;
    let data = input.data.as_ref().map(|data| brief_in(data.text(), 40));
    let came = match (happened.rang, happened.scripted) {
        (true, _) if cast[happened.process].service().is_some() => format!("{} is due", input.type_),
        (true, _) => format!("{} rings", input.type_),
        (false, true) => described(&input.type_, data.as_deref()),
        (false, false) => match sayer(tested, input) {
            Some(name) => format!("{} from {name}", described(&input.type_, data.as_deref())),
            None => format!("{}, which had waited", input.type_),
        },
    };
    let mut met = happened.met().to_string();
    if cast.len() > 1 {
        met = format!("{}: {met}", cast[happened.process].name());
    }
    if let Some(reason) = &happened.reason {
        met.push_str(&format!(": {reason}"));
    }
    if let Some(to) = &happened.to {
        met.push_str(&format!(" → {to}"));
    }
    let sent = happened.sent.iter().map(|message| {
        let verb = if message.kind == Kind::Command { "sends" } else { "publishes" };
        let data = message.data.as_ref().map(|data| brief_in(data.text(), 40));
        format!("{verb} {}", described(&message.type_, data.as_deref()))
    });
    let armed = happened.armed.iter().map(|(name, after)| format!("sets {name} {}", print_duration(*after)));
    vec![came, met, list(sent.chain(armed))]
}
