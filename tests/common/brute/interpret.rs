//! What one message does to one instance: DESIGN.md §4, read anew.

use super::course::{Answer, Course};
use super::model::*;
use super::values::holds;
use std::rc::Rc;

/// The table of outcomes. `expired` cannot be: no message has a time to live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Started,
    Advanced,
    Ended,
    Declined,
    Ignored,
    Deferred,
    Duplicate,
    /// Only a ring that waited, deferred, while its life was forgotten.
    Stale,
    Late,
    Held,
    Parked,
}

impl Outcome {
    pub const ALL: [Outcome; 11] = [
        Outcome::Started,
        Outcome::Advanced,
        Outcome::Ended,
        Outcome::Declined,
        Outcome::Ignored,
        Outcome::Deferred,
        Outcome::Duplicate,
        Outcome::Stale,
        Outcome::Late,
        Outcome::Held,
        Outcome::Parked,
    ];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    UnexpectedIn(Type, usize),
    UnexpectedBeforeStart(Type),
    NoData,
}

/// A message or a ring, as an instance meets it.
#[derive(Debug, Clone)]
pub struct Input {
    pub type_: Type,
    pub data: Option<i64>,
    /// The messages it comes after: its causes and theirs, and itself if it is a message.
    pub line: Rc<Vec<u64>>,
    pub id: u64,
    /// The id that it bears, whatever comes beside it.
    pub origin: u64,
    /// How often it was tried again.
    pub tried: usize,
    /// Of a ring: the message that set the alarm.
    pub by: Option<u64>,
    /// Of a ring: the life that set the alarm.
    pub ring: Option<u32>,
}

#[derive(Debug, Clone)]
pub struct Armed {
    pub name: Type,
    pub key: Option<i64>,
    pub minutes: u32,
    pub data: Option<i64>,
    pub line: Rc<Vec<u64>>,
    pub id: u64,
    pub origin: u64,
    /// The message that set it.
    pub by: u64,
    /// The number of the choice that set it.
    pub choice: u32,
    pub due: u32,
}

/// Something sent; `line` is that of the input which made it.
#[derive(Debug, Clone)]
pub struct Sent {
    pub type_: Type,
    /// A command and an event of one name are not alike.
    pub command: bool,
    pub data: Option<i64>,
    pub line: Rc<Vec<u64>>,
    pub id: u64,
    pub origin: u64,
    /// The message that it is sent for: its type, the id that it bears, and its own beside what waits with it.
    pub cause: (Type, u64, u64),
}

/// Ids are computed: from the input's, and the place among what is sent and set because of it.
pub fn computed(id: u64, ordinal: usize) -> u64 {
    let mut mixed = id.wrapping_add((ordinal as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    NotStarted,
    Declined,
    In(usize),
}

#[derive(Debug, Clone)]
pub struct Instance {
    pub life: Life,
    /// How many lives there were.
    pub lives: u32,
    pub data: Data,
    pub parked: Option<Reason>,
    pub deferred: Vec<Input>,
    pub alarms: Vec<Armed>,
    /// Where an earlier life ended that was forgotten.
    pub before: Option<usize>,
    /// Whether anything ever came to it.
    pub heard: bool,
    /// The ids of all messages that came, where the host remembers any.
    pub seen: Vec<u64>,
}

/// Where an instance rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rest {
    NotStarted,
    Declined,
    In(usize),
    Parked(Reason),
}

/// When a choice is made.
#[derive(Debug, Clone, Copy, Default)]
pub struct When {
    pub choice: u32,
    pub minutes: u32,
    /// On a host that remembers no id.
    pub forgets: bool,
}

/// What a choice brought about besides the instance's new state.
#[derive(Debug, Default)]
pub struct Effects {
    pub sent: Vec<Sent>,
    pub outcomes: Vec<Outcome>,
}

struct Decided {
    outcome: Outcome,
    /// What waits is to be tried again.
    moved: bool,
    /// The message waits on, or begins to.
    kept: bool,
}

impl Decided {
    fn plain(outcome: Outcome) -> Decided {
        Decided { outcome, moved: false, kept: false }
    }
}

impl Instance {
    pub fn new() -> Instance {
        Instance {
            life: Life::NotStarted,
            lives: 0,
            data: [0; 3],
            parked: None,
            deferred: Vec::new(),
            alarms: Vec::new(),
            before: None,
            heard: false,
            seen: Vec::new(),
        }
    }

    pub fn rest(&self) -> Rest {
        match (self.parked, self.life, self.before) {
            (Some(reason), ..) => Rest::Parked(reason),
            (_, Life::In(state), _) | (_, _, Some(state)) => Rest::In(state),
            (_, Life::NotStarted, _) => Rest::NotStarted,
            (_, Life::Declined, _) => Rest::Declined,
        }
    }

    /// One choice: the input, and all that waited and is tried again because of it.
    pub fn take(&mut self, process: &Process, mut input: Input, when: When, effects: &mut Effects) {
        self.heard = true;
        if input.ring.is_none() && !when.forgets {
            if self.seen.contains(&input.id) {
                effects.outcomes.push(Outcome::Duplicate);
                return;
            }
            self.seen.push(input.id);
        }
        // Where nobody remembers ids, one that comes while its copy waits, or an alarm that its copy has set,
        // is another message.
        let same = |instance: &Instance, id: u64| {
            instance.deferred.iter().any(|waiting| waiting.id == id || waiting.by == Some(id))
                || instance.alarms.iter().any(|alarm| alarm.by == id)
        };
        while input.ring.is_none() && same(self, input.id) {
            input.id = computed(input.id, 1_000);
        }
        if self.parked.is_some() {
            effects.outcomes.push(Outcome::Held);
            return;
        }
        let decided = self.decide(process, &input, when, effects);
        effects.outcomes.push(decided.outcome);
        if decided.kept {
            self.deferred.push(input);
        }
        if decided.moved {
            self.retry(process, when, effects);
        }
    }

    fn retry(&mut self, process: &Process, when: When, effects: &mut Effects) {
        let mut index = 0;
        while self.parked.is_none() && index < self.deferred.len() {
            // A starter may have begun a life and wait all the same: what it sends when it is tried again is new.
            self.deferred[index].tried += usize::from(process.starter(self.deferred[index].type_).is_some());
            let input = self.deferred[index].clone();
            let decided = self.decide(process, &input, when, effects);
            if decided.outcome != Outcome::Deferred {
                effects.outcomes.push(decided.outcome);
            }
            match decided {
                // It let all go that waited.
                Decided { outcome: Outcome::Declined, .. } if self.deferred.is_empty() => {}
                // Also a starter that begins the next life stays in its place.
                Decided { kept: true, .. } => index += 1,
                _ => drop(self.deferred.remove(index)),
            }
            if decided.moved {
                index = 0;
            }
        }
    }

    fn decide(&mut self, process: &Process, input: &Input, when: When, effects: &mut Effects) -> Decided {
        if input.ring.is_some_and(|life| life != self.lives || !matches!(self.life, Life::In(_))) {
            return Decided::plain(Outcome::Stale);
        }
        match self.life {
            Life::In(state) => self.ask(process, state, input, when, effects),
            _ => match process.starter(input.type_) {
                Some(starter) => self.start(process, starter, input, when, effects),
                None => self.before_start(process, input),
            },
        }
    }

    fn before_start(&mut self, process: &Process, input: &Input) -> Decided {
        if self.life == Life::Declined {
            return Decided::plain(Outcome::Declined);
        }
        match process.before_start {
            BeforeStart::Defer => Decided { kept: true, ..Decided::plain(Outcome::Deferred) },
            BeforeStart::Ignore => Decided::plain(Outcome::Ignored),
            BeforeStart::Park => self.park(Reason::UnexpectedBeforeStart(input.type_)),
        }
    }

    fn park(&mut self, reason: Reason) -> Decided {
        self.parked = Some(reason);
        Decided::plain(Outcome::Parked)
    }

    fn start(
        &mut self,
        process: &Process,
        starter: &Starter,
        input: &Input,
        when: When,
        effects: &mut Effects,
    ) -> Decided {
        let fresh = [0; 3];
        match process.starts_when.map_or(Ok(true), |guard| holds(guard, &fresh, input, when)) {
            Err(reason) => return self.park(reason),
            Ok(false) => {
                self.life = Life::Declined;
                self.deferred.clear();
                return Decided::plain(Outcome::Declined);
            }
            Ok(true) => {}
        }
        let mut course = Course::new(self, process, process.initial, input, when);
        course.instance.lives += 1;
        course.instance.data = fresh;
        course.instance.alarms.clear();
        match course.born(starter) {
            Err(reason) => self.park(reason),
            Ok(kept) => {
                course.finish(self, effects);
                Decided { outcome: Outcome::Started, moved: true, kept }
            }
        }
    }

    fn ask(
        &mut self,
        process: &Process,
        state: usize,
        input: &Input,
        when: When,
        effects: &mut Effects,
    ) -> Decided {
        let mut course = Course::new(self, process, state, input, when);
        let answer = course.asked().and_then(|answer| match answer {
            Answer::React(reaction) => {
                course.react(reaction).and_then(|()| course.whenever()).map(|()| answer)
            }
            _ => Ok(answer),
        });
        match answer {
            Err(reason) => self.park(reason),
            Ok(Answer::React(_)) => {
                let (moved, state) = (course.moved, course.state);
                course.finish(self, effects);
                let ended = moved && process.states[state].end;
                let outcome = if ended { Outcome::Ended } else { Outcome::Advanced };
                Decided { outcome, moved, kept: false }
            }
            Ok(Answer::Ignore) => Decided::plain(Outcome::Ignored),
            Ok(Answer::Defer) => Decided { outcome: Outcome::Deferred, moved: false, kept: true },
            Ok(Answer::Nothing) if process.states[state].end => Decided::plain(Outcome::Late),
            Ok(Answer::Nothing) => match process.unexpected {
                Unexpected::Park => self.park(Reason::UnexpectedIn(input.type_, state)),
                Unexpected::Ignore => Decided::plain(Outcome::Ignored),
                Unexpected::Defer => Decided { outcome: Outcome::Deferred, moved: false, kept: true },
            },
        }
    }

    /// Where a decision comes to rest.
    pub fn enter(&mut self, process: &Process, state: usize) {
        self.life = Life::In(state);
        let here = &process.states[state];
        if !here.end {
            return;
        }
        self.alarms.retain(|alarm| here.rule(alarm.name).is_some());
        if process.forget {
            self.life = Life::NotStarted;
            self.before = Some(state);
            self.data = [0; 3];
            self.alarms.clear();
        }
    }
}
