//! Names that mislead: one for two things, and names that say what a table did and not what happened.

use super::Workspace;
use super::finding::{Finding, word_from};
use crate::event::Name;
use crate::span::{Mistake, Source, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Each journal bears the name of who writes it: a process, or a service that remembers.
pub fn two_of_one_name(workspace: &Workspace) -> Vec<Finding> {
    let modules: BTreeSet<&Name> = workspace.file.modules().collect();
    let mut processes: BTreeMap<&Name, &Arc<Source>> = BTreeMap::new();
    for definition in &workspace.definitions {
        processes.entry(&definition.name).or_insert(&definition.source);
    }
    let mut found = Vec::new();
    let mut say = |name: &Name, source: &Arc<Source>, sorts: &str| {
        let place = (source, word_from(source, 0, name));
        let finding = Finding::new(Mistake::TwoOfOneName, place, format!("{name} is {sorts}"), &[name]);
        found.push(finding.label("both would write one log").hint("give one of them another name"));
    };
    for (name, source) in &processes {
        if modules.contains(name) {
            say(name, source, "a process and a module");
        }
    }
    for service in &workspace.services {
        if processes.contains_key(&service.name) {
            say(&service.name, &service.source, "a service and a process");
        } else if service.remembers() && modules.contains(&service.name) {
            say(&service.name, &service.source, "a service with `entity` and a module");
        }
    }
    found
}

/// What was done to a row.
const DONE: [&str; 6] = ["Created", "Updated", "Changed", "Modified", "Deleted", "Removed"];
/// What is asked to be done to one.
const ASKED: [&str; 4] = ["Create", "Update", "Modify", "Delete"];
const HARMLESS: [&str; 2] = ["Created", "Create"];

/// A message named after what was done to a row of a table. `OrderCreated` alone is an honest beginning; beside
/// `OrderUpdated` it is the first of three.
pub fn crud_names(workspace: &Workspace) -> Vec<Finding> {
    // Where each name first stands, in the workspace's file before all others: there it is owned.
    let mut names: BTreeMap<&Name, (&Arc<Source>, Span)> = BTreeMap::new();
    if let Some(source) = &workspace.file.source {
        for type_ in workspace.file.owned().flat_map(|(_, types)| types) {
            names.entry(type_).or_insert((source, word_from(source, 0, type_)));
        }
    }
    for definition in &workspace.definitions {
        for type_ in definition.subscriptions.difference(&definition.alarms) {
            names.entry(type_).or_insert((&definition.source, word_from(&definition.source, 0, type_)));
        }
    }
    for service in &workspace.services {
        for (type_, replies) in &service.on {
            names.entry(type_).or_insert((&service.source, replies.span));
        }
    }
    for (source, _, outgoing) in workspace.outgoing() {
        names.entry(&outgoing.type_).or_insert((source, outgoing.span));
    }
    let telling = names.keys().filter_map(|name| noun_of(name)).filter(|(_, did)| !HARMLESS.contains(did));
    let nouns: BTreeSet<&str> = telling.map(|(noun, _)| noun).collect();
    let mut found = Vec::new();
    for (name, place) in &names {
        let Some((noun, did)) = noun_of(name).filter(|(noun, _)| nouns.contains(*noun)) else { continue };
        let what = format!("{name} says what was done to a row, and not what happened");
        let finding = Finding::new(Mistake::CrudName, *place, what, &[name]);
        found.push(finding.hint(format!(
            "ask what happened in the business: who {} the {noun}, and what for? each answer is a message",
            match did {
                "Created" | "Create" => "began",
                "Deleted" | "Delete" | "Removed" => "ended",
                _ => "changed",
            }
        )));
    }
    found
}

/// `Order` and `Updated` of `OrderUpdated`; `Order` and `Delete` of `DeleteOrder`.
fn noun_of(name: &str) -> Option<(&str, &'static str)> {
    let done = DONE.into_iter().find_map(|did| Some((name.strip_suffix(did)?, did)));
    let asked = || {
        let noun = |did: &'static str| Some((name.strip_prefix(did)?, did));
        ASKED
            .into_iter()
            .find_map(noun)
            .filter(|(noun, _)| noun.starts_with(|c: char| c.is_ascii_uppercase()))
    };
    done.or_else(asked).filter(|(noun, _)| !noun.is_empty())
}
