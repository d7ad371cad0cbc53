//! `anyorder verify`: every line of every log, and its checksum.

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
    "damage": null
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
    "damage": null
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
    "damage": "log/orders.jsonl:1:181: the checksum does not fit: the line's bytes give 513abf6d (byte 180 of the file)"
  }
]
"#,
        error,
    );
}
