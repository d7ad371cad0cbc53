//! Regular expressions, and what a look costs.
//!
//! A pattern of a few characters, `(a{99}){99}`, may be a machine of many thousand states, and a text is
//! matched in time of states by characters. So a pattern's machine may not be large, and its size counts
//! in the work. Must not know expressions or values.

use regex_lite::{Regex, RegexBuilder};

/// Bytes of a pattern.
const MAX_LENGTH: usize = 16 * 1024;
/// Bytes of the machine that a pattern becomes, in the smallest class and in the largest.
const SMALLEST: usize = 1 << 10;
const LARGEST: usize = 16 << 10;

#[derive(Debug, Clone)]
pub(super) struct Pattern {
    regex: Regex,
    /// How large its machine is: a power of two, of KiB.
    size: u64,
}

impl Pattern {
    /// The error says what is wrong, for a person.
    pub fn new(text: &str) -> Result<Pattern, String> {
        if text.len() > MAX_LENGTH {
            return Err(format!("this pattern is too long: it may have {MAX_LENGTH} bytes"));
        }
        let mut limit = SMALLEST;
        loop {
            match RegexBuilder::new(text).size_limit(limit).build() {
                Ok(regex) => return Ok(Pattern { regex, size: (limit / SMALLEST) as u64 }),
                // Nothing tells an error of size from one of spelling: the last says which it was.
                Err(_) if limit < LARGEST => limit *= 2,
                Err(error) => return Err(format!("this pattern does not compile: {error}")),
            }
        }
    }

    /// The small steps that a look at so many bytes takes.
    pub fn steps(&self, length: usize) -> u64 {
        1 + length as u64 / 4 * self.size
    }

    pub fn is_in(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}
