//! The messages of a whole workspace: a name that nobody says, and that is nearly one that somebody
//! does, is misspelt.
//!
//! One file cannot know who sends what, so this looks at all definitions and at what the modules own.
//! A name that is like no other passes: its module may not be listed.

use super::definition::Definition;
use super::family::Family;
use super::service::Service;
use super::workspace_file::WorkspaceFile;
use crate::error::{Error, Result};
use crate::event::Name;
use crate::span::{Diagnostic, Mistake, Source, Span, nearest};
use std::collections::BTreeSet;
use std::sync::Arc;

/// An error with every misspelt message of every definition and every service.
pub fn check_messages(families: &[Family], services: &[Arc<Service>], file: &WorkspaceFile) -> Result<()> {
    let definitions = || families.iter().flat_map(Family::versions);
    let owned: BTreeSet<&str> = file.types().collect();
    if owned.is_empty() {
        return Ok(()); // nothing is known of what the modules say
    }
    let mut said = owned.clone();
    for definition in definitions() {
        said.extend(sent(definition).map(|name| &**name));
        said.extend(definition.alarms.iter().map(|name| &**name));
    }
    // What services say is known; but a name is held to be misspelt only beside others': that a service
    // says Delivered tells nothing of Deliver.
    let by_services: BTreeSet<&str> =
        services.iter().flat_map(|service| service.says()).map(|name| &**name).collect();
    let mut diagnostics = Vec::new();
    let mut check = |name: &Name, source: &Arc<Source>| {
        // Each that is found is a mistake: what comes after hundreds of them is not looked for.
        if !said.contains(&**name)
            && !by_services.contains(&**name)
            && source.takes_advice()
            && let Some(near) = nearest(name, said.iter().copied())
        {
            let what = match services.is_empty() {
                true => format!("nobody says {name}: no module owns it, and no process sends it"),
                false => format!("nobody says {name}: no module owns it, and no process or service says it"),
            };
            let span = place_of(source, name);
            let diagnostic = Diagnostic::new(source, span, what).code(Mistake::UnknownMessage);
            diagnostics.push(diagnostic.hint(format!("did you mean {near}?")));
        }
    };
    for definition in definitions() {
        definition.subscriptions.iter().for_each(|name| check(name, &definition.source));
    }
    for service in services {
        service.on.keys().for_each(|name| check(name, &service.source));
    }
    if diagnostics.is_empty() { Ok(()) } else { Err(Error::diagnostics(diagnostics)) }
}

/// What a process sends and publishes, a type as often as it stands in the file.
pub fn sent(definition: &Definition) -> impl Iterator<Item = &Name> {
    let sends = definition.reactions().flat_map(|reaction| &reaction.sends);
    sends.map(|outgoing| &outgoing.type_)
}

/// Where the name first stands in the file, as a word of its own.
fn place_of(source: &Source, name: &str) -> Span {
    let text = &source.text;
    let part_of_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let alone = |at: &usize| {
        let (before, after) = (text[..*at].chars().next_back(), text[at + name.len()..].chars().next());
        !before.is_some_and(part_of_word) && !after.is_some_and(part_of_word)
    };
    let start = text.match_indices(name).map(|(at, _)| at).find(alone).unwrap_or(0);
    Span::new(start, start + name.len().min(text.len() - start))
}
