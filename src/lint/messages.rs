//! Messages that somebody waits for and nobody says, that are said and nobody hears, and commands that
//! nobody carries out: what only the whole workspace can tell.

use super::Workspace;
use super::finding::{Finding, word_from};
use crate::event::{Kind, Name};
use crate::process::{Outgoing, Talk};
use crate::span::{Mistake, Source, nearest};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Workspace {
    pub(super) fn talk(&self) -> Talk {
        Talk::of(&self.file, &self.definitions, &self.services)
    }

    /// All that processes and services say, with the file in which it stands.
    pub(super) fn outgoing(&self) -> impl Iterator<Item = (&Arc<Source>, &Name, &Outgoing)> {
        let processes = self.definitions.iter().flat_map(|definition| {
            let sends = definition.reactions().flat_map(|reaction| &reaction.sends);
            sends.map(move |outgoing| (&definition.source, &definition.name, outgoing))
        });
        let services = self.services.iter().flat_map(|service| {
            let says = service.replies().flat_map(|reply| &reply.says);
            says.map(move |outgoing| (&service.source, &service.name, outgoing))
        });
        processes.chain(services)
    }
}

/// A message that is waited for, and that no module owns and nobody says. Only where the modules are
/// listed: else nothing is known of what they say.
pub fn nobody_says(workspace: &Workspace) -> Vec<Finding> {
    if workspace.file.types().next().is_none() {
        return Vec::new();
    }
    let talk = workspace.talk();
    let mut found = Vec::new();
    let mut look = |source: &Arc<Source>, type_: &Name, from: usize| {
        if talk.says(type_) {
            return;
        }
        let said = talk.voices.iter().flat_map(|voice| voice.says.keys()).map(|name| &**name);
        let hint = match nearest(type_, said) {
            Some(near) => format!("did you mean {near}?"),
            None => "list it under `modules` in anyorder.yaml, with the module that says it".to_string(),
        };
        let what = format!("nobody says {type_}");
        let place = (source, word_from(source, from, type_));
        let finding = Finding::new(Mistake::NobodySays, place, what, &[type_]);
        found.push(finding.label("no module owns it, and no process or service says it").hint(hint));
    };
    for definition in &workspace.definitions {
        let outside = definition.subscriptions.difference(&definition.alarms);
        outside.for_each(|type_| look(&definition.source, type_, 0));
    }
    for service in &workspace.services {
        service.on.iter().for_each(|(type_, replies)| look(&service.source, type_, replies.span.start));
    }
    found
}

/// A message that a module owns, and nobody hears; and an event that is published, and is spelt nearly as
/// one that somebody waits for. What is told to the world outside has no other hearer in the workspace.
pub fn nobody_hears(workspace: &Workspace) -> Vec<Finding> {
    let talk = workspace.talk();
    if talk.voices.iter().all(|voice| voice.hears.is_empty()) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let nobody = "no process and no service mentions it";
    if let Some(source) = &workspace.file.source {
        for type_ in workspace.file.owned().flat_map(|(_, types)| types).filter(|type_| !talk.hears(type_)) {
            let from = word_from(source, 0, "modules").end;
            let place = (source, word_from(source, from, type_));
            let finding =
                Finding::new(Mistake::NobodyHears, place, format!("nobody hears {type_}"), &[type_]);
            found.push(
                finding.label(nobody).hint("a message that means nothing to anybody need not be listed"),
            );
        }
    }
    let waited: BTreeSet<&str> = {
        let hears = talk.voices.iter().flat_map(|voice| &voice.hears).map(|name| &**name);
        hears.filter(|type_| !talk.says(type_)).collect()
    };
    let events = workspace.outgoing().filter(|(_, _, outgoing)| outgoing.kind == Kind::Event);
    for (source, _, Outgoing { type_, span, .. }) in events.filter(|(_, _, event)| !talk.hears(&event.type_))
    {
        if let Some(near) = nearest(type_, waited.iter().copied()) {
            let finding = Finding::new(
                Mistake::NobodyHears,
                (source, *span),
                format!("nobody hears {type_}"),
                &[type_],
            );
            found.push(finding.label(nobody).hint(format!("did you mean {near}, which nobody says?")));
        }
    }
    found
}

/// A command that no service and no process hears, and to which no verb is the answer. Only where there are
/// services: else everybody who carries anything out is outside.
pub fn nobody_answers(workspace: &Workspace) -> Vec<Finding> {
    if workspace.services.is_empty() {
        return Vec::new();
    }
    let talk = workspace.talk();
    let verbs: BTreeSet<&str> =
        workspace.file.verbs.iter().filter_map(|verb| verb.answers.as_deref()).collect();
    let heard: Vec<&str> = talk.voices.iter().flat_map(|voice| &voice.hears).map(|name| &**name).collect();
    let mut said = BTreeSet::new();
    let mut found = Vec::new();
    for (source, _, Outgoing { type_, kind, span, .. }) in workspace.outgoing() {
        let answered = talk.hears(type_) || verbs.contains(&**type_);
        if *kind != Kind::Command || answered || !said.insert((&source.name, type_)) {
            continue;
        }
        let hint = match nearest(type_, heard.iter().copied()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("a service that hears it: `on: {{{type_}: …}}`; or a verb that `answers` it"),
        };
        let what = format!("nobody carries out {type_}");
        let finding = Finding::new(Mistake::NobodyAnswers, (source, *span), what, &[type_]);
        found.push(finding.label("no service hears it, and no verb answers it").hint(hint));
    }
    found
}
