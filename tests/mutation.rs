//! Every story's processes, changed in one place: the story's own specs, scenarios and lint must notice.
//!
//! Each mutant is met in this order: the reader may refuse it; `lint` may find something; a spec may fail; a
//! scenario may no longer hold. What nobody notices is explored beside the original over the whole alphabet of its
//! messages: where outcomes, data and counts are the same, it is the original in other words, and does not count.
//! The others live, and are listed with the reason in `tests/mutation/survivors.txt`.
//!
//! The table of `docs/mutation.md` is what comes of it, and is written with `BLESS=1`; `MUTANTS=restaurant` tries those of one
//! story, and says with `--nocapture` what became of them.

mod common;

use anyorder::error::{Error, Result};
use anyorder::event::{Document, Message, Name};
use anyorder::explore::{self, Alarms, Order, Reductions, Scenario, Stimulus, Verdict, explore};
use anyorder::lint;
use anyorder::process::workspace_file::{self, WorkspaceFile};
use anyorder::process::{self, Definition, Library, Parts, Service};
use anyorder::span::Source;
use anyorder::spec::{self, Spec, What};
use common::mutate::mutants;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Scenarios with more worlds than that are left to the others: a mutant has enough of the small ones.
const LARGE: u64 = 5_000;
/// So many worlds of a whole alphabet are compared.
const COMPARED: u64 = 10_000;
/// So many messages are in flight at a time where the alphabet is larger.
const WINDOW: usize = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Refused,
    Lint,
    Spec,
    Scenario,
    /// Nobody notices, and nothing differs.
    Equal,
    /// Nobody notices, and something differs.
    Lives,
}

/// What a process leads to in each window of its alphabet.
type Memory = BTreeMap<(String, usize), String>;

/// A story and its files, read once.
struct Story {
    name: String,
    root: PathBuf,
    file: Rc<WorkspaceFile>,
    definitions: Vec<Arc<Definition>>,
    services: Vec<Arc<Service>>,
    /// Texts of specs and scenarios, with their names.
    specs: Vec<Arc<Source>>,
    scenarios: Vec<Arc<Source>>,
}

/// The story's definitions, one of them changed, and with it those that it is a part of.
struct Shelf<'a> {
    story: &'a Story,
    definitions: Vec<Arc<Definition>>,
}

impl Library for Shelf<'_> {
    fn process(&self, p: &str) -> Result<Arc<Definition>> {
        let stem = p.rsplit('/').next().unwrap().trim_end_matches(".yaml");
        let like = |known: &&Arc<Definition>| known.full_name() == stem || *known.name == *stem;
        let found = self.definitions.iter().rev().find(like);
        let Some(found) = found else {
            // A process of the story's world, beside its own.
            let text = std::fs::read_to_string(self.story.root.join("scenarios").join(p));
            let text = text.map_err(|_| Error::input(format!("no process {p}")))?;
            return process::read(&Source::new(p, text)).map(Arc::new);
        };
        Ok(found.clone())
    }

    fn service(&self, name: &str) -> Result<Arc<Service>> {
        let stem = name.rsplit('/').next().unwrap().trim_end_matches(".yaml");
        let found = self.story.services.iter().find(|known| *known.name == *stem);
        found.cloned().ok_or_else(|| Error::input(format!("no service {name}")))
    }

    fn owner(&self, type_: &str) -> Option<Name> {
        self.story.file.owner(type_).cloned()
    }

    fn seed(&self) -> u64 {
        self.story.file.seed
    }
}

fn sources(folder: &Path) -> Vec<Arc<Source>> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        Source::new(name, std::fs::read_to_string(path).unwrap())
    };
    paths.iter().filter(|path| path.extension().is_some_and(|end| end == "yaml")).map(read).collect()
}

/// Where parts lie.
struct Files<'a>(&'a [Arc<Source>]);

impl Parts for Files<'_> {
    fn part(&self, full_name: &str) -> Result<Arc<Source>> {
        let found = self.0.iter().find(|source| source.name.strip_suffix(".yaml") == Some(full_name));
        found.cloned().ok_or_else(|| Error::input(format!("no part {full_name}")))
    }
}

impl Story {
    fn read(root: PathBuf) -> Story {
        let text = std::fs::read_to_string(root.join("anyorder.yaml")).unwrap_or_default();
        let services = sources(&root.join("services"));
        Story {
            name: root.file_name().unwrap().to_str().unwrap().to_string(),
            file: Rc::new(workspace_file::read(&Source::new("anyorder.yaml", text)).unwrap()),
            definitions: {
                let files = sources(&root.join("processes"));
                let read = |source| Arc::new(process::read_with_parts(source, None, &Files(&files)).unwrap());
                files.iter().map(read).collect()
            },
            services: services
                .iter()
                .map(|source| Arc::new(process::read_service(source).unwrap()))
                .collect(),
            specs: sources(&root.join("specs")),
            scenarios: sources(&root.join("scenarios")),
            root,
        }
    }

    fn as_it_is(&self) -> Shelf<'_> {
        Shelf { story: self, definitions: self.definitions.clone() }
    }

    /// With another text for one file; None where the reader refuses it.
    fn with(&self, file: &str, text: &str) -> Option<Shelf<'_>> {
        let source = |known: &Arc<Definition>| match known.source.name == file {
            true => Source::new(file, text),
            false => known.source.clone(),
        };
        let files: Vec<Arc<Source>> = self.definitions.iter().map(source).collect();
        let read = |source| process::read_with_parts(source, None, &Files(&files)).map(Arc::new).ok();
        let definitions = files.iter().map(read).collect::<Option<Vec<_>>>()?;
        Some(Shelf { story: self, definitions })
    }

    /// The first of those that notice.
    fn fate(&self, file: &str, text: &str, small: &BTreeSet<String>, memory: &mut Memory) -> Fate {
        let Some(shelf) = self.with(file, text) else { return Fate::Refused };
        let noticed = if self.lint_finds(&shelf) {
            Fate::Lint
        } else if !self.specs_hold(&shelf) {
            return Fate::Spec;
        } else if !self.scenarios_hold(&shelf, small) {
            return Fate::Scenario;
        } else {
            Fate::Lives
        };
        let mut pairs = self.definitions.iter().zip(&shelf.definitions);
        if pairs.all(|(one, other)| self.same(one, other, memory)) { Fate::Equal } else { noticed }
    }

    fn lint_finds(&self, shelf: &Shelf) -> bool {
        let workspace = lint::Workspace {
            file: self.file.clone(),
            definitions: shelf.definitions.clone(),
            services: self.services.clone(),
            whole: true,
        };
        !lint::lint(&workspace).is_empty()
    }

    fn specs_of(&self, shelf: &Shelf) -> Result<Vec<Spec>> {
        let mut specs = Vec::new();
        for source in &self.specs {
            specs.extend(spec::read(source, shelf)?);
        }
        Ok(specs)
    }

    fn specs_hold(&self, shelf: &Shelf) -> bool {
        let Ok(specs) = self.specs_of(shelf) else { return false };
        specs.iter().all(|one| spec::test(one).is_ok_and(|tested| tested.holds()))
    }

    fn scenarios_hold(&self, shelf: &Shelf, small: &BTreeSet<String>) -> bool {
        let changed = |known: &Arc<Definition>| self.definitions.iter().all(|one| one.hash != known.hash);
        self.scenarios.iter().filter(|source| small.contains(&source.name)).all(|source| {
            let Ok(scenario) = explore::read(source, shelf) else { return false };
            !scenario.processes.iter().any(changed) || holds(&scenario)
        })
    }

    /// The scenarios that are not too large, and that hold as the story is.
    fn small(&self) -> BTreeSet<String> {
        let mut small = BTreeSet::new();
        for source in &self.scenarios {
            let mut scenario = explore::read(source, &self.as_it_is()).unwrap();
            scenario.bounds.states = scenario.bounds.states.min(LARGE);
            if holds(&scenario) {
                small.insert(source.name.clone());
            }
        }
        small
    }

    /// Whether two definitions lead to the same outcomes with the same data, as often, over their whole alphabet.
    fn same(&self, original: &Arc<Definition>, mutant: &Arc<Definition>, memory: &mut Memory) -> bool {
        if original.hash == mutant.hash {
            return true;
        }
        let alphabet = self.alphabet(original);
        let starts = |message: &Message| original.starter(&message.type_).is_some();
        let (starters, others): (Vec<&Message>, Vec<&Message>) =
            alphabet.iter().partition(|message| starts(message));
        let mut windows: Vec<Vec<&Message>> = Vec::new();
        if alphabet.len() <= WINDOW + 1 {
            windows.push(alphabet.iter().collect());
            if alphabet.len() <= 4 {
                windows.push(alphabet.iter().chain(&alphabet).collect());
            }
        } else {
            for starter in &starters {
                for chunk in 0..others.len().div_ceil(WINDOW / 2) {
                    let from = chunk * (WINDOW / 2);
                    let window = others.iter().cycle().skip(from).take(WINDOW.min(others.len()));
                    windows.push(std::iter::once(starter).chain(window).copied().collect());
                    // And a second starter, which meets what the first has begun.
                    windows.push(
                        [*starter, *starter]
                            .into_iter()
                            .chain(others[from..].iter().copied().take(3))
                            .collect(),
                    );
                }
            }
            windows.push(starters.iter().copied().chain(starters.iter().copied()).take(WINDOW).collect());
        }
        let mut windows = windows.iter().enumerate();
        windows.all(|(nth, window)| {
            let known =
                memory.entry((original.full_name(), nth)).or_insert_with(|| leads_to(original, window));
            *known == leads_to(mutant, window)
        })
    }

    /// Every message that the process hears from others, with each of its data that the story knows, up to three.
    fn alphabet(&self, definition: &Arc<Definition>) -> Vec<Message> {
        let mut known: BTreeMap<Name, Vec<Message>> = BTreeMap::new();
        let mut learn = |message: &Message| {
            let of_type = known.entry(message.type_.clone()).or_default();
            let data =
                |message: &Message| message.data.as_ref().map(|data: &Document| data.text().to_string());
            if of_type.len() < 3 && !of_type.iter().any(|other| data(other) == data(message)) {
                of_type.push(message.clone());
            }
        };
        for spec in self.specs_of(&self.as_it_is()).unwrap_or_default() {
            for step in spec.given.iter().chain(&spec.when) {
                if let What::Comes { message, .. } = &step.what {
                    learn(message);
                }
            }
        }
        for source in &self.scenarios {
            if let Ok(scenario) = explore::read(source, &self.as_it_is()) {
                scenario.first.iter().chain(&scenario.deliver).for_each(|stimulus| learn(&stimulus.message));
            }
        }
        let outside = definition.subscriptions.difference(&definition.alarms);
        let conversation = Name::from("c");
        let mut alphabet = Vec::new();
        for type_ in outside.filter(|type_| !is_a_copy(type_)) {
            let plain = || Message::new(Name::from("m"), type_.clone(), Name::from(""), Stimulus::TIME);
            let messages = known.remove(type_).unwrap_or_else(|| vec![plain()]);
            alphabet.extend(messages.into_iter().map(|message| Message {
                source: Name::from("m"),
                correlation: Some(conversation.clone()),
                time: Stimulus::TIME,
                position: None,
                ..message
            }));
        }
        alphabet
    }
}

/// The fourth of messages that are numbered, as Guest04, and all after it: what holds of three holds of them.
fn is_a_copy(name: &str) -> bool {
    let digits = name.len() - name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    digits == 2 && name[name.len() - 2..].parse::<u32>().is_ok_and(|number| number > 3)
}

fn holds(scenario: &Scenario) -> bool {
    scenario.orders.iter().all(|order| {
        let report = explore(scenario, *order, &mut |_| true);
        report.is_ok_and(|report| matches!(report.verdict, Verdict::AsDeclared | Verdict::Converges))
    })
}

/// Outcomes with data and effects, and how many orderings lead to each; or what is said instead.
fn leads_to(definition: &Arc<Definition>, window: &[&Message]) -> String {
    let any = "scenario: alphabet\nprocess: p@1\ndeliver: [A]\noutcome-by: data\n";
    struct One;
    impl Library for One {
        fn process(&self, _: &str) -> Result<Arc<Definition>> {
            let text = "process: p\nversion: 1\nstarts-on: A\ninitial: a\nstates: {a: {end: success}}\n";
            process::read(&Source::new("p@1.yaml", text)).map(Arc::new)
        }

        fn owner(&self, _: &str) -> Option<Name> {
            None
        }
    }
    let mut scenario = explore::read(&Source::new("alphabet.yaml", any), &One).unwrap();
    scenario.processes = vec![definition.clone()];
    scenario.bounds.states = COMPARED;
    scenario.reductions = Reductions::ALL;
    let numbered = window.iter().enumerate().map(|(nth, message)| Stimulus {
        message: Arc::new(Message {
            id: Name::from(format!("{}-{nth}", message.type_)),
            ..(*message).clone()
        }),
        module: None,
        causes: Vec::new(),
    });
    scenario.deliver = numbered.collect();
    let mut report = explore(&scenario, Order::ANY, &mut |_| true);
    if report.is_err() {
        // An expression asks what time it is.
        scenario.alarms = Alarms::Last;
        report = explore(&scenario, Order::ANY, &mut |_| true);
    }
    match report {
        Err(error) => error.to_string(),
        Ok(report) => {
            let outcomes = report
                .outcomes
                .iter()
                .map(|found| (format!("{:?}", found.outcome), found.orderings.to_string()));
            let outcomes: BTreeMap<String, String> = outcomes.collect();
            format!("{outcomes:?} {} {:?}", report.orderings, report.stopped)
        }
    }
}

fn stories() -> Vec<PathBuf> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut roots: Vec<PathBuf> =
        std::fs::read_dir(fixtures).unwrap().map(|entry| entry.unwrap().path()).collect();
    roots.retain(|root| root.join("processes").is_dir() && !root.to_str().unwrap().ends_with("-broken"));
    roots.sort();
    roots
}

/// `story process line: change`, without the reasons that follow.
fn survivors() -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mutation/survivors.txt");
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| {
            let (mutant, reason) = line.split_once(" -- ").unwrap_or_else(|| panic!("no reason: {line}"));
            (mutant.to_string(), reason.to_string())
        })
        .collect()
}

/// What became of the mutants of each story.
fn met(only: Option<&str>) -> BTreeMap<String, Vec<(String, Fate)>> {
    let mut roots = stories();
    roots.retain(|root| only.is_none_or(|only| root.ends_with(only)));
    let next = AtomicUsize::new(0);
    let met: Mutex<BTreeMap<String, Vec<(String, Fate)>>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(root) = roots.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let story = Story::read(root.clone());
                    let fates = of_story(&story);
                    met.lock().unwrap().insert(story.name.clone(), fates);
                }
            });
        }
    });
    met.into_inner().unwrap()
}

fn of_story(story: &Story) -> Vec<(String, Fate)> {
    let (small, mut memory) = (story.small(), Memory::new());
    let mut fates = Vec::new();
    for original in &story.definitions {
        let process = original.full_name();
        for mutant in mutants(&original.source).into_iter().filter(|mutant| !is_a_copy(&mutant.name)) {
            let fate = story.fate(&original.source.name, &mutant.text, &small, &mut memory);
            fates.push((format!("{} {process} {}", story.name, mutant.name), fate));
        }
    }
    assert!(story.root.is_dir());
    fates
}

fn table(met: &BTreeMap<String, Vec<(String, Fate)>>) -> (String, f64) {
    let mut text = String::from(
        "| story | mutants | refused | equal | differ | lint | specs | scenarios | live |\n|---|---|---|---|---|---|---|---|---|\n",
    );
    let mut sums = [0usize; 8];
    for (story, fates) in met {
        let count = |fate: Fate| fates.iter().filter(|(_, met)| *met == fate).count();
        let [refused, lint, spec, scenario, equal, lives] =
            [Fate::Refused, Fate::Lint, Fate::Spec, Fate::Scenario, Fate::Equal, Fate::Lives].map(count);
        let differ = lint + spec + scenario + lives;
        let row = [fates.len(), refused, equal, differ, lint, spec, scenario, lives];
        row.iter().zip(&mut sums).for_each(|(one, sum)| *sum += one);
        writeln!(text, "| {story} | {} |", row.map(|number| number.to_string()).join(" | ")).unwrap();
    }
    writeln!(text, "| all | {} |", sums.map(|number| number.to_string()).join(" | ")).unwrap();
    let caught = 100.0 * (sums[3] - sums[7]) as f64 / sums[3].max(1) as f64;
    (text, caught)
}

#[test]
fn what_differs_is_noticed() {
    let wanted = std::env::var("MUTANTS").ok();
    let met = met(wanted.as_deref());
    let listed = survivors();
    let fates = met.values().flatten().filter(|(_, fate)| *fate == Fate::Lives);
    let live: BTreeSet<&str> = fates.map(|(mutant, _)| mutant.as_str()).collect();
    let (table, caught) = table(&met);
    if wanted.is_some() {
        println!("{table}\n{caught:.1} %");
    } else {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/mutation.md");
        let text = std::fs::read_to_string(&page).unwrap_or_default();
        let begin = text.find("| story |").expect("a table in docs/mutation.md");
        let end = begin + text[begin..].find("\n\n").map_or(text.len() - begin, |end| end + 1);
        let told = format!("{}{table}{}", &text[..begin], &text[end..]);
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&page, &told).unwrap();
        } else {
            assert!(told == text, "docs/mutation.md has another table (BLESS=1 writes it):\n{table}");
        }
        let gone: Vec<&String> = listed.keys().filter(|mutant| !live.contains(mutant.as_str())).collect();
        assert!(gone.is_empty(), "these are listed, and do not live any more: {gone:#?}");
        assert!(caught >= 95.0, "only {caught:.1} % are noticed");
    }
    let new: Vec<&&str> = live.iter().filter(|mutant| !listed.contains_key(**mutant)).collect();
    assert!(new.is_empty(), "these live, and tests/mutation/survivors.txt gives no reason: {new:#?}");
}
