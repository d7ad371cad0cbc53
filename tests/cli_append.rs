//! `anyorder append`: one message into one module's log.

mod common;

use common::bench::{Bench, PLACED};

const NINE: &str = "--time 2026-11-21T09:00:00Z";

#[test]
fn a_message_is_printed_by_module_position_type_and_id() {
    let bench = Bench::one_order();
    bench.run(PLACED).prints("orders 1 OrderPlaced o-1\n");
    bench
        .run("append OrderPlaced --id o-2 --time 2026-11-21T09:00:00Z --format json")
        .prints("{\"module\":\"orders\",\"position\":2,\"type\":\"OrderPlaced\",\"id\":\"o-2\"}\n");
    assert_eq!(
        bench.read("log/orders.jsonl"),
        "{\"specversion\":\"1.0\",\"id\":\"o-1\",\"source\":\"orders\",\"type\":\"OrderPlaced\",\
         \"time\":\"2026-11-21T09:00:00.000Z\",\"sequence\":\"0000000000000001\",\"correlationid\":\"o-1\",\
         \"data\":{\"total\":12.50},\"crc\":\"bc681c17\"}\n\
         {\"specversion\":\"1.0\",\"id\":\"o-2\",\"source\":\"orders\",\"type\":\"OrderPlaced\",\
         \"time\":\"2026-11-21T09:00:00.000Z\",\"sequence\":\"0000000000000002\",\"correlationid\":\"o-2\",\
         \"crc\":\"5a09916a\"}\n"
    );
}

#[test]
fn every_option_has_its_member() {
    let bench = Bench::one_order();
    bench
        .run(
            "append Asked --module desk --subject s-1 --id a-1 --correlation c-1 --caused-by b-1 --command \
             --internal --time 2026-11-21 --expires 2026-11-22T10:00:00+01:00 --data ' {\"a\" : 1.10} '",
        )
        .prints("desk 1 Asked a-1\n");
    let line = bench.read("log/desk.jsonl");
    let (line, _) = line.split_once(",\"crc\"").unwrap();
    assert_eq!(
        line,
        "{\"specversion\":\"1.0\",\"id\":\"a-1\",\"source\":\"desk\",\"type\":\"Asked\",\"subject\":\"s-1\",\
         \"time\":\"2026-11-21T00:00:00.000Z\",\"sequence\":\"0000000000000001\",\"correlationid\":\"c-1\",\
         \"causationid\":\"b-1\",\"kind\":\"command\",\"visibility\":\"internal\",\
         \"expirytime\":\"2026-11-22T09:00:00.000Z\",\"data\":{\"a\" : 1.10}"
    );
}

/// Somebody who got no answer asks again with the same id, and gets the old position.
#[test]
fn an_id_is_appended_once() {
    let bench = Bench::one_order();
    bench.run(PLACED).prints("orders 1 OrderPlaced o-1\n");
    bench.run(&format!("append OrderPlaced --id o-2 {NINE}")).prints("orders 2 OrderPlaced o-2\n");
    let before = bench.logs();
    bench.run(PLACED).prints("orders 1 OrderPlaced o-1\n");
    bench.run(&format!("{PLACED} --expect 0")).prints("orders 1 OrderPlaced o-1\n");
    assert_eq!(bench.logs(), before);
}

#[test]
fn an_id_that_nobody_names_is_new_each_time() {
    let bench = Bench::one_order();
    let first = bench.run("append OrderPlaced").out();
    let second = bench.run("append OrderPlaced").out();
    let id = |line: &str| line.trim_end().rsplit(' ').next().unwrap().to_string();
    assert!(first.starts_with("orders 1 OrderPlaced ") && second.starts_with("orders 2 OrderPlaced "));
    assert!(id(&first).len() == 36 && id(&first) < id(&second), "{first}{second}");
    // An outside stimulus is its own conversation.
    let id = id(&first);
    assert!(bench.read("log/orders.jsonl").contains(&format!("\"correlationid\":\"{id}\"")));
}

#[test]
fn an_append_that_expects_another_position_is_a_conflict() {
    let bench = Bench::one_order();
    bench.run(&format!("append OrderPlaced --id o-1 --expect 0 {NINE}")).prints("orders 1 OrderPlaced o-1\n");
    let before = bench.logs();
    for (expect, said) in [("0", "0"), ("7", "7")] {
        bench.run(&format!("append OrderPlaced --id o-2 --expect {expect} {NINE}")).fails(
            1,
            &format!(
                "error: the log of `orders` ends at position 1, not at {said}\n  = help: somebody appended \
                 meanwhile, or not yet; read on from what you know and decide again\n"
            ),
        );
    }
    bench.run("append OrderPaid --expect 4").fails(
        1,
        "error: the log of `payments` ends at position 0, not at 4\n  = help: somebody appended meanwhile, \
         or not yet; read on from what you know and decide again\n",
    );
    assert_eq!(bench.logs(), before, "a conflict writes nothing, and makes no log");
    bench.run(&format!("append OrderPlaced --id o-2 --expect 1 {NINE}")).prints("orders 2 OrderPlaced o-2\n");
}

#[test]
fn an_append_that_expects_another_revision_is_a_conflict() {
    let bench = Bench::one_order();
    let append = |id: &str, revision: u64| {
        bench.run(&format!(
            "append OrderPlaced --id {id} --subject table-5 --expect-revision {revision} {NINE}"
        ))
    };
    append("o-1", 0).prints("orders 1 OrderPlaced o-1\n");
    append("o-2", 0).fails(
        1,
        "error: `table-5` in `orders` is at revision 1, not at 0\n  = help: somebody appended meanwhile, or \
         not yet; read what is new about it and decide again\n",
    );
    append("o-2", 1).prints("orders 2 OrderPlaced o-2\n");
}

#[test]
fn data_comes_from_a_file_or_from_standard_input() {
    let bench = Bench::one_order().file("data.json", "{\n  \"total\": 12.50,\n  \"note\": \"a\\nb\"\n}\n");
    bench
        .run(&format!("append OrderPlaced --id o-1 --data @data.json {NINE}"))
        .prints("orders 1 OrderPlaced o-1\n");
    bench
        .run_with(&format!("append OrderPlaced --id o-2 --data - {NINE}"), "[1.0]\n")
        .prints("orders 2 OrderPlaced o-2\n");
    let log = bench.read("log/orders.jsonl");
    assert!(log.contains("\"data\":{\"total\":12.50,\"note\":\"a\\nb\"},"), "{log}");
    assert!(log.contains("\"data\":[1.0],"), "{log}");
}

#[test]
fn the_time_is_after_the_newest_message() {
    let bench = Bench::one_order();
    bench.run("append OrderPlaced --id o-1 --time 9999-01-01").prints("orders 1 OrderPlaced o-1\n");
    bench.run("append OrderPaid --id p-1").prints("payments 1 OrderPaid p-1\n");
    assert!(bench.read("log/payments.jsonl").contains("\"time\":\"9999-01-01T00:00:00.001Z\""));
    // Who names a time gets it.
    bench.run("append OrderPaid --id p-2 --time 2000-01-01").prints("payments 2 OrderPaid p-2\n");
    assert!(bench.read("log/payments.jsonl").contains("\"time\":\"2000-01-01T00:00:00.000Z\""));
}

#[test]
fn a_type_that_nobody_owns_gets_a_suggestion() {
    let bench = Bench::one_order();
    bench.run("append OrderPlced").fails(
        2,
        "error: no module owns OrderPlced\n  = help: did you mean OrderPlaced? Or name a module: --module M\n",
    );
    bench.run("append Zebra").fails(
        2,
        "error: no module owns Zebra\n  = help: name one with --module M, or list it under `modules:` in \
         anyorder.yaml\n",
    );
    bench.run("append Zebra --module zoo --id z").prints("zoo 1 Zebra z\n");
}

#[test]
fn a_processs_log_is_its_own() {
    let bench = Bench::one_order();
    bench.run("append OrderPlaced --module order").fails(
        2,
        "error: order is a process: only `anyorder run` writes its log\n  = help: append what happened \
         outside to the module that owns it\n",
    );
}

/// A log that somebody else wrote, without checksums, is gone on with.
#[test]
fn an_unsealed_log_is_appended_to() {
    let line = "{\"specversion\":\"1.0\",\"id\":\"a\",\"source\":\"orders\",\"type\":\"OrderPlaced\",\
                \"time\":\"2026-11-21T08:00:00Z\",\"sequence\":\"0000000000000001\",\"theirs\":[1.0]}";
    let bench = Bench::one_order().file("log/orders.jsonl", line);
    bench.run(PLACED).prints("orders 2 OrderPlaced o-1\n");
    let log = bench.read("log/orders.jsonl");
    assert_eq!(log.lines().next(), Some(line), "and what was there stays as it was");
    bench.run("verify").prints("orders  2 messages  1 without a checksum\n");
}

#[test]
fn a_folder_without_anything_is_no_workspace() {
    let bench = Bench::new();
    let error = "error: no workspace here: no anyorder.yaml in this folder or above it\n  = help: name one \
                 with `-C DIR`, or see one made: `anyorder demo --keep DIR`\n";
    bench.run("append X --module m").fails(2, error);
    assert_eq!(bench.logs(), []);
}

#[test]
fn usage_is_explained() {
    let bench = Bench::one_order();
    bench.run("append").fails(
        2,
        "error: the following required arguments were not provided:\n  <TYPE>\n\nUsage: anyorder append \
         <TYPE>\n\nFor more information, try '--help'.\n",
    );
    bench.run("append ''").fails(2, "error: TYPE is empty\n  = help: leave it out, or fill it\n");
    bench
        .run("append OrderPlaced --id ''")
        .fails(2, "error: --id is empty\n  = help: leave it out, or fill it\n");
    bench.run("append X --module 'My Orders'").fails(
        2,
        "error: `My Orders` cannot be the name of a module\n  = help: a name begins with a small letter, \
         goes on with small letters, digits and `-`, and has up to 100 characters: `table-orders`\n",
    );
    bench.run("append X --expect 10000000000000000 --module m").fails(
        2,
        "error: --expect: there is no such position\n  = help: positions have up to 16 digits; 0 is an empty log\n",
    );
    bench.run("append OrderPlaced --time yesterday").fails(
        2,
        "error: invalid value 'yesterday' for '--time <T>': a time is `2026-11-21T09:00:00Z`, \
         `2026-11-21T09:00Z`, `2026-11-21`, or `now`\n\nFor more information, try '--help'.\n",
    );
}
