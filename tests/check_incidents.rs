//! Bugs of `check` that were found, and what somebody could do to it, each with its story.

#[path = "common/shelf.rs"]
mod shelf;

use anyorder::event::line;
use anyorder::explore::{
    Alarms, Order, Report, Scenario, conversations, explore, outcome_of, save, step_through,
};
use anyorder::report::diagnostic::render;
use anyorder::store::{Guard, Memory, Store};
use shelf::{Shelf, counts, definition, report, scenario};
use std::sync::Arc;

/// Every example, given back as a person would type it, leads to its outcome.
fn leads_back(scenario: &Scenario) -> Report {
    let order = scenario.orders[0];
    let report = report(scenario, order);
    for found in &report.outcomes {
        let typed = found.example.join(" ");
        let words: Vec<&str> = typed.split_whitespace().collect();
        let reached = outcome_of(scenario, order, &words).unwrap_or_else(|e| panic!("{}", render(&e, false)));
        assert_eq!(reached, found.outcome, "{typed}");
        assert!(save(scenario, order, &words).is_ok(), "{typed}");
    }
    report
}

fn error_of(scenario: &Scenario) -> String {
    render(&explore(scenario, Order::ANY, &mut |_| true).unwrap_err(), false)
}

const ROUND: &str = "process: p\nversion: 1\nstarts-on: {Go: {alarm: {Bell: 5m}}}\ninitial: on\nstates: {on: {on: \
                     {Bell: {alarm: {Bell: 5m}}, Stop: {to: off}}}, off: {end: success}}\n";

/// Story: an ordering was taken by a function that called itself once for each word.
/// An alarm that rings for ever makes orderings as long as anybody likes; the stack ended first.
/// Now the way is kept in a list.
#[test]
fn an_ordering_of_a_hundred_thousand_words() {
    let scenario = scenario(ROUND, "first: Go\ndeliver: Stop\n");
    let mut words = vec!["Bell!"; 100_000];
    words.push("Stop");
    let outcome = outcome_of(&scenario, Order::ANY, &words).unwrap();
    assert_eq!(outcome.rests, "off");
    words.push("Stop");
    let error = outcome_of(&scenario, Order::ANY, &words).unwrap_err();
    assert_eq!(
        render(&error, false),
        "error: `Stop` cannot happen after 100001 choices, the last of them Bell! Bell! Bell! Bell! Bell! Bell! Bell! \
         Stop\n  = help: there the ordering ends: nothing more can happen\n"
    );
}

/// Story: `A A A … X` may mean thirty messages in every order, and X cannot come.
/// Every order was tried. Now no world is tried twice, and at some point it is said.
#[test]
fn words_that_may_mean_too_much() {
    let process = "process: p\nversion: 1\nstarts-on: A\ndata: {x: 0}\ninitial: on\nstates: {on: {end: success, \
                   on: {A: {set: {x: =event.data}}}}}\n";
    let list: Vec<String> = (0..30).map(|number| format!("A: {number}")).collect();
    let scenario = scenario(process, &format!("deliver: [{}]\n", list.join(", ")));
    let mut words = vec!["A"; 12];
    assert!(step_through(&scenario, Order::ANY, &words).is_ok());
    words.push("X");
    let error = outcome_of(&scenario, Order::ANY, &words).unwrap_err();
    assert!(error.what().contains("may mean too many things") || error.what().contains("cannot happen"));
}

/// Story: a shop's own Paid and the one that its bank sent were both written `Paid`.
/// The nearest ordering of an outcome, given back, took the one for the other and ended elsewhere.
/// Now what a process sends is numbered behind what is listed, and behind what may come as well.
#[test]
fn messages_of_one_name_are_told_apart() {
    let bank = "process: bank\nversion: 1\nstarts-on: Order\ninitial: on\nstates: {on: {end: success, on: {Order: \
                {publish: [{Paid: {by: bank}}, {Paid: {by: loan}}]}}}}\n";
    let shop = "process: shop\nversion: 1\nstarts-on: Paid\ndata: {by: nobody}\ninitial: on\nstates:\n  on: {on: \
                {Paid: [{when: event.data.by == 'bank', to: bank}, {when: event.data.by == 'loan', to: loan}, {to: \
                cash}]}}\n  bank: {end: success}\n  loan: {end: success}\n  cash: {end: success}\n";
    let text = "process: [bank@1, shop@1]\nalarms: never\ndeliver: [Order, {Paid: {by: cash}}]\n";
    let scenario = Shelf::new(&[bank, shop]).scenario(text);
    let report = leads_back(&scenario);
    let examples: Vec<String> = report.outcomes.iter().map(|found| found.example.join(" ")).collect();
    assert_eq!(
        examples,
        ["Order Paid Paid#2 Paid#2", "Order Paid#2 Paid Paid#2", "Order Paid#3 Paid Paid#2"]
    );
}

/// Story: a conversation called `table 5` was written into an ordering as it is, and read as two words.
/// Now what parts words is written as in an address.
#[test]
fn conversations_with_any_name() {
    let names = ["table 5", "a#b!", "50%>x", "Ünïcode\ttab"];
    let list: Vec<String> = names
        .iter()
        .map(|name| format!("{{event: Go, correlation: {name:?}}}, {{event: Stop, correlation: {name:?}}}"))
        .collect();
    for two in list.windows(2) {
        leads_back(&scenario(ROUND, &format!("alarms: never\ndeliver: [{}]\n", two.join(", "))));
        leads_back(&scenario(ROUND, &format!("alarms: last\ndeliver: [{}]\n", two.join(", "))));
    }
    let first = "{event: Go, correlation: table 5}";
    let scenario = scenario(ROUND, &format!("first: [{first}]\ndeliver: [{}]\n", list[1]));
    let stepped = step_through(&scenario, Order::ANY, &[]).unwrap();
    assert_eq!(stepped.next, ["Go#a%23b%21", "Stop#a%23b%21", "Bell#table%205!"]);
}

/// Story: one conversation, and instances by what the messages say: both alarms were written `Bell!`.
#[test]
fn instances_found_by_an_expression() {
    let process = "process: p\nversion: 1\nstarts-on: {Go: {alarm: {Bell: 5m}}}\ncorrelate: event.data.room\ndata: \
                   {room: 0}\ninitial: on\nstates:\n  on: {on: {Bell: {to: rung}, Stop: {to: off}}}\n  off: {end: \
                   success}\n  rung: {end: failure}\n";
    let text = "first: [Go: {room: a}, Go: {room: b}]\ndeliver: [Stop: {room: a}]\n";
    let report = leads_back(&scenario(process, text));
    assert_eq!(
        counts(&report),
        ("5".into(), 8, vec!["p#a: rung, p#b: rung 3".into(), "p#a: off, p#b: rung 2".into()])
    );
    // What has no way to an instance parks under the process.
    let report = leads_back(&scenario(process, "deliver: [Stop: {}, Go: {room: a}]\nalarms: never\n"));
    assert_eq!(report.outcomes.len(), 1);
    assert_eq!(
        report.outcomes[0].outcome.rests,
        "p#(none): parked: event.data has no member `room`, p#a: unfinished: on"
    );
}

/// Story: two messages that are alike but for their ids bore one name, though the process looked at ids.
#[test]
fn messages_that_differ_in_their_ids_alone() {
    let process = "process: p\nversion: 1\nstarts-on: Go\ndata: {last: none}\ninitial: on\nstates: {on: {end: \
                   success, on: {Go: {set: {last: =event.id}}}}}\n";
    let report = leads_back(&scenario(process, "deliver: [Go, Go]\noutcome-by: data\n"));
    assert_eq!(report.outcomes.len(), 2);
    let examples: Vec<String> = report.outcomes.iter().map(|found| found.example.join(" ")).collect();
    assert_eq!(examples, ["Go#2 Go#1", "Go#1 Go#2"]);
}

/// Story: an outcome was said to be decided by `Late! before Late!`: the first, before one that never comes.
#[test]
fn what_never_comes_decides_nothing() {
    let process = "process: p\nversion: 1\nstarts-on: {Go: {alarm: {Late: 5m}}}\ninitial: on\nstates:\n  on: {on: \
                   {Late: {to: off}, Knock: {cancel: Late}}}\n  off: {end: success, ignore: [Knock]}\n";
    let report = leads_back(&scenario(process, "first: Go\ndeliver: [Knock, Knock]\n"));
    let decided: Vec<_> = report.outcomes.iter().map(|found| found.decided.by.join(", ")).collect();
    assert_eq!(decided, ["1st Knock before Late!", "Late! before 1st Knock"]);
}

/// More than numbers of 16 bits, or sets of bits, could hold is an error, and no panic.
#[test]
fn more_than_fits() {
    let hears = |count: usize| {
        let types: Vec<String> = (0..count).map(|number| format!("M{number}")).collect();
        let list = types.join(", ");
        (
            format!(
                "process: p\nversion: 1\nstarts-on: [{list}]\ninitial: on\nstates: {{on: {{end: success, ignore: [{list}]}}}}\n"
            ),
            list,
        )
    };
    let (process, list) = hears(4_097);
    assert_eq!(
        error_of(&scenario(&process, &format!("deliver: [{list}]\n"))),
        "error: 4097 messages in flight are more than 4096\n  --> a test's\n  = help: put most of them under `first`, in the \
         order in which they come\n"
    );
    let copies = format!("deliver: [{}]\n", vec!["M0"; 70_000].join(", "));
    assert!(error_of(&scenario(&hears(1).0, &copies)).starts_with("error: 70000 messages"));
    let alarms: Vec<String> = (0..65).map(|number| format!("A{number}: 5m")).collect();
    let rings: Vec<String> = (0..65).map(|number| format!("A{number}")).collect();
    let process = format!(
        "process: p\nversion: 1\nstarts-on: {{Go: {{alarm: {{{}}}}}}}\ninitial: on\nstates: {{on: {{end: success, on: \
         {{Go: {{}}}}, ignore: [{}]}}}}\n",
        alarms.join(", "),
        rings.join(", ")
    );
    assert_eq!(
        error_of(&scenario(&process, "deliver: Go\n")),
        "error: p@1 has more than 64 alarms\n  --> process@1.yaml\n"
    );
}

/// Hundreds of messages are no more than a bound that is reached, or copies that are counted.
#[test]
fn hundreds_of_messages() {
    let process =
        "process: p\nversion: 1\nstarts-on: M\ninitial: on\nstates: {on: {end: success, ignore: M}}\n";
    let mut many = scenario(process, &format!("deliver: [{}]\n", vec!["M"; 1_000].join(", ")));
    assert_eq!(report(&many, Order::ANY).verdict.name(), "bound-reached");
    many.bounds.depth = 1_000;
    let found = report(&many, Order::ANY);
    assert_eq!((found.states, found.orderings.to_string().len()), (1_001, 2_568)); // 1000! has 2,568 digits
    let distinct: Vec<String> = (0..120).map(|number| format!("M: {number}")).collect();
    let mut many = scenario(process, &format!("deliver: [{}]\n", distinct.join(", ")));
    many.bounds.states = 5_000;
    // All do the same, so it takes 121 worlds of 2^120.
    let found = report(&many, Order::ANY);
    assert_eq!((found.states, found.orderings.to_string().len()), (121, 199));
    many.reductions.interchangeable = false;
    assert_eq!(report(&many, Order::ANY).verdict.name(), "bound-reached");
}

/// A log's messages without a correlation id, and a life after the end.
#[test]
fn messages_of_no_conversation_and_lives_that_are_forgotten() {
    let process = "process: p\nversion: 1\nstarts-on: Go\nafter-end: forget\ninitial: on\nstates:\n  on: {on: {Stop: \
                   {to: off, send: Bye}}}\n  off: {end: success}\n";
    let store = Store::new(Arc::new(Memory::new()));
    for (id, type_) in [("1", "Go"), ("2", "Stop"), ("3", "Go"), ("4", "Stop")] {
        let text = format!(
            r#"{{"specversion":"1.0","id":"{id}","source":"m","type":"{type_}","time":"2026-11-21T09:00:00Z","correlationid":"c"}}"#
        );
        store.append_new("m", vec![vec![line::read(&text).unwrap()]], Guard::None).unwrap();
    }
    // An answer that names a cause and no conversation belongs to none.
    let text = r#"{"specversion":"1.0","id":"5","source":"m","type":"Stop","time":"2026-11-21T09:00:00Z","causationid":"x"}"#;
    store.append_new("m", vec![vec![line::read(text).unwrap()]], Guard::None).unwrap();
    let definition = Arc::new(definition(process));
    let found = conversations(&store, &definition, None, Order::ANY, Alarms::Any, false).unwrap();
    let told: Vec<_> = found
        .iter()
        .map(|scenario| {
            let report = leads_back(scenario);
            (report.scenario.clone(), counts(&report))
        })
        .collect();
    let outcomes = vec!["off 20".into(), "parked: unexpected Go in on 4".into()];
    assert_eq!(told, [("c".to_string(), ("24".to_string(), 11, outcomes))]);
}

/// Story: two carriers, and an answer that is ignored. A choice that changes no instance had a column less
/// than the others, and taking out one that is empty all the way down found it missing.
#[test]
fn a_choice_that_changes_nobody_among_several() {
    let asks = "process: asks\nversion: 1\nstarts-on: Go\ninitial: on\nstates: {on: {on: {Go: {send: Ask}}, ignore: \
                Told}}\n";
    let tells = "process: tells\nversion: 1\nstarts-on: Ask\ninitial: on\nstates: {on: {on: {Ask: {publish: Told, \
                 to: off}}}, off: {end: success}}\n";
    let scenario = Shelf::new(&[asks, tells]).scenario("process: [asks@1, tells@1]\ndeliver: Go\n");
    let stepped = step_through(&scenario, Order::ANY, &["Go", "Ask", "Told"]).unwrap();
    let text = anyorder::report::check_ordering::stepped(&stepped);
    assert!(text.contains("\nTold    ignored"), "{text}");
}

/// Story: rows of worlds came to lie in pieces, and one row longer than a piece was a panic. A step that sends very
/// much to another process is an error, as it was before.
#[test]
fn a_world_with_very_much_in_flight() {
    let asks = "process: asks\nversion: 1\nstarts-on: Go\ninitial: on\nstates:\n  on: {end: success, on: {Go: {send: {Do: \
                {}, each: g in event.data}}}}\n";
    let does =
        "process: does\nversion: 1\nstarts-on: Do\ninitial: on\nstates: {on: {end: success, ignore: Do}}\n";
    let many = vec!["1"; 150_000].join(", ");
    let text = format!("process: [asks@1, does@1]\ndeliver: [{{Go: [{many}]}}]\nbounds: {{depth: 3}}\n");
    let scenario = Shelf::new(&[asks, does]).scenario(&text);
    assert!(error_of(&scenario).contains("more than 65,535 choices"), "{}", error_of(&scenario));
}

/// Story: which messages have come was read one number too far, where it is asked alone: with a fault that may strike, what
/// decides an outcome was found, and no longer that it does so exactly.
#[test]
fn what_decides_is_exact_where_a_message_may_come_twice() {
    let process = "process: p\nversion: 1\nstarts-on: {Go: {alarm: {Late: 5m}}}\ninitial: on\nstates:\n  on: {on: \
                   {Late: {to: off}, Knock: {cancel: Late}}}\n  off: {end: success, ignore: [Knock]}\n";
    let text = "first: Go\ndeliver: [Knock]\nalarms: any\nfaults: {duplicates: 1}\n";
    let report = leads_back(&scenario(process, text));
    let decided: Vec<_> =
        report.outcomes.iter().map(|found| (found.decided.by.join(", "), found.decided.exactly)).collect();
    assert_eq!(decided, [("Late! before Knock".to_string(), true), ("Knock before Late!".to_string(), true)]);
}
