//! Numbers and texts as bytes: little-endian, each text behind its length. A reader never trusts a length.

use crate::error::Error;
use crate::store::Bytes;

/// What a snapshot says cannot be used: it is broken, of other logs, or cannot be read at all. The journal is
/// folded instead, which says what is wrong if it is the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost;

impl From<Lost> for Error {
    fn from(_: Lost) -> Error {
        Error::input("a snapshot cannot be read")
    }
}

/// As `std::result::Result`, where all that can go wrong is [`Lost`].
pub(super) type Found<T> = Result<T, Lost>;

#[derive(Default)]
pub(super) struct Writer(pub Vec<u8>);

impl Writer {
    pub fn u8(&mut self, value: u8) {
        self.0.push(value);
    }

    pub fn u32(&mut self, value: u32) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub fn u64(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub fn i64(&mut self, value: i64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub fn count(&mut self, count: usize) {
        self.u32(u32::try_from(count).expect("no instance keeps four billion of anything"));
    }

    pub fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    pub fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Writer, T)) {
        self.u8(value.is_some() as u8);
        if let Some(value) = value {
            write(self, value);
        }
    }
}

pub(super) struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Found<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Lost)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Found<[u8; N]> {
        Ok(self.take(N)?.try_into().expect("so many were taken"))
    }

    pub fn u8(&mut self) -> Found<u8> {
        Ok(self.array::<1>()?[0])
    }

    pub fn u32(&mut self) -> Found<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub fn u64(&mut self) -> Found<u64> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    pub fn i64(&mut self) -> Found<i64> {
        Ok(i64::from_le_bytes(self.array()?))
    }

    pub fn flag(&mut self) -> Found<bool> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Lost),
        }
    }

    pub fn text(&mut self) -> Found<&'a str> {
        let count = self.u32()?;
        std::str::from_utf8(self.take(count as usize)?).map_err(|_| Lost)
    }

    pub fn option<T>(&mut self, read: impl FnOnce(&mut Self) -> Found<T>) -> Found<Option<T>> {
        if self.flag()? { read(self).map(Some) } else { Ok(None) }
    }

    /// So many of something; each takes a byte at least.
    pub fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> Found<T>) -> Found<Vec<T>> {
        let count = self.u32()? as usize;
        if count > self.0.len() {
            return Err(Lost);
        }
        (0..count).map(|_| read(self)).collect()
    }

    pub fn end(self) -> Found<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Lost) }
    }
}

/// Exactly so many bytes.
pub(super) fn read_range(bytes: &dyn Bytes, offset: u64, len: u64) -> Found<Vec<u8>> {
    let mut out = vec![0; usize::try_from(len).map_err(|_| Lost)?];
    let mut filled = 0;
    while filled < out.len() {
        match bytes.read_at(offset + filled as u64, &mut out[filled..]) {
            Ok(0) | Err(_) => return Err(Lost),
            Ok(count) => filled += count,
        }
    }
    Ok(out)
}
