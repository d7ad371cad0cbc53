//! Which worlds were met: numbers, found by the hashes of their rows.

/// A table with open addressing; an entry lies at the first free place behind the one that its hash names (linear
/// probing). Behind each number stands the hash, so that a row is compared only where it is most likely equal.
#[derive(Debug)]
pub(super) struct Table {
    entries: Vec<u64>,
    len: usize,
}

const FREE: u64 = u64::MAX;

/// The hash of two numbers that count up: multiplied, the highest bits hold the most of both.
pub(super) fn hash_of(one: u32, other: u32) -> u32 {
    let both = u64::from(one) << 32 | u64::from(other);
    let mixed = both.wrapping_mul(0xf135_7aea_2e62_a9c5).rotate_left(26);
    (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32
}

impl Default for Table {
    fn default() -> Table {
        Table::new()
    }
}

impl Table {
    pub fn new() -> Table {
        Table { entries: vec![FREE; 1024], len: 0 }
    }

    /// The number of the row that is the same, if there is one.
    pub fn find(&self, hash: u32, same: impl Fn(u32) -> bool) -> Option<u32> {
        let mut place = self.place(hash);
        loop {
            let entry = self.entries[place];
            if entry == FREE {
                return None;
            }
            if (entry >> 32) as u32 == hash && same(entry as u32) {
                return Some(entry as u32);
            }
            place = (place + 1) & (self.entries.len() - 1);
        }
    }

    /// Where to begin: the highest bits of the hash, multiplied once more, since rows that are nearly equal differ in
    /// few bits of it.
    fn place(&self, hash: u32) -> usize {
        let spread = u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (spread >> (64 - self.entries.len().trailing_zeros())) as usize
    }

    /// The number that is looked at first, if it may be the one.
    pub fn glance(&self, hash: u32) -> Option<u32> {
        let entry = self.entries[self.place(hash)];
        ((entry >> 32) as u32 == hash).then_some(entry as u32)
    }

    /// The number of the row that is the same; where there is none, `new` is its number from now on.
    pub fn meet(&mut self, hash: u32, new: u32, same: impl Fn(u32) -> bool) -> u32 {
        let mut place = self.place(hash);
        loop {
            let entry = self.entries[place];
            if entry == FREE {
                self.entries[place] = u64::from(hash) << 32 | u64::from(new);
                self.len += 1;
                // At most two thirds are taken.
                if self.len * 3 > self.entries.len() * 2 {
                    self.grow();
                }
                return new;
            }
            if (entry >> 32) as u32 == hash && same(entry as u32) {
                return entry as u32;
            }
            place = (place + 1) & (self.entries.len() - 1);
        }
    }

    fn grow(&mut self) {
        let room = vec![FREE; 2 * self.entries.len()];
        for entry in std::mem::replace(&mut self.entries, room) {
            if entry != FREE {
                let mut place = self.place((entry >> 32) as u32);
                while self.entries[place] != FREE {
                    place = (place + 1) & (self.entries.len() - 1);
                }
                self.entries[place] = entry;
            }
        }
    }

    pub fn bytes(&self) -> usize {
        self.entries.len() * size_of::<u64>()
    }
}
