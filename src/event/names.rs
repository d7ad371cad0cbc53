//! Names, positions and ids.

use sha1::{Digest, Sha1};
use std::fmt::{self, Write};
use std::sync::Arc;
use uuid::Uuid;

/// A name or an id: shared, cheap to copy, compared by its text.
pub type Name = Arc<str>;

/// Names that were met before. A log says the same few again and again: its module, its types, the
/// conversation of the line before. One copy of each saves most of the memory that reading takes.
/// What it remembers never shows: a name that it has forgotten is made anew.
#[derive(Debug, Clone, Default)]
pub struct Names {
    remembers: bool,
    /// Made when the first name comes: many a reader reads one line, or none.
    known: Vec<Option<Name>>,
}

impl Names {
    /// One that remembers; the default remembers nothing.
    pub fn remembering() -> Names {
        Names { remembers: true, known: Vec::new() }
    }

    pub fn name(&mut self, text: &str) -> Name {
        if !self.remembers {
            return Name::from(text);
        }
        if self.known.is_empty() {
            self.known.resize(1024, None);
        }
        // The end of an id tells it from its neighbours.
        let bytes = text.as_bytes();
        let tail = match bytes.last_chunk() {
            Some(last) => u64::from_le_bytes(*last),
            None => bytes.iter().fold(0, |sum, &byte| sum << 8 | byte as u64),
        };
        let slot = (tail.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54) as usize;
        match &mut self.known[slot] {
            Some(known) if **known == *text => known.clone(),
            place => place.insert(Name::from(text)).clone(),
        }
    }
}

/// The natural number of a message within its module's log: from 1, rising by 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(u64);

impl Position {
    pub const FIRST: Position = Position(1);
    /// The largest that 16 digits hold.
    pub const LAST: Position = Position(9_999_999_999_999_999);

    /// None for 0 and for what 16 digits do not hold.
    pub fn new(number: u64) -> Option<Position> {
        (1..=Self::LAST.0).contains(&number).then_some(Position(number))
    }

    pub fn number(self) -> u64 {
        self.0
    }

    /// The one after this. A log does not live to see the end of 16 digits.
    pub fn next(self) -> Position {
        Position::new(self.0 + 1).expect("a log of 10^16 messages")
    }

    /// Reads decimal digits, with or without leading zeros.
    pub fn parse(text: &str) -> Option<Position> {
        if text.is_empty() || text.len() > 32 {
            return None;
        }
        let number = text.bytes().try_fold(0u64, |sum, digit| {
            let digit = digit.wrapping_sub(b'0');
            (digit < 10).then(|| sum.checked_mul(10)?.checked_add(digit as u64)).flatten()
        });
        Position::new(number?)
    }
}

/// The number as people say it; [`Position::digits`] is the form in an envelope.
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Position {
    /// 16 digits, so that lexical order is numeric order (CloudEvents sequence extension).
    pub fn digits(self) -> [u8; 16] {
        let mut out = [b'0'; 16];
        let mut value = self.0;
        for place in out.iter_mut().rev() {
            *place = b'0' + (value % 10) as u8;
            value /= 10;
        }
        out
    }
}

/// A version 5 UUID over the parts, written as a JSON array of strings and numbers so that no two
/// lists of parts read alike: `["order","C1","orders","o-1",0]`. The namespace is the version 5
/// UUID of `anyorder` in the OID namespace of RFC 9562.
pub fn computed_id(parts: &[&str], number: u64) -> Name {
    let mut text = String::with_capacity(192);
    text.push('[');
    for part in parts {
        super::json::quote_into(&mut text, part);
        text.push(',');
    }
    write!(text, "{number}]").expect("a string takes all");
    // As `Uuid::new_v5`, with a SHA-1 that uses what the processor has for it.
    let hash = Sha1::new().chain_update(NAMESPACE.as_bytes()).chain_update(&text).finalize();
    let id = uuid::Builder::from_sha1_bytes(hash[..16].try_into().expect("16 bytes")).into_uuid();
    let mut buffer = Uuid::encode_buffer();
    Name::from(&*id.hyphenated().encode_lower(&mut buffer))
}

/// `uuid5(NAMESPACE_OID, "anyorder")`.
const NAMESPACE: Uuid = Uuid::from_u128(0x21221e46_15625a58_a5b83a1e_77323d08);

/// An id short enough to read aloud: its last 8 characters, since UUIDs made close together begin
/// alike. An id of up to 12 characters stays whole.
pub fn shortened(id: &str) -> &str {
    let characters = id.chars().count();
    if characters <= 12 {
        return id;
    }
    let (start, _) = id.char_indices().nth(characters - 8).expect("longer than 8");
    &id[start..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_namespace_is_what_its_doc_says() {
        assert_eq!(NAMESPACE, Uuid::new_v5(&Uuid::NAMESPACE_OID, b"anyorder"));
    }

    #[test]
    fn positions_read_with_zeros_and_write_16_digits() {
        let position = Position::parse("0000000000000042").unwrap();
        assert_eq!(position.number(), 42);
        assert_eq!(&position.digits(), b"0000000000000042");
        for bad in ["", "0", "-1", "1a", "99999999999999999999"] {
            assert_eq!(Position::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn computed_ids_tell_their_parts_apart() {
        assert_eq!(computed_id(&["a", "b"], 0), computed_id(&["a", "b"], 0));
        assert_ne!(computed_id(&["a,b"], 0), computed_id(&["a", "b"], 0));
        assert_ne!(computed_id(&["a", "b"], 1), computed_id(&["a", "b"], 0));
        let by_uuid = Uuid::new_v5(&NAMESPACE, br#"["a","\"",18446744073709551615]"#).to_string();
        assert_eq!(*computed_id(&["a", "\""], u64::MAX), *by_uuid);
    }

    #[test]
    fn a_name_is_its_text_whoever_remembers_it() {
        let mut names = Names::remembering();
        for text in ["", "a", "orders", "01997f0a-6b1e-7c43-9d5a-0242ac120002", "é", "a"] {
            assert_eq!((&*names.name(text), &*Names::default().name(text)), (text, text));
        }
        assert!(Arc::ptr_eq(&names.name("orders"), &names.name("orders")));
    }
}
