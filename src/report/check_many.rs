//! What `check` has found of several scenarios, or of many conversations: a line for each, the worst first.

use super::check::{finding_text, in_order, more, ordering, part, share, sizes, told};
use super::findings::merged;
use super::words::{columns, counted, grouped, list};
use crate::explore::{Count, Report, Verdict};
use std::collections::BTreeMap;

/// A line for each of several scenarios, the worst first, and what to look at.
pub fn summary(reports: &[Report]) -> String {
    let mut sorted: Vec<&Report> = reports.iter().collect();
    sorted.sort_by_key(|report| report.verdict);
    let several = |report: &Report| reports.iter().filter(|r| r.scenario == report.scenario).count() > 1;
    let name = |report: &Report| match several(report) {
        true => format!("{} ({})", report.scenario, report.order),
        false => report.scenario.clone(),
    };
    let row = |report: &&Report| vec![report.verdict.to_string(), name(report), sizes(report)];
    let mut text = columns(&sorted.iter().map(row).collect::<Vec<_>>());
    for report in sorted.iter().filter(|report| !report.verdict.holds()) {
        text.push_str(&format!("\n{}\n", name(report)));
        let findings = merged(report);
        if let Some(finding) = findings.first() {
            text.push_str(&finding_text(report, finding)[1..]);
            text.push_str(&more(findings.len(), 1, "finding"));
            continue;
        }
        for found in report.outcomes.iter().take(4) {
            let line = format!("  {}  {}\n", found.outcome.rests, share(report, &found.orderings));
            text.push_str(&format!("{line}      nearest: {}\n", ordering(&found.example)));
        }
    }
    text.push_str(&format!(
        "\n{}: {}\n",
        counted(reports.len() as u64, "scenario"),
        verdicts(reports.iter())
    ));
    text
}

fn verdicts<'a>(reports: impl Iterator<Item = &'a Report> + Clone) -> String {
    let count = |verdict: Verdict| reports.clone().filter(|report| report.verdict == verdict).count() as u64;
    let say = |verdict: Verdict| match (verdict, count(verdict)) {
        (_, 0) => None,
        (Verdict::Violated, many) => Some(format!("{} violated", grouped(many))),
        (Verdict::BoundReached, many) => Some(format!("{} not finished", grouped(many))),
        (Verdict::Diverges, 1) => Some("1 diverges".to_string()),
        (Verdict::Diverges, many) => Some(format!("{} diverge", grouped(many))),
        (Verdict::AsDeclared, many) => Some(format!("{} as declared", grouped(many))),
        (Verdict::Converges, 1) => Some("1 converges".to_string()),
        (Verdict::Converges, many) => Some(format!("{} converge", grouped(many))),
    };
    list(Verdict::ALL.into_iter().filter_map(say))
}

/// Many conversations of a log: those that are alike together, the worst first.
pub fn conversations(process: &str, reports: &[Report]) -> String {
    let first = &reports[0];
    let mut text = format!(
        "{process}: {} {}: {}\n",
        counted(reports.len() as u64, "conversation"),
        in_order(first.order),
        verdicts(reports.iter())
    );
    // Alike are those of one verdict, with the same outcomes and the same findings.
    type Kind = (Verdict, Vec<String>);
    let mut groups: BTreeMap<Kind, Vec<&Report>> = BTreeMap::new();
    for report in reports {
        let mut said: Vec<String> = report.findings.iter().map(|finding| finding.message.clone()).collect();
        if said.is_empty() {
            said = report.outcomes.iter().map(|found| told(report, found)).collect();
        }
        said.sort();
        said.dedup();
        groups.entry((report.verdict, said)).or_default().push(report);
    }
    let mut groups: Vec<(Kind, Vec<&Report>)> = groups.into_iter().collect();
    groups.sort_by(|a, b| {
        (a.0.0, std::cmp::Reverse(a.1.len()), &a.0.1).cmp(&(b.0.0, std::cmp::Reverse(b.1.len()), &b.0.1))
    });
    const GROUPS: usize = 8;
    for ((verdict, said), members) in groups.iter().take(GROUPS) {
        text.push_str(&format!("\n  {verdict}  {}\n", names(members)));
        for what in said.iter().take(4) {
            text.push_str(&format!("      {what}\n"));
        }
        if said.len() > 4 {
            text.push_str(&format!("      and {} more\n", said.len() - 4));
        }
        if !verdict.holds()
            && let Some(worst) = worst(members)
        {
            let (report, example, count) = worst;
            text.push_str(&format!("      worst: {}, {}\n", report.scenario, part(report, &count)));
            text.push_str(&format!("      nearest: {}\n", ordering(example)));
        }
    }
    if groups.len() > GROUPS {
        let left: usize = groups[GROUPS..].iter().map(|(_, members)| members.len()).sum();
        let kinds = counted((groups.len() - GROUPS) as u64, "other kind");
        text.push_str(&format!(
            "\n  and {} of {kinds} (--format json has all)\n",
            counted(left as u64, "conversation")
        ));
    }
    text
}

/// `C1`, or `646 conversations: C1, C2, C4 and others`.
fn names(members: &[&Report]) -> String {
    const NAMES: usize = 4;
    let names = list(members.iter().take(NAMES).map(|report| report.scenario.clone()));
    match members.len() {
        1 => names,
        many => {
            let others = if many > NAMES { " and others" } else { "" };
            format!("{}: {names}{others}", counted(many as u64, "conversation"))
        }
    }
}

/// The conversation of which the largest part of orderings goes wrong: by its first finding, else by its
/// least frequent outcome.
fn worst<'a>(members: &[&'a Report]) -> Option<(&'a Report, &'a [String], Count)> {
    let bad = |report: &&'a Report| {
        let report: &'a Report = report;
        let found = match report.findings.first() {
            Some(finding) => (&finding.ordering, finding.orderings.clone()),
            None => report.outcomes.last().map(|found| (&found.example, Some(found.orderings.clone())))?,
        };
        Some((report, found.0.as_slice(), found.1.unwrap_or(Count::Infinite)))
    };
    let mut worst: Option<(&Report, &[String], Count)> = None;
    for (report, example, count) in members.iter().filter_map(bad) {
        let larger = worst.as_ref().is_none_or(|(other, _, most)| {
            // Parts are compared without dividing.
            match (&count, &other.orderings, most, &report.orderings) {
                (Count::Finite(a), Count::Finite(b), Count::Finite(c), Count::Finite(d)) => a * b > c * d,
                (Count::Infinite, _, Count::Finite(_), _) => true,
                _ => false,
            }
        });
        if larger {
            worst = Some((report, example, count));
        }
    }
    worst
}
