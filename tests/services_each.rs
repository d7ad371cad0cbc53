//! A service that says a message for each item of a list: in order, at its time, whole after a run that
//! was stopped between two of them, and never mistaken for what a person has answered.

mod common;

use common::bench::Bench;

const WORKSPACE: &str = "workspace: w\nmodules: {shop: [Ask], guests: [Told]}\n";

fn bench(service: &str) -> Bench {
    Bench::new().file("anyorder.yaml", WORKSPACE).file("services/usher.yaml", service)
}

fn ask(bench: &Bench, id: &str, data: &str) {
    bench.run(&format!("append Ask --command --id {id} --time 2026-11-21T12:00:00Z --data '{data}'")).out();
}

const USHER: &str = "service: usher
on:
  Ask:
    - after: 1m
      publish: [{Told: {guest: =g, of: =event.id}, each: g in event.data.guests}, Done]
";

#[test]
fn one_message_for_each_item_in_the_order_of_the_list() {
    let bench = bench(USHER);
    ask(&bench, "q-1", r#"{"guests":["ada","bob",12.50]}"#);
    ask(&bench, "q-2", r#"{"guests":[]}"#);
    bench
        .run("run --services --drain")
        .prints("5 answers came: 2 Done, 3 Told\nit is now 2026-11-21T12:01:00.000Z\n");
    bench.run("log --module guests").prints(
        "2026-11-21T12:01:00.000Z  guests 1 Told  afbfa2f3  {\"guest\":\"ada\",\"of\":\"q-1\"}
2026-11-21T12:01:00.000Z  guests 2 Told  f289b672  {\"guest\":\"bob\",\"of\":\"q-1\"}
2026-11-21T12:01:00.000Z  guests 3 Told  fbf71bb1  {\"guest\":12.50,\"of\":\"q-1\"}
",
    );
    bench.run("run --services --drain").prints("nothing to do: every message was handled before\n");
}

/// What is in the log already was said by the service, however many items there are; the rest follows.
#[test]
fn a_run_that_was_stopped_between_two_items_says_the_rest() {
    let whole = bench(USHER);
    ask(&whole, "q-1", r#"{"guests":[1,2,3,4,5]}"#);
    whole.run("run --services --drain").out();
    let log = whole.read("log/guests.jsonl");
    for said in 0..=5 {
        let cut = bench(USHER);
        ask(&cut, "q-1", r#"{"guests":[1,2,3,4,5]}"#);
        cut.write("log/guests.jsonl", log.split_inclusive('\n').take(said).collect::<String>());
        cut.run("run --services --drain").out();
        assert_eq!(cut.read("log/guests.jsonl"), log, "stopped after {said}");
    }
    // All five are there and Done is not: also then nobody else has answered.
    let cut = bench(USHER);
    ask(&cut, "q-1", r#"{"guests":[1,2,3,4,5]}"#);
    cut.write("log/guests.jsonl", &log);
    cut.run("run --services --drain").prints("1 answer came: 1 Done\nit is now 2026-11-21T12:01:00.000Z\n");
}

#[test]
fn what_a_person_has_answered_no_service_answers() {
    let bench = bench(USHER);
    ask(&bench, "q-1", r#"{"guests":["ada","bob"]}"#);
    let by_hand = "append Told --id t-1 --correlation q-1 --caused-by q-1 --time 2026-11-21T12:00:30Z";
    bench.run(by_hand).out();
    bench.run("run --services --drain").prints("nothing to do: every message was handled before\n");
}

#[test]
fn what_is_no_list_is_not_answered_and_parks_an_entity() {
    let without = bench(USHER);
    ask(&without, "q-1", r#"{"guests":"ada"}"#);
    without.run("run --services --drain").ends(
        0,
        "nothing to do: every message was handled before\n",
        "warning: usher has no answer to Ask (shop 1): `each` goes over a list, this is a string (usher.yaml:5)\n",
    );
    let with = bench(&USHER.replace("on:", "entity: \"='all'\"\ndata: {asked: 0}\non:"));
    ask(&with, "q-1", r#"{"guests":["ada","bob"]}"#);
    ask(&with, "q-2", r#"{"guests":"ada"}"#);
    with.run("run --services --for 0s").out();
    with.run("status").prints(
        "PROCESS  INSTANCE  STATE                AGE  NEXT ALARM
usher    all       {\"asked\":0}, parked  0s   Told 2026-11-21T12:01:00.000Z
  parked by Ask (shop 2): `each` goes over a list, this is a string
1 parked
what is parked waits for `anyorder resume ID`, `resume ID --skip` or `end ID`
",
    );
    with.run("resume all --skip --id s-1 --time 2026-11-21T12:00:10Z").out();
    with.run("run --services --drain")
        .prints("3 answers came: 1 Done, 2 Told\nit is now 2026-11-21T12:01:00.000Z\n");
}

#[test]
fn each_stands_beside_a_messages_name() {
    let bench = bench(&USHER.replace("publish: [", "each: g in event.data.guests\n      publish: ["));
    ask(&bench, "q-1", "{}");
    bench.run("run --services").fails(
        2,
        "error[E0201]: an answer of a service has no key `each`
 --> services/usher.yaml:5:7
  |
5 |       each: g in event.data.guests
  |       ^^^^
  |
  = help: `each` belongs beside the name of a message, under `send` or `publish`
",
    );
}
