//! The states that steps become: a chain there, and a chain back.
//!
//! A step that waits for an answer is a state; its pause before it is tried again is another. One that
//! waits for nothing is a state too, which leads on at once: so every step can be seen in a picture.
//! What may still come late is ignored by name; what cannot have been asked for yet is not mentioned.

use super::names::{Called, free, named, taken};
use super::node::{add, list, map, member, quoted, texts, word};
use super::step::{Answer, Step};
use crate::event::Name;
use crate::process::definition;
use crate::process::tree::{Member, Node};
use crate::span::Span;
use std::collections::BTreeSet;

/// A file of steps, as far as it could be read.
pub(super) struct Short<'s, 'n> {
    pub root: &'n Node,
    pub steps: &'s [Step<'n>],
    pub ends: Ends<'n>,
    /// A step that was refused is undone, too.
    pub attempted: bool,
    pub at: Span,
}

/// The file in full.
pub(super) struct Full {
    /// `initial` and `states`.
    pub members: Vec<Member>,
    /// What counts the tries of a step, among the data.
    pub counter: Option<Member>,
    pub steps: Vec<definition::Step>,
}

/// Names of ends, each with its place where it was named.
pub(super) struct Ends<'n>([(&'static str, &'static str, &'n str, Option<Span>); 3]);

const DONE: usize = 0;
const UNDONE: usize = 1;
const MANUAL: usize = 2;

impl Default for Ends<'_> {
    fn default() -> Self {
        let unnamed = [("done", "success"), ("undone", "failure"), ("manual", "manual")];
        Ends(unnamed.map(|(key, end)| (key, end, key, None)))
    }
}

impl<'n> Ends<'n> {
    pub fn name(&mut self, key: &str, name: &'n str, span: Span) {
        for end in self.0.iter_mut().filter(|end| end.0 == key) {
            (end.2, end.3) = (name, Some(span));
        }
    }
}

struct Chain<'s, 'n> {
    steps: &'s [Step<'n>],
    called: Vec<Called>,
    ends: Ends<'n>,
    attempted: bool,
    /// The steps from here on are past the pivot.
    past: usize,
    counter: String,
}

pub(super) fn states(short: Short) -> Full {
    let past = short.steps.iter().position(|step| step.pivot).map_or(short.steps.len(), |pivot| pivot + 1);
    let members = short.root.map().unwrap_or_default();
    let counter = free("tries", taken(members.iter()));
    // What stands under `any` may be meant for these very alarms.
    let mut messages = taken(members.iter().filter(|member| member.key != "any"));
    let chain = Chain {
        steps: short.steps,
        called: named(short.steps, short.ends.0.iter().map(|end| end.2), &mut messages),
        ends: short.ends,
        attempted: short.attempted,
        past,
        counter,
    };
    chain.full(short.at)
}

/// A reaction in the making.
#[derive(Default)]
struct Deed<'a> {
    when: Option<String>,
    set: Vec<Member>,
    cancel: Option<&'a str>,
    to: String,
}

/// A state in the making.
struct Wait<'a> {
    name: &'a str,
    named_at: Span,
    /// Where what nobody wrote comes from.
    from: Span,
    enter: Vec<Member>,
    on: Vec<Member>,
    ignore: Vec<&'a Answer>,
}

impl Wait<'_> {
    fn into_member(self) -> Member {
        let mut members = vec![member("enter", self.from, map(self.from, self.enter))];
        members.push(member("on", self.from, map(self.from, self.on)));
        if !self.ignore.is_empty() {
            let names = self.ignore.iter().map(|answer| word(answer.span, &*answer.name)).collect();
            members.push(member("ignore", self.from, list(self.from, names)));
        }
        member(self.name, self.named_at, map(self.from, members))
    }
}

impl<'n> Chain<'_, 'n> {
    fn full(&self, at: Span) -> Full {
        let first = self.next(0);
        let mut states = Vec::new();
        let mut steps: Vec<definition::Step> = self.steps.iter().map(shape).collect();
        for (index, step) in steps.iter_mut().enumerate() {
            let there = self.there(index);
            step.there = there.iter().map(|member| Name::from(member.key.as_str())).collect();
            states.extend(there);
        }
        for (index, step) in steps.iter_mut().enumerate().rev() {
            let back = self.back(index);
            step.back = back.iter().map(|member| Name::from(member.key.as_str())).collect();
            states.extend(back);
        }
        let mut reached = BTreeSet::from([first.as_str()]);
        states.iter().for_each(|state| {
            texts(&state.value, &mut |text| {
                reached.insert(text);
            })
        });
        let reached: Vec<bool> = self.ends.0.iter().map(|end| reached.contains(end.2)).collect();
        for ((_, end, name, span), reached) in self.ends.0.iter().zip(reached) {
            // One that was named is there, though nothing may lead to it.
            if reached || span.is_some() {
                let span = span.unwrap_or(at);
                let ends = map(span, vec![member("end", span, word(span, *end))]);
                states.push(member(name, span, ends));
            }
        }
        let counted = self.steps.iter().any(|step| step.retry.is_some());
        let members = vec![member("initial", at, word(at, first)), member("states", at, map(at, states))];
        let counter = counted.then(|| member(&self.counter, at, word(at, "0")));
        Full { members, counter, steps }
    }

    // Where a step leads to.

    fn end(&self, end: usize) -> String {
        self.ends.0[end].2.to_string()
    }

    /// The first step from here on that does something.
    fn next(&self, from: usize) -> String {
        match (from..self.steps.len()).find(|index| self.steps[*index].ask.is_some()) {
            Some(next) => self.called[next].there.clone(),
            None => self.end(DONE),
        }
    }

    /// The last step before this one that is taken back.
    fn before(&self, index: usize) -> String {
        match (0..index).rev().find(|before| self.steps[*before].undo.is_some()) {
            Some(before) => self.called[before].back.clone(),
            None => self.end(UNDONE),
        }
    }

    /// Where it leads that nobody knows whether this step was done.
    fn perhaps_done(&self, index: usize) -> String {
        let step = &self.steps[index];
        match () {
            () if index >= self.past => self.end(MANUAL),
            () if step.undo.is_some() => self.called[index].back.clone(),
            // It may be past the point of no return.
            () if step.pivot => self.end(MANUAL),
            () => self.before(index),
        }
    }

    /// Where it leads that this step was refused, and nothing of it has happened.
    fn refused(&self, index: usize) -> String {
        match () {
            () if index >= self.past => self.end(MANUAL),
            () if self.attempted && self.steps[index].undo.is_some() => self.called[index].back.clone(),
            () => self.before(index),
        }
    }

    // The states of a step.

    fn there(&self, index: usize) -> Vec<Member> {
        let step = &self.steps[index];
        let (Some(ask), span) = (&step.ask, step.span) else { return Vec::new() };
        let called = &self.called[index];
        let send = member("send", ask.span, ask.node.clone());
        let Some(done) = &step.done else {
            let to = self.next(index + 1);
            return vec![at_once(&called.there, ask.span, span, send, to)];
        };
        let past = index >= self.past;
        let (next, perhaps, refused) = (self.next(index + 1), self.perhaps_done(index), self.refused(index));
        let again = step.retry.is_some() && (step.within.is_some() || past && !step.failed.is_empty());
        // Answers to what was asked before; a step that was tried twice may be answered twice.
        let earlier = || self.steps[..index].iter().flat_map(Step::answers_there);

        let alarm = step.within.map(|_| &*called.timed_out);
        let mut on =
            vec![self.on(done.span, &done.name, step, vec![self.leave(step, alarm, step.set, &next)])];
        for failed in &step.failed {
            let mut deeds = Vec::new();
            if past && again {
                deeds.push(self.try_again(step, alarm, &called.there_again));
            } else if again && perhaps != refused {
                // An earlier try may have been heard.
                let tried = Some(format!("data.{} > 0", self.counter));
                deeds.push(Deed { when: tried, ..self.leave(step, alarm, None, &perhaps) });
            }
            deeds.push(self.leave(step, alarm, None, &refused));
            on.push(self.on(failed.span, &failed.name, step, deeds));
        }
        let mut enter = vec![send];
        if let Some(within) = step.within {
            enter.push(rings(&called.timed_out, within));
            let mut deeds = Vec::new();
            if again {
                deeds.push(self.try_again(step, None, &called.there_again));
            }
            deeds.push(self.leave(step, None, None, &perhaps));
            on.push(self.on(within.span, &called.timed_out, step, deeds));
        }
        let name = &*called.there;
        let wait = Wait { name, named_at: ask.span, from: span, enter, on, ignore: earlier().collect() };
        let mut states = vec![wait.into_member()];

        if let Some(retry) = step.retry.as_ref().filter(|_| again) {
            let alarm = Some(&*called.again);
            let mut on =
                vec![self.on(done.span, &done.name, step, vec![self.leave(step, alarm, step.set, &next)])];
            let mut ignore: Vec<&Answer> = earlier().collect();
            for failed in &step.failed {
                if past {
                    // It is tried again anyway.
                    ignore.push(failed);
                } else {
                    on.push(self.on(
                        failed.span,
                        &failed.name,
                        step,
                        vec![self.leave(step, alarm, None, &perhaps)],
                    ));
                }
            }
            on.push(self.on(retry.span, &called.again, step, vec![to(&called.there)]));
            let enter = vec![rings(&called.again, retry.every)];
            let name = &*called.there_again;
            let pause = Wait { name, named_at: ask.span, from: span, enter, on, ignore };
            states.push(pause.into_member());
        }
        states
    }

    fn back(&self, index: usize) -> Vec<Member> {
        let step = &self.steps[index];
        let (Some(undo), span) = (&step.undo, step.span) else { return Vec::new() };
        if index >= self.past {
            return Vec::new();
        }
        let called = &self.called[index];
        let send = member("send", undo.span, undo.node.clone());
        let before = self.before(index);
        let Some(undone) = &step.undone else {
            return vec![at_once(&called.back, undo.span, span, send, before)];
        };
        // Whatever was asked for on the way there may still be answered, and what was undone on the way back.
        let there = self.steps[..self.past].iter().flat_map(Step::answers_there);
        let back = self.steps[index + 1..self.past].iter().filter_map(|step| step.undone.as_ref());
        let late: Vec<&Answer> = there.chain(back).collect();

        let again = step.within.and(step.retry.as_ref());
        let alarm = step.within.map(|_| &*called.undo_timed_out);
        let mut on =
            vec![self.on(undone.span, &undone.name, step, vec![self.leave(step, alarm, None, &before)])];
        let mut enter = vec![send];
        if let Some(within) = step.within {
            enter.push(rings(&called.undo_timed_out, within));
            let manual = self.end(MANUAL);
            let mut deeds = Vec::new();
            if again.is_some() {
                deeds.push(self.try_again(step, None, &called.back_again));
            }
            deeds.push(self.leave(step, None, None, &manual));
            on.push(self.on(within.span, &called.undo_timed_out, step, deeds));
        }
        let wait =
            Wait { name: &called.back, named_at: undo.span, from: span, enter, on, ignore: late.clone() };
        let mut states = vec![wait.into_member()];

        if let Some(retry) = again {
            let alarm = Some(&*called.undo_again);
            let on = vec![
                self.on(undone.span, &undone.name, step, vec![self.leave(step, alarm, None, &before)]),
                self.on(retry.span, &called.undo_again, step, vec![to(&called.back)]),
            ];
            let enter = vec![rings(&called.undo_again, retry.every)];
            let name = &*called.back_again;
            let pause = Wait { name, named_at: undo.span, from: span, enter, on, ignore: late };
            states.push(pause.into_member());
        }
        states
    }

    // Reactions.

    /// The way on: what the step keeps, the counter as it was, and no alarm behind.
    fn leave<'a>(&self, step: &Step, cancel: Option<&'a str>, set: Option<&Node>, to: &str) -> Deed<'a> {
        let mut kept: Vec<Member> = set.and_then(Node::map).unwrap_or_default().to_vec();
        if let Some(retry) = &step.retry {
            kept.push(member(&self.counter, retry.span, word(retry.span, "0")));
        }
        Deed { when: None, set: kept, cancel, to: to.to_string() }
    }

    /// To the pause before the next try, if one is left.
    fn try_again<'a>(&self, step: &Step, cancel: Option<&'a str>, to: &str) -> Deed<'a> {
        let retry = step.retry.as_ref().expect("only such a step is tried again");
        let counter = &self.counter;
        let more = quoted(retry.span, format!("=data.{counter} + 1"));
        Deed {
            when: Some(format!("data.{counter} < {}", retry.times)),
            set: vec![member(counter, retry.span, more)],
            cancel,
            to: to.to_string(),
        }
    }

    fn on(&self, span: Span, message: &str, step: &Step, deeds: Vec<Deed>) -> Member {
        let mut reactions: Vec<Node> = deeds.into_iter().map(|deed| reaction(deed, step.span)).collect();
        let rule = match reactions.len() {
            1 => reactions.pop().expect("one"),
            _ => list(step.span, reactions),
        };
        member(message, span, rule)
    }
}

impl Step<'_> {
    /// What may be answered to its `do`.
    fn answers_there(&self) -> impl Iterator<Item = &Answer> {
        self.done.iter().chain(&self.failed)
    }
}

/// A state that waits for nothing.
fn at_once(name: &str, named_at: Span, from: Span, send: Member, to: String) -> Member {
    let enter = member("enter", from, map(from, vec![send]));
    let on = Deed { when: Some("true".to_string()), to, ..Deed::default() };
    let whenever = member("whenever", from, reaction(on, from));
    member(name, named_at, map(from, vec![enter, whenever]))
}

fn to(state: &str) -> Deed<'static> {
    Deed { to: state.to_string(), ..Deed::default() }
}

fn reaction(deed: Deed, span: Span) -> Node {
    let mut node = map(span, Vec::new());
    if let Some(when) = deed.when {
        add(&mut node, member("when", span, word(span, when)));
    }
    if !deed.set.is_empty() {
        add(&mut node, member("set", span, map(span, deed.set)));
    }
    if let Some(cancel) = deed.cancel {
        add(&mut node, member("cancel", span, word(span, cancel)));
    }
    add(&mut node, member("to", span, word(span, deed.to)));
    node
}

/// `alarm: {Name: 30s}`, or with `after` where the time is computed.
fn rings(name: &str, time: &Node) -> Member {
    let computed = time.scalar().is_some_and(|scalar| scalar.text.starts_with('='));
    let time_of = match computed {
        true => map(time.span, vec![member("after", time.span, time.clone())]),
        false => time.clone(),
    };
    member("alarm", time.span, map(time.span, vec![member(name, time.span, time_of)]))
}

fn shape(step: &Step) -> definition::Step {
    let name = |answer: &Option<Answer>| answer.as_ref().map(|answer| answer.name.clone());
    definition::Step {
        ask: step.ask.as_ref().map(|ask| ask.name.clone()),
        done: name(&step.done),
        failed: step.failed.iter().map(|answer| answer.name.clone()).collect(),
        undo: step.undo.as_ref().map(|undo| undo.name.clone()),
        undone: name(&step.undone),
        pivot: step.pivot,
        there: Vec::new(),
        back: Vec::new(),
    }
}
