//! The index: whatever is asked, with it and without it the answer is the same; whatever becomes of its files,
//! only the time that an answer takes.

mod common;

use anyorder::event::{Message, Name, Position, Time};
use anyorder::store::{Guard, Logs, Medium, Memory, Placed, Store};
use common::{Fault, Faulty};
use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Messages of a few conversations about a few subjects; time goes back now and then.
fn messages(count: usize, seed: u64) -> Vec<Message> {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut message = |n: usize| {
        let time =
            Time::from_millis(1_795_000_000_000 + n as i64 * 1000 - rng.random_range(0..3000)).unwrap();
        let mut message = Message::new("orders", "OrderPlaced", format!("o-{n}"), time);
        message.subject =
            rng.random_bool(0.5).then(|| Name::from(format!("table-{}", rng.random_range(0..5))));
        message.correlation =
            rng.random_bool(0.8).then(|| Name::from(format!("c-{}", rng.random_range(0..20))));
        message.causation = rng.random_bool(0.3).then(|| Name::from("o-0"));
        message
    };
    (0..count).map(&mut message).collect()
}

fn store(memory: &Memory) -> Store {
    Store::new(Arc::new(memory.clone())).indexed_after(600)
}

fn without(memory: &Memory) -> Store {
    Store::new(Arc::new(memory.clone())).indexed_after(u64::MAX)
}

/// A log that grew a few messages at a time, with questions in between, so that its index has many runs.
fn grown(count: usize, seed: u64) -> Memory {
    let memory = Memory::new();
    for some in messages(count, seed).chunks(4) {
        // Each by another process, which remembers nothing: one hand would put the index off.
        store(&memory).append("orders", vec![some.to_vec()], Guard::None).unwrap();
    }
    memory
}

/// All that can be asked, and what reading the log from its beginning says to it.
fn agrees(store: &Store, memory: &Memory, messages: &[Message]) {
    let mut by_conversation: BTreeMap<String, Vec<(Time, u64)>> = BTreeMap::new();
    let mut by_subject: BTreeMap<String, u64> = BTreeMap::new();
    let mut reached = Time::MIN;
    for record in without(memory).read("orders", Position::FIRST).unwrap() {
        let message = record.unwrap().message;
        reached = reached.max(message.time);
        let position = message.position.unwrap().number();
        if let Some(id) = message.conversation() {
            by_conversation.entry(id.to_string()).or_default().push((reached, position));
        }
        if let Some(subject) = message.subject {
            *by_subject.entry(subject.to_string()).or_default() += 1;
        }
    }
    for (id, expected) in &by_conversation {
        let found = store.conversation("orders", id).unwrap();
        let found: Vec<_> =
            found.iter().map(|(time, record)| (*time, record.message.position.unwrap().number())).collect();
        assert_eq!(&found, expected, "{id}");
    }
    assert!(store.conversation("orders", "nobody's").unwrap().is_empty());
    for (subject, revision) in by_subject {
        let wrong = Guard::Revision { subject: Name::from(&*subject), revision: revision + 1 };
        let new = Message::new("orders", "T", "new", Time::MILLENNIUM);
        let error = store.append("orders", vec![vec![new]], wrong).unwrap_err();
        let expected = format!("`{subject}` in `orders` is at revision {revision}, not at {}", revision + 1);
        assert_eq!(error.what(), expected);
    }
    for (index, message) in messages.iter().enumerate().step_by(7) {
        let again = store.append("orders", vec![vec![message.clone()]], Guard::None).unwrap();
        let position = Position::new(index as u64 + 1).unwrap();
        assert_eq!(again.batches, [Placed::Already(vec![position])]);
    }
}

fn runs(memory: &Memory) -> Vec<String> {
    Medium::caches(memory).unwrap()
}

#[test]
fn an_index_of_many_runs_answers_as_the_log_does() {
    for seed in 0..4 {
        let memory = grown(300, seed);
        assert!((2..=14).contains(&runs(&memory).len()), "many were merged: {:?}", runs(&memory));
        agrees(&store(&memory), &memory, &messages(300, seed));
    }
}

#[test]
fn without_an_index_all_is_as_with_one_and_it_is_made_again() {
    let memory = grown(300, 1);
    for name in &runs(&memory) {
        let Some(kept) = memory.cache_bytes(name) else { continue };
        memory.set_cache(name, None);
        agrees(&without(&memory), &memory, &messages(300, 1));
        agrees(&store(&memory), &memory, &messages(300, 1));
        memory.set_cache(name, Some(kept));
    }
    runs(&memory).iter().for_each(|name| memory.set_cache(name, None));
    agrees(&store(&memory), &memory, &messages(300, 1));
    assert_eq!(runs(&memory).len(), 1, "made at once, it is one run");
}

/// Any byte of any run may be anything: nothing that is wrong may show, and nothing may panic.
#[test]
fn an_index_that_is_wrong_says_nothing_that_is_not_so() {
    let memory = grown(60, 3);
    let mut rng = StdRng::seed_from_u64(3);
    for _ in 0..600 {
        let names = runs(&memory);
        let name = &names[rng.random_range(0..names.len())];
        let sound = memory.cache_bytes(name).unwrap();
        let mut broken = sound.clone();
        match rng.random_range(0..3) {
            0 => broken.truncate(rng.random_range(0..broken.len())),
            1 => broken.extend([0; 8]),
            _ => {
                let at = rng.random_range(0..broken.len());
                broken[at] ^= 1 << rng.random_range(0..8);
            }
        }
        memory.set_cache(name, Some(broken));
        match rng.random_bool(0.5) {
            true => agrees(&store(&memory), &memory, &messages(60, 3)),
            false => agrees(&without(&memory), &memory, &messages(60, 3)),
        }
        memory.set_cache(name, Some(sound));
    }
}

#[test]
fn an_index_of_another_log_is_not_believed() {
    let (memory, other) = (grown(300, 1), grown(300, 2));
    for name in runs(&memory) {
        memory.set_cache(&name, None);
    }
    for name in runs(&other) {
        memory.set_cache(&name, other.cache_bytes(&name));
    }
    agrees(&store(&memory), &memory, &messages(300, 1));
    // A log that a power cut made shorter, and that then grew otherwise.
    let memory = grown(300, 1);
    let bytes = memory.bytes("orders");
    let half = bytes[..bytes.len() / 2].to_vec();
    memory.set_bytes("orders", half);
    let kept = without(&memory).read("orders", Position::FIRST).unwrap().count();
    let others: Vec<Message> =
        (0..200).map(|n| Message::new("orders", "T", format!("x-{n}"), Time::MILLENNIUM)).collect();
    without(&memory).append("orders", others.iter().map(|m| vec![m.clone()]).collect(), Guard::None).unwrap();
    let all: Vec<Message> = messages(300, 1).into_iter().take(kept).chain(others).collect();
    agrees(&store(&memory), &memory, &all);
}

#[test]
fn an_index_that_cannot_be_written_is_done_without() {
    // Dies at every call in turn: what was answered is so, and the log is as it was.
    let sound = grown(40, 5);
    let truth = without(&sound).conversation("orders", "c-1").unwrap();
    for strike in 1.. {
        let memory = grown(40, 5);
        for name in runs(&memory) {
            memory.set_cache(&name, None);
        }
        let faulty = Faulty::new(memory.clone(), strike, Fault::DiesBefore);
        let store = Store::new(Arc::new(faulty.clone())).indexed_after(600);
        if let Ok(found) = store.conversation("orders", "c-1") {
            assert_eq!(found, truth);
        }
        agrees(&self::store(&memory), &memory, &messages(40, 5));
        if faulty.struck().is_none() {
            break;
        }
    }
}

/// A sealed line is taken for one of ours: what somebody else wrote in our order, and then a member a second time,
/// is written in our spelling when it is sealed.
#[test]
fn a_line_that_was_sealed_is_in_our_spelling() {
    let line = r#"{"specversion":"1.0","id":"o-1","source":"orders","type":"A","time":"2026-11-21T09:00:00.000Z","sequence":"0000000000000001","correlationid":"c-1","data":{"n":1.50},"correlationid":"c-2","x":[1, 2]}"#;
    let memory = Memory::new();
    memory.set_bytes("orders", format!("{line}\n").into_bytes());
    let store = store(&memory);
    store.reseal("orders").unwrap();
    let expected = r#"{"specversion":"1.0","id":"o-1","source":"orders","type":"A","time":"2026-11-21T09:00:00.000Z","sequence":"0000000000000001","correlationid":"c-2","data":{"n":1.50},"x":[1, 2],"crc":"#;
    assert!(String::from_utf8(memory.bytes("orders")).unwrap().starts_with(expected));
    assert_eq!(store.conversation("orders", "c-1").unwrap(), []);
    assert_eq!(store.conversation("orders", "c-2").unwrap().len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// What a store remembers between its appends is never what others have changed: several hands append to one
    /// log, some ids again and again; now and then it is sealed anew, or is another log.
    #[test]
    fn an_id_stands_in_a_log_once_whoever_appends(
        steps in prop::collection::vec((0usize..3, 0u32..40, 0u8..30), 1..120),
        behind in prop_oneof![Just(0u64), Just(900), Just(1 << 40)],
    ) {
        let memory = Memory::new();
        let hands: Vec<Store> = (0..3).map(|_| Store::new(Arc::new(memory.clone())).indexed_after(behind)).collect();
        let mut truth: BTreeMap<String, u64> = BTreeMap::new();
        for (hand, number, event) in steps {
            let id = format!("o-{number}");
            match event {
                0 => {
                    let bare = String::from_utf8(memory.bytes("orders")).unwrap();
                    let bare: String = bare.lines().map(|line| match line.split_once(",\"crc\"") {
                        Some((line, _)) => format!("{line}}}\n"),
                        None => format!("{line}\n"),
                    }).collect();
                    memory.set_bytes("orders", bare.into_bytes());
                }
                1 => _ = hands[hand].reseal("orders").unwrap(),
                2 => {
                    memory.set_bytes("orders", Vec::new());
                    truth.clear();
                }
                _ => {
                    let message = Message::new("orders", "T", &*id, Time::MILLENNIUM);
                    let placed = hands[hand].append("orders", vec![vec![message]], Guard::None).unwrap();
                    let next = truth.len() as u64 + 1;
                    let expected = *truth.entry(id).or_insert(next);
                    prop_assert_eq!(placed.batches[0].first().number(), expected);
                    prop_assert_eq!(placed.batches[0].is_new(), expected == next);
                }
            }
        }
    }

    /// Whoever scans sees what whoever reads sees: also of lines in any spelling, across pieces.
    #[test]
    fn a_scan_sees_what_a_reader_sees(seed in any::<u64>(), count in 1usize..400, foreign in any::<bool>(), from in 1u64..400) {
        let memory = Memory::new();
        let mut some = messages(count, seed);
        if foreign {
            for (n, message) in some.iter_mut().enumerate().skip(1).step_by(3) {
                message.id = Name::from(format!("\"ö\u{1}-{n}"));
            }
        }
        let store = Store::new(Arc::new(memory.clone()));
        store.append_new("orders", some.into_iter().map(|m| vec![m]).collect(), Guard::None).unwrap();
        let from = Position::new(from).unwrap();
        let read: Vec<(String, Time)> = store.read("orders", from).unwrap().map(|record| {
            let message = record.unwrap().message;
            (message.id.to_string(), message.time)
        }).collect();
        let mut seen = Vec::new();
        store.scan("orders", from, Vec::new, |found: &mut Vec<_>, e| found.push((e.id.to_string(), e.time)), |found| seen.extend(found)).unwrap();
        prop_assert_eq!(seen, read);
    }
}
