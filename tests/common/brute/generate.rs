//! Random cases from seeds.
//!
//! What could go round (an alarm set by a ring, an answer to an answer) counts `n` up and mostly stops
//! at a bound; what goes round all the same is thrown away by the walk. A case that has too many
//! orderings loses its last message until it has few enough, so that processes are chosen at random
//! whatever they do; one seed in twenty may have many more.

use super::model::*;
use super::orderings::{Told, walk};
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The first case of a seed that can be walked, and all its orderings.
pub fn walked(seed: u64) -> (Case, Told) {
    let steps = if seed.is_multiple_of(20) { 30_000 } else { 2_000 };
    first_walked(seed, steps, |_, _| (), |_, _| true)
}

/// The same where something may go wrong, on either host.
pub fn walked_with_faults(seed: u64) -> (Case, Told) {
    let steps = if seed.is_multiple_of(20) { 20_000 } else { 3_000 };
    let struck = |case: &mut Case, _: u64| {
        let mut random = ChaCha8Rng::seed_from_u64(seed ^ 0xfa17);
        let mut many = |percent: u32| match random.random_range(0..100) {
            roll if roll < percent / 4 => 2,
            roll if roll < percent => 1,
            _ => 0,
        };
        case.faults = Faults { duplicates: many(45), losses: many(35), crashes: many(45) };
        case.forgets = random.random_range(0..100) < 50;
    };
    first_walked(seed, steps, struck, |_, _| true)
}

/// The same where services answer, too.
pub fn walked_with_services(seed: u64) -> (Case, Told) {
    let steps = if seed.is_multiple_of(20) { 10_000 } else { 1_500 };
    let staffed = |case: &mut Case, attempt: u64| Maker::new(seed ^ 0x5e_7fed, attempt).staff(case);
    // Mostly they have something to do.
    let busy = |told: &Told, attempt: u64| {
        let done = ["an exchange is answered", "an entity has a step", "silence is taken"];
        seed % 10 == 3 || attempt > 20 || done.iter().any(|what| told.seen.contains(what))
    };
    first_walked(seed, steps, staffed, busy)
}

fn first_walked(
    seed: u64,
    steps: u64,
    change: impl Fn(&mut Case, u64),
    meant: impl Fn(&Told, u64) -> bool,
) -> (Case, Told) {
    for attempt in 0.. {
        let mut case = Maker::new(seed, attempt).case();
        change(&mut case, attempt);
        loop {
            if let Some(told) = walk(&case, steps) {
                if !meant(&told, attempt) {
                    break;
                }
                super::declare::declare(&mut case, &told, seed);
                return (case, told);
            }
            if case.deliver.len() <= 1 {
                break;
            }
            without(&mut case, |case| drop(case.deliver.pop()));
        }
    }
    unreachable!("one of the attempts does not go round")
}

/// The case of a seed as it was first made: it may go round, or take for ever.
pub fn made(seed: u64) -> Case {
    Maker::new(seed, 0).case()
}

/// Changes the list of messages, and keeps `after` to types that are still listed.
pub fn without(case: &mut Case, change: impl FnOnce(&mut Case)) {
    change(case);
    let listed: Vec<Type> = case.deliver.iter().map(|stimulus| stimulus.type_).collect();
    for (place, stimulus) in case.deliver.iter_mut().enumerate() {
        let others = |type_: &Type| (0..listed.len()).any(|other| other != place && listed[other] == *type_);
        stimulus.after.retain(others);
    }
}

pub struct Maker {
    pub random: ChaCha8Rng,
    /// Time is told.
    pub timed: bool,
}

/// What a process is made from.
pub struct Vocabulary {
    pub types: Vec<Type>,
    pub alarms: Vec<Type>,
    pub forget: bool,
    pub live: usize,
    pub ends: usize,
    /// States first, then ends.
    pub to: Vec<usize>,
}

impl Maker {
    fn new(seed: u64, attempt: u64) -> Maker {
        Maker { random: ChaCha8Rng::seed_from_u64(seed.wrapping_add(attempt << 40)), timed: false }
    }

    pub fn chance(&mut self, percent: u32) -> bool {
        self.random.random_range(0..100) < percent
    }

    pub fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of.choose(&mut self.random).unwrap().clone()
    }

    fn some(&mut self, of: std::ops::Range<Type>, count: usize) -> Vec<Type> {
        let all: Vec<Type> = of.collect();
        let mut chosen: Vec<Type> = all.sample(&mut self.random, count).copied().collect();
        chosen.sort();
        chosen
    }

    fn case(&mut self) -> Case {
        let alarms =
            self.one(&[Alarms::Any, Alarms::Any, Alarms::Any, Alarms::Last, Alarms::Last, Alarms::Never]);
        self.timed = alarms == Alarms::Last && self.chance(30);
        let two = self.chance(40);
        // Two share most of what comes from outside.
        let count = self.random.random_range(3..=if two { 4 } else { 5 });
        let outside = self.some(0..6, count);
        let mut processes = vec![self.process("alpha", &outside, two)];
        if two {
            processes.push(self.process("beta", &outside, two));
            if self.chance(50) {
                processes.reverse();
            }
        }
        let (causal, fifo) =
            self.one(&[(false, false), (false, false), (true, false), (false, true), (true, true)]);
        let alike = self.chance(25);
        let mut case = Case {
            processes,
            services: Vec::new(),
            first: Vec::new(),
            deliver: Vec::new(),
            causal,
            fifo,
            alarms,
            alike,
            by_data: self.chance(20),
            faults: Faults::default(),
            forgets: false,
            expect: Expect::default(),
        };
        self.messages(&mut case);
        if self.chance(15) {
            self.conversations(&mut case);
        }
        if self.chance(35) {
            self.properties(&mut case);
        }
        case
    }

    fn conversations(&mut self, case: &mut Case) {
        for stimulus in case.first.iter_mut().chain(&mut case.deliver) {
            stimulus.conversation = usize::from(self.chance(45));
        }
    }

    fn properties(&mut self, case: &mut Case) {
        let said = |type_: &Type| {
            let of = |process: &Process| {
                process.hears(*type_) || process.reactions().flat_map(|r| &r.sends).any(|s| s.type_ == *type_)
            };
            case.processes.iter().any(of)
        };
        let types: Vec<Type> = (0..ALARMS.start).filter(said).collect();
        for _ in 0..self.one(&[1, 1, 2]) {
            let process = self.random.random_range(0..case.processes.len());
            let state = self.random.random_range(0..case.processes[process].states.len());
            let condition = match self.random.random_range(0..5) {
                0 => Condition::AtMost(self.one(&types), self.one(&[0, 1, 1, 2])),
                1 | 2 => Condition::NoMore(self.one(&types), self.one(&types)),
                3 => Condition::NotIn(process, state),
                _ => Condition::Below(process, self.one(&[Var::N, Var::K]), self.one(&[1, 2])),
            };
            let judged = self.one(&[Judged::Always, Judged::Always, Judged::Finally]);
            case.expect.properties.push((judged, condition));
        }
    }

    fn messages(&mut self, case: &mut Case) {
        let heard = |type_: &Type| case.processes.iter().any(|process| process.hears(*type_));
        let types: Vec<Type> = (0..ALARMS.start).filter(heard).collect();
        let starters: Vec<Type> = case
            .processes
            .iter()
            .flat_map(|process| &process.starters)
            .map(|starter| starter.type_)
            .collect();
        if self.chance(40) {
            for _ in 0..self.random.random_range(1..=2) {
                let type_ = if self.chance(75) { self.one(&starters) } else { self.one(&types) };
                let stimulus = self.stimulus(type_);
                case.first.push(stimulus);
            }
        }
        let count = self.one(&[1, 2, 2, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6]);
        let started = !case.first.is_empty();
        let mut list: Vec<Stimulus> = Vec::new();
        for place in 0..count {
            let stimulus = match list.choose(&mut self.random).cloned() {
                Some(alike) if self.random.random_range(0..100) < 9 => alike,
                Some(same) if self.random.random_range(0..100) < 15 => self.stimulus(same.type_),
                _ if place == 0 && !started && self.chance(85) => {
                    let type_ = self.one(&starters);
                    self.stimulus(type_)
                }
                _ => {
                    let type_ = self.one(&types);
                    self.stimulus(type_)
                }
            };
            let at = self.random.random_range(0..=list.len());
            list.insert(at, stimulus);
        }
        case.deliver = list;
        let named = if case.causal { 35 } else { 5 };
        for place in 0..count {
            if self.chance(named) {
                let type_ = self.one(&case.deliver).type_;
                case.deliver[place].after = vec![type_];
            }
            if case.ancestors().is_none() {
                case.deliver[place].after.clear();
            }
        }
        without(case, |_| ());
    }

    pub fn stimulus(&mut self, type_: Type) -> Stimulus {
        // By habit some types bear data and some do not.
        let data = if self.chance(if type_.is_multiple_of(2) { 92 } else { 8 }) {
            Some(self.random.random_range(0..3))
        } else {
            None
        };
        let module = if self.chance(60) { Some(self.one(&["orders", "payments"])) } else { None };
        Stimulus { type_, data, module, after: Vec::new(), conversation: 0 }
    }

    fn process(&mut self, name: &'static str, outside: &[Type], two: bool) -> Process {
        let forget = self.chance(25);
        let mut types = outside.to_vec();
        if two || self.chance(10) {
            let count = self.random.random_range(1..=2);
            types.extend(self.some(ECHOES, count));
        }
        let count = self.one(&[0, 1, 1, 2, 2]);
        let alarms = self.some(ALARMS, count);
        let (live, ends) = (self.one(&[1, 2, 2, 3, 3]), self.random.random_range(1..=2));
        let end = live..live + ends;
        let to = (0..live).chain(0..live).chain(end.clone()).chain(end).collect();
        let words = Vocabulary { types, alarms, forget, live, ends, to };
        let mut starts = vec![outside[0]];
        if self.chance(35) {
            // With `forget` an echo that starts could go round for ever.
            let last = if forget { outside.len() } else { words.types.len() };
            starts.push(self.one(&words.types[1..last]));
        }
        let reacting = self.chance(30);
        let starters: Vec<Starter> = starts
            .into_iter()
            .map(|type_| {
                let rule = match reacting {
                    true => Some(match self.chance(20) {
                        true => vec![],
                        false => self.rule(type_, &words, 15),
                    }),
                    false => None,
                };
                // An empty list is no rule; an empty reaction is one.
                let rule = rule.map(|rule| if rule.is_empty() { vec![Reaction::default()] } else { rule });
                Starter { type_, rule }
            })
            .collect();
        let initial = if self.chance(3) { words.live } else { 0 };
        let mut process = Process {
            name,
            starts_when: self.chance(14).then(|| self.one(&[Guard::EventBelow(2), Guard::EventIs(1)])),
            before_start: self.one(&[
                BeforeStart::Defer,
                BeforeStart::Defer,
                BeforeStart::Defer,
                BeforeStart::Park,
                BeforeStart::Ignore,
                BeforeStart::Ignore,
            ]),
            unexpected: self.one(&[
                Unexpected::Park,
                Unexpected::Ignore,
                Unexpected::Ignore,
                Unexpected::Defer,
                Unexpected::Defer,
            ]),
            forget,
            initial,
            states: Vec::new(),
            any: Vec::new(),
            starters,
        };
        for state in 0..words.live + words.ends {
            let end = state >= words.live;
            let name = ["one", "two", "three"].get(state).filter(|_| !end).copied();
            let name = name.unwrap_or_else(|| ["done", "over"][state - words.live]);
            let state = self.state(name, end, &process, &words);
            process.states.push(state);
        }
        while self.chance(25) && process.any.len() < 2 {
            let shared = self.shared(&words);
            process.any.push(shared);
        }
        if process.states[initial].end {
            // What a starter meets that an end state is asked about: a question of its own.
            let is_starter = |type_: Type| process.starters.iter().any(|starter| starter.type_ == type_);
            let state = &mut process.states[initial];
            state.on.retain(|(type_, _)| !is_starter(*type_));
            state.defer.retain(|type_| !is_starter(*type_));
        }
        known(&mut process);
        process
    }

    fn state(&mut self, name: &'static str, end: bool, process: &Process, words: &Vocabulary) -> State {
        let mut state = State { name, end, ..State::default() };
        for type_ in words.types.iter().chain(&words.alarms).copied() {
            let starter = process.starters.iter().any(|starter| starter.type_ == type_);
            let (reacts, ignores, defers) = match (end, starter) {
                (true, _) => (14, 24, 34),
                (_, true) => (40, 55, 65),
                _ => (70, 77, 88),
            };
            let roll = self.random.random_range(0..100);
            if roll < reacts {
                let rule = self.rule(type_, words, if end { 30 } else { 70 });
                let open = rule.iter().all(|reaction| !reaction.when.is_empty());
                state.on.push((type_, rule));
                // What no guard lets in may be ignored or deferred: asked in this order.
                if open && self.chance(35) {
                    let list = if self.chance(40) { &mut state.ignore } else { &mut state.defer };
                    list.push(type_);
                }
            } else if roll < ignores {
                state.ignore.push(type_);
            } else if roll < defers {
                state.defer.push(type_);
            }
        }
        if self.chance(22) {
            let (first, last) = (self.entry(words, true, 0), self.entry(words, false, 0));
            state.enter = if self.chance(30) { vec![first, last] } else { vec![last] };
        }
        while self.chance(18) && state.whenever.len() < 3 {
            let reaction = self.entry(words, true, 50);
            state.whenever.push(reaction);
        }
        state
    }

    fn shared(&mut self, words: &Vocabulary) -> Shared {
        let within: Vec<usize> = (0..words.live).filter(|_| self.chance(50)).collect();
        let within = Some(within).filter(|within| !within.is_empty());
        let mut shared = Shared { within, ..Shared::default() };
        for type_ in words.types.iter().chain(&words.alarms).copied() {
            match self.random.random_range(0..100) {
                0..35 => shared.on.push((type_, self.rule(type_, words, 60))),
                35..45 => shared.ignore.push(type_),
                45..55 => shared.defer.push(type_),
                _ => {}
            }
        }
        shared
    }
}

/// By habit: what has an even number.
pub fn bears_data(type_: Type) -> bool {
    type_.is_multiple_of(2)
}

/// Every alarm that is set is known to some state, and only such alarms are called off or mentioned.
pub fn known(process: &mut Process) {
    // What reacts to one alarm may be what sets another.
    for alarm in ALARMS.cycle().take(ALARMS.len() * ALARMS.len()) {
        let set = process.sets_alarm(alarm);
        if set && !process.hears(alarm) {
            process.states[0].ignore.push(alarm);
        }
        if !set {
            for reaction in process.reactions_mut() {
                reaction.cancel.retain(|(name, _)| *name != alarm);
            }
            for shared in &mut process.any {
                shared.on.retain(|(type_, _)| *type_ != alarm);
                shared.ignore.retain(|type_| *type_ != alarm);
                shared.defer.retain(|type_| *type_ != alarm);
            }
            for state in &mut process.states {
                state.on.retain(|(type_, _)| *type_ != alarm);
                state.ignore.retain(|type_| *type_ != alarm);
                state.defer.retain(|type_| *type_ != alarm);
            }
        }
    }
}
