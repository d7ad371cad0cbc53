//! What does not interact is explored apart, and composed. What is reported is the same, to the byte, as where the whole
//! is walked; but for how many states were, and why.
//!
//! `ANYORDER_THOROUGH=1` takes ten times as many; `ANYORDER_SEED=n` takes that one alone.

#[path = "common/both_ways.rs"]
mod both_ways;
#[path = "common/brute/mod.rs"]
mod brute;
mod common;
#[path = "common/shelf.rs"]
mod shelf;

use anyorder::explore::{Count, Faults, explore, read};
use anyorder::process;
use anyorder::report::diagnostic::render;
use anyorder::span::Source;
use both_ways::agree;
use common::library::scenario;
use num_bigint::BigUint;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use shelf::{binomial, factorial};
use std::fmt::Write;
use std::ops::Range;
use std::path::Path;

#[test]
fn in_every_fixture() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let names = |folder: &Path| {
        let entries =
            std::fs::read_dir(folder).map(|entries| entries.map(|entry| entry.unwrap().file_name()));
        let mut names: Vec<String> =
            entries.into_iter().flatten().map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    };
    let mut read = 0;
    for story in names(&root) {
        for file in names(&root.join(&story).join("scenarios")) {
            let mut scenario = scenario(&root.join(&story), &format!("scenarios/{file}"))
                .unwrap_or_else(|error| panic!("{story}/{file}: {}", render(&error, false)));
            scenario.bounds.states = 6_000;
            agree(&scenario, &format!("{story}/{file}"));
            read += 1;
        }
    }
    assert!(read > 50, "only {read}");
}

/// Of whatever kind.
#[test]
fn in_random_scenarios() {
    for seed in brute::seeds(100) {
        let walked = match seed % 2 {
            0 => brute::generate::walked,
            _ => brute::generate::walked_with_services,
        };
        let (case, _) = walked(seed);
        let texts: Vec<String> = case.processes.iter().map(brute::yaml::definition).collect();
        let services: Vec<String> = case.services.iter().map(brute::yaml::service).collect();
        let shelf = shelf::Shelf::with_services(&texts, &services);
        agree(&shelf.scenario(&brute::yaml::scenario(&case)), &format!("seed {seed}"));
    }
}

/// A process that hears some types, of which it also sets alarms, sends what others may hear, and waits.
fn machine(chance: &mut ChaCha8Rng, name: &str, types: &[String], heard: Option<&str>, asks: bool) -> String {
    let states = chance.random_range(2..=3);
    let alarm = chance.random_bool(0.4);
    let policies = ["defer", "park", "ignore"];
    let mut text = format!("process: {name}\nversion: 1\nstarts-on: [{}]\ndata: {{n: 0}}\n", types[0]);
    writeln!(text, "before-start: {}", policies[chance.random_range(0..3)]).unwrap();
    writeln!(text, "unexpected: {}\ninitial: s0\nstates:", policies[chance.random_range(1..3)]).unwrap();
    let mut all: Vec<String> = types.to_vec();
    all.extend(heard.map(str::to_string));
    for state in 0..states {
        writeln!(text, "  s{state}:").unwrap();
        if state > 0 && chance.random_bool(0.4) {
            writeln!(text, "    end: {}", ["success", "failure", "manual"][chance.random_range(0..3)])
                .unwrap();
        }
        text += "    on:\n";
        for (place, type_) in all.iter().enumerate() {
            let mut does: Vec<String> = Vec::new();
            let to = chance.random_range(0..states);
            if chance.random_bool(0.5) && to != state {
                does.push(format!("to: s{to}"));
            }
            if chance.random_bool(0.2) {
                does.push("set: {n: =data.n + 1}".to_string());
            }
            match chance.random_range(0..10) {
                0 | 1 => does.push(format!("send: Sent{name}")),
                2 => does.push("publish: Told".to_string()),
                3 if asks => does.push("send: Ask".to_string()),
                _ => {}
            }
            if alarm && place == 0 {
                does.push(format!("alarm: {{Due{name}: 5m}}"));
            } else if alarm && chance.random_bool(0.2) {
                does.push(format!("cancel: Due{name}"));
            }
            if !does.is_empty() {
                writeln!(text, "      {type_}: {{{}}}", does.join(", ")).unwrap();
            }
        }
        if alarm && chance.random_bool(0.8) {
            let to = chance.random_range(0..states);
            let rings = if to == state { "send: Late".to_string() } else { format!("to: s{to}") };
            writeln!(text, "      Due{name}: {{{rings}}}").unwrap();
        }
        // What passes by, in nearly every state.
        for number in 1..=3 {
            if chance.random_bool(0.93) {
                let set =
                    ["", ", set: {seen: 1}", ", set: {n: 7}"][[0, 0, 1, 1, 1, 2][chance.random_range(0..6)]];
                let set = if chance.random_bool(0.9) {
                    format!(", set: {{seen{number}: 1}}")
                } else {
                    set.to_string()
                };
                writeln!(text, "      {}X{number}: {{send: Seen{set}}}", name.to_uppercase()).unwrap();
            }
        }
        // Every message is mentioned somewhere, and every state reached.
        let next = (state + 1) % states;
        writeln!(text, "      Turn{name}: {{to: s{next}, send: [Sent{name}, Ask]}}").unwrap();
    }
    let some = if alarm { format!("Due{name}, ") } else { String::new() };
    writeln!(text, "any: {{ignore: [{some}{}]}}", all.join(", ")).unwrap();
    text
}

/// What may go wrong in a scenario; few times, since each makes worlds many times more.
fn faults(chance: &mut ChaCha8Rng) -> String {
    let mut some = || chance.random_range(0..3u32).saturating_sub(u32::from(chance.random_bool(0.3)));
    let (duplicates, losses) = (some(), some());
    let crashes = u32::from(chance.random_bool(0.3));
    let host = if chance.random_bool(0.2) { "host: at-least-once\n" } else { "" };
    format!("{host}faults: {{duplicates: {duplicates}, losses: {losses}, crashes: {crashes}}}\n")
}

/// Several conversations, several processes, and what ties some of them together.
fn several(seed: u64, goes_wrong: bool) -> (Vec<String>, Vec<String>, String) {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let conversations = chance.random_range(1..=3);
    let many = if conversations == 1 { 2 } else { chance.random_range(1..=2) };
    let asks = chance.random_bool(0.3);
    let mut processes = Vec::new();
    let mut types: Vec<Vec<String>> = Vec::new();
    for (index, name) in ["p", "q"].into_iter().enumerate().take(many) {
        types.push(
            (1..=chance.random_range(1..=3))
                .map(|number| format!("{}{number}", name.to_uppercase()))
                .collect(),
        );
        // What the other sends, or what both hear.
        let heard = match chance.random_range(0..10) {
            0 => Some(if index == 0 { "Sentq" } else { "Sentp" }),
            1 if index == 1 => Some("P1"),
            2 if asks => Some("Answered"),
            _ => None,
        };
        processes.push(machine(&mut chance, name, &types[index], heard, asks));
    }
    let names: Vec<&str> = ["p@1", "q@1"].into_iter().take(many).collect();
    let mut text = format!("process: [{}]\n", names.join(", "));
    let mut services = Vec::new();
    if asks {
        let entity =
            ["", "entity: =event.correlationid\ndata: {k: 0}\n", "entity: \"='all'\"\ndata: {k: 0}\n"]
                [chance.random_range(0..3)];
        let answers =
            ["publish: Answered", "[{publish: Answered}, {publish: Refused}]"][chance.random_range(0..2)];
        let answers = if answers.starts_with('[') { answers.to_string() } else { format!("{{{answers}}}") };
        services.push(format!("service: s\n{entity}on:\n  Ask: {answers}\n"));
        text += "services: [s]\n";
    }
    if chance.random_bool(0.5) {
        writeln!(text, "first: [{{event: P1, correlation: c{}}}]", chance.random_range(0..conversations))
            .unwrap();
    }
    text += "deliver:\n";
    let mut listed = 0;
    let most = if asks || goes_wrong { 4 } else { 6 };
    while listed < most {
        let index = chance.random_range(0..many);
        let of = &types[index];
        let type_ = match chance.random_range(0..4) {
            0 => format!("{}X{}", ["P", "Q"][index], chance.random_range(1..=3)),
            _ => of[chance.random_range(0..of.len())].clone(),
        };
        write!(text, "  - {{event: {type_}, correlation: c{}", chance.random_range(0..conversations))
            .unwrap();
        if chance.random_bool(0.4) {
            write!(text, ", module: m{}", chance.random_range(0..2)).unwrap();
        }
        text += "}\n";
        listed += 1;
        if listed > 2 && chance.random_bool(0.15) {
            break;
        }
    }
    let order = ["any", "any", "any", "causal", "fifo"][chance.random_range(0..5)];
    writeln!(text, "order: {order}\nalarms: {}", ["any", "any", "last", "never"][chance.random_range(0..4)])
        .unwrap();
    if chance.random_bool(0.3) {
        text += "outcome-by: data\n";
    }
    if chance.random_bool(0.1) {
        text += "alike: true\n";
    }
    if chance.random_bool(0.25) {
        text += "expect:\n  finally: {c: \"count('Sentp') < 2\", d: \"count('Told') == 0\"}\n";
    }
    if goes_wrong {
        text += &faults(&mut chance);
    }
    (processes, services, text)
}

#[test]
fn in_random_scenarios_of_several() {
    of_several(brute::seeds(300), false);
}

/// One budget of faults is shared by all parts.
#[test]
fn in_random_scenarios_where_something_goes_wrong() {
    of_several(brute::seeds(300), true);
}

/// Eight orders of three messages each: far too many worlds to be walked as a whole. Each message that was delivered may come
/// once more, the eight that come first among them; behind its first time, which halves the shuffles but for those eight.
#[test]
fn eight_orders_share_a_budget() {
    let story = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/converging-payment");
    let mut scenario = scenario(&story, "large/eight-orders.yaml")
        .unwrap_or_else(|error| panic!("{}", render(&error, false)));
    for (duplicates, losses) in [(1, 0), (0, 1), (2, 1)] {
        scenario.faults = Faults { duplicates, losses, crashes: 0 };
        let report = explore(&scenario, scenario.orders[0], &mut |_| true).unwrap();
        let mut all = BigUint::ZERO;
        for lost in 0..=losses as usize {
            for again in 0..=duplicates as usize {
                for listed in 0..=again {
                    let which =
                        binomial(24, lost) * binomial(24 - lost, listed) * binomial(8, again - listed);
                    all += (which * factorial(24 + again)) >> listed;
                }
            }
        }
        assert_eq!(report.orderings, Count::Finite(all), "{duplicates} again, {losses} lost");
        assert!(report.apart.is_some() && report.states < 2_000, "{} states", report.states);
    }
}

fn of_several(seeds: Range<u64>, goes_wrong: bool) {
    let count = seeds.end - seeds.start;
    let (mut sound, mut apart, mut many, mut rings, mut decided, mut said) = (0, 0, 0, 0, 0, Vec::new());
    let (mut passing, mut needs) = (0, 0);
    for seed in seeds {
        let (processes, services, text) = several(seed, goes_wrong);
        let unsound = |text: &String| process::read(&Source::new("process@1.yaml", text.as_str())).err();
        if let Some(error) = processes.iter().find_map(unsound) {
            said.push(render(&error, false));
            continue;
        }
        let source = Source::new("scenario.yaml", format!("scenario: of several\n{text}"));
        let mut scenario = match read(&source, &shelf::Shelf::with_services(&processes, &services)) {
            Ok(scenario) => scenario,
            Err(error) => {
                said.push(render(&error, false));
                continue;
            }
        };
        if explore(&scenario, scenario.orders[0], &mut |_| false).is_err() {
            continue;
        }
        sound += 1;
        scenario.bounds.states = 30_000;
        let what = format!("seed {seed}\n{}\n{}\n{text}", processes.join("\n"), services.join("\n"));
        for report in agree(&scenario, &what) {
            apart += u64::from(report.apart.is_some());
            if let Some(apart) = &report.apart {
                let passes = |part: &Vec<String>| part.len() == 1 && part[0].contains('X');
                passing += u64::from(apart.parts.iter().any(passes));
                many += u64::from(report.outcomes.len() > 3);
                needs += u64::from(report.outcomes.iter().any(|found| found.needs != [Faults::NONE]));
                rings += u64::from(
                    report.outcomes.iter().any(|found| found.example.iter().any(|word| word.contains('!'))),
                );
                decided += u64::from(report.outcomes.iter().any(|found| !found.decided.by.is_empty()));
            }
        }
    }
    println!(
        "{count}: {sound} sound, {apart} apart, {many} many, {rings} ring, {decided} decided, {passing} with what passes by, {needs} need faults"
    );
    if count > 1 {
        for (what, many) in [
            ("read", sound),
            ("apart", apart),
            ("several outcomes", many),
            ("rings", rings),
            ("decided", decided),
            // Where something may go wrong with it, nothing passes by.
            ("what passes by", if goes_wrong { count } else { passing }),
            ("needs faults", if goes_wrong { needs } else { count }),
        ] {
            assert!(many * 20 > count, "{what}: only {many} of {count}: {:?}", said.first());
        }
    }
}
