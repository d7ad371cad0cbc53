//! `anyorder check`, one ordering: step by step, saved as a log and replayed; bounds; the JSON member by
//! member; and what happens when somebody hangs up, or presses Ctrl-C.

mod common;

use common::bench::Bench;
use std::process::Command;
use std::time::{Duration, Instant};

const PAYMENT: &str = "\
scenario: the money or the alarm
process: order@1
first: {OrderPlaced: {total: 12.50}}
deliver: OrderPaid
expect: {outcomes: [shipped, abandoned]}
";

const ALWAYS_PAID: &str = r#"scenario: the money always comes
process: order@1
first: {OrderPlaced: {total: 12.50}}
deliver: OrderPaid
expect:
  outcomes: [shipped]
  always: {asked-once: "count('TakePayment') == 1"}
  finally: {no-goods-without-money: "state != 'abandoned'"}
"#;

const TWO: &str = "\
scenario: two orders
process: order@1
orders: [any, fifo]
deliver:
  - {event: OrderPlaced, data: {total: 1}, module: shop}
  - {event: OrderPaid, module: shop}
";

const LOG: &str = r#"{"specversion":"1.0","id":"a1","source":"orders","type":"OrderPlaced","time":"2026-11-21T09:00:00Z","correlationid":"table 5","data":{"total":1}}
{"specversion":"1.0","id":"a2","source":"payments","type":"OrderPaid","time":"2026-11-21T09:05:00Z","correlationid":"table 5","causationid":"a1"}
{"specversion":"1.0","id":"b1","source":"orders","type":"OrderPlaced","time":"2026-11-21T09:06:00Z","correlationid":"b","data":{"total":2}}
{"specversion":"1.0","id":"b2","source":"orders","type":"TableCleaned","time":"2026-11-21T09:07:00Z","correlationid":"b"}
{"specversion":"1.0","id":"c1","source":"orders","type":"OrderPlaced","time":"2026-11-21T09:06:30Z","correlationid":"c","data":{"total":2}}
{"specversion":"1.0","id":"d1","source":"orders","type":"OrderPaid","time":"2026-11-21T09:08:00Z","correlationid":"d"}
"#;

const CLOCK: &str = r#"process: clock
version: 1
starts-on: OrderPlaced
data: {late: false}
initial: on
states: {on: {on: {OrderPaid: {set: {late: "=now > timestamp('2026-11-21T09:00:00Z')"}, to: off}}}, off: {end: success}}
"#;

fn bench() -> Bench {
    Bench::one_order()
        .file("scenarios/payment.yaml", PAYMENT)
        .file("scenarios/always-paid.yaml", ALWAYS_PAID)
        .file("scenarios/two.yaml", TWO)
        .file("orders.jsonl", LOG)
        .file("clock@1.yaml", CLOCK)
}

#[test]
fn step_by_step() {
    let bench = bench();
    bench.run("check payment --ordering 'PaymentTimedOut! OrderPaid'").prints(
        r#"CHOICE            MET    STATE             ALARMS               SENT                          DATA
(first)                  awaiting-payment  PaymentTimedOut 15m  TakePayment {"amount":12.50}  {"total":12.50}
PaymentTimedOut!  ended  abandoned                                                            {"total":12.50}
OrderPaid         late   abandoned                                                            {"total":12.50}
ends: abandoned
"#,
    );
    bench.run("check payment --ordering 'PaymentTimedOut!'").prints(
        r#"CHOICE            MET    STATE             ALARMS               SENT                          DATA
(first)                  awaiting-payment  PaymentTimedOut 15m  TakePayment {"amount":12.50}  {"total":12.50}
PaymentTimedOut!  ended  abandoned                                                            {"total":12.50}
so far: abandoned; next could be OrderPaid
"#,
    );
    bench.run("check payment --ordering ''").prints(
        r#"CHOICE   STATE             ALARMS               SENT                          DATA
(first)  awaiting-payment  PaymentTimedOut 15m  TakePayment {"amount":12.50}  {"total":12.50}
so far: unfinished: awaiting-payment; next could be OrderPaid PaymentTimedOut!
"#,
    );
}

#[test]
fn what_cannot_happen() {
    let bench = bench();
    bench.run("check payment --ordering 'OrderPaid PaymentTimedOut!'").fails(
        2,
        "\
error: `PaymentTimedOut!` cannot happen after OrderPaid
  = help: there the ordering ends: nothing more can happen
",
    );
    bench.run("check payment --ordering OrderPayd").fails(
        2,
        "\
error: `OrderPayd` cannot happen at the beginning
  = help: did you mean OrderPaid?
",
    );
    bench.run("check payment --ordering Something").fails(
        2,
        "\
error: `Something` cannot happen at the beginning
  = help: what can happen there: OrderPaid PaymentTimedOut!
",
    );
    bench.run("check payment always-paid --ordering OrderPaid").fails(
        2,
        "\
error: an ordering is of one scenario, and here are 2
  = help: name one; of a log, one conversation with `--correlation ID`
",
    );
}

#[test]
fn step_by_step_as_json() {
    let bench = bench();
    bench.run("check payment --ordering PaymentTimedOut! --format json").prints(
        r#"{
  "steps": [
    {
      "choice": "",
      "met": [],
      "sent": [
        {
          "type": "TakePayment",
          "data": {"amount":12.50},
          "count": 1
        }
      ],
      "instances": [
        {
          "instance": "order",
          "state": "awaiting-payment",
          "data": {"total":12.50},
          "alarms": [
            "PaymentTimedOut"
          ],
          "deferred": [],
          "held": []
        }
      ]
    },
    {
      "choice": "PaymentTimedOut!",
      "met": [
        [
          "PaymentTimedOut",
          "ended"
        ]
      ],
      "sent": [],
      "instances": [
        {
          "instance": "order",
          "state": "abandoned",
          "data": {"total":12.50},
          "alarms": [],
          "deferred": [],
          "held": []
        }
      ]
    }
  ],
  "outcome": "abandoned",
  "ends": false,
  "next": [
    "OrderPaid"
  ]
}
"#,
    );
}

/// The one that is given, else that of the first finding.
#[test]
fn an_ordering_is_saved_and_replayed() {
    let bench = bench();
    bench.run("check payment --ordering 'PaymentTimedOut! OrderPaid' --save saved").prints(
        r#"CHOICE            MET    STATE             ALARMS               SENT                          DATA
(first)                  awaiting-payment  PaymentTimedOut 15m  TakePayment {"amount":12.50}  {"total":12.50}
PaymentTimedOut!  ended  abandoned                                                            {"total":12.50}
OrderPaid         late   abandoned                                                            {"total":12.50}
ends: abandoned
"#,
    );
    bench.run("replay saved --process order@1").prints(
        "\
order@1: 2 events, 1 instance
        1  abandoned (failure)
sent 1 TakePayment
",
    );
}

/// Nothing that is there is written over.
#[test]
fn where_nothing_is_saved() {
    let bench = bench();
    bench.run("check payment --save processes").fails(
        2,
        "\
error: --save would write over what is there
  --> processes
  = help: name a new folder
",
    );
    bench.run("check payment --save anyorder.yaml").fails(
        2,
        "\
error: --save would write over what is there
  --> anyorder.yaml
  = help: name a new folder
",
    );
    bench.run("check payment always-paid --save saved").fails(
        2,
        "\
error: an ordering is of one scenario, and here are 2
  = help: name one; of a log, one conversation with `--correlation ID`
",
    );
    assert!(!bench.path("saved").exists());
    // An empty folder will do. The first finding is saved.
    std::fs::create_dir(bench.path("saved")).unwrap();
    let ran = bench.run("check always-paid --save saved");
    assert_eq!((ran.code, &*ran.err), (Some(1), ""));
    bench
        .run("replay saved --process order@1")
        .prints("order@1: 2 events, 1 instance\n        1  abandoned (failure)\nsent 1 TakePayment\n");
}

/// Exit code 3, and what was found so far.
#[test]
fn bounds() {
    let bench = bench();
    bench.run("check payment --states 2").ends(
        3,
        "\
bound-reached: the money or the alarm
order@1, after OrderPlaced: OrderPaid in any order, alarms at any moment
so far 0 orderings, 3 states, 0 outcomes

note: declared, and not reached so far: shipped; abandoned

the bound of 2 states was reached: what is above was found so far, and there may be more
",
        "",
    );
    bench.run("check payment --depth 1").ends(
        3,
        "\
bound-reached: the money or the alarm
order@1, after OrderPlaced: OrderPaid in any order, alarms at any moment
so far 1 ordering, 3 states, 1 outcome

  shipped  1 ordering
      ends in success; sends ShipOrder, TakePayment

note: declared, and not reached so far: abandoned

orderings go on after 1 choice: what is above was found so far, and there may be more
",
        "",
    );
}

#[test]
fn the_report_as_json() {
    let bench = bench();
    bench.run("check always-paid --format json").ends(
        1,
        r#"[
  {
    "scenario": "the money always comes",
    "processes": [
      "order@1"
    ],
    "order": "any",
    "alarms": "any",
    "verdict": "violated",
    "inputs": 1,
    "orderings": "2",
    "states": 4,
    "exhausted": true,
    "outcomes": [
      {
        "outcome": "shipped",
        "end": "success",
        "orderings": "1",
        "effects": {
          "ShipOrder": 1,
          "TakePayment": 1
        },
        "example": [
          "OrderPaid"
        ],
        "decided-by": [
          "OrderPaid before PaymentTimedOut!"
        ],
        "decides": "exactly when",
        "declared": true
      },
      {
        "outcome": "abandoned",
        "end": "failure",
        "orderings": "1",
        "effects": {
          "TakePayment": 1
        },
        "example": [
          "PaymentTimedOut!",
          "OrderPaid"
        ],
        "decided-by": [
          "PaymentTimedOut! before OrderPaid"
        ],
        "decides": "exactly when",
        "declared": false
      }
    ],
    "findings": [
      {
        "kind": "finally",
        "message": "`no-goods-without-money` does not hold: state != 'abandoned'",
        "ordering": [
          "PaymentTimedOut!",
          "OrderPaid"
        ],
        "orderings": "1"
      },
      {
        "kind": "undeclared",
        "message": "`abandoned` is not declared",
        "ordering": [
          "PaymentTimedOut!",
          "OrderPaid"
        ],
        "orderings": "1"
      }
    ],
    "bounds": {
      "states": 10000000,
      "depth": 200
    },
    "reductions": [
      "equal-worlds"
    ]
  }
]
"#,
        "",
    );
    bench.run("check payment --states 2 --format json").ends(
        3,
        r#"[
  {
    "scenario": "the money or the alarm",
    "processes": [
      "order@1"
    ],
    "order": "any",
    "alarms": "any",
    "verdict": "bound-reached",
    "inputs": 1,
    "orderings": "0",
    "states": 3,
    "exhausted": false,
    "outcomes": [],
    "findings": [],
    "unreached": [
      "shipped",
      "abandoned"
    ],
    "bounds": {
      "states": 2,
      "depth": 200
    },
    "reductions": [
      "equal-worlds"
    ]
  }
]
"#,
        "",
    );
}

/// Every order is an object of its own, and says which it is.
#[test]
fn the_orders_as_json() {
    let ran = bench().run("check two --format json");
    assert_eq!((ran.code, &*ran.err), (Some(1), ""));
    let all: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let told: Vec<String> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {} {}", one["scenario"], one["order"], one["orderings"]))
        .collect();
    assert_eq!(told, [r#""two orders" "any" "3""#, r#""two orders" "fifo" "2""#]);
}

/// Who closes the pipe has seen enough.
#[test]
fn somebody_hangs_up() {
    let bench = bench();
    let mut running = bench.start("check");
    running.hang_up();
    let status = running.child.wait().unwrap();
    let mut complaints = String::new();
    std::io::Read::read_to_string(&mut running.child.stderr.take().unwrap(), &mut complaints).unwrap();
    assert_eq!(complaints, "");
    assert!(matches!(status.code(), Some(0 | 1)), "{status}");
}

/// Ctrl-C asks for what is known so far: the report, and exit code 3.
#[cfg(unix)]
#[test]
fn somebody_presses_ctrl_c() {
    // 26 messages in any order, told apart by the list that they leave: it takes for ever.
    let letters: Vec<String> = ('a'..='z').map(|letter| format!("Letter.{letter}")).collect();
    let on: String = letters
        .iter()
        .map(|letter| format!("      {letter}: {{set: {{t: \"=data.t + '{letter}'\"}}}}\n"))
        .collect();
    let process = format!(
        "process: scribe\nversion: 1\nstarts-on: Start\ndata: {{t: ''}}\ninitial: on\nstates:\n  on:\n    end: \
         success\n    on:\n{on}"
    );
    let scenario = format!(
        "scenario: all letters\nprocess: scribe@1\nfirst: Start\ndeliver: [{}]\n",
        letters.join(", ")
    );
    let bench = Bench::new()
        .file("anyorder.yaml", "workspace: letters\n")
        .file("processes/scribe@1.yaml", &process)
        .file("scenarios/letters.yaml", &scenario);
    let mut running = bench.start("check letters --format json");
    let end = Instant::now() + Duration::from_secs(60);
    let status = loop {
        // A signal that comes before it listens would end it; a second one ends it at once.
        std::thread::sleep(Duration::from_millis(1_500));
        if let Some(status) = running.child.try_wait().unwrap() {
            break status;
        }
        let asked = Command::new("kill").args(["-INT", &running.child.id().to_string()]).status().unwrap();
        assert!(asked.success());
        while running.child.try_wait().unwrap().is_none() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(50));
        }
        assert!(Instant::now() < end, "it does not end");
    };
    let mut out = String::new();
    running.read_to_end(&mut out);
    let all: serde_json::Value = serde_json::from_str(&out).unwrap();
    let told = (&all[0]["verdict"], &all[0]["exhausted"], &all[0]["orderings"]);
    assert_eq!(told, (&"bound-reached".into(), &false.into(), &"0".into()));
    assert_eq!(status.code(), Some(3));
}
