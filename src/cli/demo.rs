//! `anyorder demo`: a day with the program, in a folder of its own.
//!
//! A tour is a list of sentences and command lines. The commands are run as a person would run
//! them, through the same [`execute`](super::execute); nothing in here knows what they do.

use super::context::Context;
use super::{Exit, execute};
use crate::error::{Error, Result};
use std::path::{Path, PathBuf};

/// A guided tour: a day with one process, in a minute
///
/// Makes a workspace in a temporary folder, appends an order's events, runs, lets an alarm ring,
/// shows the story of a conversation, and replays the day through the process's next version.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  anyorder demo --keep /tmp/first-order")]
pub struct Args {
    /// Keep the workspace in this folder, which must not be there yet, or be empty
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

const FILES: [(&str, &str); 3] = [
    ("anyorder.yaml", include_str!("../../fixtures/first-order/anyorder.yaml")),
    ("processes/order@1.yaml", include_str!("../../fixtures/first-order/processes/order@1.yaml")),
    ("next/order@2.yaml", include_str!("../../fixtures/first-order/next/order@2.yaml")),
];

/// A sentence, and the commands that follow it. Ids and times are named, so that the tour is the same
/// every time.
const TOUR: &[(&str, &[&[&str]])] = &[
    (
        "At noon Ada orders a burger, and Bob a salad. Each event goes into the log of its module.",
        &[
            &[
                "append",
                "OrderPlaced",
                "--id",
                "ada",
                "--time",
                "2026-11-21T12:00:00Z",
                "--data",
                "{\"item\":\"burger\",\"total\":12.50}",
            ],
            &[
                "append",
                "OrderPlaced",
                "--id",
                "bob",
                "--time",
                "2026-11-21T12:01:00Z",
                "--data",
                "{\"item\":\"salad\",\"total\":9.00}",
            ],
        ],
    ),
    (
        "Ada pays after four minutes.",
        &[&[
            "append",
            "OrderPaid",
            "--id",
            "ada-pays",
            "--correlation",
            "ada",
            "--time",
            "2026-11-21T12:04:00Z",
            "--data",
            "{\"amount\":12.50}",
        ]],
    ),
    ("The process decides what that means. Time is virtual: it is what the messages say.", &[&["run"]]),
    (
        "Bob has not paid. Let an hour pass: his alarm rings; Ada's rings too, and means nothing.",
        &[&["run", "--for", "1h"]],
    ),
    (
        "Ada's burger is cooked. And then Bob pays after all.",
        &[
            &[
                "append",
                "FoodCooked",
                "--id",
                "burger",
                "--correlation",
                "ada",
                "--time",
                "2026-11-21T13:10:00Z",
            ],
            &[
                "append",
                "OrderPaid",
                "--id",
                "bob-pays",
                "--correlation",
                "bob",
                "--time",
                "2026-11-21T13:20:00Z",
                "--data",
                "{\"amount\":9.00}",
            ],
            &["run"],
            &["status"],
        ],
    ),
    ("Bob's story. His money came late: it was kept, and he got no salad.", &[&["trace", "bob"]]),
    (
        "Running again finds nothing to do; and every decision, made again, comes out the same.",
        &[&["run"], &["replay", "--process", "order@1"]],
    ),
    (
        "Version 2 is a draft that reminds once and gives late money back. What would it have done with today?",
        &[&["replay", "--process", "order@1", "--against", "next/order@2.yaml"]],
    ),
];

const NEXT: &str = "\
# That was the day. To go on from here:
#   anyorder demo --keep DIR            the same, and you keep the folder: look at log/order.jsonl
#   anyorder replay LOG --process FILE  your own log, through a process that you write
#   anyorder --help                     all verbs
";

pub fn run(args: Args, context: &mut Context) -> anyhow::Result<Exit> {
    let temporary;
    let folder = match &args.keep {
        Some(folder) => {
            make_empty(folder)?;
            folder.as_path()
        }
        None => {
            let made = tempfile::tempdir();
            temporary = made.map_err(|error| Error::io("make a folder", "the temporary folder", &error))?;
            temporary.path()
        }
    };
    for (name, text) in FILES {
        write(&folder.join(name), text)?;
    }
    for (sentence, commands) in TOUR {
        context.print(&format!("# {sentence}\n"))?;
        for command in *commands {
            context.print(&format!("$ anyorder {}\n", shell(command)))?;
            let anchored = anchored(folder, command);
            let code = execute(anchored, context.out, context.err, false);
            if code > Exit::Finding as u8 {
                let what = format!("the tour stopped: `anyorder {}` ended with {code}", shell(command));
                return Err(Error::input(what).into());
            }
        }
        context.print("\n")?;
    }
    context.print(NEXT)?;
    if let Some(folder) = &args.keep {
        context.print(&format!("# The workspace is in {}\n", folder.display()))?;
    }
    Ok(Exit::Holds)
}

/// The command as it is run: in that folder, wherever we are.
fn anchored(folder: &Path, command: &[&str]) -> Vec<std::ffi::OsString> {
    let mut arguments = vec!["anyorder".into(), "-C".into(), folder.into()];
    for (index, argument) in command.iter().enumerate() {
        // The one option of the tour that names a file by its path.
        let is_file = index > 0 && command[index - 1] == "--against";
        arguments.push(if is_file { folder.join(argument).into() } else { argument.into() });
    }
    arguments
}

/// As it would be typed.
fn shell(command: &[&str]) -> String {
    let quoted = command.iter().map(|argument| match argument.contains(['{', '"', ' ', '$']) {
        true => format!("'{argument}'"),
        false => argument.to_string(),
    });
    quoted.collect::<Vec<_>>().join(" ")
}

fn make_empty(folder: &Path) -> Result<()> {
    let shown = folder.display().to_string();
    match std::fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => {
                Err(Error::input("the folder is not empty").at(shown).hint("name one that is not there yet"))
            }
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::io("use the folder", &shown, &error)),
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    let folder = path.parent().expect("a file in a folder");
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(path, text));
    written.map_err(|error| Error::io("write", &path.display().to_string(), &error))
}
