//! The explorer against brute force where something may go wrong, on both hosts: seeded random scenarios with
//! duplicates, losses and crashes. Both agree in counts, outcomes, nearest orderings, findings, verdicts, and
//! in which faults each outcome and each finding needs.
//!
//! `ANYORDER_THOROUGH=1` takes ten times as many; `ANYORDER_SEED=n` takes that one alone.

#[path = "common/brute/mod.rs"]
mod brute;
#[path = "common/shelf.rs"]
mod shelf;

use anyorder::explore::{outcome_of, step_through};

use brute::agreement::agree;
use brute::coverage::{Coverage, Wanted};
use brute::generate::walked_with_faults;
use brute::interpret::Outcome;
use brute::model::*;
use brute::orderings::Told;
use brute::{seeds, yaml};

const WANTED: Wanted = Wanted { note: noted, floors };

fn noted(coverage: &mut Coverage, case: &Case, told: &Told) {
    let Faults { duplicates, losses, crashes } = case.faults;
    let needed = told.found.iter().any(|found| !found.needs.contains(&Faults::default()));
    let findings = told.findings(case);
    let by_fault = findings.iter().any(|finding| !finding.needs.contains(&Faults::default()));
    let said = |sign: char| told.found.iter().any(|f| f.example.iter().any(|word| word.contains(sign)));
    let several = findings.iter().any(|finding| finding.needs.len() > 1);
    for (what, holds) in [
        ("duplicates", duplicates > 0),
        ("losses", losses > 0),
        ("crashes", crashes > 0),
        ("two of a kind", duplicates > 1 || losses > 1 || crashes > 1),
        ("several kinds", u8::from(duplicates > 0) + u8::from(losses > 0) + u8::from(crashes > 0) > 1),
        ("no fault at all", case.faults.sum() == 0),
        ("host anyorder", !case.forgets),
        ("host at-least-once", case.forgets),
        ("host at-least-once, and a crash", case.forgets && told.struck.contains(&'c')),
        ("a message came twice", told.struck.contains(&'+')),
        ("a message was lost", told.struck.contains(&'-')),
        ("outcome duplicate", told.outcomes.contains(&Outcome::Duplicate)),
        ("an outcome that needs a fault", needed),
        ("a finding that needs a fault", by_fault),
        ("a finding with several smallest budgets", several),
        ("a nearest ordering with a crash", said('(') && crashes > 0),
        ("a nearest ordering with a duplicate", said('+')),
        ("a nearest ordering with a loss", said('-')),
        ("an alarm rang", told.rang),
        ("an alarm rang, and a crash", told.rang && crashes > 0),
        ("two processes", case.processes.len() == 2),
        ("two conversations", case.several_conversations()),
        ("alike", case.alike),
        ("causal", case.causal),
        ("fifo", case.fifo),
        ("some first", !case.first.is_empty()),
        ("three messages", case.deliver.len() >= 3),
        ("more than 100 orderings", told.orderings > 100),
        ("more than 1,000 orderings", told.orderings > 1_000),
    ] {
        coverage.note(what, holds);
    }
}

/// At least so many in a hundred.
fn floors(coverage: &Coverage) {
    for (what, percent) in [
        ("duplicates", 30),
        ("losses", 20),
        ("crashes", 30),
        ("two of a kind", 15),
        ("several kinds", 25),
        ("no fault at all", 5),
        ("host anyorder", 40),
        ("host at-least-once", 40),
        ("host at-least-once, and a crash", 10),
        ("outcome duplicate", 15),
        ("an outcome that needs a fault", 20),
        ("a finding that needs a fault", 12),
        ("a finding with several smallest budgets", 0),
        ("a nearest ordering with a crash", 5),
        ("a nearest ordering with a duplicate", 4),
        ("a nearest ordering with a loss", 10),
        ("an alarm rang, and a crash", 5),
        ("two processes", 20),
        ("two conversations", 5),
        ("alike", 15),
        ("causal", 20),
        ("fifo", 20),
        ("some first", 20),
        ("three messages", 20),
        ("more than 100 orderings", 20),
    ] {
        coverage.floor(what, percent);
    }
}

#[test]
fn the_explorer_agrees_with_brute_force_where_things_go_wrong() {
    agree(seeds(1_000), walked_with_faults, &WANTED);
}

/// Law 9 with the signs of faults: what is shown can be given back, and leads to where it was said to lead.
#[test]
fn orderings_with_faults_are_given_back() {
    let (mut given, mut struck) = (0, 0);
    for seed in seeds(400) {
        let (case, _) = walked_with_faults(seed);
        let texts: Vec<String> = case.processes.iter().map(yaml::definition).collect();
        let scenario = shelf::Shelf::new(&texts).scenario(&yaml::scenario(&case));
        let report = shelf::report(&scenario, scenario.orders[0]);
        for found in &report.outcomes {
            let words: Vec<&str> = found.example.iter().map(String::as_str).collect();
            let outcome = outcome_of(&scenario, report.order, &words)
                .unwrap_or_else(|error| panic!("seed {seed}: {error:?}\n{}", yaml::scenario(&case)));
            let told = (&outcome.rests, &outcome.effects, &outcome.data);
            let said = (&found.outcome.rests, &found.outcome.effects, &found.outcome.data);
            assert_eq!(told, said, "seed {seed}: {words:?}");
            let stepped = step_through(&scenario, report.order, &words).unwrap();
            assert!(stepped.ends, "seed {seed}: {words:?} goes on with {:?}", stepped.next);
            given += 1;
            struck += usize::from(!found.needs.contains(&anyorder::explore::Faults::NONE));
        }
        for finding in &report.findings {
            let words: Vec<&str> = finding.ordering.iter().map(String::as_str).collect();
            outcome_of(&scenario, report.order, &words).unwrap();
        }
    }
    println!("{given} orderings given back, {struck} of them with faults");
    assert!(given < 100 || struck * 5 > given, "only {struck} of {given} need a fault");
}
