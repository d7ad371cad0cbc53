//! One decision on its way: a reaction, the entries that it leads to, and what holds there.

use super::interpret::{Armed, Effects, Input, Instance, Reason, Sent, When, computed};
use super::model::*;
use super::values::{changed, chosen, said, salt, value_of};

#[derive(Clone, Copy)]
pub enum Answer<'a> {
    React(&'a Reaction),
    Ignore,
    Defer,
    Nothing,
}

/// One decision on a copy of the instance: where something fails, the copy is thrown away.
pub struct Course<'a> {
    process: &'a Process,
    input: &'a Input,
    when: When,
    pub instance: Instance,
    pub state: usize,
    pub moved: bool,
    sent: Vec<Sent>,
    /// How many alarms were set, whatever became of them.
    set: usize,
    /// State and place of what held and was taken.
    held: Vec<(usize, usize)>,
    /// A life begins, and its starter waits all the same.
    begins: bool,
}

impl<'a> Course<'a> {
    pub fn new(
        instance: &Instance,
        process: &'a Process,
        state: usize,
        input: &'a Input,
        when: When,
    ) -> Course<'a> {
        let (moved, sent, held) = (false, Vec::new(), Vec::new());
        let instance = instance.clone();
        Course { process, input, when, instance, state, moved, sent, set: 0, held, begins: false }
    }

    /// Whether the starter is kept.
    pub fn born(&mut self, starter: &'a Starter) -> Result<bool, Reason> {
        let initial = self.state;
        let rule = starter.rule.as_ref();
        if let Some(index) = rule.map_or(Ok(None), |rule| self.chosen(rule))? {
            let reaction = &rule.unwrap()[index];
            self.perform(reaction)?;
            self.enter(reaction.to.unwrap_or(initial))?;
            return self.whenever().map(|()| false);
        }
        self.enter(initial)?;
        let answer = self.asked()?;
        if let Answer::React(reaction) = answer {
            self.react(reaction)?;
        }
        self.whenever()?;
        self.begins = matches!(answer, Answer::Defer) && !self.process.states[self.state].end;
        Ok(self.begins)
    }

    /// The state, then what it shares.
    pub fn asked(&self) -> Result<Answer<'a>, Reason> {
        let here = &self.process.states[self.state];
        let mut all = vec![(here.rule(self.input.type_), &here.ignore, &here.defer)];
        for shared in &self.process.any {
            let within = shared.within.as_ref().is_none_or(|within| within.contains(&self.state));
            if within && !here.end {
                all.push((shared.rule(self.input.type_), &shared.ignore, &shared.defer));
            }
        }
        for (rule, ignore, defer) in all {
            if let Some(index) = rule.map_or(Ok(None), |rule| self.chosen(rule))? {
                return Ok(Answer::React(&rule.unwrap()[index]));
            }
            if ignore.contains(&self.input.type_) {
                return Ok(Answer::Ignore);
            }
            if defer.contains(&self.input.type_) {
                return Ok(Answer::Defer);
            }
        }
        Ok(Answer::Nothing)
    }

    fn chosen(&self, rule: &Rule) -> Result<Option<usize>, Reason> {
        chosen(rule, &self.instance.data, self.input, self.when)
    }

    pub fn react(&mut self, reaction: &Reaction) -> Result<(), Reason> {
        self.perform(reaction)?;
        reaction.to.map_or(Ok(()), |to| self.enter(to))
    }

    fn enter(&mut self, state: usize) -> Result<(), Reason> {
        (self.state, self.moved) = (state, true);
        let rule = &self.process.states[state].enter;
        match self.chosen(rule)? {
            Some(index) => self.perform(&rule[index]),
            None => Ok(()),
        }
    }

    /// As long as something holds that was not taken yet.
    pub fn whenever(&mut self) -> Result<(), Reason> {
        'again: loop {
            let rule = &self.process.states[self.state].whenever;
            for (place, reaction) in rule.iter().enumerate() {
                let known = self.held.contains(&(self.state, place));
                if !known && self.chosen(&vec![reaction.clone()])?.is_some() {
                    self.held.push((self.state, place));
                    self.react(reaction)?;
                    continue 'again;
                }
            }
            return Ok(());
        }
    }

    pub fn finish(mut self, instance: &mut Instance, effects: &mut Effects) {
        if self.moved {
            self.instance.enter(self.process, self.state);
        }
        // Alarms are numbered behind all that is sent.
        for number in 0..self.set {
            let (before, id) = (self.alarm_id(500 + number), self.alarm_id(self.sent.len() + number));
            let mut set = self.instance.alarms.iter_mut();
            if let Some(alarm) = set.find(|alarm| alarm.id == before) {
                (alarm.id, alarm.origin) = (id, id);
            }
        }
        // What is said because a life begins is not said for what the starter says when it is tried again.
        if self.begins {
            self.sent.iter_mut().for_each(|sent| sent.cause.1 = !sent.cause.1);
        }
        *instance = self.instance;
        effects.sent.append(&mut self.sent);
    }

    fn alarm_id(&self, place: usize) -> u64 {
        computed(self.input.id ^ salt(self.process.name), place + 10_000 * self.input.tried)
    }

    fn perform(&mut self, reaction: &Reaction) -> Result<(), Reason> {
        self.instance.data = changed(&reaction.set, &self.instance.data, self.input)?;
        let (data, input, salt) = (self.instance.data, self.input, salt(self.process.name));
        let optional = |value: Option<Value>| value.map(|value| value_of(value, &data, input)).transpose();
        let mut sent = said(&reaction.sends, &data, input, (salt, self.sent.len()))?;
        self.sent.append(&mut sent);
        for (name, key) in &reaction.cancel {
            let key = optional(*key)?;
            self.instance.alarms.retain(|armed| armed.name != *name || key.is_some() && armed.key != key);
        }
        for alarm in &reaction.alarms {
            let (key, data) = (optional(alarm.key)?, optional(alarm.data)?);
            // For now: how much is sent is not known yet.
            let id = self.alarm_id(500 + self.set);
            self.instance.alarms.retain(|armed| (armed.name, armed.key) != (alarm.name, key));
            self.instance.alarms.push(Armed {
                name: alarm.name,
                key,
                minutes: alarm.minutes,
                data,
                line: input.line.clone(),
                id,
                origin: id,
                by: input.id,
                choice: self.when.choice,
                due: self.when.minutes + alarm.minutes,
            });
            self.set += 1;
        }
        Ok(())
    }
}
