//! Scenarios from a log: what came in one order, in every order.
//!
//! One for each instance of a process, with the messages that reached it. Causes are the log's own,
//! lifted over whatever is not delivered. The log is read once; kept are the messages that are delivered,
//! and of each other message that names a cause, the two ids.

use super::super::scenario::{Alarms, Bounds, Expect, Faults, Host, Order, Reductions, Scenario, Stimulus};
use crate::error::Result;
use crate::event::{Message, Name, Position};
use crate::process::Definition;
use crate::runtime::{Merged, Staff};
use crate::step::instance_of;
use crate::store::Logs;
use std::collections::HashMap;
use std::sync::Arc;

/// A scenario for each instance of the process, named by it, in the order of their first messages;
/// with `only`, for the instances of that conversation.
///
/// Delivered is every message that the process mentions, but no internal one and none of its own. One
/// that finds no instance (it has no correlation id, or `correlate` fails) is left out: it parks under the
/// process in whatever order it comes. No scenario where nothing is delivered.
pub fn conversations(
    logs: &dyn Logs,
    definition: &Arc<Definition>,
    only: Option<&Name>,
    order: Order,
    alarms: Alarms,
    alike: bool,
) -> Result<Vec<Scenario>> {
    let mut found: Vec<(Name, Vec<Arc<Message>>)> = Vec::new();
    let mut by_id: HashMap<Name, usize> = HashMap::new();
    let mut causes = Causes::default();
    for record in Merged::open(logs, |_| Some(Position::FIRST))? {
        let message = record?.message;
        let Some(instance) = delivered(definition, &message, only) else {
            causes.pass_on(message);
            continue;
        };
        let index = *by_id.entry(instance.clone()).or_insert_with(|| {
            found.push((instance, Vec::new()));
            found.len() - 1
        });
        let messages = &mut found[index].1;
        causes.deliver(&message, index, messages.len());
        messages.push(Arc::new(message));
    }
    let scenario = |(index, (instance, messages)): (usize, (Name, Vec<Arc<Message>>))| Scenario {
        name: instance.to_string(),
        processes: vec![definition.clone()],
        // A log says what services have said.
        staff: Staff::default(),
        first: Vec::new(),
        deliver: stimuli(index, messages, &mut causes),
        orders: vec![order],
        alarms,
        alike,
        by_data: false,
        faults: Faults::NONE,
        host: Host::default(),
        expect: Expect::default(),
        bounds: Bounds::default(),
        reductions: Reductions::ALL,
    };
    Ok(found.into_iter().enumerate().map(scenario).collect())
}

/// The instance that a message is delivered to.
fn delivered(definition: &Definition, message: &Message, only: Option<&Name>) -> Option<Name> {
    let heard = definition.subscriptions.contains(&message.type_);
    if !heard || message.internal || message.source == definition.name {
        return None;
    }
    let instance = instance_of(definition, message).ok()?;
    let wanted = only.is_none_or(|only| instance == *only || message.conversation() == Some(only));
    wanted.then_some(instance)
}

fn stimuli(scenario: usize, messages: Vec<Arc<Message>>, causes: &mut Causes) -> Vec<Stimulus> {
    let mut parents: Vec<Option<usize>> =
        messages.iter().enumerate().map(|(at, message)| causes.of(message, scenario, at)).collect();
    cut_circles(&mut parents);
    let made = |(message, cause): (Arc<Message>, Option<usize>)| Stimulus {
        module: Some(message.source.clone()),
        message,
        causes: cause.into_iter().collect(),
    };
    messages.into_iter().zip(parents).map(made).collect()
}

/// A log may say that two messages caused each other; then neither could come. The one that was recorded
/// first was not caused by a later one.
fn cut_circles(parents: &mut [Option<usize>]) {
    // Which walk came by; every message is walked once.
    let mut walked: Vec<usize> = vec![usize::MAX; parents.len()];
    for start in 0..parents.len() {
        let mut at = start;
        while walked[at] == usize::MAX {
            walked[at] = start;
            match parents[at] {
                Some(parent) => at = parent,
                None => break,
            }
        }
        // Back on its own way, which did not end: a circle.
        if walked[at] == start && parents[at].is_some() {
            let (mut first, mut next) = (at, parents[at]);
            while let Some(other) = next.filter(|other| *other != at) {
                first = first.min(other);
                next = parents[other];
            }
            parents[first] = None;
        }
    }
}

/// Over how many messages of other conversations a cause is looked for. A log in which every conversation
/// is caused by the one before must not take its square; one that goes in a circle must end.
const FAR: usize = 1_000;

/// Who caused whom, over all logs.
#[derive(Default)]
struct Causes {
    /// Where a message is delivered: its scenario and its place there. Of several copies, the first.
    delivered: HashMap<Name, (usize, usize)>,
    /// The cause of each message that is not delivered and has one; later, its nearest delivered ancestor.
    above: HashMap<Name, Name>,
    /// The cause of a delivered message, for those that look over it from another scenario.
    over: HashMap<Name, Name>,
}

impl Causes {
    fn deliver(&mut self, message: &Message, scenario: usize, at: usize) {
        self.delivered.entry(message.id.clone()).or_insert((scenario, at));
        if let Some(cause) = &message.causation {
            self.over.entry(message.id.clone()).or_insert_with(|| cause.clone());
        }
    }

    fn pass_on(&mut self, message: Message) {
        if let Some(cause) = message.causation {
            self.above.entry(message.id).or_insert(cause);
        }
    }

    /// The nearest ancestor that is delivered in the same scenario.
    fn of(&mut self, message: &Message, scenario: usize, at: usize) -> Option<usize> {
        let mut next = message.causation.clone()?;
        for _ in 0..FAR {
            let id = self.nearest(next)?;
            match self.delivered[&id] {
                (here, place) if here == scenario => return (place != at).then_some(place),
                _ => next = self.over.get(&id)?.clone(),
            }
        }
        None
    }

    /// The first delivered message from here upward. What was passed on the way leads there at once from
    /// now on, so that a long way is walked once.
    fn nearest(&mut self, from: Name) -> Option<Name> {
        let (mut at, mut passed) = (from, Vec::new());
        while !self.delivered.contains_key(&at) {
            // Taken out, so that a circle ends where it began.
            let cause = self.above.remove(&at)?;
            passed.push(std::mem::replace(&mut at, cause));
        }
        for id in passed {
            self.above.insert(id, at.clone());
        }
        Some(at)
    }
}
