//! One instance on its way through an ordering, on one version or, after a move, on another: what it has decided, what
//! was sent, and which of its alarms may ring.
//!
//! Decides through the runtime's `apply`, as all that decides does. Knows nothing of where an ordering comes from.

use crate::error::Result;
use crate::event::{Document, Message, Millis, Name, Position, Time};
use crate::explore::scenario::Alarms;
use crate::process::{AlarmTime, Definition, Family};
use crate::runtime::{Choice, House, Key, World, apply};
use crate::step::{Hand, Instance, Recorded, Rest};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

/// What all courses of one upgrade share.
#[derive(Debug)]
pub(super) struct Ground {
    pub alarms: Alarms,
    /// Where time makes a difference that is not one of which alarm rings first.
    pub told: bool,
    /// Alarms that are set for a moment, and not for a duration.
    moments: Vec<Name>,
}

impl Ground {
    pub fn new(definitions: [&Definition; 2], alarms: Alarms, expires: bool) -> Ground {
        let reads = |definition: &Definition| {
            definition.expressions().iter().any(|expr| expr.reads().times || expr.reads().now)
        };
        let told = alarms == Alarms::Last || expires || definitions.into_iter().any(reads);
        let set =
            definitions.into_iter().flat_map(|definition| definition.reactions()).flat_map(|r| &r.alarms);
        let moments = set.filter(|alarm| matches!(alarm.when, AlarmTime::At(_)));
        Ground { alarms, told, moments: moments.map(|alarm| alarm.name.clone()).collect() }
    }
}

/// An alarm as a person calls it: its name, and its key.
pub(super) type Called = (Name, Option<String>);

pub(super) fn called(alarm: &Message) -> Called {
    (alarm.type_.clone(), alarm.key())
}

/// When an alarm was set: by which choice, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Set {
    choice: usize,
    runs: Millis,
}

#[derive(Debug, Clone)]
pub(super) struct Course {
    world: World,
    id: Name,
    /// All turns so far, each with its decisions.
    pub turns: Vec<Arc<Vec<Recorded>>>,
    /// What was sent, by type.
    pub sent: BTreeMap<Name, u64>,
    set: BTreeMap<Called, Set>,
    choices: usize,
}

/// A world in which versions of one process live, of which the last is the one that new instances start on.
pub(super) fn world_of(versions: &[&Arc<Definition>]) -> Result<World> {
    let last = versions.last().expect("a version");
    let mut family = Family::new(last.name.clone());
    for definition in versions {
        let accepts_new = definition.version == last.version;
        family.insert(Arc::new(Definition { accepts_new, ..(***definition).clone() }))?;
    }
    Ok(House::create(vec![family])?.created().subscribe_all().start().stable())
}

impl Course {
    pub fn new(world: World, id: Name) -> Course {
        let (turns, sent, set) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        Course { world, id, turns, sent, set, choices: 0 }
    }

    /// The instance; a new one before anything has come.
    pub fn instance(&self) -> Instance {
        self.world.member(0).instance(&self.id).cloned().unwrap_or_else(|| Instance::new(self.id.clone()))
    }

    pub fn rest(&self) -> String {
        let instance = self.world.member(0).instance(&self.id);
        instance.map_or(Rest::NotStarted.to_string(), |instance| instance.rest().to_string())
    }

    /// A message reaches it, if its version hears it.
    pub fn deliver(&mut self, message: &Arc<Message>) {
        self.choices += 1;
        // As the so many-th of its module: a process wants each position once.
        let position = Position::new(self.choices as u64).expect("an ordering has fewer choices");
        let message = Arc::new(Message { position: Some(position), ..(**message).clone() });
        let key = Key { time: message.time, module: message.source.clone(), position };
        self.world.publish(key.clone(), message);
        if self.world.in_flight() {
            self.take(Choice::Deliver { process: 0, key });
        }
    }

    /// An alarm rings, if it is armed.
    pub fn ring(&mut self, alarm: &Called) {
        self.choices += 1;
        let instance = self.instance();
        let armed = instance.alarms.iter().find(|other| called(other) == *alarm);
        if let (Some(armed), None) = (armed, &instance.parked) {
            self.take(Choice::Ring { process: 0, instance: self.id.clone(), alarm: armed.clone() });
        }
    }

    fn take(&mut self, choice: Choice) {
        let turn = apply(&mut self.world, choice);
        for message in turn.decisions.iter().flat_map(|recorded| &recorded.sent) {
            *self.sent.entry(message.type_.clone()).or_default() += 1;
        }
        let armed = turn.decisions.iter().flat_map(|recorded| &recorded.armed);
        let (now, choice) = (self.now(), self.choices);
        for alarm in armed {
            let runs = alarm.due.map_or(0, |due| due.millis() - now.millis());
            self.set.insert(called(alarm), Set { choice, runs });
        }
        if !turn.decisions.is_empty() {
            self.turns.push(Arc::new(turn.decisions));
        }
    }

    pub fn now(&self) -> Time {
        self.world.member(0).now
    }

    /// Whether one armed alarm must be due before another, however much time passes between choices: it was set
    /// before the other for no longer, or by the same choice for less.
    fn must_ring_before(&self, one: &Message, other: &Message, ground: &Ground) -> bool {
        if called(one) == called(other) {
            return false;
        }
        let (moment, another) = (ground.moments.contains(&one.type_), ground.moments.contains(&other.type_));
        match (moment, another) {
            (true, true) => one.due < other.due,
            (false, false) => match (self.set.get(&called(one)), self.set.get(&called(other))) {
                (Some(one), Some(other)) if one.choice == other.choice => one.runs < other.runs,
                (Some(one), Some(other)) => one.choice < other.choice && one.runs <= other.runs,
                _ => false,
            },
            _ => false,
        }
    }

    /// The alarms that may ring next, as they are called. `idle`: nothing else can happen.
    pub fn ringable(&self, ground: &Ground, idle: bool) -> Vec<Called> {
        let instance = self.instance();
        if instance.parked.is_some() {
            return Vec::new();
        }
        let first = instance.alarms.iter().filter_map(|alarm| alarm.due).min();
        let may = |alarm: &&Arc<Message>| match ground.alarms {
            Alarms::Never => false,
            Alarms::Last => idle && alarm.due == first,
            Alarms::Any => !instance.alarms.iter().any(|other| self.must_ring_before(other, alarm, ground)),
        };
        let mut found: Vec<Called> = instance.alarms.iter().filter(may).map(|alarm| called(alarm)).collect();
        found.sort();
        found
    }

    /// Rings what is still armed, the earliest first, until nothing is, or for ever so often.
    pub fn drain(&mut self, ground: &Ground) {
        for _ in 0..DRAINED {
            let instance = self.instance();
            let next =
                instance.alarms.iter().filter(|_| instance.parked.is_none()).min_by_key(|alarm| alarm.due);
            match next {
                Some(alarm) if ground.alarms != Alarms::Never => self.ring(&called(alarm)),
                _ => return,
            }
        }
    }

    /// The same instance from then on among these versions, moved by what a person does, or left where it is. How long
    /// an alarm runs that is set by that, a course knows that was on the other version from the beginning.
    pub fn moved(&self, world: &World, by: Option<(Hand, Document)>, known: &Course) -> Course {
        let (id, now) = (self.id.clone(), self.now());
        let mut course = Course { world: world.alone(0, self.instance(), now), ..self.clone() };
        course.choices += 1;
        if let Some((hand, document)) = by {
            let mut message =
                Message::new(self.world.member(0).name.clone(), hand.type_(), "the switch", now);
            message.data = Some(document);
            course.take(Choice::Settle { process: 0, instance: id, message: Arc::new(message), hand });
            for alarm in course.instance().alarms.iter().map(|alarm| called(alarm)) {
                if let Some(known) = known.set.get(&alarm) {
                    course.set.insert(alarm, *known);
                }
            }
        }
        course.turns.clear();
        course
    }

    /// All that makes a difference to what follows.
    pub fn write(&self, ground: &Ground, out: &mut String) {
        self.write_of(&self.instance(), ground, out);
        if ground.told {
            let _ = write!(out, " now {:?}", self.now());
        }
        let _ = writeln!(out, " sent {:?}", self.sent);
    }

    /// The same of an instance whose alarms run as those of this course.
    pub fn write_of(&self, instance: &Instance, ground: &Ground, out: &mut String) {
        let Instance { phase, version, data, parked, alarms, deferred, held, rung, rested, .. } = instance;
        let _ = write!(out, "{phase:?} {version} {} {rested:?}", data.to_json());
        let waits = |message: &Message| match message.due {
            // The id of a ring tells how its alarm came to be set, which is past.
            Some(_) => format!("{:?}{}", called(message), rung.contains(&message.id)),
            None => message.id.to_string(),
        };
        if let Some(parked) = &parked {
            let _ = write!(out, " parked {} {}", parked.reason, waits(&parked.message));
        }
        deferred.iter().for_each(|kept| _ = write!(out, " deferred {} {:?}", waits(&kept.message), kept.by));
        held.iter().for_each(|message| _ = write!(out, " held {}", waits(message)));
        let mut armed: Vec<&Arc<Message>> = alarms.iter().collect();
        armed.sort_by_key(|alarm| called(alarm));
        for alarm in &armed {
            let runs = self.set.get(&called(alarm)).map(|set| set.runs);
            let _ = write!(out, " alarm {:?} {:?} {runs:?}", called(alarm), alarm.data);
            if ground.told || ground.moments.contains(&alarm.type_) {
                let _ = write!(out, " due {:?}", alarm.due);
            }
            for other in armed.iter().filter(|other| self.must_ring_before(other, alarm, ground)) {
                let _ = write!(out, " after {:?}", called(other));
            }
        }
        out.push('\n');
    }
}

/// How often alarms ring at the end of an ordering that one version alone would go on with.
const DRAINED: usize = 100;
