//! A log through one process, from nothing.

use super::compare::{Divergence, compare};
use super::story::Stories;
use crate::error::Result;
use crate::event::{Message, Name};
use crate::process::{End, Family};
use crate::runtime::{Choice, Feed, First, House, Port, Rules, Tally, Turn, World, drive};
use crate::step::Rest;
use crate::store::Logs;
use std::collections::BTreeMap;

/// What a replay has found.
#[derive(Debug, Clone, Default)]
pub struct Replayed {
    /// Messages that were read.
    pub events: u64,
    /// Instances that a message of the log belongs to.
    pub instances: u64,
    /// Known ends, with the number of instances that rest there.
    pub ended: BTreeMap<(End, Name), u64>,
    pub not_started: u64,
    pub declined: u64,
    pub parked: u64,
    /// Why they are parked, with the number of instances.
    pub reasons: BTreeMap<String, u64>,
    pub unfinished: BTreeMap<Name, u64>,
    pub tally: Tally,
}

/// Replays every message of the logs that `keep` wants. `stories` are told where a comparison asks
/// for them; `also` hears of every turn (to save it).
pub fn replay(
    logs: &dyn Logs,
    family: &Family,
    keep: &dyn Fn(&Message) -> bool,
    stories: Option<&mut Stories>,
    also: &mut dyn Port,
) -> Result<(World, Replayed)> {
    let house = House::create(vec![family.clone()])?.created().subscribe_all().start();
    let mut world = house.stable();
    let mut port = ReplayPort {
        feed: Feed::open_filtered(logs, &mut world, keep)?,
        tally: Tally::default(),
        stories,
        name: family.name.clone(),
        also,
    };
    drive(&mut world, &mut First::new(Rules::Newest), &mut port)?;
    let ReplayPort { feed, tally, stories, .. } = port;
    if let Some(stories) = stories {
        for instance in world.member(0).instances() {
            stories.entry(instance.id.clone()).or_default().rests = instance.rest().to_string();
        }
    }
    let replayed = Replayed { events: feed.read(), tally, ..summary(&world) };
    Ok((world, replayed))
}

/// A log through two versions, or two logs through one, on two threads: neither knows of the other. `also` hears of
/// the first's turns.
pub fn replay_both(
    [(logs, one), (other_logs, other)]: [(&dyn Logs, &Family); 2],
    keep: &(dyn Fn(&Message) -> bool + Sync),
    also: &mut dyn Port,
) -> Result<(Replayed, Vec<Divergence>)> {
    let (mut recorded, mut decided) = (Stories::new(), Stories::new());
    let (first, second) = std::thread::scope(|scope| {
        let second = scope.spawn(|| replay(other_logs, other, keep, Some(&mut decided), &mut Deaf));
        let first = replay(logs, one, keep, Some(&mut recorded), also);
        (first, second.join().unwrap_or_else(|bug| std::panic::resume_unwind(bug)))
    });
    let ((world, replayed), (other_world, _)) = (first?, second?);
    let ids = world.member(0).instances().map(|instance| &instance.id);
    let more = other_world.member(0).instances().map(|instance| &instance.id);
    let more = more.filter(|id| world.member(0).instance(id).is_none());
    Ok((replayed, compare(ids.chain(more), &recorded, &decided)))
}

/// Hears nothing.
pub struct Deaf;

impl Port for Deaf {
    fn supply(&mut self, _: &mut World) -> Result<()> {
        Ok(())
    }

    fn took(&mut self, _: &World, _: &Choice, _: Turn) -> Result<()> {
        Ok(())
    }
}

/// Where the instances of the only process of a world rest.
pub fn summary(world: &World) -> Replayed {
    let mut found = Replayed::default();
    for instance in world.member(0).instances() {
        found.instances += 1;
        match instance.rest() {
            Rest::Ended(state, end) => *found.ended.entry((end, Name::from(state))).or_default() += 1,
            Rest::Unfinished(state) => *found.unfinished.entry(Name::from(state)).or_default() += 1,
            Rest::NotStarted => found.not_started += 1,
            Rest::Declined => found.declined += 1,
            Rest::Parked(reason) => {
                found.parked += 1;
                *found.reasons.entry(reason.to_string()).or_default() += 1;
            }
        }
    }
    found
}

struct ReplayPort<'a> {
    feed: Feed<'a>,
    tally: Tally,
    stories: Option<&'a mut Stories>,
    name: Name,
    also: &'a mut dyn Port,
}

impl Port for ReplayPort<'_> {
    fn supply(&mut self, world: &mut World) -> Result<()> {
        self.feed.fill(world)
    }

    fn took(&mut self, world: &World, choice: &Choice, turn: Turn) -> Result<()> {
        self.tally.count(choice, &turn.decisions);
        if let Some(stories) = &mut self.stories
            && let Some(first) = turn.decisions.first()
        {
            stories.entry(first.instance.clone()).or_default().tell(&self.name, &turn.decisions);
        }
        self.also.took(world, choice, turn)
    }
}
