//! `anyorder init`: a workspace to start from.

use super::context::Context;
use super::{Exit, examples};
use std::path::PathBuf;

/// Make a workspace to start from
///
/// It works at once; its comments say what stands where.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  anyorder init my-shop
  anyorder init my-restaurant --example restaurant")]
pub struct Args {
    /// The folder, which must not be there yet, or be empty
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Which workspace: `starter` or `restaurant`
    #[arg(long, value_name = "NAME", default_value = "starter")]
    example: String,
}

pub fn run(args: Args, context: &mut Context) -> anyhow::Result<Exit> {
    let example = examples::named(&args.example)?;
    example.write(&args.folder)?;
    let folder = args.folder.display();
    let mut text = format!("{folder}: {}\n", example.summary);
    for name in example.names() {
        text.push_str(&format!("  {name}\n"));
    }
    let go = if args.folder == *"." { String::new() } else { format!("cd {folder} && ") };
    text.push_str(&format!("go on with: {go}anyorder --help\n"));
    context.print(&text)?;
    Ok(Exit::Holds)
}
