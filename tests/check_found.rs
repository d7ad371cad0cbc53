//! What brute force found in the explorer, made small: each a scenario with its right answer.

#[path = "common/shelf.rs"]
mod shelf;

use anyorder::explore::Verdict;
use shelf::{Shelf, report, scenario};

const TWO: [&str; 2] = [
    "process: alpha\nversion: 1\nstarts-on: Go\nbefore-start: ignore\ninitial: one\nunexpected: ignore\n\
     states: {one: {end: success, ignore: [Said]}}\n",
    "process: beta\nversion: 1\nstarts-on: Go\nbefore-start: ignore\ninitial: one\nunexpected: ignore\n\
     states: {one: {end: success, ignore: [Asked]}}\n",
];

fn count(processes: &[&str], text: &str) -> String {
    let scenario = Shelf::new(processes).scenario(text);
    report(&scenario, scenario.orders[0]).orderings.to_string()
}

#[test]
fn under_causal_messages_with_other_causes_are_not_alike() {
    let text = "process: [alpha@1, beta@1]\norder: causal\nalike: true\n\
                deliver: [{event: Said, after: [Asked]}, Said, Asked]\n";
    assert_eq!(count(&TWO, text), "6", "only beta hears the cause, so that nothing waits");
    assert_eq!(count(&TWO, &text.replace("{event: Said, after: [Asked]}", "Said")), "3");
}

#[test]
fn a_property_does_not_change_how_many_orderings_there_are() {
    let text = "process: [alpha@1, beta@1]\nalike: true\ndeliver: [Go, Go]\n";
    assert_eq!(count(&TWO, text), "6");
    let counted = format!("{text}expect: {{always: {{some: \"count('Go') >= 0\"}}}}\n");
    assert_eq!(count(&TWO, &counted), "6");
}

#[test]
fn outcomes_are_declared_in_any_order_of_conversations() {
    let process = "process: alpha\nversion: 1\nstarts-on: Go\ninitial: one\nstates: {one: {end: success}}\n";
    let declared = |outcome: &str| {
        let text = format!(
            "first: [{{event: Go, correlation: c2}}]\ndeliver: [Go]\nexpect: {{outcomes: [\"{outcome}\"]}}\n"
        );
        let scenario = scenario(process, &text);
        report(&scenario, scenario.orders[0])
    };
    for outcome in ["alpha#c1: one, alpha#c2: one", "alpha#c2: one, alpha#c1: one"] {
        let report = declared(outcome);
        assert_eq!((report.verdict, report.unreached.len()), (Verdict::Converges, 0), "{outcome}");
        assert_eq!(report.outcomes[0].declared, Some(true), "{outcome}");
    }
}

#[test]
fn what_is_sent_in_several_conversations_has_an_order_too() {
    let says = "process: alpha\nversion: 1\nstarts-on: {Go: {publish: Said}}\ninitial: one\n\
                states: {one: {end: success}}\n";
    let hears = "process: beta\nversion: 1\nstarts-on: Said\ninitial: one\nstates: {one: {end: success}}\n";
    let text = "process: [alpha@1, beta@1]\nfirst: [{event: Go, correlation: c2}, Go]\ndeliver: []\n";
    let scenario = Shelf::new(&[says, hears]).scenario(text);
    let report = report(&scenario, scenario.orders[0]);
    assert_eq!(report.outcomes[0].example, ["Said#c1", "Said#c2"]);
}
