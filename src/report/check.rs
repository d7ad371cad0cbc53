//! What `check` has found, as text for one screen.

use super::words::{brief, brief_in, columns, counted, grouped, list};
use crate::event::{Document, Name, print_duration};
use crate::explore::{
    Alarms, Count, Finding, Found, Order, Report, Shown, ShownInstance, Stepped, Stopped, Verdict,
};
use std::collections::BTreeMap;

/// How many outcomes and findings of one scenario are shown, so that it fits a screen; the JSON has all.
const OUTCOMES: usize = 6;
const FINDINGS: usize = 4;
/// How many choices of an ordering are shown on one line.
const WIDE: usize = 92;

/// One scenario, in full.
pub fn text(report: &Report) -> String {
    let mut text = format!("{}: {}\n", report.verdict, report.scenario);
    text.push_str(&format!("{}\n{}\n", setting(report), sizes(report)));
    for finding in report.findings.iter().take(FINDINGS) {
        text.push_str(&finding_text(report, finding));
    }
    text.push_str(&more(report.findings.len(), FINDINGS, "finding"));
    // The names of outcomes stand under each other; one that is long has a line of its own.
    let name = |found: &Found| found.outcome.rests.clone();
    for found in report.outcomes.iter().take(OUTCOMES) {
        text.push('\n');
        text.push_str(&format!("  {}  {}\n", name(found), share(report, &found.orderings)));
        for line in about(report, found) {
            text.push_str(&format!("      {line}\n"));
        }
    }
    text.push_str(&more(report.outcomes.len(), OUTCOMES, "outcome"));
    if !report.unreached.is_empty() {
        let reached = if report.stopped.is_some() { "not reached so far" } else { "never reached" };
        text.push_str(&format!("\nnote: declared, and {reached}: {}\n", report.unreached.join("; ")));
    }
    text.push_str(&bound(report));
    text
}

fn more(all: usize, shown: usize, noun: &str) -> String {
    match all.saturating_sub(shown) {
        0 => String::new(),
        left => {
            format!("\n  and {} (--format json has all)\n", counted(left as u64, &format!("more {noun}")))
        }
    }
}

/// Which processes, which messages, in which order.
fn setting(report: &Report) -> String {
    let mut text = list(report.processes.iter().cloned());
    if !report.first.is_empty() {
        text.push_str(&format!(", after {}", report.first.join(", ")));
    }
    let alarms = match report.alarms {
        Alarms::Any => "alarms at any moment",
        Alarms::Last => "alarms when nothing else is left",
        Alarms::Never => "no alarm rings",
    };
    let many = report.deliver.len();
    let messages = match many {
        0..=9 => report.deliver.join(", "),
        _ => format!("{} and {}", report.deliver[..6].join(", "), counted(many as u64 - 6, "other")),
    };
    format!("{text}: {messages} {}, {alarms}", in_order(report.order))
}

fn in_order(order: Order) -> String {
    match order {
        Order::ANY => "in any order".to_string(),
        Order { causal: true, fifo: false } => "in causal order".to_string(),
        Order { causal: false, fifo: true } => "in order within each module".to_string(),
        Order { causal: true, fifo: true } => "in causal order, and in order within each module".to_string(),
    }
}

fn sizes(report: &Report) -> String {
    format!(
        "{}{}, {}, {}",
        if report.stopped.is_some() { "so far " } else { "" },
        orderings(&report.orderings),
        counted(report.states, "state"),
        counted(report.outcomes.len() as u64, "outcome")
    )
}

/// `1 ordering`, `720 orderings`, `infinitely many orderings`.
fn orderings(count: &Count) -> String {
    match count {
        Count::Infinite => "infinitely many orderings".to_string(),
        Count::Finite(number) => {
            let digits = digits(count);
            format!("{digits} ordering{}", if *number == 1u8.into() { "" } else { "s" })
        }
    }
}

/// Digits in groups of three, as many as it takes.
fn digits(count: &Count) -> String {
    let text = count.to_string();
    match text.parse::<u64>() {
        Ok(number) => grouped(number),
        Err(_) => {
            let mut out = String::new();
            for (index, digit) in text.chars().enumerate() {
                if index > 0 && text.len() % 3 == index % 3 && text.starts_with(|c: char| c.is_ascii_digit())
                {
                    out.push(',');
                }
                out.push(digit);
            }
            out
        }
    }
}

/// How many of all, and what part of them.
fn share(report: &Report, count: &Count) -> String {
    match (count, &report.orderings) {
        (Count::Finite(some), Count::Finite(all)) if *all > *some => {
            let permille = (some * 2000u32 + all) / (all * 2u32);
            let permille: u32 = permille.try_into().unwrap_or(1000);
            let part = match permille {
                0 => "less than 0.1 %".to_string(),
                _ => format!("{}.{} %", permille / 10, permille % 10),
            };
            format!("{} ({part})", orderings(count))
        }
        (Count::Finite(some), Count::Finite(all)) if some == all && *all != 1u8.into() => {
            format!("all {}", orderings(count))
        }
        _ => orderings(count),
    }
}

/// The lines under an outcome.
fn about(report: &Report, found: &Found) -> Vec<String> {
    let outcome = &found.outcome;
    let mut lines = Vec::new();
    let mut what: Vec<String> = outcome.end.iter().map(|end| format!("ends in {}", end.name())).collect();
    if found.declared == Some(false) {
        what.push("not declared".to_string());
    }
    if has_twin(report, found) || !outcome.effects.is_empty() {
        what.push(sends(found));
    }
    if let Some(data) = &outcome.data {
        let data = data.instances.iter().filter(|(_, data)| !data.is_empty());
        what.extend(data.map(|(_, data)| format!("data {}", brief(&data.to_json()))));
    }
    lines.extend((!what.is_empty()).then(|| what.join("; ")));
    if report.outcomes.len() > 1 || !report.findings.is_empty() {
        lines.push(format!("nearest: {}", ordering(&found.example)));
    }
    if !found.decided.by.is_empty() {
        let when = if found.decided.exactly { "exactly when" } else { "only when" };
        let shown: Vec<&str> = found.decided.by.iter().take(4).map(String::as_str).collect();
        let left = found.decided.by.len() - shown.len();
        let more = if left > 0 { format!(", and {left} more") } else { String::new() };
        lines.push(format!("{when} {}{more}", shown.join(", ")));
    }
    lines
}

/// Whether another outcome rests where this one does.
fn has_twin(report: &Report, found: &Found) -> bool {
    report.outcomes.iter().filter(|other| other.outcome.rests == found.outcome.rests).count() > 1
}

/// Where an outcome rests; where another rests there too, with what it sends.
fn told(report: &Report, found: &Found) -> String {
    match has_twin(report, found) {
        true => format!("{}; {}", found.outcome.rests, sends(found)),
        false => found.outcome.rests.clone(),
    }
}

fn sends(found: &Found) -> String {
    match found.outcome.effects.is_empty() {
        true => "sends nothing".to_string(),
        false => format!("sends {}", effects(&found.outcome.effects)),
    }
}

fn effects(effects: &BTreeMap<Name, u64>) -> String {
    let one = |(type_, &count): (&Name, &u64)| match count {
        1 => type_.to_string(),
        many => format!("{type_} x{}", grouped(many)),
    };
    list(effects.iter().map(one))
}

fn ordering(choices: &[String]) -> String {
    if choices.is_empty() {
        return "nothing happens".to_string();
    }
    let text = choices.join(" ");
    if text.chars().count() <= WIDE {
        return text;
    }
    // As many from the front as fit; the whole is in the JSON.
    let mut shown = String::new();
    for (index, choice) in choices.iter().enumerate() {
        if shown.len() + choice.len() > WIDE {
            return format!("{shown} … {} more", choices.len() - index);
        }
        shown.push_str(if index > 0 { " " } else { "" });
        shown.push_str(choice);
    }
    shown
}

fn finding_text(report: &Report, finding: &Finding) -> String {
    let mut text = format!("\n  {}\n      nearest: {}\n", finding.message, ordering(&finding.ordering));
    if let Some(count) = &finding.orderings {
        text.push_str(&format!("      {}\n", part(report, count)));
    }
    text
}

/// `in 36 of 720 orderings`.
fn part(report: &Report, count: &Count) -> String {
    match (count, &report.orderings) {
        (Count::Finite(_), Count::Finite(_)) => {
            format!("in {} of {}", digits(count), orderings(&report.orderings))
        }
        _ => format!("in {}", orderings(count)),
    }
}

fn bound(report: &Report) -> String {
    let what = match report.stopped {
        None if report.undecided => {
            return "\nstopped: all is counted; what decides each outcome is not worked out\n".to_string();
        }
        None => return String::new(),
        Some(Stopped::States) => {
            format!("the bound of {} was reached", counted(report.bounds.states, "state"))
        }
        Some(Stopped::Depth) => {
            format!("orderings go on after {}", counted(report.bounds.depth, "choice"))
        }
        Some(Stopped::Asked) => "stopped".to_string(),
    };
    format!("\n{what}: what is above was found so far, and there may be more\n")
}

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
        if let Some(finding) = report.findings.first() {
            text.push_str(&finding_text(report, finding)[1..]);
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

/// An ordering, step by step: a line for each choice, and one more for each other instance that it
/// changed.
pub fn stepped(stepped: &Stepped) -> String {
    let several = stepped.steps.iter().any(|shown| shown.instances.len() > 1);
    let title = ["CHOICE", "MET", "STATE", "ALARMS", "WAITS", "SENT", "DATA"];
    let mut rows: Vec<Vec<String>> = vec![title.iter().map(|word| word.to_string()).collect()];
    let mut before: &[ShownInstance] = &[];
    for (index, shown) in stepped.steps.iter().enumerate() {
        let nothing_yet = shown.instances.iter().all(|instance| instance.state == "not-started");
        if index > 0 || !nothing_yet {
            rows.extend(step(shown, before, several));
        }
        before = &shown.instances;
    }
    // A column that is empty all the way down says nothing.
    for column in (0..title.len()).rev() {
        if rows[1..].iter().all(|row| row.get(column).is_none_or(String::is_empty)) {
            rows.iter_mut().for_each(|row| _ = row.remove(column));
        }
    }
    let rests = stepped.steps.last().map_or("", |shown| shown.rests.as_str());
    let end = match stepped.ends {
        true => format!("ends: {rests}"),
        false => format!("so far: {rests}; next could be {}", stepped.next.join(" ")),
    };
    format!("{}{end}\n", columns(&rows))
}

fn step(shown: &Shown, before: &[ShownInstance], several: bool) -> Vec<Vec<String>> {
    let met = shown.met.iter().enumerate().map(|(index, (type_, outcome))| match index {
        0 => outcome.to_string(),
        _ => format!("{type_} {outcome}"),
    });
    let choice = if shown.choice.is_empty() { "(first)" } else { &shown.choice };
    let sent = shown.sent.iter().map(|(type_, data, count)| sent(type_, data.as_ref(), *count));
    let (met, sent) = (list(met), list(sent));
    let mut changed: Vec<&ShownInstance> =
        shown.instances.iter().filter(|instance| !before.contains(instance)).collect();
    if changed.is_empty() {
        changed.extend(shown.instances.first().filter(|_| !several));
    }
    let mut rows = Vec::new();
    for instance in &changed {
        let name = if several { format!("{}: ", instance.name) } else { String::new() };
        let waits = instance.deferred.iter().map(|name| format!("{name} deferred"));
        let waits = waits.chain(instance.held.iter().map(|name| format!("{name} held")));
        let data = if instance.data.is_empty() { String::new() } else { instance.data.to_json() };
        let first = rows.is_empty();
        let once = |text: &str| if first { text.to_string() } else { String::new() };
        rows.push(vec![
            once(choice),
            once(&met),
            format!("{name}{}", instance.state),
            list(instance.alarms.iter().map(alarm)),
            list(waits),
            once(&sent),
            brief_in(&data, 48),
        ]);
    }
    if rows.is_empty() {
        let none = String::new;
        rows.push(vec![choice.to_string(), met, none(), none(), none(), sent, none()]);
    }
    rows
}

fn alarm((name, runs): &(String, Option<i64>)) -> String {
    match runs {
        Some(millis) if *millis >= 0 => format!("{name} {}", print_duration(*millis)),
        _ => name.to_string(),
    }
}

fn sent(type_: &str, data: Option<&Document>, count: u64) -> String {
    let data = data.map(|data| format!(" {}", brief_in(data.text(), 24))).unwrap_or_default();
    let times = if count > 1 { format!(" x{count}") } else { String::new() };
    format!("{type_}{data}{times}")
}
