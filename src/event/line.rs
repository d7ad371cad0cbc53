//! One line of a log: reading a message from it.
//!
//! A line is one JSON object. Its last member may be `crc`, see [`super::seal`].

use super::json::{self, NotJson};
use super::seal::{SEAL, crc_of};
use super::{Document, Extra, Kind, Message, Name, Names, Position, Time};

/// The message on a line (without its newline; a carriage return is white space). The error's byte
/// is an offset in the line.
pub fn read(line: &str) -> Result<Message, NotJson> {
    read_with(line, &mut Names::default())
}

/// As [`read`], for one line of many.
pub fn read_with(line: &str, names: &mut Names) -> Result<Message, NotJson> {
    read_checked(line, json::check(line)?, names)
}

/// As [`read_with`], for a line that is known to be JSON.
pub fn read_written(line: &str, names: &mut Names) -> Result<Message, NotJson> {
    read_checked(line, json::trimmed(line), names)
}

fn read_checked(line: &str, text: &str, names: &mut Names) -> Result<Message, NotJson> {
    if !text.starts_with('{') {
        return fault(0, "a line must be one JSON object");
    }
    let offset = |slice: &str| slice.as_ptr() as usize - line.as_ptr() as usize;
    let (fields, extras) = match in_our_spelling(text) {
        Some(fields) => (fields, Vec::new()),
        None => in_any_spelling(text),
    };

    let mut text_of = |name: &str, value: Option<&str>| -> Result<Option<Name>, NotJson> {
        let Some(raw) = value else { return Ok(None) };
        match json::string(raw) {
            Some(text) if text.is_empty() => fault(offset(raw), format!("`{name}` is empty")),
            // Every message has an id of its own.
            Some(text) if name == "id" => Ok(Some(Name::from(&*text))),
            Some(text) => Ok(Some(names.name(&text))),
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

/// The members of a line as anybody may write it.
fn in_any_spelling(text: &str) -> (Fields<'_>, Vec<Extra>) {
    let mut fields = Fields::default();
    let mut extras = Vec::new();
    let crc = crc_of(text);
    for member in json::members(text) {
        let key = member.key(); // an escaped key is the same key
        let place = match &*key {
            "specversion" => &mut fields.specversion,
            "id" => &mut fields.id,
            "source" => &mut fields.source,
            "type" => &mut fields.type_,
            "subject" => &mut fields.subject,
            "time" => &mut fields.time,
            "datacontenttype" => &mut fields.datacontenttype,
            "sequence" => &mut fields.sequence,
            "correlationid" => &mut fields.correlationid,
            "causationid" => &mut fields.causationid,
            "kind" => &mut fields.kind,
            "visibility" => &mut fields.visibility,
            "due" => &mut fields.due,
            "expirytime" => &mut fields.expirytime,
            "remaining" => &mut fields.remaining,
            "data" => &mut fields.data,
            "crc" if crc.is_some() => continue,
            _ => {
                extras.push(Extra { raw_key: member.raw_key.into(), value: member.value.into() });
                continue;
            }
        };
        // CloudEvents reads an attribute that is null as one that is absent; data may be null.
        *place = Some(member.value).filter(|value| *value != "null" || key == "data");
    }
    (fields, extras)
}

/// The members of a line as we write it: in our order, nothing between them, no escapes, nothing that
/// nobody named. Knowing what comes next, it is several times as fast; None where anything is otherwise.
fn in_our_spelling(text: &str) -> Option<Fields<'_>> {
    let mut walk = Walk { text, at: 1 };
    let fields = Fields {
        specversion: walk.text("\"specversion\":\""),
        id: walk.text("\"id\":\""),
        source: walk.text("\"source\":\""),
        type_: walk.text("\"type\":\""),
        subject: walk.text("\"subject\":\""),
        time: walk.text("\"time\":\""),
        datacontenttype: walk.text("\"datacontenttype\":\""),
        sequence: walk.text("\"sequence\":\""),
        correlationid: walk.text("\"correlationid\":\""),
        causationid: walk.text("\"causationid\":\""),
        kind: walk.text("\"kind\":\""),
        visibility: walk.text("\"visibility\":\""),
        due: walk.text("\"due\":\""),
        expirytime: walk.text("\"expirytime\":\""),
        remaining: walk.value("\"remaining\":"),
        data: walk.value("\"data\":"),
    };
    let rest = text.get(walk.at..)?;
    // What did not fit stands here still.
    (rest == "}" || rest.len() == SEAL - 1 && crc_of(text).is_some()).then_some(fields)
}

struct Walk<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Walk<'a> {
    /// A text without escapes, with its quotes, if its key (up to the opening quote) is next.
    fn text(&mut self, key: &str) -> Option<&'a str> {
        let rest = self.text.get(self.at..)?;
        let inside = rest.strip_prefix(key)?;
        let end = memchr::memchr2(b'"', b'\\', inside.as_bytes())?;
        let end = (inside.as_bytes()[end] == b'"').then_some(key.len() + end + 1)?;
        self.pass(end);
        rest.get(key.len() - 1..end)
    }

    /// Any value, if its key is next.
    fn value(&mut self, key: &str) -> Option<&'a str> {
        let rest = self.text.get(self.at..)?;
        rest.starts_with(key).then_some(())?;
        let end = json::end_of_value(rest.as_bytes(), key.len());
        self.pass(end);
        rest.get(key.len()..end).filter(|value| !value.is_empty() && (*value != "null" || key == "\"data\":"))
    }

    fn pass(&mut self, end: usize) {
        self.at += end;
        self.at += (self.text.as_bytes().get(self.at) == Some(&b',')) as usize;
    }
}

#[derive(Debug, Default, PartialEq)]
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

#[cfg(test)]
mod tests {
    use super::super::seal::{seal, verify};
    use super::*;
    use proptest::prelude::*;

    const ATTRIBUTES: &str =
        r#""specversion":"1.0","id":"1","source":"a","type":"T","time":"2026-11-21T09:00:00.000Z""#;

    fn with(more: &str) -> String {
        format!("{{{ATTRIBUTES}{more}}}")
    }

    fn refused(line: &str) -> (usize, String) {
        let error = read(line).unwrap_err();
        (error.byte, error.what)
    }

    #[test]
    fn a_foreign_line_of_any_order_and_spelling_is_the_same_event() {
        let ours = read(&with(r#","subject":"é","data":[1]"#)).unwrap();
        let foreign = " {\t\"data\" : [1] , \"subj\\u0065ct\":\"x\", \"time\":\"2026-11-21T10:00:00+01:00\", \"subject\":\"\\u00e9\", \
            \"type\":\"T\",\"source\":\"a\", \"id\":\"\\u0031\",\"specversion\":\"1.0\" } \r";
        let read = read(foreign).unwrap();
        assert_eq!(read.extras.len(), 0, "an escaped key is the same key");
        assert_eq!((&read.id, read.time, &read.data), (&ours.id, ours.time, &ours.data));
        assert_eq!(read.subject.as_deref(), Some("é"), "the last of two counts");
    }

    #[test]
    fn what_nobody_named_passes_through_as_it_came() {
        let line = with(
            r#","sequence":"0000000000000003","data":{"n":12345678901234567890123.50,"n":1e400},"tenant":"x","traceparent":null,"b":9223372036854775808"#,
        );
        assert_eq!(read(&line).unwrap().to_json(), line);
        assert_eq!(read(&with(",\"data\":null")).unwrap().data.unwrap().text(), "null");
    }

    #[test]
    fn an_attribute_that_is_null_is_absent() {
        let nulls = r#","subject":null,"sequence":null,"kind":null,"visibility":null,"due":null,"expirytime":null,"remaining":null,"correlationid":null"#;
        assert_eq!(read(&with(nulls)).unwrap(), read(&with("")).unwrap());
        assert_eq!(refused(&with(r#","id":null"#)), (0, "an event needs `id`".into()));
    }

    #[test]
    fn what_is_wrong_is_said_at_its_byte() {
        let after = with("").len();
        let refused_with = |more: &str| {
            let (byte, what) = refused(&with(more));
            (byte + 1 - after, what)
        };
        assert_eq!(refused("[]"), (0, "a line must be one JSON object".into()));
        assert_eq!(refused("{}"), (0, "an event needs `specversion`".into()));
        assert_eq!(refused("{\"specversion\":1.0}"), (15, "`specversion` must be \"1.0\", not 1.0".into()));
        assert_eq!(refused_with(r#","subject":5"#), (11, "`subject` must be a string".into()));
        assert_eq!(refused_with(r#","subject":"""#), (11, "`subject` is empty".into()));
        assert_eq!(refused_with(r#","subject":"\ud800""#), (11, "`subject` must be a string".into()));
        assert_eq!(
            refused_with(r#","due":"soon""#),
            (7, "`due` must be a time such as \"2026-11-21T09:00:00.000Z\", not \"soon\"".into())
        );
        assert_eq!(
            refused_with(r#","sequence":"0""#),
            (12, "`sequence` must be a position from 1 in digits, not \"0\"".into())
        );
        assert_eq!(
            refused_with(r#","kind":"Command""#),
            (8, "`kind` must be \"event\" or \"command\", not \"Command\"".into())
        );
        assert_eq!(refused_with(r#","remaining":-1"#), (13, "`remaining` must be a number of lines".into()));
        assert_eq!(read(&with(r#","sequence":7"#)).unwrap().position, Position::new(7));
    }

    #[test]
    fn a_seal_ties_a_line_to_the_one_before() {
        let mut log = with("");
        let first = seal(&mut log, 0, 0);
        let start = log.len();
        log.push_str(&with(""));
        let second = seal(&mut log, start, first);
        let (one, two) = log.split_at(start);
        assert_eq!(verify(one, 0), Some(Ok(first)));
        assert_eq!(verify(two, first), Some(Ok(second)));
        assert_eq!(verify(two, 0), Some(Err(first)), "the same bytes with the first line's seed");
        assert_eq!(read(one).unwrap(), read(&with("")).unwrap(), "the seal is no extension");
        assert_eq!(verify(&with(""), 0), None);
        assert_eq!(crc_of(&with(r#","crc":"ABCDEF01""#)), None, "small letters only");
        assert_eq!(read(&with(r#","crc":"mine""#)).unwrap().extras.len(), 1);
    }

    fn text() -> impl Strategy<Value = String> {
        prop_oneof!["[a-z]{1,8}", ".{1,8}", Just("\u{7f}\u{1}\"\\\n😀".to_string())]
    }

    fn any_message() -> impl Strategy<Value = Message> {
        let texts = (text(), text(), text(), prop::collection::vec(prop::option::of(text()), 4));
        let times = (0i64..4_000_000_000_000, prop::option::of(0i64..4_000_000_000_000));
        let data =
            prop::option::of(prop_oneof![Just("null"), Just("12.50"), Just(r#"{"a":[{}, "\u0041"]}"#)]);
        (texts, times, any::<(bool, bool, u8)>(), 0u64..9_999, data, prop::option::of("[a-z]{7}")).prop_map(
            |(
                (id, source, type_, some),
                (time, due),
                (command, internal, remaining),
                sequence,
                data,
                extra,
            )| Message {
                id: id.as_str().into(),
                source: source.as_str().into(),
                type_: type_.as_str().into(),
                subject: some[0].as_deref().map(Name::from),
                time: Time::from_millis(time).unwrap(),
                datacontenttype: some[1].as_deref().map(Name::from),
                position: Position::new(sequence),
                correlation: some[2].as_deref().map(Name::from),
                causation: some[3].as_deref().map(Name::from),
                kind: if command { Kind::Command } else { Kind::Event },
                internal,
                due: due.and_then(Time::from_millis),
                expiry: due.and_then(Time::from_millis),
                remaining: remaining as u32,
                data: data.map(Document::of_valid),
                extras: extra
                    .filter(|key| key != "subject")
                    .map(|key| Extra { raw_key: format!("\"{key}\"").into(), value: "[1, 2]".into() })
                    .into_iter()
                    .collect(),
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_as_it_was(message in any_message()) {
            let mut line = message.to_json();
            prop_assert_eq!(&read(&line).unwrap(), &message);
            seal(&mut line, 0, 7);
            prop_assert_eq!(&read(&line).unwrap(), &message);
            prop_assert_eq!(read(&line).unwrap().to_json(), message.to_json());
        }

        #[test]
        fn our_spelling_reads_as_any_other(message in any_message(), spaced in any::<bool>()) {
            let mut line = message.to_json();
            if spaced {
                line.insert(line.len() - 1, ' ');
            }
            if let Some(fields) = in_our_spelling(&line) {
                prop_assert_eq!((fields, Vec::new()), in_any_spelling(&line));
            }
        }

        #[test]
        fn no_line_makes_it_panic(cut in 0usize..300, junk in ".{0,6}", at in 0usize..300) {
            let line = with(r#","sequence":"3","remaining":2,"data":{"x":[1,"é"]},"crc":"01234567""#);
            let mut changed: String = line.chars().take(cut).collect();
            let at = changed.floor_char_boundary(at.min(changed.len()));
            changed.insert_str(at, &junk);
            if let Err(error) = read(&changed) {
                prop_assert!(error.byte <= changed.len());
            }
            let _ = (crc_of(&changed), verify(&changed, 1));
        }
    }
}
