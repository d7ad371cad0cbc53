//! How long it takes to read and check a definition of 2,000 lines, and to refuse what is made to be too
//! much. `cargo bench --bench definitions`

#[path = "../tests/common/too_much.rs"]
mod too_much;

use anyorder::event::{json, line};
use anyorder::process::{Definition, read};
use anyorder::report::diagnostic::render;
use anyorder::span::Source;
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

/// A ring of 250 states; each has a guard, an expression that it keeps, and a message with data.
fn two_thousand_lines() -> String {
    let state = |n: usize| {
        let next = (n + 1) % 250;
        format!(
            "  s{n}:\n    on:\n      A{n}:\n        - when: event.data.x > {n} && not data.paid\n          set: {{total: =event.data.x + {n}}}\n          send: {{B{n}: {{a: =data.total, b: [1, two]}}}}\n          to: s{next}\n        - {{to: s0}}\n"
        )
    };
    let states: String = (0..250).map(state).collect();
    format!("process: long\nversion: 1\nstarts-on: Go\ndata: {{paid: false}}\ninitial: s0\nstates:\n{states}")
}

fn texts() -> Vec<(&'static str, String)> {
    vec![("2,000 lines", two_thousand_lines()), ("1 MiB", too_much::large())]
}

#[divan::bench(args = ["2,000 lines", "1 MiB"], sample_count = 25)]
fn reads(bencher: Bencher, what: &str) {
    let text = texts().into_iter().find(|(known, _)| *known == what).unwrap().1;
    assert!(what == "1 MiB" || text.lines().count() == 2_006);
    bencher.bench(|| -> Definition { read(&Source::new("order@1.yaml", black_box(&*text))).unwrap() });
}

/// Read, and what is wrong with it drawn.
#[divan::bench(args = too_much_of_it().into_iter().map(|(what, _)| what).collect::<Vec<_>>(), sample_count = 9)]
fn refuses(bencher: Bencher, what: &str) {
    let text = too_much_of_it().into_iter().find(|(known, _)| *known == what).unwrap().1;
    bencher.bench(|| {
        let refused = read(&Source::new("order@1.yaml", black_box(&*text))).unwrap_err();
        render(&refused, false).len()
    });
}

fn too_much_of_it() -> Vec<(&'static str, String)> {
    let [list, map, ..] = too_much::deep_yaml();
    let deepest = too_much::deep_expressions().swap_remove(0);
    let mut all = vec![
        ("a bomb of aliases", too_much::bomb()),
        ("100,000 lists in each other", list),
        ("100,000 mappings in each other", map),
        ("100,000 brackets in an expression", deepest),
        ("50 MB", too_much::fifty_megabytes()),
    ];
    all.extend(too_much::mistakes());
    all
}

#[divan::bench]
fn refuses_json_100_000_deep(bencher: Bencher) {
    let text = too_much::deep_json();
    bencher.bench(|| {
        assert!(line::read(black_box(&text)).is_err());
        json::check(black_box(&text)).unwrap_err().byte
    });
}
