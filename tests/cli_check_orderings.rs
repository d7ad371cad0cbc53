//! `anyorder check`: one ordering step by step, saved as a log and replayed; the JSON member by member;
//! and what happens when somebody hangs up, or presses Ctrl-C.

mod common;

use common::bench::Bench;
use common::checks::bench;
use std::process::Command;
use std::time::{Duration, Instant};

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
      "depth": 200,
      "memory": 8589934592
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
      "depth": 200,
      "memory": 8589934592
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
