//! What of a process is ever used: by a log, by specs and scenarios; and that to watch changes nothing.

mod common;

use anyorder::explore::{Reductions, explore};
use anyorder::process::{Definition, Watch};
use common::bench::Bench;
use common::library::scenario;
use std::path::Path;
use std::sync::Arc;

const ORDER: &str = "\
process: order
version: 1
starts-on: OrderPlaced
starts-when: event.data.total > 0
initial: placed
any: {in: [placed, waiting], ignore: Greeted}
states:
  placed:
    on:
      OrderPlaced:
        - {when: event.data.total > 100, alarm: {Late: 15m}, to: waiting}
        - {to: served}
  waiting:
    ignore: OrderPlaced
    on:
      OrderPaid: {to: served}
      Late: {to: abandoned}
  served: {end: success}
  abandoned: {end: failure}
";

fn bench() -> Bench {
    Bench::new()
        .file("anyorder.yaml", "workspace: shop\nmodules: {shop: [OrderPlaced, OrderPaid, Greeted]}\n")
        .file("processes/order@1.yaml", ORDER)
}

const OF_ONE_SPEC: &str = "
order@1 in processes/order@1.yaml
  reactions  1 of 4 taken
  guards     0 of 2 both held and failed
  lists      1 of 2 answered by ignore or defer
  ends       0 of 2 reached
never taken
  12:11  placed   OrderPlaced → served
  16:18  waiting  OrderPaid → served
  17:13  waiting  Late → abandoned
guards with one answer
  11:11  placed  OrderPlaced [event.data.total > 100] → waiting  never failed
starts-when never failed: event.data.total > 0
listed in vain
  waiting  ignore OrderPlaced
ends never reached
  served, abandoned
";

#[test]
fn specs_and_scenarios_together_leave_less_unused_than_either() {
    let bench = bench().file(
        "specs/waits.yaml",
        "spec: a large order waits\nprocess: order@1\ngiven: {OrderPlaced: {total: 200}}\nwhen: Greeted\nthen: {state: waiting, outcome: ignored}\n",
    );
    let alone = bench.run("test waits --coverage");
    assert!(alone.out.ends_with(OF_ONE_SPEC), "{}", alone.out);
    assert_eq!((alone.code, alone.err.as_str()), (Some(0), ""));
    bench.write(
        "scenarios/late.yaml",
        "scenario: late\nprocess: order@1\nfirst: {OrderPlaced: {total: 200}}\ndeliver: OrderPaid\nexpect: {outcomes: [served, abandoned]}\n",
    );
    let together = bench.run("test --coverage");
    let (_, covered) =
        together.out.split_once("1 spec: holds\n").unwrap_or_else(|| panic!("{}", together.out));
    assert_eq!(
        covered,
        "
order@1 in processes/order@1.yaml
  reactions  3 of 4 taken
  guards     0 of 2 both held and failed
  lists      1 of 2 answered by ignore or defer
  ends       2 of 2 reached
never taken
  12:11  placed  OrderPlaced → served
guards with one answer
  11:11  placed  OrderPlaced [event.data.total > 100] → waiting  never failed
starts-when never failed: event.data.total > 0
listed in vain
  waiting  ignore OrderPlaced
"
    );
    let json: serde_json::Value =
        serde_json::from_str(&bench.run("test --coverage --format json").out).unwrap();
    assert_eq!(json["specs"].as_array().unwrap().len(), 1);
    let order = &json["coverage"][0];
    assert_eq!(order["process"], "order@1");
    assert_eq!(
        order["reactions"][0],
        serde_json::json!({
            "state": "placed", "on": "OrderPlaced", "to": "waiting", "line": 11, "column": 11, "taken": true,
            "guard": {"when": "event.data.total > 100", "held": true, "failed": false},
        })
    );
    assert_eq!(
        order["ends"][1],
        serde_json::json!({"state": "abandoned", "end": "failure", "reached": true})
    );
    assert_eq!(
        order["starts-when"],
        serde_json::json!({"when": "event.data.total > 0", "held": true, "failed": false})
    );
    // The picture has the same in colours.
    let picture = bench.run("graph process order --coverage").out;
    assert!(picture.contains("COLOR=\"#d9393e\">OrderPlaced"), "{picture}");
    assert!(!bench.run("graph process order").out.contains("#d9393e\">"));
}

#[test]
fn a_log_says_what_it_has_used() {
    let bench = bench();
    for (id, total) in [("o-1", 0), ("o-2", 5), ("o-3", 500)] {
        let line = format!(
            "append OrderPlaced --id {id} --data '{{\"total\":{total}}}' --time 2026-11-21T09:00:00Z"
        );
        bench.run(&line).out();
    }
    let ran = bench.run("replay --process order@1 --coverage");
    let (_, covered) = ran.out.split_once("\norder@1 in").unwrap();
    assert_eq!(
        covered,
        " processes/order@1.yaml
  reactions  2 of 4 taken
  guards     2 of 2 both held and failed
  lists      0 of 2 answered by ignore or defer
  ends       1 of 2 reached
never taken
  16:18  waiting  OrderPaid → served
  17:13  waiting  Late → abandoned
listed in vain
  waiting                 ignore OrderPlaced
  any of placed, waiting  ignore Greeted
ends never reached
  abandoned
"
    );
    let json: serde_json::Value =
        serde_json::from_str(&bench.run("replay --process order@1 --coverage --format json").out).unwrap();
    assert_eq!(json["coverage"]["ends"][0]["reached"], true);
    let with = bench.run("replay --process order@1 --coverage").out;
    assert!(with.starts_with(&bench.run("replay --process order@1").out), "what it says else stays");
    // The same log by its path, into a picture.
    let picture = bench.run("graph process order --coverage log").out;
    assert!(picture.contains("COLOR=\"#d9393e\">OrderPaid"), "{picture}");
}

/// Reductions walk fewer orderings, and leave no reaction out.
#[test]
fn reductions_do_not_change_what_is_covered() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    for (story, file) in [
        ("tally", "scenarios/tally-8.yaml"),
        ("concert", "scenarios/four-counted.yaml"),
        ("restaurant", "scenarios/pay-first.yaml"),
        ("group-checkout", "scenarios/rooms-answer.yaml"),
    ] {
        let path = root.join(story).join(file);
        if !path.exists() {
            continue;
        }
        let mut covered = Vec::new();
        for reduced in [true, false] {
            let mut scenario = scenario(&root.join(story), file).unwrap();
            for process in &mut scenario.processes {
                *process = Arc::new(Definition { watch: Watch::open(), ..(**process).clone() });
            }
            if !reduced {
                Reductions::NAMES.iter().for_each(|name| assert!(scenario.reductions.leave_out(name)));
            }
            let report = explore(&scenario, scenario.orders[0], &mut |_| true).unwrap();
            let used: Vec<_> = scenario.processes.iter().map(|process| process.watch.used()).collect();
            covered.push((used, report.orderings.to_string()));
        }
        assert_eq!(covered[0], covered[1], "{story}");
        assert!(!covered[0].0[0].taken.is_empty(), "{story}");
    }
}

/// A reaction that an expression undoes was not taken; that its guard held is known all the same.
#[test]
fn what_is_undone_was_not_used() {
    let bench = Bench::new().file(
        "processes/p@1.yaml",
        "process: p\nversion: 1\nstarts-on: Begun\ninitial: a\nstates:\n  a:\n    on:\n      Begun: {when: event.data.x > 0, set: {y: =1 / event.data.zero}, to: z}\n  z: {end: success}\n",
    );
    bench.write("begun.jsonl", "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"m\",\"type\":\"Begun\",\"time\":\"2026-03-01T10:00:00Z\",\"data\":{\"x\":1,\"zero\":0}}\n");
    let out = bench.run("replay begun.jsonl --process processes/p@1.yaml --coverage").out;
    assert!(out.contains("reactions  0 of 1 taken\n"), "{out}");
    assert!(out.contains("never failed\n"), "{out}");
}
