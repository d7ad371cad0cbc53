//! The paths that every message takes, one by one and together, in memory.
//! `cargo bench --bench kernel`

use anyorder::event::{Message, Name, Position, line};
use anyorder::process::{Definition, Family, read};
use anyorder::runtime::{House, Merged, Rules, Run, journal, run};
use anyorder::span::Source;
use anyorder::step::{Input, Instance, Recorded, turn};
use anyorder::store::{Guard, Memory, Store};
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use std::collections::BTreeMap;
use std::sync::Arc;

#[path = "../examples/generate/shop.rs"]
#[expect(dead_code)] // of the days one is enough here
mod shop;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

const COUNT: usize = 100_000;

fn definition() -> Arc<Definition> {
    let text = include_str!("../examples/generate/order@1.yaml");
    Arc::new(read(&Source::new("order@1.yaml", text)).expect("it is sound"))
}

/// An order and its payment.
fn placed_and_paid() -> [Arc<Message>; 2] {
    let messages = [
        r#"{"specversion":"1.0","id":"01a1fd55-7a80-73bb-a3d7-2b0159d32e9b","source":"orders","type":"OrderPlaced","subject":"order-1000","time":"2026-11-21T09:00:00.000Z","sequence":"0000000000000001","data":{"customer":"customer-4252","items":[{"name":"burger","count":3}],"total":275.51}}"#,
        r#"{"specversion":"1.0","id":"01a1fd55-8ad3-71e3-af87-d41f12e256f1","source":"payments","type":"OrderPaid","subject":"order-1000","time":"2026-11-21T09:01:00.000Z","sequence":"0000000000000001","correlationid":"01a1fd55-7a80-73bb-a3d7-2b0159d32e9b","data":{"amount":275.51,"method":"card","reference":"00f3a2b1c4d5e6f7"}}"#,
    ];
    messages.map(|text| Arc::new(line::read(text).expect("an event")))
}

fn take(definition: &Definition, instance: &mut Instance, message: &Arc<Message>) -> Vec<Recorded> {
    let input = Input::Arrives(message.clone());
    turn(|_| Some(definition), instance, input, message.time, &mut Position::FIRST.next())
}

/// An instance is born, sends a command and sets an alarm.
#[divan::bench]
fn step_at_birth(bencher: Bencher) {
    let (definition, [placed, _]) = (definition(), placed_and_paid());
    bencher
        .with_inputs(|| Instance::new(placed.id.clone()))
        .bench_refs(|instance| take(&definition, instance, black_box(&placed)));
}

/// A guard holds, a command is sent, the alarm is called off, the state changes.
#[divan::bench]
fn step_with_a_guard(bencher: Bencher) {
    let (definition, [placed, paid]) = (definition(), placed_and_paid());
    let mut awaiting = Instance::new(placed.id.clone());
    take(&definition, &mut awaiting, &placed);
    bencher
        .with_inputs(|| awaiting.clone())
        .bench_refs(|instance| take(&definition, instance, black_box(&paid)));
}

#[divan::bench]
fn journal_write_a_turn(bencher: Bencher) {
    let (definition, [placed, _]) = (definition(), placed_and_paid());
    let decisions = take(&definition, &mut Instance::new(placed.id.clone()), &placed);
    bencher.bench(|| journal::write(&definition.name, black_box(&decisions)));
}

#[divan::bench]
fn journal_read_a_turn(bencher: Bencher) {
    let (definition, [placed, _]) = (definition(), placed_and_paid());
    let decisions = take(&definition, &mut Instance::new(placed.id.clone()), &placed);
    let lines = journal::write(&definition.name, &decisions);
    let last = lines.len() as u32 - 1;
    let lines: Vec<Message> = (0..)
        .zip(&lines)
        .map(|(index, line)| Message { remaining: last - index, ..(**line).clone() })
        .collect();
    let mut reader = journal::Reader::default();
    bencher.with_inputs(|| lines.clone()).bench_local_values(|lines| {
        lines.into_iter().map(|line| reader.take(line).expect("a turn").is_some()).last()
    });
}

/// The shop's first 100,000 messages, in the logs of their modules.
fn shop() -> Memory {
    let memory = Memory::new();
    let store = Store::new(Arc::new(memory.clone()));
    let mut modules: BTreeMap<Name, Vec<Vec<Message>>> = BTreeMap::new();
    for message in shop::Shop::new(7, shop::Day::Short).take(COUNT) {
        modules.entry(message.source.clone()).or_default().push(vec![message]);
    }
    for (module, batches) in modules {
        store.append_new(&module, batches, Guard::None).expect("memory takes all");
    }
    memory
}

fn family() -> Family {
    let definition = definition();
    let mut family = Family::new(definition.name.clone());
    family.insert(definition).expect("the first");
    family
}

#[divan::bench(sample_count = 10)]
fn merge(bencher: Bencher) {
    let store = Store::new(Arc::new(shop()));
    bencher
        .counter(ItemsCount::new(COUNT))
        .bench(|| Merged::open(&store, |_| Some(Position::FIRST)).expect("opens").count());
}

/// Merged and decided, nothing written.
#[divan::bench(sample_count = 10)]
fn drive_dry(bencher: Bencher) {
    let store = Store::new(Arc::new(shop()));
    bencher.counter(ItemsCount::new(COUNT)).bench(|| handled(&store, true));
}

/// Merged, decided and appended.
#[divan::bench(sample_count = 10)]
fn drive_and_append(bencher: Bencher) {
    let memory = shop();
    bencher
        .counter(ItemsCount::new(COUNT))
        .with_inputs(|| {
            let fresh = Memory::new();
            fresh.restore(memory.snapshot());
            Store::new(Arc::new(fresh))
        })
        .bench_refs(|store| handled(store, false));
}

fn handled(store: &Store, dry: bool) -> u64 {
    let house = House::create(vec![family()]).expect("one process").created().subscribe_all().start();
    let how = Run { rules: Rules::Newest, dry, rings: u64::MAX };
    run(store, &mut house.stable(), how).expect("it runs").handled
}
