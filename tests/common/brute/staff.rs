//! Random services beside random processes, or without any.
//!
//! What they hear is mostly what somebody says, and what they say what somebody hears. What goes round
//! for ever is thrown away by the walk.

use super::generate::{Maker, bears_data, without};
use super::model::*;
use super::service::{After, Key, Reply, Service};
use rand::RngExt;

const NAMES: [&str; 3] = ["kitchen", "depot", "till"];

impl Maker {
    pub fn staff(&mut self, case: &mut Case) {
        // Which of several that are alike comes is a question of its own.
        case.alike = false;
        // What is asked and answered makes more of few messages than they do.
        let most = self.one(&[1, 2, 2, 3, 3, 4]);
        without(case, |case| case.deliver.truncate(most));
        self.faults(case);
        if self.chance(13) {
            self.nobody(case);
        } else {
            self.orders(case);
        }
        let listed = case.first.iter().chain(&case.deliver).map(|stimulus| stimulus.type_);
        let sent = case.processes.iter().flat_map(Process::reactions).flat_map(|reaction| &reaction.sends);
        let mut spoken: Vec<Type> = sent.map(|sending| sending.type_).chain(listed).collect();
        let count = self.one(&[1, 1, 1, 2, 2, 2, 3]);
        for (place, name) in NAMES.into_iter().enumerate().take(count) {
            let service = self.service(name, case, &spoken, place + 1 < count);
            let said = service.reactions().flat_map(|reaction| &reaction.sends);
            spoken.extend(said.map(|sending| sending.type_));
            case.services.push(service);
        }
        let whole = case.clone();
        case.first.retain(|stimulus| whole.mentions(stimulus.type_));
        without(case, |case| case.deliver.retain(|stimulus| whole.mentions(stimulus.type_)));
        if case.services.iter().any(|service| service.entity.is_some()) && self.chance(35) {
            // Who speaks of different things may meet all the same.
            let all = case.first.iter_mut().chain(&mut case.deliver).enumerate();
            all.for_each(|(place, stimulus)| stimulus.conversation = place % 2);
        }
        if self.chance(45) {
            self.judged(case);
        }
    }

    fn faults(&mut self, case: &mut Case) {
        let mut many = |percent: u32| match self.random.random_range(0..100) {
            roll if roll < percent / 6 => 2,
            roll if roll < percent => 1,
            _ => 0,
        };
        case.faults = Faults { duplicates: many(42), losses: many(36), crashes: many(36) };
        case.forgets = self.chance(50);
    }

    /// Services alone.
    fn nobody(&mut self, case: &mut Case) {
        case.processes.clear();
        case.expect.properties.clear();
        case.first.retain(|_| false);
        let count = self.one(&[1, 2, 2, 3]);
        case.deliver = (0..count)
            .map(|_| {
                let type_ = self.random.random_range(0..3);
                self.stimulus(type_)
            })
            .collect();
        if self.chance(40) {
            case.deliver[0].conversation = 1;
        }
    }

    /// Processes ask for more than usual.
    fn orders(&mut self, case: &mut Case) {
        for process in &mut case.processes {
            if self.chance(65) {
                // At birth, whatever begins it.
                let type_ = self.random.random_range(TOLD);
                let sending = Sending {
                    type_,
                    command: true,
                    data: self.one(&[None, Some(Value::Literal(1))]),
                    each: None,
                };
                let enter = &mut process.states[process.initial].enter;
                match enter.last_mut() {
                    Some(last) => last.sends.insert(0, sending),
                    None => enter.push(Reaction { sends: vec![sending], ..Reaction::default() }),
                }
            }
            for reaction in process.reactions_mut() {
                let asks = reaction.sends.iter().any(|sending| TOLD.contains(&sending.type_));
                if !asks && self.chance(30) {
                    let data = self.one(&[None, Some(Value::Of(Var::N)), Some(Value::Literal(1))]);
                    let type_ = self.random.random_range(TOLD);
                    reaction.sends.insert(0, Sending { type_, command: true, data, each: None });
                }
            }
        }
        let same = case.several_conversations();
        if !same && self.chance(35) {
            let all = case.first.iter_mut().chain(&mut case.deliver);
            all.for_each(|stimulus| stimulus.conversation = usize::from(self.chance(50)));
        }
    }

    fn service(&mut self, name: &'static str, case: &Case, spoken: &[Type], more: bool) -> Service {
        let entity = if self.chance(45) {
            Some(self.one(&[Key::One, Key::One, Key::One, Key::Conversation, Key::Said]))
        } else {
            None
        };
        let told: Vec<Type> =
            spoken.iter().copied().filter(|t| TOLD.contains(t) || CHAT.contains(t)).collect();
        let mut heard = Vec::new();
        for _ in 0..self.one(&[1, 1, 2]) {
            let type_ = if !told.is_empty() && self.chance(65) { self.one(&told) } else { self.one(spoken) };
            if !heard.contains(&type_) {
                heard.push(type_);
            }
        }
        heard.sort();
        let wanted: Vec<Type> = (0..ALARMS.start)
            .filter(|type_| case.processes.iter().any(|process| process.hears(*type_)))
            .filter(|type_| !heard.contains(type_))
            .collect();
        let echoes: Vec<Type> = wanted.iter().copied().filter(|type_| ECHOES.contains(type_)).collect();
        let mut others: Vec<Type> =
            CHAT.chain(TOLD).filter(|type_| !heard.contains(type_) && !spoken.contains(type_)).collect();
        others.push(CHAT.end - 1);
        others.retain(|type_| !heard.contains(type_));
        let mut service = Service { name, entity, on: Vec::new() };
        for type_ in heard {
            let mut words = Vec::new();
            for _ in 0..3 {
                words.push(match self.random.random_range(0..100) {
                    0..30 if !echoes.is_empty() => self.one(&echoes),
                    0..70 if !wanted.is_empty() => self.one(&wanted),
                    0..85 if more || wanted.is_empty() => *others.first().unwrap_or(&COMMON),
                    _ => *others.last().unwrap_or(&COMMON),
                });
            }
            words.retain(|word| service.replies(*word).is_none() && *word != type_);
            let replies = self.replies(type_, entity.is_some(), &words);
            service.on.push((type_, replies));
        }
        // Nobody answers himself.
        let heard: Vec<Type> = service.on.iter().map(|(type_, _)| *type_).collect();
        for (_, replies) in &mut service.on {
            for reply in replies {
                reply.reaction.sends.retain(|sending| !heard.contains(&sending.type_));
            }
        }
        service
    }

    fn replies(&mut self, type_: Type, remembers: bool, words: &[Type]) -> Vec<Reply> {
        let mut all = Vec::new();
        match self.random.random_range(0..100) {
            0..30 => all.push(self.reply(type_, remembers, words)),
            30..55 => {
                for _ in 0..self.one(&[1, 1, 2]) {
                    let mut guarded = self.reply(type_, remembers, words);
                    guarded.reaction.when = self.asked(type_, remembers);
                    all.push(guarded);
                }
                if self.chance(70) {
                    all.push(self.reply(type_, remembers, words));
                }
            }
            55..85 => {
                for _ in 0..self.one(&[1, 1, 2]) {
                    let mut reply = self.reply(type_, remembers, words);
                    reply.chance = Some(self.one(&[0, 25, 50, 50, 100]));
                    if self.chance(25) {
                        reply.reaction.when = self.asked(type_, remembers);
                    }
                    all.push(reply);
                }
                if self.chance(35) {
                    all.push(self.reply(type_, remembers, words));
                }
            }
            _ => {
                all.push(self.reply(type_, remembers, words));
                all.push(self.reply(type_, remembers, words));
            }
        }
        legal(&mut all);
        all
    }

    fn asked(&mut self, type_: Type, remembers: bool) -> Vec<Guard> {
        let mine = [Guard::Below(Var::N, 1), Guard::Below(Var::N, 2), Guard::Is(Var::K, 1)];
        let theirs = [Guard::EventIs(1), Guard::EventBelow(2), Guard::EventBelow(1)];
        match remembers {
            true if self.chance(75) => vec![self.one(&mine)],
            true if bears_data(type_) => vec![self.one(&mine), self.one(&theirs)],
            _ => vec![self.one(&theirs)],
        }
    }

    fn reply(&mut self, type_: Type, remembers: bool, words: &[Type]) -> Reply {
        let event = bears_data(type_) && self.chance(80) || self.chance(6);
        let all =
            [After::AtOnce, After::AtOnce, After::Fixed, After::Between, After::Exponential, After::Said];
        let after = self.one(&all[..if event { 6 } else { 5 }]);
        let mut reply = Reply { after, ..Reply::default() };
        let count = self.one(&[0, 1, 1, 1, 1, 1, 1, 2, 2]);
        for type_ in words.iter().take(count) {
            let data = match self.random.random_range(0..6) {
                0 | 1 => None,
                2 | 3 if event => Some(Value::Event),
                4 if remembers => Some(Value::Of(Var::N)),
                _ => Some(Value::Literal(1)),
            };
            let data = data.filter(|_| bears_data(*type_) || self.chance(10));
            let each: Option<&'static [Value]> = match self.random.random_range(0..100) {
                0..4 if data.is_some() => Some(&[]),
                4..10 if data.is_some() => Some(&[Value::Literal(0), Value::Literal(1)]),
                _ => None,
            };
            let command = TOLD.contains(type_) || CHAT.contains(type_) && self.chance(40);
            reply.reaction.sends.push(Sending { type_: *type_, command, data, each });
        }
        reply.reaction.sends.sort_by_key(|sending| !sending.command);
        if remembers && self.chance(75) {
            let set = match self.random.random_range(0..5) {
                0 if event => (Var::K, Value::Event),
                1 => (Var::K, Value::Literal(1)),
                _ => (Var::N, Value::OneMoreThan(Var::N)),
            };
            reply.reaction.set.push(set);
        }
        reply
    }

    /// What is known of an entity, and how often services are asked and answer.
    fn judged(&mut self, case: &mut Case) {
        let entities: Vec<(usize, Key)> = (case.services.iter().enumerate())
            .filter_map(|(place, service)| Some((place, service.entity?)))
            .collect();
        let condition = if !entities.is_empty() && self.chance(70) {
            let (service, key) = self.one(&entities);
            let key = match key {
                Key::One => "one",
                Key::Conversation => self.one(&CONVERSATIONS),
                Key::Said => self.one(&["none", "0", "1"]),
            };
            Condition::EntityBelow(service, key, self.one(&[Var::N, Var::N, Var::K]), self.one(&[1, 1, 2]))
        } else {
            let service = self.one(&case.services);
            let said = service.reactions().flat_map(|reaction| &reaction.sends).map(|s| s.type_).next();
            let (asked, said) = (service.on[0].0, said.unwrap_or(service.on[0].0));
            self.one(&[
                Condition::NoMore(said, asked),
                Condition::NoMore(asked, said),
                Condition::AtMost(said, 1),
            ])
        };
        let judged = self.one(&[Judged::Always, Judged::Always, Judged::Finally]);
        case.expect.properties.push((judged, condition));
    }
}

/// Chances that no guard holds back leave something for whoever has none.
fn legal(all: &mut [Reply]) {
    let open = |reply: &&Reply| reply.reaction.when.is_empty();
    let given: u32 = all.iter().filter(open).filter_map(|reply| reply.chance).sum();
    let rest = all.iter().any(|reply| reply.chance.is_none());
    if given > 100 || given == 100 && rest {
        all.iter_mut().filter(|reply| reply.reaction.when.is_empty()).for_each(|reply| {
            reply.chance = reply.chance.map(|_| 25);
        });
    }
}

/// Where nothing else is left to say.
const COMMON: Type = CHAT.start;
