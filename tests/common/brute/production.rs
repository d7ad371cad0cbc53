//! The program's answer to a case, from the texts that a user would write. No part of the oracle.

use super::ends::Found;
use super::model::Case;
use super::orderings::{Told, walk};
use super::served::{is_rough, plain, rests, services, told as ordering_told};
use super::yaml;
use anyorder::error::{Error, Result};
use anyorder::event::Name;
use anyorder::explore::{ByData, Report, explore_by, read};
use anyorder::process::{Definition, Library, Service, read_named};
use anyorder::report::diagnostic::render;
use anyorder::span::Source;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

pub struct Shelf {
    definitions: BTreeMap<String, Arc<Definition>>,
    services: BTreeMap<String, Arc<Service>>,
}

impl Library for Shelf {
    fn process(&self, p: &str) -> Result<Arc<Definition>> {
        self.definitions.get(p).cloned().ok_or_else(|| Error::input(format!("there is no process {p}")))
    }

    fn service(&self, name: &str) -> Result<Arc<Service>> {
        self.services.get(name).cloned().ok_or_else(|| Error::input(format!("there is no service {name}")))
    }

    fn owner(&self, _: &str) -> Option<Name> {
        None
    }
}

/// What the explorer finds; an error, as a user would read it.
pub fn explored(case: &Case) -> std::result::Result<Report, String> {
    explored_without(case, &[], 1)
}

/// What it finds where some of its reductions are left out, by so many threads.
pub fn explored_without(
    case: &Case,
    reductions: &[&str],
    threads: usize,
) -> std::result::Result<Report, String> {
    let said = |error: Error| render(&error, false);
    let mut definitions = BTreeMap::new();
    for process in &case.processes {
        let source = Source::new(format!("{}@1.yaml", process.name), yaml::definition(process));
        let definition = read_named(&source, process.name, 1).map_err(said)?;
        definitions.insert(format!("{}@1", process.name), Arc::new(definition));
    }
    let services = services(case).map_err(said)?;
    let source = Source::new("random.yaml", yaml::scenario(case));
    let mut scenario = read(&source, &Shelf { definitions, services }).map_err(said)?;
    reductions.iter().for_each(|name| assert!(scenario.reductions.leave_out(name)));
    // A panic is a difference like any other, so that the case is made small.
    let explored = || explore_by(threads, &scenario, scenario.orders[0], &mut |_| true).map_err(said);
    catch_unwind(AssertUnwindSafe(explored)).unwrap_or_else(|_| Err("it panicked".to_string()))
}

/// All in which both must agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub orderings: String,
    /// Each with its effects, its data where that counts, and its number of orderings.
    pub outcomes: Vec<String>,
    pub examples: Vec<String>,
    pub findings: Vec<String>,
    /// Declared, and never reached.
    pub unreached: Vec<String>,
    pub verdict: String,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} orderings, {}", self.orderings, self.verdict)?;
        for line in self.examples.iter().chain(&self.findings) {
            write!(f, "\n  {line}")?;
        }
        self.unreached.iter().try_for_each(|line| write!(f, "\n  never reached: {line}"))
    }
}

/// The smallest budgets of faults, if there must be any.
fn needed(needs: &[anyorder::explore::Faults]) -> String {
    needs_text(needs.iter().map(|f| [f.duplicates, f.losses, f.crashes]))
}

fn needed_told(needs: &[super::model::Faults]) -> String {
    needs_text(needs.iter().map(|f| [f.duplicates.into(), f.losses.into(), f.crashes.into()]))
}

fn needs_text(needs: impl Iterator<Item = [u32; 3]>) -> String {
    let needs: Vec<[u32; 3]> = needs.collect();
    if needs == [[0; 3]] { String::new() } else { format!(", needs {needs:?}") }
}

/// What an answer says of outcomes: with and without the nearest orderings.
fn lines(case: &Case, of: impl Iterator<Item = (String, Vec<String>, String)>) -> (Vec<String>, Vec<String>) {
    let mut all: Vec<(String, String)> = of
        .map(|(line, example, needs)| {
            let example = ordering_told(case, "", &example);
            (line.clone(), format!("{line}, e.g. {example}{needs}"))
        })
        .collect();
    all.sort();
    all.into_iter().unzip()
}

/// The explorer's answer.
pub fn explored_answer(case: &Case) -> std::result::Result<Answer, String> {
    Ok(answer_of(case, &explored(case)?))
}

fn answer_of(case: &Case, report: &Report) -> Answer {
    let all = report.outcomes.iter();
    let all = all.map(|found| (rests(case, &line_of(found)), found.example.clone(), needed(&found.needs)));
    let (outcomes, examples) = lines(case, all);
    let mut findings: Vec<String> = report
        .findings
        .iter()
        .map(|finding| {
            // A property is named first of all.
            let name = finding.message.split('`').nth(1).filter(|_| {
                matches!(finding.kind, anyorder::explore::Kind::Always | anyorder::explore::Kind::Finally)
            });
            let name = name.map_or(String::new(), |name| format!(" {name}"));
            let count = finding.orderings.as_ref().map_or("unknown".to_string(), |count| count.to_string());
            let (kind, needs) = (finding.kind.name(), needed(&finding.needs));
            let ordering = ordering_told(case, kind, &finding.ordering);
            format!("{kind}{name}: {count}, e.g. {ordering}{needs}")
        })
        .collect();
    findings.sort();
    Answer {
        orderings: report.orderings.to_string(),
        outcomes,
        examples,
        findings,
        unreached: report.unreached.clone(),
        verdict: report.verdict.to_string(),
    }
}

/// As the oracle tells it.
fn detail(data: &ByData) -> String {
    let members = |of: &anyorder::process::Data| {
        let members: Vec<String> =
            of.iter().map(|(name, value)| format!("{name}={}", value.text())).collect();
        members.join(" ")
    };
    let instances: Vec<String> =
        data.instances.iter().map(|(name, of)| format!("{name} {{{}}}", members(of))).collect();
    let mut sent: BTreeMap<String, u64> = BTreeMap::new();
    for (type_, data, count) in &data.sent {
        let data = data.as_ref().map_or("", |data| data.text());
        *sent.entry(format!("{type_}{data}")).or_default() += count;
    }
    format!("{} sent {sent:?}", instances.join(" "))
}

/// The oracle's answer.
pub fn told_answer(case: &Case, told: &Told) -> Answer {
    let all = told.found.iter();
    let all =
        all.map(|found| (rests(case, &line_told(found)), found.example.clone(), needed_told(&found.needs)));
    let (outcomes, examples) = lines(case, all);
    let findings = told.findings(case);
    let findings = findings.iter().map(|f| {
        let (ordering, needs) = (ordering_told(case, &f.kind, &f.ordering), needed_told(&f.needs));
        format!("{}: {}, e.g. {ordering}{needs}", f.kind, f.orderings)
    });
    let mut findings: Vec<String> = findings.collect();
    findings.sort();
    Answer {
        orderings: told.orderings.to_string(),
        outcomes,
        examples,
        findings,
        unreached: told.unreached(case),
        verdict: told.verdict(case).to_string(),
    }
}

/// One outcome of the explorer's.
pub fn line_of(found: &anyorder::explore::Found) -> String {
    let outcome = &found.outcome;
    let effects = outcome.effects.iter().map(|(type_, count)| (&**type_, *count));
    let detail = outcome.data.as_ref().map_or(String::new(), detail);
    line(&outcome.rests, effects, &detail, &found.orderings.to_string())
}

/// One of the oracle's.
pub fn line_told(found: &Found) -> String {
    let effects = found.effects.iter().map(|(type_, count)| (*type_, *count));
    line(&found.outcome, effects, &found.detail, &found.orderings.to_string())
}

fn line<'a>(
    outcome: &str,
    effects: impl Iterator<Item = (&'a str, u64)>,
    detail: &str,
    orderings: &str,
) -> String {
    let effects: BTreeMap<&str, u64> = effects.filter(|(_, count)| *count > 0).collect();
    format!("{outcome} {effects:?} {detail}: {orderings}")
}

/// Where the explorer and brute force part, if they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    Refused,
    Orderings,
    Outcomes,
    Example,
    Finding,
    Unreached,
    Verdict,
    /// Something else is found where reductions are left out.
    Reduced,
    /// Something else is said by two threads.
    Threads,
}

/// Each reduction left out, each alone, and all left out.
const WITHOUT: [&[&str]; 9] = [
    &["interchangeable"],
    &["equal-copies"],
    &["equal-worlds"],
    &["apart"],
    &["interchangeable", "equal-copies", "apart"],
    &["equal-worlds", "equal-copies", "apart"],
    &["equal-worlds", "interchangeable", "apart"],
    &["equal-worlds", "interchangeable", "equal-copies"],
    &["all"],
];

/// Of a scenario with so many orderings, each walked for itself takes too long.
const EACH: u64 = 200;

/// Whether all is found again without some of the reductions: one set of them for each case.
fn found_without(case: &Case, told: &Told, report: &Report) -> bool {
    let number = yaml::scenario(case).bytes().fold(0, |sum, byte| sum + usize::from(byte)) % WITHOUT.len();
    let without = match WITHOUT[number] {
        ["all"] if told.orderings > EACH => &["interchangeable", "equal-copies", "apart"],
        ["equal-worlds", others @ ..] if told.orderings > EACH => others,
        some => some,
    };
    // What had nothing to do changes nothing when it is left out.
    let used = |name: &&str| *name == "all" || report.reductions.contains(name);
    if !without.iter().any(used) {
        return true;
    }
    let Ok(other) = explored_without(case, without, 2) else { return false };
    // Of several ways to say what decides an outcome, either may be told: of those that are interchangeable a
    // precedence is told of all or of none. Whether it is enough is the same.
    let decided = |report: &Report| {
        let decided = report.outcomes.iter().map(|found| (line_of(found), found.decided.exactly));
        let mut decided: Vec<_> = decided.collect();
        decided.sort();
        decided
    };
    // Copies that are told apart make other worlds, and are not written apart.
    let copied = without.contains(&"equal-copies") || without == ["all"];
    let walks = without.contains(&"equal-worlds");
    answer_of(case, report) == answer_of(case, &other)
        && (copied || decided(report) == decided(&other))
        && (copied || walks || report.worlds() == other.worlds())
}

pub fn difference(case: &Case, told: &Told) -> Option<Difference> {
    let mine = told_answer(case, told);
    let Ok(report) = explored(case) else { return Some(Difference::Refused) };
    let theirs = answer_of(case, &report);
    match () {
        _ if mine.orderings != theirs.orderings => Some(Difference::Orderings),
        _ if mine.outcomes != theirs.outcomes => Some(Difference::Outcomes),
        _ if mine.examples != theirs.examples => Some(Difference::Example),
        _ if is_rough(case) && !examples_exist(case, told) => Some(Difference::Example),
        _ if mine.findings != theirs.findings => Some(Difference::Finding),
        _ if mine.unreached != theirs.unreached => Some(Difference::Unreached),
        _ if mine.verdict != theirs.verdict => Some(Difference::Verdict),
        _ if !found_without(case, told, &report) => Some(Difference::Reduced),
        _ if !said_by_two(case, &report) => Some(Difference::Threads),
        _ => None,
    }
}

/// Whether two threads say the same, word by word.
fn said_by_two(case: &Case, report: &Report) -> bool {
    let two = explored_without(case, &[], 2);
    two.is_ok_and(|two| format!("{two:?}") == format!("{report:?}"))
}

/// Whether each nearest ordering of the explorer's is one that leads there, as far as plain words tell.
fn examples_exist(case: &Case, told: &Told) -> bool {
    let plainly = |words: &[String]| words.iter().map(|word| plain(word)).collect::<Vec<_>>();
    let report = explored(case).expect("it was explored before");
    report.outcomes.iter().all(|found| {
        let line = line_of(found);
        let same = told.found.iter().find(|told| rests(case, &line_told(told)) == rests(case, &line));
        let example = plainly(&found.example);
        same.is_none_or(|told| told.all.is_empty() || told.all.iter().any(|words| plainly(words) == example))
    })
}

/// A case and both answers.
pub fn shown(case: &Case) -> String {
    let mut texts: Vec<String> = case.processes.iter().map(yaml::definition).collect();
    texts.extend(case.services.iter().map(yaml::service));
    let mine = told_answer(case, &walk(case, 100_000).unwrap());
    let theirs = explored_answer(case).map_or_else(|error| error, |answer| answer.to_string());
    let texts = texts.join("\n");
    format!("{texts}\n{}\nbrute force: {mine}\nexplorer: {theirs}", yaml::scenario(case))
}
