//! A message before an instance, with all that the rules may look at; and how a state answers it.

use super::instance::Instance;
use super::recorded::{Failed, Outcome, Recorded};
use crate::event::{Message, Time};
use crate::process::expr::{Env, Failure};
use crate::process::{Answers, Definition, Reaction, Rule, State};
use std::sync::Arc;

/// A message before an instance, and all that the rules may look at.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    pub definition: &'a Definition,
    pub instance: &'a Instance,
    pub message: &'a Arc<Message>,
    pub now: Time,
}

/// What a state says to a message.
pub(super) enum Answer<'a> {
    React(&'a Reaction),
    Ignore,
    Defer,
    Nothing,
}

impl<'a> Question<'a> {
    /// The state's own answers, then those that it shares with others.
    pub(super) fn ask(self, state: &'a State, env: &Env) -> Result<Answer<'a>, Failure> {
        for answers in self.definition.asked(state) {
            match self.answer_of(answers, env)? {
                Answer::Nothing => {}
                answer => return Ok(answer),
            }
        }
        Ok(Answer::Nothing)
    }

    /// `on`, then `ignore`, then `defer`.
    fn answer_of(self, answers: &'a Answers, env: &Env) -> Result<Answer<'a>, Failure> {
        let type_ = &self.message.type_;
        if let Some(rule) = answers.on.get(type_)
            && let Some(reaction) = taken(rule, env)?
        {
            return Ok(Answer::React(reaction));
        }
        Ok(if answers.ignore.contains(type_) {
            Answer::Ignore
        } else if answers.defer.contains(type_) {
            Answer::Defer
        } else {
            Answer::Nothing
        })
    }

    pub(super) fn env(self) -> Env<'a> {
        Env {
            event: self.message,
            data: &self.instance.data,
            state: self.instance.state().map_or("", |name| name),
            now: self.now,
            item: None,
        }
    }

    pub(super) fn outcome(self, outcome: Outcome) -> Recorded {
        Recorded::new(self.instance, self.message, self.now, self.definition.version, outcome)
    }

    pub(super) fn park(self, reason: String, place: Option<String>) -> Recorded {
        Recorded { failed: Some(Failed { reason, place }), ..self.outcome(Outcome::Parked) }
    }

    pub(super) fn failed(self, failure: Failure) -> Recorded {
        let failed = Failed::of(self.definition, failure);
        self.park(failed.reason, failed.place)
    }
}

/// The first reaction whose `when` holds.
pub(super) fn taken<'a>(rule: &'a Rule, env: &Env) -> Result<Option<&'a Reaction>, Failure> {
    for reaction in rule {
        if reaction.when.as_ref().map_or(Ok(true), |when| when.test(env))? {
            return Ok(Some(reaction));
        }
    }
    Ok(None)
}
