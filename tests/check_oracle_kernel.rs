//! Two readings of one design: the oracle's interpreter and the kernel, message by message, on random
//! processes and random inputs. Where they differ, one of them misread DESIGN.md, or it is silent.

#[path = "common/brute/mod.rs"]
mod brute;

use anyorder::event::{Document, Message, Name, Position, Time};
use anyorder::process::{Definition, read_named};
use anyorder::report::diagnostic::render;
use anyorder::span::Source;
use anyorder::step::{self, Input, turn};
use brute::generate::made;
use brute::interpret::{self, Effects, Life, Rest, When};
use brute::model::*;
use brute::yaml;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::rc::Rc;
use std::sync::Arc;

/// The oracle's instance and the kernel's, side by side.
struct Pair<'a> {
    process: &'a Process,
    definition: &'a Definition,
    mine: interpret::Instance,
    theirs: step::Instance,
    next: Position,
    minutes: u32,
    choices: u32,
}

impl Pair<'_> {
    fn message(&mut self, type_: Type, data: Option<i64>) -> (String, String) {
        let id = u64::from(self.choices);
        let input = interpret::Input {
            type_,
            data,
            line: Rc::default(),
            id,
            origin: id,
            tried: 0,
            by: None,
            ring: None,
        };
        let mut message = Message::new("outside", name(type_), format!("m{}", self.choices), self.now());
        message.correlation = Some(Name::from("c1"));
        message.position = Some(Position::FIRST);
        message.data = data.map(|k| Document::parse(&format!("{{\"k\":{k}}}")).unwrap());
        self.both(input, Arc::new(message))
    }

    fn ring(&mut self, index: usize) -> (String, String) {
        let alarm = self.mine.alarms.remove(index);
        self.minutes = self.minutes.max(alarm.due);
        let key = alarm.key.map(|key| key.to_string());
        let named = |message: &&Arc<Message>| *message.type_ == *name(alarm.name) && message.key() == key;
        let message = self.theirs.alarms.iter().find(named).expect("both have set it").clone();
        let ring = Some(self.mine.lives);
        self.both(
            interpret::Input {
                type_: alarm.name,
                data: alarm.data,
                line: Rc::default(),
                id: alarm.id,
                origin: alarm.origin,
                tried: 0,
                by: None,
                ring,
            },
            message,
        )
    }

    fn now(&self) -> Time {
        Time::MILLENNIUM.plus(i64::from(self.minutes) * 60_000).unwrap()
    }

    /// What either says about an input, and how its instance is then.
    fn both(&mut self, input: interpret::Input, message: Arc<Message>) -> (String, String) {
        self.choices += 1;
        let when = When { choice: self.choices, minutes: self.minutes, forgets: false };
        let mut effects = Effects::default();
        self.mine.take(self.process, input, when, &mut effects);
        let now = self.now();
        let definition = self.definition;
        let decisions =
            turn(|_| Some(definition), &mut self.theirs, Input::Arrives(message), now, &mut self.next);
        (self.mine_told(&effects), self.theirs_told(&decisions))
    }

    fn mine_told(&self, effects: &Effects) -> String {
        let data = |data: Option<i64>| data.map_or(String::new(), |k| format!("{{\"k\":{k}}}"));
        let state = |state: usize| self.process.states[state].name;
        let outcomes: Vec<String> =
            effects.outcomes.iter().map(|outcome| format!("{outcome:?}").to_lowercase()).collect();
        let sent: Vec<String> =
            effects.sent.iter().map(|sent| format!("{}{}", name(sent.type_), data(sent.data))).collect();
        let mut alarms: Vec<String> = self
            .mine
            .alarms
            .iter()
            .map(|alarm| {
                let key = alarm.key.map_or(String::new(), |key| format!("({key})"));
                format!("{}{key}{} at {}", name(alarm.name), data(alarm.data), alarm.due)
            })
            .collect();
        alarms.sort();
        let deferred: Vec<&str> = self.mine.deferred.iter().map(|input| name(input.type_)).collect();
        let rest = match self.mine.rest() {
            Rest::Parked(_) => "parked".to_string(),
            Rest::In(index) if self.process.states[index].end => state(index).to_string(),
            Rest::In(index) => format!("unfinished: {}", state(index)),
            Rest::NotStarted => "not-started".to_string(),
            Rest::Declined => "declined".to_string(),
        };
        let [n, k, seen] = self.mine.data;
        let lives = match self.mine.life {
            Life::In(state) => format!("{} n={n} k={k} seen={}", self.process.states[state].name, seen == 1),
            _ => "no life".to_string(),
        };
        format!("{outcomes:?} sent {sent:?} alarms {alarms:?} deferred {deferred:?} {rest}, {lives}")
    }

    fn theirs_told(&self, decisions: &[step::Recorded]) -> String {
        let data =
            |message: &Message| message.data.as_ref().map_or(String::new(), |data| data.text().to_string());
        let outcomes: Vec<&str> = decisions.iter().map(|recorded| recorded.outcome.name()).collect();
        let sent: Vec<String> = decisions
            .iter()
            .flat_map(|recorded| &recorded.sent)
            .map(|message| format!("{}{}", message.type_, data(message)))
            .collect();
        let minutes = |time: Time| (time.millis() - Time::MILLENNIUM.millis()) / 60_000;
        let mut alarms: Vec<String> = self
            .theirs
            .alarms
            .iter()
            .map(|alarm| format!("{}{} at {}", alarm.named(), data(alarm), minutes(alarm.due.unwrap())))
            .collect();
        alarms.sort();
        let deferred: Vec<&str> = self.theirs.deferred.iter().map(|message| &*message.type_).collect();
        let rest = match self.theirs.rest() {
            step::Rest::Parked(_) => "parked".to_string(),
            rest => rest.to_string(),
        };
        let json = self.theirs.data.to_json();
        let member = |name: &str| {
            let at = json.find(&format!("\"{name}\":")).unwrap() + name.len() + 3;
            json[at..].split([',', '}']).next().unwrap().to_string()
        };
        let lives = match self.theirs.state() {
            Some(state) => format!("{state} n={} k={} seen={}", member("n"), member("k"), member("seen")),
            None => "no life".to_string(),
        };
        format!("{outcomes:?} sent {sent:?} alarms {alarms:?} deferred {deferred:?} {rest}, {lives}")
    }
}

#[test]
fn the_oracle_and_the_kernel_read_the_design_alike() {
    let mut inputs = 0;
    for seed in 0..3_000 {
        let case = made(seed);
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        for process in &case.processes {
            let text = yaml::definition(process);
            let source = Source::new(format!("{}@1.yaml", process.name), &text);
            let definition = read_named(&source, process.name, 1)
                .unwrap_or_else(|error| panic!("{}\n{text}", render(&error, false)));
            let mut pair = Pair {
                process,
                definition: &definition,
                mine: interpret::Instance::new(),
                theirs: step::Instance::new(Name::from("c1")),
                next: Position::FIRST.next(),
                minutes: 0,
                choices: 0,
            };
            let types: Vec<Type> = (0..ALARMS.start).filter(|type_| process.hears(*type_)).collect();
            let mut story = String::new();
            for _ in 0..20 {
                let rings = !pair.mine.alarms.is_empty() && pair.mine.parked.is_none();
                let (said, (mine, theirs)) = if rings && random.random_range(0..3) == 0 {
                    let index = random.random_range(0..pair.mine.alarms.len());
                    (format!("{}!", name(pair.mine.alarms[index].name)), pair.ring(index))
                } else {
                    let type_ = *types.choose(&mut random).unwrap();
                    let data = (random.random_range(0..10) < if type_ % 2 == 0 { 9 } else { 1 })
                        .then(|| random.random_range(0..3));
                    (format!("{} {data:?}", name(type_)), pair.message(type_, data))
                };
                assert!(
                    mine == theirs,
                    "seed {seed}\n{text}\n{story}{said}\noracle: {mine}\nkernel: {theirs}"
                );
                story += &format!("{said}: {mine}\n");
                inputs += 1;
            }
        }
    }
    println!("{inputs} inputs");
}
