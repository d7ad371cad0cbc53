//! Crashes: at every byte of a write, at every call of the medium, and what is there afterwards.

mod common;

use anyorder::event::{Message, Position};
use anyorder::store::{Folder, Guard, Medium, Memory, Store, Tail, Unsure};
use common::{Fault, Faulty, message};
use std::sync::Arc;

fn store(memory: &Memory) -> Store {
    Store::new(Arc::new(memory.clone()))
}

fn batch(ids: &[&str]) -> Vec<Message> {
    ids.iter().map(|id| message("orders", id)).collect()
}

fn ids(store: &Store) -> Vec<String> {
    let records = store.read("orders", Position::FIRST).unwrap();
    records.map(|record| record.unwrap().message.id.to_string()).collect()
}

/// A log of three whole messages and then a batch of three; its bytes, and where the batch begins.
fn a_log() -> (Vec<u8>, usize) {
    let memory = Memory::new();
    store(&memory).append_new("orders", vec![batch(&["a"]), batch(&["b", "c"])], Guard::None).unwrap();
    let sound = memory.bytes("orders").len();
    store(&memory).append_new("orders", vec![batch(&["ü1", "ü2", "ü3"])], Guard::None).unwrap();
    (memory.bytes("orders"), sound)
}

#[test]
fn a_batch_cut_at_any_byte_is_invisible_then_cut_off_and_kept() {
    let (bytes, sound) = a_log();
    for zeros in [0, 1, 5000] {
        for cut in sound..=bytes.len() {
            let memory = Memory::new();
            let store = store(&memory);
            let mut torn = bytes[..cut].to_vec();
            torn.resize(cut + zeros, 0);
            memory.set_bytes("orders", torn.clone());
            // The last line is whole without its newline too.
            let whole = cut + 1 >= bytes.len();
            let end = if whole { cut } else { sound };
            let seen: &[&str] = if whole { &["a", "b", "c", "ü1", "ü2", "ü3"] } else { &["a", "b", "c"] };
            assert_eq!(ids(&store), seen, "cut at {cut}");
            let Tail { len, last, torn: found, .. } = store.tail("orders").unwrap();
            assert_eq!((len, last.unwrap().number()), (end as u64, seen.len() as u64));
            assert_eq!(found.is_some(), end < torn.len());
            let verified = store.verify("orders").unwrap();
            assert_eq!((verified.damage, verified.messages), (None, seen.len() as u64));

            let appended = store.append("orders", vec![batch(&["d"])], Guard::None).unwrap();
            assert_eq!(appended.batches[0].first().number(), seen.len() as u64 + 1);
            assert_eq!(ids(&store), [seen, &["d"]].concat());
            assert_eq!(store.verify("orders").unwrap().sealed, seen.len() as u64 + 1);
            let kept = memory.aside("orders");
            match appended.repaired {
                Some(repaired) => {
                    assert_eq!((repaired.offset, repaired.len), (end as u64, (torn.len() - end) as u64));
                    assert_eq!(kept, [(end as u64, torn[end..].to_vec())]);
                    assert_eq!(repaired.kept.unwrap(), format!("memory/.torn/orders.{end}"));
                }
                None => assert!(kept.is_empty() && end == torn.len()),
            }
        }
    }
}

#[test]
fn a_first_batch_that_is_torn_leaves_an_empty_log() {
    let (bytes, _) = a_log();
    let memory = Memory::new();
    memory.set_bytes("orders", bytes[..50].to_vec());
    assert_eq!(store(&memory).tail("orders").unwrap().torn.unwrap().why, "the last line breaks off");
    assert!(ids(&store(&memory)).is_empty());
    store(&memory).append("orders", vec![batch(&["a"])], Guard::Position(None)).unwrap();
    assert_eq!(ids(&store(&memory)), ["a"]);
}

/// Strikes each call of an append in each way; what was acknowledged before is there, and asking
/// again with the same ids ends with each of them there once.
#[test]
fn a_writer_may_die_in_any_call_and_ask_again() {
    let (bytes, _) = a_log();
    for torn_before in [false, true] {
        let mut start = bytes.clone();
        start.truncate(bytes.len() - if torn_before { 100 } else { 0 });
        let fresh = || {
            let memory = Memory::new();
            memory.set_bytes("orders", start.clone());
            memory
        };
        let acknowledged = ids(&store(&fresh()));
        let batches = || vec![batch(&["x1", "x2"]), batch(&["y"])];
        let count = Faulty::new(fresh(), 0, Fault::DiesBefore);
        Store::new(Arc::new(count.clone())).append("orders", batches(), Guard::None).unwrap();
        let mut struck = Vec::new();
        for strike in 1..=count.calls() {
            let within = (0..900).step_by(13).map(Fault::DiesWithin);
            let refused = (0..900).step_by(13).map(Fault::Refused);
            for fault in [Fault::DiesBefore, Fault::DiesAfter].into_iter().chain(within).chain(refused) {
                let memory = fresh();
                let faulty = Faulty::new(memory.clone(), strike, fault);
                let first = Store::new(Arc::new(faulty.clone())).append("orders", batches(), Guard::None);
                // What looks after the index may be refused, and is done without.
                let looks = ["len", "read_at", "caches", "cache"].contains(&faulty.struck().unwrap());
                let done_without = looks && matches!(fault, Fault::Refused(_));
                assert!(first.is_err() || done_without, "call {strike} {:?} {fault:?}", faulty.struck());
                struck.push(faulty.struck().unwrap());
                let between = ids(&store(&memory));
                assert!(between.starts_with(&acknowledged));
                let new = &between[acknowledged.len()..];
                assert!(matches!(new.len(), 0 | 2 | 3), "whole batches only: {new:?}");

                // A sync was refused: nobody goes on before it was verified.
                let marked = memory.open("orders").unwrap().unwrap().is_unsure().unwrap();
                assert_eq!(marked, faulty.struck() == Some("sync") && matches!(fault, Fault::Refused(_)));
                if marked {
                    assert!(store(&memory).append("orders", batches(), Guard::None).is_err());
                    assert_eq!(store(&memory).verify("orders").unwrap().unsure, Some(Unsure::Settled));
                }

                store(&memory).append("orders", batches(), Guard::None).unwrap();
                let expected: Vec<String> =
                    acknowledged.iter().cloned().chain(["x1", "x2", "y"].map(String::from)).collect();
                assert_eq!(ids(&store(&memory)), expected, "call {strike} {:?} {fault:?}", faulty.struck());
                assert_eq!(store(&memory).verify("orders").unwrap().damage, None);
            }
        }
        struck.dedup();
        for call in ["create", "lock", "is_unsure", "len", "read_at", "append", "unlock", "sync"] {
            assert!(struck.contains(&call), "{call} was never struck");
        }
        assert_eq!(struck.contains(&"keep_aside") && struck.contains(&"truncate"), torn_before);
    }
}

#[test]
fn a_power_cut_takes_only_what_was_not_acknowledged() {
    let memory = Memory::new();
    let faulty = Faulty::new(memory.clone(), 0, Fault::DiesBefore);
    let durable = Store::new(Arc::new(faulty.clone()));
    for id in ["a", "b", "c"] {
        durable.append("orders", vec![batch(&[id])], Guard::None).unwrap();
        assert_eq!(faulty.synced("orders"), memory.bytes("orders").len() as u64);
    }
    // Of what another wrote and did not sync, any part may be gone.
    store(&memory).append("orders", vec![batch(&["d", "e"])], Guard::None).unwrap();
    let all = memory.bytes("orders");
    for len in faulty.synced("orders") as usize..all.len() {
        memory.set_bytes("orders", all[..len].to_vec());
        assert_eq!(ids(&store(&memory))[..3], ["a", "b", "c"]);
    }
}

#[test]
fn a_full_disk_says_what_is_in_the_log() {
    let (bytes, _) = a_log();
    let memory = Memory::new();
    memory.set_bytes("orders", bytes.clone());
    let batches = || vec![batch(&["x"]), batch(&["y"])];
    let count = Faulty::new(memory.clone(), 0, Fault::Refused(0));
    Store::new(Arc::new(count.clone())).append_new("orders", batches(), Guard::None).unwrap();
    let written = memory.bytes("orders");
    let one = bytes.len() + memchr::memchr(b'\n', &written[bytes.len()..]).unwrap() + 1;
    for room in 0..written.len() - bytes.len() {
        let mut strike = 0;
        let error = loop {
            strike += 1;
            memory.set_bytes("orders", bytes.clone());
            let full = Faulty::new(memory.clone(), strike, Fault::Refused(room));
            let result = Store::new(Arc::new(full.clone())).append_new("orders", batches(), Guard::None);
            if full.struck() == Some("append") {
                break result.unwrap_err();
            }
        };
        let first = one - bytes.len();
        let both = written.len() - bytes.len();
        let (there, said) = match room {
            // Whole but for its newline counts.
            _ if room + 1 >= both => (bytes.len() + room, "; the first 2 of the messages are in the log"),
            _ if room >= first => (one, "; the first 1 of the messages are in the log"),
            _ if room + 1 == first => (one - 1, "; the first 1 of the messages are in the log"),
            _ => (bytes.len(), ""),
        };
        assert_eq!(memory.bytes("orders"), written[..there], "room for {room}");
        let expected =
            format!("memory/orders.jsonl: cannot append to the log: No space left on device{said}");
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_folder_keeps_what_was_cut_off_once_and_never_writes_over_it() {
    let folder = tempfile::tempdir().unwrap();
    let medium = Folder::new(folder.path().join("log"));
    let mut bytes = medium.create("orders").unwrap();
    let first = bytes.keep_aside(7, b"torn").unwrap();
    assert_eq!(bytes.keep_aside(7, b"torn").unwrap(), first);
    let second = bytes.keep_aside(7, b"other").unwrap();
    assert_eq!(std::fs::read(first).unwrap(), b"torn");
    assert_eq!(std::fs::read(second).unwrap(), b"other");
    assert_eq!(std::fs::read_dir(folder.path().join("log/.torn")).unwrap().count(), 2);
    assert_eq!(medium.modules().unwrap().len(), 1);
}
