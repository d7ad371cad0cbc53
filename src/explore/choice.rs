//! What may happen next in a world, and what a choice did.

use super::scenario::Faults;
use super::steps::Given;

/// Something that may happen next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Choice {
    pub take: Take,
    pub label: u16,
    /// The same, whichever alternative a service with `entity` takes.
    pub plain: u16,
    /// For how many choices it stands that lead to the same world.
    pub weight: u32,
}

/// What is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Take {
    pub what: What,
    /// Of a service without `entity`, which of its alternatives: its number in the file, from 1; 0 is silence, and
    /// stands where there is nothing to choose.
    pub number: u16,
    /// The same of the service with `entity` that is reached.
    pub served: u16,
    /// The host stops within this step: what follows says where.
    pub stops: bool,
}

impl Choice {
    pub fn new(take: impl Into<Take>, label: u16, weight: u32) -> Choice {
        Choice { take: take.into(), label, plain: label, weight }
    }
}

impl From<What> for Take {
    fn from(what: What) -> Take {
        Take { what, number: 0, served: 0, stops: false }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// A listed message, by the number of its delivery.
    Listed(usize),
    /// A message that somebody sent, by its place among the items.
    Sent(usize),
    /// A duplicate that is in flight again, by its place among the copies.
    Copy(usize),
    /// An alarm, by slot and place.
    Ring(u32, usize),
    /// The next of the first messages, where a service may answer it in several ways.
    First,
    /// The first message of an alternative that a service without `entity` takes, by its place among those
    /// that are heard.
    Answer(Exchange, usize),
    /// Such an alternative of which nobody hears anything; or silence.
    Unheard(Exchange),
    /// A fault: a listed message comes once more, by the number of its delivery.
    Again(usize),
    /// A fault: so does another, by its place among those that were delivered.
    AgainOther(usize),
    /// A fault: a listed message vanishes, by the number of its delivery.
    Lost(usize),
    /// A fault: so does another, by its place among the items.
    LostSent(usize),
    /// A fault: so does one that a service without `entity` was to hear.
    LostAsked(Exchange),
    /// A fault: so does an answer; the alternative is taken.
    LostAnswer(Exchange, usize),
    /// A fault: the host stops within the step that has begun, when so many effects are out.
    Crash(u32),
}

/// A message to a service without `entity`, which has not been answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exchange {
    /// A listed one, by its number among listed messages on their way.
    Listed(usize),
    /// Another, by its place among the open ones.
    Other(usize),
}

impl Take {
    /// What it takes of the budgets of faults, by itself or by the crash that follows.
    pub fn faults(self) -> Faults {
        let duplicates = matches!(self.what, What::Again(_) | What::AgainOther(_));
        let crashes = self.stops || matches!(self.what, What::Crash(_));
        Faults {
            duplicates: u32::from(duplicates),
            losses: u32::from(self.what.is_loss()),
            crashes: u32::from(crashes),
        }
    }
}

impl What {
    /// It may be taken, and never must be.
    pub fn is_fault(self) -> bool {
        matches!(self, What::Again(_) | What::AgainOther(_) | What::Crash(_)) || self.is_loss()
    }

    pub fn is_loss(self) -> bool {
        matches!(self, What::Lost(_) | What::LostSent(_) | What::LostAsked(_) | What::LostAnswer(..))
    }
}

/// What a choice did.
#[derive(Debug, Clone, Copy)]
pub(super) struct Applied {
    /// The number of the step that was taken.
    pub step: Option<u32>,
    /// What was sent.
    pub sent: u32,
    /// The instance that took it, and what it was given.
    pub slot: Option<u32>,
    pub given: Option<Given>,
}

impl Applied {
    pub const NOTHING: Applied = Applied { step: None, sent: 0, slot: None, given: None };
}
