//! Finding a position without reading what comes before it.
//!
//! Positions rise line by line, so bisecting the bytes finds one in a few reads. This is a way in,
//! not a check: where the lines look odd it answers nothing, and the reader goes through the log
//! from its beginning and says what is wrong.

use super::chain::Chain;
use super::lines::Lines;
use super::medium::Bytes;
use crate::error::Result;
use crate::event::{Message, Position, line};

/// Below this many bytes the lines are simply read.
const NEAR: u64 = 16 * 1024;

/// Where the line at `from` begins, and what it must follow; None: go from the beginning.
pub(super) fn find(
    bytes: &dyn Bytes,
    module: &str,
    end: u64,
    from: Position,
) -> Result<Option<(u64, Chain)>> {
    let Some(before) = Position::new(from.number() - 1) else { return Ok(None) };
    // `low` begins a line at or before the one sought.
    let (mut low, mut high) = (0, end);
    while high - low > NEAR {
        let middle = low + (high - low) / 2;
        match line_behind(bytes, middle, high)? {
            Behind::None => high = middle,
            Behind::Line(offset, position) if position <= before => low = offset,
            Behind::Line(..) => high = middle,
            Behind::Odd => return Ok(None),
        }
    }
    let mut lines = Lines::new(low, end);
    while let Some(found) = lines.next(bytes)? {
        let Some((message, text)) = read(found.bytes) else { return Ok(None) };
        if message.position == Some(before) {
            return Ok(Some((found.after, Chain::after(module, &message, text))));
        }
        if message.position > Some(before) {
            return Ok(None);
        }
    }
    Ok(None)
}

enum Behind {
    /// No line begins there.
    None,
    Line(u64, Position),
    Odd,
}

/// The first line that begins behind `offset` and before `high`.
fn line_behind(bytes: &dyn Bytes, offset: u64, high: u64) -> Result<Behind> {
    let mut block = [0; 4096];
    let mut at = offset;
    while at < high {
        let count = bytes.read_at(at, &mut block)?;
        if count == 0 {
            break;
        }
        if let Some(newline) = memchr::memchr(b'\n', &block[..count]) {
            let start = at + newline as u64 + 1;
            let mut lines = Lines::small(start, bytes.len()?);
            let Some(found) = lines.next(bytes)?.filter(|found| found.offset < high) else { break };
            let position = read(found.bytes).and_then(|(message, _)| message.position);
            return Ok(position.map_or(Behind::Odd, |position| Behind::Line(found.offset, position)));
        }
        at += count as u64;
    }
    Ok(Behind::None)
}

fn read(bytes: &[u8]) -> Option<(Message, &str)> {
    let text = std::str::from_utf8(bytes).ok()?;
    Some((line::read(text).ok()?, text))
}
