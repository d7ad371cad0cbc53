//! A disk that is full, and a folder that nobody may write to: real ones, made for the moment. What is
//! said is compared whole, and what was acknowledged is there.
//!
//! A small file system of its own needs `unshare` and the right to use it; where that is not given, these tests say
//! that they are skipped. A medium that refuses at any call, and in the middle of one, is in `tests/store_crash.rs`.
#![cfg(target_os = "linux")]

mod common;

use common::bench::Bench;
use std::process::Command;

/// What a script prints in which `log/` is a file system of its own, and which knows the program as `anyorder`;
/// None where there is no such thing.
fn on_its_own_disk(bench: &Bench, size: &str, script: &str) -> Option<String> {
    std::fs::create_dir_all(bench.path("log")).unwrap();
    let mount = format!("mount -t tmpfs -o size={size} tmpfs log");
    let run = |script: &str| {
        // Nothing of it is seen outside, and it is gone with the script.
        let mut command = Command::new("unshare");
        command.args(["-rm", "sh", "-c", script]).current_dir(bench.path(""));
        command.env("COLUMNS", "100").env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").output()
    };
    match run(&mount) {
        Ok(output) if output.status.success() => {}
        Ok(output) => {
            eprintln!("skipped: {}", String::from_utf8_lossy(&output.stderr));
            return None;
        }
        Err(error) => {
            eprintln!("skipped: no `unshare`: {error}");
            return None;
        }
    }
    let program = env!("CARGO_BIN_EXE_anyorder");
    let say =
        format!("anyorder() {{ echo \"$ anyorder $*\"; '{program}' \"$@\" 2>&1 || echo \"[exit $?]\"; }}");
    let output = run(&format!("set -e; exec </dev/null; {mount}; {say}; {script}")).unwrap();
    assert!(output.status.success(), "{output:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

/// So many lines of data, three kilobytes each.
fn lines(count: usize) -> String {
    format!("{{\"fill\":\"{}\"}}\n", "x".repeat(3_000)).repeat(count)
}

#[test]
fn a_full_disk_takes_nothing_away_and_goes_on_when_there_is_room() {
    let bench = Bench::one_order().file("3.jsonl", &lines(3)).file("40.jsonl", &lines(40));
    let append = "append OrderPlaced --time 2026-11-21T09:00:00Z";
    let script = format!(
        "anyorder {append} --lines 3.jsonl --id a
         anyorder {append} --lines 40.jsonl --id b
         cp log/orders.jsonl full.jsonl
         anyorder {append} --lines 40.jsonl --batch 40 --id c
         cmp log/orders.jsonl full.jsonl
         anyorder verify
         mount -o remount,size=1m log
         anyorder {append} --lines 40.jsonl --id b | tail -n 2
         anyorder verify"
    );
    let Some(said) = on_its_own_disk(&bench, "64k", &script) else { return };
    // Where the disk is full depends on its pages; whole lines stay.
    let there = bench.read("full.jsonl").lines().count();
    let more = there - 3;
    assert!(more > 5, "{said}");
    let expected = format!(
        "$ anyorder {append} --lines 3.jsonl --id a
orders 1 OrderPlaced a-1
orders 2 OrderPlaced a-2
orders 3 OrderPlaced a-3
$ anyorder {append} --lines 40.jsonl --id b
error: cannot append to the log: No space left on device (os error 28); the first {more} of the messages are in the log
  --> log/orders.jsonl
  = help: the disk is full; free some room, then try again with the same id; what is there is not repeated
[exit 2]
$ anyorder {append} --lines 40.jsonl --batch 40 --id c
error: cannot append to the log: No space left on device (os error 28)
  --> log/orders.jsonl
  = help: the disk is full; free some room, then try again with the same id
[exit 2]
$ anyorder verify
orders  {there} messages  sound
orders 42 OrderPlaced b-39
orders 43 OrderPlaced b-40
$ anyorder verify
orders  43 messages  sound
"
    );
    assert_eq!(said, expected);
}

/// What a crash left is kept before it is cut off; where there is no room to keep it, it stays where it is.
#[test]
fn a_torn_end_on_a_full_disk_stays_until_there_is_room_to_keep_it() {
    let bench = Bench::one_order().file("3.jsonl", &lines(3));
    let append = "append OrderPlaced --time 2026-11-21T09:00:00Z";
    let script = format!(
        "anyorder {append} --lines 3.jsonl --batch 3 --id a
         head -c 8000 log/orders.jsonl > torn.jsonl; cp torn.jsonl log/orders.jsonl
         cat /dev/zero > log/else 2>/dev/null || true
         anyorder verify
         anyorder {append} --id b
         cmp log/orders.jsonl torn.jsonl
         rm log/else
         anyorder {append} --id b
         cmp log/.torn/orders.0 torn.jsonl
         anyorder verify"
    );
    let Some(said) = on_its_own_disk(&bench, "64k", &script) else { return };
    let expected = format!(
        "$ anyorder {append} --lines 3.jsonl --batch 3 --id a
orders 1 OrderPlaced a-1
orders 2 OrderPlaced a-2
orders 3 OrderPlaced a-3
$ anyorder verify
orders  0 messages  torn: the last batch lacks 1 of its lines; the next append keeps 8000 bytes aside
$ anyorder {append} --id b
error: cannot keep aside what a crash left: No space left on device (os error 28)
  --> log/.torn/orders.0
  = help: the disk is full; free some room, then try again with the same id
[exit 2]
$ anyorder {append} --id b
warning: orders: the last batch lacks 1 of its lines; 8000 bytes were cut off and kept in log/.torn/orders.0
orders 1 OrderPlaced b
$ anyorder verify
orders  1 message  sound
"
    );
    assert_eq!(said, expected);
}

#[test]
fn a_folder_that_is_read_only_can_be_read_and_says_so_when_written_to() {
    let bench = Bench::one_order();
    let script = "anyorder append OrderPlaced --id o-1 --time 2026-11-21T09:00:00Z
         mount -o remount,ro log
         anyorder append OrderPlaced --id o-2
         anyorder append OrderPaid --id p-1
         anyorder run
         anyorder verify
         anyorder log";
    let Some(said) = on_its_own_disk(&bench, "1m", script) else { return };
    let expected = "$ anyorder append OrderPlaced --id o-1 --time 2026-11-21T09:00:00Z
orders 1 OrderPlaced o-1
$ anyorder append OrderPlaced --id o-2
error: cannot open the log: Read-only file system (os error 30)
  --> log/orders.jsonl
  = help: look at who owns it and who may write to it
[exit 2]
$ anyorder append OrderPaid --id p-1
error: cannot open the log: Read-only file system (os error 30)
  --> log/payments.jsonl
  = help: look at who owns it and who may write to it
[exit 2]
$ anyorder run
error: cannot open the log: Read-only file system (os error 30)
  --> log/order.jsonl
  = help: look at who owns it and who may write to it
[exit 2]
$ anyorder verify
orders  1 message  sound
$ anyorder log
2026-11-21T09:00:00.000Z  orders 1 OrderPlaced  o-1
";
    assert_eq!(said, expected);
}
