//! How long typical guards take. `cargo bench --bench expressions`

use anyorder::event::{Document, Message, Time, line};
use anyorder::process::Data;
use anyorder::process::expr::{self, Env, Expr, Scope};
use anyorder::span::{Source, Span};
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

const GUARDS: [&str; 6] = [
    "data.reserved + data.reminders <= data.limit",
    "data.reserved + event.data.amount <= data.limit",
    "data.reminders < 2",
    "state == 'cooking' && not data.paid || event.type in ['OrderPaid', 'OrderCancelled']",
    "now - event.time > duration('15m')",
    "event.data.items.exists(i, i.price > 10)",
];

struct World {
    event: Message,
    data: Data,
}

fn world() -> World {
    let event = line::read(
        r#"{"specversion":"1.0","id":"e-1","source":"orders","type":"OrderPlaced","time":"2026-11-21T09:00:00Z","data":{"table":5,"amount":40.50,"items":[{"name":"burger","price":9},{"name":"wine","price":12.50}]}}"#,
    );
    let data = r#"{"reserved":20,"limit":100,"reminders":1,"paid":false}"#;
    World { event: event.unwrap(), data: Data::of_json(Document::parse(data).unwrap().text()) }
}

fn parsed(text: &str) -> Expr {
    let scope = Scope::of(["reserved", "limit", "reminders", "paid"].map(String::from).into());
    expr::parse(&Source::new("bench", text), Span::new(0, text.len()), text, &scope).unwrap()
}

#[divan::bench(args = GUARDS)]
fn test(bencher: Bencher, guard: &str) {
    let world = world();
    let expr = parsed(guard);
    let env = Env { event: &world.event, data: &world.data, state: "cooking", now: Time::MAX, item: None };
    bencher.bench(|| black_box(&expr).test(black_box(&env)).unwrap());
}

#[divan::bench(args = GUARDS)]
fn parse(guard: &str) -> Expr {
    parsed(black_box(guard))
}

#[divan::bench]
fn copy_a_path(bencher: Bencher) {
    let world = world();
    let expr = parsed("event.data.items");
    let env = Env { event: &world.event, data: &world.data, state: "cooking", now: Time::MAX, item: None };
    let mut out = String::new();
    bencher.bench_local(|| {
        out.clear();
        expr.json(black_box(&env), &mut out).unwrap();
        out.len()
    });
}
