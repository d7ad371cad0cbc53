//! `anyorder test`: given, when, then.

use super::Exit;
use super::context::Context;
use super::coverage::{Watched, of_scenarios};
use super::line::{EVERYWHERE, Output};
use super::shelf;
use crate::error::Error;
use crate::report::{coverage, junit, spec as report, spec_json};
use crate::spec::{self, Spec, Tested};

/// Test what a process does: given, when, then
///
/// A spec says what has happened, what happens now, and what is expected of it; it is played through the
/// same steps as `run`, in virtual time, and printed as prose. Without arguments: every spec of the
/// workspace. Exit code 1 where one fails.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  anyorder test                          every spec of the workspace
  anyorder test late-payment             specs/late-payment.yaml
  anyorder test --coverage               and what of the processes no spec and no scenario uses
  anyorder test --format junit > specs.xml")]
pub struct Args {
    /// Specs: files, or their names under `specs/`
    #[arg(value_name = "SPEC")]
    specs: Vec<String>,
    /// Tell also which reactions, guards, lists and ends of the processes the specs have ever used; without
    /// named specs, the scenarios of the workspace, too
    #[arg(long)]
    coverage: bool,
    /// How results are printed; `junit` is for build servers
    #[arg(long = "format", id = "format", value_name = "FORMAT", value_enum, default_value_t = Output::Text, help_heading = EVERYWHERE)]
    output: Output,
}

pub fn run(args: Args, context: &mut Context) -> anyhow::Result<Exit> {
    let workspace = context.workspace();
    let files = match &args.specs[..] {
        [] => {
            let files = workspace?.shelf("spec")?;
            if files.is_empty() {
                return Err(Error::input("there is no spec under specs/")
                    .hint("`anyorder new spec NAME` makes one to start from")
                    .into());
            }
            files
        }
        named => {
            let file = |name: &String| shelf::file("spec", name, workspace.as_ref().ok());
            named.iter().map(file).collect::<Result<Vec<_>, _>>()?
        }
    };
    let mut specs: Vec<Spec> = shelf::read_all(&files, spec::read)?.into_iter().flatten().collect();
    let mut watched = Watched::default();
    if args.coverage {
        specs.iter_mut().for_each(|spec| watched.give_to_spec(spec));
    }
    let tested = specs.iter().map(spec::test).collect::<Result<Vec<Tested>, _>>()?;
    let text = match args.output {
        Output::Text => report::text(&tested),
        Output::Json => spec_json::json(&tested),
        Output::Junit => junit::xml(&tested),
    };
    if args.coverage {
        if args.specs.is_empty() {
            of_scenarios(&context.workspace()?, &mut watched, context)?;
        }
        return covered(&tested, &text, &watched, args.output, context);
    }
    context.print(&text)?;
    Ok(if tested.iter().all(Tested::holds) { Exit::Holds } else { Exit::Finding })
}

/// What the specs say, and what of the processes was used. As JSON both stand in one object.
fn covered(
    tested: &[Tested],
    text: &str,
    watched: &Watched,
    output: Output,
    context: &mut Context,
) -> anyhow::Result<Exit> {
    match output {
        Output::Json => {
            let specs: serde_json::Value = serde_json::from_str(text).expect("our own JSON");
            let whole = serde_json::json!({"specs": specs, "coverage": coverage::jsons(watched.all())});
            context.print(&format!("{}\n", serde_json::to_string_pretty(&whole).expect("plain data")))?;
        }
        Output::Text => context.print(&format!("{text}{}", coverage::texts(watched.all())))?,
        Output::Junit => context.print(text)?,
    }
    Ok(if tested.iter().all(Tested::holds) { Exit::Holds } else { Exit::Finding })
}
