//! The rules that tie a line to the one before it: positions, batches, checksums.
//!
//! Reader, tail and verify all ask here, so that a log which one of them takes is taken by all.

use super::lines::Fault;
use crate::event::{Envelope, Heads, Message, Name, Names, line, seal};

/// What the next line must be.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    module: Name,
    /// Its position.
    next: u64,
    /// The checksum of the line before, 0 if that has none.
    pub seed: u32,
    /// How many lines of the batch it belongs to still follow, itself included; 0: it begins one.
    pub left: u32,
    names: Names,
    heads: Heads,
}

pub(super) const EDITED: &str =
    "was the log edited by hand? Restore the line from a copy; nothing is appended until then";

impl Chain {
    pub fn at_start(module: &str) -> Chain {
        Chain {
            module: Name::from(module),
            next: 1,
            seed: 0,
            left: 0,
            names: Names::remembering(),
            heads: Heads::new(module),
        }
    }

    /// Goes on after a line that was read before.
    pub fn after(module: &str, message: &Message, text: &str) -> Chain {
        Chain {
            module: Name::from(module),
            next: message.position.map_or(0, |position| position.number()) + 1,
            seed: seal::crc_of(trimmed(text)).unwrap_or(0),
            left: message.remaining,
            names: Names::remembering(),
            heads: Heads::new(module),
        }
    }

    /// The message on the next line, if it follows. Also whether it is sealed.
    pub fn accept(&mut self, text: &[u8]) -> Result<(Message, bool), Fault> {
        let text = utf8(text)?;
        let seal = seal::verify(trimmed(text), self.seed);
        let message = match seal {
            // These are the bytes that a writer of ours wrote after that line: it is JSON.
            Some(Ok(_)) => line::read_written(text, &mut self.names),
            _ => line::read_with(text, &mut self.names),
        };
        let message = message.map_err(|error| not_a_message(text, error))?;
        self.check(&message, text, seal).map(|sealed| (message, sealed))
    }

    /// As [`Chain::accept`], for who asks only for the envelope: several times as fast where a writer of ours
    /// wrote the line, which its checksum tells.
    #[inline(always)]
    pub fn glance<'l>(&mut self, line: Seen<'l>) -> Result<Glance<'l>, Fault> {
        if let Some(text) = line.text
            && let Some(crc) = seal::fits(line.bytes, self.seed)
            && let Some(envelope) = self.heads.glance(text, self.next)
            && (self.left == 0 || envelope.remaining == self.left - 1)
        {
            (self.seed, self.next, self.left) = (crc, self.next + 1, envelope.remaining);
            return Ok(Glance::Ours(envelope));
        }
        self.glance_at_any(line)
    }

    #[cold]
    fn glance_at_any<'l>(&mut self, line: Seen<'l>) -> Result<Glance<'l>, Fault> {
        self.accept(line.bytes).map(|(message, _)| Glance::Any(Box::new(message)))
    }

    /// As [`Chain::accept`], for a message that was read already.
    pub fn follow(&mut self, message: &Message, text: &str) -> Result<bool, Fault> {
        self.check(message, text, seal::verify(trimmed(text), self.seed))
    }

    fn check(
        &mut self,
        message: &Message,
        text: &str,
        sealed: Option<Result<u32, u32>>,
    ) -> Result<bool, Fault> {
        if message.source != self.module {
            let what = format!("a message of `{}` in the log of `{}`", message.source, self.module);
            return fault(text, "\"source\"", what, "each module has a log of its own");
        }
        match message.position {
            None => {
                let what = "a message without `sequence` in the log of a workspace";
                let hint = "anyorder numbers what it appends: use `anyorder import` for what others wrote";
                return fault(text, "{", what.into(), hint);
            }
            Some(position) if position.number() != self.next => {
                let what = format!("position {position} stands where {} should", self.next);
                return fault(text, "\"sequence\"", what, EDITED);
            }
            Some(_) => {}
        }
        if self.left > 0 && message.remaining != self.left - 1 {
            let what =
                format!("`remaining` is {} where the line before says {}", message.remaining, self.left - 1);
            return fault(text, "\"remaining\"", what, EDITED);
        }
        if message.extras.iter().any(|extra| extra.key() == "crc") {
            return fault(
                text,
                "\"crc\"",
                "`crc` is not 8 small hex digits at the line's end".into(),
                EDITED,
            );
        }
        match sealed {
            Some(Err(computed)) => {
                let what = format!("the checksum does not fit: the line's bytes give {computed:08x}");
                return fault(text, "\"crc\"", what, EDITED);
            }
            Some(Ok(crc)) => self.seed = crc,
            None => self.seed = 0,
        }
        self.next += 1;
        self.left = message.remaining;
        Ok(sealed.is_some())
    }
}

/// A line as a scan meets it.
#[derive(Clone, Copy)]
pub(super) struct Seen<'l> {
    pub bytes: &'l [u8],
    /// None where something near it is no text.
    pub text: Option<&'l str>,
}

/// A line whose envelope is known.
pub(super) enum Glance<'l> {
    Ours(Envelope<'l>),
    Any(Box<Message>),
}

impl Glance<'_> {
    pub fn envelope(&self) -> Envelope<'_> {
        match self {
            Glance::Ours(envelope) => *envelope,
            Glance::Any(message) => Envelope::of(message),
        }
    }
}

/// The line's text. The fault is at the first byte that is none.
pub(super) fn utf8(line: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(line).map_err(|error| Fault {
        byte: error.valid_up_to(),
        what: "this is not UTF-8 text".into(),
        hint: EDITED,
    })
}

pub(super) fn not_a_message(text: &str, error: crate::event::json::NotJson) -> Fault {
    let json = crate::event::json::check(text).is_ok();
    let what = if json { error.what } else { format!("this line is not JSON: {}", error.what) };
    Fault { byte: error.byte, what, hint: "each line of a log is one CloudEvents 1.0 event as JSON" }
}

fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\r'])
}

/// A fault at the last place in the line where `marker` stands, which is the member's, since a
/// member of `data` comes before it or the place is only a little off.
fn fault<T>(text: &str, marker: &str, what: String, hint: &'static str) -> Result<T, Fault> {
    let byte = match marker {
        "\"crc\"" => text.rfind(marker),
        _ => text.find(marker),
    };
    Err(Fault { byte: byte.unwrap_or(0), what, hint })
}
