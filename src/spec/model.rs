//! What a spec says, once it is read: all names in it are known.

use crate::event::{Document, Message, Millis, Name, Time};
use crate::process::{Participant, state_in};
use crate::span::{Source, Span};
use crate::step::Outcome;
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Debug, Clone)]
pub struct Spec {
    /// Its sentence.
    pub name: String,
    pub source: Arc<Source>,
    /// Where the sentence stands.
    pub span: Span,
    /// Those of whom something is expected, in the order listed: processes, one version of each, then
    /// services; and behind them the services that only answer.
    pub cast: Vec<Participant>,
    /// The seed of what services draw.
    pub seed: u64,
    /// The modules that own messages which services say.
    pub owners: BTreeMap<Name, Name>,
    pub given: Vec<Step>,
    pub when: Vec<Step>,
    /// What is expected, of as many as there is something to expect of.
    pub then: Vec<Then>,
}

impl Spec {
    /// The conversation of a message that names none.
    pub const CONVERSATION: &str = crate::process::stimuli::CONVERSATION;
    /// When every spec begins.
    pub const BEGINS: Time = Time::MILLENNIUM;

    /// Those of whom something is expected.
    pub fn subjects(&self) -> &[Participant] {
        &self.cast[..self.then.len()]
    }

    /// The services that only answer.
    pub fn answering(&self) -> &[Participant] {
        &self.cast[self.then.len()..]
    }
}

/// One entry under `given` or `when`.
#[derive(Debug, Clone)]
pub struct Step {
    pub what: What,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub enum What {
    /// A message comes, once for each id. Its time and its position are those of the moment. `from` is who
    /// says it, where that is not the module that owns it.
    Comes { message: Box<Message>, ids: Vec<Name>, from: Option<Name> },
    /// An armed alarm rings; of this conversation, or of whichever has the earliest.
    Rings { alarm: Name, correlation: Option<Name>, times: u64 },
    /// Time passes, and what is due rings.
    Passes(Millis),
}

/// Something that was written, and where.
#[derive(Debug, Clone)]
pub struct Placed<T> {
    pub value: T,
    pub span: Span,
}

/// What is expected of a process; what is not named is not compared.
#[derive(Debug, Clone, Default)]
pub struct Then {
    /// What the last message of `when` met.
    pub outcome: Option<Placed<Outcome>>,
    pub state: Option<Placed<StateIs>>,
    /// Members of its data.
    pub data: Vec<(Name, Placed<Document>)>,
    /// All commands that went out in `when`.
    pub send: Option<Placed<Vec<Expected>>>,
    /// All events that went out in `when`.
    pub publish: Option<Placed<Vec<Expected>>>,
    /// All alarms that are set.
    pub alarms: Option<Placed<Vec<Armed>>>,
    pub parked: Option<Placed<ParkedAs>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StateIs {
    NotStarted,
    Declined,
    In(Name),
    /// Of some regions: each with its state.
    Within(Vec<(Name, Name)>),
}

impl StateIs {
    /// As it is written.
    pub fn name(&self) -> Name {
        match self {
            StateIs::NotStarted => Name::from("not-started"),
            StateIs::Declined => Name::from("declined"),
            StateIs::In(state) => state.clone(),
            StateIs::Within(regions) => {
                let words: Vec<_> =
                    regions.iter().map(|(region, state)| format!("{region}.{state}")).collect();
                Name::from(words.join(" "))
            }
        }
    }

    /// What of where a process is this speaks of: all of it, or those regions where there are such.
    pub fn of(&self, state: &str) -> Name {
        let StateIs::Within(regions) = self else { return Name::from(state) };
        let words = regions.iter().filter_map(|(region, _)| {
            let found = Some(state_in(state, region)).filter(|found| !found.is_empty())?;
            Some(format!("{region}.{found}"))
        });
        let words: Vec<_> = words.collect();
        if words.is_empty() { Name::from(state) } else { Name::from(words.join(" ")) }
    }
}

/// A message that is expected.
#[derive(Debug, Clone)]
pub struct Expected {
    pub type_: Name,
    /// Only what it names is compared.
    pub data: Option<Document>,
    pub times: u64,
}

impl Expected {
    pub(super) fn like(&self, other: &Expected) -> bool {
        (&self.type_, &self.data) == (&other.type_, &other.data)
    }
}

/// An alarm that is expected, and how long until it rings, if that was said.
#[derive(Debug, Clone)]
pub struct Armed {
    pub name: Name,
    pub after: Option<Millis>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParkedAs {
    No,
    /// For whatever reason.
    Yes,
    For(String),
}
