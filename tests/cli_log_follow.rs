//! `anyorder log --follow`: who reads along, is stopped anywhere, and goes on where he was.

mod common;

use common::bench::Bench;
use std::io::{BufRead, BufReader};
use std::process::Command;
use std::time::{Duration, Instant};

fn placed(n: u64) -> String {
    format!("append OrderPlaced --id o-{n} --time 2026-11-21T09:{:02}:{:02}Z", n / 60, n % 60)
}

fn line(n: u64) -> String {
    format!("2026-11-21T09:{:02}:{:02}.000Z  orders {n} OrderPlaced  o-{n}\n", n / 60, n % 60)
}

#[test]
fn the_last_and_then_what_comes() {
    let bench = Bench::one_order();
    for n in 1..=3 {
        let _ = bench.run(&placed(n)).out();
    }
    let mut running = bench.start("log --follow --tail 1");
    running.prints(&line(3));
    let _ = bench.run(&placed(4)).out();
    running.prints(&(line(3) + &line(4)));
    let mut none = bench.start("log --follow --limit 0");
    none.ends_quietly();
}

/// `--limit` waits for so many and ends: a script that waits for the next payment.
#[test]
fn it_ends_after_so_many() {
    let bench = Bench::one_order();
    let _ = bench.run(&placed(1)).out();
    for (round, n) in [(1, 1), (2, 2)] {
        let mut running = bench.start("log --follow --limit 1 --cursor seen.json");
        if round == 2 {
            let _ = bench.run(&placed(2)).out();
        }
        running.prints(&line(n));
        running.ends_quietly();
        assert_eq!(bench.read("seen.json"), format!("{{\"orders\":{}}}\n", n + 1));
    }
}

/// A batch is shown when all of it is there, and what a crash has torn never is.
#[test]
fn whole_batches_only() {
    let bench = Bench::one_order();
    let _ = bench.run(&placed(1)).out();
    let whole = bench.read("log/orders.jsonl");
    let torn = "{\"specversion\":\"1.0\",\"id\":\"x\",\"source\":\"orders\",\"type\":\"X\",\"time\":\
                \"2026-11-21T09:00:00.000Z\",\"sequence\":\"0000000000000002\",\"remaining\":1}\n";
    bench.write("log/orders.jsonl", format!("{whole}{torn}"));
    let mut running = bench.start("log --follow");
    running.prints(&line(1));
    std::thread::sleep(Duration::from_millis(500));
    let second = torn.replace("\"x\"", "\"y\"").replace("02\",\"remaining\":1", "03\"");
    bench.write("log/orders.jsonl", format!("{whole}{torn}{second}"));
    let both = "2026-11-21T09:00:00.000Z  orders 2 X  x\n2026-11-21T09:00:00.000Z  orders 3 X  y\n";
    running.prints(&(line(1) + both));
}

#[cfg(unix)]
#[test]
fn ctrl_c_is_how_it_ends() {
    let bench = Bench::one_order();
    let _ = bench.run(&placed(1)).out();
    let mut running = bench.start("log --follow --cursor seen.json");
    running.prints(&line(1));
    let asked = Command::new("kill").args(["-INT", &running.child.id().to_string()]).status().unwrap();
    assert!(asked.success());
    running.ends_quietly();
    assert_eq!(bench.read("seen.json"), "{\"orders\":2}\n");
}

#[test]
fn a_cursor_of_other_logs() {
    let bench = Bench::one_order().file("seen.json", "{\"orders\":3,\"payments\":1}\n");
    let _ = bench.run(&placed(1)).out();
    bench.run("log --follow --cursor seen.json").fails(
        2,
        "error: the cursor is at 3 in orders, whose log ends at 1\n  --> seen.json\n  = help: is it of another \
         workspace? Name another file to begin anew\n",
    );
    bench.run("log --follow --cursor log/seen.json").fails(
        2,
        "error: a cursor does not belong among the logs\n  --> log/seen.json\n  = help: keep it elsewhere; only \
         appends write there\n",
    );
}

/// Killed anywhere and started again, it shows every message at least once: the cursor never passes what
/// was not shown. Somebody appends all the while.
#[test]
fn killed_at_any_moment_nothing_is_lost() {
    const LAST: u64 = 6_000;
    let bench = Bench::one_order();
    let lines = |range: std::ops::RangeInclusive<u64>| -> String {
        let line = |n| {
            format!(
                "{{\"specversion\":\"1.0\",\"id\":\"o-{n}\",\"source\":\"orders\",\"type\":\"OrderPlaced\",\
                 \"time\":\"2026-11-21T09:00:00Z\",\"sequence\":\"{n:016}\"}}\n"
            )
        };
        range.map(line).collect()
    };
    bench.write("log/orders.jsonl", lines(1..=3_000));
    let path = bench.path("log/orders.jsonl");
    let appends = std::thread::spawn(move || {
        let mut log = std::fs::OpenOptions::new().append(true).open(path).unwrap();
        for first in (3_001..=LAST).step_by(50) {
            std::io::Write::write_all(&mut log, lines(first..=first + 49).as_bytes()).unwrap();
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    let (mut wanted, mut rounds) = (1, 0);
    let end = Instant::now() + Duration::from_secs(60);
    while wanted <= LAST {
        assert!(Instant::now() < end, "{wanted} does not come");
        let mut child = bench.command("log --follow --cursor seen.json").spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let killer = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(20 + rounds * 37 % 400));
            child.kill().unwrap();
            child.wait().unwrap();
        });
        let mut reader = BufReader::new(stdout);
        let mut before = None;
        let mut line = String::new();
        // What breaks off without a newline was not shown.
        while reader.read_line(&mut line).unwrap() > 0 && line.ends_with('\n') {
            let position: u64 = line.split_whitespace().nth(2).unwrap().parse().unwrap();
            assert!(before.is_none_or(|before| position == before + 1), "{before:?}, then {position}");
            assert!(position <= wanted, "{wanted} was never shown, and here is {position}");
            wanted = wanted.max(position + 1);
            before = Some(position);
            line.clear();
        }
        killer.join().unwrap();
        rounds += 1;
    }
    appends.join().unwrap();
    assert!(rounds > 3, "it was hardly ever killed");
}
