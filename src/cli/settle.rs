//! `anyorder resume` and `anyorder end`: a person settles what is parked.

use super::context::Context;
use super::run::{Edited, world};
use super::{Exit, Format, clock, workspace};
use crate::error::{Error, Result};
use crate::event::{Name, Time};
use crate::report::settle as report;
use crate::runtime::{self, ProcessId, World};
use crate::step::{Hand, Rest};

/// Take a parked instance up again: try its message once more, then those that were held
///
/// For when what was wrong is mended. `--skip` leaves the message out and goes on with those that
/// were held behind it. What was done is written in the journal.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  anyorder status               what is parked, and why
  anyorder resume o-17          try again
  anyorder resume o-17 --skip   go on without the message")]
pub struct ResumeArgs {
    #[command(flatten)]
    whom: Whom,
    /// Leave out the message over which it was parked
    #[arg(long)]
    skip: bool,
}

/// End a parked instance by hand
///
/// It rests in `by hand`, a manual end; its alarms are called off, and what was held is late. What
/// was done is written in the journal.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  anyorder end o-17")]
pub struct EndArgs {
    #[command(flatten)]
    whom: Whom,
}

#[derive(Debug, clap::Args)]
struct Whom {
    /// The instance: an id, or a unique part of one
    #[arg(value_name = "ID")]
    instance: String,
    /// Of which process, where several have parked it
    #[arg(long, value_name = "P")]
    process: Option<String>,
    /// An id for what you did; named, it is safe to try again
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// When you did it; without it, now
    #[arg(long, value_name = "T", value_parser = clock::moment)]
    time: Option<Time>,
    /// A definition was changed while instances live on it, and that is meant
    #[arg(long)]
    edited: bool,
}

pub fn resume(args: ResumeArgs, context: &mut Context) -> anyhow::Result<Exit> {
    settle(args.whom, if args.skip { Hand::Skip } else { Hand::Resume }, context)
}

pub fn end(args: EndArgs, context: &mut Context) -> anyhow::Result<Exit> {
    settle(args.whom, Hand::End, context)
}

fn settle(whom: Whom, hand: Hand, context: &mut Context) -> anyhow::Result<Exit> {
    let workspace = context.workspace()?;
    let store = workspace.store();
    let edited = if whom.edited { Edited::Record(false) } else { Edited::Refuse };
    let mut world = world(&workspace, &store, edited, context)?;
    let time = match whom.time {
        Some(time) => time,
        None => workspace.stamp(&store)?,
    };
    if let Some(id) = &whom.id
        && let Some(done) = done_before(&world, id)
    {
        context.note(&format!("note: {id} was done before, to {done}; nothing was changed"));
        return Ok(Exit::Holds);
    }
    let (process, instance) = parked(&world, &whom)?;
    let id = whom.id.unwrap_or_else(|| uuid::Uuid::now_v7().to_string());
    let turn = runtime::settle(&store, &mut world, process, &instance, hand, Name::from(id), time)?;
    let after = world.member(process).instance(&instance).expect("it was parked");
    let text = match context.format {
        Format::Text => report::text(&world.member(process).name, after, &turn),
        Format::Json => report::json(&world.member(process).name, after, &turn),
    };
    context.print(&text)?;
    Ok(Exit::Holds)
}

/// The instance that has seen what a person did under this id.
fn done_before(world: &World, id: &str) -> Option<String> {
    world.members().iter().find_map(|member| {
        let key = (member.name.clone(), Name::from(id));
        member
            .instances()
            .find(|instance| instance.seen.contains(&key))
            .map(|instance| instance.id.to_string())
    })
}

/// The one parked instance that is meant.
fn parked(world: &World, whom: &Whom) -> Result<(ProcessId, Name)> {
    let process = match &whom.process {
        Some(name) => {
            let name = name.split('@').next().unwrap_or_default();
            let known = world.house().process(name);
            Some(known.ok_or_else(|| Error::input(format!("no process {name} in this workspace")))?)
        }
        None => None,
    };
    let ours = |candidate: ProcessId| process.is_none_or(|process| process == candidate);
    let all = || {
        let members = world.members().iter().enumerate().filter(|(index, _)| ours(*index));
        members.flat_map(|(index, member)| member.instances().map(move |instance| (index, instance)))
    };
    let parked: Vec<_> = all().filter(|(_, instance)| instance.parked.is_some()).collect();
    let ids = parked.iter().map(|(_, instance)| (instance.id.clone(), instance.since));
    let found = match &*whom.instance {
        "" => Ok(Name::from("")),
        wanted => workspace::instance(ids, wanted),
    };
    let id = found.map_err(|error| match all().find(|(_, instance)| *instance.id == *whom.instance) {
        Some((_, instance)) => {
            Error::input(format!("{} is not parked; it rests in {}", instance.id, place(&instance.rest())))
                .hint("only what is parked waits for a person; `anyorder status` shows it")
        }
        None => error,
    })?;
    let meant: Vec<_> = parked.iter().filter(|(_, instance)| instance.id == id).collect();
    match meant[..] {
        [(process, _)] => Ok((*process, id)),
        [] => Err(Error::input("nothing without an instance is parked")),
        _ => {
            let names: Vec<&str> = meant.iter().map(|(process, _)| &*world.member(*process).name).collect();
            Err(Error::input(format!("{id} is parked in {}", names.join(" and ")))
                .hint(format!("say which: --process {}", names[0])))
        }
    }
}

fn place(rest: &Rest) -> String {
    rest.to_string().trim_start_matches("unfinished: ").to_string()
}
