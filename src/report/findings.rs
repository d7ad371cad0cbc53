//! Findings as a person wants to read them: one for what reads alike, the smallest cause of each, what was asked for
//! first. The JSON has each for itself.

use crate::explore::{Count, Faults, Finding, Kind, Report};

/// One for all that read alike: with the nearest ordering of all, all that it takes, and the orderings of all.
pub fn merged(report: &Report) -> Vec<Finding> {
    let mut merged: Vec<Finding> = Vec::new();
    for finding in &report.findings {
        match merged.iter_mut().find(|other| (other.kind, &other.message) == (finding.kind, &finding.message))
        {
            Some(other) => join(other, finding),
            None => merged.push(finding.clone()),
        }
    }
    // The properties of the scenario, then what happens without any fault.
    let own = |finding: &Finding| matches!(finding.kind, Kind::Always | Kind::Finally);
    merged.sort_by_key(|finding| (!own(finding), fewest(finding), finding.kind));
    merged
}

/// The fewest faults with which it is found.
fn fewest(finding: &Finding) -> u32 {
    finding.needs.iter().map(|needs| needs.sum()).min().unwrap_or(0)
}

fn join(one: &mut Finding, other: &Finding) {
    if (fewest(other), other.ordering.len()) < (fewest(one), one.ordering.len()) {
        one.ordering.clone_from(&other.ordering);
    }
    one.needs = Faults::smallest(one.needs.iter().chain(&other.needs).copied());
    // Each ordering has one outcome, so none is counted twice.
    one.orderings =
        one.orderings.take().zip(other.orderings.as_ref()).map(|(mut sum, more): (Count, &Count)| {
            sum.add(more);
            sum
        });
}
