//! The envelope: a CloudEvents 1.0 event in its JSON format, and our extensions.

use super::json;
use super::{Document, Name, Position, Time};
use std::borrow::Cow;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Kind {
    /// Something happened.
    #[default]
    Event,
    /// Something is asked for.
    Command,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Event => "event",
            Kind::Command => "command",
        }
    }
}

/// A member of the envelope that nobody named: key and value as they stood, the key with quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extra {
    pub raw_key: Box<str>,
    pub value: Box<str>,
}

/// The extension that holds an alarm's key, with its quotes.
const KEY: &str = "\"key\"";

/// The extension of a correction: the id of the message in the same log that should have been otherwise.
const CORRECTS: &str = "\"corrects\"";

impl Extra {
    /// The key without quotes and escapes: an escaped key is the same key.
    pub fn key(&self) -> Cow<'_, str> {
        json::Member { raw_key: &self.raw_key, value: &self.value }.key()
    }
}

/// An event or a command, as it stands in a log. Identified by `source` and `id` together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub id: Name,
    /// The module that owns it.
    pub source: Name,
    pub type_: Name,
    /// The entity it is about, inside its module.
    pub subject: Option<Name>,
    pub time: Time,
    pub datacontenttype: Option<Name>,
    /// Its number in its module's log. Absent in a foreign log that does not count.
    pub position: Option<Position>,
    pub correlation: Option<Name>,
    /// The id of the message whose handling produced this one; absent on an outside stimulus.
    pub causation: Option<Name>,
    pub kind: Kind,
    /// For its own module only.
    pub internal: bool,
    /// When an alarm is to ring.
    pub due: Option<Time>,
    /// Delivered at or after this, it has expired.
    pub expiry: Option<Time>,
    /// How many lines of the same batch still follow.
    pub remaining: u32,
    pub data: Option<Document>,
    pub extras: Vec<Extra>,
}

impl Message {
    /// A public event without data, subject, conversation or position.
    pub fn new(source: impl Into<Name>, type_: impl Into<Name>, id: impl Into<Name>, time: Time) -> Message {
        Message {
            id: id.into(),
            source: source.into(),
            type_: type_.into(),
            subject: None,
            time,
            datacontenttype: None,
            position: None,
            correlation: None,
            causation: None,
            kind: Kind::Event,
            internal: false,
            due: None,
            expiry: None,
            remaining: 0,
            data: None,
            extras: Vec::new(),
        }
    }

    /// The conversation it belongs to. An outside stimulus without a correlation id has its own id
    /// as one; a message that names a cause and no conversation belongs to none.
    pub fn conversation(&self) -> Option<&Name> {
        match (&self.correlation, &self.causation) {
            (Some(correlation), _) => Some(correlation),
            (None, None) => Some(&self.id),
            (None, Some(_)) => None,
        }
    }

    /// Of an alarm, what tells it from others of its name; it stands in the extension `key`.
    pub fn key(&self) -> Option<String> {
        let extra = self.extras.iter().find(|extra| self.due.is_some() && *extra.raw_key == *KEY)?;
        json::string(&extra.value).map(|text| text.into_owned())
    }

    /// Its type, and its key where it has one: `Leaves(g1)`.
    pub fn named(&self) -> String {
        match self.key() {
            Some(key) => format!("{}({})", self.type_, key.replace(char::is_control, "\u{fffd}")),
            None => self.type_.to_string(),
        }
    }

    /// Gives an alarm its key.
    pub fn set_key(&mut self, key: &str) {
        self.extras.push(Extra { raw_key: KEY.into(), value: json::quote(key).into() });
    }

    /// Of a correction, which message of its log it corrects.
    pub fn corrects(&self) -> Option<Cow<'_, str>> {
        let extra = self.extras.iter().find(|extra| *extra.raw_key == *CORRECTS)?;
        json::string(&extra.value)
    }

    pub fn set_corrects(&mut self, id: &str) {
        self.extras.push(Extra { raw_key: CORRECTS.into(), value: json::quote(id).into() });
    }

    /// Its JSON in our member order, without `crc`.
    pub fn to_json(&self) -> String {
        let mut out = String::with_capacity(256 + self.data.as_ref().map_or(0, |d| d.text().len()));
        self.write_json(&mut out);
        out
    }

    /// As [`Message::to_json`], appended to `out`.
    pub fn write_json(&self, out: &mut String) {
        self.write_json_at(out, self.position, self.remaining);
    }

    /// As [`Message::write_json`], with another place in the log than its own. Answers where in `out` the digits of
    /// the position begin.
    pub fn write_json_at(&self, out: &mut String, position: Option<Position>, remaining: u32) -> usize {
        use std::fmt::Write;
        let text = |out: &mut String, key: &str, value: &str| {
            out.push_str(key);
            json::quote_into(out, value);
        };
        let time = |out: &mut String, key: &str, value: Time| {
            out.push_str(key);
            out.push('"');
            out.push_str(std::str::from_utf8(&value.digits()).expect("digits"));
            out.push('"');
        };
        let optional = |out: &mut String, key: &str, value: &Option<Name>| {
            if let Some(value) = value {
                text(out, key, value);
            }
        };
        text(out, "{\"specversion\":\"1.0\",\"id\":", &self.id);
        text(out, ",\"source\":", &self.source);
        text(out, ",\"type\":", &self.type_);
        optional(out, ",\"subject\":", &self.subject);
        time(out, ",\"time\":", self.time);
        optional(out, ",\"datacontenttype\":", &self.datacontenttype);
        let mut digits = out.len();
        if let Some(position) = position {
            out.push_str(",\"sequence\":\"");
            digits = out.len();
            out.push_str(std::str::from_utf8(&position.digits()).expect("digits"));
            out.push('"');
        }
        optional(out, ",\"correlationid\":", &self.correlation);
        optional(out, ",\"causationid\":", &self.causation);
        if self.kind == Kind::Command {
            out.push_str(",\"kind\":\"command\"");
        }
        if self.internal {
            out.push_str(",\"visibility\":\"internal\"");
        }
        if let Some(due) = self.due {
            time(out, ",\"due\":", due);
        }
        if let Some(expiry) = self.expiry {
            time(out, ",\"expirytime\":", expiry);
        }
        if remaining > 0 {
            write!(out, ",\"remaining\":{remaining}").expect("a string takes all");
        }
        if let Some(data) = &self.data {
            out.push_str(",\"data\":");
            out.push_str(data.text());
        }
        for extra in &self.extras {
            out.push(',');
            out.push_str(&extra.raw_key);
            out.push(':');
            out.push_str(&extra.value);
        }
        out.push('}');
        digits
    }
}
