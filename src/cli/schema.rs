//! `anyorder schema`: what editors want to know of the files that people write.

use super::context::Context;
use super::{Exit, examples};
use crate::report::schema::{Sort, schema};

/// Print the JSON Schema of a sort of file, for editors
///
/// Draft-07, made from the table of keys that the readers use. An editor with a YAML language server
/// completes keys and marks mistakes when a file begins with
/// `# yaml-language-server: $schema=PATH`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  anyorder schema process > process.schema.json
  anyorder schema --write")]
pub struct Args {
    /// Which: process, scenario, service, spec, or workspace (anyorder.yaml)
    #[arg(value_name = "SORT", default_value = "process", value_parser = sort)]
    sort: Sort,
    /// Write all of them into the workspace's `.anyorder/`, where `init` puts them
    #[arg(long, conflicts_with = "sort")]
    write: bool,
}

fn sort(text: &str) -> Result<Sort, String> {
    let known = Sort::ALL.into_iter().find(|sort| sort.name() == text);
    known.ok_or_else(|| {
        let names: Vec<&str> = Sort::ALL.into_iter().map(Sort::name).collect();
        format!("one of {}", names.join(", "))
    })
}

pub fn run(args: Args, context: &mut Context) -> anyhow::Result<Exit> {
    if args.write {
        let workspace = context.workspace()?;
        examples::write_schemas(workspace.root())?;
        return Ok(Exit::Holds);
    }
    context.print(&schema(args.sort))?;
    Ok(Exit::Holds)
}
