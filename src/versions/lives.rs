//! What a journal has recorded of some instances, with the whole messages that they were told.

use super::told::entries;
use crate::error::Result;
use crate::event::{Name, Time};
use crate::runtime::journal::Entry;
use crate::runtime::{Places, fetch, want};
use crate::step::Recorded;
use crate::store::Logs;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// What was recorded.
#[derive(Debug)]
pub struct Turns {
    /// The turns of each, from its first.
    pub of: BTreeMap<Name, Vec<Vec<Recorded>>>,
    /// How far the process had come in time. What a person has done says nothing of that.
    pub until: Time,
}

/// Reads the journal of a process once, and what it refers to once.
pub fn turns_of(logs: &dyn Logs, process: &Name, wanted: &BTreeSet<Name>) -> Result<Turns> {
    let mut found = Turns { of: BTreeMap::new(), until: Time::MIN };
    let mut places = Places::new();
    entries(logs, process, |entry| {
        let Entry::Turn(turn) = entry else { return ControlFlow::Continue(()) };
        let decided = turn.iter().filter(|recorded| recorded.hand.is_none() && turn[0].hand.is_none());
        found.until = decided.map(|recorded| recorded.at).fold(found.until, Time::max);
        if let Some(first) = turn.first().filter(|first| wanted.contains(&first.instance)) {
            turn.iter().filter(|recorded| recorded.hand.is_none()).for_each(|r| want(&mut places, &r.input));
            found.of.entry(first.instance.clone()).or_default().push(turn);
        }
        ControlFlow::Continue(())
    })?;
    let messages = fetch(process, places, logs)?;
    let decisions = found.of.values_mut().flatten().flatten();
    decisions
        .filter(|recorded| recorded.hand.is_none())
        .for_each(|recorded| messages.fill(&mut recorded.input));
    Ok(found)
}
