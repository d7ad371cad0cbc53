//! Where orderings end: outcomes, how many orderings lead to each, and the nearest of them.

use super::expect::Finding;
use super::interpret::{Instance, Life, Rest};
use super::model::*;
use super::naming::{Step, rest_text};
use super::orderings::{Told, Walk};
use super::world::{Hearer, World};
use std::collections::{BTreeMap, BTreeSet};

/// An outcome, in words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    pub outcome: String,
    pub effects: BTreeMap<&'static str, u64>,
    /// The data of the instances and of what was sent, where outcomes differ by data.
    pub detail: String,
    pub orderings: u64,
    /// The nearest ordering, without `first`.
    pub example: Vec<String>,
    /// Per instance that rests where none should, why.
    pub wrong: Vec<Finding>,
    /// The smallest budgets of faults with which it is reached.
    pub needs: Vec<Faults>,
    /// All its orderings, where the case has few.
    pub all: Vec<Vec<String>>,
}

/// So many orderings of a case are few.
const FEW: u64 = 150;

/// An outcome before it is put in words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct End {
    /// Which instances there are, what each is called, and where it rests.
    rests: Vec<(String, Rest, Hearer)>,
    sent: [u8; TYPES.len()],
    /// Of each instance that lives.
    data: Vec<Option<Data>>,
    sent_data: Vec<(Type, Option<i64>)>,
}

/// Per outcome, its orderings.
#[derive(Debug, Default)]
pub struct Ends(BTreeMap<End, Best>);

/// Some of the orderings of an outcome.
#[derive(Debug, Clone, Default)]
struct Part {
    orderings: u64,
    nearest: Option<Nearest>,
    taken: BTreeSet<Faults>,
}

#[derive(Debug)]
struct Best {
    orderings: u64,
    nearest: Nearest,
    all: Vec<Vec<Step>>,
    /// Per instance, the orderings in which it never started and messages wait for that.
    waits: Vec<Part>,
    /// The faults that its orderings took.
    taken: BTreeSet<Faults>,
}

/// The nearest of some paths: fewest faults, then fewest steps, then fewest inversions, then canonical order,
/// as derived.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Nearest {
    faults: u8,
    steps: usize,
    inversions: usize,
    pub path: Vec<Step>,
}

impl Nearest {
    pub fn of(path: &[Step], taken: Faults, inversions: usize) -> Nearest {
        Nearest { faults: taken.sum(), steps: path.len(), inversions, path: path.to_vec() }
    }
}

impl Walk<'_> {
    pub fn end(&mut self, world: &World) {
        self.told.orderings += 1;
        let heard: Vec<[bool; CONVERSATIONS.len()]> =
            world.instances.iter().map(|all| all.each_ref().map(|instance| instance.heard)).collect();
        let nobody = Instance::new();
        let instances: Vec<(String, &Instance, usize)> = self
            .shown(&heard)
            .into_iter()
            .map(|(process, conversation, name)| {
                let instance = conversation.map_or(&nobody, |c| &world.instances[process][c]);
                (name, instance, process)
            })
            .collect();
        let data = |instance: &Instance| matches!(instance.life, Life::In(_)).then_some(instance.data);
        let mut sent_data = world.sent_data.clone();
        sent_data.sort();
        let parked = world.entities.iter().filter_map(|((service, key), entity)| {
            let name = format!("{}#{key}", self.case.services[*service].name);
            Some((name, Rest::Parked(entity.parked?), self.case.processes.len() + service))
        });
        let rests =
            instances.iter().map(|(name, instance, process)| (name.clone(), instance.rest(), *process));
        let end = End {
            // Of entities only those that went wrong.
            rests: rests.chain(parked).collect(),
            sent: world.sent,
            data: match self.case.by_data {
                true => instances.iter().map(|(_, instance, _)| data(instance)).collect(),
                false => Vec::new(),
            },
            sent_data,
        };
        let waits: Vec<bool> = instances
            .iter()
            .map(|(_, instance, _)| instance.rest() == Rest::NotStarted && !instance.deferred.is_empty())
            .collect();
        let taken = self.case.faults.less(world.left);
        let nearest = Nearest::of(&self.path, taken, world.inversions);
        let new = || Best {
            orderings: 0,
            nearest: nearest.clone(),
            all: Vec::new(),
            waits: vec![Part::default(); waits.len()],
            taken: BTreeSet::new(),
        };
        let best = self.ends.0.entry(end).or_insert_with(new);
        best.orderings += 1;
        best.taken.insert(taken);
        for (waiting, _) in best.waits.iter_mut().zip(waits).filter(|(_, waits)| *waits) {
            waiting.orderings += 1;
            waiting.taken.insert(taken);
            if waiting.nearest.as_ref().is_none_or(|known| nearest < *known) {
                waiting.nearest = Some(nearest.clone());
            }
        }
        if self.told.orderings <= FEW {
            best.all.push(self.path.clone());
        }
        if nearest < best.nearest {
            best.nearest = nearest;
        }
    }

    pub fn finish(mut self) -> Told {
        let ends = std::mem::take(&mut self.ends.0);
        let found = ends.into_iter().map(|(end, best)| Found {
            outcome: self.outcome(&end.rests),
            effects: (0..TYPES.len())
                .filter(|type_| end.sent[*type_] > 0)
                .map(|type_| (TYPES[type_], end.sent[type_].into()))
                .collect(),
            detail: if self.case.by_data { detail(&end) } else { String::new() },
            orderings: best.orderings,
            needs: Faults::smallest(&best.taken),
            example: best.nearest.path.iter().map(|step| self.text(step)).collect(),
            all: match self.told.orderings <= FEW {
                true => {
                    best.all.iter().map(|path| path.iter().map(|step| self.text(step)).collect()).collect()
                }
                false => Vec::new(),
            },
            wrong: end
                .rests
                .iter()
                .enumerate()
                .filter_map(|(place, at)| self.wrong(at, best.waits.get(place), &best))
                .collect(),
        });
        self.told.found = found.collect();
        self.told.found.sort();
        self.told.broken = self.broken_findings();
        self.told
    }

    fn wrong(&self, at: &(String, Rest, Hearer), waits: Option<&Part>, best: &Best) -> Option<Finding> {
        let finding = |kind: &str, orderings: u64, nearest: &Nearest, taken: &BTreeSet<Faults>| Finding {
            kind: kind.to_string(),
            orderings,
            ordering: nearest.path.iter().map(|step| self.text(step)).collect(),
            needs: Faults::smallest(taken),
        };
        let all = |kind: &str| finding(kind, best.orderings, &best.nearest, &best.taken);
        match at.1 {
            Rest::Parked(_) => Some(all("parked")),
            Rest::In(state) if !self.case.processes[at.2].states[state].end => Some(all("unfinished")),
            Rest::NotStarted => {
                let waits = waits?;
                let nearest = waits.nearest.as_ref()?;
                Some(finding("never-started", waits.orderings, nearest, &waits.taken))
            }
            _ => None,
        }
    }

    fn outcome(&self, rests: &[(String, Rest, Hearer)]) -> String {
        let processes = &self.case.processes;
        let states = |hearer: Hearer| processes.get(hearer).map_or(&[][..], |process| &process.states);
        match rests {
            [] => "quiet".to_string(),
            [(_, rest, process)] if *process < processes.len() => rest_text(*rest, states(*process)),
            several => {
                let named = several
                    .iter()
                    .map(|(name, rest, hearer)| format!("{name}: {}", rest_text(*rest, states(*hearer))));
                named.collect::<Vec<_>>().join(", ")
            }
        }
    }
}

/// `alpha {k=0 n=1 seen=true}`, for each instance; then what was sent, with its data.
fn detail(end: &End) -> String {
    let data = |data: &Option<Data>| match data {
        Some([n, k, seen]) => format!("k={k} n={n} seen={}", *seen == 1),
        None => String::new(),
    };
    let instances: Vec<String> =
        end.rests.iter().zip(&end.data).map(|((name, ..), of)| format!("{name} {{{}}}", data(of))).collect();
    let mut sent: BTreeMap<String, u64> = BTreeMap::new();
    for (type_, data) in &end.sent_data {
        let data = data.map_or(String::new(), |k| format!("{{\"k\":{k}}}"));
        *sent.entry(format!("{}{data}", name(*type_))).or_default() += 1;
    }
    format!("{} sent {sent:?}", instances.join(" "))
}
