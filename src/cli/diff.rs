//! `anyorder diff`: two versions of a process, and what is different.

use super::context::Context;
use super::shelf::{self, Instead};
use super::{Exit, Format, check_all, graph, workspace};
use crate::error::Result;
use crate::explore::{Scenario, read};
use crate::process::{self, Definition};
use crate::report::diff as report;
use crate::report::graph::{between, process as chart};
use std::path::PathBuf;
use std::sync::Arc;

/// Tell what is different between two versions of a process
///
/// Key by key, as their files say it: states, messages, guards, alarms, ends. That they are written otherwise and
/// decide alike is said. With `--scenario` both are checked in it, and what every ordering leads to is compared. With
/// `--graph` it is drawn, what only P has in red and what only Q has in green. Exit code 1 where they differ.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  anyorder diff order@1 order@2
  anyorder diff order@1 draft.yaml
  anyorder diff order@1 order@2 --scenario payment     and do they agree in every order?
  anyorder diff order@1 order@2 -o changes.svg         both state charts as one
  anyorder replay --process order@1 --against order@2  and on what has happened?")]
pub struct Args {
    /// A version: `name@version`, or a path to its file
    #[arg(value_name = "P")]
    one: String,
    /// The other
    #[arg(value_name = "Q")]
    other: String,
    /// Check both in this scenario, whichever of them it names; once for each
    #[arg(long, value_name = "SCENARIO", conflicts_with_all = ["graph", "file"])]
    scenario: Vec<String>,
    /// Draw both as one state chart instead: printed as Graphviz's language, or written where `-o` says
    #[arg(long)]
    graph: bool,
    #[command(flatten)]
    output: graph::Output,
}

pub fn run(args: Args, context: &mut Context) -> anyhow::Result<Exit> {
    let workspace = context.workspace().ok();
    if workspace.is_none() && !context.has_no_directory() {
        context.workspace()?;
    }
    let read_one = |p: &str| workspace::process(workspace.as_ref(), p).map(Arc::new);
    let (one, other) = (read_one(&args.one)?, read_one(&args.other)?);
    let found = report::differences(&process::in_full(&one.source)?, &process::in_full(&other.source)?);
    let alike = decide_alike(&one, &other);
    let agree = |agree| if agree { Exit::Holds } else { Exit::Finding };
    if args.graph || args.output.is_file() {
        let files = [&args.one, &args.other].map(PathBuf::from);
        let target = args.output.target(context.format, &files, workspace.as_ref())?;
        let mut picture = between::picture(&chart::picture(&one), &chart::picture(&other));
        if !alike && !between::shows(&picture) {
            let note =
                "a state chart does not show what is different: `anyorder diff` without a picture tells";
            picture.notes.push(note.to_string());
        }
        let text = || report::text(&one.full_name(), &other.full_name(), alike, &found, &[]);
        target.put(&picture, &text, context)?;
        return Ok(agree(alike));
    }
    let file = |name: &String| shelf::file("scenario", name, workspace.as_ref());
    let files: Vec<PathBuf> = args.scenario.iter().map(file).collect::<Result<_>>()?;
    let (left, right) = (scenarios(&files, &one)?, scenarios(&files, &other)?);
    let (left, _) = check_all::explore_all(&left, None, context)?;
    let (right, _) = check_all::explore_all(&right, None, context)?;
    let checked: Vec<_> =
        left.iter().zip(&right).map(|(one, other)| report::Compared::of(one, other)).collect();
    let (from, to) = (one.full_name(), other.full_name());
    let text = match context.format {
        Format::Text => report::text(&from, &to, alike, &found, &checked),
        Format::Json => report::json(&from, &to, alike, &found, &checked),
    };
    context.print(&text)?;
    Ok(agree(alike && checked.iter().all(|compared| compared.agree)))
}

/// Whether they are the same but for their names.
fn decide_alike(one: &Definition, other: &Definition) -> bool {
    let renamed = Definition { name: one.name.clone(), version: one.version, ..other.clone() };
    process::canonical(one) == process::canonical(&renamed)
}

/// The scenarios with this definition in the place of whichever they name of its name.
fn scenarios(files: &[PathBuf], definition: &Arc<Definition>) -> Result<Vec<Scenario>> {
    let instead = [definition.clone()];
    let scenarios = shelf::read_all(files, |source, library| read(source, &Instead::new(library, &instead)))?;
    for (scenario, file) in scenarios.iter().zip(files) {
        shelf::taken(scenario, &instead, file)?;
    }
    Ok(scenarios)
}
