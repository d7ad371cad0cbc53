//! The fuzz targets of `fuzz/`, for a moment: each format's fixtures, changed by a seeded hand. What holds
//! of any text is written there; longer runs are libFuzzer's (`fuzz/README.md`).

#[path = "../fuzz/src/lib.rs"]
mod targets;

mod common;

use anyorder::store::{Guard, Memory, Store};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::path::Path;
use std::sync::Arc;

/// Every file under the folders whose path holds `part` and ends so.
fn files(part: &str, end: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("fixtures"), root.join("tests")];
    let mut paths = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_str().is_some_and(|name| name.contains(part) && name.ends_with(end)) {
                paths.push(path);
            }
        }
    }
    paths.sort();
    paths.iter().filter_map(|path| std::fs::read_to_string(path).ok()).collect()
}

struct Hand(ChaCha8Rng);

impl Hand {
    fn below(&mut self, count: usize) -> usize {
        (self.0.next_u64() % count.max(1) as u64) as usize
    }

    /// A run of bytes of a text.
    fn piece<'a>(&mut self, text: &'a [u8]) -> &'a [u8] {
        let start = self.below(text.len() + 1);
        let length = [1, 4, 16, 64, 400][self.below(5)];
        &text[start..(start + self.below(length + 1)).min(text.len())]
    }

    /// A text with pieces of itself and of others cut out, doubled, moved; and some bytes of anything.
    fn changed(&mut self, texts: &[String], marks: &[&str]) -> String {
        let mut bytes = texts[self.below(texts.len())].clone().into_bytes();
        bytes.truncate(8_000);
        for _ in 0..1 + self.below(4) {
            let with = match self.below(5) {
                0 => Vec::new(),
                1 => self.piece(&bytes.clone()).to_vec(),
                2 => {
                    let other = self.below(texts.len());
                    self.piece(texts[other].as_bytes()).to_vec()
                }
                3 => marks[self.below(marks.len())].repeat(1 + self.below(3)).into_bytes(),
                _ => self.0.next_u64().to_le_bytes()[..1 + self.below(3)].to_vec(),
            };
            let start = self.below(bytes.len() + 1);
            let end = (start + [0, 0, 1, 3, 30][self.below(5)]).min(bytes.len());
            bytes.splice(start..end, with);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// What is left when the test ends was never reached; the text that broke it is printed.
#[track_caller]
fn holds(seed: u64, texts: Vec<String>, marks: &[&str], target: fn(&str)) {
    assert!(texts.len() > 2, "there is nothing to begin with");
    let mut hand = Hand(ChaCha8Rng::seed_from_u64(seed));
    for text in &texts {
        target(text);
    }
    for _ in 0..1_500 {
        let text = hand.changed(&texts, marks);
        if std::panic::catch_unwind(|| target(&text)).is_err() {
            panic!("it does not hold of this text:\n{text}");
        }
    }
}

const YAML: [&str; 28] = [
    "{", "}", "[", "]", ":", ": ", ",", "\n", "  ", "- ", "'", "\"", "#", "&a", "*a", "!", "|", ">", "?",
    "=", "~", "\t", "---\n", "é", "data", "Order", "15m", "017",
];
const JSON: [&str; 16] = [
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "\\",
    "\\ud800",
    "\\u0000",
    "1e999",
    "-0",
    "null",
    "\"crc\":\"00000000\"",
    " ",
    "\"remaining\":3",
];
const SIGNS: [&str; 24] = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ".",
    ",",
    "?",
    ":",
    "+",
    "-",
    "*",
    "/",
    "%",
    "==",
    "<",
    "&&",
    "!",
    "'",
    "\\",
    "has(",
    ".map(x, ",
    "9223372036854775807",
];

#[test]
fn services() {
    holds(9, files("services/", ".yaml"), &YAML, targets::service);
}

#[test]
fn definitions() {
    let texts = [files("processes/", ".yaml"), files("tests/definitions/", ".yaml")].concat();
    holds(1, texts, &YAML, targets::definition);
}

#[test]
fn scenarios() {
    holds(2, files("scenarios/", ".yaml"), &YAML, targets::scenario);
}

#[test]
fn specs() {
    holds(3, files("specs/", ".yaml"), &YAML, targets::spec);
}

#[test]
fn workspace_files() {
    holds(4, files("", "anyorder.yaml"), &YAML, targets::workspace);
}

#[test]
fn lines_of_a_log() {
    let mut texts: Vec<String> =
        files("", ".jsonl").iter().flat_map(|text| text.lines().take(20)).map(String::from).collect();
    texts.push(
        r#"{"specversion":"1.0","id":"o-1","source":"orders","type":"OrderPlaced","time":"2026-11-21T09:00:00.000Z","sequence":"0000000000000001","correlationid":"o-1","tenant":"é","data":{"total":12.50},"crc":"7c2f6e0b"}"#
            .to_string(),
    );
    texts.push(texts[texts.len() - 1].replace(":\"", ": \"").replace(",\"", " , \""));
    texts.push(r#"{"id":"a","source":"s","type":"T","time":"2026-01-01T00:00:00Z","specversion":"1.0","remaining":2,"kind":"command","due":"2026-01-01T00:00:00+01:00"}"#.to_string());
    holds(5, texts, &JSON, targets::line);
}

/// Logs that were written by us, so that checksums fit and batches are whole before the hand comes.
#[test]
fn logs() {
    let texts = [1, 3, 5].map(|batch| {
        let memory = Memory::new();
        let store = Store::new(Arc::new(memory.clone()));
        for first in (0..6).step_by(batch) {
            let messages =
                (first..(first + batch).min(6)).map(|n| common::message("orders", &format!("o-{n}")));
            store.append_new("orders", vec![messages.collect()], Guard::None).unwrap();
        }
        String::from_utf8(memory.bytes("orders")).unwrap()
    });
    let unsealed =
        texts[1].lines().map(|line| format!("{}}}\n", line.split_once(",\"crc\"").unwrap().0)).collect();
    let texts = [texts.to_vec(), vec![unsealed]].concat();
    holds(7, texts, &JSON, |text| targets::log(text.as_bytes()));
}

/// A run of an index with other bytes than it was given.
#[test]
fn runs_of_an_index() {
    let mut hand = Hand(ChaCha8Rng::seed_from_u64(9));
    targets::index(&[]);
    for _ in 0..1_000 {
        let length = [4, 8, 11, 40][hand.below(4)];
        // Most of it in the header and the tables' beginnings, where it counts.
        let edits: Vec<u8> = (0..length)
            .map(|place| match place % 4 {
                1 if hand.below(2) == 0 => 0,
                2 => 0,
                _ => hand.below(256) as u8,
            })
            .collect();
        targets::index(&edits);
    }
}

/// Lines and arrays of others, with all that their editors leave in them.
#[test]
fn events_of_others() {
    let lines: Vec<String> =
        files("", ".jsonl").iter().map(|text| text.lines().take(4).collect::<Vec<_>>().join("\n")).collect();
    let array = |text: &String| format!("[{}]", text.replace('\n', ",\n"));
    let windows = |text: &String| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let texts = [lines.iter().map(array).collect(), lines.iter().map(windows).collect(), lines].concat();
    holds(8, texts, &[&JSON[..], &["\n", "\r\n", "\u{feff}", "é"]].concat(), targets::incoming);
}

/// A snapshot of ours, the same to be sealed anew, and its records: bytes of it changed, taken out, put in.
#[test]
fn snapshots() {
    let (memory, name) = targets::with_snapshot();
    let sound = memory.cache_bytes(&name).unwrap();
    let (body, trailer) = sound.split_at(sound.len() - 24);
    let foot_at = u64::from_le_bytes(trailer[..8].try_into().unwrap()) as usize;
    // As the target seals it: where the foot begins stands first.
    let sealed = [&(foot_at as u16).to_le_bytes(), body].concat();
    let mut texts = vec![sound.clone(), sealed];
    let store = Store::new(Arc::new(memory));
    let logs: &dyn anyorder::store::Logs = &store;
    let order = anyorder::process::Family::new("order".into());
    let mut house = anyorder::runtime::House::create(vec![order]).unwrap().created().subscribe_all().start();
    anyorder::runtime::recover(&mut house, logs).unwrap();
    let records = house.member(0).instances();
    texts.extend(records.map(|instance| anyorder::runtime::snapshot::write_instance(instance, 3)));
    let mut hand = Hand(ChaCha8Rng::seed_from_u64(10));
    for _ in 0..3_000 {
        let mut bytes = texts[hand.below(texts.len())].clone();
        for _ in 0..1 + hand.below(3) {
            let piece = hand.piece(&bytes.clone()).to_vec();
            let start = hand.below(bytes.len() + 1);
            let end = (start + [0, 1, 1, 8, 30][hand.below(5)]).min(bytes.len());
            match hand.below(4) {
                0 => _ = bytes.splice(start..end, piece),
                1 => _ = bytes.splice(start..end, hand.0.next_u64().to_le_bytes()),
                2 => _ = bytes.splice(start..end, []),
                _ => bytes[start..end].iter_mut().for_each(|byte| *byte ^= 1 << (hand.0.next_u64() % 8)),
            }
        }
        if std::panic::catch_unwind(|| targets::snapshot(&bytes)).is_err() {
            panic!("it does not hold of these bytes: {bytes:?}");
        }
    }
}

#[test]
fn expressions() {
    let page = std::fs::read_to_string("docs/expressions.md").unwrap();
    let cells = page.lines().filter(|row| row.starts_with("| `")).map(|row| row.replace("\\|", "|"));
    let texts = cells.filter_map(|row| Some(row.strip_prefix("| `")?.split_once("` | ")?.0.to_string()));
    let with = |text: String| format!("{text}\n{{\"a\":[1,2.5],\"items\":[{{\"n\":1}}],\"total\":12.50}}");
    holds(6, texts.map(with).collect(), &SIGNS, targets::expression);
}
