//! What the oracle knows: processes with guards, sets, sends and alarms from a small family, and
//! scenarios of them. All names are indices, since the walk clones a world at every choice.

use super::service::Service;

/// An index into [`TYPES`].
pub type Type = u8;

/// Messages from outside, then those that processes tell each other, those that no process hears, alarms, and
/// those that services tell each other.
pub const TYPES: [&str; 18] = [
    "Alder",
    "Birch",
    "Cedar",
    "Dogwood",
    "Elm",
    "Fir",
    "Ginkgo",
    "Hazel",
    "EchoOne",
    "EchoTwo",
    "EchoThree",
    "Cook",
    "Serve",
    "Late",
    "Nag",
    "Fetch",
    "Carry",
    "Bring",
];
pub const OUTSIDE: std::ops::Range<Type> = 0..8;
pub const ECHOES: std::ops::Range<Type> = 8..11;
pub const TOLD: std::ops::Range<Type> = 11..13;
pub const ALARMS: std::ops::Range<Type> = 13..15;
pub const CHAT: std::ops::Range<Type> = 15..18;

pub fn name(type_: Type) -> &'static str {
    TYPES[type_ as usize]
}

/// The data of an instance: two numbers and a flag, of which none is ever missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Var {
    N,
    K,
    Seen,
}

/// All begin at 0; `seen` at false.
pub type Data = [i64; 3];

/// A number, or (for `seen`) a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    Literal(i64),
    Of(Var),
    OneMoreThan(Var),
    /// `event.data.k`: fails where the message has no data.
    Event,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    Below(Var, i64),
    Is(Var, i64),
    /// Fail where the message has no data, as all that asks for `event.data.k`.
    EventBelow(i64),
    EventIs(i64),
    /// `now` is so many minutes after the start, at most; only where time is told.
    Until(u32),
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reaction {
    /// All of these. What asks for the event stands last: so no question arises of what a failure
    /// beside a false guard is.
    pub when: Vec<Guard>,
    pub set: Vec<(Var, Value)>,
    /// Commands first.
    pub sends: Vec<Sending>,
    /// With a key: that one; without: all of the name.
    pub cancel: Vec<(Type, Option<Value>)>,
    pub alarms: Vec<Alarm>,
    pub to: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sending {
    pub type_: Type,
    pub command: bool,
    /// The value of `k`, its only member.
    pub data: Option<Value>,
    /// One for each of these, which is then its `k`.
    pub each: Option<&'static [Value]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alarm {
    pub name: Type,
    pub key: Option<Value>,
    pub minutes: u32,
    pub data: Option<Value>,
}

/// The first whose guard holds.
pub type Rule = Vec<Reaction>;

#[derive(Debug, Clone, Default)]
pub struct State {
    pub name: &'static str,
    pub end: bool,
    pub on: Vec<(Type, Rule)>,
    pub ignore: Vec<Type>,
    pub defer: Vec<Type>,
    pub enter: Rule,
    pub whenever: Rule,
}

/// What states share.
#[derive(Debug, Clone, Default)]
pub struct Shared {
    /// None: all but the ends.
    pub within: Option<Vec<usize>>,
    pub on: Vec<(Type, Rule)>,
    pub ignore: Vec<Type>,
    pub defer: Vec<Type>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BeforeStart {
    Defer,
    Park,
    Ignore,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unexpected {
    Park,
    Ignore,
    Defer,
}

#[derive(Debug, Clone)]
pub struct Starter {
    pub type_: Type,
    /// Either all starters of a process have one, or none has.
    pub rule: Option<Rule>,
}

#[derive(Debug, Clone)]
pub struct Process {
    pub name: &'static str,
    pub starters: Vec<Starter>,
    pub starts_when: Option<Guard>,
    pub before_start: BeforeStart,
    pub unexpected: Unexpected,
    pub forget: bool,
    pub initial: usize,
    pub states: Vec<State>,
    pub any: Vec<Shared>,
}

/// A message from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stimulus {
    pub type_: Type,
    /// `k`, its only member.
    pub data: Option<i64>,
    pub module: Option<&'static str>,
    pub after: Vec<Type>,
    /// An index into [`CONVERSATIONS`].
    pub conversation: usize,
}

/// The first is the default.
pub const CONVERSATIONS: [&str; 2] = ["c1", "c2"];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alarms {
    Any,
    Last,
    Never,
}

/// A scenario and its processes.
#[derive(Debug, Clone)]
pub struct Case {
    pub processes: Vec<Process>,
    pub services: Vec<Service>,
    pub first: Vec<Stimulus>,
    pub deliver: Vec<Stimulus>,
    pub causal: bool,
    pub fifo: bool,
    pub alarms: Alarms,
    pub alike: bool,
    pub by_data: bool,
    pub faults: Faults,
    /// It delivers at least once: no id is remembered, and state is saved after sending.
    pub forgets: bool,
    pub expect: Expect,
}

/// How many of each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Faults {
    pub duplicates: u8,
    pub losses: u8,
    pub crashes: u8,
}

impl Faults {
    pub fn sum(self) -> u8 {
        self.duplicates + self.losses + self.crashes
    }

    pub fn less(self, other: Faults) -> Faults {
        Faults {
            duplicates: self.duplicates - other.duplicates,
            losses: self.losses - other.losses,
            crashes: self.crashes - other.crashes,
        }
    }

    /// Those of some of which no other is a part.
    pub fn smallest(all: &std::collections::BTreeSet<Faults>) -> Vec<Faults> {
        let part = |a: &Faults, b: &Faults| {
            a.duplicates <= b.duplicates && a.losses <= b.losses && a.crashes <= b.crashes
        };
        all.iter()
            .copied()
            .filter(|this| !all.iter().any(|other| other != this && part(other, this)))
            .collect()
    }
}

/// What is meant to hold.
#[derive(Debug, Clone, Default)]
pub struct Expect {
    pub outcomes: Option<Vec<String>>,
    pub converge: bool,
    /// Whether at every moment, or where an ordering ends; its name is its place.
    pub properties: Vec<(Judged, Condition)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    Always,
    Finally,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// `count('T') <= n`
    AtMost(Type, u8),
    /// `count('S') <= count('T')`
    NoMore(Type, Type),
    /// `state != 's'`, of a process.
    NotIn(usize, usize),
    /// `data.n < 2`, of a process.
    Below(usize, Var, i64),
    /// `entity('s', 'key').n < 2`, of a service.
    EntityBelow(usize, &'static str, Var, i64),
}

impl State {
    pub fn rule(&self, type_: Type) -> Option<&Rule> {
        self.on.iter().find(|(on, _)| *on == type_).map(|(_, rule)| rule)
    }
}

impl Shared {
    pub fn rule(&self, type_: Type) -> Option<&Rule> {
        self.on.iter().find(|(on, _)| *on == type_).map(|(_, rule)| rule)
    }

    fn mentions(&self, type_: Type) -> bool {
        self.rule(type_).is_some() || self.ignore.contains(&type_) || self.defer.contains(&type_)
    }
}

impl Process {
    pub fn starter(&self, type_: Type) -> Option<&Starter> {
        self.starters.iter().find(|starter| starter.type_ == type_)
    }

    /// Whether messages of this type reach it.
    pub fn hears(&self, type_: Type) -> bool {
        self.starter(type_).is_some()
            || self.states.iter().any(|state| {
                state.rule(type_).is_some() || state.ignore.contains(&type_) || state.defer.contains(&type_)
            })
            || self.any.iter().any(|shared| shared.mentions(type_))
    }

    pub fn reactions(&self) -> impl Iterator<Item = &Reaction> {
        let births = self.starters.iter().flat_map(|starter| starter.rule.iter().flatten());
        let lives = self.states.iter().flat_map(|state| {
            state.on.iter().flat_map(|(_, rule)| rule).chain(&state.enter).chain(&state.whenever)
        });
        let shared = self.any.iter().flat_map(|shared| shared.on.iter().flat_map(|(_, rule)| rule));
        births.chain(lives).chain(shared)
    }

    pub fn reactions_mut(&mut self) -> impl Iterator<Item = &mut Reaction> {
        let births = self.starters.iter_mut().flat_map(|starter| starter.rule.iter_mut().flatten());
        let lives = self.states.iter_mut().flat_map(|state| {
            let on = state.on.iter_mut().flat_map(|(_, rule)| rule);
            on.chain(&mut state.enter).chain(&mut state.whenever)
        });
        let shared = self.any.iter_mut().flat_map(|shared| shared.on.iter_mut().flat_map(|(_, rule)| rule));
        births.chain(lives).chain(shared)
    }

    pub fn sets_alarm(&self, type_: Type) -> bool {
        self.reactions().any(|reaction| reaction.alarms.iter().any(|alarm| alarm.name == type_))
    }
}

impl Stimulus {
    pub fn of(type_: Type) -> Stimulus {
        Stimulus { type_, data: None, module: None, after: Vec::new(), conversation: 0 }
    }
}

impl Case {
    /// What each message of `deliver` names as its causes, by place.
    pub fn causes(&self) -> Vec<Vec<usize>> {
        let named = |(place, stimulus): (usize, &Stimulus)| {
            let is = |other: &usize| *other != place && stimulus.after.contains(&self.deliver[*other].type_);
            (0..self.deliver.len()).filter(is).collect()
        };
        self.deliver.iter().enumerate().map(named).collect()
    }

    /// All causes and their causes. None: they go round, which is bad input.
    pub fn ancestors(&self) -> Option<Vec<Vec<usize>>> {
        let mut all = self.causes();
        for _ in 0..all.len() {
            for place in 0..all.len() {
                let mut more = all[place].clone();
                for cause in &all[place] {
                    more.extend(&all[*cause]);
                }
                more.sort();
                more.dedup();
                all[place] = more;
            }
        }
        let round = (0..all.len()).any(|place| all[place].contains(&place));
        (!round).then_some(all)
    }

    /// Whether messages must wait for each other: the order of a module says that a cause comes after what
    /// it caused, at a process that hears both.
    pub fn contradicts(&self) -> bool {
        let Some(ancestors) = self.ancestors() else { return true };
        let same_lane = |a: usize, b: usize| {
            self.deliver[a].module.is_some() && self.deliver[a].module == self.deliver[b].module
        };
        let stuck = |process: &Process| {
            let all: Vec<usize> =
                (0..self.deliver.len()).filter(|place| process.hears(self.deliver[*place].type_)).collect();
            let waits = |then: usize, first: usize| {
                self.causal && ancestors[then].contains(&first)
                    || self.fifo && first < then && same_lane(first, then)
            };
            let mut left = all;
            loop {
                let free = left.iter().position(|then| !left.iter().any(|first| waits(*then, *first)));
                let Some(free) = free else { return !left.is_empty() };
                left.remove(free);
            }
        };
        self.processes.iter().any(stuck)
    }

    /// Whether anybody hears messages of this type.
    pub fn mentions(&self, type_: Type) -> bool {
        self.processes.iter().any(|process| process.hears(type_))
            || self.services.iter().any(|service| service.hears(type_))
    }

    /// Whether its messages belong to several conversations.
    pub fn several_conversations(&self) -> bool {
        let mut all = self.first.iter().chain(&self.deliver).map(|stimulus| stimulus.conversation);
        let first = all.next();
        all.any(|other| Some(other) != first)
    }

    /// Whether two messages of `deliver` are alike in everything but id; causes count where they matter.
    pub fn are_alike(&self, one: usize, other: usize) -> bool {
        let (a, b) = (&self.deliver[one], &self.deliver[other]);
        let causes = self.causes();
        let named = |place: usize| {
            let names = move |causes: &&Vec<usize>| causes.contains(&place);
            causes.iter().enumerate().filter(|(_, c)| names(c)).map(|(by, _)| by).collect::<Vec<_>>()
        };
        a.type_ == b.type_
            && a.data == b.data
            && a.module == b.module
            && a.conversation == b.conversation
            && (!self.causal || causes[one] == causes[other] && named(one) == named(other))
    }
}
