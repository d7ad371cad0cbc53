//! The explorer against brute force, on seeded random scenarios: what it covers, and that both agree.
//!
//! `ANYORDER_THOROUGH=1` takes twenty times as many; `ANYORDER_SEED=n` takes that one alone.

#[path = "common/brute/mod.rs"]
mod brute;

use anyorder::explore::Report;
use brute::agreement::agree;
use brute::coverage::{Coverage, Wanted};
use brute::generate::{made, walked};
use brute::interpret::Outcome;
use brute::model::*;
use brute::orderings::{Told, walk};
use brute::production::explored;
use brute::{seeds_by, yaml};

/// What the scenarios are about.
const WANTED: Wanted = Wanted { note: noted, floors };

fn noted(coverage: &mut Coverage, case: &Case, told: &Told) {
    let mut note = |what: &str, holds: bool| coverage.note(what, holds);
    for outcome in Outcome::ALL {
        note(&format!("outcome: {outcome:?}"), told.outcomes.contains(&outcome));
    }
    note("an alarm rang", told.rang);
    note("several outcomes", told.found.len() > 1);
    let reduced = |report: Report| report.interchanged.is_some();
    note("some are interchangeable", explored(case).is_ok_and(reduced));
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
    note("causal with causes", case.causal && case.deliver.iter().any(|stimulus| !stimulus.after.is_empty()));
    for alarms in [Alarms::Any, Alarms::Last, Alarms::Never] {
        note(&format!("alarms {alarms:?}"), case.alarms == alarms);
        note(&format!("alarms {alarms:?}, and rang"), case.alarms == alarms && told.rang);
    }
    note("verdict violated", told.verdict(case) == "violated");
    note("verdict converges", told.verdict(case) == "converges");
    note("verdict as-declared", told.verdict(case) == "as-declared");
    note("outcomes declared", case.expect.outcomes.is_some());
    note("a declared outcome never reached", !told.unreached(case).is_empty());
    let findings = told.findings(case);
    let kind = |kind: &str| findings.iter().any(|finding| finding.kind.starts_with(kind));
    for what in ["always", "finally", "undeclared", "parked", "unfinished", "never-started"] {
        note(&format!("finding {what}"), kind(what));
    }
    note("some orderings break a property", told.broken.iter().any(|f| f.orderings < told.orderings));
    note("a guard on the time", case.processes.iter().any(reads_the_time));
    note("two conversations", case.several_conversations());
    let open = |process: &Process| {
        process
            .states
            .iter()
            .any(|state| state.on.iter().any(|(on, _)| state.ignore.contains(on) || state.defer.contains(on)))
    };
    note("ignored or deferred where no guard holds", case.processes.iter().any(open));
    note("verdict diverges", told.verdict(case) == "diverges");
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

fn floors(coverage: &Coverage) {
    coverage.floor("an alarm rang", 20);
    coverage.floor("several outcomes", 30);
    coverage.floor("some are interchangeable", 10);
    for outcome in Outcome::ALL {
        // A ring that waited while its life was forgotten is rare; what comes twice is in
        // `check_oracle_faults.rs`.
        let least = if matches!(outcome, Outcome::Stale | Outcome::Duplicate) { 0 } else { 5 };
        coverage.floor(&format!("outcome: {outcome:?}"), least);
    }
    assert!(coverage.seen["finding undeclared"] >= 5, "undeclared outcomes");
    assert!(coverage.seen["outcome: Stale"] >= 5, "rings that waited while a life was forgotten");
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
        coverage.floor(policy, 10);
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
        "outcome-by: data",
        "two conversations",
        "ignored or deferred where no guard holds",
        "finding always",
    ] {
        coverage.floor(what, 5);
    }
    for what in [
        "several alike, which count as one",
        "six messages",
        "an end with a way back",
        "starts-when",
        "a guard on the time",
        "a declared outcome never reached",
        "verdict as-declared",
        "finding finally",
        "some orderings break a property",
        "finding never-started",
    ] {
        coverage.floor(what, 2);
    }
}
fn reads_the_time(process: &Process) -> bool {
    let mut guards = process.reactions().flat_map(|reaction| &reaction.when);
    guards.any(|guard| matches!(guard, Guard::Until(_)))
}

#[test]
fn the_explorer_agrees_with_brute_force() {
    agree(seeds_by(2_500, 20), walked, &WANTED);
}

/// Where causes and the order of a module say opposite things, there is no ordering to speak of.
#[test]
fn orders_that_contradict_each_other_are_bad_input() {
    let mut contradicted = 0;
    for seed in 0..3_000 {
        let case = made(seed);
        if case.contradicts() {
            contradicted += 1;
            assert!(walk(&case, 30_000).is_none(), "{}", yaml::scenario(&case));
            let error = explored(&case).expect_err("nothing can come of it");
            assert!(error.contains("would wait for itself"), "{error}\n{}", yaml::scenario(&case));
        }
    }
    assert!(contradicted > 10, "only {contradicted}");
}
