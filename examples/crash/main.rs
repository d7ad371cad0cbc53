//! Kills writers of a log with SIGKILL, a few thousand times, and looks at what is there afterwards.
//! `cargo run --release --example crash -- --kills 2400 --seed 7`
//!
//! It is both: the driver, and (as `crash appender …`) each of the writers. A short run is part of `cargo test`
//! (`tests/crash_driver.rs`); docs/reliability.md has what was found, and what it cannot show. Unix only.

mod appender;
mod driver;
mod ledger;
mod work;

use clap::Parser;
use driver::{Driver, Row};
use std::path::PathBuf;
use std::process::Command;
use work::Work;

#[derive(Parser)]
struct Args {
    /// How many writers are killed
    #[arg(long, default_value_t = 2_400)]
    kills: usize,
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// On which disk: a folder in which one is made for the logs, and removed
    #[arg(long)]
    dir: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().is_some_and(|word| word == "appender") {
        let work =
            Work::read(&words[1..]).ok_or_else(|| anyhow::anyhow!("only the driver starts writers"))?;
        appender::run(&work);
    }
    let args = Args::parse();
    let folder = tempfile::tempdir_in(args.dir.unwrap_or_else(std::env::temp_dir))?;
    let program = std::env::current_exe()?;
    let command = |work: &Work| {
        let mut command = Command::new(&program);
        command.arg("appender").args(work.words());
        command
    };
    let tell = |row: &Row| {
        let Row { lines, writers, kills, write, torn, .. } = row;
        eprintln!(
            "batches of {lines}, {writers} writers: {kills} killed, {write} inside a write, {torn} torn"
        );
    };
    let driver = Driver {
        folder: folder.path(),
        command: &command,
        writers: &[1, 2, 3, 4, 5, 6, 7, 8],
        kills: args.kills,
        seed: args.seed,
        long: 128 << 20,
        tell: &tell,
    };
    print!("{}", driver::table(&driver.run()));
    Ok(())
}
