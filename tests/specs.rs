//! Specs: a spec made of what a run did holds, and with one thing changed it fails; a file is read or
//! refused, whatever is in it; the page about specs names every key.

#[path = "common/generate.rs"]
mod generate;
#[path = "common/running.rs"]
mod running;

use anyorder::error::{Error, Result};
use anyorder::event::{Document, Kind, Message, Name, Time, json, print_duration};
use anyorder::process::keys::{self, Place};
use anyorder::process::{Definition, Family, Library};
use anyorder::report::diagnostic::render;
use anyorder::report::{junit, spec as report, spec_json};
use anyorder::runtime::journal::Entry;
use anyorder::span::Source;
use anyorder::spec::{Spec, Tested, read, test};
use anyorder::step::{Outcome, Phase};
use anyorder::store::Memory;
use generate::{append, cases};
use proptest::prelude::*;
use running::*;
use std::path::Path;
use std::sync::Arc;

/// Whatever is asked for.
struct Only(Vec<Arc<Definition>>);

impl Library for Only {
    fn process(&self, p: &str) -> Result<Arc<Definition>> {
        let named = |definition: &&Arc<Definition>| *definition.name == *p || definition.full_name() == p;
        self.0.iter().find(named).cloned().ok_or_else(|| Error::input(format!("no process {p}")))
    }

    fn owner(&self, _: &str) -> Option<Name> {
        None
    }
}

fn one(text: &str, library: &Only) -> Spec {
    let specs = read(&Source::new("law.yaml", text), library)
        .unwrap_or_else(|error| panic!("{}\n{text}", render(&error, false)));
    let [spec] = &specs[..] else { panic!("one spec") };
    spec.clone()
}

fn holds(head: &str, then: &[(String, String)], library: &Only) -> bool {
    test(&one(&written(head, then), library)).unwrap().holds()
}

fn written(head: &str, then: &[(String, String)]) -> String {
    let lines = then.iter().map(|(key, value)| format!("  {key}: {value}\n"));
    format!("{head}then:\n{}", lines.collect::<String>())
}

/// What a production run over a log made of some messages.
struct Ran {
    /// The spec up to `then`.
    head: String,
    /// What is to be expected, by key.
    then: Vec<(String, String)>,
    definition: Arc<Definition>,
}

/// Runs the newest version of a case's first process over messages that it mentions.
fn ran(case: &generate::Case) -> Option<Ran> {
    let families = case.families();
    let family = &families[case.seed as usize % families.len()];
    let definition = family.newest()?.clone();
    let family = only(family, definition.version);
    let heard = |message: &&Message| {
        definition.subscriptions.contains(&message.type_) && !definition.alarms.contains(&message.type_)
    };
    let arrivals: Vec<&Message> = case.arrivals.iter().filter(heard).take(12).collect();
    // No two of them, and no alarm that is set for whole minutes, fall on one moment.
    let mut millis = Spec::BEGINS.millis();
    let mut messages: Vec<Message> = Vec::new();
    let mut entries = Vec::new();
    for (index, arrival) in arrivals.iter().enumerate() {
        let pause = if index == 0 { 1 } else { 1 + (index as i64 * 7919 + case.seed as i64) % 23 * 60_000 };
        millis += pause;
        let again = index > 2 && (index as u64 + case.seed).is_multiple_of(5);
        let (module, id) = if again {
            (messages[index - 2].source.clone(), messages[index - 2].id.clone())
        } else {
            (arrival.source.clone(), Name::from(format!("m-{index}")))
        };
        let conversation =
            Name::from(if case.seed.is_multiple_of(3) && index % 4 == 3 { "c2" } else { "c1" });
        let message = Message {
            correlation: Some(conversation.clone()),
            data: arrival.data.clone(),
            ..Message::new(module.clone(), arrival.type_.clone(), id.clone(), Time::from_millis(millis)?)
        };
        let data = message.data.as_ref().map_or("null", Document::text);
        let type_ = &message.type_;
        entries.push(format!("{{advance: {}}}", print_duration(pause)));
        entries.push(format!(
            "{{event: {type_}, data: {data}, module: {module}, id: {id}, correlation: {conversation}}}"
        ));
        messages.push(message);
    }
    let last = messages.last()?.clone();
    let when = entries.pop()?;
    let head = format!(
        "spec: what a run did\nprocess: {}\ngiven:\n{}when: [{when}, {{advance: 0s}}]\n",
        definition.name,
        entries.iter().map(|entry| format!("- {entry}\n")).collect::<String>(),
    );
    let memory = Memory::new();
    append(&memory, &messages);
    let then = expected(&memory, &family, &definition, &last)?;
    Some(Ran { head, then, definition })
}

/// What the journal says of the time since the last message; None where that did not reach the process.
fn expected(
    memory: &Memory,
    family: &Family,
    definition: &Definition,
    last: &Message,
) -> Option<Vec<(String, String)>> {
    let (world, _) = run_all(memory, std::slice::from_ref(family));
    let mut turns = Vec::new();
    for (entry, _) in entries(&store(memory.clone()), &definition.name) {
        if let Entry::Turn(turn) = entry {
            turns.push(turn);
        }
    }
    let from = turns.iter().rposition(|turn| turn[0].input.id == last.id && turn[0].at == last.time)?;
    let turns = &turns[from..];
    let instance = world.member(0).instance(&turns.last()?[0].instance)?;
    let sent = |kind: Kind| {
        let sent = turns.iter().flatten().flat_map(|recorded| &recorded.sent);
        let sent = sent.filter(|message| message.kind == kind).map(|message| match &message.data {
            Some(data) => format!("{{{}: {data}}}", message.type_),
            None => message.type_.to_string(),
        });
        // In any order.
        let mut sent: Vec<String> = sent.collect();
        sent.reverse();
        format!("[{}]", sent.join(", "))
    };
    let left = |alarm: &Message| alarm.due.unwrap().millis() - last.time.millis();
    // Those of a parked instance do not ring, and their time may be over.
    let over = instance.alarms.iter().any(|alarm| left(alarm) < 0);
    let alarms = instance.alarms.iter().map(|alarm| match over {
        true => alarm.type_.to_string(),
        false => format!("{}: {}", alarm.type_, print_duration(left(alarm))),
    });
    let alarms = alarms.collect::<Vec<_>>().join(", ");
    let alarms = if over || alarms.is_empty() { format!("[{alarms}]") } else { format!("{{{alarms}}}") };
    let state = match (&instance.phase, instance.state(), &instance.rested) {
        (_, Some(state), _) => state.to_string(),
        (_, None, Some((state, _))) => state.to_string(),
        (Phase::Declined, ..) => "declined".to_string(),
        _ => "not-started".to_string(),
    };
    let parked = instance.parked.as_ref().map_or("false".to_string(), |parked| json::quote(&parked.reason));
    let mut then = vec![
        ("outcome", turns.last()?[0].outcome.to_string()),
        ("state", state),
        ("send", sent(Kind::Command)),
        ("publish", sent(Kind::Event)),
        ("alarms", alarms),
        ("parked", parked),
    ];
    if !instance.data.is_empty() {
        then.push(("data", instance.data.to_json()));
    }
    Some(then.into_iter().map(|(key, value)| (key.to_string(), value)).collect())
}

/// The same with one thing changed, as often as there is something to change.
fn changed(then: &[(String, String)], definition: &Definition) -> Vec<(String, String)> {
    let mut changed = Vec::new();
    for (key, value) in then {
        let other = match key.as_str() {
            "outcome" => Outcome::ALL.iter().map(|o| o.name()).find(|name| name != value).map(str::to_string),
            "state" => {
                let all = [definition.resting_names(false), definition.resting_names(true)].concat();
                all.into_iter().find(|name| name != value)
            }
            "parked" if value == "false" => Some("true".to_string()),
            "parked" => Some("false".to_string()),
            "data" => Some(value.replacen(":", ":7919", 1).replacen("7919\"", "\"no ", 1)),
            "alarms" if value == "[]" => definition.alarms.first().map(|alarm| format!("[{alarm}]")),
            "alarms" => Some("[]".to_string()),
            _ if value != "[]" => Some("[]".to_string()),
            _ => {
                let kind = if key == "send" { Kind::Command } else { Kind::Event };
                let mut sends = definition.reactions().flat_map(|reaction| &reaction.sends);
                sends.find(|sends| sends.kind == kind).map(|sends| sends.type_.to_string())
            }
        };
        changed.extend(other.map(|other| (key.clone(), other)));
    }
    changed
}

#[test]
fn a_spec_made_of_a_run_holds_and_with_one_thing_changed_it_fails() {
    let (mut held, mut failed, mut rang) = (0, 0, 0);
    for case in cases(200) {
        let Some(ran) = ran(&case) else { continue };
        let library = Only(vec![ran.definition.clone()]);
        let spec = one(&written(&ran.head, &ran.then), &library);
        let tested = test(&spec).unwrap();
        assert!(tested.holds(), "{}\n{}", report::text(std::slice::from_ref(&tested)), case.told());
        held += 1;
        rang += tested.happened.iter().filter(|happened| happened.rang).count();
        for (key, other) in changed(&ran.then, &ran.definition) {
            assert!(
                !holds(&ran.head, &[(key.clone(), other.clone())], &library),
                "{key}: {other}\n{}",
                case.told()
            );
            failed += 1;
        }
    }
    assert!(held > 100 && failed > 500 && rang > 100, "{held} {failed} {rang}");
}

fn definitions(fixture: &str) -> Only {
    let (_, texts) = fixtures().into_iter().find(|(name, _)| name == fixture).unwrap();
    let families = families(&texts);
    Only(families.iter().flat_map(|family| family.versions().rev().cloned()).collect())
}

fn tested_in<'a>(specs: &'a [Spec]) -> Vec<Tested<'a>> {
    specs.iter().map(|spec| test(spec).unwrap()).collect()
}

#[test]
fn the_example_of_the_design_reads_as_it_is_meant() {
    let order = "process: order\nversion: 2\nstarts-on: OrderPlaced\ninitial: placed\nstates:\n  placed:\n    on:\n      \
                 OrderPlaced: {}\n      OrderPriced: {alarm: {PaymentTimedOut: 15m}}\n      OrderPaid: {to: cooking}\n      \
                 PaymentTimedOut: {to: gone}\n  cooking: {ignore: [PaymentTimedOut]}\n  gone: {end: failure}\n";
    let library = Only(families(&[order])[0].versions().cloned().collect());
    let text = "spec: a reminder that comes after the payment means nothing\nprocess: order@2\n\
                given: [OrderPlaced, {OrderPriced: {total: 10}}, OrderPaid]\nwhen: PaymentTimedOut\n\
                then: {state: cooking, send: [], outcome: ignored}\n";
    let spec = one(text, &library);
    let tested = test(&spec).unwrap();
    assert_eq!(
        report::prose(&tested),
        "✓ order@2: a reminder that comes after the payment means nothing\n  \
         given OrderPlaced, OrderPriced {\"total\":10}, OrderPaid\n  when PaymentTimedOut rings\n  \
         then it is ignored, and order stays in cooking; nothing is sent\n"
    );
}

const ALARMED: &str = "process: watch\nversion: 1\nstarts-on: [Begin]\ndata: {rang: []}\ninitial: on\nstates:\n  on:\n    on:\n      \
    Begin: {alarm: {Soon: 5m, Later: 10m, Also: 10m}}\n      Soon: {set: {rang: '=data.rang + [\"Soon\"]'}}\n      \
    Later: {set: {rang: '=data.rang + [\"Later\"]'}}\n      Also: {set: {rang: '=data.rang + [\"Also\"]'}}\n      \
    Calm: {cancel: [Later]}\n      Round: {alarm: {Again: 0s}}\n      Again: {alarm: {Again: 0s}}\n      Begone: {alarm: {Tick: 1ms}}\n      Tick: {alarm: {Tick: 1ms}}\n";

fn watch(given: &str, when: &str, then: &str) -> Vec<String> {
    let library = Only(families(&[ALARMED])[0].versions().cloned().collect());
    let spec =
        one(&format!("spec: alarms\nprocess: watch\ngiven: {given}\nwhen: {when}\nthen: {then}\n"), &library);
    let failures = test(&spec).unwrap().failures;
    failures
        .iter()
        .map(|failure| format!("{}: {}", failure.key, failure.actual().collect::<Vec<_>>().join(", ")))
        .collect()
}

#[test]
fn time_passes_as_the_script_says() {
    let none: Vec<String> = Vec::new();
    // What is due before a named alarm rings before it; what is due at its moment does not.
    assert_eq!(watch("Begin", "Later", "{data: {rang: [Soon, Later]}, alarms: {Also: 0s}}"), none);
    assert_eq!(watch("[Begin, Later]", "Begin", "{alarms: {Soon: 5m, Later: 10m, Also: 10m}}"), none);
    // The last moment is included, and the moment before is not.
    assert_eq!(watch("Begin", "{advance: 10m}", "{alarms: []}"), none);
    assert_eq!(watch("Begin", "{advance: 599999ms}", "{alarms: {Later: 1ms, Also: 1ms}}"), none);
    assert_eq!(
        watch("[Begin, {advance: 2m}, {advance: 3m}]", "{advance: 4m}", "{alarms: {Later: 1m, Also: 1m}}"),
        none
    );
    // A message at the moment of an alarm comes before it.
    assert_eq!(watch("[Begin, Also]", "Calm", "{data: {rang: [Soon, Also]}, alarms: []}"), none);
    // What cannot ring.
    assert_eq!(watch("Begin", "[Calm, Later]", "{state: on}"), ["Later: set are Soon in 5m, Also in 10m"]);
    assert_eq!(watch("[]", "Soon", "{state: on}"), ["Soon: no alarm is set"]);
    assert_eq!(
        watch(
            "[Begin, {event: Begin, correlation: c2}, {advance: 1m}]",
            "{event: Soon, correlation: c3}",
            "{state: on}"
        ),
        ["Soon: set are Soon in 4m, Later in 9m, Also in 9m, Soon in 4m, Later in 9m, Also in 9m"]
    );
    // Of two conversations the one that is named.
    assert_eq!(
        watch(
            "[Begin, {event: Begin, correlation: c2}]",
            "{event: Soon, correlation: c2}",
            "{data: {rang: [Soon]}}"
        ),
        none
    );
    // No script waits for ever.
    assert_eq!(
        watch("[Begin, Round]", "{advance: 1m}", "{state: on}"),
        ["alarms: watch goes round and round, and time stands still"]
    );
    assert_eq!(
        watch("[Begin, Begone]", "{advance: 1m}", "{state: on}"),
        ["alarms: more than 10000 alarms rang"]
    );
    assert_eq!(
        watch("Begin", "[{advance: 1000000d}, {advance: 1000000d}, {advance: 1000000d}]", "{state: on}"),
        ["time: it would go on beyond"]
    );
}

#[test]
fn messages_are_matched_as_well_as_can_be() {
    let process = "process: fan\nversion: 1\nstarts-on: Go\ninitial: on\nstates:\n  on:\n    on:\n      \
                   Go: {send: [{A: {x: 1, y: 2}}, {A: {x: 1}}, B, {A: {x: 2}}]}\n";
    let library = Only(families(&[process])[0].versions().cloned().collect());
    let fails = |send: &str| -> Vec<(Vec<String>, Vec<String>)> {
        let text = format!("spec: matched\nprocess: fan\nwhen: Go\nthen: {{send: {send}}}\n");
        let spec = one(&text, &library);
        let failures = test(&spec).unwrap().failures;
        let texts = |texts: Vec<&str>| texts.into_iter().map(str::to_string).collect::<Vec<_>>();
        failures.iter().map(|f| (texts(f.expected().collect()), texts(f.actual().collect()))).collect()
    };
    // The one without data leaves room for those that need theirs.
    assert_eq!(fails("[A, {A: {x: 1}}, {A: {y: 2}}, B]"), []);
    assert_eq!(fails("[B, {times: 3, event: A}]"), []);
    assert_eq!(fails("[{A: {x: 1}}, {times: 2, event: A}, B]"), []);
    let three = fails("[{times: 3, event: A, data: {x: 1}}, B]");
    assert_eq!(three.len(), 1);
    assert_eq!(three[0].1.iter().filter(|text| text.contains("\"x\":2")).count(), 1);
    assert_eq!(fails("[]")[0].0, ["nothing"]);
    assert_eq!(fails("B")[0].1.len(), 4);
}

#[test]
fn a_thousand_specs_of_five_messages_take_no_time() {
    let library = definitions("restaurant");
    let text: String = (0..1000)
        .map(|number| {
            format!(
                "- spec: number {number}\n  process: pay-first@1\n  given: [{{OrderPlaced: {{dodgy: true}}}}, \
                 {{OrderPriced: {{total: 8}}}}, {{OrderPaid: {{total: 8}}}}, PaymentTimedOut]\n  \
                 when: {{FoodCooked: {{total: 8}}}}\n  then: {{state: served, publish: OrderCompleted}}\n"
            )
        })
        .collect();
    let begun = std::time::Instant::now();
    let specs = read(&Source::new("many.yaml", text), &library).unwrap();
    let tested = tested_in(&specs);
    assert!(tested.iter().all(Tested::holds));
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
    println!("{:?}", begun.elapsed());
}

#[test]
fn every_report_of_one_that_fails_is_well_formed() {
    let library = definitions("starter");
    let text = "spec: \"<&> \\\"quoted\\\" \\e\"\nprocess: order\nwhen: {OrderPlaced: {total: 1}}\nthen: {state: paid, send: []}\n";
    let specs = read(&Source::new("<a>.yaml", text), &library).unwrap();
    let tested = tested_in(&specs);
    let xml = junit::xml(&tested);
    assert!(xml.contains("name=\"&lt;&amp;&gt; &quot;quoted&quot; \u{fffd}\""), "{xml}");
    assert!(xml.contains("<failure message=\"state: expected paid, actual awaiting-payment; send: expected nothing, actual TakePayment {&quot;amount&quot;:1}\">"), "{xml}");
    assert_eq!(xml.matches('<').count(), xml.matches('>').count());
    let json: serde_json::Value = serde_json::from_str(&spec_json::json(&tested)).unwrap();
    assert_eq!(json[0]["failures"][1]["actual"][0], "TakePayment {\"amount\":1}");
    assert_eq!(json[0]["ends"]["order"]["alarms"]["PaymentTimedOut"], "15m");
}

#[test]
fn the_words_of_the_table_are_those_of_the_kernel() {
    let names: Vec<&str> = Outcome::ALL.iter().map(|outcome| outcome.name()).collect();
    assert_eq!(keys::OUTCOMES, names);
}

#[test]
fn the_page_names_every_key() {
    let page = std::fs::read_to_string("docs/specs.md").unwrap();
    for place in [Place::Spec, Place::Given, Place::Then, Place::Sent] {
        for key in keys::keys(place) {
            let named =
                page.contains(&format!("`{}`", key.name)) || page.contains(&format!("{}: ", key.name));
            assert!(named, "docs/specs.md does not say what `{}` is", key.name);
        }
    }
}

const FOLDERS: [&str; 5] = ["rooms", "starter", "restaurant", "reminders", "converging-payment"];

proptest! {
    #[test]
    fn a_mutated_spec_is_read_and_tested_or_refused(
        which in 0usize..12,
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0usize..12, "[\\[\\]{}:,\"'=\n a-z0-9é#|&*!-]{0,3}"), 1..6),
    ) {
        let mut files = Vec::new();
        for folder in FOLDERS {
            let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder).join("specs");
            files.extend(std::fs::read_dir(specs).unwrap().map(|entry| (folder, entry.unwrap().path())));
        }
        files.sort();
        let (folder, path) = &files[which % files.len()];
        let mut text: Vec<char> = std::fs::read_to_string(path).unwrap().chars().collect();
        for (at, length, with) in edits {
            let at = at.index(text.len() + 1);
            let end = (at + length).min(text.len());
            text.splice(at..end, with.chars());
        }
        let text: String = text.into_iter().collect();
        static LIBRARIES: std::sync::LazyLock<Vec<Only>> =
            std::sync::LazyLock::new(|| FOLDERS.iter().map(|folder| definitions(folder)).collect());
        let library = &LIBRARIES[FOLDERS.iter().position(|known| known == folder).unwrap()];
        match read(&Source::new("test.yaml", text), library) {
            Ok(specs) => {
                let tested = tested_in(&specs);
                prop_assert!(!report::text(&tested).is_empty());
                prop_assert!(serde_json::from_str::<serde_json::Value>(&spec_json::json(&tested)).is_ok());
            }
            Err(error) => prop_assert!(!render(&error, false).is_empty()),
        }
    }
}
