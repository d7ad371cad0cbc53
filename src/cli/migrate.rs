//! `anyorder migrate`: running instances are moved to another version.

use super::context::Context;
use super::run::{Edited, Services, world};
use super::{Exit, Format, clock, workspace};
use crate::error::{Error, Result};
use crate::event::{Name, Time};
use crate::process::Definition;
use crate::report::migrate::{self as report, Asked, Planned};
use crate::report::status;
use crate::runtime::{self, Moving, ProcessId, World};
use crate::step::Instance;
use crate::store::Store;
use crate::versions::{self, Class, Clock, Life, Mapping};
use std::collections::BTreeSet;
use std::io::{BufRead, IsTerminal};
use std::sync::Arc;

/// Move running instances of a process to another version
///
/// Each is re-decided under Q from all that it was told; the plan says what would be different. On a terminal the plan is
/// shown, and you are asked. What does not fit (Q would have parked it, or never started it) stays on P; exit code 1
/// where something stays so.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  anyorder migrate order@1 order@2 --dry-run            what would become of each
  anyorder migrate order@1 order@2 --yes                move all that fit
  anyorder migrate order@1 order@2 o-17 --yes           only this one
  anyorder migrate order@1 order@2 --only-same --yes    only those that Q has just as they are
  anyorder migrate order@1 order@2 --map cooking=preparing --yes")]
pub struct Args {
    /// The version on which they are: `name@version`
    #[arg(value_name = "P")]
    from: String,
    /// The version to which they go: `name@version`, in this workspace
    #[arg(value_name = "Q")]
    to: String,
    /// Only these instances: an id, a unique part of one, or `latest`
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Show the plan, and change nothing
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Do it without asking
    #[arg(long)]
    yes: bool,
    /// An instance that rests in this state of P goes to that state of Q, unless Q has it there of itself
    #[arg(long, value_name = "STATE=STATE")]
    map: Vec<String>,
    /// Send what Q would have sent and P has not
    #[arg(long)]
    send_missing: bool,
    /// Move only those that Q has just as they are
    #[arg(long, conflicts_with_all = ["map", "send_missing"])]
    only_same: bool,
    /// When you did it; without it, now
    #[arg(long, value_name = "T", value_parser = clock::moment)]
    time: Option<Time>,
    /// A definition was changed while instances live on it, and that is meant
    #[arg(long)]
    edited: bool,
}

pub fn run(args: Args, context: &mut Context) -> anyhow::Result<Exit> {
    let asks = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if !args.dry_run && !args.yes && !asks {
        let error = Error::input("nobody is here to be asked whether to move them");
        return Err(error.hint("--dry-run shows what would become of them; --yes moves them").into());
    }
    let workspace = context.workspace()?;
    let store = workspace.store();
    let edited = if args.edited { Edited::Record(args.dry_run) } else { Edited::Refuse };
    let mut world = world(&workspace, &store, edited, Services::Journals, context)?;
    let route = route(&world, &args)?;
    let old = world.house().families()[route.process].version(route.from).cloned();
    let mapping = mapping(&args.map, old.as_deref(), &route.target)?;
    let planned = plan(&store, &world, &route, &mapping, &args, context)?;
    let mut asked = Asked {
        process: route.target.name.to_string(),
        from: route.from,
        to: route.target.version,
        send_missing: args.send_missing,
        done: false,
    };
    if context.format == Format::Text {
        context.print(&report::text(&asked, &planned))?;
    }
    let moving: Vec<Moving> = planned.iter().filter(|one| one.moves()).filter_map(moving).collect();
    if !args.dry_run && !moving.is_empty() && (args.yes || agreed(moving.len(), context)?) {
        let time = match args.time {
            Some(time) => time,
            None => workspace::stamp(&store)?,
        };
        runtime::migrate(&store, &mut world, route.process, &moving, time)?;
        asked.done = true;
    }
    match context.format {
        Format::Json => context.print(&report::json(&asked, &planned))?,
        Format::Text if asked.done => context.print(&format!("\n{}", report::done(&asked, &planned)))?,
        Format::Text => {}
    }
    let fits = planned.iter().all(|one| one.plan.by.is_some());
    Ok(if fits { Exit::Holds } else { Exit::Finding })
}

/// From where to where.
struct Route {
    process: ProcessId,
    from: u32,
    target: Arc<Definition>,
}

fn route(world: &World, args: &Args) -> Result<Route> {
    let (name, from) = version(&args.from)?;
    let (other, to) = version(&args.to)?;
    if name != other {
        return Err(Error::input(format!("{name} and {other} are different processes"))
            .hint("an instance goes from one version of its process to another"));
    }
    if from == to {
        let what = format!("{} and {} are the same version", args.from, args.to);
        return Err(
            Error::input(what).hint("name the version to which they go behind the one on which they are")
        );
    }
    let families = world.house().families();
    let process = families.iter().position(|family| *family.name == *name);
    let target = process.and_then(|process| families[process].version(to).cloned());
    let (Some(process), Some(target)) = (process, target) else {
        let known = families.iter().flat_map(|family| family.versions().map(|version| version.full_name()));
        let known: Vec<String> = known.collect();
        return Err(Error::input(format!("no process {} in this workspace", args.to))
            .hint(format!("there is {}; write the new version beside the old one", known.join(", "))));
    };
    Ok(Route { process, from, target })
}

fn version(text: &str) -> Result<(&str, u32)> {
    let parts = text.split_once('@').and_then(|(name, version)| Some((name, version.parse().ok()?)));
    parts.ok_or_else(|| Error::input(format!("`{text}` is no version of a process")).hint("write `order@2`"))
}

fn mapping(texts: &[String], old: Option<&Definition>, target: &Definition) -> Result<Mapping> {
    let mut mapping = Mapping::new();
    for text in texts {
        let Some((from, to)) = text.split_once('=') else {
            return Err(Error::input(format!("--map {text}: where does it go?"))
                .hint("write the state of P, `=`, and the state of Q"));
        };
        let from = match old {
            Some(old) => state(old, from)?,
            None => Name::from(from),
        };
        if mapping.insert(from.clone(), state(target, to)?).is_some() {
            return Err(Error::input(format!("--map names {from} twice")).hint("once is enough"));
        }
    }
    Ok(mapping)
}

/// A state in which an instance may rest, spelled as it is recorded.
fn state(definition: &Definition, name: &str) -> Result<Name> {
    definition.resting(name).map(|(state, _)| state).ok_or_else(|| {
        let names: Vec<String> = definition.resting_names(false);
        let error = Error::input(format!("--map: {} has no state {name}", definition.full_name()));
        match crate::span::nearest(name, names.iter().map(String::as_str)) {
            Some(near) => error.hint(format!("did you mean {near}?")),
            None => error.hint(format!("it has {}", names.join(", "))),
        }
    })
}

fn plan(
    store: &Store,
    world: &World,
    route: &Route,
    mapping: &Mapping,
    args: &Args,
    context: &mut Context,
) -> Result<Vec<Planned>> {
    let member = world.member(route.process);
    let instances = wanted(world, route, args, context)?;
    let ids: BTreeSet<Name> = instances.iter().map(|instance| instance.id.clone()).collect();
    let turns = versions::turns_of(store, &member.name, &ids)?;
    let mut planned = Vec::new();
    for instance in instances {
        let life = Life { instance, turns: turns.of.get(&instance.id).map_or(&[], |turns| turns) };
        let mut plan = versions::plan(&life, &route.target, Clock::Due(turns.until), mapping)?;
        if args.send_missing {
            plan.sends_missing();
        }
        let left = args.only_same && plan.class != Class::Same;
        planned.push(Planned { plan, left });
    }
    Ok(planned)
}

/// Those that run on P, in the order in which the process first heard of them.
fn wanted<'w>(
    world: &'w World,
    route: &Route,
    args: &Args,
    context: &mut Context,
) -> Result<Vec<&'w Instance>> {
    let member = world.member(route.process);
    let runs = |instance: &&Instance| instance.is_live() && instance.version == route.from;
    if args.ids.is_empty() {
        return Ok(member.instances().filter(runs).collect());
    }
    let mut ids = BTreeSet::new();
    for wanted in &args.ids {
        let since = |instance: &Instance| status::since(instance).unwrap_or(Time::MIN);
        // A part of an id means one that is there to be moved, if there is one.
        let there = member.instances().filter(runs).map(|instance| (instance.id.clone(), since(instance)));
        let all = member.instances().map(|instance| (instance.id.clone(), since(instance)));
        let id = workspace::instance(there, wanted).or_else(|_| workspace::instance(all, wanted))?;
        let instance = member.instance(&id).expect("it was named");
        if runs(&instance) {
            ids.insert(id);
        } else if instance.is_live() && instance.version == route.target.version {
            context.note(&format!("note: {id} is on {} already", args.to));
        } else {
            let rest = match instance.state() {
                Some(_) if instance.is_live() => format!("it is on {}@{}", member.name, instance.version),
                Some(state) => format!("it has ended, in {state}"),
                None => "it has not started".to_string(),
            };
            return Err(Error::input(format!("{id} does not run on {}: {rest}", args.from))
                .hint("`anyorder status` shows who does"));
        }
    }
    Ok(member.instances().filter(|instance| ids.contains(&instance.id)).collect())
}

fn moving(one: &Planned) -> Option<Moving> {
    let (hand, by) = one.plan.by.clone()?;
    Some(Moving { instance: one.plan.instance.clone(), hand, by })
}

/// Asks the person at the terminal.
fn agreed(count: usize, context: &mut Context) -> anyhow::Result<bool> {
    context.out.flush()?;
    let whom = crate::report::words::counted(count as u64, "instance");
    write!(context.err, "\nmove {whom}? [y/N] ")?;
    context.err.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
