//! `anyorder check`: what is wrong with a command line is said, with exit code 2.

mod common;

use common::checks::bench;

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
fn messages_that_cannot_be() {
    let bench = bench();
    bench.run("check --process order --events OrderPayed").fails(
        2,
        "\
error[E0502]: order@1 does not mention `OrderPayed`
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
error[E0206]: `OrderPaid>order` is no name for a message
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
error[E0206]: `OrderPaid#2` is no name for a message
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
        r#"error[E0206]: `Order Paid` is no name for a message
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
error[E0501]: an alarm is not delivered, `OrderPaid` rings by itself
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
error[E0211]: a message is missing here
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
        r#"error[E0506]: the data of `OrderPlaced` is not JSON: EOF while parsing an object
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
  <--process <P>|--service <NAME>>

Usage: anyorder check --events <LIST> <--process <P>|--service <NAME>> [SCENARIO]...

For more information, try '--help'.
",
    );
    bench.run("check payment --events OrderPaid --process order").fails(
        2,
        "\
error: the argument '[SCENARIO]...' cannot be used with '--events <LIST>'

Usage: anyorder check --process <P> <SCENARIO>...

For more information, try '--help'.
",
    );
    bench.run("check --process order --events OrderPaid --log x.jsonl").fails(
        2,
        "\
error: the argument '--events <LIST>' cannot be used with '--log <LOG>'

Usage: anyorder check --events <LIST> <--process <P>|--service <NAME>> [SCENARIO]...

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
fn what_cannot_happen() {
    let bench = bench();
    bench.run("check payment --ordering 'OrderPaid PaymentTimedOut!'").fails(
        2,
        "\
error: `PaymentTimedOut!` cannot happen after OrderPaid
  = help: there the ordering ends: nothing more can happen
",
    );
    // An ordering of a run with faults, given back without.
    for (fault, word) in [("losses", "OrderPaid-"), ("duplicates", "OrderPaid+"), ("crashes", "crash(order)")]
    {
        bench.run(&format!("check payment --ordering '{word}'")).fails(
            2,
            &format!(
                "error: `{word}` cannot happen at the beginning\n  = help: that is a fault, and none may strike here: \
                 allow it with `--faults {fault}=1`\n"
            ),
        );
    }
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

/// What a scenario names lies beside its folder; the message says where that is.
#[test]
fn a_scenario_beside_its_processes() {
    let bench = bench();
    bench.write("payment.yaml", "scenario: payment\nprocess: order@1\ndeliver: [OrderPaid]\n");
    bench.run("check payment.yaml").fails(
        2,
        "\
error[E0507]: no process order@1 in this workspace
 --> payment.yaml:2:10
  |
2 | process: order@1
  |          ^^^^^^^
  |
  = help: there is nothing under ../processes/
",
    );
}

#[test]
fn services_that_are_none() {
    let bench = bench();
    bench.write("services/kitchen.yaml", "service: kitchen\non: {CookFood: {publish: FoodCooked}}\n");
    bench.write("scenarios/served.yaml", "scenario: served\nservices: [kichen]\ndeliver: [CookFood]\n");
    bench.run("check served").fails(
        2,
        "\
error[E0507]: no service kichen in this workspace
 --> scenarios/served.yaml:2:12
  |
2 | services: [kichen]
  |            ^^^^^^
  |
  = help: did you mean kitchen?
",
    );
    bench.run("check --service kichen --events CookFood").fails(
        2,
        "\
error: no service kichen in this workspace
  = help: did you mean kitchen?
",
    );
    bench.run("check --service kitchen --service kitchen --events CookFood").fails(
        2,
        "\
error[E0208]: kitchen is listed twice
 --> --service:1:1
  |
1 | kitchen
  | ^^^^^^^
  |
  = help: once is enough
",
    );
    bench.run("check --service kitchen --events CookFod").fails(
        2,
        "\
error[E0502]: kitchen does not mention `CookFod`
 --> --events:1:1
  |
1 | CookFod
  | ^^^^^^^
  |
  = help: did you mean `CookFood`?
",
    );
}
