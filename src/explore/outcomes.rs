//! What an ordering leads to: where each instance rests, and what was sent.

use super::explorer::Explorer;
use super::graph::Graph;
use super::lives::waits_for_a_start;
use super::place::Place;
use super::steps::UNBORN;
use super::symbols::Bag;
use crate::event::{Document, Name};
use crate::process::{Data, End};
use crate::runtime::ProcessId;
use crate::step::{Instance, Rest};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// What an outcome is called in which no instance rests: only services take part, and none of their entities is
/// parked.
pub(super) const QUIET: &str = "quiet";

/// An outcome, apart from how many orderings lead to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outcome {
    /// Where each instance rests: `served`, or `order: served, shipping: sent`.
    pub rests: String,
    /// The end, of the instances together: the one that wants most attention.
    pub end: Option<End>,
    /// How many messages of each type were sent.
    pub effects: BTreeMap<Name, u64>,
    /// With `outcome-by: data`, the data of the instances, and what was sent with its data.
    pub data: Option<ByData>,
    /// What is wrong with it unless it was declared.
    pub wrong: Vec<Wrong>,
}

/// The data of an outcome.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByData {
    /// Per instance, by its name in the outcome.
    pub instances: Vec<(String, Data)>,
    /// Per message that was sent, how often it was.
    pub sent: Vec<(Name, Option<Document>, u64)>,
}

/// An instance that rests where none should.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wrong {
    Parked {
        instance: String,
        reason: String,
    },
    Unfinished {
        instance: String,
        state: String,
    },
    /// It never started, and messages wait for that.
    NeverStarted {
        instance: String,
    },
}

/// The outcomes of a graph's last worlds.
#[derive(Debug)]
pub(super) struct Outcomes {
    pub found: Vec<Outcome>,
    /// Where messages may be lost, one outcome is reached with messages that wait for an instance that never
    /// started, and without: per outcome and instance, the worlds in which they do.
    pub waiting: BTreeMap<(usize, Wrong), Vec<u32>>,
    /// Per last world, its outcome.
    of: FxHashMap<u32, u32>,
}

impl Outcomes {
    pub fn new(explorer: &Explorer, graph: &Graph) -> Outcomes {
        let mut numbers: BTreeMap<Outcome, usize> = BTreeMap::new();
        let mut found: Vec<Outcome> = Vec::new();
        let mut known: FxHashMap<(Vec<u32>, u32), (usize, Vec<Wrong>)> = FxHashMap::default();
        let mut waiting: BTreeMap<(usize, Wrong), Vec<u32>> = BTreeMap::new();
        let mut of = FxHashMap::default();
        // Its outcome, and whether messages wait in it for an instance that never starts.
        let mut of_cast: FxHashMap<u32, (u32, bool)> = FxHashMap::default();
        let mut place = Place::default();
        for world in graph.last() {
            if !graph.is_end(world) {
                continue;
            }
            // The cast says it all, and most are those of other worlds too.
            let cast = graph.lattice().is_none().then(|| graph.worlds.get(world).cast);
            if let Some((number, _)) = cast.and_then(|cast| of_cast.get(&cast)).filter(|(_, never)| !never) {
                of.insert(world as u32, *number);
                continue;
            }
            graph.read(world, &mut place);
            let key = (std::mem::take(&mut place.lives), place.sent);
            if !known.contains_key(&key) {
                place.lives.clone_from(&key.0);
                let whole = outcome(explorer, &place);
                let (plain, never) = whole.parted();
                let number = *numbers.entry(plain).or_insert(found.len());
                match found.get_mut(number) {
                    Some(known) => known.merge(whole, explorer, &place),
                    None => found.push(whole),
                }
                known.insert(key.clone(), (number, never));
            }
            let (number, never) = &known[&key];
            for wrong in never {
                waiting.entry((*number, wrong.clone())).or_default().push(world as u32);
            }
            of.insert(world as u32, *number as u32);
            of_cast.extend(cast.map(|cast| (cast, (*number as u32, !never.is_empty()))));
        }
        Outcomes { found, waiting, of }
    }

    /// The outcome of a world where orderings end.
    pub fn of(&self, world: u32) -> Option<usize> {
        self.of.get(&world).map(|&number| number as usize)
    }

    /// The worlds of each outcome.
    pub fn worlds(&self) -> Vec<Vec<u32>> {
        let mut worlds = vec![Vec::new(); self.found.len()];
        self.of.iter().for_each(|(&world, &outcome)| worlds[outcome as usize].push(world));
        worlds.iter_mut().for_each(|worlds| worlds.sort());
        worlds
    }
}

impl Outcome {
    /// What it is whether or not messages wait for an instance that never started; and for which they do.
    pub(super) fn parted(&self) -> (Outcome, Vec<Wrong>) {
        let is_never = |wrong: &Wrong| matches!(wrong, Wrong::NeverStarted { .. });
        let (never, wrong) = self.wrong.iter().cloned().partition(is_never);
        (Outcome { end: None, wrong, ..self.clone() }, never)
    }

    /// The same in another world, but for which messages wait. All that is wrong in one of them is told, in the order in which
    /// instances are, whichever was met first.
    pub(super) fn merge(&mut self, other: Outcome, explorer: &Explorer, place: &Place) {
        self.end = self.end.filter(|_| other.end.is_some());
        let new: Vec<Wrong> = other.wrong.into_iter().filter(|wrong| !self.wrong.contains(wrong)).collect();
        if new.is_empty() {
            return;
        }
        self.wrong.extend(new);
        let names: Vec<String> = resting(explorer, place).into_iter().map(|(name, ..)| name).collect();
        self.wrong.sort_by_key(|wrong| names.iter().position(|name| name == wrong.instance()));
    }
}

impl Wrong {
    fn instance(&self) -> &String {
        match self {
            Wrong::Parked { instance, .. }
            | Wrong::Unfinished { instance, .. }
            | Wrong::NeverStarted { instance } => instance,
        }
    }
}

/// An instance under its name: of which process, and its id; None where nothing was heard of it.
pub(super) type Called = (String, ProcessId, Name, Option<Instance>);

/// What an instance is called in outcomes, whatever else is there.
pub(super) fn name_of_slot(explorer: &Explorer, slot: u32) -> String {
    let (process, id) = &explorer.steps.slots[slot as usize];
    let name = explorer.steps.crew.name(*process);
    if explorer.several.instances { format!("{name}#{id}") } else { name.to_string() }
}

/// The entities of services that were heard of, each under its name: `kitchen#ada`.
pub(super) fn entities(explorer: &Explorer, place: &Place) -> Vec<Called> {
    let steps = &explorer.steps;
    let mut found = Vec::new();
    for service in &explorer.scenario.staff.services {
        let here = |&slot: &u32| {
            let (of, _) = steps.slots[slot as usize];
            place.life(slot) != UNBORN && steps.crew.service(of).is_some_and(|s| s.name == service.name)
        };
        let mut slots: Vec<u32> = (0..steps.slots.len() as u32).filter(here).collect();
        slots.sort_by_key(|&slot| &steps.slots[slot as usize].1);
        found.extend(slots.into_iter().map(|slot| {
            let (of, id) = steps.slots[slot as usize].clone();
            let shown = if id.is_empty() { "(none)" } else { &*id };
            let instance = steps.lives.get(place.life(slot)).instance.clone();
            (format!("{}#{shown}", service.name), of, id, Some(instance))
        }));
    }
    found
}

/// All that an outcome speaks of: the instances, and the entities that are parked.
fn resting(explorer: &Explorer, place: &Place) -> Vec<Called> {
    let mut found = instances(explorer, place);
    if explorer.answers() {
        let parked =
            |(.., instance): &Called| instance.as_ref().is_some_and(|instance| instance.parked.is_some());
        found.extend(entities(explorer, place).into_iter().filter(parked));
    }
    found
}

/// Every instance of a world under its name: `order`, or `order#c1` where there are several of it.
pub(super) fn instances(explorer: &Explorer, place: &Place) -> Vec<Called> {
    let steps = &explorer.steps;
    let listed = 0..explorer.listed_slots;
    // As `Scenario::label` has it: ids are told where some process has several instances.
    let of =
        |process: ProcessId| listed.clone().filter(|&slot| steps.slots[slot as usize].0 == process).count();
    let several = (0..explorer.steps.crew.definitions.len()).any(|process| of(process) > 1);
    let mut found = Vec::new();
    for definition in &explorer.scenario.processes {
        let here = |process: &ProcessId| explorer.steps.crew.definitions[*process].name == definition.name;
        let process = (0..explorer.steps.crew.definitions.len()).find(here).expect("the same processes");
        let slots = (0..steps.slots.len() as u32)
            .filter(|&slot| steps.slots[slot as usize].0 == process)
            .filter(|slot| place.life(*slot) != UNBORN || listed.contains(slot));
        let mut slots: Vec<u32> = slots.collect();
        slots.sort_by_key(|&slot| &steps.slots[slot as usize].1);
        for &slot in &slots {
            let id = &steps.slots[slot as usize].1;
            let shown = if id.is_empty() { "(none)" } else { id };
            let name = match several || slots.len() > 1 {
                true => format!("{}#{shown}", definition.name),
                false => definition.name.to_string(),
            };
            let life = place.life(slot);
            let instance = (life != UNBORN).then(|| steps.lives.get(life).instance.clone());
            found.push((name, process, id.clone(), instance));
        }
        if slots.is_empty() {
            found.push((definition.name.to_string(), process, Name::from(""), None));
        }
    }
    found
}

/// Where each instance rests, as one text; and why entities are parked that are.
pub(super) fn rests(explorer: &Explorer, place: &Place) -> String {
    rests_of(explorer, &resting(explorer, place))
}

fn rests_of(explorer: &Explorer, resting: &[Called]) -> String {
    let one = |(name, of, _, instance): &Called| {
        let rest = instance.as_ref().map_or(Rest::NotStarted, Instance::rest);
        let only = resting.len() == 1 && explorer.steps.crew.service(*of).is_none();
        if only { rest.to_string() } else { format!("{name}: {rest}") }
    };
    match resting {
        [] => QUIET.to_string(),
        all => all.iter().map(one).collect::<Vec<_>>().join(", "),
    }
}

pub(super) fn outcome(explorer: &Explorer, place: &Place) -> Outcome {
    let instances = resting(explorer, place);
    let bag = explorer.steps.bags.get(place.sent);
    let mut effects: BTreeMap<Name, u64> = BTreeMap::new();
    for ((type_, _), count) in bag {
        *effects.entry(type_.clone()).or_default() += count;
    }
    let data = explorer.scenario.by_data.then(|| by_data(explorer, &instances, bag));
    let mut end: Option<End> = None;
    let mut all_ended = true;
    let mut wrong = Vec::new();
    for (name, _, _, instance) in &instances {
        let Some(instance) = instance else { continue };
        let name = name.clone();
        match instance.rest() {
            Rest::Ended(_, this) => end = end.max(Some(this)),
            Rest::Parked(reason) => wrong.push(Wrong::Parked { instance: name, reason: reason.to_string() }),
            Rest::Unfinished(state) => {
                wrong.push(Wrong::Unfinished { instance: name, state: state.to_string() });
            }
            Rest::NotStarted if waits_for_a_start(instance) => {
                wrong.push(Wrong::NeverStarted { instance: name });
            }
            Rest::NotStarted | Rest::Declined => {}
        }
        all_ended &= wrong.is_empty();
    }
    Outcome { rests: rests_of(explorer, &instances), end: end.filter(|_| all_ended), effects, data, wrong }
}

/// What entities know is no part of it.
fn by_data(explorer: &Explorer, instances: &[Called], bag: &Bag) -> ByData {
    let instances = instances.iter().filter(|(_, of, ..)| explorer.steps.crew.service(*of).is_none());
    let sorted = |data: &Data| {
        let mut members: Vec<_> = data.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        members.sort();
        let mut data = Data::default();
        members.into_iter().for_each(|(name, value)| data.set(name, value));
        data
    };
    let data = |instance: &Option<Instance>| instance.as_ref().map(|i| sorted(&i.data)).unwrap_or_default();
    ByData {
        instances: instances.map(|(name, _, _, instance)| (name.clone(), data(instance))).collect(),
        sent: bag.iter().map(|((type_, data), count)| (type_.clone(), data.clone(), *count)).collect(),
    }
}
