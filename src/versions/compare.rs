//! Two stories of one instance, side by side, by cause.

use super::story::{Cause, Said, Stories, Story};
use crate::event::Name;
use std::collections::BTreeMap;

/// Where two versions part: one cause to which they say different things, or `end` and where they
/// rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Divergence {
    pub instance: Name,
    /// The message that both were asked about, or `end`.
    pub cause: String,
    pub recorded: Vec<Said>,
    pub decided: Vec<Said>,
}

/// What two versions say differently, instance by instance in the order of `ids`, and for each by
/// cause.
pub fn compare<'a>(
    ids: impl Iterator<Item = &'a Name>,
    recorded: &Stories,
    decided: &Stories,
) -> Vec<Divergence> {
    let empty = Story::nothing();
    ids.flat_map(|id| {
        let one = recorded.get(id).unwrap_or(&empty);
        let other = decided.get(id).unwrap_or(&empty);
        parts(id, one, other)
    })
    .collect()
}

fn parts(instance: &Name, one: &Story, other: &Story) -> Vec<Divergence> {
    if one == other {
        return Vec::new();
    }
    let by_cause = |story: &Story| -> BTreeMap<Cause, Vec<Said>> { story.causes.iter().cloned().collect() };
    let (mut left, mut right) = (by_cause(one), by_cause(other));
    let mut found = Vec::new();
    let mut differs = |cause: String, recorded: Vec<Said>, decided: Vec<Said>| {
        if recorded != decided {
            found.push(Divergence { instance: instance.clone(), cause, recorded, decided });
        }
    };
    // In the order in which the first tells it, then what only the second tells.
    for (cause, _) in one.causes.iter().chain(&other.causes) {
        let said = left.remove(cause).unwrap_or_default();
        let answered = right.remove(cause).unwrap_or_default();
        differs(cause.0.clone(), said, answered);
    }
    let rests = |story: &Story| vec![Said::Rests(story.rests.clone())];
    differs("end".to_string(), rests(one), rests(other));
    found
}
