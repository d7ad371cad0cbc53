//! `anyorder replay`: a log through a version of a process, and what would differ.

use super::context::Context;
use super::workspace::{self, Workspace};
use super::{Exit, Format};
use crate::error::{Error, Result};
use crate::event::{Message, Name};
use crate::process::{Definition, Family};
use crate::report::replay as report;
use crate::runtime::{Choice, Port, Saved, Turn, World};
use crate::store::Logs;
use crate::versions::{self, Divergence, Journal, Replayed, Stories};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Replay a log through any version of a process
///
/// Any log of CloudEvents lines will do; it needs no workspace. Where the log has the process's own
/// journal, every decision is made again and compared; `--against` compares two versions by cause.
/// Exit code 1 where something differs.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  anyorder replay --process order@2                         the workspace's own log
  anyorder replay orders.jsonl --process reminders@1.yaml   somebody else's
  anyorder replay orders.jsonl --process a.yaml --against b.yaml")]
pub struct Args {
    /// A `.jsonl` file or a folder of them; without one, the workspace's log
    #[arg(value_name = "LOG")]
    logs: Vec<PathBuf>,
    /// The process: `name@version`, or a path to its file
    #[arg(long, value_name = "P")]
    process: String,
    /// Another version, whose decisions are compared with P's
    #[arg(long, value_name = "Q")]
    against: Option<String>,
    /// Only this conversation: an id, a unique part of one, or `latest`
    #[arg(long, value_name = "ID")]
    correlation: Option<String>,
    /// Write the journal that P would have written
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// A definition was changed while instances live on it, and that is meant
    #[arg(long)]
    edited: bool,
}

pub fn run(args: Args, context: &mut Context) -> anyhow::Result<Exit> {
    let workspace = match context.workspace() {
        Ok(workspace) => Some(workspace),
        // A log and a file are enough.
        Err(_) if !args.logs.is_empty() && context.has_no_directory() => None,
        Err(error) => return Err(error.into()),
    };
    if let Some(path) = &args.save {
        check_save(path, &args.logs, workspace.as_ref())?;
    }
    let definition = Arc::new(workspace::process(workspace.as_ref(), &args.process)?);
    let against = match &args.against {
        Some(other) => Some(Arc::new(workspace::process(workspace.as_ref(), other)?)),
        None => None,
    };
    let logs = workspace::logs(&args.logs, workspace.as_ref())?;
    let only = match &args.correlation {
        Some(wanted) => Some(workspace::conversation(&*logs, wanted)?),
        None => None,
    };
    let keep = |message: &Message| only.as_ref().is_none_or(|only| message.conversation() == Some(only));
    let found = replay(&*logs, &definition, against.as_ref(), &keep, &args)?;
    let process = definition.full_name();
    let text = match context.format {
        Format::Text => report::text(&process, &found.replayed, &found.against, &found.divergences),
        Format::Json => report::json(&process, &found.replayed, &found.against, &found.divergences),
    };
    context.print(&text)?;
    Ok(if found.divergences.is_empty() { Exit::Holds } else { Exit::Finding })
}

/// What is saved is written over whatever stands there: it must be no log.
fn check_save(path: &Path, logs: &[PathBuf], workspace: Option<&Workspace>) -> Result<()> {
    let saved = path.canonicalize();
    let read = logs.iter().any(|log| match (&saved, log.canonicalize()) {
        (Ok(saved), Ok(log)) => saved.starts_with(log),
        _ => false,
    });
    if !read && !workspace.is_some_and(|workspace| workspace.is_log(path)) {
        return Ok(());
    }
    Err(Error::input("--save would write over a log")
        .at(path.display().to_string())
        .hint("name a new file elsewhere: a log is only ever appended to"))
}

struct Found {
    replayed: Replayed,
    against: report::Against,
    divergences: Vec<Divergence>,
}

fn replay(
    logs: &dyn Logs,
    definition: &Arc<Definition>,
    against: Option<&Arc<Definition>>,
    keep: &dyn Fn(&Message) -> bool,
    args: &Args,
) -> Result<Found> {
    if let Some(other) = against {
        let (mut one, mut two) = (Stories::new(), Stories::new());
        let (world, replayed) = told(logs, definition, keep, Some(&mut one), args)?;
        let (other_world, _) = versions::replay(logs, &Family::of(other), keep, Some(&mut two), &mut Deaf)?;
        let mut ids: Vec<&Name> = world.member(0).instances().map(|instance| &instance.id).collect();
        let known: std::collections::HashSet<&Name> = ids.iter().copied().collect();
        ids.extend(other_world.member(0).instances().map(|i| &i.id).filter(|id| !known.contains(id)));
        let divergences = versions::compare(ids.into_iter(), &one, &two);
        return Ok(Found { replayed, against: report::Against::Version(other.full_name()), divergences });
    }
    match versions::journal_of(logs, &definition.name, definition.version)? {
        Journal::Started => {
            let family = Family::of(definition);
            let (world, found) = versions::against_journal(logs, &family, definition.version, keep)?;
            if found.hash.as_ref() != Some(&definition.hash) && !args.edited {
                return Err(Error::input(format!(
                    "{} was changed since the journal was written",
                    definition.full_name()
                ))
                .at(definition.source.name.clone())
                .hint("replay the version that wrote it; or, if the change is meant, say --edited"));
            }
            if args.save.is_some() {
                told(logs, definition, keep, None, args)?;
            }
            let replayed = Replayed { events: found.events, tally: found.tally, ..versions::summary(&world) };
            let others = found.others.into_iter().collect();
            let against = report::Against::Journal { turns: found.compared, others };
            Ok(Found { replayed, against, divergences: found.divergences })
        }
        Journal::Empty => {
            let (_, replayed) = told(logs, definition, keep, None, args)?;
            Ok(Found { replayed, against: report::Against::Nothing, divergences: Vec::new() })
        }
        Journal::Others => {
            let mut decided = Stories::new();
            let (world, replayed) = told(logs, definition, keep, Some(&mut decided), args)?;
            let recorded = versions::stories_of(logs, &definition.name, keep)?;
            let mut ids: Vec<&Name> = world.member(0).instances().map(|instance| &instance.id).collect();
            let known: std::collections::HashSet<&Name> = ids.iter().copied().collect();
            let mut more: Vec<&Name> = recorded.keys().filter(|id| !known.contains(id)).collect();
            more.sort();
            ids.extend(more);
            let divergences = versions::compare(ids.into_iter(), &recorded, &decided);
            Ok(Found { replayed, against: report::Against::Recorded, divergences })
        }
    }
}

/// A replay from nothing; saved, where that is asked for.
fn told(
    logs: &dyn Logs,
    definition: &Arc<Definition>,
    keep: &dyn Fn(&Message) -> bool,
    stories: Option<&mut Stories>,
    args: &Args,
) -> Result<(World, Replayed)> {
    let family = Family::of(definition);
    let Some(path) = &args.save else {
        return versions::replay(logs, &family, keep, stories, &mut Deaf);
    };
    let mut saved = Saved::new(definition.name.clone());
    let result = versions::replay(logs, &family, keep, stories, &mut saved)?;
    let bytes = saved.finish()?;
    std::fs::write(path, bytes).map_err(|error| Error::io("write", &path.display().to_string(), &error))?;
    Ok(result)
}

/// Hears nothing.
struct Deaf;

impl Port for Deaf {
    fn supply(&mut self, _: &mut World) -> Result<()> {
        Ok(())
    }

    fn took(&mut self, _: &World, _: &Choice, _: Turn) -> Result<()> {
        Ok(())
    }
}
