//! What a message means to an instance: the rules, from the first question to the last.

use super::find::instance_of;
use super::instance::{Instance, Kept, Phase};
use super::moved::Move;
use super::question::Question;
use super::react::{birth, react};
use super::recorded::{Failed, Outcome, Recorded};
use super::settle::{BY_HAND, Hand};
use crate::event::{Message, Name, Time};
use crate::process::expr::{Env, Failure};
use crate::process::{BeforeStart, Definition, STARTS, Whereabouts};
use std::sync::Arc;

/// What is decided about.
#[derive(Debug, Clone)]
pub enum Input {
    /// A message that arrives.
    Arrives(Arc<Message>),
    /// A message that arrived before and was deferred: tried again.
    Again(Arc<Message>),
    /// A person settles a parked instance; the message says that he did.
    Settles(Arc<Message>, Hand),
}

impl Input {
    pub fn message(&self) -> &Arc<Message> {
        match self {
            Input::Arrives(message) | Input::Again(message) | Input::Settles(message, _) => message,
        }
    }

    /// Where it moves the instance to another version: one that lives there, and is asked for its definition.
    pub fn moved_to(&self, instance: &Instance) -> Option<Instance> {
        let Input::Settles(message, hand) = self else { return None };
        let moved = Some(message).filter(|_| hand.moves()).and_then(|message| Move::of(message))?;
        let phase = Phase::Running(moved.state);
        Some(Instance { version: moved.to, phase, ..Instance::new(instance.id.clone()) })
    }
}

/// The decision, without its effect. Total: every message has an outcome.
pub fn decide(definition: &Definition, instance: &Instance, input: &Input, now: Time) -> Recorded {
    let question = Question { definition, instance, message: input.message(), now };
    question.answer(input)
}

impl<'a> Question<'a> {
    fn answer(self, input: &Input) -> Recorded {
        let Question { definition, instance, message, now } = self;
        let first = !matches!(input, Input::Again(_));
        if first && instance.seen.contains(&(message.source.clone(), message.id.clone())) {
            return self.outcome(Outcome::Duplicate);
        }
        if let Input::Settles(_, hand) = input {
            return self.settled(*hand);
        }
        if !self.is_ring() && instance.state().is_some() && !definition.subscriptions.contains(&message.type_)
        {
            // Another version of the process listens to it, so it has come; this one never asked.
            return self.outcome(Outcome::Ignored);
        }
        if message.expiry.is_some_and(|expiry| expiry <= now) {
            return self.outcome(Outcome::Expired);
        }
        if self.is_ring() && !self.rings(first) {
            return self.outcome(Outcome::Stale);
        }
        if instance.parked.is_some() {
            return self.outcome(Outcome::Held);
        }
        if instance.id.is_empty() {
            // What stands for the process itself: it keeps what has no way to an instance.
            let failed = instance_of(definition, message).err().unwrap_or_else(Failed::lost);
            return self.park(failed.reason, failed.place);
        }
        match &instance.phase {
            Phase::Waiting | Phase::Declined => self.before_start(),
            Phase::Running(state) | Phase::Ended(state, _) => match definition.whereabouts(state) {
                Some(Whereabouts::In(states)) => react(self, states, self.keepers(input)),
                Some(Whereabouts::Joined(_)) => self.outcome(Outcome::Late),
                None if **state == *BY_HAND => self.outcome(Outcome::Late),
                // A live instance's definition is guarded by its hash; an ended one's may have changed.
                None => self.park(format!("{} has no state {state}", definition.full_name()), None),
            },
        }
    }

    fn before_start(self) -> Recorded {
        if self.definition.starts_with(&self.message.type_) {
            let env = Env { data: &self.definition.data, ..self.env() };
            return match self.starts(&env) {
                Ok(true) => birth(self),
                Ok(false) => self.outcome(Outcome::Declined),
                Err(failure) => self.failed(Failed::of(self.definition, None, failure)),
            };
        }
        if self.instance.phase == Phase::Declined {
            return self.outcome(Outcome::Declined);
        }
        match self.definition.before_start {
            BeforeStart::Defer => self.outcome(Outcome::Deferred),
            BeforeStart::Ignore => self.outcome(Outcome::Ignored),
            BeforeStart::Park => self.park(format!("unexpected {} before start", self.message.type_), None),
        }
    }

    fn starts(self, env: &Env) -> Result<bool, Failure> {
        let Some(when) = &self.definition.starts_when else { return Ok(true) };
        let held = when.test(env)?;
        self.definition.watch.note(|used| used.guard(STARTS, held));
        Ok(held)
    }

    /// The regions that keep a message which is tried again; none named: all of the process.
    fn keepers(self, input: &Input) -> &'a [Name] {
        let same = |kept: &&Kept| kept.id == self.message.id && kept.source == self.message.source;
        let kept = match input {
            Input::Again(_) => self.instance.deferred.iter().find(same),
            Input::Arrives(_) | Input::Settles(..) => None,
        };
        kept.map_or(&[], |kept| &kept.by)
    }

    /// One of this process's own alarms; any other message of that type is ordinary.
    fn is_ring(self) -> bool {
        self.message.due.is_some() && self.message.source == self.definition.name
    }

    /// An arriving ring must be armed. One that was deferred is a message like any other, until the
    /// life that set it is over.
    fn rings(self, first: bool) -> bool {
        if first {
            self.instance.alarms.iter().any(|alarm| alarm.id == self.message.id)
        } else {
            self.instance.rung.contains(&self.message.id)
        }
    }
}
