//! `anyorder verify`: every line of every log, and what the logs say of each other.

use super::context::{Context, Watch};
use super::{Exit, Format};
use crate::error::{Error, Result};
use crate::event::{Message, Name};
use crate::report::verify as report;
use crate::runtime::journal;
use crate::store::{Audit, Resealed, Store, Unsure};
use std::collections::BTreeMap;

/// Go through the logs: lines, checksums, ids, causes, conversations
///
/// Each line is read, with its position and its checksum. A finding is an id that stands twice in a
/// log, a cause that is in no log, or a conversation that is not the cause's; exit code 1. A torn end
/// is what a crash leaves behind; the next append cuts it off, and keeps it aside. Damage anywhere
/// else is never repaired silently, and ends with exit code 2.
///
/// Where the disk has refused to make a log durable, nothing is appended until this has read it, and
/// written it anew where it stands.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only this module's log; causes are looked for in all
    #[arg(long, value_name = "M")]
    module: Option<String>,
    /// Put checksums into the lines that have none, before. The log as it was is kept in log/.replaced
    #[arg(long)]
    reseal: bool,
}

pub fn run(args: Args, context: &mut Context) -> anyhow::Result<Exit> {
    let workspace = context.workspace()?;
    let store = workspace.store();
    if let Some(only) = &args.module {
        workspace.check_module(only)?;
    }
    let mut refused = None;
    let mut resealed = BTreeMap::new();
    if args.reseal {
        (resealed, refused) = reseal(&store, args.module.as_deref())?;
    }
    let found = {
        let (mut count, mut watch) = (0, Watch::new());
        let is_journal = |first: &Message| first.internal && *first.type_ == *journal::OPENED;
        let mut tell = || {
            count += 1;
            watch.count(context, count, "verify");
        };
        let how = Audit { only: args.module.as_deref(), is_journal: &is_journal, watch: &mut tell };
        let found = store.audit(how);
        watch.clear(context);
        found?
    };
    let text = match context.format {
        Format::Text => report::text(&found, &resealed),
        Format::Json => report::json(&found, &resealed),
    };
    context.print(&text)?;
    let findings: u64 = found.iter().map(|(_, verified)| verified.findings()).sum();
    let stays = |unsure| match unsure {
        Unsure::Stays(error) => Some(error),
        Unsure::Settled => None,
    };
    let damage = found.into_iter().find_map(|(_, found)| found.damage.or(found.unsure.and_then(stays)));
    match damage.or(refused) {
        Some(error) => Err(error.into()),
        None if findings > 0 => Ok(Exit::Finding),
        None => Ok(Exit::Holds),
    }
}

/// Each log that can be; also the first error.
fn reseal(store: &Store, only: Option<&str>) -> Result<(BTreeMap<Name, Resealed>, Option<Error>)> {
    let (mut resealed, mut refused) = (BTreeMap::new(), None);
    for module in store.modules()?.into_iter().filter(|module| only.is_none_or(|only| *only == **module)) {
        match store.reseal(&module) {
            Ok(done) => _ = resealed.insert(module, done),
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    Ok((resealed, refused))
}
