//! Which worlds were met: numbers, found by the hashes of their rows.

/// A table with open addressing; an entry lies at the first free place behind the one that its hash names (linear
/// probing). An entry is a number in as many bits as the table is large, and in those that are left what the hash says
/// besides its place, so that a row is compared only where it is most likely equal.
#[derive(Debug)]
pub(super) struct Table {
    entries: Vec<u32>,
    len: u32,
    /// Of three entries so many are taken at most.
    thirds: usize,
}

const FREE: u32 = u32::MAX;
/// For so many entries there is room at least.
const FEWEST: usize = 1024;
/// So many numbers there may be: those of the largest table fill its entries.
pub(super) const MOST: usize = 1 << 31;

/// The hash of two numbers that count up: multiplied, the highest bits hold the most of both.
#[inline]
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
        Table { entries: vec![FREE; FEWEST], len: 0, thirds: 2 }
    }

    /// One that is small enough to be near: there it pays to have more room, and to find at once what is looked for.
    pub fn small() -> Table {
        Table { thirds: 1, ..Table::new() }
    }

    /// Nothing was met. What had room for far more gets smaller, so that this never takes longer than it took to fill it.
    pub fn clear(&mut self) {
        self.entries.truncate(self.room());
        self.entries.fill(FREE);
        self.len = 0;
    }

    /// So many were met, none the same as another.
    pub fn of(many: u32, hash_of: impl Fn(u32) -> u32) -> Table {
        let mut table = Table { len: many, ..Table::new() };
        table.make(hash_of);
        table
    }

    /// So many entries there should be.
    fn room(&self) -> usize {
        (self.len as usize * 3).div_ceil(self.thirds).next_power_of_two().max(FEWEST)
    }

    /// Where to begin, and what an entry says of the hash: it is multiplied once more, since rows that are nearly equal
    /// differ in few bits of it, and its highest bits are the place.
    #[inline]
    fn place(&self, hash: u32) -> (usize, u32) {
        let spread = u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        let bits = self.entries.len().trailing_zeros();
        ((spread >> (32 - bits)) as usize, (spread << bits) as u32)
    }

    /// The number of an entry that says this of its hash.
    #[inline]
    fn number(&self, entry: u32, sign: u32) -> Option<u32> {
        let numbers = (self.entries.len() - 1) as u32;
        (entry != FREE && entry & !numbers == sign).then_some(entry & numbers)
    }

    /// The entry that is looked at first. It is only fetched: who asks for its number at once waits for the memory before the
    /// next is fetched.
    #[inline]
    pub fn glance(&self, hash: u32) -> u32 {
        self.entries[self.place(hash).0]
    }

    /// The first number that may be the one, by what the entries say of the hash; none where it was never met.
    #[inline]
    pub fn guess(&self, hash: u32) -> Option<u32> {
        let (mut place, sign) = self.place(hash);
        loop {
            let entry = self.entries[place];
            if entry == FREE {
                return None;
            }
            if let Some(number) = self.number(entry, sign) {
                return Some(number);
            }
            place = (place + 1) & (self.entries.len() - 1);
        }
    }

    /// The number of the row that is the same; where there is none, `new` is its number from now on: they are numbered from
    /// 0. `hash_of` says again what the hash of one that is known was.
    pub fn meet(
        &mut self,
        hash: u32,
        new: u32,
        same: impl Fn(u32) -> bool,
        hash_of: impl Fn(u32) -> u32,
    ) -> u32 {
        let (mut place, sign) = self.place(hash);
        loop {
            let entry = self.entries[place];
            if entry == FREE {
                debug_assert_eq!(new, self.len);
                self.entries[place] = sign | new;
                self.len += 1;
                if self.room() > self.entries.len() {
                    self.make(|number| if number == new { hash } else { hash_of(number) });
                }
                return new;
            }
            if let Some(number) = self.number(entry, sign).filter(|&number| same(number)) {
                return number;
            }
            place = (place + 1) & (self.entries.len() - 1);
        }
    }

    /// Writes all entries anew, with room for more.
    fn make(&mut self, hash_of: impl Fn(u32) -> u32) {
        // What they say is told by the numbers again: there need not be room for both.
        self.entries = Vec::new();
        self.entries = vec![FREE; self.room()];
        for number in 0..self.len {
            let (mut place, sign) = self.place(hash_of(number));
            while self.entries[place] != FREE {
                place = (place + 1) & (self.entries.len() - 1);
            }
            self.entries[place] = sign | number;
        }
    }

    pub fn bytes(&self) -> usize {
        self.entries.len() * size_of::<u32>()
    }
}
