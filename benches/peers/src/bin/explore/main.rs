//! Every order, beside others, in turns: one table of what is asked for and what was measured.
//!
//! `explore [PART…]`; README.md says what each row does, and why it is fair.

mod closed;
mod listing;
mod logs;
mod many;
mod ours;
mod tally;
mod two_phase;

#[path = "../store/table.rs"]
#[allow(dead_code, reason = "peaks with one floor for all are the store's")]
mod table;
#[path = "../store/whole.rs"]
#[allow(dead_code, reason = "some of it is the store's")]
mod whole;

use clap::{Parser, ValueEnum};
use std::fmt::Debug;
use std::path::PathBuf;
use std::str::FromStr;
use table::Table;

/// As the program has it, so that peers have it too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
pub struct Args {
    /// Which parts; without any, all
    #[arg(value_enum)]
    parts: Vec<Part>,
    /// Rounds of what takes milliseconds
    #[arg(long, default_value_t = 21)]
    rounds: usize,
    /// Rounds of what takes seconds
    #[arg(long, default_value_t = 3)]
    slow: usize,
    /// The tally of 24 messages, too: once, some minutes, and gigabytes of memory
    #[arg(long)]
    large: bool,
    /// The worlds after which two-phase commit stops
    #[arg(long, default_value_t = 10_000_000)]
    states: u64,
    /// A workspace that examples/generate has made with --conversations
    #[arg(long, value_name = "DIR")]
    conversations: Option<PathBuf>,
    /// A folder with orders.jsonl, a log of real orders
    #[arg(long, value_name = "DIR")]
    orders: Option<PathBuf>,
    /// The program that is measured
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/release/anyorder"))]
    anyorder: PathBuf,
    /// Where what is printed goes
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/target/explored"))]
    out: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Tally,
    Listing,
    Alike,
    Hundred,
    Apart,
    Regions,
    Closed,
    TwoPhase,
    Logs,
}

/// This program again, which is then a peer that does one thing and ends; so peers are whole commands, too.
pub const PEER: &str = "peer";

fn main() {
    let mut words = std::env::args_os().skip(1);
    match words.next() {
        // A process that starts others and says what they took; see whole.rs.
        Some(word) if word == whole::MEASURED => return whole::measured(words),
        Some(word) if word == PEER => {
            let words: Vec<String> = words.map(|word| word.into_string().expect("a word")).collect();
            return peer(&words.iter().map(String::as_str).collect::<Vec<_>>());
        }
        _ => {}
    }
    let args = Args::parse();
    std::fs::create_dir_all(&args.out).expect("--out can be made");
    let parts = match args.parts.is_empty() {
        true => Part::value_variants().to_vec(),
        false => args.parts.clone(),
    };
    let mut table = Table::new();
    for part in parts {
        eprintln!("{} …", part.to_possible_value().expect("it has a name").get_name());
        match part {
            Part::Tally => tally::tally(&args, &mut table),
            Part::Listing => listing::listing(&args, &mut table),
            Part::Alike => many::alike(&args, &mut table),
            Part::Hundred => many::hundred(&args, &mut table),
            Part::Apart => many::apart(&args, &mut table),
            Part::Regions => many::regions(&args, &mut table),
            Part::Closed => closed::closed(&args, &mut table),
            Part::TwoPhase => two_phase::two_phase(&args, &mut table),
            Part::Logs => logs::logs(&args, &mut table),
        }
    }
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    println!("{cores} cores, load {}\n", load());
    table.print();
}

/// What else the machine has been doing: of the last minute, five, fifteen.
fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}

fn peer(words: &[&str]) {
    fn number<T: FromStr<Err: Debug>>(word: &str) -> T {
        word.parse().expect("a number")
    }
    match words {
        ["tally", k, how, threads] => tally::peer(number(k), how, number(threads)),
        ["listing", k] => listing::peer(number(k)),
        ["two-phase", kind, participants, how, threads] => {
            two_phase::peer(kind, number(participants), how, number(threads));
        }
        _ => panic!("no peer {words:?}"),
    }
}
