//! `anyorder init`: a workspace to start from.

use super::context::Context;
use super::{Exit, Format, examples};
use serde_json::json;
use std::path::PathBuf;

/// Make a workspace to start from
///
/// It works at once; its comments say what stands where. The first line of each file names its schema
/// for an editor; the schemas lie in `.anyorder/`, and `anyorder schema --write` makes them anew.
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
    let folder = args.folder.display().to_string();
    let files: Vec<&str> = example.names().collect();
    if context.format == Format::Json {
        let json = json!({"folder": folder, "example": example.name, "files": files});
        context.print(&format!("{json}\n"))?;
        return Ok(Exit::Holds);
    }
    let mut text = format!("{folder}: {}\n", example.summary);
    for name in files {
        text.push_str(&format!("  {name}\n"));
    }
    // Quoted where a shell would split it; a folder that one is in already needs no `cd`.
    let plain = folder.chars().all(|c| c.is_alphanumeric() || "/._-+".contains(c));
    text.push_str(&match &*folder {
        "." | "./" => "go on with: anyorder --help\n".to_string(),
        _ if plain => format!("go on with: cd {folder} && anyorder --help\n"),
        _ => format!("go on with: cd '{}' && anyorder --help\n", folder.replace('\'', "'\\''")),
    });
    context.print(&text)?;
    Ok(Exit::Holds)
}
