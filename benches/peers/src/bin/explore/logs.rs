//! `check --log`: each conversation of a log in every order.

use crate::Args;
use crate::ours::{self, in_turns};
use crate::table::{Floor, Table, thousands};
use crate::whole::Run;
use std::path::Path;

const CONVERSATIONS: Floor = Floor::AtMost(10.0);
/// Of so many conversations.
const MANY: usize = 100_000;
const ORDERS: Floor = Floor::AtMost(1.0);

pub fn logs(args: &Args, table: &mut Table) {
    match &args.conversations {
        None => table.beside("check --log, generated", "no --conversations DIR was given"),
        Some(dir) => {
            let dir = dir.canonicalize().expect("--conversations: a folder");
            let count = lines(&dir.join("log/orders.jsonl"));
            // What holds of fewer says nothing of that many.
            let floor = if count < MANY { Floor::None } else { CONVERSATIONS };
            for (order, floor) in [("any", floor), ("fifo", Floor::None)] {
                let process = dir.join("processes/order@1.yaml");
                let seconds = seconds(args, &process, &dir.join("log"), order);
                let what =
                    format!("check --log, {} conversations of 8 to 14, {order}", thousands(count as u64));
                table.value(&what, (seconds, "s"), floor);
            }
        }
    }
    match &args.orders {
        None => table.beside("check --log, real orders", "no --orders DIR was given"),
        Some(dir) => {
            let log = dir.canonicalize().expect("--orders: a folder").join("orders.jsonl");
            let process = ours::story("reminders").join("processes/reminders@2.yaml");
            let seconds = seconds(args, &process, &log, "any");
            let what = format!("check --log, real orders, {} messages", thousands(lines(&log) as u64));
            table.value(&what, (seconds, "s"), ORDERS);
        }
    }
}

/// 1 is a finding: not all conversations come to one outcome.
fn seconds(args: &Args, process: &Path, log: &Path, order: &str) -> f64 {
    let run = Run::new(&args.anyorder, &args.out).words(["check", "--order", order, "--process"]).words([
        process,
        Path::new("--log"),
        log,
    ]);
    in_turns(&[&run], args.slow, |_, whole| assert!(whole.code < 2, "exit code {}", whole.code))[0].seconds()
}

fn lines(log: &Path) -> usize {
    let text = std::fs::read(log).unwrap_or_else(|error| panic!("{}: {error}", log.display()));
    memchr::memchr_iter(b'\n', &text).count()
}
