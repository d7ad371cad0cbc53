//! Conversations of a log that are the same are explored once; what is said of one then holds of the others.

#[path = "common/shelf.rs"]
mod shelf;

use anyorder::event::line;
use anyorder::explore::{Alarms, Order, Scenario, conversations, first_of_equals};
use anyorder::report::check_json;
use anyorder::store::{Guard, Memory, Store};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use shelf::{definition, report};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Reads how much is paid; hands on by whom; looks whether there is a voucher; never reads the note.
const SHOP: &str = "process: shop\nversion: 1\nstarts-on: [Placed, Paid]\ndata: {paid: 0}\ninitial: open\nstates:\n  \
                    open:\n    on:\n      Placed: {send: {Pack: {for: =event.data.customer}}, alarm: {Late: 5m}}\n      \
                    Paid:\n        - {when: has(event.data.voucher), to: done}\n        - {when: event.data.amount \
                    > 10, set: {paid: =data.paid + 1}, send: Thank}\n        - {to: done}\n      Late: {to: gone}\n  \
                    done: {end: success, ignore: [Placed, Paid]}\n  gone: {end: failure, ignore: [Placed, Paid]}\n";

/// So many conversations of two to four messages, with ids and data of their own.
fn log(seed: u64, count: usize) -> Vec<Scenario> {
    let mut chance = StdRng::seed_from_u64(seed);
    let store = Store::new(Arc::new(Memory::new()));
    for conversation in 0..count {
        for number in 0..chance.random_range(2..=3) {
            let placed = chance.random_bool(0.4);
            let mut data = vec![format!("\"note\":\"{}\"", chance.random_range(0..1_000))];
            if placed && chance.random_bool(0.9) {
                data.push(format!("\"customer\":\"{}\"", chance.random_range(0..1_000)));
            }
            if !placed && chance.random_bool(0.9) {
                data.push(format!("\"amount\":{}", [5, 20, 21][chance.random_range(0..3)]));
            }
            if !placed && chance.random_bool(0.1) {
                data.push("\"voucher\":1".to_string());
            }
            let type_ = if placed { "Placed" } else { "Paid" };
            // Now and then the same line again.
            let id = if chance.random_bool(0.1) { 0 } else { number };
            let text = format!(
                "{{\"specversion\":\"1.0\",\"id\":\"{conversation}-{id}-{type_}\",\"source\":\"m\",\"type\":\"{type_}\",\
                 \"time\":\"2026-11-21T09:00:0{number}Z\",\"correlationid\":\"c{conversation}\",\
                 \"data\":{{{}}}}}",
                data.join(",")
            );
            store.append_new("m", vec![vec![line::read(&text).unwrap()]], Guard::None).unwrap();
        }
    }
    conversations(&store, &Arc::new(definition(SHOP)), None, Order::ANY, Alarms::Any, false).unwrap()
}

fn said(scenario: &Scenario, name: &str) -> String {
    check_json::json(&[report(scenario, scenario.orders[0]).of(name)])
}

#[test]
fn what_is_said_of_one_holds_of_all_that_are_the_same() {
    let scenarios = log(7, 400);
    let firsts = first_of_equals(&scenarios);
    for (scenario, &first) in scenarios.iter().zip(&firsts) {
        assert_eq!(said(scenario, "one"), said(&scenarios[first], "one"), "{}", scenario.name);
    }
    let different: BTreeSet<usize> = firsts.iter().copied().collect();
    assert!(different.len() > 20 && different.len() < 200, "{} of 400", different.len());
}

/// What may make a difference keeps them apart: an id that is read, the moment, the conversation.
#[test]
fn where_names_are_read_each_is_one_of_its_own() {
    let guard = |reads: &str| SHOP.replace("has(event.data.voucher)", reads);
    let processes = [
        guard("event.id != ''"),
        guard("event.time < timestamp('2027-01-01T00:00:00Z')"),
        guard("event.correlationid != ''"),
        SHOP.replace("{Late: 5m}", "{Late: {at: \"=timestamp('2026-11-21T09:00:02Z')\"}}"),
    ];
    for process in processes {
        let definition = Arc::new(definition(&process));
        let mut scenarios = log(7, 20);
        scenarios.iter_mut().for_each(|scenario| scenario.processes = vec![definition.clone()]);
        let firsts = first_of_equals(&scenarios);
        assert_eq!(firsts, (0..scenarios.len()).collect::<Vec<_>>(), "{process}");
    }
}
