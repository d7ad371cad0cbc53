//! All orders of the tally's ten messages one by one, as who does not merge worlds must.

use crate::Args;
use crate::ours::{self, Report, in_turns};
use crate::table::{Floor, Table, thousands};
use crate::tally::step;
use std::collections::BTreeMap;

const MESSAGES: u8 = 10;

pub fn listing(args: &Args, table: &mut Table) {
    let own = ours::check(args, "tally", &format!("scenarios/tally-{MESSAGES}.yaml"));
    let peer = ours::peer(args, &["listing", &MESSAGES.to_string()]);
    let all = in_turns(&[&own, &peer], args.rounds, |_, whole| assert_eq!(whole.code, 0));
    let mut counts: Vec<u64> =
        Report::of(&own).outcomes().iter().map(|(_, count)| count.parse().expect("a number")).collect();
    counts.sort_unstable();
    let said = peer.printed();
    let listed: Vec<u64> = said.lines().map(|line| line.parse().expect("a number")).collect();
    assert_eq!(counts, listed, "the outcomes' orderings");
    let what = format!("tally {MESSAGES}, whole command");
    let took = [&all[0], &all[1]].map(|took| took.seconds() * 1e3);
    table.ratio(&what, (took[0], "ms"), ("all permutations listed", took[1]), Floor::None);
    let orderings: u64 = listed.iter().sum();
    let each = format!("{} permutations/s", thousands((orderings as f64 / took[1] * 1e3) as u64));
    table.beside(&format!("tally {MESSAGES}, listed"), &each);
}

/// Prints how many permutations each outcome has, the fewest first.
pub fn peer(k: u8) {
    let mut messages: Vec<u8> = (0..k).collect();
    let mut outcomes: BTreeMap<(u8, u8), u64> = BTreeMap::new();
    let mut met = |messages: &[u8]| {
        let end = messages.iter().fold((0, 0), |bill, message| step(bill, *message));
        *outcomes.entry(end).or_default() += 1;
    };
    // Heap's algorithm: each permutation by one swap from the one before it.
    let mut turns = vec![0; messages.len()];
    met(&messages);
    let mut at = 1;
    while at < messages.len() {
        if turns[at] < at {
            let from = if at % 2 == 0 { 0 } else { turns[at] };
            messages.swap(from, at);
            met(&messages);
            turns[at] += 1;
            at = 1;
        } else {
            turns[at] = 0;
            at += 1;
        }
    }
    let mut counts: Vec<u64> = outcomes.into_values().collect();
    counts.sort_unstable();
    counts.iter().for_each(|count| println!("{count}"));
}
