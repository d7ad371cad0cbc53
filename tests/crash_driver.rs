//! Writers of one log, killed at random moments by SIGKILL: what was acknowledged is there, once, at its position;
//! positions go from 1 to n; batches are whole; and what was torn is kept.
//!
//! A short run of `examples/crash`, which says what is checked; docs/reliability.md has a long one.
#![cfg(unix)]

#[path = "../examples/crash/appender.rs"]
mod appender;
#[path = "../examples/crash/driver.rs"]
mod driver;
#[path = "../examples/crash/ledger.rs"]
mod ledger;
#[path = "../examples/crash/work.rs"]
mod work;

use driver::{Driver, Row};
use std::process::Command;
use work::Work;

/// How this program knows that it is started as a writer.
const WORK: &str = "ANYORDER_CRASH_WORK";

#[test]
fn what_was_acknowledged_survives_every_kill() {
    let folder = tempfile::tempdir().unwrap();
    let program = std::env::current_exe().unwrap();
    let command = |work: &Work| {
        let mut command = Command::new(&program);
        command.args(["a_writer", "--exact", "--ignored", "--nocapture"]).env(WORK, work.words().join("\n"));
        command
    };
    let tell = |row: &Row| eprintln!("{row:?}");
    let driver = Driver {
        folder: folder.path(),
        command: &command,
        writers: &[1, 4],
        kills: 36,
        seed: 7,
        long: 6 << 20,
        tell: &tell,
    };
    let rows = driver.run();
    eprint!("{}", driver::table(&rows));
    assert_eq!(rows.len(), 6);
    // Where exactly the kills fall is chance; that some fall inside a write is not.
    let of = |lines: usize| rows.iter().filter(move |row| row.lines == lines);
    for lines in [1, 64, 1_024] {
        assert!(of(lines).map(|row| row.kills).sum::<usize>() >= 12);
        assert!(of(lines).map(|row| row.messages).sum::<u64>() > lines as u64);
    }
    assert!(rows.iter().map(|row| row.write).sum::<usize>() > 0, "{rows:?}");
}

/// Not a test: the process that is killed, which is this program once more.
#[test]
#[ignore = "started by the test above"]
fn a_writer() {
    let Ok(words) = std::env::var(WORK) else { return };
    let words: Vec<String> = words.split('\n').map(String::from).collect();
    appender::run(&Work::read(&words).expect("what to do"));
}
