//! What a scalar means: one rule for every file.
//!
//! Quoted: a string. Plain: `null`, `~` or nothing; `true` or `false`; a JSON number, whose text is
//! kept; else a string. A plain word that one YAML reads as a number or a boolean and another as a
//! string is neither here: it is [`Meaning::Odd`], which the reader refuses, so that nobody has to
//! know which YAML this is.

use super::{Scalar, Style};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    Null,
    Bool(bool),
    /// A JSON number; its text is the scalar's.
    Number,
    Text,
    /// Ambiguous between YAMLs; says as what, and what to write.
    Odd(&'static str),
}

impl Scalar {
    pub fn meaning(&self) -> Meaning {
        if self.style == Style::Quoted {
            return Meaning::Text;
        }
        match self.text.as_str() {
            "" | "~" | "null" => Meaning::Null,
            "true" => Meaning::Bool(true),
            "false" => Meaning::Bool(false),
            "True" | "TRUE" | "False" | "FALSE" => Meaning::Odd("write a boolean as `true` or `false`"),
            "Null" | "NULL" => Meaning::Odd("write nothing as `null`"),
            text if is_json_number(text) => Meaning::Number,
            text => number_elsewhere(text).map_or(Meaning::Text, Meaning::Odd),
        }
    }
}

/// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
pub(super) fn is_json_number(text: &str) -> bool {
    let rest = text.strip_prefix('-').unwrap_or(text);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest.starts_with('0')) {
        return false;
    }
    let mut rest = &rest[whole..];
    if let Some(fraction) = rest.strip_prefix('.') {
        if digits(fraction) == 0 {
            return false;
        }
        rest = &fraction[digits(fraction)..];
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        return digits(exponent) > 0 && digits(exponent) == exponent.len();
    }
    rest.is_empty()
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// What is a number in YAML 1.1 or 1.2, and not in JSON.
fn number_elsewhere(text: &str) -> Option<&'static str> {
    let bare = text.strip_prefix(['+', '-']).unwrap_or(text);
    let lower = bare.to_ascii_lowercase();
    if matches!(lower.as_str(), ".inf" | ".nan") {
        return Some("JSON has no such number");
    }
    if !bare.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        || !bare.contains(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    for (prefix, allowed) in [("0x", "0123456789abcdef_"), ("0o", "01234567_"), ("0b", "01_")] {
        if let Some(rest) = lower.strip_prefix(prefix)
            && !rest.is_empty()
            && rest.chars().all(|c| allowed.contains(c))
        {
            return Some("write it in decimal");
        }
    }
    // Take away what JSON does not allow; a number that is left was meant as one.
    let mut plain: String = bare.replace('_', "");
    if plain.starts_with('.') {
        plain.insert(0, '0');
    }
    if plain.ends_with('.') {
        plain.push('0');
    }
    plain = plain.replace(".e", ".0e").replace(".E", ".0E");
    let trimmed = plain.trim_start_matches('0');
    let plain = if trimmed.starts_with(|c: char| c.is_ascii_digit()) {
        trimmed.to_string()
    } else {
        format!("0{trimmed}")
    };
    is_json_number(&plain)
        .then_some("write it as JSON does, without a plus, leading zeros, `_`, or a bare point")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(text: &str) -> Meaning {
        Scalar { text: text.into(), style: Style::Plain }.meaning()
    }

    #[test]
    fn plain_words_mean_what_json_would_mean() {
        for text in ["0", "-0", "12.50", "1e5", "1E-7", "-3.0e+2", "123456789012345678901234567890"] {
            assert_eq!(meaning(text), Meaning::Number, "{text}");
        }
        for text in ["", "~", "null"] {
            assert_eq!(meaning(text), Meaning::Null, "{text}");
        }
        for text in
            ["15m", "2026-11-21", "1.2.3", "12:30", "a", "-", "...", ".", "1e", "0xyz", "yes", "on", "=1"]
        {
            assert_eq!(meaning(text), Meaning::Text, "{text}");
        }
        let quoted = Scalar { text: "12".into(), style: Style::Quoted };
        assert_eq!(quoted.meaning(), Meaning::Text);
    }

    #[test]
    fn what_yamls_disagree_about_is_odd() {
        for text in [
            "017", "-017", "00", "0x1F", "0o17", "0b11", "1_000", ".5", "+5", "5.", "5.e3", "-.inf", ".NaN",
            "True", "NULL", "+0.5", "1_0.5_0", "007.5",
        ] {
            assert!(matches!(meaning(text), Meaning::Odd(_)), "{text}");
        }
    }
}
