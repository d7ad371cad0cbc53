//! What a property sees: where the instances of a scenario stand, and how many messages there were.
//!
//! A property is an expression that looks at a moment, not at a message: it has no `event` and no
//! `now`. A [`PropertyScope`] is what is known of it when it is read, [`Facts`] are what it meets
//! while it runs.

use super::scope::RegionScope;
use crate::event::Name;
use crate::process::Data;
use std::collections::{BTreeMap, BTreeSet};

/// What a property may name.
#[derive(Debug, Clone, Default)]
pub struct PropertyScope {
    /// In the scenario's order. With one of them `state` and `data` are its own; with several, maps
    /// by the names of the processes.
    pub processes: Vec<ProcessScope>,
    /// The services with `entity`, of which `entity` knows.
    pub services: Vec<ServiceScope>,
    /// Those without: they remember nothing that could be seen.
    pub forgetful: BTreeSet<Name>,
    /// The types that `count` knows.
    pub types: BTreeSet<Name>,
    /// Alarms that are no message of any other kind: they ring, and are not counted.
    pub alarms: BTreeSet<Name>,
}

#[derive(Debug, Clone)]
pub struct ProcessScope {
    pub name: Name,
    pub states: BTreeSet<Name>,
    /// Where it has regions, what `state` is a map of; else none.
    pub regions: Vec<RegionScope>,
    /// The names known in its `data`.
    pub data: BTreeSet<String>,
}

#[derive(Debug, Clone)]
pub struct ServiceScope {
    pub name: Name,
    /// The names known in its `data`.
    pub data: BTreeSet<String>,
}

/// A moment, as a property sees it.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// In the scenario's order.
    pub processes: Vec<ProcessFacts>,
    /// The services with `entity`, in the scope's order.
    pub services: Vec<ServiceFacts>,
    /// How many messages of each type there were so far; none where a type is missing.
    pub counts: BTreeMap<Name, u64>,
}

/// One process's instance.
#[derive(Debug, Clone)]
pub struct ProcessFacts {
    pub name: Name,
    /// Empty before the start.
    pub state: Name,
    /// Before the start, the data that an instance is born with.
    pub data: Data,
}

/// What one service knows.
#[derive(Debug, Clone)]
pub struct ServiceFacts {
    /// The data of an entity that was never asked.
    pub initial: Data,
    /// By key.
    pub entities: BTreeMap<Name, Data>,
}

impl PropertyScope {
    /// The only process, where there is one.
    pub(super) fn only(&self) -> Option<&ProcessScope> {
        match &self.processes[..] {
            [only] => Some(only),
            _ => None,
        }
    }

    pub(super) fn position(&self, process: &str) -> Option<usize> {
        self.processes.iter().position(|known| *known.name == *process)
    }
}
