//! `anyorder expand`: a process written out in full, its steps as states.

use super::context::Context;
use super::{Exit, Format, workspace};
use crate::process;
use crate::report::expand;

/// Print a process in full: what is written as steps, as the states that they become
///
/// What is printed is a definition like any other, and decides the same, letter by letter: its hash is the
/// same. It is where to begin when a saga outgrows its short form.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  anyorder expand trip
  anyorder expand trip@1 > processes/trip@2.yaml    then say `version: 2` in it
  anyorder graph process trip -o trip.svg           the same as a picture")]
pub struct Args {
    /// The process: `name@version`, a name (its newest version), or a path to its file
    #[arg(value_name = "P")]
    process: String,
}

pub fn run(args: Args, context: &mut Context) -> anyhow::Result<Exit> {
    let workspace = context.workspace().ok();
    if workspace.is_none() && !context.has_no_directory() {
        context.workspace()?;
    }
    let definition = workspace::process(workspace.as_ref(), &args.process)?;
    let root = process::in_full(&definition.source)?;
    let text = match context.format {
        Format::Json => expand::json(&root),
        Format::Text if definition.steps.is_empty() => {
            context.warn(&format!("note: {} has no steps; it is printed as it is", definition.full_name()));
            definition.source.text.clone()
        }
        Format::Text => expand::yaml(&root, &definition.steps),
    };
    context.print(&text)?;
    Ok(Exit::Holds)
}
