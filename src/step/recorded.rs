//! What was decided: the process's own internal event. How it stands in a log is the journal's
//! business (`runtime::journal`).

use super::instance::Instance;
use super::settle::Hand;
use crate::event::{Document, Message, Name, Time};
use crate::process::expr::Failure;
use crate::process::{Definition, End, RegionId, Service};
use std::fmt;
use std::sync::Arc;

/// What a message can meet. Every one is an outcome of the step; none is silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// An instance was born, and reacted if something answered its starter.
    Started,
    /// A reaction was taken.
    Advanced,
    /// A reaction was taken, and led to an end.
    Ended,
    /// This conversation is not for this process.
    Declined,
    Ignored,
    /// Kept until the next change of state.
    Deferred,
    /// Source and id were here before.
    Duplicate,
    Expired,
    /// An alarm that is not armed any more.
    Stale,
    /// The instance has ended, and its end says nothing about this.
    Late,
    /// The instance is parked: kept until a person settles it.
    Held,
    /// Nothing answers, or an expression failed: the instance is set aside.
    Parked,
}

impl Outcome {
    pub const ALL: [Outcome; 12] = [
        Outcome::Started,
        Outcome::Advanced,
        Outcome::Ended,
        Outcome::Declined,
        Outcome::Ignored,
        Outcome::Deferred,
        Outcome::Duplicate,
        Outcome::Expired,
        Outcome::Stale,
        Outcome::Late,
        Outcome::Held,
        Outcome::Parked,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Outcome::Started => "started",
            Outcome::Advanced => "advanced",
            Outcome::Ended => "ended",
            Outcome::Declined => "declined",
            Outcome::Ignored => "ignored",
            Outcome::Deferred => "deferred",
            Outcome::Duplicate => "duplicate",
            Outcome::Expired => "expired",
            Outcome::Stale => "stale",
            Outcome::Late => "late",
            Outcome::Held => "held",
            Outcome::Parked => "parked",
        }
    }

    pub fn named(name: &str) -> Option<Outcome> {
        Outcome::ALL.into_iter().find(|outcome| outcome.name() == name)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    pub instance: Name,
    /// Its number among the decisions of this instance, from 0.
    pub number: u64,
    /// The message it answers.
    pub input: Arc<Message>,
    /// The conversation of the instance's starter; before a start, the input's.
    pub conversation: Option<Name>,
    /// When, in virtual time.
    pub at: Time,
    /// Where the module of the input had come in time, if that is later than the input itself: the
    /// order in which logs are merged never goes back within a module, also after a new start.
    pub reached: Option<Time>,
    /// The version that decided.
    pub version: u32,
    pub outcome: Outcome,
    /// Of a parked one: why.
    pub failed: Option<Failed>,
    /// At birth: the hash of the definition.
    pub hash: Option<Name>,
    /// The state that was entered, and whether it is an end.
    pub to: Option<Name>,
    pub end: Option<End>,
    /// The data that changed, with its new values; at birth all of it.
    pub set: Vec<(Name, Document)>,
    /// The messages that go out, in order.
    pub sent: Vec<Arc<Message>>,
    /// The alarms that were set; each is the message that will ring.
    pub armed: Vec<Arc<Message>>,
    /// The ids of alarms that were called off: cancelled, set anew, or ended with the instance.
    pub disarmed: Vec<Name>,
    /// It is kept although the instance has started or advanced by it: a starter that its initial state
    /// defers, or a message that one region has answered and another defers.
    pub kept: bool,
    /// Of a message that is deferred or kept: the regions that it waits for; none named: all of the process.
    pub keepers: Vec<Name>,
    /// The instance came to its end and is forgotten.
    pub forgotten: bool,
    /// A person settled it.
    pub hand: Option<Hand>,
}

/// Why an instance was parked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// `unexpected OrderPaid in cooking`, or what an expression could not do.
    pub reason: String,
    /// Of an expression: file and line, as `order@2.yaml:14`. The name of the file, not its path:
    /// the same decision reads alike on every machine.
    pub place: Option<String>,
}

impl Failed {
    /// A message that had no way to an instance when it came.
    pub fn lost() -> Failed {
        Failed { reason: "no way to an instance".to_string(), place: None }
    }

    /// An expression of a definition that failed while running, of a region or of what stands outside of all.
    pub fn of(definition: &Definition, region: Option<RegionId>, failure: Failure) -> Failed {
        let (file, source) = definition.source_of(region);
        let (line, _) = source.line_column(failure.at.start);
        Failed { reason: failure.what, place: Some(format!("{file}.yaml:{line}")) }
    }
}

impl Failed {
    /// An expression of a service that failed while running.
    pub fn of_service(service: &Service, failure: Failure) -> Failed {
        let (line, _) = service.source.line_column(failure.at.start);
        Failed { reason: failure.what, place: Some(format!("{}.yaml:{line}", service.name)) }
    }
}

impl Recorded {
    /// A decision that changes nothing else.
    pub fn new(
        instance: &Instance,
        input: &Arc<Message>,
        at: Time,
        version: u32,
        outcome: Outcome,
    ) -> Recorded {
        Recorded {
            instance: instance.id.clone(),
            number: instance.decisions,
            input: input.clone(),
            conversation: instance.correlation.clone().or_else(|| input.conversation().cloned()),
            at,
            reached: None,
            version,
            outcome,
            failed: None,
            hash: None,
            to: None,
            end: None,
            set: Vec::new(),
            sent: Vec::new(),
            armed: Vec::new(),
            disarmed: Vec::new(),
            kept: false,
            keepers: Vec::new(),
            forgotten: false,
            hand: None,
        }
    }

    /// Whether deferred messages are tried again after it. One that was re-decided has tried them already.
    pub fn wakes(&self) -> bool {
        (self.to.is_some() || self.outcome == Outcome::Started) && self.hand != Some(Hand::Migrate)
    }
}
