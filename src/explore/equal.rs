//! Conversations that are the same but for names: of ids, and of what nobody reads. Of these, one is explored.
//!
//! What a report says of one it says of all: it names no id and no data, as long as a scenario is one conversation
//! of one process, without properties, and outcomes do not differ by data.

use super::scenario::{Scenario, Stimulus};
use crate::event::{Document, Message};
use crate::process::expr::{Expr, Reads};
use crate::process::{AlarmTime, Definition};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

/// Per scenario, the first that is the same.
pub fn first_of_equals(scenarios: &[Scenario]) -> Vec<usize> {
    let mut read: FxHashMap<*const Definition, Option<Told>> = FxHashMap::default();
    let mut first: FxHashMap<String, usize> = FxHashMap::default();
    let same = |(index, scenario): (usize, &Scenario)| {
        let [process] = &scenario.processes[..] else { return index };
        let told = read.entry(Arc::as_ptr(process)).or_insert_with(|| Told::by(process));
        match told.as_ref().and_then(|told| told.text(scenario)) {
            Some(text) => *first.entry(text).or_insert(index),
            None => index,
        }
    };
    scenarios.iter().enumerate().map(same).collect()
}

/// What a definition can tell messages apart by.
struct Told {
    /// Of what a message says, the members that it reads.
    members: BTreeSet<String>,
    /// Those that it only hands on in what it sends, which nobody hears: what counts is whether they are there.
    handed_on: BTreeSet<String>,
    /// It reads all that a message says.
    whole: bool,
    sort: bool,
}

impl Told {
    /// None where ids, times or names may make a difference.
    fn by(process: &Definition) -> Option<Told> {
        let mut sent: Vec<&Expr> = Vec::new();
        let outgoing = process.reactions().flat_map(|reaction| &reaction.sends);
        outgoing.flat_map(|outgoing| &outgoing.data).for_each(|data| data.expressions(&mut sent));
        let is_sent = |expr: &&Expr| sent.iter().any(|sent| std::ptr::eq(*sent, *expr));
        let all = process.expressions();
        let (handed_on, read): (Vec<&Expr>, Vec<&Expr>) =
            all.into_iter().partition(|expr| expr.said().is_some() && is_sent(expr));
        let reads: Vec<&Reads> = read.iter().map(|expr| expr.reads()).collect();
        let any = |what: fn(&Reads) -> bool| reads.iter().any(|reads| what(reads));
        let names = any(|r| r.ids || r.times || r.now || r.conversation || r.extensions);
        // Whether a moment is past is told by when the messages came.
        let mut alarms = process.reactions().flat_map(|reaction| &reaction.alarms);
        let until = alarms.any(|alarm| matches!(alarm.when, AlarmTime::At(_)));
        let told = Told {
            members: reads.iter().flat_map(|reads| &reads.said).cloned().collect(),
            handed_on: handed_on.iter().filter_map(|expr| expr.said()).map(str::to_string).collect(),
            whole: any(|r| r.all_said),
            sort: any(|r| r.sort),
        };
        (!names && !until).then_some(told)
    }

    /// Equal for scenarios that are the same. None where one may be like no other.
    fn text(&self, scenario: &Scenario) -> Option<String> {
        let conversation = |stimulus: &Stimulus| stimulus.message.conversation().cloned();
        let all = scenario.first.iter().chain(&scenario.deliver);
        let of_one =
            all.clone().all(|one| conversation(one) == conversation(all.clone().next().expect("one")));
        let Scenario { orders, alarms, alike, by_data, faults, host, expect, bounds, .. } = scenario;
        if !of_one || *by_data || !expect.is_nothing() || !scenario.staff.services.is_empty() {
            return None;
        }
        let (first, reductions) = (scenario.first.len(), scenario.reductions);
        let mut text =
            format!("{first} {orders:?} {alarms:?} {alike} {faults:?} {host:?} {bounds:?} {reductions:?}");
        let id = |stimulus: &Stimulus| (stimulus.message.source.clone(), stimulus.message.id.clone());
        let ids: Vec<_> = all.clone().map(id).collect();
        let says: Vec<&Message> = all.clone().map(|stimulus| &*stimulus.message).collect();
        for (index, stimulus) in all.enumerate() {
            let Stimulus { message, module, causes } = stimulus;
            let copy_of = ids.iter().position(|id| *id == ids[index]);
            let says_as = says.iter().position(|other| say_the_same(other, says[index]));
            let of_one = message.conversation().is_some();
            let due = message.due.is_some();
            let (source, type_) = (&message.source, &message.type_);
            let _ = write!(
                text,
                "\n{source:?} {type_:?} {module:?} {causes:?} {copy_of:?} {says_as:?} {of_one} {due}"
            );
            if self.sort || due {
                let _ = write!(text, " {:?} {:?}", message.kind, message.subject);
            }
            self.add_data(&mut text, message.data.as_ref());
        }
        Some(text)
    }

    fn add_data(&self, text: &mut String, data: Option<&Document>) {
        match data {
            Some(data) if self.whole || !data.text().starts_with('{') => text.push_str(data.text()),
            Some(data) => {
                for member in &self.members {
                    let _ = write!(text, " {:?}", data.get(member));
                }
                for member in &self.handed_on {
                    // A list or a map may be too much for an expression.
                    let value = data.get(member);
                    let _ = match value.filter(|value| value.starts_with(['[', '{'])) {
                        Some(value) => write!(text, " {value}"),
                        None => write!(text, " {}", value.is_some()),
                    };
                }
            }
            None => text.push_str(" none"),
        }
    }
}

/// Copies are written alike, and count as copies, where all that they say is the same, read or not.
fn say_the_same(a: &Message, b: &Message) -> bool {
    let sort = |message: &Message| (message.kind, message.internal, message.due);
    (&a.source, &a.type_, &a.subject, &a.data) == (&b.source, &b.type_, &b.subject, &b.data)
        && (&a.datacontenttype, &a.extras) == (&b.datacontenttype, &b.extras)
        && sort(a) == sort(b)
}
