//! Floor 8: what a person types, and what comes back.
//!
//! One verb a file, each `run(args, context) -> Exit`. Here are the flags, the exit codes, the
//! printing, the wall clock and, beside `store/file/`, the only use of the file system. Decides
//! nothing about processes. `demo` runs the verbs through the same [`execute`] that `main` does.

mod ahead;
mod append;
mod append_lines;
mod check;
mod clock;
mod context;
mod cursor;
mod demo;
mod draft;
mod examples;
mod explain;
mod export;
mod graph;
mod import;
mod init;
mod interrupt;
mod log;
mod manual;
mod new;
mod replay;
mod run;
mod schema;
mod select;
mod settle;
mod shelf;
mod status;
mod test;
mod trace;
mod verbs;
mod verify;
mod workspace;

use crate::error::{Error, Trouble};
use crate::process::workspace_file::WorkspaceFile;
use crate::report::diagnostic;
use anyhow::Result;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use context::Context;
use std::ffi::OsString;
use std::io::{ErrorKind, IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;
use workspace::Workspace;

/// How a verb ends where nothing went wrong with the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It holds.
    Holds = 0,
    /// A finding: orderings diverge, a replay differs, an append met another position than it expected.
    Finding = 1,
    /// A bound was reached.
    Bound = 3,
}

const BAD_INPUT: u8 = 2;
const OUR_BUG: u8 = 4;

/// The heading of the options that every verb takes.
const EVERYWHERE: &str = "Everywhere";

const EXIT_CODES: &str = "\
Start here:
  anyorder demo        a day in a restaurant, in a minute
  anyorder init DIR    a small workspace of your own; its verbs become commands

Exit codes:
  0  it holds
  1  a finding: orderings diverge, a spec fails, a replay differs,
     an append met another position than it expected
  2  bad input or usage
  3  a bound was reached
  4  a bug of anyorder's own";

#[derive(Debug, Parser)]
#[command(name = "anyorder", version, max_term_width = 100, after_help = EXIT_CODES)]
/// A workbench for event-sourced process managers.
///
/// Write a process as one small file; append events to a JSON-lines store; run the process over
/// the log, deterministically, in virtual time; check what it does under every order of its inputs;
/// replay a real log through another version of it.
pub(crate) struct Args {
    /// The workspace; without it, the one around the current directory
    #[arg(short = 'C', value_name = "DIR", global = true, help_heading = EVERYWHERE)]
    directory: Option<PathBuf>,
    /// How results are printed
    #[arg(long, global = true, value_parser = Output::everywhere(), default_value = "text", help_heading = EVERYWHERE)]
    format: Output,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
}

/// What `--format` may say; most verbs know two of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    Text,
    Json,
    Junit,
}

impl Output {
    /// The formats that every verb has.
    fn everywhere() -> impl TypedValueParser<Value = Output> {
        PossibleValuesParser::new(["text", "json"])
            .map(|name| if name == "json" { Output::Json } else { Output::Text })
    }
}

#[derive(Debug, Subcommand)]
enum Verb {
    Demo(demo::Args),
    Init(init::Args),
    New(new::Args),
    Append(append::Args),
    Log(log::Args),
    Trace(trace::Args),
    Graph(graph::Args),
    Run(run::Args),
    Status(status::Args),
    Resume(settle::ResumeArgs),
    End(settle::EndArgs),
    Check(check::Args),
    Test(test::Args),
    Replay(replay::Args),
    Import(import::Args),
    Export(export::Args),
    Verify(verify::Args),
    Explain(explain::Args),
    Schema(schema::Args),
    Man(manual::ManArgs),
    Completions(manual::CompletionArgs),
}

/// The program: arguments, standard output and error, an exit code.
pub fn main() -> ExitCode {
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    let mut out = std::io::BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    let mut err = std::io::stderr();
    let result = catch_unwind(AssertUnwindSafe(|| execute(std::env::args_os(), &mut out, &mut err, colour)));
    ExitCode::from(result.unwrap_or_else(|_| {
        let _ = writeln!(
            err,
            "\nThis is a bug in anyorder, not in your files: what is above says where.\n\
             Nothing that was acknowledged is lost."
        );
        OUR_BUG
    }))
}

/// Runs one command line; answers its exit code.
pub(crate) fn execute(
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    out: &mut dyn Write,
    err: &mut dyn Write,
    colour: bool,
) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
    // The workspace's verbs are known before the line is parsed. A file that is broken takes away only
    // its own verbs: it is complained about where one of them, or the workspace, is asked for.
    let around = verbs::directory(&arguments);
    let file = verbs::file_around(around.as_deref());
    let (words, broken) = match file {
        Ok(file) => ((verbs::add_to(Args::command(), &file), file), None),
        Err(error) => ((Args::command(), WorkspaceFile::default()), Some(error)),
    };
    let (command, file) = words;
    let matches = match command.clone().try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => {
            use clap::error::ErrorKind::{DisplayHelp, InvalidSubcommand};
            return match broken {
                Some(broken) if error.kind() == InvalidSubcommand => failed(&broken.into(), out, err, colour),
                // The list of verbs is one where some are missing.
                Some(broken) if error.kind() == DisplayHelp && error.to_string().contains("\nCommands:") => {
                    let exit = usage(&error, true, out, err);
                    let _ = writeln!(
                        err,
                        "\nThe workspace's own verbs are missing here, since its file is broken:"
                    );
                    failed(&broken.into(), out, err, colour);
                    exit
                }
                _ => usage(&error, Workspace::find(around.as_deref()).is_ok(), out, err),
            };
        }
    };
    let directory = matches.get_one::<PathBuf>("directory").cloned();
    let format = match matches.get_one::<Output>("format").expect("it has a default") {
        Output::Json => Format::Json,
        Output::Text | Output::Junit => Format::Text,
    };
    let mut context = Context::new(directory, format, command, out, err);
    let named = matches.subcommand().and_then(|(name, inside)| Some((file.verb(name)?, inside)));
    let result = match named {
        Some((verb, inside)) => verbs::run(verb, inside, &mut context),
        None => Args::from_arg_matches(&matches)
            .map_err(anyhow::Error::from)
            .and_then(|args| dispatch(args.verb, &mut context)),
    };
    let result = result.and_then(|exit| {
        context.out.flush()?;
        Ok(exit)
    });
    match result {
        Ok(exit) => exit as u8,
        Err(error) => failed(&error, out, err, colour),
    }
}

fn dispatch(verb: Verb, context: &mut Context) -> Result<Exit> {
    match verb {
        Verb::Demo(args) => demo::run(args, context),
        Verb::Init(args) => init::run(args, context),
        Verb::New(args) => new::run(args, context),
        Verb::Append(args) => append::run(args, context),
        Verb::Log(args) => log::run(args, context),
        Verb::Trace(args) => trace::run(args, context),
        Verb::Graph(args) => graph::run(args, context),
        Verb::Run(args) => run::run(args, context),
        Verb::Status(args) => status::run(args, context),
        Verb::Resume(args) => settle::resume(args, context),
        Verb::End(args) => settle::end(args, context),
        Verb::Check(args) => check::run(args, context),
        Verb::Test(args) => test::run(args, context),
        Verb::Replay(args) => replay::run(args, context),
        Verb::Import(args) => import::run(args, context),
        Verb::Export(args) => export::run(args, context),
        Verb::Verify(args) => verify::run(args, context),
        Verb::Explain(args) => explain::run(args, context),
        Verb::Schema(args) => schema::run(args, context),
        Verb::Man(args) => manual::man(args, context),
        Verb::Completions(args) => manual::completions(args, context),
    }
}

/// `--help` and `--version` are results; anything else that clap says is bad usage.
fn usage(error: &clap::Error, in_workspace: bool, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    let text = error.render();
    if error.use_stderr() {
        let _ = write!(err, "{text}");
        let unknown = error.kind() == clap::error::ErrorKind::InvalidSubcommand
            && error.get(clap::error::ContextKind::SuggestedSubcommand).is_none();
        if unknown && !in_workspace {
            let _ = writeln!(
                err,
                "\nVerbs such as place-order belong to a workspace, and here is none: -C DIR names one."
            );
        }
        return BAD_INPUT;
    }
    let _ = write!(out, "{text}");
    let _ = out.flush();
    Exit::Holds as u8
}

fn failed(error: &anyhow::Error, out: &mut dyn Write, err: &mut dyn Write, colour: bool) -> u8 {
    // A reader that has seen enough is no trouble: `anyorder log | head`.
    if let Some(io) = error.downcast_ref::<std::io::Error>() {
        if io.kind() == ErrorKind::BrokenPipe {
            return Exit::Holds as u8;
        }
        let _ = writeln!(err, "error: cannot print: {io}");
        return BAD_INPUT;
    }
    let _ = out.flush();
    let Some(error) = error.downcast_ref::<Error>() else {
        let _ = writeln!(err, "error: {error:#}");
        return BAD_INPUT;
    };
    let _ = write!(err, "{}", diagnostic::render(error, colour));
    if let Some(more) = diagnostic::more(error).filter(|_| std::io::stderr().is_terminal()) {
        let _ = write!(err, "\n{more}");
    }
    match error.trouble() {
        Trouble::Input => BAD_INPUT,
        Trouble::Conflict => Exit::Finding as u8,
        Trouble::Bound => Exit::Bound as u8,
    }
}
