//! Arithmetic and order of two values.
//!
//! Integers are exact: what does not fit fails, and so does a float that is not finite. Knows
//! numbers, strings, times and durations; lists are the evaluator's. Must not know expressions.

use super::ast::Operator;
use super::compare::order;
use super::eval::{Outcome, fail};
use super::types::Type;
use super::value::Value;
use crate::event::{Millis, Time};
use crate::span::Span;
use std::cmp::Ordering;

pub(super) fn negate<'a>(value: Value<'a>, at: Span) -> Outcome<Value<'a>> {
    let overflow = || fail(at, "overflow: the number has no negative in 64 bits");
    match value {
        Value::Int(number) => number.checked_neg().map_or_else(overflow, |number| Ok(Value::Int(number))),
        Value::Duration(millis) => {
            millis.checked_neg().map_or_else(overflow, |millis| Ok(Value::Duration(millis)))
        }
        Value::Float(number) => Ok(Value::Float(-number)),
        other => fail(at, format!("`-` takes a number or a duration, this is {}", other.type_().name())),
    }
}

/// `<` and its kin; the values are typed.
pub(super) fn ordered(operator: Operator, a: &Value, b: &Value, at: Span) -> Outcome<bool> {
    let Some(order) = order(a, b) else {
        let sign = operator.text();
        let hint = hint(a, b);
        let (a, b) = (a.type_().name(), b.type_().name());
        return fail(at, format!("`{sign}` cannot compare {a} with {b}{hint}"));
    };
    Ok(match operator {
        Operator::Less => order == Ordering::Less,
        Operator::LessEqual => order != Ordering::Greater,
        Operator::Greater => order == Ordering::Greater,
        _ => order != Ordering::Less,
    })
}

/// `+ - * / %`; the values are typed, and not both lists.
pub(super) fn arithmetic<'a>(operator: Operator, a: Value<'a>, b: Value<'a>, at: Span) -> Outcome<Value<'a>> {
    use Operator::{Add, Multiply, Subtract};
    match (operator, a, b) {
        (_, Value::Int(a), Value::Int(b)) => ints(operator, a, b, at).map(Value::Int),
        (_, Value::Float(a), Value::Float(b)) => floats(operator, a, b, at),
        (_, Value::Int(a), Value::Float(b)) => floats(operator, a as f64, b, at),
        (_, Value::Float(a), Value::Int(b)) => floats(operator, a, b as f64, at),
        (Add, Value::Text(a), Value::Text(b)) => Ok(Value::Text(a + b)),
        (Add | Subtract, Value::Duration(a), Value::Duration(b)) => {
            ints(operator, a, b, at).map(Value::Duration)
        }
        (Multiply, Value::Duration(a), Value::Int(b)) | (Multiply, Value::Int(a), Value::Duration(b)) => {
            ints(operator, a, b, at).map(Value::Duration)
        }
        (Subtract, Value::Time(a), Value::Time(b)) => Ok(Value::Duration(a.millis() - b.millis())),
        (Add, Value::Time(time), Value::Duration(by)) | (Add, Value::Duration(by), Value::Time(time)) => {
            moved(time, Some(by), at)
        }
        (Subtract, Value::Time(time), Value::Duration(by)) => moved(time, by.checked_neg(), at),
        (_, a, b) => {
            let sign = operator.text();
            let hint = hint(&a, &b);
            let (a, b) = (a.type_().name(), b.type_().name());
            fail(at, format!("`{sign}` cannot take {a} and {b}{hint}"))
        }
    }
}

fn moved<'a>(time: Time, by: Option<Millis>, at: Span) -> Outcome<Value<'a>> {
    match by.and_then(|by| time.plus(by)) {
        Some(time) => Ok(Value::Time(time)),
        None => fail(at, "timestamp out of range: the years are 0000 to 9999"),
    }
}

fn ints(operator: Operator, a: i64, b: i64, at: Span) -> Outcome<i64> {
    if b == 0 && matches!(operator, Operator::Divide | Operator::Remainder) {
        return fail(at, "division by zero");
    }
    let result = match operator {
        Operator::Add => a.checked_add(b),
        Operator::Subtract => a.checked_sub(b),
        Operator::Multiply => a.checked_mul(b),
        Operator::Divide => a.checked_div(b),
        _ => a.checked_rem(b),
    };
    match result {
        Some(result) => Ok(result),
        None => fail(at, format!("overflow: {a} {} {b} does not fit in 64 bits", operator.text())),
    }
}

fn floats<'a>(operator: Operator, a: f64, b: f64, at: Span) -> Outcome<Value<'a>> {
    if b == 0.0 && matches!(operator, Operator::Divide | Operator::Remainder) {
        return fail(at, "division by zero");
    }
    let result = match operator {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        Operator::Divide => a / b,
        _ => a % b,
    };
    finite(result, at, || format!("{a:?} {} {b:?}", operator.text()))
}

fn finite<'a>(number: f64, at: Span, what: impl FnOnce() -> String) -> Outcome<Value<'a>> {
    if number.is_finite() {
        return Ok(Value::Float(number));
    }
    fail(at, format!("overflow: {} is beyond the largest float", what()))
}

/// What to write so that two values fit.
fn hint(a: &Value, b: &Value) -> &'static str {
    match (a.type_(), b.type_()) {
        (Type::Text, Type::Time) | (Type::Time, Type::Text) => "; write `timestamp(…)` around the string",
        (Type::Text, Type::Duration) | (Type::Duration, Type::Text) => {
            "; write `duration(…)` around the string"
        }
        (Type::Text, Type::Int | Type::Float) | (Type::Int | Type::Float, Type::Text) => {
            "; `string(…)`, `int(…)` and `double(…)` convert"
        }
        _ => "",
    }
}
