//! Guards, and the values of a reaction.

use super::interpret::{Input, Reason, When};
use super::model::{Data, Guard, Rule, Value};

/// The first reaction whose guards hold.
pub fn chosen(rule: &Rule, data: &Data, input: &Input, when: When) -> Result<Option<usize>, Reason> {
    'next: for (index, reaction) in rule.iter().enumerate() {
        for guard in &reaction.when {
            if !holds(*guard, data, input, when)? {
                continue 'next;
            }
        }
        return Ok(Some(index));
    }
    Ok(None)
}

pub fn holds(guard: Guard, data: &Data, input: &Input, when: When) -> Result<bool, Reason> {
    let event = || input.data.ok_or(Reason::NoData);
    Ok(match guard {
        Guard::Below(var, bound) => data[var as usize] < bound,
        Guard::Is(var, number) => data[var as usize] == number,
        Guard::EventBelow(bound) => event()? < bound,
        Guard::EventIs(number) => event()? == number,
        Guard::Until(minutes) => when.minutes <= minutes,
    })
}

pub fn value_of(value: Value, data: &Data, input: &Input) -> Result<i64, Reason> {
    match value {
        Value::Literal(number) => Ok(number),
        Value::Of(var) => Ok(data[var as usize]),
        Value::OneMoreThan(var) => Ok(data[var as usize] + 1),
        Value::Event => input.data.ok_or(Reason::NoData),
    }
}
