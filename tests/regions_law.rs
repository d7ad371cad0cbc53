//! A process with regions is the product of its regions: flattened into one machine, in every order it
//! does the same, and as often.
//!
//! 2,000 definitions; in debug fewer, unless `ANYORDER_THOROUGH=1` asks for all. `ANYORDER_SEED=n` takes that one alone.

#[path = "common/flatten.rs"]
mod flatten;
#[path = "common/machine.rs"]
mod machine;
#[path = "common/shelf.rs"]
mod shelf;

use anyorder::explore::{Report, Scenario};
use flatten::flatten;
use machine::{Chance, Machine, TYPES};
use std::collections::BTreeMap;

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

fn scenario(yaml: &str, text: &str) -> Scenario {
    shelf::scenario(yaml, text)
}

/// A scenario for it: some of the messages, the starter first or among them.
fn asked(chance: &mut Chance) -> String {
    let mut deliver: Vec<&str> = TYPES[..4].iter().copied().filter(|_| chance.below(5) > 0).collect();
    if chance.below(3) == 0 {
        deliver.push(TYPES[chance.below(4)]);
    }
    let mut text = String::new();
    match chance.below(3) {
        0 => deliver.push("Start"),
        _ => text.push_str("first: [Start]\n"),
    }
    let alarms = ["any", "last", "never"][chance.below(3)];
    text.push_str(&format!("deliver: [{}]\nalarms: {alarms}\n", deliver.join(", ")));
    text
}

#[test]
fn regions_do_what_their_product_does_in_every_order() {
    let one = std::env::var("ANYORDER_SEED").ok().map(|seed| seed.parse::<u64>().unwrap());
    let all = std::env::var_os("ANYORDER_THOROUGH").is_some() || !cfg!(debug_assertions);
    let many: u64 = if all { 2000 } else { 100 };
    let (mut compared, mut joined, mut parked, mut largest) = (0_u64, 0_u64, 0_u64, 0);
    for seed in one.map_or(0..many, |seed| seed..seed + 1) {
        let mut chance = Chance(seed);
        let machine = Machine::random(&mut chance);
        let (yaml, text) = (machine.yaml(), asked(&mut chance));
        // What nobody hears cannot be delivered.
        let heard = |type_: &str| {
            type_ == "Start" || (0..machine.regions.len()).any(|r| machine.alphabet(r).contains(type_))
        };
        let named = |line: &str| {
            let Some(list) = line.strip_prefix("deliver: [") else { return format!("{line}\n") };
            let list: Vec<&str> =
                list.trim_end_matches(']').split(", ").filter(|type_| heard(type_)).collect();
            format!("deliver: [{}]\n", list.join(", "))
        };
        let text: String = text.lines().map(named).collect();
        let listed = text.lines().find_map(|line| line.strip_prefix("deliver: [")).unwrap();
        let listed: Vec<&str> = listed.trim_end_matches(']').split(", ").collect();
        let Some(flat) = flatten(&machine, &listed) else { continue };
        // Large ones take long to read, in debug.
        if !all && one.is_none() && flat.yaml.len() > 60_000 {
            continue;
        }
        if flat.keeps_starter && !text.contains("first:") {
            continue;
        }
        let told = || format!("ANYORDER_SEED={seed}\n{text}\n{yaml}\n{}", flat.yaml);
        let flat_hears = |text: &str| -> String {
            // What changes nothing anywhere is not named in the flat machine, which must hear it all the same;
            // and what it calls off, something must set.
            let unheard: Vec<&str> = TYPES.iter().copied().filter(|type_| heard(type_)).collect();
            text.replacen("  begin: {}", &format!("  begin: {{ignore: [{}], on: {{Never: {{alarm: {{Dawn: 5m, Midday: 10m, Evening: 15m}}}}}}}}", unheard.join(", ")), 1)
        };
        let whole = shelf::of(&scenario(&yaml, &text));
        let product = shelf::of(&scenario(&flat_hears(&flat.yaml), &text));
        let (ours, theirs) = (counts(&whole, &BTreeMap::new()), counts(&product, &flat.names));
        assert!(ours == theirs, "whole {ours:#?}\nproduct {theirs:#?}\n{}", told());
        compared += 1;
        joined += u64::from(ours.keys().any(|(rests, _)| rests.starts_with("joined")));
        parked += u64::from(ours.keys().any(|(rests, _)| rests.starts_with("parked")));
        largest = largest.max(flat.names.len());
    }
    println!("{compared} compared, {joined} joined, {parked} parked, up to {largest} states");
    assert!(one.is_some() || compared * 10 >= many * 5, "only {compared} were small enough");
    assert!(one.is_some() || joined * 10 > many && parked > 0, "{joined} joined, {parked} parked");
}
