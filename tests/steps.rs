//! Steps: what a saga in short form becomes, against states that were written by hand, against a person
//! who follows the rules, and against services that do as they like.

mod common;
#[path = "common/sagas.rs"]
mod sagas;
#[path = "common/shelf.rs"]
mod shelf;

use anyorder::event::{Name, Position, Time};
use anyorder::explore::{Report, Scenario, Verdict, explore};
use anyorder::process::{self, Definition, canonical};
use anyorder::report::expand;
use anyorder::step::{Input, Instance, Rest, turn};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sagas::{Comes, Person, Saga};
use shelf::{Shelf, definition};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A file with states in the place of its steps, as YAML and as JSON.
fn in_full(text: &str) -> (String, String) {
    let definition = definition(text);
    let root = process::in_full(&definition.source).unwrap();
    (expand::yaml(&root, &definition.steps), expand::json(&root))
}

fn files(folder: PathBuf) -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(folder).map(|entries| entries.map(|entry| entry.unwrap().path()).collect());
    let mut files: Vec<PathBuf> = entries.unwrap_or_default();
    files.sort();
    files
}

/// Every process of every story that is written as steps.
fn stories() -> Vec<PathBuf> {
    let folders = files(root().join("fixtures"));
    let all = folders.into_iter().flat_map(|folder| files(folder.join("processes")));
    all.filter(|path| text(path).contains("\nsteps:")).collect()
}

#[test]
fn what_is_printed_in_full_is_the_same_definition() {
    let mut texts: Vec<String> = stories().iter().map(text).collect();
    assert!(texts.len() >= 3);
    texts.push(text("tests/definitions/steps-good.yaml"));
    texts.extend((0..100).map(|seed| Saga::new(seed, 4).yaml()));
    for short in texts {
        let meant = definition(&short);
        assert!(!meant.steps.is_empty());
        let (yaml, json) = in_full(&short);
        for full in [&yaml, &json] {
            let full = definition(full);
            assert_eq!(canonical(&full), canonical(&meant), "{short}\n{yaml}");
            assert_eq!(
                (full.hash, full.summary, full.steps.len()),
                (meant.hash.clone(), meant.summary.clone(), 0)
            );
        }
        // And what is in full already is printed as it stands.
        assert_eq!(in_full(&yaml).1, json);
    }
}

#[test]
fn a_file_in_full_reads_like_one_that_somebody_wrote() {
    let (yaml, _) = in_full(&text("tests/definitions/steps-good.yaml"));
    let beside = root().join("tests/steps/good.yaml");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&beside, &yaml).unwrap();
    }
    assert_eq!(yaml, text(beside));
}

/// What a scenario leads to; what decides it is not asked, which would take far longer.
fn report(scenario: &Scenario) -> Report {
    explore(scenario, scenario.orders[0], &mut |progress| progress.met != progress.done).unwrap()
}

/// Where the instances rest, and what was sent.
type Ending = (String, BTreeMap<Name, u64>);

/// What a scenario leads to, and in how many orderings.
fn told(scenario: &Scenario) -> (String, BTreeMap<Ending, String>) {
    let report = report(scenario);
    let outcomes = report.outcomes.iter().map(|found| {
        ((found.outcome.rests.clone(), found.outcome.effects.clone()), found.orderings.to_string())
    });
    assert!(matches!(report.verdict, Verdict::AsDeclared | Verdict::Converges), "{report:?}");
    (report.orderings.to_string(), outcomes.collect())
}

#[test]
fn states_that_were_written_by_hand_lead_to_the_same_in_as_many_orderings() {
    let mut scenarios = 0;
    for (story, by_hand) in
        [("create-order-steps", vec!["create-order@1"]), ("trip", vec!["trip@1", "trip@2"])]
    {
        let folder = Path::new("fixtures").join(story);
        let services: Vec<String> = files(root().join(&folder).join("services")).iter().map(text).collect();
        let shelf = |read: &dyn Fn(&str) -> String| {
            let processes: Vec<String> = by_hand.iter().map(|name| read(name)).collect();
            Shelf::with_services(&processes, &services)
        };
        let short = shelf(&|name| text(folder.join(format!("processes/{name}.yaml"))));
        let hand = shelf(&|name| text(format!("tests/steps/{name}.yaml")));
        for file in files(root().join(&folder).join("scenarios")) {
            let scenario = text(&file);
            assert_eq!(
                told(&short.scenario(&scenario)),
                told(&hand.scenario(&scenario)),
                "{}",
                file.display()
            );
            scenarios += 1;
        }
    }
    assert_eq!(scenarios, 7);
}

/// The kernel with the states that steps became.
struct Machine {
    definition: Definition,
    instance: Instance,
    next: Position,
    said: u64,
}

impl Machine {
    fn new(text: &str) -> Machine {
        let definition = definition(text);
        Machine { definition, instance: Instance::new(Name::from("c")), next: Position::FIRST, said: 0 }
    }

    /// What it sends when a message of a type comes, each with an id of its own.
    fn hears(&mut self, type_: &str) -> Vec<String> {
        self.said += 1;
        let mut message = common::message("world", &format!("m-{}", self.said));
        message.type_ = Name::from(type_);
        self.takes(Arc::new(message))
    }

    fn rings(&mut self) -> Vec<String> {
        let alarm = self.instance.alarms[0].clone();
        self.takes(alarm)
    }

    fn takes(&mut self, message: Arc<anyorder::event::Message>) -> Vec<String> {
        let now: Time = message.due.unwrap_or(message.time);
        let definition = &self.definition;
        let turn =
            turn(|_| Some(definition), &mut self.instance, Input::Arrives(message), now, &mut self.next);
        turn.iter().flat_map(|recorded| &recorded.sent).map(|sent| sent.type_.to_string()).collect()
    }
}

#[test]
fn the_states_do_what_a_person_would_do_who_follows_the_rules() {
    let (mut ends, mut late) = (BTreeMap::new(), 0);
    for seed in 0..400 {
        let saga = Saga::new(seed, 4);
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (mut person, mut machine) = (Person::new(&saga), Machine::new(&saga.yaml()));
        let mut course = vec!["Begun".to_string()];
        assert_eq!(machine.hears("Begun"), person.sent, "{}", saga.yaml());
        // Also when it is over answers may come.
        for _ in 0..rng.random_range(5..40) {
            let Some(comes) = person.anything(&mut rng) else { break };
            late += u64::from(person.end().is_some());
            let name = match comes {
                Comes::Done(index) => format!("Done{}", index + 1),
                Comes::Failed(index, nth) => format!("{}{}", ["No", "Never"][nth], index + 1),
                Comes::Undone(index) => format!("Undone{}", index + 1),
                Comes::Ring => "!".to_string(),
            };
            course.push(name.clone());
            let sent = if comes == Comes::Ring { machine.rings() } else { machine.hears(&name) };
            person.hears(comes);
            let where_ = format!("seed {seed}: {}\n{}", course.join(" "), saga.yaml());
            assert_eq!(sent, person.sent, "{where_}");
            assert_eq!(!machine.instance.alarms.is_empty(), person.waits_for_an_alarm(), "{where_}");
            assert!(machine.instance.alarms.len() <= 1, "{where_}");
            match (machine.instance.rest(), person.end()) {
                (Rest::Ended(state, _), end) => assert_eq!(Some(state), end, "{where_}"),
                (rest, end) => assert!(end.is_none() && !matches!(rest, Rest::Parked(_)), "{rest}: {where_}"),
            }
        }
        if let Some(end) = person.end() {
            *ends.entry(end).or_insert(0) += 1;
        }
    }
    assert!(["done", "undone", "manual"].iter().all(|end| ends[end] > 20), "{ends:?}");
    assert!(late > 300, "{late}");
}

#[test]
fn whatever_overtakes_whatever_nothing_parks_and_everything_is_done_or_undone_or_with_a_person() {
    let (mut whole, mut ends) = (0, BTreeMap::new());
    for seed in 0..60 {
        let saga = Saga::new(seed, 2 + usize::from(seed % 8 == 0));
        let shelf = Shelf::with_services(&[saga.yaml()], &saga.services());
        let scenario = shelf.scenario(&saga.scenario());
        let report = report(&scenario);
        let why = || format!("seed {seed}\n{}{}{:?}", saga.yaml(), saga.scenario(), report.findings);
        assert!(report.findings.is_empty(), "{}", why());
        whole += usize::from(report.stopped.is_none());
        for found in &report.outcomes {
            *ends.entry(found.outcome.rests.clone()).or_insert(0) += 1;
        }
    }
    assert!(whole > 40, "{whole}");
    assert_eq!(ends.keys().collect::<Vec<_>>(), ["done", "manual", "undone"]);
}
