//! One guard, by both and by hand, in turns; medians in nanoseconds.

use crate::world::World;
use anyorder::process::expr;
use anyorder::span::{Source, Span};
use serde_json::Value as Json;
use std::hint::black_box;
use std::time::Instant;

const GUARD: &str = "event.data.amount >= data.total && !data.paid";
const EVENT: &str = r#"{"table":5,"amount":40.50,"note":"window"}"#;
const DATA: &str = r#"{"total":40.50,"paid":false}"#;
const ROUNDS: usize = 301;
const RUNS: usize = 2_000;

/// Nanoseconds of one run, over so many of them.
fn of<T>(mut what: impl FnMut() -> T) -> f64 {
    let started = Instant::now();
    for _ in 0..RUNS {
        black_box(what());
    }
    started.elapsed().as_nanos() as f64 / RUNS as f64
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

pub fn time() {
    let world = World::of(EVENT, DATA);
    let names = ["total", "paid"].map(String::from).into();
    let guard = expr::parse_guard(
        &Source::new("peers", GUARD),
        Span::new(0, GUARD.len()),
        GUARD,
        &expr::Scope::of(names),
    )
    .unwrap();
    let program = cel::Program::compile(GUARD).unwrap();
    let env = world.env();
    let (event, data): (Json, Json) =
        (serde_json::from_str(EVENT).unwrap(), serde_json::from_str(DATA).unwrap());
    assert!(guard.test(&env).unwrap());
    assert_eq!(program.execute(&world.cel).unwrap(), cel::Value::Bool(true));
    let mut rounds: [Vec<f64>; 4] = Default::default();
    for _ in 0..ROUNDS {
        rounds[0].push(of(|| black_box(&guard).test(black_box(&env)).unwrap()));
        rounds[1].push(of(|| black_box(&program).execute(black_box(&world.cel)).unwrap()));
        rounds[2].push(of(|| {
            let (event, data) = (black_box(&event), black_box(&data));
            event["amount"].as_f64().unwrap() >= data["total"].as_f64().unwrap()
                && !data["paid"].as_bool().unwrap()
        }));
        // What has to be done once per message before anything can be asked: the documents bound.
        rounds[3].push(of(|| World::of(black_box(EVENT), black_box(DATA)).cel));
    }
    let [ours, cel, by_hand, binding] = rounds.map(median);
    println!(
        "{GUARD}\n  anyorder          {ours:8.0} ns\n  cel               {cel:8.0} ns\n  by hand, parsed   {by_hand:8.0} ns"
    );
    println!("  binding for cel   {binding:8.0} ns (its context and both documents, once per message)");
}
