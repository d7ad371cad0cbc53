//! Putting the checksums into a log that lacks some: lines that a person or another program wrote.
//!
//! The log is written anew, byte for byte as it was but for the checksums, and takes the old one's
//! place, which is kept.

use super::chain::Chain;
use super::lines::{self, Lines, damage};
use super::medium::{Bytes, Log, Medium};
use super::tail::{self, Torn};
use super::{unsure, verify};
use crate::error::Result;
use crate::event::{Envelope, Heads, Position, seal};

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resealed {
    /// How many lines have a checksum now that had none.
    pub sealed: u64,
    /// How many have another one, since it depends on the line before.
    pub renewed: u64,
    /// Where the log as it was is kept; None: there was nothing to do.
    pub kept: Option<String>,
    /// What a crash had left at the end, and was cut off before.
    pub repaired: Option<Torn>,
    /// Whether a sync had failed, and the log was written anew before.
    pub settled: bool,
}

/// Err: damage, or what the disk says. The log is as it was then.
pub(super) fn reseal(medium: &dyn Medium, module: &str) -> Result<Resealed> {
    if medium.open(module)?.is_none() {
        return Ok(Resealed::default());
    }
    let mut bytes = medium.create(module)?;
    bytes.lock()?;
    let result = locked(&mut *bytes, module);
    bytes.unlock()?;
    let resealed = result?;
    if resealed.repaired.is_some() {
        unsure::sync(&mut *bytes)?;
    }
    Ok(resealed)
}

fn locked(bytes: &mut dyn Log, module: &str) -> Result<Resealed> {
    let mut tail = tail::look(bytes, module)?;
    let verified = verify::go_through(bytes, module, &mut |_| {})?;
    if let Some(damage) = verified.damage {
        return Err(damage);
    }
    let settled = bytes.is_unsure()?;
    if settled {
        bytes.write_again().and_then(|()| bytes.clear_unsure())?;
    }
    let repaired = tail::repair(bytes, &mut tail)?;
    let mut resealed = Resealed { repaired, settled, ..Resealed::default() };
    if verified.unsealed > 0 {
        let end = bytes.len()?;
        let mut anew = Anew {
            lines: Lines::new(0, end),
            end,
            copied: 0,
            old: Chain::at_start(module),
            new: Chain::at_start(module),
            heads: Heads::new(module),
            resealed: &mut resealed,
        };
        let kept = bytes.replace(&mut |bytes| anew.piece(bytes))?;
        resealed.kept = Some(kept);
    }
    Ok(resealed)
}

/// The log as it is to be, piece after piece.
struct Anew<'a> {
    lines: Lines,
    end: u64,
    /// How many of the old bytes are in the new log.
    copied: u64,
    old: Chain,
    new: Chain,
    heads: Heads,
    resealed: &'a mut Resealed,
}

const PIECE: usize = 512 * 1024;

impl Anew<'_> {
    fn piece(&mut self, bytes: &dyn Bytes) -> Result<Option<Vec<u8>>> {
        let mut out = Vec::new();
        while out.len() < PIECE {
            let Some(line) = self.lines.next(bytes)? else {
                // Blank lines at the end.
                out.extend(lines::read_range(bytes, self.copied, self.end)?);
                self.copied = self.end;
                break;
            };
            // Newlines, blank lines, a byte-order mark.
            out.extend(lines::read_range(bytes, self.copied, line.offset)?);
            self.copied = line.offset + line.bytes.len() as u64;
            let fault = |fault| damage(bytes, line.offset, line.bytes, fault);
            let (message, was_sealed) = self.old.accept(line.bytes).map_err(fault)?;
            let text = std::str::from_utf8(line.bytes).expect("it was read");
            let mut fresh = with_checksum(text, self.new.seed);
            // Whoever glances at a sealed line relies on our spelling: here a member stands a second time behind the
            // data, and counts. It is written once, in its place.
            let position = message.position.map_or(0, Position::number);
            let seen = self.heads.glance(&fresh, position);
            if seen.is_some_and(|seen| seen != Envelope::of(&message)) {
                fresh = with_checksum(&message.to_json(), self.new.seed);
            }
            self.resealed.sealed += !was_sealed as u64;
            self.resealed.renewed += (was_sealed && fresh != text) as u64;
            // What is not read as it was must not take its place.
            let (_, sealed) = self.new.accept(fresh.as_bytes()).map_err(fault)?;
            assert!(sealed, "a line that was sealed just now");
            out.extend(fresh.into_bytes());
        }
        Ok((!out.is_empty()).then_some(out))
    }
}

/// The line with the checksum that this seed asks for, in place of its own or where it had none; the
/// white space around it stays.
fn with_checksum(line: &str, seed: u32) -> String {
    let space = [' ', '\t', '\r'];
    let start = line.len() - line.trim_start_matches(space).len();
    let end = line.trim_end_matches(space).len();
    let mut out = line[..end].to_string();
    if seal::crc_of(&out[start..]).is_some() {
        out.truncate(out.rfind(",\"crc\":").expect("it bears one"));
        out.push('}');
    }
    seal::seal(&mut out, start, seed);
    out.push_str(&line[end..]);
    out
}
