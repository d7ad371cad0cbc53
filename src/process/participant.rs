//! Who takes part where messages go to and fro: a process, or a service.

use super::definition::Definition;
use super::service::Service;
use crate::event::{Kind, Name};
use std::collections::BTreeSet;
use std::sync::Arc;

#[derive(Debug, Clone)]
pub enum Participant {
    Process(Arc<Definition>),
    Service(Arc<Service>),
}

impl Participant {
    pub fn name(&self) -> &Name {
        match self {
            Participant::Process(process) => &process.name,
            Participant::Service(service) => &service.name,
        }
    }

    /// `name@version`; a service has no version.
    pub fn full_name(&self) -> String {
        match self {
            Participant::Process(process) => process.full_name(),
            Participant::Service(service) => service.name.to_string(),
        }
    }

    pub fn process(&self) -> Option<&Definition> {
        match self {
            Participant::Process(process) => Some(process),
            Participant::Service(_) => None,
        }
    }

    pub fn service(&self) -> Option<&Arc<Service>> {
        match self {
            Participant::Process(_) => None,
            Participant::Service(service) => Some(service),
        }
    }

    /// Whether it remembers anything, and so keeps a journal that bears its name.
    pub fn remembers(&self) -> bool {
        self.service().is_none_or(|service| service.remembers())
    }

    pub fn hears(&self, type_: &str) -> bool {
        match self {
            Participant::Process(process) => process.subscriptions.contains(type_),
            Participant::Service(service) => service.on.contains_key(type_),
        }
    }

    /// The message types that others say to it.
    pub fn hears_of_others(&self) -> BTreeSet<&str> {
        match self {
            Participant::Process(process) => {
                process.subscriptions.difference(&process.alarms).map(|name| &**name).collect()
            }
            Participant::Service(service) => service.on.keys().map(|name| &**name).collect(),
        }
    }

    /// The commands, or the events, that it may say.
    pub fn says(&self, kind: Kind) -> BTreeSet<&str> {
        let says: Vec<_> = match self {
            Participant::Process(process) => {
                process.reactions().flat_map(|reaction| &reaction.sends).collect()
            }
            Participant::Service(service) => service.replies().flat_map(|reply| &reply.says).collect(),
        };
        let of_kind = says.into_iter().filter(|outgoing| outgoing.kind == kind);
        of_kind.map(|outgoing| &*outgoing.type_).collect()
    }

    /// The names of the alarms that it sets.
    pub fn alarms(&self) -> BTreeSet<Name> {
        self.process().map(|process| process.alarms.clone()).unwrap_or_default()
    }

    /// The names known in its `data`.
    pub fn data_names(&self) -> BTreeSet<String> {
        match self {
            Participant::Process(process) => process.data_names(),
            Participant::Service(service) => {
                let set = service.replies().flat_map(|reply| &reply.set).map(|(name, _)| name);
                service.data.iter().map(|(name, _)| name).chain(set).map(|name| name.to_string()).collect()
            }
        }
    }
}
