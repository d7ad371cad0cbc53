//! Pictures that hold whatever is in them: every graph of every fixture, and names and data made to
//! break them, read by a strict reader of Graphviz's language (and by `dot`, where it is installed).

mod common;
#[path = "common/dot.rs"]
mod dot_reader;

use anyorder::event::{Document, Kind, Message, Name, Time};
use anyorder::report::graph::{Edge, Line, Look, Node, Picture, Tone, conversation, dot, flow, mermaid, svg};
use common::bench::Bench;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What is drawn is what is there, in every language; `dot` is asked too, if it can be.
fn check(picture: &Picture) {
    check_dot(&dot::write(picture), picture.nodes.len(), picture.edges.len());
    check_xml(&svg::write(picture));
    check_mermaid(&mermaid::write(picture));
    serde_json::from_str::<serde_json::Value>(&picture.json()).unwrap();
}

fn check_dot(text: &str, nodes: usize, edges: usize) {
    let drawn = dot_reader::read(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!((drawn.nodes.len(), drawn.edges.len()), (nodes, edges), "{text}");
}

/// Tags that close, entities that are known, nothing that XML cannot hold.
fn check_xml(text: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let between = &rest[..at];
        assert!(!between.contains('>'), "{between}");
        check_entities(between);
        let end = at + rest[at..].find('>').expect("a tag ends");
        let tag = &rest[at + 1..end];
        check_entities(tag);
        assert!(!tag.contains('<') && tag.matches('"').count().is_multiple_of(2), "<{tag}>");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap());
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{open:?} {rest}");
    assert!(!text.contains(|c: char| c.is_control() && c != '\n' || c == '\u{fffe}' || c == '\u{ffff}'));
    assert!(!text.contains("NaN") && !text.contains("inf\""), "{text}");
}

fn check_entities(text: &str) {
    for (at, _) in text.match_indices('&') {
        let known = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"];
        assert!(known.iter().any(|known| text[at..].starts_with(known)), "{text}");
    }
}

/// What comes from outside is letters, and numbers of letters: it can begin nothing.
fn check_mermaid(text: &str) {
    for line in text.lines().skip(1) {
        let line = line.trim();
        let bare = line.replace("<br/>", "").replace("-->", "").replace("-.->", "");
        let quotes = line.matches('"').count();
        assert!(quotes.is_multiple_of(2) && quotes <= 2, "{line}");
        if let Some((_, text)) = bare.split_once(" : ") {
            assert!(!text.contains([':', '"', '<', '>', '{', '}', '[', ']', '%', '`']), "{line}");
        }
        if let Some((_, inside)) = bare.split_once('"') {
            let (inside, _) = inside.rsplit_once('"').unwrap();
            assert!(
                !inside.contains(['"', '<', '>', '{', '}', '[', ']', '(', ')', '|', '`', '\\']),
                "{line}"
            );
        }
    }
}

/// None where there is no Graphviz.
fn by_graphviz(text: &str) -> Option<String> {
    let child = Command::new("dot")
        .arg("-Tsvg")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        eprintln!("skipped: there is no `dot` here");
        return None;
    };
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}\n{text}");
    Some(String::from_utf8(output.stdout).unwrap())
}

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

fn copy(from: &Path, bench: &Bench, below: &str) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{below}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            copy(&path, bench, &format!("{name}/"));
        } else {
            bench.write(&name, std::fs::read(&path).unwrap());
        }
    }
}

/// The files below a folder that end so.
fn ending(bench: &Bench, folder: &str, end: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(bench.path(folder)) else { return Vec::new() };
    let names = entries.map(|entry| format!("{folder}{}", entry.unwrap().file_name().to_str().unwrap()));
    let mut names: Vec<String> = names.filter(|name| name.ends_with(end)).collect();
    names.sort();
    names
}

/// `anyorder graph … | dot -Tsvg`, and the same without `dot`, for all that a workspace has.
fn draw_all(bench: &Bench) -> usize {
    let mut lines: Vec<String> = Vec::new();
    for folder in ["processes/", "next/"] {
        let files = ending(bench, folder, ".yaml");
        // A scenario's name has no version.
        let definitions = files.iter().filter(|file| file.contains('@'));
        lines.extend(definitions.map(|file| format!("graph process {file}")));
    }
    lines.extend(ending(bench, "", ".jsonl").iter().map(|file| format!("graph flow {file}")));
    lines.extend(
        ending(bench, "", ".jsonl").iter().map(|file| format!("graph trace {file} --correlation latest")),
    );
    if !bench.logs().is_empty() {
        lines.push("graph flow".into());
        let log = bench.run("log --format json").out();
        let conversations: BTreeSet<String> = log
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .filter_map(|event| Some(event["correlationid"].as_str().or(event["id"].as_str())?.to_string()))
            .collect();
        let ids = conversations.iter().filter(|id| bench.run(&format!("trace {id}")).code == Some(0));
        lines.extend(ids.map(|id| format!("graph trace {id}")));
    }
    for line in &lines {
        let ran = bench.run(line);
        assert_eq!(ran.code, Some(0), "{line}: {}", ran.err);
        let drawn = dot_reader::read(&ran.out).unwrap_or_else(|error| panic!("{line}: {error}\n{}", ran.out));
        assert!(!drawn.nodes.is_empty(), "{line}");
        let _ = by_graphviz(&ran.out);
        let ran = bench.run(&format!("{line} -o out.svg --layout builtin"));
        assert_eq!(ran.code, Some(0), "{line}: {}", ran.err);
        check_xml(&bench.read("out.svg"));
        assert_eq!(bench.run(&format!("{line} -o out.mmd")).code, Some(0));
        check_mermaid(&bench.read("out.mmd"));
        assert_eq!(bench.run(&format!("{line} -o out.txt")).code, Some(0));
        assert!(bench.read("out.txt").lines().count() > 1);
    }
    lines.len()
}

#[test]
fn every_graph_of_every_fixture_is_drawn() {
    let mut drawn = 0;
    for fixture in fixtures() {
        let bench = Bench::new();
        copy(&fixture, &bench, "");
        if fixture.join("processes").is_dir() && fixture.join("anyorder.yaml").is_file() {
            let ran = bench.run("run --drain");
            assert_eq!(ran.code, Some(0), "{}: {}", fixture.display(), ran.err);
        }
        drawn += draw_all(&bench);
    }
    // The restaurant's day, with all that can happen in it.
    let bench = Bench::new();
    let _ = bench.run("demo --keep .");
    drawn += draw_all(&bench);
    assert!(drawn >= 25, "only {drawn} graphs were drawn");
}

fn nasty() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "\"", "\\", "\\\"", "\n", "\r\n", "\t", "<", ">", "</TABLE>", "<B>", "&", "&amp;", "&bogus;", "{",
        "}", "|", "[", "]", ";", "--", "->", "%%", "%%{init}", "#", "#quot;", ":", "`", "'", "\u{0}",
        "\u{7f}", "\u{85}", "\u{2028}", "\u{fffe}", "注文", "é", "🍔", "\u{202e}", " ", "", "\\N", "\\l",
        "end", "subgraph", "a", "Order", "<br/>", "(", ")", "::", "=",
    ]);
    prop::collection::vec(pieces, 1..6).prop_map(|pieces| pieces.concat())
}

fn look() -> impl Strategy<Value = Look> {
    prop::sample::select(vec![
        Look::Event,
        Look::Command,
        Look::Alarm,
        Look::State,
        Look::Success,
        Look::Failure,
        Look::Manual,
        Look::Start,
        Look::Stub,
    ])
}

fn tone() -> impl Strategy<Value = Tone> {
    prop::sample::select(vec![Tone::Plain, Tone::Quiet, Tone::Alarm, Tone::Back])
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    prop::collection::vec((nasty(), tone()).prop_map(|(text, tone)| Line::new(text, tone)), 0..3)
}

fn picture() -> impl Strategy<Value = Picture> {
    let kind = prop::sample::select(vec!["flow", "trace", "process"]);
    let nodes = prop::collection::vec((nasty(), look(), nasty(), lines(), prop::option::of(0..3usize)), 1..9);
    let edges = prop::collection::vec((0..9usize, 0..9usize, lines(), tone(), any::<bool>(), nasty()), 0..14);
    (kind, nasty(), prop::collection::vec(nasty(), 3), nodes, edges).prop_map(
        |(kind, title, clusters, nodes, edges)| {
            let nodes: Vec<Node> = nodes
                .into_iter()
                .enumerate()
                .map(|(index, (id, look, title, lines, cluster))| {
                    let tooltip = format!("{title}\n{id}");
                    let facts = Default::default();
                    Node {
                        id: format!("{id}{index}"),
                        look,
                        title,
                        lines,
                        cluster,
                        tone: None,
                        tooltip,
                        facts,
                    }
                })
                .collect();
            let count = nodes.len();
            let edges = edges
                .into_iter()
                .map(|(from, to, lines, tone, dashed, tooltip)| {
                    let (from, to) = (from % count, to % count);
                    Edge { from, to, lines, tone, dashed, width: 1.0, tooltip, facts: Default::default() }
                })
                .collect();
            Picture { kind, title, lines: clusters.clone(), clusters, nodes, edges, notes: Vec::new() }
        },
    )
}

/// Messages with nasty names and data, whose causes may be each other, themselves, or nowhere.
fn messages() -> impl Strategy<Value = Vec<Message>> {
    let one = (nasty(), nasty(), 0..9usize, 0..14usize, nasty(), any::<bool>(), 0..5i64);
    prop::collection::vec(one, 1..9).prop_map(|all| {
        let full = |text: &str| if text.is_empty() { "x".to_string() } else { text.to_string() };
        let ids: Vec<String> = all.iter().map(|one| format!("{}{}", full(&one.0), one.2)).collect();
        all.iter()
            .zip(&ids)
            .map(|((_, source, _, cause, data, command, due), id)| {
                let time = Time::parse("2026-11-21T09:00:00.000Z").unwrap();
                let mut message = Message::new(full(source).as_str(), full(data).as_str(), id.as_str(), time);
                message.correlation = Some(Name::from("c"));
                message.causation = match cause {
                    0..=8 => Some(Name::from(ids[cause % ids.len()].as_str())),
                    9 | 10 => Some(Name::from(format!("nowhere {data}").as_str())),
                    _ => None,
                };
                message.kind = if *command { Kind::Command } else { Kind::Event };
                message.due = (*due == 0).then_some(time);
                let quoted = serde_json::json!({ data.as_str(): data }).to_string();
                message.data = Some(Document::parse(&quoted).unwrap());
                message
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn whatever_names_and_data_contain(picture in picture()) {
        check(&picture);
    }

    #[test]
    fn whatever_causes_a_log_tells(messages in messages()) {
        check(&conversation::picture("c", &messages));
        let mut flow = flow::Flow::default();
        messages.iter().for_each(|message| flow.take(message));
        check(&flow.finish().picture());
    }
}

/// Graphviz itself is asked about as much nastiness as fits into one picture of each sort.
#[test]
fn graphviz_takes_what_the_reader_takes() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for _ in 0..25 {
        let picture = picture().new_tree(&mut runner).unwrap().current();
        if by_graphviz(&dot::write(&picture)).is_none() {
            return;
        }
    }
}
