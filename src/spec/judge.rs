//! What came of a spec, compared with what was expected.

use super::compare::as_expected;
use super::model::{Expected, ParkedAs, Placed};
use super::tested::{Ending, Tested};
use crate::event::{Kind, Message, Millis, Name, json, print_duration};
use crate::span::Span;
use std::sync::Arc;

/// One thing that is not as expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// An index into [`super::Spec::cast`]; None: the script itself could not go on.
    pub process: Option<usize>,
    /// `state`, `data.total`, `send`; of a script, what it stumbled over.
    pub key: String,
    /// The entry that failed.
    pub span: Span,
    /// Expected and actual beside each other, never empty.
    pub lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// As it was expected.
    Same(String),
    /// Expected, and not so.
    Missing(String),
    /// So, and not expected.
    Unexpected(String),
}

impl Failure {
    pub fn expected(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().filter_map(|line| match line {
            Line::Same(text) | Line::Missing(text) => Some(&**text),
            Line::Unexpected(_) => None,
        })
    }

    pub fn actual(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().filter_map(|line| match line {
            Line::Same(text) | Line::Unexpected(text) => Some(&**text),
            Line::Missing(_) => None,
        })
    }
}

/// Everything that is not as expected, in the order of the entries.
pub(super) fn judge(tested: &Tested) -> Vec<Failure> {
    let mut failures = Vec::new();
    for process in 0..tested.spec.subjects().len() {
        Judge { tested, process, failures: &mut failures }.all();
    }
    failures.sort_by_key(|failure| failure.span);
    failures
}

struct Judge<'a> {
    tested: &'a Tested<'a>,
    process: usize,
    failures: &'a mut Vec<Failure>,
}

impl Judge<'_> {
    fn all(&mut self) {
        let tested = self.tested;
        let then = &tested.spec.then[self.process];
        let end = &tested.ends[self.process];
        if let Some(Placed { value, span }) = &then.outcome {
            let met = self.met();
            self.same("outcome", *span, value.name(), met);
        }
        if let Some(Placed { value, span }) = &then.state {
            self.same("state", *span, &value.name(), &value.of(&state(end)));
        }
        for (name, Placed { value, span }) in &then.data {
            let actual = end.data.get(name).map(|actual| actual.text());
            if !actual.is_some_and(|actual| as_expected(value.text(), actual)) {
                let actual = actual.map_or("nothing".to_string(), json::on_one_line);
                self.differ(&format!("data.{name}"), *span, &json::on_one_line(value.text()), &actual);
            }
        }
        self.sent("send", then.send.as_ref(), Kind::Command);
        self.sent("publish", then.publish.as_ref(), Kind::Event);
        if let Some(Placed { value, span }) = &then.alarms {
            let mut lines = Vec::new();
            for expected in value {
                let found = end.alarms.iter().find(|(name, after)| {
                    *name == expected.name && expected.after.is_none_or(|wanted| wanted == *after)
                });
                let text = armed(&expected.name, expected.after);
                lines.push(if found.is_some() { Line::Same(text) } else { Line::Missing(text) });
            }
            for (name, after) in &end.alarms {
                let meant = |wanted: Option<Millis>| wanted.is_none_or(|wanted| wanted == *after);
                if !value.iter().any(|expected| expected.name == *name && meant(expected.after)) {
                    lines.push(Line::Unexpected(armed(name, Some(*after))));
                }
            }
            self.unless_same("alarms", *span, lines);
        }
        if let Some(Placed { value, span }) = &then.parked {
            let actual = end.parked.as_deref();
            match value {
                ParkedAs::No => self.same("parked", *span, "no", actual.unwrap_or("no")),
                ParkedAs::Yes if actual.is_some() => {}
                ParkedAs::Yes => self.differ("parked", *span, "yes", "no"),
                ParkedAs::For(reason) => self.same("parked", *span, reason, actual.unwrap_or("no")),
            }
        }
    }

    /// What the last message of `when` met that reached the process.
    fn met(&self) -> &'static str {
        let mut of_when =
            self.tested.happened.iter().filter(|happened| happened.process == self.process && happened.now);
        let scripted = of_when.clone().rfind(|happened| happened.scripted);
        scripted.or_else(|| of_when.next_back()).map_or("nothing came", |last| last.met())
    }

    fn sent(&mut self, key: &str, expected: Option<&Placed<Vec<Expected>>>, kind: Kind) {
        let Some(Placed { value, span }) = expected else { return };
        let of_when =
            self.tested.happened.iter().filter(|happened| happened.process == self.process && happened.now);
        let actual: Vec<&Arc<Message>> = of_when.flat_map(|happened| happened.sent(kind)).collect();
        let wanted: Vec<&Expected> =
            value.iter().flat_map(|one| std::iter::repeat_n(one, one.times as usize)).collect();
        let pairs = matched(&wanted, &actual);
        let mut found = vec![false; wanted.len()];
        pairs.iter().flatten().for_each(|index| found[*index] = true);
        let mut unexpected: Vec<&Arc<Message>> = actual
            .iter()
            .zip(&pairs)
            .filter(|(_, pair)| pair.is_none())
            .map(|(message, _)| *message)
            .collect();
        let text =
            |message: &Message| described(&message.type_, message.data.as_ref().map(|data| data.text()));
        let mut lines = Vec::new();
        for (expected, found) in wanted.iter().zip(found) {
            let wanted = described(&expected.type_, expected.data.as_ref().map(|data| data.text()));
            if found {
                lines.push(Line::Same(wanted));
                continue;
            }
            lines.push(Line::Missing(wanted));
            // What came instead stands beside it.
            if let Some(at) = unexpected.iter().position(|message| message.type_ == expected.type_) {
                lines.push(Line::Unexpected(text(unexpected.remove(at))));
            }
        }
        lines.extend(unexpected.into_iter().map(|message| Line::Unexpected(text(message))));
        self.unless_same(key, *span, lines);
    }

    fn unless_same(&mut self, key: &str, span: Span, mut lines: Vec<Line>) {
        if lines.iter().all(|line| matches!(line, Line::Same(_))) {
            return;
        }
        // An empty side says that it is empty.
        if !lines.iter().any(|line| matches!(line, Line::Same(_) | Line::Missing(_))) {
            lines.insert(0, Line::Missing("nothing".to_string()));
        } else if !lines.iter().any(|line| matches!(line, Line::Same(_) | Line::Unexpected(_))) {
            lines.push(Line::Unexpected("nothing".to_string()));
        }
        self.failed(key, span, lines);
    }

    fn same(&mut self, key: &str, span: Span, expected: &str, actual: &str) {
        if expected != actual {
            self.differ(key, span, expected, actual);
        }
    }

    fn differ(&mut self, key: &str, span: Span, expected: &str, actual: &str) {
        let lines = vec![Line::Missing(expected.to_string()), Line::Unexpected(actual.to_string())];
        self.failed(key, span, lines);
    }

    fn failed(&mut self, key: &str, span: Span, lines: Vec<Line>) {
        self.failures.push(Failure { process: Some(self.process), key: key.to_string(), span, lines });
    }
}

fn state(end: &Ending) -> String {
    match &end.state {
        Some(state) => state.to_string(),
        None if end.declined => "declined".to_string(),
        None => "not-started".to_string(),
    }
}

/// Of each message that went out, which expected one it is: as many as can be, whatever the order in
/// which they are listed.
fn matched(wanted: &[&Expected], actual: &[&Arc<Message>]) -> Vec<Option<usize>> {
    let fits = |expected: &Expected, message: &Message| {
        expected.type_ == message.type_
            && expected.data.as_ref().is_none_or(|data| {
                message.data.as_ref().is_some_and(|actual| as_expected(data.text(), actual.text()))
            })
    };
    let mut pairs: Vec<Option<usize>> = vec![None; actual.len()];
    // Where one found no room, neither does another like it.
    let mut no_room: Vec<&Expected> = Vec::new();
    for index in 0..wanted.len() {
        // One that fits and is free; else the others move together, if they can.
        let free = (0..actual.len()).find(|&at| pairs[at].is_none() && fits(wanted[index], actual[at]));
        match free {
            Some(at) => pairs[at] = Some(index),
            None if no_room.iter().any(|other| other.like(wanted[index])) => {}
            None => {
                let mut tried = vec![false; actual.len()];
                if !make_room(index, wanted, actual, &fits, &mut pairs, &mut tried) {
                    no_room.push(wanted[index]);
                }
            }
        }
    }
    pairs
}

fn make_room(
    index: usize,
    wanted: &[&Expected],
    actual: &[&Arc<Message>],
    fits: &impl Fn(&Expected, &Message) -> bool,
    pairs: &mut Vec<Option<usize>>,
    tried: &mut Vec<bool>,
) -> bool {
    for at in 0..actual.len() {
        if tried[at] || !fits(wanted[index], actual[at]) {
            continue;
        }
        tried[at] = true;
        if pairs[at].is_none_or(|other| make_room(other, wanted, actual, fits, pairs, tried)) {
            pairs[at] = Some(index);
            return true;
        }
    }
    false
}

/// `CookFood {"table":5}`.
pub fn described(type_: &str, data: Option<&str>) -> String {
    match data {
        Some(data) => format!("{type_} {}", json::on_one_line(data)),
        None => type_.to_string(),
    }
}

/// `PaymentTimedOut in 15m`.
pub fn armed(name: &Name, after: Option<Millis>) -> String {
    match after {
        Some(after) if after < 0 => format!("{name}, due since {}", print_duration(-after)),
        Some(after) => format!("{name} in {}", print_duration(after)),
        None => name.to_string(),
    }
}
