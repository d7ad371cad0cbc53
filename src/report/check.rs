//! What `check` has found, as text for one screen.

use super::findings::merged;
use super::words::{brief, counted, grouped, list};
use crate::event::Name;
use crate::explore::{
    Alarms, Apart, Count, Faults, Finding, Found, Host, Interchanged, Kind, Lasso, Order, Report, Stopped,
};
use std::collections::BTreeMap;

/// How many outcomes and findings of one scenario are shown, so that it fits a screen; the JSON has all.
const OUTCOMES: usize = 6;
const FINDINGS: usize = 4;
/// How wide a line of an ordering is, how many lines are shown, and where they begin.
const WIDE: usize = 92;
const LINES: usize = 6;
const INDENT: usize = "      nearest: ".len();

/// What is to be known of a finding about one region alone.
pub fn of_a_part(region: &str) -> String {
    format!("\nnote: what is expected is expected of the whole: where {region} may rest, nobody has said\n")
}

/// One scenario, in full.
pub fn text(report: &Report) -> String {
    let mut text = format!("{}: {}\n", report.verdict, report.scenario);
    text.push_str(&format!("{}\n{}\n", setting(report), sizes(report)));
    text.push_str(&parts(report));
    let findings = merged(report);
    for finding in findings.iter().take(FINDINGS) {
        text.push_str(&finding_text(report, finding));
    }
    text.push_str(&more(findings.len(), FINDINGS, "finding"));
    text.push_str(&lasso(report));
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
    text.push_str(&interchanged(report));
    text.push_str(&apart(report));
    text.push_str(&signs(report, &findings));
    text.push_str(&bound(report));
    text
}

/// What the regions cost alone, and what they cost together.
fn parts(report: &Report) -> String {
    let alone = report.parts.iter().enumerate().map(|(index, part)| match &part.orderings {
        Some(Count::Infinite) => format!("{} infinitely many orderings", part.name),
        Some(count) if index == 0 => format!("{} {}", part.name, orderings(count)),
        Some(count) => format!("{} {}", part.name, digits(count)),
        None => format!("{} too many to count", part.name),
    });
    let alone: Vec<String> = alone.collect();
    match alone.is_empty() {
        true => String::new(),
        false => format!("parts alone: {}; together {}\n", alone.join(", "), digits(&report.orderings)),
    }
}

/// Which messages do the same, and what it has saved that only one order of them was walked.
fn interchanged(report: &Report) -> String {
    let Some(Interchanged { groups, states }) = &report.interchanged else { return String::new() };
    let groups: Vec<String> = groups.iter().map(|group| some(group)).collect();
    format!(
        "\nnote: in every state these do the same, and one order of them stands for all, else {} states:\n  {}\n",
        in_groups(&states.to_string()),
        groups.join("\n  ")
    )
}

/// The first of some names, and how many more there are.
fn some(names: &[String]) -> String {
    const NAMED: usize = 4;
    match names.len() {
        0..=NAMED => list(names.iter().cloned()),
        more => format!("{} and {} others", names[..NAMED - 1].join(", "), more + 1 - NAMED),
    }
}

/// Which parts do not touch each other, and what it has saved that each was explored alone.
fn apart(report: &Report) -> String {
    let Some(Apart { parts, states }) = &report.apart else { return String::new() };
    const SHOWN: usize = 6;
    let mut lines: Vec<String> = parts.iter().take(SHOWN).map(|part| some(part)).collect();
    if parts.len() > SHOWN {
        lines.push(format!("and {} more", parts.len() - SHOWN));
    }
    format!(
        "\nnote: these do not touch each other, and each was explored alone, else {} states:\n  {}\n",
        in_groups(&states.to_string()),
        lines.join("\n  ")
    )
}

/// What the signs of faults mean, of those that stand in an ordering above.
fn signs(report: &Report, findings: &[Finding]) -> String {
    let findings = findings.iter().take(FINDINGS).flat_map(|finding| &finding.ordering);
    let outcomes = report.outcomes.iter().take(OUTCOMES).flat_map(|found| &found.example);
    let words: Vec<&str> = findings.chain(outcomes).map(String::as_str).collect();
    let signed = |sign: char| words.iter().find(|word| word.split('>').next().unwrap_or("").ends_with(sign));
    let mut said = Vec::new();
    said.extend(signed('+').map(|word| format!("{word}: the same message once more")));
    said.extend(signed('-').map(|word| format!("{word}: lost on its way")));
    if let Some(word) = words.iter().find(|word| word.starts_with("crash(")) {
        let stopped = match (report.host, word.trim_end_matches(')').split_once(',')) {
            (Host::Anyorder, _) => "when all was saved".to_string(),
            (Host::AtLeastOnce, None) => "before anything was saved".to_string(),
            (Host::AtLeastOnce, Some((_, point))) => {
                let many = counted(point.parse().unwrap_or(0), "effect");
                format!("with {many} out and nothing saved")
            }
        };
        said.push(format!("{word}: the host stopped in that step, {stopped}; its input is in flight again"));
    }
    match said.is_empty() {
        true => String::new(),
        false => format!("\n{}\n", said.join("\n")),
    }
}

pub(super) fn more(all: usize, shown: usize, noun: &str) -> String {
    match all.saturating_sub(shown) {
        0 => String::new(),
        left => {
            format!("\n  and {} (--format json has all)\n", counted(left as u64, &format!("more {noun}")))
        }
    }
}

/// Which processes, which messages, in which order.
fn setting(report: &Report) -> String {
    let answering = list(report.services.iter().cloned());
    let text = match (report.processes.is_empty(), report.services.is_empty()) {
        (_, true) => list(report.processes.iter().cloned()),
        (false, false) => format!("{} with {answering} answering", list(report.processes.iter().cloned())),
        (true, false) => format!("{answering} answering"),
    };
    format!("{text}{}{}", comings(&report.first, &report.deliver, report.order, report.alarms), risks(report))
}

/// `, after OrderPlaced: OrderPaid in any order, alarms at any moment`.
pub(super) fn comings(first: &[String], deliver: &[String], order: Order, alarms: Alarms) -> String {
    let after = if first.is_empty() { String::new() } else { format!(", after {}", first.join(", ")) };
    let alarms = match alarms {
        Alarms::Any => "alarms at any moment",
        Alarms::Last => "alarms when nothing else is left",
        Alarms::Never => "no alarm rings",
    };
    let many = deliver.len();
    let messages = match many {
        0 => "what follows".to_string(),
        1..=9 => deliver.join(", "),
        _ => format!("{} and {}", deliver[..6].join(", "), counted(many as u64 - 6, "other")),
    };
    format!("{after}: {messages} {}, {alarms}", in_order(order))
}

/// `; at most 1 duplicate and 2 crashes; on a host that delivers at least once`.
fn risks(report: &Report) -> String {
    let most = match report.faults.any() {
        // Where a starter comes first, its own step is never struck, and that is easily overlooked.
        true if !report.first.is_empty() => {
            format!("; once {} come, at most {}", have_come(&report.first), faults(report.faults))
        }
        true => format!("; at most {}", faults(report.faults)),
        false => String::new(),
    };
    match report.host {
        Host::Anyorder => most,
        Host::AtLeastOnce => format!("{most}; on a host that delivers at least once"),
    }
}

/// `1 duplicate and 2 crashes`.
/// `OrderPlaced has`, or `OrderPlaced and OrderPaid have`.
fn have_come(first: &[String]) -> String {
    format!("{} {}", list(first.iter().cloned()), if first.len() == 1 { "has" } else { "have" })
}

pub(super) fn faults(faults: Faults) -> String {
    let all = [(faults.duplicates, "duplicate"), (faults.losses, "loss"), (faults.crashes, "crash")];
    let some = all.into_iter().filter(|(many, _)| *many > 0).map(|(many, name)| match many {
        1 => format!("1 {name}"),
        _ => format!("{many} {name}{}", if name.ends_with('s') || name.ends_with('h') { "es" } else { "s" }),
    });
    list(some).replace(", ", " and ")
}

/// `only with 1 duplicate, or with 1 crash`; nothing where no fault is needed.
pub(super) fn only_with(needs: &[Faults]) -> Option<String> {
    if needs.is_empty() || needs.contains(&Faults::NONE) {
        return None;
    }
    let each: Vec<String> = needs.iter().map(|needed| format!("with {}", faults(*needed))).collect();
    Some(format!("only {}", each.join(", or ")))
}

pub(super) fn in_order(order: Order) -> String {
    match order {
        Order::ANY => "in any order".to_string(),
        Order { causal: true, fifo: false } => "in causal order".to_string(),
        Order { causal: false, fifo: true } => "in order within each module".to_string(),
        Order { causal: true, fifo: true } => "in causal order, and in order within each module".to_string(),
    }
}

pub(super) fn sizes(report: &Report) -> String {
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
    if text.starts_with(|c: char| c.is_ascii_digit()) { in_groups(&text) } else { text }
}

fn in_groups(digits: &str) -> String {
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && digits.len() % 3 == index % 3 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// How many of all, and what part of them.
pub(super) fn share(report: &Report, count: &Count) -> String {
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
    lines.extend(only_with(&found.needs));
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
pub(super) fn told(report: &Report, found: &Found) -> String {
    match has_twin(report, found) {
        true => format!("{}; {}", found.outcome.rests, sends(found)),
        false => found.outcome.rests.clone(),
    }
}

pub(super) fn sends(found: &Found) -> String {
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

/// Behind `nearest: `, on as many lines as it takes: it can be pasted into `--ordering "…"` as it stands.
pub(super) fn ordering(choices: &[String]) -> String {
    if choices.is_empty() {
        return "nothing happens".to_string();
    }
    let (mut shown, mut width, mut lines) = (String::new(), 0, 1);
    for (index, choice) in choices.iter().enumerate() {
        let wide = choice.chars().count();
        if index > 0 && width + 1 + wide > WIDE {
            if lines == LINES {
                return format!("{shown} … {} more (--format json has all)", choices.len() - index);
            }
            shown.push_str(&format!("\n{:INDENT$}", ""));
            (width, lines) = (0, lines + 1);
        } else if index > 0 {
            shown.push(' ');
            width += 1;
        }
        shown.push_str(choice);
        width += wide;
    }
    shown
}

pub(super) fn finding_text(report: &Report, finding: &Finding) -> String {
    let mut text = format!("\n  {}\n      nearest: {}\n", finding.message, ordering(&finding.ordering));
    if let Some(needs) = only_with(&finding.needs) {
        text.push_str(&format!("      {needs}\n"));
    }
    if let Some(count) = &finding.orderings {
        text.push_str(&format!("      {}\n", part(report, count)));
    }
    text
}

/// `in 36 of 720 orderings`.
pub(super) fn part(report: &Report, count: &Count) -> String {
    match (count, &report.orderings) {
        (Count::Finite(_), Count::Finite(_)) => {
            format!("in {} of {}", digits(count), orderings(&report.orderings))
        }
        _ => format!("in {}", orderings(count)),
    }
}

/// An ordering without end.
fn lasso(report: &Report) -> String {
    let Some(Lasso { ordering: way, round }) = &report.lasso else { return String::new() };
    let must = report.findings.iter().any(|finding| finding.kind == Kind::NeverEnds);
    let what = if must { "and so it goes round" } else { "may go round for ever" };
    let way = if way.is_empty() { String::new() } else { format!("{}\n      and then ", ordering(way)) };
    format!("\n  {what}\n      nearest: {way}again and again: {}\n", round.join(" "))
}

fn bound(report: &Report) -> String {
    let Some(stopped) = report.stopped.or(report.undecided) else { return String::new() };
    let what = match stopped {
        Stopped::States => format!("the bound of {} was reached", counted(report.bounds.states, "state")),
        Stopped::Depth => format!("orderings go on after {}", counted(report.bounds.depth, "choice")),
        Stopped::Memory => format!("the bound of {} MiB was reached", grouped(report.bounds.memory >> 20)),
        Stopped::Asked => "stopped".to_string(),
    };
    match report.stopped {
        None => format!("\n{what}: all is counted; what decides each outcome is not worked out\n"),
        Some(_) => format!("\n{what}: what is above was found so far, and there may be more\n"),
    }
}
