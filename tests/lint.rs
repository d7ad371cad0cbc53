//! What `lint` finds and what it leaves alone. Each lint's own wrong and right example stand in
//! `src/report/explain/lint.txt`, and are held to it by `tests/explain.rs`; here are the sound stories, the
//! finer cases, and the command line.

mod common;

use anyorder::report::lint as report;
use anyorder::span::{LINTS, Mistake};
use common::bench::Bench;
use common::lints::{files, folder, linted, workspace};
use std::path::Path;

/// `lint in what` per finding, in the order of their places.
fn found(text: &str) -> Vec<String> {
    let workspace = workspace(&files(text)).unwrap_or_else(|error| panic!("{error}"));
    let named = |finding: &anyorder::lint::Finding| {
        let about: Vec<&str> = finding.about.iter().map(|name| &**name).collect();
        format!("{} {}", finding.mistake().lint().unwrap_or("idle-allow"), about.join(" "))
    };
    anyorder::lint::lint(&workspace).iter().map(named).collect()
}

/// A process with these states (indented by two), started by `Begun`.
fn process(states: &str) -> String {
    format!(
        "# processes/p@1.yaml\nprocess: p\nversion: 1\nstarts-on: Begun\ninitial: a\nstates:\n{states}  z: {{end: success}}\n"
    )
}

#[test]
fn every_sound_story_is_silent() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut loud = Vec::new();
    let mut stories = 0;
    for entry in std::fs::read_dir(fixtures).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && !name.ends_with("-broken") {
            stories += 1;
            if let Err(error) = linted(&folder(&path)) {
                loud.push(format!("{name}\n{error}"));
            }
        }
    }
    assert!(stories >= 15 && loud.is_empty(), "{}", loud.join("\n"));
}

#[test]
fn an_alarm_must_be_armed_on_every_way_in() {
    let one_way = "  a: {on: {Begun: {}, X: {alarm: {T: 1m}, to: b}, Y: {to: b}}}\n  b: {on: {Done: {to: z}, T: {to: z}}}\n";
    assert_eq!(found(&process(one_way)), ["never-wakes a", "never-wakes b"]);
    let both = "  a: {enter: {alarm: {T: 1m}}, on: {Begun: {}, X: {to: b}, Y: {to: b}, T: {to: z}}}\n  b: {on: {Done: {to: z}, T: {to: z}}}\n";
    assert_eq!(found(&process(both)), Vec::<String>::new());
    // Armed at birth, and called off on one of two ways.
    let called_off = both.replace("Y: {to: b}", "Y: {cancel: T, to: b}");
    assert_eq!(found(&process(&called_off)), ["never-wakes b"]);
}

#[test]
fn a_ring_that_is_not_set_again_wakes_only_once() {
    let once = "  a: {enter: {alarm: {T: 1m}}, on: {Begun: {}, Done: {to: z}, T: {send: AskAgain}}}\n";
    assert_eq!(found(&process(once)), ["never-wakes a"]);
    let again = once.replace("{send: AskAgain}", "{send: AskAgain, alarm: {T: 1m}}");
    assert_eq!(found(&process(&again)), Vec::<String>::new());
    let guarded = once.replace("{send: AskAgain}", "[{when: event.data.n < 3, alarm: {T: 1m}}, {to: z}]");
    assert_eq!(found(&process(&guarded)), Vec::<String>::new());
    // A guard under which nothing is taken leaves it to `ignore`, and then nothing rings any more.
    let ignored = once.replace("T: {send: AskAgain}}}", "T: [{when: event.data.n < 3, to: z}]}, ignore: T}");
    assert_eq!(found(&process(&ignored)), ["never-wakes a"]);
}

#[test]
fn a_deferred_ring_still_comes() {
    let deferred =
        "  a: {enter: {alarm: {T: 1m}}, defer: T, on: {Begun: {}, X: {to: b}}}\n  b: {on: {T: {to: z}}}\n";
    assert_eq!(
        found(&process(deferred)),
        ["never-wakes a"],
        "what is deferred wakes nobody until the state changes"
    );
    // And a `cancel` does not reach it: it may ring in b.
    let cancelled = deferred.replace("X: {to: b}", "X: {cancel: T, to: b}");
    assert_eq!(found(&process(&cancelled)), ["never-wakes a", "never-wakes b"]);
    let gone = cancelled.replace("defer: T, ", "").replace("X: {", "T: {to: z}, X: {");
    assert_eq!(found(&process(&gone)), ["never-wakes b", "no-way-to-end b", "dead-answer b T"]);
}

#[test]
fn an_alarm_that_is_left_behind_rings_where_nobody_expects_it() {
    let left = "  a: {enter: {alarm: {T: 1m}}, on: {Begun: {}, T: {to: z}, X: {to: b}}}\n  b: {enter: {alarm: {U: 1m}}, on: {U: {to: z}}}\n";
    assert_eq!(found(&process(left)), ["stray-ring b T"]);
    for mended in ["X: {cancel: T, to: b}", "X: {alarm: {T: 1m}, cancel: T, to: z}"] {
        let lints = found(&process(&left.replace("X: {to: b}", mended)));
        assert!(!lints.contains(&"stray-ring b T".to_string()), "{mended}: {lints:?}");
    }
    assert_eq!(found(&process(&left.replace("b: {enter", "b: {ignore: T, enter"))), Vec::<String>::new());
    // Where the unexpected is ignored, or only some of several alarms are called off.
    let kind = process(left).replace("initial: a", "initial: a\nunexpected: ignore");
    assert_eq!(found(&kind), Vec::<String>::new());
    let keyed = left
        .replace("{T: 1m}", "{T: {after: 1m, key: =event.id}}")
        .replace("X: {to: b}", "X: {cancel: {T: =event.id}, to: b}");
    assert_eq!(found(&process(&keyed)), ["stray-ring b T"]);
}

#[test]
fn what_the_initial_state_says_at_birth_reaches_what_it_leads_to() {
    let passing = "  a: {on: {Begun: {alarm: {T: 1m}, to: b}}}\n  b: {on: {T: {to: z}}}\n";
    assert_eq!(
        found(&process(passing)),
        Vec::<String>::new(),
        "a is passed through, and no state without a way"
    );
    let nowhere = passing.replace("  b:", "  c: {on: {X: {to: z}}}\n  b:");
    assert_eq!(found(&process(&nowhere)), ["unreachable-state c"]);
    let stuck = passing
        .replace("T: {to: z}", "T: {to: c}")
        .replace("  b:", "  c: {enter: {alarm: {T: 1m}}, on: {T: {to: c}}}\n  b:");
    assert_eq!(
        found(&process(&stuck)),
        ["no-way-to-end a", "no-way-to-end c", "no-way-to-end b", "unreachable-state z"]
    );
}

#[test]
fn a_refusal_is_no_failure_that_needs_a_way_back() {
    let asked = "  a: {enter: {send: ReserveCredit, alarm: {T: 1m}}, on: {Begun: {}, Reserved: {to: b}, Refused: {to: f}, T: {to: z}}}\n  b: {enter: {alarm: {T: 1m}}, on: {T: {to: z}}}\n  f: {end: failure}\n";
    assert_eq!(found(&process(asked)), Vec::<String>::new());
    let later = asked.replace(
        "b: {enter: {alarm: {T: 1m}}, on: {T: {to: z}}}",
        "b: {enter: {alarm: {T: 1m}}, on: {T: {to: f}}}",
    );
    assert_eq!(found(&process(&later)), ["no-way-back ReserveCredit f"]);
    let timed_out = asked.replace("T: {to: z}}}\n  b", "T: {to: f}}}\n  b");
    assert_eq!(
        found(&process(&timed_out)),
        ["no-way-back ReserveCredit f"],
        "who did not answer may have done it"
    );
    let given_back = later.replace("f: {end: failure}", "f: {end: failure, enter: {send: ReleaseCredit}}");
    assert_eq!(found(&process(&given_back)), Vec::<String>::new());
}

#[test]
fn names_of_rows_are_told_from_names_of_what_happened() {
    let names = |types: &str| {
        let file = format!("# anyorder.yaml\nworkspace: w\nmodules: {{m: [{types}]}}\n");
        let process = process("  a: {on: {Begun: {to: z}}}\n");
        let found = found(&(file + &process));
        found.into_iter().filter(|one| one.starts_with("crud-name")).collect::<Vec<_>>()
    };
    assert_eq!(names("Begun, OrderCreated, OrderPaid"), Vec::<String>::new());
    assert_eq!(
        names("Begun, OrderCreated, OrderUpdated"),
        ["crud-name OrderCreated", "crud-name OrderUpdated"]
    );
    assert_eq!(
        names("Begun, StatusChanged, Updated, OrderDeleted"),
        ["crud-name StatusChanged", "crud-name OrderDeleted"]
    );
    assert_eq!(
        names("Begun, UpdateOrder, CreateOrder, Creation"),
        ["crud-name UpdateOrder", "crud-name CreateOrder"]
    );
}

#[test]
fn what_is_allowed_is_not_found_and_what_is_allowed_in_vain_is() {
    let states = "  a: {on: {Begun: {}, X: {to: b}}}\n  b: {on: {Y: {to: z}}}\n";
    let with = |allow: &str| found(&(process(states) + &format!("allow: {allow}\n")));
    assert_eq!(with("{lint: never-wakes, because: it is late}"), Vec::<String>::new());
    assert_eq!(with("{lint: never-wakes, in: a, because: it is late}"), ["never-wakes b"]);
    assert_eq!(
        with("[{lint: never-wakes, in: [a, b], because: it is late}, {lint: stray-ring, because: no}]"),
        ["idle-allow "]
    );
    assert_eq!(
        with("{lint: never-wakes, in: c, because: it is late}"),
        ["never-wakes a", "never-wakes b", "idle-allow "]
    );
}

#[test]
fn every_lint_stands_in_its_document() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/lint.md")).unwrap();
    for name in LINTS {
        let code = Mistake::of_lint(name).unwrap();
        assert!(page.contains(&format!("| {code} | `{name}` | ")), "{code} {name}");
    }
}

#[test]
fn the_command_says_what_where_and_how_many() {
    let bench = Bench::one_order().file(
        "processes/order@1.yaml",
        "process: order\nversion: 1\nstarts-on: OrderPlaced\ninitial: placed\nstates:\n  placed: {on: {OrderPlaced: {}, OrderPaid: {to: paid}}}\n  paid: {end: success}\n",
    );
    let ran = bench.run("lint");
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""));
    let drawn = "\
error[E0802]: an instance may wait in `placed` for ever
 --> processes/order@1.yaml:6:3
  |
6 |   placed: {on: {OrderPlaced: {}, OrderPaid: {to: paid}}}
  |   ^^^^^^ no alarm that it answers is armed here
  |
  = help: arm one on every way in, as in `enter: {alarm: {AnswerIsLate: 15m}}`, and say what it does

";
    assert_eq!(
        ran.out,
        format!(
            "{drawn}2 files, 1 finding: never-wakes 1\n`anyorder explain never-wakes` says more, and how what is meant is allowed\n"
        )
    );
    let json: serde_json::Value = serde_json::from_str(&bench.run("lint order --format json").out).unwrap();
    assert_eq!(
        json,
        serde_json::json!([{
            "code": "E0802", "lint": "never-wakes", "file": "processes/order@1.yaml", "line": 6, "column": 3,
            "about": ["placed"], "message": "an instance may wait in `placed` for ever",
            "hint": "arm one on every way in, as in `enter: {alarm: {AnswerIsLate: 15m}}`, and say what it does",
        }])
    );
    assert!(
        bench.run("explain never-wakes").out.starts_with("E0802: an instance may wait in a state for ever")
    );
    let mended =
        bench.read("processes/order@1.yaml") + "allow: {lint: never-wakes, because: the shop is patient}\n";
    bench.write("processes/order@1.yaml", mended);
    bench.run("lint").prints("2 files: nothing found\n");
    assert_eq!(report::json(&[]), "[]\n");
}

#[test]
fn an_allow_without_a_reason_is_refused() {
    let allow = |allow: &str| {
        let bench = Bench::one_order();
        let text = bench.read("processes/order@1.yaml") + &format!("allow: {allow}\n");
        let error = bench.file("processes/order@1.yaml", &text).run("lint").err;
        error.lines().next().unwrap_or_default().to_string()
    };
    assert_eq!(allow("{lint: never-wakes}"), "error[E0203]: `because` is missing".replace("E0203", "E0202"));
    assert_eq!(allow("{lint: never-wake, because: why}"), "error[E0204]: `lint` cannot be `never-wake`");
    assert_eq!(
        allow("{lint: never-wakes, because: he comes, always}"),
        "error[E0106]: YAML ends the text before the comma"
    );
    assert_eq!(
        allow("{lint: never-wakes, where: a, because: why}"),
        "error[E0201]: `allow` has no key `where`"
    );
}
