//! What a reaction does, as a record: `set` first, all of it seeing the old data; everything else
//! sees the new; then `cancel`, `alarm`, `to`. An expression that fails anywhere undoes all of it.

use super::question::{Answer, Question, taken};
use super::recorded::{Outcome, Recorded};
use crate::event::{Document, Message, Name, Time, computed_id, json};
use crate::process::expr::{Env, Failure};
use crate::process::{AfterEnd, AlarmSpec, AlarmTime, Data, Entry, Outgoing, Reaction, State, Template};
use std::borrow::Cow;
use std::sync::Arc;

/// A running instance takes a reaction.
pub(super) fn react(question: Question, reaction: &Reaction) -> Recorded {
    let old = &question.instance.data;
    write(question, Some(reaction), old, None).unwrap_or_else(|failure| question.failed(failure))
}

/// An instance is born: the start reaction if there is one, else the initial state is asked. A
/// starter that nothing answers only starts the instance.
pub(super) fn birth(question: Question) -> Recorded {
    let definition = question.definition;
    let initial = definition.state(definition.initial);
    let born = || {
        let env = Env { data: &definition.data, state: &initial.name, ..question.env() };
        let starter = definition.starter(&question.message.type_);
        if let Some(rule) = starter.and_then(|starter| starter.reaction.as_ref())
            && let Some(reaction) = taken(rule, &env)?
        {
            return write(question, Some(reaction), &definition.data, Some(initial));
        }
        match question.ask(initial, &env)? {
            Answer::React(reaction) => write(question, Some(reaction), &definition.data, Some(initial)),
            // An end state waits for no change of state, so nothing is kept for one.
            Answer::Defer if initial.end.is_none() => {
                let recorded = write(question, None, &definition.data, Some(initial))?;
                Ok(Recorded { kept: true, ..recorded })
            }
            Answer::Ignore | Answer::Defer | Answer::Nothing => {
                write(question, None, &definition.data, Some(initial))
            }
        }
    };
    born().unwrap_or_else(|failure| question.failed(failure))
}

/// The record of a reaction (or of none, at a birth that nothing answers). `born` is the initial
/// state, at birth.
fn write(
    question: Question,
    reaction: Option<&Reaction>,
    old: &Data,
    born: Option<&State>,
) -> Result<Recorded, Failure> {
    let definition = question.definition;
    let state = match born {
        Some(initial) => &*initial.name,
        None => question.instance.state().map_or("", |name| name),
    };
    let mut recorded = question.outcome(Outcome::Advanced);
    if born.is_some() {
        recorded.outcome = Outcome::Started;
        recorded.hash = Some(definition.hash.clone());
        recorded.set = old.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    }
    let mut target = born;
    if let Some(reaction) = reaction {
        let env = Env { data: old, state, ..question.env() };
        let mut data = Cow::Borrowed(old);
        for (name, template) in &reaction.set {
            let value = value_of(template, &env)?;
            data.to_mut().set(name.clone(), value.clone());
            match recorded.set.iter_mut().find(|(known, _)| known == name) {
                Some((_, old)) => *old = value,
                None => recorded.set.push((name.clone(), value)),
            }
        }
        let env = Env { data: &data, ..env };
        let writer = Writer { question, env };
        for outgoing in &reaction.sends {
            let message = writer.message(outgoing, recorded.sent.len())?;
            recorded.sent.push(Arc::new(message));
        }
        disarm(question, &mut recorded, |name| reaction.cancel.contains(name));
        for (index, spec) in reaction.alarms.iter().enumerate() {
            let alarm = writer.alarm(spec, recorded.sent.len() + index)?;
            disarm(question, &mut recorded, |name| *name == spec.name);
            recorded.armed.push(Arc::new(alarm));
        }
        if let Some(to) = reaction.to {
            target = Some(definition.state(to));
        }
    }
    if let Some(target) = target {
        enter(question, &mut recorded, target);
    }
    Ok(recorded)
}

/// The change of state, and what reaching an end does.
fn enter(question: Question, recorded: &mut Recorded, target: &State) {
    recorded.to = Some(target.name.clone());
    let Some(end) = target.end else { return };
    recorded.end = Some(end);
    recorded.forgotten = question.definition.after_end == AfterEnd::Forget;
    if recorded.outcome == Outcome::Advanced {
        recorded.outcome = Outcome::Ended;
    }
    let forgotten = recorded.forgotten;
    disarm(question, recorded, |name| forgotten || !target.on.contains_key(name));
}

/// Calls off the armed alarms of these names, also those that this very reaction has set.
fn disarm(question: Question, recorded: &mut Recorded, named: impl Fn(&Name) -> bool) {
    recorded.armed.retain(|alarm| !named(&alarm.type_));
    for alarm in &question.instance.alarms {
        // The ring that is being answered is spent, not called off.
        if named(&alarm.type_) && alarm.id != question.message.id && !recorded.disarmed.contains(&alarm.id) {
            recorded.disarmed.push(alarm.id.clone());
        }
    }
}

/// Writes the messages of one reaction.
struct Writer<'a> {
    question: Question<'a>,
    env: Env<'a>,
}

impl Writer<'_> {
    fn message(&self, outgoing: &Outgoing, ordinal: usize) -> Result<Message, Failure> {
        let mut message = self.envelope(&outgoing.type_, ordinal);
        message.kind = outgoing.kind;
        message.data = outgoing.data.as_ref().map(|data| value_of(data, &self.env)).transpose()?;
        Ok(message)
    }

    fn alarm(&self, spec: &AlarmSpec, ordinal: usize) -> Result<Message, Failure> {
        let mut message = self.envelope(&spec.name, ordinal);
        message.internal = true;
        message.due = Some(self.due(spec)?);
        message.data = spec.data.as_ref().map(|data| value_of(data, &self.env)).transpose()?;
        Ok(message)
    }

    fn due(&self, spec: &AlarmSpec) -> Result<Time, Failure> {
        let now = self.env.now;
        let (due, at) = match &spec.when {
            AlarmTime::After(duration) => (now.plus(*duration), spec.span),
            AlarmTime::AfterExpr(expr) => (now.plus(expr.duration(&self.env)?), spec.span),
            AlarmTime::At(expr) => (Some(expr.time(&self.env)?), spec.span),
        };
        due.ok_or_else(|| Failure { what: format!("alarm {} is out of the years 0 to 9999", spec.name), at })
    }

    /// What every message that a process sends has alike.
    fn envelope(&self, type_: &Name, ordinal: usize) -> Message {
        let Question { definition, instance, message: input, now } = self.question;
        let parts = [&*definition.name, &*instance.id, &*input.source, &*input.id];
        let mut message =
            Message::new(definition.name.clone(), type_.clone(), computed_id(&parts, ordinal as u64), now);
        message.subject = Some(instance.id.clone());
        message.correlation = instance.correlation.clone().or_else(|| input.conversation().cloned());
        message.causation = Some(input.id.clone());
        message
    }
}

/// A template with its holes filled.
fn value_of(template: &Template, env: &Env) -> Result<Document, Failure> {
    let mut out = String::with_capacity(128);
    fill(template, env, &mut out)?;
    Ok(Document::of_valid(&out))
}

fn fill(template: &Template, env: &Env, out: &mut String) -> Result<(), Failure> {
    match template {
        Template::Literal(text) => out.push_str(text),
        Template::Expr(expr) => expr.json(env, out)?,
        Template::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                fill(item, env, out)?;
            }
            out.push(']');
        }
        Template::Map(entries) if entries.iter().any(|entry| matches!(entry, Entry::Spread(_))) => {
            fill_map(entries, env, out)?;
        }
        // Without a spread every key stands once.
        Template::Map(entries) => {
            out.push('{');
            for (index, (name, template)) in entries.iter().filter_map(Entry::member).enumerate() {
                if index > 0 {
                    out.push(',');
                }
                json::quote_into(out, name);
                out.push(':');
                fill(template, env, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

/// Members in the order written; a later key overrides an earlier one where that one stands. The
/// keys of a spread keep their spelling.
fn fill_map(entries: &[Entry], env: &Env, out: &mut String) -> Result<(), Failure> {
    let mut members: Vec<(String, String)> = Vec::new();
    let mut put = |raw_key: String, key: &str, value: String| {
        let same = |known: &str| json::string(known).is_some_and(|known| known == key);
        match members.iter_mut().find(|(known, _)| same(known)) {
            Some((_, old)) => *old = value,
            None => members.push((raw_key, value)),
        }
    };
    for entry in entries {
        match entry {
            Entry::Member(name, template) => {
                let mut value = String::new();
                fill(template, env, &mut value)?;
                put(json::quote(name), name, value);
            }
            Entry::Spread(expr) => {
                let mut map = String::new();
                expr.json(env, &mut map)?;
                if json::shape(&map) != json::Shape::Object {
                    return Err(Failure { what: "`...` needs a map".to_string(), at: expr.span() });
                }
                for member in json::members(&map) {
                    put(member.raw_key.to_string(), &member.key(), member.value.to_string());
                }
            }
        }
    }
    out.push('{');
    for (index, (key, value)) in members.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str(key);
        out.push(':');
        out.push_str(value);
    }
    out.push('}');
    Ok(())
}
