//! JSON text, looked at where it stands.
//!
//! [`check`] validates a text once, with serde_json. Everything else here walks text that was
//! validated: it finds members and items as slices of the source, so that a number keeps its
//! digits and a key its escapes. On text that is not JSON the walkers answer something, and never
//! panic. Duplicate keys: the last one counts, as in jq and JavaScript.

use serde::de::IgnoredAny;
use std::borrow::Cow;

/// How deep the brackets of a line or of a document may lie in each other. Nothing here recurses; but
/// whoever reads a log after us does.
pub const MAX_DEPTH: usize = 1_000;

/// Where and why a text is not JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotJson {
    /// Offset in the text, in bytes.
    pub byte: usize,
    pub what: String,
}

/// Validates one JSON value and answers it without the white space around it.
pub fn check(text: &str) -> Result<&str, NotJson> {
    match serde_json::from_str::<IgnoredAny>(text) {
        Ok(_) => match too_deep(text, MAX_DEPTH) {
            None => Ok(trimmed(text)),
            Some(byte) => Err(NotJson { byte, what: format!("it is nested deeper than {MAX_DEPTH} levels") }),
        },
        Err(error) => {
            let line_start =
                text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
            // An escape that breaks off inside a character is found at one of the character's bytes.
            let byte = text.floor_char_boundary(line_start + error.column().saturating_sub(1));
            let what = error.to_string();
            let what = what.split(" at line ").next().unwrap_or_default().to_string();
            Err(NotJson { byte, what })
        }
    }
}

/// The first bracket that lies in more than so many others, in a text that is JSON.
pub fn too_deep(text: &str, limit: usize) -> Option<usize> {
    // Every level takes two characters, so most texts need no look.
    let opens = || memchr::memchr2_iter(b'[', b'{', text.as_bytes());
    if text.len() < 2 * (limit + 1) || opens().nth(limit).is_none() {
        return None;
    }
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    text.bytes().position(|byte| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = quoted,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => depth += 1,
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > limit
    })
}

/// Without the white space around it.
pub fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\n', '\r'])
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

/// What kind of value the text is, by its first byte.
pub fn shape(text: &str) -> Shape {
    match text.as_bytes().first() {
        Some(b'{') => Shape::Object,
        Some(b'[') => Shape::Array,
        Some(b'"') => Shape::String,
        Some(b't' | b'f') => Shape::Bool,
        Some(b'-' | b'0'..=b'9') => Shape::Number,
        _ => Shape::Null,
    }
}

/// One member of an object; all slices of the object's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member<'a> {
    /// The key as it stands, with its quotes.
    pub raw_key: &'a str,
    /// The value as it stands.
    pub value: &'a str,
}

impl<'a> Member<'a> {
    /// The key without quotes and escapes. An escape that is no character stays as it stands.
    pub fn key(&self) -> Cow<'a, str> {
        let inside = self.raw_key.get(1..self.raw_key.len().saturating_sub(1)).unwrap_or_default();
        if !inside.contains('\\') {
            return Cow::Borrowed(inside);
        }
        string(self.raw_key).unwrap_or(Cow::Borrowed(inside))
    }

    /// Whether that is its key.
    pub fn is_called(&self, key: &str) -> bool {
        let raw = self.raw_key.as_bytes();
        let inside = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
        // An escape is longer than what it stands for, so most keys need no look for one.
        if inside.len() <= key.len() && inside != key.as_bytes() {
            return false;
        }
        match inside.contains(&b'\\') {
            true => self.key() == key,
            false => inside.len() == key.len(),
        }
    }
}

/// The members of an object in their order; none of any other value.
pub fn members(object: &str) -> Members<'_> {
    let at = if object.starts_with('{') { 1 } else { object.len() };
    Members { text: object, at }
}

pub struct Members<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Members<'a> {
    type Item = Member<'a>;

    fn next(&mut self) -> Option<Member<'a>> {
        let bytes = self.text.as_bytes();
        let key_start = skip(bytes, self.at, b',');
        if bytes.get(key_start) != Some(&b'"') {
            return None;
        }
        let key_end = end_of_string(bytes, key_start);
        let value_start = skip(bytes, key_end, b':');
        let value_end = end_of_value(bytes, value_start);
        self.at = value_end;
        Some(Member {
            raw_key: self.text.get(key_start..key_end)?,
            value: self.text.get(value_start..value_end)?,
        })
    }
}

/// The value of a member, if the text is an object that has it.
pub fn member<'a>(object: &'a str, key: &str) -> Option<&'a str> {
    members(object).filter(|member| member.is_called(key)).last().map(|member| member.value)
}

/// The items of an array in their order; none of any other value.
pub fn items(array: &str) -> Items<'_> {
    let at = if array.starts_with('[') { 1 } else { array.len() };
    Items { text: array, at }
}

pub struct Items<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Items<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let bytes = self.text.as_bytes();
        let start = skip(bytes, self.at, b',');
        if matches!(bytes.get(start), None | Some(b']')) {
            return None;
        }
        let end = end_of_value(bytes, start);
        self.at = end;
        self.text.get(start..end)
    }
}

/// The characters of a JSON string; None where the text is no string, or has an escape that is no
/// character (a lone surrogate).
pub fn string(text: &str) -> Option<Cow<'_, str>> {
    let inside = text.strip_prefix('"')?.strip_suffix('"')?;
    if !inside.contains('\\') {
        return Some(Cow::Borrowed(inside));
    }
    serde_json::from_str(text).ok().map(Cow::Owned)
}

/// The text as a JSON string, with its quotes.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    quote_into(&mut out, text);
    out
}

pub fn quote_into(out: &mut String, text: &str) {
    // Looked at to the end, without stopping early: so the compiler takes many bytes at a time.
    let escapes = text.bytes().fold(false, |found, b| found | (b < 0x20) | (b == b'"') | (b == b'\\'));
    if !escapes {
        out.reserve(text.len() + 2);
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&serde_json::to_string(text).expect("a string is JSON"));
    }
}

/// A valid JSON text without the line breaks (and what else of white space) between its tokens.
pub fn on_one_line(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b' ' | b'\t' | b'\n' | b'\r' => {
                at += 1;
                continue;
            }
            b'"' => end_of_string(bytes, at),
            _ => {
                let stop = |b: &u8| matches!(b, b'"' | b' ' | b'\t' | b'\n' | b'\r');
                bytes[at..].iter().position(stop).map_or(bytes.len(), |length| at + length)
            }
        };
        out.push_str(text.get(at..end).unwrap_or_default());
        at = end;
    }
    out
}

/// Past white space and the given punctuation.
fn skip(bytes: &[u8], mut at: usize, also: u8) -> usize {
    while let Some(&byte) = bytes.get(at) {
        if byte != also && !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
            break;
        }
        at += 1;
    }
    at
}

/// Past the string that begins at `at`.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    // Keys and most texts are short, and end before a call would have begun.
    while at < bytes.len().min(start + 24) {
        match bytes[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found;
        if bytes[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    bytes.len()
}

/// Past the value that begins at `at`, and always past at least one byte.
pub(super) fn end_of_value(bytes: &[u8], at: usize) -> usize {
    let mut depth = 0usize;
    let mut here = at;
    while let Some(byte) = bytes.get(here) {
        match byte {
            b'"' => {
                here = end_of_string(bytes, here);
                if depth == 0 {
                    return here;
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= 1 => {
                // The end of this value, or of the one around it.
                return here + depth.max((here == at) as usize);
            }
            b'}' | b']' => depth -= 1,
            b',' | b' ' | b'\t' | b'\n' | b'\r' if depth == 0 => {
                return here.max(at + 1);
            }
            _ => {}
        }
        here += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn members_are_slices_of_the_source() {
        let text = r#"{ "a" : 12.50 ,"caf\u00e9":{"x":[1,"]}"]}, "a":  null}"#;
        let found: Vec<_> = members(text).map(|m| (m.raw_key, m.value)).collect();
        assert_eq!(found, [("\"a\"", "12.50"), ("\"caf\\u00e9\"", r#"{"x":[1,"]}"]}"#), ("\"a\"", "null")]);
        assert_eq!(member(text, "a"), Some("null"), "the last of two counts");
        assert_eq!(member(text, "café"), Some(r#"{"x":[1,"]}"]}"#));
        assert_eq!(member(text, "b"), None);
        assert_eq!(items("[1, [2,3] ,\"x,y\",{}]").collect::<Vec<_>>(), ["1", "[2,3]", "\"x,y\"", "{}"]);
        assert_eq!(members("{}").count() + items("[ ]").count() + items("3").count(), 0);
    }

    #[test]
    fn what_is_not_json_is_said_with_its_place() {
        assert_eq!(check(" 12.50\n"), Ok("12.50"));
        let error = check("{\"a\":1,}").unwrap_err();
        assert_eq!((error.byte, error.what.as_str()), (7, "key must be a string"));
        assert!(check("").is_err() && check("1 2").is_err() && check("nul").is_err());
    }

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<String>().prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
                prop::collection::btree_map(any::<String>(), inner, 0..5)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_walkers_see_what_serde_json_sees(value in any_json(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() };
            if let Some(object) = value.as_object() {
                prop_assert_eq!(members(&text).count(), object.len());
                for (key, inside) in object {
                    let found = member(&text, key).unwrap();
                    prop_assert_eq!(&serde_json::from_str::<serde_json::Value>(found).unwrap(), inside);
                }
            }
            if let Some(array) = value.as_array() {
                let found: Vec<serde_json::Value> =
                    items(&text).map(|item| serde_json::from_str(item).unwrap()).collect();
                prop_assert_eq!(&found, array);
            }
        }

        #[test]
        fn the_walkers_never_panic_and_always_end(text in "[\\[\\]{}\",:\\\\ a0é]{0,40}") {
            prop_assert!(members(&text).count() <= text.len());
            prop_assert!(items(&text).count() <= text.len());
            let _ = (member(&text, "a"), string(&text), shape(&text), check(&text));
        }
    }
}
