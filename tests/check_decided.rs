//! What decides an outcome, compared with all orderings of small random scenarios, listed one by one.

#[path = "common/brute/mod.rs"]
mod brute;
mod common;

use anyorder::explore::explore;
use brute::generate::walked;
use brute::production::{explored, line_of, line_told};
use brute::yaml;
use common::library::scenario;
use std::collections::BTreeSet;
use std::path::Path;

type Ordering = Vec<String>;

/// A choice by its text, and which of that text it is.
type Moment = (String, usize);

/// `2nd Late!`, or `Late!`, which is the first.
fn moment(text: &str) -> Moment {
    let times = ["1st ", "2nd ", "3rd ", "4th ", "5th "];
    let time = times.iter().position(|time| text.starts_with(time));
    (text[time.map_or(0, |_| 4)..].to_string(), time.unwrap_or(0))
}

fn never() -> Moment {
    (String::new(), 0)
}

fn at(ordering: &Ordering, (text, time): &Moment) -> Option<usize> {
    ordering.iter().enumerate().filter(|(_, choice)| *choice == text).nth(*time).map(|(at, _)| at)
}

/// The first happens, and the second comes after it or never.
fn obeys(ordering: &Ordering, (first, then): &(Moment, Moment)) -> bool {
    at(ordering, first).is_some_and(|first| at(ordering, then).is_none_or(|then| first < then))
}

/// All choices, each as often as it comes at most.
fn moments(all: &[&Ordering]) -> Vec<Moment> {
    let mut found = BTreeSet::new();
    for ordering in all {
        for (place, text) in ordering.iter().enumerate() {
            found.insert((text.clone(), ordering[..place].iter().filter(|other| *other == text).count()));
        }
    }
    found.into_iter().collect()
}

#[test]
fn what_decides_an_outcome_holds_in_all_its_orderings_and_says_when_it_is_enough() {
    let (mut outcomes, mut exact, mut pairs) = (0, 0, 0);
    for seed in 0..1_000 {
        let (case, told) = walked(seed);
        let all: Vec<&Ordering> = told.found.iter().flat_map(|found| &found.all).collect();
        if told.found.len() < 2 || all.len() as u64 != told.orderings {
            continue;
        }
        let report = explored(&case).unwrap();
        let moments = moments(&all);
        // The explorer tells five times apart.
        if moments.iter().any(|(_, time)| *time > 3) {
            continue;
        }
        let moments: Vec<Moment> = moments.into_iter().chain([never()]).collect();
        for found in &report.outcomes {
            let line = line_of(found);
            let says = || format!("seed {seed}, {line}: {:?}\n{}", found.decided, yaml::scenario(&case));
            let own = told.found.iter().find(|told| line_told(told) == line).expect("the same outcomes");
            let by: Vec<(Moment, Moment)> = found
                .decided
                .by
                .iter()
                .map(|text| match text.split_once(" before ") {
                    Some((first, then)) => (moment(first), moment(then)),
                    // It happens at all: before something that never does.
                    None => (moment(text.rsplit_once(' ').expect("it rings, or happens").0), never()),
                })
                .collect();
            for pair in &by {
                assert!(
                    own.all.iter().all(|ordering| obeys(ordering, pair)),
                    "{pair:?}, {} {:?}",
                    says(),
                    own.all
                );
                assert!(!all.iter().all(|ordering| obeys(ordering, pair)), "{pair:?} always, {}", says());
            }
            let obeying = |pairs: &[(Moment, Moment)]| {
                all.iter().filter(|ordering| pairs.iter().all(|pair| obeys(ordering, pair))).count() as u64
            };
            let mut common: Vec<(Moment, Moment)> = Vec::new();
            for first in &moments {
                let with = moments.iter().filter(|then| *then != first);
                common.extend(with.map(|then| (first.clone(), then.clone())));
            }
            common.retain(|pair| own.all.iter().all(|ordering| obeys(ordering, pair)));
            assert_eq!(found.decided.exactly, !by.is_empty() && obeying(&by) == own.orderings, "{}", says());
            // What is left out adds nothing; but where copies are told apart, nothing is said of them.
            let alike = |one: usize, other: usize| case.are_alike(one, other);
            let apart = case.causal && case.processes.len() > 1 || !case.expect.properties.is_empty();
            if apart && (0..case.deliver.len()).any(|one| (0..one).any(|other| alike(one, other))) {
                continue;
            }
            assert_eq!(obeying(&by), obeying(&common), "{}", says());
            outcomes += 1;
            exact += u64::from(found.decided.exactly);
            pairs += by.len();
        }
    }
    println!("{outcomes} outcomes, {exact} decided exactly, {pairs} precedences");
    assert!(outcomes > 500 && exact > 100 && pairs > 500, "{outcomes} {exact} {pairs}");
}

/// Five participants have 30,000 worlds, in which much comes before much: what is told of it is what rules most out, and
/// it still holds.
#[test]
fn of_many_precedences_those_are_told_that_tell_most() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/two-phase-commit");
    let scenario = scenario(&root, "large/five.yaml").unwrap();
    let report = explore(&scenario, scenario.orders[0], &mut |_| true).unwrap();
    for found in &report.outcomes {
        let by = &found.decided.by;
        assert!((1..20).contains(&by.len()), "{by:?}");
        for text in by {
            let (first, then) = text.split_once(" before ").expect("both may happen");
            assert!(obeys(&found.example, &(moment(first), moment(then))), "{text}: {:?}", found.example);
        }
    }
    let committed = report.outcomes.iter().find(|found| found.outcome.rests == "committed").unwrap();
    assert_eq!(committed.decided.by, ["1st Commit>participants before 1st Prepare>participants"]);
    assert!(committed.decided.exactly);
}
