//! The explorer against brute force, on seeded random scenarios: what it covers, and that both agree.
//!
//! `ANYORDER_THOROUGH=1` takes ten times as many; `ANYORDER_SEED=n` takes that one alone.

#[path = "common/brute/mod.rs"]
mod brute;

use brute::generate::walked;
use brute::interpret::Outcome;
use brute::model::*;
use brute::orderings::{Told, walk};
use brute::production::{lines_of, lines_told};
use brute::shrink::shrunk;
use brute::yaml;
use std::collections::BTreeMap;

fn seeds() -> std::ops::Range<u64> {
    let thorough = std::env::var_os("ANYORDER_THOROUGH").is_some();
    match std::env::var("ANYORDER_SEED") {
        Ok(seed) => {
            let seed = seed.parse().expect("ANYORDER_SEED is a number");
            seed..seed + 1
        }
        Err(_) => 0..if thorough { 50_000 } else { 5_000 },
    }
}

/// What the scenarios are about.
#[derive(Default)]
struct Coverage {
    total: u64,
    orderings: u64,
    steps: u64,
    seen: BTreeMap<String, u64>,
}

impl Coverage {
    fn take(&mut self, case: &Case, told: &Told) {
        self.total += 1;
        self.orderings += told.orderings;
        self.steps += told.nodes;
        let mut note =
            |what: &str, holds: bool| *self.seen.entry(what.to_string()).or_default() += u64::from(holds);
        for outcome in Outcome::ALL {
            note(&format!("outcome: {outcome:?}"), told.outcomes.contains(&outcome));
        }
        note("an alarm rang", told.rang);
        note("several outcomes", told.found.len() > 1);
        note("more than 100 orderings", told.orderings > 100);
        let rests = |words: &str| told.found.iter().any(|found| found.outcome.contains(words));
        note("rests not started", rests("not-started"));
        note("rests unfinished", rests("unfinished: "));
        note("rests parked", rests("parked: "));
        note("rests parked by an expression", rests("no member"));
        note("two processes", case.processes.len() == 2);
        note("two processes and several outcomes", case.processes.len() == 2 && told.found.len() > 1);
        let hears = |one: &Process, other: &Process| {
            one.name != other.name
                && one.reactions().flat_map(|r| &r.sends).any(|sending| other.hears(sending.type_))
        };
        let pair = |of: &dyn Fn(&Process, &Process) -> bool| {
            case.processes.iter().any(|one| case.processes.iter().any(|other| of(one, other)))
        };
        note("one process hears what the other sends", pair(&hears));
        note("six messages", case.deliver.len() == 6);
        note("five messages", case.deliver.len() == 5);
        note("some first", !case.first.is_empty());
        let several = |same: &dyn Fn(usize, usize) -> bool| {
            (0..case.deliver.len()).any(|one| (0..one).any(|other| same(one, other)))
        };
        let same_type = |one: usize, other: usize| case.deliver[one].type_ == case.deliver[other].type_;
        note("several of a type", several(&same_type));
        let alike = several(&|one, other| case.are_alike(one, other));
        note("several alike", alike);
        note("several alike, which count as one", alike && case.alike);
        note("outcome-by: data", case.by_data);
        note("order any", !case.causal && !case.fifo);
        note("order causal", case.causal && !case.fifo);
        note("order fifo", case.fifo && !case.causal);
        note("order causal and fifo", case.causal && case.fifo);
        note(
            "causal with causes",
            case.causal && case.deliver.iter().any(|stimulus| !stimulus.after.is_empty()),
        );
        for alarms in [Alarms::Any, Alarms::Last, Alarms::Never] {
            note(&format!("alarms {alarms:?}"), case.alarms == alarms);
            note(&format!("alarms {alarms:?}, and rang"), case.alarms == alarms && told.rang);
        }
        note("verdict violated", told.verdict() == "violated");
        note("verdict converges", told.verdict() == "converges");
        note("verdict diverges", told.verdict() == "diverges");
        for process in &case.processes {
            note(&format!("before-start {:?}", process.before_start), true);
            note(&format!("unexpected {:?}", process.unexpected), true);
            note(&format!("after-end {}", if process.forget { "forget" } else { "remember" }), true);
            note("starts-when", process.starts_when.is_some());
            note("a starter with a reaction", process.starters[0].rule.is_some());
            note("begins in an end", process.states[process.initial].end);
            let back = process.states.iter().filter(|state| state.end).flat_map(|state| &state.on);
            let leaves = |reaction: &Reaction| reaction.to.is_some_and(|to| !process.states[to].end);
            note("an end with a way back", back.clone().any(|(_, rule)| rule.iter().any(leaves)));
        }
    }

    fn print(&self) {
        println!("{} scenarios, {} orderings, {} steps", self.total, self.orderings, self.steps);
        for (what, count) in &self.seen {
            println!("{what:40} {count:6} {:5.1} %", *count as f64 * 100.0 / self.total as f64);
        }
    }

    /// At least so many in a hundred.
    fn floor(&self, what: &str, percent: u64) {
        let count = self.seen.get(what).copied().unwrap_or(0);
        assert!(count * 100 >= self.total * percent, "{what}: only {count} of {}", self.total);
    }

    fn floors(&self) {
        self.floor("an alarm rang", 20);
        self.floor("several outcomes", 30);
        for outcome in Outcome::ALL {
            // A ring that waited while its life was forgotten is rare.
            let least = if outcome == Outcome::Stale { 0 } else { 5 };
            self.floor(&format!("outcome: {outcome:?}"), least);
        }
        assert!(self.seen["outcome: Stale"] >= 5, "rings that waited while a life was forgotten");
        for policy in [
            "before-start Defer",
            "before-start Park",
            "before-start Ignore",
            "unexpected Park",
            "unexpected Ignore",
            "unexpected Defer",
            "after-end remember",
            "after-end forget",
        ] {
            self.floor(policy, 10);
        }
        for what in [
            "two processes and several outcomes",
            "one process hears what the other sends",
            "several of a type",
            "order any",
            "order causal",
            "order fifo",
            "order causal and fifo",
            "alarms Any, and rang",
            "alarms Last, and rang",
            "alarms Never",
            "some first",
            "rests parked",
            "rests unfinished",
            "more than 100 orderings",
            "five messages",
        ] {
            self.floor(what, 5);
        }
        for what in
            ["several alike, which count as one", "six messages", "an end with a way back", "starts-when"]
        {
            self.floor(what, 2);
        }
    }
}

/// Where the explorer and brute force part, if they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Difference {
    Refused,
    Orderings,
    Outcomes,
    Example,
    Verdict,
}

fn difference(case: &Case, told: &Told) -> Option<Difference> {
    let mine = lines_told(told);
    let Ok(theirs) = lines_of(case) else { return Some(Difference::Refused) };
    let before = |lines: &[String], mark: &str| -> Vec<String> {
        lines.iter().map(|line| line.split(mark).next().unwrap().to_string()).collect()
    };
    let parts = |lines: &[String]| {
        (before(&lines[..1], ","), before(&lines[1..], ", e.g."), lines[1..].to_vec(), lines[0].clone())
    };
    let (mine, theirs) = (parts(&mine), parts(&theirs));
    match () {
        _ if mine.0 != theirs.0 => Some(Difference::Orderings),
        _ if mine.1 != theirs.1 => Some(Difference::Outcomes),
        _ if mine.2 != theirs.2 => Some(Difference::Example),
        _ if mine.3 != theirs.3 => Some(Difference::Verdict),
        _ => None,
    }
}

#[test]
fn the_explorer_agrees_with_brute_force() {
    let mut bad: BTreeMap<Difference, Vec<u64>> = BTreeMap::new();
    let mut coverage = Coverage::default();
    for seed in seeds() {
        let (case, told) = walked(seed);
        coverage.take(&case, &told);
        if let Some(difference) = difference(&case, &told) {
            bad.entry(difference).or_default().push(seed);
        }
    }
    coverage.print();
    if coverage.total > 1 {
        coverage.floors();
    }
    if bad.is_empty() {
        return;
    }
    for (kind, seeds) in &bad {
        let whole = walked(seeds[0]).0;
        let small = shrunk(whole.clone(), |smaller| {
            walk(smaller, 100_000).is_some_and(|told| difference(smaller, &told) == Some(*kind))
        });
        println!(
            "\n{kind:?}: {} differ, the first seeds are {:?}",
            seeds.len(),
            &seeds[..seeds.len().min(45)]
        );
        println!("\nMade small:\n\n{}", shown(&small));
        println!("\nSeed {} whole:\n\n{}", seeds[0], shown(&whole));
    }
    let count: usize = bad.values().map(Vec::len).sum();
    panic!("{count} scenarios differ; they are printed above");
}

/// A case and both answers.
fn shown(case: &Case) -> String {
    let texts: Vec<String> = case.processes.iter().map(yaml::definition).collect();
    let mine = lines_told(&walk(case, 100_000).unwrap()).join("\n  ");
    let theirs = lines_of(case).map_or_else(|error| error, |lines| lines.join("\n  "));
    let texts = texts.join("\n");
    format!("{texts}\n{}\nbrute force:\n  {mine}\nexplorer:\n  {theirs}", yaml::scenario(case))
}
