//! `anyorder log`: what is in the logs.

mod common;

use common::bench::{Bench, PAID};

fn a_day() -> Bench {
    let bench = Bench::paid_order();
    let _ = bench.run("run").out();
    bench
}

const PLACED_LINE: &str = "2026-11-21T09:00:00.000Z  orders 1 OrderPlaced  o-1  {\"total\":12.50}\n";
const PAID_LINE: &str = "2026-11-21T09:05:00.000Z  payments 1 OrderPaid  p-1\n";
const TAKE_LINE: &str = "2026-11-21T09:00:00.000Z  order 2 TakePayment (command)  \
                         7583ca74  {\"amount\":12.50}\n";
const SHIP_LINE: &str = "2026-11-21T09:05:00.000Z  order 5 ShipOrder (command)  84402fa0\n";

#[test]
fn all_in_the_order_of_time() {
    let bench = Bench::paid_order();
    bench.run("log").prints(&format!("{PLACED_LINE}{PAID_LINE}"));
    let _ = bench.run("run").out();
    let lines = bench.run("log").out();
    let seen: Vec<String> = lines
        .lines()
        .map(|line| line.split_whitespace().skip(1).take(3).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        seen,
        [
            "order 1 JournalOpened",
            "order 2 TakePayment",
            "order 3 PaymentTimedOut",
            "order 4 ProcessRecorded",
            "orders 1 OrderPlaced",
            "order 5 ShipOrder",
            "order 6 ProcessRecorded",
            "payments 1 OrderPaid",
        ]
    );
}

/// As JSON the lines come out as they stand, byte for byte, whatever others put into them.
#[test]
fn json_is_the_lines_as_they_stand() {
    let odd = " {\"id\":\"x\", \"specversion\":\"1.0\",\"source\":\"orders\",\"type\":\"Odd\",\"theirs\" : 1.500,\
               \"time\":\"2026-11-21T10:00:00+01:00\",\"sequence\":\"0000000000000001\"}";
    let bench = Bench::one_order().file("log/orders.jsonl", &format!("{odd}\n"));
    bench.run("log --format json").prints(&format!("{odd}\n"));
    let bench = a_day();
    for module in ["order", "orders", "payments"] {
        let log = bench.read(&format!("log/{module}.jsonl"));
        bench.run(&format!("log --format json --module {module}")).prints(&log);
    }
}

#[test]
fn every_filter() {
    let bench = a_day();
    let _ = bench.run("append OrderPlaced --id o-2 --time 2026-11-21T09:06:00Z").out();
    let second = "2026-11-21T09:06:00.000Z  orders 2 OrderPlaced  o-2\n";
    bench.run("log --module orders").prints(&format!("{PLACED_LINE}{second}"));
    bench.run("log --module orders --from 2").prints(second);
    bench.run("log --from 5 --module order --type ShipOrder").prints(SHIP_LINE);
    bench.run("log --type OrderPlaced").prints(&format!("{PLACED_LINE}{second}"));
    bench.run("log --type Nothing").prints("");
    bench.run("log --correlation o-1 --type OrderPaid").prints(PAID_LINE);
    bench.run("log --correlation latest").prints(second);
    bench.run("log --correlation 2").prints(second);
    bench.run("log --from 2 --correlation o-2").prints(second);
    bench.run("log --from 9999999999999999").prints("");
    bench
        .run("log --correlation o-")
        .fails(2, "error: `o-` is a part of 2 conversations\n  = help: one of o-1, o-2\n");
    bench.run("log --from 0").fails(2, "error: --from: positions begin at 1\n");
    bench
        .run("log --module ordr")
        .fails(2, "error: the module ordr has no log\n  = help: did you mean order?\n");
}

#[test]
fn other_modules_do_not_see_what_is_internal() {
    let bench = a_day();
    bench.run("log --as notifications").prints(&format!("{TAKE_LINE}{PLACED_LINE}{SHIP_LINE}{PAID_LINE}"));
    bench.run("log --as notifications --module order --format json").prints(
        "{\"specversion\":\"1.0\",\"id\":\"66d2c6e9-1e15-54a0-91cf-8f887583ca74\",\"source\":\"order\",\
         \"type\":\"TakePayment\",\"subject\":\"o-1\",\"time\":\"2026-11-21T09:00:00.000Z\",\
         \"sequence\":\"0000000000000002\",\"correlationid\":\"o-1\",\"causationid\":\"o-1\",\"kind\":\"command\",\
         \"data\":{\"amount\":12.50}}\n\
         {\"specversion\":\"1.0\",\"id\":\"f890fa1d-b889-5af1-b13a-33d784402fa0\",\"source\":\"order\",\
         \"type\":\"ShipOrder\",\"subject\":\"o-1\",\"time\":\"2026-11-21T09:05:00.000Z\",\
         \"sequence\":\"0000000000000005\",\"correlationid\":\"o-1\",\"causationid\":\"p-1\",\"kind\":\"command\"}\n",
    );
    // Its own are seen by a module.
    assert_eq!(bench.run("log --as order --module order").out().lines().count(), 6);
    assert_eq!(bench.run("log --as orders --module order").out().lines().count(), 2);
}

/// What an alarm of another module caused is, seen from outside, caused by what set the alarm: also
/// where the alarm stands in a log, or before a position, that is not shown.
#[test]
fn causes_are_lifted_to_what_can_be_seen() {
    let bench = a_day();
    let alarm = "24dc3266-7abe-52bc-aa3a-cdb23b3d5555";
    for (id, cause) in [("n-1", alarm), ("n-2", "p-1")] {
        let line =
            format!("append Note --module desk --id {id} --caused-by {cause} --time 2026-11-21T09:07:00Z");
        let _ = bench.run(&line).out();
    }
    let seen = |line: &str| -> Vec<String> {
        let causes = bench.run(line).out();
        let causes = causes.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        causes.map(|event| event["causationid"].as_str().unwrap_or("none").to_string()).collect()
    };
    assert_eq!(seen("log --as desk --module desk --format json"), ["o-1", "p-1"]);
    assert_eq!(seen("log --as notifications --module desk --from 1 --format json"), ["o-1", "p-1"]);
    assert_eq!(seen("log --as order --module desk --format json"), [alarm, "p-1"]);
    assert_eq!(seen("log --module desk --format json"), [alarm, "p-1"]);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_trouble() {
    let bench = Bench::one_order();
    let lines: String = (1..=5_000)
        .map(|n| {
            format!(
                "{{\"specversion\":\"1.0\",\"id\":\"o-{n}\",\"source\":\"orders\",\"type\":\"OrderPlaced\",\
                 \"time\":\"2026-11-21T09:00:00Z\",\"sequence\":\"{n:016}\"}}\n"
            )
        })
        .collect();
    bench.write("log/orders.jsonl", lines);
    for line in ["log", "log --format json", "log --follow"] {
        let mut running = bench.start(line);
        running.hang_up();
        running.ends_quietly();
    }
}

#[test]
fn who_follows_sees_what_comes() {
    let bench = Bench::paid_order();
    let mut running = bench.start("log --follow --module payments");
    running.prints(PAID_LINE);
    let _ = bench.run("append OrderPlaced --id o-2 --time 2026-11-21T09:06:00Z").out();
    let _ = bench.run(&PAID.replace("p-1", "p-2")).out();
    running.prints(&format!(
        "{PAID_LINE}{}",
        PAID_LINE.replace("payments 1", "payments 2").replace("p-1", "p-2")
    ));
    running.hang_up();
    let _ = bench.run(&PAID.replace("p-1", "p-3")).out();
    running.ends_quietly();
}

/// Tomorrow it begins where it stopped today.
#[test]
fn a_cursor_remembers() {
    let bench = Bench::paid_order();
    let mut running = bench.start("log --follow --cursor seen.json");
    running.prints(&format!("{PLACED_LINE}{PAID_LINE}"));
    for _ in 0..100 {
        if bench.path("seen.json").exists() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(bench.read("seen.json"), "{\"orders\":2,\"payments\":2}\n");
    drop(running);
    let _ = bench.run("append OrderPlaced --id o-2 --time 2026-11-21T09:06:00Z").out();
    let mut running = bench.start("log --follow --cursor seen.json");
    running.prints("2026-11-21T09:06:00.000Z  orders 2 OrderPlaced  o-2\n");
}

#[test]
fn a_cursor_that_is_none() {
    let hint = "\n  --> seen.json\n  = help: a cursor is what --cursor wrote; name a file that is not there yet to \
                begin anew\n";
    for (text, why) in [
        ("{\"orders\":0}", "positions begin at 1, and orders is at 0"),
        ("hello", "expected value at line 1 column 1"),
        ("", "EOF while parsing a value at line 1 column 0"),
    ] {
        let bench = Bench::paid_order().file("seen.json", text);
        bench
            .run("log --follow --cursor seen.json")
            .fails(2, &format!("error: this is no cursor: {why}{hint}"));
        assert_eq!(bench.read("seen.json"), text);
    }
    Bench::paid_order().run("log --cursor seen.json").fails(
        2,
        "error: the following required arguments were not provided:\n  --follow\n\nUsage: anyorder log --follow \
         --cursor <FILE>\n\nFor more information, try '--help'.\n",
    );
    Bench::paid_order().run("log --follow --cursor nowhere/seen.json").ends(
        2,
        &format!("{PLACED_LINE}{PAID_LINE}"),
        "error: cannot write the cursor: No such file or directory (os error 2)\n  --> \
         nowhere/seen.json\n",
    );
}
