//! An exploration from the scenario to the verdict.

use super::apart::{Tried, apart};
use super::both::with_threads;
use super::compose::{Composed, compose};
use super::count::{Count, Sorted};
use super::decided::{Decided, decided};
use super::explorer::Explorer;
use super::findings::{Waiting, Way, broken_finding, meeting, never_ends, undeclared, waiting, wrong};
use super::gathered::{Gathered, gathered};
use super::graph::{Graph, Progress, Stopped};
use super::lasso::{self, trapped};
use super::nearest::{Path, nearest};
use super::outcomes::Outcome;
use super::parts::{self, PartAlone};
use super::place::Place;
use super::report::{Apart, Explored, Finding, Found, Interchanged, Lasso, Report, Verdict};
use super::scenario::{Faults, Order, Scenario};
use crate::error::{Error, Result};
use std::sync::Arc;

/// Explores every ordering of a scenario. `watch` hears how far it has come, and answers whether to go
/// on; where not, what is known so far is reported.
pub fn explore(
    scenario: &Scenario,
    order: Order,
    watch: &mut (dyn FnMut(Progress) -> bool + Send),
) -> Result<Report> {
    explore_by(1, scenario, order, watch)
}

/// The same by so many threads, of which the report says nothing.
pub fn explore_by(
    threads: usize,
    scenario: &Scenario,
    order: Order,
    watch: &mut (dyn FnMut(Progress) -> bool + Send),
) -> Result<Report> {
    with_threads(threads, || conclude(threads, scenario, order, watch))
}

pub(super) fn conclude(
    threads: usize,
    scenario: &Scenario,
    order: Order,
    watch: &mut dyn FnMut(Progress) -> bool,
) -> Result<Report> {
    let mut explorer = Explorer::new(scenario, order)?;
    explorer.threads = threads.max(1);
    let tried = apart(&mut explorer, watch);
    if !matches!(tried, Tried::Not) {
        if let Tried::Parts(parts) = tried
            && let Some(composed) = compose(&mut explorer, parts, watch)
        {
            let alone = parts::parts(scenario, order, watch)?;
            return Ok(of_parts(scenario, order, &explorer, composed, alone));
        }
        // What was learned of parts is not what is learned of the whole.
        explorer = Explorer::new(scenario, order)?;
        explorer.threads = threads.max(1);
    }
    explorer.suppose();
    let graph = Graph::explore(&mut explorer, scenario.bounds, watch);
    if explorer.labels.full {
        let what = format!("{}: more than 65,535 choices of different names, or of one name", scenario.name);
        return Err(Error::input(what).hint("lower its `bounds`, or list fewer messages"));
    }
    let Gathered { outcomes, broken, round, sorted, counts, mut sets, mut ways_to } =
        gathered(&mut explorer, &graph);
    let group_of = |world: u32| outcomes.of(world);
    let (decided, undecided) = what_decides(&explorer, &graph, &counts, &group_of, watch);

    let trapped = trapped(&graph, &sorted, &outcomes);
    let circles = circles(&graph, &sorted, &trapped);
    let (is_trapped, goes_round) = (!trapped.is_empty(), !circles.is_empty());
    let more = [trapped, circles];
    ways_to.extend(nearest(&mut explorer, &graph, &more));
    sets.extend(more);
    let mut orderings = Count::zero();
    counts.iter().for_each(|count| orderings.add(count));
    if !sorted.behind_a_circle.is_empty() {
        orderings = Count::Infinite;
    }
    let met = round.iter().map(|round| meeting(&orderings, round));
    let way = |(path, worlds): (&Path, &Vec<u32>)| Way {
        ordering: labels(&explorer, &graph, path),
        needs: needs(&graph, scenario.faults, worlds),
    };
    let mut ways = ways_to.iter().zip(&sets).map(way);
    let to_outcomes: Vec<Way> = ways.by_ref().take(outcomes.found.len()).collect();
    let to_broken: Vec<Way> = ways.by_ref().take(broken.len()).collect();
    let to_waiting: Vec<Way> = ways.by_ref().take(outcomes.waiting.len()).collect();
    let [to_trap, to_circle] = [ways.next(), ways.next()].map(|way| way.expect("of these there is one each"));

    let found = found(scenario, &outcomes.found, counts, to_outcomes, decided);
    let mut findings: Vec<Finding> = broken
        .iter()
        .zip(to_broken)
        .zip(met)
        .map(|((broken, way), orderings)| broken_finding(broken, way, orderings))
        .collect();
    findings.extend(is_trapped.then(|| never_ends(to_trap)));
    let waiting = waiting(&graph, &sorted, &outcomes, to_waiting);
    let lasso = goes_round.then(|| {
        let stem = &ways_to[ways_to.len() - 1];
        let circle = stem
            .last()
            .map_or(0, |&(world, choice)| graph.kept(world as usize).nth(choice).expect("it was taken").to);
        Lasso {
            ordering: to_circle.ordering,
            round: labels(&explorer, &graph, &lasso::round(&graph, circle)),
        }
    });
    let said = Said {
        orderings,
        // Where a host is about to stop, the world is the one in which the step has begun.
        states: graph.len() as u64 - graph.within_steps - beginnings(&explorer, &graph),
        stopped: graph.stopped,
        undecided,
        found,
        findings,
        waiting,
        lasso,
        reductions: reductions(&explorer),
        interchanged: interchanged(&explorer, &graph),
        parts: parts::parts(scenario, order, watch)?,
        apart: None,
    };
    Ok(report(scenario, order, said))
}

/// What is said of a whole whose parts were explored apart.
fn of_parts(
    scenario: &Scenario,
    order: Order,
    explorer: &Explorer,
    composed: Composed,
    alone: Vec<PartAlone>,
) -> Report {
    let mut reductions = reductions(explorer);
    if composed.interchanged.is_some() {
        reductions.push("interchangeable");
    }
    reductions.push("apart");
    let broken = composed.broken.into_iter();
    let findings = broken.map(|(broken, count, way)| broken_finding(&broken, way, Some(count)));
    let said = Said {
        findings: findings.collect(),
        orderings: composed.orderings,
        states: composed.states,
        stopped: None,
        undecided: composed.undecided,
        found: found(scenario, &composed.outcomes, composed.counts, composed.nearest, composed.decided),
        waiting: composed.waiting,
        lasso: None,
        reductions,
        interchanged: composed.interchanged,
        parts: alone,
        apart: Some(composed.apart),
    };
    report(scenario, order, said)
}

/// What was found, before it is said what to make of it.
struct Said {
    orderings: Count,
    states: u64,
    stopped: Option<Stopped>,
    undecided: Option<Stopped>,
    found: Vec<Found>,
    /// But for what is wrong with outcomes.
    findings: Vec<Finding>,
    waiting: Waiting,
    lasso: Option<Lasso>,
    reductions: Vec<&'static str>,
    interchanged: Option<Interchanged>,
    parts: Vec<PartAlone>,
    apart: Option<Apart>,
}

fn report(scenario: &Scenario, order: Order, said: Said) -> Report {
    let Said { found, mut findings, waiting, .. } = said;
    // What was declared is meant, whatever it is.
    let not_meant = found.iter().filter(|found| found.declared != Some(true));
    findings.extend(not_meant.flat_map(|found| wrong(found, &waiting)));
    findings.sort_by_key(|finding| finding.kind);
    let verdict = verdict(scenario, &found, !findings.is_empty(), said.stopped);
    findings.extend(found.iter().filter_map(undeclared));
    let unreached = scenario.expect.outcomes.iter().flatten();
    let unreached = unreached.filter(|declared| found.iter().all(|found| found.outcome.rests != **declared));
    let unreached = unreached.cloned().collect();
    let explored = Explored {
        processes: scenario.processes.iter().map(|definition| definition.full_name()).collect(),
        services: scenario.staff.services.iter().map(|service| service.name.to_string()).collect(),
        order,
        alarms: scenario.alarms,
        faults: scenario.faults,
        host: scenario.host,
        first: scenario.first.iter().map(|stimulus| stimulus.message.type_.to_string()).collect(),
        deliver: scenario.deliver.iter().map(|stimulus| stimulus.message.type_.to_string()).collect(),
        verdict,
        orderings: said.orderings,
        states: said.states,
        stopped: said.stopped,
        undecided: said.undecided,
        unreached,
        outcomes: found,
        findings,
        lasso: said.lasso,
        bounds: scenario.bounds,
        reductions: said.reductions,
        interchanged: said.interchanged,
        parts: said.parts,
        apart: said.apart,
    };
    Report { scenario: scenario.name.clone(), explored: Arc::new(explored) }
}

/// Per outcome what decides it; and why that is not known, if it is not.
fn what_decides(
    explorer: &Explorer,
    graph: &Graph,
    counts: &[Count],
    group_of: &dyn Fn(u32) -> Option<usize>,
    watch: &mut dyn FnMut(Progress) -> bool,
) -> (Vec<Decided>, Option<Stopped>) {
    let nothing = vec![Decided::default(); counts.len()];
    if graph.stopped.is_some() {
        return (nothing, None);
    }
    let met = graph.len() as u64;
    let whole =
        Progress { met, done: met, depth: met.checked_sub(1).map_or(0, |last| graph.depth(last as usize)) };
    let mut undecided = None;
    let mut go_on = || {
        if !watch(whole) {
            undecided = Some(Stopped::Asked);
        }
        undecided.is_none()
    };
    let room = explorer.scenario.bounds.memory.saturating_sub(graph.taken);
    match decided(explorer, graph, counts, group_of, room, &mut go_on) {
        Some(decided) => (decided, undecided),
        None => (nothing, Some(Stopped::Memory)),
    }
}

/// The worlds in a circle; where there are some with no way out, those are the ones to be seen.
fn circles(graph: &Graph, sorted: &Sorted, trapped: &[u32]) -> Vec<u32> {
    let mut circles = lasso::in_circles(graph, &sorted.behind_a_circle);
    if !trapped.is_empty() {
        circles.retain(|world| trapped.binary_search(world).is_ok());
    }
    circles
}

/// The outcomes with all that is to be said of them: those with most orderings first, of equals the nearest.
fn found(
    scenario: &Scenario,
    outcomes: &[Outcome],
    counts: Vec<Count>,
    ways: Vec<Way>,
    decided: Vec<Decided>,
) -> Vec<Found> {
    let declared = |outcome: &Outcome| {
        scenario.expect.outcomes.as_ref().map(|declared| declared.contains(&outcome.rests))
    };
    let mut found: Vec<Found> = (outcomes.iter().zip(counts).zip(ways).zip(decided))
        .map(|(((outcome, orderings), way), decided)| Found {
            declared: declared(outcome),
            outcome: outcome.clone(),
            orderings,
            needs: way.needs,
            example: way.ordering,
            decided,
        })
        .collect();
    found.sort_by(|a, b| {
        let nearer = a.example.len().cmp(&b.example.len()).then_with(|| a.outcome.cmp(&b.outcome));
        b.orderings.cmp(&a.orderings).then(nearer)
    });
    found
}

fn verdict(scenario: &Scenario, found: &[Found], violated: bool, stopped: Option<Stopped>) -> Verdict {
    let undeclared = found.iter().any(|found| found.declared == Some(false));
    match found.len() {
        _ if violated => Verdict::Violated,
        _ if stopped.is_some() => Verdict::BoundReached,
        0 | 1 if !undeclared => Verdict::Converges,
        _ if undeclared || scenario.expect.converge || scenario.expect.outcomes.is_none() => {
            Verdict::Diverges
        }
        _ => Verdict::AsDeclared,
    }
}

/// The smallest budgets with which one of some worlds is reached. What was taken of the budgets is part of
/// a world, so nothing needs to be explored again.
fn needs(graph: &Graph, budget: Faults, worlds: &[u32]) -> Vec<Faults> {
    Faults::smallest(worlds.iter().map(|&world| budget.taken(graph.left(world as usize))))
}

/// How many worlds lie before all that comes first has come.
fn beginnings(explorer: &Explorer, graph: &Graph) -> u64 {
    let mut place = Place::default();
    let mut begins = |world: &usize| {
        graph.read(*world, &mut place);
        explorer.begins(&place)
    };
    explorer.beginnings(graph).filter(&mut begins).count() as u64
}

fn labels(explorer: &Explorer, graph: &Graph, path: &Path) -> Vec<String> {
    let mut room = Vec::new();
    let label = |&(world, choice): &(u32, usize)| graph.edges(world as usize, &mut room)[choice].label;
    path.iter().map(label).map(|label| explorer.labels.text(label).to_string()).collect()
}

fn reductions(explorer: &Explorer) -> Vec<&'static str> {
    let mut used = Vec::new();
    if explorer.scenario.reductions.equal_worlds {
        used.push("equal-worlds");
    }
    let deliveries = 0..explorer.listed.deliveries.len();
    if deliveries.clone().any(|bit| !explorer.listed.is_lone(bit)) {
        used.push(if explorer.scenario.alike { "alike" } else { "equal-copies" });
    }
    if explorer.interchange.is_any() {
        used.push("interchangeable");
    }
    used
}

/// The groups of messages that do the same, and how many worlds those that were walked stand for.
fn interchanged(explorer: &Explorer, graph: &Graph) -> Option<Interchanged> {
    if !explorer.interchange.is_any() {
        return None;
    }
    let label = |&bit: &usize| explorer.labels.text(bit as u16).to_string();
    let groups = explorer.interchange.groups().map(|group| group.iter().map(label).collect());
    let stands_for = |world: usize| explorer.interchange.stands_for(&graph.flight(world).0);
    Some(Interchanged { groups: groups.collect(), states: (0..graph.len()).map(stands_for).sum() })
}
