//! What `anyorder explain` tells is held to what the readers say: every wrong example raises its own code
//! and no other, every right one raises nothing, and no diagnostic goes without a code.
//!
//! How the wrong examples are drawn stands in `tests/explain.expected`; `BLESS=1 cargo test --test explain`
//! writes it anew; look at the difference.

mod common;

use anyorder::error::{Error, Result};
use anyorder::event::Name;
use anyorder::explore::{self, Alarms, Order, Typed};
use anyorder::process::{self, Definition, Library, workspace_file};
use anyorder::report::{diagnostic, explain};
use anyorder::span::{Mistake, Source};
use common::bench::Bench;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

/// Where the examples of reactions and states are put. The blocks stand in the order of a file.
const TOP: [(&str, &str); 6] = [
    ("process", "process: loan\n"),
    ("version", "version: 1\n"),
    ("starts-on", "starts-on: {BookLent: {set: {book: =event.data.book}, alarm: {LoanOverdue: 14d}}}\n"),
    ("data", "data: {reminders: 0, paid: false}\n"),
    ("initial", "initial: lent\n"),
    (
        "states",
        "states:\n  lent: {on: {LoanOverdue: {}, BookReturned: {to: returned}}}\n  returned: {end: success}\n  lost: {end: failure}\n",
    ),
];

const SCENARIO: [(&str, &str); 3] = [
    ("scenario", "scenario: a loan\n"),
    ("process", "process: loan@1\n"),
    ("deliver", "deliver: [BookLent, BookReturned]\n"),
];

const SPEC: [(&str, &str); 5] = [
    ("spec", "spec: a loan\n"),
    ("process", "process: loan@1\n"),
    ("given", "given: BookLent\n"),
    ("when", "when: BookReturned\n"),
    ("then", "then: {state: returned}\n"),
];

const SERVICE: [(&str, &str); 2] =
    [("service", "service: library\n"), ("on", "on:\n  LendBook: {publish: BookLent}\n")];

/// The example in place of the blocks whose keys it has, and after the others.
fn among(blocks: &[(&str, &str)], example: &str) -> String {
    let begins = |key: &str| example.lines().any(|line| line.starts_with(&format!("{key}:")));
    let kept: String = blocks.iter().filter(|(key, _)| !begins(key)).map(|(_, block)| *block).collect();
    kept + example
}

fn indented(example: &str, by: usize) -> String {
    example.lines().map(|line| format!("{}{line}\n", " ".repeat(by))).collect()
}

fn of_state(state: &str) -> String {
    let rest = "  returned: {end: success}\n  lost: {end: failure}\n";
    among(&TOP, &format!("states:\n  lent:\n{state}{rest}"))
}

struct Loans;

impl Library for Loans {
    fn process(&self, p: &str) -> Result<Arc<Definition>> {
        let version = match p {
            "loan" | "loan@1" => "version: 1\n",
            "loan@2" => "version: 2\n",
            _ => return Err(Error::input(format!("no process {p} in this workspace"))),
        };
        process::read(&Source::new("loan.yaml", among(&TOP, version))).map(Arc::new)
    }

    fn owner(&self, _: &str) -> Option<Name> {
        None
    }
}

/// The only part that there is.
struct ThePart<'a>(&'a str);

impl process::Parts for ThePart<'_> {
    fn part(&self, full_name: &str) -> Result<Arc<Source>> {
        Ok(Source::new(format!("{full_name}.yaml"), self.0))
    }
}

fn read(place: &str, example: &str) -> Result<()> {
    let definition = |text: String| process::read(&Source::new("loan.yaml", text)).map(drop);
    match place {
        "as a part" => {
            let text =
                "process: loan\nversion: 1\nstarts-on: BookLent\nregions: {book: {use: loan-part@1}}\n";
            process::read_with_parts(&Source::new("loan.yaml", text), None, &ThePart(example)).map(drop)
        }
        "as a whole file" => definition(example.to_string()),
        "as loan@1.yaml" => process::read_named(&Source::new("loan@1.yaml", example), "loan", 1).map(drop),
        "at the top of a process" => definition(among(&TOP, example)),
        "in a state" => definition(of_state(&indented(example, 4))),
        "in a reaction" => definition(of_state(&format!(
            "    on:\n      LoanOverdue: {{}}\n      BookReturned:\n{}",
            indented(example, 8)
        ))),
        "in a service" => {
            let text = among(&SERVICE, example);
            process::read_service(&Source::new("library.yaml", text)).map(drop)
        }
        "in a scenario" => {
            explore::read(&Source::new("loan.yaml", among(&SCENARIO, example)), &Loans).map(drop)
        }
        "in a spec" => {
            let name = Source::new("loan.yaml", among(&SPEC, example));
            anyorder::spec::read(&name, &Loans).map(drop)
        }
        "as --events" => {
            let typed = Typed {
                processes: &["loan".to_string()],
                services: &[],
                events: example.trim(),
                first: "",
                order: Order::ANY,
                alarms: Alarms::Last,
                alike: false,
            };
            explore::from_events(&typed, &Loans).map(drop)
        }
        "in a workspace" => common::lints::linted(&common::lints::files(example)),
        "as anyorder.yaml" => workspace_file::read(&Source::new("anyorder.yaml", example)).map(drop),
        other => panic!("an example {other}: how is that read?"),
    }
}

/// The place, the wrong example, the right one.
fn examples(text: &str) -> (String, String, String) {
    let part = |from: &str| {
        let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("no {from:?} in\n{text}"));
        let (head, body) = rest.split_once(":\n\n").expect("an example");
        let body = body.split("\n\nRight").next().unwrap();
        let lines = body.lines().map(|line| format!("{}\n", line.strip_prefix("    ").unwrap_or(line)));
        (head.to_string(), lines.collect::<String>())
    };
    let ((place, wrong), (_, right)) = (part("Wrong, "), part("\nRight"));
    (place, wrong, right)
}

#[test]
fn every_wrong_example_raises_its_own_code_and_every_right_one_none() {
    let (mut drawn, mut amiss) = (String::new(), String::new());
    for mistake in Mistake::ALL {
        let (place, wrong, right) = examples(explain::story(*mistake).text);
        if *mistake == Mistake::ShadowedVerb {
            // Only the program knows its verbs.
            let ran = Bench::one_order().file("anyorder.yaml", &wrong).run("status");
            assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
            writeln!(drawn, "{}", ran.err).unwrap();
            assert!(ran.err.starts_with("error[E0604]"), "{}", ran.err);
            assert_eq!(Bench::one_order().file("anyorder.yaml", &right).run("status").err, "");
            continue;
        }
        match read(&place, &wrong) {
            Ok(()) => writeln!(amiss, "--- {mistake}: the wrong example is read").unwrap(),
            Err(error) => {
                let said = diagnostic::render(&error, false);
                let own = |one: &anyorder::span::Diagnostic| one.mistake == Some(*mistake);
                if !error.all_diagnostics().iter().all(own) || !said.contains(&format!("error[{mistake}]: "))
                {
                    writeln!(amiss, "--- {mistake}, wrong:\n{said}").unwrap();
                }
                writeln!(drawn, "{said}").unwrap();
            }
        }
        if let Err(error) = read(&place, &right) {
            writeln!(amiss, "--- {mistake}, right:\n{}", diagnostic::render(&error, false)).unwrap();
        }
    }
    assert!(amiss.is_empty(), "{amiss}");
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explain.expected");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&beside, &drawn).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&beside).unwrap_or_default(), drawn);
}

#[test]
fn codes_are_in_order_each_once_and_each_has_a_story_that_fits_the_screen() {
    assert!(Mistake::ALL.windows(2).all(|two| (two[0] as u16) < (two[1] as u16)));
    let stories: String =
        ["yaml", "form", "meaning", "expression", "scenario", "workspace", "service", "lint"]
            .iter()
            .map(|name| Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/report/explain/{name}.txt")))
            .map(|path| std::fs::read_to_string(path).unwrap())
            .collect();
    let told = stories.lines().filter(|line| line.starts_with("E0")).count();
    assert_eq!(told, Mistake::ALL.len(), "a story without a code");
    assert!(stories.lines().all(|line| line.chars().count() <= 120));
    for mistake in Mistake::ALL {
        let story = explain::story(*mistake);
        assert!(!story.title.ends_with('.') && story.title.chars().count() <= 80, "{}", story.title);
        assert_eq!(Mistake::parse(&mistake.to_string()), Some(*mistake));
    }
}

/// A complaint of a reader is refused by the compiler if nobody says of which kind it is (`must_use`); what
/// is made by hand says it in the same breath.
#[test]
fn every_diagnostic_bears_a_code() {
    // `complain` of two pages, whose callers say it; a stimulus likewise; a property that fails as it runs.
    let elsewhere =
        ["process/page/mod.rs", "process/workspace_file/mod.rs", "process/stimuli.rs", "explore/property.rs"];
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut without = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.display().to_string();
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".rs") && !elsewhere.iter().any(|other| name.ends_with(other)) {
                let text = std::fs::read_to_string(&path).unwrap();
                let made = text.split("Diagnostic::new(").skip(1);
                let coded = |rest: &str| rest.split(';').next().is_some_and(|said| said.contains(".code("));
                without.extend(made.filter(|rest| !coded(rest)).map(|rest| format!("{name}: {rest:.60}")));
            }
        }
    }
    assert!(without.is_empty(), "{}", without.join("\n"));
}

#[test]
fn explain_tells_one_lists_all_and_helps_to_find() {
    let bench = Bench::new();
    let one = "\
E0109: YAML takes a leading `!` for a tag

A bare value that begins with `!` is something else in YAML, and the `!` would be lost. Write `not`, which
means the same, or quote the expression.

Wrong, in a reaction:

    when: !data.paid
    to: lost

Right:

    when: not data.paid
    to: lost
";
    bench.run("explain E0109").prints(one);
    bench.run("explain e109").prints(one);
    let all = bench.run("explain");
    assert_eq!(all.out.lines().count(), Mistake::ALL.len());
    assert!(
        all.out.starts_with("E0101  the file is empty, too large, or too deep\nE0102  this is not YAML\n")
    );
    let json: serde_json::Value = serde_json::from_str(&bench.run("explain --format json").out).unwrap();
    assert_eq!(json.as_array().unwrap().len(), Mistake::ALL.len());
    assert_eq!(json[1], serde_json::json!({"code": "E0102", "title": "this is not YAML"}));
    let json: serde_json::Value = serde_json::from_str(&bench.run("explain 0109 --format json").out).unwrap();
    assert!(json["explanation"].as_str().unwrap().ends_with("when: not data.paid\n    to: lost"));
    bench.run("explain E0119").fails(
        2,
        "error: there is no error code `E0119`\n  = help: the nearest is E0117: `yes`, `no`, `on` and `off`; \
         `anyorder explain` lists all of them\n",
    );
    bench.run("explain tab").fails(
        2,
        "error: there is no error code `tab`\n  = help: `tab` is spoken of in E0112; `anyorder explain` lists \
         all of them\n",
    );
    bench.run("explain E9").fails(
        2,
        "error: there is no error code `E9`\n  = help: the nearest is E0101: the file is empty, too large, or \
         too deep; `anyorder explain` lists all of them\n",
    );
    bench
        .run("explain zebra")
        .fails(2, "error: there is no error code `zebra`\n  = help: `anyorder explain` lists all of them\n");
}

#[test]
fn a_key_is_told_by_its_name_and_by_what_others_call_it() {
    let bench = Bench::new();
    bench.run("explain whenever").prints(
        "`whenever` in a state: reactions without an event\n  takes a reaction, as in \
         `{when: data.paid, send: CookFood}`, or a list of which the first whose `when` holds is taken\nerrors that speak of it: E0312\n",
    );
    assert!(bench.run("explain target").out.starts_with("`to` in a reaction: the next state\n"));
    let both = bench.run("explain in").out;
    assert!(both.contains("`in` in `any`: the states that share it; else all\n"), "{both}");
    let json: serde_json::Value = serde_json::from_str(&bench.run("explain each --format json").out).unwrap();
    assert_eq!(json[0]["in"], "a message that is sent");
    assert_eq!(
        json[0]["takes"],
        "a name, `in`, and a list, as in `{CheckOut: {guest: =g}, each: g in data.guests}`"
    );
}
