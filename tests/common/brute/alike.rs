//! Which messages are alike in everything but id.

use super::model::Case;
use super::orderings::Walk;
use super::world::{Flight, From, Message, Time, World};
use std::collections::BTreeSet;

/// Per place of `deliver`, the first place that is alike.
pub fn classes(case: &Case) -> Vec<usize> {
    // What comes in the order of a module is told apart by that.
    let ordered = |place: usize| case.fifo && case.deliver[place].module.is_some();
    let class = |place: usize| {
        let like = |other: &usize| !ordered(place) && case.are_alike(*other, place);
        (0..place).find(like).unwrap_or(place)
    };
    (0..case.deliver.len()).map(class).collect()
}

impl Walk<'_> {
    /// Under `alike: true`, the delivery of a message that is in all things like an earlier one (in the
    /// order of numbers) is no choice of its own. Where causes matter, the two must also be alike in all
    /// that is to come: on their way to the same processes, behind and before the same messages. So it
    /// is with duplicates and losses, among those that came as often.
    pub fn is_like_an_earlier_one(&self, world: &World, among: &[Flight], index: usize) -> bool {
        // One that waits cannot come in its place.
        let waits = |other: &Flight| world.flights.iter().any(|third| self.waits_for(other, third));
        self.is_like_one(world, among, index, &|other| !waits(other))
    }

    /// The same of messages that may be lost, which they may be while they wait. Only in the order of a module it
    /// makes a difference which of several is; listed ones that are in such an order are not alike.
    pub fn is_lost_like_an_earlier_one(&self, world: &World, index: usize) -> bool {
        let waits = |other: &Flight| world.flights.iter().any(|third| self.waits_for(other, third));
        self.is_like_one(world, &world.flights, index, &|other| {
            !self.case.fifo || matches!(other.message.from, From::Listed(_)) || !waits(other)
        })
    }

    fn is_like_one(
        &self,
        world: &World,
        among: &[Flight],
        index: usize,
        stands_for: &dyn Fn(&Flight) -> bool,
    ) -> bool {
        if !self.case.alike {
            return false;
        }
        let flight = &among[index];
        // Of one process nobody hears what it makes of a message.
        let several = self.case.processes.len() > 1;
        let class = |message: &Message| match message.from {
            From::Listed(place) => (From::Listed(self.class[place]), None, 0, false, None, 0),
            // Alike are those of one module, wherever they are listed.
            From::First(place) => {
                let module = Some(self.case.first[place].module);
                (From::First(0), module, message.type_, false, message.data, message.conversation)
            }
            sent => (sent, None, message.type_, message.command, message.data, message.conversation),
        };
        among.iter().any(|other| {
            other.to == flight.to
                && other.message.number < flight.message.number
                && other.time == flight.time
                && class(&other.message) == class(&flight.message)
                && stands_for(other)
                && (!self.case.causal || interchangeable(world, &flight.message, &other.message, several))
        })
    }
}

/// Whether a world in which two messages change places is the same world: each is on its way to the
/// same processes as the other, and whatever still comes after the one comes after the other too.
fn interchangeable(world: &World, one: &Message, other: &Message, several: bool) -> bool {
    let receivers = |of: &Message| -> BTreeSet<usize> {
        world
            .flights
            .iter()
            .filter(|flight| flight.time != Time::Copy && flight.message.id == of.id)
            .map(|flight| flight.to)
            .collect()
    };
    let flights = || world.flights.iter().filter(|flight| flight.time != Time::Copy);
    let waits_for = |of: &Message| -> BTreeSet<u64> {
        let flights = flights().map(|flight| flight.message.id);
        flights.filter(|id| of.causes.contains(id)).collect()
    };
    let both_or_none = |line: &[u64]| line.contains(&one.id) == line.contains(&other.id);
    let mut awake = world.instances.iter().flatten().filter(|instance| instance.parked.is_none());
    receivers(one) == receivers(other)
        && waits_for(one) == waits_for(other)
        && flights().all(|flight| both_or_none(&flight.message.causes))
        && (!several
            || awake.all(|instance| {
                instance.deferred.iter().all(|input| both_or_none(&input.line))
                    && instance.alarms.iter().all(|alarm| both_or_none(&alarm.line))
            }))
}
