//! Exploring many scenarios: side by side, and those that are the same once.

use super::context::{Context, Watch};
use super::interrupt;
use crate::error::{Result, Trouble};
use crate::explore::{Order, Progress, Report, STACK, Scenario, explore_by, first_of_equals};
use crate::report::words::{counted, grouped};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::{Builder, available_parallelism, scope};

/// A scenario in one of its orders.
#[derive(Clone, Copy)]
struct Unit<'a> {
    scenario: &'a Scenario,
    order: Order,
}

/// What a worker tells of a unit, by its number.
enum Told {
    Far(usize, Progress),
    Done(usize, Result<Report>),
}

/// Explores all scenarios, in each of their orders; whether any is missing. What is said, and its order, is the same
/// for any number of threads.
pub fn explore_all(
    scenarios: &[Scenario],
    threads: Option<u16>,
    context: &mut Context,
) -> Result<(Vec<Report>, bool)> {
    let mut units: Vec<Unit> = Vec::new();
    // Per scenario, where its units begin: those of the first that is the same.
    let mut begins: Vec<usize> = Vec::with_capacity(scenarios.len());
    for (index, (scenario, first)) in scenarios.iter().zip(first_of_equals(scenarios)).enumerate() {
        begins.push(if first == index { units.len() } else { begins[first] });
        if first == index {
            units.extend(scenario.orders.iter().map(|&order| Unit { scenario, order }));
        }
    }
    let explored = explored(&units, threads, context);
    let (mut reports, mut left_out, mut stopped) = (Vec::new(), None, interrupt::asked());
    for (scenario, begin) in scenarios.iter().zip(begins) {
        for explored in &explored[begin..begin + scenario.orders.len()] {
            match explored {
                Some(Ok(report)) => reports.push(report.of(&scenario.name)),
                // One conversation that is too large keeps nobody from the others.
                Some(Err(error)) if scenarios.len() > 1 && error.trouble() == Trouble::Bound => {
                    context.warn(&format!("{} is left out: {}", scenario.name, error.what()));
                    left_out = Some(error.clone());
                }
                Some(Err(error)) => return Err(error.clone()),
                // Somebody said to stop.
                None => stopped = true,
            }
        }
    }
    match left_out {
        Some(error) if reports.is_empty() => Err(error),
        left_out => Ok((reports, left_out.is_some() || stopped)),
    }
}

/// Per unit what it leads to; none where it was never begun.
fn explored(units: &[Unit], threads: Option<u16>, context: &mut Context) -> Vec<Option<Result<Report>>> {
    interrupt::listen();
    let threads = threads.map_or_else(|| available_parallelism().map_or(1, usize::from), usize::from);
    let mut found: Vec<Option<Result<Report>>> = units.iter().map(|_| None).collect();
    let mut watch = Watch::new();
    let next = AtomicUsize::new(0);
    let (tell, told) = channel();
    // Each scenario has one; where there are fewer, the others help.
    let each = (threads / units.len().max(1)).max(1);
    scope(|scope| {
        for _ in 0..threads.min(units.len()) {
            let (tell, next) = (tell.clone(), &next);
            let worker = Builder::new().stack_size(STACK);
            worker
                .spawn_scoped(scope, move || work(units, each, next, &tell))
                .expect("a thread can be started");
        }
        drop(tell);
        let mut done = 0;
        for told in told {
            match told {
                Told::Far(index, progress) => watch.tell(context, |seconds| {
                    far(progress, (done, units.len()), &units[index].scenario.name, seconds)
                }),
                Told::Done(index, report) => {
                    found[index] = Some(report);
                    done += 1;
                }
            }
        }
    });
    watch.clear(context);
    found
}

/// Takes one unit after the other, each by so many threads, until there are no more, or somebody says to stop.
fn work(units: &[Unit], threads: usize, next: &AtomicUsize, tell: &Sender<Told>) {
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let Some(&Unit { scenario, order }) = units.get(index) else { return };
        if interrupt::asked() {
            return;
        }
        let mut watch = |progress| {
            // Who listens is there until all workers are gone.
            let _ = tell.send(Told::Far(index, progress));
            !interrupt::asked()
        };
        let report = explore_by(threads, scenario, order, &mut watch);
        let _ = tell.send(Told::Done(index, report));
    }
}

/// How far one scenario has come.
fn far(progress: Progress, (done, all): (usize, usize), name: &str, seconds: f64) -> String {
    let which = if all > 1 { format!("{} of {all}, ", done + 1) } else { String::new() };
    let rate = (progress.met as f64 / seconds) as u64;
    let rate = if done == 0 { format!(", {} a second", grouped(rate)) } else { String::new() };
    let (states, depth) = (counted(progress.met, "state"), progress.depth);
    format!("{which}{name}: {states}{rate}, {depth} choices deep")
}
