//! A closed world, in which services answer and much may go wrong: the restaurant's busy cook.

use crate::Args;
use crate::ours::{self, Report, Took, in_turns};
use crate::table::{Floor, Table, thousands};
use crate::whole::Run;

const A_SECOND: Floor = Floor::AtLeast(1_000_000.0);
/// Bytes a world: what is asked for now, and what was before.
const BYTES: [Floor; 2] = [Floor::AtMost(100.0), Floor::AtMost(200.0)];
/// So many times as fast as one.
const TWO_THREADS: Floor = Floor::AtLeast(1.6);
const FAULTS: &str = "duplicates=4,losses=2,crashes=2";
const STATES: u64 = 500_000;

pub fn closed(args: &Args, table: &mut Table) {
    let all: Vec<(&str, Run)> = ours::both(args, "restaurant", "busy-cook")
        .into_iter()
        .map(|(how, run)| (how, bounded(run).on_one_core()))
        .collect();
    let runs: Vec<&Run> = all.iter().map(|(_, run)| run).collect();
    let took = in_turns(&runs, args.slow, |_, whole| {
        // 1 is a finding: with so much that goes wrong, some orders end as nobody declared.
        assert!([0, 1, 3].contains(&whole.code), "exit code {}", whole.code)
    });
    for ((how, run), took) in all.iter().zip(took) {
        let report = Report::of(run);
        // The bound counts the worlds that the walk has met, within a step that is cut short, too.
        let (extent, worlds) = match report.is_whole() {
            true => ("all", report.states()),
            false => ("the first", STATES),
        };
        let what = format!("busy cook, {extent} {} worlds, one core{how}", thousands(worlds));
        let worlds = worlds as f64;
        table.value(&what, (worlds / took.seconds(), "/s"), A_SECOND);
        table.value(&format!("{what}, by processor time"), (worlds / took.busy(), "/s"), Floor::None);
        for floor in BYTES {
            let bytes = took.peak_kib as f64 * 1024.0 / worlds;
            table.value(&format!("{what}, peak memory a world"), (bytes, "bytes"), floor);
        }
    }
    let what = format!("busy cook, the first {} worlds", thousands(STATES));
    let run = || bounded(ours::check(args, "restaurant", "busy-cook"));
    two_threads(args, table, &what, run, TWO_THREADS);
}

fn bounded(run: Run) -> Run {
    let words = ["--faults", FAULTS, "--depth", "400", "--states"];
    run.words(words).words([STATES.to_string()])
}

/// A command with two threads beside the same with one: how many times as fast it is. It takes no long time, and what else the
/// machine does falls on two more than on one: so there are many rounds of it.
pub fn two_threads(args: &Args, table: &mut Table, what: &str, run: impl Fn() -> Run, floor: Floor) {
    let [one, two] = ["1", "2"].map(|threads| run().words(["--threads", threads]));
    let took = in_turns(&[&one, &two], args.rounds, |_, whole| assert!([0, 1, 3].contains(&whole.code)));
    let pace = |took: &Took| 1.0 / took.seconds();
    let ours = (pace(&took[1]), "times a second");
    table.ratio(&format!("{what}, two threads"), ours, ("one thread:", pace(&took[0])), floor);
}
