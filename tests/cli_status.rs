//! `anyorder status`: the instances, where they are, and what is parked.

mod common;

use common::bench::{Bench, PAID, PLACED};

/// One instance that has ended, one that waits for its alarm, one that is parked.
fn three_orders() -> Bench {
    let bench = Bench::paid_order();
    for (number, line) in [
        (2, "append OrderPlaced --id o-2 --time 2026-11-21T09:06:00Z --data '{\"total\":1.0}'"),
        (3, "append OrderPlaced --id o-3 --time 2026-11-21T09:07:30Z"),
    ] {
        bench.run(line).prints(&format!("orders {number} OrderPlaced o-{number}\n"));
    }
    let _ = bench.run("run").out();
    bench
}

const HEAD: &str = "PROCESS  INSTANCE  STATE                AGE     NEXT ALARM\n";

#[test]
fn a_table_of_instances() {
    three_orders().run("status").prints(&format!(
        "{HEAD}\
         order@1  o-1       shipped (success)    2m 30s\n\
         order@1  o-2       awaiting-payment     1m 30s  PaymentTimedOut 2026-11-21T09:21:00.000Z\n\
         order    o-3       not-started, parked  0s\n  parked by OrderPlaced (orders 3): event has no member `data`\n\
         1 success, 1 running, 1 parked\nwhat is parked waits for `anyorder resume ID`, `resume ID --skip` or `end ID`\n"
    ));
}

/// What was known then: by time, and right after a message.
#[test]
fn as_it_was() {
    let bench = three_orders();
    bench.run("status --at 2026-11-21T09:00:30Z").prints(
        "PROCESS  INSTANCE  STATE             AGE  NEXT ALARM\n\
         order@1  o-1       awaiting-payment  30s  PaymentTimedOut 2026-11-21T09:15:00.000Z\n1 running\n",
    );
    let paid = "PROCESS  INSTANCE  STATE              AGE  NEXT ALARM\norder@1  o-1       shipped (success)  0s\n1 \
                success\n";
    bench.run("status --at payments:1").prints(paid);
    bench.run("status o-1 --at 2026-11-21T09:05Z").prints(paid);
    // The journal up to the line that says what was sent, and not yet the one that says why: nothing was decided.
    let journal = bench.read("log/order.jsonl");
    let last = journal.lines().position(|line| line.contains("ShipOrder")).expect("it ships") + 1;
    bench.run(&format!("status --at order:{last}")).prints(
        "PROCESS  INSTANCE  STATE             AGE  NEXT ALARM\n\
         order@1  o-1       awaiting-payment  5m   PaymentTimedOut 2026-11-21T09:15:00.000Z\n1 running\n",
    );
    bench.run(&format!("status --at order:{}", last + 1)).prints(paid);
    // Parked, at a moment that is over.
    bench.run("status o-3 --at 2026-11-21T09:08:30Z").prints(
        "PROCESS  INSTANCE  STATE                AGE  NEXT ALARM\n\
         order    o-3       not-started, parked  1m\n  parked by OrderPlaced (orders 3): event has no member \
         `data`\n1 parked\n",
    );
    bench.run("status --at 2026-11-20").prints("no instances yet at 2026-11-20T00:00:00.000Z\n");
    bench
        .run("status --at orders:9")
        .fails(2, "error: there is no message 9 of orders\n  = help: `anyorder log` shows the positions\n");
    bench.run("status --at noon").fails(
        2,
        "error: `noon` is neither a time nor a place in a log\n  = help: write `2026-11-21T12:30:00Z`, or module and \
         position as `orders:17`\n",
    );
}

#[test]
fn instances_as_json() {
    three_orders().run("status --format json").prints(
        r#"[
  {
    "process": "order",
    "version": 1,
    "instance": "o-1",
    "state": "shipped",
    "end": "success",
    "parked": null,
    "since": "2026-11-21T09:05:00.000Z",
    "alarms": [],
    "data": {"total":12.50}
  },
  {
    "process": "order",
    "version": 1,
    "instance": "o-2",
    "state": "awaiting-payment",
    "end": null,
    "parked": null,
    "since": "2026-11-21T09:06:00.000Z",
    "alarms": [
      {
        "name": "PaymentTimedOut",
        "key": null,
        "due": "2026-11-21T09:21:00.000Z"
      }
    ],
    "data": {"total":1.0}
  },
  {
    "process": "order",
    "version": null,
    "instance": "o-3",
    "state": "not-started",
    "end": null,
    "parked": "event has no member `data`",
    "since": "2026-11-21T09:07:30.000Z",
    "alarms": [],
    "data": {}
  }
]
"#,
    );
}

#[test]
fn one_instance_by_id_by_part_or_the_latest() {
    let bench = three_orders();
    let one = "PROCESS  INSTANCE  STATE              AGE     NEXT ALARM\norder@1  o-1       shipped (success)  2m 30s\n1 success\n";
    bench.run("status o-1").prints(one);
    bench.run("status 1").prints(one);
    bench.run("status latest").prints(
        "PROCESS  INSTANCE  STATE                AGE  NEXT ALARM\norder    o-3       not-started, parked  0s\n  \
         parked by OrderPlaced (orders 3): event has no member `data`\n1 parked\nwhat is parked waits for `anyorder resume ID`, `resume ID --skip` or `end ID`\n",
    );
    bench.run("status o-").fails(2, "error: `o-` is a part of 3 instances\n  = help: one of o-1, o-2, o-3\n");
    bench.run("status nosuch").fails(
        2,
        "error: there is no instance `nosuch`\n  = help: `anyorder status` lists them; a part of an id will do, \
         or `latest`\n",
    );
}

#[test]
fn before_the_first_run_there_are_none() {
    let bench = Bench::one_order();
    let none = "no instances yet: `anyorder run` starts them\n";
    bench.run("status").prints(none);
    bench.run(PLACED).prints("orders 1 OrderPlaced o-1\n");
    bench.run("status").prints(none);
    bench.run("status --format json").prints("[]\n");
    bench
        .run("status latest")
        .fails(2, "error: there is no instance yet\n  = help: `anyorder run` starts them\n");
}

/// Age is measured against the newest message, whoever hears it.
#[test]
fn age_is_measured_in_the_time_of_the_logs() {
    let bench = Bench::paid_order();
    let _ = bench.run("run").out();
    bench.run("append Noted --module desk --id n --time 2026-11-23T10:05:00Z").prints("desk 1 Noted n\n");
    bench.run("status").prints(
        "PROCESS  INSTANCE  STATE              AGE    NEXT ALARM\norder@1  o-1       shipped (success)  2d 1h\n1 success\n",
    );
    bench.run(&PAID.replace("p-1", "p-2")).prints("payments 2 OrderPaid p-2\n");
}
