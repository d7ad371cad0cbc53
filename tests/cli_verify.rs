//! `anyorder verify`: every line of every log, its checksum, and what the logs say of each other.

mod common;

use common::bench::Bench;

#[test]
fn sound_logs() {
    let bench = Bench::paid_order();
    bench.run("verify").prints("orders    1 message  sound\npayments  1 message  sound\n");
    bench.run("verify --module orders").prints("orders  1 message  sound\n");
    bench.run("verify --module orders --format json").prints(
        r#"[
  {
    "module": "orders",
    "messages": 1,
    "sealed": 1,
    "unsealed": 0,
    "last": 1,
    "torn": null,
    "damage": null,
    "unsure": null,
    "resealed": null,
    "repeated-ids": {
      "count": 0,
      "first": []
    },
    "dangling-causes": {
      "count": 0,
      "first": []
    },
    "other-conversations": {
      "count": 0,
      "first": []
    },
    "times-back": {
      "count": 0,
      "first": []
    }
  }
]
"#,
    );
}

#[test]
fn no_logs() {
    let bench = Bench::one_order();
    bench.run("verify").prints("no logs\n");
    bench.run("verify --format json").prints("[]\n");
    bench.run("verify --module orders").fails(
        2,
        "error: the module orders has no log\n  = help: no module has one yet: `anyorder append` makes it\n",
    );
    let _ = bench.run(common::bench::PLACED).out();
    bench
        .run("verify --module ordres")
        .fails(2, "error: the module ordres has no log\n  = help: did you mean orders?\n");
    bench
        .run("verify --module zebra")
        .fails(2, "error: the module zebra has no log\n  = help: there is orders\n");
}

#[test]
fn a_torn_end_is_said_and_is_no_damage() {
    let bench = Bench::paid_order();
    let whole = bench.read("log/orders.jsonl");
    bench.write("log/orders.jsonl", &whole[..whole.len() - 1]);
    bench
        .run("verify --module orders")
        .prints("orders  1 message  the last line lacks its newline; the next append writes it\n");
    bench.write("log/orders.jsonl", format!("{whole}{{\"specversion\":\"1"));
    bench
        .run("verify --module orders")
        .prints("orders  1 message  torn: the last line breaks off; the next append keeps 17 bytes aside\n");
    bench.run("verify --module orders --format json").prints(
        r#"[
  {
    "module": "orders",
    "messages": 1,
    "sealed": 1,
    "unsealed": 0,
    "last": 1,
    "torn": {
      "offset": 198,
      "bytes": 17,
      "why": "the last line breaks off"
    },
    "damage": null,
    "unsure": null,
    "resealed": null,
    "repeated-ids": {
      "count": 0,
      "first": []
    },
    "dangling-causes": {
      "count": 0,
      "first": []
    },
    "other-conversations": {
      "count": 0,
      "first": []
    },
    "times-back": {
      "count": 0,
      "first": []
    }
  }
]
"#,
    );
}

#[test]
fn damage_is_said_and_exits_2() {
    let bench = Bench::paid_order();
    bench.write("log/orders.jsonl", bench.read("log/orders.jsonl").replace("12.50", "99.50"));
    let error = "error: the checksum does not fit: the line's bytes give 513abf6d (byte 180 of the file)\n  --> \
                 log/orders.jsonl:1:181\n  = help: was the log edited by hand? Restore the line from a copy; \
                 nothing is appended until then\n";
    bench.run("verify").ends(2, "orders    0 messages  damaged\npayments  1 message   sound\n", error);
    bench.run("verify --format json --module orders").ends(
        2,
        r#"[
  {
    "module": "orders",
    "messages": 0,
    "sealed": 0,
    "unsealed": 0,
    "last": null,
    "torn": null,
    "damage": "log/orders.jsonl:1:181: the checksum does not fit: the line's bytes give 513abf6d (byte 180 of the file)",
    "unsure": null,
    "resealed": null,
    "repeated-ids": {
      "count": 0,
      "first": []
    },
    "dangling-causes": null,
    "other-conversations": {
      "count": 0,
      "first": []
    },
    "times-back": {
      "count": 0,
      "first": []
    }
  }
]
"#,
        error,
    );
}

/// A log of three messages that a person wrote by hand, and one that anyorder sealed behind them.
fn hand_made(bench: &Bench) {
    bench.write("log/depot.jsonl", concat!(
        "\u{feff}{\"specversion\":\"1.0\",\"id\":\"d-1\",\"source\":\"depot\",\"type\":\"Sent\",\"time\":\"2026-11-21T09:00:00.000Z\",\"sequence\":\"0000000000000001\"}\n",
        "\n",
        "  { \"id\": \"d-2\", \"data\": [1, 2.50], \"specversion\":\"1.0\", \"source\":\"depot\",\"type\":\"Sent\",\"time\":\"2026-11-21T09:00:00.000Z\",\"sequence\":\"0000000000000002\" } \r\n",
    ));
    bench.run("append Sent --module depot --id d-3 --time 2026-11-21T09:01:00Z").prints("depot 3 Sent d-3\n");
}

#[test]
fn lines_without_a_checksum_are_sealed_and_keep_every_byte() {
    let bench = Bench::one_order();
    hand_made(&bench);
    let before = bench.read("log/depot.jsonl");
    bench.run("verify").prints("depot  3 messages  2 without a checksum\n");
    bench.run("verify --reseal").prints(
        "depot  3 messages  2 lines sealed, and 1 behind them anew; as it was it is in log/.replaced/depot.1\n",
    );
    let after = bench.read("log/depot.jsonl");
    assert_eq!(bench.read("log/.replaced/depot.1"), before, "no byte is thrown away");
    let without_crc = |text: &str| {
        let lines = text.split(",\"crc\":\"").enumerate();
        lines.map(|(index, piece)| if index == 0 { piece } else { &piece[9..] }).collect::<String>()
    };
    assert_ne!(after, before);
    assert_eq!(without_crc(&after), without_crc(&before), "the rest is as it was");
    bench.run("verify").prints("depot  3 messages  sound\n");
    bench.run("verify --reseal").prints("depot  3 messages  sound\n");
    assert_eq!(bench.read("log/depot.jsonl"), after, "there was nothing to do");
    assert_eq!(bench.logs().len(), 2, "nor anything to keep");
}

#[test]
fn a_torn_end_is_cut_off_before_sealing_and_a_damaged_log_is_left_alone() {
    let bench = Bench::paid_order();
    hand_made(&bench);
    let whole = bench.read("log/depot.jsonl");
    bench.write("log/depot.jsonl", format!("{whole}{{\"specversion\":\"1"));
    let orders = bench.read("log/orders.jsonl").replace("12.50", "99.50");
    bench.write("log/orders.jsonl", &orders);
    bench.run("verify --reseal").ends(
        2,
        "depot     3 messages  2 lines sealed, and 1 behind them anew; as it was it is in log/.replaced/depot.1; \
         torn: the last line breaks off; 17 bytes were cut off and kept in log/.torn/depot.455\n\
         orders    0 messages  damaged\npayments  1 message   sound\n",
        "error: the checksum does not fit: the line's bytes give 513abf6d (byte 180 of the file)\n  --> \
         log/orders.jsonl:1:181\n  = help: was the log edited by hand? Restore the line from a copy; \
         nothing is appended until then\n",
    );
    assert_eq!(bench.read("log/.replaced/depot.1"), whole);
    assert_eq!(bench.read("log/orders.jsonl"), orders);
}

#[test]
fn findings_are_listed_and_exit_1() {
    let bench = Bench::paid_order();
    // The log is asked for o-1 before it is appended: only a hand that edits makes it stand there twice.
    let sealed = bench.read("log/orders.jsonl");
    let line = sealed.split(",\"crc\"").next().unwrap().replace("09:00:00", "08:00:00");
    bench.write("log/orders.jsonl", format!("{sealed}{}}}\n", line.replace("00001\"", "00002\"")));
    let append = |line: &str| _ = bench.run(&format!("append {line}")).out();
    append("OrderPaid --id p-2 --caused-by o-9 --correlation o-1 --time 2026-11-21T09:06:00Z");
    append("OrderPaid --id p-3 --caused-by o-1 --correlation o-2 --time 2026-11-21T09:07:00Z");
    append("OrderPaid --id p-4 --caused-by p-3 --time 2026-11-21T09:08:00Z");
    append("OrderPaid --id p-5 --caused-by p-4 --correlation o-7 --time 2026-11-21T09:09:00Z");
    bench.run("verify").ends(
        1,
        "orders    2 messages  1 finding; 1 without a checksum; time goes back at 1 message\n\
         payments  5 messages  2 findings\n\
         \n\
         orders 2 o-1: position 1 bears this id already\n\
         payments 2 p-2: its cause o-9 is in no log of the workspace\n\
         payments 3 p-3: it is of the conversation o-2, and its cause o-1 (orders 1) of o-1\n",
        "",
    );
    bench.run("verify --module orders --format json").ends(
        1,
        r#"[
  {
    "module": "orders",
    "messages": 2,
    "sealed": 1,
    "unsealed": 1,
    "last": 2,
    "torn": null,
    "damage": null,
    "unsure": null,
    "resealed": null,
    "repeated-ids": {
      "count": 1,
      "first": [
        {
          "position": 2,
          "id": "o-1",
          "what": "position 1 bears this id already"
        }
      ]
    },
    "dangling-causes": {
      "count": 0,
      "first": []
    },
    "other-conversations": {
      "count": 0,
      "first": []
    },
    "times-back": {
      "count": 1,
      "first": [
        {
          "position": 2,
          "id": "o-1",
          "what": "its time is 2026-11-21T08:00:00.000Z, after 2026-11-21T09:00:00.000Z"
        }
      ]
    }
  }
]
"#,
        "",
    );
    let payments = bench.run("verify --module payments");
    assert_eq!(
        (payments.code, payments.out.lines().count()),
        (Some(1), 4),
        "causes are looked for in all logs"
    );
}

#[test]
fn of_many_findings_ten_are_shown_and_a_thousand_kept() {
    let bench = Bench::one_order();
    bench.write("lines.txt", "{}\n".repeat(1_012));
    bench.run("append OrderPaid --lines lines.txt --id p --caused-by o-1 --time 2026-11-21T09:00:00Z").out();
    let text = bench.run("verify");
    let lines: Vec<&str> = text.out.lines().collect();
    assert_eq!(lines[0], "payments  1,012 messages  1,012 findings");
    assert_eq!(lines[2], "payments 1 p-1: its cause o-1 is in no log of the workspace");
    assert_eq!(lines[12..], ["payments: and 1,002 more of this kind; --format json has the first 1,000"]);
    let json: serde_json::Value = serde_json::from_str(&bench.run("verify --format json").out).unwrap();
    let dangling = &json[0]["dangling-causes"];
    assert_eq!((&dangling["count"], dangling["first"].as_array().unwrap().len()), (&1_012.into(), 1_000));
    // The cause comes: it may stand behind its effects, in another log.
    let _ = bench.run(common::bench::PLACED).out();
    bench.run("verify").prints("orders    1 message       sound\npayments  1,012 messages  sound\n");
}

#[test]
fn causes_are_not_judged_while_a_log_is_damaged() {
    let bench = Bench::paid_order();
    bench.run("append OrderPaid --id p-2 --caused-by o-1 --correlation o-1").out();
    bench.write("log/orders.jsonl", bench.read("log/orders.jsonl").replace("12.50", "99.50"));
    let ran = bench.run("verify");
    assert_eq!(
        (ran.code, &*ran.out),
        (Some(2), "orders    0 messages  damaged\npayments  2 messages  sound\n")
    );
    let json = bench.run("verify --module payments --format json").out();
    assert!(json.contains("\"dangling-causes\": null"), "{json}");
}

#[test]
fn a_log_whose_sync_failed_takes_nothing_until_it_is_verified() {
    let bench = Bench::paid_order();
    bench.write("log/.unsure/orders", "");
    let error = "error: a sync of this log has failed, so what of it is durable is unknown\n  --> log/orders.jsonl\n  \
                 = help: `anyorder verify` goes through the log, writes it anew, and takes the mark away; \
                 then try again with the same id\n";
    let before = bench.read("log/orders.jsonl");
    bench.run("append OrderPlaced --id o-2").fails(2, error);
    bench.run(common::bench::PLACED).fails(2, error);
    bench.run("run").fails(2, error);
    assert_eq!(bench.read("log/orders.jsonl"), before);
    bench.run("append OrderPaid --id p-2 --time 2026-11-21T09:06:00Z").prints("payments 2 OrderPaid p-2\n");

    // A damaged log stays marked.
    bench.write("log/orders.jsonl", before.replace("12.50", "99.50"));
    let ran = bench.run("verify --module orders");
    let stays = "orders  0 messages  a sync had failed: nothing is appended yet; damaged\n";
    assert_eq!((ran.code, &*ran.out), (Some(2), stays));
    bench.write("log/orders.jsonl", &before);
    let settled = "a sync had failed: it was written anew, and appends may go on\n";
    bench.run("verify").prints(&format!("orders    1 message   {settled}payments  2 messages  sound\n"));
    assert_eq!(bench.read("log/orders.jsonl"), before);
    bench.run("verify --module orders").prints("orders  1 message  sound\n");
    bench.run(common::bench::PLACED).prints("orders 1 OrderPlaced o-1\n");

    bench.write("log/.unsure/orders", "");
    let json = bench.run("verify --module orders --format json").out();
    assert!(json.contains("\"unsure\": \"settled\""), "{json}");
    bench.write("log/.unsure/orders", "");
    bench.run("verify --module orders --reseal").prints(&format!("orders  1 message  {settled}"));
}
