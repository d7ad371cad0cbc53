//! The laws of `check`, over every scenario of every fixture and over seeded random ones.
//!
//! Law 9: what is printed leads where it says, step by step and as a log that is replayed. Law 1: the
//! same bytes, and the same worlds however the messages are listed. `ANYORDER_THOROUGH=1` takes ten
//! times as many; `ANYORDER_SEED=n` takes that one alone.

#[path = "common/brute/mod.rs"]
mod brute;
mod common;
#[path = "common/shelf.rs"]
mod shelf;

use anyorder::event::Name;
use anyorder::explore::{
    Facts, Finding, Kind, Order, ProcessFacts, Report, SavedLog, Scenario, Shown, outcome_of, save,
    step_through,
};
use anyorder::process::Family;
use anyorder::report::check_json;
use anyorder::runtime::{Choice, Port, Turn, World};
use anyorder::store::{Memory, Store};
use anyorder::versions::replay;
use brute::seeds;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// A scenario, and how to make it again.
struct Told {
    told: String,
    scenario: Scenario,
}

fn fixtures() -> Vec<Told> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let names = |folder: &Path| {
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let mut found = Vec::new();
    for story in names(&root) {
        let root = root.join(&story);
        for file in names(&root.join("scenarios")).iter().filter(|file| *file != "tally-16.yaml") {
            let file = format!("scenarios/{file}");
            let scenario = common::library::scenario(&root, &file).unwrap();
            found.push(Told { told: format!("{story}/{file}"), scenario });
        }
    }
    let restaurant = root.join("restaurant");
    let scenario = common::library::scenario(&restaurant, "next/takeaway.yaml").unwrap();
    found.push(Told { told: "takeaway".to_string(), scenario });
    found
}

fn random(seed: u64) -> (brute::model::Case, Told) {
    let (case, _) = brute::generate::walked(seed);
    let texts: Vec<String> = case.processes.iter().map(brute::yaml::definition).collect();
    let scenario = shelf::Shelf::new(&texts).scenario(&brute::yaml::scenario(&case));
    (case, Told { told: format!("seed {seed}; ANYORDER_SEED={seed} cargo test --test check_laws"), scenario })
}

fn words(ordering: &[String]) -> Vec<&str> {
    ordering.iter().map(String::as_str).collect()
}

/// What is true of a moment, from what a person is shown of it.
fn facts(scenario: &Scenario, steps: &[Shown]) -> Facts {
    let mut counts: BTreeMap<Name, u64> = BTreeMap::new();
    for stimulus in &scenario.first {
        *counts.entry(stimulus.message.type_.clone()).or_default() += 1;
    }
    for shown in steps {
        let listed =
            |type_: &&str| scenario.deliver.iter().any(|stimulus| *stimulus.message.type_ == **type_);
        let type_ = shown.choice.split(['#', '>']).next().unwrap_or_default();
        if let Some(type_) = Some(type_).filter(listed) {
            *counts.entry(Name::from(type_)).or_default() += 1;
        }
        for (type_, _, count) in &shown.sent {
            *counts.entry(type_.clone()).or_default() += count;
        }
    }
    let now = &steps.last().expect("the beginning").instances;
    let processes = scenario.processes.iter().zip(now).map(|(definition, shown)| {
        let started = !shown.state.starts_with("not-started");
        ProcessFacts {
            name: definition.name.clone(),
            state: Name::from(if started { shown.state.as_str() } else { "" }),
            data: if started { shown.data.clone() } else { definition.data.clone() },
        }
    });
    Facts { processes: processes.collect(), counts, ..Facts::default() }
}

fn a_finding_is_found(told: &Told, order: Order, report: &Report, finding: &Finding) {
    let (told, scenario) = (&told.told, &told.scenario);
    let ordering = words(&finding.ordering);
    let broken = |properties: &[anyorder::explore::Property]| {
        let stepped = step_through(scenario, order, &ordering).unwrap();
        // Of several conversations one breaks it, and this test has an eye for one; of a parked instance it
        // is not shown in which state it is.
        let now = &stepped.steps.last().expect("the beginning").instances;
        let parked = now.iter().any(|instance| instance.state.starts_with("parked"));
        if parked || now.len() > scenario.processes.len() {
            return;
        }
        let facts = facts(scenario, &stepped.steps);
        let name = finding.message.split('`').nth(1).unwrap();
        let property = properties.iter().find(|property| property.name == name).unwrap();
        assert_eq!(property.judge(&facts).ok(), Some(false), "{told}: {} {ordering:?}", finding.message);
    };
    match finding.kind {
        Kind::Always => broken(&scenario.expect.always),
        Kind::Finally => broken(&scenario.expect.finally),
        Kind::NeverEnds => panic!("{told}: it ends"),
        // These show the way to where it happens, and there is nothing more to see.
        Kind::Unanswered | Kind::Twice => {}
        Kind::Parked | Kind::Unfinished | Kind::NeverStarted | Kind::Undeclared => {
            let outcome = outcome_of(scenario, order, &ordering).unwrap();
            assert!(report.outcomes.iter().any(|found| found.outcome == outcome), "{told}: {outcome:?}");
            let wrong = finding.kind == Kind::Undeclared || !outcome.wrong.is_empty();
            assert!(wrong, "{told}: nothing is wrong with {outcome:?}");
        }
    }
}

fn all(count: u64) -> impl Iterator<Item = Told> {
    fixtures().into_iter().chain(seeds(count).map(|seed| random(seed).1))
}

/// Law 9: every outcome's ordering, and every finding's, leads there.
#[test]
fn what_is_printed_leads_where_it_says() {
    let (mut outcomes, mut findings) = (0, 0);
    for told in all(500) {
        for &order in &told.scenario.orders {
            let report = shelf::report(&told.scenario, order);
            assert_eq!(shelf::sum(&report), report.orderings, "{}", told.told);
            for found in &report.outcomes {
                let example = words(&found.example);
                let reached = outcome_of(&told.scenario, order, &example)
                    .unwrap_or_else(|error| panic!("{}: {error:?}", told.told));
                assert_eq!(reached, found.outcome, "{}: {example:?}", told.told);
                let stepped = step_through(&told.scenario, order, &example).unwrap();
                assert!(stepped.ends, "{}: {example:?}", told.told);
                let last = stepped.steps.last().unwrap();
                assert_eq!(last.rests, found.outcome.rests, "{}: {example:?}", told.told);
                outcomes += 1;
            }
            for finding in &report.findings {
                a_finding_is_found(&told, order, &report, finding);
                findings += 1;
            }
        }
    }
    println!("{outcomes} outcomes, {findings} findings");
}

struct Silent;

impl Port for Silent {
    fn supply(&mut self, _: &mut World) -> anyorder::error::Result<()> {
        Ok(())
    }
    fn took(&mut self, _: &World, _: &Choice, _: Turn) -> anyorder::error::Result<()> {
        Ok(())
    }
}

/// Where a replay of a saved log leaves each instance: its state and its data.
fn replayed(scenario: &Scenario, saved: &SavedLog) -> Vec<(String, String)> {
    let store = Store::new(Arc::new(Memory::new()));
    saved.write(&store).unwrap();
    let definition = scenario.processes.iter().find(|process| process.name == saved.process).unwrap();
    let mut family = Family::new(saved.process.clone());
    family.insert(definition.clone()).unwrap();
    let (world, _) = replay(&store, &family, &|_| true, None, &mut Silent).unwrap();
    let instance = |i: &anyorder::step::Instance| {
        let state = match i.rest() {
            anyorder::step::Rest::Unfinished(state) => state.to_string(),
            other => other.to_string(),
        };
        (state, i.data.to_json())
    };
    let mut all: Vec<_> = world.member(0).instances().map(instance).collect();
    all.retain(has_begun);
    all.sort();
    all
}

/// A finding may come before an instance has heard anything, and then only the scenario knows of it.
fn has_begun((state, _): &(String, String)) -> bool {
    state != "not-started"
}

/// Law 9: saved, an ordering is replayed to the same state and data; or no clock can bring it about.
#[test]
fn what_is_saved_is_replayed_to_the_same() {
    let (mut same, mut unreal, mut ringing) = (0, 0, 0);
    for told in all(500) {
        let (scenario, order) = (&told.scenario, told.scenario.orders[0]);
        let report = shelf::report(scenario, order);
        let findings = report.findings.iter().map(|finding| &finding.ordering);
        for ordering in report.outcomes.iter().map(|found| &found.example).chain(findings) {
            let ordering = words(ordering);
            let logs = match save(scenario, order, &ordering) {
                Ok(logs) => logs,
                Err(error) => {
                    let what = error.what();
                    // A log says what came, not where a host stopped; and it is replayed on our own host.
                    let other =
                        ["no clock brings this", "a crash cannot be saved", "saved, this ordering leads"];
                    assert!(other.iter().any(|why| what.starts_with(why)), "{}: {what}", told.told);
                    unreal += 1;
                    continue;
                }
            };
            let stepped = step_through(scenario, order, &ordering).unwrap();
            let last = stepped.steps.last().unwrap();
            for log in &logs {
                let mine = |name: &str| name.split('#').next() == Some(&*log.process);
                let mut shown: Vec<(String, String)> = last
                    .instances
                    .iter()
                    .filter(|instance| mine(&instance.name) && instance.state != "not-started")
                    .map(|instance| (instance.state.clone(), instance.data.to_json()))
                    .collect();
                shown.retain(has_begun);
                shown.sort();
                assert_eq!(replayed(scenario, log), shown, "{}: {ordering:?}", told.told);
            }
            same += 1;
            ringing += u64::from(ordering.iter().any(|word| word.contains('!')));
        }
    }
    println!("{same} are replayed to the same, in {ringing} an alarm rings; {unreal} no clock brings about");
    if std::env::var_os("ANYORDER_SEED").is_none() {
        assert!(ringing * 10 > same, "an alarm rings in {ringing} of {same}");
        assert!(unreal * 4 < same + unreal, "no clock brings about {unreal}, and {same} are replayed");
    }
}

/// Law 1. And the number of worlds, of orderings and of outcomes does not depend on how messages are listed.
#[test]
fn the_same_bytes_and_the_same_worlds_however_they_are_listed() {
    for told in all(300) {
        for &order in &told.scenario.orders {
            let report = shelf::report(&told.scenario, order);
            let again = shelf::report(&told.scenario, order);
            assert_eq!(check_json::json(&[report]), check_json::json(&[again]), "{}", told.told);
        }
    }
    for seed in seeds(600) {
        let (mut case, told) = random(seed);
        if case.fifo {
            continue; // there the order of the list says what comes first
        }
        let report = shelf::report(&told.scenario, told.scenario.orders[0]);
        case.deliver.reverse();
        let texts: Vec<String> = case.processes.iter().map(brute::yaml::definition).collect();
        let reversed = shelf::Shelf::new(&texts).scenario(&brute::yaml::scenario(&case));
        let other = shelf::report(&reversed, reversed.orders[0]);
        let facts = |report: &Report| {
            let found = report.outcomes.iter();
            let mut found: Vec<String> =
                found.map(|found| format!("{:?} {}", found.outcome, found.orderings)).collect();
            found.sort();
            (report.orderings.to_string(), report.states, found)
        };
        assert_eq!(facts(&report), facts(&other), "{}", told.told);
    }
}
