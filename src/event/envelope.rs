//! A message without its data, borrowed from where it stands: what a scan of a log looks at.

use super::seal::{SEAL, crc_of};
use super::{Kind, Message, Position, Time};

/// The members of an envelope that a log is searched by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Envelope<'a> {
    pub id: &'a str,
    pub source: &'a str,
    pub type_: &'a str,
    pub subject: Option<&'a str>,
    pub time: Time,
    pub position: Option<Position>,
    pub correlation: Option<&'a str>,
    pub causation: Option<&'a str>,
    pub kind: Kind,
    pub internal: bool,
    pub remaining: u32,
}

impl<'a> Envelope<'a> {
    pub fn of(message: &'a Message) -> Envelope<'a> {
        Envelope {
            id: &message.id,
            source: &message.source,
            type_: &message.type_,
            subject: message.subject.as_deref(),
            time: message.time,
            position: message.position,
            correlation: message.correlation.as_deref(),
            causation: message.causation.as_deref(),
            kind: message.kind,
            internal: message.internal,
            remaining: message.remaining,
        }
    }

    /// Reads the beginning of a line that a writer of ours wrote, as far as `data`: members in our order, with
    /// nothing between them and no escapes. None where it is written otherwise. What follows is not
    /// looked at: whoever asks knows by the line's checksum that it is as it was written.
    pub fn glance(line: &'a str) -> Option<Envelope<'a>> {
        let mut walk = Walk { text: line.strip_prefix("{\"specversion\":\"1.0\"")? };
        let id = walk.id(",\"id\":\"")?;
        let source = walk.text(",\"source\":\"")?;
        let type_ = walk.text(",\"type\":\"")?;
        let subject = walk.text(",\"subject\":\"");
        let time = Time::parse(walk.long(",\"time\":\"", 24)?)?;
        walk.text(",\"datacontenttype\":\"");
        let position = match walk.long(",\"sequence\":\"", 16) {
            Some(digits) => Some(Position::parse(digits)?),
            None => None,
        };
        let correlation = walk.id(",\"correlationid\":\"");
        let causation = walk.id(",\"causationid\":\"");
        let kind = match walk.text(",\"kind\":\"") {
            None => Kind::Event,
            Some("command") => Kind::Command,
            Some(_) => return None,
        };
        let internal = match walk.text(",\"visibility\":\"") {
            None => false,
            Some("internal") => true,
            Some(_) => return None,
        };
        walk.text(",\"due\":\"");
        walk.text(",\"expirytime\":\"");
        let remaining = match walk.text.strip_prefix(",\"remaining\":") {
            None => 0,
            Some(rest) => {
                let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                walk.text = &rest[digits..];
                rest[..digits].parse().ok()?
            }
        };
        // What stands here is the data, what nobody named, or the checksum. One of our own members here would
        // have had an escape, or another place.
        let rest = walk.text;
        let plain = rest.starts_with(",\"data\":") || rest.len() == SEAL && crc_of(line).is_some();
        plain.then_some(Envelope {
            id,
            source,
            type_,
            subject,
            time,
            position,
            correlation,
            causation,
            kind,
            internal,
            remaining,
        })
    }

    /// As [`Message::conversation`].
    pub fn conversation(&self) -> Option<&'a str> {
        match (self.correlation, self.causation) {
            (Some(correlation), _) => Some(correlation),
            (None, None) => Some(self.id),
            (None, Some(_)) => None,
        }
    }
}

struct Walk<'a> {
    text: &'a str,
}

impl<'a> Walk<'a> {
    /// As [`Walk::text`], for one that has mostly so many bytes.
    #[inline(always)]
    fn long(&mut self, key: &str, len: usize) -> Option<&'a str> {
        let inside = self.text.strip_prefix(key)?;
        match inside.as_bytes().get(len) {
            // Digits, and what parts them: whoever reads it finds a quote or an escape that is none of it.
            Some(b'"') if inside.is_char_boundary(len) => {
                self.text = &inside[len + 1..];
                Some(&inside[..len])
            }
            _ => self.text(key),
        }
    }

    /// As [`Walk::text`], for one that is mostly a UUID: what has a known length is looked at without a loop.
    #[inline(always)]
    fn id(&mut self, key: &str) -> Option<&'a str> {
        let inside = self.text.strip_prefix(key)?;
        match inside.as_bytes().split_first_chunk::<36>() {
            Some((id, [b'"', ..]))
                if !id.iter().fold(false, |found, b| found | (*b == b'"') | (*b == b'\\')) =>
            {
                self.text = &inside[37..];
                Some(&inside[..36])
            }
            _ => self.text(key),
        }
    }

    /// A text without escapes, if its key (up to the opening quote) is next.
    #[inline(always)]
    fn text(&mut self, key: &str) -> Option<&'a str> {
        let inside = self.text.strip_prefix(key)?;
        let end = memchr::memchr2(b'"', b'\\', inside.as_bytes())?;
        if inside.as_bytes()[end] != b'"' || end == 0 {
            return None;
        }
        self.text = &inside[end + 1..];
        Some(&inside[..end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{line, seal::seal};

    /// Whatever it answers for a line that is sealed, reading the whole line says the same.
    #[test]
    fn a_glance_sees_what_reading_sees() {
        let lines = [
            r#"{"specversion":"1.0","id":"o-1","source":"orders","type":"OrderPlaced","subject":"table-5","time":"2026-11-21T09:00:00.000Z","datacontenttype":"application/json","sequence":"0000000000000001","correlationid":"c","causationid":"d","kind":"command","visibility":"internal","due":"2026-11-21T09:00:00.000Z","expirytime":"2026-11-21T09:00:00.000Z","remaining":12,"data":{"id":"x"},"id2":1}"#,
            r#"{"specversion":"1.0","id":"o-1","source":"orders","type":"OrderPlaced","time":"2026-11-21T09:00:00.000Z","sequence":"0000000000000001"}"#,
            r#"{"specversion":"1.0","id":"ö","source":"orders","type":"T","time":"2026-11-21T09:00:00.000Z","data":null}"#,
        ];
        for line in lines {
            let mut sealed = line.to_string();
            seal(&mut sealed, 0, 0);
            let message = line::read(&sealed).unwrap();
            let (glance, read) = (Envelope::glance(&sealed).unwrap(), Envelope::of(&message));
            assert_eq!(glance.conversation(), message.conversation().map(|id| &**id));
            assert_eq!(glance, read);
        }
    }

    #[test]
    fn what_is_written_otherwise_is_left_to_who_reads_it_whole() {
        let lines = [
            r#"{"specversion":"1.0", "id":"a","source":"m","type":"T","time":"2026-11-21T09:00:00.000Z","data":1}"#,
            r#"{"specversion":"1.0","id":"a\n","source":"m","type":"T","time":"2026-11-21T09:00:00.000Z","data":1}"#,
            r#"{"specversion":"1.0","id":"a","source":"m","type":"T","subject":"\u0061","time":"2026-11-21T09:00:00.000Z","data":1}"#,
            r#"{"specversion":"1.0","id":"a","source":"m","type":"T","time":"2026-11-21T09:00:00.000Z","causationid":"\"","data":1}"#,
            r#"{"specversion":"1.0","id":"a","source":"m","type":"T","time":"2026-11-21T09:00:00.000Z","causationid":"x","correlationid":"y"}"#,
            r#"{"specversion":"1.0","id":"a","source":"m","type":"T","time":"2026-11-21T09:00:00.000Z","tenant":"t"}"#,
            r#"{"specversion":"1.0","id":"a","source":"m","type":"T","time":"2026-11-21T09:00:00.000Z","remaining":99999999999,"data":1}"#,
        ];
        for line in lines {
            assert_eq!(Envelope::glance(line), None, "{line}");
        }
    }
}
