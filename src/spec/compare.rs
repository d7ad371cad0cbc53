//! Whether a value is as expected: of mappings only what is named is compared, at any depth; lists are
//! compared item by item. Numbers are equal where their values are, as in expressions.

use crate::event::json::{self, Shape};

/// Both are JSON texts.
pub fn as_expected(expected: &str, actual: &str) -> bool {
    if expected == actual {
        return true;
    }
    let (expected, actual) = (json::trimmed(expected), json::trimmed(actual));
    match (json::shape(expected), json::shape(actual)) {
        (Shape::Object, Shape::Object) => json::members(expected).all(|member| {
            json::member(actual, &member.key()).is_some_and(|value| as_expected(member.value, value))
        }),
        (Shape::Array, Shape::Array) => {
            let (mut expected, mut actual) = (json::items(expected), json::items(actual));
            loop {
                match (expected.next(), actual.next()) {
                    (None, None) => return true,
                    (Some(one), Some(other)) if as_expected(one, other) => {}
                    _ => return false,
                }
            }
        }
        (Shape::String, Shape::String) => json::string(expected) == json::string(actual),
        (Shape::Number, Shape::Number) => same_number(expected, actual),
        _ => expected == actual, // `true`, `false` and `null` have one text each
    }
}

fn same_number(one: &str, other: &str) -> bool {
    match (one.parse::<i128>(), other.parse::<i128>()) {
        (Ok(one), Ok(other)) => one == other,
        _ => matches!((one.parse::<f64>(), other.parse::<f64>()), (Ok(one), Ok(other)) if one == other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_named_is_compared() {
        for (expected, actual) in [
            ("10", "10.00"),
            ("12.5", "1.25e1"),
            ("{}", r#"{"a":1}"#),
            (r#"{"a":{"b":2}}"#, r#"{"c":0, "a":{"b":2.0,"d":4}}"#),
            ("[1,{}]", r#"[ 1.0 , {"x":2}]"#),
            (r#""\u00fc""#, "\"ü\""),
            ("null", " null "),
        ] {
            assert!(as_expected(expected, actual), "{expected} {actual}");
        }
        for (expected, actual) in [
            (r#"{"a":1}"#, "{}"),
            ("[1]", "[1,2]"),
            ("[1,2]", "[1]"),
            ("1", "\"1\""),
            ("null", "false"),
            ("9007199254740993", "9007199254740992"),
            (r#"{"a":1}"#, "[1]"),
        ] {
            assert!(!as_expected(expected, actual), "{expected} {actual}");
        }
    }
}
