//! `anyorder log`: windows of time, the first, the last, and how many of each.

mod common;

use common::bench::Bench;

/// Five messages over three days; the last of `orders` says that it happened before the others.
fn three_days() -> Bench {
    let bench = Bench::one_order();
    for (type_, id, time) in [
        ("OrderPlaced", "o-1", "2026-11-20T23:59:59.999Z"),
        ("OrderPlaced", "o-2", "2026-11-21T00:00:00Z"),
        ("OrderPaid", "p-1", "2026-11-21T09:00:00Z"),
        ("OrderPlaced", "o-3", "2026-11-22T10:00:00Z"),
        ("OrderPlaced", "o-4", "2026-11-21T08:00:00Z"),
    ] {
        let _ = bench.run(&format!("append {type_} --id {id} --time {time}")).out();
    }
    bench
}

const O1: &str = "2026-11-20T23:59:59.999Z  orders 1 OrderPlaced  o-1\n";
const O2: &str = "2026-11-21T00:00:00.000Z  orders 2 OrderPlaced  o-2\n";
const P1: &str = "2026-11-21T09:00:00.000Z  payments 1 OrderPaid  p-1\n";
const O3: &str = "2026-11-22T10:00:00.000Z  orders 3 OrderPlaced  o-3\n";
const O4: &str = "2026-11-21T08:00:00.000Z  orders 4 OrderPlaced  o-4\n";

#[test]
fn a_window_begins_with_since_and_ends_before_until() {
    let bench = three_days();
    bench.run("log").prints(&[O1, O2, P1, O3, O4].concat());
    bench.run("log --since 2026-11-21").prints(&[O2, P1, O3, O4].concat());
    bench.run("log --until 2026-11-21").prints(O1);
    // Days side by side have every message once: the time is the message's own.
    bench.run("log --since 2026-11-21 --until 2026-11-22").prints(&[O2, P1, O4].concat());
    bench.run("log --since 2026-11-22 --until 2026-11-23").prints(O3);
    bench.run("log --since 2026-11-21T09:00Z --type OrderPaid").prints(P1);
    bench.run("log --since 2026-11-21T10:00+01:00 --until 2026-11-21T10:00:00.001+01:00").prints(P1);
    bench.run("log --since 2026-11-21 --until 2026-11-21").fails(
        2,
        "error: nothing is since 2026-11-21T00:00:00.000Z and before 2026-11-21T00:00:00.000Z\n  = help: \
         --since is the earlier of the two; --until itself is not in it\n",
    );
    bench.run("log --since 9:00").fails(
        2,
        "error: invalid value '9:00' for '--since <TIME>': a time is `2026-11-21T09:00:00Z`, \
         `2026-11-21T09:00Z`, `2026-11-21`, or `now`\n\nFor more information, try '--help'.\n",
    );
}

#[test]
fn the_first_and_the_last() {
    let bench = three_days();
    bench.run("log --limit 2").prints(&[O1, O2].concat());
    bench.run("log --limit 1 --type OrderPaid").prints(P1);
    bench.run("log --limit 0").prints("");
    bench.run("log --limit 9").prints(&[O1, O2, P1, O3, O4].concat());
    bench.run("log --tail 1 --type OrderPaid").prints(P1);
    bench.run("log --tail 2 --until 2026-11-21T08:30Z").prints(&[O2, O4].concat());
    bench.run("log --tail 9").prints(&[O1, O2, P1, O3, O4].concat());
    bench.run("log --tail 0").prints("");
    bench.run("log --tail 2 --module orders --from 4").prints(O4);
    bench
        .run("log --tail 1 --module orders --format json")
        .prints(bench.read("log/orders.jsonl").split_inclusive('\n').next_back().unwrap());
    bench.run("log --tail 1 --limit 1").fails(
        2,
        "error: the argument '--tail <N>' cannot be used with '--limit <N>'\n\nUsage: anyorder log --tail <N>\n\n\
         For more information, try '--help'.\n",
    );
}

/// However long the log and however rare what is asked for, the last are the last of all.
#[test]
fn the_last_of_a_long_log_are_those_of_a_full_reading() {
    let bench = Bench::one_order();
    for (module, every) in [("orders", 7), ("payments", 90)] {
        let lines: String = (1..=400u64)
            .map(|n| {
                let type_ = if n % every == 0 { "Rare" } else { "Usual" };
                let (minute, second) = (n / 60, n % 60);
                format!(
                    "{{\"specversion\":\"1.0\",\"id\":\"{module}-{n}\",\"source\":\"{module}\",\"type\":\"{type_}\",\
                     \"time\":\"2026-11-21T09:{minute:02}:{second:02}Z\",\"sequence\":\"{n:016}\"}}\n"
                )
            })
            .collect();
        bench.write(&format!("log/{module}.jsonl"), lines);
    }
    for filter in
        ["", "--type Rare", "--module payments --type Rare", "--since 2026-11-21T09:06Z", "--from 390"]
    {
        let all = bench.run(&format!("log {filter}")).out();
        let all: Vec<&str> = all.split_inclusive('\n').collect();
        for count in [1, 3, 10, 1000] {
            let last = all[all.len().saturating_sub(count)..].concat();
            bench.run(&format!("log {filter} --tail {count}")).prints(&last);
        }
    }
}

#[test]
fn how_many_of_each() {
    let bench = three_days();
    bench.run("log --count-by type").prints("        4  OrderPlaced\n        1  OrderPaid\n");
    bench.run("log --count-by module --since 2026-11-21").prints("        3  orders\n        1  payments\n");
    bench
        .run("log --count-by day")
        .prints("        3  2026-11-21\n        1  2026-11-20\n        1  2026-11-22\n");
    bench
        .run("log --count-by day --type OrderPaid --format json")
        .prints("[\n  {\n    \"day\": \"2026-11-21\",\n    \"count\": 1\n  }\n]\n");
    bench.run("log --count-by type --type Nothing").prints("");
    bench.run("log --count-by type --type Nothing --format json").prints("[]\n");
    bench.run("log --count-by colour").fails(
        2,
        "error: invalid value 'colour' for '--count-by <WHAT>'\n  [possible values: type, module, day]\n\nFor more \
         information, try '--help'.\n",
    );
    let bench = Bench::paid_order();
    let _ = bench.run("run").out();
    let seen = "        1  ShipOrder\n        1  TakePayment\n";
    bench.run("log --count-by type --as notifications --module order").prints(seen);
}
