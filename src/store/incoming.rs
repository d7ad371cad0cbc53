//! Events of others on their way in: JSON lines as they come, or one JSON array.
//!
//! Line by line, so that whoever reads a pipe need not wait for its end; only an array is held until
//! it is whole. What is wrong is said with its line and column. Where the bytes come from, and what
//! becomes of the messages, is the caller's.

use super::chain;
use super::lines::{Fault, is_blank};
use crate::error::{Error, Result};
use crate::event::{Document, Message, Names, json, line};

/// A message, and the place in its file where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    pub message: Message,
    /// From 1.
    pub line: u64,
    /// In characters, from 1.
    pub column: u64,
}

/// One file of events, taken line by line.
pub struct Incoming {
    name: String,
    /// The line that was taken last.
    line: u64,
    names: Names,
    form: Form,
}

enum Form {
    /// Nothing but blank lines so far.
    Unknown,
    Lines,
    /// All of it from this line on.
    Array {
        text: Vec<u8>,
        first: u64,
    },
}

const HINT: &str = "each line is one CloudEvents 1.0 event as JSON, or all is one JSON array of them; \
                    `jq -c .` puts each on one line";

impl Incoming {
    /// `name` is what errors call it.
    pub fn new(name: impl Into<String>) -> Incoming {
        Incoming { name: name.into(), line: 0, names: Names::remembering(), form: Form::Unknown }
    }

    /// Takes the next line, with or without its newline. None: it is blank, or part of an array.
    pub fn line(&mut self, line: &[u8]) -> Result<Option<Arrival>> {
        self.line += 1;
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let mark = if self.line == 1 { b"\xef\xbb\xbf" } else { &b""[..] };
        let line = line.strip_prefix(mark).unwrap_or(line);
        if let Form::Array { text, .. } = &mut self.form {
            text.push(b'\n');
            text.extend_from_slice(line);
            return Ok(None);
        }
        if is_blank(line) {
            return Ok(None);
        }
        if matches!(self.form, Form::Unknown) && line.trim_ascii_start().starts_with(b"[") {
            self.form = Form::Array { text: line.to_vec(), first: self.line };
            return Ok(None);
        }
        self.form = Form::Lines;
        let read = chain::utf8(line).and_then(|text| {
            line::read_with(text, &mut self.names).map_err(|error| chain::not_a_message(text, error))
        });
        match read {
            Ok(message) => {
                let blanks = line.len() - line.trim_ascii_start().len();
                Ok(Some(Arrival { message, line: self.line, column: blanks as u64 + 1 }))
            }
            Err(fault) => {
                let mut at = Place { line: self.line, column: 1, byte: 0 };
                at.go_on(line, fault.byte);
                Err(self.wrong(&at, fault.what))
            }
        }
    }

    /// There are no more lines. What was an array is taken now, event by event, as long as `take` answers
    /// that it wants more.
    pub fn end(mut self, take: &mut dyn FnMut(Arrival) -> bool) -> Result<()> {
        let Form::Array { text, first } = std::mem::replace(&mut self.form, Form::Unknown) else {
            return Ok(());
        };
        let mut at = Place { line: first, column: 1, byte: 0 };
        let checked = chain::utf8(&text).and_then(|text| {
            json::check(text).map_err(|error| {
                let what = format!("this is no JSON array: {}", error.what);
                Fault { byte: error.byte, what, hint: HINT }
            })
        });
        let array = match checked {
            Ok(array) => array,
            Err(fault) => {
                at.go_on(&text, fault.byte);
                return Err(self.wrong(&at, fault.what));
            }
        };
        for item in json::items(array) {
            at.go_on(&text, item.as_ptr() as usize - text.as_ptr() as usize);
            match line::read_with(item, &mut self.names) {
                Ok(mut message) => {
                    on_one_line(&mut message);
                    if !take(Arrival { message, line: at.line, column: at.column }) {
                        return Ok(());
                    }
                }
                Err(error) => {
                    at.go_on(&text, at.byte + error.byte);
                    return Err(self.wrong(&at, error.what.replace("a line must be", "an event must be")));
                }
            }
        }
        Ok(())
    }

    fn wrong(&self, at: &Place, what: String) -> Error {
        Error::input(what).at(format!("{}:{}:{}", self.name, at.line, at.column)).hint(HINT)
    }
}

/// What an array laid out on several lines is written anew; members keep their order and their digits.
fn on_one_line(message: &mut Message) {
    let laid_out = |text: &str| text.contains(['\n', '\r']);
    if let Some(data) = message.data.as_mut().filter(|data| laid_out(data.text())) {
        *data = Document::of_valid(&json::on_one_line(data.text()));
    }
    for extra in message.extras.iter_mut().filter(|extra| laid_out(&extra.value)) {
        extra.value = json::on_one_line(&extra.value).into();
    }
}

/// A place in a text that only ever goes on, so that each is found from the one before.
struct Place {
    line: u64,
    column: u64,
    byte: usize,
}

impl Place {
    fn go_on(&mut self, text: &[u8], byte: usize) {
        let passed = &text[self.byte..byte.clamp(self.byte, text.len())];
        if let Some(newline) = memchr::memrchr(b'\n', passed) {
            self.line += memchr::memchr_iter(b'\n', passed).count() as u64;
            self.column = 1 + characters(&passed[newline + 1..]);
        } else {
            self.column += characters(passed);
        }
        self.byte += passed.len();
    }
}

fn characters(text: &[u8]) -> u64 {
    String::from_utf8_lossy(text).chars().count() as u64
}
