//! `anyorder verify`: every line of every log, and its checksum.

use super::context::Context;
use super::{Exit, Format};
use crate::error::Result;
use crate::report::verify as report;
use crate::store::Verified;

/// Go through the logs: every line, every position, every checksum
///
/// A torn end is what a crash leaves behind; the next append cuts it off, and keeps it aside. Damage
/// anywhere else is never repaired silently, and ends with exit code 2.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only this module's log
    #[arg(long, value_name = "M")]
    module: Option<String>,
}

pub fn run(args: Args, context: &mut Context) -> anyhow::Result<Exit> {
    let workspace = context.workspace()?;
    let store = workspace.store();
    if let Some(only) = &args.module {
        workspace.check_module(only)?;
    }
    let wanted =
        store.modules()?.into_iter().filter(|m| args.module.as_ref().is_none_or(|only| **only == **m));
    let found: Result<Vec<_>> =
        wanted.map(|module| store.verify(&module).map(|verified| (module, verified))).collect();
    let found = found?;
    let text = match context.format {
        Format::Text => report::text(&found),
        Format::Json => report::json(&found),
    };
    context.print(&text)?;
    let damage = found.into_iter().find_map(|(_, Verified { damage, .. })| damage);
    match damage {
        Some(error) => Err(error.into()),
        None => Ok(Exit::Holds),
    }
}
