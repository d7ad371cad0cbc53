//! Messages that pass by: each is answered the same in every world, and changes nothing that anybody looks at. Each is a
//! part of its own, though it reaches an instance that others reach, too.
//!
//! Supposed at first of all of which the file does not say otherwise: nothing that answers them changes the state or an
//! alarm, and of the data they set only members that no expression reads and nothing else sets. Then the others are walked without
//! them, and in every life of the instance each must do the same: send the same, which nobody hears, and set the same
//! members to the same. One that does not is one of the others, and these are walked again.

use super::explorer::Explorer;
use super::graph::Graph;
use super::place::Place;
use super::scenario::Order;
use super::steps::{Given, UNBORN};
use crate::event::{Document, Name};
use crate::process::{AfterEnd, Definition, Reaction};
use crate::runtime::ProcessId;
use std::collections::{BTreeMap, BTreeSet};

/// What a message sets, wherever it comes.
pub(super) type Patch = Vec<(Name, Document)>;

/// In so many worlds it is looked at what a message does.
const WORLDS: usize = 1_000_000;

/// The deliveries of which the file does not say that they do something else in one world than in another.
pub(super) fn may_pass(explorer: &Explorer) -> BTreeSet<usize> {
    // An order ties what comes to one process; and what may be lost, or come twice, is no single step.
    if explorer.order != Order::ANY || explorer.scenario.faults.any() {
        return BTreeSet::new();
    }
    let mut known: BTreeMap<(ProcessId, &Name), bool> = BTreeMap::new();
    let listed = &explorer.listed;
    let mut pass = BTreeSet::new();
    for (bit, delivery) in listed.deliveries.iter().enumerate() {
        let Some(definition) = explorer.steps.crew.definitions.get(delivery.process) else { continue };
        let type_ = &explorer.scenario.deliver[delivery.message].message.type_;
        let passes =
            *known.entry((delivery.process, type_)).or_insert_with(|| changes_nothing(definition, type_));
        let mail = explorer.steps.mails.get(delivery.mail);
        if passes && listed.is_lone(bit) && !listed.has_a_twin(bit) && !mail.copied {
            pass.insert(bit);
        }
    }
    pass
}

fn changes_nothing(definition: &Definition, type_: &Name) -> bool {
    let reads = || definition.expressions().into_iter().map(|expr| expr.reads());
    if definition.starter(type_).is_some() || reads().any(|reads| reads.all_data) {
        return false;
    }
    let states = definition.states.iter().map(|state| &state.own);
    let all = || states.clone().chain(definition.any.iter().map(|shared| &shared.answers));
    let own: Vec<&Reaction> = all().filter_map(|answers| answers.on.get(type_)).flatten().collect();
    let mut known: BTreeSet<&str> = reads().flat_map(|reads| &reads.data).map(String::as_str).collect();
    // It may be set to what it was, which no life tells: what comes behind is what it is in the end.
    let others = definition.reactions().filter(|other| !own.iter().any(|own| std::ptr::eq(*own, *other)));
    known.extend(others.flat_map(|other| &other.set).map(|(member, _)| &**member));
    // What the life before knew is gone.
    let forgets = definition.after_end == AfterEnd::Forget;
    let plain = |reaction: &&Reaction| {
        let idle = |(member, _): &(Name, _)| !forgets && !known.contains(&**member);
        reaction.to.is_none()
            && reaction.alarms.is_empty()
            && reaction.cancel.is_empty()
            && reaction.set.iter().all(idle)
    };
    own.iter().all(plain) && all().all(|answers| !answers.defer.contains(type_))
}

/// The lives of an instance in the worlds of a part; none where those are too many.
pub(super) fn lives_in(graph: &Graph, slot: u32) -> Option<BTreeSet<u32>> {
    if graph.len() > WORLDS {
        return None;
    }
    let mut place = Place::default();
    let life = |world: usize| {
        graph.read(world, &mut place);
        place.life(slot)
    };
    Some((0..graph.len()).map(life).collect())
}

/// What a delivery sets in all lives of its instance, if it does the same in all.
pub(super) fn does(explorer: &mut Explorer, bit: usize, lives: &BTreeSet<u32>) -> Option<Patch> {
    let (slot, mail) = (explorer.listed.deliveries[bit].slot, explorer.listed.deliveries[bit].mail);
    let mut all: Option<(u32, Patch)> = None;
    for &life in lives {
        let step = explorer.steps.take(slot, life, Given::Mail(mail, false, 0), 0);
        let step = explorer.steps.step(step);
        if !step.out.is_empty() || step.passed != 0 || life == UNBORN && step.life != UNBORN {
            return None;
        }
        let this = (step.sent, explorer.steps.lives.patch(life, step.life)?);
        if all.get_or_insert_with(|| this.clone()) != &this {
            return None;
        }
    }
    let (_, patch) = all?;
    // The others leave alone what it sets.
    let left_alone = |(member, _): &(Name, Document)| {
        let value = |life: &u32| explorer.steps.lives.get(*life).instance.data.get(member);
        lives.iter().all(|life| value(life) == lives.iter().next().and_then(value))
    };
    patch.iter().all(left_alone).then_some(patch)
}
