//! Law 7: members that nobody named come out byte for byte as they went in. And the journal: what is
//! written is read again as it was, and damage is an error, never a panic.

#[path = "common/generate.rs"]
mod generate;
#[path = "common/running.rs"]
mod running;

use anyorder::event::{Document, Message, Position, line};
use anyorder::runtime::journal::{self, Entry, Reader};
use anyorder::store::{Guard, Memory};
use proptest::prelude::*;
use running::*;

/// Odd spacing, escapes, numbers that no machine holds, a key twice.
const ODD: &str = r#"{ "money":12.50 ,"huge":123456789012345678901234567890,"tiny":1e-400,"é":"\u00e9\/","deep":[ 1 , {"a": null} ], "a":0,"a":00e0 }"#;

fn odd() -> String {
    ODD.replace("00e0", "1.0E+2")
}

fn process(reactions: &str) -> String {
    format!(
        "process: tale\nversion: 1\nstarts-on: Placed\ndata: {{kept: null}}\ninitial: open\nstates:\n  open:\n    on:\n{reactions}"
    )
}

/// The data of the messages of a type in the process's log, as they stand there.
fn sent(reactions: &str, type_: &str) -> Vec<String> {
    let memory = Memory::new();
    let text = format!(
        r#"{{"specversion":"1.0","id":"o-1","source":"orders","type":"Placed","time":"2026-11-21T09:00:00Z","data":{}}}"#,
        odd()
    );
    let more = text
        .replace("o-1", "o-2")
        .replace("Placed", "Later")
        .replace("09:00", "11:00")
        .replace("\"time\"", "\"correlationid\":\"o-1\",\"time\"");
    for text in [text, more] {
        let message = line::read(&text).unwrap();
        store(memory.clone()).append_new("orders", vec![vec![message]], Guard::None).unwrap();
    }
    run_all(&memory, &families(&[process(reactions)]));
    let log = String::from_utf8(memory.bytes("tale")).unwrap();
    let lines = log.lines().map(|text| line::read(text).unwrap()).filter(|message| *message.type_ == *type_);
    lines.map(|message| message.data.unwrap().text().to_string()).collect()
}

#[test]
fn law_7_the_whole_document_travels() {
    assert_eq!(sent("      Placed: {send: {Cook: =event.data}}\n      Later: {}\n", "Cook"), [odd()]);
}

#[test]
fn law_7_a_spread_copies_the_members_and_what_is_named_replaces_them() {
    let out = sent("      Placed: {send: {Cook: {...: =event.data, a: 1}}}\n      Later: {}\n", "Cook");
    let expected = r#"{"money":12.50,"huge":123456789012345678901234567890,"tiny":1e-400,"é":"\u00e9\/","deep":[ 1 , {"a": null} ],"a":1}"#;
    assert_eq!(out, [expected]);
}

#[test]
fn law_7_through_the_instances_data_and_back_also_after_a_new_start() {
    let reactions = "      Placed: {set: {kept: =event.data}}\n      Later: {send: [{Cook: =data.kept}, {Price: {money: =data.kept.money}}]}\n";
    assert_eq!(sent(reactions, "Cook"), [odd()]);
    assert_eq!(sent(reactions, "Price"), [r#"{"money":12.50}"#]);
}

#[test]
fn law_7_inside_an_alarm() {
    let reactions = "      Placed: {alarm: {Ring: {after: 5m, data: {all: =event.data}}}}\n      Ring: {send: {Cook: =event.data.all}}\n      Later: {}\n";
    assert_eq!(sent(reactions, "Cook"), [odd()]);
}

#[test]
fn law_7_extras_of_the_envelope_come_out_as_they_went_in() {
    let text = format!(
        r#"{{"specversion":"1.0","id":"o-1","source":"orders","type":"Placed","time":"2026-11-21T09:00:00.000Z","data":{},"tra\u0063e":{{ "x" :1.0 }},"n":1e2}}"#,
        odd()
    );
    assert_eq!(line::read(&text).unwrap().to_json(), text);
}

#[test]
fn a_journal_is_read_as_it_was_written() {
    for case in generate::cases(150) {
        let memory = case.memory();
        let families = case.families();
        run_all(&memory, &families);
        for family in &families {
            for (entry, last) in entries(&store(memory.clone()), &family.name) {
                let Entry::Turn(decisions) = entry else { continue };
                let mut numbered = decisions.clone();
                let lines = journal::write(&family.name, &decisions);
                let mut reader = Reader::default();
                let count = lines.len() as u64;
                let mut again = None;
                for (index, line_of) in lines.into_iter().enumerate() {
                    let left = count - 1 - index as u64;
                    let position = Position::new(last.number() - left);
                    let text = Message { position, remaining: left as u32, ..(*line_of).clone() }.to_json();
                    again = reader.take(line::read(&text).unwrap()).unwrap();
                }
                // The number of a decision makes its id, and is counted, not read.
                numbered.iter_mut().for_each(|recorded| recorded.number = 0);
                assert_eq!(again, Some(Entry::Turn(numbered)), "{}", case.told());
            }
        }
    }
}

/// Lines of every kind that a journal has.
fn sample() -> Vec<Message> {
    let mut all = Vec::new();
    for case in generate::cases(4) {
        let memory = case.memory();
        let families = case.families();
        run_all(&memory, &families);
        for family in families {
            let text = String::from_utf8(memory.bytes(&family.name)).unwrap();
            all.extend(text.lines().map(|text| line::read(text).unwrap()));
        }
    }
    all
}

proptest! {
    #[test]
    fn a_damaged_line_is_an_error_or_another_decision_and_never_a_panic(
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        put in prop::sample::select(vec!["", "\"", "{}", "[1]", "null", "-1", "99999999999999999999", "late", "é", ","]),
        taken in 0usize..12,
    ) {
        thread_local!(static LINES: Vec<Message> = sample());
        LINES.with(|lines| {
            let mut message = which.get(lines).clone();
            let text = message.data.as_ref().map_or("{}", |data| data.text()).to_string();
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let from = at.index(places.len());
            let to = (from + taken).min(places.len() - 1);
            let damaged = format!("{}{put}{}", &text[..places[from]], &text[places[to]..]);
            message.remaining = 0;
            // What is no JSON cannot stand in a line that was read.
            if let Ok(data) = Document::parse(&damaged) {
                message.data = Some(data);
                let _ = Reader::default().take(message);
            }
        });
    }
}
