//! Open worlds are gone through set by set, all others one by one. What is reported is the same, to the byte.
//!
//! `ANYORDER_THOROUGH=1` takes ten times as many; `ANYORDER_SEED=n` takes that one alone.

#[path = "common/brute/mod.rs"]
mod brute;
mod common;
#[path = "common/shelf.rs"]
mod shelf;

use anyorder::explore::{Report, Scenario, Stopped, explore, read};
use anyorder::process::Definition;
use anyorder::report::check_json;
use anyorder::report::diagnostic::render;
use anyorder::span::Source;
use common::library::scenario;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::fmt::Write;
use std::path::Path;

fn reports(scenario: &Scenario, sets: bool) -> Vec<Report> {
    let mut scenario = scenario.clone();
    scenario.reductions.sets = sets;
    let report = |&order| explore(&scenario, order, &mut |_| true);
    let all: Result<Vec<Report>, _> = scenario.orders.iter().map(report).collect();
    all.unwrap_or_else(|error| panic!("{}", render(&error, false)))
}

/// Both ways, with all reductions and with none of those that hide how many worlds there are. Answers the reports of the
/// latter.
fn agree(scenario: &Scenario, what: &str) -> Vec<Report> {
    let mut whole = scenario.clone();
    ["interchangeable", "equal-copies"].iter().for_each(|name| assert!(whole.reductions.leave_out(name)));
    let json = |reports: &[Report]| check_json::json(&reports.iter().map(|r| r.of(what)).collect::<Vec<_>>());
    let both = |scenario: &Scenario| (reports(scenario, true), reports(scenario, false));
    let (by_sets, one_by_one) = both(scenario);
    assert_eq!(json(&by_sets), json(&one_by_one), "{what}");
    let (by_sets, one_by_one) = both(&whole);
    assert_eq!(json(&by_sets), json(&one_by_one), "{what}, every world");
    by_sets
}

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
            // Most are larger with no reductions, and what is compared then is as good.
            scenario.bounds.states = 6_000;
            agree(&scenario, &format!("{story}/{file}"));
            read += 1;
        }
    }
    assert!(read > 50, "only {read}");
}

/// Of whatever kind: few of them are open, and all of them must agree.
#[test]
fn in_random_scenarios() {
    for seed in brute::seeds(150) {
        let (case, _) = brute::generate::walked(seed);
        let texts: Vec<String> = case.processes.iter().map(brute::yaml::definition).collect();
        agree(&shelf::Shelf::new(&texts).scenario(&brute::yaml::scenario(&case)), &format!("seed {seed}"));
    }
}

/// A process that sets no alarm, and hears nothing of what is sent.
fn open_process(chance: &mut ChaCha8Rng, name: &str, types: &[String]) -> String {
    let mut text = format!("process: {name}\nversion: 1\n");
    let mut some =
        |likely: f64| -> Vec<&String> { types.iter().filter(|_| chance.random_bool(likely)).collect() };
    let (mut starters, ignored) = (some(0.5), some(0.2));
    if starters.is_empty() {
        starters.push(&types[0]);
    }
    let list = |types: &[&String]| types.iter().map(|type_| type_.as_str()).collect::<Vec<_>>().join(", ");
    writeln!(text, "starts-on: [{}]\ndata: {{n: 0}}", list(&starters)).unwrap();
    let policies = ["defer", "park", "ignore"];
    writeln!(text, "before-start: {}", policies[chance.random_range(0..3)]).unwrap();
    writeln!(text, "unexpected: {}\ninitial: s0\nstates:", policies[chance.random_range(0..3)]).unwrap();
    let states = chance.random_range(2..=4);
    for state in 0..states {
        writeln!(text, "  s{state}:").unwrap();
        if state > 0 && chance.random_bool(0.4) {
            writeln!(text, "    end: {}", ["success", "failure", "manual"][chance.random_range(0..3)])
                .unwrap();
        }
        text += "    on:\n";
        // All states are reached and all is sent, whatever else happens: nothing comes of it.
        writeln!(
            text,
            "      Turn: {{to: s{}, set: {{last: =event.type}}, send: [Sent0, Sent1]}}",
            (state + 1) % states
        )
        .unwrap();
        for type_ in types.iter().filter(|type_| !ignored.contains(type_)) {
            let mut does: Vec<String> = Vec::new();
            let to = chance.random_range(0..states);
            if chance.random_bool(0.4) && to != state {
                does.push(format!("to: s{to}"));
            }
            if chance.random_bool(0.3) {
                does.push("set: {n: =data.n + 1}".to_string());
            } else if chance.random_bool(0.2) {
                does.push("set: {n: =data.n * 2, last: =event.type}".to_string());
            }
            if chance.random_bool(0.2) {
                does.push(format!("send: Sent{}", chance.random_range(0..2)));
            }
            if !does.is_empty() {
                let when = if chance.random_bool(0.3) { "when: data.n > 0, " } else { "" };
                writeln!(text, "      {type_}: {{{when}{}}}", does.join(", ")).unwrap();
            }
        }
        if !ignored.is_empty() && chance.random_bool(0.7) {
            writeln!(text, "    {}: [{}]", ["ignore", "defer"][chance.random_range(0..2)], list(&ignored))
                .unwrap();
        }
    }
    text
}

/// Of several processes and conversations, in all orders, with copies, causes, and properties of all kinds.
fn open(seed: u64) -> (Vec<String>, String) {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let types: Vec<String> = (1..=chance.random_range(2..=6)).map(|number| format!("M{number}")).collect();
    let both = chance.random_bool(0.3);
    let mut processes = vec![open_process(&mut chance, "p", &types)];
    if both {
        processes.push(open_process(&mut chance, "q", &types[..types.len() / 2 + 1]));
    }
    let mut text = format!("process: [{}]\n", if both { "p@1, q@1" } else { "p@1" });
    if chance.random_bool(0.2) {
        text += "first: [M1]\n";
    }
    let mut listed = types.clone();
    while listed.len() < if both { 4 } else { 6 } && chance.random_bool(0.7) {
        listed.push(types[chance.random_range(0..types.len())].clone());
    }
    let conversations = if chance.random_bool(0.2) { 2 } else { 1 };
    text += "deliver:\n";
    for (place, type_) in listed.iter().enumerate() {
        write!(text, "  - {{event: {type_}, correlation: c{}", chance.random_range(0..conversations))
            .unwrap();
        if chance.random_bool(0.4) {
            write!(text, ", module: m{}", chance.random_range(0..2)).unwrap();
        }
        // A cause is named by its type, which must be the only one of it.
        let causes =
            || listed[..place].iter().filter(|cause| listed.iter().filter(|t| t == cause).count() == 1);
        if chance.random_bool(0.4) && causes().count() > 0 {
            let cause = causes().nth(chance.random_range(0..causes().count())).unwrap();
            write!(text, ", after: [{cause}]").unwrap();
        }
        text += "}\n";
    }
    let order = ["any", "any", "causal", "fifo", "[causal, fifo]"][chance.random_range(0..5)];
    writeln!(text, "order: {order}\nalarms: {}", ["any", "last", "never"][chance.random_range(0..3)])
        .unwrap();
    if chance.random_bool(0.5) {
        text += "outcome-by: data\n";
    }
    if chance.random_bool(0.2) {
        text += "alike: true\n";
    }
    if chance.random_bool(0.5) {
        let property = |chance: &mut ChaCha8Rng| match chance.random_range(0..5) {
            0 => format!("count('{}') <= 1", types[chance.random_range(0..types.len())]),
            1 => "count('Sent0') <= count('M1')".to_string(),
            2 if !both => "state != 's1'".to_string(),
            // Where it has no such member, it cannot be judged.
            3 if !both => "data.last != 'M2' || data.n < 2".to_string(),
            _ => "count('Sent0') + count('Sent1') < 3".to_string(),
        };
        let (one, other, end) = (property(&mut chance), property(&mut chance), property(&mut chance));
        writeln!(text, "expect:\n  always: {{a: \"{one}\", b: \"{other}\"}}\n  finally: {{c: \"{end}\"}}")
            .unwrap();
    }
    (processes, text)
}

#[test]
fn in_random_open_scenarios() {
    let seeds = brute::seeds(200);
    let count = seeds.end - seeds.start;
    let (mut sound, mut large, mut several, mut broken, mut unjudged, mut decided, mut merged) =
        (0, 0, 0, 0, 0, 0, 0);
    for seed in seeds {
        let (processes, text) = open(seed);
        let is_sound = |text: &String| -> Option<Definition> {
            anyorder::process::read(&Source::new("process@1.yaml", text.as_str())).ok()
        };
        if processes.iter().any(|process| is_sound(process).is_none()) {
            continue;
        }
        // Nobody may hear a message that is listed.
        let source = Source::new("scenario.yaml", format!("scenario: an open one\n{text}"));
        let Ok(scenario) = read(&source, &shelf::Shelf::new(&processes)) else { continue };
        // Causes and the order of a module may say opposite things.
        if explore(&scenario, scenario.orders[0], &mut |_| false).is_err() {
            continue;
        }
        sound += 1;
        for report in agree(&scenario, &format!("seed {seed}\n{}\n{text}", processes.join("\n"))) {
            large += u64::from(report.states > 100);
            several += u64::from(report.outcomes.len() > 1);
            broken += u64::from(!report.findings.is_empty());
            unjudged +=
                u64::from(report.findings.iter().any(|finding| finding.message.contains("cannot be judged")));
            decided += u64::from(report.outcomes.iter().any(|found| !found.decided.by.is_empty()));
            merged += u64::from(report.states > 1 && scenario.alike);
        }
    }
    if count > 1 {
        for (what, many) in [
            ("read", sound),
            ("large", large),
            ("several outcomes", several),
            ("broken", broken),
            ("not judged", unjudged),
            ("decided", decided),
            ("alike", merged),
        ] {
            assert!(many * 50 > count, "{what}: only {many} of {count}");
        }
    }
}

/// What is kept of a world: where one is looked at after the other this would not do.
#[test]
fn a_few_bytes_a_world() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tally");
    let mut scenario = scenario(&root, "scenarios/tally-12.yaml").unwrap();
    ["interchangeable", "equal-copies"].iter().for_each(|name| assert!(scenario.reductions.leave_out(name)));
    scenario.bounds.memory = 1 << 21;
    let stopped = |sets| reports(&scenario, sets).remove(0).stopped;
    assert_eq!((stopped(true), stopped(false)), (None, Some(Stopped::Memory)));
}
