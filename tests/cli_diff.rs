//! `anyorder diff`: two versions of a process; and a scenario with another version in it.

mod common;

use common::bench::Bench;

const ONE: &str = "\
process: order
version: 1
starts-on: OrderPlaced
data: {tries: 0}
initial: placed
states:
  placed:
    on:
      OrderPlaced: {alarm: {PaymentTimedOut: 15m}}
      OrderPaid: {send: ShipOrder, to: shipped}
      PaymentTimedOut:
        - {when: data.tries < 2, set: {tries: =data.tries + 1}, send: RemindCustomer, alarm: {PaymentTimedOut: 15m}}
        - {to: abandoned}
  shipped: {end: success, ignore: [PaymentTimedOut, OrderPaid]}
  abandoned: {end: failure}
";

/// Later money is given back; fewer reminders; somebody has tidied up.
const TWO: &str = "\
process: order
version: 2
starts-on: [OrderPlaced]
data: {tries: 0, given-back: false}
initial: placed
unexpected: ignore
states:
  placed:
    on:
      OrderPlaced: {alarm: {PaymentTimedOut: 15m}}
      OrderPaid: {to: shipped, send: ShipOrder}
      PaymentTimedOut:
        - {when: data.tries < 1, set: {tries: =data.tries + 1}, send: RemindCustomer, alarm: {PaymentTimedOut: 15m}}
        - {to: abandoned}
  abandoned: {end: failure, on: {OrderPaid: {set: {given-back: true}, send: RefundPayment}}}
  shipped: {end: success, ignore: [OrderPaid]}
";

const SCENARIO: &str = "\
scenario: the money is late
process: order@1
first: [OrderPlaced]
deliver: [OrderPaid]
expect: {outcomes: [shipped, abandoned]}
";

fn bench() -> Bench {
    Bench::new()
        .file("anyorder.yaml", "modules: {shop: [OrderPlaced], bank: [OrderPaid]}\n")
        .file("processes/order@1.yaml", ONE)
        .file("processes/order@2.yaml", TWO)
        .file("scenarios/late.yaml", SCENARIO)
}

#[test]
fn what_is_different_key_by_key() {
    bench().run("diff order@1 order@2").ends(
        1,
        "order@1 → order@2

data.given-back
  + false

unexpected
  + ignore

states.placed.on.OrderPaid
  - {send: ShipOrder, to: shipped}
  + {to: shipped, send: ShipOrder}

states.placed.on.PaymentTimedOut
  - {when: data.tries < 2, set: {tries: =data.tries + 1}, send: RemindCustomer, alarm: {PaymentTimedOut: 15m}}
  + {when: data.tries < 1, set: {tries: =data.tries + 1}, send: RemindCustomer, alarm: {PaymentTimedOut: 15m}}

states.abandoned.on
  + {OrderPaid: {set: {given-back: true}, send: RefundPayment}}

states.shipped.ignore
  - PaymentTimedOut
",
        "",
    );
}

/// What is only written otherwise decides alike.
#[test]
fn written_otherwise() {
    let bench = bench()
        .file("tidy.yaml", &ONE.replace("{send: ShipOrder, to: shipped}", "{to: shipped, send: ShipOrder}"));
    bench.run("diff order@1 tidy.yaml").prints(
        "order@1 decides as order@1 does, and is written otherwise

states.placed.on.OrderPaid
  - {send: ShipOrder, to: shipped}
  + {to: shipped, send: ShipOrder}
",
    );
    bench.run("diff order@1 processes/order@1.yaml").prints("order@1 is order@1\n");
    bench.run("diff order@1 tidy.yaml --format json").prints(
        r#"{
  "from": "order@1",
  "to": "order@1",
  "alike": true,
  "differences": [
    {
      "path": "states.placed.on.OrderPaid",
      "removed": [
        "{send: ShipOrder, to: shipped}"
      ],
      "added": [
        "{to: shipped, send: ShipOrder}"
      ]
    }
  ]
}
"#,
    );
}

/// Both in one scenario, whichever version it names; and what every ordering leads to.
#[test]
fn in_every_order() {
    let bench = bench();
    let ran = bench.run("diff order@1 order@2 --scenario late");
    let (_, checked) = ran.out.split_once("\nthe money is late: ").expect("it is checked");
    assert_eq!(
        (ran.code, checked),
        (
            Some(1),
            "they do not agree
  abandoned; sends RefundPayment, RemindCustomer
    never → 1 ordering
  shipped; sends RemindCustomer x2, ShipOrder
    1 ordering → never
  abandoned; sends RemindCustomer x2
    1 ordering → never
"
        )
    );
    let out = bench.run("check late --process order@2").out();
    let head = "as-declared: the money is late\norder@2, after OrderPlaced: OrderPaid in any order, alarms at any \
                moment\n3 orderings, 6 states, 3 outcomes\n";
    assert!(out.starts_with(head), "{out}");
}

/// What a state chart does not show is no picture; a picture and a scenario are two questions.
#[test]
fn what_is_not_drawn() {
    let bench = bench().file("other.yaml", &ONE.replace("data: {tries: 0}", "data: {tries: 1}"));
    let note =
        "note: a state chart does not show what is different: `anyorder diff` without a picture tells\n";
    bench.run("diff order@1 other.yaml -o changes.svg --layout builtin").ends(1, "", note);
    bench.run("diff order@1 processes/order@1.yaml -o changes.svg --layout builtin").prints("");
    bench.run("diff order@1 order@2 -o processes/order@1.yaml").fails(
        2,
        "error: no picture ends in `.yaml`\n  --> processes/order@1.yaml\n  = help: `.dot`, `.svg`, `.mmd` (Mermaid) or \
         `.txt`\n",
    );
    let said = bench.run("diff order@1 order@2 --scenario late --graph");
    assert_eq!((said.code, &*said.out), (Some(2), ""), "{}", said.err);
    bench.run("diff order@1 order@2 -o changes.txt").ends(1, "", "");
    assert_eq!(bench.read("changes.txt"), bench.run("diff order@1 order@2").out);
}

#[test]
fn what_cannot_be_compared() {
    let bench = bench().file("processes/other@1.yaml", &ONE.replace("process: order", "process: other"));
    bench
        .run("diff order@1 order@3")
        .fails(2, "error: no process order@3 in this workspace\n  = help: did you mean order@1?\n");
    let error = "error: no version of other is in this scenario\n  --> scenarios/late.yaml\n  = help: a version takes the \
                 place of another of the same process\n";
    bench.run("diff order@1 other@1 --scenario late").fails(2, error);
    bench.run("check late --process other@1").fails(2, error);
    bench.run("check late --process order@2 --order causal").fails(
        2,
        "error: --order is for messages that are listed here\n  = help: a scenario's file says it of its own\n",
    );
}
