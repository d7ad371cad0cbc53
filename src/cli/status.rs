//! `anyorder status`: the instances, where they are, and what is parked.

use super::context::Context;
use super::place::place;
use super::run::{Edited, Services, world, world_of};
use super::{Exit, Format, clock, workspace};
use crate::error::{Error, Result};
use crate::event::{Name, Time};
use crate::report::status as report;
use crate::store::{AsOf, Store};

/// Show the instances: state, version, next alarm, age; and what is parked, with the reason
///
/// Age is measured against the newest message. Reads the journals; run `anyorder run` first.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  anyorder status                               all of them, as they are
  anyorder status latest                        one of them
  anyorder status --at 2026-11-21T12:30:00Z     what was known then
  anyorder status o-1 --at payments:17          right after this message, and what was made of it")]
pub struct Args {
    /// Only this instance: an id, a unique part of one, or `latest`
    #[arg(value_name = "ID")]
    id: Option<String>,
    /// As it was: a time, or right after a message, `MODULE:POSITION`
    #[arg(long, value_name = "TIME|POSITION")]
    at: Option<String>,
}

pub fn run(args: Args, context: &mut Context) -> anyhow::Result<Exit> {
    let workspace = context.workspace()?;
    let store = workspace.store();
    let (world, newest) = match &args.at {
        None => {
            let newest = workspace::newest(&store)?;
            let world = world(&workspace, &store, Edited::Allow, Services::Journals, context)?;
            let newest = newest.max(world.newest());
            (world, newest)
        }
        Some(at) => {
            let then = as_of(&store, at)?;
            (world_of(&workspace, &then)?, then.now())
        }
    };
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
        Format::Text => report::text(&rows, newest, args.at.is_some()),
        Format::Json => report::json(&rows),
    };
    context.print(&text)?;
    Ok(Exit::Holds)
}

/// The logs as they stood then.
fn as_of<'a>(store: &'a Store, at: &str) -> Result<AsOf<'a>> {
    if let Ok(time) = clock::moment(at) {
        return Ok(AsOf::time(store, time));
    }
    let Ok((module, position)) = place(at) else {
        return Err(Error::input(format!("`{at}` is neither a time nor a place in a log"))
            .hint("write `2026-11-21T12:30:00Z`, or module and position as `orders:17`"));
    };
    AsOf::position(store, &module, position)?.ok_or_else(|| {
        Error::input(format!("there is no message {position} of {module}"))
            .hint("`anyorder log` shows the positions")
    })
}
