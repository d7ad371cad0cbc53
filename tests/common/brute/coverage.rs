//! What random cases are about, counted, so that it does not become less unseen.

use super::model::Case;
use super::orderings::Told;
use std::collections::BTreeMap;

#[derive(Default)]
pub struct Coverage {
    pub total: u64,
    pub orderings: u64,
    pub steps: u64,
    pub seen: BTreeMap<String, u64>,
}

/// What a suite counts, and asks for.
pub struct Wanted {
    pub note: fn(&mut Coverage, &Case, &Told),
    pub floors: fn(&Coverage),
}

impl Coverage {
    pub fn take(&mut self, wanted: &Wanted, case: &Case, told: &Told) {
        self.total += 1;
        self.orderings += told.orderings;
        self.steps += told.nodes;
        (wanted.note)(self, case, told);
    }

    pub fn note(&mut self, what: &str, holds: bool) {
        *self.seen.entry(what.to_string()).or_default() += u64::from(holds);
    }

    pub fn print(&self) {
        println!("{} scenarios, {} orderings, {} steps", self.total, self.orderings, self.steps);
        for (what, count) in &self.seen {
            println!("{what:40} {count:6} {:5.1} %", *count as f64 * 100.0 / self.total as f64);
        }
    }

    /// At least so many in a hundred.
    pub fn floor(&self, what: &str, percent: u64) {
        let count = self.seen.get(what).copied().unwrap_or(0);
        assert!(count * 100 >= self.total * percent, "{what}: only {count} of {}", self.total);
    }
}
