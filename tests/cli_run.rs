//! `anyorder run`: the processes over the logs.

mod common;

use common::bench::{Bench, PAID, PLACED};

const NOTHING: &str = "nothing to do: every message was handled before\n";

#[test]
fn a_run_says_what_it_has_done_and_a_second_finds_nothing() {
    let bench = Bench::paid_order();
    bench.run("run").prints(
        "handled 2 messages: 1 started, 1 ended\nsent 1 ShipOrder, 1 TakePayment\nit is now \
         2026-11-21T09:05:00.000Z\n",
    );
    let before = bench.logs();
    bench.run("run").prints(NOTHING);
    assert_eq!(bench.logs(), before);
    bench.run("run --format json").prints(
        "{\"handled\":0,\"outcomes\":{},\"sent\":{},\"alarms\":0,\"parked\":0,\"now\":\"2026-11-21T09:05:00.000Z\"}\n",
    );
}

#[test]
fn a_run_as_json() {
    Bench::paid_order().run("run --format json").prints(
        "{\"handled\":2,\"outcomes\":{\"ended\":1,\"started\":1},\"sent\":{\"ShipOrder\":1,\"TakePayment\":1},\
         \"alarms\":0,\"parked\":0,\"now\":\"2026-11-21T09:05:00.000Z\"}\n",
    );
}

#[test]
fn a_dry_run_says_the_same_and_writes_nothing() {
    let bench = Bench::paid_order();
    let before = bench.logs();
    bench.run("run --dry-run").prints(
        "would have handled 2 messages: 1 started, 1 ended\nwould have sent 1 ShipOrder, 1 TakePayment\nit is \
         now 2026-11-21T09:05:00.000Z\n",
    );
    let dry = bench.run("run --dry-run --format json").out();
    assert_eq!(bench.logs(), before);
    assert_eq!(bench.run("run --format json").out(), dry);
}

#[test]
fn what_is_parked_is_said() {
    let bench = Bench::one_order();
    bench.run("append OrderPlaced --id o-1 --time 2026-11-21T09:00:00Z").prints("orders 1 OrderPlaced o-1\n");
    bench.run("run").prints(
        "handled 1 message: 1 parked\nparked: 1 instance; `anyorder status` says why\nit is now \
         2026-11-21T09:00:00.000Z\n",
    );
}

/// A bare run stops at the newest message; an alarm rings when time is let pass.
#[test]
fn time_goes_as_far_as_it_is_told() {
    let started = "handled 1 message: 1 started\nsent 1 TakePayment\nit is now 2026-11-21T09:00:00.000Z\n";
    let rang = "handled 1 message: 1 ended\n1 of these was an alarm\nit is now 2026-11-21T09:15:00.000Z\n";
    for (soon, far) in [
        ("run --for 14m", "run --for 15m"),
        ("run --until 2026-11-21T09:14:59.999Z", "run --until 2026-11-21T09:15:00Z"),
        ("run --dry-run", "run --drain"),
    ] {
        let bench = Bench::one_order();
        bench.run(PLACED).prints("orders 1 OrderPlaced o-1\n");
        bench.run("run").prints(started);
        let alarm = "the next alarm is PaymentTimedOut of o-1, due 2026-11-21T09:15:00.000Z\n";
        bench.run(soon).prints(&format!("{NOTHING}{alarm}"));
        bench.run(far).prints(rang);
        bench.run(far).prints(NOTHING);
    }
}

#[test]
fn until_keeps_what_is_later_for_later() {
    let bench = Bench::paid_order();
    bench
        .run("run --until 2026-11-21T09:01:00Z")
        .prints("handled 1 message: 1 started\nsent 1 TakePayment\nit is now 2026-11-21T09:00:00.000Z\n");
    bench
        .run("run")
        .prints("handled 1 message: 1 ended\nsent 1 ShipOrder\nit is now 2026-11-21T09:05:00.000Z\n");
}

const ENDLESS: &str = "\
process: clock
version: 1
starts-on: Started
initial: ticking
data: {ticks: 0}
states:
  ticking:
    on:
      Started: {alarm: {Tick: 1m}}
      Tick: {set: {ticks: =data.ticks + 1}, alarm: {Tick: 1m}}
";

#[test]
fn a_drain_that_never_ends_is_bounded() {
    let bench = Bench::new().file("processes/clock@1.yaml", ENDLESS);
    bench.run("append Started --module wall --id s --time 2026-11-21T09:00:00Z").prints("wall 1 Started s\n");
    let stopped = |rings: &str| {
        format!(
            "error: stopped after {rings}: --bound is reached\n  = help: an alarm that is set anew by its own \
             ring never ends; `--bound N` allows more\n"
        )
    };
    bench.run("run --drain --bound 3").ends(
        3,
        "handled 4 messages: 1 started, 3 advanced\n3 of these were alarms\nit is now 2026-11-21T09:03:00.000Z\n",
        &stopped("3 alarms"),
    );
    // It goes on where it stopped.
    bench.run("run --drain --bound 1 --format json").ends(
        3,
        "{\"handled\":1,\"outcomes\":{\"advanced\":1},\"sent\":{},\"alarms\":1,\"parked\":0,\
         \"now\":\"2026-11-21T09:04:00.000Z\"}\n",
        &stopped("1 alarm"),
    );
}

/// Whoever follows hears of what is appended later, and rings alarms by the wall clock.
#[test]
fn a_run_that_follows_goes_on() {
    let bench = Bench::one_order();
    let append = |id: &str, day: &str| {
        let line = format!("append OrderPlaced --id {id} --time {day} --data '{{\"total\":1}}'");
        let _ = bench.run(&line).out();
    };
    let said = |day: &str| {
        format!(
            "{{\"handled\":2,\"outcomes\":{{\"ended\":1,\"started\":1}},\"sent\":{{\"TakePayment\":1}},\
             \"alarms\":1,\"parked\":0,\"now\":\"{day}T00:15:00.000Z\"}}\n"
        )
    };
    append("o-1", "2001-01-01");
    let mut running = bench.start("run --follow --format json");
    running.prints(&said("2001-01-01"));
    append("o-2", "2002-02-02");
    running.prints(&format!("{}{}", said("2001-01-01"), said("2002-02-02")));
}

/// The reader went away: the next thing said ends it, quietly.
#[test]
fn a_run_that_follows_ends_with_its_reader() {
    let bench = Bench::one_order();
    let mut running = bench.start("run --follow");
    running.hang_up();
    bench
        .run("append OrderPlaced --id o-1 --time 2001-01-01 --data '{\"total\":1}'")
        .prints("orders 1 OrderPlaced o-1\n");
    running.ends_quietly();
}

#[test]
fn a_run_needs_a_process() {
    let bench = Bench::new().file("anyorder.yaml", "workspace: bare\n");
    bench.run("run").fails(
        2,
        "error: there is no process in this workspace\n  = help: `anyorder new process NAME` \
         writes one to start from, processes/NAME@1.yaml\n",
    );
}

#[test]
fn nothing_has_come_yet() {
    let bench = Bench::one_order();
    bench.run("run").prints("nothing to do: no message for a process has come yet\n");
    bench
        .run("run --format json")
        .prints("{\"handled\":0,\"outcomes\":{},\"sent\":{},\"alarms\":0,\"parked\":0,\"now\":null}\n");
    assert_eq!(bench.logs(), []);
}

#[test]
fn a_process_and_a_module_are_two_things() {
    let bench = Bench::one_order().file("anyorder.yaml", "modules: {order: [OrderPlaced]}\n");
    bench.run("run").fails(
        2,
        "error: order is a process and a module\n  = help: a process's own log bears its name: give the \
         module another\n",
    );
}

#[test]
fn usage_is_explained() {
    let bench = Bench::paid_order();
    bench.run("run --until now --drain").fails(
        2,
        "error: the argument '--until <T>' cannot be used with '--drain'\n\nUsage: anyorder run --until <T>\n\n\
         For more information, try '--help'.\n",
    );
    bench.run("run --for 5x").fails(
        2,
        "error: invalid value '5x' for '--for <D>': a duration is a number and ms, s, m, h or d: `15m`\n\nFor \
         more information, try '--help'.\n",
    );
    bench.run("run --for 99999999d").fails(2, "error: --for: that is beyond the year 9999\n");
}

/// The workspace is named from elsewhere, and its files are shown by that name.
#[test]
fn a_workspace_is_named_or_found_above() {
    let bench = Bench::new()
        .file("shop/anyorder.yaml", "modules: {orders: [OrderPlaced]}\n")
        .file("shop/processes/order@1.yaml", &Bench::one_order().read("processes/order@1.yaml"));
    bench.run(&format!("-C shop {PLACED}")).prints("orders 1 OrderPlaced o-1\n");
    bench.run(&format!("{PAID} --module payments -C shop")).prints("payments 1 OrderPaid p-1\n");
    bench.run("-C shop/processes run").prints(
        "handled 2 messages: 1 started, 1 ended\nsent 1 ShipOrder, 1 TakePayment\nit is now \
         2026-11-21T09:05:00.000Z\n",
    );
    bench.run("-C shop run").prints(NOTHING);
    bench.write("shop/processes/order@2.yaml", "proces: order\n");
    assert!(bench.run("-C shop run").err.contains("--> shop/processes/order@2.yaml:1:1\n"));
    bench.run("-C nowhere run").fails(
        2,
        "error: cannot open the folder: No such file or directory (os error 2)\n  --> nowhere\n  = help: -C takes \
         the folder of a workspace\n",
    );
    bench.run("-C shop/anyorder.yaml run").fails(
        2,
        "error: this is a file\n  --> shop/anyorder.yaml\n  = help: -C takes the folder of a workspace\n",
    );
}

/// An alarm that sets itself with no delay would ring for ever, and time would never go on.
#[test]
fn what_goes_round_while_time_stands_still_is_stopped() {
    let process = "process: round\nversion: 1\nstarts-on: Begun\ninitial: going\nstates:\n  going:\n    on:\n      \
                   Begun: {alarm: {Again: 0s}}\n      Again: {alarm: {Again: 0s}}\n";
    let bench = Bench::new().file("anyorder.yaml", "modules: {outside: [Begun]}\n");
    bench.write("processes/round@1.yaml", process);
    bench.run("append Begun --id b-1 --time 2026-11-21T09:00:00Z").prints("outside 1 Begun b-1\n");
    bench.run("run").ends(
        3,
        "handled 10,001 messages: 1 started, 10,000 advanced\n10,000 of these were alarms\n\
         it is now 2026-11-21T09:00:00.000Z\n",
        "error: round goes round and round with b-1, and time stands still\n  = help: does an alarm set itself \
         with no delay, or do processes answer each other for ever?\n",
    );
}

/// A name that no module owns and no process sends, but that is nearly one of those, is misspelt.
#[test]
fn a_misspelt_message_is_found_before_it_is_missed() {
    let bench = Bench::one_order();
    let sound = bench.read("processes/order@1.yaml");
    bench.write("processes/order@1.yaml", sound.replace("starts-on: OrderPlaced", "starts-on: OrderPlacd"));
    bench.run("run").fails(
        2,
        "error[E0302]: nobody says OrderPlacd: no module owns it, and no process sends it\n \
         --> processes/order@1.yaml:4:12\n  |\n4 | starts-on: OrderPlacd\n  |            ^^^^^^^^^^\n  |\n  \
         = help: did you mean OrderPlaced?\n",
    );
}
