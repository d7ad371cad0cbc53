//! What a journal tells, without deciding anything again.

use super::story::Stories;
use crate::error::Result;
use crate::event::{Message, Name, Position};
use crate::runtime::journal::{Entry, Reader};
use crate::step::{Instance, evolve};
use crate::store::Logs;
use std::collections::HashMap;
use std::ops::ControlFlow;

/// Whether a process has a journal, and whether a version of it has decided there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Journal {
    /// There is none, or nothing was decided.
    Empty,
    /// Other versions have.
    Others,
    /// This one has started instances.
    Started,
}

/// Looks into the journal of a process, if the logs have one, up to the first instance that the
/// version has started.
pub fn journal_of(logs: &dyn Logs, process: &Name, version: u32) -> Result<Journal> {
    let mut journal = Journal::Empty;
    entries(logs, process, |entry| {
        if let Entry::Turn(turn) = entry {
            let started = turn.iter().any(|recorded| recorded.hash.is_some() && recorded.version == version);
            journal = if started { Journal::Started } else { Journal::Others };
        }
        if journal == Journal::Started { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(journal)
}

/// The stories of a journal's instances, to be compared with what another version would tell.
pub fn stories_of(logs: &dyn Logs, process: &Name, keep: &dyn Fn(&Message) -> bool) -> Result<Stories> {
    let mut stories = Stories::new();
    let mut instances: HashMap<Name, Instance> = HashMap::new();
    entries(logs, process, |entry| {
        let Entry::Turn(turn) = entry else { return ControlFlow::Continue(()) };
        let Some(first) = turn.first().filter(|first| keep(&first.input)) else {
            return ControlFlow::Continue(());
        };
        let id = first.instance.clone();
        let instance = instances.entry(id.clone()).or_insert_with(|| Instance::new(id.clone()));
        for recorded in &turn {
            evolve(instance, recorded);
        }
        stories.entry(id).or_default().tell(process, &turn);
        ControlFlow::Continue(())
    })?;
    for (id, story) in &mut stories {
        story.rests = instances[id].rest().to_string();
    }
    Ok(stories)
}

pub(super) fn entries(
    logs: &dyn Logs,
    process: &Name,
    mut each: impl FnMut(Entry) -> ControlFlow<()>,
) -> Result<()> {
    let mut reader = Reader::default();
    for record in logs.read(process, Position::FIRST)? {
        if let Some(entry) = reader.take(record?.message)?
            && each(entry).is_break()
        {
            break;
        }
    }
    Ok(())
}
