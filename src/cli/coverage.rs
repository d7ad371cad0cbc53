//! What of processes is ever used: by all specs and scenarios of a workspace, or by a log.

use super::check_all;
use super::context::Context;
use super::shelf;
use super::workspace::{self, Workspace};
use crate::error::Result;
use crate::explore::{self, Scenario};
use crate::process::{Definition, Family, Participant, Watch};
use crate::spec::Spec;
use crate::versions;
use std::path::PathBuf;
use std::sync::Arc;

/// The definitions that are watched, each once, however many files name it.
#[derive(Default)]
pub(super) struct Watched(Vec<Arc<Definition>>);

impl Watched {
    /// The same definition, watched.
    pub fn give(&mut self, definition: &Definition) -> Arc<Definition> {
        let same = |known: &&Arc<Definition>| {
            known.full_name() == definition.full_name() && known.source.text == definition.source.text
        };
        if let Some(known) = self.0.iter().find(same) {
            return known.clone();
        }
        let watched = Arc::new(Definition { watch: Watch::open(), ..definition.clone() });
        self.0.push(watched.clone());
        watched
    }

    pub fn give_to_spec(&mut self, spec: &mut Spec) {
        for one in &mut spec.cast {
            if let Participant::Process(process) = one {
                *process = self.give(process);
            }
        }
    }

    pub fn give_to_scenario(&mut self, scenario: &mut Scenario) {
        for process in &mut scenario.processes {
            *process = self.give(process);
        }
    }

    /// In the order of their names.
    pub fn all(&self) -> Vec<&Definition> {
        let mut all: Vec<&Definition> = self.0.iter().map(|definition| &**definition).collect();
        all.sort_by_key(|definition| (definition.name.clone(), definition.version));
        all
    }
}

/// Plays all specs of a workspace, and explores all its scenarios.
pub(super) fn of_workspace(
    workspace: &Workspace,
    watched: &mut Watched,
    context: &mut Context,
) -> Result<()> {
    let specs = shelf::read_all(&workspace.shelf("spec")?, crate::spec::read)?;
    for mut spec in specs.into_iter().flatten() {
        watched.give_to_spec(&mut spec);
        crate::spec::test(&spec)?;
    }
    of_scenarios(workspace, watched, context)
}

pub(super) fn of_scenarios(
    workspace: &Workspace,
    watched: &mut Watched,
    context: &mut Context,
) -> Result<()> {
    let mut scenarios = shelf::read_all(&workspace.shelf("scenario")?, explore::read)?;
    scenarios.iter_mut().for_each(|scenario| watched.give_to_scenario(scenario));
    check_all::explore_all(&scenarios, None, context)?;
    Ok(())
}

/// Replays logs through a definition that is watched.
pub(super) fn of_logs(paths: &[PathBuf], definition: &Arc<Definition>) -> Result<()> {
    let logs = workspace::logs(paths, None)?;
    versions::replay(&*logs, &Family::of(definition), &|_| true, None, &mut versions::Deaf)?;
    Ok(())
}
