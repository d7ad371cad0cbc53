//! `anyorder check`: scenarios by name and by path, several at once, the options that list messages, and
//! the conversations of a log. What is wrong with a command line is said, with exit code 2.

mod common;

use common::bench::Bench;

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

/// By its name, or by its path.
#[test]
fn one_scenario() {
    let bench = bench();
    bench.run("check payment").prints(
        "\
as-declared: the money or the alarm
order@1, after OrderPlaced: OrderPaid in any order, alarms at any moment
2 orderings, 4 states, 2 outcomes

  shipped  1 ordering (50.0 %)
      ends in success; sends ShipOrder, TakePayment
      nearest: OrderPaid
      exactly when OrderPaid before PaymentTimedOut!

  abandoned  1 ordering (50.0 %)
      ends in failure; sends TakePayment
      nearest: PaymentTimedOut! OrderPaid
      exactly when PaymentTimedOut! before OrderPaid
",
    );
    bench.run("check scenarios/payment.yaml").prints(&bench.run("check payment").out());
    bench.run("check always-paid").ends(
        1,
        "\
violated: the money always comes
order@1, after OrderPlaced: OrderPaid in any order, alarms at any moment
2 orderings, 4 states, 2 outcomes

  `no-goods-without-money` does not hold: state != 'abandoned'
      nearest: PaymentTimedOut! OrderPaid
      in 1 of 2 orderings

  `abandoned` is not declared
      nearest: PaymentTimedOut! OrderPaid
      in 1 of 2 orderings

  shipped  1 ordering (50.0 %)
      ends in success; sends ShipOrder, TakePayment
      nearest: OrderPaid
      exactly when OrderPaid before PaymentTimedOut!

  abandoned  1 ordering (50.0 %)
      ends in failure; not declared; sends TakePayment
      nearest: PaymentTimedOut! OrderPaid
      exactly when PaymentTimedOut! before OrderPaid
",
        "",
    );
}

/// Without arguments all of the workspace, the worst first; each order is one of its own.
#[test]
fn several_scenarios() {
    let bench = bench();
    bench.run("check").ends(
        1,
        "\
violated     the money always comes  2 orderings, 4 states, 2 outcomes
diverges     two orders (any)        3 orderings, 6 states, 2 outcomes
diverges     two orders (fifo)       2 orderings, 5 states, 2 outcomes
as-declared  the money or the alarm  2 orderings, 4 states, 2 outcomes

the money always comes
  `no-goods-without-money` does not hold: state != 'abandoned'
      nearest: PaymentTimedOut! OrderPaid
      in 1 of 2 orderings

two orders (any)
  shipped  2 orderings (66.7 %)
      nearest: OrderPlaced OrderPaid
  abandoned  1 ordering (33.3 %)
      nearest: OrderPlaced PaymentTimedOut! OrderPaid

two orders (fifo)
  shipped  1 ordering (50.0 %)
      nearest: OrderPlaced OrderPaid
  abandoned  1 ordering (50.0 %)
      nearest: OrderPlaced PaymentTimedOut! OrderPaid

4 scenarios: 1 violated, 2 diverge, 1 as declared
",
        "",
    );
    bench.run("check two").ends(
        1,
        "\
diverges  two orders (any)   3 orderings, 6 states, 2 outcomes
diverges  two orders (fifo)  2 orderings, 5 states, 2 outcomes

two orders (any)
  shipped  2 orderings (66.7 %)
      nearest: OrderPlaced OrderPaid
  abandoned  1 ordering (33.3 %)
      nearest: OrderPlaced PaymentTimedOut! OrderPaid

two orders (fifo)
  shipped  1 ordering (50.0 %)
      nearest: OrderPlaced OrderPaid
  abandoned  1 ordering (50.0 %)
      nearest: OrderPlaced PaymentTimedOut! OrderPaid

2 scenarios: 2 diverge
",
        "",
    );
}

#[test]
fn names_that_are_none() {
    let bench = bench();
    bench.run("check payement").fails(
        2,
        "\
error: there is no scenario payement
  = help: did you mean payment?
",
    );
    bench.run("check nothing-like-it").fails(
        2,
        "\
error: there is no scenario nothing-like-it
  = help: there is always-paid, payment, two
",
    );
}

#[test]
fn messages_on_the_command_line() {
    let bench = bench();
    bench
        .run("check --process order@1 --events OrderPaid --first 'OrderPlaced={\"total\":1}' --alarms last")
        .prints(
            "\
converges: OrderPaid after OrderPlaced
order@1, after OrderPlaced: OrderPaid in any order, alarms when nothing else is left
1 ordering, 2 states, 1 outcome

  shipped  1 ordering
      ends in success; sends ShipOrder, TakePayment
",
        );
    bench.run("check --process order --events 'OrderPlaced={\"total\":1},OrderPaid,OrderPaid'").ends(
        1,
        "\
diverges: OrderPlaced, OrderPaid, OrderPaid
order@1: OrderPlaced, OrderPaid, OrderPaid in any order, alarms at any moment
8 orderings, 9 states, 2 outcomes

  shipped  6 orderings (75.0 %)
      ends in success; sends ShipOrder, TakePayment
      nearest: OrderPlaced OrderPaid OrderPaid
      exactly when OrderPaid before PaymentTimedOut!

  abandoned  2 orderings (25.0 %)
      ends in failure; sends TakePayment
      nearest: OrderPlaced PaymentTimedOut! OrderPaid OrderPaid
      exactly when PaymentTimedOut! before OrderPaid
",
        "",
    );
    bench.run("check --process order --events 'OrderPlaced={\"total\":1},OrderPaid,OrderPaid' --order fifo --alike").ends(
        1,
        "\
diverges: OrderPlaced, OrderPaid, OrderPaid
order@1: OrderPlaced, OrderPaid, OrderPaid in order within each module, alarms at any moment
4 orderings, 9 states, 2 outcomes

  shipped  3 orderings (75.0 %)
      ends in success; sends ShipOrder, TakePayment
      nearest: OrderPlaced OrderPaid#1 OrderPaid#2
      exactly when OrderPaid#1 before PaymentTimedOut!

  abandoned  1 ordering (25.0 %)
      ends in failure; sends TakePayment
      nearest: OrderPlaced PaymentTimedOut! OrderPaid#1 OrderPaid#2
      exactly when PaymentTimedOut! before OrderPaid#1
",
        "",
    );
    bench.run("check --process order --process clock@1.yaml --events 'OrderPlaced={\"total\":1},OrderPaid' --alarms last").prints(
        "\
converges: OrderPlaced, OrderPaid
order@1, clock@1: OrderPlaced, OrderPaid in any order, alarms when nothing else is left
24 orderings, 16 states, 1 outcome

  order: shipped, clock: off  all 24 orderings
      ends in success; sends ShipOrder, TakePayment
",
    );
}

#[test]
fn messages_that_cannot_be() {
    let bench = bench();
    bench.run("check --process order --events OrderPayed").fails(
        2,
        "\
error: order@1 does not mention `OrderPayed`
 --> --events:1:1
  |
1 | OrderPayed
  | ^^^^^^^^^^
  |
  = help: did you mean `OrderPaid`?
",
    );
    bench.run("check --process order --events 'OrderPaid>order'").fails(
        2,
        "\
error: `OrderPaid>order` is no name for a message
 --> --events:1:1
  |
1 | OrderPaid>order
  | ^^^^^^^^^^^^^^^
  |
  = help: a message is named with letters, digits, `_`, `.` and `-`, and begins with a letter
",
    );
    bench.run("check --process order --events 'OrderPaid#2'").fails(
        2,
        "\
error: `OrderPaid#2` is no name for a message
 --> --events:1:1
  |
1 | OrderPaid#2
  | ^^^^^^^^^^^
  |
  = help: a message is named with letters, digits, `_`, `.` and `-`, and begins with a letter
",
    );
    bench.run("check --process order --events 'Order Paid'").fails(
        2,
        r#"error: `Order Paid` is no name for a message
 --> --events:1:6
  |
1 | Order Paid
  |      ^
  |
  = help: data stands behind a `=`, as in `'OrderPriced={"total":10}'`; messages are parted by commas
"#,
    );
    bench.run("check --process order --events 'OrderPaid!'").fails(
        2,
        "\
error: an alarm is not delivered, `OrderPaid` rings by itself
 --> --events:1:1
  |
1 | OrderPaid!
  | ^^^^^^^^^^
  |
  = help: leave it out; `--alarms any` lets an alarm ring at any moment once it is set
",
    );
    bench.run("check --process order --events ''").fails(
        2,
        "\
error: no message is listed
  = help: list what comes: `--events OrderPaid,OrderCancelled`
",
    );
    bench.run("check --process order --events 'OrderPaid,'").fails(
        2,
        "\
error: a message is missing here
 --> --events:1:11
  |
1 | OrderPaid,
  |           ^
  |
  = help: one comma between two messages, and none at the end
",
    );
    bench.run("check --process order --events 'OrderPlaced={\"total\":1'").fails(
        2,
        r#"error: the data of `OrderPlaced` is not JSON: EOF while parsing an object
 --> --events:1:22
  |
1 | OrderPlaced={"total":1
  |                      ^
  |
  = help: as in `'OrderPriced={"total":10}'`; the shell's quotes go around all of it
"#,
    );
}

#[test]
fn options_that_do_not_go_together() {
    let bench = bench();
    bench.run("check --process order").fails(
        2,
        "\
error: no message is listed
  = help: say which come, `--events OrderPaid,OrderCancelled`, or take those of a log with `--log FILE`
",
    );
    bench.run("check --process orders --events OrderPaid").fails(
        2,
        "\
error: no process orders in this workspace
  = help: did you mean order@1?
",
    );
    bench.run("check --events OrderPaid").fails(
        2,
        "\
error: the following required arguments were not provided:
  --process <P>

Usage: anyorder check --process <P> --events <LIST> [SCENARIO]...

For more information, try '--help'.
",
    );
    bench.run("check payment --process order").fails(
        2,
        "\
error: the argument '[SCENARIO]...' cannot be used with '--process <P>'

Usage: anyorder check <SCENARIO>...

For more information, try '--help'.
",
    );
    bench.run("check --process order --events OrderPaid --log x.jsonl").fails(
        2,
        "\
error: the argument '--events <LIST>' cannot be used with '--log <LOG>'

Usage: anyorder check --process <P> --events <LIST> [SCENARIO]...

For more information, try '--help'.
",
    );
    bench.run("check --process order --events OrderPaid --order sideways").fails(
        2,
        "\
error: invalid value 'sideways' for '--order <ORDER>': an order is any, causal, fifo, or causal,fifo

For more information, try '--help'.
",
    );
    bench.run("check --process order --events OrderPaid --alarms often").fails(
        2,
        "\
error: invalid value 'often' for '--alarms <WHEN>': alarms ring at any moment (any), last, or never

For more information, try '--help'.
",
    );
    bench.run("check --states many").fails(
        2,
        "\
error: invalid value 'many' for '--states <N>': invalid digit found in string

For more information, try '--help'.
",
    );
}

/// Where alarms ring at any moment there is no `now`.
#[test]
fn time_that_nobody_knows() {
    let bench = bench();
    bench.run("check --process clock@1.yaml --events OrderPlaced,OrderPaid").fails(
        2,
        "\
error: clock@1 reads `now`, and where alarms may ring at any moment nobody knows it
  --> clock@1.yaml
  = help: explore it with `alarms: last` (on the command line `--alarms last`)
",
    );
}

/// All on one screen, the worst first; or one.
#[test]
fn the_conversations_of_a_log() {
    let bench = bench();
    bench.run("check --log orders.jsonl --process order").ends(
        1,
        "\
order@1: 4 conversations in any order: 1 violated, 1 diverges, 2 converge

  violated  d
      order never starts, and what came for it waits
      worst: d, in 1 of 1 ordering
      nearest: OrderPaid

  diverges  table 5
      abandoned
      shipped
      worst: table 5, in 1 of 3 orderings
      nearest: OrderPlaced PaymentTimedOut! OrderPaid

  converges  2 conversations: b, c
      abandoned
",
        "",
    );
    bench.run("check --log orders.jsonl --process order --correlation 'table 5'").ends(
        1,
        "\
diverges: table 5
order@1: OrderPlaced, OrderPaid in any order, alarms at any moment
3 orderings, 6 states, 2 outcomes

  shipped  2 orderings (66.7 %)
      ends in success; sends ShipOrder, TakePayment
      nearest: OrderPlaced OrderPaid
      exactly when OrderPaid before PaymentTimedOut!

  abandoned  1 ordering (33.3 %)
      ends in failure; sends TakePayment
      nearest: OrderPlaced PaymentTimedOut! OrderPaid
      exactly when PaymentTimedOut! before OrderPaid
",
        "",
    );
    bench.run("check --log orders.jsonl --process order --correlation latest").ends(
        1,
        "\
violated: d
order@1: OrderPaid in any order, alarms at any moment
1 ordering, 2 states, 1 outcome

  order never starts, and what came for it waits
      nearest: OrderPaid
      in 1 of 1 ordering

  not-started  1 ordering
      nearest: OrderPaid
",
        "",
    );
}

#[test]
fn logs_that_cannot_be_checked() {
    let bench = bench();
    bench.run("check --log orders.jsonl --process order --correlation nobody").fails(
        2,
        "\
error: there is no conversation `nobody`
  = help: `anyorder log` lists what there is; a part of an id will do, or `latest`
",
    );
    bench.run("check --log orders.jsonl --process order --ordering OrderPaid").fails(
        2,
        "\
error: an ordering is of one scenario, and here are 4
  = help: name one; of a log, one conversation with `--correlation ID`
",
    );
    bench.run("check --log nowhere.jsonl --process order").fails(
        2,
        "\
error: cannot read the log: No such file or directory (os error 2)
  --> nowhere.jsonl
",
    );
    bench.run("check --log orders.jsonl --process order --process clock@1.yaml").fails(
        2,
        "\
error: a log is checked with one process
  = help: name it with one `--process`; several meet in a scenario file
",
    );
}

#[test]
fn a_workspace_without_scenarios() {
    Bench::one_order().run("check").fails(
        2,
        "\
error: there is no scenario under scenarios/
  = help: write one (docs/check.md), or list messages: `--process order@2 --events OrderPaid,…`
",
    );
    Bench::new().run("check").fails(
        2,
        "\
error: no workspace here: no anyorder.yaml in this folder or above it
  = help: name one with `-C DIR`, or see one made: `anyorder demo --keep DIR`
",
    );
}
