//! Random definitions and random logs for them, from a seed. Written as text, so that the reader of
//! definitions takes part. Times are whole minutes, so that they tie often, with alarms too.
//!
//! Nothing here goes round for ever: what a process does about a ring, or about what another process
//! has sent, counts `n` up and stops at a bound; and where an end forgets the count, such a reaction
//! sends nothing that comes back.
#![allow(dead_code)] // each test file uses its part

use super::running::{Bytes, families, fixtures};
use anyorder::event::{Document, Message, Name, Time};
use anyorder::process::Family;
use anyorder::store::{Guard, Memory, Store};
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::fmt::Write;
use std::sync::Arc;

const OUTSIDE: [&str; 6] = ["Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir"];
const ECHOES: [&str; 3] = ["EchoOne", "EchoTwo", "EchoThree"];
const ALARMS: [&str; 2] = ["Bell", "Gong"];
const MODULES: [&str; 3] = ["orders", "beta-shop", "zoo"];
/// Before, between and after the modules, so that ties fall either way.
const PROCESSES: [&str; 3] = ["alpha", "keeper", "zulu"];

/// Definitions, and logs in the order in which they arrived.
pub struct Case {
    pub seed: u64,
    pub texts: Vec<String>,
    pub arrivals: Vec<Message>,
}

/// How many cases a law looks at, and from which seed on. `ANYORDER_SEED=n` takes that one alone.
pub fn cases(count: u64) -> impl Iterator<Item = Case> {
    let (from, count) = match std::env::var("ANYORDER_SEED") {
        Ok(seed) => (seed.parse().expect("ANYORDER_SEED is a number"), 1),
        Err(_) => (0, count),
    };
    (from..from + count).map(Case::new)
}

/// The random cases, and each fixture's definitions with the messages that they mention in random logs.
pub fn all_cases(count: u64) -> impl Iterator<Item = Case> {
    let fixtures = fixtures().into_iter().enumerate().map(|(index, (_, texts))| {
        let mut case = Case::new(index as u64);
        let families = families(&texts);
        let types: Vec<Name> = families
            .iter()
            .flat_map(|family| family.versions().flat_map(|definition| definition.subscriptions.clone()))
            .collect();
        for (number, message) in case.arrivals.iter_mut().enumerate() {
            message.type_ = types[(number * 7 + number / 3) % types.len()].clone();
        }
        Case { texts, ..case }
    });
    fixtures.chain(cases(count))
}

impl Case {
    pub fn new(seed: u64) -> Case {
        let random = ChaCha8Rng::seed_from_u64(seed);
        let mut maker = Maker { random, forget: false };
        let count = maker.random.random_range(1..=3);
        let mut texts = Vec::new();
        for name in PROCESSES.choose_multiple_in_order(&mut maker.random, count) {
            let versions = if maker.chance(30) { 2 } else { 1 };
            for version in 1..=versions {
                let text = maker.definition(name, version);
                // One in four has two machines side by side.
                let other = (seed % 4 == 3).then(|| maker.definition(name, version));
                texts.push(other.map_or(text.clone(), |other| side_by_side(&text, &other)));
            }
        }
        let arrivals = maker.arrivals();
        Case { seed, texts, arrivals }
    }

    /// What to say when a law is broken.
    pub fn told(&self) -> String {
        format!("seed {}; ANYORDER_SEED={} cargo test takes it alone", self.seed, self.seed)
    }

    pub fn families(&self) -> Vec<Family> {
        families(&self.texts)
    }

    pub fn memory(&self) -> Memory {
        let memory = Memory::new();
        append(&memory, &self.arrivals);
        memory
    }

    pub fn logs(&self) -> Bytes {
        self.memory().snapshot()
    }
}

/// Also messages whose ids are there already: other programs write such logs.
pub fn append(memory: &Memory, arrivals: &[Message]) {
    let store = Store::new(Arc::new(memory.clone()));
    for message in arrivals {
        store.append_new(&message.source, vec![vec![message.clone()]], Guard::None).unwrap();
    }
}

/// The states of two definitions as regions of the first; and a join that sends, and one that ends it.
fn side_by_side(text: &str, other: &str) -> String {
    let forgets = |text: &str| text.contains("after-end: forget");
    // What one lets go round because it remembers, the other must not forget.
    let other = if forgets(text) == forgets(other) { other } else { text };
    let (head, left) = text.split_at(text.find("initial:").unwrap());
    let right = &other[other.find("initial:").unwrap()..];
    let mut out = String::new();
    for line in head.lines() {
        // A start leads nowhere: each region begins in its own initial state.
        let cut = line.find(", to: ").map_or(line, |at| &line[..at]);
        let cut = cut.find("{to: ").map_or(cut, |at| &cut[..=at]);
        out += cut;
        out += if cut.len() < line.len() { "}\n" } else { "\n" };
    }
    out += "regions:\n";
    for (name, states) in [("left", left), ("right", right)] {
        writeln!(out, "  {name}:").unwrap();
        states.lines().for_each(|line| writeln!(out, "    {line}").unwrap());
    }
    out += "joins:\n  - {when: state.left == 'two' && data.n < 9, set: {n: =data.n + 1}, send: Meet}\n";
    out +=
        "  - {when: state.left == 'three' && state.right == 'three', publish: Met, end: manual, as: met}\n";
    out.replace("state == 'one'", "state.right == 'one'")
}

trait InOrder<T> {
    fn choose_multiple_in_order(&self, random: &mut impl Rng, count: usize) -> Vec<T>;
}

impl<T: Clone> InOrder<T> for [T] {
    fn choose_multiple_in_order(&self, random: &mut impl Rng, count: usize) -> Vec<T> {
        let mut left = count;
        let mut out = Vec::new();
        for (index, item) in self.iter().enumerate() {
            if random.random_range(0..self.len() - index) < left {
                out.push(item.clone());
                left -= 1;
            }
        }
        out
    }
}

struct Maker {
    random: ChaCha8Rng,
    forget: bool,
}

impl Maker {
    fn chance(&mut self, percent: u32) -> bool {
        self.random.random_range(0..100) < percent
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        *of.choose(&mut self.random).unwrap()
    }

    fn definition(&mut self, name: &str, version: u32) -> String {
        let forget = self.chance(40);
        self.forget = forget;
        let mut out = format!("process: {name}\nversion: {version}\n");
        let mut starters: Vec<&str> = vec![self.one(&OUTSIDE[..2])];
        if self.chance(50) {
            starters.push(self.one(&OUTSIDE[2..4]));
        }
        // With `forget` an echo that starts could go round for ever.
        if !forget && self.chance(40) {
            starters.push(self.one(&ECHOES));
        }
        if self.chance(40) {
            out += "starts-on:\n";
            for starter in starters {
                let reaction = if self.chance(60) { self.reaction(starter, 4, 25) } else { "{}".to_string() };
                writeln!(out, "  {starter}: {reaction}").unwrap();
            }
        } else {
            writeln!(out, "starts-on: [{}]", starters.join(", ")).unwrap();
        }
        if self.chance(30) {
            let when =
                ["event.data.x > 2", "has(event.data.x) && event.data.x != 3", "not (event.type == 'Alder')"];
            writeln!(out, "starts-when: {}", self.one(&when)).unwrap();
        }
        if self.chance(25) {
            let by = ["{Knock: event.data.c}", "event.data.c", "{Knock: event.correlationid}"];
            writeln!(out, "correlate: {}", self.one(&by)).unwrap();
        }
        writeln!(out, "before-start: {}", self.one(&["defer", "defer", "park", "ignore"])).unwrap();
        writeln!(out, "unexpected: {}", self.one(&["park", "ignore", "ignore", "defer"])).unwrap();
        writeln!(out, "after-end: {}", if forget { "forget" } else { "remember" }).unwrap();
        out += "data: {n: 0, k: 1, text: 'as it \"was\"', amount: 12.50}\n";
        writeln!(out, "initial: {}\nstates:", if self.chance(4) { "done" } else { "one" }).unwrap();
        for state in ["one", "two", "three", "done", "over"] {
            self.state(&mut out, state);
        }
        if self.chance(40) {
            out += "any:\n";
            for _ in 0..self.one(&[1, 1, 2]) {
                self.shared(&mut out);
            }
        }
        out
    }

    /// A block that states share.
    fn shared(&mut self, out: &mut String) {
        let within = ["", "in: one, ", "in: [one, three], ", "in: [two], "];
        let (one, other) = (self.one(&OUTSIDE), self.one(&ECHOES));
        let (bell, left) = (self.one(&ALARMS), self.one(&OUTSIDE[3..]));
        let rules = [(one, 60), (other, 30), (bell, 100)]
            .map(|(type_, guarded)| format!("{type_}: {}", self.reaction(type_, 0, guarded)));
        let list = if one == left {
            "ignore: []".to_string()
        } else {
            format!("{}: {left}", self.one(&["ignore", "defer"]))
        };
        writeln!(out, "  - {{{}on: {{{}}}, {list}}}", self.one(&within), rules.join(", ")).unwrap();
    }

    /// What is done on entry, or without an event: whatever led there is bounded, and so is this.
    fn entry(&mut self, guards: &[&str], to: bool) -> String {
        let mut keys = Vec::new();
        if !guards.is_empty() {
            keys.push(format!("when: \"{}\"", self.one(guards)));
        }
        if self.chance(40) {
            let some =
                ["k: =data.k + 1", "text: =state", "copy: =event.type", "k: =10 / data.k", "copy: =data.k"];
            keys.push(format!("set: {{{}}}", self.one(&some)));
        }
        if self.chance(40) {
            keys.push(format!(
                "send: {}",
                self.one(&["Cook", "{Serve: {k: =data.k, s: =state}, each: 'g in [1, 2]'}"])
            ));
        }
        if !self.forget && self.chance(40) {
            let (name, time) =
                (self.one(&ALARMS), self.one(&["5m", "{after: 10m, key: a}", "{after: 0m, key: =data.k}"]));
            keys.push(format!("alarm: {{{name}: {time}}}"));
        }
        if self.chance(15) {
            keys.push(format!("cancel: {}", self.one(&["Bell", "{Gong: a}"])));
        }
        if to && self.chance(50) {
            keys.push(format!("to: {}", self.one(&["one", "two", "three", "done"])));
        }
        format!("{{{}}}", keys.join(", "))
    }

    fn state(&mut self, out: &mut String, name: &str) {
        let end = matches!(name, "done" | "over");
        writeln!(out, "  {name}:").unwrap();
        if end {
            writeln!(out, "    end: {}", self.one(&["success", "failure", "manual"])).unwrap();
        }
        let (mut ignore, mut defer, mut on) = (Vec::new(), Vec::new(), String::new());
        for type_ in OUTSIDE.iter().chain(&ECHOES).chain(&ALARMS) {
            let (reacts, ignores, defers) = if end { (15, 25, 30) } else { (50, 60, 78) };
            let roll = self.random.random_range(0..100);
            if roll < reacts {
                let rule = match self.random.random_range(0..4) {
                    0 => format!("[{}, {}]", self.reaction(type_, 0, 100), self.reaction(type_, 0, 25)),
                    _ => self.reaction(type_, 0, 25),
                };
                writeln!(on, "      {type_}: {rule}").unwrap();
            } else if roll < ignores {
                ignore.push(*type_);
            } else if roll < defers {
                defer.push(*type_);
            }
        }
        // Every alarm that is set must be known to somebody.
        if name == "three" {
            writeln!(on, "      Knock: {{alarm: {{Bell: 7m, Gong: 40m}}}}").unwrap();
        }
        if !on.is_empty() {
            write!(out, "    on:\n{on}").unwrap();
        }
        if self.chance(25) {
            let (some, other) =
                (self.entry(&["data.k < 3", "event.type != 'Elm'"], false), self.entry(&[], false));
            let rule = self.one(&[0, 1]);
            writeln!(out, "    enter: {}", if rule == 0 { other } else { format!("[{some}, {other}]") })
                .unwrap();
        }
        if self.chance(25) {
            let guards = ["data.k > 3", "data.n > 1", "data.k % 2 == 0", "has(event.data.c) && data.k > 1"];
            let rules: Vec<String> = (0..self.one(&[1, 2, 3])).map(|_| self.entry(&guards, true)).collect();
            writeln!(out, "    whenever: [{}]", rules.join(", ")).unwrap();
        }
        writeln!(out, "    ignore: [{}]\n    defer: [{}]", ignore.join(", "), defer.join(", ")).unwrap();
    }

    /// `births`: so many in ten lead to another state at once. `guarded`: so many in a hundred.
    fn reaction(&mut self, type_: &str, births: u32, guarded: u32) -> String {
        let mut keys = Vec::new();
        let mut set = Vec::new();
        let bounded = ECHOES.contains(&type_) || ALARMS.contains(&type_);
        let mut guards = Vec::new();
        if bounded {
            guards.push("data.n < 4");
            set.push("n: =data.n + 1".to_string());
        }
        if self.chance(guarded) {
            let some = [
                "event.data.x > 2",
                "data.k < 4",
                "(has(event.data.c) || data.k == 1)",
                "now - event.time <= duration('10m')",
                "event.data.x in [1, 2, 3]",
                "state == 'one'",
                "event.type != 'Elm' && data.amount > 3",
            ];
            guards.push(self.one(&some));
        }
        if !guards.is_empty() {
            keys.push(format!("when: \"{}\"", guards.join(" && ")));
        }
        if self.chance(35) {
            let some = [
                "k: =data.k + 1",
                "text: =event.data.note",
                "k: =event.data.x",
                "copy: =data.amount",
                "k: =10 / data.k",
            ];
            set.push(self.one(&some).to_string());
        }
        if !set.is_empty() {
            keys.push(format!("set: {{{}}}", set.join(", ")));
        }
        if self.chance(40) {
            let some = [
                "Cook",
                "{Cook: =event.data}",
                "[Cook, {Serve: {k: =data.k, note: =data.text}}]",
                "[{Serve: {g: =g, k: =data.k}, each: 'g in [data.k, event.type, data.amount]'}, Cook]",
                "{Cook: =x, each: 'x in [event.data, data.text]'}",
                "{Cook: , each: 'x in []'}",
            ];
            keys.push(format!("send: {}", self.one(&some)));
        }
        let silent = bounded && self.forget;
        if !silent && self.chance(45) {
            let echo = self.one(&ECHOES);
            let some = [
                "{x: =data.k, c: =event.correlationid}",
                "{x: 2, c: c1, note: =data.amount}",
                "{...: =event.data, x: 9}",
            ];
            keys.push(format!("publish: {{{echo}: {}}}", self.one(&some)));
        }
        if !silent && self.chance(40) {
            let name = self.one(&ALARMS);
            let time = self.one(&[
                "5m",
                "10m",
                "30m",
                "{after: 20m, data: {x: =data.k, c: c1}}",
                "{at: =event.time + duration('15m'), data: {x: 1}}",
                "{at: =event.time}",
                "{after: 0m}",
                "{after: 5m, key: =event.id}",
                "{after: 10m, key: =data.k, data: {x: 3}}",
                "{after: 7m, key: a}",
            ]);
            keys.push(format!("alarm: {{{name}: {time}}}"));
        }
        if self.chance(12) {
            keys.push(format!(
                "cancel: {}",
                self.one(&["Bell", "Gong", "[Bell, Gong]", "{Bell: a}", "[Bell, {Gong: =data.k}]"])
            ));
        }
        if births > 0 && self.random.random_range(0..10) < births || births == 0 && self.chance(45) {
            keys.push(format!("to: {}", self.one(&["one", "two", "three", "two", "three", "done", "over"])));
        }
        format!("{{{}}}", keys.join(", "))
    }

    fn arrivals(&mut self) -> Vec<Message> {
        let start = Time::parse("2026-11-21T09:00:00.000Z").unwrap();
        let conversations = self.random.random_range(2..=4);
        let count = self.random.random_range(12..=30);
        let mut minute = 0;
        let mut arrivals: Vec<Message> = Vec::new();
        for number in 0..count {
            if self.chance(8) && !arrivals.is_empty() {
                let again = arrivals.choose(&mut self.random).unwrap().clone();
                arrivals.push(again);
                continue;
            }
            // Ties, steps, and now and then back in time.
            minute += self.one(&[0, 0, 1, 4, 5, 10, 15, -12]);
            let time = start.plus(minute.max(0) * 60_000).unwrap();
            let type_ = match self.random.random_range(0..20) {
                0 => "Unheard",
                1 => self.one(&ALARMS),
                2 => self.one(&ECHOES),
                3 => "Knock",
                _ if number < conversations => self.one(&OUTSIDE[..2]),
                _ => self.one(&OUTSIDE),
            };
            let module = self.one(&MODULES);
            let conversation = format!("c{}", self.random.random_range(1..=conversations));
            let mut message = Message::new(module, type_, format!("m-{number}"), time);
            message.correlation = Some(Name::from(&*conversation));
            match self.random.random_range(0..25) {
                0 => message.correlation = None,
                1 => (message.correlation, message.causation) = (None, Some(Name::from("elsewhere"))),
                _ => {}
            }
            if self.chance(12) {
                message.expiry = time.plus(self.one(&[0, 5, 20]) * 60_000);
            }
            if self.chance(92) {
                let x = self.random.random_range(0..6);
                let note =
                    self.one(&["12.50", "\"é \\u00e9\"", "{ \"a\" : 1 }", "123456789012345678901234567890"]);
                let text = format!(r#"{{"x":{x},"c":"{conversation}", "note":{note}}}"#);
                message.data = Some(Document::parse(&text).unwrap());
            }
            arrivals.push(message);
        }
        arrivals
    }
}
