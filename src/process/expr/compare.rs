//! Equality and order.
//!
//! Integers and floats compare by what they are, without a cast that rounds; values of unequal
//! types are not equal, and have no order. Must not know expressions.

use super::value::{Entry, Value};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// How deep two values are compared; a hostile document cannot overflow the stack.
const MAX_DEPTH: usize = 128;

/// What kept two values from being compared.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Hurdle {
    Depth,
    Work,
}

/// Whether two values are equal; `steps` is the work that may still be done.
pub(super) fn equal(a: &Value, b: &Value, steps: &mut u64) -> Result<bool, Hurdle> {
    equal_at(a, b, 0, steps)
}

fn equal_at(a: &Value, b: &Value, depth: usize, steps: &mut u64) -> Result<bool, Hurdle> {
    if depth > MAX_DEPTH {
        return Err(Hurdle::Depth);
    }
    *steps = steps.checked_sub(a.weight() + b.weight()).ok_or(Hurdle::Work)?;
    let (a, b) = match (a.borrowed().typed(), b.borrowed().typed()) {
        (Ok(a), Ok(b)) => (a, b),
        // Texts without a value here, such as integers beyond 64 bits, are compared as they stand.
        (Err(a), Err(b)) => return Ok(a == b),
        _ => return Ok(false),
    };
    match (&a, &b) {
        (Value::Null, Value::Null) => Ok(true),
        (Value::Bool(a), Value::Bool(b)) => Ok(a == b),
        _ => {
            if let Some(order) = order(&a, &b) {
                return Ok(order == Ordering::Equal);
            }
            if let (Some(a), Some(b)) = (a.items(), b.items()) {
                return equal_lists(&a, &b, depth, steps);
            }
            if let (Some(a), Some(b)) = (a.entries(), b.entries()) {
                return equal_maps(&a, &b, depth, steps);
            }
            Ok(false)
        }
    }
}

fn equal_lists(a: &[Value], b: &[Value], depth: usize, steps: &mut u64) -> Result<bool, Hurdle> {
    if a.len() != b.len() {
        return Ok(false);
    }
    for (a, b) in a.iter().zip(b) {
        if !equal_at(a, b, depth + 1, steps)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whatever the order of their members; of two members with one key the last counts.
fn equal_maps(a: &[Entry], b: &[Entry], depth: usize, steps: &mut u64) -> Result<bool, Hurdle> {
    let (a, b) = (by_key(a), by_key(b));
    if a.len() != b.len() {
        return Ok(false);
    }
    for ((a_key, a), (b_key, b)) in a.iter().zip(&b) {
        if a_key != b_key || !equal_at(a, b, depth + 1, steps)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The members that count.
pub(super) fn by_key<'v>(entries: &'v [Entry<'_>]) -> BTreeMap<Cow<'v, str>, &'v Value<'v>> {
    entries.iter().map(|entry| (entry.key(), &entry.value)).collect()
}

/// The order of two values that are not raw; None where they have none.
pub(super) fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Int(a), Value::Float(b)) => Some(int_with_float(*a, *b)),
        (Value::Float(a), Value::Int(b)) => Some(int_with_float(*b, *a).reverse()),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Time(a), Value::Time(b)) => Some(a.cmp(b)),
        (Value::Duration(a), Value::Duration(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// Exact: 2^53 + 1 is greater than the float 2^53, which it would round to.
fn int_with_float(int: i64, float: f64) -> Ordering {
    const TOO_BIG: f64 = 9_223_372_036_854_775_808.0;
    if float >= TOO_BIG {
        return Ordering::Less;
    }
    if float < -TOO_BIG {
        return Ordering::Greater;
    }
    let whole = float.trunc();
    // Within the range, so the cast is exact; what was cut off decides between equals.
    int.cmp(&(whole as i64)).then(0.0f64.partial_cmp(&(float - whole)).unwrap_or(Ordering::Equal))
}
