//! JSON Schemas (draft-07) of the files that people write, for editors: made from the one table of keys
//! that the readers use. A schema knows forms, not meanings: names, types of expressions and all that is
//! between two places of a file are the readers' business.

use crate::process::keys::{Key, Place, Shape, keys};
use crate::process::workspace_file;
use serde_json::{Map, Value, json};

/// The sorts of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Process,
    Scenario,
    Service,
    Spec,
    Workspace,
}

impl Sort {
    pub const ALL: [Sort; 5] = [Sort::Process, Sort::Scenario, Sort::Service, Sort::Spec, Sort::Workspace];

    pub fn name(self) -> &'static str {
        match self {
            Sort::Process => "process",
            Sort::Scenario => "scenario",
            Sort::Service => "service",
            Sort::Spec => "spec",
            Sort::Workspace => "workspace",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Sort::Process => "a process manager of anyorder",
            Sort::Scenario => "a scenario of anyorder",
            Sort::Service => "a service of anyorder",
            Sort::Spec => "specs of anyorder: given, when, then",
            Sort::Workspace => "a workspace of anyorder (anyorder.yaml)",
        }
    }
}

/// The schema of a sort of file.
pub fn schema(sort: Sort) -> String {
    let mut definitions = Map::new();
    let root = match sort {
        Sort::Process => {
            let mut process = place(Place::Process, &mut definitions);
            // What makes the states of a process: they themselves, regions that have them, or steps.
            let either = [&["initial", "states"][..], &["regions", "starts-on"], &["steps", "starts-on"]];
            process["anyOf"] = json!(either.map(|keys| json!({"required": keys})));
            process
        }
        Sort::Scenario => {
            let mut scenario = place(Place::Scenario, &mut definitions);
            scenario["anyOf"] = json!(["process", "services"].map(|key| json!({"required": [key]})));
            scenario
        }
        Sort::Service => place(Place::Service, &mut definitions),
        Sort::Spec => {
            let spec = defined("spec", Place::Spec, &mut definitions);
            let either = ["process", "service"].map(|key| json!({"required": [key]}));
            definitions["spec"]["anyOf"] = json!(either);
            any_of([spec.clone(), list(spec)])
        }
        Sort::Workspace => workspace(&mut definitions),
    };
    let mut schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": sort.title(),
    });
    let whole = schema.as_object_mut().expect("an object");
    whole.extend(root.as_object().expect("a place is an object").clone());
    if !definitions.is_empty() {
        whole.insert("definitions".to_string(), Value::Object(definitions));
    }
    format!("{}\n", serde_json::to_string_pretty(&schema).expect("our own values"))
}

/// A mapping with the keys of a place, and no others.
fn place(place: Place, definitions: &mut Map<String, Value>) -> Value {
    let built: Vec<&Key> = keys(place).iter().collect();
    let mut properties = Map::new();
    for key in &built {
        let mut value = shape(key.shape, definitions);
        if let Some(value) = value.as_object_mut() {
            value.insert("description".to_string(), json!(key.does));
        }
        properties.insert(key.name.to_string(), value);
    }
    let required: Vec<&str> = built.iter().filter(|key| key.required).map(|key| key.name).collect();
    let mut schema = json!({"type": "object", "properties": properties, "additionalProperties": false});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// A place that is used in several others, or in itself, is defined once.
fn defined(name: &str, of: Place, definitions: &mut Map<String, Value>) -> Value {
    if !definitions.contains_key(name) {
        // It may lead back to itself.
        definitions.insert(name.to_string(), Value::Null);
        let value = place(of, definitions);
        definitions.insert(name.to_string(), value);
    }
    json!({"$ref": format!("#/definitions/{name}")})
}

fn shape(shape: Shape, definitions: &mut Map<String, Value>) -> Value {
    let name = || json!({"type": "string", "minLength": 1});
    match shape {
        Shape::Text => json!({"type": ["string", "number"]}),
        Shape::Integer => json!({"type": "integer", "minimum": 1}),
        Shape::Count => json!({"type": "integer", "minimum": 0}),
        Shape::Boolean => json!({"type": "boolean"}),
        // YAML reads `when: true`, and a bare number, as what they are.
        Shape::Expression => json!({"type": ["string", "boolean", "number"]}),
        Shape::Choice(words) => json!({"enum": words}),
        Shape::Choices(words) => one_or_list(json!({"enum": words})),
        Shape::ListOfChoices(words) => list(one_or_list(json!({"enum": words}))),
        Shape::Starters => {
            let rules = rules(definitions);
            any_of([name(), list(any_of([name(), rules.clone()])), rules])
        }
        Shape::Correlate => any_of([json!({"type": "string"}), map(json!({"type": "string"}))]),
        Shape::Literals | Shape::Set => nothing_or(map(json!(true))),
        Shape::States => {
            let state = defined("state", Place::State, definitions);
            map(nothing_or(state))
        }
        Shape::StateName => name(),
        Shape::Resting => any_of([name(), map(name())]),
        Shape::Reactions => nothing_or(rules(definitions)),
        Shape::Rule => nothing_or(rule(definitions)),
        Shape::Regions => {
            let region = defined("region", Place::Region, definitions);
            map(region)
        }
        Shape::Joins => one_or_list(defined("join", Place::Join, definitions)),
        Shape::Shared => {
            let block = defined("any", Place::Shared, definitions);
            nothing_or(one_or_list(block))
        }
        Shape::Allows => nothing_or(one_or_list(defined("allow", Place::Allow, definitions))),
        Shape::Names | Shape::Processes | Shape::StateNames => one_or_list(name()),
        Shape::Each => json!({"type": "string"}),
        Shape::AlarmKey => json!({"type": ["string", "number"]}),
        Shape::AlarmNames => one_or_list(any_of([name(), map(json!(true))])),
        Shape::Texts => one_or_list(any_of([json!({"type": "string"}), map(json!({"type": "string"}))])),
        // Under a message's name stand its data, of any form; beside it, if anything, `each`.
        Shape::Messages => {
            let mut one = map(json!(true));
            one["maxProperties"] = json!(1);
            let mut per_item = place(Place::Outgoing, definitions);
            per_item["additionalProperties"] = json!(true);
            (per_item["minProperties"], per_item["maxProperties"]) = (json!(2), json!(2));
            per_item["required"] = json!(["each"]);
            one_or_list(any_of([name(), one, per_item]))
        }
        Shape::Alarms => {
            let alarm = defined("alarm", Place::Alarm, definitions);
            one_or_list(map(any_of([json!({"type": "string"}), alarm])))
        }
        Shape::Duration | Shape::Time => json!({"type": "string"}),
        Shape::Template => json!({}),
        Shape::Stimuli => {
            let long = defined("message", Place::Stimulus, definitions);
            one_or_list(any_of([name(), long, map(json!(true))]))
        }
        Shape::Steps => {
            let long = defined("step", Place::Given, definitions);
            one_or_list(any_of([name(), long, map(json!(true))]))
        }
        Shape::Expected => {
            let long = defined("expected", Place::Sent, definitions);
            one_or_list(any_of([name(), long, map(json!(true))]))
        }
        // With several processes, one for each.
        Shape::Then => {
            let then = defined("then", Place::Then, definitions);
            any_of([then.clone(), map(then)])
        }
        Shape::Armed => one_or_list(any_of([name(), map(json!({"type": "string"}))])),
        Shape::Reason => json!({"type": ["boolean", "string"]}),
        Shape::Mapping(of) => nothing_or(defined(of.name().trim_matches('`'), of, definitions)),
        Shape::Properties => nothing_or(map(json!({"type": ["string", "boolean"]}))),
        Shape::Replies => {
            let reply = nothing_or(defined("answer", Place::Reply, definitions));
            map(one_or_list(reply))
        }
        Shape::Chance => json!({"type": "number", "minimum": 0, "maximum": 1}),
        Shape::Delay => any_of([json!({"type": "string"}), defined("after", Place::Delay, definitions)]),
        Shape::Saga => list(defined("saga-step", Place::Step, definitions)),
        Shape::Command => {
            let mut one = map(json!(true));
            (one["minProperties"], one["maxProperties"]) = (json!(1), json!(1));
            any_of([name(), one])
        }
        Shape::Name => name(),
    }
}

/// Message names with their reactions: one, or a list of which the first whose guard holds is taken.
fn rules(definitions: &mut Map<String, Value>) -> Value {
    map(rule(definitions))
}

fn rule(definitions: &mut Map<String, Value>) -> Value {
    one_or_list(nothing_or(defined("reaction", Place::Reaction, definitions)))
}

fn any_of<const N: usize>(of: [Value; N]) -> Value {
    json!({"anyOf": of.to_vec()})
}

fn list(of: Value) -> Value {
    json!({"type": "array", "items": of})
}

fn map(of: Value) -> Value {
    json!({"type": "object", "additionalProperties": of})
}

fn one_or_list(of: Value) -> Value {
    any_of([of.clone(), list(of)])
}

/// A key under which nothing stands.
fn nothing_or(of: Value) -> Value {
    any_of([of, json!({"type": "null"})])
}

/// `anyorder.yaml`, whose reader has a table of its own.
fn workspace(definitions: &mut Map<String, Value>) -> Value {
    let allows = shape(Shape::Allows, definitions);
    let option_keys = object(&workspace_file::OPTION_KEYS, |key| match key {
        "type" => json!({"enum": workspace_file::OPTION_TYPES}),
        "repeated" | "optional" => json!({"type": "boolean"}),
        "default" => json!(true),
        _ => json!({"type": "string"}),
    });
    let option = any_of([json!({"enum": workspace_file::OPTION_TYPES}), option_keys]);
    let verb = object(&workspace_file::VERB_KEYS, |key| match key {
        "options" => nothing_or(map(option.clone())),
        "passes-on" => json!({"type": "boolean"}),
        _ => json!({"type": "string"}),
    });
    object(&workspace_file::KEYS, |key| match key {
        "modules" => nothing_or(map(nothing_or(one_or_list(json!({"type": "string"}))))),
        "verbs" => nothing_or(map(verb.clone())),
        "allow" => allows.clone(),
        "seed" => json!({"type": "integer", "minimum": 0}),
        _ => json!({"type": "string"}),
    })
}

fn object(keys: &[&str], of: impl Fn(&str) -> Value) -> Value {
    let properties: Map<String, Value> = keys.iter().map(|key| (key.to_string(), of(key))).collect();
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}
