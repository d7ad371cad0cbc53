//! Random services beside the random processes of `generate.rs`, and running both in memory.
//!
//! What a service says reaches processes and other services, also into logs in which outside messages
//! stand, some of them stamped later. Whoever says what a process hears takes ten minutes at least and
//! is silent most of the time, so that nothing goes round for ever.
#![allow(dead_code)] // each test file uses its part

use super::generate::Case;
use super::running::{AT_ONCE, Bytes, store};
use anyorder::error::Result;
use anyorder::event::{Name, Time};
use anyorder::process::{Family, Service, read_service};
use anyorder::report::diagnostic::render;
use anyorder::runtime::{House, Rules, Run, Staff, Tally, World, recover, run_in_writes};
use anyorder::span::Source;
use anyorder::store::{Logs, Memory, Store};
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::fmt::Write;
use std::sync::Arc;

/// Before, between and after the modules and the processes, and two that are modules themselves.
const SERVICES: [&str; 6] = ["aide", "beta-shop", "mill", "usher", "zoo", "zz-last"];
const HEARD: [&str; 9] =
    ["Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "EchoOne", "EchoTwo", "EchoThree"];
/// What services say to services: a later one never leads to an earlier one.
const SAID: [&str; 5] = ["SaidA", "SaidB", "SaidC", "SaidD", "SaidE"];

pub struct Staffed {
    pub case: Case,
    pub families: Vec<Family>,
    pub staff: Staff,
    pub texts: Vec<String>,
}

pub fn service(text: &str) -> Arc<Service> {
    let source = Source::new("random.yaml", text);
    Arc::new(read_service(&source).unwrap_or_else(|error| panic!("{}\n{text}", render(&error, false))))
}

pub fn staffed(count: u64) -> impl Iterator<Item = Staffed> {
    super::generate::cases(count).map(Staffed::of)
}

impl Staffed {
    pub fn of(case: Case) -> Staffed {
        let mut random = ChaCha8Rng::seed_from_u64(case.seed ^ 0x5e7_71ce);
        let count = random.random_range(1..=4);
        let mut names: Vec<&str> = SERVICES.to_vec();
        while names.len() > count {
            names.remove(random.random_range(0..names.len()));
        }
        let texts: Vec<String> = names.iter().map(|name| text(name, &mut random)).collect();
        let services = texts.iter().map(|text| service(text)).collect();
        let mut owners = std::collections::BTreeMap::new();
        for type_ in SAID.iter().chain(&HEARD) {
            if random.random_range(0..100) < 50 {
                let module = ["orders", "beta-shop", "zoo", "answers"].choose(&mut random).unwrap();
                owners.insert(Name::from(*type_), Name::from(*module));
            }
        }
        let families = case.families();
        Staffed { families, staff: Staff { services, seed: case.seed, owners }, case, texts }
    }

    pub fn logs(&self) -> Bytes {
        self.case.logs()
    }

    /// An hour and a half beyond what came from outside; and to the end.
    pub fn rules(&self) -> Rules {
        let newest = self.case.arrivals.iter().map(|message| message.time).max().unwrap_or(Time::MIN);
        Rules::Until(newest.plus(90 * 60_000).unwrap())
    }

    pub fn open(&self, logs: &dyn Logs) -> Result<World> {
        let house = House::create(self.families.clone())?.serve(self.staff.clone())?;
        let mut house = house.created().subscribe_all().start();
        recover(&mut house, logs)?;
        Ok(house.stable())
    }

    pub fn run(&self, store: &Store, rules: Rules, lines: usize) -> Result<(World, Tally)> {
        let mut world = self.open(store)?;
        let how = Run { rules, dry: false, rings: u64::MAX };
        let tally = run_in_writes(store, &mut world, how, lines)?;
        Ok((world, tally))
    }

    pub fn run_in(&self, memory: &Memory, lines: usize) -> (World, Tally) {
        self.run(&store(memory.clone()), self.rules(), lines)
            .unwrap_or_else(|error| panic!("{}: {}", self.told(), render(&error, false)))
    }

    pub fn bytes_after(&self, logs: &Bytes) -> Bytes {
        let memory = Memory::new();
        memory.restore(logs.clone());
        self.run_in(&memory, AT_ONCE);
        memory.snapshot()
    }

    pub fn told(&self) -> String {
        format!("{}\n{}", self.case.told(), self.texts.join("---\n"))
    }
}

fn text(name: &str, random: &mut ChaCha8Rng) -> String {
    let mut out = format!("service: {name}\n");
    // A module of the workspace cannot have a memory.
    let remembers = !matches!(name, "beta-shop" | "zoo") && random.random_range(0..2) == 0;
    if remembers {
        let by = ["event.data.c", "'all'", "event.correlationid", "string(event.data.x)"];
        writeln!(out, "entity: \"={}\"\ndata: {{n: 0, last: none}}", by.choose(random).unwrap()).unwrap();
    }
    out += "on:\n";
    // What it says of outside messages, which processes hear; what it hears it does not say.
    let mut hears: Vec<&str> = HEARD.iter().copied().filter(|_| random.random_range(0..100) < 45).collect();
    if hears.is_empty() {
        hears.push("Alder");
    }
    let says: Vec<&str> = HEARD.iter().copied().filter(|type_| !hears.contains(type_)).collect();
    for heard in &hears {
        reply(&mut out, heard, 0, &says, remembers, random);
    }
    let split = random.random_range(0..SAID.len());
    // It hears those before the split, and says those behind it.
    for heard in SAID[..split].iter().filter(|_| random.random_range(0..2) == 0).collect::<Vec<_>>() {
        reply(&mut out, heard, split, &[], remembers, random);
    }
    out
}

fn reply(
    out: &mut String,
    heard: &str,
    split: usize,
    echoes: &[&str],
    remembers: bool,
    random: &mut ChaCha8Rng,
) {
    let count = random.random_range(1..=3);
    let drawn = random.random_range(0..2) == 0;
    // What is said to services comes behind everything that any alternative of this file hears.
    let later = &SAID[if heard.starts_with("Said") { split } else { SAID.len() - 1 }..];
    writeln!(out, "  {heard}:").unwrap();
    for index in 0..count {
        let mut parts = Vec::new();
        let last = index + 1 == count;
        if drawn {
            parts.push(format!("chance: 0.{}", random.random_range(1..=3)));
        }
        if !last && (!drawn || random.random_range(0..3) == 0) {
            let guards = ["event.data.x > 2", "has(event.data.x)", "event.data.x != 3"];
            let own = ["data.n < 3", "data.last != event.type"];
            let guard = if remembers && random.random_range(0..2) == 0 {
                own.choose(random)
            } else {
                guards.choose(random)
            };
            parts.push(format!("when: {}", guard.unwrap()));
        }
        let mut says: Vec<&str> = Vec::new();
        if random.random_range(0..100) < 70 {
            says.push(later.choose(random).unwrap());
        }
        let echo = !echoes.is_empty() && random.random_range(0..100) < if drawn { 60 } else { 25 };
        if echo {
            says.push(echoes.choose(random).unwrap());
        }
        if !says.is_empty() {
            let after = match random.random_range(0..6) {
                0..2 if !echo => "",
                0..3 => "10m..30m",
                3 => "10m",
                4 => "\"=duration('12m')\"",
                _ if echo => "15m..16m",
                _ => "{exponential: 5m}",
            };
            if !after.is_empty() {
                parts.push(format!("after: {after}"));
            }
            let data = ["{x: 1, c: =event.id}", "=event.data", "{x: =event.data.x, c: c1}"];
            let lists = ["[1, event.data.x]", "event.data.x > 2 ? ['a', event.id, 'a'] : []", "event.data.c"];
            let said: Vec<String> = says
                .iter()
                .map(|type_| match !echo && random.random_range(0..100) < 20 {
                    true => format!(
                        "{{{type_}: {{x: =i, c: =event.id}}, each: \"i in {}\"}}",
                        lists.choose(random).unwrap()
                    ),
                    false => format!("{{{type_}: {}}}", data.choose(random).unwrap()),
                })
                .collect();
            parts.push(format!("publish: [{}]", said.join(", ")));
        }
        if remembers && random.random_range(0..100) < 60 {
            let x = ["=data.n + event.data.x", "=data.n + 1"];
            parts.push(format!("set: {{n: {}, last: =event.type}}", x.choose(random).unwrap()));
        }
        writeln!(out, "    - {{{}}}", parts.join(", ")).unwrap();
    }
}
