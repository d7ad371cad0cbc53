//! How fast logs are read and written, in memory, so that the disk is not what is measured.
//! 100,000 messages of about 250 bytes.

use anyorder::event::{Message, Position, json, line};
use anyorder::store::{Guard, Memory, Store};
use divan::counter::{BytesCount, ItemsCount};
use std::sync::Arc;

fn main() {
    divan::main();
}

const COUNT: usize = 100_000;

fn messages() -> Vec<Message> {
    (0..COUNT)
        .map(|n| {
            let conversation = format!("01997f0a-6b1e-7c43-9d5a-{:012}", n / 8);
            line::read(&format!(
                r#"{{"specversion":"1.0","id":"o-{n:08}","source":"orders","type":"OrderPlaced","subject":"table-{}","time":"2026-11-21T09:00:00.000Z","correlationid":"{conversation}","data":{{"items":["burger"]}}}}"#,
                n % 50
            ))
            .expect("it is an event")
        })
        .collect()
}

fn log() -> (Memory, Store) {
    let memory = Memory::new();
    let store = Store::new(Arc::new(memory.clone()));
    let batches = messages().into_iter().map(|message| vec![message]).collect();
    store.append_new("orders", batches, Guard::None).expect("memory takes all");
    (memory, store)
}

#[divan::bench]
fn append_new(bencher: divan::Bencher) {
    bencher
        .counter(ItemsCount::new(COUNT))
        .with_inputs(|| messages().into_iter().map(|message| vec![message]).collect::<Vec<_>>())
        .bench_values(|batches| {
            Store::new(Arc::new(Memory::new())).append_new("orders", batches, Guard::None).expect("appends")
        });
}

#[divan::bench]
fn append_looking_for_an_id(bencher: divan::Bencher) {
    let (_, store) = log();
    bencher.counter(ItemsCount::new(COUNT)).bench(|| {
        let again = line::read(
            r#"{"specversion":"1.0","id":"o-00000000","source":"orders","type":"T","time":"2026-11-21T09:00:00Z"}"#,
        );
        store.append("orders", vec![vec![again.expect("an event")]], Guard::None).expect("it is there")
    });
}

#[divan::bench]
fn read_all(bencher: divan::Bencher) {
    let (memory, store) = log();
    bencher.counter(ItemsCount::new(COUNT)).counter(BytesCount::new(memory.bytes("orders").len())).bench(
        || {
            store
                .read("orders", Position::FIRST)
                .expect("reads")
                .fold(0, |count, record| count + record.is_ok() as u32)
        },
    );
}

#[divan::bench]
fn read_the_last_ten(bencher: divan::Bencher) {
    let (_, store) = log();
    let from = Position::new(COUNT as u64 - 9).expect("a position");
    bencher.bench(|| assert_eq!(store.read("orders", from).expect("reads").count(), 10));
}

#[divan::bench]
fn tail(bencher: divan::Bencher) {
    let (_, store) = log();
    bencher.bench(|| store.tail("orders").expect("sound"));
}

fn text() -> String {
    let (memory, _) = log();
    String::from_utf8(memory.bytes("orders")).expect("text")
}

#[divan::bench]
fn line_read_alone(bencher: divan::Bencher) {
    let text = text();
    bencher
        .counter(ItemsCount::new(COUNT))
        .bench(|| text.lines().for_each(|l| _ = divan::black_box(line::read(l).expect("an event"))));
}

#[divan::bench]
fn line_check_alone(bencher: divan::Bencher) {
    let text = text();
    bencher
        .counter(ItemsCount::new(COUNT))
        .bench(|| text.lines().for_each(|l| _ = divan::black_box(json::check(l).expect("JSON"))));
}

#[divan::bench]
fn line_members_alone(bencher: divan::Bencher) {
    let text = text();
    bencher
        .counter(ItemsCount::new(COUNT))
        .bench(|| text.lines().map(|l| json::members(l).count()).sum::<usize>());
}
