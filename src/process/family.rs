//! The versions of one process: which a new instance starts on, and which is which.

use super::definition::Definition;
use crate::error::{Error, Result};
use crate::event::Name;
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Debug, Clone)]
pub struct Family {
    pub name: Name,
    pub versions: BTreeMap<u32, Arc<Definition>>,
}

impl Family {
    pub fn new(name: Name) -> Family {
        Family { name, versions: BTreeMap::new() }
    }

    /// One version alone, which new instances start on, also if it was retired.
    pub fn of(definition: &Arc<Definition>) -> Family {
        let version = match definition.accepts_new {
            true => definition.clone(),
            false => Arc::new(Definition { accepts_new: true, ..(**definition).clone() }),
        };
        let versions = BTreeMap::from([(version.version, version)]);
        Family { name: definition.name.clone(), versions }
    }

    /// Adds a version. Two definitions of one version, even equal ones, are an error that names
    /// both files: nobody could say which one decides.
    pub fn insert(&mut self, definition: Arc<Definition>) -> Result<()> {
        assert_eq!(self.name, definition.name, "a family has one name");
        if let Some(known) = self.versions.get(&definition.version) {
            let what = format!(
                "{} is defined twice: in {} and in {}",
                definition.full_name(),
                known.source.name,
                definition.source.name
            );
            let hint = format!("make one of them version {}, or remove it", self.next_free());
            return Err(Error::input(what).at(&definition.source.name).hint(hint));
        }
        self.versions.insert(definition.version, definition);
        Ok(())
    }

    /// The version that new instances start on: the highest that accepts new ones.
    pub fn newest(&self) -> Option<&Arc<Definition>> {
        self.versions.values().rev().find(|definition| definition.accepts_new)
    }

    /// What a log may start: no versions that are only parts of others. None where nothing is left.
    pub fn without_parts(mut self) -> Option<Family> {
        self.versions.retain(|_, definition| !definition.starts_on.is_empty());
        (!self.versions.is_empty()).then_some(self)
    }

    pub fn version(&self, version: u32) -> Option<&Arc<Definition>> {
        self.versions.get(&version)
    }

    /// From the lowest.
    pub fn versions(&self) -> impl DoubleEndedIterator<Item = &Arc<Definition>> {
        self.versions.values()
    }

    fn next_free(&self) -> u64 {
        self.versions.keys().next_back().map_or(1, |last| u64::from(*last) + 1)
    }
}
