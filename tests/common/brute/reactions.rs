//! Random reactions of processes.

use super::generate::{Maker, Vocabulary, bears_data};
use super::model::*;
use rand::RngExt;

impl Maker {
    /// What is done on entry or as soon as it holds: as a reaction to a ring, since one may lead there.
    pub fn entry(&mut self, words: &Vocabulary, guarded: bool, moving: u32) -> Reaction {
        // Mostly of a sort that has no data.
        let mut reaction = self.reaction(ALARMS.start, words, moving);
        if guarded && reaction.when.is_empty() {
            let mine = [
                Guard::Below(Var::N, 2),
                Guard::Is(Var::Seen, 1),
                Guard::Is(Var::K, 1),
                Guard::Is(Var::K, 0),
            ];
            reaction.when = vec![self.one(&mine)];
        }
        reaction
    }

    /// A list for `each`, sometimes.
    fn each(&mut self, event: bool) -> Option<&'static [Value]> {
        let some: [&'static [Value]; 4] = [
            &[],
            &[Value::Of(Var::K), Value::Literal(2)],
            &[Value::Of(Var::N)],
            &[Value::Event, Value::Of(Var::N)],
        ];
        let count = if event { 4 } else { 3 };
        if self.chance(12) { Some(self.one(&some[..count])) } else { None }
    }

    /// A key for an alarm, sometimes.
    fn key(&mut self, event: bool) -> Option<Value> {
        let some = [Value::Literal(1), Value::Of(Var::K), Value::Of(Var::N), Value::Event];
        if self.chance(30) { Some(self.one(&some[..if event { 4 } else { 3 }])) } else { None }
    }

    /// So many reactions in a hundred change the state.
    pub fn rule(&mut self, type_: Type, words: &Vocabulary, moving: u32) -> Rule {
        let guarded = |maker: &mut Maker| {
            let mut reaction = maker.reaction(type_, words, moving);
            if reaction.when.is_empty() {
                reaction.when = maker.guard(type_);
            }
            reaction
        };
        match self.random.random_range(0..100) {
            0..70 => vec![self.reaction(type_, words, moving)],
            70..90 => vec![guarded(self), self.reaction(type_, words, moving)],
            _ => vec![guarded(self)],
        }
    }

    fn guard(&mut self, type_: Type) -> Vec<Guard> {
        let mine =
            [Guard::Below(Var::N, 2), Guard::Is(Var::Seen, 1), Guard::Is(Var::Seen, 0), Guard::Is(Var::K, 1)];
        let theirs = [Guard::EventIs(1), Guard::EventBelow(2)];
        if self.timed && self.chance(30) {
            return vec![Guard::Until(self.one(&[0, 4, 5, 9, 12]))];
        }
        // Mostly not where there is no data.
        match self.random.random_range(0..10) {
            0..5 => vec![self.one(&mine)],
            5..9 if bears_data(type_) => vec![self.one(&theirs)],
            9 => vec![self.one(&mine), self.one(&theirs)],
            _ => vec![Guard::Below(Var::N, 1)],
        }
    }

    fn reaction(&mut self, type_: Type, words: &Vocabulary, moving: u32) -> Reaction {
        let mut reaction = Reaction::default();
        let event = bears_data(type_) || self.chance(4);
        if self.chance(35) {
            let set = match self.random.random_range(0..4) {
                0 => (Var::Seen, Value::Literal(1)),
                1 if event => (Var::K, Value::Event),
                2 => (Var::K, self.one(&[Value::Literal(1), Value::Of(Var::N)])),
                _ => (Var::N, Value::OneMoreThan(Var::N)),
            };
            reaction.set.push(set);
        }
        let data = |maker: &mut Maker| match maker.random.random_range(0..6) {
            0..3 => None,
            3 if event => Some(Value::Event),
            4 => Some(Value::Of(Var::K)),
            _ => Some(Value::Of(Var::N)),
        };
        if self.chance(30) {
            let (type_, data) = (self.one(&[TOLD.start, TOLD.start + 1]), data(self));
            reaction.sends.push(Sending { type_, command: self.chance(80), data, each: self.each(event) });
        }
        // Rings and echoes may go round: they count, and mostly stop.
        let turns = ECHOES.contains(&type_) || ALARMS.contains(&type_);
        let may = !turns || !words.forget;
        let mut bounded = false;
        if may && self.chance(35) {
            let type_ =
                if self.chance(8) { self.one(&words.types) } else { self.random.random_range(ECHOES) };
            let sending = Sending {
                type_,
                command: self.chance(30),
                data: if bears_data(type_) { data(self) } else { None },
                each: if bears_data(type_) { self.each(event) } else { None },
            };
            reaction.sends.push(sending);
            bounded = turns;
        }
        reaction.sends.sort_by_key(|sending| !sending.command);
        for name in words.alarms.clone() {
            if may && self.chance(45) {
                let minutes = self.one(&[0, 5, 5, 10, 10, 15]);
                let data = if bears_data(name) { data(self) } else { None };
                let key = self.key(event);
                reaction.alarms.push(Alarm { name, key, minutes, data });
                if self.chance(15) {
                    let (key, minutes) = (Some(Value::Literal(7)), self.one(&[5, 10]));
                    reaction.alarms.push(Alarm { name, key, minutes, data: None });
                }
                bounded |= turns;
            } else if self.chance(12) {
                let key = self.key(event);
                reaction.cancel.push((name, key));
            }
        }
        if bounded && self.chance(95) {
            reaction.when.push(Guard::Below(Var::N, 2));
            reaction.set.retain(|(var, _)| *var != Var::N);
            reaction.set.push((Var::N, Value::OneMoreThan(Var::N)));
        }
        if self.chance(moving) {
            reaction.to = Some(self.one(&words.to));
        }
        reaction
    }
}
