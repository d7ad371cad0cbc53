//! `anyorder demo`.

use super::Exit;
use super::context::Context;
use std::path::PathBuf;

/// A guided tour
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Keep the workspace in this folder, which must not exist or be empty
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

pub fn run(_: Args, _: &mut Context) -> anyhow::Result<Exit> {
    Ok(Exit::Holds)
}
