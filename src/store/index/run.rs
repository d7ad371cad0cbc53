//! One run of the index: what stands in one stretch of a log, by id, by conversation, by subject.
//!
//! A run is a file of fixed tables, read with a few small reads, never whole. What it says is a guess until the
//! line was looked at: its keys are the CRC-32Cs of the texts, and a file can be wrong. `docs/store.md` has it
//! byte by byte.

use crate::error::Result;
use crate::event::{Position, Time};
use crate::store::blocks::Blocks;
use crate::store::lines::read_into;
use crate::store::medium::Bytes;

/// What messages are found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Table {
    Ids,
    Conversations,
    Subjects,
}

impl Table {
    pub(super) const ALL: [Table; 3] = [Table::Ids, Table::Conversations, Table::Subjects];
}

/// By what a text is found.
pub(in crate::store) fn key_of(text: &str) -> u32 {
    // Most are UUIDs. Eight bytes at a time is how they are added up, and from a place that is a multiple of eight the
    // processor need not guess how many stand before and behind.
    #[repr(align(8))]
    struct Aligned([u8; 36]);
    match text.as_bytes().try_into() {
        Ok(id) => crc32c::crc32c(&Aligned(id).0),
        Err(_) => crc32c::crc32c(text.as_bytes()),
    }
}

const MAGIC: &[u8; 16] = b"anyorder index 2";
pub(super) const HEADER: usize = 96;
/// So many bytes at the beginning of the log, and before a run's end, tie it to the log.
const TIED: u64 = 4096;

/// What a run covers, and how long its tables are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    /// The bytes of the log: whole lines.
    pub start: u64,
    pub end: u64,
    /// The position of the first line.
    pub first: u64,
    pub lines: u64,
    /// How many lines bear an earlier time than the log had reached before them.
    pub late: u64,
    pub conversations: u64,
    pub subjects: u64,
    /// The newest time in the log before the run, and with it.
    pub reached: (Time, Time),
    /// Checksums of the log's first bytes, and of those before the run's end.
    pub tie: (u32, u32),
}

impl Header {
    pub fn len_of(&self, table: Table) -> u64 {
        match table {
            Table::Ids => self.lines,
            Table::Conversations => self.conversations,
            Table::Subjects => self.subjects,
        }
    }

    pub fn to_bytes(&self) -> [u8; HEADER] {
        let mut out = [0; HEADER];
        out[..16].copy_from_slice(MAGIC);
        let numbers = [
            self.start,
            self.end,
            self.first,
            self.lines,
            self.late,
            self.conversations,
            self.subjects,
            self.reached.0.millis() as u64,
            self.reached.1.millis() as u64,
            self.tie.0 as u64 | (self.tie.1 as u64) << 32,
        ];
        for (place, number) in out[16..].chunks_exact_mut(8).zip(numbers) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        out
    }

    /// None: this is no header.
    pub fn from_bytes(bytes: &[u8]) -> Option<Header> {
        let bytes: &[u8; HEADER] = bytes.try_into().ok()?;
        if &bytes[..16] != MAGIC {
            return None;
        }
        let number = |place: usize| {
            u64::from_le_bytes(bytes[16 + 8 * place..24 + 8 * place].try_into().expect("8 bytes"))
        };
        let time = |place: usize| Time::from_millis(number(place) as i64);
        let header = Header {
            start: number(0),
            end: number(1),
            first: number(2),
            lines: number(3),
            late: number(4),
            conversations: number(5),
            subjects: number(6),
            reached: (time(7)?, time(8)?),
            tie: (number(9) as u32, (number(9) >> 32) as u32),
        };
        let few = |count: u64| count <= header.lines;
        let sound = header.start < header.end
            && header.first > 0
            && (1..=u32::MAX as u64).contains(&header.lines)
            && few(header.late)
            && few(header.conversations)
            && few(header.subjects);
        sound.then_some(header)
    }

    /// Where the lines' offsets, the late lines, the tables and the filter begin, and where all ends.
    fn layout(&self) -> Layout {
        let mut at = HEADER as u64;
        let mut take = |len: u64| {
            at += len;
            at - len
        };
        let lines = take(8 * self.lines);
        let late = take(16 * self.late);
        let tables = Table::ALL.map(|table| {
            let len = self.len_of(table);
            (take(8 * len), take(4 * (fan(len) + 1)))
        });
        let filter = take(64 * blocks(self.lines));
        Layout { lines, late, tables, filter, end: at }
    }
}

#[derive(Debug)]
struct Layout {
    lines: u64,
    late: u64,
    /// Of each table its entries, and its fan-out.
    tables: [(u64, u64); 3],
    filter: u64,
    end: u64,
}

/// How many ways a table of so many entries fans out: about sixteen entries are left to look through.
pub(super) fn fan(entries: u64) -> u64 {
    (entries / 16).next_power_of_two().clamp(1, 1 << 24)
}

/// Which of the ways a key goes.
pub(super) fn way(key: u32, fan: u64) -> u64 {
    (key as u64 * fan) >> 32
}

/// How many blocks of 512 bits the filter of so many ids has: about sixteen bits an id, so that of a thousand ids
/// that are not there one or two seem to be. An index has a dozen runs, and each such id costs two reads.
pub(super) fn blocks(ids: u64) -> u64 {
    (ids * 16).div_ceil(512)
}

/// The block of a key, and its bits there. All bits come from the key: whoever merges runs knows no more of an id.
pub(super) fn bits(key: u32, blocks: u64) -> (u64, [u16; 6]) {
    // The mixing of SplitMix64 (Steele, Lea, Flood 2014).
    let mut mixed = (key as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    (way(key, blocks), std::array::from_fn(|n| (mixed >> (9 * n) & 511) as u16))
}

/// The bits of a key within its block.
pub(super) fn mask(key: u32) -> [u64; 8] {
    let mut mask = [0; 8];
    for bit in bits(key, 1).1 {
        mask[bit as usize / 64] |= 1 << (bit % 64);
    }
    mask
}

/// Whether a key may be in a filter that was read whole. All its bits are looked at whatever the first ones say: so
/// the processor need not guess, and waits for the memory of several keys at once.
pub(super) fn in_filter(filter: &[u8], key: u32, mask: &[u64; 8]) -> bool {
    let block = 64 * way(key, filter.len() as u64 / 64) as usize;
    let words = filter[block..].chunks_exact(8).zip(mask);
    let missing = |word: &[u8], mask: u64| mask & !u64::from_le_bytes(word.try_into().expect("8 bytes"));
    words.fold(0, |all, (word, mask)| all | missing(word, *mask)) == 0
}

/// The checksums that tie a run that ends there to its log.
pub(in crate::store) fn tie(log: &dyn Bytes, end: u64) -> Result<(u32, u32)> {
    Ties::of(log).at(end)
}

/// What ties several runs to one log, whose first bytes are read once.
pub(super) struct Ties<'l> {
    log: &'l dyn Bytes,
    /// The checksum of so many bytes.
    head: Option<(u64, u32)>,
}

impl Ties<'_> {
    pub fn of(log: &dyn Bytes) -> Ties<'_> {
        Ties { log, head: None }
    }

    pub fn at(&mut self, end: u64) -> Result<(u32, u32)> {
        let len = end.min(TIED);
        let head = match self.head {
            Some((of, head)) if of == len => head,
            _ => checksum(self.log, 0, len)?,
        };
        self.head = Some((len, head));
        Ok((head, checksum(self.log, end - len, end)?))
    }
}

fn checksum(log: &dyn Bytes, from: u64, to: u64) -> Result<u32> {
    let mut buffer = [0; TIED as usize];
    Ok(crc32c::crc32c(read_into(log, from, &mut buffer[..(to - from) as usize])?))
}

/// A run that fits its log.
pub(super) struct Run {
    pub header: Header,
    layout: Layout,
    file: Blocks,
}

/// Where a message may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Place {
    pub position: Position,
    pub offset: u64,
}

impl Run {
    /// None: it is no run, or of another log, or of more than the log has.
    pub fn open(file: Box<dyn Bytes>, ties: &mut Ties<'_>, sound: u64) -> Result<Option<Run>> {
        let file = Blocks::open(file)?;
        let Some(header) = Header::from_bytes(&file.read(0, HEADER as u64)?) else { return Ok(None) };
        let layout = header.layout();
        if header.end > sound || layout.end != file.len() || ties.at(header.end)? != header.tie {
            return Ok(None);
        }
        Ok(Some(Run { header, layout, file }))
    }

    /// Whether an id of that key may be here; false is certain.
    pub fn may_hold(&self, key: u32) -> Result<bool> {
        let (block, bits) = bits(key, blocks(self.header.lines));
        let block = self.layout.filter + 64 * block;
        let block = self.file.read(block, block + 64)?;
        Ok(bits.iter().all(|bit| block[*bit as usize / 8] >> (bit % 8) & 1 == 1))
    }

    /// The whole filter, for who asks for many ids.
    pub fn filter(&self) -> Result<Vec<u8>> {
        self.file.read(self.layout.filter, self.layout.end)
    }

    /// The lines that bear that key, by their numbers in the run, rising.
    pub fn lines_of(&self, table: Table, key: u32) -> Result<Vec<u32>> {
        let (entries, ways) = self.layout.tables[table as usize];
        let len = self.header.len_of(table);
        let way = ways + 4 * way(key, fan(len));
        let both = self.file.read(way, way + 8)?;
        let bound = |half: &[u8]| u32::from_le_bytes(half.try_into().expect("4 bytes")) as u64;
        let (low, high) = (bound(&both[..4]), bound(&both[4..]));
        if low > high || high > len {
            return Err(self.file.wrong());
        }
        let found = self.file.read(entries + 8 * low, entries + 8 * high)?;
        let found = found.chunks_exact(8).map(|entry| u64::from_le_bytes(entry.try_into().expect("8 bytes")));
        Ok(found.filter(|entry| (entry >> 32) as u32 == key).map(|entry| entry as u32).collect())
    }

    /// Where a line of the run stands.
    pub fn place(&self, line: u32) -> Result<Place> {
        if line as u64 >= self.header.lines {
            return Err(self.file.wrong());
        }
        let offset = self.file.number(self.layout.lines + 8 * line as u64)?;
        let position = Position::new(self.header.first + line as u64);
        match position {
            Some(position) if (self.header.start..self.header.end).contains(&offset) => {
                Ok(Place { position, offset })
            }
            _ => Err(self.file.wrong()),
        }
    }

    /// How far the log had come in time at a line, if that is later than the line's own time.
    pub fn reached(&self, line: u32) -> Result<Option<Time>> {
        let (mut low, mut high) = (0, self.header.late);
        while low < high {
            let middle = low + (high - low) / 2;
            let late = self.file.number(self.layout.late + 16 * middle)?;
            if late == line as u64 {
                let reached = self.file.number(self.layout.late + 16 * middle + 8)?;
                return Time::from_millis(reached as i64).map(Some).ok_or_else(|| self.file.wrong());
            }
            if late < line as u64 { low = middle + 1 } else { high = middle }
        }
        Ok(None)
    }

    /// The bytes of its parts, for a merge: offsets, late lines, and the entries of each table.
    pub fn offsets(&self) -> Stream<'_> {
        Stream::new(&self.file, self.layout.lines, 8 * self.header.lines)
    }

    pub fn late(&self) -> Stream<'_> {
        Stream::new(&self.file, self.layout.late, 16 * self.header.late)
    }

    pub fn entries(&self, table: Table) -> Stream<'_> {
        Stream::new(&self.file, self.layout.tables[table as usize].0, 8 * self.header.len_of(table))
    }
}

/// Numbers of 64 bits, one after the other.
pub(super) struct Stream<'a> {
    file: &'a Blocks,
    at: u64,
    end: u64,
    buffer: Vec<u8>,
    used: usize,
}

impl<'a> Stream<'a> {
    fn new(file: &'a Blocks, at: u64, len: u64) -> Stream<'a> {
        Stream { file, at, end: at + len, buffer: Vec::new(), used: 0 }
    }

    pub fn next(&mut self) -> Result<Option<u64>> {
        if self.used == self.buffer.len() {
            let to = self.end.min(self.at + 64 * 1024);
            self.buffer = self.file.read(self.at, to)?;
            self.at = to;
            self.used = 0;
        }
        let Some(number) = self.buffer.get(self.used..self.used + 8) else { return Ok(None) };
        self.used += 8;
        Ok(Some(u64::from_le_bytes(number.try_into().expect("8 bytes"))))
    }
}
