//! The functions.
//!
//! Arguments were counted when the expression was read; what they are is known only now. Must not
//! know names or syntax.

use super::ast::Operator;
use super::code::Code;
use super::compare::{self, order};
use super::eval::{Machine, Outcome, fail, typed};
use super::names::Function;
use super::operate::arithmetic;
use super::pattern::Pattern;
use super::types::Type;
use super::value::{Entry, Value};
use crate::event::{Time, json, parse_duration, print_duration};
use crate::span::Span;
use std::borrow::Cow;
use std::cmp::Ordering;

pub(super) fn call<'a>(
    machine: &mut Machine<'a>,
    function: Function,
    arguments: &'a [Code],
    at: Span,
) -> Outcome<Value<'a>> {
    let name = function.signature().name;
    match function {
        Function::Has => fail(at, "`has` asks for a member"),
        Function::Min | Function::Max => extreme(machine, function, arguments, at),
        Function::Sum => sum(machine, &arguments[0], at),
        Function::Put => put(machine, arguments, at),
        Function::Without => without(machine, arguments, at),
        Function::Size => size(machine, &arguments[0], at),
        Function::StartsWith | Function::EndsWith | Function::Contains | Function::Matches => {
            texts(machine, function, arguments, at)
        }
        Function::Lower | Function::Upper => {
            let text = machine.text(&arguments[0], &format!("`{name}`"))?;
            machine.spend(text.len() as u64 / 64, at)?;
            let changed = if function == Function::Lower { text.to_lowercase() } else { text.to_uppercase() };
            Ok(Value::Text(changed.into()))
        }
        Function::String => string(machine, &arguments[0], at),
        Function::Int => int(machine, &arguments[0], at),
        Function::Double => double(machine, &arguments[0], at),
        Function::Duration => match machine.typed(&arguments[0])? {
            Value::Duration(millis) => Ok(Value::Duration(millis)),
            Value::Text(text) => match parse_duration(&text) {
                Some(millis) => Ok(Value::Duration(millis)),
                None => fail(at, format!("{} is no duration such as '15m'", brief(&text))),
            },
            other => wrong(name, "a string", &other, at),
        },
        Function::Timestamp => match machine.typed(&arguments[0])? {
            Value::Time(time) => Ok(Value::Time(time)),
            Value::Text(text) => match Time::parse(&text) {
                Some(time) => Ok(Value::Time(time)),
                None => fail(at, format!("{} is no timestamp such as '2026-11-21T09:00:00Z'", brief(&text))),
            },
            other => wrong(name, "a string", &other, at),
        },
    }
}

fn wrong<'a>(name: &str, wanted: &str, value: &Value, at: Span) -> Outcome<Value<'a>> {
    fail(at, format!("`{name}` takes {wanted}, this is {}", value.type_().name()))
}

fn brief(text: &str) -> String {
    let short: String = text.chars().take(40).collect();
    json::quote(&short)
}

/// The first of the least, or of the greatest; it keeps the text it came as.
fn extreme<'a>(
    machine: &mut Machine<'a>,
    function: Function,
    arguments: &'a [Code],
    at: Span,
) -> Outcome<Value<'a>> {
    let (name, wanted) = match function {
        Function::Min => ("min", Ordering::Less),
        _ => ("max", Ordering::Greater),
    };
    let candidates = match arguments {
        [list] => machine.items(list, &format!("`{name}`"))?,
        several => several.iter().map(|code| machine.eval(code)).collect::<Outcome<Vec<_>>>()?,
    };
    let mut best: Option<(Value, Value)> = None;
    for candidate in candidates {
        machine.spend(candidate.weight(), at)?;
        let read = typed(candidate.clone(), at)?;
        let against = best.as_ref().map_or(&read, |(_, read)| read);
        match order(&read, against) {
            None => {
                let (a, b) = (read.type_().name(), against.type_().name());
                return fail(at, format!("`{name}` cannot compare {a} with {b}"));
            }
            Some(order) if best.is_none() || order == wanted => best = Some((candidate, read)),
            Some(_) => {}
        }
    }
    match best {
        Some((value, _)) => Ok(value),
        None => fail(at, format!("`{name}` of an empty list")),
    }
}

fn sum<'a>(machine: &mut Machine<'a>, list: &'a Code, at: Span) -> Outcome<Value<'a>> {
    let mut total: Option<Value> = None;
    for item in machine.items(list, "`sum`")? {
        let item = typed(item, at)?;
        if !matches!(item.type_(), Type::Int | Type::Float | Type::Duration) {
            return wrong("sum", "numbers or durations", &item, at);
        }
        total = Some(match total {
            None => item,
            Some(total) => arithmetic(Operator::Add, total, item, at)?,
        });
    }
    Ok(total.unwrap_or(Value::Int(0)))
}

fn put<'a>(machine: &mut Machine<'a>, arguments: &'a [Code], at: Span) -> Outcome<Value<'a>> {
    let map = machine.eval(&arguments[0])?;
    let key = machine.text(&arguments[1], "the key of `put`")?;
    let value = machine.eval(&arguments[2])?;
    machine.spend(map.weight(), at)?;
    let Some(mut entries) = map.entries() else {
        return wrong("put", "a map", &map, arguments[0].at);
    };
    // Of two members with one key the last one counts, so that is the one to change.
    match entries.iter_mut().rfind(|entry| entry.key() == key) {
        Some(entry) => entry.value = value,
        None => entries.push(Entry { raw_key: json::quote(&key).into(), value }),
    }
    Ok(Value::map(entries))
}

fn without<'a>(machine: &mut Machine<'a>, arguments: &'a [Code], at: Span) -> Outcome<Value<'a>> {
    let group = machine.eval(&arguments[0])?;
    machine.spend(group.weight(), at)?;
    if let Some(items) = group.items() {
        let item = machine.eval(&arguments[1])?;
        let mut kept = Vec::with_capacity(items.len());
        for candidate in items {
            if !machine.equal(&candidate, &item, at)? {
                kept.push(candidate);
            }
        }
        return Ok(Value::list(kept));
    }
    let Some(mut entries) = group.entries() else {
        return wrong("without", "a map or a list", &group, arguments[0].at);
    };
    let key = machine.text(&arguments[1], "the key of `without`")?;
    entries.retain(|entry| entry.key() != key);
    Ok(Value::map(entries))
}

fn size<'a>(machine: &mut Machine<'a>, of: &'a Code, at: Span) -> Outcome<Value<'a>> {
    let value = machine.typed(of)?;
    machine.spend(value.weight(), at)?;
    let size = match &value {
        Value::Text(text) => text.chars().count(),
        other => match (other.items(), other.entries()) {
            (Some(items), _) => items.len(),
            (_, Some(entries)) => compare::by_key(&entries).len(),
            _ => return wrong("size", "a string, a list or a map", other, of.at),
        },
    };
    Ok(Value::Int(size as i64))
}

fn texts<'a>(
    machine: &mut Machine<'a>,
    function: Function,
    arguments: &'a [Code],
    at: Span,
) -> Outcome<Value<'a>> {
    let who = match function {
        Function::StartsWith => "`startsWith`",
        Function::EndsWith => "`endsWith`",
        Function::Contains => "`contains`",
        _ => "`matches`",
    };
    let text = machine.text(&arguments[0], who)?;
    let part = machine.text(&arguments[1], who)?;
    machine.spend((text.len() + part.len()) as u64 / 64, at)?;
    Ok(Value::Bool(match function {
        Function::StartsWith => text.starts_with(&*part),
        Function::EndsWith => text.ends_with(&*part),
        Function::Contains => text.contains(&*part),
        _ => {
            // Compiling costs far more than a step.
            machine.spend(10_000, at)?;
            let pattern = Pattern::new(&part).or_else(|error| fail(at, error))?;
            machine.spend(pattern.steps(text.len()), at)?;
            pattern.is_in(&text)
        }
    }))
}

/// A number from JSON keeps its digits.
fn string<'a>(machine: &mut Machine<'a>, of: &'a Code, at: Span) -> Outcome<Value<'a>> {
    let value = machine.eval(of)?;
    if let Value::Raw(text) = &value
        && json::shape(text) == json::Shape::Number
    {
        return Ok(Value::Text(text.clone()));
    }
    let text = match typed(value, at)? {
        text @ Value::Text(_) => return Ok(text),
        Value::Time(time) => time.to_string(),
        Value::Duration(millis) => print_duration(millis),
        scalar @ (Value::Bool(_) | Value::Int(_) | Value::Float(_)) => {
            let mut out = String::new();
            scalar.write_scalar(&mut out);
            out
        }
        other => return wrong("string", "a scalar", &other, at),
    };
    Ok(Value::Text(Cow::Owned(text)))
}

fn int<'a>(machine: &mut Machine<'a>, of: &'a Code, at: Span) -> Outcome<Value<'a>> {
    match machine.typed(of)? {
        Value::Int(number) => Ok(Value::Int(number)),
        Value::Float(number) => {
            let whole = number.trunc();
            // The bounds are powers of two, so they are exact; the upper one is out already.
            if !(-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&whole) {
                return fail(at, format!("overflow: {number:?} does not fit in 64 bits"));
            }
            Ok(Value::Int(whole as i64))
        }
        Value::Text(text) => match text.parse() {
            Ok(number) => Ok(Value::Int(number)),
            Err(_) => fail(at, format!("{} is no integer of 64 bits", brief(&text))),
        },
        other => wrong("int", "a number or a string", &other, at),
    }
}

fn double<'a>(machine: &mut Machine<'a>, of: &'a Code, at: Span) -> Outcome<Value<'a>> {
    match machine.typed(of)? {
        Value::Int(number) => Ok(Value::Float(number as f64)),
        Value::Float(number) => Ok(Value::Float(number)),
        Value::Text(text) => {
            // Rust also reads `inf` and `nan`, which are no numbers here.
            let plain =
                text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
            match text.parse::<f64>() {
                Ok(number) if plain && number.is_finite() => Ok(Value::Float(number)),
                _ => fail(at, format!("{} is no number", brief(&text))),
            }
        }
        other => wrong("double", "a number or a string", &other, at),
    }
}
