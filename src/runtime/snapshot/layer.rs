//! One file of a snapshot, read where it is needed.
//!
//! ```text
//! records        the instances, by the checksum of their ids, each with a checksum before it
//! pages of ids   for each record the checksum of its id, its length and where it stands
//! pages of alarms    those that may ring, in the order in which they are due
//! foot           what the member is, and where all this stands
//! trailer        where the foot stands
//! ```

use super::bytes::{Found, Lost, Reader, read_range};
use super::foot::{Foot, MAGIC, TRAILER};
use super::form::{Head, head, position, time};
use crate::event::{Position, Time};
use crate::store::Bytes;

/// A page, its checksum included.
pub(super) const PAGE: usize = 4096;
/// How many ids a page tells, each in 16 bytes; and how many alarms, each in 32.
pub(super) const IDS: u64 = 255;
pub(super) const ALARMS: u64 = 127;
/// How much of the end of a file is read to find its foot there.
const END: u64 = 16 * 1024;
/// How much is read at once where all records are.
const BITE: usize = 1 << 18;

/// Where a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// The checksum of the instance's id.
    pub key: u32,
    /// How long the record is, with its checksum.
    pub len: u32,
    pub offset: u64,
}

/// An alarm that may ring, if its instance is as it stands in the same file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Alarm {
    pub due: Time,
    pub position: Position,
    pub place: Place,
}

pub(super) struct Layer {
    bytes: Box<dyn Bytes>,
    pub foot: Foot,
    /// The checksum of its foot, which is its own.
    pub checksum: u32,
}

pub(super) fn key(id: &str) -> u32 {
    crc32c::crc32c(id.as_bytes())
}

impl Layer {
    pub fn open(bytes: Box<dyn Bytes>) -> Found<Layer> {
        let len = bytes.len().map_err(|_| Lost)?;
        let end = read_range(&*bytes, len.saturating_sub(END), len.min(END))?;
        let (front, trailer) = end.split_at_checked(end.len().wrapping_sub(TRAILER as usize)).ok_or(Lost)?;
        let mut trailer = Reader(trailer);
        let (foot_at, foot_len, checksum) = (trailer.u64()?, trailer.u32()? as u64, trailer.u32()?);
        let ends = foot_at.checked_add(foot_len).and_then(|end| end.checked_add(TRAILER));
        if trailer.0 != MAGIC || ends != Some(len) {
            return Err(Lost);
        }
        let more;
        let foot = match front.len().checked_sub(foot_len as usize) {
            Some(at) => &front[at..],
            None => {
                more = read_range(&*bytes, foot_at, foot_len)?;
                &more[..]
            }
        };
        if crc32c::crc32c(foot) != checksum {
            return Err(Lost);
        }
        let foot = Foot::read(foot)?;
        let fits = |at: u64, count: u64, each: u64, end: u64| {
            let bytes = count.div_ceil(each).checked_mul(PAGE as u64);
            bytes.and_then(|bytes| at.checked_add(bytes)) == Some(end)
        };
        let sound = fits(foot.ids_at, foot.records, IDS, foot.alarms_at)
            && fits(foot.alarms_at, foot.alarms, ALARMS, foot_at)
            && foot.sparse.len() as u64 == foot.records.div_ceil(IDS)
            && foot.counts_are_sound();
        if sound { Ok(Layer { bytes, foot, checksum }) } else { Err(Lost) }
    }

    /// A page: what stands before its checksum.
    fn page(&self, at: u64, number: u64) -> Found<Vec<u8>> {
        let mut page = read_range(&*self.bytes, at + number * PAGE as u64, PAGE as u64)?;
        let checksum = page.split_off(PAGE - 4);
        if crc32c::crc32c(&page) == Reader(&checksum).u32()? { Ok(page) } else { Err(Lost) }
    }

    fn ids(&self, page: u64) -> Found<Vec<Place>> {
        let bytes = self.page(self.foot.ids_at, page)?;
        let mut from = Reader(&bytes);
        let count = (self.foot.records - page * IDS).min(IDS);
        (0..count).map(|_| self.place(&mut from)).collect()
    }

    fn place(&self, from: &mut Reader) -> Found<Place> {
        let place = Place { key: from.u32()?, len: from.u32()?, offset: from.u64()? };
        let end = place.offset.checked_add(place.len as u64);
        if place.len >= 4 && end.is_some_and(|end| end <= self.foot.ids_at) { Ok(place) } else { Err(Lost) }
    }

    /// A page of alarms.
    pub fn alarms(&self, page: u64) -> Found<Vec<Alarm>> {
        let bytes = self.page(self.foot.alarms_at, page)?;
        let mut from = Reader(&bytes);
        let count = self.foot.alarms.saturating_sub(page * ALARMS).min(ALARMS);
        let alarm = |from: &mut Reader| {
            let (due, position) = (time(from.i64()?)?, position(from.u64()?)?);
            Ok(Alarm { due, position, place: self.place(from)? })
        };
        (0..count).map(|_| alarm(&mut from)).collect()
    }

    pub fn record(&self, place: Place) -> Found<Vec<u8>> {
        let mut bytes = read_range(&*self.bytes, place.offset, place.len as u64)?;
        checked(&bytes)?;
        bytes.drain(..4);
        Ok(bytes)
    }

    /// The record of that instance, if it is here.
    pub fn find(&self, id: &str, key: u32) -> Found<Option<Vec<u8>>> {
        // The last page that begins before it; of several ids with one checksum the first may be on it.
        let first = self.foot.sparse.partition_point(|begins| *begins < key).saturating_sub(1);
        for page in first..self.foot.sparse.len() {
            if self.foot.sparse[page] > key {
                break;
            }
            let ids = self.ids(page as u64)?;
            let at = ids.partition_point(|place| place.key < key);
            for place in ids[at..].iter().take_while(|place| place.key == key) {
                let record = self.record(*place)?;
                if self::head(&mut Reader(&record))?.id == id {
                    return Ok(Some(record));
                }
            }
        }
        Ok(None)
    }

    /// How many bytes of records it holds: what it costs to merge it into another.
    pub fn weight(&self) -> u64 {
        self.foot.ids_at
    }
}

/// What stands behind the checksum, if that fits.
fn checked(record: &[u8]) -> Found<&[u8]> {
    let mut from = Reader(record);
    let checksum = from.u32()?;
    if crc32c::crc32c(from.0) == checksum { Ok(from.0) } else { Err(Lost) }
}

/// All records of a file, in the order of their keys and ids.
pub(super) struct Scan<'a> {
    layer: &'a Layer,
    ids: std::vec::IntoIter<Place>,
    page: u64,
    /// Bytes that were read ahead, and where they stand.
    ahead: Vec<u8>,
    ahead_at: u64,
    /// The record at which it is; None at the end.
    place: Option<Place>,
}

impl<'a> Scan<'a> {
    pub fn new(layer: &'a Layer) -> Found<Scan<'a>> {
        let ids = Vec::new().into_iter();
        let mut scan = Scan { layer, ids, page: 0, ahead: Vec::new(), ahead_at: 0, place: None };
        scan.advance()?;
        Ok(scan)
    }

    pub fn advance(&mut self) -> Found<()> {
        self.place = self.ids.next();
        if self.place.is_none() && self.page < self.layer.foot.sparse.len() as u64 {
            self.ids = self.layer.ids(self.page)?.into_iter();
            self.page += 1;
            self.place = self.ids.next();
        }
        let Some(place) = self.place else { return Ok(()) };
        let end = place.offset + place.len as u64;
        if place.offset < self.ahead_at || end > self.ahead_at + self.ahead.len() as u64 {
            let len = (place.len as u64).max(BITE as u64).min(self.layer.foot.ids_at - place.offset);
            self.ahead = read_range(&*self.layer.bytes, place.offset, len)?;
            self.ahead_at = place.offset;
        }
        checked(self.bytes(place))?;
        Ok(())
    }

    fn bytes(&self, place: Place) -> &[u8] {
        let at = (place.offset - self.ahead_at) as usize;
        &self.ahead[at..at + place.len as usize]
    }

    /// The record at which it is, with its key, and what it begins with.
    pub fn here(&self) -> Found<Option<(u32, Head<'_>, &[u8])>> {
        let Some(place) = self.place else { return Ok(None) };
        let record = &self.bytes(place)[4..];
        Ok(Some((place.key, head(&mut Reader(record))?, record)))
    }
}
