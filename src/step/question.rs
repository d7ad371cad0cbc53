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
                answer @ (Answer::Ignore | Answer::Defer) => {
                    let listed = || (self.definition.name_of(state), self.message.type_.clone());
                    self.definition.watch.note(|used| _ = used.listed.insert(listed()));
                    return Ok(answer);
                }
                answer => return Ok(answer),
            }
        }
        Ok(Answer::Nothing)
    }

    /// `on`, then `ignore`, then `defer`.
    fn answer_of(self, answers: &'a Answers, env: &Env) -> Result<Answer<'a>, Failure> {
        let type_ = &self.message.type_;
        if let Some(rule) = answers.on.get(type_)
            && let Some(reaction) = taken(rule, env, self.definition)?
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

    pub(super) fn failed(self, failed: Failed) -> Recorded {
        self.park(failed.reason, failed.place)
    }
}

/// The first reaction whose `when` holds.
pub(super) fn taken<'a>(
    rule: &'a Rule,
    env: &Env,
    definition: &Definition,
) -> Result<Option<&'a Reaction>, Failure> {
    for reaction in rule {
        if holds(reaction, env, definition)? {
            return Ok(Some(reaction));
        }
    }
    Ok(None)
}

/// Whether a reaction has no `when`, or one that holds.
pub(super) fn holds(reaction: &Reaction, env: &Env, definition: &Definition) -> Result<bool, Failure> {
    let Some(when) = &reaction.when else { return Ok(true) };
    let held = when.test(env)?;
    definition.watch.note(|used| used.guard(definition.number_of(reaction), held));
    Ok(held)
}
