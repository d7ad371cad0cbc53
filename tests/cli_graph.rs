//! `anyorder graph`: whole outputs (in `tests/graph/`; `BLESS=1` rewrites them, to be read before they
//! are committed), where they go, and what is said of odd logs.

mod common;
#[path = "common/dot.rs"]
mod dot_reader;

use common::bench::Bench;
use std::path::Path;

fn paid() -> Bench {
    let bench = Bench::paid_order();
    let _ = bench.run("run").out();
    bench
}

#[track_caller]
fn is_kept(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/graph").join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == found, "tests/graph/{name} is otherwise; found\n{found}");
}

const TWO: &str = "note: 2 messages have no cause: the conversation has 2 beginnings\n";

#[test]
fn a_process() {
    let bench = Bench::one_order();
    is_kept("process.dot", &bench.run("graph process order").out());
    is_kept("process.json", &bench.run("graph process order@1 --format json").out());
    for ending in ["dot", "txt", "mmd", "svg"] {
        let file = format!("out.{ending}");
        bench.run(&format!("graph process processes/order@1.yaml --layout builtin -o {file}")).prints("");
        is_kept(&format!("process.{ending}"), &bench.read(&file));
    }
}

const ONE: &str = "\
process: order
version: 1
starts-on: OrderPlaced
initial: placed
states:
  placed:
    on:
      OrderPlaced: {alarm: {PaymentTimedOut: 15m}}
      OrderPaid: {send: ShipOrder, to: shipped}
      PaymentTimedOut: {to: abandoned}
  shipped: {end: success, ignore: [PaymentTimedOut]}
  abandoned: {end: failure}
";

/// Money that comes late is given back, parcels arrive, and nobody waits for money for more than a day.
const NEXT: &str = "\
process: order
version: 2
summary: An order, until it is there.
starts-on: OrderPlaced
initial: placed
states:
  placed:
    on:
      OrderPlaced: {alarm: {PaymentTimedOut: 1d}}
      OrderPaid: {send: ShipOrder, to: on-its-way}
      PaymentTimedOut: {to: abandoned}
  on-its-way: {on: {OrderShipped: {to: shipped}}, ignore: [PaymentTimedOut]}
  shipped: {end: success}
  abandoned: {end: failure, on: {OrderPaid: {send: RefundPayment}}}
";

#[test]
fn a_difference() {
    let bench = Bench::new().file("one.yaml", ONE).file("two.yaml", NEXT);
    let drawn = bench.run("diff one.yaml two.yaml --graph");
    assert_eq!((drawn.code, &*drawn.err), (Some(1), ""));
    is_kept("diff.dot", &drawn.out);
    is_kept("diff.json", &bench.run("diff one.yaml two.yaml --graph --format json").out);
    for ending in ["dot", "txt", "mmd", "svg"] {
        let file = format!("out.{ending}");
        bench.run(&format!("diff one.yaml two.yaml --layout builtin -o {file}")).ends(1, "", "");
        is_kept(&format!("diff.{ending}"), &bench.read(&file));
    }
}

/// Regions and frames of steps stay around what is in them.
#[test]
fn a_difference_of_regions() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let bench = Bench::new();
    for (one, other) in [
        ("order-in-parts/processes/order", "order-in-parts-broken/processes/order"),
        ("create-order-steps/processes/create-order", "create-order-steps-broken/processes/create-order"),
        ("create-order-steps/processes/create-order", "order-in-parts/processes/order"),
    ] {
        let file = |story: &str| root.join(format!("{story}@1.yaml")).display().to_string();
        let drawn = bench.run(&format!("diff {} {} --graph", file(one), file(other)));
        assert_eq!((drawn.code, &*drawn.err), (Some(1), ""));
        let read = dot_reader::read(&drawn.out).unwrap_or_else(|error| panic!("{error}\n{}", drawn.out));
        assert!(read.nodes.len() > 5);
    }
}

#[test]
fn a_conversation() {
    let bench = paid();
    for id in ["o-1", "1", "latest"] {
        let ran = bench.run(&format!("graph trace {id}"));
        is_kept("trace.dot", &ran.out);
        assert_eq!((ran.code, &*ran.err), (Some(0), TWO));
    }
    for ending in ["txt", "mmd", "svg"] {
        let file = format!("out.{ending}");
        bench.run(&format!("graph trace o-1 --layout builtin -o {file}")).ends(0, "", TWO);
        is_kept(&format!("trace.{ending}"), &bench.read(&file));
    }
    assert_eq!(bench.read("out.txt"), bench.run("trace o-1").out());
    is_kept("trace.json", &bench.run("graph trace --correlation o-1 --format json").out);
}

#[test]
fn a_flow() {
    let bench = paid();
    is_kept("flow.dot", &bench.run("graph flow").out());
    is_kept("flow.json", &bench.run("graph flow --format json").out());
    for ending in ["txt", "mmd", "svg"] {
        let file = format!("out.{ending}");
        bench.run(&format!("graph flow --layout builtin -o {file}")).prints("");
        is_kept(&format!("flow.{ending}"), &bench.read(&file));
    }
    // One conversation of it, and the same log as somebody else's.
    bench.run("append OrderPlaced --id o-2 --time 2026-11-21T09:06:00Z").prints("orders 2 OrderPlaced o-2\n");
    bench.run("graph flow --correlation o-1 -o one.txt").prints("");
    is_kept("flow.txt", &bench.read("one.txt"));
    bench.run("graph flow log --correlation o-1 -o one.txt").prints("");
    is_kept("flow.txt", &bench.read("one.txt"));
}

/// Two services that listen to each other, and who stands outside.
#[test]
fn who_says_what_to_whom() {
    let bench = Bench::new();
    for name in ["anyorder.yaml", "services/customers.yaml", "services/orders.yaml"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/create-order").join(name);
        bench.write(name, std::fs::read_to_string(path).unwrap());
    }
    let note = "note: these services listen to each other in a circle: customers, orders\n";
    let ran = bench.run("graph services");
    is_kept("services.dot", &ran.out);
    assert_eq!((ran.code, &*ran.err), (Some(0), note));
    is_kept("services.json", &bench.run("graph services --format json").out);
    for ending in ["txt", "mmd", "svg"] {
        let file = format!("out.{ending}");
        bench.run(&format!("graph services --layout builtin -o {file}")).ends(0, "", note);
        is_kept(&format!("services.{ending}"), &bench.read(&file));
    }
    Bench::new().file("anyorder.yaml", "workspace: empty\n").run("graph services").fails(
        2,
        "error: nobody says anything here: no modules, no processes, no services\n  \
         = help: `modules` in anyorder.yaml lists who says what\n",
    );
}

/// Two processes send in one conversation: each in its own cluster, and by its own decision.
#[test]
fn two_processes_in_one_conversation() {
    let bench = Bench::one_order();
    let other = common::bench::PROCESS.replace("process: order\n", "process: loyalty\n");
    bench.write("processes/loyalty@1.yaml", other.replace("ShipOrder", "GivePoints"));
    let _ = bench.run(common::bench::PLACED).out();
    let _ = bench.run(common::bench::PAID).out();
    let _ = bench.run("run").out();
    let json: serde_json::Value =
        serde_json::from_str(&bench.run("graph trace o-1 --format json").out).unwrap();
    let mut edges: Vec<String> = Vec::new();
    for edge in json["edges"].as_array().unwrap() {
        let sent = json["nodes"].as_array().unwrap().iter().find(|node| node["id"] == edge["to"]).unwrap();
        edges.push(format!("{} {}", edge["by"].as_str().unwrap(), sent["type"].as_str().unwrap()));
    }
    edges.sort();
    assert_eq!(
        edges,
        [
            "loyalty@1 GivePoints",
            "loyalty@1 PaymentTimedOut",
            "loyalty@1 TakePayment",
            "order@1 PaymentTimedOut",
            "order@1 ShipOrder",
            "order@1 TakePayment",
        ]
    );
    let dot = bench.run("graph trace o-1").out;
    for cluster in ["loyalty@1, instance o-1", "order@1, instance o-1"] {
        assert!(dot.contains(&format!("<FONT COLOR=\"#767676\">{cluster}</FONT>")), "{dot}");
    }
}

fn odd() -> Bench {
    let bench = Bench::new();
    let line = |id: &str, cause: &str| {
        format!(
            "{{\"specversion\":\"1.0\",\"id\":\"{id}\",\"source\":\"desk\",\"type\":\"Note\",\
             \"time\":\"2026-03-01T10:00:00Z\",\"correlationid\":\"x\"{cause}}}\n"
        )
    };
    let caused = |id, by| line(id, &format!(",\"causationid\":\"{by}\""));
    let lines = [
        line("a", ""),
        line("b", ""),
        caused("c", "d"),
        caused("d", "c"),
        caused("e", "e"),
        caused("f", "gone"),
        caused("g", "away"),
        caused("h", "c"),
    ];
    bench.file("odd.jsonl", &lines.concat())
}

/// Circles, causes that are not there, and several beginnings are drawn and said.
#[test]
fn odd_causes_are_drawn_and_said() {
    let bench = odd();
    let ran = bench.run("graph trace odd.jsonl --correlation x");
    is_kept("odd.dot", &ran.out);
    assert_eq!(
        ran.err,
        "note: 2 messages named as a cause are not in this conversation: away, gone\n\
         note: the causes of some messages go round: 2 circles, drawn in orange where they are closed\n\
         note: 2 messages have no cause: the conversation has 2 beginnings\n"
    );
    let ran = bench.run("graph flow odd.jsonl -o flow.txt");
    ran.ends(
        0,
        "",
        "note: not in this log: the causes of 2 messages\nnote: circles of causes: 3 messages in them\n",
    );
    assert_eq!(
        bench.read("flow.txt"),
        "8 messages in 1 module, from 2026-03-01T10:00:00.000Z on, in 0s\n\
         TYPE       MODULE  CAUSED  AFTER  ALL\n\
         Note       desk                   8, 2 from outside, 2 of unknown cause\n\
         └─ Note …  desk    4       0s\n"
    );
}

#[test]
fn a_log_with_hardly_anything() {
    let bench = Bench::new().file("anyorder.yaml", "");
    bench.run("graph flow -o flow.svg --layout builtin").prints("");
    bench.run("graph flow -o flow.txt").prints("");
    assert_eq!(bench.read("flow.txt"), "0 messages in 0 modules\nTYPE  MODULE  CAUSED  AFTER  ALL\n");
    assert!(bench.read("flow.svg").starts_with("<svg ") && !bench.read("flow.svg").contains("inf"));
}

#[test]
fn a_file_of_an_unknown_ending() {
    let bench = paid();
    bench.run("graph flow -o flow.png").fails(
        2,
        "error: no picture ends in `.png`\n  --> flow.png\n  = help: `.dot`, `.svg`, `.mmd` (Mermaid) or `.txt`\n",
    );
    bench.run("graph flow -o flow").fails(
        2,
        "error: the file's ending says what is written, and there is none\n  --> flow\n  = help: `.dot`, `.svg`, \
         `.mmd` (Mermaid) or `.txt`\n",
    );
    bench.run("graph flow -o flow.svg --format json").fails(
        2,
        "error: `--format json` prints nodes and edges, `-o` writes a picture\n  --> flow.svg\n  = help: leave one \
         of them out; `> FILE` keeps what is printed\n",
    );
}

/// What a picture is made from is never written over, and a picture is there as a whole or not at all.
#[test]
fn nothing_is_lost() {
    let bench = paid();
    let before = bench.logs();
    std::fs::copy(bench.path("log/orders.jsonl"), bench.path("orders.txt")).unwrap();
    for line in
        ["graph flow -o log/flow.txt", "graph flow orders.txt -o orders.txt", "graph flow log -o log/x.svg"]
    {
        let ran = bench.run(line);
        assert_eq!((ran.code, &*ran.out), (Some(2), ""), "{line}");
        assert!(
            ran.err.starts_with("error: -o would write over what the picture is made from\n"),
            "{}",
            ran.err
        );
    }
    assert_eq!(bench.logs(), before);
    bench.write("kept.svg", "old");
    bench.run("graph trace nobody -o kept.svg").fails(
        2,
        "error: there is no conversation `nobody`\n  = help: `anyorder log` lists what there is; a part of an id \
         will do, or `latest`\n",
    );
    assert_eq!(bench.read("kept.svg"), "old");
    let ran = bench.run("graph flow -o nowhere/flow.dot");
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.starts_with("error: cannot write the file: "), "{}", ran.err);
}

#[test]
fn which_conversation() {
    let bench = paid();
    bench.run("graph trace").fails(
        2,
        "error: which conversation?\n  = help: `anyorder graph trace ID`; `latest` is the newest\n",
    );
    bench.run("graph trace log/orders.jsonl").fails(
        2,
        "error: which conversation of these logs?\n  = help: name it: `--correlation ID`; `latest` is the newest\n",
    );
    Bench::new().run("graph flow").fails(
        2,
        "error: no workspace here: no anyorder.yaml in this folder or above it\n  = help: name one with `-C DIR`, \
         or see one made: `anyorder demo --keep DIR`\n",
    );
}

/// Without Graphviz an SVG is drawn all the same, unless Graphviz was asked for.
#[test]
fn without_graphviz() {
    let bench = Bench::one_order();
    let run = |line: &str| {
        let mut command = bench.command(line);
        command.env("PATH", "");
        bench.finish(line, command)
    };
    run("graph process order -o auto.svg").prints("");
    is_kept("process.svg", &bench.read("auto.svg"));
    run("graph process order -o dot.svg --layout dot").fails(
        2,
        "error: Graphviz is not installed: there is no `dot`\n  = help: `--layout builtin` draws without it\n",
    );
    assert!(!bench.path("dot.svg").exists());
    let mut many = String::new();
    for number in 0..401 {
        many.push_str(&format!(
            "{{\"specversion\":\"1.0\",\"id\":\"{number}\",\"source\":\"desk\",\"type\":\"Note\",\
             \"time\":\"2026-03-01T10:00:00Z\",\"correlationid\":\"x\",\"causationid\":\"{}\"}}\n",
            number / 2
        ));
    }
    bench.write("many.jsonl", many);
    let ran = run("graph trace many.jsonl --correlation x -o many.svg");
    ran.fails(
        2,
        "error: 401 boxes and 401 arrows are too many to be placed without Graphviz\n  = help: install Graphviz, or write a `.dot` \
         or `.txt` file; up to 400 boxes are placed\n",
    );
}

/// A reader that has seen enough is no trouble.
#[test]
fn a_closed_pipe() {
    let bench = paid();
    let mut running = bench.start("graph process order");
    running.hang_up();
    running.ends_quietly();
}

/// The picture that the README shows is the one that is drawn today.
#[test]
fn the_picture_in_the_readme() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bench = Bench::new();
    let file = root.join("fixtures/restaurant/processes/pay-first@1.yaml");
    bench.run(&format!("graph process {} -o pay-first.svg --layout builtin", file.display())).prints("");
    let kept = root.join("docs/pay-first.svg");
    if std::env::var_os("BLESS").is_some() {
        std::fs::copy(bench.path("pay-first.svg"), &kept).unwrap();
    }
    assert!(bench.read("pay-first.svg") == std::fs::read_to_string(kept).unwrap(), "BLESS=1, and look at it");
    assert!(std::fs::read_to_string(root.join("README.md")).unwrap().contains("](docs/pay-first.svg)"));
}
