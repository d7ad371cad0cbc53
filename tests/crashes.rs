//! Real processes that are killed, and real processes at the same time: the same bytes at the end.

mod common;

use common::bench::{Bench, PROCESS};
use std::time::{Duration, Instant};

/// A workspace with so many orders, every other one paid a few minutes later, all without checksums, as somebody
/// else might have written them.
fn orders(count: u64) -> Bench {
    let line = |id: &str, source: &str, type_: &str, second: u64, sequence: u64, of: &str, data: &str| {
        let (day, hour, minute) = (1 + second / 86_400, second / 3_600 % 24, second / 60 % 60);
        format!(
            "{{\"specversion\":\"1.0\",\"id\":\"{id}\",\"source\":\"{source}\",\"type\":\"{type_}\",\
             \"time\":\"2026-11-{day:02}T{hour:02}:{minute:02}:{:02}.000Z\",\"sequence\":\"{sequence:016}\",\
             \"correlationid\":\"{of}\"{data}}}\n",
            second % 60
        )
    };
    let (mut placed, mut paid) = (String::new(), String::new());
    for n in 0..count {
        let order = format!("o-{n}");
        placed += &line(&order, "orders", "OrderPlaced", n, n + 1, &order, ",\"data\":{\"total\":12.50}");
        if n % 2 == 0 {
            paid += &line(&format!("p-{n}"), "payments", "OrderPaid", n + 300, n / 2 + 1, &order, "");
        }
    }
    Bench::new()
        .file("processes/order@1.yaml", PROCESS)
        .file("log/orders.jsonl", &placed)
        .file("log/payments.jsonl", &paid)
}

/// As [`std::process::Child::wait`], within a minute.
fn wait(running: &mut common::bench::Running) -> Option<i32> {
    let end = Instant::now() + Duration::from_secs(120);
    loop {
        match running.child.try_wait().unwrap() {
            Some(status) => return status.code(),
            None if Instant::now() > end => panic!("it does not end"),
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

/// Law 3, with a real SIGKILL: stopped anywhere and run again, the logs are those of a run that nobody
/// stopped. (That it holds at every single byte is tested over a medium that dies, without processes.)
#[test]
fn a_run_that_is_killed_and_run_again_writes_the_same_bytes() {
    let whole = orders(13_334);
    let start = Instant::now();
    let _ = whole.run("run --drain --bound 100000").out();
    let takes = start.elapsed();
    let expected = whole.read("log/order.jsonl");
    let killed = orders(13_334);
    let mut lengths = Vec::new();
    // The moments are spread over what a run takes here; where exactly they fall is chance.
    for part in [5, 30, 60, 90, 50, 80, 20, 70] {
        let mut running = killed.start("run --drain --bound 100000");
        std::thread::sleep(takes * part / 100);
        running.child.kill().unwrap();
        running.child.wait().unwrap();
        let journal = std::fs::read(killed.path("log/order.jsonl")).unwrap_or_default();
        assert!(expected.as_bytes().starts_with(&journal), "after {} bytes", journal.len());
        lengths.push(journal.len());
    }
    let last = killed.run("run --drain --bound 100000");
    assert_eq!(last.code, Some(0), "{}", last.err);
    assert!(killed.read("log/order.jsonl") == expected, "killed when the journal had {lengths:?} bytes");
    eprintln!("killed when the journal had {lengths:?} of {} bytes", expected.len());
    for log in ["log/orders.jsonl", "log/payments.jsonl"] {
        assert!(killed.read(log) == whole.read(log));
    }
}

/// Two runs at once: whoever comes second with an append hears so, exit code 1, and nothing is
/// decided twice.
#[test]
fn two_runs_at_once() {
    let whole = orders(33_334);
    let _ = whole.run("run").out();
    let expected = whole.read("log/order.jsonl");
    let bench = orders(33_334);
    let mut both = [bench.start("run"), bench.start("run")];
    let codes: Vec<Option<i32>> = both.iter_mut().map(wait).collect();
    for (running, code) in both.iter_mut().zip(&codes) {
        let mut said = String::new();
        std::io::Read::read_to_string(&mut running.child.stderr.take().unwrap(), &mut said).unwrap();
        match code {
            Some(0) => assert_eq!(said, ""),
            Some(1) => {
                let (what, hint) = said.split_once('\n').unwrap();
                assert!(what.starts_with("error: the log of `order` ends at position "), "{said}");
                assert_eq!(
                    hint,
                    "  = help: another `anyorder run` is at work here; run again when it is done: what is in the \
                     log stands\n"
                );
            }
            other => panic!("it ended with {other:?}: {said}"),
        }
    }
    assert!(codes.contains(&Some(0)) || bench.run("run").code == Some(0), "{codes:?}");
    assert!(bench.read("log/order.jsonl") == expected, "the logs are as one run would have written them");
    assert!(bench.run("run").out().starts_with("nothing to do: every message was handled before\n"));
}

/// N writers at once: positions 1 to n, nothing lost, nothing twice.
#[test]
fn many_appends_at_once() {
    let bench = Bench::one_order();
    let append =
        |n: u32| bench.run(&format!("append OrderPlaced --id o-{n} --time 2026-11-21T09:00:00Z")).out();
    let answers: Vec<String> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..8)
            .map(|w| scope.spawn(move || (w * 10..w * 10 + 10).map(append).collect::<Vec<_>>()))
            .collect();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    let log = bench.read("log/orders.jsonl");
    for answer in &answers {
        let mut words = answer.split_whitespace();
        let (position, id) = (words.nth(1).unwrap(), words.nth(1).unwrap());
        let line = log.lines().nth(position.parse::<usize>().unwrap() - 1).unwrap();
        assert!(line.contains(&format!("\"id\":\"{id}\",")), "{answer}{line}");
    }
    assert_eq!((answers.len(), log.lines().count()), (80, 80));
    bench.run("verify").prints("orders  80 messages  sound\n");
}
