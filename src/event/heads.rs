//! The heads of lines that a writer of ours wrote one behind the other: what a scan of a log reads of each.
//!
//! Most of a head is what the line before it had as well: the same module, the next position, the same day. So it is
//! compared and not read anew, several bytes at a time and mostly without a loop.

use super::envelope::Envelope;
use super::seal::is_sealed;
use super::time::Day;
use super::{Kind, Position};

/// What the lines of one module have in common.
#[derive(Debug, Clone)]
pub struct Heads {
    /// What stands between an id and a type.
    source: String,
    /// The position that was last asked for, and its digits.
    next: u64,
    digits: [u8; 16],
    day: Day,
}

const BEFORE_SOURCE: &str = ",\"source\":\"";

impl Heads {
    pub fn new(module: &str) -> Heads {
        let source = format!("{BEFORE_SOURCE}{module}\",\"type\":\"");
        Heads { source, next: 0, digits: [b'0'; 16], day: Day::default() }
    }

    /// Reads the beginning of a line of the module at that position, as far as `data`: members in our order, with nothing
    /// between them and no escapes. None where it is written otherwise, or is another line. What follows is not
    /// looked at: whoever asks knows by the line's checksum that it is as it was written.
    #[inline(always)]
    pub fn glance<'l>(&mut self, line: &'l str, next: u64) -> Option<Envelope<'l>> {
        let position = self.expect(next)?;
        let mut walk = Walk { line, rest: line.as_bytes() };
        walk.pass(b"{\"specversion\":\"1.0\",\"id\":\"")?;
        let id = walk.id()?;
        let source = walk.at() + BEFORE_SOURCE.len();
        walk.pass(self.source.as_bytes())?;
        let source = &line[source..source + self.source.len() - BEFORE_SOURCE.len() - "\",\"type\":\"".len()];
        let type_ = walk.text()?;
        let subject = walk.member(b",\"subject\":\"")?;
        walk.pass(b",\"time\":\"")?;
        let (time, rest) = walk.rest.split_first_chunk()?;
        let time = self.day.read(time)?;
        walk.rest = rest;
        walk.pass(b"\"")?;
        walk.member(b",\"datacontenttype\":\"")?;
        walk.pass(b",\"sequence\":\"")?;
        let (digits, rest) = walk.rest.split_first_chunk::<16>()?;
        if *digits != self.digits {
            return None;
        }
        walk.rest = rest;
        walk.pass(b"\"")?;
        let correlation = walk.member_id(b",\"correlationid\":\"")?;
        let causation = walk.member_id(b",\"causationid\":\"")?;
        let (mut kind, mut internal, mut remaining) = (Kind::Event, false, 0);
        // Most lines have none of these.
        if !walk.rest.starts_with(b",\"data\":") {
            (kind, internal, remaining) = walk.seldom()?;
        }
        self.next += 1;
        count_on(&mut self.digits);
        Some(Envelope {
            id,
            source,
            type_,
            subject,
            time,
            position: Some(position),
            correlation,
            causation,
            kind,
            internal,
            remaining,
        })
    }

    #[inline(always)]
    fn expect(&mut self, next: u64) -> Option<Position> {
        let position = Position::new(next)?;
        if next != self.next {
            (self.next, self.digits) = (next, position.digits());
        }
        Some(position)
    }
}

/// The digits of the next number.
#[inline(always)]
fn count_on(digits: &mut [u8; 16]) {
    for digit in digits.iter_mut().rev() {
        if *digit != b'9' {
            *digit += 1;
            return;
        }
        *digit = b'0';
    }
}

struct Walk<'l> {
    line: &'l str,
    rest: &'l [u8],
}

impl<'l> Walk<'l> {
    fn at(&self) -> usize {
        self.line.len() - self.rest.len()
    }

    #[inline(always)]
    fn pass(&mut self, what: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(what)?;
        Some(())
    }

    /// Past a text of which that many bytes are inside, and its closing quote.
    #[inline(always)]
    fn take(&mut self, len: usize) -> Option<&'l str> {
        let text = self.line.get(self.at()..self.at() + len)?;
        self.rest = self.rest.get(len + 1..)?;
        Some(text)
    }

    /// The rest of a text without escapes, and not empty. None where it is another.
    #[inline(always)]
    fn text(&mut self) -> Option<&'l str> {
        let end = plain(self.rest)?;
        if end == 0 { None } else { self.take(end) }
    }

    /// As [`Walk::text`], for one that is mostly a UUID: what has a known length is looked at without a loop.
    #[inline(always)]
    fn id(&mut self) -> Option<&'l str> {
        match self.rest.split_first_chunk::<36>() {
            Some((id, [b'"', ..]))
                if !id.iter().fold(false, |found, b| found | (*b == b'"') | (*b == b'\\')) =>
            {
                self.take(36)
            }
            _ => self.text(),
        }
    }

    /// Some(None): that member is not next. None: it is, and is no plain text.
    #[inline(always)]
    fn member(&mut self, key: &[u8]) -> Option<Option<&'l str>> {
        if self.pass(key).is_none() { Some(None) } else { self.text().map(Some) }
    }

    #[inline(always)]
    fn member_id(&mut self, key: &[u8]) -> Option<Option<&'l str>> {
        if self.pass(key).is_none() { Some(None) } else { self.id().map(Some) }
    }

    /// The members behind the cause, up to the data.
    fn seldom(&mut self) -> Option<(Kind, bool, u32)> {
        let kind = match self.member(b",\"kind\":\"")? {
            None => Kind::Event,
            Some("command") => Kind::Command,
            Some(_) => return None,
        };
        let internal = match self.member(b",\"visibility\":\"")? {
            None => false,
            Some("internal") => true,
            Some(_) => return None,
        };
        self.member(b",\"due\":\"")?;
        self.member(b",\"expirytime\":\"")?;
        let mut remaining = 0;
        if self.pass(b",\"remaining\":").is_some() {
            let digits = self.rest.iter().take_while(|b| b.is_ascii_digit()).count();
            remaining = self.line.get(self.at()..self.at() + digits)?.parse().ok()?;
            self.rest = &self.rest[digits..];
        }
        // What stands here is the data, what nobody named, or the checksum. One of our own members here would
        // have had an escape, or another place.
        let plain = self.rest.starts_with(b",\"data\":") || is_sealed(self.rest);
        plain.then_some((kind, internal, remaining))
    }
}

/// Where the first quote is, if no backslash stands before it.
#[inline(always)]
fn plain(text: &[u8]) -> Option<usize> {
    // Names are short: a few words are looked at before a call would have begun.
    let (words, _) = text.as_chunks::<8>();
    for (index, word) in words.iter().take(4).enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = zeros(word ^ all(b'"')) | zeros(word ^ all(b'\\'));
        if found != 0 {
            let end = 8 * index + found.trailing_zeros() as usize / 8;
            return (text[end] == b'"').then_some(end);
        }
    }
    memchr::memchr2(b'"', b'\\', text).filter(|end| text[*end] == b'"')
}

const fn all(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The highest bit of each byte that is zero; above the first of them, perhaps of others too.
#[inline(always)]
fn zeros(word: u64) -> u64 {
    word.wrapping_sub(all(1)) & !word & all(0x80)
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
            r#"{"specversion":"1.0","id":"o-1","source":"orders","type":"OrderPlaced","time":"2026-11-21T09:00:00.000Z","sequence":"0000000000000002"}"#,
            r#"{"specversion":"1.0","id":"01a1fd72-018e-782e-bf5f-4e370bab159c","source":"orders","type":"A","subject":"of thirty-two bytes and some more, and ü","time":"2026-11-22T23:59:59.999Z","sequence":"0000000000000003","correlationid":"01a1fd5e-6896-73c7-b231-21ccd71bf6c5","remaining":1}"#,
            r#"{"specversion":"1.0","id":"ö","source":"orders","type":"T","time":"2026-11-21T09:00:00.000Z","sequence":"0000000000000004","data":null}"#,
        ];
        let mut heads = Heads::new("orders");
        for (line, next) in lines.iter().zip(1..) {
            let mut sealed = line.to_string();
            seal(&mut sealed, 0, 0);
            let message = line::read(&sealed).unwrap();
            let (glance, read) = (heads.glance(&sealed, next).unwrap(), Envelope::of(&message));
            assert_eq!(glance.conversation(), message.conversation().map(|id| &**id));
            assert_eq!(glance, read);
            assert_eq!(Heads::new("orders").glance(&sealed, next + 1), None, "another position");
            assert_eq!(Heads::new("order").glance(&sealed, next), None, "another module");
        }
    }

    #[test]
    fn what_is_written_otherwise_is_left_to_who_reads_it_whole() {
        let sound = r#"{"specversion":"1.0","id":"a","source":"m","type":"T","subject":"s","time":"2026-11-21T09:00:00.000Z","sequence":"0000000000000001","causationid":"c","data":1}"#;
        assert!(Heads::new("m").glance(sound, 1).is_some());
        for (part, otherwise) in [
            ("\"id\"", " \"id\""),
            ("\"a\"", "\"a\\n\""),
            ("\"a\"", "\"\""),
            ("\"T\"", "\"\""),
            ("\"T\"", "\"T\\u0020and more than eight bytes\""),
            ("\"T\"", "\"more than thirty-two bytes before the escape \\\" comes\""),
            ("\"s\"", "\"\\u0061\""),
            ("2026-11-21", "2026-11-31"),
            ("09:00:00.000Z", "09:00:60.000Z"),
            ("\"2026-11-21T09:00:00.000Z\"", "\"2026-11-21T09:00:00Z\""),
            ("\"0000000000000001\"", "\"1\""),
            ("\"0000000000000001\"", "\"0000000000000002\""),
            ("\"sequence\"", "\"position\""),
            ("\"c\"", "\"\\\"\""),
            ("\"causationid\":\"c\",\"data\":1", "\"causationid\":\"x\",\"correlationid\":\"y\""),
            ("\"data\":1", "\"tenant\":\"t\""),
            ("\"data\"", "\"remaining\":99999999999,\"data\""),
            ("\"data\"", "\"kind\":\"other\",\"data\""),
            ("\"data\"", "\"visibility\":\"none\",\"data\""),
        ] {
            let line = sound.replacen(part, otherwise, 1);
            assert_ne!(line, sound);
            assert_eq!(Heads::new("m").glance(&line, 1), None, "{line}");
        }
    }

    #[test]
    fn a_text_ends_at_its_first_quote_wherever_that_is() {
        for len in 0..70 {
            for behind in 0..12 {
                let text = [vec![b'!'; len], vec![b'"'], vec![b'\\'; behind]].concat();
                assert_eq!(plain(&text), Some(len));
                let text = [vec![b']'; len], vec![b'\\'], vec![b'"'; behind]].concat();
                assert_eq!(plain(&text), None);
            }
        }
        assert_eq!(plain(b"no quote in all of this, which is long enough"), None);
    }

    #[test]
    fn positions_count_on_in_digits() {
        let mut heads = Heads::new("m");
        for next in (1..2_000).chain([9_999_999_999, 10_000_000_000, 7, Position::LAST.number()]) {
            heads.expect(next).unwrap();
            assert_eq!(heads.digits, Position::new(next).unwrap().digits(), "{next}");
            heads.next += 1;
            count_on(&mut heads.digits);
        }
        assert_eq!(heads.expect(Position::LAST.number() + 1), None);
    }
}
