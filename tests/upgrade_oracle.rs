//! `check --upgrade` against brute force, on seeded random pairs of versions: all orderings are written down as words,
//! with the switch at every place, and each is run from its beginning through the runtime. Nothing is merged, nothing
//! remembered.
//!
//! `ANYORDER_THOROUGH=1` takes twenty times as many; `ANYORDER_SEED=n` takes that one alone.

#[path = "common/brute/mod.rs"]
mod brute;
#[path = "common/mutate.rs"]
mod mutate;

use anyorder::error::{Error, Result};
use anyorder::event::{Message, Name, Position, Time};
use anyorder::explore::{self, Moving, Upgrade, read, upgrade};
use anyorder::process::{AlarmTime, Definition, Family, Library, Service, read_named};
use anyorder::runtime::{Choice, House, Key, World, apply};
use anyorder::span::Source;
use anyorder::step::{Instance, Recorded, Rest};
use anyorder::versions::{Class, Clock, Life, Mapping, plan};
use brute::model::{Case, Faults};
use brute::{generate, seeds_by, yaml};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Longer orderings are not listed: such a pair is passed over.
const LONGEST: usize = 8;
const MOST: usize = 400;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Word {
    Comes(usize),
    Lost(usize),
    Rings(Name, Option<String>),
    Switch,
}

struct Shelf(Arc<Definition>);

impl Library for Shelf {
    fn process(&self, _: &str) -> Result<Arc<Definition>> {
        Ok(self.0.clone())
    }
    fn service(&self, name: &str) -> Result<Arc<Service>> {
        Err(Error::input(format!("no {name}")))
    }
    fn owner(&self, _: &str) -> Option<Name> {
        None
    }
}

struct Pair {
    p: Arc<Definition>,
    q: Arc<Definition>,
    scenario: explore::Scenario,
    /// Which must come before which.
    before: Vec<Vec<usize>>,
}

impl Pair {
    /// Whether no two listed messages bear one name.
    fn told_apart(&self) -> bool {
        let types: BTreeSet<&Name> = self.scenario.deliver.iter().map(|s| &s.message.type_).collect();
        types.len() == self.scenario.deliver.len()
    }

    /// What an ordering says of listed messages.
    fn words(&self, ordering: &[String]) -> Vec<Word> {
        let place = |name: &str| self.scenario.deliver.iter().position(|s| *s.message.type_ == *name);
        let word = |text: &String| match text.strip_suffix('-') {
            Some(lost) => place(lost).map(Word::Lost),
            None => place(text).map(Word::Comes),
        };
        ordering.iter().filter_map(word).collect()
    }
}

/// One version, or after a switch another, told an ordering from its beginning.
struct Run<'a> {
    pair: &'a Pair,
    world: World,
    id: Name,
    turns: Vec<Vec<Recorded>>,
    sent: Vec<Name>,
    /// After how many words each alarm was last set, and for how long.
    set: BTreeMap<(Name, Option<String>), (usize, i64)>,
    words: usize,
}

fn world(definitions: &[(&Arc<Definition>, bool)]) -> World {
    let mut family = Family::new(definitions[0].0.name.clone());
    for (definition, accepts_new) in definitions {
        let definition = Definition { accepts_new: *accepts_new, ..Definition::clone(definition) };
        family.insert(Arc::new(definition)).unwrap();
    }
    House::create(vec![family]).unwrap().created().subscribe_all().start().stable()
}

impl<'a> Run<'a> {
    fn of(pair: &'a Pair, definition: &Arc<Definition>, words: &[Word]) -> Run<'a> {
        let id = pair.scenario.first.iter().chain(&pair.scenario.deliver).next();
        let id = id.and_then(|stimulus| stimulus.message.conversation().cloned()).unwrap();
        let world = world(&[(definition, true)]);
        let mut run =
            Run { pair, world, id, turns: Vec::new(), sent: Vec::new(), set: BTreeMap::new(), words: 0 };
        for stimulus in &pair.scenario.first {
            run.comes(&stimulus.message);
        }
        words.iter().for_each(|word| run.goes(word));
        run
    }

    fn goes(&mut self, word: &Word) {
        match word {
            Word::Comes(index) => self.comes(&self.pair.scenario.deliver[*index].message),
            Word::Rings(name, key) => self.rings(name, key),
            Word::Lost(_) | Word::Switch => {}
        }
    }

    fn instance(&self) -> Instance {
        self.world.member(0).instance(&self.id).cloned().unwrap_or(Instance::new(self.id.clone()))
    }

    fn comes(&mut self, message: &Message) {
        self.words += 1;
        let position = Position::new(self.words as u64).unwrap();
        let key = Key { time: message.time, module: message.source.clone(), position };
        self.world.publish(key.clone(), Arc::new(Message { position: Some(position), ..message.clone() }));
        if self.world.in_flight() {
            self.does(Choice::Deliver { process: 0, key });
        }
    }

    fn rings(&mut self, name: &Name, key: &Option<String>) {
        self.words += 1;
        let instance = self.instance();
        let found = instance.alarms.iter().find(|alarm| alarm.type_ == *name && alarm.key() == *key);
        if let (Some(alarm), true) = (found, instance.parked.is_none()) {
            self.does(Choice::Ring { process: 0, instance: self.id.clone(), alarm: alarm.clone() });
        }
    }

    fn does(&mut self, choice: Choice) {
        let decisions = apply(&mut self.world, choice).decisions;
        let now = self.world.member(0).now.millis();
        for recorded in &decisions {
            self.sent.extend(recorded.sent.iter().map(|message| message.type_.clone()));
            for alarm in &recorded.armed {
                let runs = alarm.due.unwrap().millis() - now;
                self.set.insert((alarm.type_.clone(), alarm.key()), (self.words, runs));
            }
        }
        self.turns.extend((!decisions.is_empty()).then_some(decisions));
    }

    /// What the plan says of it here.
    fn plan(&self) -> Option<Moving> {
        let instance = self.instance();
        let clock = match self.pair.scenario.alarms {
            explore::Alarms::Last => Clock::Due(self.world.member(0).now),
            _ => Clock::AsRecorded,
        };
        let life = Life { instance: &instance, turns: &self.turns };
        instance.is_live().then(|| moving(&life, &self.pair.q, clock))
    }

    /// From here on it is Q's.
    fn switches(&mut self, known: &Run) {
        let planned = self.plan();
        let both = world(&[(&self.pair.p, false), (&self.pair.q, true)]);
        let now = self.world.member(0).now;
        self.words += 1;
        self.world = both.alone(0, self.instance(), now);
        if let Some((hand, document)) = planned.and_then(|moving| moving.by) {
            let mut message = Message::new(self.pair.p.name.clone(), hand.type_(), "the switch", now);
            message.data = Some(document);
            let (instance, message) = (self.id.clone(), Arc::new(message));
            self.does(Choice::Settle { process: 0, instance, message, hand });
            self.set.extend(known.set.clone());
        }
    }

    /// What may ring next; where alarms ring last, only if nothing can come.
    fn may_ring(&self, idle: bool) -> Vec<Word> {
        let instance = self.instance();
        let alarms = match (self.pair.scenario.alarms, &instance.parked) {
            (explore::Alarms::Any, None) => instance.alarms.clone(),
            (explore::Alarms::Last, None) if idle => {
                let first = instance.alarms.iter().map(|alarm| alarm.due).min().flatten();
                instance.alarms.iter().filter(|alarm| alarm.due == first).cloned().collect()
            }
            _ => Vec::new(),
        };
        let called = |alarm: &Message| (alarm.type_.clone(), alarm.key());
        let moment = |alarm: &Message| {
            [&self.pair.p, &self.pair.q].iter().any(|definition| {
                let mut all = definition.reactions().flat_map(|reaction| &reaction.alarms);
                all.any(|set| set.name == alarm.type_ && matches!(set.when, AlarmTime::At(_)))
            })
        };
        let waits = |late: &Message, early: &Message| match (moment(early), moment(late)) {
            (true, true) => early.due < late.due,
            (false, false) => {
                let (early, late) = (self.set[&called(early)], self.set[&called(late)]);
                early.0 < late.0 && early.1 <= late.1 || early.0 == late.0 && early.1 < late.1
            }
            _ => false,
        };
        let any = self.pair.scenario.alarms == explore::Alarms::Any;
        let free = |alarm: &&Arc<Message>| {
            !any || !alarms.iter().any(|early| called(early) != called(alarm) && waits(alarm, early))
        };
        let mut found: Vec<Word> =
            alarms.iter().filter(free).map(|alarm| Word::Rings(alarm.type_.clone(), alarm.key())).collect();
        found.sort();
        found
    }

    /// All that is armed rings, the earliest first.
    fn runs_out(mut self) -> Self {
        for _ in 0..100 {
            let instance = self.instance();
            let next = instance.alarms.iter().min_by_key(|alarm| alarm.due);
            let silent = instance.parked.is_some() || self.pair.scenario.alarms == explore::Alarms::Never;
            let Some(alarm) = next.filter(|_| !silent) else { break };
            self.rings(&alarm.type_.clone(), &alarm.key());
        }
        self
    }
}

fn moving(life: &Life, q: &Definition, clock: Clock) -> Moving {
    let plan = plan(life, q, clock, &Mapping::new()).unwrap();
    assert_eq!(plan.by.is_none(), matches!(plan.class, Class::Parks | Class::NotStarted));
    Moving { by: plan.by.map(|(hand, by)| (hand, by.document())), will: plan.will, decided: plan.decided }
}

/// What was found of a switch in a state: its kind, and how far the nearest ordering is.
type Findings = BTreeMap<String, BTreeMap<String, (usize, usize, usize)>>;

struct Brute<'a> {
    pair: &'a Pair,
    found: Findings,
    orderings: usize,
    too_long: bool,
}

impl<'a> Brute<'a> {
    /// All orderings that begin so.
    fn from(&mut self, words: &mut Vec<Word>) {
        if words.len() > LONGEST || self.orderings > MOST {
            self.too_long = true;
        }
        if self.too_long {
            return;
        }
        let pair = self.pair;
        let switched = words.iter().position(|word| *word == Word::Switch);
        let run = self.whole(words);
        let gone = |index: usize| {
            words.iter().any(|word| matches!(word, Word::Comes(n) | Word::Lost(n) if *n == index))
        };
        let left: Vec<usize> = (0..pair.scenario.deliver.len()).filter(|index| !gone(*index)).collect();
        let comes = |index: &usize| !pair.before[*index].iter().any(|first| left.contains(first));
        let mut next: Vec<Word> = left.iter().copied().filter(comes).map(Word::Comes).collect();
        let idle = next.is_empty();
        next.extend(run.may_ring(idle));
        if next.is_empty() && switched.is_some() {
            self.orderings += 1;
            self.ends(words, &run);
        }
        let lost = words.iter().filter(|word| matches!(word, Word::Lost(_))).count();
        if lost < pair.scenario.faults.losses as usize {
            next.extend(left.iter().copied().map(Word::Lost));
        }
        if switched.is_none() {
            next.push(Word::Switch);
            let (state, plan) = (state(&run), run.plan());
            self.found.entry(state.clone()).or_default();
            let fits = plan.is_none_or(|plan| plan.by.is_some());
            words.push(Word::Switch);
            if !fits && run.instance().parked.is_none() {
                self.note(&state, "left".to_string(), words);
            }
            words.pop();
        }
        for word in next {
            words.push(word);
            self.from(words);
            words.pop();
        }
    }

    /// An ordering on P up to the switch, on Q from there.
    fn whole(&self, words: &[Word]) -> Run<'a> {
        let place = words.iter().position(|word| *word == Word::Switch);
        let mut run = Run::of(self.pair, &self.pair.p, &words[..place.unwrap_or(words.len())]);
        if let Some(place) = place {
            run.switches(&Run::of(self.pair, &self.pair.q, &words[..place]));
            words[place + 1..].iter().for_each(|word| run.goes(word));
        }
        run
    }

    fn ends(&mut self, words: &[Word], run: &Run) {
        let place = words.iter().position(|word| *word == Word::Switch).unwrap();
        let pair = self.pair;
        let at = state(&Run::of(pair, &pair.p, &words[..place]));
        let [p, q] = [&pair.p, &pair.q].map(|definition| Run::of(pair, definition, words).runs_out());
        let (instance, alone) = (run.instance(), p.instance());
        match (instance.rest(), alone.rest()) {
            (Rest::Parked(_), Rest::Parked(_)) => {}
            (Rest::Parked(_), _) => self.note(&at, "parked".to_string(), words),
            (Rest::Unfinished(_) | Rest::NotStarted, Rest::Ended(..) | Rest::Declined) => {
                self.note(&at, "unfinished".to_string(), words);
            }
            _ => {}
        }
        let all: BTreeSet<&Name> = run.sent.iter().chain(&p.sent).chain(&q.sent).collect();
        for type_ in all {
            let count = |run: &Run| run.sent.iter().filter(|sent| *sent == type_).count();
            let (sent, one, other) = (count(run), count(&p), count(&q));
            if sent > one && sent > other {
                self.note(&at, format!("twice {type_}"), words);
            }
            if sent < one && sent < other {
                self.note(&at, format!("missing {type_}"), words);
            }
        }
    }

    fn note(&mut self, state: &str, what: String, words: &[Word]) {
        let lost = words.iter().filter(|word| matches!(word, Word::Lost(_))).count();
        let far = (lost, words.len(), inversions(words));
        let known = self.found.entry(state.to_string()).or_default().entry(what).or_insert(far);
        *known = (*known).min(far);
    }
}

/// How many pairs came in another order than they are listed; what is lost comes at no time.
fn inversions(words: &[Word]) -> usize {
    let index = |word: &Word| match word {
        Word::Comes(index) | Word::Lost(index) => Some(*index),
        _ => None,
    };
    let listed: Vec<(bool, usize)> =
        words.iter().filter_map(|w| Some((matches!(w, Word::Comes(_)), index(w)?))).collect();
    let overtakes = |(place, &(comes, index)): (usize, &(bool, usize))| match comes {
        true => {
            let later = listed[place + 1..].iter().filter(|(_, other)| *other < index).count();
            let never = |other: &usize| !listed.iter().any(|(_, index)| index == other);
            later + (0..index).filter(never).count()
        }
        false => 0,
    };
    listed.iter().enumerate().map(overtakes).sum()
}

fn state(run: &Run) -> String {
    let instance = run.instance();
    let parked = if instance.parked.is_some() { ", parked" } else { "" };
    match instance.state() {
        Some(state) => format!("{state}{parked}"),
        None if instance.parked.is_some() => "parked before start".to_string(),
        None => instance.rest().to_string(),
    }
}

/// A random process, another version of it, and a scenario for both.
fn pair(seed: u64) -> Option<Pair> {
    let mut case: Case = generate::made(seed);
    case.processes.truncate(1);
    case.services.clear();
    case.expect = Default::default();
    (case.alike, case.by_data, case.forgets) = (false, false, false);
    case.faults = Faults { losses: u8::from(seed.is_multiple_of(3)), ..Faults::default() };
    case.first.iter_mut().chain(&mut case.deliver).for_each(|stimulus| stimulus.conversation = 0);
    let process = case.processes.first()?.clone();
    case.first.retain(|stimulus| process.hears(stimulus.type_));
    generate::without(&mut case, |case| {
        case.deliver.retain(|stimulus| process.hears(stimulus.type_));
        case.deliver.truncate(4);
    });
    let text = yaml::definition(&process);
    let other = match seed % 2 {
        0 => {
            let mut other = generate::made(seed + 1_000_000).processes.first()?.clone();
            other.name = process.name;
            yaml::definition(&other)
        }
        _ => {
            let mutants = mutate::mutants(&Source::new("one.yaml", text.clone()));
            mutants.get(seed as usize * 7 % mutants.len().max(1))?.text.clone()
        }
    };
    let other = other.replacen("version: 1", "version: 2", 1).replacen("\"version\": 1", "\"version\": 2", 1);
    let other = other.replacen("\"version\":1", "\"version\":2", 1);
    let source = |name: &str, text: String| Source::new(format!("{name}.yaml"), text);
    let p = Arc::new(read_named(&source("one", text), process.name, 1).ok()?);
    let q = Arc::new(read_named(&source("two", other), process.name, 2).ok()?);
    let scenario = read(&source("random", yaml::scenario(&case)), &Shelf(p.clone())).ok()?;
    let ancestors = case.ancestors()?;
    let lane = |a: usize, b: usize| {
        let (a, b) = (&case.deliver[a], &case.deliver[b]);
        a.module.is_some() && a.module == b.module
    };
    let must = |then: usize, first: usize| {
        case.causal && ancestors[then].contains(&first) || case.fifo && first < then && lane(first, then)
    };
    let all = 0..case.deliver.len();
    let before = all.clone().map(|then| all.clone().filter(|first| must(then, *first)).collect()).collect();
    Some(Pair { p, q, scenario, before })
}

fn checked(pair: &Pair) -> Result<Upgrade> {
    let last = pair.scenario.alarms == explore::Alarms::Last;
    let planner = |instance: &Instance, turns: &[Arc<Vec<Recorded>>], now: Time| {
        let turns: Vec<Vec<Recorded>> = turns.iter().map(|turn| turn.to_vec()).collect();
        let clock = if last { Clock::Due(now) } else { Clock::AsRecorded };
        Ok(moving(&Life { instance, turns: &turns }, &pair.q, clock))
    };
    upgrade(&pair.scenario, pair.scenario.orders[0], &pair.q, &planner, &|_| false)
}

#[test]
fn random_upgrades_as_by_brute_force() {
    let (mut compared, mut coverage) = (0, BTreeMap::<String, u64>::new());
    for seed in seeds_by(140, 20) {
        let Some(pair) = pair(seed) else { continue };
        let mut brute = Brute { pair: &pair, found: Findings::new(), orderings: 0, too_long: false };
        brute.from(&mut Vec::new());
        if brute.too_long || pair.scenario.first.len() + pair.scenario.deliver.len() == 0 {
            continue;
        }
        let found = match checked(&pair) {
            Ok(found) => found,
            // Alarms at any moment, and a look at the clock.
            Err(_) => continue,
        };
        assert!(!found.stopped, "seed {seed}");
        let mut told = Findings::new();
        for at in &found.at {
            let snags = at.wrong.iter().map(|snag| {
                let type_ = snag.trouble.type_().map(|type_| format!(" {type_}")).unwrap_or_default();
                let lost = snag.ordering.iter().filter(|word| word.ends_with('-')).count();
                let words = pair.told_apart().then(|| pair.words(&snag.ordering));
                let overtaken = words.map(|words| inversions(&words));
                (format!("{}{type_}", snag.trouble.name()), (lost, snag.ordering.len(), overtaken))
            });
            let snags: Vec<_> = snags.collect();
            let of = |what: &String| brute.found.get(&at.state).and_then(|found| found.get(what)).copied();
            let with = |(what, (lost, steps, overtaken)): (String, (usize, usize, Option<usize>))| {
                // Where several messages bear one name, words do not say which of them came.
                let inversions = overtaken.or(of(&what).map(|far| far.2)).unwrap_or(usize::MAX);
                (what, (lost, steps, inversions))
            };
            told.insert(at.state.clone(), snags.into_iter().map(with).collect());
        }
        let texts = || format!("{}\n{}\n{:?}", pair.p.source.text, pair.q.source.text, pair.scenario.deliver);
        assert_eq!(told, brute.found, "seed {seed}\n{}", texts());
        compared += 1;
        *coverage.entry("orderings".to_string()).or_default() += brute.orderings as u64;
        for what in brute.found.values().flat_map(|found| found.keys()) {
            let kind = what.split(' ').next().unwrap_or(what);
            *coverage.entry(kind.to_string()).or_default() += 1;
        }
        *coverage.entry("safe".to_string()).or_default() +=
            u64::from(brute.found.values().all(|found| found.is_empty()));
    }
    println!("{compared} pairs, {coverage:?}");
}
