//! `anyorder trace`: the story of one conversation.

use super::context::Context;
use super::{Exit, Format, workspace};
use crate::report::trace as report;

/// Tell the story of one conversation, as a tree from its stimulus
///
/// Between the messages stand the decisions of the processes that handled them.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The conversation: an id, a unique part of one, or `latest`
    #[arg(value_name = "ID")]
    id: String,
}

pub fn run(args: Args, context: &mut Context) -> anyhow::Result<Exit> {
    let workspace = context.workspace()?;
    let store = workspace.store();
    let (_, records) = workspace::found(&store, &args.id)?;
    let messages = records.into_iter().map(|record| record.message).collect();
    let trace = report::Trace::new(messages);
    let text = match context.format {
        Format::Text => trace.text(),
        Format::Json => trace.json(),
    };
    context.print(&text)?;
    Ok(Exit::Holds)
}
