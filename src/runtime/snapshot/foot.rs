//! What stands at the end of a snapshot's file: what its member is, and where everything stands in the file.

use super::bytes::{Found, Lost, Reader, Writer, read_range};
use super::form::{position, time};
use crate::event::{Name, Position, Time};
use crate::step::Instance;
use crate::store::{Bytes, Store};
use std::collections::BTreeMap;

/// The last bytes of a file: where its foot begins, how long it is, its checksum, and these. The last digit is
/// the number of the form: a file of any other is not read.
pub(super) const MAGIC: &[u8; 8] = b"aofold-4";

/// How many bytes at either end of what is covered of a log are compared.
const END: u64 = 4096;

/// How many bytes stand behind a foot.
pub(super) const TRAILER: u64 = 24;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Foot {
    pub process: Name,
    pub tie: Tie,
    /// The layer on which this one lies.
    pub below: Option<Below>,
    /// For each layer below, the first of its alarms that is not known to be out of date.
    pub alarms_from: Vec<u64>,
    pub summary: Summary,
    /// How many records are in this file, and where what is behind them begins.
    pub records: u64,
    pub ids_at: u64,
    pub alarms_at: u64,
    pub alarms: u64,
    /// The first checksum on each page of ids.
    pub sparse: Vec<u32>,
}

/// Of which journal it is the fold, and how far; or any other log.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tie {
    /// The bytes of the journal that are folded, up to the end of a batch.
    pub len: u64,
    pub last: Position,
    /// The checksum on the last of their lines, which is seeded with all before it.
    pub crc: u32,
    /// The checksums of the first and of the last of these bytes.
    pub first_bytes: u32,
    pub last_bytes: u32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Below {
    pub last: Position,
    /// The checksum of its foot.
    pub foot: u32,
}

/// What a process remembers besides its instances, and what there is to be said of all of them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Summary {
    pub now: Time,
    pub opened: bool,
    pub recorded: BTreeMap<Name, (Position, Option<Time>)>,
    pub hashes: BTreeMap<u32, Name>,
    /// How many instances there are.
    pub instances: u64,
    pub census: Census,
}

/// What there is to be said of many instances without naming them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Census {
    pub parked: u64,
    /// How many live on a version, as it was when their lives began.
    pub live: BTreeMap<(u32, Option<Name>), u64>,
}

impl Tie {
    pub fn write(&self, out: &mut Writer) {
        out.u64(self.len);
        out.u64(self.last.number());
        [self.crc, self.first_bytes, self.last_bytes].into_iter().for_each(|checksum| out.u32(checksum));
    }

    pub fn read(from: &mut Reader) -> Found<Tie> {
        let (len, last) = (from.u64()?, position(from.u64()?)?);
        Ok(Tie { len, last, crc: from.u32()?, first_bytes: from.u32()?, last_bytes: from.u32()? })
    }

    /// What ties something to so many bytes of a log. The checksum of their last line is in the last of them.
    pub fn of(log: &dyn Bytes, len: u64, last: Position, crc: u32) -> Found<Tie> {
        let checksum =
            |from: u64, to: u64| read_range(log, from, to - from).map(|bytes| crc32c::crc32c(&bytes));
        let first_bytes = checksum(0, len.min(END))?;
        let last_bytes = checksum(len.saturating_sub(END), len)?;
        Ok(Tie { len, last, crc, first_bytes, last_bytes })
    }

    /// That of a log up to the position that is its last.
    pub fn up_to(store: &Store, module: &str, last: Position) -> Found<Tie> {
        let tail = store.tail(module).map_err(|_| Lost)?;
        if tail.last != Some(last) {
            return Err(Lost);
        }
        let log = store.medium().open(module).map_err(|_| Lost)?.ok_or(Lost)?;
        Tie::of(&*log, tail.len, last, tail.crc)
    }

    /// Whether the log still begins with these bytes.
    pub fn fits(&self, store: &Store, module: &str) -> Found<()> {
        let log = store.medium().open(module).map_err(|_| Lost)?.ok_or(Lost)?;
        if Tie::of(&*log, self.len, self.last, self.crc)? == *self { Ok(()) } else { Err(Lost) }
    }
}

impl Census {
    pub(in super::super) fn add(&mut self, instance: &Instance) {
        self.parked += u64::from(instance.parked.is_some());
        if instance.is_live() {
            *self.live.entry((instance.version, instance.hash.clone())).or_default() += 1;
        }
    }

    pub(super) fn remove(&mut self, instance: &Instance) -> Found<()> {
        let parked = u64::from(instance.parked.is_some());
        self.parked = self.parked.checked_sub(parked).ok_or(Lost)?;
        if instance.is_live() {
            let lives = (instance.version, instance.hash.clone());
            match self.live.remove(&lives).ok_or(Lost)? {
                0 | 1 => {}
                count => _ = self.live.insert(lives, count - 1),
            }
        }
        Ok(())
    }
}

impl Foot {
    /// As many as there can be: each instance stands in a journal, of which there is a next line.
    pub fn counts_are_sound(&self) -> bool {
        let Summary { instances, census, .. } = &self.summary;
        let live = census.live.values().try_fold(0, |sum: u64, count| sum.checked_add(*count));
        self.tie.last < Position::LAST
            && *instances <= self.tie.last.number()
            && census.parked <= *instances
            && live.is_some_and(|live| live <= *instances)
    }

    pub fn write(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.text(&self.process);
        self.tie.write(&mut out);
        out.option(self.below, |out, below| {
            out.u64(below.last.number());
            out.u32(below.foot);
        });
        out.count(self.alarms_from.len());
        self.alarms_from.iter().for_each(|from| out.u64(*from));
        let Summary { now, opened, recorded, hashes, instances, census } = &self.summary;
        out.i64(now.millis());
        out.u8(*opened as u8);
        out.count(recorded.len());
        for (module, (next, reached)) in recorded {
            out.text(module);
            out.u64(next.number());
            out.option(*reached, |out, reached| out.i64(reached.millis()));
        }
        out.count(hashes.len());
        for (version, hash) in hashes {
            out.u32(*version);
            out.text(hash);
        }
        out.u64(*instances);
        out.u64(census.parked);
        out.count(census.live.len());
        for ((version, hash), count) in &census.live {
            out.u32(*version);
            out.option(hash.as_ref(), |out, hash| out.text(hash));
            out.u64(*count);
        }
        [self.records, self.ids_at, self.alarms_at, self.alarms]
            .into_iter()
            .for_each(|number| out.u64(number));
        out.count(self.sparse.len());
        self.sparse.iter().for_each(|first| out.u32(*first));
        out.0
    }

    pub fn read(bytes: &[u8]) -> Found<Foot> {
        let mut from = Reader(bytes);
        let process = Name::from(from.text()?);
        let tie = Tie::read(&mut from)?;
        let below = from.option(|from| Ok(Below { last: position(from.u64()?)?, foot: from.u32()? }))?;
        let alarms_from = from.list(Reader::u64)?;
        let now = time(from.i64()?)?;
        let opened = from.flag()?;
        let recorded = from.list(|from| {
            let module = Name::from(from.text()?);
            let next = position(from.u64()?)?;
            Ok((module, (next, from.option(|from| time(from.i64()?))?)))
        })?;
        let hashes = from.list(|from| Ok((from.u32()?, Name::from(from.text()?))))?;
        let instances = from.u64()?;
        let parked = from.u64()?;
        let live = from.list(|from| {
            let version = from.u32()?;
            let hash = from.option(|from| Ok(Name::from(from.text()?)))?;
            Ok(((version, hash), from.u64()?))
        })?;
        let census = Census { parked, live: live.into_iter().collect() };
        let recorded = recorded.into_iter().collect();
        let hashes = hashes.into_iter().collect();
        let summary = Summary { now, opened, recorded, hashes, instances, census };
        let (records, ids_at, alarms_at, alarms) = (from.u64()?, from.u64()?, from.u64()?, from.u64()?);
        let sparse = from.list(Reader::u32)?;
        from.end()?;
        Ok(Foot { process, tie, below, alarms_from, summary, records, ids_at, alarms_at, alarms, sparse })
    }
}
