//! `anyorder replay`: a log through any version of a process.

mod common;

use common::bench::{Bench, PLACED};

const TOTALS: &str =
    "order@1: 2 events, 1 instance\n        1  shipped (success)\nsent 1 ShipOrder, 1 TakePayment\n";

/// Version 2 asks for the money later, and is in no hurry.
const NEXT: &str = "\
process: order
version: 2
starts-on: OrderPlaced
initial: placed
states:
  placed:
    on:
      OrderPlaced: {alarm: {PaymentTimedOut: 2m}}
      OrderPaid: {send: {ShipOrder: {late: false}}, to: shipped}
      PaymentTimedOut: {send: TakePayment}
  shipped: {end: success}
";

/// In what ways they differ: the same order for money, without a sum and later; the same order to ship, with
/// more to say.
const KINDS: &str = "        1  sends ShipOrder with other data  (o-1)
        1  sends TakePayment with other data  (o-1)
";

#[test]
fn a_log_without_a_journal() {
    let bench = Bench::paid_order();
    bench.run("replay --process order@1").prints(TOTALS);
    bench.run("replay --process order").prints(TOTALS);
    bench.run("replay --process processes/order@1.yaml").prints(TOTALS);
    assert_eq!(bench.logs().len(), 2, "a replay writes nothing");
}

#[test]
fn a_log_with_its_journal_is_compared() {
    let bench = Bench::paid_order();
    let _ = bench.run("run").out();
    bench
        .run("replay --process order@1")
        .prints(&format!("{TOTALS}the journal says the same, in all of 2 turns\n"));
    bench.run("replay --process order@1 --format json").prints(
        r#"{
  "process": "order@1",
  "events": 2,
  "instances": 1,
  "outcomes": {
    "shipped": 1
  },
  "not-started": 0,
  "sent": {
    "ShipOrder": 1,
    "TakePayment": 1
  },
  "parked": 0,
  "unfinished": 0,
  "divergences": []
}
"#,
    );
}

/// Another version than the one that wrote the journal: exit 1, and the first difference.
#[test]
fn another_version_diverges() {
    let bench = Bench::paid_order().file("next.yaml", NEXT);
    let _ = bench.run("run").out();
    let differences = |one: &str, other: &str| {
        format!(
            "\no-1\n  at orders OrderPlaced o-1\n    {one}  sends TakePayment {{\"amount\":12.50}} at \
             2026-11-21T09:00:00.000Z\n    {other}  nothing\n  at PaymentTimedOut! 1\n    {one}  \
             nothing\n    {other}  sends TakePayment at 2026-11-21T09:02:00.000Z\n  at payments OrderPaid \
             p-1\n    {one}  sends ShipOrder at 2026-11-21T09:05:00.000Z\n    {other}  sends ShipOrder \
             {{\"late\":false}} at 2026-11-21T09:05:00.000Z\n"
        )
    };
    bench.run("replay --process next.yaml").ends(
        1,
        &format!(
            "order@2: 2 events, 1 instance\n        1  shipped (success)\nsent 1 ShipOrder, 1 TakePayment\n\
             order@2 does otherwise than the journal with 1 instance\n{}{}",
            KINDS,
            differences("recorded", "decided ")
        ),
        "",
    );
    bench.run("replay --process order@1 --against next.yaml").ends(
        1,
        &format!(
            "{TOTALS}order@2 does otherwise with 1 instance\n{KINDS}{}",
            differences("order@1", "order@2")
        ),
        "",
    );
    bench
        .run("replay --process order@1 --against processes/order@1.yaml")
        .prints(&format!("{TOTALS}order@1 does the same\n"));
}

/// Each divergence names the other version; data keep their digits.
#[test]
fn divergences_as_json() {
    let bench = Bench::paid_order().file("next.yaml", NEXT);
    bench.run("replay --process order@1 --against next.yaml --format json").ends(
        1,
        r#"{
  "process": "order@1",
  "events": 2,
  "instances": 1,
  "outcomes": {
    "shipped": 1
  },
  "not-started": 0,
  "sent": {
    "ShipOrder": 1,
    "TakePayment": 1
  },
  "parked": 0,
  "unfinished": 0,
  "differences": [
    {
      "kind": "other-data",
      "message": "ShipOrder",
      "instances": 1,
      "example": "o-1"
    },
    {
      "kind": "other-data",
      "message": "TakePayment",
      "instances": 1,
      "example": "o-1"
    }
  ],
  "divergences": [
    {
      "instance": "o-1",
      "cause": "orders OrderPlaced o-1",
      "against": "order@2",
      "recorded": [
        {
          "sent": "TakePayment",
          "kind": "command",
          "data": {"amount":12.50},
          "time": "2026-11-21T09:00:00.000Z"
        }
      ],
      "decided": []
    },
    {
      "instance": "o-1",
      "cause": "PaymentTimedOut! 1",
      "against": "order@2",
      "recorded": [],
      "decided": [
        {
          "sent": "TakePayment",
          "kind": "command",
          "data": null,
          "time": "2026-11-21T09:02:00.000Z"
        }
      ]
    },
    {
      "instance": "o-1",
      "cause": "payments OrderPaid p-1",
      "against": "order@2",
      "recorded": [
        {
          "sent": "ShipOrder",
          "kind": "command",
          "data": null,
          "time": "2026-11-21T09:05:00.000Z"
        }
      ],
      "decided": [
        {
          "sent": "ShipOrder",
          "kind": "command",
          "data": {"late":false},
          "time": "2026-11-21T09:05:00.000Z"
        }
      ]
    }
  ]
}
"#,
        "",
    );
}

/// Of many orders one screen tells how they differ, and shows one of each kind.
#[test]
fn a_year_on_one_screen() {
    let message = |type_: &str, order: usize, minute: usize, data: &str| {
        format!(
            r#"{{"specversion":"1.0","id":"{type_}-{order}","source":"shop","type":"{type_}","time":"2026-01-01T{:02}:{:02}:00.000Z","correlationid":"o-{order}","data":{data}}}"#,
            minute / 60,
            minute % 60
        )
    };
    // Every third order is paid in time, every third late, every third not at all; the dear ones are five.
    let mut lines: Vec<(usize, String)> = Vec::new();
    for order in 0..30 {
        let total = if order < 5 { 1000 } else { 10 };
        lines.push((order, message("OrderPlaced", order, order, &format!("{{\"total\":{total}}}"))));
        if order % 3 < 2 {
            let minute = order + [1, 20][order % 3];
            lines.push((minute, message("OrderPaid", order, minute, "{}")));
        }
    }
    lines.sort_by_key(|(minute, _)| *minute);
    let log: String = lines.iter().map(|(_, line)| format!("{line}\n")).collect();
    let version = |version: u32, minutes: u32, more: &str| {
        format!(
            "process: order\nversion: {version}\nstarts-on: OrderPlaced\ninitial: placed\nstates:\n  placed:\n    \
             enter: {{alarm: {{PaymentTimedOut: {minutes}m}}}}\n    on:\n      OrderPaid: {{send: ShipOrder, to: \
             shipped}}\n      PaymentTimedOut: {{send: CancelOrder, to: cancelled}}\n{more}  shipped: {{end: \
             success}}\n  cancelled: {{end: failure, on: {{OrderPaid: {{send: RefundPayment}}}}}}\n"
        )
    };
    let checked =
        "      OrderPlaced:\n        - {when: event.data.total > 100, send: CheckCustomer}\n        - {}\n";
    let bench = Bench::new()
        .file("year.jsonl", &log)
        .file("one.yaml", &version(1, 15, ""))
        .file("two.yaml", &version(2, 30, checked));
    bench.run("replay year.jsonl --process one.yaml --against two.yaml").ends(
        1,
        "order@1: 50 events, 30 instances
       10  shipped (success)
       20  cancelled (failure)
sent 20 CancelOrder, 10 RefundPayment, 10 ShipOrder
order@2 does otherwise with 22 instances, and the same with 8
       14  does not send CancelOrder  (o-1)
       10  does not send RefundPayment  (o-1)
       10  also sends ShipOrder  (o-1)
       10  cancelled → shipped  (o-1)
        6  sends CancelOrder later  (o-2)
        5  also sends CheckCustomer  (o-0)
        4  cancelled → unfinished: placed  (o-20)

o-0
  at shop OrderPlaced OrderPlaced-0
    order@1  nothing
    order@2  sends CheckCustomer at 2026-01-01T00:00:00.000Z

o-1
  at shop OrderPlaced OrderPlaced-1
    order@1  nothing
    order@2  sends CheckCustomer at 2026-01-01T00:01:00.000Z
  at PaymentTimedOut! 1
    order@1  sends CancelOrder at 2026-01-01T00:16:00.000Z
    order@2  nothing
  at shop OrderPaid OrderPaid-1
    order@1  sends RefundPayment at 2026-01-01T00:21:00.000Z
    order@2  sends ShipOrder at 2026-01-01T00:21:00.000Z
  at the end
    order@1  cancelled
    order@2  shipped

o-2
  at shop OrderPlaced OrderPlaced-2
    order@1  nothing
    order@2  sends CheckCustomer at 2026-01-01T00:02:00.000Z
  at PaymentTimedOut! 1
    order@1  sends CancelOrder at 2026-01-01T00:17:00.000Z
    order@2  sends CancelOrder at 2026-01-01T00:32:00.000Z

o-20
  at PaymentTimedOut! 1
    order@1  sends CancelOrder at 2026-01-01T00:35:00.000Z
    order@2  nothing
  at the end
    order@1  cancelled
    order@2  unfinished: placed

and 18 more instances; `--format json` lists them all
",
        "",
    );
}

/// For build servers: one case for what is the same, one for each instance that differs.
#[test]
fn divergences_as_junit() {
    let bench = Bench::paid_order().file("next.yaml", NEXT);
    bench.run("replay --process order@1 --format junit").prints(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"anyorder replay\" tests=\"1\" \
         failures=\"0\" errors=\"0\">\n  <testsuite name=\"recorded and decided\" tests=\"1\" failures=\"0\" \
         errors=\"0\">\n    <testcase name=\"the same with 1 instance\" classname=\"order@1\"/>\n  \
         </testsuite>\n</testsuites>\n",
    );
    let ran = bench.run("replay --process order@1 --against next.yaml --format junit");
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.starts_with(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="anyorder replay" tests="2" failures="1" errors="0">
  <testsuite name="order@1 and order@2" tests="2" failures="1" errors="0">
    <testcase name="the same with 0 instances" classname="order@1"/>
    <testcase name="o-1" classname="order@1">
      <failure message="order@1 and order@2 differ">  at orders OrderPlaced o-1
    order@1  sends TakePayment {&quot;amount&quot;:12.50} at 2026-11-21T09:00:00.000Z
"#
    ));
}

/// In a journal a turn has several lines; a person is shown from the first that differs.
#[test]
fn the_first_line_that_differs_is_shown() {
    let bench = Bench::one_order();
    bench.run(PLACED).prints("orders 1 OrderPlaced o-1\n");
    let _ = bench.run("run").out();
    let definition = bench.read("processes/order@1.yaml");
    bench.write("processes/order@1.yaml", definition.replace("15m", "16m"));
    let ran = bench.run("replay --process order@1 --edited");
    let alarm = |minute: u32| {
        format!(
            "{{\"specversion\":\"1.0\",\"id\":\"24dc3266-7abe-52bc-aa3a-cdb23b3d5555\",\"source\":\"order\",\
             \"type\":\"PaymentTimedOut\",\"subject\":\"o-1\",\"time\":\"2026-11-21T09:00:00.000Z\",\
             \"correlationid\":\"o-1\",\"causationid\":\"o-1\",\"visibility\":\"internal\",\
             \"due\":\"2026-11-21T09:{minute}:00.000Z\"}}"
        )
    };
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!((ran.code, &*ran.err), (Some(1), ""));
    assert_eq!(lines[3], "the journal says otherwise of 1 instance");
    assert_eq!(lines[5..7], ["o-1", "  at orders OrderPlaced o-1"]);
    assert_eq!(lines[7], format!("    recorded  {}", alarm(15)));
    assert_eq!(lines[9], format!("    decided   {}", alarm(16)));
    assert_eq!(lines.len(), 11);
}

#[test]
fn somebody_elses_log_needs_no_workspace() {
    let shop = Bench::paid_order();
    let bench = Bench::new()
        .file("o.yaml", &shop.read("processes/order@1.yaml"))
        .file("all.jsonl", &format!("{}{}", shop.read("log/orders.jsonl"), shop.read("log/payments.jsonl")))
        .file("logs/orders.jsonl", &shop.read("log/orders.jsonl"))
        .file("logs/payments.jsonl", &shop.read("log/payments.jsonl"));
    for logs in ["all.jsonl", "logs", "logs/orders.jsonl logs/payments.jsonl"] {
        bench.run(&format!("replay {logs} --process o.yaml")).prints(TOTALS);
    }
    bench.run("replay logs/orders.jsonl --process o.yaml").prints(
        "order@1: 1 event, 1 instance\n        1  unfinished in awaiting-payment\nsent 1 TakePayment\n",
    );
    bench.run("replay all.jsonl --process order@1").fails(
        2,
        "error: no process order@1: this is no workspace, and no file of that name\n  = help: give the path of \
         a definition's file, or name a workspace with `-C DIR`\n",
    );
    bench.run("replay --process o.yaml").fails(
        2,
        "error: no workspace here: no anyorder.yaml in this folder or above it\n  = help: name one with `-C \
         DIR`, or see one made: `anyorder demo --keep DIR`\n",
    );
}

#[test]
fn one_conversation() {
    let bench = Bench::paid_order();
    let _ = bench.run("append OrderPlaced --id o-2 --time 2026-11-21T09:06:00Z --data '{\"total\":1}'").out();
    bench.run("replay --process order@1 --correlation latest").prints(
        "order@1: 1 event, 1 instance\n        1  unfinished in awaiting-payment\nsent 1 TakePayment\n",
    );
    bench
        .run("replay --process order@1 --correlation o-")
        .fails(2, "error: `o-` is a part of 2 conversations\n  = help: one of o-1, o-2\n");
}

/// What is saved are the bytes that a run would have written.
#[test]
fn the_journal_that_would_have_been_written_is_saved() {
    let bench = Bench::paid_order();
    bench.run("replay --process order@1 --save saved.jsonl").prints(TOTALS);
    let _ = bench.run("run").out();
    assert_eq!(bench.read("saved.jsonl"), bench.read("log/order.jsonl"));
    bench
        .run("replay --process order@1 --save nowhere/saved.jsonl")
        .fails(2, "error: cannot write: No such file or directory (os error 2)\n  --> nowhere/saved.jsonl\n");
}

/// Logs are only ever appended to: a slip of the hand does not write over one.
#[test]
fn what_is_saved_spares_the_logs() {
    let bench = Bench::paid_order();
    let _ = bench.run("run").out();
    let before = bench.logs();
    for path in ["log/order.jsonl", "log/new.jsonl", "processes/../log/orders.jsonl"] {
        bench.run(&format!("replay --process order@1 --save {path}")).fails(
            2,
            &format!(
                "error: --save would write over a log\n  --> {path}\n  = help: name a new file elsewhere: a log is \
                 only ever appended to\n"
            ),
        );
    }
    bench.write("theirs.jsonl", bench.read("log/orders.jsonl"));
    bench.run("replay theirs.jsonl --process order@1 --save ./theirs.jsonl").fails(
        2,
        "error: --save would write over a log\n  --> ./theirs.jsonl\n  = help: name a new file elsewhere: a log is \
         only ever appended to\n",
    );
    assert_eq!(bench.logs(), before);
}

#[test]
fn usage_is_explained() {
    let bench = Bench::paid_order();
    bench.run("replay").fails(
        2,
        "error: the following required arguments were not provided:\n  --process <P>\n\nUsage: anyorder replay \
         --process <P> [LOG]...\n\nFor more information, try '--help'.\n",
    );
    bench
        .run("replay --process order@2")
        .fails(2, "error: no process order@2 in this workspace\n  = help: did you mean order@1?\n");
    bench
        .run("replay --process zebra")
        .fails(2, "error: no process zebra in this workspace\n  = help: there is order@1\n");
    bench
        .run("replay --process order@one")
        .fails(2, "error: `one` is no version\n  = help: write `name@version`: `order@2`\n");
    bench.run("replay --process order@1.yaml").fails(
        2,
        "error: cannot read the file: No such file or directory (os error 2)\n  --> order@1.yaml\n",
    );
    bench.run("replay nowhere.jsonl --process order@1").fails(
        2,
        "error: cannot read the log: No such file or directory (os error 2)\n  --> nowhere.jsonl\n",
    );
}
