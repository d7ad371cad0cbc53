//! What a person does with a parked instance. It is an input like any other, and recorded.

use super::question::Question;
use super::recorded::{Outcome, Recorded};
use crate::event::Name;
use crate::process::{AfterEnd, End};

/// How a person settles it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hand {
    /// Try the message again, then those that were held.
    Resume,
    /// Leave the message out, and go on with those that were held.
    Skip,
    /// End the instance.
    End,
}

/// The state of an instance that was ended by a person. No definition has a state of that name.
pub const BY_HAND: &str = "by hand";

impl Hand {
    pub const ALL: [Hand; 3] = [Hand::Resume, Hand::Skip, Hand::End];

    /// As it stands in a journal.
    pub fn name(self) -> &'static str {
        match self {
            Hand::Resume => "resume",
            Hand::Skip => "skip",
            Hand::End => "end",
        }
    }

    /// The type of the message that says so.
    pub fn type_(self) -> &'static str {
        match self {
            Hand::Resume => "InstanceResumed",
            Hand::Skip => "MessageSkipped",
            Hand::End => "InstanceEnded",
        }
    }
}

impl Question<'_> {
    /// Only a parked instance is there to be settled; with any other it means nothing. What has no
    /// instance has no life to end: its messages are tried again, or skipped.
    pub(super) fn settled(self, hand: Hand) -> Recorded {
        let outcome = |outcome| {
            // What a person does is nobody's conversation but that of the instance.
            let conversation = self.instance.correlation.clone().or_else(|| self.message.correlation.clone());
            Recorded { hand: Some(hand), conversation, ..self.outcome(outcome) }
        };
        if self.instance.parked.is_none() || self.instance.id.is_empty() && hand == Hand::End {
            return outcome(Outcome::Ignored);
        }
        if hand != Hand::End {
            return outcome(Outcome::Advanced);
        }
        Recorded {
            to: Some(Name::from(BY_HAND)),
            end: Some(End::Manual),
            disarmed: self.instance.alarms.iter().map(|alarm| alarm.id.clone()).collect(),
            forgotten: self.definition.after_end == AfterEnd::Forget,
            ..outcome(Outcome::Ended)
        }
    }
}
