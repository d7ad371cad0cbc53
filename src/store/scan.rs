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
    let all = Pieces { bytes, from, end, size };
    let count = all.count();
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

/// Of the system's memory for files. What is copied from there to a place that lies alike is copied faster.
const PAGE: u64 = 4096;

impl Pieces<'_> {
    fn count(&self) -> u64 {
        match self.from < self.end {
            true => self.end.div_ceil(self.size) - self.from / self.size,
            false => 0,
        }
    }

    /// The lines that begin in the piece of that number: behind its first newline, up to the first one behind its end.
    fn read<'b>(&self, index: u64, buffer: &'b mut Vec<u8>) -> Result<Piece<'b>> {
        let begin = (self.from / self.size + index) * self.size;
        let stop = (begin + self.size).min(self.end);
        let first = self.from.max(begin);
        // Whole pages, also where the first line begins inside of one.
        let base = first / PAGE * PAGE;
        let mut filled = 0;
        let mut wanted = ((stop + PAGE).min(self.end) - base) as usize;
        let (start, ends) = loop {
            if buffer.len() < wanted + PAGE as usize {
                *buffer = vec![0; wanted + PAGE as usize];
                filled = 0;
            }
            let start = buffer.as_ptr().align_offset(PAGE as usize).min(PAGE as usize);
            let room = &mut buffer[start..start + wanted];
            while filled < wanted {
                match self.bytes.read_at(base + filled as u64, &mut room[filled..])? {
                    0 => break,
                    count => filled += count,
                }
            }
            let seen = ((stop - base) as usize).min(filled);
            match memchr::memchr(b'\n', &room[seen..filled]) {
                Some(newline) => break (start, seen + newline + 1),
                None if base + filled as u64 >= self.end || filled < wanted => break (start, filled),
                None => wanted = (wanted * 2).min((self.end - base) as usize),
            }
        };
        let read = &buffer[start..start + ends];
        let begins = (first - base) as usize;
        let begins = match index {
            0 => begins.min(ends),
            _ => {
                memchr::memchr(b'\n', &read[begins.min(ends)..]).map_or(ends, |newline| begins + newline + 1)
            }
        };
        Ok(Piece { offset: base + begins as u64, bytes: &read[begins..] })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Medium, Memory};

    /// Where each line begins that is not blank, and how long it is, as whoever has all of it in one piece finds them.
    fn lines_of(text: &[u8], from: usize) -> Vec<(u64, usize)> {
        let mut at = from;
        let lines = text[from..].split(|byte| *byte == b'\n').map(|line| {
            at += line.len() + 1;
            ((at - line.len() - 1) as u64, line.len())
        });
        lines.filter(|(_, len)| *len > 0).collect()
    }

    #[test]
    fn the_pieces_together_are_every_line_once_and_in_order() {
        // Lines that end just before, at and behind the ends of pieces and pages; some that are longer than a piece.
        let small = SMALL as usize;
        let large = PIECE as usize;
        let texts: [Vec<usize>; 6] = [
            vec![],
            vec![5, 0, 0, 7],
            vec![small - 1, 10, small - 13, 1, small - 2, small, 3 * small, 20],
            (0..3_000).map(|n| n * 37 % 211).collect(),
            (0..9_000).map(|n| n * 7_919 % 600).collect(),
            vec![large - 1, large, 40, large - 42, 3 * large, 4_094, 1, large + 4_096, 9],
        ];
        for (number, lens) in texts.iter().enumerate() {
            let mut text: Vec<u8> =
                lens.iter().flat_map(|len| [vec![b'x'; *len], vec![b'\n']].concat()).collect();
            for ended in [true, false] {
                text.truncate(text.len() - !ended as usize * (text.last() == Some(&b'\n')) as usize);
                let memory = Memory::new();
                memory.set_bytes("m", text.clone());
                let bytes = memory.open("m").unwrap().unwrap();
                let all = lines_of(&text, 0);
                let some = all.iter().step_by(all.len() / 4 + 1).map(|(offset, _)| *offset as usize);
                for from in some.chain([0, text.len()]) {
                    let mut found = Vec::new();
                    let work = |piece: Piece<'_>| {
                        Ok(piece.lines().map(|(offset, line)| (offset, line.bytes.len())).collect::<Vec<_>>())
                    };
                    pieces(&*bytes, from as u64, text.len() as u64, work, |lines| {
                        found.extend(lines);
                        Ok(true)
                    })
                    .unwrap();
                    assert_eq!(found, lines_of(&text, from), "text {number} from {from}");
                }
            }
        }
    }
}
