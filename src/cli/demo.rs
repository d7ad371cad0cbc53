//! `anyorder demo`: a day with the program, in a folder of its own.
//!
//! A tour is a list of sentences and command lines. The commands are run as a person would run
//! them, through the same [`execute`](super::execute); nothing in here knows what they do.

use super::context::Context;
use super::{Exit, examples, execute};
use crate::error::Error;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A guided tour: a day in a restaurant, in a minute
///
/// Makes the restaurant in a temporary folder and plays a day in it: orders are placed, cooked, priced
/// and paid, alarms ring, one order is parked and settled by hand; the day is replayed through another
/// process; then every order of events is checked, and a picture drawn. Every command is shown as a person would type it, with what it prints.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  anyorder demo --keep /tmp/restaurant")]
pub struct Args {
    /// Keep the workspace in this folder, which must not be there yet, or be empty
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

/// A sentence, and the commands that follow it. Ids and times are named, so that the tour is the same
/// every time.
const TOUR: &[(&str, &[&str])] = &[
    (
        "Noon. The waiter takes three orders. Bob looks as if he would not pay.",
        &[
            "place-order --table 5 --item burger --id ada --time 2026-11-21T12:00:00Z",
            "place-order --table 7 --item salad --dodgy --id bob --time 2026-11-21T12:01:00Z",
            "place-order --table 2 --item soup --id cem --time 2026-11-21T12:02:00Z",
        ],
    ),
    (
        "Two processes hear of them. Ada and Cem pay after eating, Bob pays first; each takes its own.",
        &["run"],
    ),
    (
        "The cook cooks, the assistant manager prices, each adding to the order's document. Ada's total is \
         forgotten.",
        &[
            "cook ada --ingredient bun --ingredient beef --minutes 7 --id ada-2 --time 2026-11-21T12:07:00Z",
            "cook cem --ingredient leek --minutes 4 --id cem-2 --time 2026-11-21T12:07:00Z",
            "price bob --tax 1.10 --total 8.00 --id bob-2 --time 2026-11-21T12:08:00Z",
            "run",
            "price ada --tax 2.00 --id ada-3 --time 2026-11-21T12:09:00Z",
            "price cem --tax 0.90 --total 6.50 --id cem-3 --time 2026-11-21T12:09:00Z",
            "run",
            "status",
        ],
    ),
    (
        "Ada's order is parked, and waits for a person; everybody else's goes on. Leave that message out, \
         price her order again.",
        &[
            "resume ada --skip --id ada-4 --time 2026-11-21T12:10:00Z",
            "price ada --tax 2.00 --total 14.50 --id ada-5 --time 2026-11-21T12:11:00Z",
            "run",
        ],
    ),
    (
        "Bob pays, and then his salad is made. His alarm rings at 12:23: he has paid, so it means nothing.",
        &[
            "pay bob --amount 8.00 --id bob-3 --time 2026-11-21T12:15:00Z",
            "pay ada --amount 14.50 --id ada-6 --time 2026-11-21T12:20:00Z",
            "run --for 5m",
            "cook bob --ingredient lettuce --minutes 3 --id bob-4 --time 2026-11-21T12:26:00Z",
            "run",
        ],
    ),
    (
        "Cem has not paid. Let an hour pass: his alarm rings, remembers how often it rang, and in the end he \
         is a matter for the manager.",
        &["run --for 1h", "trace cem"],
    ),
    (
        "The manager's end of the day: what is done, and what is not.",
        &["settle cem --how his-sister-pays --id cem-4 --time 2026-11-21T23:00:00Z", "run", "status"],
    ),
    (
        "Running again finds nothing to do; and every decision of the day, made again, comes out the same.",
        &["run", "replay --process pay-after-eating@1"],
    ),
    (
        "What if everybody had to pay first? The draft in next/ has never run. Cem's order, through it:",
        &["replay --process pay-after-eating@1 --against next/pay-first@2.yaml --correlation cem"],
    ),
    (
        "A day shows few of the orders in which things may happen. Payment, timeout and cancellation of an \
         order that is paid first, in all of them:",
        &["check pay-first"],
    ),
    (
        "Another draft: food to take away. Of any two messages both orders come out right. Of three:",
        &["check next/takeaway.yaml"],
    ),
    (
        "There it goes wrong, step by step: a payment comes for an order that was given up, then cancelled. \
         The money is kept.",
        &["check next/takeaway.yaml --ordering \"PaymentTimedOut! OrderCancelled OrderPaid\""],
    ),
    (
        "The draft as a picture (`demo --keep DIR` keeps it; `graph trace cem` draws Cem's evening).",
        &["graph process next/takeaway@1.yaml -o takeaway.svg"],
    ),
];

const NEXT: &str = "\
# That was the day. To go on from here:
#   anyorder init DIR                         a small workspace of your own, with comments worth reading
#   anyorder demo --keep DIR                  this one, to look around in: cat DIR/log/*.jsonl
#   anyorder replay LOG --process FILE        your own log, through a process that you write
#   anyorder check --log LOG --process FILE   each conversation of your log, in every order
#   anyorder --help                           all verbs
";

pub fn run(args: Args, context: &mut Context) -> anyhow::Result<Exit> {
    let temporary;
    let folder = match &args.keep {
        Some(folder) => folder.as_path(),
        None => {
            let made = tempfile::tempdir();
            temporary = made.map_err(|error| Error::io("make a folder", "the temporary folder", &error))?;
            temporary.path()
        }
    };
    examples::named("restaurant")?.write(folder)?;
    for (sentence, commands) in TOUR {
        context.print(&format!("# {sentence}\n"))?;
        for command in *commands {
            context.print(&format!("$ anyorder {}\n", command))?;
            let anchored = anchored(folder, command);
            let code = execute(anchored, context.out, context.err, false);
            if code > Exit::Finding as u8 {
                let what = format!("the tour stopped: `anyorder {}` ended with {code}", command);
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

/// The command as it is run: in that folder, wherever we are. What stands between quotes is one word.
fn anchored(folder: &Path, command: &str) -> Vec<OsString> {
    let mut arguments = vec!["anyorder".into(), "-C".into(), folder.into()];
    let quoted = command.split('"').enumerate();
    let words = quoted.flat_map(|(index, part)| match index % 2 {
        0 => part.split_whitespace().collect(),
        _ => vec![part],
    });
    for word in words {
        // A file is named by its path.
        let is_file = [".yaml", ".svg", ".txt"].iter().any(|end| word.ends_with(end));
        arguments.push(if is_file { folder.join(word).into() } else { word.into() });
    }
    arguments
}
