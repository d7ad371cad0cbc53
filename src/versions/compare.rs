//! Two stories of one instance, side by side, by cause.

use super::replay::{Cause, Stories, Story};
use crate::event::{Kind, Message, Name, Time};
use std::collections::BTreeMap;
use std::fmt;

/// Something that a version does that others can see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    Sent {
        type_: Name,
        kind: Kind,
        data: Option<String>,
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
            data: message.data.as_ref().map(|data| data.text().to_string()),
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
            Said::Rests(rest) => write!(f, "rests: {rest}"),
            Said::Line(line) => f.write_str(line),
        }
    }
}

/// Where two versions part, for one instance: the first cause to which they say different things,
/// or, where they say the same throughout, where they rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Divergence {
    pub instance: Name,
    /// The message that both were asked about, or `end`.
    pub cause: String,
    pub recorded: Vec<Said>,
    pub decided: Vec<Said>,
}

/// The instances of which two versions tell different stories, in the order of `ids`.
pub fn compare<'a>(
    ids: impl Iterator<Item = &'a Name>,
    recorded: &Stories,
    decided: &Stories,
) -> Vec<Divergence> {
    let mut empty = Story::default();
    empty.rests = "not-started".to_string();
    ids.filter_map(|id| {
        let one = recorded.get(id).unwrap_or(&empty);
        let other = decided.get(id).unwrap_or(&empty);
        parts(one, other).map(|(cause, recorded, decided)| Divergence {
            instance: id.clone(),
            cause,
            recorded,
            decided,
        })
    })
    .collect()
}

fn parts(one: &Story, other: &Story) -> Option<(String, Vec<Said>, Vec<Said>)> {
    let by_cause = |story: &Story| -> BTreeMap<Cause, Vec<Said>> { story.causes.iter().cloned().collect() };
    let (mut left, mut right) = (by_cause(one), by_cause(other));
    // In the order in which the first tells it, then what only the second tells.
    for (cause, _) in one.causes.iter().chain(&other.causes) {
        let said = left.remove(cause).unwrap_or_default();
        let answered = right.remove(cause).unwrap_or_default();
        if said != answered {
            let rests = |story: &Story, mut said: Vec<Said>| {
                said.push(Said::Rests(story.rests.clone()));
                said
            };
            return Some((cause.0.clone(), rests(one, said), rests(other, answered)));
        }
    }
    (one.rests != other.rests).then(|| {
        let rests = |story: &Story| vec![Said::Rests(story.rests.clone())];
        ("end".to_string(), rests(one), rests(other))
    })
}
