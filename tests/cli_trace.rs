//! `anyorder trace`: the story of one conversation.

mod common;

use common::bench::Bench;

const STORY: &str = "\
OrderPlaced  orders 1  2026-11-21T09:00:00.000Z  {\"total\":12.50}
└─ order@1 started → awaiting-payment  2026-11-21T09:00:00.000Z  set {\"total\":12.50}
   ├─ TakePayment (command)  order 2  2026-11-21T09:00:00.000Z  {\"amount\":12.50}
   └─ PaymentTimedOut (alarm, due 2026-11-21T09:15:00.000Z, called off)  order 3
OrderPaid  payments 1  2026-11-21T09:05:00.000Z
└─ order@1 ended → shipped (success)  2026-11-21T09:05:00.000Z
   └─ ShipOrder (command)  order 5  2026-11-21T09:05:00.000Z
";

fn a_day() -> Bench {
    let bench = Bench::paid_order();
    bench.run("append OrderPlaced --id o-2 --time 2026-11-21T09:06:00Z").prints("orders 2 OrderPlaced o-2\n");
    let _ = bench.run("run").out();
    bench
}

#[test]
fn a_story_is_a_tree_with_the_decisions_between_the_messages() {
    let bench = a_day();
    bench.run("trace o-1").prints(STORY);
    bench.run("trace 1").prints(STORY);
    bench.run("trace latest").prints(
        "OrderPlaced  orders 2  2026-11-21T09:06:00.000Z\n└─ order@1 parked: event has no member `data`  \
         2026-11-21T09:06:00.000Z\n",
    );
}

/// Before a run a story is what came from outside.
#[test]
fn a_story_that_nobody_has_decided_about() {
    Bench::paid_order().run("trace o-1").prints(
        "OrderPlaced  orders 1  2026-11-21T09:00:00.000Z  {\"total\":12.50}\nOrderPaid  payments 1  \
         2026-11-21T09:05:00.000Z\n",
    );
}

#[test]
fn a_ring_stands_under_its_alarm() {
    let bench = Bench::one_order();
    bench.run(common::bench::PLACED).prints("orders 1 OrderPlaced o-1\n");
    let _ = bench.run("run --drain").out();
    bench.run("trace o-1").prints(
        "OrderPlaced  orders 1  2026-11-21T09:00:00.000Z  {\"total\":12.50}\n\
         └─ order@1 started → awaiting-payment  2026-11-21T09:00:00.000Z  set {\"total\":12.50}\n   \
         ├─ TakePayment (command)  order 2  2026-11-21T09:00:00.000Z  {\"amount\":12.50}\n   \
         └─ PaymentTimedOut (alarm, due 2026-11-21T09:15:00.000Z)  order 3\n      \
         └─ order@1 ended → abandoned (failure)  2026-11-21T09:15:00.000Z\n",
    );
}

#[test]
fn a_story_as_json() {
    a_day().run("trace o-2 --format json").prints(
        r#"[
  {
    "id": "o-2",
    "module": "orders",
    "position": 2,
    "type": "OrderPlaced",
    "kind": "event",
    "time": "2026-11-21T09:06:00.000Z",
    "cause": null,
    "depth": 0,
    "decision": null
  },
  {
    "id": "952a7a5e-a32d-52ee-8ded-a90db50aede4",
    "module": "order",
    "position": 7,
    "type": "ProcessRecorded",
    "kind": "event",
    "time": "2026-11-21T09:06:00.000Z",
    "cause": "o-2",
    "depth": 1,
    "decision": {
      "process": "order",
      "version": 1,
      "outcome": "parked",
      "state": null,
      "end": null,
      "reason": "event has no member `data`"
    }
  }
]
"#,
    );
}

/// In causal order: a cause before what it caused, though the process's log is read first.
#[test]
fn json_tells_in_the_order_of_causes() {
    let json: serde_json::Value =
        serde_json::from_str(&a_day().run("trace o-1 --format json").out()).unwrap();
    let told: Vec<(u64, &str, &str)> = json
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (row["depth"].as_u64().unwrap(), row["type"].as_str().unwrap(), row["kind"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        told,
        [
            (0, "OrderPlaced", "event"),
            (1, "ProcessRecorded", "event"),
            (2, "TakePayment", "command"),
            (2, "PaymentTimedOut", "alarm"),
            (0, "OrderPaid", "event"),
            (1, "ProcessRecorded", "event"),
            (2, "ShipOrder", "command"),
        ]
    );
}

/// Others write logs too: a cause that is elsewhere, or a circle of causes, is said and hangs nothing.
#[test]
fn odd_causes_are_said() {
    let bench = Bench::new();
    bench.write("anyorder.yaml", "");
    for (id, cause) in [("a", "nowhere"), ("b", "c"), ("c", "b"), ("d", "d")] {
        let line = format!(
            "append Note --module desk --id {id} --caused-by {cause} --correlation x --time 2026-11-21"
        );
        let _ = bench.run(&line).out();
    }
    bench.run("trace x").prints(
        "Note  desk 1  2026-11-21T00:00:00.000Z  (caused by nowhere, which is not in this conversation)\n\
         Note  desk 2  2026-11-21T00:00:00.000Z  (its causes go round in a circle)\n\
         └─ Note  desk 3  2026-11-21T00:00:00.000Z\n\
         Note  desk 4  2026-11-21T00:00:00.000Z  (its causes go round in a circle)\n",
    );
}

#[test]
fn an_id_that_is_unclear_or_unknown() {
    let bench = a_day();
    bench.run("trace o-").fails(2, "error: `o-` is a part of 2 conversations\n  = help: one of o-1, o-2\n");
    bench.run("trace zebra").fails(
        2,
        "error: there is no conversation `zebra`\n  = help: `anyorder log` lists what there is; a part of an \
         id will do, or `latest`\n",
    );
    Bench::one_order()
        .run("trace latest")
        .fails(2, "error: there is no conversation yet\n  = help: the logs are empty\n");
    for number in 10..17 {
        let _ = bench.run(&format!("append OrderPlaced --id o-{number} --time 2026-11-21T09:00:00Z")).out();
    }
    bench.run("trace o-").fails(
        2,
        "error: `o-` is a part of 9 conversations\n  = help: one of o-1, o-2, o-10, o-11, o-12, and 4 more\n",
    );
}
