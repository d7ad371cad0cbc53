//! `anyorder run`: the processes of the workspace over its logs.

use super::context::Context;
use super::workspace::{self, Workspace};
use super::{Exit, Format, clock};
use crate::error::{Error, Result, Trouble};
use crate::event::{Millis, Name, Position, Time};
use crate::process::workspace_file::WorkspaceFile;
use crate::process::{Family, Service, check_messages};
use crate::report::run as report;
use crate::report::words::{counted, grouped};
use crate::runtime::snapshot::{self, Saving};
use crate::runtime::{self, House, Rules, Run, Staff, Start, Stopped, Tally, World, recover_from_snapshots};
use crate::store::{Logs, Store, Torn};
use std::sync::Arc;
use std::time::Duration;

/// Run the processes over the logs, and append what they decide
///
/// Reads every module from where each process stopped, in the order of time; alarms ring in virtual
/// time, up to the newest message. Run again, it finds nothing to do. Stopped anywhere and run again,
/// it writes the same bytes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  anyorder run                 up to the newest message
  anyorder run --for 1h        one hour further: alarms ring
  anyorder run --drain         until no alarm is armed
  anyorder run --dry-run       say what would be decided, write nothing
  anyorder run --services --for 2h    two hours further, and services/ answer

What a message can meet:
  started, advanced, ended   a reaction was taken
  declined    the conversation is another process's: its `starts-when` did not hold
  ignored     the state lists it under `ignore`
  deferred    kept, and tried again after the next change of state
  duplicate, expired, stale, late    it was here before; its time is over; the alarm was called
              off; the instance has ended
  parked      nothing answers it, or an expression failed: the instance waits for a person
  held        the instance is parked already: kept until a person settles it
A message that two processes hear is handled twice.")]
pub struct Args {
    /// Up to this moment, and no further: RFC 3339, or `now`
    #[arg(long, value_name = "T", value_parser = clock::moment, group = "how_far")]
    until: Option<Time>,
    /// So long after the newest message or decision
    #[arg(long = "for", value_name = "D", value_parser = clock::duration, group = "how_far")]
    duration: Option<Millis>,
    /// Ring alarms until none is armed; with --services until no answer is owed either
    #[arg(long, group = "how_far")]
    drain: bool,
    /// With --drain: stop after so many rings and answers, with exit code 3
    #[arg(long, value_name = "N", default_value_t = 10_000, requires = "drain")]
    bound: u64,
    /// Let the services of services/ answer, in virtual time
    #[arg(long)]
    services: bool,
    /// Decide, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Go on with new messages and the wall clock
    #[arg(long, conflicts_with_all = ["how_far", "dry_run"])]
    follow: bool,
    /// A definition was changed while instances live on it, and that is meant
    #[arg(long)]
    edited: bool,
}

pub fn run(args: Args, context: &mut Context) -> anyhow::Result<Exit> {
    let workspace = context.workspace()?;
    let store = workspace.store();
    let world = Opened {
        edited: if args.edited { Edited::Record(args.dry_run) } else { Edited::Refuse },
        services: if args.services { Services::Answer } else { Services::Leave },
    };
    let mut how = Run { rules: Rules::Newest, dry: args.dry_run, rings: u64::MAX };
    if args.follow {
        return follow(&workspace, &store, how, world, context);
    }
    if args.drain {
        how = Run { rules: Rules::Drained, rings: args.bound, ..how };
    }
    if let Some(time) = args.until {
        how.rules = Rules::Until(time);
    }
    if let Some(duration) = args.duration {
        let newest = workspace::newest(&store)?;
        let until = newest.plus(duration);
        how.rules = Rules::Until(until.ok_or_else(|| Error::input("--for: that is beyond the year 9999"))?);
    }
    Ok(once(&workspace, &store, how, world, context, false)?.0)
}

/// Goes on until somebody stops it. Between two rounds nothing is read but the ends of the logs.
fn follow(
    workspace: &Workspace,
    store: &Store,
    mut how: Run,
    mut opened: Opened,
    context: &mut Context,
) -> anyhow::Result<Exit> {
    loop {
        how.rules = Rules::Until(clock::now());
        let ends = ends(store)?;
        let (_, next_alarm) = once(workspace, store, how, opened, context, true)?;
        opened.edited = Edited::Refuse;
        // The first round after our own appends finds them, and nothing to do.
        loop {
            std::thread::sleep(Duration::from_millis(500));
            let due = next_alarm.is_some_and(|due| due <= clock::now());
            if due || self::ends(store)? != ends {
                break;
            }
        }
    }
}

/// Where each log ends.
fn ends(store: &Store) -> Result<Vec<(Name, Option<Position>)>> {
    let modules = store.modules()?.into_iter();
    modules.map(|module| store.tail(&module).map(|tail| (module, tail.last))).collect()
}

/// How a workspace's world is opened.
#[derive(Debug, Clone, Copy)]
struct Opened {
    edited: Edited,
    services: Services,
}

/// How often a run begins again where somebody appends to a log that services answer into.
const AGAIN: u32 = 20;

/// One run; says how it ended, and when the next alarm is due.
fn once(
    workspace: &Workspace,
    store: &Store,
    how: Run,
    mut opened: Opened,
    context: &mut Context,
    quiet: bool,
) -> anyhow::Result<(Exit, Option<Time>)> {
    let answers = opened.services == Services::Answer;
    let (mut tally, mut torn, mut tries) = (Tally::default(), Vec::new(), 0);
    let world = loop {
        let mut world = world(workspace, store, opened.edited, opened.services, context)?;
        opened.edited = match opened.edited {
            Edited::Record(false) => Edited::Refuse,
            other => other,
        };
        if tries == 0 {
            torn = torn_journals(&world, store)?;
        }
        match runtime::run_on(store, &mut world, how, &mut tally) {
            Ok(()) => {
                if !how.dry {
                    snapshot::save(store, &world, Saving::default());
                }
                break world;
            }
            // A person may answer by hand at any time: what is written stands, the rest is decided anew.
            Err(error) if answers && error.trouble() == Trouble::Conflict && tries < AGAIN => tries += 1,
            Err(error) => return Err(said_of_a_run(error).into()),
        }
    };
    for (name, torn) in torn {
        // What is still torn was not appended to.
        if store.tail(&name)?.torn.as_ref() != Some(&torn) {
            context.warn(&format!(
                "warning: {name}: {}; {} bytes were cut off and kept under log/.torn/",
                torn.why, torn.len
            ));
        }
    }
    if !(quiet && tally.handled == 0 && tally.answers.is_empty()) {
        let text = match context.format {
            Format::Text => report::text(&world, &tally, how.dry),
            Format::Json => report::json(&world, &tally),
        };
        context.print(&text)?;
        context.out.flush()?;
    }
    if !quiet {
        say_unanswered(&world, context);
    }
    match tally.stopped {
        None => {}
        Some(Stopped::Rings) => {
            let alarms = counted(tally.alarms, "alarm");
            let came: u64 = tally.answers.values().sum();
            let what = match came {
                0 => format!("stopped after {alarms}: --bound is reached"),
                _ => format!("stopped after {alarms} and {}: --bound is reached", counted(came, "answer")),
            };
            let hint = match came {
                0 => "an alarm that is set anew by its own ring never ends; `--bound N` allows more",
                _ => "do alarms and answers go round for ever? `--bound N` allows more",
            };
            return Err(Error::bound(what).hint(hint).into());
        }
        Some(Stopped::Round { process, conversation }) => {
            let what = format!("{process} goes round and round with {conversation}, and time stands still");
            let hint = "does an alarm set itself with no delay, or do processes answer each other for ever?";
            return Err(Error::bound(what).hint(hint).into());
        }
    }
    let next_alarm = world.next_alarm();
    if !quiet {
        // The program ends here, which gives the memory back at once, and not piece by piece.
        std::mem::forget(world);
    }
    Ok((Exit::Holds, next_alarm))
}

/// What services could not answer: it stays in the logs until it can.
fn say_unanswered(world: &World, context: &mut Context) {
    const SHOWN: usize = 5;
    for unanswered in world.unanswered().take(SHOWN) {
        let message = &unanswered.message;
        let position = message.position.map_or(String::new(), |position| format!(" {position}"));
        let place = unanswered.failed.place.as_ref().map_or(String::new(), |place| format!(" ({place})"));
        context.warn(&format!(
            "warning: {} has no answer to {} ({}{position}): {}{place}",
            unanswered.service, message.type_, message.source, unanswered.failed.reason
        ));
    }
    let more = world.unanswered().count().saturating_sub(SHOWN);
    if more > 0 {
        context.warn(&format!("warning: and {} more without an answer", grouped(more as u64)));
    }
}

/// The journals whose last batch a crash has torn.
fn torn_journals(world: &World, store: &Store) -> Result<Vec<(Name, Torn)>> {
    let mut torn: Vec<(Name, Torn)> = Vec::new();
    let shelves = world.house().staff().modules();
    let members = world.members().iter().map(|member| &member.name);
    for name in members.chain(shelves.iter().filter(|name| world.house().process(name).is_none())) {
        let known = torn.iter().any(|(known, _)| known == name);
        torn.extend(store.tail(name)?.torn.filter(|_| !known).map(|found| (name.clone(), found)));
    }
    Ok(torn)
}

/// A journal that somebody else appended to: only another run does that.
fn said_of_a_run(error: Error) -> Error {
    match error.trouble() {
        Trouble::Conflict => error.hint(
            "another `anyorder run` is at work here; run again when it is done: what is in the log stands",
        ),
        _ => error,
    }
}

/// What becomes of a definition that was changed under its instances.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Edited {
    Refuse,
    /// It is meant: the journal says so, unless this is a dry run.
    Record(bool),
    /// Only looked at.
    Allow,
}

/// Which services are in the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Services {
    /// None: people answer.
    Leave,
    /// All, and they answer.
    Answer,
    /// Those with a journal, to be looked at or settled.
    Journals,
}

/// The workspace's world as its journals tell it.
pub(crate) fn world(
    workspace: &Workspace,
    store: &Store,
    edited: Edited,
    services: Services,
    context: &mut Context,
) -> Result<World> {
    let mut house = house(workspace, services, !matches!(edited, Edited::Allow))?;
    recover_from_snapshots(&mut house, store)?;
    if services == Services::Journals {
        // To be looked at, one and all.
        house.load_all()?;
    }
    match edited {
        Edited::Allow => {}
        Edited::Refuse => runtime::refuse_edited(&house)?,
        Edited::Record(dry) => {
            let agreed = runtime::agree_to_edited(&mut house, (!dry).then_some(store))?;
            for (version, live) in agreed.into_iter().filter(|_| !dry) {
                let follow = if live == 1 { "follows" } else { "follow" };
                let live = counted(live, "instance");
                context.warn(&format!("note: {version} was edited, and {live} {follow} it from now on"));
            }
        }
    }
    Ok(house.stable())
}

/// The same as other logs tell it: as they stood at some moment.
pub(crate) fn world_of(workspace: &Workspace, logs: &dyn Logs) -> Result<World> {
    let mut house = house(workspace, Services::Journals, false)?;
    runtime::recover(&mut house, logs)?;
    Ok(house.stable())
}

/// Everybody who lives in the workspace, before their journals are read.
fn house(workspace: &Workspace, services: Services, checked: bool) -> Result<House<Start>> {
    let families = workspace.families()?;
    let known = match services {
        Services::Answer => workspace.services()?,
        Services::Leave | Services::Journals => workspace.readable_services()?,
    };
    if services == Services::Answer && known.is_empty() {
        return Err(Error::input("there is no service in this workspace")
            .hint("`anyorder new service NAME` writes one; or leave out --services"));
    }
    let journals = known.iter().any(|service| service.remembers());
    if families.is_empty() && !(services == Services::Answer || services == Services::Journals && journals) {
        let hint = match known.is_empty() {
            true => "`anyorder new process NAME` writes one to start from, processes/NAME@1.yaml",
            false => "there are services: `anyorder run --services` lets them answer",
        };
        return Err(Error::input("there is no process in this workspace").hint(hint));
    }
    let file = workspace.file()?;
    for family in &families {
        if file.modules().any(|module| **module == *family.name) {
            return Err(Error::input(format!("{} is a process and a module", family.name))
                .hint("a process's own log bears its name: give the module another"));
        }
    }
    if checked {
        check_messages(&families, &known, &file)?;
    }
    let staff = match services {
        Services::Leave => Staff::default(),
        Services::Answer => staff(known, &file)?,
        Services::Journals => {
            staff(known.into_iter().filter(|service| service.remembers()).collect(), &file)?
        }
    };
    // A part is no process of its own: no log starts it.
    let families = families.into_iter().filter_map(Family::without_parts).collect();
    Ok(House::create(families)?.serve(staff)?.created().subscribe_all().start())
}

/// The services, and what they need to know of the workspace.
fn staff(services: Vec<Arc<Service>>, file: &WorkspaceFile) -> Result<Staff> {
    for service in &services {
        if service.remembers() && file.modules().any(|module| *module == service.name) {
            return Err(Error::input(format!("{} is a service with `entity` and a module", service.name))
                .at(service.source.name.clone())
                .hint("its own log bears its name, and holds what it says: take the module out of anyorder.yaml"));
        }
    }
    let says = services.iter().flat_map(|service| service.says());
    let owners = says.filter_map(|type_| Some((type_.clone(), file.owner(type_)?.clone()))).collect();
    Ok(Staff { services, seed: file.seed, owners })
}
