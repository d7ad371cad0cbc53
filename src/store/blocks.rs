//! Caches whose every byte is checked when it is read: blocks of 4 KiB, each with its checksum.
//!
//! A cache must never say what is not so, and nobody reads it whole to find out. So whoever reads a few bytes
//! reads the block around them, and a wrong block is an error, upon which the cache is thrown away.

use super::lines::{read_into, read_range};
use super::medium::{Bytes, Draft};
use crate::error::{Error, Result};

const BLOCK: u64 = 4096;
/// What a block holds beside its checksum, which is seeded with its number: a block in another's place is wrong.
const INSIDE: u64 = BLOCK - 4;

/// A cache that is read in checked blocks. Offsets are those of what was written, without checksums.
pub struct Blocks {
    file: Box<dyn Bytes>,
    /// How long the file is: a cache never changes.
    size: u64,
    len: u64,
}

impl Blocks {
    pub fn open(file: Box<dyn Bytes>) -> Result<Blocks> {
        let size = file.len()?;
        let last = size % BLOCK;
        let len = size / BLOCK * INSIDE + last.saturating_sub(4);
        Ok(Blocks { file, size, len })
    }

    /// How many bytes were written.
    pub fn len(&self) -> u64 {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The bytes `from..to`, which must be there.
    pub fn read(&self, from: u64, to: u64) -> Result<Vec<u8>> {
        if from > to || to > self.len {
            return Err(self.wrong());
        }
        if from == to {
            return Ok(Vec::new());
        }
        let (first, last) = (from / INSIDE, (to - 1) / INSIDE);
        let end = ((last + 1) * BLOCK).min(self.size);
        // Most reads are of one block: a small buffer that is there already costs no fresh page.
        let (mut small, large);
        let read = match first == last {
            true => {
                small = [0; BLOCK as usize];
                read_into(&*self.file, first * BLOCK, &mut small[..(end - first * BLOCK) as usize])?
            }
            false => {
                large = read_range(&*self.file, first * BLOCK, end)?;
                &large
            }
        };
        let mut out = Vec::with_capacity((to - from) as usize);
        for (number, block) in (first..=last).zip(read.chunks(BLOCK as usize)) {
            let inside = block.len().checked_sub(4).ok_or_else(|| self.wrong())?;
            let (inside, crc) = block.split_at(inside);
            if crc != crc32c::crc32c_append(number as u32, inside).to_le_bytes() {
                return Err(self.wrong());
            }
            let begin = number * INSIDE;
            let low = from.saturating_sub(begin).min(inside.len() as u64);
            let high = (to - begin).min(inside.len() as u64);
            out.extend_from_slice(&inside[low as usize..high as usize]);
        }
        if out.len() as u64 == to - from { Ok(out) } else { Err(self.wrong()) }
    }

    /// The number that stands at an offset.
    pub fn number(&self, at: u64) -> Result<u64> {
        let bytes = self.read(at, at.saturating_add(8))?;
        Ok(u64::from_le_bytes(bytes.try_into().expect("8 bytes")))
    }

    /// This cache does not say what was written into it.
    pub fn wrong(&self) -> Error {
        Error::input("this cache is wrong").at(self.file.name().to_string())
    }
}

/// Writes a cache in checked blocks, from its beginning to its end.
pub struct BlockWriter<'a> {
    draft: &'a mut dyn Draft,
    block: Vec<u8>,
    number: u32,
}

impl<'a> BlockWriter<'a> {
    pub fn new(draft: &'a mut dyn Draft) -> BlockWriter<'a> {
        BlockWriter { draft, block: Vec::with_capacity(BLOCK as usize), number: 0 }
    }

    pub fn write(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            let (some, rest) = bytes.split_at(bytes.len().min(INSIDE as usize - self.block.len()));
            self.block.extend_from_slice(some);
            bytes = rest;
            if self.block.len() == INSIDE as usize {
                self.put()?;
            }
        }
        Ok(())
    }

    fn put(&mut self) -> Result<()> {
        let crc = crc32c::crc32c_append(self.number, &self.block);
        self.block.extend_from_slice(&crc.to_le_bytes());
        self.draft.write(&self.block)?;
        self.block.clear();
        self.number = self.number.wrapping_add(1);
        Ok(())
    }

    /// The last block is as long as it is.
    pub fn finish(mut self) -> Result<()> {
        if self.block.is_empty() { Ok(()) } else { self.put() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Medium, Memory};

    fn written(len: usize) -> (Memory, Vec<u8>) {
        let memory = Memory::new();
        let bytes: Vec<u8> = (0..len).map(|n| (n * 7 / 3) as u8).collect();
        let mut draft = memory.draft("c").unwrap().unwrap();
        let mut writer = BlockWriter::new(&mut *draft);
        bytes.chunks(1000).for_each(|some| writer.write(some).unwrap());
        writer.finish().unwrap();
        draft.finish().unwrap();
        (memory, bytes)
    }

    fn blocks(memory: &Memory) -> Blocks {
        Blocks::open(memory.cache("c").unwrap().unwrap()).unwrap()
    }

    #[test]
    fn what_was_written_is_read_from_any_place() {
        for len in [0, 1, 4091, 4092, 4093, 8184, 20_000] {
            let (memory, bytes) = written(len);
            let blocks = blocks(&memory);
            assert_eq!(blocks.len(), len as u64);
            for from in (0..=len).step_by(len / 50 + 1) {
                for to in [from, from + 1, from + 9, from + 4092, len] {
                    match bytes.get(from..to) {
                        Some(expected) => assert_eq!(blocks.read(from as u64, to as u64).unwrap(), expected),
                        None => assert!(blocks.read(from as u64, to as u64).is_err()),
                    }
                }
            }
        }
    }

    #[test]
    fn a_wrong_byte_is_never_read() {
        let (memory, bytes) = written(10_000);
        let sound = memory.cache_bytes("c").unwrap();
        for at in (0..sound.len()).step_by(37) {
            let mut broken = sound.clone();
            broken[at] ^= 4;
            memory.set_cache("c", Some(broken));
            for from in (0..bytes.len()).step_by(613) {
                let read = blocks(&memory).read(from as u64, from as u64 + 1);
                assert!(read.is_err() || read.unwrap() == bytes[from..from + 1]);
            }
        }
    }
}
