//! What a report finds wrong, each with the nearest ordering that leads there.

use super::count::{Count, Sorted, paths};
use super::graph::Graph;
use super::judge::Broken;
use super::outcomes::{Outcome, Outcomes, Wrong};
use super::report::{Finding, Found, Kind};
use super::scenario::Faults;
use std::collections::BTreeMap;

/// The nearest ordering to something, and the smallest budgets of faults that it takes.
#[derive(Debug, Clone)]
pub(super) struct Way {
    pub ordering: Vec<String>,
    pub needs: Vec<Faults>,
}

/// Of an outcome the orderings in which messages wait for an instance that never starts: the nearest, and how many
/// there are.
pub(super) type Waiting = BTreeMap<(Outcome, Wrong), (Way, Count)>;

/// `ways`: the nearest, one for each.
pub(super) fn waiting(graph: &Graph, sorted: &Sorted, outcomes: &Outcomes, ways: Vec<Way>) -> Waiting {
    let one = |(((outcome, wrong), worlds), way): ((&(usize, Wrong), &Vec<u32>), Way)| {
        let here = |world: u32| worlds.binary_search(&world).ok().map(|_| 0);
        let count = paths(graph, sorted, 1, &here, &|_| true).swap_remove(0);
        ((outcomes.found[*outcome].clone(), wrong.clone()), (way, count))
    };
    outcomes.waiting.iter().zip(ways).map(one).collect()
}

fn way_to(found: &Found) -> Way {
    Way { ordering: found.example.clone(), needs: found.needs.clone() }
}

/// An outcome in which an instance is parked, or goes on waiting.
pub(super) fn wrong(found: &Found, waiting: &Waiting) -> Vec<Finding> {
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
        let all = || (way_to(found), found.orderings.clone());
        let waiting = waiting.get(&(found.outcome.clone(), wrong.clone()));
        let (Way { ordering, needs }, orderings) = waiting.cloned().unwrap_or_else(all);
        Finding { kind, message, ordering, needs, orderings: Some(orderings) }
    };
    found.outcome.wrong.iter().map(finding).collect()
}

pub(super) fn broken_finding(broken: &Broken, way: Way, orderings: Option<Count>) -> Finding {
    let message = match &broken.failed {
        _ if matches!(broken.kind, Kind::Unanswered | Kind::Twice) => broken.text.clone(),
        Some(why) => format!("`{}` cannot be judged: {why}", broken.name),
        None => format!("`{}` does not hold: {}", broken.name, broken.text),
    };
    Finding { kind: broken.kind, message, ordering: way.ordering, needs: way.needs, orderings }
}

pub(super) fn never_ends(way: Way) -> Finding {
    Finding {
        kind: Kind::NeverEnds,
        message: "goes round for ever: from here no ordering ends".to_string(),
        ordering: way.ordering,
        needs: way.needs,
        orderings: None,
    }
}

/// An outcome that was not declared, where others were, and in which nothing else is wrong.
pub(super) fn undeclared(found: &Found) -> Option<Finding> {
    let so = found.declared == Some(false) && found.outcome.wrong.is_empty();
    so.then(|| Finding {
        kind: Kind::Undeclared,
        message: format!("`{}` is not declared", found.outcome.rests),
        ordering: found.example.clone(),
        needs: found.needs.clone(),
        orderings: Some(found.orderings.clone()),
    })
}

/// How many orderings meet a world in which a property is broken: all but those that go round it.
pub(super) fn meeting(all: &Count, going_round: &Count) -> Option<Count> {
    match (all, going_round) {
        (Count::Finite(all), Count::Finite(round)) => Some(Count::Finite(all - round)),
        _ => None,
    }
}
