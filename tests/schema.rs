//! The schemas that editors are given: every file of every fixture is valid, and what the readers refuse
//! for its form is not. A schema knows forms only, so a misspelt name passes it.

mod common;

use anyorder::process::tree::{self, Meaning, Node};
use anyorder::report::schema::{Sort, schema};
use anyorder::span::Source;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// As a YAML reader of an editor would have it.
fn json(node: &Node) -> Value {
    match &node.value {
        tree::Value::List(items) => items.iter().map(json).collect(),
        tree::Value::Map(members) => {
            members.iter().map(|member| (member.key.clone(), json(&member.value))).collect()
        }
        _ => match node.scalar().map(|scalar| (scalar.meaning(), &scalar.text)) {
            Some((Meaning::Bool(value), _)) => Value::Bool(value),
            Some((Meaning::Number, text)) => serde_json::from_str(text).expect("a number"),
            Some((Meaning::Text | Meaning::Odd(_), text)) => Value::String(text.clone()),
            Some((Meaning::Null, _)) | None => Value::Null,
        },
    }
}

fn of_text(text: &str) -> Value {
    let parsed = tree::parse(&Source::new("file.yaml", text));
    assert!(parsed.troubles.is_empty(), "{text}");
    json(&parsed.root.expect("it says something"))
}

fn validator(sort: Sort) -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(&schema(sort)).expect("a schema is JSON");
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    jsonschema::draft7::meta::validate(&schema).expect("it is one of draft-07");
    jsonschema::draft7::new(&schema).expect("its references lead somewhere")
}

/// What sort of file lies where.
fn sort_of(path: &Path) -> Option<Sort> {
    let folder = path.parent()?.file_name()?.to_str()?;
    let name = path.file_name()?.to_str()?;
    match (folder, name.ends_with(".yaml")) {
        (_, true) if name == "anyorder.yaml" => Some(Sort::Workspace),
        ("processes" | "next", true) if name.contains('@') => Some(Sort::Process),
        ("services", true) => Some(Sort::Service),
        ("specs", true) => Some(Sort::Spec),
        ("scenarios" | "next" | "large", true) => Some(Sort::Scenario),
        _ => None,
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            files(&entry, found);
        } else {
            found.push(entry);
        }
    }
}

#[test]
fn every_file_of_every_fixture_is_valid() {
    let validators: Vec<_> = Sort::ALL.iter().map(|&sort| (sort, validator(sort))).collect();
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"), &mut found);
    let mut seen: Vec<Sort> = Vec::new();
    for path in found {
        let Some(sort) = sort_of(&path) else { continue };
        let value = of_text(&std::fs::read_to_string(&path).expect("a file"));
        let (_, validator) = validators.iter().find(|(known, _)| *known == sort).expect("every sort");
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}: {}", path.display(), errors.join("\n"));
        seen.push(sort);
    }
    for sort in Sort::ALL {
        let count = seen.iter().filter(|seen| **seen == sort).count();
        let least = if sort == Sort::Service { 6 } else { 10 };
        assert!(count >= least, "only {count} files of the sort {}", sort.name());
    }
}

const PROCESS: &str = "process: order\nversion: 1\nstarts-on: OrderPlaced\ninitial: open\nstates:\n  open: {on: {OrderPlaced: {to: done}}}\n  done: {end: success}\n";
const SCENARIO: &str = "scenario: one\nprocess: order@1\ndeliver: [OrderPlaced]\n";
const SERVICE: &str = "service: bank\nentity: =event.data.who\ndata: {left: 1}\non: {Ask: [{chance: 0.5, after: 1m, publish: Yes}, {after: {exponential: 2m}}]}\n";
const SPEC: &str = "spec: one\nprocess: order@1\ngiven: []\nwhen: OrderPlaced\nthen: {state: done}\n";
const WORKSPACE: &str = "workspace: shop\nmodules: {shop: [OrderPlaced]}\nverbs: {place: {appends: OrderPlaced, options: {total: number}}}\n";

#[test]
fn what_is_broken_in_form_is_refused() {
    let broken: &[(Sort, &str, &str, &str)] = &[
        (Sort::Process, PROCESS, "version: 1", "version: one"),
        (Sort::Process, PROCESS, "version: 1", "version: 0"),
        (Sort::Process, PROCESS, "version: 1\n", ""),
        (Sort::Process, PROCESS, "initial: open\n", ""),
        (Sort::Process, PROCESS, "initial: open", "regions: {a: {use: [b@1]}}"),
        (Sort::Process, PROCESS, "initial: open", "initial: open\njoins: {end: success}"),
        (Sort::Process, PROCESS, "starts-on", "startsOn"),
        (Sort::Process, PROCESS, "end: success", "end: well"),
        (Sort::Process, PROCESS, "end: success", "final: true"),
        (Sort::Process, PROCESS, "{to: done}", "{goto: done}"),
        (Sort::Process, PROCESS, "{to: done}", "{to: [done]}"),
        (Sort::Process, PROCESS, "{to: done}", "{alarm: {Late: {in: 15m}}}"),
        (Sort::Process, PROCESS, "{to: done}", "done"),
        (Sort::Process, PROCESS, "initial: open", "initial: open\nunexpected: throw"),
        (Sort::Process, PROCESS, "{to: done}", "{send: {A: {}, B: {}}}"),
        (Sort::Scenario, SCENARIO, "process: order@1\n", ""),
        (Sort::Scenario, SCENARIO, "deliver: [OrderPlaced]", "deliver: [OrderPlaced]\norder: sometimes"),
        (Sort::Scenario, SCENARIO, "deliver: [OrderPlaced]", "deliver: [OrderPlaced]\nalike: maybe"),
        (Sort::Scenario, SCENARIO, "deliver: [OrderPlaced]", "deliver: [OrderPlaced]\nexpect: {ends: [a]}"),
        (Sort::Scenario, SCENARIO, "deliver: [OrderPlaced]", "deliver: [OrderPlaced]\nbounds: {states: 0}"),
        (Sort::Scenario, SCENARIO, "deliver: [OrderPlaced]", "deliver: [17]"),
        (Sort::Service, SERVICE, "service: bank\n", ""),
        (Sort::Service, SERVICE, "chance: 0.5", "chance: 50%"),
        (Sort::Service, SERVICE, "chance: 0.5", "chance: 2"),
        (Sort::Service, SERVICE, "exponential", "normal"),
        (Sort::Service, SERVICE, "publish: Yes", "publish: Yes, to: done"),
        (Sort::Service, SERVICE, "data:", "version: 1\ndata:"),
        (Sort::Service, SERVICE, "publish: Yes", "publish: {Yes: {}, each: 5}"),
        (Sort::Service, SERVICE, "publish: Yes", "publish: {Yes: {}, No: {}, each: g in event.data.guests}"),
        (Sort::Spec, SPEC, "process: order@1\n", ""),
        (Sort::Spec, SPEC, "process: order@1\n", "services: bank\n"),
        (Sort::Spec, SPEC, "process: order@1\n", "service: {bank: 1}\n"),
        (Sort::Spec, SPEC, "then: {state: done}\n", ""),
        (Sort::Spec, SPEC, "then: {state: done}", "then: done"),
        (Sort::Spec, SPEC, "then: {state: done}", "then: {stat: done}"),
        (Sort::Spec, SPEC, "then: {state: done}", "then: {outcome: finished}"),
        (Sort::Spec, SPEC, "then: {state: done}", "then: {alarms: 3}"),
        (Sort::Spec, SPEC, "when: OrderPlaced", "when: 17"),
        (Sort::Spec, SPEC, "given: []", "first: []"),
        (Sort::Workspace, WORKSPACE, "workspace", "name"),
        (Sort::Workspace, WORKSPACE, "total: number", "total: money"),
        (Sort::Workspace, WORKSPACE, "appends", "append"),
        (Sort::Workspace, WORKSPACE, "workspace: shop", "workspace: shop\nseed: many"),
    ];
    let of_a_service = SPEC.replace("process: order@1", "service: bank\nservices: [till]");
    assert!(validator(Sort::Spec).is_valid(&of_text(&of_a_service)));
    for (sort, sound, from, to) in broken {
        let validator = validator(*sort);
        assert!(validator.is_valid(&of_text(sound)), "{sound}");
        assert!(sound.contains(from), "{from}");
        let text = sound.replacen(from, to, 1);
        assert!(!validator.is_valid(&of_text(&text)), "this passes as a {}:\n{text}", sort.name());
    }
}

#[test]
fn the_verb_prints_them() {
    let bench = common::bench::Bench::new();
    for sort in Sort::ALL {
        assert_eq!(bench.run(&format!("schema {}", sort.name())).out(), schema(sort));
    }
    assert_eq!(bench.run("schema").out(), schema(Sort::Process));
    bench.run("schema recipe").fails(
        2,
        "error: invalid value 'recipe' for '[SORT]': one of process, scenario, service, spec, workspace\n\nFor more information, try '--help'.\n",
    );
}
