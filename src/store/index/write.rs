//! Making runs: from what a scan has seen, or from other runs.

use super::run::{Header, Run, Stream, Table, bits, blocks, fan, key_of, tie, way};
use crate::error::Result;
use crate::event::{Envelope, Time};
use crate::store::blocks::BlockWriter;
use crate::store::medium::{Bytes, Draft};

/// What a scan has seen of some lines, in order.
#[derive(Default)]
pub(super) struct Seen {
    offsets: Vec<u64>,
    times: Vec<Time>,
    /// Key and line.
    tables: [Vec<u64>; 3],
}

impl Seen {
    /// Where its first line stands.
    pub fn begins(&self) -> Option<u64> {
        self.offsets.first().copied()
    }

    pub fn see(&mut self, offset: u64, envelope: &Envelope<'_>) {
        let line = self.offsets.len() as u64;
        self.offsets.push(offset);
        self.times.push(envelope.time);
        let texts = [Some(envelope.id), envelope.conversation(), envelope.subject];
        for (table, text) in self.tables.iter_mut().zip(texts) {
            table.extend(text.map(|text| (key_of(text) as u64) << 32 | line));
        }
    }
}

/// Lines that are to become a run.
pub(super) struct Gathered {
    start: u64,
    first: u64,
    reached: (Time, Time),
    offsets: Vec<u64>,
    late: Vec<u64>,
    tables: [Vec<u64>; 3],
    /// What a table is sorted with.
    spare: Vec<u64>,
}

impl Gathered {
    /// `lines`: so many are to be expected.
    pub fn new(start: u64, first: u64, reached: Time, lines: usize) -> Gathered {
        // A table that grows is copied, to where all of it is touched for the first time once more.
        let room = || Vec::with_capacity(lines);
        Gathered {
            start,
            first,
            reached: (reached, reached),
            offsets: room(),
            late: Vec::new(),
            tables: [room(), room(), room()],
            spare: room(),
        }
    }

    pub fn lines(&self) -> usize {
        self.offsets.len()
    }

    /// Goes on with what comes behind it, in the same memory: what is new has its pages touched for the first time.
    pub fn go_on(&mut self, end: u64) {
        (self.start, self.first, self.reached.0) = (end, self.first + self.lines() as u64, self.reached.1);
        self.offsets.clear();
        self.late.clear();
        self.tables.iter_mut().for_each(Vec::clear);
    }

    pub fn add(&mut self, seen: Seen) {
        let base = self.lines() as u64;
        for (line, time) in (base..).zip(seen.times) {
            if time < self.reached.1 {
                self.late.extend([line, self.reached.1.millis() as u64]);
            }
            self.reached.1 = self.reached.1.max(time);
        }
        self.offsets.extend(seen.offsets);
        for (table, seen) in self.tables.iter_mut().zip(seen.tables) {
            table.extend(seen.into_iter().map(|entry| entry + base));
        }
    }

    /// Where the first line stands that was gathered.
    pub fn begins(&self) -> u64 {
        self.start
    }

    pub fn write(&mut self, log: &dyn Bytes, end: u64, draft: &mut dyn Draft) -> Result<()> {
        let header = Header {
            start: self.start,
            end,
            first: self.first,
            lines: self.lines() as u64,
            late: self.late.len() as u64 / 2,
            conversations: self.tables[Table::Conversations as usize].len() as u64,
            subjects: self.tables[Table::Subjects as usize].len() as u64,
            reached: self.reached,
            tie: tie(log, end)?,
        };
        let mut writer = Writer::new(draft, &header)?;
        writer.numbers(&self.offsets)?;
        writer.numbers(&self.late)?;
        for table in Table::ALL {
            let entries = &mut self.tables[table as usize];
            sort_by_key(entries, &mut self.spare);
            let mut ways = Ways::new(entries.len() as u64);
            for entry in &*entries {
                ways.count(*entry);
                writer.note(table, *entry);
            }
            writer.numbers(entries)?;
            writer.ways(ways)?;
        }
        writer.finish()
    }
}

/// Sorts entries whose lines rise by their keys, digit by digit from the lowest: keys are as good as random, and nothing
/// needs to be compared. `spare` is room for as many.
fn sort_by_key(entries: &mut Vec<u64>, spare: &mut Vec<u64>) {
    const BITS: u32 = 11;
    let digit = |entry: u64, shift: u32| (entry >> shift) as usize & ((1 << BITS) - 1);
    spare.resize(entries.len(), 0);
    for shift in [32, 32 + BITS, 32 + 2 * BITS] {
        let mut places = [0_u32; 1 << BITS];
        entries.iter().for_each(|entry| places[digit(*entry, shift)] += 1);
        let mut sum = 0;
        for place in &mut places {
            (*place, sum) = (sum, sum + *place);
        }
        for entry in &*entries {
            let place = &mut places[digit(*entry, shift)];
            spare[*place as usize] = *entry;
            *place += 1;
        }
        std::mem::swap(entries, spare);
    }
}

/// Several runs, one behind the other, as one.
pub(super) fn merge(runs: &[Run], draft: &mut dyn Draft) -> Result<()> {
    let (first, last) = (&runs[0].header, &runs[runs.len() - 1].header);
    let sum = |count: fn(&Header) -> u64| runs.iter().map(|run| count(&run.header)).sum();
    let header = Header {
        end: last.end,
        lines: sum(|header| header.lines),
        late: sum(|header| header.late),
        conversations: sum(|header| header.conversations),
        subjects: sum(|header| header.subjects),
        reached: (first.reached.0, last.reached.1),
        tie: last.tie,
        ..first.clone()
    };
    // A line's number in its run becomes one in the whole.
    let bases: Vec<u64> = runs.iter().map(|run| run.header.first - header.first).collect();
    let mut writer = Writer::new(draft, &header)?;
    for run in runs {
        let mut offsets = run.offsets();
        while let Some(offset) = offsets.next()? {
            writer.number(offset)?;
        }
    }
    for (run, base) in runs.iter().zip(&bases) {
        let mut late = run.late();
        while let (Some(line), Some(reached)) = (late.next()?, late.next()?) {
            writer.number(line.wrapping_add(*base))?;
            writer.number(reached)?;
        }
    }
    for table in Table::ALL {
        let mut streams: Vec<_> = runs.iter().map(|run| run.entries(table)).collect();
        let mut heads = Vec::with_capacity(runs.len());
        for (stream, base) in streams.iter_mut().zip(&bases) {
            heads.push(head(stream, *base)?);
        }
        let mut ways = Ways::new(header.len_of(table));
        for _ in 0..header.len_of(table) {
            // A handful of runs: the least head is found by looking at all, without a guess which it is.
            let (mut index, mut entry) = (0, heads[0]);
            for (other, head) in heads.iter().enumerate().skip(1) {
                (index, entry) = if *head < entry { (other, *head) } else { (index, entry) };
            }
            ways.count(entry);
            writer.note(table, entry);
            writer.number(entry)?;
            heads[index] = head(&mut streams[index], bases[index])?;
        }
        writer.ways(ways)?;
    }
    writer.finish()
}

/// The next entry of a run, its line as it is numbered in the whole; behind the last one what no entry is.
fn head(stream: &mut Stream<'_>, base: u64) -> Result<u64> {
    Ok(stream.next()?.map_or(u64::MAX, |entry| entry.wrapping_add(base)))
}

/// How many entries go each way.
struct Ways(Vec<u32>);

impl Ways {
    fn new(entries: u64) -> Ways {
        Ways(vec![0; fan(entries) as usize + 1])
    }

    fn count(&mut self, entry: u64) {
        let fan = self.0.len() as u64 - 1;
        self.0[way((entry >> 32) as u32, fan) as usize + 1] += 1;
    }
}

struct Writer<'a> {
    out: BlockWriter<'a>,
    filter: Vec<u8>,
}

impl Writer<'_> {
    fn new<'a>(draft: &'a mut dyn Draft, header: &Header) -> Result<Writer<'a>> {
        let filter = vec![0; 64 * blocks(header.lines) as usize];
        let mut writer = Writer { out: BlockWriter::new(draft), filter };
        writer.out.write(&header.to_bytes())?;
        Ok(writer)
    }

    fn number(&mut self, number: u64) -> Result<()> {
        self.out.write(&number.to_le_bytes())
    }

    /// Many at once, which costs less than each on its own.
    fn numbers(&mut self, numbers: &[u64]) -> Result<()> {
        let mut bytes = [0; 4096];
        for some in numbers.chunks(bytes.len() / 8) {
            for (place, number) in bytes.chunks_exact_mut(8).zip(some) {
                place.copy_from_slice(&number.to_le_bytes());
            }
            self.out.write(&bytes[..8 * some.len()])?;
        }
        Ok(())
    }

    /// What the filter says of an entry.
    fn note(&mut self, table: Table, entry: u64) {
        if table == Table::Ids {
            let (block, bits) = bits((entry >> 32) as u32, self.filter.len() as u64 / 64);
            for bit in bits {
                self.filter[64 * block as usize + bit as usize / 8] |= 1 << (bit % 8);
            }
        }
    }

    /// Where each way begins, and where the last one ends.
    fn ways(&mut self, ways: Ways) -> Result<()> {
        let mut sum = 0;
        for count in ways.0 {
            sum += count;
            self.out.write(&sum.to_le_bytes())?;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<()> {
        self.out.write(&self.filter)?;
        self.out.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::sort_by_key;

    #[test]
    fn entries_are_sorted_as_numbers_are() {
        let mut spare = vec![7; 3];
        for count in [0, 1, 2, 1_000, 70_000] {
            // Keys of every size, many of them twice and more.
            let key =
                |line: u64| (line % (count / 3 + 1)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (line % 32 + 32);
            let mut entries: Vec<u64> = (0..count).map(|line| key(line) << 32 | line).collect();
            let mut expected = entries.clone();
            expected.sort();
            sort_by_key(&mut entries, &mut spare);
            assert_eq!(entries, expected);
        }
    }
}
