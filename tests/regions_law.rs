//! A process with regions is the product of its regions: flattened into one machine, in every order it
//! does the same, as often, and at every message.
//!
//! 2,500 seeds, of which 2,000 are small enough; in debug fewer, unless `ANYORDER_THOROUGH=1` asks for all.
//! `ANYORDER_SEED=7` takes that one alone, `ANYORDER_SEED=2000..2500` some.

#[path = "common/flatten.rs"]
mod flatten;
#[path = "common/machine.rs"]
mod machine;
#[path = "common/shelf.rs"]
mod shelf;

use anyorder::event::{Message, Name, Position, Time};
use anyorder::explore::Report;
use anyorder::process::Definition;
use anyorder::step::{Input, Instance, turn};
use flatten::flatten;
use machine::{Chance, Machine, TYPES};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Per outcome (where it rests, what was sent) how many orderings lead there.
type Counts = BTreeMap<(String, String), num_bigint::BigUint>;

fn counts(report: &Report, names: &BTreeMap<String, String>) -> Counts {
    let mut counts = Counts::new();
    for found in &report.outcomes {
        let rests = &found.outcome.rests;
        let rests = names.get(rests).unwrap_or(rests).clone();
        let anyorder::explore::Count::Finite(number) = &found.orderings else { panic!("no end") };
        *counts.entry((rests, format!("{:?}", found.outcome.effects))).or_default() += number;
    }
    counts
}

/// A scenario for it: some of the messages, the starter first or among them.
fn asked(machine: &Machine, chance: &mut Chance) -> String {
    // Where lives are forgotten, another one or two.
    let again = if machine.forgets { 1 + chance.below(2) } else { 0 };
    let mut deliver = vec!["Start"; again];
    deliver.extend(TYPES[..4].iter().copied().filter(|_| chance.below(5) > 0));
    if chance.below(3) == 0 {
        deliver.push(TYPES[chance.below(4)]);
    }
    deliver.truncate(5);
    let mut text = String::new();
    match chance.below(3) {
        0 => deliver.push("Start"),
        _ => text.push_str("first: [Start]\n"),
    }
    let alarms = ["any", "last", "never"][chance.below(3)];
    text.push_str(&format!("deliver: [{}]\nalarms: {alarms}\n", deliver.join(", ")));
    text
}

fn listed(text: &str) -> Vec<&str> {
    let listed = text.lines().find_map(|line| line.strip_prefix("deliver: [")).unwrap();
    listed.trim_end_matches(']').split(", ").collect()
}

/// Two definitions that do the same.
struct Case {
    seed: u64,
    machine: Machine,
    /// With regions.
    whole: String,
    /// Flat.
    product: String,
    names: BTreeMap<String, String>,
    /// What is delivered.
    scenario: String,
}

impl Case {
    fn of(seed: u64) -> Option<Case> {
        let mut chance = Chance(seed);
        let machine = Machine::random(&mut chance);
        let text = asked(&machine, &mut chance);
        // What nobody hears cannot be delivered.
        let heard = |type_: &str| {
            type_ == "Start" || (0..machine.regions.len()).any(|r| machine.alphabet(r).contains(type_))
        };
        let named = |line: &str| {
            if !line.starts_with("deliver: ") {
                return format!("{line}\n");
            }
            let list: Vec<&str> = listed(line).into_iter().filter(|type_| heard(type_)).collect();
            format!("deliver: [{}]\n", list.join(", "))
        };
        let scenario: String = text.lines().map(named).collect();
        if listed(&scenario).iter().any(|type_| type_.is_empty()) {
            // Nobody hears any of it.
            return None;
        }
        let flat = flatten(&machine, &listed(&scenario))?;
        // Large ones take long to read, in debug.
        if !all() && wanted().is_none() && flat.yaml.len() > 60_000 {
            return None;
        }
        if flat.keeps_starter && !scenario.contains("first:") {
            return None;
        }
        // What changes nothing anywhere is not named in the flat machine, which must hear it all the same;
        // and what it calls off, something must set.
        let unheard: Vec<&str> = TYPES.iter().copied().filter(|type_| heard(type_)).collect();
        let hears = format!(
            "  begin: {{ignore: [{}], on: {{Never: {{alarm: {{Dawn: 5m, Midday: 10m, Evening: 15m}}}}}}}}",
            unheard.join(", ")
        );
        let product = flat.yaml.replacen("  begin: {}", &hears, 1);
        Some(Case { seed, whole: machine.yaml(), machine, product, names: flat.names, scenario })
    }

    fn told(&self) -> String {
        let Case { seed, scenario, whole, product, .. } = self;
        format!("ANYORDER_SEED={seed}\n{scenario}\n{whole}\n{product}")
    }
}

/// One seed, or some: `7`, `2000..2500`.
fn wanted() -> Option<std::ops::Range<u64>> {
    let seeds = std::env::var("ANYORDER_SEED").ok()?;
    let (from, to) = seeds.split_once("..").unwrap_or((&seeds, ""));
    let from = from.parse().expect("ANYORDER_SEED is a number, or two");
    Some(from..to.parse().unwrap_or(from + 1))
}

fn all() -> bool {
    std::env::var_os("ANYORDER_THOROUGH").is_some() || !cfg!(debug_assertions)
}

/// How many seeds, and those of them whose product is not too large.
fn cases() -> (u64, impl Iterator<Item = Case>) {
    let many = if all() { 2500 } else { 100 };
    (many, wanted().unwrap_or(0..many).filter_map(Case::of))
}

#[test]
fn regions_do_what_their_product_does_in_every_order() {
    let (mut compared, mut joined, mut parked, mut forgot, mut largest) = (0_u64, 0_u64, 0_u64, 0, 0);
    let (many, cases) = cases();
    for case in cases {
        let whole = shelf::of(&shelf::scenario(&case.whole, &case.scenario));
        let product = shelf::of(&shelf::scenario(&case.product, &case.scenario));
        let (ours, theirs) = (counts(&whole, &BTreeMap::new()), counts(&product, &case.names));
        assert!(ours == theirs, "whole {ours:#?}\nproduct {theirs:#?}\n{}", case.told());
        compared += 1;
        joined += u64::from(ours.keys().any(|(rests, _)| rests.starts_with("joined")));
        parked += u64::from(ours.keys().any(|(rests, _)| rests.starts_with("parked")));
        forgot += u64::from(case.machine.forgets && ours.keys().any(|(rests, _)| !rests.contains(':')));
        largest = largest.max(case.names.len());
    }
    println!(
        "{compared} compared, {joined} joined, {parked} parked, {forgot} forgot, up to {largest} states"
    );
    if wanted().is_none() {
        assert!(compared * 10 >= many * 5, "only {compared} were small enough");
        assert!(joined * 10 > many && parked > 0, "{joined} joined, {parked} parked");
        assert!(forgot * 20 > many, "{forgot} forgot");
    }
}

/// Where an instance rests, its data, and which alarms are to ring when.
type Seen = (String, Vec<String>, Vec<(Name, Option<Time>)>);

/// An instance of one of both, and what is seen of it from outside.
struct Runs<'a> {
    definition: &'a Definition,
    instance: Instance,
    next: Position,
    now: Time,
}

impl Runs<'_> {
    fn of(definition: &Definition) -> Runs<'_> {
        let (now, next) = (Time::from_millis(0).unwrap(), Position::FIRST);
        Runs { definition, instance: Instance::new(Name::from("c")), next, now }
    }

    fn armed(&self) -> Vec<Arc<Message>> {
        let mut armed = self.instance.alarms.clone();
        armed.sort_by(|a, b| a.type_.cmp(&b.type_));
        armed
    }

    /// What is sent, in order.
    fn hears(&mut self, message: Arc<Message>) -> Vec<Name> {
        self.now = self.now.max(message.due.unwrap_or(message.time));
        let decisions = turn(
            |_| Some(self.definition),
            &mut self.instance,
            Input::Arrives(message),
            self.now,
            &mut self.next,
        );
        let sent = decisions.iter().flat_map(|recorded| &recorded.sent);
        sent.map(|message| message.type_.clone()).collect()
    }

    fn seen(&self, names: &BTreeMap<String, String>) -> Seen {
        let rests = self.instance.rest().to_string();
        let data = |name: &str| self.instance.data.get(name).map(|value| value.text().to_string());
        // Between two lives a flat machine still has the data of the first.
        let lives = self.instance.is_live();
        let data = ["m", "n"].into_iter().filter(|_| lives).filter_map(data).collect();
        let armed = self.armed().iter().map(|alarm| (alarm.type_.clone(), alarm.due)).collect();
        (names.get(&rests).unwrap_or(&rests).clone(), data, armed)
    }
}

/// The same, seen at each message: where it rests, its data, what is sent, which alarms are to ring and when.
#[test]
fn regions_do_what_their_product_does_at_every_message() {
    let (mut walks, mut messages, mut rings) = (0_u64, 0_u64, 0_u64);
    let (many, cases) = cases();
    for case in cases {
        let mut chance = Chance(case.seed ^ 0xA11);
        let (whole, product) = (shelf::definition(&case.whole), shelf::definition(&case.product));
        for _ in 0..4 {
            let mut left = listed(&case.scenario);
            (0..left.len()).for_each(|place| left.swap(place, chance.below(place + 1)));
            if case.scenario.contains("first:") {
                left.push("Start");
            }
            let (mut whole, mut product) = (Runs::of(&whole), Runs::of(&product));
            let mut met = Vec::new();
            for number in 0..left.len() + 12 {
                let (one, other) = (whole.armed(), product.armed());
                let (one, other) = if !one.is_empty() && (left.is_empty() || chance.below(3) == 0) {
                    let nth = chance.below(one.len());
                    rings += 1;
                    (one[nth].clone(), other[nth].clone())
                } else if let Some(type_) = left.pop() {
                    let time = whole.now.plus(60_000).unwrap();
                    let message = Message::new(Name::from("m"), type_, format!("m-{number}"), time);
                    let message = Arc::new(message);
                    (message.clone(), message)
                } else {
                    break;
                };
                met.push(one.type_.to_string());
                messages += 1;
                let (ours, theirs) = (whole.hears(one), product.hears(other));
                let ours = (ours, whole.seen(&BTreeMap::new()));
                let theirs = (theirs, product.seen(&case.names));
                if whole.instance.parked.is_some() {
                    // What comes now is held; and the alarms of a flat machine are called off.
                    assert_eq!((&ours.0, &ours.1.0), (&theirs.0, &theirs.1.0), "{met:?}\n{}", case.told());
                    break;
                }
                assert_eq!(ours, theirs, "{met:?}\n{}", case.told());
            }
            walks += 1;
        }
    }
    println!("{walks} walks, {messages} messages, {rings} rings");
    assert!(wanted().is_some() || messages > 8 * many && rings > many / 4, "{messages}, {rings}");
}
