//! What waits in worlds that were reached, until all that lead there have been seen.
//!
//! Much is counted again and again in one graph, and mostly few of its worlds hold anything. So the room is kept from one
//! count to the next, a bit says where something waits, and a count costs what it looks at, and not what there is.

use super::count::Sorted;

/// A state, and in how many ways it is reached.
pub(super) type Ways = (u32, u128);

/// So many are looked through one by one.
const FEW: usize = 12;
/// Rows with room for more are not kept: each of many might come to be as long as the longest.
const KEPT: usize = 64;
/// Words without a bit that take as long to pass over as one step does that is counted.
const WORDS: usize = 16;

/// What waits in one world. Mostly that is one state, for which one place in memory is looked at.
#[derive(Default)]
struct Row {
    /// Reached in no way where nothing waits.
    first: Ways,
    more: Vec<Ways>,
}

/// Nothing, between one count and the next.
pub(super) struct Waiting {
    /// Per world its place in the order; none where that is its number.
    places: Vec<u32>,
    /// Per place the row of what waits there, and one more.
    at: Vec<u32>,
    /// A bit for each place at which something waits.
    bits: Vec<u64>,
    /// How many those are.
    many: usize,
    /// What lies before this word has been taken.
    word: usize,
    rows: Vec<Row>,
    free: Vec<u32>,
    /// Per state zero, but while those of one state are added up.
    firsts: Vec<u32>,
}

impl Waiting {
    pub fn new(sorted: &Sorted, upward: bool) -> Waiting {
        let worlds = sorted.order.len();
        let mut places = Vec::new();
        if !upward {
            places.resize(worlds, 0);
            sorted.order.iter().zip(0..).for_each(|(&world, place)| places[world as usize] = place);
        }
        Waiting {
            places,
            at: vec![0; worlds],
            bits: vec![0; worlds.div_ceil(64)],
            many: 0,
            word: 0,
            rows: Vec::new(),
            free: Vec::new(),
            firsts: Vec::new(),
        }
    }

    /// The row of what waits in a world behind the one that was taken last. Something must be added to it.
    pub fn row_of(&mut self, world: u32) -> u32 {
        let place = self.places.get(world as usize).map_or(world, |&place| place) as usize;
        if self.at[place] == 0 {
            self.bits[place / 64] |= 1 << (place % 64);
            self.many += 1;
            self.at[place] = self.free.pop().unwrap_or_else(|| {
                self.rows.push(Row::default());
                self.rows.len() as u32
            });
        }
        self.at[place]
    }

    /// Puts what waits at the first place into a row, and answers the place; also how many steps it took to find it.
    pub fn take(&mut self, row: &mut Vec<Ways>) -> Option<(usize, usize)> {
        if self.many == 0 {
            self.word = 0;
            return None;
        }
        let from = self.word;
        while self.bits[self.word] == 0 {
            self.word += 1;
        }
        let place = self.word * 64 + self.bits[self.word].trailing_zeros() as usize;
        self.bits[self.word] &= self.bits[self.word] - 1;
        self.many -= 1;
        let at = std::mem::take(&mut self.at[place]);
        let taken = &mut self.rows[at as usize - 1];
        row.clear();
        if !taken.more.is_empty() {
            if row.capacity() > KEPT {
                *row = Vec::new();
            }
            std::mem::swap(row, &mut taken.more);
        }
        row.push(std::mem::take(&mut taken.first));
        self.free.push(at);
        Some((place, (self.word - from) / WORDS))
    }

    /// Adds up those of one state that were taken. None where that does not fit.
    pub fn gather(&mut self, row: &mut Vec<Ways>) -> Option<()> {
        gather(row, &mut self.firsts)
    }

    /// Nobody asks for what still waits.
    pub fn clear(&mut self) {
        let mut row = Vec::new();
        while self.take(&mut row).is_some() {}
    }

    /// Adds one to those of a row: to its own, as long as there are few. None where that does not fit.
    pub fn add(&mut self, row: u32, (state, ways): Ways) -> Option<()> {
        let Row { first, more: all } = &mut self.rows[row as usize - 1];
        if first.1 == 0 {
            *first = (state, ways);
            return Some(());
        }
        if first.0 == state {
            first.1 = first.1.checked_add(ways)?;
            return Some(());
        }
        if all.len() <= FEW
            && let Some((_, sum)) = all.iter_mut().find(|(known, _)| *known == state)
        {
            *sum = sum.checked_add(ways)?;
            return Some(());
        }
        // It grows where there is still no room when those of one state are together.
        if all.len() == all.capacity() {
            gather(all, &mut self.firsts)?;
        }
        all.push((state, ways));
        Some(())
    }
}

/// Adds up those of one state. `firsts` has room for the first of each, and is left with zeros.
fn gather(all: &mut Vec<Ways>, firsts: &mut Vec<u32>) -> Option<()> {
    if all.len() <= FEW {
        return Some(());
    }
    let mut fits = true;
    let mut kept = 0;
    for at in 0..all.len() {
        let (state, ways) = all[at];
        let state = state as usize;
        if firsts.len() <= state {
            firsts.resize(2 * state + 1, 0);
        }
        if firsts[state] == 0 {
            all[kept] = all[at];
            kept += 1;
            firsts[state] = kept as u32;
        } else {
            let sum = &mut all[firsts[state] as usize - 1].1;
            let both = sum.checked_add(ways);
            fits &= both.is_some();
            *sum = both.unwrap_or(0);
        }
    }
    all.truncate(kept);
    all.iter().for_each(|&(state, _)| firsts[state as usize] = 0);
    fits.then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORLDS: u32 = 1 << 20;

    fn waiting(order: Vec<u32>, upward: bool) -> Waiting {
        Waiting::new(&Sorted { order, behind_a_circle: Vec::new() }, upward)
    }

    fn put(waiting: &mut Waiting, world: u32, ways: Ways) {
        let row = waiting.row_of(world);
        waiting.add(row, ways).unwrap();
    }

    /// The places that are taken, in how many steps.
    fn take_all(waiting: &mut Waiting) -> (Vec<usize>, usize) {
        let mut row = Vec::new();
        let (mut places, mut steps) = (Vec::new(), 0);
        while let Some((place, passed)) = waiting.take(&mut row) {
            places.push(place);
            steps += passed;
        }
        (places, steps)
    }

    #[test]
    fn only_what_waits_is_looked_at_however_many_worlds_there_are() {
        let mut waiting = waiting((0..WORLDS).collect(), true);
        for _ in 0..3 {
            for world in [70, 3, 0, 64, 3] {
                put(&mut waiting, world, (0, 1));
            }
            assert_eq!(take_all(&mut waiting), (vec![0, 3, 64, 70], 0));
            assert_eq!(waiting.rows.len(), 4, "those that waited at once, and no more the next time");
        }
        // What is passed over counts, too: 2^20 bits are 2^14 words.
        put(&mut waiting, WORLDS - 1, (0, 1));
        assert_eq!(take_all(&mut waiting), (vec![WORLDS as usize - 1], ((1 << 14) - 1) / WORDS));
    }

    #[test]
    fn nothing_waits_any_more_when_a_count_was_given_up() {
        let mut waiting = waiting((0..WORLDS).collect(), true);
        (0..WORLDS).step_by(1000).for_each(|world| put(&mut waiting, world, (world, 1)));
        waiting.take(&mut Vec::new());
        waiting.clear();
        put(&mut waiting, 5, (7, 2));
        let mut row = vec![(1, 1)];
        assert_eq!(waiting.take(&mut row), Some((5, 0)));
        assert_eq!(row, [(7, 2)]);
        assert_eq!(waiting.take(&mut row), None);
    }

    #[test]
    fn worlds_are_taken_in_the_order_in_which_they_are_sorted() {
        let mut waiting = waiting((0..WORLDS).rev().collect(), false);
        for world in [0, 9, WORLDS - 1] {
            put(&mut waiting, world, (0, 1));
        }
        let last = WORLDS as usize - 1;
        assert_eq!(take_all(&mut waiting).0, [0, last - 9, last]);
    }

    #[test]
    fn those_of_one_state_are_added_up_in_short_rows_and_in_long_ones() {
        for states in [1, 2, FEW as u32, FEW as u32 + 2, 500] {
            let mut waiting = waiting(vec![0], true);
            (0..7 * states).for_each(|at| put(&mut waiting, 0, (at % states, 3)));
            let mut row = Vec::new();
            waiting.take(&mut row).unwrap();
            waiting.gather(&mut row).unwrap();
            row.sort_unstable();
            assert_eq!(row, (0..states).map(|state| (state, 21)).collect::<Vec<Ways>>());
            assert!(waiting.firsts.iter().all(|&first| first == 0));
        }
        let mut waiting = waiting(vec![0], true);
        put(&mut waiting, 0, (0, u128::MAX));
        assert_eq!(waiting.add(1, (0, 1)), None, "beyond 2^128");
    }
}
