//! The house: which process and which service hears which message.
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
use super::member::Member;
use super::recover;
use super::snapshot;
use super::world::World;
use crate::error::{Error, Result};
use crate::event::{Message, Name, Position};
use crate::process::{Definition, Family, Service};
use crate::step::Instance;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// An index into the house's processes, which are in the order of their names; its services follow,
/// in the order of theirs.
pub type ProcessId = usize;

/// The router, at one of its stages.
#[derive(Debug)]
pub struct House<Stage> {
    families: Vec<Family>,
    staff: Staff,
    stage: Stage,
}

/// The services of a house, and what they need to know of the workspace.
#[derive(Debug, Clone, Default)]
pub struct Staff {
    pub services: Vec<Arc<Service>>,
    /// The seed of what they draw.
    pub seed: u64,
    /// The modules that own messages which they say.
    pub owners: BTreeMap<Name, Name>,
}

impl Staff {
    /// Whose log an answer of a service without `entity` goes to.
    pub fn module_of(&self, service: &Service, type_: &Name) -> Name {
        self.owners.get(type_).unwrap_or(&service.name).clone()
    }

    /// The modules into which its services without `entity` write.
    pub fn modules(&self) -> BTreeSet<Name> {
        let services = self.services.iter().filter(|service| !service.remembers());
        services.flat_map(|service| service.says().map(|type_| self.module_of(service, type_))).collect()
    }
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

/// Who hears a message type. Only ever looked up, never walked.
#[derive(Debug, Default)]
struct Routes {
    /// Those with a journal, in their order.
    subscribers: HashMap<Name, Vec<ProcessId>>,
    /// The services without memory: they are not delivered to, they owe.
    owing: HashMap<Name, Vec<ProcessId>>,
}

impl House<Create> {
    /// The processes of a house, at most one of a name.
    pub fn create(mut families: Vec<Family>) -> Result<House<Create>> {
        families.sort_by(|a, b| a.name.cmp(&b.name));
        if let Some(twice) = families.windows(2).find(|pair| pair[0].name == pair[1].name) {
            return Err(Error::input(format!("the process {} is here twice", twice[0].name)));
        }
        Ok(House { families, staff: Staff::default(), stage: Create })
    }

    /// Services move in, too, each under a name of its own.
    pub fn serve(mut self, mut staff: Staff) -> Result<House<Create>> {
        staff.services.sort_by(|a, b| a.name.cmp(&b.name));
        if let Some(twice) = staff.services.windows(2).find(|pair| pair[0].name == pair[1].name) {
            return Err(Error::input(format!("the service {} is here twice", twice[0].name)));
        }
        let both = staff.services.iter().find(|service| self.families.iter().any(|f| f.name == service.name));
        if let Some(both) = both {
            return Err(Error::input(format!("{} is a process and a service", both.name))
                .at(both.source.name.clone())
                .hint("a process's own log bears its name: give the service another"));
        }
        self.staff = staff;
        Ok(self)
    }

    pub fn created(self) -> House<Subscribe> {
        let stage = Subscribe { routes: Routes::default() };
        House { families: self.families, staff: self.staff, stage }
    }
}

impl House<Subscribe> {
    /// Subscribes every process to what any of its versions mentions. What a process sends never
    /// comes back to itself: the feed does not bring a process its own module.
    pub fn subscribe_all(mut self) -> House<Subscribe> {
        for process in 0..self.families.len() + self.staff.services.len() {
            self = self.subscribe(process);
        }
        self
    }

    pub fn subscribe(mut self, process: ProcessId) -> House<Subscribe> {
        let types = self.hears(process);
        let routes = match self.service(process).is_none_or(|service| service.remembers()) {
            true => &mut self.stage.routes.subscribers,
            false => &mut self.stage.routes.owing,
        };
        for type_ in types {
            let subscribers = routes.entry(type_).or_default();
            if !subscribers.contains(&process) {
                subscribers.push(process);
                subscribers.sort();
            }
        }
        self
    }

    pub fn start(self) -> House<Start> {
        let families = self.families.iter().map(|family| &family.name);
        let services = self.staff.services.iter().map(|service| &service.name);
        let members = families.chain(services).map(|name| Member::new(name.clone())).collect();
        let stage = Start { routes: self.stage.routes, members };
        House { families: self.families, staff: self.staff, stage }
    }
}

impl House<Start> {
    /// Gives a process back what one batch of its journal remembers.
    pub fn recover(&mut self, process: ProcessId, entry: Entry, last: Position) {
        recover::fold(&mut self.stage.members[process], entry, last);
    }

    /// How many they are, processes and services.
    pub fn members(&self) -> usize {
        self.stage.members.len()
    }

    pub fn member(&self, process: ProcessId) -> &Member {
        &self.stage.members[process]
    }

    pub fn member_mut(&mut self, process: ProcessId) -> &mut Member {
        &mut self.stage.members[process]
    }

    /// Takes into memory what was left in snapshots.
    pub fn load_all(&mut self) -> Result<()> {
        self.stage.members.iter_mut().try_for_each(snapshot::load_all)
    }

    pub fn stable(self) -> World {
        let Start { routes, members } = self.stage;
        let house = House { families: self.families, staff: self.staff, stage: Stable { routes } };
        World::new(Arc::new(house), members)
    }
}

impl House<Stable> {
    /// Who hears messages of a type.
    pub fn subscribers(&self, type_: &str) -> &[ProcessId] {
        self.stage.routes.subscribers.get(type_).map_or(&[], |subscribers| subscribers)
    }

    /// The services without memory that owe an answer for messages of a type.
    pub fn owing(&self, type_: &str) -> &[ProcessId] {
        self.stage.routes.owing.get(type_).map_or(&[], |services| services)
    }

    /// The definition that an instance lives on; for one that has not started, the version on which
    /// a new one starts.
    pub fn definition_for(&self, process: ProcessId, instance: &Instance) -> Option<&Definition> {
        let family = self.families.get(process)?;
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
        if self.service(process).is_some() {
            return true;
        }
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

    /// Whose journal bears this name: a process, or a service with `entity`.
    pub fn process(&self, name: &str) -> Option<ProcessId> {
        let service = |service: &Arc<Service>| *service.name == *name && service.remembers();
        self.families.iter().position(|family| *family.name == *name).or_else(|| {
            let index = self.staff.services.iter().position(service)?;
            Some(self.families.len() + index)
        })
    }

    /// The index of a process, or of a service with or without a journal.
    pub fn index_of(&self, name: &str) -> Option<ProcessId> {
        let service = || self.staff.services.iter().position(|service| *service.name == *name);
        self.process(name).or_else(|| service().map(|index| self.families.len() + index))
    }

    pub fn staff(&self) -> &Staff {
        &self.staff
    }

    /// The service of that index, if it is one.
    pub fn service(&self, process: ProcessId) -> Option<&Arc<Service>> {
        self.staff.services.get(process.checked_sub(self.families.len())?)
    }

    /// The types that it listens to: those that any version of a process mentions.
    pub fn hears(&self, process: ProcessId) -> BTreeSet<Name> {
        match self.service(process) {
            Some(service) => service.on.keys().cloned().collect(),
            None => {
                let versions = self.families[process].versions();
                versions.flat_map(|definition| definition.subscriptions.iter().cloned()).collect()
            }
        }
    }

    /// Whether it keeps a journal: every process, and every service with `entity`.
    pub fn keeps_journal(&self, process: ProcessId) -> bool {
        self.service(process).is_none_or(|service| service.remembers())
    }
}
