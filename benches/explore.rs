//! Every order of a scenario: the tally, whose worlds are known.
//! `cargo bench --bench explore`

use anyorder::error::Result;
use anyorder::event::Name;
use anyorder::explore::{Order, Scenario, explore, read};
use anyorder::process::{Definition, Library};
use anyorder::span::Source;
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use std::sync::Arc;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

/// One process.
struct Tally;

impl Library for Tally {
    fn process(&self, _: &str) -> Result<Arc<Definition>> {
        let text = include_str!("../fixtures/tally/processes/tally@1.yaml");
        Ok(Arc::new(anyorder::process::read(&Source::new("tally@1.yaml", text))?))
    }

    fn owner(&self, _: &str) -> Option<Name> {
        None
    }
}

fn scenario(text: &str) -> Scenario {
    read(&Source::new("tally.yaml", text), &Tally).expect("it is sound")
}

/// Counted are the distinct worlds.
fn bench(bencher: Bencher, text: &str, worlds: usize) {
    let scenario = scenario(text);
    bencher.counter(ItemsCount::new(worlds)).bench(|| {
        let report = explore(black_box(&scenario), Order::ANY, &mut |_| true).expect("it is sound");
        assert_eq!(report.states, worlds as u64);
    });
}

#[divan::bench]
fn eight_messages(bencher: Bencher) {
    bench(bencher, include_str!("../fixtures/tally/scenarios/tally-8.yaml"), 976);
}

#[divan::bench]
fn twelve_messages(bencher: Bencher) {
    bench(bencher, include_str!("../fixtures/tally/scenarios/tally-12.yaml"), 25_344);
}

#[divan::bench(sample_count = 5)]
fn sixteen_messages(bencher: Bencher) {
    bench(bencher, include_str!("../fixtures/tally/scenarios/tally-16.yaml"), 561_152);
}
