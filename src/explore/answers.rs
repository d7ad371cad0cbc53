//! How one cast answers, by the number of what is asked.

/// A table with open addressing: an answer lies at the first free place from its number on. These count up, so mostly that is the
/// place of the number itself.
#[derive(Debug, Default)]
pub(super) struct Answers {
    places: Vec<Answer>,
    len: usize,
}

/// The class of how it is answered, and where the casts begin that come of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answer {
    asked: u16,
    pub class: u16,
    pub begin: u32,
}

/// Where no answer lies.
const FREE: Answer = Answer { asked: u16::MAX, class: 0, begin: 0 };

impl Answer {
    fn is_free(&self) -> bool {
        self.asked == FREE.asked
    }
}

impl Answers {
    #[inline]
    pub fn get(&self, asked: u32) -> Option<Answer> {
        let answer = *self.places.get(self.place(asked))?;
        (u32::from(answer.asked) == asked && !answer.is_free()).then_some(answer)
    }

    /// Keeps one that is not there. There is room for 65,535; more are not kept.
    pub fn insert(&mut self, asked: u32, class: u16, begin: u32) {
        let Some(asked) = u16::try_from(asked).ok().filter(|&asked| asked != FREE.asked) else { return };
        // A quarter of the places stays free at least.
        if (self.len + 1) * 4 > self.places.len() * 3 {
            let room = (2 * self.places.len()).max(4);
            let before = std::mem::replace(&mut self.places, vec![FREE; room]);
            before.into_iter().filter(|answer| !answer.is_free()).for_each(|answer| self.put(answer));
        }
        self.put(Answer { asked, class, begin });
        self.len += 1;
    }

    fn put(&mut self, answer: Answer) {
        let place = self.place(answer.asked.into());
        self.places[place] = answer;
    }

    /// Where it lies, or a place that is free; where there are no places, none.
    #[inline]
    fn place(&self, asked: u32) -> usize {
        let last = self.places.len().wrapping_sub(1);
        let mut place = asked as usize & last;
        let is_other = |answer: &Answer| !answer.is_free() && u32::from(answer.asked) != asked;
        while self.places.get(place).is_some_and(is_other) {
            place = (place + 1) & last;
        }
        place
    }

    pub fn bytes(&self) -> usize {
        self.places.capacity() * size_of::<Answer>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use std::collections::BTreeMap;

    #[test]
    fn what_was_kept_is_found_and_nothing_else() {
        for seed in 0..200 {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let most = random.random_range(1..70_000);
            let (mut answers, mut map) = (Answers::default(), BTreeMap::new());
            for begin in 0..random.random_range(0..300) {
                let asked = random.random_range(0..most);
                let known = answers.get(asked).map(|answer| answer.begin);
                assert_eq!(known, map.get(&asked).copied());
                if known.is_some() || asked >= 65_535 {
                    continue;
                }
                answers.insert(asked, (begin % 7) as u16, begin);
                map.insert(asked, begin);
            }
            // What is beyond is not kept, and nothing else is lost.
            answers.insert(65_535, 1, 1);
            answers.insert(1 << 20, 1, 1);
            assert!(answers.get(65_535).is_none() && answers.get(1 << 20).is_none());
            for (&asked, &begin) in &map {
                let Answer { class, begin: found, .. } = answers.get(asked).expect("it was kept");
                assert_eq!((class, found), ((begin % 7) as u16, begin));
            }
        }
    }
}
