//! `anyorder lint`: what is right as it is written, and probably not meant.

use super::context::Context;
use super::workspace::{self, Workspace};
use super::{Exit, Format};
use crate::error::Result;
use crate::lint::{self, Finding};
use crate::process::Family;
use crate::report::lint as report;
use std::sync::Arc;

/// Find what is right as it is written, and probably not meant
///
/// A state that may wait for ever, an alarm that rings where nobody expects it, a command that nobody
/// carries out, services that listen to each other in a circle, and more: `docs/lint.md` lists all.
/// Nothing is run. What is meant is allowed in its file, with a reason: `allow: {lint: never-wakes,
/// in: cooking, because: the cook always answers}`. Exit code 1 where something is found.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  anyorder lint                  the whole workspace
  anyorder lint order@2          only what is found in this process
  anyorder lint draft.yaml       a file that is in no workspace
  anyorder explain never-wakes   what one of them means, and how it is mended")]
pub struct Args {
    /// Processes: `name@version`, names (their newest versions), or paths; without any, the whole workspace
    #[arg(value_name = "P")]
    processes: Vec<String>,
}

pub fn run(args: Args, context: &mut Context) -> anyhow::Result<Exit> {
    let workspace = context.workspace();
    let (found, looked_at) = match &args.processes[..] {
        [] => {
            let workspace = workspace?;
            let whole = whole(&workspace)?;
            let files =
                whole.definitions.len() + whole.services.len() + usize::from(whole.file.source.is_some());
            (lint::lint(&whole), files)
        }
        named => of_these(named, workspace.as_ref().ok())?,
    };
    context.print(&match context.format {
        Format::Text => report::text(&found, looked_at),
        Format::Json => report::json(&found),
    })?;
    Ok(if found.is_empty() { Exit::Holds } else { Exit::Finding })
}

/// Every file of a workspace.
pub(super) fn whole(workspace: &Workspace) -> Result<lint::Workspace> {
    let families = workspace.families()?;
    Ok(lint::Workspace {
        file: workspace.file()?,
        definitions: families.iter().flat_map(Family::versions).cloned().collect(),
        services: workspace.services()?,
        whole: true,
    })
}

/// What is found in some processes: those of the workspace are looked at within it.
fn of_these(named: &[String], workspace: Option<&Workspace>) -> Result<(Vec<Finding>, usize)> {
    let mut found = Vec::new();
    for p in named {
        let definition = Arc::new(workspace::process(workspace, p)?);
        let name = &definition.source.name;
        let around = workspace.map(whole).transpose();
        let known =
            |whole: &lint::Workspace| whole.definitions.iter().any(|known| known.source.name == *name);
        let within = match around {
            Ok(Some(whole)) if known(&whole) => whole,
            // What stands elsewhere is broken, or this file is in no workspace.
            _ => lint::Workspace { definitions: vec![definition.clone()], ..lint::Workspace::default() },
        };
        let here = lint::lint(&within);
        found.extend(here.into_iter().filter(|finding| finding.diagnostic.source.name == *name));
    }
    Ok((found, named.len()))
}
