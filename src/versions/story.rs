//! What one instance did, told so that two versions can be laid side by side.

use crate::event::{Document, Kind, Message, Name, Time};
use crate::step::{Outcome, Recorded, Rest};
use std::collections::{BTreeMap, HashMap};
use std::fmt;

/// What one instance did, told by cause: only what can be compared between versions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Story {
    /// To what it has said something and when, in the order in which that was decided.
    pub causes: Vec<(Time, Cause, Vec<Said>)>,
    pub rests: String,
    /// How often each alarm has rung so far.
    rings: BTreeMap<Name, u64>,
}

/// What a decision answers, named so that two versions name it alike: a message by its source and
/// id, a ring by its alarm and its number. Written only where two versions differ.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    Ring(Name, u64),
    Message { source: Name, type_: Name, id: Name },
}

impl Cause {
    /// Of a message that came from outside.
    pub fn of(message: &Message) -> Cause {
        let Message { source, type_, id, .. } = message;
        Cause::Message { source: source.clone(), type_: type_.clone(), id: id.clone() }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Ring(alarm, number) => write!(f, "{alarm}! {number}"),
            Cause::Message { source, type_, id } => write!(f, "{source} {type_} {id}"),
        }
    }
}

/// Instances and their stories, by id. Walked in the order of the world, never its own.
pub type Stories = HashMap<Name, Story>;

/// Something that a version does that others can see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    Sent {
        type_: Name,
        kind: Kind,
        data: Option<Document>,
        time: Time,
    },
    Parked(String),
    /// Where the instance rests at last.
    Rests(String),
    /// A decision as the journal has it, or would have it: one line.
    Line(String),
}

impl Said {
    pub fn sent(message: &Message) -> Said {
        Said::Sent {
            type_: message.type_.clone(),
            kind: message.kind,
            data: message.data.clone(),
            time: message.time,
        }
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Said::Sent { type_, kind, data, time } => {
                let verb = if *kind == Kind::Command { "sends" } else { "publishes" };
                write!(f, "{verb} {type_}")?;
                if let Some(data) = data {
                    write!(f, " {data}")?;
                }
                write!(f, " at {time}")
            }
            Said::Parked(reason) => write!(f, "parked: {reason}"),
            Said::Rests(rest) => f.write_str(rest),
            Said::Line(line) => f.write_str(line),
        }
    }
}

impl Story {
    /// Of an instance that one version has never heard of.
    pub fn nothing() -> Story {
        Story { rests: Rest::NotStarted.to_string(), ..Story::default() }
    }

    /// Adds a turn: what its decisions sent, and a decision that parked.
    pub fn tell(&mut self, process: &Name, decisions: &[Recorded]) {
        let Some(first) = decisions.first() else { return };
        let input = &first.input;
        // A ring of ours has its cause in the journal; between versions its number tells it.
        let is_ring = input.source == *process;
        let cause = if is_ring {
            let count = self.rings.entry(input.type_.clone()).or_default();
            *count += 1;
            Cause::Ring(input.type_.clone(), *count)
        } else {
            Cause::of(input)
        };
        let mut said = Vec::new();
        for recorded in decisions {
            said.extend(recorded.sent.iter().map(|message| Said::sent(message)));
            if recorded.outcome == Outcome::Parked {
                let reason = recorded.failed.as_ref().map_or("", |failed| &failed.reason);
                said.push(Said::Parked(reason.to_string()));
            }
        }
        if !said.is_empty() {
            self.causes.push((first.at, cause, said));
        }
    }
}
