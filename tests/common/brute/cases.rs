//! Cases written by hand.

use super::model::*;
use super::orderings::{Told, walk};
use super::service::{Key, Reply, Service};

pub const ALDER: Type = 0;
pub const BIRCH: Type = 1;
pub const CEDAR: Type = 2;
pub const DOGWOOD: Type = 3;
/// Starts everything, first of all.
pub const HAZEL: Type = 7;
pub const ECHO: Type = 8;
pub const ECHO_TWO: Type = 9;
pub const LATE: Type = 13;
pub const NAG: Type = 14;

/// A process that is started by Hazel and does in its only state what it is told to.
pub fn process(name: &'static str, on: Vec<(Type, Reaction)>) -> Process {
    Process {
        name,
        starters: vec![Starter { type_: HAZEL, rule: None }],
        starts_when: None,
        before_start: BeforeStart::Defer,
        unexpected: Unexpected::Park,
        forget: false,
        initial: 0,
        states: vec![
            State {
                name: "one",
                on: on.into_iter().map(|(type_, reaction)| (type_, vec![reaction])).collect(),
                ignore: vec![HAZEL],
                ..State::default()
            },
            State { name: "done", end: true, ..State::default() },
        ],
        any: Vec::new(),
    }
}

/// It hears these and does nothing about them.
pub fn listener(name: &'static str, types: &[Type]) -> Process {
    process(name, types.iter().map(|type_| (*type_, Reaction::default())).collect())
}

pub fn nothing() -> Reaction {
    Reaction::default()
}

pub fn sends(types: &[Type]) -> Reaction {
    let sending = |type_: &Type| Sending { type_: *type_, command: true, data: None, each: None };
    Reaction { sends: types.iter().map(sending).collect(), ..nothing() }
}

pub fn sets(alarms: &[(Type, u32)]) -> Reaction {
    let alarm =
        |(name, minutes): &(Type, u32)| Alarm { name: *name, key: None, minutes: *minutes, data: None };
    Reaction { alarms: alarms.iter().map(alarm).collect(), ..nothing() }
}

pub fn case(processes: Vec<Process>, deliver: &[Type]) -> Case {
    Case {
        processes,
        services: Vec::new(),
        first: vec![Stimulus::of(HAZEL)],
        deliver: deliver.iter().map(|type_| Stimulus::of(*type_)).collect(),
        causal: false,
        fifo: false,
        alarms: Alarms::Any,
        alike: false,
        by_data: false,
        faults: Faults::default(),
        forgets: false,
        expect: Expect::default(),
    }
}

pub fn causal(mut case: Case, after: &[(usize, Type)]) -> Case {
    case.causal = true;
    for (place, type_) in after {
        case.deliver[*place].after.push(*type_);
    }
    case
}

pub fn told(case: &Case) -> Told {
    walk(case, 1_000_000).unwrap()
}

pub fn count(case: &Case) -> u64 {
    told(case).orderings
}

// ---- services

pub const FIR: Type = 5;
pub const GINKGO: Type = 6;
pub const COOK: Type = 11;
pub const FETCH: Type = 15;
pub const BRING: Type = 17;

/// A process that begins with this, and then does in its only state what it is told to.
pub fn begun_by(type_: Type, name: &'static str, on: Vec<(Type, Reaction)>) -> Process {
    let mut process = process(name, on);
    process.starters[0].type_ = type_;
    process.states[0].ignore = vec![type_];
    process
}

pub fn ends() -> Reaction {
    Reaction { to: Some(1), ..nothing() }
}

/// Says these, as events.
pub fn says(types: &[Type]) -> Reply {
    let mut reaction = sends(types);
    reaction.sends.iter_mut().for_each(|sending| sending.command = false);
    Reply { reaction, ..Reply::default() }
}

/// What fails where a message has no data.
pub fn fails() -> Reply {
    let mut reply = says(&[FIR]);
    reply.reaction.sends[0].data = Some(Value::Event);
    reply
}

/// So often in a hundred.
pub fn sometimes(percent: u32, reply: Reply) -> Reply {
    Reply { chance: Some(percent), ..reply }
}

pub fn service(name: &'static str, on: Type, replies: Vec<Reply>) -> Service {
    Service { name, entity: None, on: vec![(on, replies)] }
}

/// One entity for all messages.
pub fn remembering(name: &'static str, on: Type, replies: Vec<Reply>) -> Service {
    Service { entity: Some(Key::One), ..service(name, on, replies) }
}

/// What is delivered, with nothing before.
pub fn served(processes: Vec<Process>, services: Vec<Service>, deliver: &[Type]) -> Case {
    Case { services, first: Vec::new(), ..case(processes, deliver) }
}

pub fn with(case: &Case, forgets: bool, duplicates: u8, losses: u8, crashes: u8) -> Case {
    Case { forgets, faults: Faults { duplicates, losses, crashes }, ..case.clone() }
}

/// The words of all orderings, sorted; of a case that has few.
pub fn all(case: &Case) -> Vec<String> {
    let mut all: Vec<String> =
        told(case).found.iter().flat_map(|found| &found.all).map(|words| words.join(" ")).collect();
    all.sort();
    all
}

/// All that is wrong: kind, orderings, and the nearest.
pub fn wrongs(case: &Case) -> Vec<(String, u64, String)> {
    let findings = told(case).findings(case).into_iter();
    findings.map(|finding| (finding.kind, finding.orderings, finding.ordering.join(" "))).collect()
}
