//! Who says what to whom in a workspace: modules, processes and services as voices.
//!
//! A module and a service of one name, which has no journal of its own, are one voice: what the one says
//! stands in the log of the other. The versions of a process are one voice too.

use super::definition::Definition;
use super::service::Service;
use super::workspace_file::WorkspaceFile;
use crate::event::{Kind, Name};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a voice is; of several that it is, the last of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// Somebody outside, of whom only the messages are known.
    Module,
    Service,
    Process,
}

#[derive(Debug, Clone)]
pub struct Voice {
    pub name: Name,
    pub sort: Sort,
    pub says: BTreeMap<Name, Kind>,
    pub hears: BTreeSet<Name>,
}

/// All voices, in the order of their names.
#[derive(Debug, Clone, Default)]
pub struct Talk {
    pub voices: Vec<Voice>,
}

/// One message from one voice to another, by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said<'a> {
    pub from: usize,
    pub to: usize,
    pub type_: &'a Name,
    pub kind: Kind,
}

impl Talk {
    pub fn of<'a>(
        file: &WorkspaceFile,
        definitions: impl IntoIterator<Item = &'a Arc<Definition>>,
        services: &[Arc<Service>],
    ) -> Talk {
        let mut voices: BTreeMap<Name, Voice> = BTreeMap::new();
        let mut voice = |name: &Name, sort: Sort, says: Vec<(Name, Kind)>, hears: BTreeSet<Name>| {
            let known = voices.entry(name.clone()).or_insert_with(|| Voice {
                name: name.clone(),
                sort,
                says: BTreeMap::new(),
                hears: BTreeSet::new(),
            });
            known.sort = known.sort.max(sort);
            known.says.extend(says);
            known.hears.extend(hears);
        };
        for (module, types) in file.owned() {
            let says = types.iter().map(|type_| (type_.clone(), Kind::Event)).collect();
            voice(module, Sort::Module, says, BTreeSet::new());
        }
        for service in services {
            let says = service.replies().flat_map(|reply| &reply.says);
            let says = says.map(|outgoing| (outgoing.type_.clone(), outgoing.kind)).collect();
            voice(&service.name, Sort::Service, says, service.on.keys().cloned().collect());
        }
        for definition in definitions {
            let says = definition.reactions().flat_map(|reaction| &reaction.sends);
            let says = says.map(|outgoing| (outgoing.type_.clone(), outgoing.kind)).collect();
            let hears = definition.subscriptions.difference(&definition.alarms).cloned().collect();
            voice(&definition.name, Sort::Process, says, hears);
        }
        Talk { voices: voices.into_values().collect() }
    }

    /// Every message that somebody says and somebody else hears.
    pub fn said(&self) -> impl Iterator<Item = Said<'_>> {
        self.voices.iter().enumerate().flat_map(move |(from, voice)| {
            voice.says.iter().flat_map(move |(type_, kind)| {
                let hear = self
                    .voices
                    .iter()
                    .enumerate()
                    .filter(move |(to, other)| *to != from && other.hears.contains(type_));
                hear.map(move |(to, _)| Said { from, to, type_, kind: *kind })
            })
        })
    }

    /// Whether anybody says it.
    pub fn says(&self, type_: &str) -> bool {
        self.voices.iter().any(|voice| voice.says.contains_key(type_))
    }

    pub fn hears(&self, type_: &str) -> bool {
        self.voices.iter().any(|voice| voice.hears.contains(type_))
    }

    /// Services that listen to each other in a circle, by their numbers, each circle once; who is in one
    /// may be in no other (Tarjan, 1972: the strongly connected components).
    pub fn circles(&self) -> Vec<Vec<usize>> {
        let mut graph = petgraph::graph::DiGraph::<(), ()>::new();
        let nodes: Vec<_> = self.voices.iter().map(|_| graph.add_node(())).collect();
        let service = |voice: usize| self.voices[voice].sort == Sort::Service;
        for said in self.said().filter(|said| service(said.from) && service(said.to)) {
            graph.update_edge(nodes[said.from], nodes[said.to], ());
        }
        let mut circles: Vec<Vec<usize>> = petgraph::algo::tarjan_scc(&graph)
            .into_iter()
            .filter(|circle| circle.len() > 1)
            .map(|circle| circle.into_iter().map(|node| node.index()).collect())
            .collect();
        circles.iter_mut().for_each(|circle| circle.sort_unstable());
        circles.sort();
        circles
    }
}
