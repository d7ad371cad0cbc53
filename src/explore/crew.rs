//! Who takes part in a scenario, by number: its processes and its services with `entity`, which live in one
//! house and are delivered to; behind them the services without, which remember nothing and are asked.

use super::scenario::Scenario;
use crate::error::Result;
use crate::event::{Message, Name};
use crate::process::{Definition, Family, Service};
use crate::runtime::{House, ProcessId, Staff, World};
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Crew {
    /// In the house's order.
    pub definitions: Vec<Arc<Definition>>,
    /// Those with `entity` in the house's order, then the others by name.
    pub services: Vec<Arc<Service>>,
    /// How many have a memory.
    pub members: usize,
    staff: Staff,
}

impl Crew {
    pub fn of(scenario: &Scenario) -> Crew {
        let mut definitions = scenario.processes.clone();
        definitions.sort_by(|a, b| a.name.cmp(&b.name));
        let mut services = scenario.staff.services.clone();
        services.sort_by(|a, b| (!a.remembers(), &a.name).cmp(&(!b.remembers(), &b.name)));
        let members = definitions.len() + services.iter().filter(|service| service.remembers()).count();
        Crew { definitions, services, members, staff: scenario.staff.clone() }
    }

    /// The house in which those live that have a memory.
    pub fn house(&self) -> Result<World> {
        let families = self.definitions.iter().map(Family::of).collect();
        let remembering = self.services.iter().filter(|service| service.remembers());
        let staff = Staff { services: remembering.cloned().collect(), ..self.staff.clone() };
        Ok(House::create(families)?.serve(staff)?.created().subscribe_all().start().stable())
    }

    /// The service of that number, if it is one.
    pub fn service(&self, id: ProcessId) -> Option<&Arc<Service>> {
        self.services.get(id.checked_sub(self.definitions.len())?)
    }

    /// Whether it is a service without `entity`.
    pub fn is_asked(&self, id: ProcessId) -> bool {
        id >= self.members
    }

    pub fn name(&self, id: ProcessId) -> &Name {
        match self.service(id) {
            Some(service) => &service.name,
            None => &self.definitions[id].name,
        }
    }

    /// The services without `entity` that answer messages of a type; never who says it.
    pub fn asked(&self, type_: &str, by: Option<ProcessId>) -> impl Iterator<Item = ProcessId> {
        let all = self.members..self.definitions.len() + self.services.len();
        let hears = |id: &ProcessId| self.service(*id).is_some_and(|service| service.on.contains_key(type_));
        all.filter(move |id| Some(*id) != by).filter(hears)
    }

    /// The module in whose log a service without `entity` says it.
    pub fn module_of(&self, service: &Service, type_: &Name) -> Name {
        self.staff.module_of(service, type_)
    }
}

/// Those with a memory that hear a message, in the house's order.
pub(super) fn hearers(world: &World, message: &Message) -> Vec<ProcessId> {
    let all = world.house().subscribers(&message.type_).iter().copied();
    all.filter(|&process| world.member(process).name != message.source).collect()
}
