//! Services in numbers: exchanges, alternatives, silence, entities; counted by hand.

#[path = "common/shelf.rs"]
mod shelf;

use anyorder::explore::Scenario;
use shelf::{Shelf, counts, of};

/// One stimulus; the process sends a command; either answer ends it.
const ASKS: &str = "
process: asks
version: 1
starts-on: A
initial: there
states:
  there: {on: {A: {send: C, to: waits}}}
  waits: {on: {X: {to: x}, Y: {to: y}}}
  x: {end: success}
  y: {end: failure}
";

const EITHER: &str = "
service: either
on:
  C: [{publish: X}, {publish: Y}]
";

fn scenario(text: &str) -> Scenario {
    let shelf = Shelf::with_services(&[ASKS], &[EITHER]);
    shelf.scenario(&format!("process: asks@1\nservices: [either]\n{text}"))
}

fn asked(text: &str) -> String {
    counts(&of(&scenario(&format!("deliver: [A]\n{text}")))).0
}

/// `A X` and `A Y`.
#[test]
fn one_command_two_answers() {
    let report = of(&scenario("deliver: [A]\n"));
    assert_eq!(counts(&report), ("2".into(), 4, vec!["x 1".into(), "y 1".into()]));
    let examples: Vec<String> = report.outcomes.iter().map(|found| found.example.join(" ")).collect();
    assert_eq!(examples, ["A either:X", "A either:Y"]);
}

/// For each answer: none 1; A again, before the answer or behind it 2; the answer again 1; the command again 1.
#[test]
fn one_duplicate_by_hand() {
    assert_eq!(asked("faults: {duplicates: 1}\n"), "10");
}

/// `A X`, `A Y`, `A-`, `A C-`, `A X-`, `A Y-`.
#[test]
fn one_loss_by_hand() {
    assert_eq!(asked("faults: {losses: 1}\n"), "6");
}

/// For each answer: none 1; in the step of A, which comes again before the answer or behind it 2; in the step of
/// the answer 1.
#[test]
fn one_crash_by_hand() {
    assert_eq!(asked("faults: {crashes: 1}\n"), "8");
}
