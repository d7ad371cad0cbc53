//! Values, and JSON text as a value that nobody has looked at yet.
//!
//! What comes from an event or from data stays [`Value::Raw`], a slice of the text it came in, until
//! an operator needs to know what it is; what is only handed on keeps its digits and escapes. Knows
//! how to look inside and how to write. Must not know expressions, nor how values are computed.

use super::types::Type;
use crate::event::{Millis, Time, json, print_duration};
use json::Shape;
use std::borrow::Cow;
use std::fmt::Write;
use std::rc::Rc;

/// The deepest nesting that is written. A line of a log wraps it a few times, and others have parsers
/// that stop at 128.
pub(super) const MAX_NESTING: usize = 100;

#[derive(Debug, Clone)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    Int(i64),
    /// Always finite.
    Float(f64),
    Text(Cow<'a, str>),
    Time(Time),
    Duration(Millis),
    List(Rc<Vec<Value<'a>>>),
    Map(Rc<Vec<Entry<'a>>>),
    /// JSON text, valid, without white space around it.
    Raw(Cow<'a, str>),
}

#[derive(Debug, Clone)]
pub(super) struct Entry<'a> {
    /// A JSON string with its quotes.
    pub raw_key: Cow<'a, str>,
    pub value: Value<'a>,
}

impl Entry<'_> {
    /// The key as it is meant, without escapes.
    pub fn key(&self) -> Cow<'_, str> {
        json::Member { raw_key: &self.raw_key, value: "" }.key()
    }
}

impl<'a> Value<'a> {
    pub fn raw(text: &'a str) -> Value<'a> {
        Value::Raw(Cow::Borrowed(text))
    }

    pub fn text(text: &'a str) -> Value<'a> {
        Value::Text(Cow::Borrowed(text))
    }

    pub fn list(items: Vec<Value<'a>>) -> Value<'a> {
        Value::List(Rc::new(items))
    }

    pub fn map(entries: Vec<Entry<'a>>) -> Value<'a> {
        Value::Map(Rc::new(entries))
    }

    /// The same value without copying its text.
    pub fn borrowed(&self) -> Value<'_> {
        match self {
            Value::Text(text) => Value::Text(Cow::Borrowed(text)),
            Value::Raw(text) => Value::Raw(Cow::Borrowed(text)),
            other => other.clone(),
        }
    }

    /// Reads JSON text of a scalar; lists and maps stay text. The error is a text that has no value
    /// here: a number out of range, a string with an escape that is no character.
    pub fn typed(self) -> Result<Value<'a>, Cow<'a, str>> {
        let Value::Raw(text) = self else { return Ok(self) };
        let owned = match text {
            Cow::Borrowed(text) => return Value::read(text).ok_or(text.into()),
            Cow::Owned(text) => text,
        };
        match json::shape(&owned) {
            Shape::Array | Shape::Object => Ok(Value::Raw(owned.into())),
            Shape::String => match json::string(&owned) {
                Some(text) => Ok(Value::Text(text.into_owned().into())),
                None => Err(owned.into()),
            },
            shape => scalar(&owned, shape).ok_or(owned.into()),
        }
    }

    /// As [`Value::typed`], of JSON text.
    pub fn read(text: &'a str) -> Option<Value<'a>> {
        match json::shape(text) {
            Shape::Array | Shape::Object => Some(Value::raw(text)),
            Shape::String => json::string(text).map(Value::Text),
            shape => scalar(text, shape),
        }
    }

    pub fn type_(&self) -> Type {
        match self {
            Value::Null => Type::Null,
            Value::Bool(_) => Type::Bool,
            Value::Int(_) => Type::Int,
            Value::Float(_) => Type::Float,
            Value::Text(_) => Type::Text,
            Value::Time(_) => Type::Time,
            Value::Duration(_) => Type::Duration,
            Value::List(_) => Type::List,
            Value::Map(_) => Type::Map,
            Value::Raw(text) => match json::shape(text) {
                Shape::Null => Type::Null,
                Shape::Bool => Type::Bool,
                Shape::Number if text.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit()) => Type::Int,
                Shape::Number => Type::Float,
                Shape::String => Type::Text,
                Shape::Array => Type::List,
                Shape::Object => Type::Map,
            },
        }
    }

    /// The items of a list; None of anything else.
    pub fn items(&self) -> Option<Vec<Value<'a>>> {
        match self {
            Value::List(items) => Some(items.to_vec()),
            Value::Raw(text) if json::shape(text) == Shape::Array => Some(match text {
                Cow::Borrowed(text) => json::items(text).map(Value::raw).collect(),
                Cow::Owned(text) => {
                    json::items(text).map(|item| Value::Raw(item.to_string().into())).collect()
                }
            }),
            _ => None,
        }
    }

    /// An item of a list, from 0. None where this has no such item.
    pub fn item(&self, index: usize) -> Option<Value<'a>> {
        match self {
            Value::Raw(Cow::Borrowed(text)) => json::items(text).nth(index).map(Value::raw),
            other => other.items()?.into_iter().nth(index),
        }
    }

    /// The members of a map in their order; None of anything else.
    pub fn entries(&self) -> Option<Vec<Entry<'a>>> {
        let entry = |raw_key, value| Entry { raw_key, value: Value::Raw(value) };
        match self {
            Value::Map(entries) => Some(entries.to_vec()),
            Value::Raw(text) if json::shape(text) == Shape::Object => Some(match text {
                Cow::Borrowed(text) => json::members(text)
                    .map(|member| entry(member.raw_key.into(), member.value.into()))
                    .collect(),
                Cow::Owned(text) => json::members(text)
                    .map(|member| entry(member.raw_key.to_string().into(), member.value.to_string().into()))
                    .collect(),
            }),
            _ => None,
        }
    }

    /// A member of a map: the last of that name, as in JSON. None where this has no such member.
    pub fn member(&self, name: &str) -> Option<Value<'a>> {
        match self {
            Value::Map(entries) => {
                entries.iter().rfind(|entry| entry.key() == name).map(|entry| entry.value.clone())
            }
            Value::Raw(Cow::Borrowed(text)) => json::member(text, name).map(Value::raw),
            Value::Raw(Cow::Owned(text)) => {
                json::member(text, name).map(|value| Value::Raw(value.to_string().into()))
            }
            _ => None,
        }
    }

    /// How much work it is to walk this, in small steps, at the level of its own text.
    pub fn weight(&self) -> u64 {
        match self {
            Value::Text(text) | Value::Raw(text) => 1 + text.len() as u64 / 64,
            Value::List(items) => 1 + items.iter().map(|item| 1 + item.own_weight()).sum::<u64>(),
            Value::Map(entries) => {
                let key = |entry: &Entry| owned_weight(&entry.raw_key);
                1 + entries.iter().map(|entry| 1 + key(entry) + entry.value.own_weight()).sum::<u64>()
            }
            _ => 1,
        }
    }

    /// The work of copying this as a part of a list or a map: only text of its own has to be copied.
    fn own_weight(&self) -> u64 {
        match self {
            Value::Text(text) | Value::Raw(text) => owned_weight(text),
            _ => 0,
        }
    }

    /// Appends JSON text of a value without parts. Lists and maps are written by the evaluator,
    /// which counts the work.
    pub fn write_scalar(&self, out: &mut String) {
        match self {
            Value::Null => out.push_str("null"),
            Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Value::Int(number) => write!(out, "{number}").expect("a string takes all"),
            Value::Float(number) => write!(out, "{number:?}").expect("a string takes all"),
            Value::Text(text) => json::quote_into(out, text),
            Value::Time(time) => write!(out, "\"{time}\"").expect("a string takes all"),
            Value::Duration(millis) => json::quote_into(out, &print_duration(*millis)),
            Value::Raw(text) => out.push_str(text),
            Value::List(_) | Value::Map(_) => {}
        }
    }
}

#[expect(clippy::ptr_arg, reason = "whether it is owned is what is asked")]
fn owned_weight(text: &Cow<str>) -> u64 {
    match text {
        Cow::Borrowed(_) => 0,
        Cow::Owned(text) => text.len() as u64 / 64,
    }
}

fn scalar(text: &str, shape: Shape) -> Option<Value<'static>> {
    match shape {
        Shape::Bool => Some(Value::Bool(text.starts_with('t'))),
        Shape::Number => number(text),
        _ => Some(Value::Null),
    }
}

/// Integers are exact or nothing; a float is the nearest one.
fn number(text: &str) -> Option<Value<'static>> {
    short_number(text).or_else(|| any_number(text))
}

/// Up to 15 digits and a point, as most numbers are: a division of two numbers that are exact gives the
/// nearest float.
pub(super) fn short_number(text: &str) -> Option<Value<'static>> {
    const POWERS: [f64; 16] =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    let (negative, digits) = match text.as_bytes() {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if !(1..=16).contains(&digits.len()) {
        return None;
    }
    let (mut whole, mut point) = (0i64, None);
    for (at, byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' => whole = whole * 10 + i64::from(byte - b'0'),
            b'.' if point.is_none() => point = Some(at),
            _ => return None,
        }
    }
    Some(match point {
        None => Value::Int(if negative { -whole } else { whole }),
        Some(at) => {
            let float = whole as f64 / POWERS[digits.len() - at - 1];
            Value::Float(if negative { -float } else { float })
        }
    })
}

pub(super) fn any_number(text: &str) -> Option<Value<'static>> {
    let written_as_float = text.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E'));
    match written_as_float {
        true => text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Float),
        false => text.parse().ok().map(Value::Int),
    }
}
