//! `anyorder graph`: who causes what, one conversation, one process, who talks to whom, as pictures.
//!
//! What a picture shows is decided in `report::graph`; here are its files, and running Graphviz.

use super::context::Context;
use super::coverage::{self, Watched};
use super::workspace::{self, Workspace};
use super::{Exit, Format};
use crate::error::{Error, Result};
use crate::event::Position;
use crate::process::Talk;
use crate::report::graph::{Picture, conversation, dot, flow, mermaid, process, services, svg, text};
use crate::report::trace;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Draw who causes what, one conversation, a process, or who says what to whom
///
/// Without `-o`, prints Graphviz's language; `--format json` prints nodes and edges. The ending of the
/// file that `-o` names says what is written: `.dot`, `.svg`, `.mmd` (Mermaid) or `.txt`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  anyorder graph flow -o flow.svg               types: what causes what, how often and after how long
  anyorder graph flow orders.jsonl              somebody else's log
  anyorder graph trace latest -o story.svg      one conversation
  anyorder graph process order -o order.svg     the state chart of a process
  anyorder graph process order@1 -o order.mmd   the same for a page that understands Mermaid
  anyorder graph process order --coverage -o order.svg   red is what no spec and no scenario uses
  anyorder graph services -o services.svg       modules, services and processes, and what they say")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Types of messages, and which cause which: how often, and after how long
    Flow(FlowArgs),
    /// One conversation: its messages, and what caused each
    Trace(TraceArgs),
    /// The state chart of a process
    Process(ProcessArgs),
    /// Who says what to whom: modules, services and processes; services in a circle are marked
    Services(ServicesArgs),
}

#[derive(Debug, clap::Args)]
struct ServicesArgs {
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, clap::Args)]
struct FlowArgs {
    /// A `.jsonl` file or a folder of them; without one, the workspace's log
    #[arg(value_name = "LOG")]
    logs: Vec<PathBuf>,
    /// Only this conversation: an id, a unique part of one, or `latest`
    #[arg(long, value_name = "ID")]
    correlation: Option<String>,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, clap::Args)]
struct TraceArgs {
    /// The conversation: an id, a unique part of one, or `latest`; with `--correlation`, logs
    #[arg(value_name = "ID|LOG")]
    names: Vec<String>,
    /// The conversation, where logs are named
    #[arg(long, value_name = "ID")]
    correlation: Option<String>,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, clap::Args)]
struct ProcessArgs {
    /// The process: `name@version`, a name (its newest version), or a path to its file
    #[arg(value_name = "P")]
    process: String,
    /// Colour what is never used: by the logs that follow, or by all specs and scenarios of the workspace
    #[arg(long, value_name = "LOG", num_args = 0..)]
    coverage: Option<Vec<PathBuf>>,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, clap::Args)]
pub(super) struct Output {
    /// Write to this file: `.dot`, `.svg`, `.mmd` or `.txt`
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    file: Option<PathBuf>,
    /// Who places boxes and lines in an SVG: Graphviz's `dot`, anyorder itself, or `dot` where it is
    /// installed
    #[arg(long, value_enum, default_value_t = Placing::Auto)]
    layout: Placing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Placing {
    Auto,
    Dot,
    Builtin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Dot,
    Svg,
    Mermaid,
    Text,
}

pub fn run(args: Args, context: &mut Context) -> anyhow::Result<Exit> {
    match args.what {
        What::Flow(args) => flow(args, context),
        What::Trace(args) => trace(args, context),
        What::Process(args) => process(args, context),
        What::Services(args) => services(args, context),
    }
}

fn flow(args: FlowArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let workspace = around(&args.logs, context)?;
    let target = args.output.target(context.format, &args.logs, workspace.as_ref())?;
    let logs = workspace::logs(&args.logs, workspace.as_ref())?;
    let only = match &args.correlation {
        Some(wanted) => Some(workspace::conversation(&*logs, wanted)?),
        None => None,
    };
    let mut flow = flow::Flow::default();
    for module in logs.modules()? {
        match &only {
            Some(only) => {
                logs.conversation(&module, only)?.iter().for_each(|(_, record)| flow.take(&record.message));
            }
            None => {
                for record in logs.read(&module, Position::FIRST)? {
                    flow.take(&record?.message);
                }
            }
        }
    }
    let flows = flow.finish();
    let mut picture = flows.picture();
    if let Some(only) = &only {
        picture.title = format!("who causes what in conversation {only}");
    }
    target.put(&picture, &|| text::flow(&flows), context)
}

fn trace(args: TraceArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let (paths, wanted): (Vec<PathBuf>, &str) = match (&args.correlation, &*args.names) {
        (Some(wanted), names) => (names.iter().map(PathBuf::from).collect(), wanted),
        (None, [id]) if !id.ends_with(".jsonl") => (Vec::new(), id),
        (None, []) => {
            let error = Error::input("which conversation?");
            return Err(error.hint("`anyorder graph trace ID`; `latest` is the newest").into());
        }
        (None, _) => {
            let error = Error::input("which conversation of these logs?");
            return Err(error.hint("name it: `--correlation ID`; `latest` is the newest").into());
        }
    };
    let workspace = around(&paths, context)?;
    let target = args.output.target(context.format, &paths, workspace.as_ref())?;
    let logs = workspace::logs(&paths, workspace.as_ref())?;
    let (id, records) = workspace::found(&*logs, wanted)?;
    let messages: Vec<_> = records.into_iter().map(|record| record.message).collect();
    let picture = conversation::picture(&id, &messages);
    target.put(&picture, &|| trace::Trace::new(messages.clone()).text(), context)
}

fn process(args: ProcessArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let workspace = context.workspace().ok();
    if workspace.is_none() && !context.has_no_directory() {
        context.workspace()?;
    }
    let files = [PathBuf::from(&args.process)];
    let target = args.output.target(context.format, &files, workspace.as_ref())?;
    let definition = workspace::process(workspace.as_ref(), &args.process)?;
    let picture = match &args.coverage {
        None => process::picture(&definition),
        Some(logs) => {
            let mut watched = Watched::default();
            let definition = watched.give(&definition);
            match &logs[..] {
                [] => coverage::of_workspace(&context.workspace()?, &mut watched, context)?,
                logs => coverage::of_logs(logs, &definition)?,
            }
            process::picture_with_coverage(&definition)
        }
    };
    target.put(&picture, &|| text::process(&definition), context)
}

fn services(args: ServicesArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let workspace = context.workspace()?;
    let target = args.output.target(context.format, &[], Some(&workspace))?;
    let whole = super::lint::whole(&workspace)?;
    let talk = Talk::of(&whole.file, &whole.definitions, &whole.services);
    if talk.voices.is_empty() {
        let error = Error::input("nobody says anything here: no modules, no processes, no services");
        return Err(error.hint("`modules` in anyorder.yaml lists who says what").into());
    }
    let name = whole.file.name.as_deref().unwrap_or("this workspace");
    target.put(&services::picture(&talk, name), &|| services::text(&talk), context)
}

/// The workspace; none where logs are named and there is none around.
fn around(paths: &[PathBuf], context: &Context) -> Result<Option<Workspace>> {
    match context.workspace() {
        Ok(workspace) => Ok(Some(workspace)),
        Err(_) if !paths.is_empty() && context.has_no_directory() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Where a picture goes.
pub(super) enum Target {
    Printed(Format),
    File(PathBuf, Ending, Placing),
}

impl Output {
    pub(super) fn is_file(&self) -> bool {
        self.file.is_some()
    }

    /// Looked at before any work is done. `read` is what the picture is made from: never written over.
    pub(super) fn target(
        &self,
        format: Format,
        read: &[PathBuf],
        workspace: Option<&Workspace>,
    ) -> Result<Target> {
        let Some(file) = &self.file else { return Ok(Target::Printed(format)) };
        let shown = file.display().to_string();
        let ending = match file.extension().and_then(|ending| ending.to_str()) {
            Some("dot" | "gv") => Ending::Dot,
            Some("svg") => Ending::Svg,
            Some("mmd") => Ending::Mermaid,
            Some("txt") => Ending::Text,
            Some(other) => {
                let error = Error::input(format!("no picture ends in `.{other}`")).at(shown);
                return Err(error.hint("`.dot`, `.svg`, `.mmd` (Mermaid) or `.txt`"));
            }
            None => {
                let error =
                    Error::input("the file's ending says what is written, and there is none").at(shown);
                return Err(error.hint("`.dot`, `.svg`, `.mmd` (Mermaid) or `.txt`"));
            }
        };
        if format == Format::Json {
            let error =
                Error::input("`--format json` prints nodes and edges, `-o` writes a picture").at(shown);
            return Err(error.hint("leave one of them out; `> FILE` keeps what is printed"));
        }
        let full = file.canonicalize();
        let is_read = read.iter().any(|read| match (&full, read.canonicalize()) {
            (Ok(full), Ok(read)) => full.starts_with(read),
            _ => false,
        });
        if is_read || workspace.is_some_and(|workspace| workspace.is_log(file)) {
            return Err(Error::input("-o would write over what the picture is made from")
                .at(shown)
                .hint("name a new file elsewhere"));
        }
        Ok(Target::File(file.clone(), ending, self.layout))
    }
}

impl Target {
    pub(super) fn put(
        self,
        picture: &Picture,
        as_text: &dyn Fn() -> String,
        context: &mut Context,
    ) -> anyhow::Result<Exit> {
        match self {
            Target::Printed(Format::Text) => context.print(&dot::write(picture))?,
            Target::Printed(Format::Json) => context.print(&picture.json())?,
            Target::File(file, ending, placing) => {
                let text = match ending {
                    Ending::Dot => dot::write(picture),
                    Ending::Svg => drawn(picture, placing, context)?,
                    Ending::Mermaid => mermaid::write(picture),
                    Ending::Text => as_text(),
                };
                write(&file, &text)?;
            }
        }
        for note in &picture.notes {
            context.warn(&format!("note: {note}"));
        }
        Ok(Exit::Holds)
    }
}

fn drawn(picture: &Picture, placing: Placing, context: &mut Context) -> Result<String> {
    if placing != Placing::Builtin {
        match by_graphviz(&dot::write(picture)) {
            Ok(Some(text)) => return Ok(text),
            Ok(None) if placing == Placing::Auto => {}
            Ok(None) => {
                let error = Error::input("Graphviz is not installed: there is no `dot`");
                return Err(error.hint("`--layout builtin` draws without it"));
            }
            Err(error) if placing == Placing::Dot => return Err(error),
            Err(error) => context.warn(&format!("note: {error}; drawn without it")),
        }
    }
    if !svg::fits(picture) {
        let (boxes, arrows) = (picture.nodes.len(), picture.edges.len());
        let what = format!("{boxes} boxes and {arrows} arrows are too many to be placed without Graphviz");
        let hint = "install Graphviz, or write a `.dot` or `.txt` file";
        return Err(Error::input(what).hint(format!("{hint}; up to {} boxes are placed", svg::MOST)));
    }
    Ok(svg::write(picture))
}

/// What `dot` makes of it; none where there is no `dot`.
fn by_graphviz(text: &str) -> Result<Option<String>> {
    let failed = |what: String| Error::input(format!("Graphviz's `dot` failed: {what}"));
    let started = Command::new("dot")
        .arg("-Tsvg")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match started {
        Ok(child) => child,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error.to_string())),
    };
    let mut stdin = child.stdin.take().expect("it is piped");
    let output = std::thread::scope(|scope| {
        // Beside the reading: neither waits for the other.
        scope.spawn(move || {
            // If it stops reading, it says why at its end.
            let _ = stdin.write_all(text.as_bytes());
        });
        child.wait_with_output()
    });
    let output = output.map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(failed(said.lines().next().unwrap_or("it says nothing").to_string()));
    }
    match String::from_utf8(output.stdout) {
        Ok(text) => Ok(Some(text)),
        Err(_) => Err(failed("what it wrote is not UTF-8".into())),
    }
}

/// All of it or nothing: whoever reads the old file meanwhile reads the old file.
fn write(path: &Path, text: &str) -> Result<()> {
    let shown = path.display().to_string();
    let failed = |error: std::io::Error| Error::io("write the file", &shown, &error);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any new file; what the user masks stays masked.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.prefix(".anyorder-").tempfile_in(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}
