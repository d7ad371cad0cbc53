//! What becomes of an instance that a person moves to another version: the content of the message that
//! says so, and the decision that it leads to.
//!
//! The message says all of it: what was re-decided (by whoever made the plan, with this very step), or where a person
//! has said that it stands. So the decision can be made again from the journal alone, and no other version is
//! needed to understand it.

use super::instance::{Instance, Kept};
use super::question::Question;
use super::recorded::{Outcome, Recorded};
use super::settle::Hand;
use crate::event::{Document, Kind, Message, Name, Names, Time, computed_id, json, line};
use crate::process::{AfterEnd, Data, End};
use std::sync::Arc;

/// What becomes of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The version on which it lives, and the one on which it will.
    pub from: u32,
    pub to: u32,
    pub state: Name,
    pub end: Option<End>,
    /// All that it knows from then on.
    pub data: Data,
    /// The alarms that are set for it.
    pub alarms: Vec<Arm>,
    /// The ids of those that are called off.
    pub cancelled: Vec<Name>,
    /// What waits for a change of state from then on, if that is not what waited before.
    pub deferred: Option<Vec<Kept>>,
    /// Rings that wait among it, and that stand in no log until now.
    pub rung: Vec<Rung>,
    /// It is not parked any more, and what was held behind it is decided.
    pub unparked: bool,
    /// What it has not sent yet, and sends now.
    pub sends: Vec<(Name, Kind, Option<Document>)>,
}

/// An alarm to be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arm {
    pub name: Name,
    pub key: Option<String>,
    pub due: Time,
    pub data: Option<Document>,
}

/// An alarm of the other version alone, which has rung there and waits: its place among what waits, and the
/// regions that it waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    pub alarm: Arm,
    pub place: usize,
    pub by: Vec<Name>,
}

impl Arm {
    fn write(&self, out: &mut String) {
        member(out, "", "name", &json::quote(&self.name));
        if let Some(key) = &self.key {
            member(out, ",", "key", &json::quote(key));
        }
        member(out, ",", "due", &json::quote(&self.due.to_string()));
        if let Some(data) = &self.data {
            member(out, ",", "data", data.text());
        }
    }

    /// What an alarm is but for its id and its place.
    pub fn of(alarm: &Message) -> Arm {
        Arm {
            name: alarm.type_.clone(),
            key: alarm.key(),
            due: alarm.due.expect("an alarm is due"),
            data: alarm.data.clone(),
        }
    }
}

impl Move {
    /// As it stands in the message, under `data`.
    pub fn document(&self) -> Document {
        let mut out = format!("{{\"from\":{},\"version\":{},\"state\":", self.from, self.to);
        json::quote_into(&mut out, &self.state);
        if let Some(end) = self.end {
            out.push_str(",\"end\":");
            json::quote_into(&mut out, end.name());
        }
        out.push_str(",\"data\":");
        out.push_str(&self.data.to_json());
        list(&mut out, "alarms", &self.alarms, |out, alarm| {
            out.push('{');
            alarm.write(out);
            out.push('}');
        });
        list(&mut out, "cancelled", &self.cancelled, |out, id| json::quote_into(out, id));
        if let Some(deferred) = &self.deferred {
            out.push_str(",\"deferred\":[");
            separated(&mut out, deferred, |out, kept| {
                member(out, "{", "message", &kept.message.to_json());
                list(out, "by", &kept.by, |out, region| json::quote_into(out, region));
                out.push('}');
            });
            out.push(']');
        }
        list(&mut out, "rung", &self.rung, |out, rung| {
            out.push('{');
            rung.alarm.write(out);
            member(out, ",", "place", &rung.place.to_string());
            list(out, "by", &rung.by, |out, region| json::quote_into(out, region));
            out.push('}');
        });
        if self.unparked {
            out.push_str(",\"unparked\":true");
        }
        list(&mut out, "sends", &self.sends, |out, (type_, kind, data)| {
            member(out, "{", "type", &json::quote(type_));
            if *kind == Kind::Command {
                member(out, ",", "kind", "\"command\"");
            }
            if let Some(data) = data {
                member(out, ",", "data", data.text());
            }
            out.push('}');
        });
        out.push('}');
        Document::of_valid(&out)
    }

    /// What a message says; None where it does not say what it must.
    pub fn of(message: &Message) -> Option<Move> {
        let text = message.data.as_ref()?.text();
        let get = |key: &str| json::member(text, key);
        let name = |raw: &str| json::string(raw).map(|text| Name::from(&*text));
        let each = |key: &str| get(key).into_iter().flat_map(json::items);
        let data = |raw: &str| json::member(raw, "data").map(Document::of_valid);
        let arm = |raw: &str| {
            Some(Arm {
                name: name(json::member(raw, "name")?)?,
                key: json::member(raw, "key").and_then(json::string).map(|key| key.into_owned()),
                due: Time::parse(&json::string(json::member(raw, "due")?)?)?,
                data: data(raw),
            })
        };
        let kept = |raw: &str| {
            let message = line::read_with(json::member(raw, "message")?, &mut Names::default()).ok()?;
            let by = json::member(raw, "by").into_iter().flat_map(json::items).map(name);
            Some(Kept { message: Arc::new(message), by: by.collect::<Option<_>>()? })
        };
        let rung = |raw: &str| {
            let by = json::member(raw, "by").into_iter().flat_map(json::items).map(name);
            let place = json::member(raw, "place")?.parse().ok()?;
            Some(Rung { alarm: arm(raw)?, place, by: by.collect::<Option<_>>()? })
        };
        let send = |raw: &str| {
            let command = json::member(raw, "kind").is_some();
            let kind = if command { Kind::Command } else { Kind::Event };
            Some((name(json::member(raw, "type")?)?, kind, data(raw)))
        };
        let end = match get("end").and_then(json::string) {
            Some(end) => Some(End::ALL.into_iter().find(|known| *known.name() == *end)?),
            None => None,
        };
        let deferred = match get("deferred") {
            Some(list) => Some(json::items(list).map(kept).collect::<Option<_>>()?),
            None => None,
        };
        Some(Move {
            from: get("from")?.parse().ok()?,
            to: get("version")?.parse().ok()?,
            state: name(get("state")?)?,
            end,
            data: Data::of_json(get("data")?),
            alarms: each("alarms").map(arm).collect::<Option<_>>()?,
            cancelled: each("cancelled").map(name).collect::<Option<_>>()?,
            deferred,
            rung: each("rung").map(rung).collect::<Option<_>>()?,
            unparked: get("unparked") == Some("true"),
            sends: each("sends").map(send).collect::<Option<_>>()?,
        })
    }

    /// Its effect on what waits: all else is in the decision itself.
    pub(super) fn settle_waiting(self, instance: &mut Instance, recorded: &Recorded) {
        let own = &recorded.input.source;
        if self.unparked {
            instance.parked = None;
            instance.held.clear();
        }
        if let Some(deferred) = self.deferred {
            instance.deferred = deferred;
            // Those that stand in no log yet were set last, and have rung.
            let set = recorded.armed.len().saturating_sub(self.rung.len());
            for (rung, message) in self.rung.into_iter().zip(&recorded.armed[set..]) {
                let place = rung.place.min(instance.deferred.len());
                instance.deferred.insert(place, Kept { message: message.clone(), by: rung.by });
                instance.seen.insert((own.clone(), message.id.clone()));
            }
            // A ring that waits is told by its life: all that wait now are of this one.
            let rings = instance.deferred.iter().filter(|kept| kept.due.is_some() && kept.source == *own);
            instance.rung.extend(rings.map(|kept| kept.id.clone()).collect::<Vec<_>>());
        }
        let waits = |id: &Name| {
            let parked = instance.parked.iter().map(|parked| &parked.message);
            let kept = instance.deferred.iter().map(|kept| &kept.message);
            kept.chain(&instance.held).chain(parked).any(|message| message.id == *id)
        };
        let rung = instance.rung.iter().filter(|id| waits(id)).cloned().collect();
        instance.rung = rung;
    }
}

fn member(out: &mut String, before: &str, key: &str, value: &str) {
    out.push_str(before);
    json::quote_into(out, key);
    out.push(':');
    out.push_str(value);
}

fn separated<T>(out: &mut String, items: &[T], write: impl Fn(&mut String, &T)) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(out, item);
    }
}

/// A member that is a list; none where the list is empty.
fn list<T>(out: &mut String, key: &str, items: &[T], write: impl Fn(&mut String, &T)) {
    if !items.is_empty() {
        member(out, ",", key, "[");
        separated(out, items, write);
        out.push(']');
    }
}

impl Question<'_> {
    /// A live instance is moved here from the version that the message names; any other stays where it is.
    pub(super) fn moved(self, hand: Hand, ignored: Recorded) -> Recorded {
        let Question { definition, instance, message, now } = self;
        let moved = Move::of(message).filter(|moved| {
            instance.is_live() && instance.version == moved.from && definition.version == moved.to
        });
        let Some(moved) = moved else { return ignored };
        let id = |ordinal: usize| {
            let parts = [&*definition.name, &*instance.id, &*message.source, &*message.id];
            computed_id(&parts, ordinal as u64)
        };
        let envelope = |type_: &Name, ordinal: usize| {
            let mut said = Message::new(definition.name.clone(), type_.clone(), id(ordinal), now);
            said.subject = Some(instance.id.clone());
            said.correlation = instance.correlation.clone().or_else(|| message.conversation().cloned());
            said.causation = Some(message.id.clone());
            said
        };
        let sent = moved.sends.iter().enumerate().map(|(ordinal, (type_, kind, data))| {
            Arc::new(Message { kind: *kind, data: data.clone(), ..envelope(type_, ordinal) })
        });
        let alarms = moved.alarms.iter().chain(moved.rung.iter().map(|rung| &rung.alarm));
        let armed = alarms.enumerate().map(|(ordinal, arm)| {
            let mut alarm = envelope(&arm.name, moved.sends.len() + ordinal);
            alarm.internal = true;
            alarm.due = Some(arm.due);
            alarm.data = arm.data.clone();
            arm.key.iter().for_each(|key| alarm.set_key(key));
            Arc::new(alarm)
        });
        let known = |id: &&Name| instance.alarms.iter().any(|alarm| alarm.id == **id);
        // Who is where it was before has been there since.
        let moves = hand == Hand::Map || moved.end.is_some() || instance.state() != Some(&moved.state);
        Recorded {
            outcome: if moved.end.is_some() { Outcome::Ended } else { Outcome::Advanced },
            hash: Some(definition.hash.clone()),
            to: moves.then(|| moved.state.clone()),
            end: moved.end,
            set: moved.data.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
            sent: sent.collect(),
            armed: armed.collect(),
            disarmed: moved.cancelled.iter().filter(known).cloned().collect(),
            forgotten: moved.end.is_some() && definition.after_end == AfterEnd::Forget,
            ..ignored
        }
    }
}
