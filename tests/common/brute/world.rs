//! What a world is made of, and what may happen in it.

use super::expect::Wrong;
use super::interpret::Instance;
use super::model::*;
use super::service::{Entity, Way};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A message from outside, from a process or from a service. Its number tells it from all others.
#[derive(Debug)]
pub struct Message {
    pub number: u32,
    pub type_: Type,
    pub command: bool,
    pub data: Option<i64>,
    pub from: From,
    pub conversation: usize,
    pub id: u64,
    /// The id that it bears, whatever comes beside it.
    pub origin: u64,
    /// The ids of all it comes after.
    pub causes: Rc<Vec<u64>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// A place in `deliver`.
    Listed(usize),
    /// A process.
    Sent(usize),
    /// A place in `first`.
    First(usize),
    /// A service.
    Said(usize),
}

/// Who hears something: a place among the processes, and behind them among the services.
pub type Hearer = usize;

/// A message on its way to somebody with a memory.
#[derive(Debug, Clone)]
pub struct Flight {
    pub message: Rc<Message>,
    pub to: Hearer,
    pub time: Time,
}

/// For the how-manieth time a message comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Time {
    First,
    /// The host had stopped when it was handled.
    Again,
    /// It is a duplicate. It comes whenever it likes, and nobody waits for it.
    Copy,
}

/// A message is with a service that has no memory, and it is open what comes of it.
#[derive(Debug, Clone)]
pub struct Exchange {
    pub message: Rc<Message>,
    pub with: Hearer,
    pub time: Time,
    pub ways: Rc<Vec<Way>>,
}

/// A command that an instance sent: which one, of what type, for which message; and in which decision, of which
/// choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ordered {
    pub by: (usize, usize, Type, u64),
    pub step: (u32, u64),
}

#[derive(Debug, Clone)]
pub struct World {
    /// By process, and by conversation.
    pub instances: Vec<[Instance; CONVERSATIONS.len()]>,
    /// By service and key.
    pub entities: BTreeMap<(usize, String), Entity>,
    pub flights: Vec<Flight>,
    pub exchanges: Vec<Exchange>,
    /// How many of each type were sent and published.
    pub sent: [u8; TYPES.len()],
    pub sent_data: Vec<(Type, Option<i64>)>,
    pub ordered: Vec<Ordered>,
    /// How many stimuli of each type were delivered to anybody, and which.
    pub came: [u8; TYPES.len()],
    pub delivered: Vec<bool>,
    /// What was delivered and was not duplicated yet: as the duplicates that may come of it.
    pub done: Vec<Flight>,
    /// What may still go wrong.
    pub left: Faults,
    /// How often a listed message was overtaken by one that is listed later.
    pub inversions: usize,
    /// What went wrong on the way.
    pub wrong: BTreeSet<Wrong>,
    pub minutes: u32,
    pub choices: u32,
    pub next: u32,
}

/// Which of the ways that a message has with an entity. None: it is not asked.
pub type Pick = Option<usize>;

#[derive(Debug, Clone, Copy)]
pub enum Choice {
    /// An index into the flights.
    Deliver(usize, Pick),
    /// A process, a conversation, and an index into the alarms of the instance.
    Ring(usize, usize, usize),
    /// An index into what was delivered: it comes once more.
    Duplicate(usize, Pick),
    /// An index into the flights: it vanishes.
    Lose(usize),
    /// An exchange, and which of its ways: of that a message arrives with somebody.
    Answer(Asked, Pick),
    /// The same, and it is lost.
    LoseAnswer(Asked),
    /// An exchange, and which of its ways: nothing of it arrives with anybody.
    Meet(usize, usize),
    /// An index into the exchanges: the message is lost.
    LoseAsked(usize),
}

/// What is said in an exchange.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    pub exchange: usize,
    pub way: usize,
    /// A place among what is said.
    pub place: usize,
    pub to: Hearer,
}

/// A choice that was made.
pub struct Made {
    /// In whose step, which may be cut short, and how many effects that has.
    pub step: Option<(Hearer, usize)>,
    /// What is in flight again after a crash in it.
    pub again: Option<Flight>,
}

impl World {
    /// A message from outside has come to somebody.
    pub fn arrived(&mut self, message: &Message) {
        if let From::Listed(place) = message.from
            && !std::mem::replace(&mut self.delivered[place], true)
        {
            self.came[message.type_ as usize] += 1;
        }
    }
}
