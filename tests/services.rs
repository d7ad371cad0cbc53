//! Services as a user meets them: their files and what is wrong with them, `run --services`, and every
//! verb that shows what they did.

mod common;

use common::bench::Bench;

const WORKSPACE: &str = "workspace: w\nseed: 7\nmodules: {shop: [Ask]}\n";

fn bench(services: &[(&str, &str)]) -> Bench {
    let bench = Bench::new().file("anyorder.yaml", WORKSPACE);
    services.iter().fold(bench, |bench, (name, text)| {
        bench.file(&format!("services/{name}.yaml"), &format!("service: {name}\n{text}"))
    })
}

fn ask(bench: &Bench, id: &str, minute: u32, data: &str) {
    let time = format!("2026-11-21T12:{minute:02}:00Z");
    bench.run(&format!("append Ask --module shop --command --id {id} --time {time} --data '{data}'")).out();
}

/// What is said about one broken file: each line of `expected` must be there.
fn complains(text: &str, expected: &[&str]) {
    let bench = Bench::new().file("anyorder.yaml", WORKSPACE).file("services/x.yaml", text);
    let mut command = bench.command("run --services");
    let output = command.output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{text}\n{err}");
    for line in expected {
        assert!(err.contains(line), "{text}\nlacks: {line}\n{err}");
    }
}

#[test]
fn what_is_wrong_with_a_service_is_said_with_its_place_and_what_to_do() {
    complains("service: x\n", &["`on` is missing", "a service has `service` and `on`"]);
    complains(
        "service: y\non: {Ask: {publish: A}}\n",
        &["the file's name says service `x`, the file says `y`"],
    );
    complains("service: X\non: {Ask: {publish: A}}\n", &["`X` is no name for a service"]);
    complains("service: x\non: {}\n", &["`on` is a mapping from messages to answers"]);
    complains("service: x\non: {Ask: []}\n", &["a list without an answer"]);
    complains(
        "service: x\non: {Ask: {to: done, publish: A}}\n",
        &["has no key `to`", "a service has no states"],
    );
    complains("service: x\non: {Ask: {alarm: {B: 5m}}}\n", &["has no key `alarm`", "`after` says how long"]);
    complains("service: x\non: {Ask: {cancel: B}}\n", &["has no key `cancel`", "cannot take back"]);
    complains(
        "service: x\nstates: {}\non: {Ask: {publish: A}}\n",
        &["has no key `states`", "a service has no states"],
    );
    complains("service: x\non: {Ask: {pubish: A}}\n", &["did you mean `publish`?"]);
    complains("service: x\non: {Ask: {probability: 1, publish: A}}\n", &["here it is called `chance`"]);
    complains("service: x\ndata: {n: 1}\non: {Ask: {publish: A}}\n", &["`data` without `entity`"]);
    complains("service: x\non: {Ask: {set: {n: 1}}}\n", &["`set` in a service without `entity`"]);
    complains("service: x\nentity: event.data.c\non: {Ask: {}}\n", &["write `entity: =event.data.c`"]);
    complains("service: x\nentity: ada\non: {Ask: {}}\n", &["one for all messages is `entity: \"='all'\"`"]);
    complains("service: x\non: {Ask: {publish: {A: =data.n}}}\n", &["unknown name `data.n`"]);
    complains(
        "service: x\nentity: =event.data.c\ndata: {nr: 0}\non: {Ask: {when: data.nx > 1}}\n",
        &["did you mean `data.nr`?"],
    );
    complains(
        "service: x\non: {Ask: {when: state == 'a', publish: A}}\n",
        &["reads `state`, and a service has no states"],
    );
    complains("service: x\non: {Ask: {after: 5m}}\n", &["`after` delays nothing here"]);
    complains(
        "service: x\non: {Ask: {after: 8, publish: A}}\n",
        &["`8` is no duration", "as in `8s` or `8m`"],
    );
    complains("service: x\non: {Ask: {after: 9m..5m, publish: A}}\n", &["this range ends before it begins"]);
    complains("service: x\non: {Ask: {after: 9m.., publish: A}}\n", &["`` is no duration"]);
    complains(
        "service: x\non: {Ask: {after: {exponentail: 8m}, publish: A}}\n",
        &["did you mean `exponential`?"],
    );
    complains("service: x\non: {Ask: {after: {}, publish: A}}\n", &["`after` does not say how long"]);
    complains("service: x\non: {Ask: {chance: 10%, publish: A}}\n", &["write `chance: 0.1`"]);
    complains(
        "service: x\non: {Ask: {chance: 2, publish: A}}\n",
        &["`chance` wants a number from 0 to 1", "1 is certain"],
    );
    complains("service: x\non: {Ask: {chance: often, publish: A}}\n", &["as in `chance: 0.1`"]);
    complains(
        "service: x\non:\n  Ask: [{chance: 0.7, publish: A}, {chance: 0.7, publish: B}]\n",
        &["these chances are more than 1", "they sum to 1.4"],
    );
    complains(
        "service: x\non:\n  Ask: [{chance: 0.3, publish: A}, {chance: 0.7, publish: B}, {publish: C}]\n",
        &["this alternative can never be taken", "they leave nothing"],
    );
    complains(
        "service: x\non:\n  Ask: [{publish: A}, {when: event.data.x > 1, publish: B}]\n",
        &["this alternative can never be taken", "or give each a `chance`"],
    );
    complains("service: x\non: {Ask: {publish: Ask}}\n", &["`Ask` is heard and said by one service"]);
    complains("service: x\non: {Ask: {publish: Answer}, Answre: {}}\n", &["differ by two letters"]);
    // All of them at once, in the order of their places.
    complains(
        "service: x\nversion: 1\non: {Ask: {to: a, after: x, chance: y}}\n",
        &["`version`", "`to`", "`x` is no duration", "`chance`"],
    );
}

#[test]
fn without_the_flag_services_are_not_there() {
    let plain = Bench::paid_order();
    let staffed =
        Bench::paid_order().file("services/bank.yaml", "service: bank\non: {TakePayment: {publish: Paid}}\n");
    let broken = Bench::paid_order().file("services/bank.yaml", "servise: bank\n");
    let said = plain.run("run").out();
    for bench in [staffed, broken] {
        assert_eq!(bench.run("run").out(), said);
        assert_eq!(bench.logs(), plain.logs());
        assert_eq!(bench.run("status").out(), plain.run("status").out());
    }
}

#[test]
fn names_that_clash_and_workspaces_without_services_are_refused() {
    let nobody = "error: there is no service in this workspace\n  = help: `anyorder new service NAME` writes one; or leave out --services\n";
    Bench::paid_order().run("run --services").fails(2, nobody);
    let order = Bench::paid_order().file("services/order.yaml", "service: order\non: {Ask: {}}\n");
    order.run("run --services").fails(
        2,
        "error: order is a process and a service\n  --> services/order.yaml\n  = help: a process's own log bears its name: give the service another\n",
    );
    let shop = bench(&[("shop", "entity: =event.id\non: {Ask: {publish: A}}\n")]);
    shop.run("run --services").fails(
        2,
        "error: shop is a service with `entity` and a module\n  --> services/shop.yaml\n  = help: its own log bears its name, and holds what it says: take the module out of anyorder.yaml\n",
    );
    let alone = bench(&[("a", "on: {Ask: {publish: A}}\n")]);
    alone.run("run").fails(
        2,
        "error: there is no process in this workspace\n  = help: there are services: `anyorder run --services` lets them answer\n",
    );
}

#[test]
fn chances_come_as_often_as_they_say() {
    let bench = bench(&[(
        "a",
        "on:
  Ask:
    - {when: event.data.x == 0, chance: 0.25, publish: Quarter}
    - {when: event.data.x == 0, chance: 0.25}
    - {when: event.data.x == 1, chance: 0.5, publish: Half}
    - {when: event.data.x == 1, chance: 1, publish: Twice}
    - {publish: Rest}
  Coin: [{publish: Heads}, {publish: Tails}]
",
    )]);
    // One log, written at once: so many appends would take their time.
    let line = |n: usize| {
        let type_ = if n.is_multiple_of(3) { "Coin" } else { "Ask" };
        format!(
            "{{\"specversion\":\"1.0\",\"id\":\"m-{n}\",\"source\":\"shop\",\"type\":\"{type_}\",\"time\":\"2026-11-21T12:00:00.000Z\",\"sequence\":\"{:016}\",\"data\":{{\"x\":{}}}}}\n",
            n + 1,
            n % 2
        )
    };
    bench.write("log/shop.jsonl", (0..3000).map(line).collect::<String>());
    let out = bench.run("run --services --format json").out();
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    let count = |name: &str| json["answers"][name].as_u64().unwrap_or(0);
    let near = |name: &str, expected: u64| {
        assert!(count(name).abs_diff(expected) <= 75, "{name}: {} for {expected}", count(name));
    };
    // 1000 coins, 1000 asked with 0 and 1000 with 1.
    near("Heads", 500);
    near("Tails", 500);
    assert_eq!(count("Heads") + count("Tails"), 1000);
    near("Quarter", 250);
    near("Rest", 500);
    // More than 1 are weights: one to two.
    near("Half", 333);
    near("Twice", 667);
    assert_eq!(count("Half") + count("Twice"), 1000);
    bench.run("run --services").prints("nothing to do: every message was handled before\n");
}

#[test]
fn an_answer_waits_for_its_time_and_a_dry_run_writes_nothing() {
    let bench = bench(&[("a", "on: {Ask: {after: 10m, publish: {Told: =event.data}, send: Note}}\n")]);
    ask(&bench, "q-1", 0, r#"{"x":12.50}"#);
    let waits = "nothing to do: every message was handled before\nthe next answer is Note, due 2026-11-21T12:10:00.000Z\n";
    bench.run("run --services").prints(waits);
    bench.run("run --services --for 9m").prints(waits);
    let logs = bench.logs();
    bench
        .run("run --services --drain --dry-run")
        .prints("2 answers would have come: 1 Note, 1 Told\nit is now 2026-11-21T12:10:00.000Z\n");
    assert_eq!(bench.logs(), logs);
    bench.run("run --services --for 10m --format json").prints(
        "{\"handled\":0,\"outcomes\":{},\"sent\":{},\"answers\":{\"Note\":1,\"Told\":1},\"unanswered\":0,\"alarms\":0,\"parked\":0,\"now\":\"2026-11-21T12:10:00.000Z\"}\n",
    );
    let out = bench.run("log --module a --format json").out();
    let ids = [
        "Note\",\"time",
        "\"correlationid\":\"q-1\",\"causationid\":\"q-1\",\"kind\":\"command\"",
        "\"data\":{\"x\":12.50}",
    ];
    assert!(ids.iter().all(|part| out.contains(part)), "{out}");
}

/// An answer is not stamped before what its log has reached: it is heard when it is stamped.
#[test]
fn time_does_not_go_back_in_a_log_that_answers_go_to() {
    let bench = bench(&[("a", "on: {Ask: {after: 10m, publish: Told}}\n")]);
    ask(&bench, "q-1", 0, "{}");
    bench.run("append Told --module a --id t-1 --time 2026-11-21T12:30:00Z").out();
    bench.run("run --services").prints("1 answer came: 1 Told\nit is now 2026-11-21T12:30:00.000Z\n");
    assert!(bench.run("log --module a").out().contains("2026-11-21T12:30:00.000Z  a 2 Told"));
}

#[test]
fn what_cannot_be_answered_is_said_until_it_can() {
    let bench = bench(&[("a", "on: {Ask: {after: =event.data.wait, publish: Told}}\n")]);
    ask(&bench, "q-1", 0, r#"{"wait":"soon"}"#);
    ask(&bench, "q-2", 1, r#"{"wait":"5m"}"#);
    for done in [
        "1 answer came: 1 Told\nit is now 2026-11-21T12:06:00.000Z\n",
        "nothing to do: every message was handled before\n",
    ] {
        let said = "warning: a has no answer to Ask (shop 1): expected a duration such as '15m', this is \"soon\" (a.yaml:2)\n";
        bench.run("run --services --drain").ends(0, done, said);
    }
    bench.write(
        "services/a.yaml",
        "service: a\non: {Ask: {after: \"=has(event.data.late) ? '1h' : '2m'\", publish: Told}}\n",
    );
    bench.run("run --services --drain").prints("1 answer came: 1 Told\nit is now 2026-11-21T12:06:00.000Z\n");
    assert!(
        bench.run("log --module a").out().contains("a 2 Told"),
        "stamped behind what the log has reached"
    );
}

#[test]
fn what_goes_round_for_ever_is_stopped() {
    let ping = |after: &str| {
        let bench = bench(&[
            ("ping", &*format!("on: {{Ask: {{publish: Ping}}, Pong: {{after: {after}, publish: Ping}}}}\n")),
            ("pong", "on: {Ping: {publish: Pong}}\n"),
        ]);
        ask(&bench, "q-1", 0, "{}");
        bench
    };
    ping("1m").run("run --services --drain --bound 9").ends(
        3,
        "9 answers came: 5 Ping, 4 Pong\nit is now 2026-11-21T12:04:00.000Z\n",
        "error: stopped after 0 alarms and 9 answers: --bound is reached\n  = help: do alarms and answers go round for ever? `--bound N` allows more\n",
    );
    let endless = ping("0s");
    let mut command = endless.command("run --services");
    let output = command.output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{err}");
    assert!(err.contains("goes round and round with q-1, and time stands still"), "{err}");
}

const BANK: &str = "entity: =event.data.who
data: {left: 10}
on:
  Ask:
    - {when: event.data.sum <= data.left, set: {left: =data.left - event.data.sum}, after: 1m, publish: {Granted: {left: =data.left}}}
    - publish: {Refused: {left: =data.left}}
";

#[test]
fn an_entity_that_is_parked_waits_for_a_person() {
    let bench = bench(&[("bank", BANK)]);
    ask(&bench, "q-1", 0, r#"{"who":"ada","sum":4}"#);
    ask(&bench, "q-2", 1, r#"{"who":"ada"}"#);
    ask(&bench, "q-3", 2, r#"{"who":"ada","sum":4}"#);
    ask(&bench, "q-4", 2, r#"{"sum":4}"#);
    bench.run("run --services --for 0s").prints(
        "handled 4 messages: 1 started, 1 held, 2 parked
parked: 2 instances; `anyorder status` says why
it is now 2026-11-21T12:02:00.000Z
",
    );
    bench.run("status").prints(
        "PROCESS  INSTANCE  STATE                AGE  NEXT ALARM
bank     ada       {\"left\":6}, parked   2m   Granted 2026-11-21T12:01:00.000Z
  parked by Ask (shop 2): event.data has no member `sum`
  1 message held behind it
bank     (none)    not-started, parked  0s
  parked by Ask (shop 4): event.data has no member `who`
2 parked
what is parked waits for `anyorder resume ID`, `resume ID --skip` or `end ID`
",
    );
    bench.run("resume ada --skip --id s-1 --time 2026-11-21T12:03:00Z").prints(
        "bank ada: taken up again without the message\n  Ask (shop 3): advanced\nits data is {\"left\":2}\n",
    );
    bench.run("end ada").fails(
        2,
        "error: ada is not parked: its service goes on with it\n  = help: only what is parked waits for a person; `anyorder status` shows it\n",
    );
    bench.run("run --services --drain").prints(
        "2 answers came: 2 Granted\nparked: 1 instance; `anyorder status` says why\nit is now 2026-11-21T12:04:00.000Z\n",
    );
    bench.run("trace q-3").prints(
        "Ask (command)  shop 3  2026-11-21T12:02:00.000Z  {\"who\":\"ada\",\"sum\":4}
├─ bank held  2026-11-21T12:02:00.000Z
└─ bank advanced  2026-11-21T12:03:00.000Z  set {\"left\":2}
   └─ Granted (answer, due 2026-11-21T12:04:00.000Z)  bank 9  {\"left\":2}
      └─ bank advanced  2026-11-21T12:04:00.000Z
         └─ Granted  bank 13  2026-11-21T12:04:00.000Z  {\"left\":2}
",
    );
    bench.run("resume '(none)' --skip --id s-2 --time 2026-11-21T12:09:00Z").out();
    bench.run("status").prints(
        "PROCESS  INSTANCE  STATE       AGE  NEXT ALARM\nbank     ada       {\"left\":2}  9m\n1 entity\n",
    );
    bench.run("append Granted --module bank").fails(
        2,
        "error: bank is a service with `entity`: only `anyorder run` writes its log\n  = help: append what happened outside to the module that owns it\n",
    );
    bench.run("run --services --drain").prints("nothing to do: every message was handled before\n");
}

#[test]
fn a_person_may_append_while_services_answer() {
    let bench = bench(&[
        ("a", "on: {Ask: {after: 1s..9m, publish: Told}}\n"),
        ("b", "entity: =event.id\non: {Told: {publish: Noted}}\n"),
    ]);
    let line = |n: usize| {
        format!(
            "{{\"specversion\":\"1.0\",\"id\":\"m-{n}\",\"source\":\"shop\",\"type\":\"Ask\",\"time\":\"2026-11-21T12:00:00.000Z\",\"sequence\":\"{:016}\"}}\n",
            n + 1
        )
    };
    bench.write("log/shop.jsonl", (0..400).map(line).collect::<String>());
    let mut runs = vec![bench.command("run --services --drain").spawn().unwrap()];
    for n in 0..12 {
        let line = format!("append Told --module a --id t-{n} --time 2026-11-21T12:01:00Z");
        assert!(bench.command(&line).status().unwrap().success());
    }
    assert!(runs.pop().unwrap().wait().unwrap().success());
    bench.run("run --services --drain").out();
    // Where in the log what a person says at a time of his own comes to stand is chance.
    let said = bench.run("verify").out();
    let said: Vec<&str> = said.lines().map(|line| line.split("  time goes back").next().unwrap()).collect();
    let said = said.join("\n").replace("  sound", "");
    assert_eq!(said, "a     412 messages\nb     825 messages\nshop  400 messages  400 without a checksum");
}
