//! How many of what there is in a log: `log --count-by`.

use super::words::count_of;
use crate::event::{Envelope, Name};
use std::collections::BTreeMap;

/// What messages are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Type,
    Module,
    /// The day on which it happened, in UTC.
    Day,
}

impl By {
    fn name(self) -> &'static str {
        match self {
            By::Type => "type",
            By::Module => "module",
            By::Day => "day",
        }
    }
}

/// Counts, the largest first; equal ones by name.
pub struct Counts {
    by: By,
    /// What is counted most comes again and again: of those that share a place the first to come is found without a search.
    near: [Option<(Name, u64)>; 16],
    counts: BTreeMap<Name, u64>,
}

impl Counts {
    pub fn new(by: By) -> Counts {
        Counts { by, near: Default::default(), counts: BTreeMap::new() }
    }

    pub fn add(&mut self, message: &Envelope<'_>) {
        match self.by {
            By::Type => self.one(message.type_),
            By::Module => self.one(message.source),
            By::Day => {
                let digits = message.time.digits();
                self.one(std::str::from_utf8(&digits[..10]).expect("digits"));
            }
        }
    }

    /// Adds what somebody else has counted.
    pub fn add_all(&mut self, other: Counts) {
        for (name, count) in other.near.into_iter().flatten().chain(other.counts) {
            *self.counts.entry(name).or_default() += count;
        }
    }

    fn one(&mut self, name: &str) {
        let last = name.as_bytes().last().copied().unwrap_or_default() as usize;
        match &mut self.near[(name.len() + last) % 16] {
            Some((near, count)) if **near == *name => *count += 1,
            place @ None => *place = Some((Name::from(name), 1)),
            Some(_) => match self.counts.get_mut(name) {
                Some(count) => *count += 1,
                None => {
                    self.counts.insert(Name::from(name), 1);
                }
            },
        }
    }

    fn rows(&self) -> Vec<(Name, u64)> {
        let mut all = Counts { counts: self.counts.clone(), ..Counts::new(self.by) };
        all.add_all(Counts { near: self.near.clone(), ..Counts::new(self.by) });
        let mut rows: Vec<_> = all.counts.into_iter().collect();
        // Stable: what is equal stays in the order of the names.
        rows.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        rows
    }

    pub fn text(&self) -> String {
        self.rows().into_iter().map(|(name, count)| count_of(count, &name)).collect()
    }

    pub fn json(&self) -> String {
        let row = |(name, count): (Name, u64)| serde_json::json!({ self.by.name(): &*name, "count": count });
        let rows: Vec<_> = self.rows().into_iter().map(row).collect();
        serde_json::to_string_pretty(&rows).expect("plain data") + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Message, Time};

    #[test]
    fn names_that_share_a_place_are_counted_apart() {
        let names: Vec<String> = (0..200).map(|n| format!("{}{n}", "T".repeat(n % 7 + 1))).collect();
        let mut whole = Counts::new(By::Type);
        let mut expected: Vec<(u64, &str)> = Vec::new();
        for (index, name) in names.iter().enumerate() {
            let count = index as u64 % 5 + 1;
            expected.push((count, name));
            let message = Message::new("m", &**name, "i", Time::MILLENNIUM);
            // Some here, and some by somebody else.
            let mut other = Counts::new(By::Type);
            for turn in 0..count {
                if turn % 2 == 0 { &mut whole } else { &mut other }.add(&Envelope::of(&message));
            }
            whole.add_all(other);
        }
        expected.sort_by_key(|(count, name)| (std::cmp::Reverse(*count), *name));
        let expected: String =
            expected.into_iter().map(|(count, name)| format!("{count:>9}  {name}\n")).collect();
        assert_eq!(whole.text(), expected);
    }
}
