//! What `test` has found, as JSON: one object per spec, in an array.

use super::spec::{expectations, happens, place};
use crate::event::{Document, Message, print_duration};
use crate::spec::{Happened, Tested};
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Spec<'a> {
    spec: &'a str,
    file: &'a str,
    line: usize,
    processes: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    services: Vec<&'a str>,
    holds: bool,
    given: Vec<String>,
    when: Vec<String>,
    then: Vec<String>,
    failures: Vec<Failure<'a>>,
    happened: Vec<Decision<'a>>,
    ends: BTreeMap<&'a str, End<'a>>,
}

#[derive(Serialize)]
struct Failure<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    process: Option<&'a str>,
    key: &'a str,
    place: String,
    expected: Vec<&'a str>,
    actual: Vec<&'a str>,
}

#[derive(Serialize)]
struct Decision<'a> {
    part: &'a str,
    process: &'a str,
    instance: &'a str,
    #[serde(rename = "type")]
    type_: &'a str,
    rang: bool,
    data: Option<Box<RawValue>>,
    outcome: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'a str>,
    sent: Vec<Sent<'a>>,
    armed: BTreeMap<&'a str, String>,
}

#[derive(Serialize)]
struct Sent<'a> {
    #[serde(rename = "type")]
    type_: &'a str,
    kind: &'a str,
    data: Option<Box<RawValue>>,
}

#[derive(Serialize)]
struct End<'a> {
    state: Option<&'a str>,
    data: Box<RawValue>,
    parked: Option<&'a str>,
    alarms: BTreeMap<&'a str, String>,
}

pub fn json(tested: &[Tested]) -> String {
    let specs: Vec<Spec> = tested.iter().map(spec).collect();
    let mut text = serde_json::to_string_pretty(&specs).expect("plain data");
    text.push('\n');
    text
}

fn spec<'a>(tested: &'a Tested) -> Spec<'a> {
    let spec = tested.spec;
    let name = |process: usize| &**spec.cast[process].name();
    let failures = tested.failures.iter().map(|failure| Failure {
        process: failure.process.map(name),
        key: &failure.key,
        place: place(tested, failure),
        expected: failure.expected().collect(),
        actual: failure.actual().collect(),
    });
    let ends = tested.ends.iter().enumerate().map(|(process, end)| {
        let end = End {
            state: end.state.as_deref().or(end.declined.then_some("declined")),
            data: raw(&end.data.to_json()),
            parked: end.parked.as_deref(),
            alarms: end.alarms.iter().map(|(name, after)| (&**name, print_duration(*after))).collect(),
        };
        (name(process), end)
    });
    Spec {
        spec: &spec.name,
        file: &spec.source.name,
        line: spec.source.line_column(spec.span.start).0,
        processes: spec.cast.iter().filter_map(|one| one.process()).map(|one| one.full_name()).collect(),
        services: spec.cast.iter().filter_map(|one| one.service()).map(|one| &*one.name).collect(),
        holds: tested.holds(),
        given: spec.given.iter().map(|step| happens(step, false)).collect(),
        when: spec.when.iter().map(|step| happens(step, true)).collect(),
        then: expectations(tested),
        failures: failures.collect(),
        happened: tested.happened.iter().map(|happened| decision(happened, name(happened.process))).collect(),
        ends: ends.collect(),
    }
}

fn decision<'a>(happened: &'a Happened, process: &'a str) -> Decision<'a> {
    Decision {
        part: if happened.now { "when" } else { "given" },
        process,
        instance: &happened.instance,
        type_: &happened.input.type_,
        rang: happened.rang,
        data: happened.input.data.as_ref().map(document),
        outcome: happened.outcome.map(|outcome| outcome.name()),
        reason: happened.reason.as_deref(),
        to: happened.to.as_deref(),
        sent: happened.sent.iter().map(|message| sent(message)).collect(),
        armed: happened.armed.iter().map(|(name, after)| (&**name, print_duration(*after))).collect(),
    }
}

fn sent(message: &Message) -> Sent<'_> {
    Sent { type_: &message.type_, kind: message.kind.name(), data: message.data.as_ref().map(document) }
}

fn document(document: &Document) -> Box<RawValue> {
    raw(document.text())
}

fn raw(text: &str) -> Box<RawValue> {
    RawValue::from_string(text.to_string()).expect("a document is JSON")
}
