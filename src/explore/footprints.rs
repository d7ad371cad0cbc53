//! What the messages to one instance read and write of it, by what the file says: those that have nothing in common but
//! what nobody writes are of different groups.
//!
//! Regions of a process that know nothing of each other fall apart so; and of one region, or of a plain process, messages
//! that never change its state and are about different members of its data (Bernstein 1966).

use crate::event::Name;
use crate::process::expr::Expr;
use crate::process::{Definition, Reaction, RegionId, State};
use std::collections::{BTreeMap, BTreeSet};

/// The groups into which the messages to an instance fall.
#[derive(Debug)]
pub(super) struct Groups {
    of: BTreeMap<Name, u32>,
    /// Per group, the regions at whose states it looks.
    pub regions: Vec<BTreeSet<RegionId>>,
}

impl Groups {
    /// Of a message, or an alarm.
    pub fn of(&self, type_: &Name) -> Option<u32> {
        self.of.get(type_).copied()
    }

    pub fn all(&self) -> std::ops::Range<u32> {
        0..self.regions.len() as u32
    }
}

/// What can be read and written of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Thing<'a> {
    State(RegionId),
    Data(&'a str),
    Alarm(&'a str),
}

/// What a message, or a join, reads and writes.
#[derive(Default)]
struct Footprint<'a> {
    reads: BTreeSet<Thing<'a>>,
    writes: BTreeSet<Thing<'a>>,
    /// The alarms that it sets.
    sets: BTreeSet<&'a Name>,
    /// It looks at all data.
    all: bool,
    /// It is a join that ends the process.
    ends: bool,
}

/// Into which groups these messages fall, and the alarms that come of them. None where all of them are of one.
pub(super) fn groups(definition: &Definition, listed: &BTreeSet<&Name>) -> Option<Groups> {
    if listed.len() < 2 || definition.is_plain() && moves(definition, listed) {
        return None;
    }
    let mut coming: Vec<&Name> = listed.iter().copied().collect();
    let mut joins: Vec<Footprint> = definition
        .joins
        .iter()
        .map(|join| {
            let mut footprint = Footprint::default();
            footprint.expression(definition, &join.when);
            footprint.reaction(definition, &join.reaction);
            footprint.ends = join.end.is_some();
            footprint
        })
        .collect();
    let mut prints: Vec<Footprint> = Vec::new();
    while let Some(&type_) = coming.get(prints.len()) {
        let footprint = of_message(definition, type_);
        let set = footprint.sets.iter().chain(joins.iter().flat_map(|join| &join.sets));
        let new: BTreeSet<&Name> = set.copied().filter(|set| !coming.contains(set)).collect();
        coming.extend(new);
        prints.push(footprint);
    }
    // A join whose guard nothing can change is never taken.
    loop {
        let written: BTreeSet<Thing> = prints.iter().flat_map(|print| &print.writes).copied().collect();
        let (now, later) = joins
            .into_iter()
            .partition(|join| join.all || join.reads.iter().any(|read| written.contains(read)));
        joins = later;
        let now: Vec<Footprint> = now;
        if now.is_empty() {
            break;
        }
        prints.extend(now);
    }
    if prints.iter().any(|print| print.all || print.ends) {
        return None;
    }
    // What somebody writes ties all who read or write it.
    let mut group: Vec<usize> = (0..prints.len()).collect();
    let written: BTreeSet<Thing> = prints.iter().flat_map(|print| &print.writes).copied().collect();
    for thing in &written {
        let touches = |print: &Footprint| print.reads.contains(thing) || print.writes.contains(thing);
        let tied: BTreeSet<usize> =
            (0..prints.len()).filter(|&at| touches(&prints[at])).map(|at| group[at]).collect();
        let first = tied.first().copied().unwrap_or(0);
        group.iter_mut().filter(|group| tied.contains(group)).for_each(|group| *group = first);
    }
    if group[..listed.len()].iter().all(|of| *of == group[0]) {
        return None;
    }
    let names: BTreeSet<usize> = group[..coming.len()].iter().copied().collect();
    let names: Vec<usize> = names.into_iter().collect();
    let mut regions = vec![BTreeSet::new(); names.len()];
    for (print, of) in prints.iter().zip(&group) {
        let Ok(group) = names.binary_search(of) else { continue };
        regions[group].extend(print.reads.iter().chain(&print.writes).filter_map(|thing| match thing {
            Thing::State(region) => Some(*region),
            _ => None,
        }));
    }
    let number = |of: &usize| names.binary_search(of).unwrap_or(0) as u32;
    let of = coming.into_iter().cloned().zip(group.iter().map(number)).collect();
    Some(Groups { of, regions })
}

/// Whether one of these messages may change the state: of most plain processes, so that no more need be asked.
fn moves(definition: &Definition, listed: &BTreeSet<&Name>) -> bool {
    let shared = definition.any.iter().map(|shared| &shared.answers);
    let mut answers = definition.states.iter().map(|state| &state.own).chain(shared);
    answers.any(|answers| {
        let reactions = listed.iter().filter_map(|type_| answers.on.get(*type_)).flatten();
        reactions.into_iter().any(|reaction| reaction.to.is_some())
    })
}

fn of_message<'a>(definition: &'a Definition, type_: &'a Name) -> Footprint<'a> {
    let mut footprint = Footprint::default();
    if definition.alarms.contains(type_) {
        // Its ring is spent.
        footprint.writes.insert(Thing::Alarm(type_));
    }
    let knows = |region: &RegionId| definition.regions[*region].alphabet.contains(type_);
    let mut concerned: Vec<RegionId> = (0..definition.regions.len()).filter(knows).collect();
    if concerned.is_empty() {
        // What becomes of it is a matter of where all are.
        concerned = (0..definition.regions.len()).collect();
    }
    for region in concerned {
        footprint.reads.insert(Thing::State(region));
        let states = definition.states_of(region);
        let shared = definition.any.iter().filter(|shared| shared.region == region);
        let answers = states.iter().map(|state| &state.own).chain(shared.map(|shared| &shared.answers));
        let reactions: Vec<&Reaction> =
            answers.filter_map(|answers| answers.on.get(type_)).flatten().collect();
        if !reactions.is_empty() {
            footprint.acts(definition, region, states, reactions);
        }
    }
    footprint
}

impl<'a> Footprint<'a> {
    /// A region does this, and what its states do without a message.
    fn acts(
        &mut self,
        definition: &'a Definition,
        region: RegionId,
        states: &'a [State],
        mut does: Vec<&'a Reaction>,
    ) {
        does.extend(states.iter().flat_map(|state| &state.whenever));
        if does.iter().any(|reaction| reaction.to.is_some()) {
            does.extend(states.iter().flat_map(|state| &state.enter));
            self.writes.insert(Thing::State(region));
            // Those that it sets are called off where it ends.
            self.writes.extend(definition.regions[region].alarms.iter().map(|alarm| Thing::Alarm(alarm)));
        }
        does.into_iter().for_each(|reaction| self.reaction(definition, reaction));
    }

    fn reaction(&mut self, definition: &'a Definition, reaction: &'a Reaction) {
        let mut expressions = Vec::new();
        reaction.expressions(&mut expressions);
        expressions.into_iter().for_each(|expr| self.expression(definition, expr));
        self.writes.extend(reaction.set.iter().map(|(member, _)| Thing::Data(member)));
        self.writes.extend(reaction.cancel.iter().map(|cancel| Thing::Alarm(&cancel.name)));
        self.writes.extend(reaction.alarms.iter().map(|alarm| Thing::Alarm(&alarm.name)));
        self.sets.extend(reaction.alarms.iter().map(|alarm| &alarm.name));
    }

    fn expression(&mut self, definition: &'a Definition, expr: &'a Expr) {
        let reads = expr.reads();
        self.all |= reads.all_data;
        self.reads.extend(reads.data.iter().map(|member| Thing::Data(member)));
        let named = reads.regions.iter().filter_map(|region| definition.region_named(region));
        self.reads.extend(named.map(Thing::State));
        if reads.state && reads.regions.is_empty() {
            self.reads.extend((0..definition.regions.len()).map(Thing::State));
        }
    }
}
