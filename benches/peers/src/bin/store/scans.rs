//! One conversation, a count by type, and the making of the index, out of the large log.
//!
//! The logs are in the page cache: each is read once before. How many messages anyorder, grep, jq and the loop over
//! trees find is compared, so that nobody is fast by finding something else.

use crate::place::Place;
use crate::table::{Floor, Table, median};
use crate::whole::Run;
use crate::{Args, sqlite};
use anyorder::event::line;
use anyorder::store::{Logs, Store};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

pub fn conversation(args: &Args, place: &mut Place, table: &mut Table) {
    warm(place);
    let id = a_conversation(place);
    let show = |workspace: &Path| {
        let words = ["--format", "json", "log", "--correlation", &id];
        anyorder(args, place, workspace).words(words)
    };
    let (indexed, bare) = (place.linked("linked"), without_index(place));
    let (ours, scanned) = (show(&indexed), show(&bare));
    let store = place.store(&bare).indexed_after(u64::MAX);
    let database = sqlite::large(place);
    let grep = Run::new(Path::new("grep"), &place.speed).words(["-hF", &id]).words(&place.logs);
    let jq = Run::new(Path::new("jq"), &place.speed)
        .words(["-c", "--arg", "id", &id, "select(.correlationid == $id or .id == $id)"])
        .words(&place.logs);
    // Both halves of the question have an index.
    let query = format!("SELECT * FROM messages WHERE id = '{id}' OR correlationid = '{id}'");
    let cli = Run::new(Path::new("sqlite3"), &place.speed).words([database.as_os_str()]).words([&query]);
    let [has_grep, has_jq, has_sqlite] = ["grep", "jq", "sqlite3"].map(Run::is_there);
    ours.go();
    let expected = ours.printed().lines().count();
    assert!(expected > 1, "a conversation of more than one message");

    let (mut with, mut without, mut library, mut grepped, mut asked) =
        (vec![], vec![], vec![], vec![], vec![]);
    let (mut jqs, mut values) = (vec![], vec![]);
    for round in 0..args.rounds.max(args.scans) {
        let run = ours.go();
        table.memory("log --correlation, indexed", run.peak_kib);
        with.push(run.millis());
        if has_sqlite {
            asked.push(cli.go().millis());
        }
        if round < args.scans {
            let run = scanned.go();
            assert_eq!(scanned.printed().lines().count(), expected);
            table.memory("log --correlation, where no index can be kept", run.peak_kib);
            without.push(rate(place, run.wall.as_secs_f64()));
            library.push(rate(place, timed(|| look(&store, &id, expected))));
            if has_grep {
                grepped.push(rate(place, grep.go().wall.as_secs_f64()));
                assert_eq!(grep.printed().lines().count(), expected, "grep finds the same");
            }
        }
        if round < args.slow {
            if has_jq {
                jqs.push(rate(place, jq.go().wall.as_secs_f64()));
                assert_eq!(jq.printed().lines().count(), expected, "jq finds the same");
            }
            let found = |value: &Value| value["correlationid"] == *id || value["id"] == *id;
            values.push(rate(place, timed(|| each_value(place, |value| _ = black_box(found(value))))));
        }
    }
    let with = median(&with);
    table.value("one conversation, indexed, whole command", (with, "ms"), Floor::AtMost(10.0));
    beside(table, "one conversation, indexed, whole command", (with, "ms"), ("sqlite3, indexed", &asked));
    let (without, library) = (median(&without), median(&library));
    let what = "one conversation, scanned, whole command where no index can be kept";
    table.value(what, (without, "GB/s"), Floor::AtLeast(3.0));
    let what = "one conversation, scanned, library";
    table.value(what, (library, "GB/s"), Floor::AtLeast(3.0));
    for (peer, rates) in [("grep -F", &grepped), ("jq", &jqs), ("serde_json::Value", &values)] {
        beside(table, what, (library, "GB/s"), (peer, rates));
    }
}

pub fn count(args: &Args, place: &mut Place, table: &mut Table) {
    warm(place);
    let ours = anyorder(args, place, &place.linked("linked")).words(["log", "--count-by", "type"]);
    let jq = Run::new(Path::new("jq"), &place.speed)
        .words(["-n", "reduce inputs as $one ({}; .[$one.type] += 1)"])
        .words(&place.logs);
    let files: Vec<String> = place.logs.iter().map(|log| format!("'{}'", log.display())).collect();
    let query = format!(
        "SELECT type, count(*) FROM read_json([{}], format='newline_delimited', columns={{type: 'VARCHAR'}}) GROUP BY type",
        files.join(", ")
    );
    let duck = Run::new(&args.duckdb, &place.speed).words(["-c", &query]);
    let has_jq = Run::is_there("jq");
    let has_duck = Run::is_there(&args.duckdb.to_string_lossy());
    let (mut rates, mut lines, mut jqs, mut ducks, mut values) = (vec![], vec![], vec![], vec![], vec![]);
    for round in 0..args.scans {
        let run = ours.go();
        table.memory("log --count-by type", run.peak_kib);
        rates.push(rate(place, run.wall.as_secs_f64()));
        lines.push(rate(place, timed(|| _ = black_box(newlines(place)))));
        if has_duck {
            ducks.push(rate(place, duck.go().wall.as_secs_f64()));
        }
        if round < args.slow {
            if has_jq {
                jqs.push(rate(place, jq.go().wall.as_secs_f64()));
            }
            let mut types = BTreeMap::<String, u64>::new();
            let add = |value: &Value| {
                *types.entry(value["type"].as_str().expect("a type").into()).or_default() += 1
            };
            values.push(rate(place, timed(|| each_value(place, add))));
            assert_eq!(types.values().sum::<u64>(), counted(&ours.printed()), "both count the same");
        }
    }
    let what = "count by type, whole command";
    let ours = (median(&rates), "GB/s");
    table.value(what, ours, Floor::AtLeast(3.0));
    let peers =
        [("DuckDB", ducks), ("jq", jqs), ("serde_json::Value", values), ("newlines alone, all cores", lines)];
    peers.iter().for_each(|(peer, rates)| beside(table, what, ours, (peer, rates)));
}

pub fn index(args: &Args, place: &mut Place, table: &mut Table) {
    warm(place);
    let (id, workspace) = (a_conversation(place), place.linked("linked"));
    let ours = anyorder(args, place, &workspace).words(["log", "--correlation", &id]);
    let mut times = Vec::new();
    for _ in 0..args.scans {
        let _ = fs::remove_dir_all(workspace.join("log/.index"));
        let run = ours.go();
        table.memory("log --correlation, which makes the index", run.peak_kib);
        times.push(run.millis() / 1e3);
    }
    let bytes: u64 = fs::read_dir(workspace.join("log/.index"))
        .expect("an index")
        .map(|file| file.and_then(|file| file.metadata()).expect("a file").len())
        .sum();
    let what = "the index made, whole command that asks for a conversation";
    table.value(what, (median(&times), "s"), Floor::AtMost(1.0));
    table.value("the index beside the logs", (100.0 * bytes as f64 / place.bytes as f64, "%"), Floor::None);
}

fn anyorder(args: &Args, place: &Place, workspace: &Path) -> Run {
    Run::new(&args.anyorder, &place.speed).words(["-C".as_ref(), workspace.as_os_str()])
}

fn beside(table: &mut Table, what: &str, ours: (f64, &str), peer: (&str, &[f64])) {
    match peer.1 {
        [] => table.absent(what, peer.0),
        rates => table.ratio(what, ours, (peer.0, median(rates)), Floor::None),
    }
}

/// A workspace in which no index can be kept, whoever one is: a file stands in place of its folder.
fn without_index(place: &Place) -> PathBuf {
    let workspace = place.linked("unindexed");
    fs::write(workspace.join("log/.index"), "").expect("a file can be made");
    workspace
}

fn look(store: &Store, id: &str, expected: usize) {
    let modules = store.modules().expect("logs");
    let found = modules.iter().map(|module| store.conversation(module, id).expect("it answers").len());
    assert_eq!(found.sum::<usize>(), expected);
}

fn timed(what: impl FnOnce()) -> f64 {
    let started = Instant::now();
    what();
    started.elapsed().as_secs_f64()
}

/// Gigabytes of log a second.
fn rate(place: &Place, seconds: f64) -> f64 {
    place.bytes as f64 / 1e9 / seconds
}

/// That of a message in the middle of the longest log.
fn a_conversation(place: &Place) -> String {
    let path = place.longest();
    let middle = path.metadata().expect("a log").len() / 2;
    let mut log = BufReader::new(File::open(path).expect("a log"));
    log.seek(SeekFrom::Start(middle)).expect("it has a middle");
    let mut text = String::new();
    log.read_line(&mut text).expect("the rest of a line");
    text.clear();
    log.read_line(&mut text).expect("a line");
    let message = line::read(text.trim_end()).expect("a message");
    message.conversation().expect("the generator's have one").to_string()
}

fn counted(printed: &str) -> u64 {
    let number = |line: &str| line.split_whitespace().next()?.replace(',', "").parse::<u64>().ok();
    printed.lines().filter_map(number).sum()
}

/// One after the other, on one thread, each line as a tree.
fn each_value(place: &Place, mut see: impl FnMut(&Value)) {
    for log in &place.logs {
        let mut log = BufReader::with_capacity(1 << 20, File::open(log).expect("a log"));
        let mut line = Vec::new();
        while log.read_until(b'\n', &mut line).expect("it reads") > 0 {
            see(&serde_json::from_slice(&line).expect("JSON"));
            line.clear();
        }
    }
}

fn warm(place: &Place) {
    newlines(place);
}

/// The least that a scan can do: read the logs in pieces, by all cores, and find the newlines.
fn newlines(place: &Place) -> u64 {
    const PIECE: u64 = 512 * 1024;
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let total = AtomicU64::new(0);
    for log in &place.logs {
        let (log, next) = (File::open(log).expect("a log"), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    let mut buffer = vec![0; PIECE as usize];
                    loop {
                        let at = next.fetch_add(PIECE, Ordering::Relaxed);
                        let count = log.read_at(&mut buffer, at).expect("it reads");
                        if count == 0 {
                            break;
                        }
                        let found = memchr::memchr_iter(b'\n', &buffer[..count]).count() as u64;
                        total.fetch_add(found, Ordering::Relaxed);
                    }
                });
            }
        });
    }
    total.into_inner()
}
