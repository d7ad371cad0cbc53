//! Many messages, of which few matter.

use crate::Args;
use crate::ours::{self, Report, in_turns};
use crate::table::{Floor, Table};
use std::cell::Cell;

const ALIKE: Floor = Floor::AtMost(30.0);
const HUNDRED: Floor = Floor::AtMost(1.0);
const REGIONS: Floor = Floor::AtMost(100.0);

/// 20 messages, 16 of them alike: 20! / 16! orderings.
pub fn alike(args: &Args, table: &mut Table) {
    let run = ours::check(args, "tally", "large/tally-20-alike.yaml");
    let all = in_turns(&[&run], args.rounds, |_, whole| {
        assert_eq!(whole.code, 0);
        assert_eq!(Report::of(&run).orderings(), ours::product(17..=20));
    });
    table.value("tally 20, 16 alike, whole command", (all[0].seconds() * 1e3, "ms"), ALIKE);
}

/// 97 messages that commute with everything, and 3 that race: 100! orderings, each outcome a share of them.
pub fn hundred(args: &Args, table: &mut Table) {
    for which in ["counted", "ignored", "ticketed"] {
        let run = ours::check(args, "concert", &format!("large/hundred-{which}.yaml"));
        let whole = Cell::new(true);
        let all = in_turns(&[&run], args.slow, |_, ended| {
            let report = Report::of(&run);
            match report.is_whole() {
                true => shares(&report),
                false => assert_eq!(ended.code, 3, "a bound is reached"),
            }
            whole.set(whole.get() && report.is_whole());
        });
        let what = format!("100 messages, 97 of them {which}, whole command");
        match whole.get() {
            true => table.value(&what, (all[0].seconds(), "s"), HUNDRED),
            // Not all of it, so not in any time.
            false => {
                let what = format!("{what}: a bound was reached after {:.1} s", all[0].seconds());
                table.value(&what, (f64::INFINITY, "s"), HUNDRED);
            }
        }
    }
}

/// Eight orders of three messages each, and nothing between them: 24! orderings.
pub fn apart(args: &Args, table: &mut Table) {
    let run = ours::check(args, "converging-payment", "large/eight-orders.yaml");
    let all = in_turns(&[&run], args.rounds, |_, whole| {
        assert_eq!(whole.code, 0);
        assert_eq!(Report::of(&run).orderings(), ours::product(1..=24));
    });
    table.value("eight orders of three messages, whole command", (all[0].seconds() * 1e3, "ms"), Floor::None);
}

/// One process of six regions with four messages each: 24! orderings, a fourth of them to each outcome.
pub fn regions(args: &Args, table: &mut Table) {
    let run = ours::check(args, "school-trip", "large/six-regions.yaml");
    let all = in_turns(&[&run], args.rounds, |_, whole| {
        assert_eq!(whole.code, 0);
        let report = Report::of(&run);
        assert_eq!(report.orderings(), ours::product(1..=24));
        let fourth = ours::product((1..=24).filter(|&number| number != 4));
        let found = report.outcomes();
        assert!(found.len() == 4 && found.iter().all(|(_, orderings)| *orderings == fourth), "{found:?}");
    });
    table.value("six regions of four messages, whole command", (all[0].seconds() * 1e3, "ms"), REGIONS);
}

/// Of the six orders of permit, band and storm each outcome has so many.
fn shares(report: &Report) {
    let sixth = |orders: u64| ours::product((4..=100).chain([orders]));
    let mut found = report.outcomes();
    found.sort();
    let meant = [("called-off", 2), ("cut-short", 2), ("indoors", 1), ("sent-home", 1)];
    assert_eq!(found, meant.map(|(outcome, orders)| (outcome.to_string(), sixth(orders))));
    assert_eq!(report.orderings(), ours::product(1..=100));
}
