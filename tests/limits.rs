//! Files that are made to be too much: bombs, depth, size, bytes that are no text. Each ends in a clear
//! message, and soon. No stopwatch decides: a program that has not ended after a minute is taken for one
//! that never will, and what a file may cost is bounded by what is said about it, not by how long it is.

mod common;

use common::bench::Bench;
use common::too_much;
use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

/// What the program says of the file when it is asked to read it, and its exit code.
#[track_caller]
fn said(bench: &Bench, line: &str) -> (Option<i32>, String) {
    let mut command = bench.command(line);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = Vec::new();
        stderr.read_to_end(&mut text).map(|_| String::from_utf8_lossy(&text).into_owned()).unwrap()
    });
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if started.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("`{line}` does not end");
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    (status.code(), reader.join().unwrap())
}

/// Each format that a person writes: its file, and a verb that reads it.
const WRITTEN: [(&str, &str); 5] = [
    ("processes/order@1.yaml", "run"),
    ("services/cook.yaml", "run --services"),
    ("scenarios/x.yaml", "check scenarios/x.yaml"),
    ("specs/x.yaml", "test specs/x.yaml"),
    ("anyorder.yaml", "run"),
];

/// All refuse the text, with these words in what they say, and not with a megabyte of them.
#[track_caller]
fn all_refuse(text: &[u8], words: &[&str]) {
    for (file, line) in WRITTEN {
        let bench = Bench::one_order();
        bench.write(file, text);
        let (code, said) = said(&bench, line);
        let short: String = said.chars().take(2_000).collect();
        assert_eq!(code, Some(2), "{file}: {short}");
        assert!(words.iter().any(|words| said.contains(words)), "{file}: {short}");
        assert!(said.len() < 100_000, "{file}: {} bytes of errors", said.len());
    }
}

/// A definition is refused so.
#[track_caller]
fn definition_is_refused(text: &str, words: &[&str]) {
    let bench = Bench::one_order();
    bench.write("processes/order@1.yaml", text);
    let (code, said) = said(&bench, "run");
    let begins: String = text.chars().skip(60).take(100).collect();
    assert_eq!(code, Some(2), "{begins}: {said:.1000}");
    assert!(words.iter().any(|words| said.contains(words)), "{begins}: {said:.1000}");
    assert!(said.len() < 200_000, "{begins}: {} bytes of errors", said.len());
}

#[test]
fn aliases_that_would_be_billions() {
    all_refuse(too_much::bomb().as_bytes(), &["anchors are not read here"]);
    // As many of them as a file may hold: the first are said.
    let many = format!("a: &a 1\nb:\n{}", "- *a\n".repeat(200_000));
    all_refuse(many.as_bytes(), &["anchors are not read here"]);
}

#[test]
fn a_hundred_thousand_levels() {
    let deep = ["lie deeper than 100 in each other", "nested too deep", "recursion limit", "nesting"];
    for text in too_much::deep_yaml() {
        all_refuse(text.as_bytes(), &deep);
    }
    for text in too_much::deep_expressions() {
        definition_is_refused(
            &text,
            &["may have 16384 bytes, not more", "is nested too deep", "`not` takes a boolean"],
        );
    }
    let bench = Bench::one_order();
    bench.write("data.json", too_much::deep_json());
    let (code, said) = said(&bench, "append OrderPlaced --data @data.json");
    assert!(code == Some(2) && said.contains("nested deeper than 1000 levels"), "{said:.1000}");
}

/// Story: the file was refused without being parsed, and its one line given to what draws the caret.
#[test]
fn fifty_megabytes() {
    let too_large = ["52428800 bytes; at most 1048576 are read"];
    all_refuse(too_much::fifty_megabytes().as_bytes(), &too_large);
}

#[test]
fn bytes_that_are_no_text() {
    let text = b"process: order\nversion: \xff\xfe\nscenario: \xc3\x28\n";
    all_refuse(text, &["not UTF-8"]);
}

/// A megabyte of mistakes, each of another sort: what is said about one does not look at all the others.
///
/// Story: for each of twelve thousand misspelt names, each of twenty thousand known ones was asked whether it
/// was meant, and listed if none was: it took minutes, and gigabytes, and twenty mistakes were shown.
#[test]
fn as_many_mistakes_as_a_file_may_hold() {
    for (what, text) in too_much::mistakes() {
        assert!(text.len() < 1 << 20, "{what}: {} bytes", text.len());
        definition_is_refused(&text, &["more errors"]);
    }
    definition_is_refused(&too_much::one_mistake(), &["a comma cuts this expression in two"]);
}

/// A definition may be as large as a file may be: each expression is read against all names.
///
/// Story: each expression had a copy of all names, and each `to` went through all states.
#[test]
fn as_many_names_as_a_file_may_hold() {
    let bench = Bench::one_order();
    bench.write("processes/order@1.yaml", too_much::large());
    let (code, said) = said(&bench, "graph process processes/order@1.yaml");
    assert_eq!(code, Some(0), "{said}");
}

/// A log has no limit of size, and a line is as long as it is; what is in it has one.
#[test]
fn a_log_of_the_same() {
    let line = |data: &str| {
        format!(
            "{{\"specversion\":\"1.0\",\"id\":\"o-1\",\"source\":\"orders\",\"type\":\"OrderPlaced\",\"time\":\
             \"2026-11-21T09:00:00.000Z\",\"sequence\":\"0000000000000001\",\"correlationid\":\"o-1\",\"data\":{data}}}\n"
        )
    };
    for (text, words) in [
        (line(&too_much::deep_json()).into_bytes(), "nested deeper than 1000 levels"),
        (vec![b'x'; 50 << 20], ""),
        ([line("1").as_bytes(), b"\"\xff\xfe\"\n"].concat(), "UTF-8"),
    ] {
        let bench = Bench::one_order();
        bench.write("log/orders.jsonl", &text);
        for verb in ["run", "log", "verify", "replay log/orders.jsonl --process order@1"] {
            let (code, said) = said(&bench, verb);
            // What has no end of line is the torn end of a batch, and nobody sees it.
            let torn = !text.ends_with(b"\n") && code == Some(0);
            assert!(
                torn || matches!(code, Some(1 | 2)) && said.contains(words),
                "{verb}: {code:?} {said:.2000}"
            );
            assert!(said.len() < 10_000, "{verb}: {} bytes", said.len());
        }
    }
}
