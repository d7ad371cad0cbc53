//! Two stories of one instance, side by side, by cause.

use super::story::{Cause, Said, Stories, Story};
use crate::event::{Name, Time};
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
    // By when one of them first answers; a message may have come twice, and only once have been answered.
    let mut causes: BTreeMap<&Cause, (Time, [Vec<Said>; 2])> = BTreeMap::new();
    for (side, story) in [one, other].into_iter().enumerate() {
        for (at, cause, said) in &story.causes {
            let (first, sides) = causes.entry(cause).or_insert_with(|| (*at, Default::default()));
            *first = (*first).min(*at);
            sides[side].extend(said.iter().cloned());
        }
    }
    let mut causes: Vec<_> = causes.into_iter().filter(|(_, (_, sides))| sides[0] != sides[1]).collect();
    causes.sort_by_key(|(_, (at, _))| *at);
    let rests = |story: &Story| vec![Said::Rests(story.rests.clone())];
    let end = (one.rests != other.rests).then(|| ("end".to_string(), [rests(one), rests(other)]));
    let parts = causes.into_iter().map(|(cause, (_, sides))| (cause.to_string(), sides)).chain(end);
    parts
        .map(|(cause, [recorded, decided])| Divergence {
            instance: instance.clone(),
            cause,
            recorded,
            decided,
        })
        .collect()
}
