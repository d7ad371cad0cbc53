//! `anyorder resume` and `anyorder end`: a person settles what is parked.

use super::context::Context;
use super::run::{Edited, Services, world};
use super::{Exit, Format, clock, workspace};
use crate::error::{Error, Result};
use crate::event::{Name, Time};
use crate::report::{settle as report, status, status::NONE};
use crate::runtime::{self, ProcessId, Turn, World};
use crate::step::{Hand, Instance, Rest};

/// Take a parked instance up again: try its message once more, then those that were held
///
/// For when what was wrong is mended. `--skip` leaves the message out and goes on with those that
/// were held behind it. What was done is written in the journal.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  anyorder status                   what is parked, and why
  anyorder resume o-17              try again
  anyorder resume o-17 --skip       go on without the message
  anyorder resume '(none)' --skip   the same for a message that found no instance")]
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
    /// The instance: an id, a unique part of one, or `latest`; for what has no instance, the message's
    /// id, or `(none)`
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
    let mut world = world(&workspace, &store, edited, Services::Journals, context)?;
    let time = match whom.time {
        Some(time) => time,
        None => workspace::stamp(&store)?,
    };
    if whom.id.as_ref().is_some_and(String::is_empty) {
        return Err(Error::input("--id is empty").hint("leave it out, or fill it").into());
    }
    if let Some(id) = &whom.id
        && let Some((process, instance)) = done_before(&world, id)
    {
        let same = instance.id.is_empty() || instance.id.contains(&*whom.instance);
        if !same && whom.instance != "latest" {
            let what = format!("{id} is the id of what was done to {} before", shown(instance));
            return Err(Error::input(what).hint("name another --id, or none").into());
        }
        context.note(&format!("note: {id} was done before; nothing was changed"));
        let nothing = Turn::nothing(process);
        return say(&world, &instance.id, &nothing, context);
    }
    let (process, instance) = parked(&world, &whom)?;
    if hand == Hand::End && instance.is_empty() {
        let error = Error::input("what has no instance has no life to end");
        return Err(error.hint(format!("leave the message out: anyorder resume '{NONE}' --skip")).into());
    }
    let id = whom.id.unwrap_or_else(|| uuid::Uuid::now_v7().to_string());
    let turn = runtime::settle(&store, &mut world, process, &instance, hand, Name::from(id), time)?;
    say(&world, &instance, &turn, context)
}

fn say(world: &World, instance: &Name, turn: &Turn, context: &mut Context) -> anyhow::Result<Exit> {
    let member = world.member(turn.process);
    let after = member.instance(instance).expect("it was settled");
    let text = match context.format {
        Format::Text => report::text(&member.name, after, turn),
        Format::Json => report::json(&member.name, after, turn),
    };
    context.print(&text)?;
    Ok(Exit::Holds)
}

/// What an instance is called here: what has none goes by the message over which it is parked.
fn shown(instance: &Instance) -> Name {
    match &instance.parked {
        Some(parked) if instance.id.is_empty() => parked.message.id.clone(),
        _ if instance.id.is_empty() => Name::from(NONE),
        _ => instance.id.clone(),
    }
}

/// The instance that has seen what a person did under this id.
fn done_before<'w>(world: &'w World, id: &str) -> Option<(ProcessId, &'w Instance)> {
    world.members().iter().enumerate().find_map(|(process, member)| {
        let key = (member.name.clone(), Name::from(id));
        let instance = member.instances().find(|instance| instance.seen.contains(&key))?;
        Some((process, instance))
    })
}

/// The one parked instance that is meant.
fn parked(world: &World, whom: &Whom) -> Result<(ProcessId, Name)> {
    let process = whom.process.as_deref().map(|name| process_named(world, name)).transpose()?;
    let ours = |candidate: ProcessId| process.is_none_or(|process| process == candidate);
    let all = || {
        let members = world.members().iter().enumerate().filter(|(index, _)| ours(*index));
        members.flat_map(|(index, member)| member.instances().map(move |instance| (index, instance)))
    };
    let since = |instance: &Instance| status::since(instance).unwrap_or(Time::MIN);
    let parked = || all().filter(|(_, instance)| instance.parked.is_some());
    let meant: Vec<(ProcessId, &Instance)> = if whom.instance == NONE {
        parked().filter(|(_, instance)| instance.id.is_empty()).collect()
    } else {
        let names = parked().map(|(_, instance)| (shown(instance), since(instance)));
        let name = workspace::instance(names, &whom.instance).map_err(|error| {
            // It may well be there, and not be parked.
            let names = all().map(|(_, instance)| (shown(instance), since(instance)));
            let known = workspace::instance(names, &whom.instance).ok().filter(|_| whom.instance != "latest");
            let found = known.and_then(|name| all().find(|(_, instance)| shown(instance) == name));
            match found {
                Some((_, instance)) if instance.parked.is_none() => not_parked(instance),
                _ if parked().next().is_none() => {
                    Error::input("nothing is parked").hint("`anyorder status` shows where everything is")
                }
                _ => error,
            }
        })?;
        parked().filter(|(_, instance)| shown(instance) == name).collect()
    };
    match meant[..] {
        [(process, instance)] => Ok((process, instance.id.clone())),
        [] => Err(Error::input("nothing without an instance is parked")
            .hint("`anyorder status` shows what is parked")),
        _ => {
            let names: Vec<&str> = meant.iter().map(|(process, _)| &*world.member(*process).name).collect();
            Err(Error::input(format!("{} is parked in {}", whom.instance, names.join(" and ")))
                .hint(format!("say which: --process {}", names[0])))
        }
    }
}

fn not_parked(instance: &Instance) -> Error {
    let rest = match instance.rest() {
        Rest::NotStarted => "it has not started".to_string(),
        Rest::Declined => "its process has declined it".to_string(),
        Rest::Unfinished("") => "its service goes on with it".to_string(),
        Rest::Ended(state, _) | Rest::Unfinished(state) | Rest::Parked(state) => format!("it is in {state}"),
    };
    Error::input(format!("{} is not parked: {rest}", instance.id))
        .hint("only what is parked waits for a person; `anyorder status` shows it")
}

fn process_named(world: &World, name: &str) -> Result<ProcessId> {
    let name = name.split('@').next().unwrap_or_default();
    world.house().process(name).ok_or_else(|| {
        let names = || world.members().iter().map(|member| &*member.name);
        let hint = match crate::span::nearest(name, names()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("there is {}", names().collect::<Vec<_>>().join(", ")),
        };
        Error::input(format!("no process {name} in this workspace")).hint(hint)
    })
}
