//! What kinds of differences there are between two versions, and how many instances differ so.

use super::compare::Divergence;
use super::story::Said;
use crate::event::{Document, Kind, Name, Time};
use std::collections::BTreeMap;

/// One way in which two versions treat an instance differently.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// Only one of them says it, or says it so often.
    Only {
        side: Side,
        kind: Kind,
        type_: Name,
    },
    /// Both say it, with other data.
    OtherData(Kind, Name),
    /// Both say it, the second later.
    Later(Kind, Name),
    Earlier(Kind, Name),
    /// Both say it at the same moment, but in answer to another message.
    OtherCause(Kind, Name),
    /// Where the instance rests at last.
    Rests {
        recorded: String,
        decided: String,
    },
}

/// Which of the two that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    Recorded,
    Decided,
}

/// The instances that differ in one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub difference: Difference,
    pub instances: u64,
    /// The first of them.
    pub example: Name,
}

/// Divergences, those of one instance side by side, by kind: what most instances have in common first.
/// An instance that differs in several ways is in several groups.
pub fn groups(divergences: &[Divergence]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut places: BTreeMap<Difference, usize> = BTreeMap::new();
    for parts in by_instance(divergences) {
        for difference in differences(parts) {
            match places.get(&difference) {
                Some(&place) => groups[place].instances += 1,
                None => {
                    places.insert(difference.clone(), groups.len());
                    groups.push(Group { difference, instances: 1, example: parts[0].instance.clone() });
                }
            }
        }
    }
    // Stable: of equal numbers the one that was met first.
    groups.sort_by_key(|group| std::cmp::Reverse(group.instances));
    groups
}

/// Divergences by instance; those of one instance stand together.
pub fn by_instance(divergences: &[Divergence]) -> impl Iterator<Item = &[Divergence]> {
    divergences.chunk_by(|a, b| a.instance == b.instance)
}

/// A message that one side says, and the other perhaps elsewhere.
struct Sent<'a> {
    cause: usize,
    kind: Kind,
    type_: &'a Name,
    data: &'a Option<Document>,
    time: Time,
}

/// In what ways one instance differs, each once.
fn differences(parts: &[Divergence]) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut add = |difference| {
        if !found.contains(&difference) {
            found.push(difference);
        }
    };
    let (mut left, right) = (sent(parts, |part| &part.recorded), sent(parts, |part| &part.decided));
    let mut unmatched = right;
    // What is nearest is taken for the same message: the same in all, then in what it answers, then in what
    // it says, then in its name.
    type Alike = fn(&Sent, &Sent) -> bool;
    let alike: [Alike; 4] = [
        |a, b| a.cause == b.cause && a.data == b.data && a.time == b.time,
        |a, b| a.cause == b.cause,
        |a, b| a.data == b.data,
        |_, _| true,
    ];
    for alike in alike {
        left.retain(|one| {
            let same = |other: &Sent| one.kind == other.kind && one.type_ == other.type_ && alike(one, other);
            let Some(place) = unmatched.iter().position(same) else { return true };
            let other = unmatched.remove(place);
            let (kind, type_) = (one.kind, one.type_.clone());
            if one.data != other.data {
                add(Difference::OtherData(kind, type_));
            } else if one.time < other.time {
                add(Difference::Later(kind, type_));
            } else if one.time > other.time {
                add(Difference::Earlier(kind, type_));
            } else if one.cause != other.cause {
                add(Difference::OtherCause(kind, type_));
            }
            false
        });
    }
    for (side, messages) in [(Side::Recorded, left), (Side::Decided, unmatched)] {
        for Sent { kind, type_, .. } in messages {
            add(Difference::Only { side, kind, type_: type_.clone() });
        }
    }
    for part in parts {
        if let ([Said::Rests(recorded)], [Said::Rests(decided)]) = (&part.recorded[..], &part.decided[..]) {
            add(Difference::Rests { recorded: recorded.clone(), decided: decided.clone() });
        }
    }
    found
}

fn sent<'a>(parts: &'a [Divergence], side: impl Fn(&'a Divergence) -> &'a Vec<Said>) -> Vec<Sent<'a>> {
    let of_part = |(cause, part)| {
        side(part).iter().filter_map(move |said| match said {
            Said::Sent { type_, kind, data, time } => {
                Some(Sent { cause, kind: *kind, type_, data, time: *time })
            }
            _ => None,
        })
    };
    parts.iter().enumerate().flat_map(of_part).collect()
}
