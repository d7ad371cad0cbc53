//! What a journal tells, without deciding anything again.

use super::replay::Stories;
use crate::error::Result;
use crate::event::{Message, Name, Position};
use crate::runtime::journal::{Entry, Reader};
use crate::step::{Instance, evolve};
use crate::store::Logs;
use std::collections::{BTreeMap, HashMap};

/// Which versions have decided in a journal.
#[derive(Debug, Clone, Default)]
pub struct Journal {
    /// By version, the hash on which its newest instance was started, or that a person agreed to.
    hashes: BTreeMap<u32, Name>,
    turns: u64,
}

impl Journal {
    pub fn is_empty(&self) -> bool {
        self.turns == 0
    }

    /// None where that version has started nothing.
    pub fn hash_of(&self, version: u32) -> Option<&Name> {
        self.hashes.get(&version)
    }
}

/// Looks through the journal of a process, if the logs have one.
pub fn journal_of(logs: &dyn Logs, process: &Name) -> Result<Journal> {
    let mut journal = Journal::default();
    entries(logs, process, |entry| {
        match entry {
            Entry::Opened => {}
            Entry::Edited { version, hash, .. } => _ = journal.hashes.insert(version, hash),
            Entry::Turn(turn) => {
                journal.turns += 1;
                for recorded in turn {
                    if let Some(hash) = recorded.hash {
                        journal.hashes.insert(recorded.version, hash);
                    }
                }
            }
        }
        Ok(())
    })?;
    Ok(journal)
}

/// The stories of a journal's instances, to be compared with what another version would tell.
pub fn stories_of(logs: &dyn Logs, process: &Name, keep: &dyn Fn(&Message) -> bool) -> Result<Stories> {
    let mut stories = Stories::new();
    let mut instances: HashMap<Name, Instance> = HashMap::new();
    entries(logs, process, |entry| {
        let Entry::Turn(turn) = entry else { return Ok(()) };
        let Some(first) = turn.first().filter(|first| keep(&first.input)) else { return Ok(()) };
        let id = first.instance.clone();
        let instance = instances.entry(id.clone()).or_insert_with(|| Instance::new(id.clone()));
        for recorded in &turn {
            evolve(instance, recorded);
        }
        stories.entry(id).or_default().tell(process, &turn);
        Ok(())
    })?;
    for (id, story) in &mut stories {
        story.rests = instances[id].rest().to_string();
    }
    Ok(stories)
}

fn entries(logs: &dyn Logs, process: &Name, mut each: impl FnMut(Entry) -> Result<()>) -> Result<()> {
    let mut reader = Reader::default();
    for record in logs.read(process, Position::FIRST)? {
        if let Some(entry) = reader.take(record?.message)? {
            each(entry)?;
        }
    }
    Ok(())
}
