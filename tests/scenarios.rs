//! Scenario files, read: what a good one becomes, and all that is said about a bad one.
//!
//! `tests/scenarios/scenarios/*.yaml` each have their `.expected` beside them: the whole drawn error, or
//! `no error`. `BLESS=1 cargo test --test scenarios` writes them anew; look at the difference.

mod common;

use anyorder::error::Result;
use anyorder::event::{Message, Name};
use anyorder::explore::{Alarms, Bounds, Order, Scenario, Stimulus, Typed, conversations, from_events, read};
use anyorder::process::expr::{Facts, ProcessFacts};
use anyorder::process::keys::{self, Place};
use anyorder::process::{Data, read as read_definition};
use anyorder::report::diagnostic::render;
use anyorder::span::Source;
use anyorder::store::Foreign;
use common::library::{FolderLibrary, scenario};
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}

#[test]
fn every_file_is_read_or_refused_as_written_beside_it() {
    let entries = std::fs::read_dir(folder().join("scenarios")).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name.ends_with(".yaml"));
    names.sort();
    let mut wrong = Vec::new();
    for name in names {
        let said = match scenario(&folder(), &format!("scenarios/{name}")) {
            Ok(_) => "no error\n".to_string(),
            Err(error) => render(&error, false),
        };
        let beside = folder().join("scenarios").join(name.replace(".yaml", ".expected"));
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&beside, &said).unwrap();
        } else if std::fs::read_to_string(&beside).unwrap_or_default() != said {
            wrong.push(format!("--- {name}\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn good(text: &str) -> Scenario {
    let library = FolderLibrary::new(&folder(), &folder().join("scenarios"));
    read(&Source::new("test.yaml", text), &library)
        .unwrap_or_else(|error| panic!("{}", render(&error, false)))
}

fn ids(stimuli: &[Stimulus]) -> Vec<&str> {
    stimuli.iter().map(|stimulus| &*stimulus.message.id).collect()
}

#[test]
fn the_example_of_the_design_reads_as_it_is_meant() {
    let scenario = scenario(&folder(), "scenarios/design.yaml").unwrap();
    assert_eq!(scenario.name, "payment, timeout and cancellation, in any order");
    assert_eq!(scenario.processes[0].full_name(), "order@2");
    assert_eq!(ids(&scenario.first), ["OrderPlaced", "OrderPriced"]);
    assert_eq!(ids(&scenario.deliver), ["OrderPaid", "FoodCooked"]);
    assert_eq!(scenario.first[1].message.data.as_ref().unwrap().text(), r#"{"total":10}"#);
    assert_eq!((scenario.orders, scenario.alarms), (vec![Order::ANY], Alarms::Any));
    assert!(!scenario.alike && !scenario.by_data && scenario.expect.converge);
    assert_eq!(scenario.expect.outcomes.unwrap(), ["served", "refunded"]);
    assert_eq!(scenario.expect.always[0].name, "paid-before-cooking");
    assert_eq!(scenario.expect.always[0].text, "count('CookFood') <= count('OrderPaid')");
    assert_eq!(scenario.expect.finally[0].counted().count(), 3);
    assert!(!scenario.expect.finally[0].reads_instances());
    assert_eq!(scenario.bounds, Bounds::default());
}

#[test]
fn messages_have_ids_of_their_own_and_the_module_that_says_them() {
    let scenario = good(
        "scenario: ids\nprocess: order\nfirst: [OrderPlaced, OrderPaid]\ndeliver:\n- OrderPaid\n- {OrderPaid: [1, 2.50]}\n\
         - {event: FoodCooked, correlation: c2}\n- {event: OrderPaid, module: bank, data: \"='=x'\"}\n",
    );
    assert_eq!(ids(&scenario.first), ["OrderPlaced", "OrderPaid"]);
    assert_eq!(ids(&scenario.deliver), ["OrderPaid-2", "OrderPaid-3", "FoodCooked", "OrderPaid-4"]);
    let said: Vec<(&str, Option<&str>, &str, Option<&str>)> = scenario
        .deliver
        .iter()
        .map(|stimulus| {
            let message: &Message = &stimulus.message;
            assert_eq!((message.time, &message.causation), (Stimulus::TIME, &None));
            let data = message.data.as_ref().map(|data| data.text());
            (&*message.source, stimulus.module.as_deref(), message.correlation.as_deref().unwrap(), data)
        })
        .collect();
    assert_eq!(
        said,
        [
            ("payments", Some("payments"), "c1", None),
            ("payments", Some("payments"), "c1", Some("[1,2.50]")),
            ("outside", None, "c2", None),
            ("bank", Some("bank"), "c1", Some("\"=x\"")),
        ]
    );
    let instances = scenario.instances();
    assert_eq!(instances, [(0, Name::from("c1")), (0, Name::from("c2"))]);
    assert_eq!(scenario.label(0, "c2", &instances), "order#c2");
}

#[test]
fn causes_are_all_the_other_messages_of_a_type_and_nothing_that_came_first() {
    let scenario = good(
        "scenario: causes\nprocess: [order@2, shipping]\norder: [fifo, causal]\nfirst: [OrderPlaced, {event: OrderPriced, after: OrderPaid}]\n\
         deliver: [OrderPaid, {event: FoodCooked, after: [OrderPaid, OrderPlaced]}, OrderPaid,\n\
         {event: OrderPriced, after: [FoodCooked, OrderPriced]}]\n",
    );
    let causes: Vec<&[usize]> = scenario.deliver.iter().map(|stimulus| &stimulus.causes[..]).collect();
    assert_eq!(causes, [&[][..], &[0, 2], &[], &[1]]);
    assert!(scenario.first.iter().all(|stimulus| stimulus.causes.is_empty()));
    assert_eq!(scenario.orders, [Order { causal: true, fifo: true }]);
}

#[test]
fn outcomes_are_spelled_as_a_report_spells_them() {
    let outcomes = |text: &str| good(text).expect.outcomes.unwrap();
    assert_eq!(
        outcomes(
            "scenario: one\nprocess: order@2\ndeliver: [OrderPlaced]\nexpect:\n  outcomes:\n  - order: served\n  \
             - parked: a, b\n  - unfinished: cooking\n  - declined\n  - not-started\n"
        ),
        ["served", "parked: a, b", "unfinished: cooking", "declined", "not-started"]
    );
    assert_eq!(
        outcomes(
            "scenario: two\nprocess: [order@2, shipping]\ndeliver: [OrderPlaced]\nexpect:\n  outcomes:\n  \
             - {shipping: lost, order: \"parked: x, y: z\"}\n  - \"shipping: sent, order: served\"\n"
        ),
        ["order: parked: x, y: z, shipping: lost", "order: served, shipping: sent"]
    );
    assert_eq!(
        outcomes(
            "scenario: conversations\nprocess: order@2\ndeliver: [OrderPlaced, {event: OrderPaid, correlation: b}]\n\
             expect: {outcomes: [\"order#b: not-started, order#c1: served\"]}\n"
        ),
        ["order#b: not-started, order#c1: served"]
    );
}

#[test]
fn a_property_is_judged_by_states_data_and_counts() {
    let scenario = good(
        "scenario: judged\nprocess: [order@2, shipping]\ndeliver: [OrderPlaced, OrderPaid]\nexpect:\n  always:\n    \
         a: count('OrderPaid') == 2 && count('Shipped') == 0\n    b: state.order == 'cooking' && state['shipping'] == ''\n    \
         c: data.order.total == 10 && data.shipping['my-box'] == 1\n    d: not has(data.order.reminders)\n    \
         e: size(state) == 2 && data['order'].total == 10.0\n    f: data.order.reminders == 0\n    g: data.order.total\n",
    );
    let facts = |name: &str, state: &str, data: &str| ProcessFacts {
        name: name.into(),
        state: state.into(),
        data: Data::of_json(data),
    };
    let facts = Facts {
        processes: vec![
            facts("order", "cooking", r#"{"total":10}"#),
            facts("shipping", "", r#"{"my-box":1}"#),
        ],
        counts: [(Name::from("OrderPaid"), 2)].into(),
        ..Facts::default()
    };
    let judged: Vec<String> = scenario
        .expect
        .always
        .iter()
        .map(|property| match property.judge(&facts) {
            Ok(holds) => holds.to_string(),
            Err(failure) => property.diagnostic(&failure).to_string(),
        })
        .collect();
    assert_eq!(
        judged,
        [
            "true",
            "true",
            "true",
            "true",
            "true",
            "test.yaml:11:8: data of order has no member `reminders`",
            "test.yaml:12:8: a property is true or false, this is an integer",
        ]
    );
}

fn typed(events: &str, first: &str) -> Result<Scenario> {
    let library = FolderLibrary::new(&folder(), &folder());
    let processes = ["order@2".to_string()];
    let order = Order::parse("causal,fifo").unwrap();
    from_events(
        &Typed {
            processes: &processes,
            services: &[],
            events,
            first,
            order,
            alarms: Alarms::Last,
            alike: true,
        },
        &library,
    )
}

#[test]
fn what_is_typed_reads_as_a_file_would() {
    let scenario = typed(
        r#" OrderPaid , FoodCooked={"a,b":"}\",[","c":[1,{"d":2.50}]}, OrderPaid = "x" "#,
        r#"OrderPlaced,OrderPriced={"total":10}"#,
    )
    .unwrap();
    assert_eq!(scenario.name, "OrderPaid, FoodCooked, OrderPaid after OrderPlaced, OrderPriced");
    assert_eq!(ids(&scenario.deliver), ["OrderPaid", "FoodCooked", "OrderPaid-2"]);
    let data = |stimulus: &Stimulus| stimulus.message.data.as_ref().map(|data| data.text().to_string());
    assert_eq!(data(&scenario.deliver[1]).unwrap(), r#"{"a,b":"}\",[","c":[1,{"d":2.50}]}"#);
    assert_eq!(data(&scenario.deliver[2]).unwrap(), r#""x""#);
    assert_eq!((scenario.alarms, scenario.alike), (Alarms::Last, true));
    assert_eq!(scenario.orders, [Order { causal: true, fifo: true }]);
    assert_eq!(Order::parse("any"), Some(Order::ANY));
    assert_eq!(Order::parse("any,fifo"), None);
}

#[test]
fn what_is_typed_wrongly_is_shown_with_a_caret() {
    let mut said = String::new();
    for (events, first) in [
        ("OrderPiad,FoodCooked", "OrderPlced"),
        ("OrderPaid,,FoodCooked,", ""),
        ("OrderPaid={\"total\":10,FoodCooked", ""),
        ("OrderPaid={total:10}", ""),
        ("OrderPaid:{\"total\":10}", ""),
        ("PaymentTimedOut!,PaymentTimedOut,=1,Order Paid", ""),
        ("", " "),
    ] {
        said += &render(&typed(events, first).unwrap_err(), false);
        said.push('\n');
    }
    let beside = folder().join("typed.expected");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&beside, &said).unwrap();
    }
    assert_eq!(said, std::fs::read_to_string(&beside).unwrap_or_default());
}

const REMINDED: &str = "process: reminded\nversion: 1\nstarts-on: Placed\ncorrelate: {Paid: event.data.order}\ninitial: open\n\
    states: {open: {ignore: [Reminded], on: {Placed: {alarm: {Due: 1d}}, Due: {}, Paid: {to: paid}}}, paid: {end: success}}\n";

fn from_log(lines: &[&str], only: Option<&str>) -> Vec<Scenario> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.jsonl");
    let lines: Vec<String> = lines
        .iter()
        .map(|line| {
            let [source, type_, id, correlation, cause, rest] = line.split(' ').collect::<Vec<_>>()[..] else {
                panic!("six words: {line}");
            };
            let optional = |key: &str, value: &str| match value {
                "-" => String::new(),
                value => format!(r#","{key}":"{value}""#),
            };
            let rest = if rest == "-" { String::new() } else { format!(",{rest}") };
            format!(
                r#"{{"specversion":"1.0","id":"{id}","source":"{source}","type":"{type_}","time":"2026-11-21T09:00:00Z"{}{}{rest}}}"#,
                optional("correlationid", correlation),
                optional("causationid", cause),
            )
        })
        .collect();
    std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    let definition = Arc::new(read_definition(&Source::new("reminded.yaml", REMINDED)).unwrap());
    let only = only.map(Name::from);
    conversations(&Foreign::open(&path).unwrap(), &definition, only.as_ref(), Order::ANY, Alarms::Any, false)
        .unwrap()
}

fn told(scenarios: &[Scenario]) -> Vec<String> {
    let one = |stimulus: &Stimulus| {
        let causes: Vec<String> = stimulus.causes.iter().map(usize::to_string).collect();
        format!("{}<{}>", stimulus.message.id, causes.join(","))
    };
    scenarios
        .iter()
        .map(|scenario| {
            format!("{}: {}", scenario.name, scenario.deliver.iter().map(one).collect::<Vec<_>>().join(" "))
        })
        .collect()
}

#[test]
fn a_log_becomes_a_scenario_for_each_instance() {
    let lines = [
        "a Placed 1 c1 - -",
        "a Placed 2 c2 - -",
        // Not mentioned, internal, the process's own: not delivered, but causes all the same.
        "a Other 3 c1 1 -",
        "b Secret 4 c1 3 \"visibility\":\"internal\"",
        "reminded Remind 5 c1 4 -",
        "reminded Reminded 9 c1 4 -",
        "b Reminded 6 c1 5 -",
        // By `correlate`, whatever its conversation; lifted over another instance's message.
        "c Paid 7 zzz 8 \"data\":{\"order\":\"c1\"}",
        "c Reminded 8 c2 6 -",
        // No way to an instance.
        "c Paid 10 c1 - -",
        "d Reminded 11 - 1 -",
    ];
    assert_eq!(told(&from_log(&lines, None)), ["c1: 1<> 6<0> 7<1>", "c2: 2<> 8<>"]);
    assert_eq!(told(&from_log(&lines, Some("c2"))), ["c2: 2<> 8<>"]);
    assert_eq!(told(&from_log(&lines, Some("zzz"))), ["c1: 7<>"]);
    assert_eq!(told(&from_log(&lines, Some("nobody"))), Vec::<String>::new());
    let scenarios = from_log(&lines, None);
    assert_eq!(scenarios[0].deliver[1].module.as_deref(), Some("b"));
    assert_eq!(scenarios[0].deliver[1].message.position.unwrap().number(), 2);
    assert_eq!(scenarios[0].deliver[1].message.causation.as_deref(), Some("5"));
}

#[test]
fn copies_stay_and_circles_end() {
    let lines = [
        "a Placed 1 c1 3 -",
        "a Placed 1 c1 - -",
        "b Reminded 2 c1 1 -",
        "b Reminded 3 c1 2 -",
        "c Reminded 4 c1 4 -",
        // A circle of what is not delivered.
        "d Other 20 c1 21 -",
        "d Other 21 c1 20 -",
        "d Reminded 5 c1 20 -",
        // One that goes through two conversations.
        "e Reminded 6 c2 7 -",
        "e Reminded 7 c1 6 -",
    ];
    assert_eq!(told(&from_log(&lines, None)), ["c1: 1<> 1<> 2<0> 3<2> 4<> 5<> 7<>", "c2: 6<>"]);
}

proptest! {
    #[test]
    fn a_mutated_scenario_is_read_or_refused(
        which in 0usize..9,
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0usize..12, "[\\[\\]{}:,\"'=\n a-z0-9é#|&*!-]{0,3}"), 1..6),
    ) {
        let mut names: Vec<PathBuf> = std::fs::read_dir(folder().join("scenarios")).unwrap()
            .map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "yaml")).collect();
        names.sort();
        let mut text: Vec<char> = std::fs::read_to_string(&names[which % names.len()]).unwrap().chars().collect();
        for (at, length, with) in edits {
            let at = at.index(text.len() + 1);
            let end = (at + length).min(text.len());
            text.splice(at..end, with.chars());
        }
        let text: String = text.into_iter().collect();
        let library = FolderLibrary::new(&folder(), &folder().join("scenarios"));
        if let Err(error) = read(&Source::new("test.yaml", text), &library) {
            prop_assert!(!render(&error, false).is_empty());
        }
    }

    #[test]
    fn a_mutated_argument_is_read_or_refused(text in "([A-Z][a-z]{0,3}|OrderPaid|=|,|\\{|\\}|\\[|\\]|\"|:| |é|1|\\\\|!){0,14}") {
        if let Err(error) = typed(&text, &text) {
            prop_assert!(!render(&error, false).is_empty());
        }
    }
}

#[test]
fn the_page_names_every_key() {
    let page = std::fs::read_to_string("docs/check.md").unwrap();
    for place in [Place::Scenario, Place::Stimulus, Place::Expect, Place::Bounds, Place::Faults] {
        for key in keys::keys(place) {
            let named =
                page.contains(&format!("`{}`", key.name)) || page.contains(&format!("{}: ", key.name));
            assert!(named, "docs/check.md does not say what `{}` is", key.name);
        }
    }
}
