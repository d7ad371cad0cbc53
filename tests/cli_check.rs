//! `anyorder check`: scenarios by name and by path, several at once, messages that are listed, and the
//! conversations of a log.

mod common;

use common::bench::Bench;
use common::checks::bench;

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
    // Nothing is listed, and the alarm rings all the same.
    let text = "scenario: nobody pays\nprocess: order@1\nfirst: {OrderPlaced: {total: 1}}\nexpect: {outcomes: abandoned}\n";
    bench.write("scenarios/nobody.yaml", text);
    let said = bench.run("check nobody").out();
    assert_eq!(
        said.lines().nth(1),
        Some("order@1, after OrderPlaced: what follows in any order, alarms at any moment")
    );
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

  and 1 more finding (--format json has all)

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
      exactly when 1st OrderPaid before PaymentTimedOut!

  abandoned  2 orderings (25.0 %)
      ends in failure; sends TakePayment
      nearest: OrderPlaced PaymentTimedOut! OrderPaid OrderPaid
      exactly when PaymentTimedOut! before 1st OrderPaid
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

/// Exit code 3, and what was found so far.
/// Within a little memory all is counted, and what decides is left out: that is a bound, too.
#[test]
fn a_bound_of_memory() {
    let scenario = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/two-phase-commit/large/five.yaml");
    let bench = Bench::new();
    let ends = |memory: &str| {
        let ran = bench.run(&format!("check {scenario} --memory {memory}"));
        (ran.code, ran.out.lines().last().unwrap_or_default().to_string())
    };
    let so_far = "the bound of 1 MiB was reached: what is above was found so far, and there may be more";
    assert_eq!(ends("1MiB"), (Some(3), so_far.to_string()));
    let counted =
        "the bound of 6 MiB was reached: all is counted; what decides each outcome is not worked out";
    assert_eq!(ends("6MiB"), (Some(3), counted.to_string()));
    assert_eq!(ends("64MiB").0, Some(0));
}

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
fn a_workspace_without_scenarios() {
    Bench::one_order().run("check").fails(
        2,
        "\
error: there is no scenario under scenarios/
  = help: `anyorder new scenario NAME` writes one; or list messages: `--process order@2 --events OrderPaid,…`
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

/// What is printed is the same for any number of threads.
#[test]
fn threads_change_nothing() {
    let story = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/restaurant");
    let bench = Bench::new();
    for format in ["text", "json"] {
        let with = |threads: &str| {
            let ran = bench.run(&format!("-C {story} check --format {format} --threads {threads}"));
            (ran.code, ran.out, ran.err)
        };
        let one = with("1");
        assert!(one.1.len() > 200, "{one:?}");
        assert_eq!(with("2"), one);
        assert_eq!(with("4"), one);
    }
}
