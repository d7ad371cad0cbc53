//! However many threads walk the worlds of one scenario, each byte of the report is the same.

mod common;

use anyorder::explore::{Alarms, Faults, Host, Report, Scenario, explore_by};
use anyorder::report::check::text;
use anyorder::report::check_json::json;
use std::path::Path;

/// All that is printed of a scenario.
fn said(threads: usize, scenario: &Scenario) -> String {
    let explored = |&order| explore_by(threads, scenario, order, &mut |_| true).unwrap();
    let reports: Vec<Report> = scenario.orders.iter().map(explored).collect();
    reports.iter().map(text).collect::<String>() + &json(&reports)
}

/// Stories whose worlds are many at one depth, and what else is asked of each.
fn scenarios() -> Vec<(&'static str, Scenario)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let read = |story: &str, file: &str| common::library::scenario(&root.join(story), file).unwrap();
    let cook = || read("restaurant", "scenarios/busy-cook.yaml");
    let faults = |duplicates, losses, crashes| Faults { duplicates, losses, crashes };
    let mut bounded = Scenario { faults: faults(4, 2, 2), ..cook() };
    bounded.bounds.states = 1_500;
    let mut forgetful = Scenario { host: Host::AtLeastOnce, faults: faults(0, 0, 1), ..cook() };
    forgetful.bounds.states = 1_000;
    let mut shallow = Scenario { faults: faults(1, 1, 1), ..cook() };
    shallow.bounds.depth = 6;
    let mut each = read("two-phase-commit", "scenarios/two.yaml");
    each.reductions.equal_worlds = false;
    vec![
        ("a service that is slow", Scenario { faults: faults(0, 1, 0), ..cook() }),
        ("so much that goes wrong that a bound is reached", bounded),
        ("no more than six choices", shallow),
        ("a host that forgets", forgetful),
        ("alarms that ring last", Scenario { alarms: Alarms::Last, ..cook() }),
        ("entities that answer", read("two-phase-commit", "scenarios/two.yaml")),
        ("every ordering for itself", each),
    ]
}

#[test]
fn each_byte_is_the_same_for_one_two_and_four_threads() {
    for (what, scenario) in scenarios() {
        let alone = said(1, &scenario);
        for threads in [2, 4] {
            assert!(said(threads, &scenario) == alone, "{what}: {threads} threads say something else");
        }
    }
}
