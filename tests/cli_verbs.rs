//! The verbs of the workspace: `place-order`, `pay`.

mod common;

use common::bench::Bench;

const WORKSPACE: &str = "\
workspace: inn
modules: {waiter: [OrderPlaced, Noted], cashier: [OrderPaid], cook: [FoodCooked]}
verbs:
  place-order:
    summary: The waiter takes an order.
    appends: OrderPlaced
    options:
      table: integer
      price: {type: number, help: What it costs}
      item: {type: string, repeated: true, as: items, help: What is wanted}
      name: {type: string, optional: true}
      seats: {type: integer, default: 2, help: For how many}
      inside: {type: boolean, default: true}
      dodgy: flag
  cook:
    summary: The cook has cooked.
    appends: FoodCooked
    on: order
    answers: CookFood
    passes-on: true
    options:
      ingredient: {type: string, repeated: true, optional: true, as: ingredients}
      minutes: {type: integer, optional: true}
  pay: {appends: OrderPaid, on: order, answers: TakePayment, options: {amount: number}}
  note: {appends: Noted}
";

const PROCESS: &str = "\
process: order
version: 1
starts-on: OrderPlaced
initial: placed
states:
  placed:
    on: {OrderPlaced: {send: [{CookFood: =event.data}, {TakePayment: {amount: =event.data.price}}], to: open}}
  open: {on: {FoodCooked: {}, OrderPaid: {to: paid}}}
  paid: {end: success}
";

fn inn() -> Bench {
    Bench::new().file("anyorder.yaml", WORKSPACE).file("processes/order@1.yaml", PROCESS)
}

/// An inn where three orders are open: `a-1`, `table-5`, and `b-1`, which is the latest.
fn three_orders() -> Bench {
    let bench = inn();
    for (minute, id) in ["a-1", "table-5", "b-1"].into_iter().enumerate() {
        let line = format!("place-order --table 5 --price 1 --id {id} --time 2026-11-21T09:0{minute}:00Z");
        bench.run(&line).prints(&format!("waiter {} OrderPlaced {id}\n", minute + 1));
    }
    let _ = bench.run("run").out();
    bench
}

/// The last line of a log, from its id to its data.
fn last(bench: &Bench, log: &str) -> String {
    let text = bench.read(&format!("log/{log}.jsonl"));
    let line = text.lines().last().unwrap();
    line[line.find("\"sequence\"").unwrap()..line.rfind(",\"crc\"").unwrap()].to_string()
}

fn data(bench: &Bench, log: &str) -> String {
    let line = last(bench, log);
    line[line.find("\"data\":").unwrap() + 7..].to_string()
}

#[test]
fn a_verb_explains_itself() {
    let bench = inn();
    bench.run("place-order -h").prints(
        "The waiter takes an order

Usage: anyorder place-order [OPTIONS] --table <N> --price <N>

Options:
      --table <N>            A whole number
      --price <N>            What it costs
      --item <TEXT>          What is wanted; may be given more than once
      --name <TEXT>          A text; may be left out
      --seats <N>            For how many [default: 2]
      --inside <true|false>  Written as it is said [default: true]
      --dodgy                Written as true; without it, as false
  -h, --help                 Print help (see more with '--help')

The message:
      --id <ID>           Its id; without it, a new one. Named, it is safe to try again
      --time <T>          When it happened; without it, now
      --correlation <ID>  The conversation; without it, it starts one of its own

Everywhere:
  -C <DIR>               The workspace; without it, the one around the current directory
      --format <FORMAT>  How results are printed [default: text] [possible values: text, json]
",
    );
    bench.run("pay --help").prints(
        "Append OrderPaid: appends OrderPaid to cashier's log, as the answer to TakePayment

Usage: anyorder pay [OPTIONS] --amount <N> <ORDER>

Arguments:
  <ORDER>
          The conversation: an id, a unique part of one, or `latest`

Options:
      --amount <N>
          A number, such as 12.50

  -h, --help
          Print help (see a summary with '-h')

The message:
      --id <ID>
          Its id; without it, a new one. Named, it is safe to try again

      --time <T>
          When it happened; without it, now

Everywhere:
  -C <DIR>
          The workspace; without it, the one around the current directory

      --format <FORMAT>
          How results are printed
          
          [default: text]
          [possible values: text, json]
",
    );
    assert!(bench.run("--help").out().contains("  place-order  The waiter takes an order\n"));
    assert!(
        bench.run("help cook").out().starts_with("The cook has cooked: appends FoodCooked to cook's log")
    );
}

/// A member for each option, in their order; what is not said is `[]`, a default, false, or left out.
#[test]
fn options_become_data() {
    let bench = inn();
    bench
        .run("place-order --table -5 --price 12.50 --id o --time 2026-11-21T09:00:00Z")
        .prints("waiter 1 OrderPlaced o\n");
    assert_eq!(
        last(&bench, "waiter"),
        "\"sequence\":\"0000000000000001\",\"correlationid\":\"o\",\"data\":{\"table\":-5,\"price\":12.50,\
         \"items\":[],\"seats\":2,\"inside\":true,\"dodgy\":false}"
    );
    bench
        .run(
            "place-order --dodgy --price -1e3 --item burger --item 'a \"tea\"' --name Ada --table 1 --seats 3 \
             --inside false --id p --correlation c-7 --time 2026-11-21T09:01:00Z",
        )
        .prints("waiter 2 OrderPlaced p\n");
    assert_eq!(
        last(&bench, "waiter"),
        "\"sequence\":\"0000000000000002\",\"correlationid\":\"c-7\",\"data\":{\"table\":1,\"price\":-1e3,\
         \"items\":[\"burger\",\"a \\\"tea\\\"\"],\"name\":\"Ada\",\"seats\":3,\"inside\":false,\"dodgy\":true}"
    );
    bench.run("note --id n --time 2026-11-21T09:02:00Z").prints("waiter 3 Noted n\n");
    assert_eq!(data(&bench, "waiter"), "{}");
}

#[test]
fn options_are_checked() {
    let bench = inn();
    let more = "\nFor more information, try '--help'.\n";
    bench.run("place-order --table 5").fails(
        2,
        &format!(
            "error: the following required arguments were not provided:\n  --price <N>\n\nUsage: anyorder \
             place-order --table <N> --price <N>\n{more}"
        ),
    );
    for (line, option, wanted) in [
        ("--table 1.5", "'1.5' for '--table <N>'", "a whole number is wanted"),
        ("--table 1e3", "'1e3' for '--table <N>'", "a whole number is wanted"),
        ("--table ' '", "' ' for '--table <N>'", "a whole number is wanted"),
        ("--price 1,50", "'1,50' for '--price <N>'", "a number is wanted, such as 12.50"),
        ("--price 01", "'01' for '--price <N>'", "a number is wanted, such as 12.50"),
        ("--inside yes", "'yes' for '--inside <true|false>'", "`true` or `false` is wanted"),
    ] {
        bench
            .run(&format!("place-order {line}"))
            .fails(2, &format!("error: invalid value {option}: {wanted}\n{more}"));
    }
    bench.run("pay latest --amount 1 --correlation x").fails(
        2,
        &format!(
            "error: unexpected argument '--correlation' found\n\n  tip: to pass '--correlation' as a value, use \
             '-- --correlation'\n\nUsage: anyorder pay --amount <N> <ORDER>\n{more}"
        ),
    );
    for option in ["id", "correlation"] {
        let what = format!("error: --{option} is empty\n  = help: leave it out, or fill it\n");
        bench.run(&format!("place-order --table 1 --price 1 --{option} ''")).fails(2, &what);
    }
}

#[test]
fn the_same_id_is_appended_once() {
    let bench = three_orders();
    let line = "place-order --table 5 --price 1 --id x --time 2026-11-21T09:05:00Z";
    bench.run(line).prints("waiter 4 OrderPlaced x\n");
    let before = bench.logs();
    bench.run(line).prints("waiter 4 OrderPlaced x\n");
    bench
        .run(&format!("{line} --format json"))
        .prints("{\"module\":\"waiter\",\"position\":4,\"type\":\"OrderPlaced\",\"id\":\"x\"}\n");
    assert_eq!(bench.logs(), before);
    // An answer that was given already: not a word of a command that waits no more.
    let pay = "pay a-1 --amount 1 --id p --time 2026-11-21T09:06:00Z";
    bench.run(pay).prints("cashier 1 OrderPaid p\n");
    bench.run(pay).prints("cashier 1 OrderPaid p\n");
}

#[test]
fn on_names_a_conversation() {
    let bench = three_orders();
    let pay = |order: &str, id: &str| {
        bench.run(&format!("pay {order} --amount 12.50 --id {id} --time 2026-11-21T09:05:00Z"))
    };
    for (number, (order, of)) in
        [("a-1", "a-1"), ("table", "table-5"), ("latest", "b-1")].into_iter().enumerate()
    {
        pay(order, &format!("p-{number}")).prints(&format!("cashier {} OrderPaid p-{number}\n", number + 1));
        assert!(last(&bench, "cashier").contains(&format!("\"correlationid\":\"{of}\"")), "{order}");
    }
    pay("a", "p").fails(2, "error: `a` is a part of 2 conversations\n  = help: one of a-1, table-5\n");
    pay("zebra", "p").fails(
        2,
        "error: there is no conversation `zebra`\n  = help: `anyorder log` lists what there is; a part of an id \
         will do, or `latest`\n",
    );
    bench.run("pay --amount 1").fails(
        2,
        "error: the following required arguments were not provided:\n  <ORDER>\n\nUsage: anyorder pay --amount \
         <N> <ORDER>\n\nFor more information, try '--help'.\n",
    );
}

/// The cause is the latest such command that nothing has answered.
#[test]
fn answers_sets_the_cause() {
    let bench = three_orders();
    let journal = bench.read("log/order.jsonl");
    let command = journal.lines().find(|line| line.contains("TakePayment")).unwrap();
    let id = command.split("\"id\":\"").nth(1).unwrap().split('"').next().unwrap();
    bench
        .run("pay a-1 --amount 12.50 --id p-1 --time 2026-11-21T09:05:00Z")
        .prints("cashier 1 OrderPaid p-1\n");
    assert_eq!(
        last(&bench, "cashier"),
        format!(
            "\"sequence\":\"0000000000000001\",\"correlationid\":\"a-1\",\"causationid\":\"{id}\",\
             \"data\":{{\"amount\":12.50}}"
        )
    );
    bench.run("pay a-1 --amount 1.0 --id p-2 --time 2026-11-21T09:06:00Z").ends(
        0,
        "cashier 2 OrderPaid p-2\n",
        "note: no TakePayment waits for an answer in a-1; OrderPaid is appended without a cause\n",
    );
    assert_eq!(
        last(&bench, "cashier"),
        "\"sequence\":\"0000000000000002\",\"correlationid\":\"a-1\",\"data\":{\"amount\":1.0}"
    );
    // Of two that are open, the newer.
    let ask = |id: &str| {
        bench.run(&format!(
            "append TakePayment --module desk --command --id {id} --correlation b-1 --time 2026-11-21T09:07:00Z"
        ))
    };
    ask("t-1").prints("desk 1 TakePayment t-1\n");
    ask("t-2").prints("desk 2 TakePayment t-2\n");
    for cause in ["t-2", "t-1"] {
        let line = format!("pay b-1 --amount 1 --id of-{cause} --time 2026-11-21T09:08:00Z");
        let _ = bench.run(&line).out();
        assert!(last(&bench, "cashier").contains(&format!("\"causationid\":\"{cause}\"")), "{cause}");
    }
}

/// The command's document goes on as it is, byte for byte; options are put into it.
#[test]
fn passes_on_the_document() {
    let bench = inn();
    let odd =
        r#"{"né\u0065":1.50e+2,"minutes":"soon","":{ "a" : [ ] },"big":12345678901234567890.10,"x":null}"#;
    let line = format!(
        "append CookFood --module desk --command --id c --correlation o --time 2026-11-21T09:00:00Z --data '{odd}'"
    );
    bench.run(&line).prints("desk 1 CookFood c\n");
    bench.run("cook o --id f-1 --time 2026-11-21T09:01:00Z").prints("cook 1 FoodCooked f-1\n");
    assert_eq!(data(&bench, "cook"), odd);
    // Also where it was answered before: who corrects an answer answers the same document.
    bench.run("cook o --minutes 7 --ingredient bun --id f-2 --time 2026-11-21T09:02:00Z").ends(
        0,
        "cook 2 FoodCooked f-2\n",
        "note: no CookFood waits for an answer in o; FoodCooked is appended without a cause\n",
    );
    let with = odd.replace("\"soon\"", "7").replace("null}", "null,\"ingredients\":[\"bun\"]}");
    assert_eq!(data(&bench, "cook"), with);
    bench.run("note --id q --time 2026-11-21T09:02:00Z").prints("waiter 1 Noted q\n");
    bench.run("cook q --id f-3 --time 2026-11-21T09:03:00Z").fails(
        2,
        "error: no CookFood was sent in q, so there is nothing to pass on\n  = help: has the order been handled? \
         `anyorder run`, then try again\n",
    );
    let list = "append CookFood --module desk --command --id d --correlation q --time 2026-11-21T09:04:00Z --data [1]";
    bench.run(list).prints("desk 2 CookFood d\n");
    bench.run("cook q").fails(
        2,
        "error: the data of CookFood is no object: nothing can be put into it\n  = help: take `passes-on` away \
         from the verb\n",
    );
}

#[test]
fn the_workspace_is_named_wherever_it_is_said() {
    let bench = Bench::new();
    for name in ["anyorder.yaml", "processes/order@1.yaml"] {
        bench.write(&format!("inn/{name}"), inn().read(name));
    }
    let time = "--time 2026-11-21T09:00:00Z";
    for (number, line) in
        ["-C inn note", "-Cinn note", "-C=inn note", "note -C inn", "--format text -C inn note"]
            .into_iter()
            .enumerate()
    {
        bench
            .run(&format!("{line} --id n-{number} {time}"))
            .prints(&format!("waiter {} Noted n-{number}\n", number + 1));
    }
    bench.run("note").fails(
        2,
        "error: unrecognized subcommand 'note'\n\nUsage: anyorder [OPTIONS] <COMMAND>\n\nFor more information, \
         try '--help'.\n\nVerbs such as place-order belong to a workspace, and here is none: -C DIR names one.\n",
    );
    bench.run("-C nosuch note").fails(
        2,
        "error: cannot open the folder: No such file or directory (os error 2)\n  --> nosuch\n  = help: -C takes \
         the folder of a workspace\n",
    );
    assert!(bench.run("-C inn --help").out().contains("place-order"));
    assert!(!bench.run("--help").out().contains("place-order"));
}

#[test]
fn completions_and_the_manual_know_the_verbs() {
    let bench = inn();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = bench.run(&format!("completions {shell}")).out();
        assert!(script.contains("place-order") && script.contains("dodgy"), "{shell}");
    }
    assert!(bench.run("man").out().contains(".SH ANYORDER PLACE-ORDER\n"));
}

/// Nobody but `run` writes into a process's log.
#[test]
fn a_verb_writes_no_journal() {
    let text = "modules: {order: [OrderPlaced]}\nverbs: {place-order: {appends: OrderPlaced}}\n";
    let bench = inn().file("anyorder.yaml", text);
    bench.run("place-order").fails(
        2,
        "error: order is a process: only `anyorder run` writes its log\n  = help: append what happened outside \
         to the module that owns it\n",
    );
}
