//! `anyorder check --upgrade P..Q`: is it safe to move what runs on P to Q, and when?
//!
//! What a switch does to an instance is what `migrate` would do: the same planner is asked.

use super::context::Context;
use super::shelf::{self, Instead};
use super::workspace::{self, Workspace};
use super::{Exit, Format, interrupt};
use crate::error::{Error, Result};
use crate::event::{Name, Time};
use crate::explore::{Alarms, Moving, Scenario, Upgrade, read, upgrade};
use crate::process::Definition;
use crate::report::upgrade as report;
use crate::step::{Instance, Recorded};
use crate::versions::{Clock, Life, Mapping, plan};
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Debug, clap::Args)]
pub struct Asked {
    /// Move what runs on P to Q, at any moment of every ordering: where is that safe? Each is `name@version`, or a path to
    /// a file
    #[arg(long, value_name = "P..Q", value_parser = versions, conflicts_with_all = ["process", "service", "events", "log", "ordering", "save", "part", "no_reduction", "threads"])]
    upgrade: Option<(String, String)>,
    /// Of an upgrade: what rests in this state of P is put into that one of Q, as `migrate --map` does
    #[arg(long, value_name = "STATE=STATE", requires = "upgrade", value_parser = mapped)]
    map: Vec<(Name, Name)>,
    /// Of an upgrade: what Q would have sent and P has not is sent then, as `migrate --send-missing` does
    #[arg(long, requires = "upgrade")]
    send_missing: bool,
}

/// Two versions with `..` between them; a path may begin with two dots.
fn versions(text: &str) -> std::result::Result<(String, String), String> {
    let parts = text.match_indices("..").filter_map(|(at, _)| Some((&text[..at], text.get(at + 2..)?)));
    let mut parts = parts.filter(|(p, q)| !p.is_empty() && !q.is_empty() && !q.starts_with('/'));
    let found = parts.next().map(|(p, q)| (p.to_string(), q.to_string()));
    found.ok_or_else(|| "write two versions, as in `order@1..order@2`".to_string())
}

fn mapped(text: &str) -> std::result::Result<(Name, Name), String> {
    match text.split_once('=') {
        Some((from, to)) if !from.is_empty() && !to.is_empty() => Ok((from.into(), to.into())),
        _ => Err("write two states, as in `cooking=in-the-kitchen`".to_string()),
    }
}

impl Asked {
    /// Whether an upgrade is asked for.
    pub fn is_asked(&self) -> bool {
        self.upgrade.is_some()
    }
}

/// The scenarios are those files that are named, or all of the workspace; `bounded` gives each its bounds.
pub fn run(
    args: &Asked,
    named: &[String],
    bounded: &dyn Fn(&mut Scenario),
    context: &mut Context,
) -> anyhow::Result<Exit> {
    let workspace = context.workspace().ok();
    let Some((p, q)) = &args.upgrade else { return Ok(Exit::Holds) };
    let read_one = |p: &str| workspace::process(workspace.as_ref(), p).map(Arc::new);
    let (source, target) = (read_one(p)?, read_one(q)?);
    if source.name != target.name {
        let what = format!("{} and {} are not versions of one process", source.name, target.name);
        return Err(Error::input(what)
            .hint("what runs is moved from one version of a process to another")
            .into());
    }
    if source.version == target.version {
        let what = format!("both are {}: nothing could be told of what runs on which", source.full_name());
        return Err(Error::input(what).hint("give the new one a `version:` of its own").into());
    }
    let mut scenarios = scenarios(&source, named, workspace.as_ref())?;
    scenarios.iter_mut().for_each(bounded);
    interrupt::listen();
    let mapping: Mapping = args.map.iter().cloned().collect();
    let mut found: Vec<Upgrade> = Vec::new();
    for scenario in &scenarios {
        let planner = |instance: &Instance, turns: &[Arc<Vec<Recorded>>], now: Time| {
            let clock = if scenario.alarms == Alarms::Last { Clock::Due(now) } else { Clock::AsRecorded };
            let turns: Vec<Vec<Recorded>> = turns.iter().map(|turn| turn.to_vec()).collect();
            let mut plan = plan(&Life { instance, turns: &turns }, &target, clock, &mapping)?;
            if args.send_missing {
                plan.sends_missing();
            }
            let by = plan.by.map(|(hand, by)| (hand, by.document()));
            Ok(Moving { by, will: plan.will, decided: plan.decided })
        };
        for &order in &scenario.orders {
            found.push(upgrade(scenario, order, &target, &planner, &|_| interrupt::asked())?);
        }
    }
    let text = match context.format {
        Format::Text => report::text(&found),
        Format::Json => report::json(&found),
    };
    context.print(&text)?;
    Ok(match found.iter().all(Upgrade::is_safe) {
        false => Exit::Finding,
        true if found.iter().any(|found| found.stopped) => Exit::Bound,
        true => Exit::Holds,
    })
}

/// The scenarios with P in the place of whichever version they name.
fn scenarios(
    source: &Arc<Definition>,
    named: &[String],
    workspace: Option<&Workspace>,
) -> Result<Vec<Scenario>> {
    let file = |name: &String| shelf::file("scenario", name, workspace);
    let files: Vec<PathBuf> = match named {
        [] => {
            return Err(
                Error::input("in which scenario?").hint("name one or more: `check --upgrade P..Q payment`")
            );
        }
        named => named.iter().map(file).collect::<Result<_>>()?,
    };
    let instead = [source.clone()];
    let found = shelf::read_all(&files, |file, library| read(file, &Instead::new(library, &instead)))?;
    for (scenario, file) in found.iter().zip(&files) {
        shelf::taken(scenario, &instead, file)?;
    }
    Ok(found)
}
