//! A decision on its way: what reactions do, one after the other, as one record.
//!
//! Within a reaction: `set` first, all of it seeing the old data; everything else sees the new; then
//! `cancel`, `alarm`, `to`. A `to` leads to the next state's `enter`; `whenever` is looked at until
//! nothing there holds that this message has not set off already; so it ends. One region acts at a time,
//! and sees what it has done itself, but of the others what was before the message.

use super::instance::Kept;
use super::question::{Question, holds, taken};
use super::recorded::{Outcome, Recorded};
use super::template::{contents_of, value_of};
use crate::event::{Message, Name, Time, computed_id};
use crate::process::expr::{Env, Failure};
use crate::process::{AlarmKey, AlarmSpec, AlarmTime, Data, Outgoing, Reaction, RegionId, State, Used};
use crate::span::Span;
use std::borrow::Cow;
use std::sync::Arc;

/// Where the regions are by now, what is known by now, and the record so far.
pub(super) struct Course<'a> {
    pub question: Question<'a>,
    /// The state of each region, when the message came and by now.
    was: Vec<&'a State>,
    pub at: Vec<&'a State>,
    /// Whether any region has changed its state; whether the one that acts has.
    pub moved: bool,
    pub entered: bool,
    /// What every region sees: the data before the message.
    pub before: Cow<'a, Data>,
    /// What the one that acts knows by now.
    pub data: Cow<'a, Data>,
    /// Where the instance rests, as the one that acts sees it.
    pub state: Cow<'a, str>,
    pub recorded: Recorded,
    /// The alarms that are set so far, each with its number among all that were, and without an id:
    /// what is sent is counted first.
    pub armed: Vec<(u64, Message)>,
    set: u64,
    /// The reactions under `whenever` that this message has set off.
    set_off: Vec<&'a Reaction>,
    /// The reactions that were taken and the states that were come to, where the definition is watched.
    used: Used,
}

impl<'a> Course<'a> {
    pub fn new(question: Question<'a>, data: &'a Data, at: Vec<&'a State>) -> Course<'a> {
        Course {
            recorded: question.outcome(Outcome::Advanced),
            state: question.definition.written(&at),
            question,
            was: at.clone(),
            at,
            moved: false,
            entered: false,
            before: Cow::Borrowed(data),
            data: Cow::Borrowed(data),
            armed: Vec::new(),
            set: 0,
            set_off: Vec::new(),
            used: Used::default(),
        }
    }

    pub fn env(&self) -> Env<'_> {
        Env { data: &self.data, state: &self.state, ..self.question.env() }
    }

    /// From now on this region acts.
    pub fn turns_to(&mut self, region: RegionId) {
        self.entered = false;
        self.data = self.before.clone();
        self.sees(region);
    }

    /// From now on all that was decided so far is seen.
    pub fn turns_to_all(&mut self) {
        let mut data = self.before.clone();
        if !self.recorded.set.is_empty() {
            let known = data.to_mut();
            self.recorded.set.iter().for_each(|(name, value)| known.set(name.clone(), value.clone()));
        }
        self.data = data;
        self.state = self.question.definition.written(&self.at);
    }

    fn sees(&mut self, region: RegionId) {
        let definition = self.question.definition;
        self.state = match &self.at[..] {
            [_] => definition.written(&self.at),
            _ => {
                let mut seen = self.was.clone();
                seen[region] = self.at[region];
                definition.written(&seen)
            }
        };
    }

    /// One reaction; answers where it leads.
    pub fn take(&mut self, reaction: &'a Reaction) -> Result<Option<&'a State>, Failure> {
        let definition = self.question.definition;
        if definition.watch.is_open() {
            self.used.taken.insert(definition.number_of(reaction));
        }
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

    /// A region goes into a state, also into the one in which it was.
    pub fn enter(&mut self, region: RegionId, state: &'a State) -> Result<(), Failure> {
        (self.moved, self.entered) = (true, true);
        self.at[region] = state;
        self.sees(region);
        let definition = self.question.definition;
        if definition.watch.is_open() {
            self.used.entered.insert(definition.name_of(state));
        }
        if let Some(reaction) = taken(&state.enter, &self.env(), definition)? {
            self.take(reaction)?;
        }
        Ok(())
    }

    /// A reaction of a region, and where it leads.
    pub fn goes(&mut self, region: RegionId, reaction: &'a Reaction) -> Result<(), Failure> {
        match self.take(reaction)? {
            Some(to) => self.enter(region, to),
            None => Ok(()),
        }
    }

    /// What the region's state does without an event, each at most once.
    pub fn rests(&mut self, region: RegionId) -> Result<(), Failure> {
        while let Some(reaction) = self.next_whenever(region)? {
            self.set_off.push(reaction);
            self.goes(region, reaction)?;
        }
        let (at, regions) = (self.at[region], &self.question.definition.regions);
        if self.entered && at.end.is_some() && regions.len() > 1 {
            // Where it is the only one, the whole ends by it.
            self.disarm(|alarm| {
                regions[region].alarms.contains(&alarm.type_) && !at.own.on.contains_key(&alarm.type_)
            });
        }
        Ok(())
    }

    fn next_whenever(&self, region: RegionId) -> Result<Option<&'a Reaction>, Failure> {
        for reaction in &self.at[region].whenever {
            let spent = self.set_off.iter().any(|known| std::ptr::eq(*known, reaction));
            if !spent && holds(reaction, &self.env(), self.question.definition)? {
                return Ok(Some(reaction));
            }
        }
        Ok(None)
    }

    /// The alarms that were set get their ids.
    pub fn close(mut self) -> Recorded {
        // Only now: what an expression undoes was not used.
        self.question.definition.watch.note(|used| {
            used.taken.append(&mut self.used.taken);
            used.entered.append(&mut self.used.entered);
        });
        let sent = self.recorded.sent.len() as u64;
        for (number, mut alarm) in std::mem::take(&mut self.armed) {
            alarm.id = self.id(sent + number);
            self.recorded.armed.push(Arc::new(alarm));
        }
        self.recorded
    }

    /// Calls off the armed alarms that are meant, also those that this very decision has set.
    pub(super) fn disarm(&mut self, meant: impl Fn(&Message) -> bool) {
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

    /// What is kept has begun a life, or one region has answered it, and that may have sent something: when it
    /// is tried again it must not send the same ids again.
    fn id(&self, ordinal: u64) -> Name {
        let Question { definition, instance, message: input, .. } = self.question;
        let same = |kept: &&Kept| kept.id == input.id && kept.source == input.source;
        let waits = instance.deferred.iter().find(same);
        let sent = waits.is_some_and(|kept| !kept.by.is_empty() || definition.starts_with(&input.type_));
        let tried = if sent { instance.decisions } else { 0 };
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
