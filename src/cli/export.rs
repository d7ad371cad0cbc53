//! `anyorder export`: the logs as others may have them.

use super::Exit;
use super::context::{Context, Watch};
use super::select::{Filters, Selection};
use crate::event::Envelope;
use crate::report::log::View;
use crate::runtime::Merged;
use std::io::IsTerminal;

/// Print the messages of the logs as others may have them
///
/// CloudEvents 1.0, one a line, in the order of time, without internal events, `remaining` and
/// checksums; a cause that is internal is lifted to the nearest above it that is not. `anyorder
/// import` takes them, and so does every verb that reads a log.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  anyorder export > all.jsonl
  anyorder export --module orders --since 2026-11-21 > orders.jsonl
  anyorder export --correlation latest    one conversation")]
pub struct Args {
    #[command(flatten)]
    filters: Filters,
}

pub fn run(args: Args, context: &mut Context) -> anyhow::Result<Exit> {
    let workspace = context.workspace()?;
    let store = workspace.store();
    let mut selection = Selection::new(args.filters, View::from_outside(), &workspace, &store)?;
    let from = selection.from;
    let merged = Merged::open(&store, |module| selection.reads(module).then_some(from))?;
    selection.learn_causes(&store)?;
    // On a terminal the lines themselves say how far it has come.
    let silent = std::io::stdout().is_terminal();
    let (mut watch, mut count) = (Watch::new(), 0);
    for record in merged {
        let record = record?;
        if selection.takes(&Envelope::of(&record.message)) {
            context.print(&selection.json(&record))?;
        }
        count += 1;
        if !silent {
            watch.count(context, count, "exporting");
        }
    }
    watch.clear(context);
    Ok(Exit::Holds)
}
