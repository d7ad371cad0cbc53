//! What stands at the end of a log, and what a crash left there.
//!
//! Looks at the last lines only, from the end backwards, so that opening a log costs the same
//! however long it is. Sound is all up to the end of the last whole batch; what lies behind that
//! and breaks off is torn; anything else that is wrong is damage, an error.

use super::chain::{self, Chain};
use super::lines::{self, Fault, Wrong, before_zeros, damage, is_blank, line_before, piece_before};
use super::medium::{Bytes, Log};
use crate::error::{Error, Result};
use crate::event::{Message, Position, Time, line};
use serde::de::IgnoredAny;

/// The end of a log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tail {
    /// The last position; None in an empty log.
    pub last: Option<Position>,
    /// The time of the message there.
    pub time: Option<Time>,
    /// The checksum that the next line's is seeded with.
    pub crc: u32,
    /// How many bytes are sound.
    pub len: u64,
    /// Whether the sound part lacks only its last newline.
    pub lacks_newline: bool,
    /// What lies behind the sound part.
    pub torn: Option<Torn>,
}

/// What a crash or a full disk left behind the last whole batch. Readers do not see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    /// Where it begins.
    pub offset: u64,
    /// How many bytes it has.
    pub len: u64,
    /// What is torn about it, in words.
    pub why: String,
    /// Where a repair has kept its bytes.
    pub kept: Option<String>,
}

/// Looks at the end of a log, holding its lock. Err: it is damaged.
pub(super) fn look(bytes: &dyn Bytes, module: &str) -> Result<Tail> {
    Ok(look_once(bytes, module)?)
}

/// As [`look`], for whoever does not hold the lock. Meanwhile a writer may cut off what was torn and write there:
/// what is made of both is no end of any log, and is looked for again. A whole last batch never moves.
pub(super) fn seen(bytes: &dyn Bytes, module: &str) -> Result<Tail> {
    let mut seen = look_once(bytes, module);
    loop {
        match &seen {
            Ok(tail) if tail.last.is_some() => break,
            // What the medium refuses is for the caller to hear, not to be tried until it goes.
            Err(Wrong::Refused(_)) => break,
            _ => {}
        }
        let again = look_once(bytes, module);
        if again == seen {
            break;
        }
        seen = again;
    }
    Ok(seen?)
}

fn look_once(bytes: &dyn Bytes, module: &str) -> Result<Tail, Wrong> {
    let len = bytes.len()?;
    let end = before_zeros(bytes, len)?;
    let mut why = if end < len { "zero bytes at the end".to_string() } else { String::new() };
    let mut tail = Tail { len: end, ..Tail::default() };

    let (offset, piece) = piece_before(bytes, end)?;
    if !is_blank(&piece) {
        match whole(&piece).map_err(|fault| Wrong::Damaged(damage(bytes, offset, &piece, fault)))? {
            true => tail.lacks_newline = true,
            false => {
                why = "the last line breaks off".into();
                tail.len = offset;
            }
        }
    }

    if let Some(behind) = last_whole_batch(bytes, &mut tail, &mut why)? {
        let chain = check(bytes, module, &behind)?;
        tail.last = behind.message.position;
        tail.time = Some(behind.message.time);
        tail.crc = chain.seed;
    }
    if tail.len < len {
        tail.torn = Some(Torn { offset: tail.len, len: len - tail.len, why, kept: None });
    }
    Ok(tail)
}

struct Found {
    offset: u64,
    text: Vec<u8>,
    message: Message,
}

fn found(bytes: &dyn Bytes, end: u64) -> Result<Option<Found>, Wrong> {
    let Some((offset, text, _)) = line_before(bytes, end)? else { return Ok(None) };
    let message = chain::utf8(&text)
        .and_then(|read| line::read(read).map_err(|error| chain::not_a_message(read, error)))
        .map_err(|fault| Wrong::Damaged(damage(bytes, offset, &text, fault)))?;
    Ok(Some(Found { offset, text, message }))
}

/// The last line of the last whole batch; cuts `tail` back over a batch that is not whole.
fn last_whole_batch(bytes: &dyn Bytes, tail: &mut Tail, why: &mut String) -> Result<Option<Found>, Wrong> {
    let mut later: Option<Found> = None;
    loop {
        let Some(here) = found(bytes, tail.len)? else { return Ok(None) };
        let remaining = here.message.remaining;
        if remaining == 0 {
            return Ok(Some(here));
        }
        match &later {
            None => {
                *why = format!("the last batch lacks {remaining} of its lines");
                tail.lacks_newline = false;
            }
            Some(later) if remaining.checked_sub(1) != Some(later.message.remaining) => {
                let what = format!(
                    "`remaining` is {} where the line before says {}",
                    later.message.remaining,
                    remaining - 1
                );
                let fault = Fault { byte: 0, what, hint: chain::EDITED };
                return Err(Wrong::Damaged(damage(bytes, later.offset, &later.text, fault)));
            }
            Some(_) => {}
        }
        tail.len = here.offset;
        later = Some(here);
    }
}

/// Whether the line follows the one before it.
fn check(bytes: &dyn Bytes, module: &str, last: &Found) -> Result<Chain, Wrong> {
    let mut chain = match found(bytes, last.offset)? {
        None => Chain::at_start(module),
        Some(before) => Chain::after(module, &before.message, &String::from_utf8_lossy(&before.text)),
    };
    chain
        .follow(&last.message, &String::from_utf8_lossy(&last.text))
        .map_err(|fault| Wrong::Damaged(damage(bytes, last.offset, &last.text, fault)))?;
    Ok(chain)
}

/// Whether a piece without a newline is whole. What breaks off is a part of a line from its
/// beginning; a whole line with more behind it was never written so, and is damage: to cut it off
/// would take away what was acknowledged.
fn whole(piece: &[u8]) -> Result<bool, Fault> {
    let text = match std::str::from_utf8(piece) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&piece[..error.valid_up_to()]).expect("valid up to there"),
    };
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    if !matches!(values.next(), Some(Ok(_))) {
        return Ok(false);
    }
    let end = values.byte_offset();
    if is_blank(&piece[end..]) {
        return Ok(true);
    }
    match text.trim_start().starts_with('{') {
        true => Err(Fault { byte: end, what: "more stands behind the message".into(), hint: chain::EDITED }),
        false => Ok(false),
    }
}

/// Keeps aside what is torn and cuts it off.
pub(super) fn repair(bytes: &mut dyn Log, tail: &mut Tail) -> Result<Option<Torn>, Error> {
    let Some(mut torn) = tail.torn.take() else { return Ok(None) };
    let cut = lines::read_range(bytes, torn.offset, torn.offset + torn.len)?;
    torn.kept = Some(bytes.keep_aside(torn.offset, &cut)?);
    bytes.truncate(torn.offset)?;
    Ok(Some(torn))
}
