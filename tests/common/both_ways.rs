//! A scenario in parts and as a whole: what is reported is the same, to the byte, but for how many states were walked, and why.

use anyorder::explore::{Report, Scenario, explore_by};
use anyorder::report::check_json;
use anyorder::report::diagnostic::render;
use serde_json::Value;

/// Some have an error instead, and then the same one.
fn reports(scenario: &Scenario, apart: bool) -> Result<Vec<Report>, String> {
    let mut scenario = scenario.clone();
    scenario.reductions.apart = apart;
    let report = |&order| explore_by(2, &scenario, order, &mut |_| true);
    let all: Result<Vec<Report>, _> = scenario.orders.iter().map(report).collect();
    all.map_err(|error| render(&error, false))
}

/// All but what was not told apart, and how many states were walked for it.
fn said(reports: &[Report], what: &str) -> String {
    let named: Vec<Report> = reports.iter().map(|report| report.of(what)).collect();
    let mut all: Value = serde_json::from_str(&check_json::json(&named)).unwrap();
    for report in all.as_array_mut().unwrap() {
        let report = report.as_object_mut().unwrap();
        for what in ["states", "reductions", "interchangeable", "apart"] {
            report.remove(what);
        }
    }
    serde_json::to_string_pretty(&all).unwrap()
}

/// Both ways. Answers the reports of parts.
pub fn agree(scenario: &Scenario, what: &str) -> Vec<Report> {
    let (apart, whole) = match (reports(scenario, true), reports(scenario, false)) {
        (Ok(apart), Ok(whole)) => (apart, whole),
        (apart, whole) => {
            assert_eq!(apart.err(), whole.err(), "{what}");
            return Vec::new();
        }
    };
    // What reaches a bound may be small enough in parts.
    if whole.iter().any(|report| report.stopped.is_some()) {
        return apart;
    }
    assert_eq!(said(&apart, what), said(&whole, what), "{what}");
    for (apart, whole) in apart.iter().zip(&whole) {
        assert_eq!(apart.worlds(), whole.worlds(), "{what}");
    }
    apart
}
