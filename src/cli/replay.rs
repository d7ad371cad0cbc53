//! `anyorder replay`: a log through a version of a process, and what would differ.

use super::Exit;
use super::context::Context;
use super::line::{EVERYWHERE, Output};
use super::workspace::{self, Workspace};
use crate::error::{Error, Result};
use crate::event::{Message, Name};
use crate::process::{Definition, Family, Watch};
use crate::report::{coverage, junit, replay as report};
use crate::runtime::{Port, Saved, World};
use crate::store::Logs;
use crate::versions::{self, Deaf, Divergence, Journal, Replayed, Stories};
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
  anyorder replay orders.jsonl --process a.yaml --against b.yaml
  anyorder replay --process order@2 --coverage              and what of it the log has never used")]
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
    /// Tell also which reactions, guards, lists and ends of P the log has ever used
    #[arg(long)]
    coverage: bool,
    /// A definition was changed while instances live on it, and that is meant
    #[arg(long)]
    edited: bool,
    /// How results are printed; `junit` is for build servers
    #[arg(long = "format", id = "format", value_name = "FORMAT", value_enum, default_value_t = Output::Text, help_heading = EVERYWHERE)]
    output: Output,
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
    let mut definition = workspace::process(workspace.as_ref(), &args.process)?;
    if args.coverage {
        definition.watch = Watch::open();
    }
    let definition = Arc::new(definition);
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
    let Found { replayed, against, divergences } = &found;
    let text = match args.output {
        Output::Text => report::text(&process, replayed, against, divergences),
        Output::Json => {
            let covered = args.coverage.then(|| coverage::json(&definition));
            report::json(&process, replayed, against, divergences, covered)
        }
        Output::Junit => junit::replay(&process, replayed, against, divergences),
    };
    context.print(&text)?;
    if args.coverage && args.output == Output::Text {
        context.print(&coverage::texts([&*definition]))?;
    }
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
    keep: &(dyn Fn(&Message) -> bool + Sync),
    args: &Args,
) -> Result<Found> {
    if let Some(other) = against {
        let sides = [(logs, &Family::of(definition)), (logs, &Family::of(other))];
        let mut also = Also::new(definition, args);
        let (replayed, divergences) = versions::replay_both(sides, keep, also.port())?;
        also.write()?;
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
    let mut also = Also::new(definition, args);
    let result = versions::replay(logs, &Family::of(definition), keep, stories, also.port())?;
    also.write()?;
    Ok(result)
}

/// Who else hears of the turns: whoever saves them, where that is asked for.
enum Also<'a> {
    Nobody(Deaf),
    Saved(Saved, &'a Path),
}

impl<'a> Also<'a> {
    fn new(definition: &Definition, args: &'a Args) -> Also<'a> {
        match &args.save {
            None => Also::Nobody(Deaf),
            Some(path) => Also::Saved(Saved::new(definition.name.clone()), path),
        }
    }

    fn port(&mut self) -> &mut dyn Port {
        match self {
            Also::Nobody(deaf) => deaf,
            Also::Saved(saved, _) => saved,
        }
    }

    fn write(self) -> Result<()> {
        let Also::Saved(saved, path) = self else { return Ok(()) };
        let bytes = saved.finish()?;
        std::fs::write(path, bytes).map_err(|error| Error::io("write", &path.display().to_string(), &error))
    }
}
