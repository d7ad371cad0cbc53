//! The least that a program can do which appends a line durably: read its arguments, open, lock, write,
//! unlock, sync. What `anyorder append` is measured against; by the same crates, in the same order.

use clap::Parser;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

#[derive(Parser)]
struct Args {
    file: PathBuf,
    /// The line, without its newline
    #[arg(long)]
    line: String,
}

fn main() -> std::io::Result<()> {
    let args = Args::parse();
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(&args.file)?;
    file.lock()?;
    file.write_all((args.line + "\n").as_bytes())?;
    file.unlock()?;
    file.sync_data()
}
