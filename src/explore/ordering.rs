//! One ordering, step by step: given back as it was written, and shown.

use super::choice::{Applied, Choice, Take, What};
use super::explorer::Explorer;
use super::outcomes::{Outcome, entities, instances, outcome, rests};
use super::place::Place;
use super::scenario::{Alarms, Faults, Order, Scenario};
use crate::error::{Error, Result};
use crate::event::{Document, Millis, Name};
use crate::process::Data;
use crate::span::nearest;
use crate::step::{self, Instance, Rest};
use rustc_hash::FxHashSet;

/// What an ordering does, choice by choice; the first is what the first messages did.
#[derive(Debug, Clone)]
pub struct Stepped {
    pub steps: Vec<Shown>,
    /// Nothing more can happen.
    pub ends: bool,
    /// What could happen next.
    pub next: Vec<String>,
}

/// The world after a choice.
#[derive(Debug, Clone)]
pub struct Shown {
    /// As it was given; empty before the first choice.
    pub choice: String,
    /// The message and those that it woke, with what each met.
    pub met: Vec<(Name, step::Outcome)>,
    /// Of a service that nobody hears: whether it answered, or was silent.
    pub answered: Option<bool>,
    pub sent: Vec<(Name, Option<Document>, u64)>,
    pub rests: String,
    pub instances: Vec<ShownInstance>,
}

/// An instance, as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownInstance {
    pub name: String,
    /// Where it is: a state, `not-started`, or `parked: why`.
    pub state: String,
    pub data: Data,
    /// Armed alarms by name and key, with how long they run where that is known.
    pub alarms: Vec<(String, Option<Millis>)>,
    pub deferred: Vec<Name>,
    pub held: Vec<Name>,
}

/// Takes the choices of an ordering one after the other.
pub fn step_through(scenario: &Scenario, order: Order, ordering: &[&str]) -> Result<Stepped> {
    // Messages that are sent are shown with their data.
    let scenario = Scenario { by_data: true, ..scenario.clone() };
    let mut explorer = Explorer::new(&scenario, order)?;
    let begin = explorer.start();
    let path = find(&mut explorer, &begin, ordering)?;
    let mut place = begin;
    let mut steps = vec![shown(&explorer, &place, "", None, None)];
    let mut next = Place::default();
    for (what, text) in path.into_iter().zip(ordering) {
        let applied = explorer.apply(&place, what, &mut next);
        std::mem::swap(&mut place, &mut next);
        let unheard = matches!(what.what, What::Unheard(_)).then_some(what.number > 0);
        steps.push(shown(&explorer, &place, text, Some(applied), unheard));
    }
    let mut choices = Vec::new();
    explorer.ready(&place, &mut choices);
    // That the host will stop within a step is said by the word behind it.
    choices.retain(|choice| !choice.take.stops);
    let next: Vec<String> =
        choices.iter().map(|choice| explorer.labels.text(choice.label).to_string()).collect();
    let ends = place.stops().is_none() && choices.iter().all(|choice| choice.take.what.is_fault());
    Ok(Stepped { steps, ends, next })
}

/// The outcome of a whole ordering.
pub fn outcome_of(scenario: &Scenario, order: Order, ordering: &[&str]) -> Result<Outcome> {
    let mut explorer = Explorer::new(scenario, order)?;
    let mut place = explorer.start();
    let mut next = Place::default();
    for what in find(&mut explorer, &place.clone(), ordering)? {
        explorer.apply(&place, what, &mut next);
        std::mem::swap(&mut place, &mut next);
    }
    Ok(outcome(&explorer, &place))
}

/// So many choices are tried beyond the first way, where words may mean several.
const PATIENCE: usize = 100_000;
/// How many words before the one that cannot happen an error repeats.
const REPEATED: usize = 8;

/// A world on the way, and what its word may mean and was not tried; the last is tried first.
struct Stop {
    place: Place,
    left: Vec<Take>,
}

/// The choices that an ordering names. A word that leaves out a part may mean several: then the first
/// in canonical order is meant with which the rest can be taken, too; what is written exactly so comes
/// before all others.
pub(super) fn find(explorer: &mut Explorer, begin: &Place, ordering: &[&str]) -> Result<Vec<Take>> {
    let Some(first) = ordering.first() else { return Ok(Vec::new()) };
    let mut stops = vec![Stop { left: meant(explorer, begin, first), place: begin.clone() }];
    let mut path: Vec<Take> = Vec::new();
    let mut farthest = (0, begin.clone());
    // Worlds after so many words from which the rest cannot be taken.
    let mut dead: FxHashSet<(usize, Vec<u32>)> = FxHashSet::default();
    let row = |place: &Place| {
        let mut row = Vec::new();
        place.write(&mut row);
        row
    };
    let mut tried = 0;
    while let Some(stop) = stops.last_mut() {
        let Some(what) = stop.left.pop() else {
            dead.insert((path.len(), row(&stop.place)));
            stops.pop();
            path.pop();
            continue;
        };
        tried += 1;
        if tried > ordering.len() + PATIENCE {
            let error = Error::input("the words of this ordering may mean too many things");
            return Err(error.hint("write each as `check` does, with its number: `OrderPaid#2`"));
        }
        let mut next = Place::default();
        explorer.apply(&stop.place, what, &mut next);
        path.push(what);
        let Some(word) = ordering.get(path.len()) else { return Ok(path) };
        if !dead.is_empty() && dead.contains(&(path.len(), row(&next))) {
            path.pop();
            continue;
        }
        if path.len() > farthest.0 {
            farthest = (path.len(), next.clone());
        }
        stops.push(Stop { left: meant(explorer, &next, word), place: next });
    }
    Err(impossible(explorer, &farthest.1, ordering, farthest.0))
}

/// What a word may mean, the likeliest last.
fn meant(explorer: &mut Explorer, place: &Place, word: &str) -> Vec<Take> {
    let mut choices: Vec<Choice> = Vec::new();
    explorer.ready(place, &mut choices);
    let keyed = |explorer: &Explorer, choice: &Choice| match choice.take.what {
        // Its key may be said also where no other of its name is armed.
        What::Ring(slot, alarm) => explorer.ring_text(slot, place.life(slot), alarm, true) == word,
        _ => false,
    };
    choices.retain(|choice| is_meant(explorer.labels.text(choice.label), word) || keyed(explorer, choice));
    choices.sort_by_key(|choice| explorer.labels.text(choice.label) != word);
    choices.iter().rev().map(|choice| choice.take).collect()
}

fn impossible(explorer: &mut Explorer, place: &Place, ordering: &[&str], done: usize) -> Error {
    let mut choices = Vec::new();
    explorer.ready(place, &mut choices);
    choices.retain(|choice| !choice.take.stops);
    let possible: Vec<&str> = choices.iter().map(|choice| explorer.labels.text(choice.label)).collect();
    let wanted = ordering[done];
    let after = match done {
        0 => "at the beginning".to_string(),
        1..=REPEATED => format!("after {}", ordering[..done].join(" ")),
        _ => format!("after {done} choices, the last of them {}", ordering[done - REPEATED..done].join(" ")),
    };
    let error = Error::input(format!("`{wanted}` cannot happen {after}"));
    if let Some(fault) = no_such_fault(explorer.scenario.faults, wanted) {
        return error
            .hint(format!("that is a fault, and none may strike here: allow it with `--faults {fault}=1`"));
    }
    match nearest(wanted, possible.iter().copied()) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None if possible.is_empty() => error.hint("there the ordering ends: nothing more can happen"),
        None => error.hint(format!("what can happen there: {}", possible.join(" "))),
    }
}

/// The fault that a word means, where there may be none of it.
fn no_such_fault(faults: Faults, wanted: &str) -> Option<&'static str> {
    match wanted {
        _ if wanted.starts_with("crash(") => (faults.crashes == 0).then_some("crashes"),
        _ => match Word::of(wanted).sign? {
            '+' => (faults.duplicates == 0).then_some("duplicates"),
            '-' => (faults.losses == 0).then_some("losses"),
            _ => None,
        },
    }
}

/// A name that is written out, or without the parts that say which of several is meant: who says it, its numbers
/// and its key, who hears it, the alternative that is taken.
fn is_meant(label: &str, wanted: &str) -> bool {
    // Of several points at which a host may stop, whichever fits.
    let point = wanted.starts_with("crash(") && label.split(',').next() == wanted.strip_suffix(')');
    let (label_parts, wanted_parts) = (Word::of(label), Word::of(wanted));
    let same =
        |label: &str, wanted: &str| wanted.is_empty() || label == wanted || without_number(label) == wanted;
    label == wanted
        || point
        || label_parts.name == wanted_parts.name
            && label_parts.sign == wanted_parts.sign
            && same(label_parts.by, wanted_parts.by)
            && same(label_parts.to, wanted_parts.to)
            && (wanted_parts.which.is_empty() || label_parts.which == wanted_parts.which)
}

/// A word of an ordering, `kitchen(2):FoodCooked#c1#2+>order`, in its parts.
struct Word<'a> {
    /// `kitchen(2)`
    by: &'a str,
    name: &'a str,
    /// `#c1#2`, or the key of an alarm.
    which: &'a str,
    sign: Option<char>,
    /// `order`, or `kitchen(2)`
    to: &'a str,
}

impl Word<'_> {
    fn of(text: &str) -> Word<'_> {
        let (text, to) = text.split_once('>').unwrap_or((text, ""));
        let sign = text.chars().last().filter(|last| "!+-".contains(*last));
        let text = sign.map_or(text, |_| &text[..text.len() - 1]);
        let (by, text) = match text.split_once(':') {
            Some((by, name)) if !without_number(by).contains(['#', '(']) => (by, name),
            _ => ("", text),
        };
        let (name, which) = text.split_at(text.find(['#', '(']).unwrap_or(text.len()));
        Word { by, name, which, sign, to }
    }
}

/// `kitchen` of `kitchen(2)`.
fn without_number(text: &str) -> &str {
    let number = text.strip_suffix(')').and_then(|open| open.rsplit_once('('));
    let number = number.filter(|(_, number)| number.bytes().all(|byte| byte.is_ascii_digit()));
    number.map_or(text, |(before, _)| before)
}

fn shown(
    explorer: &Explorer,
    place: &Place,
    choice: &str,
    applied: Option<Applied>,
    answered: Option<bool>,
) -> Shown {
    let steps = &explorer.steps;
    let of_step = applied.and_then(|applied| applied.step).map(|number| steps.step(number));
    let sent = applied.map_or(place.sent, |applied| applied.sent);
    let listed = steps.bags.get(sent).iter();
    let mut all = instances(explorer, place);
    all.extend(entities(explorer, place));
    Shown {
        choice: choice.to_string(),
        met: of_step.map(|step| step.met.clone()).unwrap_or_default(),
        answered,
        sent: listed.map(|((type_, data), count)| (type_.clone(), data.clone(), *count)).collect(),
        rests: rests(explorer, place),
        instances: all
            .iter()
            .map(|(name, _, _, instance)| shown_instance(explorer, name, instance.as_ref()))
            .collect(),
    }
}

fn shown_instance(explorer: &Explorer, name: &str, instance: Option<&Instance>) -> ShownInstance {
    let Some(instance) = instance else {
        let state = Rest::NotStarted.to_string();
        let nothing = || Vec::new();
        return ShownInstance {
            name: name.to_string(),
            state,
            data: Data::default(),
            alarms: Vec::new(),
            deferred: nothing(),
            held: nothing(),
        };
    };
    let state = match instance.rest() {
        // An entity is in no state: it answers.
        Rest::Unfinished("") => "answers".to_string(),
        Rest::Unfinished(state) => state.to_string(),
        rest => rest.to_string(),
    };
    let start = explorer.steps.mails.told.start;
    let never = explorer.scenario.alarms == Alarms::Never;
    let runs =
        |due: Option<crate::event::Time>| due.filter(|_| !never).map(|due| due.millis() - start.millis());
    let types = |messages: &[std::sync::Arc<crate::event::Message>]| {
        messages.iter().map(|message| message.type_.clone()).collect()
    };
    ShownInstance {
        name: name.to_string(),
        state,
        data: instance.data.clone(),
        alarms: instance.alarms.iter().map(|alarm| (alarm.named(), runs(alarm.due))).collect(),
        deferred: instance.deferred.iter().map(|kept| kept.type_.clone()).collect(),
        held: types(&instance.held),
    }
}
