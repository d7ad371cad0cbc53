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
    counts: BTreeMap<Name, u64>,
}

impl Counts {
    pub fn new(by: By) -> Counts {
        Counts { by, counts: BTreeMap::new() }
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
        for (name, count) in other.counts {
            *self.counts.entry(name).or_default() += count;
        }
    }

    fn one(&mut self, name: &str) {
        match self.counts.get_mut(name) {
            Some(count) => *count += 1,
            None => {
                self.counts.insert(Name::from(name), 1);
            }
        }
    }

    fn rows(&self) -> Vec<(&Name, u64)> {
        let mut rows: Vec<_> = self.counts.iter().map(|(name, count)| (name, *count)).collect();
        // Stable: what is equal stays in the order of the names.
        rows.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        rows
    }

    pub fn text(&self) -> String {
        self.rows().into_iter().map(|(name, count)| count_of(count, name)).collect()
    }

    pub fn json(&self) -> String {
        let row =
            |(name, count): (&Name, u64)| serde_json::json!({ self.by.name(): &**name, "count": count });
        let rows: Vec<_> = self.rows().into_iter().map(row).collect();
        serde_json::to_string_pretty(&rows).expect("plain data") + "\n"
    }
}
