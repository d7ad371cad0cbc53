//! `anyorder check`: what a process does under every order of its inputs.

use super::check_all;
use super::context::Context;
use super::shelf::{self, Instead, Shelf};
use super::workspace::{self, Workspace};
use super::{Exit, Format, upgrade};
use crate::error::{Error, Result};
use crate::explore::{
    Alarms, Bounds, Faults, Host, Order, Reductions, Report, Scenario, Stopped, Typed, Verdict,
    conversations, from_events, of_part, read, save, step_through,
};
use crate::process::Definition;
use crate::report::{check as report, check_json, check_many, check_ordering};
use crate::store::{Folder, Foreign, Store};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Check every order in which messages may come
///
/// Explores all orderings of a scenario's messages and alarms, counts them exactly, and shows for each
/// outcome the nearest ordering that leads there and what decides it. Without arguments: every
/// scenario of the workspace. Exit code 1 where something is violated or diverges, 3 where a bound
/// was reached.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("who").args(["process", "service"]).multiple(true)), after_help = "\
Examples:
  anyorder check                         every scenario of the workspace
  anyorder check payment                 scenarios/payment.yaml, in full
  anyorder check --process order@2 --events OrderPlaced,OrderPaid
  anyorder check --process order@2 --service kitchen --events OrderPlaced
  anyorder check --process order@2 --log orders.jsonl --order causal
  anyorder check payment --process order@3               the same with another version
  anyorder check payment --upgrade order@1..order@2      is it safe to move what runs, and when?
  anyorder check payment --faults duplicates=1,crashes=1 --host at-least-once
  anyorder check payment --ordering \"OrderPaid PaymentTimedOut!\"")]
pub struct Args {
    /// Scenarios: files, or their names under `scenarios/`
    #[arg(value_name = "SCENARIO", conflicts_with_all = ["service", "events", "log"])]
    scenarios: Vec<String>,
    /// A process: `name@version`, or a path to its file; once for each. In a scenario it takes the place of the version
    /// that is named there
    #[arg(long, value_name = "P")]
    process: Vec<String>,
    /// A service that answers: its name, or a path to its file; once for each
    #[arg(long, value_name = "NAME", requires = "events", conflicts_with = "log")]
    service: Vec<String>,
    /// The messages that come in any order: `OrderPaid,'OrderPriced={\"total\":10}'`
    #[arg(long, value_name = "LIST", requires = "who", conflicts_with = "log")]
    events: Option<String>,
    /// The messages that come first, in this order
    #[arg(long, value_name = "LIST", requires = "events", default_value = "", hide_default_value = true)]
    first: String,
    /// The messages of a log: a `.jsonl` file or a folder of them
    #[arg(long, value_name = "LOG", requires = "process")]
    log: Vec<PathBuf>,
    /// Of the log, only this conversation: an id, a unique part of one, or `latest`
    #[arg(long, value_name = "ID", requires = "log")]
    correlation: Option<String>,
    /// Which messages may overtake which: any, causal, fifo, or causal,fifo [default: any]
    #[arg(long, value_name = "ORDER", requires = "who", value_parser = order)]
    order: Option<Order>,
    /// When alarms ring: any (at any moment), last (when nothing else is left), never [default: any]
    #[arg(long, value_name = "WHEN", requires = "who", value_parser = alarms)]
    alarms: Option<Alarms>,
    /// Messages that are alike in everything but id count as one choice
    #[arg(long, requires = "who")]
    alike: bool,
    /// What may go wrong, and how often: `duplicates=1,losses=0,crashes=1`
    #[arg(long, value_name = "BUDGETS", value_parser = Faults::parse)]
    faults: Option<Faults>,
    /// What the processes run on: anyorder, or at-least-once (no id is remembered, state is saved last)
    #[arg(long, value_name = "HOST", value_parser = host)]
    host: Option<Host>,
    /// Only this region of the process, with the messages that it hears
    #[arg(long, value_name = "REGION")]
    part: Option<String>,
    /// Step through one ordering: `OrderPlaced PaymentTimedOut! OrderPaid`
    #[arg(long, value_name = "ORDERING")]
    ordering: Option<String>,
    /// Write an ordering as a log: the one of --ordering, else the first finding's
    #[arg(long, value_name = "DIR")]
    save: Option<PathBuf>,
    /// Walk what would not be: equal-worlds, equal-copies, interchangeable, apart, or all; counts stay the same
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = reduction)]
    no_reduction: Vec<String>,
    /// How many threads explore: scenarios, or conversations, side by side, and the worlds of each [default: one for
    /// each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    threads: Option<u16>,
    /// Stop after so many states
    #[arg(long, value_name = "N")]
    states: Option<u64>,
    /// Stop where an ordering has so many choices
    #[arg(long, value_name = "N")]
    depth: Option<u64>,
    /// Stop when the states take so much memory: 512MiB, 2GiB
    #[arg(long, value_name = "SIZE", value_parser = size)]
    memory: Option<u64>,
    #[command(flatten)]
    upgrade: upgrade::Asked,
}

fn order(text: &str) -> std::result::Result<Order, String> {
    Order::parse(text).ok_or_else(|| "an order is any, causal, fifo, or causal,fifo".to_string())
}

fn host(text: &str) -> std::result::Result<Host, String> {
    Host::named(text).ok_or_else(|| "a host is anyorder or at-least-once".to_string())
}

fn reduction(text: &str) -> std::result::Result<String, String> {
    match text == "all" || Reductions::NAMES.contains(&text) {
        true => Ok(text.to_string()),
        false => Err(format!("there are {}, and all", Reductions::NAMES.join(", "))),
    }
}

fn size(text: &str) -> std::result::Result<u64, String> {
    Bounds::size(text).ok_or_else(|| "a size is such as 512MiB or 2GiB".to_string())
}

fn alarms(text: &str) -> std::result::Result<Alarms, String> {
    Alarms::named(text).ok_or_else(|| "alarms ring at any moment (any), last, or never".to_string())
}

pub fn run(args: Args, context: &mut Context) -> anyhow::Result<Exit> {
    let bounded = |scenario: &mut Scenario| {
        scenario.bounds.states = args.states.unwrap_or(scenario.bounds.states);
        scenario.bounds.depth = args.depth.unwrap_or(scenario.bounds.depth);
        scenario.bounds.memory = args.memory.unwrap_or(scenario.bounds.memory);
        scenario.faults = args.faults.unwrap_or(scenario.faults);
        scenario.host = args.host.unwrap_or(scenario.host);
        for name in &args.no_reduction {
            scenario.reductions.leave_out(name);
        }
    };
    if args.upgrade.is_asked() {
        return upgrade::run(&args.upgrade, &args.scenarios, &bounded, context);
    }
    let mut scenarios = scenarios(&args, context)?;
    scenarios.iter_mut().for_each(bounded);
    if let Some(part) = &args.part {
        scenarios = scenarios.iter().map(|scenario| of_part(scenario, part)).collect::<Result<_>>()?;
    }
    if let Some(path) = &args.save {
        only(&scenarios)?;
        check_save(path)?;
    }
    if let Some(ordering) = &args.ordering {
        return one_ordering(&scenarios, ordering, &args, context);
    }
    let (reports, missing) = check_all::explore_all(&scenarios, args.threads, context)?;
    if let Some(path) = &args.save {
        save_found(&scenarios, &reports, path, context)?;
    }
    let text = match (context.format, &reports[..]) {
        (Format::Json, _) => check_json::json(&reports),
        (Format::Text, [one]) => report::text(one),
        (Format::Text, many) if !args.log.is_empty() => {
            check_many::conversations(&many[0].processes[0], many)
        }
        (Format::Text, many) => check_many::summary(many),
    };
    context.print(&text)?;
    let found = exit(&reports) == Exit::Finding;
    if let Some(part) = args.part.as_ref().filter(|_| found && context.format == Format::Text) {
        context.print(&report::of_a_part(part))?;
    }
    Ok(match exit(&reports) {
        Exit::Holds if missing => Exit::Bound,
        exit => exit,
    })
}

fn exit(reports: &[Report]) -> Exit {
    let any = |holds: &dyn Fn(&Report) -> bool| reports.iter().any(holds);
    if any(&|report| report.stopped == Some(Stopped::Asked)) {
        Exit::Bound
    } else if any(&|report| matches!(report.verdict, Verdict::Violated | Verdict::Diverges)) {
        Exit::Finding
    } else if any(&|report| {
        report.verdict == Verdict::BoundReached || report.undecided == Some(Stopped::Memory)
    }) {
        Exit::Bound
    } else {
        Exit::Holds
    }
}

fn scenarios(args: &Args, context: &Context) -> Result<Vec<Scenario>> {
    let workspace = context.workspace();
    let order = args.order.unwrap_or_default();
    let alarms = args.alarms.unwrap_or_default();
    if let Some(events) = &args.events {
        let shelf = Shelf::around(workspace.ok());
        let typed = Typed {
            processes: &args.process,
            services: &args.service,
            events,
            first: &args.first,
            order,
            alarms,
            alike: args.alike,
        };
        return Ok(vec![from_events(&typed, &shelf)?]);
    }
    if !args.log.is_empty() {
        return of_log(args, workspace.ok(), order, alarms);
    }
    if !args.process.is_empty() && args.scenarios.is_empty() {
        return Err(Error::input("no message is listed").hint(
            "say which come, `--events OrderPaid,OrderCancelled`, or take those of a log with `--log FILE`",
        ));
    }
    let typed =
        [("--order", args.order.is_some()), ("--alarms", args.alarms.is_some()), ("--alike", args.alike)];
    if let Some((flag, _)) = typed.iter().find(|(_, given)| *given) {
        return Err(Error::input(format!("{flag} is for messages that are listed here"))
            .hint("a scenario's file says it of its own"));
    }
    let instead = args.process.iter().map(|p| workspace::process(workspace.as_ref().ok(), p).map(Arc::new));
    let instead: Vec<Arc<Definition>> = instead.collect::<Result<_>>()?;
    let files = match &args.scenarios[..] {
        [] => {
            let files = workspace?.shelf("scenario")?;
            if files.is_empty() {
                return Err(Error::input("there is no scenario under scenarios/").hint(
                    "`anyorder new scenario NAME` writes one; or list messages: `--process order@2 --events OrderPaid,…`",
                ));
            }
            files
        }
        named => {
            let file = |name: &String| shelf::file("scenario", name, workspace.as_ref().ok());
            named.iter().map(file).collect::<Result<Vec<_>>>()?
        }
    };
    let found = shelf::read_all(&files, |source, library| read(source, &Instead::new(library, &instead)))?;
    for (scenario, file) in found.iter().zip(&files) {
        shelf::taken(scenario, &instead, file)?;
    }
    Ok(found)
}

fn of_log(args: &Args, workspace: Option<Workspace>, order: Order, alarms: Alarms) -> Result<Vec<Scenario>> {
    let [process] = &args.process[..] else {
        return Err(Error::input("a log is checked with one process")
            .hint("name it with one `--process`; several meet in a scenario file"));
    };
    let definition = Arc::new(workspace::process(workspace.as_ref(), process)?);
    let logs = Foreign::open_all(&args.log)?;
    let only = match &args.correlation {
        Some(wanted) => Some(workspace::conversation(&logs, wanted)?),
        None => None,
    };
    let found = conversations(&logs, &definition, only.as_ref(), order, alarms, args.alike)?;
    if found.is_empty() {
        return Err(Error::input(format!("nothing in the log is for {}", definition.full_name()))
            .hint("it hears what stands under its `starts-on`, `on`, `ignore` and `defer`"));
    }
    Ok(found)
}

/// The only scenario.
fn only(scenarios: &[Scenario]) -> Result<&Scenario> {
    match scenarios {
        [one] => Ok(one),
        many => Err(Error::input(format!("an ordering is of one scenario, and here are {}", many.len()))
            .hint("name one; of a log, one conversation with `--correlation ID`")),
    }
}

fn one_ordering(
    scenarios: &[Scenario],
    text: &str,
    args: &Args,
    context: &mut Context,
) -> anyhow::Result<Exit> {
    let scenario = only(scenarios)?;
    let choices: Vec<&str> = text.split_whitespace().collect();
    // Of several orders, the first that allows it.
    let through = |&order: &Order| Some((order, step_through(scenario, order, &choices).ok()?));
    let order = scenario.orders.first().copied().unwrap_or_default();
    let (order, stepped) = match scenario.orders.iter().find_map(through) {
        Some(found) => found,
        None => (order, step_through(scenario, order, &choices)?),
    };
    if let Some(path) = &args.save {
        write(&save(scenario, order, &choices)?, path, context)?;
    }
    let text = match context.format {
        Format::Text => check_ordering::stepped(&stepped),
        Format::Json => check_json::stepped(&stepped),
    };
    context.print(&text)?;
    Ok(Exit::Holds)
}

/// Saves what a person wants to look at: the first finding, else the outcome that is reached least.
fn save_found(scenarios: &[Scenario], reports: &[Report], path: &Path, context: &mut Context) -> Result<()> {
    let scenario = only(scenarios)?;
    let finding = |report: &&Report| !report.findings.is_empty();
    let Some(report) = reports.iter().find(finding).or(reports.first()) else { return Ok(()) };
    let finding = report.findings.first().map(|finding| &finding.ordering);
    let Some(ordering) = finding.or(report.outcomes.last().map(|found| &found.example)) else {
        return Err(Error::input("no ordering was found that could be saved"));
    };
    let choices: Vec<&str> = ordering.iter().map(String::as_str).collect();
    write(&save(scenario, report.order, &choices)?, path, context)
}

/// What is saved is a folder of its own: nothing that is there is written over.
fn check_save(path: &Path) -> Result<()> {
    let used = path.is_file() || std::fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some());
    match used {
        false => Ok(()),
        true => Err(Error::input("--save would write over what is there")
            .at(path.display().to_string())
            .hint("name a new folder")),
    }
}

fn write(saved: &[crate::explore::SavedLog], path: &Path, context: &mut Context) -> Result<()> {
    for log in saved {
        let folder = match saved.len() {
            1 => path.to_path_buf(),
            _ => path.join(&*log.process),
        };
        let store = Store::new(Arc::new(Folder::new(folder.clone())));
        log.write(&store)?;
        context.note(&format!("saved: anyorder replay {} --process {}", folder.display(), log.full_name));
    }
    Ok(())
}
