//! What a scenario expects: properties judged in every world, and the verdict.

use super::ends::Nearest;
use super::interpret::{Life, Reason};
use super::model::*;
use super::orderings::{Told, Walk};
use super::world::World;
use std::collections::{BTreeMap, BTreeSet};

/// Something that should not be: its kind, in how many orderings, and the nearest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Of a property, with its name. Others may be of one kind.
    pub kind: String,
    pub orderings: u64,
    pub ordering: Vec<String>,
    /// The smallest budgets of faults with which it is found.
    pub needs: Vec<Faults>,
}

/// What may go wrong on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// By its place.
    Property(usize),
    /// A service had no answer to a message, for a reason, at a place of its file.
    Unanswered(usize, Type, Reason, usize),
    /// An instance, by process and conversation, sent commands of a type in two steps of one message.
    Twice(usize, usize, Type, Type),
}

/// Of each, how many orderings meet it, and the nearest way to a world where it has happened.
#[derive(Debug, Default)]
pub struct Broken(BTreeMap<Wrong, (u64, Nearest, BTreeSet<Faults>)>);

impl Walk<'_> {
    /// Judges the properties in a world, and counts all that went wrong on the way where an ordering ends.
    pub fn judge(&mut self, world: &mut World, ends: bool) {
        for (place, (judged, condition)) in self.case.expect.properties.iter().enumerate() {
            let here = *judged == Judged::Always || ends;
            if here && !self.holds(world, *condition) {
                world.wrong.insert(Wrong::Property(place));
            }
        }
        // Further on the way is longer: there none is the nearest, and more faults are taken.
        for wrong in &world.wrong {
            let taken = self.case.faults.less(world.left);
            let nearest = Nearest::of(&self.path, taken, world.inversions);
            let known = self.broken.0.entry(*wrong).or_insert_with(|| (0, nearest.clone(), BTreeSet::new()));
            known.0 += u64::from(ends);
            known.2.insert(taken);
            if nearest < known.1 {
                known.1 = nearest;
            }
        }
    }

    /// One that looks at instances holds where it holds for each conversation.
    fn holds(&self, world: &World, condition: Condition) -> bool {
        let count = |type_: Type| world.came[type_ as usize] + world.sent[type_ as usize];
        let instances = |process: usize, holds: &dyn Fn(Option<usize>, Data) -> bool| {
            world.instances[process].iter().all(|instance| match instance.life {
                Life::In(state) => holds(Some(state), instance.data),
                // As it is born.
                _ => holds(None, [0; 3]),
            })
        };
        match condition {
            Condition::AtMost(type_, most) => count(type_) <= most,
            Condition::NoMore(one, other) => count(one) <= count(other),
            Condition::NotIn(process, state) => instances(process, &|at, _| at != Some(state)),
            Condition::Below(process, var, bound) => {
                instances(process, &|_, data| data[var as usize] < bound)
            }
            // As each begins, where nothing came yet.
            Condition::EntityBelow(service, key, var, bound) => world
                .entities
                .get(&(service, key.to_string()))
                .is_none_or(|entity| entity.data[var as usize] < bound),
        }
    }

    pub fn broken_findings(&self) -> Vec<Finding> {
        let told =
            |(wrong, (orderings, nearest, taken)): (&Wrong, &(u64, Nearest, BTreeSet<Faults>))| Finding {
                kind: self.kind(*wrong),
                orderings: *orderings,
                ordering: nearest.path.iter().map(|step| self.text(step)).collect(),
                needs: Faults::smallest(taken),
            };
        self.broken.0.iter().map(told).collect()
    }

    fn kind(&self, wrong: Wrong) -> String {
        match wrong {
            Wrong::Property(place) => match self.case.expect.properties[place].0 {
                Judged::Always => format!("always p{place}"),
                Judged::Finally => format!("finally p{place}"),
            },
            Wrong::Unanswered(..) => "unanswered".to_string(),
            Wrong::Twice(..) => "twice".to_string(),
        }
    }
}

impl Told {
    /// All that is wrong, sorted.
    pub fn findings(&self, case: &Case) -> Vec<Finding> {
        let mut findings: Vec<Finding> = self.broken.clone();
        for found in &self.found {
            let declared = case.expect.outcomes.as_ref().map(|all| all.contains(&found.outcome));
            let mut add = |kind: &str| {
                let (orderings, ordering) = (found.orderings, found.example.clone());
                let needs = found.needs.clone();
                findings.push(Finding { kind: kind.to_string(), orderings, ordering, needs });
            };
            match declared {
                Some(true) => {}
                Some(false) if found.wrong.is_empty() => add("undeclared"),
                _ => findings.extend(found.wrong.iter().cloned()),
            }
        }
        findings.sort();
        findings
    }

    /// The first that applies: `violated`, `converges`, `as-declared`, `diverges`.
    pub fn verdict(&self, case: &Case) -> &'static str {
        let findings = self.findings(case);
        let undeclared = case
            .expect
            .outcomes
            .as_ref()
            .is_some_and(|declared| self.found.iter().any(|found| !declared.contains(&found.outcome)));
        if findings.iter().any(|finding| finding.kind != "undeclared") {
            "violated"
        } else if undeclared {
            "diverges"
        } else if self.found.len() == 1 {
            "converges"
        } else if case.expect.outcomes.is_some() && !case.expect.converge {
            "as-declared"
        } else {
            "diverges"
        }
    }

    /// What was declared and never came.
    pub fn unreached(&self, case: &Case) -> Vec<String> {
        let reached = |outcome: &&String| self.found.iter().any(|found| found.outcome == **outcome);
        case.expect.outcomes.iter().flatten().filter(|outcome| !reached(outcome)).cloned().collect()
    }
}
