//! Bugs that noise found: random expressions, mutated files, files made to be too much. Each with its
//! story; none may come back.

mod common;

use anyorder::error::Result;
use anyorder::event::{Extra, json, line};
use anyorder::process::{self, workspace_file};
use anyorder::report::diagnostic::render;
use anyorder::span::Source;
use anyorder::store::{Guard, Memory, Store};
use common::message;
use std::sync::Arc;

/// Story: a member was called `crc`, spelled with an escape, which is the same name. The store refuses a
/// member of that name, but looked at its spelling: it was written, the line was sealed behind it, and a
/// reader took both for the checksum. What somebody had said was gone.
#[test]
fn a_checksum_by_another_spelling() {
    let text = r#"{"specversion":"1.0","id":"o-1","source":"orders","type":"T","time":"2026-11-21T09:00:00.000Z","\u0063rc":"7c2f6e0b"}"#;
    let read = line::read(text).unwrap();
    assert_eq!(read.extras[0].key(), "crc");
    let memory = Memory::new();
    let store = Store::new(Arc::new(memory.clone()));
    let refused = store.append("orders", vec![vec![read]], Guard::None).unwrap_err();
    assert_eq!(refused.what(), "message `o-1` has a member `crc`");
    assert_eq!(memory.bytes("orders").len(), 0);

    let mut foreign = message("orders", "o-2");
    foreign.extras.push(Extra { raw_key: "\"crc\\u0000\"".into(), value: "1".into() });
    store.append("orders", vec![vec![foreign]], Guard::None).expect("that is another name");
    let with_escape = text.replace("\"time\"", "\"sequence\":\"0000000000000001\",\"time\"") + "\n";
    memory.set_bytes("orders", with_escape.into_bytes());
    let damage = store.verify("orders").unwrap().damage.unwrap();
    assert!(damage.what().contains("`crc` is not 8 small hex digits"), "{damage}");
}

/// Story: a process was called by a hundred and one letters, which its reader took; only when a run wrote
/// its first decision was it said that no log can bear that name, without a place.
/// Now one rule says what is a name, wherever a log will bear it.
#[test]
fn what_no_log_can_be_called_is_refused_where_it_is_written() {
    let (longest, longer) = ("p".repeat(100), "p".repeat(101));
    let process = |name: &str| {
        let text = format!(
            "process: {name}\nversion: 1\nstarts-on: Go\ninitial: on\nstates: {{on: {{end: success}}}}\n"
        );
        process::read(&Source::new("long.yaml", text)).map(drop)
    };
    let service = |name: &str| {
        let text = format!("service: {name}\non: {{Go: {{publish: Gone}}}}\n");
        process::read_service(&Source::new("long.yaml", text)).map(drop)
    };
    let module = |name: &str| {
        let text = format!("workspace: w\nmodules: {{{name}: Go}}\n");
        workspace_file::read(&Source::new("anyorder.yaml", text)).map(drop)
    };
    for read in [process as fn(&str) -> Result<()>, service, module] {
        assert!(read(&longest).is_ok());
        let error = read(&longer).unwrap_err();
        let said = render(&error, false);
        assert!(said.starts_with("error[E0206]: ") && said.contains("up to 100 characters"), "{said}");
    }
}

/// Story: in `"\u00é"` the escape breaks off at the second byte of `é`, and that is where the place of the
/// mistake was: inside a character. A log said a column too far, and the caret of a scenario's error stood
/// at what is no place in a text.
#[test]
fn an_escape_that_breaks_off_inside_a_character() {
    for (text, byte) in [("\"\\u00é\"", 5), ("\"\\u0🍔\"", 4), ("\"\\ud83c\\u12é\"", 11)] {
        let wrong = json::check(text).unwrap_err();
        assert_eq!((wrong.byte, &*wrong.what), (byte, "invalid escape"), "{text}");
    }
    let memory = Memory::new();
    let line = message("orders", "o-1").to_json().replace("burger", "\\u00é");
    memory.set_bytes("orders", format!("{line}\n").into_bytes());
    let damage = Store::new(Arc::new(memory)).verify("orders").unwrap().damage.unwrap();
    let column = line.chars().position(|c| c == 'é').unwrap() + 1;
    assert_eq!(damage.place(), Some(&*format!("memory/orders.jsonl:1:{column}")));
}
