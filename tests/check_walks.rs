//! Two more laws of `check`, by walks of their own through random scenarios: the explorer's remembered
//! steps do what the runtime does with real messages and real ids (law 2), and what is said to decide an
//! outcome is true of its orderings, which are listed here one after the other.

#[path = "common/brute/mod.rs"]
mod brute;
#[path = "common/shelf.rs"]
mod shelf;

use anyorder::event::{Message, Name, Position};
use anyorder::explore::{Order, Scenario, ShownInstance, Stepped, step_through};
use anyorder::process::{Definition, Family};
use anyorder::runtime::{Choice, House, Key, ProcessId, World, apply};
use anyorder::step::{Recorded, Rest};
use brute::seeds;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

fn random(seed: u64) -> Scenario {
    let (case, _) = brute::generate::walked(seed);
    let texts: Vec<String> = case.processes.iter().map(brute::yaml::definition).collect();
    shelf::Shelf::new(&texts).scenario(&brute::yaml::scenario(&case))
}

/// One real world in which all processes live, and what is on its way to whom.
struct Real {
    definitions: Vec<Arc<Definition>>,
    world: World,
    flight: Vec<(Arc<Message>, ProcessId)>,
    published: u64,
    decisions: Vec<Recorded>,
}

impl Real {
    fn new(scenario: &Scenario) -> Real {
        let mut definitions = scenario.processes.clone();
        definitions.sort_by(|a, b| a.name.cmp(&b.name));
        let family = |definition: &Arc<Definition>| {
            let mut family = Family::new(definition.name.clone());
            family.insert(definition.clone()).unwrap();
            family
        };
        let families = definitions.iter().map(family).collect();
        let world = House::create(families).unwrap().created().subscribe_all().start().stable();
        let mut real = Real { definitions, world, flight: Vec::new(), published: 0, decisions: Vec::new() };
        for stimulus in &scenario.first {
            for to in real.hearers(&stimulus.message) {
                real.deliver(stimulus.message.clone(), to);
            }
        }
        for stimulus in &scenario.deliver {
            for to in real.hearers(&stimulus.message) {
                real.flight.push((stimulus.message.clone(), to));
            }
        }
        real
    }

    fn hearers(&self, message: &Message) -> Vec<ProcessId> {
        let all = self.world.house().subscribers(&message.type_).iter().copied();
        all.filter(|&process| self.definitions[process].name != message.source).collect()
    }

    /// Published under a key of its own, so that nobody has passed it.
    fn deliver(&mut self, message: Arc<Message>, process: ProcessId) {
        self.published += 1;
        let module = Name::from(format!("way-{}", self.published));
        let key = Key { time: message.time, module, position: Position::FIRST };
        self.world.publish(key.clone(), message);
        let turn = apply(&mut self.world, Choice::Deliver { process, key });
        self.took(process, turn.decisions);
    }

    fn took(&mut self, process: ProcessId, decisions: Vec<Recorded>) {
        for message in decisions.iter().flat_map(|recorded| &recorded.sent) {
            let hearers = self.hearers(message);
            let message: Arc<Message> = message.clone();
            self.flight.extend(hearers.iter().filter(|&&to| to != process).map(|&to| (message.clone(), to)));
        }
        self.decisions = decisions;
    }

    fn process(&self, name: &str) -> ProcessId {
        self.definitions.iter().position(|definition| *definition.name == *name).unwrap()
    }

    /// Takes a choice by its name; false where the name may mean messages that differ.
    fn take(&mut self, scenario: &Scenario, word: &str) -> bool {
        let (what, hearer) = word.split_once('>').map_or((word, None), |(what, to)| (what, Some(to)));
        if let Some(alarm) = what.strip_suffix('!') {
            let sets = |process: &ProcessId| match hearer {
                Some(name) => *self.definitions[*process].name == *name,
                None => self.definitions[*process].alarms.contains(alarm.split('(').next().unwrap()),
            };
            let process = (0..self.definitions.len()).find(sets).unwrap();
            let armed = self.world.member(process).instances().next().unwrap();
            // With its key where several of its name are armed.
            let exactly = armed.alarms.iter().find(|armed| armed.named() == alarm);
            let named = || armed.alarms.iter().find(|armed| *armed.type_ == *alarm);
            let ring = exactly.or_else(named).unwrap().clone();
            let choice = Choice::Ring { process, instance: armed.id.clone(), alarm: ring };
            let turn = apply(&mut self.world, choice);
            self.took(process, turn.decisions);
            return true;
        }
        let (type_, number) = what.split_once('#').map_or((what, None), |(type_, n)| (type_, Some(n)));
        let to = hearer.map(|name| self.process(name));
        let named = |(message, at): &&(Arc<Message>, ProcessId)| {
            *message.type_ == *type_ && to.is_none_or(|to| to == *at)
        };
        let of_type: Vec<_> = scenario.deliver.iter().filter(|s| *s.message.type_ == *type_).collect();
        let wanted = number.map(|number| number.parse::<usize>().unwrap());
        let listed = wanted.and_then(|number| of_type.get(number - 1)).map(|s| s.message.clone());
        let meant: Vec<(Arc<Message>, ProcessId)> = self.flight.iter().filter(named).cloned().collect();
        // A number of a listed message is that one, or one like it.
        let says = |message: &Message| (message.source.clone(), message.data.clone());
        let meant: Vec<_> = match &listed {
            Some(listed) => meant.into_iter().filter(|(m, _)| says(m) == says(listed)).collect(),
            None => meant,
        };
        let Some((first, at)) = meant.first().cloned() else { panic!("{word} is not on its way") };
        if meant.iter().any(|(other, to)| says(other) != says(&first) || *to != at) {
            return false;
        }
        let place = self.flight.iter().position(|other| *other == (first.clone(), at)).unwrap();
        self.flight.remove(place);
        self.deliver(first, at);
        true
    }

    /// As an ordering shows it.
    fn shown(&self, process: &Name) -> (String, String, Vec<Name>, Vec<Name>) {
        let instance = self.world.member(self.process(process)).instances().next();
        let Some(instance) = instance else {
            return (Rest::NotStarted.to_string(), "{}".to_string(), Vec::new(), Vec::new());
        };
        let state = match instance.rest() {
            Rest::Unfinished(state) => state.to_string(),
            rest => rest.to_string(),
        };
        let deferred = instance.deferred.iter().map(|kept| kept.type_.clone()).collect();
        let named = |alarm: &Arc<Message>| Name::from(alarm.named());
        let mut alarms: Vec<Name> = instance.alarms.iter().map(named).collect();
        alarms.sort();
        (state, instance.data.to_json(), alarms, deferred)
    }
}

fn shown(instance: &ShownInstance) -> (String, String, Vec<Name>, Vec<Name>) {
    let mut alarms: Vec<Name> = instance.alarms.iter().map(|(name, _)| Name::from(&**name)).collect();
    alarms.sort();
    (instance.state.clone(), instance.data.to_json(), alarms, instance.deferred.clone())
}

/// Law 2: at every step of a random ordering the instances are as the runtime has them, and as much is sent.
#[test]
fn remembered_steps_are_those_of_the_runtime() {
    let (mut steps, mut left_out) = (0, 0);
    for seed in seeds(1_500) {
        let scenario = random(seed);
        // The real world of this test has one conversation.
        if scenario.instances().iter().map(|(_, id)| id).collect::<BTreeSet<_>>().len() > 1 {
            continue;
        }
        let order = scenario.orders[0];
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut real = Real::new(&scenario);
        let mut path: Vec<String> = Vec::new();
        loop {
            let words: Vec<&str> = path.iter().map(String::as_str).collect();
            let stepped = step_through(&scenario, order, &words).unwrap();
            let told = || format!("seed {seed}: {words:?}");
            let last = stepped.steps.last().unwrap();
            for instance in &last.instances {
                let name = if last.instances.len() == 1 {
                    &scenario.processes[0].name
                } else {
                    &Name::from(&*instance.name)
                };
                assert_eq!(shown(instance), real.shown(name), "{}", told());
            }
            if !path.is_empty() {
                let met = real.decisions.iter().map(|r| (r.input.type_.clone(), r.outcome));
                assert_eq!(last.met, met.collect::<Vec<_>>(), "{}", told());
                let mut sent: BTreeMap<(Name, _), u64> = BTreeMap::new();
                for message in real.decisions.iter().flat_map(|recorded| &recorded.sent) {
                    *sent.entry((message.type_.clone(), message.data.clone())).or_default() += 1;
                }
                let sent: Vec<_> =
                    sent.into_iter().map(|((type_, data), count)| (type_, data, count)).collect();
                assert_eq!(last.sent, sent, "{}", told());
            }
            if stepped.ends {
                assert!(real.flight.is_empty(), "{}", told());
                break;
            }
            let next = stepped.next[random.random_range(0..stepped.next.len())].clone();
            if !real.take(&scenario, &next) {
                left_out += 1;
                break;
            }
            path.push(next);
            steps += 1;
        }
    }
    println!("{steps} steps; {left_out} walks end where a name means several");
    assert!(steps > 4_000 || std::env::var_os("ANYORDER_SEED").is_some());
    assert!(left_out * 10 < steps);
}

/// All orderings by their words, with where they rest and what they sent; None where there are many.
fn list(scenario: &Scenario, order: Order) -> Option<Vec<(Vec<String>, String)>> {
    const MANY: usize = 130;
    fn go(scenario: &Scenario, order: Order, path: &mut Vec<String>, all: &mut Vec<(Vec<String>, String)>) {
        if all.len() > MANY {
            return;
        }
        let words: Vec<&str> = path.iter().map(String::as_str).collect();
        let Stepped { steps, ends, next } = step_through(scenario, order, &words).unwrap();
        if ends {
            let mut sent: BTreeMap<Name, u64> = BTreeMap::new();
            for (type_, _, count) in steps.iter().flat_map(|shown| &shown.sent) {
                *sent.entry(type_.clone()).or_default() += count;
            }
            all.push((path.clone(), format!("{} {sent:?}", steps.last().unwrap().rests)));
        }
        for word in next {
            path.push(word);
            go(scenario, order, path, all);
            path.pop();
        }
    }
    let mut all = Vec::new();
    go(scenario, order, &mut Vec::new(), &mut all);
    (all.len() <= MANY).then_some(all)
}

/// `a before b`: a happens, and b comes after it or never; `a happens`, `a! rings`: just that. `2nd a` is
/// the second of that name.
fn obeys(ordering: &[String], precedence: &str) -> bool {
    let (a, b) = match precedence.split_once(" before ") {
        Some(both) => both,
        None => (precedence.rsplit_once(' ').unwrap().0, ""),
    };
    let place = |what: &str| {
        let times = ["1st ", "2nd ", "3rd ", "4th ", "5th "];
        let time = times.iter().position(|time| what.starts_with(time));
        let name = time.map_or(what, |_| &what[4..]);
        let mut places = (0..ordering.len()).filter(|&place| ordering[place] == name);
        places.nth(time.unwrap_or(0))
    };
    match (place(a), place(b)) {
        (Some(a), Some(b)) => a < b,
        (a, None) => a.is_some(),
        (None, _) => false,
    }
}

/// What decides an outcome holds in all of its orderings; `exactly` means in no others. And where no two
/// messages are alike, the orderings are as many as are listed.
#[test]
fn what_decides_an_outcome_is_obeyed() {
    let (mut decided, mut exact, mut counted) = (0, 0, 0);
    for seed in seeds(400) {
        let mut scenario = random(seed);
        scenario.by_data = false;
        let order = scenario.orders[0];
        let report = shelf::report(&scenario, order);
        if report.outcomes.len() < 2 {
            continue;
        }
        let Some(listed) = list(&scenario, order) else { continue };
        let merged = |name: &&str| ["equal-copies", "alike"].contains(name);
        let copies = report.reductions.iter().any(merged) || scenario.processes.len() > 1;
        if !copies {
            assert_eq!(report.orderings.to_string(), listed.len().to_string(), "seed {seed}");
            counted += 1;
        }
        for found in &report.outcomes {
            let here = format!("{} {:?}", found.outcome.rests, found.outcome.effects);
            let own: BTreeSet<&Vec<String>> =
                listed.iter().filter(|(_, outcome)| *outcome == here).map(|(ordering, _)| ordering).collect();
            assert!(own.contains(&found.example), "seed {seed}: {here}");
            if !copies {
                assert_eq!(found.orderings.to_string(), own.len().to_string(), "seed {seed}: {here}");
            }
            let by = &found.decided.by;
            let holds = |ordering: &[String]| by.iter().all(|precedence| obeys(ordering, precedence));
            for ordering in &own {
                assert!(holds(ordering), "seed {seed}: {here}: {by:?} in {ordering:?}");
            }
            if found.decided.exactly {
                let all: BTreeSet<&Vec<String>> =
                    listed.iter().map(|(ordering, _)| ordering).filter(|ordering| holds(ordering)).collect();
                assert_eq!(all, own, "seed {seed}: {here}: {by:?}");
                exact += 1;
            }
            decided += usize::from(!by.is_empty());
        }
    }
    println!("{decided} are decided, {exact} of them exactly; {counted} scenarios are counted");
    assert!(exact > 40 || std::env::var_os("ANYORDER_SEED").is_some());
}
