//! `anyorder what-if`: what would have been decided, had something come otherwise.

mod common;

use common::bench::Bench;

const TOTALS: &str =
    "order@1: 2 events, 1 instance\n        1  shipped (success)\nsent 1 ShipOrder, 1 TakePayment\n";

/// The money never came: the alarm rings, if time goes on.
#[test]
fn a_message_that_never_came() {
    let bench = Bench::paid_order();
    let before = bench.logs();
    bench.run("what-if --process order --without payments:1").prints(&format!(
        "{TOTALS}it would be otherwise with 1 instance\n        1  does not send ShipOrder  (o-1)\n        1  \
         shipped → unfinished: awaiting-payment  (o-1)\n\no-1\n  at payments OrderPaid p-1\n    as it was  sends \
         ShipOrder at 2026-11-21T09:05:00.000Z\n    what if    nothing\n  at the end\n    as it was  shipped\n    \
         what if    unfinished: awaiting-payment\n"
    ));
    assert_eq!(bench.logs(), before, "a question writes nothing");
}

/// The same money twenty minutes later: the order was given up by then.
#[test]
fn a_message_at_another_time() {
    let bench = Bench::paid_order();
    bench.run("what-if --process order --move payments:1 --to 2026-11-21T09:20Z").prints(&format!(
        "{TOTALS}it would be otherwise with 1 instance\n        1  does not send ShipOrder  (o-1)\n        1  \
         shipped → abandoned  (o-1)\n\no-1\n  at payments OrderPaid p-1\n    as it was  sends ShipOrder at \
         2026-11-21T09:05:00.000Z\n    what if    nothing\n  at the end\n    as it was  shipped\n    what if    \
         abandoned\n"
    ));
    bench
        .run("what-if --process order --move payments:1 --to 2026-11-21T09:05:00Z")
        .prints(&format!("{TOTALS}nothing would have been decided otherwise\n"));
}

/// Positions are those of the log, however many messages go, move and come.
#[test]
fn one_more_message() {
    let bench = Bench::paid_order();
    let _ = bench.run("append OrderPlaced --id o-2 --time 2026-11-21T09:06:00Z --data '{\"total\":1}'").out();
    bench.write(
        "more.jsonl",
        "{\"specversion\":\"1.0\",\"id\":\"p-2\",\"source\":\"payments\",\"type\":\"OrderPaid\",\"time\":\"2026-11-21T09:\
         07:00Z\",\"correlationid\":\"o-2\"}\n",
    );
    bench.run("what-if --process order --insert more.jsonl --without payments:1 --format json").prints(
        r#"{
  "process": "order@1",
  "events": 3,
  "instances": 2,
  "outcomes": {
    "shipped": 1
  },
  "not-started": 0,
  "sent": {
    "ShipOrder": 1,
    "TakePayment": 2
  },
  "parked": 0,
  "unfinished": 1,
  "differences": [
    {
      "kind": "only-recorded",
      "message": "ShipOrder",
      "instances": 1,
      "example": "o-1"
    },
    {
      "kind": "rests",
      "recorded": "shipped",
      "decided": "unfinished: awaiting-payment",
      "instances": 1,
      "example": "o-1"
    },
    {
      "kind": "only-decided",
      "message": "ShipOrder",
      "instances": 1,
      "example": "o-2"
    },
    {
      "kind": "rests",
      "recorded": "unfinished: awaiting-payment",
      "decided": "shipped",
      "instances": 1,
      "example": "o-2"
    }
  ],
  "divergences": [
    {
      "instance": "o-1",
      "cause": "payments OrderPaid p-1",
      "against": "what-if",
      "recorded": [
        {
          "sent": "ShipOrder",
          "kind": "command",
          "data": null,
          "time": "2026-11-21T09:05:00.000Z"
        }
      ],
      "decided": []
    },
    {
      "instance": "o-1",
      "cause": "end",
      "against": "what-if",
      "recorded": [
        {
          "rests": "shipped"
        }
      ],
      "decided": [
        {
          "rests": "unfinished: awaiting-payment"
        }
      ]
    },
    {
      "instance": "o-2",
      "cause": "payments OrderPaid p-2",
      "against": "what-if",
      "recorded": [],
      "decided": [
        {
          "sent": "ShipOrder",
          "kind": "command",
          "data": null,
          "time": "2026-11-21T09:07:00.000Z"
        }
      ]
    },
    {
      "instance": "o-2",
      "cause": "end",
      "against": "what-if",
      "recorded": [
        {
          "rests": "unfinished: awaiting-payment"
        }
      ],
      "decided": [
        {
          "rests": "shipped"
        }
      ]
    }
  ]
}
"#,
    );
}

/// What should have been said is an event of its own; what follows from it is asked, and nothing is rewritten.
#[test]
fn a_correction() {
    let bench = Bench::paid_order();
    let _ = bench.run("run").out();
    bench.run("what-if --process order --corrected").fails(
        2,
        "error: nothing was corrected\n  = help: `anyorder append TYPE --corrects ID` says what a message should have \
         been\n",
    );
    for (id, total, wrong) in [("fix-1", 12, "o-1"), ("fix-2", 9, "o-1"), ("fix-3", 8, "fix-2")] {
        let line = "append OrderPlaced --time 2026-11-22T08:00:00Z";
        let line = format!("{line} --id {id} --corrects {wrong} --data '{{\"total\":{total}}}'");
        let _ = bench.run(&line).out();
    }
    assert!(bench.read("log/orders.jsonl").lines().nth(3).is_some_and(|line| {
        line.contains(r#""correlationid":"o-1","data":{"total":8},"corrects":"fix-2","crc""#)
    }));
    bench.run("what-if --process order --corrected").prints(
        "order@1: 5 events, 1 instance
        1  shipped (success)
sent 1 ShipOrder, 1 TakePayment
it would be otherwise with 1 instance
        1  sends TakePayment with other data  (o-1)

o-1
  at orders OrderPlaced fix-3
    as it was  nothing
    what if    sends TakePayment {\"amount\":8} at 2026-11-21T09:00:00.000Z
  at orders OrderPlaced o-1
    as it was  sends TakePayment {\"amount\":12.50} at 2026-11-21T09:00:00.000Z
    what if    nothing
",
    );
    bench.run("append OrderPlaced --corrects o-9").fails(
        2,
        "error: there is no message `o-9` in the log of orders\n  = help: a correction stands in the log of what it \
         corrects; `anyorder log --format json` shows the ids\n",
    );
}

#[test]
fn questions_that_are_none() {
    let bench = Bench::paid_order();
    let _ = bench.run("run").out();
    for (line, error) in [
        (
            "",
            "error: nothing is different\n  = help: say what: --without or --move MODULE:POSITION, --insert FILE, or \
             --corrected\n",
        ),
        (
            "--without payments:7",
            "error: there is no message 7 of payments\n  = help: `anyorder log` shows the positions\n",
        ),
        (
            "--move payments:1 --to 2026-11-21 --to 2026-11-22",
            "error: 1 × --move, and 2 × --to\n  = help: write a --to after each --move\n",
        ),
        (
            "--without payments:1 --move payments:1 --to 2026-11-21",
            "error: payments:1 is left out, and moved\n",
        ),
        (
            "--without order:2",
            "error: order is the process itself\n  = help: its journal is what is decided anew; change what came from \
             outside\n",
        ),
        (
            "--without payments",
            "error: invalid value 'payments' for '--without <MODULE:POSITION>': a place in a log is module and \
             position: `orders:17`\n\nFor more information, try '--help'.\n",
        ),
        (
            "--insert nowhere.jsonl",
            "error: cannot read the log: No such file or directory (os error 2)\n  --> nowhere.jsonl\n",
        ),
    ] {
        bench.run(&format!("what-if --process order {line}")).fails(2, error);
    }
}
