//! The lines of a log, forwards in large bites and backwards from its end.
//!
//! Knows newlines, blank lines and byte-order marks, and how to say where a byte stands; nothing of
//! what a line means.

use super::medium::Bytes;
use crate::error::{Error, Result};

const BITE: usize = 256 * 1024;

/// One line without its newline, and not blank.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    pub offset: u64,
    pub bytes: &'a [u8],
    /// Where the next line begins.
    pub after: u64,
}

/// Lines forwards, from any line's beginning up to `end`.
pub(super) struct Lines {
    end: u64,
    bite: usize,
    buffer: Vec<u8>,
    /// The offset of `buffer[0]`.
    start: u64,
    filled: usize,
    at: usize,
}

impl Lines {
    pub fn new(start: u64, end: u64) -> Lines {
        Lines { end, bite: BITE, buffer: Vec::new(), start, filled: 0, at: 0 }
    }

    /// For one line or two.
    pub fn small(start: u64, end: u64) -> Lines {
        Lines { bite: 4096, ..Lines::new(start, end) }
    }

    /// Goes on at another line; cheap if that was bitten off already.
    pub fn seek(&mut self, offset: u64) {
        match offset.checked_sub(self.start) {
            Some(inside) if inside <= self.filled as u64 => self.at = inside as usize,
            _ => (self.start, self.filled, self.at) = (offset, 0, 0),
        }
    }

    pub fn next(&mut self, bytes: &dyn Bytes) -> Result<Option<Line<'_>>> {
        loop {
            let Some((from, to)) = self.piece(bytes)? else { return Ok(None) };
            let offset = self.start + from as u64;
            let mark = if offset == 0 && self.buffer[from..to].starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
            let after = self.start + self.at as u64;
            if !is_blank(&self.buffer[from + mark..to]) {
                let bytes = &self.buffer[from + mark..to];
                return Ok(Some(Line { offset: offset + mark as u64, bytes, after }));
            }
        }
    }

    /// The range of the next line in the buffer.
    fn piece(&mut self, bytes: &dyn Bytes) -> Result<Option<(usize, usize)>> {
        let mut searched = self.at;
        loop {
            if let Some(found) = memchr::memchr(b'\n', &self.buffer[searched..self.filled]) {
                let from = std::mem::replace(&mut self.at, searched + found + 1);
                return Ok(Some((from, searched + found)));
            }
            searched = self.filled - self.at;
            if !self.bite(bytes)? {
                let from = std::mem::replace(&mut self.at, self.filled);
                return Ok((from < self.filled).then_some((from, self.filled)));
            }
        }
    }

    /// Reads more behind what is not used up yet, which moves to the front.
    fn bite(&mut self, bytes: &dyn Bytes) -> Result<bool> {
        self.buffer.copy_within(self.at..self.filled, 0);
        self.start += self.at as u64;
        self.filled -= self.at;
        self.at = 0;
        let offset = self.start + self.filled as u64;
        let wanted = self.end.saturating_sub(offset).min(self.bite.max(self.filled) as u64) as usize;
        if wanted == 0 {
            return Ok(false);
        }
        if self.buffer.len() < self.filled + wanted {
            self.buffer.resize(self.filled + wanted, 0);
        }
        let count = bytes.read_at(offset, &mut self.buffer[self.filled..self.filled + wanted])?;
        self.filled += count;
        Ok(count > 0)
    }
}

pub(super) fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|b| matches!(b, b' ' | b'\t' | b'\r'))
}

/// Exactly the bytes `from..to`, or what there is of them.
pub(super) fn read_range(bytes: &dyn Bytes, from: u64, to: u64) -> Result<Vec<u8>> {
    let mut out = vec![0; to.saturating_sub(from) as usize];
    let filled = read_into(bytes, from, &mut out)?.len();
    out.truncate(filled);
    Ok(out)
}

/// As many bytes from there on as the buffer holds, or what there is of them.
pub(super) fn read_into<'b>(bytes: &dyn Bytes, from: u64, buffer: &'b mut [u8]) -> Result<&'b [u8]> {
    let mut filled = 0;
    while filled < buffer.len() {
        match bytes.read_at(from + filled as u64, &mut buffer[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(&buffer[..filled])
}

/// Why the end of a log cannot be said.
#[derive(Debug, PartialEq)]
pub(super) enum Wrong {
    /// The medium refuses.
    Refused(Error),
    /// What was read is no log's; or it is two logs', for whoever does not hold the lock.
    Damaged(Error),
}

impl From<Error> for Wrong {
    fn from(error: Error) -> Wrong {
        Wrong::Refused(error)
    }
}

impl From<Wrong> for Error {
    fn from(wrong: Wrong) -> Error {
        match wrong {
            Wrong::Refused(error) | Wrong::Damaged(error) => error,
        }
    }
}

/// Fills the buffer with the bytes from there on, which were there a moment ago. Err: a repair has cut them off since.
fn exactly(bytes: &dyn Bytes, from: u64, buffer: &mut [u8]) -> Result<(), Wrong> {
    let to = from + buffer.len() as u64;
    if read_into(bytes, from, buffer)?.len() == buffer.len() {
        return Ok(());
    }
    let what = format!("the log became shorter while it was read (byte {to} of the file)");
    Err(Wrong::Damaged(Error::input(what).at(bytes.name()).hint("read it again")))
}

/// The piece that ends just before `end`: back to the byte behind the newline before it, or to the
/// beginning (without a byte-order mark).
pub(super) fn piece_before(bytes: &dyn Bytes, end: u64) -> Result<(u64, Vec<u8>), Wrong> {
    // The first bite takes a buffer that costs no fresh page; few lines are longer.
    let (mut small, mut large) = ([0; 4096], Vec::new());
    let mut bite = small.len() as u64;
    loop {
        let from = end.saturating_sub(bite);
        let buffer = match end - from <= 4096 {
            true => &mut small[..],
            false => {
                large.resize((end - from) as usize, 0);
                &mut large[..]
            }
        };
        let read = &mut buffer[..(end - from) as usize];
        exactly(bytes, from, read)?;
        if let Some(found) = memchr::memrchr(b'\n', read) {
            return Ok((from + found as u64 + 1, read[found + 1..].to_vec()));
        }
        if from == 0 {
            return Ok(match read.strip_prefix(b"\xef\xbb\xbf") {
                Some(rest) => (3, rest.to_vec()),
                None => (0, read.to_vec()),
            });
        }
        bite *= 4;
    }
}

/// The last line that is not blank and ends at or before `end`: where it begins, its bytes, and
/// where the next one begins. `end` is the beginning of a line or the end of all.
pub(super) fn line_before(bytes: &dyn Bytes, mut end: u64) -> Result<Option<(u64, Vec<u8>, u64)>, Wrong> {
    while end > 0 {
        let mut last = [0];
        exactly(bytes, end - 1, &mut last)?;
        let ended = last == *b"\n";
        let (offset, line) = piece_before(bytes, end - ended as u64)?;
        if !is_blank(&line) {
            return Ok(Some((offset, line, end)));
        }
        if offset >= end {
            break; // only a byte-order mark is left
        }
        end = offset;
    }
    Ok(None)
}

/// Where the zero bytes at the end begin.
pub(super) fn before_zeros(bytes: &dyn Bytes, mut end: u64) -> Result<u64> {
    let mut bite = 1;
    while end > 0 {
        let from = end.saturating_sub(bite);
        let read = read_range(bytes, from, end)?;
        if let Some(last) = read.iter().rposition(|b| *b != 0) {
            return Ok(from + last as u64 + 1);
        }
        end = from;
        bite = (bite * 4).min(1 << 20);
    }
    Ok(0)
}

/// `path:line:column` of a byte of the line that begins at `offset`. Counts from the beginning of
/// the log: only an error asks.
pub(super) fn place(bytes: &dyn Bytes, offset: u64, line: &[u8], byte: usize) -> Result<String> {
    let mut newlines = 0;
    let mut at = 0;
    while at < offset {
        let read = read_range(bytes, at, offset.min(at + BITE as u64))?;
        if read.is_empty() {
            break;
        }
        newlines += memchr::memchr_iter(b'\n', &read).count();
        at += read.len() as u64;
    }
    let column = String::from_utf8_lossy(&line[..byte.min(line.len())]).chars().count() + 1;
    Ok(format!("{}:{}:{column}", bytes.name(), newlines + 1))
}

/// An error about a byte of a line.
pub(super) fn damage(bytes: &dyn Bytes, offset: u64, line: &[u8], fault: Fault) -> Error {
    let what = format!("{} (byte {} of the file)", fault.what, offset + fault.byte as u64);
    let error = match place(bytes, offset, line, fault.byte) {
        Ok(place) => Error::input(what).at(place),
        Err(error) => return error,
    };
    if fault.hint.is_empty() { error } else { error.hint(fault.hint) }
}

/// What is wrong with a line, and at which of its bytes.
#[derive(Debug)]
pub(super) struct Fault {
    pub byte: usize,
    pub what: String,
    pub hint: &'static str,
}
