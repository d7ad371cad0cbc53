//! One durable append from the command line, beside a bare program.

use crate::Args;
use crate::place::{MODULE, Place};
use crate::table::{Floor, Table, median};
use crate::whole::Run;
use std::fs;
use std::path::Path;

const TYPE: &str = "ParcelSeen";
const DATA: &str = r#"{"parcel":"P-123456789","carrier":"north road","station":3,"belt":17,"weight":8000}"#;

pub fn append_one(args: &Args, place: &mut Place, table: &mut Table) {
    let (large, empty) = (place.copy(), place.empty("empty"));
    let append = |workspace: &Path| {
        let words = ["append", TYPE, "--module", MODULE, "--data", DATA];
        Run::new(&args.anyorder, &place.speed).words(["-C".as_ref(), workspace.as_os_str()]).words(words)
    };
    let bare = std::env::current_exe().expect("it runs").with_file_name("bare");
    let bare = |file: &Path, line: &str| {
        Run::new(&bare, &place.speed).words([file.as_os_str()]).words(["--line", line])
    };
    append(&large).go();
    append(&empty).go();
    // What the program wrote is what the bare one writes.
    let line = last_line(&empty);
    let (bare_large, bare_empty) =
        (bare(&place.plain_copy(), &line), bare(&place.speed.join("bare.jsonl"), &line));
    let (large, empty) = (append(&large), append(&empty));
    let mut times: [Vec<f64>; 6] = Default::default();
    for round in 0..args.rounds + 3 {
        let id = format!("named-{}-{round}", std::process::id());
        let runs = [
            large.go(),
            bare_large.go(),
            large.go_with(&["--id", &id]),
            empty.go(),
            bare_empty.go(),
            empty.go_with(&["--id", &id]),
        ];
        for (index, name) in [(0, "append, large log"), (2, "append --id, large log")] {
            table.memory(name, runs[index].peak_kib);
        }
        // The first ones find nothing in the caches.
        if round >= 3 {
            times.iter_mut().zip(runs).for_each(|(times, run)| times.push(run.millis()));
        }
    }
    let [large, bare_large, large_named, empty, bare_empty, empty_named] = times.map(|times| median(&times));
    for (what, ours) in [("a fresh id", large), ("a named id", large_named)] {
        let what = format!("one append, large log, {what}");
        table.ratio(&what, (ours, "ms"), ("bare program, file of that size", bare_large), Floor::AtMost(1.5));
    }
    table.ratio(
        "one append, empty log, a fresh id",
        (empty, "ms"),
        ("bare program, empty file", bare_empty),
        Floor::AtMost(1.5),
    );
    for (what, ours, other) in [("a fresh id", large, empty), ("a named id", large_named, empty_named)] {
        let what = format!("one append, large log beside an empty one, {what}");
        table.ratio(&what, (ours, "ms"), ("anyorder, empty log", other), Floor::AtMost(1.1));
    }
    // Not timed: how much memory many lines in batches take.
    let lines = place.speed.join("lines.jsonl");
    fs::write(&lines, format!("{DATA}\n").repeat(20_000)).expect("there is room");
    let many = Run::new(&args.anyorder, &place.speed)
        .words(["-C".as_ref(), place.speed.join("empty").as_os_str()])
        .words(["append", TYPE, "--module", MODULE, "--batch", "1000", "--id", "many", "--lines"])
        .words([lines.as_os_str()]);
    table.memory("append --lines --batch 1000 --id, 20,000 lines", many.go().peak_kib);
}

fn last_line(workspace: &Path) -> String {
    let text = fs::read_to_string(workspace.join(format!("log/{MODULE}.jsonl"))).expect("a log");
    text.lines().last().expect("a line").to_string()
}
