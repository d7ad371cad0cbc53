//! What the tests of `anyorder check` check: scenarios, a log, and a process that reads the clock.
#![allow(dead_code)] // each test file uses its part

use super::bench::Bench;

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

/// The workspace of one order, with scenarios that hold, break and diverge, and a log.
pub fn bench() -> Bench {
    Bench::one_order()
        .file("scenarios/payment.yaml", PAYMENT)
        .file("scenarios/always-paid.yaml", ALWAYS_PAID)
        .file("scenarios/two.yaml", TWO)
        .file("orders.jsonl", LOG)
        .file("clock@1.yaml", CLOCK)
}
