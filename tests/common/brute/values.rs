//! Guards, and the values of a reaction.

use super::interpret::{Input, Reason, Sent, When, computed};
use super::model::{Data, Guard, Rule, Sending, Value, Var};

/// The first reaction whose guards hold.
pub fn chosen(rule: &Rule, data: &Data, input: &Input, when: When) -> Result<Option<usize>, Reason> {
    for (index, reaction) in rule.iter().enumerate() {
        if all_hold(&reaction.when, data, input, when)? {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

pub fn all_hold(guards: &[Guard], data: &Data, input: &Input, when: When) -> Result<bool, Reason> {
    for guard in guards {
        if !holds(*guard, data, input, when)? {
            return Ok(false);
        }
    }
    Ok(true)
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

/// All of it sees the old data.
pub fn changed(set: &[(Var, Value)], old: &Data, input: &Input) -> Result<Data, Reason> {
    let mut new = *old;
    for (var, value) in set {
        new[*var as usize] = value_of(*value, old, input)?;
    }
    Ok(new)
}

/// Two may say something because of one message.
pub fn salt(name: &str) -> u64 {
    u64::from(name.as_bytes()[0]) << 32
}

/// Commands first, then events. Ids are computed from whose they are, and from which place on.
pub fn said(
    sends: &[Sending],
    data: &Data,
    input: &Input,
    (salt, first): (u64, usize),
) -> Result<Vec<Sent>, Reason> {
    let mut all = Vec::new();
    for command in [true, false] {
        for sending in sends.iter().filter(|sending| sending.command == command) {
            let values = match sending.each {
                None => vec![sending.data],
                Some(items) => items.iter().map(|item| Some(*item)).collect(),
            };
            let values: Vec<Option<i64>> = values
                .into_iter()
                .map(|value| value.map(|value| value_of(value, data, input)).transpose())
                .collect::<Result<_, _>>()?;
            for data in values {
                let place = first + all.len() + 10_000 * input.tried;
                all.push(Sent {
                    type_: sending.type_,
                    command,
                    data,
                    line: input.line.clone(),
                    id: computed(input.id ^ salt, place),
                    origin: computed(input.id ^ salt, place),
                    cause: (input.type_, input.origin, computed(input.id, 2_000 + input.tried)),
                });
            }
        }
    }
    Ok(all)
}
