//! Random sagas of steps, from a seed: as a file, as services that answer them, and as a model that was
//! written from the rules alone, without a state of any chart.
#![allow(dead_code)] // each test file uses its part

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::fmt::Write;

#[derive(Debug, Clone, Default)]
pub struct Step {
    pub asks: bool,
    pub done: bool,
    pub failed: usize,
    pub undo: bool,
    pub undone: bool,
    pub within: bool,
    pub retry: u32,
    pub pivot: bool,
}

#[derive(Debug, Clone)]
pub struct Saga {
    pub seed: u64,
    pub steps: Vec<Step>,
    pub attempted: bool,
}

impl Saga {
    pub fn new(seed: u64, most: usize) -> Saga {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let count = rng.random_range(1..=most);
        let pivot = rng.random_bool(0.5).then(|| rng.random_range(0..count));
        let mut steps: Vec<Step> = Vec::new();
        for index in 0..count {
            let past = pivot.is_some_and(|pivot| index > pivot);
            let is_pivot = pivot == Some(index);
            let asks = is_pivot || past || rng.random_bool(0.85);
            let done = asks && rng.random_bool(0.9);
            let undo = !past && (!asks || rng.random_bool(0.7));
            let undone = undo && rng.random_bool(0.7);
            let failed = if done { rng.random_range(0..=2) } else { 0 };
            let within = (done || undone) && rng.random_bool(0.7);
            let tried = within || past && failed > 0;
            let retry = if tried && rng.random_bool(0.5) { rng.random_range(1..=2) } else { 0 };
            steps.push(Step { asks, done, failed, undo, undone, within, retry, pivot: is_pivot });
        }
        if steps.iter().all(|step| !step.asks) {
            steps.push(Step { asks: true, done: true, failed: 1, ..Step::default() });
        }
        Saga { seed, steps, attempted: rng.random_bool(0.3) }
    }

    /// As somebody would write it; sometimes in one line, sometimes in several.
    pub fn yaml(&self) -> String {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed ^ 0x5A6A);
        let mut text = String::from("process: saga\nversion: 1\nstarts-on: Begun\nsteps:\n");
        for (number, step) in (1..).zip(&self.steps) {
            let mut keys = Vec::new();
            let mut say = |holds: bool, key: String| keys.extend(holds.then_some(key));
            say(step.asks, format!("do: {{Do{number}: {{key: k}}}}"));
            say(step.done, format!("done: Done{number}"));
            say(step.failed == 1, format!("failed: No{number}"));
            say(step.failed == 2, format!("failed: [No{number}, Never{number}]"));
            say(step.undo, format!("undo: {{Undo{number}: {{key: k}}}}"));
            say(step.undone, format!("undone: Undone{number}"));
            say(step.within, "within: 30s".into());
            say(step.retry > 0, format!("retry: {{times: {}, every: 5s}}", step.retry));
            say(step.pivot, "pivot: true".into());
            let text = &mut text;
            match rng.random_bool(0.5) {
                true => writeln!(text, "  - {{{}}}", keys.join(", ")),
                false => writeln!(text, "  - {}", keys.join("\n    ")),
            }
            .expect("a string");
        }
        text.push_str("ends: {done: done, undone: undone, manual: manual}\n");
        text.push_str(if self.attempted { "undo-when: attempted\n" } else { "" });
        text
    }

    /// One service for each step: it may do it, refuse it, say so twice, or be silent where somebody has
    /// set an alarm. What was undone is never done afterwards.
    pub fn services(&self) -> Vec<String> {
        (1..).zip(&self.steps).map(|(number, step)| service(number, step)).collect()
    }

    /// What holds whatever happens, and where an ordering ends.
    pub fn scenario(&self) -> String {
        let names: Vec<String> = (1..=self.steps.len()).map(|number| format!("s{number}")).collect();
        let mut text = format!("process: saga@1\nservices: [{}]\nfirst: [Begun]\n", names.join(", "));
        text.push_str(if self.seed % 5 == 1 { "faults: {duplicates: 1}\n" } else { "" });
        text.push_str("bounds: {states: 2000}\nexpect:\n  outcomes: [done, undone, manual]\n");
        let (mut always, mut finally) = (String::new(), String::new());
        for (number, step) in (1..).zip(&self.steps) {
            let s = format!("entity('s{number}', 'k').s");
            if step.asks && step.undo {
                let _ = writeln!(
                    always,
                    "    asked-{number}: \"count('Undo{number}') == 0 || count('Do{number}') > 0\""
                );
                let _ = writeln!(finally, "    undone-{number}: \"state != 'undone' || {s} != 'done'\"");
            }
            if step.asks {
                let _ = writeln!(finally, "    done-{number}: \"state != 'done' || {s} == 'done'\"");
            }
            if step.undo {
                let _ =
                    writeln!(finally, "    kept-{number}: \"state != 'done' || count('Undo{number}') == 0\"");
            }
        }
        for (key, properties) in [("always", always), ("finally", finally)] {
            if !properties.is_empty() {
                let _ = write!(text, "  {key}:\n{properties}");
            }
        }
        text
    }
}

fn service(number: usize, step: &Step) -> String {
    let mut text = format!("service: s{number}\nentity: =event.data.key\ndata: {{s: free}}\non:\n");
    let mut alternatives = |command: &str, lines: &[String]| {
        let _ = writeln!(text, "  {command}{number}:");
        for line in lines {
            let _ = writeln!(text, "    - {{{line}}}");
        }
    };
    if step.asks {
        let says = |what: &str| format!("publish: {what}{number}");
        let free = "when: \"data.s == 'free'\", ";
        let mut lines = Vec::new();
        if step.done {
            lines.push(format!("{free}chance: 0.3, set: {{s: done}}, {}", says("Done")));
            lines.push(format!("when: \"data.s == 'done'\", chance: 0.5, {}", says("Done")));
            if step.failed > 0 {
                lines.push(format!("{free}chance: 0.3, {}", says("No")));
                lines.push(format!("when: \"data.s == 'undone'\", chance: 0.5, {}", says("No")));
            }
            if step.failed > 1 {
                lines.push(format!("{free}chance: 0.1, publish: [Never{number}, No{number}]"));
            }
            // Where nobody has set an alarm it is never silent.
            match step.within {
                true => lines.push(format!("{free}chance: 0.1, set: {{s: done}}")),
                false => lines.push(format!("{free}set: {{s: done}}, publish: [Done{number}, Done{number}]")),
            }
        } else {
            lines.push(format!("{free}set: {{s: done}}"));
        }
        alternatives("Do", &lines);
    }
    if step.undo {
        let undone = format!("set: {{s: undone}}, publish: Undone{number}");
        match (step.undone, step.within) {
            (false, _) => alternatives("Undo", &["set: {s: undone}".to_string()]),
            (true, false) => alternatives("Undo", &[undone]),
            (true, true) => alternatives(
                "Undo",
                &[format!("chance: 0.5, {undone}"), "chance: 0.2, set: {s: undone}".to_string()],
            ),
        }
    }
    if !step.asks && !step.undo {
        text.push_str("  Nothing: {}\n");
    }
    text
}

/// What comes to a saga.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comes {
    Done(usize),
    Failed(usize, usize),
    Undone(usize),
    Ring,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Asks(usize),
    PausesBeforeAsking(usize),
    Undoes(usize),
    PausesBeforeUndoing(usize),
    Over(&'static str),
}

/// Somebody who carries a saga out by the rules of `docs/steps.md`.
pub struct Person<'s> {
    saga: &'s Saga,
    at: At,
    tries: u32,
    pub sent: Vec<String>,
    /// What may be answered: everything that was ever asked for.
    pub asked: Vec<usize>,
    pub undoing: Vec<usize>,
}

impl<'s> Person<'s> {
    pub fn new(saga: &'s Saga) -> Person<'s> {
        let (asked, undoing) = (Vec::new(), Vec::new());
        let mut person = Person { saga, at: At::Over("done"), tries: 0, sent: Vec::new(), asked, undoing };
        person.go_on(0);
        person
    }

    pub fn end(&self) -> Option<&'static str> {
        match self.at {
            At::Over(end) => Some(end),
            _ => None,
        }
    }

    pub fn waits_for_an_alarm(&self) -> bool {
        match self.at {
            At::Asks(index) | At::Undoes(index) => self.saga.steps[index].within,
            At::PausesBeforeAsking(_) | At::PausesBeforeUndoing(_) => true,
            At::Over(_) => false,
        }
    }

    pub fn hears(&mut self, comes: Comes) {
        self.sent.clear();
        match (self.at, comes) {
            (At::Asks(at) | At::PausesBeforeAsking(at), Comes::Done(index)) if at == index => {
                self.go_on(at + 1)
            }
            (At::Undoes(at) | At::PausesBeforeUndoing(at), Comes::Undone(index)) if at == index => {
                self.take_back(at)
            }
            (At::Asks(at), Comes::Failed(index, _)) if at == index => match self.past(at) {
                true => self.again_or(At::PausesBeforeAsking(at), |person| person.give_up()),
                false if self.tries > 0 => self.nobody_knows(at),
                false => self.take_back(if self.saga.attempted { at + 1 } else { at }),
            },
            (At::PausesBeforeAsking(at), Comes::Failed(index, _)) if at == index && !self.past(at) => {
                self.nobody_knows(at);
            }
            (At::Asks(at), Comes::Ring) => {
                self.again_or(At::PausesBeforeAsking(at), |person| match person.past(at) {
                    true => person.give_up(),
                    false => person.nobody_knows(at),
                });
            }
            (At::Undoes(at), Comes::Ring) => {
                self.again_or(At::PausesBeforeUndoing(at), |person| person.give_up())
            }
            (At::PausesBeforeAsking(at), Comes::Ring) => self.ask(at),
            (At::PausesBeforeUndoing(at), Comes::Ring) => self.undo(at),
            _ => {}
        }
    }

    fn past(&self, index: usize) -> bool {
        self.saga.steps[..index].iter().any(|step| step.pivot)
    }

    fn ask(&mut self, index: usize) {
        self.sent.push(format!("Do{}", index + 1));
        self.asked.push(index);
        self.at = At::Asks(index);
    }

    fn undo(&mut self, index: usize) {
        self.sent.push(format!("Undo{}", index + 1));
        self.undoing.push(index);
        self.at = At::Undoes(index);
    }

    fn go_on(&mut self, from: usize) {
        self.tries = 0;
        for index in from..self.saga.steps.len() {
            if self.saga.steps[index].asks {
                self.ask(index);
                if self.saga.steps[index].done {
                    return;
                }
            }
        }
        self.at = At::Over("done");
    }

    fn take_back(&mut self, before: usize) {
        self.tries = 0;
        for index in (0..before).rev() {
            if self.saga.steps[index].undo {
                self.undo(index);
                if self.saga.steps[index].undone {
                    return;
                }
            }
        }
        self.at = At::Over("undone");
    }

    fn nobody_knows(&mut self, index: usize) {
        let step = &self.saga.steps[index];
        match step.pivot && !step.undo {
            true => self.give_up(),
            false => self.take_back(index + 1),
        }
    }

    fn again_or(&mut self, pause: At, otherwise: impl FnOnce(&mut Self)) {
        let (At::PausesBeforeAsking(index) | At::PausesBeforeUndoing(index)) = pause else { unreachable!() };
        if self.tries < self.saga.steps[index].retry {
            self.tries += 1;
            self.at = pause;
        } else {
            otherwise(self);
        }
    }

    fn give_up(&mut self) {
        self.at = At::Over("manual");
    }

    /// Something that can come now: an answer to what was ever asked for, or the alarm.
    pub fn anything(&self, rng: &mut impl Rng) -> Option<Comes> {
        let mut all = Vec::new();
        for &index in &self.asked {
            let step = &self.saga.steps[index];
            all.extend(step.done.then_some(Comes::Done(index)));
            all.extend((0..step.failed).map(|nth| Comes::Failed(index, nth)));
        }
        for &index in &self.undoing {
            all.extend(self.saga.steps[index].undone.then_some(Comes::Undone(index)));
        }
        if self.waits_for_an_alarm() {
            all.push(Comes::Ring);
            all.push(Comes::Ring);
        }
        (!all.is_empty()).then(|| all[rng.random_range(0..all.len())])
    }
}
