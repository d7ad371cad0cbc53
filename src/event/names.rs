//! Names, positions and ids.

use std::fmt;
use std::sync::Arc;
use uuid::Uuid;

/// A name or an id: shared, cheap to copy, compared by its text.
pub type Name = Arc<str>;

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
        if text.is_empty() || text.len() > 32 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        Position::new(text.trim_start_matches('0').parse().ok()?)
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
    let mut text = String::with_capacity(96);
    text.push('[');
    for part in parts {
        super::json::quote_into(&mut text, part);
        text.push(',');
    }
    text.push_str(&number.to_string());
    text.push(']');
    let mut buffer = Uuid::encode_buffer();
    let id = Uuid::new_v5(&NAMESPACE, text.as_bytes());
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
    }
}
