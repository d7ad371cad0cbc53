//! `anyorder new`: a commented starting point for a process, a service, a scenario or a spec.

use super::context::Context;
use super::shelf::Shelf;
use super::workspace::{self, Workspace};
use super::{Exit, Format, draft, draft_steps, examples};
use crate::error::{Error, Result};
use crate::process::Definition;
use crate::process::page::plain_name;
use crate::store::check_name;
use serde_json::json;
use std::fs::OpenOptions;
use std::io::Write;
use std::sync::Arc;

/// Write a starting point: a process, a service, a scenario or a spec
///
/// What it writes reads well and holds at once: a scenario and a spec are about a process of the
/// workspace, and expect what that does now. Nothing is written over.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  anyorder new process shipping              processes/shipping@1.yaml
  anyorder new service carrier               services/carrier.yaml
  anyorder new spec paid-in-time             specs/paid-in-time.yaml
  anyorder new scenario late --process order@1")]
pub struct Args {
    /// What to write
    #[arg(value_enum, value_name = "WHAT")]
    what: What,
    /// Its name: a-z, 0-9 and `-`
    #[arg(value_name = "NAME")]
    name: String,
    /// The process that a scenario or a spec is about; the only one, where there is one only
    #[arg(long, value_name = "P")]
    process: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum What {
    Process,
    Service,
    Scenario,
    Spec,
}

pub fn run(args: Args, context: &mut Context) -> anyhow::Result<Exit> {
    let workspace = context.workspace()?;
    let Args { what, name, process } = args;
    if check_name(&name).is_err() {
        let error = Error::input(format!("`{name}` is no name for a file of a workspace"));
        return Err(error.hint(plain_name("a file")).into());
    }
    let (file, next) = match what {
        What::Process => {
            (format!("processes/{name}@1.yaml"), format!("anyorder new spec {name} --process {name}"))
        }
        What::Service => (format!("services/{name}.yaml"), "anyorder run --services".to_string()),
        What::Scenario => (format!("scenarios/{name}.yaml"), format!("anyorder check {name}")),
        What::Spec => (format!("specs/{name}.yaml"), format!("anyorder test {name}")),
    };
    if matches!(what, What::Process | What::Service) {
        if process.is_some() {
            let error = Error::input("--process says what a scenario or a spec is about");
            return Err(error.hint("leave it out").into());
        }
        refuse_twice(&workspace, what, &name)?;
    }
    let path = workspace.path(&file);
    if path.exists() {
        return Err(there(&path.display().to_string()).into());
    }
    let text = match what {
        What::Process => draft::process(&name),
        What::Service => draft::service(&name),
        What::Scenario | What::Spec => {
            let definition = definition(&workspace, process.as_deref())?;
            let shelf = Shelf::around(context.workspace().ok());
            match what {
                What::Scenario if !definition.steps.is_empty() => {
                    draft_steps::scenario(&name, &definition, &workspace.readable_services()?, &shelf)?
                }
                What::Scenario => draft::scenario(&name, &definition, &shelf)?,
                _ => draft::spec(&name, &definition, &shelf)?,
            }
        }
    };
    // Where the schemas for editors are, as `init` puts them.
    let line = workspace.path(examples::SCHEMAS).is_dir().then(|| examples::schema_line(&file));
    let text = line.unwrap_or_default() + &text;
    let shown = path.display().to_string();
    let folder = path.parent().expect("a file in a folder");
    std::fs::create_dir_all(folder).map_err(|error| Error::io("make the folder of", &shown, &error))?;
    // Also one that was not there a moment ago is not written over.
    let opened = OpenOptions::new().write(true).create_new(true).open(&path);
    let written = opened.and_then(|mut opened| opened.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => there(&shown),
        _ => Error::io("write", &shown, &error),
    })?;
    context.print(&match context.format {
        Format::Json => format!("{}\n", json!({"file": file})),
        Format::Text => format!("{file}\ngo on with: {next}\n"),
    })?;
    Ok(Exit::Holds)
}

fn there(shown: &str) -> Error {
    Error::input("the file is there already").at(shown).hint("nothing is written over: take another name")
}

/// A process that is there already gets a next version, which is no starting point; and a log bears the
/// name of one process or service.
fn refuse_twice(workspace: &Workspace, what: What, name: &str) -> Result<()> {
    if workspace.process_names()?.contains(name) {
        let error = Error::input(format!("there is a process {name} already"));
        return Err(error.hint(match what {
            What::Process => format!(
                "its next version is a file beside it: copy the last `processes/{name}@….yaml`, and raise `version`"
            ),
            _ => "its log bears its name: give the service another".to_string(),
        }));
    }
    if what == What::Process && workspace.readable_services()?.iter().any(|service| *service.name == *name) {
        let error = Error::input(format!("there is a service {name} already"));
        return Err(error.hint("a process's own log bears its name: give it another"));
    }
    Ok(())
}

/// The process that was named, or the only one.
fn definition(workspace: &Workspace, named: Option<&str>) -> Result<Arc<Definition>> {
    if let Some(p) = named {
        return workspace::process(Some(workspace), p).map(Arc::new);
    }
    let families = workspace.families()?;
    let newest = |index: usize| -> Option<&Arc<Definition>> { families.get(index)?.versions().next_back() };
    match (newest(0), families.len()) {
        (Some(only), 1) => Ok(only.clone()),
        (Some(_), _) => {
            let names = (0..families.len()).filter_map(newest).map(|definition| definition.full_name());
            let names: Vec<String> = names.collect();
            Err(Error::input(format!("there are {} processes", names.len()))
                .hint(format!("say which with `--process`: {}", names.join(", "))))
        }
        (None, _) => Err(Error::input("there is no process yet, so nothing to write about")
            .hint("`anyorder new process NAME` makes one to start from")),
    }
}
