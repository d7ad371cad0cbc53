//! An exploration from the scenario to the verdict.

use super::count::{Count, Sorted, paths};
use super::decided::{Decided, decided};
use super::explorer::Explorer;
use super::graph::{Graph, Progress, Stopped};
use super::judge::{Broken, judge, unanswered};
use super::lasso::{self, trapped};
use super::nearest::{Nearest, Path};
use super::outcomes::{Outcome, Outcomes, Wrong};
use super::place::Place;
use super::report::{Explored, Finding, Found, Interchanged, Kind, Lasso, Report, Verdict};
use super::scenario::{Faults, Order, Scenario};
use super::twice::twice;
use crate::error::{Error, Result};
use rustc_hash::FxHashSet;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Explores every ordering of a scenario. `watch` hears how far it has come, and answers whether to go
/// on; where not, what is known so far is reported.
pub fn explore(scenario: &Scenario, order: Order, watch: &mut dyn FnMut(Progress) -> bool) -> Result<Report> {
    let mut explorer = Explorer::new(scenario, order)?;
    explorer.suppose();
    let graph = Graph::explore(&mut explorer, scenario.bounds, watch);
    if explorer.labels.full {
        let what = format!("{}: more than 65,535 choices of different names, or of one name", scenario.name);
        return Err(Error::input(what).hint("lower its `bounds`, or list fewer messages"));
    }
    let sorted = Sorted::new(&graph);
    let outcomes = Outcomes::new(&explorer, &graph);
    let mut broken = judge(&explorer, &graph, &outcomes);
    broken.extend(unanswered(&explorer, &graph));
    broken.extend(twice(&explorer, &graph));
    let group_of = |world: u32| outcomes.of(world);
    let counts = paths(&graph, &sorted, outcomes.found.len(), &group_of, &|_| true);
    let whole = Progress {
        met: graph.len() as u64,
        done: graph.len() as u64,
        depth: graph.depth.last().copied().unwrap_or(0),
    };
    let mut undecided = None;
    let mut go_on = || {
        if !watch(whole) {
            undecided = Some(Stopped::Asked);
        }
        undecided.is_none()
    };
    let room = scenario.bounds.memory.saturating_sub(graph.taken);
    let decided = match graph.stopped {
        None => decided(&explorer, &graph, &counts, &group_of, room, &mut go_on),
        Some(_) => Some(Vec::new()),
    };
    let decided = decided.unwrap_or_else(|| {
        undecided = Some(Stopped::Memory);
        Vec::new()
    });
    let decided = decided.into_iter().chain(std::iter::repeat(Decided::default()));
    let trapped = trapped(&graph, &sorted, &outcomes);
    let mut circles = lasso::in_circles(&graph, &sorted.behind_a_circle);
    if !trapped.is_empty() {
        // The one from which there is no way out is the one to be seen.
        circles.retain(|world| trapped.binary_search(world).is_ok());
    }
    let mut sets = outcomes.worlds();
    sets.extend(broken.iter().map(|broken| broken.worlds.clone()));
    sets.extend((!trapped.is_empty()).then(|| trapped.clone()));
    let before_waiting = sets.len();
    sets.extend(outcomes.waiting.values().cloned());
    sets.push(circles);
    let paths_to = Nearest::new(&mut explorer, &graph).paths(&mut explorer, &graph, &sets);
    let examples: Vec<Vec<String>> = paths_to.iter().map(|path| labels(&explorer, &graph, path)).collect();
    let (of_outcomes, others) = examples.split_at(outcomes.found.len());
    let needs: Vec<Vec<Faults>> = sets.iter().map(|set| needs(&graph, scenario.faults, set)).collect();
    let (needs_of_outcomes, needs_of_others) = needs.split_at(outcomes.found.len());
    let lasso = (!sets[sets.len() - 1].is_empty()).then(|| {
        let stem = &paths_to[paths_to.len() - 1];
        let circle = stem.last().map_or(0, |&(world, choice)| graph.edges(world as usize)[choice].to);
        let round = labels(&explorer, &graph, &lasso::round(&graph, circle));
        Lasso { ordering: examples[examples.len() - 1].clone(), round }
    });
    let mut waiting = Waiting::new();
    for (index, ((outcome, wrong), worlds)) in outcomes.waiting.iter().enumerate() {
        let one = |world: u32| worlds.binary_search(&world).ok().map(|_| 0);
        let count = paths(&graph, &sorted, 1, &one, &|_| true).swap_remove(0);
        let (example, needs) =
            (examples[before_waiting + index].clone(), needs[before_waiting + index].clone());
        waiting.insert((outcomes.found[*outcome].clone(), wrong.clone()), (example, needs, count));
    }

    let mut orderings = Count::zero();
    counts.iter().for_each(|count| orderings.add(count));
    if !sorted.behind_a_circle.is_empty() {
        orderings = Count::Infinite;
    }
    let declared = |outcome: &Outcome| {
        scenario.expect.outcomes.as_ref().map(|declared| declared.contains(&outcome.rests))
    };
    let found = outcomes.found.iter().zip(counts).zip(of_outcomes.iter().zip(needs_of_outcomes)).zip(decided);
    let mut found: Vec<Found> = found
        .map(|(((outcome, orderings), (example, needs)), decided)| Found {
            declared: declared(outcome),
            outcome: outcome.clone(),
            orderings,
            needs: needs.clone(),
            example: example.clone(),
            decided,
        })
        .collect();
    found.sort_by(|a, b| {
        let nearer = a.example.len().cmp(&b.example.len()).then_with(|| a.outcome.cmp(&b.outcome));
        b.orderings.cmp(&a.orderings).then(nearer)
    });
    let mut findings = Vec::new();
    let mut others = others.iter().cloned().zip(needs_of_others.iter().cloned());
    for broken in &broken {
        let avoiding = avoiding(&graph, &sorted, broken, &group_of, &orderings);
        findings.push(broken_finding(broken, others.next().unwrap_or_default(), avoiding));
    }
    if !trapped.is_empty() {
        let (ordering, needs) = others.next().unwrap_or_default();
        findings.push(Finding {
            kind: Kind::NeverEnds,
            message: "goes round for ever: from here no ordering ends".to_string(),
            ordering,
            needs,
            orderings: None,
        });
    }
    findings.extend(
        found.iter().filter(|found| found.declared != Some(true)).flat_map(|found| wrong(found, &waiting)),
    );
    findings.sort_by_key(|finding| finding.kind);
    let violated = !findings.is_empty();
    if scenario.expect.outcomes.is_some() {
        findings.extend(
            found.iter().filter(|f| f.declared == Some(false) && f.outcome.wrong.is_empty()).map(|found| {
                Finding {
                    kind: Kind::Undeclared,
                    message: format!("`{}` is not declared", found.outcome.rests),
                    ordering: found.example.clone(),
                    needs: found.needs.clone(),
                    orderings: Some(found.orderings.clone()),
                }
            }),
        );
    }
    let unreached = scenario.expect.outcomes.iter().flatten();
    let unreached = unreached.filter(|declared| found.iter().all(|found| found.outcome.rests != **declared));
    let verdict = verdict(scenario, &found, violated, graph.stopped);
    // Where a host is about to stop, the world is the one in which the step has begun.
    let begins = beginnings(&explorer, &graph);
    let states = graph.len() as u64 - graph.within_steps - begins;
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
        orderings,
        states,
        stopped: graph.stopped,
        undecided,
        unreached: unreached.cloned().collect(),
        outcomes: found,
        findings,
        lasso,
        bounds: scenario.bounds,
        reductions: reductions(&explorer),
        interchanged: interchanged(&explorer, &graph),
    };
    Ok(Report { scenario: scenario.name.clone(), explored: Arc::new(explored) })
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

/// Of an outcome the orderings in which messages wait for an instance that never starts: the nearest, what it
/// takes, and how many there are.
type Waiting = BTreeMap<(Outcome, Wrong), (Vec<String>, Vec<Faults>, Count)>;

/// An outcome in which an instance is parked, or goes on waiting.
fn wrong(found: &Found, waiting: &Waiting) -> Vec<Finding> {
    let finding = |wrong: &Wrong| {
        let (kind, message) = match wrong {
            Wrong::Parked { instance, reason } => (Kind::Parked, format!("{instance} is parked: {reason}")),
            Wrong::Unfinished { instance, state } => {
                (Kind::Unfinished, format!("{instance} stays in {state}, and nothing more comes"))
            }
            Wrong::NeverStarted { instance } => {
                (Kind::NeverStarted, format!("{instance} never starts, and what came for it waits"))
            }
        };
        let all = (found.example.clone(), found.needs.clone(), found.orderings.clone());
        let (ordering, needs, orderings) =
            waiting.get(&(found.outcome.clone(), wrong.clone())).cloned().unwrap_or(all);
        Finding { kind, message, ordering, needs, orderings: Some(orderings) }
    };
    found.outcome.wrong.iter().map(finding).collect()
}

fn broken_finding(
    broken: &Broken,
    (ordering, needs): (Vec<String>, Vec<Faults>),
    orderings: Option<Count>,
) -> Finding {
    let message = match &broken.failed {
        _ if matches!(broken.kind, Kind::Unanswered | Kind::Twice) => broken.text.clone(),
        Some(why) => format!("`{}` cannot be judged: {why}", broken.name),
        None => format!("`{}` does not hold: {}", broken.name, broken.text),
    };
    Finding { kind: broken.kind, message, ordering, needs, orderings }
}

/// The smallest budgets with which one of some worlds is reached. What was taken of the budgets is part of
/// a world, so nothing needs to be explored again.
fn needs(graph: &Graph, budget: Faults, worlds: &[u32]) -> Vec<Faults> {
    let taken = |&world: &u32| budget.taken(graph.left(world as usize));
    let all: BTreeSet<Faults> = worlds.iter().map(taken).collect();
    let smallest = |this: &&Faults| all.iter().all(|other| other == *this || !other.within(**this));
    all.iter().filter(smallest).copied().collect()
}

/// How many orderings meet a world in which a property is broken: all but those that go round it.
fn avoiding(
    graph: &Graph,
    sorted: &Sorted,
    broken: &Broken,
    group_of: &dyn Fn(u32) -> Option<usize>,
    all: &Count,
) -> Option<Count> {
    let worlds: FxHashSet<u32> = broken.worlds.iter().copied().collect();
    let one = |world: u32| group_of(world).map(|_| 0);
    let sound = paths(graph, sorted, 1, &one, &|world| !worlds.contains(&world));
    match (all, &sound[0]) {
        (Count::Finite(all), Count::Finite(sound)) => Some(Count::Finite(all - sound)),
        _ => None,
    }
}

/// How many worlds lie before all that comes first has come.
fn beginnings(explorer: &Explorer, graph: &Graph) -> u64 {
    let mut place = Place::default();
    let mut begins = |world: &usize| {
        graph.read(*world, &mut place);
        explorer.begins(&place)
    };
    let near = |world: &usize| graph.depth[*world] as usize <= explorer.scenario.first.len();
    (0..graph.len()).take_while(near).filter(&mut begins).count() as u64
}

fn labels(explorer: &Explorer, graph: &Graph, path: &Path) -> Vec<String> {
    let label = |&(world, choice): &(u32, usize)| graph.edges(world as usize)[choice].label;
    path.iter().map(|step| explorer.labels.text(label(step)).to_string()).collect()
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
