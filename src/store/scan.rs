//! Going through a log with all cores: pieces of whole lines, each read and looked at by one of several
//! threads, and what they found taken in the order of the log.
//!
//! Read in pieces, not mapped: a log that becomes shorter meanwhile must not kill its reader, and memory stays
//! small. Every line is checked against the one before it, also across pieces, so that a scan takes what
//! a reader takes and stops where a reader stops.

use super::chain::{Chain, Seen};
use super::lines::{damage, is_blank, line_before};
use super::medium::Bytes;
use crate::error::Result;
use crate::event::{Envelope, line};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;

/// What the processor's cache still holds.
const PIECE: u64 = 512 * 1024;
/// Of what is not worth several threads: a buffer costs its pages, and most of them no second time.
const SMALL: u64 = 32 * 1024;

/// Whole lines that stand one behind the other.
pub(super) struct Piece<'b> {
    /// Where the first begins.
    pub offset: u64,
    pub bytes: &'b [u8],
}

impl<'b> Piece<'b> {
    /// The lines that are not blank, without their newlines, each with its offset.
    pub fn lines(&self) -> impl Iterator<Item = (u64, Seen<'b>)> {
        let (offset, bytes) = (self.offset, self.bytes);
        // Looked at once for all of them: a newline is never inside of a character.
        let text = simdutf8::basic::from_utf8(bytes).ok();
        let mut at = 0;
        std::iter::from_fn(move || {
            while at < bytes.len() {
                let start = at;
                let end = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |found| start + found);
                at = end + 1;
                let mark =
                    if offset + start as u64 == 0 && bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
                let line = &bytes[start + mark..end];
                if line.first() == Some(&b'{') || !is_blank(line) {
                    let text = text.and_then(|text| text.get(start + mark..end));
                    return Some((offset + (start + mark) as u64, Seen { bytes: line, text }));
                }
            }
            None
        })
    }
}

/// Has `work` look at the lines that begin in `from..end`, which both begin a line or end the log, a piece at
/// a time; `take` gets what was found in the order of the pieces, until it answers false.
pub(super) fn pieces<R: Send>(
    bytes: &dyn Bytes,
    from: u64,
    end: u64,
    work: impl Fn(Piece<'_>) -> Result<R> + Sync,
    mut take: impl FnMut(R) -> Result<bool>,
) -> Result<()> {
    let len = end.saturating_sub(from);
    // To ask how many cores there are takes two dozen calls: who looks at little does not ask.
    let (size, cores) = match len <= PIECE {
        true => (SMALL, 1),
        false => (PIECE, thread::available_parallelism().map_or(1, |cores| cores.get() as u64)),
    };
    let count = len.div_ceil(size);
    let all = Pieces { bytes, from, end, size };
    let (next, stopped) = (AtomicU64::new(0), AtomicBool::new(false));
    // The next piece that nobody works at, and what was found in it.
    let one = |buffer: &mut Vec<u8>| {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let wanted = index < count && !stopped.load(Ordering::Relaxed);
        wanted.then(|| (index, all.read(index, buffer).and_then(&work)))
    };
    thread::scope(|scope| {
        let (send, found) = mpsc::sync_channel(2 * cores as usize);
        for _ in 1..cores.min(count) {
            let (send, one) = (send.clone(), &one);
            scope.spawn(move || {
                let mut buffer = Vec::new();
                while let Some(piece) = one(&mut buffer) {
                    if send.send(piece).is_err() {
                        break;
                    }
                }
            });
        }
        drop(send);
        // This thread works too, and takes between its pieces what the others have found: were it to wait for
        // them, each piece would wake it, and take its core from another.
        let mut buffer = Vec::new();
        let (mut early, mut wanted) = (BTreeMap::new(), 0);
        let mut result = Ok(());
        while let Some((index, piece)) = one(&mut buffer).or_else(|| found.recv().ok()) {
            early.insert(index, piece);
            early.extend(found.try_iter());
            while let Some(piece) = early.remove(&wanted).filter(|_| !stopped.load(Ordering::Relaxed)) {
                wanted += 1;
                match piece.and_then(&mut take) {
                    Ok(true) => continue,
                    Ok(false) => {}
                    Err(error) => result = Err(error),
                }
                stopped.store(true, Ordering::Relaxed);
            }
        }
        result
    })
}

struct Pieces<'a> {
    bytes: &'a dyn Bytes,
    from: u64,
    end: u64,
    size: u64,
}

impl Pieces<'_> {
    /// The lines that begin in the piece of that number.
    fn read<'b>(&self, index: u64, buffer: &'b mut Vec<u8>) -> Result<Piece<'b>> {
        let start = self.from + index * self.size;
        let stop = (start + self.size).min(self.end);
        // The byte before tells whether a line begins at `start`.
        let begin = if index == 0 { start } else { start - 1 };
        let mut filled = 0;
        let mut wanted = (stop + 4096).min(self.end) - begin;
        let ends = loop {
            if (buffer.len() as u64) < wanted {
                buffer.resize(wanted as usize, 0);
            }
            while (filled as u64) < wanted {
                match self.bytes.read_at(begin + filled as u64, &mut buffer[filled..wanted as usize])? {
                    0 => break,
                    count => filled += count,
                }
            }
            let seen = ((stop - 1 - begin) as usize).min(filled);
            let newline = memchr::memchr(b'\n', &buffer[seen..filled]);
            match newline {
                Some(newline) => break seen + newline + 1,
                None if begin + filled as u64 >= self.end || (filled as u64) < wanted => break filled,
                None => wanted = (wanted * 2).min(self.end - begin),
            }
        };
        let begins = match index {
            0 => 0,
            _ => memchr::memchr(b'\n', &buffer[..ends]).map_or(ends, |newline| newline + 1),
        };
        Ok(Piece { offset: begin + begins as u64, bytes: &buffer[begins..ends] })
    }
}

/// Has `look` see every line of `from..end`, its offset and its envelope, checked as a reader checks it; a value
/// for each piece, which `start` makes and `take` gets.
pub(super) fn envelopes<R: Send>(
    bytes: &dyn Bytes,
    module: &str,
    (from, end): (u64, u64),
    start: impl Fn() -> R + Sync,
    look: impl Fn(&mut R, u64, &Envelope<'_>) + Sync,
    take: impl FnMut(R) -> Result<bool>,
) -> Result<()> {
    let work = |piece: Piece<'_>| {
        let mut chain = chain_at(bytes, module, piece.offset)?;
        let mut found = start();
        for (offset, line) in piece.lines() {
            match chain.glance(line) {
                Ok(glance) => look(&mut found, offset, &glance.envelope()),
                Err(fault) => return Err(damage(bytes, offset, line.bytes, fault)),
            }
        }
        Ok(found)
    };
    pieces(bytes, from, end, work, take)
}

/// What a line that begins at `offset` must follow.
pub(super) fn chain_at(bytes: &dyn Bytes, module: &str, offset: u64) -> Result<Chain> {
    let Some((before, text, _)) = line_before(bytes, offset)? else { return Ok(Chain::at_start(module)) };
    super::chain::utf8(&text)
        .and_then(|read| {
            let message = line::read(read).map_err(|error| super::chain::not_a_message(read, error))?;
            Ok(Chain::after(module, &message, read))
        })
        .map_err(|fault| damage(bytes, before, &text, fault))
}
