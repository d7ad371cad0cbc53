//! Hundreds of JSON texts, good and bad, where a log's line should be or its data: read and passed through
//! byte for byte, or refused with line, column and words. Never a panic.
//!
//! `tests/json/cases.txt` has the cases and what RFC 8259 says of them, `tests/json/expected.txt` what our readers
//! say: `BLESS=1 cargo test --test json` writes that anew, to be read before it is committed. serde_json's
//! `Value` is a second judge; where it answers otherwise, the case says why.

mod common;

use anyorder::error::Error;
use anyorder::event::{Document, Position, json, line};
use anyorder::store::{Guard, Memory, Store};
use common::{message, with_data};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

const CASES: &str = include_str!("json/cases.txt");
const EXPECTED: &str = "tests/json/expected.txt";

/// What makes the first event of a log, without its braces.
const EVENT: &str = r#""specversion":"1.0","id":"c","source":"orders","type":"T","time":"2026-11-21T09:00:00.000Z","sequence":"0000000000000001""#;
/// A sound line that stands behind it.
const NEXT: &str = r#"{"specversion":"1.0","id":"next","source":"orders","type":"T","time":"2026-11-21T09:00:00.000Z","sequence":"0000000000000002"}"#;

/// What RFC 8259 says of a case.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Rfc {
    Valid,
    Invalid,
    Open,
}

struct Case {
    name: &'static str,
    rfc: Rfc,
    bytes: Vec<u8>,
    /// Why serde_json answers otherwise, if it does.
    note: Option<&'static str>,
}

fn cases() -> Vec<Case> {
    let rows = CASES.lines().filter(|row| !row.is_empty() && !row.starts_with('#'));
    let case = |row: &'static str| {
        let mut cells = row.split('\t');
        let mut next = || cells.next().unwrap_or_else(|| panic!("{row}: three cells, between tabs"));
        let (name, rfc, bytes) = (next(), next(), next());
        let rfc = match rfc {
            "valid" => Rfc::Valid,
            "invalid" => Rfc::Invalid,
            "open" => Rfc::Open,
            other => panic!("{name}: `{other}` is no answer"),
        };
        Case { name, rfc, bytes: unescaped(bytes), note: cells.next() }
    };
    rows.map(case).collect()
}

/// `%41`, `%(3*a%)` and `%@` of the table.
fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once('%') {
        bytes.extend(before.as_bytes());
        if let Some(repeated) = escape.strip_prefix('(') {
            // What is repeated may have escapes, `%)` is none of them.
            let (inside, behind) = repeated.split_once("%)").expect("a closed repetition");
            let (times, what) = inside.split_once('*').expect("so many times");
            bytes.extend(unescaped(what).repeat(times.parse().expect("a number")));
            rest = behind;
        } else if let Some(behind) = escape.strip_prefix('@') {
            bytes.extend(EVENT.as_bytes());
            rest = behind;
        } else {
            bytes.push(u8::from_str_radix(&escape[..2], 16).expect("two hexadecimal digits"));
            rest = &escape[2..];
        }
    }
    bytes.extend(rest.as_bytes());
    bytes
}

fn store_of(bytes: &[u8]) -> (Memory, Store) {
    let memory = Memory::new();
    memory.set_bytes("orders", bytes.to_vec());
    (memory.clone(), Store::new(Arc::new(memory)))
}

/// `line:column words` of an error; it names the log, and the byte that this place has.
fn said(error: &Error, log: &[u8]) -> String {
    let place = error.place().unwrap().strip_prefix("memory/orders.jsonl:").unwrap();
    let (line, column) = place.split_once(':').unwrap();
    let (line, column): (usize, usize) = (line.parse().unwrap(), column.parse().unwrap());
    let (what, byte) = error.what().rsplit_once(" (byte ").unwrap();
    let byte: usize = byte.strip_suffix(" of the file)").unwrap().parse().unwrap();
    let start = log.split_inclusive(|b| *b == b'\n').take(line - 1).map(<[u8]>::len).sum::<usize>();
    assert!(byte >= start && byte <= log.len(), "{error}");
    let mut before = &log[start..byte];
    if start == 0 {
        before = before.strip_prefix(b"\xef\xbb\xbf").unwrap_or(before); // is no column
    }
    assert_eq!(String::from_utf8_lossy(before).chars().count() + 1, column, "{error}");
    assert!(error.hint_text().is_some(), "{error}");
    let plain: String = what
        .chars()
        .flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] })
        .collect();
    format!("{place} {plain}")
}

/// What a log says that consists of these bytes. Reading and verifying say the same.
fn log(bytes: &[u8]) -> String {
    let (_, store) = store_of(bytes);
    let verified = store.verify("orders").unwrap();
    let read: Result<Vec<_>, Error> = store.read("orders", Position::FIRST).unwrap().collect();
    match verified.damage {
        Some(damage) => {
            assert_eq!(read.unwrap_err(), damage);
            said(&damage, bytes)
        }
        None => {
            let count = read.unwrap().len();
            match verified.torn {
                Some(torn) => format!("{count} read, torn: {}", torn.why),
                None => format!("{count} read"),
            }
        }
    }
}

/// What stands at the end of a log without its newline: what is torn is cut off by the next append, and kept.
fn end(bytes: &[u8]) -> String {
    let (memory, store) = store_of(bytes);
    let torn = store.tail("orders").map(|tail| tail.torn);
    let appended = store.append_new("orders", vec![vec![message("orders", "x")]], Guard::None);
    match torn {
        Err(damage) => {
            assert_eq!(appended.unwrap_err(), damage);
            assert_eq!(memory.bytes("orders"), bytes, "nothing is repaired silently");
        }
        Ok(Some(torn)) => {
            assert_eq!(memory.aside("orders"), [(torn.offset, bytes[torn.offset as usize..].to_vec())]);
        }
        Ok(None) => assert!(memory.bytes("orders").starts_with(bytes)),
    }
    log(bytes)
}

/// Three answers: as the data of a message, as a whole line, and at the end of a log.
fn answers(case: &Case) -> [String; 3] {
    let line = |line: &[u8]| [line, b"\n", NEXT.as_bytes(), b"\n"].concat();
    let event = [format!("{{{EVENT},\"data\":").as_bytes(), &case.bytes, b"}"].concat();
    for one in [&event, &case.bytes] {
        by_the_line_reader(case, one);
    }
    [log(&line(&event)), log(&line(&case.bytes)), end(&case.bytes)]
}

/// Where there is no newline and no other encoding, the reader of a line says what that of a log says.
fn by_the_line_reader(case: &Case, bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Err(error) = line::read(text) {
        assert!(error.byte <= text.len() && text.is_char_boundary(error.byte), "{}: {error:?}", case.name);
        if !bytes.contains(&b'\n') && !text.trim().is_empty() && !text.starts_with('\u{feff}') {
            let in_log = log(&[bytes, b"\n"].concat());
            let column = text[..error.byte].chars().count() + 1;
            let what =
                in_log.strip_prefix(&format!("1:{column} ")).unwrap_or_else(|| panic!("{in_log}: {error:?}"));
            let plain = what.strip_prefix("this line is not JSON: ").unwrap_or(what);
            assert_eq!(
                plain.escape_default().to_string(),
                error.what.escape_default().to_string(),
                "{}",
                case.name
            );
        }
    }
}

/// Whether what our walkers see in a text is what serde_json reads.
fn same(text: &str, value: &Value) -> bool {
    match value {
        Value::Object(members) => {
            let found: BTreeSet<String> =
                json::members(text).map(|member| member.key().into_owned()).collect();
            found.len() == members.len()
                && members
                    .iter()
                    .all(|(key, value)| json::member(text, key).is_some_and(|text| same(text, value)))
        }
        Value::Array(items) => {
            json::items(text).count() == items.len()
                && json::items(text).zip(items).all(|(text, item)| same(text, item))
        }
        Value::String(string) => json::string(text).is_some_and(|text| text == *string),
        other => serde_json::from_str::<Value>(text).is_ok_and(|value| value == *other),
    }
}

/// The data comes out of a log, and of our own line of it, byte for byte as it went in.
fn passes_through(case: &Case) {
    let Ok(text) = std::str::from_utf8(&case.bytes) else { return };
    let Ok(document) = Document::parse(text) else {
        return assert!(case.rfc != Rfc::Valid, "{} is not taken as data", case.name);
    };
    assert!(case.rfc != Rfc::Invalid, "{} is taken as data", case.name);
    let data = json::trimmed(text);
    assert_eq!(document.text(), data);
    if let Ok(value) = serde_json::from_slice::<Value>(&case.bytes) {
        assert!(same(data, &value), "{}: {value}", case.name);
    }
    let (_, store) = store_of(b"");
    let appended =
        store.append("orders", vec![vec![with_data(message("orders", "c"), text)]], Guard::Position(None));
    if let Err(error) = appended {
        assert_eq!(error.what(), "the data of message `c` is nested too deep", "{}", case.name);
        return assert_eq!(case.rfc, Rfc::Open, "{}", case.name);
    }
    let read = store.read("orders", Position::FIRST).unwrap().next().unwrap().unwrap();
    // A log has newlines only between messages, JSON only between tokens: a space stands for each.
    assert_eq!(read.message.data.unwrap().text(), data.replace('\n', " "), "{}", case.name);
}

/// The second judge agrees, or the case says why not.
fn judged(case: &Case) {
    let reads = serde_json::from_slice::<Value>(&case.bytes).is_ok();
    let agrees = reads == (case.rfc != Rfc::Invalid);
    let name = case.name;
    assert_eq!(agrees, case.note.is_none(), "{name}: serde_json reads: {reads}; RFC 8259: {:?}", case.rfc);
}

#[test]
fn every_case_is_read_or_refused_as_it_should_be() {
    let cases = cases();
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name).collect();
    assert!(
        names.len() == cases.len() && cases.len() >= 300,
        "{} names of {} cases",
        names.len(),
        cases.len()
    );
    let mut found = String::new();
    for case in &cases {
        let all = || {
            judged(case);
            passes_through(case);
            answers(case)
        };
        let [data, line, end] =
            std::panic::catch_unwind(all).unwrap_or_else(|_| panic!("the case {}", case.name));
        // In the middle of a log JSON decides; a newline ends the line, whatever stands around it.
        if !case.bytes.contains(&b'\n') && case.rfc != Rfc::Open {
            assert_eq!(data == "2 read", case.rfc == Rfc::Valid, "{}: {data}", case.name);
        }
        found += &format!("{}\n  data  {data}\n  line  {line}\n  end   {end}\n", case.name);
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(EXPECTED, &found).unwrap();
    }
    let expected = std::fs::read_to_string(EXPECTED).unwrap_or_default();
    let differs = expected.lines().zip(found.lines()).position(|(expected, found)| expected != found);
    let at = differs.unwrap_or(expected.lines().count().min(found.lines().count()));
    let line = |text: &str| text.lines().nth(at).unwrap_or("(nothing)").to_string();
    assert!(
        expected == found,
        "{EXPECTED}:{}\n- {}\n+ {}\nBLESS=1 writes it anew",
        at + 1,
        line(&expected),
        line(&found)
    );
}
