//! The same world for both: a random `event.data` and `data`, and how either evaluates over it.

use crate::grow::Dice;
use anyorder::event::{Document, Message, Time, line};
use anyorder::process::Data;
use anyorder::process::expr::{self, Env, Expr, Scope};
use anyorder::span::{Source, Span};
use cel::objects::{Key, Map, Value};
use serde_json::Value as Json;
use std::collections::HashMap;
use std::sync::Arc;

/// Members of both documents, each always of its type; a guard knows what it looks at.
pub const MEMBERS: [(&str, Kind); 10] = [
    ("n", Kind::Int),
    ("m", Kind::Int),
    ("x", Kind::Float),
    ("y", Kind::Float),
    ("s", Kind::Text),
    ("t", Kind::Text),
    ("b", Kind::Bool),
    ("l", Kind::Ints),
    ("w", Kind::Texts),
    ("o", Kind::Map),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Null,
    Bool,
    Int,
    Float,
    Text,
    Ints,
    Texts,
    /// `{"a": integer, "b": text}`, and sometimes no `b`.
    Map,
    Time,
    Duration,
}

pub struct World {
    pub event: Message,
    pub data: Data,
    pub cel: cel::Context<'static, 'static>,
    pub seen: String,
}

pub const TEXTS: [&str; 9] = ["", "a", "ab", "b", "Ab", "café", "x y", "12", "-7.5"];
pub const INTS: [i64; 9] = [0, 1, -1, 2, 7, -13, 100, i64::MAX, i64::MIN];
pub const FLOATS: [f64; 8] = [0.0, 0.5, -1.5, 2.0, 1e3, -0.1, 1e300, 3.75];

fn document(dice: &mut Dice) -> String {
    let int = |dice: &mut Dice| dice.one_of(&INTS).to_string();
    let text = |dice: &mut Dice| serde_json::to_string(dice.one_of(&TEXTS)).unwrap();
    let members: Vec<String> = MEMBERS
        .iter()
        .filter_map(|(name, kind)| {
            // Sometimes one is missing.
            if dice.below(12) == 0 {
                return None;
            }
            let count = dice.below(4);
            let value = match kind {
                Kind::Int => int(dice),
                Kind::Float => format!("{:?}", dice.one_of(&FLOATS)),
                Kind::Text => text(dice),
                Kind::Bool => (dice.below(2) == 0).to_string(),
                Kind::Ints => format!("[{}]", (0..count).map(|_| int(dice)).collect::<Vec<_>>().join(",")),
                Kind::Texts => format!("[{}]", (0..count).map(|_| text(dice)).collect::<Vec<_>>().join(",")),
                _ if dice.below(3) == 0 => format!("{{\"a\":{}}}", int(dice)),
                _ => format!("{{\"a\":{},\"b\":{}}}", int(dice), text(dice)),
            };
            Some(format!("\"{name}\":{value}"))
        })
        .collect();
    format!("{{{}}}", members.join(","))
}

const EVENT: &str = r#"{"specversion":"1.0","id":"e-1","source":"orders","type":"OrderPlaced","time":"2026-11-21T09:00:00.000Z"}"#;

impl World {
    pub fn random(dice: &mut Dice) -> World {
        let (event, data) = (document(dice), document(dice));
        World::of(&event, &data)
    }

    pub fn of(event_data: &str, data: &str) -> World {
        let mut event = line::read(EVENT).unwrap();
        event.data = Some(Document::parse(event_data).unwrap());
        let mut cel = cel::Context::default();
        let time = cel_time("2026-11-21T09:00:00.000Z");
        let members = [
            ("id", Value::from("e-1")),
            ("type", Value::from("OrderPlaced")),
            ("time", time),
            ("data", cel_value(&serde_json::from_str(event_data).unwrap())),
        ];
        cel.add_variable_from_value("event", cel_map(members));
        cel.add_variable_from_value("data", cel_value(&serde_json::from_str(data).unwrap()));
        cel.add_variable_from_value("state", Value::from("open"));
        cel.add_variable_from_value("now", cel_time("2026-11-21T09:15:00.000Z"));
        World {
            event,
            data: Data::of_json(data),
            cel,
            seen: format!("event.data = {event_data}, data = {data}"),
        }
    }

    pub fn env(&self) -> Env<'_> {
        let now = Time::parse("2026-11-21T09:15:00.000Z").unwrap();
        Env { event: &self.event, data: &self.data, state: "open", item: None, now }
    }
}

fn cel_time(text: &str) -> Value {
    Value::Timestamp(text.parse().unwrap())
}

fn cel_map<const N: usize>(members: [(&str, Value); N]) -> Value {
    let map: HashMap<Key, Value> = members.into_iter().map(|(name, value)| (name.into(), value)).collect();
    Value::Map(Map { map: Arc::new(map) })
}

/// By hand, since the crate's own way makes unsigned integers of JSON's.
fn cel_value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match number.as_i64() {
            Some(number) => Value::Int(number),
            None => Value::Float(number.as_f64().unwrap()),
        },
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::List(Arc::new(items.iter().map(cel_value).collect())),
        Json::Object(members) => {
            let map: HashMap<Key, Value> =
                members.iter().map(|(name, value)| (name.as_str().into(), cel_value(value))).collect();
            Value::Map(Map { map: Arc::new(map) })
        }
    }
}

pub fn ours(text: &str) -> Result<Expr, String> {
    let scope = Scope::of(MEMBERS.iter().map(|(name, _)| name.to_string()).collect());
    expr::parse(&Source::new("peers", text), Span::new(0, text.len()), text, &scope)
        .map_err(|errors| errors[0].message.clone())
}
