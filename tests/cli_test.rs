//! `anyorder test` and `anyorder new`, as a person meets them.

mod common;

use common::bench::Bench;

const SPEC: &str = "\
spec: who pays in time gets the goods
process: order@1
given: {OrderPlaced: {total: 12.50}}
when: OrderPaid
then: {outcome: ended, state: shipped, send: ShipOrder, alarms: []}
";

const PROSE: &str = "\
✓ order@1: who pays in time gets the goods
  given OrderPlaced {\"total\":12.50}
  when OrderPaid comes
  then it ends order in shipped; ShipOrder is sent; no alarm is set
";

const WRONG: &str = "\
# A remark.
- spec: an order is given up after a quarter of an hour
  process: order
  given: {OrderPlaced: {total: 12.50}}
  when: {advance: 14m}
  then: {state: abandoned}
- spec: another one holds
  process: order
  when: {times: 2, event: OrderPlaced, data: {total: 1}}
  then:
    outcome: parked
    parked: unexpected OrderPlaced in awaiting-payment
";

fn bench() -> Bench {
    Bench::one_order().file("specs/paid.yaml", SPEC)
}

#[test]
fn specs_print_themselves_as_prose() {
    let bench = bench();
    bench.run("test").prints(&format!("{PROSE}\n1 spec: holds\n"));
    bench.run("test paid").prints(&format!("{PROSE}\n1 spec: holds\n"));
    bench.run("test specs/paid.yaml paid").prints(&format!("{PROSE}\n{PROSE}\n2 specs: all hold\n"));
    // It reads no log and writes none.
    assert!(bench.logs().is_empty());
}

#[test]
fn one_that_fails_says_where_what_and_what_happened() {
    let bench = bench().file("specs/wrong.yaml", WRONG);
    let ran = bench.run("test");
    assert_eq!((ran.code, &*ran.err), (Some(1), ""));
    assert_eq!(
        ran.out,
        format!(
            "{PROSE}
✗ order@1: an order is given up after a quarter of an hour
  given OrderPlaced {{\"total\":12.50}}
  when 14m pass
  then order ends in abandoned

    specs/wrong.yaml:6: state
      expected  abandoned
      actual    awaiting-payment
    what happened:
      given  OrderPlaced {{\"total\":12.50}}  started → awaiting-payment  sends TakePayment {{\"amount\":12.50}}, sets PaymentTimedOut 15m

✓ order@1: another one holds
  when 2 OrderPlaced {{\"total\":1}} come
  then it parks order; order is parked: unexpected OrderPlaced in awaiting-payment

3 specs: 2 hold, 1 fails
"
        )
    );
}

#[test]
fn formats() {
    let bench = bench().file("specs/wrong.yaml", WRONG);
    let junit = bench.run("test --format junit");
    assert_eq!((junit.code, &*junit.err), (Some(1), ""));
    assert_eq!(
        junit.out,
        r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="anyorder test" tests="3" failures="1" errors="0">
  <testsuite name="specs/paid.yaml" tests="1" failures="0" errors="0">
    <testcase name="who pays in time gets the goods" classname="order@1" file="specs/paid.yaml" line="1"/>
  </testsuite>
  <testsuite name="specs/wrong.yaml" tests="2" failures="1" errors="0">
    <testcase name="an order is given up after a quarter of an hour" classname="order@1" file="specs/wrong.yaml" line="2">
      <failure message="state: expected abandoned, actual awaiting-payment">✗ order@1: an order is given up after a quarter of an hour
  given OrderPlaced {&quot;total&quot;:12.50}
  when 14m pass
  then order ends in abandoned

    specs/wrong.yaml:6: state
      expected  abandoned
      actual    awaiting-payment
    what happened:
      given  OrderPlaced {&quot;total&quot;:12.50}  started → awaiting-payment  sends TakePayment {&quot;amount&quot;:12.50}, sets PaymentTimedOut 15m
</failure>
    </testcase>
    <testcase name="another one holds" classname="order@1" file="specs/wrong.yaml" line="7"/>
  </testsuite>
</testsuites>
"#
    );
    // Before the verb and behind it.
    let (before, behind) = (bench.run("--format json test").out, bench.run("test --format json").out);
    assert_eq!(before, behind);
    let json: serde_json::Value = serde_json::from_str(&before).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 3);
    assert_eq!(json[1]["failures"][0]["place"], "specs/wrong.yaml:6");
    assert_eq!(json[1]["failures"][0]["expected"], serde_json::json!(["abandoned"]));
    assert_eq!(json[2]["happened"][1]["reason"], "unexpected OrderPlaced in awaiting-payment");
    // No other verb has it.
    for line in ["status --format junit", "check --format junit", "--format junit test"] {
        bench.run(line).fails(
            2,
            "error: invalid value 'junit' for '--format <FORMAT>'\n  [possible values: text, json]\n\nFor more \
             information, try '--help'.\n",
        );
    }
}

#[test]
fn where_specs_are_looked_for() {
    let bench = bench();
    bench.run("test piad").fails(2, "error: there is no spec piad\n  = help: did you mean paid?\n");
    bench
        .run("test specs/none.yaml")
        .fails(2, "error: there is no spec specs/none.yaml\n  = help: there is paid\n");
    Bench::one_order().run("test").fails(
        2,
        "error: there is no spec under specs/\n  = help: `anyorder new spec NAME` makes one to start from\n",
    );
    // Names resolve from the folder's parent, and no anyorder.yaml is needed.
    let alone =
        Bench::new().file("a/specs/paid.yaml", SPEC).file("a/processes/order@1.yaml", common::bench::PROCESS);
    alone.run("test a/specs/paid.yaml").prints(&format!("{PROSE}\n1 spec: holds\n"));
    // A path is relative to the file.
    let beside = Bench::new()
        .file("one.yaml", &SPEC.replace("order@1", "./order.yaml"))
        .file("order.yaml", common::bench::PROCESS);
    beside.run("test one.yaml").prints(&format!("{PROSE}\n1 spec: holds\n"));
}

#[test]
fn what_is_wrong_with_a_process_is_said_once() {
    let bench =
        bench().file("specs/again.yaml", SPEC).file("processes/order@2.yaml", "process: order\nversion: 2\n");
    let ran = bench.run("test");
    assert_eq!(ran.code, Some(2));
    assert_eq!(ran.err.matches("error[").count(), 1, "{}", ran.err);
    assert!(ran.err.contains("--> processes/order@2.yaml:1:1"), "{}", ran.err);
}

#[test]
fn a_file_that_says_nothing_or_too_much() {
    let bench = Bench::one_order();
    for (text, said) in [
        ("", "nothing is written in this file"),
        ("[]", "there is no spec in this file"),
        ("spec", "a spec is a mapping"),
        ("spec: a\nprocess: order\nwhen: OrderPlaced\nthen: {}\n", "`then` expects nothing"),
        ("spec: a\nprocess: order\nwhen: []\nthen: {state: placed}\n", "nothing happens"),
        (
            "spec: a\nprocess: order\nwhen: OrderPlaced\nthen: {send: [{times: 10001, event: ShipOrder}]}\n",
            "`times` is 10000 at most",
        ),
        (
            "spec: a\nprocess: order\nwhen: {event: OrderPlaced, times: 2, id: a}\nthen: {send: []}\n",
            "2 messages, and one id",
        ),
        (
            "spec: a\nprocess: order\nwhen: {event: OrderPlaced, module: order}\nthen: {send: []}\n",
            "order is a process",
        ),
        (
            "spec: a\nprocess: order\nwhen: {event: OrderPlaced, after: [A]}\nthen: {send: []}\n",
            "a message has no key `after`",
        ),
        (
            "spec: a\nprocess: order\nwhen: {wait: 15m}\nthen: {send: []}\n",
            "help: time passes with `{advance: 15m}`",
        ),
        (
            "spec: a\nprocess: order\nwhen: {alarm: PaymentTimedOut}\nthen: {send: []}\n",
            "help: an alarm rings by its name",
        ),
        (
            "spec: a\nprocess: order\nwhen: {advance: 1m, OrderPaid: {}}\nthen: {send: []}\n",
            "`advance` stands alone",
        ),
        (
            "spec: a\nprocess: order\nwhen: OrderPlaced\nthen: {alarms: [PaymentTimedOut, PaymentTimedOut]}\n",
            "`PaymentTimedOut` is listed twice",
        ),
        (
            "spec: a\nprocess: order\nwhen: OrderPlaced\nthen: {send: []}\nservices: [bank]\n",
            "no service bank in this workspace",
        ),
        (
            "spec: a\nprocess: order\nwhen: OrderPlaced\nthen: {publish: Paid}\n",
            "order@1 never publishes `Paid`",
        ),
        (
            "spec: a\nprocess: [order, order@1]\nwhen: OrderPlaced\nthen: {order: {state: placed}}\n",
            "order@1 is listed twice",
        ),
    ] {
        bench.write("specs/a.yaml", text);
        let ran = bench.run("test");
        assert_eq!(ran.code, Some(2), "{text}\n{}", ran.out);
        assert!(ran.err.contains(said) && ran.err.contains("--> specs/a.yaml:"), "{text}\n{}", ran.err);
    }
}

/// What `new` writes reads well, and holds at once: about every process of every example.
#[test]
fn a_starting_point_holds_at_once() {
    for example in ["starter", "restaurant"] {
        let bench = Bench::new();
        bench.run(&format!("init . --example {example}")).out();
        bench.run("new process gift-card").prints(
            "processes/gift-card@1.yaml\ngo on with: anyorder new spec gift-card --process gift-card\n",
        );
        bench
            .run("new service gift-desk")
            .prints("services/gift-desk.yaml\ngo on with: anyorder run --services\n");
        let mut processes = vec!["gift-card"];
        match example {
            "starter" => processes.push("order"),
            _ => processes.extend(["pay-first", "pay-after-eating"]),
        }
        for process in processes {
            for (what, verb) in [("spec", "test"), ("scenario", "check")] {
                let ran = bench.run(&format!("new {what} my-{process} --process {process}"));
                ran.prints(&format!("{what}s/my-{process}.yaml\ngo on with: anyorder {verb} my-{process}\n"));
                let ran = bench.run(&format!("{verb} my-{process}"));
                assert_eq!((ran.code, &*ran.err), (Some(0), ""), "{example} {process}\n{}", ran.out);
            }
            let text = bench.read(&format!("specs/my-{process}.yaml"));
            assert!(text.contains(&format!("spec: my {}", process.replace('-', " "))), "{text}");
            assert!(text.contains("  outcome: started\n") && !text.contains("parked"), "{text}");
        }
        assert_eq!(bench.run("test").code, Some(0));
        assert_eq!(bench.run("check").code, Some(0));
        assert_eq!(bench.run("run").code, Some(0));
        // The service answers, and both of what it may say is said.
        for number in 0..40 {
            bench.run(&format!("append DoGiftDesk --module orders --command --id ask-{number}")).out();
        }
        let ran = bench.run("run --services --drain");
        assert_eq!((ran.code, &*ran.err), (Some(0), ""), "{}", ran.out);
        let said = ["40 answers came: ", " GiftDeskDone", " GiftDeskFailed"];
        assert!(said.iter().all(|said| ran.out.contains(said)), "{}", ran.out);
        assert_eq!(bench.run("run --services --drain").code, Some(0));
    }
}

#[test]
fn what_new_refuses() {
    let bench = bench();
    let before = bench.read("specs/paid.yaml");
    bench.run("new spec paid").fails(
        2,
        "error: the file is there already\n  --> specs/paid.yaml\n  = help: nothing is written over: take another name\n",
    );
    assert_eq!(bench.read("specs/paid.yaml"), before);
    bench.run("new process order").fails(
        2,
        "error: there is a process order already\n  = help: its next version is a file beside it: copy the last \
         `processes/order@….yaml`, and raise `version`\n",
    );
    for name in ["A", "../a", "a b", "a@2", "1"] {
        let ran = bench.run(&format!("new spec '{name}'"));
        assert!(
            ran.code == Some(2) && ran.err.contains("is no name for a file of a workspace"),
            "{}",
            ran.err
        );
    }
    bench
        .run("new spec a --process odrer")
        .fails(2, "error: no process odrer in this workspace\n  = help: there is order@1\n");
    bench
        .run("new process a --process order")
        .fails(2, "error: --process says what a scenario or a spec is about\n  = help: leave it out\n");
    bench
        .run("new service order")
        .fails(2, "error: there is a process order already\n  = help: its log bears its name: give the service another\n");
    bench.run("new service desk").out();
    bench.run("new service desk").fails(
        2,
        "error: the file is there already\n  --> services/desk.yaml\n  = help: nothing is written over: take another name\n",
    );
    bench.run("new process desk").fails(
        2,
        "error: there is a service desk already\n  = help: a process's own log bears its name: give it another\n",
    );
    bench.run("new spec later --format json").prints("{\"file\":\"specs/later.yaml\"}\n");
    bench.run("new process second").out();
    bench
        .run("new scenario a")
        .fails(2, "error: there are 2 processes\n  = help: say which with `--process`: order@1, second@1\n");
    let empty = Bench::new().file("anyorder.yaml", "workspace: empty\nmodules: {}\n");
    empty.run("new spec a").fails(
        2,
        "error: there is no process yet, so nothing to write about\n  = help: `anyorder new process NAME` makes one to start from\n",
    );
    assert_eq!(Bench::new().run("new process a").code, Some(2));
}
