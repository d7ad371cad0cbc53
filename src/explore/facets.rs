//! An instance in facets: what happens to one of them looks at nothing, and changes nothing, of another, so that they are of
//! different parts.
//!
//! Supposed of the groups of messages that have nothing in common by what the file says (`footprints.rs`), and confirmed on
//! what becomes of the instance where one group alone comes: nothing may be left there that is everybody's matter. What
//! becomes of it where all come is what `step` makes of it, in one of the orders in which they may.

use super::apart::Part;
use super::choice::What;
use super::explorer::Explorer;
use super::footprints::{Groups, groups};
use super::graph::Graph;
use super::passing::lives_in;
use super::place::Place;
use super::scenario::{Alarms, Host};
use super::steps::{Given, UNBORN};
use super::ties::Group;
use crate::event::Name;
use crate::process::{AfterEnd, Definition, State, Whereabouts};
use crate::step::{Input, Instance, Outcome, decide};
use std::collections::{BTreeMap, BTreeSet};

/// Some of what comes to an instance: the instance's place, and the number of the group.
pub(super) type Facet = (u32, u32);

/// The instances that are supposed to have several, by their places.
#[derive(Default)]
pub(super) struct Facets(BTreeMap<u32, Groups>);

impl Facets {
    /// By what the files say; with a start, also by what the instances are then. None where there are none.
    pub fn supposed(explorer: &Explorer, start: Option<&Place>) -> Option<Facets> {
        // Where no id is remembered, what waits is told by its id.
        if explorer.scenario.host == Host::AtLeastOnce {
            return None;
        }
        let mut listed: BTreeMap<u32, BTreeSet<&Name>> = BTreeMap::new();
        let mut copied = BTreeSet::new();
        for delivery in &explorer.listed.deliveries {
            let type_ = &explorer.scenario.deliver[delivery.message].message.type_;
            listed.entry(delivery.slot).or_default().insert(type_);
            copied.extend(explorer.steps.mails.get(delivery.mail).copied.then_some(delivery.slot));
        }
        let several = listed.into_iter().filter(|(slot, _)| !copied.contains(slot));
        let found = several.filter_map(|(slot, mut types)| {
            let definition = explorer.steps.crew.definitions.get(explorer.steps.slots[slot as usize].0)?;
            if let Some(start) = start {
                let life = start.life(slot);
                let Instance { deferred, alarms, .. } = &explorer.steps.lives.get(life).instance;
                types.extend(alarms.iter().map(|alarm| &alarm.type_));
                let waits = !deferred.is_empty() || explorer.steps.lives.get(life).instance.parked.is_some();
                if life == UNBORN
                    || waits
                    || states(definition, &explorer.steps.lives.get(life).instance).is_none()
                {
                    return None;
                }
            }
            let groups = groups(definition, &types)?;
            let apart = definition.after_end == AfterEnd::Remember && hears_no_one(explorer, definition);
            apart.then_some((slot, groups))
        });
        Some(Facets(found.collect())).filter(|found| !found.0.is_empty())
    }

    pub fn has(&self, slot: u32) -> bool {
        self.0.contains_key(&slot)
    }

    /// Of an instance; none where it has only one.
    pub fn of(&self, slot: u32) -> impl Iterator<Item = Facet> {
        self.0.get(&slot).into_iter().flat_map(move |groups| groups.all().map(move |group| (slot, group)))
    }

    /// To which facet of its instance a message goes.
    pub fn of_message(&self, slot: u32, type_: &Name) -> Option<Facet> {
        Some((slot, self.0.get(&slot)?.of(type_)?))
    }

    pub fn remove(&mut self, slot: u32) {
        self.0.remove(&slot);
    }

    /// Whether an alarm of a facet is set, and may ring at any moment.
    pub fn is_armed(&self, explorer: &Explorer, facet: Facet, life: u32) -> bool {
        let mut alarms = explorer.steps.lives.get(life).alarms.iter();
        explorer.scenario.alarms == Alarms::Any
            && alarms.any(|alarm| self.of_message(facet.0, &alarm.message.type_) == Some(facet))
    }

    /// What of a life some facets are: the alarms of the others are not set.
    pub fn life(&self, explorer: &mut Explorer, facets: &BTreeSet<Facet>, slot: u32, life: u32) -> u32 {
        let own = |alarm: &Name| self.of_message(slot, alarm).is_some_and(|facet| facets.contains(&facet));
        explorer.steps.lives.with_alarms(life, own)
    }

    /// The instances of which something has become, where only the messages to some facets came, that is the matter of the
    /// others, too.
    pub fn tied(&self, explorer: &Explorer, group: &Group) -> BTreeSet<u32> {
        let Some((_, graph)) = &group.walked else { return BTreeSet::new() };
        let shared: BTreeSet<u32> = group.facets.iter().map(|facet| facet.0).collect();
        let is_tied = |slot: &u32| {
            let definition = &explorer.steps.crew.definitions[explorer.steps.slots[*slot as usize].0];
            let own = group.facets.iter().filter(|facet| facet.0 == *slot);
            let own = own.flat_map(|&(_, number)| &self.0[slot].regions[number as usize]).copied().collect();
            let alone =
                |&life: &u32| is_alone(explorer, definition, &explorer.steps.lives.get(life).instance, &own);
            !lives_in(graph, *slot).is_some_and(|lives| lives.iter().all(alone))
        };
        shared.into_iter().filter(is_tied).collect()
    }
}

/// Where an instance is, unless a join has ended it.
fn states<'a>(definition: &'a Definition, instance: &Instance) -> Option<Vec<&'a State>> {
    match definition.whereabouts(instance.state()?)? {
        Whereabouts::In(states) => Some(states),
        Whereabouts::Joined(_) => None,
    }
}

/// Whether nothing of it is everybody's matter. `own`: the regions whose states are its own.
fn is_alone(
    explorer: &Explorer,
    definition: &Definition,
    instance: &Instance,
    own: &BTreeSet<usize>,
) -> bool {
    // Where it is parked, all that comes is held.
    let Some(at) = states(definition, instance).filter(|_| instance.parked.is_none()) else { return false };
    // When another changes the state, what waits is tried again.
    let now = explorer.steps.mails.told.start;
    let still_waits = instance.deferred.iter().all(|kept| {
        let again = decide(definition, instance, &Input::Again(kept.message.clone()), now);
        again.outcome == Outcome::Deferred && again.keepers == kept.by
    });
    // When the last region has ended, alarms that no end hears are called off.
    let ended = own.iter().all(|&region| at[region].end.is_some());
    let heard = |alarm: &Name| at.iter().any(|state| state.own.on.contains_key(alarm));
    still_waits && (!ended || instance.alarms.iter().all(|alarm| heard(&alarm.type_)))
}

/// Nobody of the crew says anything that it hears: what comes to it was listed, or it has set it itself.
fn hears_no_one(explorer: &Explorer, definition: &Definition) -> bool {
    let crew = &explorer.steps.crew;
    let sent = crew.definitions.iter().filter(|other| other.name != definition.name);
    let sent = sent.flat_map(|other| other.reactions()).flat_map(|reaction| &reaction.sends);
    let mut said =
        sent.map(|outgoing| &outgoing.type_).chain(crew.services.iter().flat_map(|service| service.says()));
    !said.any(|type_| definition.subscriptions.contains(type_))
}

/// Whether an alarm is set in any life that an instance has in a part.
pub(super) fn sets_alarms(explorer: &Explorer, graph: &Graph, slot: u32) -> bool {
    let set =
        |lives: &BTreeSet<u32>| lives.iter().any(|&life| !explorer.steps.lives.get(life).alarms.is_empty());
    explorer.scenario.alarms == Alarms::Any && lives_in(graph, slot).is_none_or(|lives| set(&lives))
}

/// What the instances that are shared are given on a nearest way of a part to each of some of its worlds. The explorer is on
/// the part's stage.
pub(super) fn given_on_the_way(explorer: &mut Explorer, part: &Part, ends: &[u32]) -> Vec<Vec<(u32, Given)>> {
    if part.shared.is_empty() {
        return vec![Vec::new(); ends.len()];
    }
    let graph = &part.graph;
    let mut from: Vec<Option<(u32, usize)>> = vec![None; graph.len()];
    let mut room = Vec::new();
    for before in 0..graph.len() {
        for (choice, edge) in graph.edges(before, &mut room).iter().enumerate() {
            if graph.depth(edge.to as usize) == graph.depth(before) + 1 {
                let from = &mut from[edge.to as usize];
                *from = from.or(Some((before as u32, choice)));
            }
        }
    }
    let (mut place, mut choices) = (Place::default(), Vec::new());
    let mut given = |(world, choice): (u32, usize)| {
        graph.read(world as usize, &mut place);
        explorer.ready(&place, &mut choices);
        let given = match choices[choice].take.what {
            // What it has heard before changes nothing of it, when it comes once more.
            What::Listed(bit) if place.came(bit) => return None,
            What::Listed(bit) => {
                let delivery = explorer.listed.deliveries.get(bit)?;
                (delivery.slot, Given::Mail(delivery.mail, false, 0))
            }
            What::Ring(slot, alarm) => (slot, Given::Ring(alarm as u16)),
            _ => return None,
        };
        Some(given).filter(|(slot, _)| part.shared.contains(slot))
    };
    let mut way = |end: &u32| {
        let mut steps: Vec<(u32, usize)> =
            std::iter::successors(from[*end as usize], |(before, _)| from[*before as usize]).collect();
        steps.reverse();
        steps.into_iter().filter_map(&mut given).collect()
    };
    ends.iter().map(&mut way).collect()
}
