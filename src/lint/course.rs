//! Where an instance can be, and what is armed there: everything that a definition can do, followed once.
//!
//! A walk over states and sets, to a fixed point (Kildall, 1973). A guard may hold or not; a message that a
//! state mentions may come at any time; an alarm rings only where one may be armed. So what is said to be
//! armed for certain is armed on every way into a state, and what cannot be armed here never is.

use crate::event::{Kind, Name};
use crate::process::{Definition, Reaction, Rule, State, StateId, Unexpected};
use std::collections::BTreeSet;

/// What is known of an instance at some point of its way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known<'a> {
    /// The alarms that are armed, or have rung and wait, whatever the way here was.
    pub certain: BTreeSet<&'a Name>,
    /// Those that are on some way.
    pub perhaps: BTreeSet<&'a Name>,
    /// The commands that were sent in this state, on some way: nobody can have answered yet.
    pub asked: BTreeSet<&'a Name>,
    /// Those after which something came that may have been the answer; or time ran out.
    pub done: BTreeSet<&'a Name>,
}

/// What a state says to a message.
#[derive(Debug, Clone, Copy)]
pub enum Answer<'a> {
    Reacts(&'a Reaction),
    Ignores,
    Defers,
    /// It is parked; in an end, too late.
    Nothing,
}

/// An answer as it stands in the file: in a state, or in a block under `any`, by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Block {
    State(StateId),
    Any(usize),
}

/// All that one machine can do: a process without regions, or one region of it.
pub struct Course<'a> {
    pub definition: &'a Definition,
    /// Per state, what is known when it is come into, after its `enter`; none: nothing leads there.
    pub arrived: Vec<Option<Known<'a>>>,
    /// Per state, what is known when an instance rests there; none: it never does.
    pub rested: Vec<Option<Known<'a>>>,
    /// Whether an instance is born there, and asked, however soon it leaves.
    pub born: bool,
    /// What leads from where to where.
    pub ways: BTreeSet<(StateId, StateId)>,
    /// The answers that some message can meet: under which message, in which block, and of a rule which.
    pub met: BTreeSet<(Block, &'a Name, usize)>,
    /// Alarms of which several may be armed.
    keyed: BTreeSet<&'a Name>,
    /// Alarms whose ring some state keeps: a `cancel` does not reach it.
    kept: BTreeSet<&'a Name>,
    waiting: Vec<StateId>,
}

/// Of a rule that ignores or defers: no reaction's number.
pub const LISTED: usize = usize::MAX;

impl<'a> Course<'a> {
    pub fn of(definition: &'a Definition) -> Course<'a> {
        let alarms = definition.reactions().flat_map(|reaction| &reaction.alarms);
        let answers = definition.states.iter().map(|state| &state.own);
        let answers = answers.chain(definition.any.iter().map(|shared| &shared.answers));
        let deferred = answers.flat_map(|answers| &answers.defer);
        let states = definition.states.len();
        let mut course = Course {
            definition,
            arrived: vec![None; states],
            rested: vec![None; states],
            born: false,
            ways: BTreeSet::new(),
            met: BTreeSet::new(),
            keyed: alarms.filter(|alarm| alarm.key.is_some()).map(|alarm| &alarm.name).collect(),
            kept: match definition.unexpected {
                Unexpected::Defer => definition.alarms.iter().collect(),
                _ => deferred.filter(|name| definition.alarms.contains(*name)).collect(),
            },
            waiting: Vec::new(),
        };
        course.births();
        while let Some(state) = course.waiting.pop() {
            course.lives(state);
        }
        course
    }

    /// Whether an instance can come there at all.
    pub fn comes_to(&self, state: StateId) -> bool {
        self.arrived[state].is_some() || self.born && state == self.definition.regions[0].initial
    }

    /// The states in which an instance can rest, with what is known there.
    pub fn resting(&self) -> impl Iterator<Item = (StateId, &'a State, &Known<'a>)> {
        let states = self.definition.states.iter().zip(&self.rested).enumerate();
        states.filter_map(|(id, (state, known))| Some((id, state, known.as_ref()?)))
    }

    fn births(&mut self) {
        let initial = self.definition.regions[0].initial;
        for starter in &self.definition.starts_on {
            let mut falls_through = true;
            for reaction in starter.reaction.iter().flatten() {
                let known = self.after(reaction, Known::default());
                self.enters(reaction.to.unwrap_or(initial), known);
                if reaction.when.is_none() {
                    falls_through = false;
                    break;
                }
            }
            if !falls_through {
                continue;
            }
            self.born = true;
            for known in self.entered(initial, Known::default()) {
                for (place, answer) in answers(self.definition, initial, &starter.type_) {
                    self.met.extend(place.map(|(block, nth)| (block, &starter.type_, nth)));
                    match answer {
                        Answer::Reacts(reaction) => self.takes(initial, reaction, known.clone()),
                        _ => self.arrives(initial, known.clone()),
                    }
                }
            }
        }
    }

    /// All that can follow when an instance has come into a state.
    fn lives(&mut self, id: StateId) {
        let state = self.definition.state(id);
        let here = self.arrived[id].clone().expect("it was come into");
        let mut rests = Some(here.clone());
        for reaction in &state.whenever {
            let known = self.after(reaction, here.clone());
            match reaction.to {
                Some(to) => {
                    self.ways.insert((id, to));
                    self.enters(to, moved(known.clone()));
                }
                None if reaction.when.is_some() => self.arrives(id, known.clone()),
                None => {}
            }
            if reaction.when.is_none() {
                rests = reaction.to.is_none().then_some(known);
                break;
            }
        }
        let Some(mut here) = rests else { return };
        if state.end.is_some() {
            here.certain.retain(|alarm| state.own.on.contains_key(*alarm));
            here.perhaps.retain(|alarm| state.own.on.contains_key(*alarm));
        }
        if merge(&mut self.rested[id], here) {
            self.meets_all(id, state);
        }
    }

    /// Every message that a state mentions, and every alarm that may ring there.
    fn meets_all(&mut self, id: StateId, state: &'a State) {
        let definition = self.definition;
        let mut types: BTreeSet<&Name> =
            definition.asked(state).flat_map(|answers| answers.types()).collect();
        let here = self.rested[id].clone().expect("it rests here");
        types.extend(&here.perhaps);
        for type_ in types {
            let rings = definition.alarms.contains(type_);
            if rings && !here.perhaps.contains(type_) {
                continue;
            }
            let mut known = here.clone();
            if rings {
                known.certain.remove(type_);
                if !self.keyed.contains(type_) {
                    known.perhaps.remove(type_);
                }
            }
            for (place, answer) in answers(definition, id, type_) {
                self.met.extend(place.map(|(block, nth)| (block, type_, nth)));
                match answer {
                    Answer::Reacts(reaction) => {
                        let mut known = known.clone();
                        if rings {
                            // Who did not answer in time may have done it all the same.
                            known.done.append(&mut known.asked.clone());
                        }
                        self.takes(id, reaction, known);
                    }
                    Answer::Ignores if rings => self.arrives(id, known.clone()),
                    Answer::Ignores | Answer::Defers | Answer::Nothing => {}
                }
            }
        }
    }

    fn takes(&mut self, from: StateId, reaction: &'a Reaction, known: Known<'a>) {
        match reaction.to {
            Some(to) => {
                self.ways.insert((from, to));
                let fails = self.definition.state(to).end == Some(crate::process::End::Failure);
                // What leads straight from the question to a failure was the refusal.
                let known = if fails { known } else { moved(known) };
                let known = self.after(reaction, known);
                self.enters(to, known);
            }
            None => {
                let known = self.after(reaction, known);
                self.arrives(from, known);
            }
        }
    }

    /// What a reaction makes of what is known.
    fn after(&self, reaction: &'a Reaction, mut known: Known<'a>) -> Known<'a> {
        for cancel in &reaction.cancel {
            known.certain.remove(&cancel.name);
            if cancel.key.is_none() && !self.kept.contains(&cancel.name) {
                known.perhaps.remove(&cancel.name);
            }
        }
        for alarm in &reaction.alarms {
            known.certain.insert(&alarm.name);
            known.perhaps.insert(&alarm.name);
        }
        let commands = reaction.sends.iter().filter(|outgoing| outgoing.kind == Kind::Command);
        known.asked.extend(commands.map(|outgoing| &outgoing.type_));
        known
    }

    fn enters(&mut self, to: StateId, known: Known<'a>) {
        for known in self.entered(to, known) {
            self.arrives(to, known);
        }
    }

    /// The first reaction under `enter` whose guard holds, whichever that is; or none.
    fn entered(&self, to: StateId, known: Known<'a>) -> Vec<Known<'a>> {
        let rule: &'a Rule = &self.definition.state(to).enter;
        let mut ways: Vec<Known> = rule.iter().map(|reaction| self.after(reaction, known.clone())).collect();
        if rule.iter().all(|reaction| reaction.when.is_some()) {
            ways.push(known);
        }
        ways
    }

    fn arrives(&mut self, id: StateId, known: Known<'a>) {
        if merge(&mut self.arrived[id], known) {
            self.waiting.push(id);
        }
    }
}

/// What was asked for may have been answered by what moves an instance on.
fn moved(mut known: Known) -> Known {
    known.done.append(&mut known.asked);
    known
}

/// What is known whichever way was come; whether that is other than before.
fn merge<'a>(before: &mut Option<Known<'a>>, known: Known<'a>) -> bool {
    let Some(old) = before else {
        *before = Some(known);
        return true;
    };
    let merged = Known {
        certain: old.certain.intersection(&known.certain).copied().collect(),
        perhaps: old.perhaps.union(&known.perhaps).copied().collect(),
        asked: old.asked.union(&known.asked).copied().collect(),
        done: old.done.union(&known.done).copied().collect(),
    };
    let changed = merged != *old;
    *old = merged;
    changed
}

/// What a state may say to a message, as its guards come out, each with its place in the file.
pub fn answers<'a>(
    definition: &'a Definition,
    id: StateId,
    type_: &str,
) -> Vec<(Option<(Block, usize)>, Answer<'a>)> {
    let state = definition.state(id);
    let shared = definition.any.iter().enumerate().filter(|(_, shared)| shared.is_for(state));
    let blocks = std::iter::once((Block::State(id), &state.own))
        .chain(shared.map(|(nth, shared)| (Block::Any(nth), &shared.answers)));
    let mut found = Vec::new();
    for (block, answers) in blocks {
        for (nth, reaction) in answers.on.get(type_).into_iter().flatten().enumerate() {
            found.push((Some((block, nth)), Answer::Reacts(reaction)));
            if reaction.when.is_none() {
                return found;
            }
        }
        if answers.ignore.contains(type_) {
            found.push((Some((block, LISTED)), Answer::Ignores));
            return found;
        }
        if answers.defer.contains(type_) {
            found.push((Some((block, LISTED)), Answer::Defers));
            return found;
        }
    }
    let last = match definition.unexpected {
        _ if state.end.is_some() => Answer::Nothing,
        Unexpected::Park => Answer::Nothing,
        Unexpected::Ignore => Answer::Ignores,
        Unexpected::Defer => Answer::Defers,
    };
    found.push((None, last));
    found
}
