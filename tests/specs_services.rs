//! Specs in which services answer, and specs of services: what they draw is what `run --services` draws,
//! answers keep their place in time, and what cannot be is said.

mod common;

use common::bench::Bench;

const WORKSPACE: &str = "workspace: w\nseed: 7\nmodules: {shop: [Ask, Order], desk: [Told]}\n";

const DESK: &str = "service: desk-clerk
on:
  Ask:
    - {chance: 0.4, after: 1m..9m, publish: {Told: {said: yes it is}}}
    - {chance: 0.4, after: {exponential: 5m}, publish: {Told: {said: \"no\"}}}
";

const ORDER: &str = "process: order
version: 1
starts-on: Order
initial: asking
data: {said: nothing}
states:
  asking:
    on:
      Order: {send: Check, alarm: {Late: 5m}}
      Checked: {set: {said: =event.data.said}, to: done}
      Late: {to: late}
  done: {end: success}
  late: {end: failure, on: {Checked: {send: Complain}}}
";

fn bench() -> Bench {
    Bench::new()
        .file("anyorder.yaml", WORKSPACE)
        .file("processes/order@1.yaml", ORDER)
        .file("services/desk-clerk.yaml", DESK)
}

fn holds(bench: &Bench, spec: &str) {
    bench.write("specs/a.yaml", spec);
    let ran = bench.run("test");
    assert_eq!((ran.code, &*ran.err), (Some(0), ""), "{spec}\n{}", ran.out);
}

fn fails(bench: &Bench, spec: &str, said: &str) {
    bench.write("specs/a.yaml", spec);
    let ran = bench.run("test");
    assert_eq!((ran.code, &*ran.err), (Some(1), ""), "{spec}\n{}", ran.out);
    assert!(ran.out.contains(said), "{spec}\nlacks {said}\n{}", ran.out);
}

fn refused(bench: &Bench, spec: &str, said: &str) {
    bench.write("specs/a.yaml", spec);
    let ran = bench.run("test");
    assert_eq!((ran.code, &*ran.out), (Some(2), ""), "{spec}");
    assert!(ran.err.contains(said), "{spec}\nlacks {said}\n{}", ran.err);
}

/// For messages of the same ids and modules a spec answers what `run --services` answers, when it does.
#[test]
fn what_is_answered_in_a_spec_is_what_a_run_answers() {
    let ids = 20;
    let bench = Bench::new().file("anyorder.yaml", WORKSPACE).file("services/desk-clerk.yaml", DESK);
    for id in 0..ids {
        let time = "2000-01-01T00:00:00Z";
        bench.run(&format!("append Ask --command --module shop --id ask-{id} --time {time}")).out();
    }
    bench.run("run --services --drain").out();
    let mut answers = 0;
    for id in 0..ids {
        let log = bench.run(&format!("log --module desk --correlation ask-{id} --format json")).out();
        let said = log.lines().next().map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            (line["time"].as_str().unwrap().to_string(), line["data"].to_string())
        });
        let spec = |advance: u64, publish: &str| {
            format!(
                "spec: it says the same\nservice: desk-clerk\ngiven: {{event: Ask, id: ask-{id}}}\n\
                 when: {{advance: {advance}ms}}\nthen: {{publish: {publish}}}\n"
            )
        };
        let Some((time, data)) = said else {
            holds(&bench, &spec(100 * 60_000, "[]"));
            continue;
        };
        answers += 1;
        let clock: Vec<u64> = time[14..23].split([':', '.']).map(|part| part.parse().unwrap()).collect();
        let hours: u64 = time[11..13].parse().unwrap();
        let millis = ((hours * 60 + clock[0]) * 60 + clock[1]) * 1000 + clock[2];
        holds(&bench, &spec(millis, &format!("[{{Told: {data}}}]")));
        // A millisecond earlier it is still owed.
        holds(&bench, &spec(millis - 1, "[]"));
    }
    assert!((10..ids).contains(&answers), "{answers}");
}

/// At one moment messages come first, then answers, then alarms: what is answered exactly at a deadline
/// is in time.
#[test]
fn an_answer_keeps_its_place_in_time() {
    let checker = |after: &str| {
        format!("service: checker\non:\n  Check: {{after: {after}, publish: {{Checked: {{said: fine}}}}}}\n")
    };
    let spec = |when: &str, then: &str| {
        format!("spec: a\nprocess: order\nservices: checker\ngiven: Order\nwhen: {when}\nthen: {then}\n")
    };
    let bench = bench().file("services/checker.yaml", &checker("5m"));
    holds(&bench, &spec("{advance: 5m}", "{state: done, data: {said: fine}, outcome: ended}"));
    fails(&bench, &spec("Late", "{state: late}"), "no alarm is set");
    holds(
        &bench,
        &spec("{advance: 4m}", "{state: asking, alarms: {Late: 1m}, outcome: started}")
            .replace(", outcome: started", ""),
    );
    // The script may say by hand what the service says as well.
    holds(&bench, &spec("{Checked: {said: by hand}}", "{state: done, data: {said: by hand}}"));

    bench.write("services/checker.yaml", checker("301s"));
    holds(&bench, &spec("Late", "{state: late, send: []}"));
    holds(&bench, &spec("[Late, {advance: 1s}]", "{state: late, send: Complain}"));

    // What takes no time is said before the next entry.
    bench.write("services/checker.yaml", checker("0s"));
    holds(
        &bench,
        "spec: a\nprocess: order\nservices: checker\nwhen: Order\nthen: {state: done, send: Check, alarms: []}\n",
    );
    holds(&bench, "spec: a\nprocess: order\nwhen: Order\nthen: {state: asking, send: Check}\n");
}

/// An answer goes into the log of the module that owns it, where the script speaks too.
#[test]
fn the_script_and_a_service_speak_in_one_module() {
    let bench = bench().file(
        "services/checker.yaml",
        "service: checker\non:\n  Check: {after: 1m, publish: {Checked: {said: from checker}}}\n",
    );
    bench.write("anyorder.yaml", "workspace: w\nmodules: {shop: [Order], desk: [Checked, Note]}\n");
    bench.write(
        "processes/order@1.yaml",
        ORDER.replace("Late: {to: late}", "Late: {to: late}\n      Note: {set: {said: =event.data.text}}"),
    );
    let spec = |when: &str, then: &str| {
        format!(
            "spec: a\nprocess: order\nservices: checker\ngiven: [Order, {{Note: {{text: one}}}}]\nwhen: {when}\nthen: {then}\n"
        )
    };
    holds(&bench, &spec("{advance: 1m}", "{outcome: ended, data: {said: from checker}}"));
    holds(&bench, &spec("{Note: {text: two}}", "{outcome: advanced, data: {said: two}}"));
    holds(
        &bench,
        &spec(
            "[{Note: {text: two}}, {advance: 1m}, {Note: {text: three}}]",
            "{outcome: late, data: {said: from checker}}",
        ),
    );
    refused(
        &bench,
        "spec: a\nservice: [checker]\nwhen: {event: Check, module: 7}\nthen: {publish: []}\n",
        "is no name for a module",
    );
}

#[test]
fn an_entity_that_is_parked_and_a_service_that_cannot_answer() {
    let bench = bench().file(
        "services/bank.yaml",
        "service: bank\nentity: =event.data.who\ndata: {left: 10}\non:\n  Ask: {set: {left: =data.left - event.data.sum}, publish: Granted}\n",
    );
    let bank = |then: &str| {
        format!(
            "spec: a\nservice: bank\ngiven: {{Ask: {{who: ada, sum: 3}}}}\nwhen: {{Ask: {{who: ada}}}}\nthen: {then}\n"
        )
    };
    holds(
        &bench,
        &bank("{outcome: parked, parked: event.data has no member `sum`, data: {left: 7}, publish: []}"),
    );
    fails(&bench, &bank("{parked: false}"), "actual    event.data has no member `sum`");

    bench.write(
        "services/desk-clerk.yaml",
        "service: desk-clerk\non:\n  Ask: {publish: {Told: {n: =event.data.n}}}\n",
    );
    let desk = |then: &str| format!("spec: a\nservice: desk-clerk\nwhen: Ask\nthen: {then}\n");
    holds(&bench, &desk("{parked: event has no member `data`}"));
    holds(&bench, &desk("{parked: true, publish: []}"));
    fails(
        &bench,
        &desk("{publish: []}"),
        "desk-clerk\n      expected  an answer\n      actual    event has no member `data`\n",
    );
    fails(
        &bench,
        &desk("{parked: false}"),
        "parked\n      expected  no\n      actual    event has no member `data`\n",
    );
}

#[test]
fn who_answers_for_ever_is_stopped() {
    let bench = Bench::new()
        .file("anyorder.yaml", "workspace: w\nmodules: {}\n")
        .file("services/ping.yaml", "service: ping\non: {Ping: {publish: Pong}}\n")
        .file("services/pong.yaml", "service: pong\non: {Pong: {publish: Ping}}\n");
    let spec =
        |when: &str| format!("spec: a\nservice: ping\nservices: pong\nwhen: {when}\nthen: {{send: []}}\n");
    fails(&bench, &spec("Ping"), "more than 10000 alarms rang and answers came");
    bench.write("services/pong.yaml", "service: pong\non: {Pong: {after: 1s, publish: Ping}}\n");
    fails(&bench, &spec("[Ping, {advance: 3h}]"), "more than 10000 alarms rang and answers came");
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let bench = bench().file("services/order.yaml", "service: order\non: {Ask: {publish: Told}}\n");
    bench.write(
        "specs/a.yaml",
        "spec: a\nprocess: order\nservices: order\nwhen: Order\nthen: {state: asking}\n",
    );
    bench.run("test").fails(
        2,
        "error: order is a process and a service\n  --> services/order.yaml\n  = help: a process's own log bears its name: give the service another\n",
    );
    for (spec, said) in [
        ("service: desk-clark\nwhen: Ask\nthen: {publish: []}\n", "did you mean desk-clerk?"),
        (
            "service: [desk-clerk, desk-clerk]\nwhen: Ask\nthen: {publish: []}\n",
            "`desk-clerk` is listed twice",
        ),
        ("service: []\nwhen: Ask\nthen: {publish: []}\n", "no service is named"),
        ("services: desk-clerk\nwhen: Ask\nthen: {publish: []}\n", "`process` is missing"),
        ("proces: order\nwhen: Ask\nthen: {publish: []}\n", "did you mean `process`?"),
        ("service: desk-clerk\nwhen: Aks\nthen: {publish: []}\n", "did you mean `Ask`?"),
        ("service: desk-clerk\nwhen: Ask\nthen: {publish: Tolt}\n", "desk-clerk never publishes `Tolt`"),
        ("service: desk-clerk\nwhen: Ask\nthen: {outcome: advanced}\n", "is a service without `entity`"),
        ("service: ../services/none.yaml\nwhen: Ask\nthen: {publish: []}\n", "No such file"),
    ] {
        refused(&bench, &format!("spec: a\n{spec}"), said);
        let ran = bench.run("test");
        assert!(
            ran.err.contains("--> specs/a.yaml:") && ran.err.matches("error[").count() == 1,
            "{}",
            ran.err
        );
    }
    // What is wrong with the service is said at its own place, once.
    bench.write("services/order.yaml", "service: order\non: {Ask: {publsh: Told}}\n");
    bench.write("specs/a.yaml", "spec: a\nservice: desk-clerk\nwhen: Ask\nthen: {publish: []}\n");
    let ran = bench.run("test");
    assert!(
        ran.err.contains("services/order.yaml:2:12") && ran.err.contains("did you mean `publish`?"),
        "{}",
        ran.err
    );
}

#[test]
fn as_json() {
    let bench = bench().file(
        "services/bank.yaml",
        "service: bank\nentity: =event.data.who\ndata: {left: 10}\non:\n  Lend: {set: {left: =data.left - 1}, after: 1m, publish: Lent}\n",
    );
    bench.write("services/desk-clerk.yaml", "service: desk-clerk\non: {Lent: {publish: {Told: {n: 1}}}}\n");
    bench.write(
        "specs/a.yaml",
        "spec: a\nservice: bank\nservices: desk-clerk\ngiven: {Lend: {who: ada}}\nwhen: {advance: 1m}\nthen: {data: {left: 9}, publish: Lent}\n",
    );
    let out = bench.run("test --format json").out();
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    let spec = &json[0];
    assert_eq!(spec["processes"], serde_json::json!([]));
    assert_eq!(spec["services"], serde_json::json!(["bank", "desk-clerk"]));
    let rows: Vec<String> = spec["happened"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            format!("{} {} {} {} {}", row["part"], row["process"], row["type"], row["rang"], row["outcome"])
                .replace('"', "")
        })
        .collect();
    assert_eq!(
        rows,
        ["given bank Lend false started", "when bank Lent true advanced", "when desk-clerk Told true null"]
    );
    assert_eq!(spec["ends"]["bank"]["data"], serde_json::json!({"left": 9}));
}
