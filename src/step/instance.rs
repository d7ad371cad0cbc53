//! What one running process remembers. Built by `evolve` from what was recorded, by nothing else.

use crate::event::{Message, Name, Time};
use crate::process::{Data, End};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// The conversation, unless the definition correlates by an expression.
    pub id: Name,
    pub phase: Phase,
    /// The version it lives on; of no meaning before the start.
    pub version: u32,
    /// The hash of that version's definition when this life began.
    pub hash: Option<Name>,
    /// The correlation id of its starter: what it sends carries it.
    pub correlation: Option<Name>,
    pub data: Data,
    pub parked: Option<Parked>,
    /// The armed alarms, in the order in which they were set; each as the message that will ring.
    pub alarms: Vec<Arc<Message>>,
    /// Kept until the next change of state, in arrival order.
    pub deferred: Vec<Kept>,
    /// The ids of those that wait (deferred, held, or parked over) and are rings of alarms which this
    /// life has set: in a later life they are stale.
    pub rung: BTreeSet<Name>,
    /// Kept until a person settles the parked instance, in arrival order.
    pub held: Vec<Arc<Message>>,
    /// Source and id of everything that ever arrived, in this life and those before.
    pub seen: Seen,
    /// How many decisions were recorded for it; names the next one.
    pub decisions: u64,
    /// Where the life before this rested, if it was forgotten.
    pub rested: Option<(Name, End)>,
    /// When it came to the state in which it is.
    pub since: Time,
    /// The versions on which this life was before, each with the time at which a person moved it from there.
    pub moved: Vec<(u32, Time)>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// No starter has come yet, or the last life was forgotten.
    Waiting,
    /// Its starter was not for this process.
    Declined,
    Running(Name),
    Ended(Name, End),
}

/// Source and id of messages. Most lives meet a handful, which lie side by side, in order; a tree
/// would keep room for eleven. Nothing is ever taken out, so equal sets have equal forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    Few(Vec<(Name, Name)>),
    Many(BTreeSet<(Name, Name)>),
}

/// Up to so many are few.
const FEW: usize = 16;

impl Default for Seen {
    fn default() -> Seen {
        Seen::Few(Vec::new())
    }
}

impl Seen {
    pub fn contains(&self, message: &(Name, Name)) -> bool {
        match self {
            Seen::Few(few) => few.binary_search(message).is_ok(),
            Seen::Many(many) => many.contains(message),
        }
    }

    pub fn insert(&mut self, message: (Name, Name)) {
        match self {
            Seen::Few(few) => {
                if let Err(place) = few.binary_search(&message) {
                    few.insert(place, message);
                }
                if few.len() > FEW {
                    *self = Seen::Many(std::mem::take(few).into_iter().collect());
                }
            }
            Seen::Many(many) => _ = many.insert(message),
        }
    }
}

/// A message that waits for a change of state, and who keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub message: Arc<Message>,
    /// The regions that it is for, the others have answered it; none named: all of the process.
    pub by: Vec<Name>,
    /// A region has answered it, in a life that will be forgotten: it does not begin the next one.
    pub answered: bool,
}

impl std::ops::Deref for Kept {
    type Target = Arc<Message>;

    fn deref(&self) -> &Arc<Message> {
        &self.message
    }
}

/// Why an instance was set aside, and over which message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    pub reason: String,
    pub message: Arc<Message>,
    /// The regions that had kept it, where it was tried again; none named: all of the process are asked.
    pub by: Vec<Name>,
    /// As of what is kept.
    pub answered: bool,
    /// It waited when it was tried, and waits again when it is resumed: it may have begun the life already, and what it
    /// sent then has ids that it must not give once more.
    pub waited: bool,
    pub at: Time,
}

impl Instance {
    /// Before anything has come.
    pub fn new(id: Name) -> Instance {
        Instance {
            id,
            phase: Phase::Waiting,
            version: 0,
            hash: None,
            correlation: None,
            data: Data::default(),
            parked: None,
            alarms: Vec::new(),
            deferred: Vec::new(),
            rung: BTreeSet::new(),
            held: Vec::new(),
            seen: Seen::default(),
            decisions: 0,
            rested: None,
            since: Time::MIN,
            moved: Vec::new(),
        }
    }

    /// The state it is in, once it has started.
    pub fn state(&self) -> Option<&Name> {
        match &self.phase {
            Phase::Running(state) | Phase::Ended(state, _) => Some(state),
            Phase::Waiting | Phase::Declined => None,
        }
    }

    /// Started, and not at an end: its definition must not change under it.
    pub fn is_live(&self) -> bool {
        matches!(self.phase, Phase::Running(_))
    }

    /// Where it rests; the latest life counts.
    pub fn rest(&self) -> Rest<'_> {
        if let Some(parked) = &self.parked {
            return Rest::Parked(&parked.reason);
        }
        match (&self.phase, &self.rested) {
            (Phase::Running(state), _) => Rest::Unfinished(state),
            (Phase::Ended(state, end), _) | (_, Some((state, end))) => Rest::Ended(state, *end),
            (Phase::Declined, None) => Rest::Declined,
            (Phase::Waiting, None) => Rest::NotStarted,
        }
    }
}

/// Where an instance rests, as reports say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rest<'a> {
    Ended(&'a str, End),
    Unfinished(&'a str),
    Parked(&'a str),
    NotStarted,
    Declined,
}

impl fmt::Display for Rest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rest::Ended(state, _) => f.write_str(state),
            // An entity of a service, which has no states.
            Rest::Unfinished("") => f.write_str("answering"),
            Rest::Unfinished(state) => write!(f, "unfinished: {state}"),
            Rest::Parked(reason) => write!(f, "parked: {reason}"),
            Rest::NotStarted => f.write_str("not-started"),
            Rest::Declined => f.write_str("declined"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_or_many_a_message_is_seen_once_it_came() {
        let key = |n: usize| (Name::from("orders"), Name::from(format!("{}", n * 7919 % 100)));
        let (mut up, mut down) = (Seen::default(), Seen::default());
        for n in 0..40 {
            assert!(!up.contains(&key(n)));
            up.insert(key(n));
            up.insert(key(n));
            assert!((0..=n).all(|known| up.contains(&key(known))));
        }
        (0..40).rev().for_each(|n| down.insert(key(n)));
        assert_eq!(up, down);
    }
}
