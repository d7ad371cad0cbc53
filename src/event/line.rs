//! One line of a log: reading a message from it, sealing it with its checksum.
//!
//! A line is one JSON object. Its last member may be `crc`: the CRC-32C of the line's bytes before
//! `,"crc"`, seeded with the previous line's, as 8 lower-case hex digits. The first line's seed is
//! 0, and 0 again after a line without one.

use super::json::{self, NotJson};
use super::{Document, Extra, Kind, Message, Name, Position, Time};

/// The message on a line (without its newline; a carriage return is white space). The error's byte
/// is an offset in the line.
pub fn read(line: &str) -> Result<Message, NotJson> {
    let text = json::check(line)?;
    if !text.starts_with('{') {
        return fault(0, "a line must be one JSON object");
    }
    let offset = |slice: &str| slice.as_ptr() as usize - line.as_ptr() as usize;
    let mut fields = Fields::default();
    let mut extras = Vec::new();
    let crc = crc_of(text);
    for member in json::members(text) {
        let place = match member.raw_key {
            "\"specversion\"" => &mut fields.specversion,
            "\"id\"" => &mut fields.id,
            "\"source\"" => &mut fields.source,
            "\"type\"" => &mut fields.type_,
            "\"subject\"" => &mut fields.subject,
            "\"time\"" => &mut fields.time,
            "\"datacontenttype\"" => &mut fields.datacontenttype,
            "\"sequence\"" => &mut fields.sequence,
            "\"correlationid\"" => &mut fields.correlationid,
            "\"causationid\"" => &mut fields.causationid,
            "\"kind\"" => &mut fields.kind,
            "\"visibility\"" => &mut fields.visibility,
            "\"due\"" => &mut fields.due,
            "\"expirytime\"" => &mut fields.expirytime,
            "\"remaining\"" => &mut fields.remaining,
            "\"data\"" => &mut fields.data,
            "\"crc\"" if crc.is_some() => continue,
            raw_key => {
                extras.push(Extra { raw_key: raw_key.into(), value: member.value.into() });
                continue;
            }
        };
        // CloudEvents reads an attribute that is null as one that is absent; data may be null.
        *place = Some(member.value).filter(|value| *value != "null" || member.raw_key == "\"data\"");
    }

    let text_of = |name: &str, value: Option<&str>| -> Result<Option<Name>, NotJson> {
        let Some(raw) = value else { return Ok(None) };
        match json::string(raw) {
            Some(text) if !text.is_empty() => Ok(Some(Name::from(&*text))),
            Some(_) => fault(offset(raw), format!("`{name}` is empty")),
            None => fault(offset(raw), format!("`{name}` must be a string")),
        }
    };
    let time_of = |name: &str, value: Option<&str>| -> Result<Option<Time>, NotJson> {
        let Some(raw) = value else { return Ok(None) };
        match json::string(raw).and_then(|text| Time::parse(&text)) {
            Some(time) => Ok(Some(time)),
            None => fault(
                offset(raw),
                format!("`{name}` must be a time such as \"2026-11-21T09:00:00.000Z\", not {}", brief(raw)),
            ),
        }
    };
    fn required<T>(name: &str, value: Option<T>) -> Result<T, NotJson> {
        value.ok_or_else(|| NotJson { byte: 0, what: format!("an event needs `{name}`") })
    }

    let version = required("specversion", fields.specversion)?;
    if json::string(version).as_deref() != Some("1.0") {
        return fault(offset(version), format!("`specversion` must be \"1.0\", not {}", brief(version)));
    }
    let position = match fields.sequence {
        None => None,
        Some(raw) => {
            let digits = json::string(raw).unwrap_or(raw.into());
            match Position::parse(&digits) {
                Some(position) => Some(position),
                None => {
                    let what = format!("`sequence` must be a position from 1 in digits, not {}", brief(raw));
                    return fault(offset(raw), what);
                }
            }
        }
    };
    let word = |name: &str, raw: Option<&str>, usual: &str, other: &str| match raw {
        None => Ok(false),
        Some(raw) => match json::string(raw).as_deref() {
            Some(text) if text == usual => Ok(false),
            Some(text) if text == other => Ok(true),
            _ => {
                fault(offset(raw), format!("`{name}` must be \"{usual}\" or \"{other}\", not {}", brief(raw)))
            }
        },
    };
    let command = word("kind", fields.kind, "event", "command")?;
    let remaining = match fields.remaining {
        None => 0,
        Some(raw) => match raw.parse() {
            Ok(number) => number,
            Err(_) => return fault(offset(raw), "`remaining` must be a number of lines"),
        },
    };
    Ok(Message {
        id: required("id", text_of("id", fields.id)?)?,
        source: required("source", text_of("source", fields.source)?)?,
        type_: required("type", text_of("type", fields.type_)?)?,
        subject: text_of("subject", fields.subject)?,
        time: required("time", time_of("time", fields.time)?)?,
        datacontenttype: text_of("datacontenttype", fields.datacontenttype)?,
        position,
        correlation: text_of("correlationid", fields.correlationid)?,
        causation: text_of("causationid", fields.causationid)?,
        kind: if command { Kind::Command } else { Kind::Event },
        internal: word("visibility", fields.visibility, "public", "internal")?,
        due: time_of("due", fields.due)?,
        expiry: time_of("expirytime", fields.expirytime)?,
        remaining,
        data: fields.data.map(Document::of_valid),
        extras,
    })
}

#[derive(Default)]
struct Fields<'a> {
    specversion: Option<&'a str>,
    id: Option<&'a str>,
    source: Option<&'a str>,
    type_: Option<&'a str>,
    subject: Option<&'a str>,
    time: Option<&'a str>,
    datacontenttype: Option<&'a str>,
    sequence: Option<&'a str>,
    correlationid: Option<&'a str>,
    causationid: Option<&'a str>,
    kind: Option<&'a str>,
    visibility: Option<&'a str>,
    due: Option<&'a str>,
    expirytime: Option<&'a str>,
    remaining: Option<&'a str>,
    data: Option<&'a str>,
}

fn fault<T>(byte: usize, what: impl Into<String>) -> Result<T, NotJson> {
    Err(NotJson { byte, what: what.into() })
}

/// A value short enough for an error message.
fn brief(raw: &str) -> String {
    let mut text: String = raw.chars().take(40).collect();
    if text.len() < raw.len() {
        text.push('…');
    }
    text
}

/// `,"crc":"01234567"}`
const SEAL: usize = 18;

/// The checksum that a line bears as its last member, in our spelling.
pub fn crc_of(line: &str) -> Option<u32> {
    let seal = line.len().checked_sub(SEAL).and_then(|start| line.get(start..))?;
    let digits = seal.strip_prefix(",\"crc\":\"")?.strip_suffix("\"}")?;
    let lower = digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    lower.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}

/// Whether a line bears the checksum that its bytes and the line before it ask for; None for a line
/// without one.
pub fn verify(line: &str, seed: u32) -> Option<Result<u32, u32>> {
    let borne = crc_of(line)?;
    let computed = crc32c::crc32c_append(seed, &line.as_bytes()[..line.len() - SEAL]);
    Some(if borne == computed { Ok(borne) } else { Err(computed) })
}

/// Puts the checksum into the JSON object that begins at byte `start` of `out` and ends it.
pub fn seal(out: &mut String, start: usize, seed: u32) -> u32 {
    use std::fmt::Write;
    assert_eq!(out.pop(), Some('}'), "a line is a JSON object");
    let crc = crc32c::crc32c_append(seed, &out.as_bytes()[start..]);
    write!(out, ",\"crc\":\"{crc:08x}\"}}").expect("a string takes all");
    crc
}
