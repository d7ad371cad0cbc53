//! Damage is named, never repaired, never a panic; and logs of others are read as they are.

mod common;

use anyorder::error::Error;
use anyorder::event::{Name, Position};
use anyorder::store::{Foreign, Guard, Logs, Memory, Store};
use common::message;
use proptest::prelude::*;
use std::path::Path;
use std::sync::Arc;

fn position(number: u64) -> Position {
    Position::new(number).unwrap()
}

fn said(error: &Error) -> String {
    format!("{error} | {}", error.hint_text().unwrap_or("-"))
}

fn log_of(batches: &[&[&str]]) -> (Memory, Store) {
    let memory = Memory::new();
    let store = Store::new(Arc::new(memory.clone()));
    let batches = batches.iter().map(|ids| ids.iter().map(|id| message("orders", id)).collect());
    store.append_new("orders", batches.collect(), Guard::None).unwrap();
    (memory, store)
}

fn read_until_error(logs: &dyn Logs, module: &str) -> (Vec<String>, Option<Error>) {
    let mut ids = Vec::new();
    for record in logs.read(module, Position::FIRST).unwrap() {
        match record {
            Ok(record) => ids.push(record.message.id.to_string()),
            Err(error) => return (ids, Some(error)),
        }
    }
    (ids, None)
}

#[test]
fn any_bit_that_flips_in_a_middle_line_is_noticed() {
    let (memory, store) = log_of(&[&["a"], &["b1", "b2"], &["c"]]);
    let bytes = memory.bytes("orders");
    let newlines: Vec<usize> = memchr::memchr_iter(b'\n', &bytes).collect();
    for at in newlines[0] + 1..=newlines[1] {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            memory.set_bytes("orders", flipped.clone());
            let damage = store.verify("orders").unwrap().damage;
            assert!(damage.is_some(), "byte {at}, bit {bit}: {}", String::from_utf8_lossy(&flipped));
            let (seen, error) = read_until_error(&store, "orders");
            assert_eq!((seen, error), (vec!["a".to_string()], damage), "half a batch is none");
        }
    }
}

type Change<'a> = &'a dyn Fn(&str) -> String;

/// Changes the log and compares what verify, a reader and an append say.
fn damaged(change: impl Fn(&str) -> String) -> String {
    let (memory, store) = log_of(&[&["a"], &["b1", "b2"], &["c"]]);
    let text = change(std::str::from_utf8(&memory.bytes("orders")).unwrap());
    memory.set_bytes("orders", text.into_bytes());
    let before = memory.bytes("orders");
    let damage = store.verify("orders").unwrap().damage.unwrap();
    assert_eq!(read_until_error(&store, "orders").1.as_ref(), Some(&damage));
    let append = store.append("orders", vec![vec![message("orders", "d")]], Guard::None);
    match store.tail("orders") {
        Err(error) => assert_eq!(append.unwrap_err(), error, "the tail shows it"),
        Ok(_) => _ = append,
    }
    assert!(memory.bytes("orders").starts_with(&before), "nothing is repaired silently");
    said(&damage)
}

#[test]
fn each_damage_is_named_with_file_line_and_byte() {
    let cases: [(&str, Change); 9] = [
        ("another burger", &|log| log.replacen("burger", "cheese", 2)),
        ("a quote is gone", &|log| log.replace("\"id\":\"c\"", "\"id\":\"c")),
        ("the first line is gone", &|log| log.split_once('\n').unwrap().1.to_string()),
        ("another module", &|log| log.replace("\"source\":\"orders\"", "\"source\":\"kitchen\"")),
        ("a sealed count", &|log| log.replace("\"remaining\":1", "\"remaining\":3")),
        ("a count", &|log| unsealed(log).replace("\"remaining\":1", "\"remaining\":3")),
        ("no position", &|log| unsealed(log).replace(",\"sequence\":\"0000000000000004\"", "")),
        ("a line of prose", &|log| format!("{log}hello\n")),
        ("the last newline flipped", &|log| format!("{}\u{b}", log.trim_end())),
    ];
    let said: Vec<String> =
        cases.iter().map(|(name, change)| format!("{name}\n  {}\n", damaged(change))).collect();
    assert_eq!(said.concat(), SAID);
}

const SAID: &str = "\
another burger
  memory/orders.jsonl:1:182: the checksum does not fit: the line's bytes give 071eb8dd (byte 181 of the file) | was the log edited by hand? Restore the line from a copy; nothing is appended until then
a quote is gone
  memory/orders.jsonl:4:31: this line is not JSON: expected `,` or `}` (byte 643 of the file) | each line of a log is one CloudEvents 1.0 event as JSON
the first line is gone
  memory/orders.jsonl:1:125: position 2 stands where 1 should (byte 124 of the file) | was the log edited by hand? Restore the line from a copy; nothing is appended until then
another module
  memory/orders.jsonl:1:31: a message of `kitchen` in the log of `orders` (byte 30 of the file) | each module has a log of its own
a sealed count
  memory/orders.jsonl:2:197: the checksum does not fit: the line's bytes give 76384c14 (byte 395 of the file) | was the log edited by hand? Restore the line from a copy; nothing is appended until then
a count
  memory/orders.jsonl:3:1: `remaining` is 0 where the line before says 2 (byte 379 of the file) | was the log edited by hand? Restore the line from a copy; nothing is appended until then
no position
  memory/orders.jsonl:4:1: a message without `sequence` in the log of a workspace (byte 562 of the file) | anyorder numbers what it appends: use `anyorder import` for what others wrote
a line of prose
  memory/orders.jsonl:5:1: this line is not JSON: expected value (byte 812 of the file) | each line of a log is one CloudEvents 1.0 event as JSON
the last newline flipped
  memory/orders.jsonl:4:199: this line is not JSON: trailing characters (byte 811 of the file) | each line of a log is one CloudEvents 1.0 event as JSON
";

fn unsealed(log: &str) -> String {
    log.lines().map(|line| format!("{}}}\n", line.split_once(",\"crc\"").unwrap().0)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn arbitrary_bytes_as_a_log_never_panic(
        pieces in prop::collection::vec(prop_oneof![
            prop::collection::vec(any::<u8>(), 0..30),
            prop::sample::select(vec![b"\n".to_vec(), b"\0\0".to_vec(), b"\xef\xbb\xbf".to_vec(), b" \r\n".to_vec(), b"{}".to_vec()]),
            (0u64..4, 0u32..3, any::<bool>()).prop_map(|(sequence, remaining, newline)| format!(
                r#"{{"specversion":"1.0","id":"x","source":"orders","type":"T","time":"2026-11-21T09:00:00.000Z","sequence":"{sequence}","remaining":{remaining}}}{}"#,
                if newline { "\n" } else { "" }
            ).into_bytes()),
        ], 0..6)
    ) {
        let memory = Memory::new();
        let store = Store::new(Arc::new(memory.clone()));
        let bytes = pieces.concat();
        memory.set_bytes("orders", bytes.clone());
        let (seen, error) = read_until_error(&store, "orders");
        let verified = store.verify("orders").unwrap();
        prop_assert_eq!(error.is_some(), verified.damage.is_some());
        prop_assert_eq!(store.read("orders", position(2)).unwrap().filter(|r| r.is_ok()).count(), seen.len().saturating_sub(1));
        if let (Ok(tail), None) = (store.tail("orders"), &verified.damage) {
            prop_assert_eq!(tail.last.map_or(0, Position::number), seen.len() as u64);
            // Nothing is lost: all bytes stand in the log or aside.
            let appended = store.append_new("orders", vec![vec![message("orders", "new")]], Guard::None).unwrap();
            let kept = memory.aside("orders").concat().1;
            let now = memory.bytes("orders");
            prop_assert_eq!([&now[..tail.len as usize], &kept].concat(), bytes);
            prop_assert_eq!(appended.batches[0].first().number(), seen.len() as u64 + 1);
            prop_assert_eq!(read_until_error(&store, "orders").0.len(), seen.len() + 1);
        }
    }
}

trait Concat {
    fn concat(self) -> (u64, Vec<u8>);
}

impl Concat for Vec<(u64, Vec<u8>)> {
    fn concat(self) -> (u64, Vec<u8>) {
        self.into_iter().next().unwrap_or_default()
    }
}

/// A foreign event.
fn event(source: &str, id: &str, sequence: Option<&str>) -> String {
    let sequence = sequence.map(|digits| format!(r#","sequence":"{digits}""#)).unwrap_or_default();
    format!(
        r#"{{"specversion":"1.0","id":"{id}","source":"{source}","type":"T","time":"2026-11-21T09:00:00Z"{sequence}}}"#
    )
}

fn write(folder: &Path, name: &str, text: &str) -> std::path::PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn positions(logs: &Foreign, module: &str, from: u64) -> Vec<(String, u64)> {
    let records = logs.read(module, position(from)).unwrap().map(|record| record.unwrap().message);
    records.map(|message| (message.id.to_string(), message.position.unwrap().number())).collect()
}

fn pairs(expected: &[(&str, u64)]) -> Vec<(String, u64)> {
    expected.iter().map(|(id, number)| (id.to_string(), *number)).collect()
}

#[test]
fn a_foreign_file_of_several_sources_is_several_logs() {
    let folder = tempfile::tempdir().unwrap();
    let spaced = r#" { "time" : "2026-11-21T10:00:00+01:00", "source" : "ur\u006e:b", "id" : "b2", "type":"T", "specversion":"1.0" } "#;
    let lines = [
        event("urn:b", "b1", None),
        event("a", "a1", Some("7")),
        String::new(),
        spaced.to_string(),
        event("a", "a2", Some("0000000000000009")),
        event("a", "a3", None),
    ];
    let path = write(folder.path(), "export.jsonl", &format!("\u{feff}{}", lines.join("\r\n")));
    for place in [path.as_path(), folder.path()] {
        let foreign = Foreign::open(place).unwrap();
        assert_eq!(foreign.modules().unwrap(), [Name::from("a"), Name::from("urn:b")]);
        assert_eq!(positions(&foreign, "a", 1), pairs(&[("a1", 7), ("a2", 9), ("a3", 10)]));
        assert_eq!(positions(&foreign, "a", 8), pairs(&[("a2", 9), ("a3", 10)]));
        assert_eq!(positions(&foreign, "urn:b", 1), pairs(&[("b1", 1), ("b2", 2)]));
        assert_eq!(positions(&foreign, "c", 1), []);
    }
    let empty = write(folder.path(), "empty.jsonl", "");
    assert!(Foreign::open(empty).unwrap().modules().unwrap().is_empty());
}

#[test]
fn many_interleaved_sources_are_read_across_many_bites() {
    let folder = tempfile::tempdir().unwrap();
    let lines: Vec<String> =
        (0..20_000).map(|n| event(&format!("s{}", n % 3), &n.to_string(), None) + "\n").collect();
    let foreign = Foreign::open(write(folder.path(), "all.jsonl", &lines.concat())).unwrap();
    for source in 0..3 {
        let expected: Vec<(String, u64)> =
            (source..20_000).step_by(3).zip(1..).map(|(n, position)| (n.to_string(), position)).collect();
        assert_eq!(positions(&foreign, &format!("s{source}"), 1), expected);
    }
}

#[test]
fn what_is_wrong_with_a_foreign_log_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let tidy = |error: Error| said(&error).replace(&format!("{}/", folder.path().display()), "");
    let opened = |text: &str| tidy(Foreign::open(write(folder.path(), "log.jsonl", text)).unwrap_err());
    let good = event("a", "a1", Some("2"));
    assert_eq!(
        opened(&format!("{good}\n{{\"é\": nope}}")),
        "log.jsonl:2:8: this line is not JSON: expected ident (byte 109 of the file) | each line of a log is one CloudEvents 1.0 event as JSON"
    );
    assert_eq!(
        opened("[]\n"),
        "log.jsonl:1:1: a line must be one JSON object (byte 0 of the file) | each line of a log is one CloudEvents 1.0 event as JSON"
    );
    assert_eq!(
        opened("{\"a\":\"\u{fc}\"}"),
        "log.jsonl:1:1: an event needs `source`, a text (byte 0 of the file) | each line of a log is one CloudEvents 1.0 event as JSON"
    );
    let falls = write(folder.path(), "log.jsonl", &format!("{good}\n{}\n", event("a", "a2", Some("2"))));
    let (seen, error) = read_until_error(&Foreign::open(&falls).unwrap(), "a");
    assert_eq!(seen, ["a1"]);
    assert_eq!(
        tidy(error.unwrap()),
        "log.jsonl:2:86: `sequence` is 2, after 2 (byte 186 of the file) | within a source, sequences rise from line to line"
    );
    write(folder.path(), "other.jsonl", &format!("\n{good}"));
    assert_eq!(
        tidy(Foreign::open(folder.path()).unwrap_err()),
        "other.jsonl:2:1: messages of `a` stand here and in log.jsonl (byte 1 of the file) | put each source into one file, in order"
    );
    assert_eq!(
        tidy(Foreign::open(folder.path().join("gone.jsonl")).unwrap_err()),
        "gone.jsonl: cannot read the log: No such file or directory (os error 2) | -"
    );
}
