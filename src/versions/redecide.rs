//! What another version would have made of all that one instance has been told: its recorded inputs, in the
//! order and at the times at which they were recorded, before a new instance.
//!
//! Its own alarms ring as they are due, not as those of the version that recorded. What a person did counts
//! where the other version stands before the same question.

use super::migrate::Life;
use crate::event::{Message, Name, Position, Time};
use crate::process::Definition;
use crate::step::{Hand, Input, Instance, Outcome, Recorded, evolve, instance_of, turn};
use std::sync::Arc;

/// When alarms ring that the other version has set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// When they are due, in the order of time; all that are due by then.
    Due(Time),
    /// Where one of the same name and key is recorded to have rung: there is no time.
    AsRecorded,
}

/// What the other version makes of it.
#[derive(Debug, Clone)]
pub struct Redecided {
    pub instance: Instance,
    /// All that it sends.
    pub sent: Vec<Arc<Message>>,
    /// Whether it has begun a life at all.
    pub started: bool,
    /// Its alarms ring without end: nothing can be said of where it comes to rest.
    pub endless: bool,
}

/// So often may its alarms ring.
const RINGS: u32 = 100_000;

pub fn redecide(life: &Life, target: &Definition, clock: Clock) -> Redecided {
    let (was, rest) = life.begins();
    let waiting: Vec<_> = was.deferred.iter().map(|kept| kept.message.clone()).collect();
    let next = Position::FIRST.next();
    let instance = was.clone();
    let mut course =
        Course { target, instance, now: Time::MIN, next, sent: Vec::new(), started: false, rings: 0 };
    // What waited for this life is tried again.
    for message in waiting {
        course.now = course.now.max(message.time);
        course.takes(Input::Again(message));
    }
    let mut was = was;
    for (index, recorded) in rest {
        if index == 0 {
            course.meets(recorded, &was, clock);
        }
        evolve(&mut was, recorded);
    }
    if let Clock::Due(until) = clock {
        // The version that recorded has not come further than to its own next alarm.
        let next = was.alarms.iter().filter(|_| was.parked.is_none()).filter_map(|alarm| alarm.due).min();
        course.rings_while(|due| due <= until && next.is_none_or(|next| due < next));
    }
    let Course { instance, sent, started, rings, .. } = course;
    Redecided { instance, sent, started, endless: rings >= RINGS }
}

/// The other version on its way.
struct Course<'a> {
    target: &'a Definition,
    instance: Instance,
    now: Time,
    next: Position,
    sent: Vec<Arc<Message>>,
    started: bool,
    rings: u32,
}

impl Course<'_> {
    /// What came next; `was` is the instance as it was recorded until then.
    fn meets(&mut self, recorded: &Recorded, was: &Instance, clock: Clock) {
        let message = &recorded.input;
        if let Some(hand) = recorded.hand {
            return self.is_settled(recorded, was, hand);
        }
        let is_ring = message.due.is_some() && message.source == self.target.name;
        match (is_ring, clock) {
            (true, Clock::AsRecorded) => self.rings_as(message, recorded.at),
            (true, Clock::Due(_)) => {
                let due = message.due.expect("a ring is due");
                self.rings_while(|other| other < due);
                // Several may be due at that moment: each at the time at which that moment was reached.
                self.now = self.now.max(recorded.at);
                self.rings_while(|other| other <= due);
            }
            (false, _) => {
                if let Clock::Due(_) = clock {
                    // What is stamped at the very moment at which an alarm is due comes before it.
                    let time = recorded.reached.unwrap_or(message.time);
                    self.rings_while(|due| due < time);
                }
                let heard = self.target.subscriptions.contains(&message.type_);
                let ours = instance_of(self.target, message).is_ok_and(|id| id == self.instance.id);
                if heard && ours {
                    self.now = self.now.max(recorded.at);
                    self.takes(Input::Arrives(message.clone()));
                }
            }
        }
    }

    /// What a person did about one message says nothing of any other.
    fn is_settled(&mut self, recorded: &Recorded, was: &Instance, hand: Hand) {
        let over = |instance: &Instance| {
            instance.parked.as_ref().map(|p| (p.message.source.clone(), p.message.id.clone()))
        };
        if !hand.moves() && over(&self.instance).is_some() && over(&self.instance) == over(was) {
            self.now = self.now.max(recorded.at);
            self.takes(Input::Settles(recorded.input.clone(), hand));
        }
    }

    fn takes(&mut self, input: Input) {
        let Course { target, instance, now, next, .. } = self;
        let decisions = turn(|_| Some(*target), instance, input, *now, next);
        self.started |= decisions.iter().any(|recorded| recorded.outcome == Outcome::Started);
        self.sent.extend(decisions.into_iter().flat_map(|recorded| recorded.sent));
    }

    /// Rings what is due, the earliest first; of two that are due at one moment that which was set first.
    fn rings_while(&mut self, wanted: impl Fn(Time) -> bool) {
        while self.instance.parked.is_none() && self.rings < RINGS {
            let armed = self.instance.alarms.iter().filter(|alarm| alarm.due.is_some_and(&wanted));
            let Some(alarm) = armed.min_by_key(|alarm| (alarm.due, alarm.position)).cloned() else { return };
            self.rings += 1;
            self.now = self.now.max(alarm.due.expect("it was looked at"));
            self.takes(Input::Arrives(alarm));
        }
    }

    fn rings_as(&mut self, ring: &Message, at: Time) {
        let same = |alarm: &&Arc<Message>| alarm.type_ == ring.type_ && alarm.key() == ring.key();
        let Some(alarm) = self.instance.alarms.iter().find(same).cloned() else { return };
        if self.instance.parked.is_none() {
            self.now = self.now.max(at);
            self.takes(Input::Arrives(alarm));
        }
    }
}

impl<'a> Life<'a> {
    /// The instance as it was when this life began, and the decisions since, each with its place in its turn:
    /// the first of a turn answers what came.
    pub(super) fn begins(&self) -> (Instance, Vec<(usize, &'a Recorded)>) {
        let all: Vec<(usize, &'a Recorded)> =
            self.turns.iter().flat_map(|turn| turn.iter().enumerate()).collect();
        let begin = all.iter().rposition(|(_, recorded)| recorded.forgotten).map_or(0, |last| last + 1);
        let mut instance = Instance::new(Name::clone(&self.instance.id));
        for (_, recorded) in &all[..begin] {
            evolve(&mut instance, recorded);
        }
        (instance, all[begin..].to_vec())
    }
}
