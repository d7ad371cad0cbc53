//! What is declared of a random case, once it is known what comes of it.

use super::model::Case;
use super::orderings::Told;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Of some cases all outcomes, or all but one, or one that never comes; of some that they converge.
pub fn declare(case: &mut Case, told: &Told, seed: u64) {
    let mut random = ChaCha8Rng::seed_from_u64(!seed);
    let mut chance = |percent: u32| random.random_range(0..100) < percent;
    case.expect.converge = chance(12);
    if !chance(30) {
        return;
    }
    let (less, more) = (chance(35), chance(30));
    let mut declared: Vec<String> = told.found.iter().map(|found| found.outcome.clone()).collect();
    declared.sort();
    declared.dedup();
    if less && declared.len() > 1 {
        // Rather one that is no finding in itself.
        let sound = |outcome: &String| !outcome.contains("parked: ") && !outcome.contains("unfinished: ");
        let at = declared.iter().position(sound).unwrap_or(0);
        declared.remove(at);
    }
    if more && case.processes.len() == 1 && !case.several_conversations() {
        let ends = case.processes[0].states.iter().filter(|state| state.end);
        let ends: Vec<&str> = ends.map(|state| state.name).collect();
        let never = [ends.choose(&mut random).unwrap(), "not-started"].map(str::to_string);
        declared.extend(never.into_iter().filter(|other| !declared.contains(other)).collect::<Vec<_>>());
    }
    case.expect.outcomes = Some(declared);
}
