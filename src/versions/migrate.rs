//! What becomes of a running instance when a person moves it to another version: the plan of it, and nothing
//! done yet.
//!
//! The other version re-decides all that the instance was told ([`redecide`]); what it makes of it is laid beside
//! what the instance is. Where that fits, the plan holds the [`Move`] that makes the one into the other. Knows no logs:
//! whoever has an instance and what was recorded of it may ask.

use super::redecide::{Clock, redecide};
use crate::error::{Error, Result};
use crate::event::{Document, Message, Name};
use crate::process::{Data, Definition};
use crate::step::{Arm, Hand, Instance, Kept, Move, Parked, Phase, Recorded, Rest, Rung};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A live instance, and the turns that were recorded of it, from the first it ever had. Their first inputs are
/// whole messages.
#[derive(Debug, Clone, Copy)]
pub struct Life<'a> {
    pub instance: &'a Instance,
    pub turns: &'a [Vec<Recorded>],
}

/// How the other version finds the instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// As it is, in all that can be told apart.
    Same,
    /// In the same state, and something else is different.
    SameState,
    OtherState,
    /// At an end.
    Ends,
    /// In a state that a person has named.
    Mapped,
    /// Parked, and so it is not now: it does not fit.
    Parks,
    /// It never started, or not for this version: it does not fit.
    NotStarted,
}

impl Class {
    pub const ALL: [Class; 7] = [
        Class::Same,
        Class::SameState,
        Class::OtherState,
        Class::Ends,
        Class::Mapped,
        Class::Parks,
        Class::NotStarted,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Class::Same => "same",
            Class::SameState => "same-state",
            Class::OtherState => "other-state",
            Class::Ends => "ends",
            Class::Mapped => "mapped",
            Class::Parks => "parks",
            Class::NotStarted => "not-started",
        }
    }
}

/// In what the two differ.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Members of the data, as they are and as they will be.
    pub data: Vec<(Name, Option<Document>, Option<Document>)>,
    pub arms: Vec<Arm>,
    pub cancels: Vec<Arm>,
    /// The types of what waits for a change of state, as it is and as it will be.
    pub deferred: Option<[Vec<Name>; 2]>,
    /// It is parked, and will not be.
    pub unparked: bool,
    /// What the other version would have sent, and was not sent.
    pub missing: Vec<Arc<Message>>,
    /// What was sent, and the other version would not have sent.
    pub surplus: Vec<Arc<Message>>,
    /// What was sent, and the other version would have sent with other data.
    pub otherwise: Vec<[Arc<Message>; 2]>,
}

/// What becomes of one instance.
#[derive(Debug, Clone)]
pub struct Plan {
    pub instance: Name,
    pub was: String,
    pub will: String,
    pub class: Class,
    pub changes: Changes,
    /// What is to be done; none where it does not fit.
    pub by: Option<(Hand, Move)>,
    /// The other version's own, re-decided from nothing.
    pub decided: Instance,
}

impl Plan {
    /// The move, and with it what was not sent.
    pub fn sends_missing(&mut self) {
        if let Some((_, by)) = &mut self.by {
            let said = |m: &Arc<Message>| (m.type_.clone(), m.kind, m.data.clone());
            by.sends = self.changes.missing.iter().map(said).collect();
        }
    }
}

/// States of one version, and those of another in which an instance is put that rests there.
pub type Mapping = BTreeMap<Name, Name>;

/// What becomes of an instance under another version. Where a person has named a state for the one in which it
/// rests, it goes there, unless the other version has it there of itself.
pub fn plan(life: &Life, target: &Definition, clock: Clock, mapping: &Mapping) -> Result<Plan> {
    let found = redecide(life, target, clock);
    let (was, will) = (life.instance, found.instance);
    let mapped = was.state().and_then(|state| mapping.get(state));
    let state = state_of(&will).filter(|_| found.started);
    let there = will.parked.is_none() && !found.endless && state.as_ref().map(|(name, _)| name) == mapped;
    if let Some(mapped) = mapped.filter(|_| !there) {
        return map(was, will, target, mapped);
    }
    let mut class = match state {
        None => Class::NotStarted,
        _ if found.endless || (will.parked.is_some() && !parked_alike(was, &will)) => Class::Parks,
        Some((_, Some(_))) => Class::Ends,
        Some((ref name, None)) if was.state() == Some(name) => Class::SameState,
        Some(_) => Class::OtherState,
    };
    let mut changes = Changes::default();
    let mut by = None;
    if !matches!(class, Class::Parks | Class::NotStarted) {
        changes = changes_between(was, &will);
        let sent = life.begins().1.into_iter().flat_map(|(_, recorded)| recorded.sent.iter().cloned());
        changes.sent(sent.collect(), found.sent);
        if class == Class::SameState && changes == Changes::default() {
            class = Class::Same;
        }
        let (state, end) = state.expect("it rests somewhere");
        let cancelled = unmatched(&was.alarms, &will.alarms).map(|alarm| alarm.id.clone()).collect();
        let (deferred, rung) = match changes.deferred {
            Some(_) => waiting(life, &will),
            None => (None, Vec::new()),
        };
        let by_move = Move {
            from: was.version,
            to: target.version,
            state,
            end,
            data: will.data.clone(),
            alarms: changes.arms.clone(),
            cancelled,
            deferred,
            rung,
            unparked: changes.unparked,
            sends: Vec::new(),
        };
        by = Some((Hand::Migrate, by_move));
    }
    let rest = if found.endless { "its alarms ring without end".to_string() } else { rest_of(&will) };
    let id = was.id.clone();
    Ok(Plan { instance: id, was: rest_of(was), will: rest, class, changes, by, decided: will })
}

/// It is put where a person says, knows what it knew, and keeps the alarms that the other version knows.
fn map(was: &Instance, decided: Instance, target: &Definition, state: &Name) -> Result<Plan> {
    let (state, end) = target.resting(state).ok_or_else(|| {
        let names = target.resting_names(false).join(", ");
        Error::input(format!("--map: {} has no state {state}", target.full_name()))
            .hint(format!("it has {names}"))
    })?;
    let mut data = was.data.clone();
    for (name, value) in target.data.iter().filter(|(name, _)| was.data.get(name).is_none()) {
        data.set(name.clone(), value.clone());
    }
    let (cancelled, kept): (Vec<_>, Vec<_>) =
        was.alarms.iter().cloned().partition(|alarm| end.is_some() || !target.alarms.contains(&alarm.type_));
    let by = Move {
        from: was.version,
        to: target.version,
        state: state.clone(),
        end,
        data: data.clone(),
        alarms: Vec::new(),
        cancelled: cancelled.iter().map(|alarm| alarm.id.clone()).collect(),
        deferred: None,
        rung: Vec::new(),
        unparked: false,
        sends: Vec::new(),
    };
    let phase = match end {
        Some(end) => Phase::Ended(state, end),
        None => Phase::Running(state),
    };
    let will = Instance { phase, data, alarms: kept, parked: None, ..was.clone() };
    let (was_rest, rest) = (rest_of(was), rest_of(&will));
    let (id, changes) = (was.id.clone(), changes_between(was, &will));
    let by = Some((Hand::Map, by));
    Ok(Plan { instance: id, was: was_rest, will: rest, class: Class::Mapped, changes, by, decided })
}

/// Where it rests, and how it ended there; an end that is forgotten is one.
fn state_of(instance: &Instance) -> Option<(Name, Option<crate::process::End>)> {
    match (&instance.phase, &instance.rested) {
        (Phase::Running(state), _) => Some((state.clone(), None)),
        (Phase::Ended(state, end), _) => Some((state.clone(), Some(*end))),
        (Phase::Waiting, Some((state, end))) if instance.parked.is_none() => {
            Some((state.clone(), Some(*end)))
        }
        _ => None,
    }
}

fn rest_of(instance: &Instance) -> String {
    match (&instance.parked, instance.rest()) {
        (Some(parked), _) => match instance.state() {
            Some(state) => format!("{state}, parked: {}", parked.reason),
            None => format!("parked: {}", parked.reason),
        },
        (None, Rest::Unfinished(state)) => state.to_string(),
        (None, Rest::Ended(state, end)) => format!("{state} ({})", end.name()),
        (None, rest) => rest.to_string(),
    }
}

/// Both over the same message, for the same reason, with the same behind it.
fn parked_alike(one: &Instance, other: &Instance) -> bool {
    let told =
        |parked: &Parked| (parked.reason.clone(), parked.message.source.clone(), parked.message.id.clone());
    let ids =
        |held: &[Arc<Message>]| held.iter().map(|m| (m.source.clone(), m.id.clone())).collect::<Vec<_>>();
    one.parked.as_ref().map(told) == other.parked.as_ref().map(told)
        && ids(&one.held) == ids(&other.held)
        && one.state() == other.state()
}

fn changes_between(was: &Instance, will: &Instance) -> Changes {
    let types = |deferred: &[Kept]| deferred.iter().map(|kept| kept.type_.clone()).collect::<Vec<_>>();
    let who = |deferred: &[Kept]| {
        deferred.iter().map(|kept| (same_ring(kept), kept.by.clone())).collect::<Vec<_>>()
    };
    let waits = who(&was.deferred) != who(&will.deferred);
    Changes {
        data: data_between(&was.data, &will.data),
        arms: unmatched(&will.alarms, &was.alarms).map(|alarm| Arm::of(alarm)).collect(),
        cancels: unmatched(&was.alarms, &will.alarms).map(|alarm| Arm::of(alarm)).collect(),
        deferred: waits.then(|| [types(&was.deferred), types(&will.deferred)]),
        unparked: was.parked.is_some() && will.parked.is_none(),
        ..Changes::default()
    }
}

/// What tells a message that waits from others, alike in both versions: a ring by its alarm, which each has set
/// itself; any other by what it is called.
fn same_ring(message: &Message) -> (Name, Option<Arm>, Name) {
    match message.due {
        Some(_) => (message.source.clone(), Some(Arm::of(message)), Name::from("")),
        None => (message.source.clone(), None, message.id.clone()),
    }
}

fn data_between(was: &Data, will: &Data) -> Vec<(Name, Option<Document>, Option<Document>)> {
    let gone = was.iter().filter(|(name, _)| will.get(name).is_none()).map(|(name, _)| name);
    let names = will.iter().map(|(name, _)| name).chain(gone);
    let values = names.map(|name| (name.clone(), was.get(name).cloned(), will.get(name).cloned()));
    values.filter(|(_, was, will)| was != will).collect()
}

/// The alarms of one that the other has not: alike are those of a name and key that are due at the same time and say the
/// same.
fn unmatched<'a>(
    one: &'a [Arc<Message>],
    other: &'a [Arc<Message>],
) -> impl Iterator<Item = &'a Arc<Message>> {
    one.iter().filter(|alarm| !other.iter().any(|known| Arm::of(known) == Arm::of(alarm)))
}

/// What waits under the other version. A ring of its own stands in no log: where one like it is recorded, that waits.
fn waiting(life: &Life, will: &Instance) -> (Option<Vec<Kept>>, Vec<Rung>) {
    let recorded = life.begins().1;
    let (mut waiting, mut rung) = (Vec::new(), Vec::new());
    for (place, kept) in will.deferred.iter().enumerate() {
        let like = |input: &&Arc<Message>| input.due.is_some() && same_ring(input) == same_ring(kept);
        let twin = recorded.iter().map(|(_, recorded)| &recorded.input).find(like);
        let by = kept.by.clone();
        match (kept.due, twin) {
            (None, _) => waiting.push(kept.clone()),
            (Some(_), Some(twin)) => waiting.push(Kept { message: twin.clone(), by }),
            (Some(_), None) => rung.push(Rung { alarm: Arm::of(kept), place, by }),
        }
    }
    (Some(waiting), rung)
}

impl Changes {
    /// Messages of one name are told from one another by what they say, and then by their order.
    fn sent(&mut self, mut was: Vec<Arc<Message>>, mut will: Vec<Arc<Message>>) {
        type Alike = fn(&Message, &Message) -> bool;
        let alike: [Alike; 2] = [|a, b| a.data == b.data, |_, _| true];
        for (round, alike) in alike.into_iter().enumerate() {
            was.retain(|one| {
                let same = |other: &Arc<Message>| {
                    one.kind == other.kind && one.type_ == other.type_ && alike(one, other)
                };
                let Some(place) = will.iter().position(same) else { return true };
                let other = will.remove(place);
                if round > 0 {
                    self.otherwise.push([one.clone(), other]);
                }
                false
            });
        }
        (self.surplus, self.missing) = (was, will);
    }
}
