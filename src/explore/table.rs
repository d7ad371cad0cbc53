//! Which worlds were met: numbers, found by the hashes of their rows.

/// A table with open addressing; an entry lies at the first free place behind the one that its hash names (linear
/// probing). An entry is a number in as many bits as the table is large, and in those that are left what the hash says
/// besides its place, so that a row is compared only where it is most likely equal.
#[derive(Debug)]
pub(super) struct Table {
    entries: Vec<u32>,
    len: u32,
}

const FREE: u32 = u32::MAX;
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
        Table { entries: vec![FREE; 1024], len: 0 }
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
                // At most two thirds are taken.
                if self.len as usize * 3 > self.entries.len() * 2 {
                    self.grow(|number| if number == new { hash } else { hash_of(number) });
                }
                return new;
            }
            if let Some(number) = self.number(entry, sign).filter(|&number| same(number)) {
                return number;
            }
            place = (place + 1) & (self.entries.len() - 1);
        }
    }

    fn grow(&mut self, hash_of: impl Fn(u32) -> u32) {
        let twice = 2 * self.entries.len();
        // What they say is told by the numbers again: there need not be room for both.
        self.entries = Vec::new();
        self.entries = vec![FREE; twice];
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
