//! Instances as they count: what tells two of them apart in what they may still do.
//!
//! Ids are rubbed off, times are told from the clock of the world, and of the alarms it matters how
//! long they run and which must ring before which.

use super::crew::Crew;
use super::symbols::{Mails, Told};
use crate::event::{Document, Message, Millis, Name, Position, Time, json};
use crate::process::{AlarmTime, Definition, Service};
use crate::runtime::ProcessId;
use crate::step::{Instance, Kept, Parked, Phase};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

/// An instance as it counts, with a body that can be stepped.
#[derive(Debug)]
pub(super) struct Life {
    pub process: ProcessId,
    /// Its alarms and waiting messages bear ids of their place.
    pub instance: Instance,
    pub alarms: Vec<Armed>,
    /// Source and id of the messages that it has seen and of which copies may still come.
    pub seen: Vec<(Name, Name)>,
}

/// An armed alarm.
#[derive(Debug, Clone)]
pub(super) struct Armed {
    pub message: Arc<Message>,
    pub runs: Runs,
    /// The alarms of this instance, by their place, that must ring before it.
    pub after: Vec<u16>,
}

/// How long an alarm runs, when nobody knows how much time passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Runs {
    /// So long from when it was set.
    For(Millis),
    /// Until a moment.
    Until(Time),
    /// Set in both ways: comparable with none.
    Unknown,
}

impl Runs {
    /// Whether this one must be due before another that was set later, or by the same choice.
    fn ends_before(self, other: Runs, same_choice: bool) -> bool {
        match (self, other) {
            (Runs::For(a), Runs::For(b)) => a < b || (a == b && !same_choice),
            (Runs::Until(a), Runs::Until(b)) => a < b,
            _ => false,
        }
    }
}

impl Life {
    /// The alarms that may ring, by their place, if an alarm may ring at any moment.
    pub fn ringable(&self) -> impl Iterator<Item = usize> {
        let awake = self.instance.parked.is_none();
        (0..self.alarms.len()).filter(move |&place| awake && self.alarms[place].after.is_empty())
    }

    /// When it next rings, where time is told.
    pub fn next_due(&self) -> Option<Time> {
        let awake = self.instance.parked.is_none();
        self.alarms.iter().filter(|_| awake).filter_map(|alarm| alarm.message.due).min()
    }
}

/// Lives by number.
#[derive(Debug)]
pub(super) struct Lives {
    lives: Vec<Life>,
    numbers: FxHashMap<String, u32>,
    /// How much memory they take, more or less.
    pub bytes: u64,
    /// Per process and alarm, whether it is set for a duration, for a moment, or both.
    absolute: BTreeMap<(ProcessId, Name), (bool, bool)>,
    /// Alarms may ring at any moment: their order matters, their time does not.
    any: bool,
    /// Data is told by its members' order, too.
    ordered: bool,
    /// In the house's order.
    definitions: Vec<Arc<Definition>>,
}

impl Lives {
    pub fn new(crew: &Crew, any: bool) -> Lives {
        let definitions = &crew.definitions;
        let mut absolute: BTreeMap<_, (bool, bool)> = BTreeMap::new();
        for (process, definition) in definitions.iter().enumerate() {
            for alarm in definition.reactions().flat_map(|reaction| &reaction.alarms) {
                let ways = absolute.entry((process, alarm.name.clone())).or_default();
                match alarm.when {
                    AlarmTime::At(_) => ways.1 = true,
                    AlarmTime::After(_) | AlarmTime::AfterExpr(_) => ways.0 = true,
                }
            }
        }
        let whole =
            |definition: &Arc<Definition>| definition.expressions().iter().any(|e| e.reads().all_data);
        let serves = |service: &Arc<Service>| service.expressions().iter().any(|e| e.reads().all_data);
        let ordered = definitions.iter().any(whole) || crew.services.iter().any(serves);
        let definitions = definitions.clone();
        Lives {
            lives: Vec::new(),
            numbers: FxHashMap::default(),
            bytes: 0,
            absolute,
            any,
            ordered,
            definitions,
        }
    }

    pub fn get(&self, number: u32) -> &Life {
        &self.lives[number as usize]
    }

    /// Whether there is one in which an alarm is armed.
    pub fn any_sets_an_alarm(&self) -> bool {
        self.lives.iter().any(|life| !life.alarms.is_empty())
    }

    /// The same life with some of its alarms alone. Where their order matters, with all of them or with none.
    pub fn with_alarms(&mut self, number: u32, is_kept: impl Fn(&Name) -> bool) -> u32 {
        let Life { process, instance, alarms, seen } = self.get(number);
        let is_kept = |alarm: &&Armed| is_kept(&alarm.message.type_);
        let kept: Vec<Armed> = alarms.iter().filter(is_kept).cloned().collect();
        if kept.len() == alarms.len() {
            return number;
        }
        let instance =
            Instance { alarms: kept.iter().map(|alarm| alarm.message.clone()).collect(), ..instance.clone() };
        self.intern(Life { process: *process, instance, alarms: kept, seen: seen.clone() })
    }

    /// What of a life's data was set, if it is the same in all else.
    pub fn patch(&self, before: u32, after: u32) -> Option<Vec<(Name, Document)>> {
        let (before, after) = (self.get(before), self.get(after));
        let instance = Instance { data: before.instance.data.clone(), ..after.instance.clone() };
        let (alarms, seen) = (after.alarms.clone(), after.seen.clone());
        let rest = Life { process: after.process, instance, alarms, seen };
        let set = |(name, value): &(&Name, &Document)| before.instance.data.get(name) != Some(value);
        let set = after.instance.data.iter().filter(set).map(|(name, value)| (name.clone(), value.clone()));
        (self.text(&rest) == self.text(before)).then(|| set.collect())
    }

    /// The number of an instance that came out of a step. `before` is what it was, `shift` what the clock has
    /// moved, `seen` what may come again.
    pub fn number(
        &mut self,
        mails: &Mails,
        process: ProcessId,
        before: Option<u32>,
        instance: Instance,
        shift: Millis,
        seen: Vec<(Name, Name)>,
    ) -> u32 {
        let alarms = self.alarms(process, before, &instance, mails.told, shift);
        let mut waiting =
            Waiting { mails, rung: &instance.rung, seen: &seen, count: 0, kept: BTreeSet::new() };
        let keep = |kept: &Kept| Kept { message: waiting.keep(kept), ..kept.clone() };
        let deferred: Vec<_> = instance.deferred.iter().map(keep).collect();
        let held: Vec<_> = instance.held.iter().map(|message| waiting.keep(message)).collect();
        let rung = waiting.kept;
        let parked = instance.parked.map(|parked| Parked {
            message: Arc::new(mails.rubbed(&parked.message, false)),
            at: Time::MIN,
            ..parked
        });
        // A starter that waits, and what some regions have answered, sends other ids each time it is tried, by
        // how many decisions there were.
        let begins = |kept: &Kept| {
            let process = self.definitions.get(process);
            !kept.by.is_empty() || process.is_some_and(|process| process.starts_with(&kept.type_))
        };
        let counts = mails.told.ids && deferred.iter().any(begins);
        let decisions = if counts { instance.decisions } else { 0 };
        let mut remembered = crate::step::Seen::default();
        seen.iter().for_each(|known| remembered.insert(known.clone()));
        let instance = Instance {
            alarms: alarms.iter().map(|alarm| alarm.message.clone()).collect(),
            deferred,
            held,
            rung,
            parked,
            seen: remembered,
            decisions,
            since: Time::MIN,
            ..instance
        };
        self.intern(Life { process, instance, alarms, seen })
    }

    fn intern(&mut self, life: Life) -> u32 {
        let text = self.text(&life);
        if let Some(&known) = self.numbers.get(&text) {
            return known;
        }
        let number = self.lives.len() as u32;
        // Its text as a key, and about as much again and again in the instance that it stands for.
        self.bytes += 512 + 3 * text.len() as u64;
        self.lives.push(life);
        self.numbers.insert(text, number);
        number
    }

    /// The same life when the clock has moved on.
    pub fn later(&mut self, number: u32, shift: Millis) -> u32 {
        let life = self.get(number);
        if life.alarms.is_empty() {
            return number;
        }
        let later = |alarm: &Armed| Armed { message: sooner(&alarm.message, shift), ..alarm.clone() };
        let alarms: Vec<Armed> = life.alarms.iter().map(later).collect();
        let mut instance = life.instance.clone();
        instance.alarms = alarms.iter().map(|alarm| alarm.message.clone()).collect();
        self.intern(Life { process: life.process, instance, alarms, seen: life.seen.clone() })
    }

    /// Sorted by name and key, so that the order in which they were set shows only in what must ring first.
    fn alarms(
        &self,
        process: ProcessId,
        before: Option<u32>,
        instance: &Instance,
        told: Told,
        shift: Millis,
    ) -> Vec<Armed> {
        let old: &[Armed] = before.map_or(&[], |number| &self.get(number).alarms);
        // The very one, and not one that was set anew under the same id, as on a host that remembers none.
        let was = |alarm: &Arc<Message>| old.iter().position(|known| Arc::ptr_eq(&known.message, alarm));
        let mut alarms: Vec<(Option<usize>, Runs, &Arc<Message>)> = instance
            .alarms
            .iter()
            .map(|alarm| match was(alarm) {
                Some(place) => (Some(place), old[place].runs, alarm),
                None => (None, self.runs(process, alarm), alarm),
            })
            .collect();
        alarms.sort_by(|a, b| {
            let key = |alarm: &Message| (alarm.type_.clone(), alarm.key(), alarm.due, alarm.data.clone());
            (key(a.2), a.1).cmp(&(key(b.2), b.1))
        });
        let must = |first: &(Option<usize>, Runs, _), then: &(Option<usize>, Runs, _)| match (first.0, then.0)
        {
            (Some(first), Some(then)) => old[then].after.contains(&(first as u16)),
            (Some(_), None) => first.1.ends_before(then.1, false),
            (None, None) => first.1.ends_before(then.1, true),
            (None, Some(_)) => false,
        };
        let mut armed = Vec::with_capacity(alarms.len());
        for (place, alarm) in alarms.iter().enumerate() {
            let others = alarms.iter().enumerate().filter(|(_, first)| self.any && must(first, alarm));
            let after = others.map(|(other, _)| other as u16).collect();
            let mut message = sooner(&placed(alarm.2, place, told), shift);
            if let Runs::For(duration) = alarm.1
                && self.any
            {
                // Time stands still, so that what it is due says how long it runs.
                Arc::make_mut(&mut message).due = told.start.plus(duration);
            }
            armed.push(Armed { message, runs: alarm.1, after });
        }
        armed
    }

    fn runs(&self, process: ProcessId, alarm: &Message) -> Runs {
        let due = alarm.due.expect("an alarm is due");
        match self.absolute.get(&(process, alarm.type_.clone())) {
            Some((true, true)) | None => Runs::Unknown,
            Some((false, true)) => Runs::Until(due),
            Some(_) => Runs::For(due.millis() - alarm.time.millis()),
        }
    }

    /// All that counts, as text: equal texts are equal lives.
    fn text(&self, life: &Life) -> String {
        let Life { process, instance, alarms, seen } = life;
        let mut out = String::with_capacity(256);
        let _ = write!(out, "{process} {:?} {:?} {:?}", instance.id, instance.phase, instance.correlation);
        let _ = write!(out, " {:?} {:?}", instance.rested, instance.parked.as_ref().map(|p| &p.reason));
        let mut data: Vec<(&Name, &Document)> = instance.data.iter().collect();
        if !self.ordered {
            data.sort();
        }
        for (name, value) in data {
            let _ = write!(out, "\n{name:?}={}", value.text());
        }
        for alarm in alarms {
            let message = &alarm.message;
            let data = message.data.as_ref().map_or("", |data| data.text());
            let _ = write!(out, "\n!{:?} {:?} {data} {:?}", message.type_, message.id, alarm.after);
            if let Some(key) = message.key() {
                let _ = write!(out, " {key:?}");
            }
            match self.any {
                true => _ = write!(out, " {:?}", alarm.runs),
                false => _ = write!(out, " {:?}", message.due),
            }
        }
        let sign = |kept: &Kept| if kept.answered { '/' } else { '?' };
        let deferred = instance.deferred.iter().map(|kept| (sign(kept), &kept.by[..], &kept.message));
        for (sign, by, message) in deferred.chain(instance.held.iter().map(|held| ('&', &[][..], held))) {
            let rung = instance.rung.contains(&message.id);
            let _ = write!(out, "\n{sign}{rung}");
            by.iter().for_each(|region| _ = write!(out, ",{region}"));
            out.push(' ');
            message.write_json(&mut out);
        }
        if instance.decisions > 0 {
            let _ = write!(out, "\n{}", instance.decisions);
        }
        for (source, id) in seen {
            let _ = write!(out, "\n+");
            json::quote_into(&mut out, source);
            json::quote_into(&mut out, id);
        }
        out
    }
}

/// Messages that wait with an instance get ids of their place, unless their ids are told.
struct Waiting<'a> {
    mails: &'a Mails,
    rung: &'a BTreeSet<Name>,
    seen: &'a [(Name, Name)],
    count: usize,
    kept: BTreeSet<Name>,
}

impl Waiting<'_> {
    fn keep(&mut self, message: &Arc<Message>) -> Arc<Message> {
        let copied = self.seen.iter().any(|(source, id)| *source == message.source && *id == message.id);
        let mut kept = self.mails.rubbed(message, copied);
        if !self.mails.told.ids && !copied {
            kept.id = Name::from(format!("waiting-{}", self.count));
        }
        // Of a ring it counts that it rang, not when it was due.
        if message.due.is_some() && !self.mails.told.times {
            kept.due = Some(self.mails.told.start);
        }
        if self.rung.contains(&message.id) {
            self.kept.insert(kept.id.clone());
        }
        self.count += 1;
        Arc::new(kept)
    }
}

/// An alarm under the id of its place, unless ids are told.
fn placed(alarm: &Arc<Message>, place: usize, told: Told) -> Arc<Message> {
    let mut placed = (**alarm).clone();
    placed.position = Position::new(place as u64 + 1);
    if !told.ids {
        placed.id = Name::from(format!("alarm-{place}"));
        placed.causation = None;
    }
    if !told.times {
        placed.time = told.start;
    }
    Arc::new(placed)
}

fn sooner(alarm: &Arc<Message>, shift: Millis) -> Arc<Message> {
    if shift == 0 {
        return alarm.clone();
    }
    let due = alarm.due.and_then(|due| due.plus(-shift));
    Arc::new(Message { due, ..(**alarm).clone() })
}

/// Whether an instance that has not started waits with messages that nobody will answer.
pub(super) fn waits_for_a_start(instance: &Instance) -> bool {
    instance.phase == Phase::Waiting && instance.rested.is_none() && !instance.deferred.is_empty()
}
