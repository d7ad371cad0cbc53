//! `anyorder status`: the instances, where they are, and what is parked.

use super::context::Context;
use super::run::{Edited, Services, world};
use super::{Exit, Format, workspace};
use crate::event::{Name, Time};
use crate::report::status as report;

/// Show the instances: state, version, next alarm, age; and what is parked, with the reason
///
/// Age is measured against the newest message. Reads the journals; run `anyorder run` first.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only this instance: an id, a unique part of one, or `latest`
    #[arg(value_name = "ID")]
    id: Option<String>,
}

pub fn run(args: Args, context: &mut Context) -> anyhow::Result<Exit> {
    let workspace = context.workspace()?;
    let store = workspace.store();
    let mut newest = workspace::newest(&store)?;
    let world = world(&workspace, &store, Edited::Allow, Services::Journals, context)?;
    newest = newest.max(world.newest());
    let only = match &args.id {
        // As it is printed.
        Some(wanted) if wanted == report::NONE => Some(Name::from("")),
        Some(wanted) => {
            let known = world.members().iter().flat_map(|member| member.instances());
            let known =
                known.map(|instance| (instance.id.clone(), report::since(instance).unwrap_or(Time::MIN)));
            Some(workspace::instance(known, wanted)?)
        }
        None => None,
    };
    let rows = report::rows(&world, only.as_ref());
    let text = match context.format {
        Format::Text => report::text(&rows, newest),
        Format::Json => report::json(&rows),
    };
    context.print(&text)?;
    Ok(Exit::Holds)
}
