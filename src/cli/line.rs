//! The command line: the verbs that are built in, those of the workspace, and how a line is read.

use super::{Context, Exit};
use super::{
    append, check, demo, diff, expand, explain, export, graph, import, init, lint, log, manual, migrate, new,
};
use super::{replay, run, schema, settle, status, test, trace, verbs, verify, what_if};
use crate::process::workspace_file::WorkspaceFile;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgMatches, CommandFactory, Parser, Subcommand, ValueEnum};
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// The heading of the options that every verb takes.
pub(super) const EVERYWHERE: &str = "Everywhere";

const EXIT_CODES: &str = "\
Start here:
  anyorder demo        a day in a restaurant, in a minute
  anyorder init DIR    a small workspace of your own; its verbs become commands

Exit codes:
  0  it holds
  1  a finding: orderings diverge, a spec fails, a replay differs, lint
     finds something, an append met another position than it expected
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
pub(super) struct Args {
    #[command(flatten)]
    pub everywhere: Everywhere,
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, clap::Args)]
pub(super) struct Everywhere {
    /// The workspace; without it, the one around the current directory
    #[arg(short = 'C', value_name = "DIR", global = true, help_heading = EVERYWHERE)]
    pub directory: Option<PathBuf>,
    /// How results are printed
    #[arg(long, global = true, value_parser = Output::everywhere(), default_value = "text", help_heading = EVERYWHERE)]
    pub format: Output,
}

/// What `--format` may say; most verbs know two of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Output {
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

/// The verbs that are built in: what each is called, what it takes, and what carries it out.
macro_rules! verbs {
    ($($verb:ident $name:literal $args:path => $run:path;)*) => {
        #[derive(Debug, Subcommand)]
        pub(super) enum Verb {
            $(#[command(name = $name)] $verb($args),)*
        }

        pub(super) const BUILT_IN: &[&str] = &[$($name),*];

        impl Verb {
            pub fn run(self, context: &mut Context) -> anyhow::Result<Exit> {
                match self {
                    $(Verb::$verb(args) => $run(args, context),)*
                }
            }

            /// One of them as clap knows it.
            fn command(name: &str) -> Option<clap::Command> {
                use clap::Args;
                match name {
                    $($name => Some(<$args>::augment_args(clap::Command::new($name))),)*
                    _ => None,
                }
            }
        }
    };
}

verbs! {
    Demo "demo" demo::Args => demo::run;
    Init "init" init::Args => init::run;
    New "new" new::Args => new::run;
    Append "append" append::Args => append::run;
    Log "log" log::Args => log::run;
    Trace "trace" trace::Args => trace::run;
    Graph "graph" graph::Args => graph::run;
    Run "run" run::Args => run::run;
    Status "status" status::Args => status::run;
    Resume "resume" settle::ResumeArgs => settle::resume;
    End "end" settle::EndArgs => settle::end;
    Check "check" check::Args => check::run;
    Test "test" test::Args => test::run;
    Replay "replay" replay::Args => replay::run;
    Diff "diff" diff::Args => diff::run;
    WhatIf "what-if" what_if::Args => what_if::run;
    Migrate "migrate" migrate::Args => migrate::run;
    Lint "lint" lint::Args => lint::run;
    Import "import" import::Args => import::run;
    Export "export" export::Args => export::run;
    Verify "verify" verify::Args => verify::run;
    Expand "expand" expand::Args => expand::run;
    Explain "explain" explain::Args => explain::run;
    Schema "schema" schema::Args => schema::run;
    Man "man" manual::ManArgs => manual::man;
    Completions "completions" manual::CompletionArgs => manual::completions;
}

/// All that may be typed, with the workspace's verbs in it.
pub(super) fn command(file: &WorkspaceFile) -> clap::Command {
    file.verbs.iter().fold(Args::command(), |command, verb| command.subcommand(verbs::of(verb)))
}

/// Reads a line. An append is over in less time than it takes to make ready all the verbs with all their
/// options, so only the one that is named is; what is not understood so, or asks for help, is read again with
/// all of them, which know best what to say.
pub(super) fn read(arguments: &[OsString], file: &WorkspaceFile) -> Result<ArgMatches, clap::Error> {
    let quick = named(arguments).and_then(|verb| only(verb.to_str()?, file));
    match quick.map(|command| command.try_get_matches_from(arguments)) {
        Some(Ok(matches)) => Ok(matches),
        _ => command(file).try_get_matches_from(arguments),
    }
}

/// One verb and what is taken everywhere.
fn only(verb: &str, file: &WorkspaceFile) -> Option<clap::Command> {
    use clap::Args;
    let own = file.verb(verb).map(verbs::of);
    let command = clap::Command::new("anyorder").subcommand_required(true);
    Some(Everywhere::augment_args(command).subcommand(own.or_else(|| Verb::command(verb))?))
}

/// The verb of a line; none where it cannot be told without all that clap knows.
fn named(arguments: &[OsString]) -> Option<&OsStr> {
    let mut arguments = arguments.iter().skip(1);
    loop {
        let argument = arguments.next()?;
        match argument.to_str()? {
            "-C" | "--format" => _ = arguments.next()?,
            text if text.starts_with("-C") || text.starts_with("--format=") => {}
            text if text.starts_with('-') => return None,
            _ => return Some(argument),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::FromArgMatches;

    /// Whatever is understood with one verb is understood just so with all of them.
    #[test]
    fn one_verb_alone_reads_what_all_of_them_read() {
        let file = WorkspaceFile::default();
        for line in [
            "append OrderPlaced --id o-1 -C there --format json",
            "-Cthere log --type OrderPlaced --limit 3",
            "--format json check some.yaml --save there",
            "--format=json status",
            "graph flow -o flow.svg",
            "run --until 2026-11-21T10:00:00Z",
        ] {
            let words = || std::iter::once("anyorder").chain(line.split(' ')).map(OsString::from);
            let words: Vec<OsString> = words().collect();
            let alone = only(named(&words).unwrap().to_str().unwrap(), &file).unwrap();
            let said = |command: clap::Command| {
                let matches = command.try_get_matches_from(&words).unwrap();
                format!("{:?}", Args::from_arg_matches(&matches).unwrap())
            };
            assert_eq!(said(alone), said(command(&file)), "{line}");
        }
        for name in BUILT_IN {
            assert!(only(name, &file).is_some(), "{name}");
            assert!(command(&file).get_subcommands().any(|verb| verb.get_name() == *name), "{name}");
        }
    }
}
