//! An instance as bytes, and back: exactly the same.
//!
//! A record begins with what is asked of an instance without reading all of it: its id, and which of its
//! alarms may ring. Documents and alarms stand as their texts. Messages that wait stand as in the
//! journal, by reference to their lines: the log has them.

use super::super::world::ringing;
use super::bytes::{Found, Lost, Reader, Writer};
use crate::event::{Document, Message, Name, Names, Position, Time, line};
use crate::process::{Data, End};
use crate::step::{Instance, Kept, Parked, Phase, Seen};
use std::sync::Arc;

/// The beginning of a record.
pub(super) struct Head<'a> {
    pub id: &'a str,
    /// When its alarms are due that may ring, and where they stand in the journal.
    pub ringing: Vec<(Time, Position)>,
}

/// The record of an instance, the `ordinal`-th that its process ever heard of.
pub fn write_instance(instance: &Instance, ordinal: u64) -> Vec<u8> {
    let mut out = Writer(Vec::with_capacity(1024));
    out.text(&instance.id);
    let ringing = ringing(instance);
    out.count(ringing.len());
    for (_, alarm) in &ringing {
        out.i64(alarm.due.expect("an alarm is due").millis());
        out.u64(alarm.position.expect("an alarm stands in the journal").number());
    }
    out.u64(ordinal);
    let (kind, state, end) = match &instance.phase {
        Phase::Waiting => (0, None, None),
        Phase::Declined => (1, None, None),
        Phase::Running(state) => (2, Some(state), None),
        Phase::Ended(state, end) => (3, Some(state), Some(*end)),
    };
    out.u8(kind);
    if let Some(state) = state {
        out.text(state);
    }
    if let Some(end) = end {
        out.u8(number_of(end));
    }
    out.u32(instance.version);
    out.option(instance.hash.as_ref(), |out, hash| out.text(hash));
    out.option(instance.correlation.as_ref(), |out, correlation| out.text(correlation));
    out.count(instance.data.len());
    for (name, value) in instance.data.iter() {
        out.text(name);
        out.text(value.text());
    }
    out.option(instance.parked.as_ref(), |out, parked| {
        out.text(&parked.reason);
        reference(out, &parked.message);
        keepers(out, &parked.by, parked.answered);
        out.u8(parked.waited.into());
        out.i64(parked.at.millis());
    });
    out.count(instance.alarms.len());
    for alarm in &instance.alarms {
        out.text(&alarm.to_json());
    }
    out.count(instance.deferred.len());
    for kept in &instance.deferred {
        reference(&mut out, kept);
        keepers(&mut out, &kept.by, kept.answered);
    }
    out.count(instance.held.len());
    instance.held.iter().for_each(|message| reference(&mut out, message));
    out.count(instance.rung.len());
    instance.rung.iter().for_each(|id| out.text(id));
    let (few, many) = match &instance.seen {
        Seen::Few(few) => (Some(few.iter()), None),
        Seen::Many(many) => (None, Some(many.iter())),
    };
    out.count(few.as_ref().map_or(0, |few| few.len()) + many.as_ref().map_or(0, |many| many.len()));
    for (source, id) in few.into_iter().flatten().chain(many.into_iter().flatten()) {
        out.text(source);
        out.text(id);
    }
    out.u64(instance.decisions);
    out.option(instance.rested.as_ref(), |out, (state, end)| {
        out.text(state);
        out.u8(number_of(*end));
    });
    out.i64(instance.since.millis());
    out.count(instance.moved.len());
    for (version, at) in &instance.moved {
        out.u32(*version);
        out.i64(at.millis());
    }
    out.0
}

/// The instance of a record, and its ordinal. What waits is there as the journal tells it, by reference.
pub fn read_instance(record: &[u8], names: &mut Names) -> Result<(Instance, u64), Lost> {
    let mut from = Reader(record);
    let head = head(&mut from)?;
    let mut instance = Instance::new(Name::from(head.id));
    let ordinal = from.u64()?;
    let kind = from.u8()?;
    instance.phase = match kind {
        0 => Phase::Waiting,
        1 => Phase::Declined,
        2 => Phase::Running(names.name(from.text()?)),
        3 => Phase::Ended(names.name(from.text()?), end_of(from.u8()?)?),
        _ => return Err(Lost),
    };
    instance.version = from.u32()?;
    instance.hash = from.option(|from| Ok(names.name(from.text()?)))?;
    instance.correlation = from.option(|from| {
        let text = from.text()?;
        Ok(if *text == *instance.id { instance.id.clone() } else { Name::from(text) })
    })?;
    let data = from.list(|from| Ok((names.name(from.text()?), document(from.text()?)?)))?;
    instance.data = Data::of_different(data);
    instance.parked = from.option(|from| {
        let reason = from.text()?.to_string();
        let message = referred(from, names)?;
        let (by, answered) = kept_by(from, names)?;
        let waited = flag(from)?;
        Ok(Parked { reason, message, by, answered, waited, at: time(from.i64()?)? })
    })?;
    instance.alarms = from.list(|from| {
        let alarm = line::read_with(from.text()?, names).map_err(|_| Lost)?;
        // A `crc` that no writer of ours leaves would not come back.
        let foreign = alarm.extras.iter().any(|extra| extra.key() == "crc");
        let stands = alarm.due.is_some() && alarm.position.is_some() && !foreign;
        if stands { Ok(Arc::new(alarm)) } else { Err(Lost) }
    })?;
    instance.deferred = from.list(|from| {
        let message = referred(from, names)?;
        let (by, answered) = kept_by(from, names)?;
        Ok(Kept { message, by, answered })
    })?;
    instance.held = from.list(|from| referred(from, names))?;
    instance.rung = from.list(|from| Ok(Name::from(from.text()?)))?.into_iter().collect();
    for (source, id) in from.list(|from| Ok((names.name(from.text()?), Name::from(from.text()?))))? {
        instance.seen.insert((source, id));
    }
    instance.decisions = from.u64()?;
    instance.rested = from.option(|from| Ok((names.name(from.text()?), end_of(from.u8()?)?)))?;
    instance.since = time(from.i64()?)?;
    instance.moved = from.list(|from| Ok((from.u32()?, time(from.i64()?)?)))?;
    from.end()?;
    Ok((instance, ordinal))
}

/// The beginning of a record.
pub(super) fn head<'a>(from: &mut Reader<'a>) -> Found<Head<'a>> {
    let id = from.text()?;
    let ringing = from.list(|from| Ok((time(from.i64()?)?, position(from.u64()?)?)))?;
    Ok(Head { id, ringing })
}

pub(super) fn time(millis: i64) -> Found<Time> {
    Time::from_millis(millis).ok_or(Lost)
}

pub(super) fn position(number: u64) -> Found<Position> {
    Position::new(number).ok_or(Lost)
}

/// Byte for byte as it came.
fn document(text: &str) -> Found<Document> {
    let document = Document::parse(text).map_err(|_| Lost)?;
    if document.text().len() == text.len() { Ok(document) } else { Err(Lost) }
}

fn reference(out: &mut Writer, message: &Message) {
    out.text(&message.source);
    out.text(&message.id);
    out.u64(message.position.expect("what waits stands in a log").number());
}

/// The regions that wait with a message, and whether another one has answered it.
fn keepers(out: &mut Writer, by: &[Name], answered: bool) {
    out.count(by.len());
    by.iter().for_each(|region| out.text(region));
    out.u8(answered.into());
}

fn kept_by(from: &mut Reader, names: &mut Names) -> Found<(Vec<Name>, bool)> {
    let by = from.list(|from| Ok(names.name(from.text()?)))?;
    Ok((by, flag(from)?))
}

fn flag(from: &mut Reader) -> Found<bool> {
    match from.u8()? {
        flag @ (0 | 1) => Ok(flag == 1),
        _ => Err(Lost),
    }
}

fn referred(from: &mut Reader, names: &mut Names) -> Found<Arc<Message>> {
    let mut message = Message::new(names.name(from.text()?), "", from.text()?, Time::MIN);
    message.position = Some(position(from.u64()?)?);
    Ok(Arc::new(message))
}

fn number_of(end: End) -> u8 {
    End::ALL.iter().position(|known| *known == end).expect("all are listed") as u8
}

fn end_of(number: u8) -> Found<End> {
    End::ALL.get(number as usize).copied().ok_or(Lost)
}
