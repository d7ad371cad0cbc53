//! Law 3: stop `run` anywhere, run it again, and the logs are those of an uninterrupted run.

#[path = "common/mod.rs"]
mod common;
#[path = "common/generate.rs"]
mod generate;
#[path = "common/running.rs"]
mod running;

use anyorder::event::Name;
use anyorder::process::Family;
use anyorder::store::Memory;
use common::{Fault, Faulty};
use generate::all_cases;
use running::*;
use std::collections::BTreeSet;

const MANY: u64 = 300;

/// `ANYORDER_THOROUGH=1` cuts at every place of every world; takes minutes.
fn thorough() -> bool {
    std::env::var_os("ANYORDER_THOROUGH").is_some()
}

#[test]
fn law_3_a_run_that_dies_at_any_call_and_runs_again_writes_the_same_bytes() {
    for (index, case) in all_cases(if thorough() { MANY } else { 12 }).enumerate() {
        let families = case.families();
        let logs = case.logs();
        let whole = bytes_after(&logs, &families);
        for lines in [1, 5, AT_ONCE] {
            // Every call for one; for the others a few, at other places each.
            let stride = if thorough() || index < 1 && lines == 5 { 1 } else { 61 };
            let faults = [
                Fault::DiesBefore,
                Fault::DiesAfter,
                Fault::DiesWithin(700),
                Fault::DiesWithin(3000),
                Fault::Refused(400),
            ];
            for (which, fault) in faults.into_iter().enumerate() {
                let mut strike = 1 + (index as u64 + which as u64 * 3 + lines as u64 % 5) % stride;
                loop {
                    let memory = Memory::new();
                    memory.restore(logs.clone());
                    let faulty = Faulty::new(memory.clone(), strike, fault);
                    let _ = run_on(&store(faulty.clone()), &families, newest(), lines);
                    if faulty.struck().is_none() {
                        break;
                    }
                    let why = format!("{}; {fault:?} at call {strike}, {lines} lines a write", case.told());
                    run_again(&memory, &families, &why);
                    assert_same(&whole, &memory.snapshot(), &why);
                    strike += stride;
                }
            }
        }
    }
}

/// The appends of a run in the order in which they were made: each prefix is what a crash leaves.
fn writes(logs: &Bytes, families: &[Family], lines: usize) -> Vec<(Name, Vec<u8>)> {
    let memory = Memory::new();
    memory.restore(logs.clone());
    let recording = common::Recording::new(memory);
    run_on(&store(recording.clone()), families, newest(), lines).unwrap();
    recording.appends()
}

/// A last line that is whole and only lacks its newline gets it with the next append; where there is
/// nothing more to append it stays as it is.
fn with_newlines(mut logs: Bytes) -> Bytes {
    for bytes in logs.values_mut().filter(|bytes| bytes.ends_with(b"}")) {
        bytes.push(b'\n');
    }
    logs
}

#[test]
fn law_3_cut_anywhere_in_the_order_of_the_writes_and_run_again_it_writes_the_same_bytes() {
    for (index, case) in all_cases(if thorough() { MANY } else { 150 }).enumerate() {
        let families = case.families();
        let logs = case.logs();
        let whole = bytes_after(&logs, &families);
        for lines in [AT_ONCE, 4] {
            let appends = writes(&logs, &families, lines);
            let mut so_far = logs.clone();
            for (module, bytes) in appends {
                let before = so_far.entry(module.clone()).or_default().clone();
                // The first at every byte; else at the ends of lines, and a little before and after.
                let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at);
                let cuts: BTreeSet<usize> = match index < 1 && lines == AT_ONCE {
                    true => (0..bytes.len()).collect(),
                    false if thorough() => ends.flat_map(|at| [at.saturating_sub(1), at, at + 1]).collect(),
                    false => ends.skip(index % 7).step_by(lines.min(7) * 3).map(|at| at + 1).collect(),
                };
                for cut in cuts {
                    let memory = Memory::new();
                    so_far.insert(module.clone(), [&before[..], &bytes[..cut]].concat());
                    memory.restore(so_far.clone());
                    let why = format!("{}; {lines} lines a write, {module} cut at {cut}", case.told());
                    run_again(&memory, &families, &why);
                    assert_same(&whole, &with_newlines(memory.snapshot()), &why);
                }
                so_far.insert(module.clone(), [&before[..], &bytes[..]].concat());
            }
            assert_same(&whole, &so_far, &case.told());
        }
    }
}
