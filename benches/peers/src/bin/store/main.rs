//! The store beside others, in turns, on a large log: one table of what is asked for and what was measured.
//!
//! `store DIR [PART…]`; README.md says what each row does, and why it is fair.

mod batches;
mod one;
mod place;
mod scans;
mod sqlite;
mod table;
mod whole;
mod writers;

use clap::{Parser, ValueEnum};
use place::Place;
use std::path::PathBuf;
use table::Table;

#[derive(Parser)]
pub struct Args {
    /// A workspace that examples/generate has made; what is written for the measurements goes below
    /// DIR/speed, on the same disk
    dir: PathBuf,
    /// Which parts; without any, all
    #[arg(value_enum)]
    parts: Vec<Part>,
    /// Rounds of what takes milliseconds
    #[arg(long, default_value_t = 51)]
    rounds: usize,
    /// Rounds of what takes a second, and of batches
    #[arg(long, default_value_t = 11)]
    scans: usize,
    /// Rounds of what takes many seconds
    #[arg(long, default_value_t = 3)]
    slow: usize,
    /// The program that is measured
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/release/anyorder"))]
    anyorder: PathBuf,
    /// How DuckDB is called: it gets `-c SQL`
    #[arg(long, default_value = "duckdb")]
    duckdb: PathBuf,
    /// Leave DIR/speed where it is: the copies and the database, which the next run takes again
    #[arg(long)]
    keep: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    AppendOne,
    Batches,
    Writers,
    Conversation,
    Count,
    Index,
}

fn main() {
    // A process that starts others and says what they took; see whole.rs.
    let mut words = std::env::args_os().skip(1);
    if words.next().is_some_and(|word| word == whole::MEASURED) {
        return whole::measured(words);
    }
    let args = Args::parse();
    let parts = match args.parts.is_empty() {
        true => Part::value_variants().to_vec(),
        false => args.parts.clone(),
    };
    let mut place = Place::new(&args);
    let mut table = Table::new();
    for part in parts {
        eprintln!("{} …", part.to_possible_value().expect("it has a name").get_name());
        match part {
            Part::AppendOne => one::append_one(&args, &mut place, &mut table),
            Part::Batches => batches::batches(&args, &mut place, &mut table),
            Part::Writers => writers::writers(&args, &mut place, &mut table),
            Part::Conversation => scans::conversation(&args, &mut place, &mut table),
            Part::Count => scans::count(&args, &mut place, &mut table),
            Part::Index => scans::index(&args, &mut place, &mut table),
        }
    }
    println!("{}\n", place.about());
    table.print();
    if !args.keep {
        place.remove();
    }
}
