//! How long it takes to read and check a definition of 2,000 lines. `cargo bench --bench definitions`

use anyorder::process::{Definition, read};
use anyorder::span::Source;
use divan::{Bencher, black_box};
use std::sync::Arc;

fn main() {
    divan::main();
}

/// A ring of 250 states; each has a guard, an expression that it keeps, and a message with data.
fn long() -> Arc<Source> {
    let state = |n: usize| {
        let next = (n + 1) % 250;
        format!(
            "  s{n}:\n    on:\n      A{n}:\n        - when: event.data.x > {n} && !data.paid\n          set: {{total: =event.data.x + {n}}}\n          send: {{B{n}: {{a: =data.total, b: [1, two]}}}}\n          to: s{next}\n        - {{to: s0}}\n"
        )
    };
    let states: String = (0..250).map(state).collect();
    let head = "process: long\nversion: 1\nstarts-on: Go\ndata: {paid: false}\ninitial: s0\nstates:\n";
    Source::new("long@1.yaml", format!("{head}{states}"))
}

#[divan::bench]
fn two_thousand_lines(bencher: Bencher) {
    let source = long();
    assert_eq!(source.text.lines().count(), 2_006);
    bencher.bench(|| -> Definition { read(black_box(&source)).unwrap() });
}
