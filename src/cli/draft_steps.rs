//! The scenario that `anyorder new` writes for a process of steps: whatever overtakes whatever, everything is
//! done, or undone, or with a person; and what steps promise, as properties.

use super::draft::{first_message, found, guesses, plain};
use crate::error::Result;
use crate::process::{Definition, End, Library, Service, Step};
use std::fmt::Write;
use std::sync::Arc;

/// `services` are those of the workspace: who hears one of the commands takes part.
pub(super) fn scenario(
    name: &str,
    process: &Definition,
    services: &[Arc<Service>],
    library: &dyn Library,
) -> Result<String> {
    let asked = |service: &&Arc<Service>| {
        let asked = process.steps.iter().flat_map(|step| step.ask.iter().chain(&step.undo));
        asked.into_iter().any(|command| service.on.contains_key(command))
    };
    let answer: Vec<&Arc<Service>> = services.iter().filter(asked).collect();
    let names: Vec<&str> = answer.iter().map(|service| &*service.name).collect();
    let said = |type_: &str| answer.iter().any(|service| service.says().any(|said| **said == *type_));
    let head = |starter: &str, alarms: &str| {
        let mut text = format!("# Whatever overtakes whatever: `anyorder check {name}` explores it.\n");
        let _ = writeln!(text, "scenario: {}\nprocess: {}", name.replace('-', " "), process.full_name());
        match names.is_empty() {
            true => text.push_str("# services: […]      nobody answers yet: name who does\n"),
            false => {
                let _ = writeln!(text, "services: [{}]", names.join(", "));
            }
        }
        let _ = writeln!(text, "first: [{starter}]\nalarms: {alarms}");
        text
    };
    // Data that the services can do something with, too.
    let parks =
        |outcomes: &[String]| outcomes.is_empty() || outcomes.iter().any(|one| one.contains("parked"));
    let all = guesses(process, &process.starts_on[0].type_);
    let leads = |starter: String| found(&|alarms| head(&starter, alarms), library);
    let (head, outcomes) = match all.map(leads).find(|(_, outcomes)| !parks(outcomes)) {
        Some(found) => found,
        None => leads(first_message(process, library)?),
    };
    let mut text = head + "expect:\n";
    if !outcomes.is_empty() {
        let outcomes: Vec<String> = outcomes.iter().map(|outcome| plain(outcome)).collect();
        let _ = writeln!(text, "  outcomes: [{}]      # done, undone, or with a person", outcomes.join(", "));
    }
    for (key, properties) in [("always", always(process)), ("finally", finally(process, &said))] {
        if !properties.is_empty() {
            let _ = writeln!(text, "  {key}:");
        }
        for (name, property) in properties {
            let _ = writeln!(text, "    {name}: \"{property}\"");
        }
    }
    Ok(text)
}

/// The steps that can be taken back, with what each asks for and how it is undone.
fn undoable(process: &Definition) -> impl Iterator<Item = (&Step, &str, &str)> {
    process
        .steps
        .iter()
        .filter(|step| !step.back.is_empty())
        .filter_map(|step| Some((step, &**step.ask.as_ref()?, &**step.undo.as_ref()?)))
}

fn state_of(step: &Step) -> &str {
    step.there.first().map_or("", |state| state)
}

fn ending(process: &Definition, end: End) -> Option<&str> {
    process.states.iter().find(|state| state.end == Some(end)).map(|state| &*state.name)
}

/// Nothing is undone that was never asked for.
fn always(process: &Definition) -> Vec<(String, String)> {
    let one = |(step, ask, undo): (&Step, &str, &str)| {
        let name = format!("{}-is-not-undone-before-it-was-asked", state_of(step));
        (name, format!("count('{undo}') == 0 || count('{ask}') > 0"))
    };
    undoable(process).map(one).collect()
}

/// What was done is undone where all of it is, and kept where all is done.
fn finally(process: &Definition, said: &dyn Fn(&str) -> bool) -> Vec<(String, String)> {
    let mut properties = Vec::new();
    for (step, _, undo) in undoable(process) {
        let state = state_of(step);
        if let Some((undone, done)) = ending(process, End::Failure).zip(step.done.as_ref())
            && said(done)
        {
            let property = format!("state != '{undone}' || count('{done}') == 0 || count('{undo}') > 0");
            properties.push((format!("{state}-is-undone-where-it-was-done"), property));
        }
        if let Some(done) = ending(process, End::Success) {
            properties
                .push((format!("{state}-is-kept"), format!("state != '{done}' || count('{undo}') == 0")));
        }
    }
    properties
}
