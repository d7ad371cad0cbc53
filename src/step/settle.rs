//! What a person does with an instance. It is an input like any other, and recorded.

use super::instance::Instance;
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
    /// Move a live one to another version, as that version would have decided.
    Migrate,
    /// Move it to a state of another version that a person names, and take it up again there.
    Map,
}

/// The state of an instance that was ended by a person. No definition has a state of that name.
pub const BY_HAND: &str = "by hand";

impl Hand {
    pub const ALL: [Hand; 5] = [Hand::Resume, Hand::Skip, Hand::End, Hand::Migrate, Hand::Map];

    /// As it stands in a journal.
    pub fn name(self) -> &'static str {
        match self {
            Hand::Resume => "resume",
            Hand::Skip => "skip",
            Hand::End => "end",
            Hand::Migrate => "migrate",
            Hand::Map => "map",
        }
    }

    /// The type of the message that says so.
    pub fn type_(self) -> &'static str {
        match self {
            Hand::Resume => "InstanceResumed",
            Hand::Skip => "MessageSkipped",
            Hand::End => "InstanceEnded",
            Hand::Migrate => "InstanceMigrated",
            Hand::Map => "InstanceMapped",
        }
    }

    /// Whether the instance lives on another version afterwards.
    pub fn moves(self) -> bool {
        matches!(self, Hand::Migrate | Hand::Map)
    }
}

impl Question<'_> {
    pub(super) fn settled(self, hand: Hand) -> Recorded {
        let outcome = |outcome| {
            // What a person does is nobody's conversation but that of the instance.
            let conversation = self.instance.correlation.clone().or_else(|| self.message.correlation.clone());
            Recorded { hand: Some(hand), conversation, ..self.outcome(outcome) }
        };
        if hand.moves() {
            return self.moved(hand, outcome(Outcome::Ignored));
        }
        let settled = by_hand(self.instance, hand, outcome);
        let forgotten = settled.end.is_some() && self.definition.after_end == AfterEnd::Forget;
        Recorded { forgotten, ..settled }
    }
}

/// What a hand does to an instance of a process, or to an entity of a service. Only a parked one is there
/// to be settled; with any other it means nothing. What has no instance has no life to end: its messages are
/// tried again, or skipped.
pub(super) fn by_hand(instance: &Instance, hand: Hand, outcome: impl Fn(Outcome) -> Recorded) -> Recorded {
    if instance.parked.is_none() || instance.id.is_empty() && hand == Hand::End || hand.moves() {
        return outcome(Outcome::Ignored);
    }
    if hand != Hand::End {
        return outcome(Outcome::Advanced);
    }
    Recorded {
        to: Some(Name::from(BY_HAND)),
        end: Some(End::Manual),
        disarmed: instance.alarms.iter().map(|alarm| alarm.id.clone()).collect(),
        ..outcome(Outcome::Ended)
    }
}
