//! The program that is measured, and what it says.

use crate::whole::{Run, Whole};
use crate::{Args, PEER};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What makes it walk every world, where it knows of anything else.
pub const WHOLE: [&str; 2] = ["--no-reduction", "interchangeable,equal-copies"];

pub fn story(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(name)
}

/// `check` of a scenario of a story, as JSON, so that what it counts can be compared.
pub fn check(args: &Args, name: &str, scenario: &str) -> Run {
    let story = story(name);
    let scenario = match scenario.ends_with(".yaml") {
        true => story.join(scenario).into_os_string(),
        false => scenario.into(),
    };
    Run::new(&args.anyorder, &args.out)
        .words(["-C".into(), story.into_os_string(), "check".into(), scenario])
        .words(["--format", "json"])
}

/// The same, as it is and, where the program can, with nothing left out.
pub fn both(args: &Args, name: &str, scenario: &str) -> Vec<(&'static str, Run)> {
    let mut all = vec![("", check(args, name, scenario))];
    if reduces(args) {
        all.push((", every world walked", check(args, name, scenario).words(WHOLE)));
    }
    all
}

/// Whether it knows `--no-reduction`.
pub fn reduces(args: &Args) -> bool {
    let help =
        Command::new(&args.anyorder).args(["check", "--help"]).output().expect("--anyorder: a program");
    let known = String::from_utf8_lossy(&help.stdout).contains(WHOLE[0]);
    if !known {
        eprintln!("  it knows no --no-reduction: those rows are left out");
    }
    known
}

/// This program as a peer.
pub fn peer(args: &Args, words: &[&str]) -> Run {
    let own = std::env::current_exe().expect("it runs");
    Run::new(&own, &args.out).words([PEER]).words(words)
}

/// A report of one scenario.
pub struct Report(Value);

impl Report {
    pub fn of(run: &Run) -> Report {
        let mut all: Vec<Value> = serde_json::from_str(&run.printed()).expect("a list of reports");
        assert_eq!(all.len(), 1, "one scenario");
        Report(all.remove(0))
    }

    pub fn states(&self) -> u64 {
        self.0["states"].as_u64().expect("a number of states")
    }

    pub fn orderings(&self) -> &str {
        self.0["orderings"].as_str().expect("a number of orderings")
    }

    pub fn is_whole(&self) -> bool {
        self.0["exhausted"] == true
    }

    /// Each outcome's name and number of orderings.
    pub fn outcomes(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().expect("a text").to_string();
        let all = self.0["outcomes"].as_array().expect("outcomes");
        all.iter().map(|outcome| (text(&outcome["outcome"]), text(&outcome["orderings"]))).collect()
    }
}

/// What rounds of one command took.
#[derive(Default)]
pub struct Took {
    walls: Vec<f64>,
    busy: Vec<f64>,
    pub peak_kib: u64,
}

impl Took {
    pub fn add(&mut self, whole: &Whole) {
        self.walls.push(whole.wall.as_secs_f64());
        self.busy.push(whole.busy.as_secs_f64());
        self.peak_kib = self.peak_kib.max(whole.peak_kib);
    }

    pub fn seconds(&self) -> f64 {
        crate::table::median(&self.walls)
    }

    /// Of the processor: on a machine that others use, what is left of the clock.
    pub fn busy(&self) -> f64 {
        crate::table::median(&self.busy)
    }

    pub fn megabytes(&self) -> f64 {
        self.peak_kib as f64 * 1024.0 / 1e6
    }
}

/// Commands in turns, so that what else the machine does falls on all of them; each run is looked at.
pub fn in_turns(runs: &[&Run], rounds: usize, look: impl Fn(usize, &Whole)) -> Vec<Took> {
    let mut all: Vec<Took> = runs.iter().map(|_| Took::default()).collect();
    for _ in 0..rounds {
        for (index, run) in runs.iter().enumerate() {
            let whole = run.ended_with(&[]);
            look(index, &whole);
            all[index].add(&whole);
        }
    }
    all
}

/// Factors multiplied, in decimal digits: those of a hundred messages' orderings.
pub fn product(factors: impl IntoIterator<Item = u64>) -> String {
    const PIECE: u64 = 1_000_000_000;
    let mut pieces = vec![1u64];
    for factor in factors {
        let mut carry = 0;
        for piece in &mut pieces {
            carry += *piece * factor;
            *piece = carry % PIECE;
            carry /= PIECE;
        }
        if carry > 0 {
            pieces.push(carry);
        }
    }
    let mut text = pieces.pop().expect("at least one").to_string();
    pieces.iter().rev().for_each(|piece| text.push_str(&format!("{piece:09}")));
    text
}
