//! `anyorder import` and `export`: events of others, as lines and as arrays, once each; and back again.

mod common;

use common::bench::Bench;

fn event(id: &str, source: &str, more: &str) -> String {
    format!(
        "{{\"specversion\":\"1.0\",\"id\":\"{id}\",\"source\":\"{source}\",\"type\":\"Seen\",\
         \"time\":\"2026-11-21T09:00:00Z\"{more}}}"
    )
}

/// A line as it stands in the log, without its checksum.
fn unsealed(bench: &Bench, module: &str) -> String {
    let log = bench.read(&format!("log/{module}.jsonl"));
    log.lines().map(|line| format!("{}}}\n", line.split_once(",\"crc\"").unwrap().0)).collect()
}

/// Other order, spaces, escapes, extensions that nobody knows, large numbers, members that stand twice, a
/// byte-order mark, CRLF, blank lines, no newline at the end: all of it is read, and passes through.
#[test]
fn lines_as_others_write_them() {
    let bench = Bench::new().file("anyorder.yaml", "workspace: shop\n");
    let odd = " { \"data\" : {\"n\": 9223372036854775808, \"n\":12.50} , \"type\":\"Se\\u0065n\", \"tenant\":[ 1 ],\
               \"source\":\"till\",\"id\":\"x\",\"id\":\"c-1\",\"time\":\"2026-11-21T10:00:00.000999+01:00\",\
               \"sequence\":\"0000000000000042\",\"specv\\u0065rsion\":\"1.0\"}";
    let text = format!("\u{feff}{}\r\n\r\n{odd}\r\n{}", event("o-1", "orders", ""), event("c-2", "till", ""));
    bench.write("mixed.jsonl", &text);
    bench.run("import mixed.jsonl").prints("orders  1 appended\ntill    2 appended\n");
    assert_eq!(
        unsealed(&bench, "till"),
        "{\"specversion\":\"1.0\",\"id\":\"c-1\",\"source\":\"till\",\"type\":\"Seen\",\
         \"time\":\"2026-11-21T09:00:00.000Z\",\"sequence\":\"0000000000000001\",\
         \"data\":{\"n\": 9223372036854775808, \"n\":12.50},\"tenant\":[ 1 ]}\n\
         {\"specversion\":\"1.0\",\"id\":\"c-2\",\"source\":\"till\",\"type\":\"Seen\",\
         \"time\":\"2026-11-21T09:00:00.000Z\",\"sequence\":\"0000000000000002\"}\n"
    );
    // Once each, however often, and from wherever they come.
    let before = bench.logs();
    bench.run("import mixed.jsonl").prints("orders  1 there already\ntill    2 there already\n");
    bench.run_with("import -", &text).prints("orders  1 there already\ntill    2 there already\n");
    assert_eq!(bench.logs(), before);
}

#[test]
fn arrays_too() {
    let bench = Bench::new().file("anyorder.yaml", "workspace: shop\n");
    let array = "\n[\n  {\n    \"specversion\": \"1.0\",\n    \"id\": \"a\",\n    \"source\": \"desk\",\n    \
                 \"type\": \"Seen\",\n    \"time\": \"2026-11-21T09:00:00Z\",\n    \"data\": {\n      \"a b\": 1.50\n    \
                 }\n  },\n";
    let whole = format!("{array}  {}\n]\n", event("b", "desk", ""));
    bench.run_with("import - --format json", &whole).prints(
        "[\n  {\n    \"module\": \"desk\",\n    \"appended\": 2,\n    \"already\": 0,\n    \"left-out\": 0\n  }\n]\n",
    );
    assert!(unsealed(&bench, "desk").contains(",\"data\":{\"a b\":1.50}}\n"));
    bench.run_with("import -", "[]").prints("nothing came\n");
    bench.run_with("import -", "").prints("nothing came\n");
    let hint = "\n  = help: each line is one CloudEvents 1.0 event as JSON, or all is one JSON array of them; `jq -c .` \
                puts each on one line\n";
    for (text, place, what) in [
        (format!("{array}  {{\"id\": 5}}\n]"), "13:3", "an event needs `specversion`"),
        (format!("{array}  7\n]"), "13:3", "an event must be one JSON object"),
        (format!("{array}  ]"), "13:3", "this is no JSON array: expected value"),
        ("[".to_string(), "1:1", "this is no JSON array: EOF while parsing a list"),
    ] {
        let ran = bench.run_with("import -", &text);
        let expected = format!("error: {what}\n  --> standard input:{place}{hint}");
        assert_eq!((ran.code, &*ran.err), (Some(2), &*expected), "{text}");
    }
}

/// A file is looked through first; of a pipe, what came before stays, and may come again.
#[test]
fn what_is_wrong_has_a_place() {
    let bench = Bench::new().file("anyorder.yaml", "workspace: shop\n");
    let good = event("a", "desk", "");
    let help = "  = help: each line is one CloudEvents 1.0 event as JSON, or all is one JSON array of them; `jq -c .` \
                puts each on one line\n";
    for (line, column, what) in [
        (good.replace("1.0", "0.3"), 16, "`specversion` must be \"1.0\", not \"0.3\""),
        (good.replace("\"Seen\"", "\"é\" \"x\""), 58, "this line is not JSON: expected `,` or `}`"),
        ("{".to_string(), 1, "this line is not JSON: EOF while parsing an object"),
        ("12".to_string(), 1, "a line must be one JSON object"),
    ] {
        bench.write("bad.jsonl", format!("{good}\n\n{line}\n"));
        bench.run("import bad.jsonl").fails(2, &format!("error: {what}\n  --> bad.jsonl:3:{column}\n{help}"));
        assert_eq!(bench.logs(), [], "nothing of a file that is wrong");
    }
    let text = format!("{good}\nx\n");
    let wrong = format!("error: this line is not JSON: expected value\n  --> standard input:2:1\n{help}");
    bench.run_with("import -", &text).ends(2, "desk  1 appended\n", &wrong);
    bench.run_with("import -", &text).ends(2, "desk  1 there already\n", &wrong);

    bench.write("odd.jsonl", event("a", "https://shop.example/orders?x=1", ""));
    bench.run("import odd.jsonl").fails(
        2,
        "error: `https://shop.example/orders?x=1` cannot be the name of a module\n  --> odd.jsonl:1:1\n  = help: take \
         it as a module's: --rename SOURCE=orders\n",
    );
    bench
        .run("import odd.jsonl --rename 'https://shop.example/orders?x=1=orders'")
        .prints("orders  1 appended\n");
    bench.write("crc.jsonl", event("a", "desk", ",\"crc\":\"mine\""));
    bench.run("import crc.jsonl").fails(
        2,
        "error: message `a` has a member `crc`\n  --> crc.jsonl:1:1\n  = help: `crc` is the log's own checksum; rename \
         or drop it\n",
    );
}

#[test]
fn the_same_id_with_something_else() {
    let bench = Bench::new().file("anyorder.yaml", "workspace: shop\n");
    let text = [event("a", "desk", ",\"data\":1"), event("a", "desk", ",\"data\":2"), event("a", "till", "")];
    bench.run_with("import -", &text.join("\n")).ends(
        0,
        "desk  1 appended, 1 there already\ntill  1 appended\n",
        "warning: 1 message came that the logs have otherwise, and were not appended: first a, which is desk 1\n",
    );
}

/// What is asked for, and what only `run` may write.
#[test]
fn of_some_modules_only() {
    let bench = Bench::paid_order();
    let _ = bench.run("run").out();
    let all = bench.run("export").out();
    bench.write("all.jsonl", &all);
    // Its own messages may come back into a workspace; nothing is new.
    bench
        .run("import all.jsonl")
        .prints("order     2 there already\norders    1 there already\npayments  1 there already\n");
    let other = Bench::one_order();
    other.write("all.jsonl", &all);
    other.run("import all.jsonl").fails(
        2,
        "error: order is a process: only `anyorder run` writes its log\n  --> all.jsonl:1:1\n  = help: leave it out: \
         name the modules that you want with --module\n",
    );
    let said = "order     2 left out\norders    1 appended\npayments  1 appended\n";
    other.run("import all.jsonl --module orders --module payments --dry-run").prints(said);
    assert_eq!(other.logs(), []);
    other.run("import all.jsonl --module orders --module payments").prints(said);
    let _ = other.run("run").out();
    assert_eq!(
        other.read("log/order.jsonl"),
        bench.read("log/order.jsonl"),
        "the same log, the same decisions"
    );
}

#[test]
fn an_export_is_what_others_may_see() {
    let bench = Bench::paid_order();
    let _ = bench.run("run").out();
    let alarm = "24dc3266-7abe-52bc-aa3a-cdb23b3d5555";
    let _ = bench
        .run(&format!("append Note --module desk --id n-1 --caused-by {alarm} --time 2026-11-21T09:07:00Z"))
        .out();
    let all = bench.run("export").out();
    assert_eq!(all, bench.run("log --as nobody-at-all --format json").out());
    let members = |line: &str| -> (String, String) {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| event[name].as_str().unwrap_or("none").to_string();
        (text("type"), text("causationid"))
    };
    let seen: Vec<_> = all.lines().map(members).collect();
    let expected = [
        ("TakePayment", "o-1"),
        ("OrderPlaced", "none"),
        ("ShipOrder", "p-1"),
        ("OrderPaid", "none"),
        ("Note", "o-1"),
    ];
    assert_eq!(seen, expected.map(|(type_, cause)| (type_.to_string(), cause.to_string())));
    for hidden in ["remaining", "\"crc\"", "internal", "ProcessRecorded"] {
        assert!(!all.contains(hidden), "{hidden}: {all}");
    }
    assert_eq!(bench.run("export --module desk --since 2026-11-21").out().lines().count(), 1);
    assert_eq!(bench.run("export --until 2026-11-21").out(), "");
}

/// `append --lines`: a message for each; an id that is named makes theirs, so that it is safe to try again.
#[test]
fn one_message_for_each_line_of_data() {
    let bench = Bench::one_order();
    let lines = "\u{feff}{\"total\":1}\r\n\n {\"total\":2} \n[3]";
    let line = "append OrderPlaced --lines - --id day --time 2026-11-21T09:00:00Z --batch 2";
    let said = "orders 1 OrderPlaced day-1\norders 2 OrderPlaced day-2\norders 3 OrderPlaced day-3\n";
    bench.run_with(line, lines).prints(said);
    let log = bench.read("log/orders.jsonl");
    let remaining: Vec<bool> = log.lines().map(|line| line.contains("\"remaining\":1")).collect();
    assert_eq!(remaining, [true, false, false]);
    assert!(log.contains("\"correlationid\":\"day-2\",\"data\":{\"total\":2}"), "{log}");
    bench.run_with(line, lines).prints(said);
    assert_eq!(bench.read("log/orders.jsonl"), log);

    bench.write("more.jsonl", "{}\n{\n");
    bench.run("append OrderPlaced --lines more.jsonl").fails(
        2,
        "error: this line is not JSON: EOF while parsing an object\n  --> more.jsonl:2:1\n  = help: each line is the data \
         of one message, as JSON; `jq -c .` puts each on one line\n",
    );
    assert_eq!(bench.read("log/orders.jsonl"), log, "nothing of a file that is wrong");
    bench.write("more.jsonl", "{}\n");
    assert!(bench.run("append OrderPlaced --lines more.jsonl").out().starts_with("orders 4 OrderPlaced "));
    bench.run("append OrderPlaced --batch 2").fails(
        2,
        "error: the following required arguments were not provided:\n  --lines <FILE>\n\nUsage: anyorder append --lines \
         <FILE> --batch <N> <TYPE>\n\nFor more information, try '--help'.\n",
    );
}
