//! A log through one process, from nothing.

use super::compare::Said;
use crate::error::Result;
use crate::event::{Message, Name};
use crate::process::{End, Family};
use crate::runtime::{Choice, Feed, First, House, Port, Rules, Tally, Turn, World, drive};
use crate::step::{Outcome, Recorded, Rest};
use crate::store::Logs;
use std::collections::{BTreeMap, HashMap};

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

/// What one instance did, told by cause: only what can be compared between versions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Story {
    /// In the order in which they were decided.
    pub causes: Vec<(Cause, Vec<Said>)>,
    pub rests: String,
    /// How often each alarm has rung so far.
    rings: BTreeMap<Name, u64>,
}

/// What a decision answers, named so that two versions name it alike: a message by its source and
/// id, a ring by its alarm and its number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cause(pub String);

impl Cause {
    /// Of a message that came from outside.
    pub fn of(message: &Message) -> Cause {
        Cause(format!("{} {} {}", message.source, message.type_, message.id))
    }
}

/// Instances and their stories, by id. Walked in the order of the world, never its own.
pub type Stories = HashMap<Name, Story>;

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

impl Story {
    /// Of an instance that one version has never heard of.
    pub fn nothing() -> Story {
        Story { rests: Rest::NotStarted.to_string(), ..Story::default() }
    }

    /// Adds a turn: what its decisions sent, and a decision that parked.
    pub fn tell(&mut self, process: &Name, decisions: &[Recorded]) {
        let Some(first) = decisions.first() else { return };
        let input = &first.input;
        // A ring of ours has its cause in the journal; between versions its number tells it.
        let is_ring = input.source == *process;
        let cause = if is_ring {
            let count = self.rings.entry(input.type_.clone()).or_default();
            *count += 1;
            Cause(format!("{}! {count}", input.type_))
        } else {
            Cause::of(input)
        };
        let mut said = Vec::new();
        for recorded in decisions {
            said.extend(recorded.sent.iter().map(|message| Said::sent(message)));
            if recorded.outcome == Outcome::Parked {
                let reason = recorded.failed.as_ref().map_or("", |failed| &failed.reason);
                said.push(Said::Parked(reason.to_string()));
            }
        }
        self.causes.push((cause, said));
    }
}
