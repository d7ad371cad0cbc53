//! What a scenario expects: properties judged in every world, and the verdict.

use super::ends::Nearest;
use super::interpret::Life;
use super::model::*;
use super::orderings::{Told, Walk, World};
use std::collections::BTreeSet;

/// Something that should not be: its kind, in how many orderings, and the nearest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Of a property, with its name.
    pub kind: String,
    pub orderings: u64,
    pub ordering: Vec<String>,
    /// The smallest budgets of faults with which it is found.
    pub needs: Vec<Faults>,
}

/// Per property, how many orderings break it, and the nearest way to a world where it is broken.
#[derive(Debug)]
pub struct Broken(Vec<(u64, Option<Nearest>, BTreeSet<Faults>)>);

impl Broken {
    pub fn new(case: &Case) -> Broken {
        Broken(vec![(0, None, BTreeSet::new()); case.expect.properties.len()])
    }
}

impl Walk<'_> {
    /// Judges the properties in a world, and counts those that were broken on the way where an ordering
    /// ends.
    pub fn judge(&mut self, world: &mut World, ends: bool) {
        for (place, (judged, condition)) in self.case.expect.properties.iter().enumerate() {
            let here = *judged == Judged::Always || ends;
            if here && !self.holds(world, *condition) {
                world.broken[place] = true;
                let taken = self.case.faults.less(world.left);
                let nearest = Nearest::of(&self.path, taken, world.inversions);
                self.broken.0[place].2.insert(taken);
                let known = &mut self.broken.0[place].1;
                if known.as_ref().is_none_or(|known| nearest < *known) {
                    *known = Some(nearest);
                }
            }
            self.broken.0[place].0 += u64::from(ends && world.broken[place]);
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
        }
    }

    pub fn broken_findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (place, (judged, _)) in self.case.expect.properties.iter().enumerate() {
            let (orderings, Some(nearest), taken) = &self.broken.0[place] else { continue };
            let kind = match judged {
                Judged::Always => "always",
                Judged::Finally => "finally",
            };
            findings.push(Finding {
                kind: format!("{kind} p{place}"),
                orderings: *orderings,
                ordering: nearest.path.iter().map(|step| self.text(step)).collect(),
                needs: Faults::smallest(taken),
            });
        }
        findings
    }
}

impl Told {
    /// All that is wrong, sorted.
    pub fn findings(&self, case: &Case) -> Vec<Finding> {
        let mut findings = self.broken.clone();
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
