//! Services that know too much of each other.

use super::Workspace;
use super::finding::Finding;
use crate::event::Kind;
use crate::process::Service;
use crate::span::{Mistake, listed};
use std::collections::BTreeSet;

/// A service that sends commands: who tells others what to do is a process.
pub fn commands(service: &Service) -> Vec<Finding> {
    let mut said = BTreeSet::new();
    let says = service.replies().flat_map(|reply| &reply.says);
    let commands = says.filter(|outgoing| outgoing.kind == Kind::Command && said.insert(&outgoing.type_));
    commands
        .map(|outgoing| {
            let what = format!("the service {} commands another: {}", service.name, outgoing.type_);
            let place = (&service.source, outgoing.span);
            Finding::new(Mistake::ServiceCommands, place, what, &[&outgoing.type_]).hint(
                "`publish` what happened here; a process that hears it sends the command, and sees it fail",
            )
        })
        .collect()
}

/// Services that listen to each other in a circle: none can be changed, or understood, without the others.
pub fn circles(workspace: &Workspace) -> Vec<Finding> {
    let talk = workspace.talk();
    let mut found = Vec::new();
    for circle in talk.circles() {
        let names: Vec<&str> = circle.iter().map(|voice| &*talk.voices[*voice].name).collect();
        // Said where the first of them hears one of the others.
        let first = &talk.voices[circle[0]];
        let Some(service) = workspace.services.iter().find(|service| service.name == first.name) else {
            continue;
        };
        let within = |other: usize| circle.contains(&other);
        let said: Vec<_> = talk.said().filter(|said| within(said.from) && within(said.to)).collect();
        let Some(heard) = said.iter().find(|said| said.to == circle[0]) else { continue };
        let what =
            format!("these services listen to each other in a circle: {}", listed(names.iter().copied()));
        let about: Vec<_> = circle.iter().map(|voice| &talk.voices[*voice].name).collect();
        let span = service.on.get(heard.type_).map_or_else(Default::default, |replies| replies.span);
        let label = format!("said by {}", talk.voices[heard.from].name);
        let finding = Finding::new(Mistake::ServicesInACircle, (&service.source, span), what, &about);
        found.push(finding.label(label).hint(
            "a process between them knows the order of things, and they need not; `anyorder graph services` draws it",
        ));
    }
    found
}
