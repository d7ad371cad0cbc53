//! The house: which process hears which message.
//!
//! Built in four stages that do not overlap, as types: create, subscribe, start, stable. Once it is
//! stable the routes are immutable, so publishing takes no lock. In their order the stages compile:
//!
//! ```
//! # use anyorder::runtime::House;
//! let house = House::create(Vec::new()).unwrap().created().subscribe_all().start();
//! assert!(house.stable().house().subscribers("OrderPlaced").is_empty());
//! ```
//!
//! Subscribing after the start does not, and neither does it when the house is stable:
//!
//! ```compile_fail,E0599
//! # use anyorder::runtime::House;
//! let house = House::create(Vec::new()).unwrap().created().subscribe_all().start();
//! house.subscribe_all();
//! ```
//!
//! ```compile_fail,E0599
//! # use anyorder::runtime::House;
//! let house = House::create(Vec::new()).unwrap().created().subscribe_all().start();
//! house.stable().house().subscribe_all();
//! ```

use super::journal::Entry;
use super::recover;
use super::world::{Member, World};
use crate::error::{Error, Result};
use crate::event::{Message, Name, Position};
use crate::process::{Definition, Family};
use crate::step::Instance;
use std::collections::HashMap;
use std::sync::Arc;

/// An index into the house's processes, which are in the order of their names.
pub type ProcessId = usize;

/// The router, at one of its stages.
#[derive(Debug)]
pub struct House<Stage> {
    families: Vec<Family>,
    stage: Stage,
}

/// Stage 1: processes move in.
#[derive(Debug)]
pub struct Create;

/// Stage 2: they say what they want to hear.
#[derive(Debug)]
pub struct Subscribe {
    routes: Routes,
}

/// Stage 3: what their journals remember is given back to them.
#[derive(Debug)]
pub struct Start {
    routes: Routes,
    members: Vec<Member>,
}

/// Stage 4: messages may be published.
#[derive(Debug)]
pub struct Stable {
    routes: Routes,
}

/// Message type to subscribers, in the order of processes. Only ever looked up, never walked.
type Routes = HashMap<Name, Vec<ProcessId>>;

impl House<Create> {
    /// The processes of a house, at most one of a name.
    pub fn create(mut families: Vec<Family>) -> Result<House<Create>> {
        families.sort_by(|a, b| a.name.cmp(&b.name));
        if let Some(twice) = families.windows(2).find(|pair| pair[0].name == pair[1].name) {
            return Err(Error::input(format!("the process {} is here twice", twice[0].name)));
        }
        Ok(House { families, stage: Create })
    }

    pub fn created(self) -> House<Subscribe> {
        House { families: self.families, stage: Subscribe { routes: Routes::new() } }
    }
}

impl House<Subscribe> {
    /// Subscribes every process to what any of its versions mentions. What a process sends never
    /// comes back to itself: the feed does not bring a process its own module.
    pub fn subscribe_all(mut self) -> House<Subscribe> {
        for process in 0..self.families.len() {
            self = self.subscribe(process);
        }
        self
    }

    pub fn subscribe(mut self, process: ProcessId) -> House<Subscribe> {
        for definition in self.families[process].versions() {
            for type_ in &definition.subscriptions {
                let subscribers = self.stage.routes.entry(type_.clone()).or_default();
                if !subscribers.contains(&process) {
                    subscribers.push(process);
                    subscribers.sort();
                }
            }
        }
        self
    }

    pub fn start(self) -> House<Start> {
        let members = self.families.iter().map(|family| Member::new(family.name.clone())).collect();
        House { families: self.families, stage: Start { routes: self.stage.routes, members } }
    }
}

impl House<Start> {
    /// Gives a process back what one batch of its journal remembers.
    pub fn recover(&mut self, process: ProcessId, entry: Entry, last: Position) {
        recover::fold(&mut self.stage.members[process], entry, last);
    }

    pub fn member(&self, process: ProcessId) -> &Member {
        &self.stage.members[process]
    }

    pub fn member_mut(&mut self, process: ProcessId) -> &mut Member {
        &mut self.stage.members[process]
    }

    pub fn stable(self) -> World {
        let Start { routes, members } = self.stage;
        let house = House { families: self.families, stage: Stable { routes } };
        World::new(Arc::new(house), members)
    }
}

impl House<Stable> {
    /// Who hears messages of a type.
    pub fn subscribers(&self, type_: &str) -> &[ProcessId] {
        self.stage.routes.get(type_).map_or(&[], |subscribers| subscribers)
    }

    /// The definition that an instance lives on; for one that has not started, the version on which
    /// a new one starts.
    pub fn definition_for(&self, process: ProcessId, instance: &Instance) -> Option<&Definition> {
        let family = &self.families[process];
        match instance.state() {
            Some(_) => family.version(instance.version),
            None => family.newest(),
        }
        .map(|definition| &**definition)
    }

    /// Whether this message is for that instance at all. One that has not started hears what the
    /// version mentions on which it would start. One that has started is asked whatever its version
    /// mentions: what nothing is recorded of comes again with the next run, and by then the instance
    /// may have begun a life on a version that does mention it.
    pub fn reaches(&self, process: ProcessId, instance: &Instance, message: &Message) -> bool {
        self.definition_for(process, instance).is_some_and(|definition| {
            message.source == definition.name
                || instance.state().is_some()
                || definition.subscriptions.contains(&message.type_)
        })
    }
}

impl<Stage> House<Stage> {
    pub fn families(&self) -> &[Family] {
        &self.families
    }

    pub fn process(&self, name: &str) -> Option<ProcessId> {
        self.families.iter().position(|family| *family.name == *name)
    }
}
