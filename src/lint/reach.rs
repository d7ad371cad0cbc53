//! States that nothing leads to, and answers that no message can meet.

use super::course::{Block, Course, LISTED};
use super::finding::{Finding, word_from};
use crate::event::Name;
use crate::process::Answers;
use crate::span::{Mistake, Span};

pub fn unreachable_states(course: &Course) -> Vec<Finding> {
    let definition = course.definition;
    let states = definition.states.iter().enumerate();
    let never = states.filter(|(id, _)| !course.comes_to(*id)).map(|(_, state)| state);
    never
        .map(|state| {
            let what = format!("no way leads to `{}`", state.name);
            let place = (&definition.source, state.span);
            Finding::new(Mistake::UnreachableState, place, what, &[&state.name])
                .hint("a reaction that is taken must say `to` it; or take it out")
        })
        .collect()
}

/// Answers in a state that can be reached, or in a block under `any`, that are never asked.
pub fn dead_answers(course: &Course) -> Vec<Finding> {
    let definition = course.definition;
    let mut found = Vec::new();
    for (id, state) in definition.states.iter().enumerate() {
        if course.comes_to(id) {
            let never_rests = course.rested[id].is_none();
            let of = Asked {
                block: Block::State(id),
                about: Some(&state.name),
                from: state.span.end,
                never_rests,
            };
            found.extend(of.dead(course, &state.own));
        }
    }
    for (nth, shared) in definition.any.iter().enumerate() {
        let source = &definition.source;
        let first = shared.answers.on.values().flatten().map(|reaction| reaction.span.start).min();
        let from = first.map_or_else(
            || word_from(source, 0, "any").start,
            |first| source.text[..first].rfind("any").unwrap_or(0),
        );
        let of = Asked { block: Block::Any(nth), about: None, from, never_rests: false };
        found.extend(of.dead(course, &shared.answers));
    }
    found
}

/// A state or a block, and where its text begins.
struct Asked<'a> {
    block: Block,
    about: Option<&'a Name>,
    from: usize,
    /// No instance is ever left in it.
    never_rests: bool,
}

impl Asked<'_> {
    fn dead(&self, course: &Course, answers: &Answers) -> Vec<Finding> {
        let source = &course.definition.source;
        let mut found = Vec::new();
        let met = |type_: &Name, nth: usize| {
            course.met.iter().any(|(block, met, number)| (*block, *met, *number) == (self.block, type_, nth))
        };
        for (type_, rule) in &answers.on {
            let dead = rule.iter().enumerate().filter(|(nth, _)| !met(type_, *nth));
            found.extend(dead.map(|(_, reaction)| self.finding(course, type_, reaction.span)));
        }
        for (key, names) in [("ignore", &answers.ignore), ("defer", &answers.defer)] {
            let dead = names.iter().filter(|type_| !met(type_, LISTED));
            found.extend(dead.map(|type_| {
                let list = word_from(source, self.from, key);
                self.finding(course, type_, word_from(source, list.end, type_))
            }));
        }
        found
    }

    fn finding(&self, course: &Course, type_: &Name, span: Span) -> Finding {
        let definition = course.definition;
        let alarm = definition.alarms.contains(type_);
        let (place, before) = match self.about {
            Some(state) => (format!("in `{state}`"), "what stands before it always answers"),
            None => ("under `any`".to_string(), "the states that share it answer for themselves"),
        };
        let why = match (self.never_rests, alarm) {
            (true, _) => "no instance stays there until it comes",
            (_, true) => "the alarm is never armed there, or what stands before it always answers",
            _ => before,
        };
        let about: Vec<&Name> = self.about.into_iter().chain([type_]).collect();
        let what = format!("no {type_} is ever answered so {place}");
        let finding = Finding::new(Mistake::DeadAnswer, (&definition.source, span), what, &about);
        finding.label(why).hint("take it out; or set the alarm, or the guard, that leads to it")
    }
}
