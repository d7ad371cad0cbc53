//! What a journal has recorded of some instances, with the whole messages that they were told.

use super::told::entries;
use crate::error::Result;
use crate::event::Name;
use crate::runtime::journal::Entry;
use crate::runtime::{Places, fetch, want};
use crate::step::Recorded;
use crate::store::Logs;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// The turns of each, from its first.
pub type Turns = BTreeMap<Name, Vec<Vec<Recorded>>>;

/// Reads the journal of a process once, and what it refers to once.
pub fn turns_of(logs: &dyn Logs, process: &Name, wanted: &BTreeSet<Name>) -> Result<Turns> {
    let (mut found, mut places) = (Turns::new(), Places::new());
    if wanted.is_empty() {
        return Ok(found);
    }
    entries(logs, process, |entry| {
        if let Entry::Turn(turn) = entry
            && let Some(first) = turn.first().filter(|first| wanted.contains(&first.instance))
        {
            turn.iter().filter(|recorded| recorded.hand.is_none()).for_each(|r| want(&mut places, &r.input));
            found.entry(first.instance.clone()).or_default().push(turn);
        }
        ControlFlow::Continue(())
    })?;
    let messages = fetch(process, places, logs)?;
    let decisions = found.values_mut().flatten().flatten();
    decisions
        .filter(|recorded| recorded.hand.is_none())
        .for_each(|recorded| messages.fill(&mut recorded.input));
    Ok(found)
}
