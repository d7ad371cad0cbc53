//! What one process remembers: the fold of its journal, and of nothing else.
//!
//! Its instances may all be in memory, or only those that were asked for, the others standing in a
//! snapshot (`snapshot`); which of both never shows in what is decided.

use super::snapshot::{Census, Stored};
use crate::event::{Name, Position, Time};
use crate::step::Instance;
use std::collections::{BTreeMap, BTreeSet, HashMap};

#[derive(Debug, Clone)]
pub struct Member {
    pub name: Name,
    /// Those in memory, in the order in which they were first needed: as a rule, in which they first
    /// heard something.
    instances: Vec<Instance>,
    by_id: HashMap<Name, usize>,
    /// Those that are not in memory.
    pub(super) stored: Option<Stored>,
    /// Its virtual time: that of its newest decision. A clock for each process, so that no process's
    /// decisions depend on how far another one has come.
    pub now: Time,
    /// Per module, the position that it wants next.
    pub cursors: BTreeMap<Name, Position>,
    /// Per module, how far it had come in time at the last message, where that is later than the
    /// message itself.
    pub reached: BTreeMap<Name, Time>,
    /// Both, as its journal tells them: a message of which nothing is recorded comes again.
    pub(super) recorded: BTreeMap<Name, (Position, Option<Time>)>,
    /// Per module, where a run may go on reading for it, and the time that the module had reached: of what
    /// lies between its cursor and that, nothing is for it.
    pub(super) heard: BTreeMap<Name, (Position, Time)>,
    /// The modules in which something is for it of which nothing was recorded.
    pub(super) unheard: BTreeSet<Name>,
    /// The position that its journal writes next.
    pub next: Position,
    /// Whether its journal has been opened.
    pub opened: bool,
    /// Per version, the hash of the definition on which its instances live.
    pub hashes: BTreeMap<u32, Name>,
}

impl Member {
    pub(super) fn new(name: Name) -> Member {
        Member {
            name,
            instances: Vec::new(),
            by_id: HashMap::new(),
            stored: None,
            now: Time::MIN,
            cursors: BTreeMap::new(),
            reached: BTreeMap::new(),
            recorded: BTreeMap::new(),
            heard: BTreeMap::new(),
            unheard: BTreeSet::new(),
            // The first line is the one that opens it.
            next: Position::FIRST.next(),
            opened: false,
            hashes: BTreeMap::new(),
        }
    }

    /// It has had this message of a module, and wants the next.
    pub(super) fn pass(&mut self, module: &Name, position: Position, reached: Option<Time>) {
        let cursor = self.cursors.entry(module.clone()).or_insert(Position::FIRST);
        *cursor = (*cursor).max(position.next());
        match reached {
            Some(time) => _ = self.reached.insert(module.clone(), time),
            None => _ = self.reached.remove(module),
        }
    }

    /// It has recorded what it made of this message of a module.
    pub(super) fn record(&mut self, module: &Name, position: Position, reached: Option<Time>) {
        match self.recorded.get_mut(module) {
            Some(recorded) => *recorded = (recorded.0.max(position.next()), reached),
            None => _ = self.recorded.insert(module.clone(), (position.next(), reached)),
        }
    }

    /// Those in memory: all of them, unless it was recovered from a snapshot and they were not asked for.
    pub fn instances(&self) -> impl Iterator<Item = &Instance> {
        self.instances.iter()
    }

    pub(super) fn instances_mut(&mut self) -> impl Iterator<Item = &mut Instance> {
        self.instances.iter_mut()
    }

    /// Whether anything has ever reached it.
    pub fn has_instances(&self) -> bool {
        !self.instances.is_empty() || self.stored.is_some()
    }

    pub fn instance(&self, id: &str) -> Option<&Instance> {
        self.by_id.get(id).map(|&index| &self.instances[index])
    }

    pub(super) fn index_of(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// The instance of that id, to be changed; a new one if there is none.
    pub(super) fn instance_mut(&mut self, id: &Name) -> &mut Instance {
        let Member { instances, by_id, stored, .. } = self;
        let index = *by_id.entry(id.clone()).or_insert_with(|| {
            instances.push(Instance::new(id.clone()));
            if let Some(stored) = stored {
                stored.born();
            }
            instances.len() - 1
        });
        if let Some(stored) = stored {
            stored.touched.insert(index);
        }
        &mut instances[index]
    }

    /// Takes an instance into memory that is not there yet.
    pub(super) fn take_in(&mut self, instance: Instance) -> &mut Instance {
        let index = self.instances.len();
        self.by_id.insert(instance.id.clone(), index);
        self.instances.push(instance);
        &mut self.instances[index]
    }

    /// Puts other instances in the place of those in memory, in their order; all of them are there now.
    pub(super) fn replace_all(&mut self, instances: Vec<Instance>) -> Vec<Instance> {
        self.stored = None;
        let ids = instances.iter().enumerate();
        self.by_id = ids.map(|(index, instance)| (instance.id.clone(), index)).collect();
        std::mem::replace(&mut self.instances, instances)
    }

    /// What there is to be said of all instances, without looking at each of those that stand in a snapshot.
    pub fn census(&self) -> Census {
        let mut census = self.stored.as_ref().map_or_else(Census::default, |stored| stored.census.clone());
        for instance in &self.instances {
            census.add(instance);
        }
        census
    }
}
