//! A suite of random cases on which the explorer and brute force must agree. No part of the oracle.

use super::coverage::{Coverage, Wanted};
use super::model::Case;
use super::orderings::{Told, walk};
use super::production::{Difference, difference, shown};
use super::shrink::shrunk;
use std::collections::BTreeMap;

/// Takes a case of each seed; prints what differs, made small, and fails.
pub fn agree(seeds: std::ops::Range<u64>, walked: fn(u64) -> (Case, Told), wanted: &Wanted) {
    let mut bad: BTreeMap<Difference, Vec<u64>> = BTreeMap::new();
    let mut coverage = Coverage::default();
    for seed in seeds {
        let (case, told) = walked(seed);
        coverage.take(wanted, &case, &told);
        if let Some(difference) = difference(&case, &told) {
            bad.entry(difference).or_default().push(seed);
        }
    }
    coverage.print();
    if coverage.total >= 500 && bad.is_empty() {
        (wanted.floors)(&coverage);
    }
    for (kind, seeds) in &bad {
        println!(
            "\n{kind:?}: {} differ, the first seeds are {:?}",
            seeds.len(),
            &seeds[..seeds.len().min(45)]
        );
        let whole = walked(seeds[0]).0;
        let small = shrunk(whole.clone(), |smaller| {
            walk(smaller, 100_000).is_some_and(|told| difference(smaller, &told) == Some(*kind))
        });
        println!("\nMade small:\n\n{}", shown(&small));
        println!("\nSeed {} whole:\n\n{}", seeds[0], shown(&whole));
    }
    let all: Vec<u64> = bad.into_values().flatten().collect();
    if let Some(first) = all.iter().min() {
        panic!("{} scenarios differ, the first is {first}; they are printed above", all.len());
    }
}
