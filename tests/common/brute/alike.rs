//! Which messages are alike in everything but id.

use super::model::Case;
use super::orderings::{From, Message, Walk, World};
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
    /// that is to come: on their way to the same processes, behind and before the same messages.
    pub fn is_like_an_earlier(&self, world: &World, index: usize) -> bool {
        let flight = &world.flights[index];
        let class = |message: &Message| match message.from {
            From::Listed(place) => (From::Listed(self.class[place]), 0, false, None, 0),
            sent => (sent, message.type_, message.command, message.data, message.conversation),
        };
        world.flights.iter().any(|other| {
            other.to == flight.to
                && other.message.number < flight.message.number
                && class(&other.message) == class(&flight.message)
                && !world.flights.iter().any(|third| self.waits_for(other, third))
                && (!self.case.causal || interchangeable(world, &flight.message, &other.message))
        })
    }
}

/// Whether a world in which two messages change places is the same world: each is on its way to the
/// same processes as the other, and whatever still comes after the one comes after the other too.
fn interchangeable(world: &World, one: &Message, other: &Message) -> bool {
    let receivers = |of: &Message| -> BTreeSet<usize> {
        world
            .flights
            .iter()
            .filter(|flight| flight.message.number == of.number)
            .map(|flight| flight.to)
            .collect()
    };
    let waits_for = |of: &Message| -> BTreeSet<u32> {
        let flights = world.flights.iter().map(|flight| flight.message.number);
        flights.filter(|number| of.causes.contains(number)).collect()
    };
    let both_or_none = |line: &[u32]| line.contains(&one.number) == line.contains(&other.number);
    let mut awake = world.instances.iter().flatten().filter(|instance| instance.parked.is_none());
    receivers(one) == receivers(other)
        && waits_for(one) == waits_for(other)
        && world.flights.iter().all(|flight| both_or_none(&flight.message.causes))
        && awake.all(|instance| {
            instance.deferred.iter().all(|input| both_or_none(&input.line))
                && instance.alarms.iter().all(|alarm| both_or_none(&alarm.line))
        })
}
