//! Bad input of every kind ends in a clear message and the right exit code, loses nothing and never
//! panics. Every message is compared whole; every log must have the bytes that it had.

mod common;

use common::bench::{Bench, PAID, PLACED};

const EVENT: &str = "each line of a log is one CloudEvents 1.0 event as JSON";
const REPLAY: &str = "replay --process order@1";

/// The verbs refuse with this error, at the same place, and nothing is changed by any of them.
#[track_caller]
fn all_refuse(bench: &Bench, lines: &[&str], error: &str) {
    let before = bench.logs();
    for line in lines {
        let ran = bench.run(line);
        ran.fails(2, error);
        assert!(bench.logs() == before, "`{line}` changed a log");
    }
}

fn error(what: &str, place: &str, hint: &str) -> String {
    format!("error: {what}\n  --> {place}\n  = help: {hint}\n")
}

/// A sound line, then this one.
fn with_line(line: &str) -> Bench {
    let bench = Bench::one_order();
    bench.run(PLACED).prints("orders 1 OrderPlaced o-1\n");
    bench.write("log/orders.jsonl", bench.read("log/orders.jsonl") + line + "\n");
    bench
}

const ORDERS: [&str; 4] = ["run --dry-run", PLACED, REPLAY, "replay log --process order@1"];

#[test]
fn a_line_that_is_not_json() {
    let error =
        error("this line is not JSON: expected ident (byte 199 of the file)", "log/orders.jsonl:2:2", EVENT);
    all_refuse(&with_line("not JSON"), &ORDERS, &error);
}

#[test]
fn a_message_without_an_id() {
    let bench = with_line(
        "{\"specversion\":\"1.0\",\"source\":\"orders\",\"type\":\"OrderPlaced\",\"time\":\"2026-11-21T09:00:00Z\",\
         \"sequence\":\"0000000000000002\"}",
    );
    let error = error("an event needs `id` (byte 198 of the file)", "log/orders.jsonl:2:1", EVENT);
    all_refuse(&bench, &ORDERS, &error);
}

#[test]
fn a_time_that_is_none() {
    let bench = with_line(
        "{\"specversion\":\"1.0\",\"id\":\"x\",\"source\":\"orders\",\"type\":\"OrderPlaced\",\"time\":\"yesterday\",\
         \"sequence\":\"0000000000000002\"}",
    );
    let what = "`time` must be a time such as \"2026-11-21T09:00:00.000Z\", not \"yesterday\" (byte 274 of the file)";
    all_refuse(&bench, &ORDERS, &error(what, "log/orders.jsonl:2:77", EVENT));
    bench.run("run --until yesterday").fails(
        2,
        "error: invalid value 'yesterday' for '--until <T>': a time is `2026-11-21T09:00:00Z`, \
         `2026-11-21T09:00Z`, `2026-11-21`, or `now`\n\nFor more information, try '--help'.\n",
    );
}

/// A run decides what comes before the damage, and says the damage; the decisions stay.
#[test]
fn what_is_sound_before_the_damage_is_decided_and_kept() {
    let bench = with_line("not JSON");
    let error =
        error("this line is not JSON: expected ident (byte 199 of the file)", "log/orders.jsonl:2:2", EVENT);
    bench.run("run").fails(2, &error);
    bench.run("status").fails(2, &error);
    let journal = bench.read("log/order.jsonl");
    assert_eq!(journal.lines().count(), 4);
    // Mended by hand, it goes on.
    let whole = bench.read("log/orders.jsonl");
    bench.write("log/orders.jsonl", whole.replace("not JSON\n", ""));
    bench.run("run").prints(
        "nothing to do: every message was handled before\n\
         the next alarm is PaymentTimedOut of o-1, due 2026-11-21T09:15:00.000Z\n",
    );
    assert_eq!(bench.read("log/order.jsonl"), journal);
}

/// The torn end of a batch that was never acknowledged: nobody sees it; an append keeps it aside.
#[test]
fn a_torn_tail() {
    let bench = Bench::paid_order();
    let whole = bench.read("log/orders.jsonl");
    bench.write("log/orders.jsonl", format!("{whole}{{\"specversion\":\"1.0\",\"id\":\"o-2"));
    let before = bench.logs();
    bench.run(REPLAY).prints(
        "order@1: 2 events, 1 instance\n        1  shipped (success)\nsent 1 ShipOrder, 1 TakePayment\n",
    );
    bench.run("run --dry-run").prints(
        "would have handled 2 messages: 1 started, 1 ended\nwould have sent 1 ShipOrder, 1 TakePayment\nit is \
         now 2026-11-21T09:05:00.000Z\n",
    );
    assert_eq!(bench.logs(), before);
    bench.run(&PLACED.replace("o-1", "o-2")).ends(
        0,
        "orders 2 OrderPlaced o-2\n",
        "warning: orders: the last line breaks off; 30 bytes were cut off and kept in log/.torn/orders.198\n",
    );
    assert_eq!(bench.read("log/.torn/orders.198"), "{\"specversion\":\"1.0\",\"id\":\"o-2");
    assert!(bench.read("log/orders.jsonl").starts_with(&whole));
    bench.run("verify").prints("orders    2 messages  sound\npayments  1 message   sound\n");
}

/// The same of a journal: the decision was never acknowledged, so it is made again, to the same bytes.
#[test]
fn a_torn_journal() {
    let bench = Bench::paid_order();
    let _ = bench.run("run").out();
    let whole = bench.read("log/order.jsonl");
    bench.write("log/order.jsonl", &whole[..whole.len() - 30]);
    bench.run(REPLAY).prints(
        "order@1: 2 events, 1 instance\n        1  shipped (success)\nsent 1 ShipOrder, 1 TakePayment\nthe \
         journal says the same, in all of 1 turn\n",
    );
    let ran = bench.run("run");
    assert_eq!(ran.out, "handled 1 message: 1 ended\nsent 1 ShipOrder\nit is now 2026-11-21T09:05:00.000Z\n");
    assert_eq!(ran.code, Some(0));
    assert!(
        ran.err.starts_with("warning: order: ")
            && ran.err.ends_with(" bytes were cut off and kept under log/.torn/\n"),
        "{}",
        ran.err
    );
    assert_eq!(bench.read("log/order.jsonl"), whole);
}

#[test]
fn damage_in_the_middle() {
    let bench = Bench::one_order();
    for id in ["o-1", "o-2", "o-3"] {
        let _ = bench.run(&PLACED.replace("o-1", id)).out();
    }
    let whole = bench.read("log/orders.jsonl");
    bench.write("log/orders.jsonl", whole.replacen("12.50", "99.50", 1));
    let hint = "was the log edited by hand? Restore the line from a copy; nothing is appended until then";
    let what = "the checksum does not fit: the line's bytes give 513abf6d (byte 180 of the file)";
    // An append that names its id goes through the log for it.
    let again = PLACED.replace("o-1", "o-4");
    let lines = ["run", REPLAY, "log", "trace o-1", &again];
    all_refuse(&bench, &lines, &error(what, "log/orders.jsonl:1:181", hint));
    // One with a fresh id looks at the last lines only, so it holds; what is damaged stays as it was.
    assert_eq!(bench.run(&PLACED.replace("--id o-1 ", "")).code, Some(0));
    assert!(bench.read("log/orders.jsonl").starts_with(&whole.replacen("12.50", "99.50", 1)));
    // Where the last lines show it, an append refuses.
    bench.write("log/orders.jsonl", whole.replace("12.50", "99.50"));
    assert_eq!(bench.run(&PLACED.replace("o-1", "o-5")).code, Some(2));
    assert_eq!(bench.read("log/orders.jsonl"), whole.replace("12.50", "99.50"));
}

#[test]
fn a_definition_with_a_typo() {
    let bench = Bench::paid_order();
    let definition = bench.read("processes/order@1.yaml");
    bench.write("processes/order@1.yaml", definition.replace("to: shipped", "to: shiped"));
    let error = "error[E0301]: there is no state `shiped`\n  --> processes/order@1.yaml:16:40\n   |\n16 |       OrderPaid: \
                 {send: ShipOrder, to: shiped}\n   |                                        ^^^^^^\n   |\n   = \
                 help: did you mean `shipped`?\n";
    let lines = ["run", REPLAY, "replay log --process processes/order@1.yaml", "status"];
    all_refuse(&bench, &lines, error);
    // What happened outside is kept all the same.
    bench.run(&PAID.replace("p-1", "p-2")).prints("payments 2 OrderPaid p-2\n");
}

#[test]
fn two_definitions_of_one_version() {
    let bench = Bench::paid_order();
    bench.write("processes/order@1.yml", bench.read("processes/order@1.yaml"));
    let error = error(
        "order@1 is defined twice: in processes/order@1.yaml and in processes/order@1.yml",
        "processes/order@1.yml",
        "make one of them version 2, or remove it",
    );
    all_refuse(&bench, &["run", REPLAY, "status"], &error);
    bench.run(&PAID.replace("p-1", "p-2")).prints("payments 2 OrderPaid p-2\n");
}

/// The file's name and what stands in it say the same.
#[test]
fn a_definition_under_another_name() {
    let bench = Bench::paid_order();
    bench.write("processes/order.yaml", bench.read("processes/order@1.yaml"));
    let unnamed = "error: a definition's file is named `<process>@<version>.yaml`\n  --> processes/order.yaml\n  = help: call it \
         `order@1.yaml` if it is the first version of `order`\n";
    all_refuse(&bench, &["run", REPLAY], unnamed);
}

#[test]
fn an_empty_log() {
    let bench = Bench::one_order().file("log/orders.jsonl", "");
    bench.run("run").prints("nothing to do: no message for a process has come yet\n");
    bench.run(REPLAY).prints("order@1: 0 events, 0 instances\n");
    bench.run("replay log/orders.jsonl --process order@1").prints("order@1: 0 events, 0 instances\n");
    bench.run("replay log/orders.jsonl --process order@1 --against order@1 --format json").prints(
        "{\n  \"process\": \"order@1\",\n  \"events\": 0,\n  \"instances\": 0,\n  \"outcomes\": {},\n  \
         \"not-started\": 0,\n  \"sent\": {},\n  \"parked\": 0,\n  \"unfinished\": 0,\n  \"divergences\": []\n}\n",
    );
    bench.run("log").prints("");
    bench.run("verify").prints("orders  0 messages  sound\n");
    bench.run(PLACED).prints("orders 1 OrderPlaced o-1\n");
}

#[test]
fn a_folder_where_a_file_should_be() {
    let folder = |name: &str| {
        let bench = Bench::one_order();
        bench.run(PLACED).prints("orders 1 OrderPlaced o-1\n");
        let _ = std::fs::remove_file(bench.path(name));
        std::fs::create_dir_all(bench.path(name)).unwrap();
        bench
    };
    let log = "error: this is a folder, and a log is a file\n  --> log/payments.jsonl\n";
    let bench = folder("log/payments.jsonl");
    all_refuse(&bench, &["run", "append OrderPlaced", REPLAY, "replay log --process order@1", "log"], log);
    let append = error(
        "cannot open the log: Is a directory (os error 21)",
        "log/payments.jsonl",
        "a folder stands where the log should be",
    );
    all_refuse(&bench, &[PAID], &append);
    let other = |name: &str| format!("error: this is a folder, where a file should be\n  --> {name}\n");
    all_refuse(&folder("anyorder.yaml"), &["run", PAID], &other("anyorder.yaml"));
    all_refuse(&folder("processes/order@1.yaml"), &["run", REPLAY], &other("processes/order@1.yaml"));
    all_refuse(&folder("d"), &["replay --process ./d"], &other("./d"));
    all_refuse(
        &folder("d"),
        &["append OrderPlaced --data @d"],
        "error: cannot read the file: Is a directory (os error 21)\n  --> d\n",
    );
}

#[test]
fn a_file_where_a_folder_should_be() {
    let bench = Bench::one_order().file("log", "");
    let error = |what: &str, place: &str| {
        format!(
            "error: {what}: Not a directory (os error 20)\n  --> {place}\n  = help: a file stands where a folder should be\n"
        )
    };
    all_refuse(
        &bench,
        &["run", "append OrderPlaced", "log", "verify"],
        &error("cannot list the logs", "log"),
    );
    bench.run(PLACED).fails(
        2,
        "error: cannot make the folder: File exists (os error 17)\n  --> log\n  = help: a file stands where a folder should be\n",
    );
    all_refuse(&bench, &[REPLAY], &error("cannot open the log", "log/order.jsonl"));
    let bench = Bench::new().file("anyorder.yaml", "").file("processes", "");
    bench.run("run").fails(
        2,
        "error: this is a file, where a folder should be\n  --> processes\n  = help: definitions lie in it, each \
         `<process>@<version>.yaml`\n",
    );
}

/// Root may write anywhere, so permissions stop nobody here; below `/proc` nobody makes a folder.
#[test]
#[cfg(target_os = "linux")]
fn an_unwritable_folder() {
    let bench = Bench::one_order();
    std::os::unix::fs::symlink("/proc/self", bench.path("log")).unwrap();
    let place =
        "error: cannot open the log: No such file or directory (os error 2)\n  --> log/orders.jsonl\n";
    bench.run(PLACED).fails(2, place);
    let bench = Bench::paid_order();
    let logs = bench.logs();
    std::fs::rename(bench.path("log"), bench.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink("/proc/self/nothing", bench.path("log")).unwrap();
    assert_eq!(bench.run(PLACED).code, Some(2));
    std::fs::remove_file(bench.path("log")).unwrap();
    std::fs::rename(bench.path("elsewhere"), bench.path("log")).unwrap();
    assert_eq!(bench.logs(), logs);
}

/// `/dev/full` takes no byte, as a full disk does.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk() {
    let full = |name: &str| {
        error(
            "cannot append to the log: No space left on device (os error 28)",
            name,
            "the disk is full; free some room, then try again with the same id",
        )
    };
    let bench = Bench::paid_order();
    std::os::unix::fs::symlink("/dev/full", bench.path("log/desk.jsonl")).unwrap();
    bench.run("append Note --module desk").fails(2, &full("log/desk.jsonl"));
    std::fs::remove_file(bench.path("log/desk.jsonl")).unwrap();

    // A run that cannot write its decisions says so; with room again it makes the same ones.
    std::os::unix::fs::symlink("/dev/full", bench.path("log/order.jsonl")).unwrap();
    bench.run("run").fails(2, &full("log/order.jsonl"));
    std::fs::remove_file(bench.path("log/order.jsonl")).unwrap();
    let _ = bench.run("run").out();
    bench.run(REPLAY).prints(
        "order@1: 2 events, 1 instance\n        1  shipped (success)\nsent 1 ShipOrder, 1 TakePayment\nthe \
         journal says the same, in all of 2 turns\n",
    );
    bench
        .run(&format!("{REPLAY} --save /dev/full"))
        .fails(2, "error: cannot write: No space left on device (os error 28)\n  --> /dev/full\n");
    // What cannot be printed is said, too.
    for line in ["log", REPLAY, "verify"] {
        let mut command = bench.command(line);
        command.stdout(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
        bench.finish(line, command).fails(2, "error: cannot print: No space left on device (os error 28)\n");
    }
}

#[test]
fn a_closed_pipe() {
    let bench = Bench::paid_order();
    let _ = bench.run("run").out();
    for line in
        ["log", "log --format json", "status", "trace o-1", "verify", "run", REPLAY, "man", "--help", PLACED]
    {
        let mut running = bench.start(line);
        running.hang_up();
        running.ends_quietly();
    }
}

#[test]
fn a_definition_edited_under_a_live_instance() {
    let bench = Bench::one_order();
    bench.run(PLACED).prints("orders 1 OrderPlaced o-1\n");
    let _ = bench.run("run").out();
    let definition = bench.read("processes/order@1.yaml");
    bench.write("processes/order@1.yaml", definition.replace("15m", "16m"));
    let changed = error(
        "order@1 was changed while an instance lives on it",
        "processes/order@1.yaml",
        "make it the next version, order@2; or, if the running ones are meant to follow it, say --edited",
    );
    all_refuse(&bench, &["run", "run --dry-run", "run --drain"], &changed);
    let replay = error(
        "order@1 was changed since the journal was written",
        "processes/order@1.yaml",
        "replay the version that wrote it; or, if the change is meant, say --edited",
    );
    all_refuse(&bench, &[REPLAY], &replay);
    assert_eq!(bench.run(&format!("{REPLAY} --edited")).code, Some(1), "the alarm would be set for later");
    // Looking is allowed, and what happens outside is kept.
    assert_eq!(bench.run("status").code, Some(0));
    bench.run(PAID).prints("payments 1 OrderPaid p-1\n");

    let before = bench.logs();
    bench.run("run --edited --dry-run").prints(
        "would have handled 1 message: 1 ended\nwould have sent 1 ShipOrder\nit is now 2026-11-21T09:05:00.000Z\n",
    );
    assert_eq!(bench.logs(), before);
    bench.run("run --edited").ends(
        0,
        "handled 1 message: 1 ended\nsent 1 ShipOrder\nit is now 2026-11-21T09:05:00.000Z\n",
        "note: order@1 was edited, and 1 instance follows it from now on\n",
    );
    let said = bench.run("log --type DefinitionEdited").out();
    assert_eq!(said.lines().count(), 1, "the journal says that it was meant");
    bench.run("run").prints("nothing to do: every message was handled before\n");
}

#[test]
fn a_definition_that_is_gone_under_a_live_instance() {
    let bench = Bench::one_order();
    bench.run(PLACED).prints("orders 1 OrderPlaced o-1\n");
    let _ = bench.run("run").out();
    let definition = bench.read("processes/order@1.yaml");
    bench.write("processes/order@2.yaml", definition.replace("version: 1", "version: 2"));
    std::fs::remove_file(bench.path("processes/order@1.yaml")).unwrap();
    let gone = "error: there is no definition of order@1, and an instance lives on it\n  = help: put \
                processes/order@1.yaml back\n";
    all_refuse(&bench, &["run", "run --edited"], gone);
}

/// Data that is no JSON never reaches a log.
#[test]
fn data_that_is_not_json() {
    let bench = Bench::one_order().file("bad.json", "{\"a\":\n 1,}");
    let hint = "strings need double quotes; in a shell put single quotes around it all";
    for (data, what, place) in [
        ("'{x'", "key must be a string", "--data, byte 2"),
        ("''", "EOF while parsing a value", "--data, byte 1"),
    ] {
        let line = format!("append OrderPlaced --data {data}");
        all_refuse(&bench, &[&line], &error(&format!("the data is not JSON: {what}"), place, hint));
    }
    bench
        .run("append OrderPlaced --data @nowhere")
        .fails(2, "error: cannot read the file: No such file or directory (os error 2)\n  --> nowhere\n");
    assert_eq!(bench.logs(), []);
}

#[test]
fn text_that_is_not_utf8() {
    let bench = Bench::paid_order();
    bench.write("processes/order@2.yaml", b"process: \xff\xfe");
    let error = "error: not UTF-8 text, from byte 9 on\n  --> processes/order@2.yaml\n";
    all_refuse(&bench, &["run", REPLAY], error);
    bench.write("anyorder.yaml", b"\xff");
    all_refuse(&bench, &[PLACED], "error: not UTF-8 text, from byte 0 on\n  --> anyorder.yaml\n");
}
