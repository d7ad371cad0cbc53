//! `anyorder what-if`: a log through a process as it was, and as it might have been.

use super::context::Context;
use super::place::place;
use super::workspace;
use super::{Exit, Format, clock};
use crate::error::{Error, Result};
use crate::event::{Message, Name, Position, Time};
use crate::process::Family;
use crate::report::replay as report;
use crate::store::{Altered, Changes, Foreign, Logs};
use crate::versions::{self, Deaf};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// Replay a log with something in it different, and tell what would have been decided otherwise
///
/// A message left out, come at another time, or one more: nothing is written. Both logs go through the same
/// version, from nothing. What others have answered stays as it is in the log.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  anyorder what-if --process order --without payments:17                      it never came
  anyorder what-if --process order --move payments:17 --to 2026-11-21T09:20Z  it came later
  anyorder what-if --process order --insert refund.jsonl                      and these came, too
  anyorder what-if --process order --corrected                                all had been right at once")]
pub struct Args {
    /// A `.jsonl` file or a folder of them; without one, the workspace's log
    #[arg(value_name = "LOG")]
    logs: Vec<PathBuf>,
    /// The process: `name@version`, or a path to its file
    #[arg(long, value_name = "P")]
    process: String,
    /// This message never came
    #[arg(long, value_name = "MODULE:POSITION", value_parser = place)]
    without: Vec<(Name, Position)>,
    /// This message came at another time, which `--to` says
    #[arg(long = "move", id = "move", value_name = "MODULE:POSITION", value_parser = place, requires = "to")]
    moved: Vec<(Name, Position)>,
    /// When it came: one for each `--move`, in their order
    #[arg(long, value_name = "TIME", value_parser = clock::moment, requires = "move")]
    to: Vec<Time>,
    /// The events of this file came, too, each at its time
    #[arg(long, value_name = "FILE")]
    insert: Vec<PathBuf>,
    /// What was corrected (`append --corrects`) had come at once as it was corrected
    #[arg(long)]
    corrected: bool,
    /// Only this conversation: an id, a unique part of one, or `latest`
    #[arg(long, value_name = "ID")]
    correlation: Option<String>,
}

pub fn run(args: Args, context: &mut Context) -> anyhow::Result<Exit> {
    let workspace = match context.workspace() {
        Ok(workspace) => Some(workspace),
        // A log and a file are enough.
        Err(_) if !args.logs.is_empty() && context.has_no_directory() => None,
        Err(error) => return Err(error.into()),
    };
    let definition = Arc::new(workspace::process(workspace.as_ref(), &args.process)?);
    let logs = workspace::logs(&args.logs, workspace.as_ref())?;
    let changes = changes(&args, &*logs)?;
    if changes.touches(&definition.name) {
        return Err(Error::input(format!("{} is the process itself", definition.name))
            .hint("its journal is what is decided anew; change what came from outside")
            .into());
    }
    let altered = Altered::new(&*logs, &changes)?;
    let only = match &args.correlation {
        Some(wanted) => Some(workspace::conversation(&altered, wanted)?),
        None => None,
    };
    let keep = |message: &Message| only.as_ref().is_none_or(|only| message.conversation() == Some(only));
    let family = Family::of(&definition);
    let sides: [(&dyn Logs, &Family); 2] = [(&*logs, &family), (&altered, &family)];
    let (replayed, divergences) = versions::replay_both(sides, &keep, &mut Deaf)?;
    let (process, against) = (definition.full_name(), report::Against::Altered);
    let text = match context.format {
        Format::Text => report::text(&process, &replayed, &against, &divergences),
        Format::Json => report::json(&process, &replayed, &against, &divergences, None),
    };
    context.print(&text)?;
    // A question has an answer, not a finding.
    Ok(Exit::Holds)
}

fn changes(args: &Args, logs: &dyn Logs) -> Result<Changes> {
    if args.moved.len() != args.to.len() {
        let (moves, times) = (args.moved.len(), args.to.len());
        return Err(Error::input(format!("{moves} × --move, and {times} × --to"))
            .hint("write a --to after each --move"));
    }
    let mut changes = Changes {
        without: args.without.iter().cloned().collect(),
        moved: args.moved.iter().cloned().zip(args.to.iter().copied()).collect(),
        inserted: Vec::new(),
    };
    if !args.insert.is_empty() {
        let file = Foreign::open_all(&args.insert)?;
        for module in file.modules()? {
            for record in file.read(&module, Position::FIRST)? {
                changes.inserted.push(record?.message);
            }
        }
    }
    if args.corrected {
        correct(&mut changes, logs)?;
        if changes.is_none() {
            return Err(Error::input("nothing was corrected")
                .hint("`anyorder append TYPE --corrects ID` says what a message should have been"));
        }
    }
    if changes.is_none() {
        return Err(Error::input("nothing is different")
            .hint("say what: --without or --move MODULE:POSITION, --insert FILE, or --corrected"));
    }
    if let Some((module, position)) = changes.moved.keys().find(|place| changes.without.contains(place)) {
        return Err(Error::input(format!("{module}:{position} is left out, and moved")));
    }
    Ok(changes)
}

/// Each correction comes when that came which it corrects, and that never; of several the last counts.
fn correct(changes: &mut Changes, logs: &dyn Logs) -> Result<()> {
    for module in logs.modules()? {
        // Which message stands for an id by now, and when it comes.
        let mut stands: BTreeMap<String, (Position, Time)> = BTreeMap::new();
        for record in logs.read(&module, Position::FIRST)? {
            let message = record?.message;
            let here = message.position.expect("a reader gives every message a position");
            let wrong = message.corrects().map(|wrong| wrong.into_owned());
            let mut time = message.time;
            if let Some(wrong) = wrong
                && let Some(stood) = stands.get_mut(&wrong)
            {
                let (was, came) = std::mem::replace(stood, (here, stood.1));
                time = came;
                changes.moved.remove(&(module.clone(), was));
                changes.without.insert((module.clone(), was));
                changes.moved.insert((module.clone(), here), time);
            }
            stands.insert(message.id.to_string(), (here, time));
        }
    }
    Ok(())
}
