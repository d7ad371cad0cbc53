//! Journals of every format there ever was stay readable. `tests/journals/format-N/` is a workspace as it was when
//! that format was written, with all that a decision can be in it (a message deferred, held, expired, late, declined;
//! alarms with keys, set anew, called off; a life that was forgotten; what a person did; a service's own journal). It is never
//! written anew: a change that this test does not pass needs a new format beside the old one.

mod common;

use common::bench::Bench;
use std::path::Path;

/// A copy of what is pinned: files, folder by folder.
fn pinned(format: u32) -> Bench {
    let root = format!("{}/tests/journals/format-{format}", env!("CARGO_MANIFEST_DIR"));
    let mut bench = Bench::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path.display().to_string());
                continue;
            }
            let name = path.strip_prefix(Path::new(&root)).unwrap().display().to_string();
            bench = bench.file(&name, &std::fs::read_to_string(&path).unwrap());
        }
    }
    bench
}

#[test]
fn format_1_is_read() {
    let bench = pinned(1);
    bench.run("status").prints(&bench.read("status.txt"));
    bench.run("verify").prints(
        "bank       6 messages   sound\ncustomers  21 messages  sound\norder      47 messages  sound\nshop       11 \
         messages  sound\nvisit      11 messages  sound\n",
    );
}

/// Every decision that is in it is decided so again, to the byte, also what people did.
#[test]
fn format_1_is_decided_again() {
    let bench = pinned(1);
    for (process, turns) in [("order", 25), ("visit", 4)] {
        let said = format!("the journal says the same, in all of {turns} turns\n");
        let out = bench.run(&format!("replay --process {process}@1")).out();
        assert!(out.ends_with(&said), "{out}");
    }
}

/// What is in it goes on as if it had been written today; and the lines that are there stay.
#[test]
fn format_1_goes_on() {
    let bench = pinned(1);
    let before = bench.read("log/order.jsonl");
    bench.run("run --services").prints(
        "nothing to do: every message was handled before\nthe next alarm is PaymentTimedOut of o-5, due \
         2026-01-05T08:56:00.000Z\n",
    );
    bench
        .run("run --services --drain")
        .prints("handled 1 message: 1 ended\n1 of these was an alarm\nit is now 2026-01-05T08:56:00.000Z\n");
    let after = bench.read("log/order.jsonl");
    let more = after.strip_prefix(&before).expect("a log is only ever appended to");
    assert!(more.contains("\"outcome\":\"ended\"") && more.contains("\"state\":\"abandoned\""), "{more}");
}

#[test]
fn a_format_to_come_is_refused() {
    let bench = pinned(1);
    let journal = bench.read("log/visit.jsonl").replacen(r#"{"format":1}"#, r#"{"format":2}"#, 1);
    // By a newer program, with checksums of its own.
    let lines = journal.lines().map(|line| format!("{}}}\n", line.split(",\"crc\"").next().unwrap()));
    bench.write("log/visit.jsonl", lines.collect::<String>());
    let before = bench.logs();
    let error = "error: the journal cannot be read: JournalOpened at position 1: a journal of format 2, this program \
                 reads 1\n  --> visit\n  = help: a newer anyorder wrote it: read it with that one, nothing was changed here\n";
    for line in ["run", "status", "replay --process visit@1"] {
        bench.run(line).fails(2, error);
    }
    assert_eq!(bench.logs(), before);
}
