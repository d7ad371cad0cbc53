//! Floor 8: what a person types, and what comes back.
//!
//! One verb a file, each `run(args, context) -> Exit`. Here are the flags, the exit codes, the
//! printing, the wall clock and, beside `store/file/`, the only use of the file system. Decides
//! nothing about processes. `demo` runs the verbs through the same [`execute`] that `main` does.

mod ahead;
mod append;
mod append_lines;
mod check;
mod check_all;
mod clock;
mod context;
mod coverage;
mod cursor;
mod demo;
mod diff;
mod draft;
mod draft_steps;
mod examples;
mod expand;
mod explain;
mod export;
mod fresh;
mod graph;
mod import;
mod init;
mod interrupt;
mod line;
mod lint;
mod log;
mod manual;
mod migrate;
mod new;
mod place;
mod replay;
mod run;
mod schema;
mod select;
mod settle;
mod shelf;
mod status;
mod test;
mod trace;
mod upgrade;
mod verbs;
mod verify;
mod what_if;
mod workspace;

use crate::error::{Error, Trouble};
use crate::report::diagnostic;
use clap::FromArgMatches;
use context::Context;
use line::Output;
use std::ffi::OsString;
use std::io::{ErrorKind, IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
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
    // The workspace's verbs are known before the line is read. A file that is broken takes away only
    // its own verbs: it is complained about where one of them, or the workspace, is asked for.
    let around = verbs::directory(&arguments);
    let workspace = Workspace::find(around.as_deref());
    let (file, broken) = match verbs::file_of(&workspace, around.is_some()) {
        Ok(file) => (file, None),
        Err(error) => (Rc::default(), Some(error)),
    };
    let matches = match line::read(&arguments, &file) {
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
                _ => usage(&error, workspace.is_ok(), out, err),
            };
        }
    };
    let directory = matches.get_one::<PathBuf>("directory").cloned();
    let format = match matches.get_one::<Output>("format").expect("it has a default") {
        Output::Json => Format::Json,
        Output::Text | Output::Junit => Format::Text,
    };
    let workspace = workspace.ok().filter(|_| directory == around);
    let mut context = Context::new(directory, workspace, format, file.clone(), out, err);
    let named = matches.subcommand().and_then(|(name, inside)| Some((file.verb(name)?, inside)));
    let result = match named {
        Some((verb, inside)) => verbs::run(verb, inside, &mut context),
        None => line::Args::from_arg_matches(&matches)
            .map_err(anyhow::Error::from)
            .and_then(|args| args.verb.run(&mut context)),
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
