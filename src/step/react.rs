//! What a reaction does, and all that it sets off, as one record.
//!
//! Within a reaction: `set` first, all of it seeing the old data; everything else sees the new; then
//! `cancel`, `alarm`, `to`. A `to` leads to the next state's `enter`. At last the state in which the
//! instance then is looks at its `whenever`, until nothing there holds that this message has not set
//! off already; so it ends. An expression that fails anywhere undoes all of it.

use super::question::{Answer, Question, taken};
use super::recorded::{Outcome, Recorded};
use crate::event::{Document, Message, Name, Time, computed_id, json};
use crate::process::expr::{Env, Failure};
use crate::process::{
    AfterEnd, AlarmKey, AlarmSpec, AlarmTime, Data, Entry, Outgoing, Reaction, State, Template,
};
use crate::span::Span;
use std::borrow::Cow;
use std::sync::Arc;

/// A running instance takes a reaction in the state in which it is.
pub(super) fn react<'a>(question: Question<'a>, state: &'a State, reaction: &'a Reaction) -> Recorded {
    let course = Course::new(question, &question.instance.data, state);
    course.goes(reaction).unwrap_or_else(|failure| question.failed(failure))
}

/// An instance is born: the start reaction if there is one, which may lead elsewhere; else into the
/// initial state, which is then asked. A starter that nothing answers only starts the instance.
pub(super) fn birth(question: Question) -> Recorded {
    born(question).unwrap_or_else(|failure| question.failed(failure))
}

fn born(question: Question) -> Result<Recorded, Failure> {
    let definition = question.definition;
    let initial = definition.state(definition.initial);
    let mut course = Course::new(question, &definition.data, initial);
    course.recorded.outcome = Outcome::Started;
    course.recorded.hash = Some(definition.hash.clone());
    course.recorded.set = definition.data.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    let starter = definition.starter(&question.message.type_);
    if let Some(rule) = starter.and_then(|starter| starter.reaction.as_ref())
        && let Some(reaction) = taken(rule, &course.env())?
    {
        let to = course.take(reaction)?;
        course.enter(to.unwrap_or(initial))?;
        return course.rests();
    }
    course.enter(initial)?;
    match question.ask(initial, &course.env())? {
        Answer::React(reaction) => return course.goes(reaction),
        // An end state waits for no change of state, so nothing is kept for one, also where `whenever`
        // has led there; what began a life that is forgotten would begin the next, without end.
        Answer::Defer => {
            let recorded = course.rests()?;
            return Ok(Recorded { kept: recorded.end.is_none(), ..recorded });
        }
        Answer::Ignore | Answer::Nothing => {}
    }
    course.rests()
}

/// A decision on its way: where the instance is by now, what it knows by now, and the record so far.
struct Course<'a> {
    question: Question<'a>,
    state: &'a State,
    data: Cow<'a, Data>,
    recorded: Recorded,
    /// The alarms that are set so far, each with its number among all that were, and without an id:
    /// what is sent is counted first.
    armed: Vec<(u64, Message)>,
    set: u64,
    /// The reactions under `whenever` that this message has set off.
    set_off: Vec<&'a Reaction>,
}

impl<'a> Course<'a> {
    fn new(question: Question<'a>, data: &'a Data, state: &'a State) -> Course<'a> {
        let recorded = question.outcome(Outcome::Advanced);
        Course {
            question,
            state,
            data: Cow::Borrowed(data),
            recorded,
            armed: Vec::new(),
            set: 0,
            set_off: Vec::new(),
        }
    }

    fn env(&self) -> Env<'_> {
        Env { data: &self.data, state: &self.state.name, ..self.question.env() }
    }

    /// A reaction, and all that it sets off.
    fn goes(mut self, reaction: &'a Reaction) -> Result<Recorded, Failure> {
        if let Some(to) = self.take(reaction)? {
            self.enter(to)?;
        }
        self.rests()
    }

    /// One reaction; answers where it leads.
    fn take(&mut self, reaction: &'a Reaction) -> Result<Option<&'a State>, Failure> {
        let mut new = Vec::with_capacity(reaction.set.len());
        for (name, template) in &reaction.set {
            new.push((name, value_of(template, &self.env())?));
        }
        for (name, value) in new {
            self.data.to_mut().set(name.clone(), value.clone());
            match self.recorded.set.iter_mut().find(|(known, _)| known == name) {
                Some((_, old)) => *old = value,
                None => self.recorded.set.push((name.clone(), value)),
            }
        }
        reaction.sends.iter().try_for_each(|outgoing| self.send(outgoing))?;
        for cancel in &reaction.cancel {
            let key = self.key(cancel.key.as_ref(), cancel.span)?;
            self.disarm(|alarm| alarm.type_ == cancel.name && (key.is_none() || alarm.key() == key));
        }
        let alarms: Result<Vec<_>, _> = reaction.alarms.iter().map(|spec| self.alarm(spec)).collect();
        for alarm in alarms? {
            let (name, key) = (alarm.type_.clone(), alarm.key());
            self.disarm(|armed| armed.type_ == name && armed.key() == key);
            self.armed.push((self.set, alarm));
            self.set += 1;
        }
        Ok(reaction.to.map(|to| self.question.definition.state(to)))
    }

    /// Into a state, also into the one in which it was.
    fn enter(&mut self, state: &'a State) -> Result<(), Failure> {
        self.state = state;
        self.recorded.to = Some(state.name.clone());
        if let Some(reaction) = taken(&state.enter, &self.env())? {
            self.take(reaction)?;
        }
        Ok(())
    }

    /// What the state does without an event, each at most once; then the decision is made.
    fn rests(mut self) -> Result<Recorded, Failure> {
        while let Some(reaction) = self.next_whenever()? {
            self.set_off.push(reaction);
            if let Some(to) = self.take(reaction)? {
                self.enter(to)?;
            }
        }
        if self.recorded.to.is_some()
            && let Some(end) = self.state.end
        {
            self.recorded.end = Some(end);
            self.recorded.forgotten = self.question.definition.after_end == AfterEnd::Forget;
            if self.recorded.outcome == Outcome::Advanced {
                self.recorded.outcome = Outcome::Ended;
            }
            let (forgotten, state) = (self.recorded.forgotten, self.state);
            self.disarm(|alarm| forgotten || !state.own.on.contains_key(&alarm.type_));
        }
        let sent = self.recorded.sent.len() as u64;
        for (number, mut alarm) in std::mem::take(&mut self.armed) {
            alarm.id = self.id(sent + number);
            self.recorded.armed.push(Arc::new(alarm));
        }
        Ok(self.recorded)
    }

    fn next_whenever(&self) -> Result<Option<&'a Reaction>, Failure> {
        let state = self.state;
        for reaction in &state.whenever {
            let spent = self.set_off.iter().any(|known| std::ptr::eq(*known, reaction));
            if !spent && reaction.when.as_ref().map_or(Ok(true), |when| when.test(&self.env()))? {
                return Ok(Some(reaction));
            }
        }
        Ok(None)
    }

    /// Calls off the armed alarms that are meant, also those that this very decision has set.
    fn disarm(&mut self, meant: impl Fn(&Message) -> bool) {
        self.armed.retain(|(_, alarm)| !meant(alarm));
        let Question { instance, message, .. } = self.question;
        for alarm in &instance.alarms {
            // The ring that is being answered is spent, not called off.
            if meant(alarm) && alarm.id != message.id && !self.recorded.disarmed.contains(&alarm.id) {
                self.recorded.disarmed.push(alarm.id.clone());
            }
        }
    }

    /// One message, or one for each item of a list.
    fn send(&mut self, outgoing: &Outgoing) -> Result<(), Failure> {
        for data in contents_of(outgoing, &self.env())? {
            let id = self.id(self.recorded.sent.len() as u64);
            let mut message = self.envelope(&outgoing.type_, id);
            message.kind = outgoing.kind;
            message.data = data;
            self.recorded.sent.push(Arc::new(message));
        }
        Ok(())
    }

    fn alarm(&self, spec: &AlarmSpec) -> Result<Message, Failure> {
        let mut message = self.envelope(&spec.name, Name::from(""));
        message.internal = true;
        message.due = Some(self.due(spec)?);
        message.data = spec.data.as_ref().map(|data| value_of(data, &self.env())).transpose()?;
        if let Some(key) = self.key(spec.key.as_ref(), spec.span)? {
            message.set_key(&key);
        }
        Ok(message)
    }

    fn due(&self, spec: &AlarmSpec) -> Result<Time, Failure> {
        let now = self.question.now;
        let (due, at) = match &spec.when {
            AlarmTime::After(duration) => (now.plus(*duration), spec.span),
            AlarmTime::AfterExpr(expr) => (now.plus(expr.duration(&self.env())?), spec.span),
            AlarmTime::At(expr) => (Some(expr.time(&self.env())?), spec.span),
        };
        due.ok_or_else(|| Failure { what: format!("alarm {} is out of the years 0 to 9999", spec.name), at })
    }

    fn key(&self, key: Option<&AlarmKey>, at: Span) -> Result<Option<String>, Failure> {
        match key {
            None => Ok(None),
            Some(AlarmKey::Text(text)) => Ok(Some(text.to_string())),
            Some(AlarmKey::Expr(expr)) => match expr.name(&self.env())? {
                Some(text) => Ok(Some(text)),
                None => {
                    Err(Failure { what: "an alarm's key is a text or a number, this is null".into(), at })
                }
            },
        }
    }

    /// A starter that its initial state keeps has begun a life, and may have sent something by that: when it is
    /// tried again it must not send the same ids again.
    fn id(&self, ordinal: u64) -> Name {
        let Question { definition, instance, message: input, .. } = self.question;
        let waits =
            || instance.deferred.iter().any(|kept| kept.id == input.id && kept.source == input.source);
        let tried =
            if definition.starter(&input.type_).is_some() && waits() { instance.decisions } else { 0 };
        let parts = [&*definition.name, &*instance.id, &*input.source, &*input.id];
        computed_id(&parts, tried << 32 | ordinal)
    }

    /// What every message that a process sends has alike.
    fn envelope(&self, type_: &Name, id: Name) -> Message {
        let Question { definition, instance, message: input, now } = self.question;
        let mut message = Message::new(definition.name.clone(), type_.clone(), id, now);
        message.subject = Some(instance.id.clone());
        message.correlation = instance.correlation.clone().or_else(|| input.conversation().cloned());
        message.causation = Some(input.id.clone());
        message
    }
}

/// What is said carries: once, or once for each item of a list, in the list's order.
pub(super) fn contents_of(outgoing: &Outgoing, env: &Env) -> Result<Vec<Option<Document>>, Failure> {
    let content = |env: &Env| outgoing.data.as_ref().map(|data| value_of(data, env)).transpose();
    match &outgoing.each {
        None => Ok(vec![content(env)?]),
        Some(each) => {
            each.list.items(env)?.iter().map(|item| content(&Env { item: Some(item), ..*env })).collect()
        }
    }
}

/// A template with its holes filled.
pub(super) fn value_of(template: &Template, env: &Env) -> Result<Document, Failure> {
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
