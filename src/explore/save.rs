//! An ordering as a log: with times at which a clock brings it about.
//!
//! Every choice gets a moment. A ring comes exactly when its alarm is due, and an alarm that does not
//! ring is not due yet: differences between moments, solved by relaxation (Bellman and Ford). Under
//! `alarms: any` there are orderings that no clock can bring about; then it is said so.

use super::choice::What;
use super::explorer::Explorer;
use super::listed::Delivery;
use super::ordering::find;
use super::outcomes::instances;
use super::place::{AGAIN, Copied, Input, Place};
use super::scenario::{Host, Order, Scenario};
use crate::error::{Error, Result};
use crate::event::{Document, Message, Millis, Name, Position, Time};
use crate::process::{AlarmTime, Definition, Family};
use crate::runtime::{Choice, Feed, First, House, Key, Port, Rules, Turn, World, apply, drive};
use crate::step::{Instance, Outcome};
use crate::store::{Guard, Memory, Store};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What one process met, as a log that it can be replayed from.
#[derive(Debug, Clone)]
pub struct SavedLog {
    pub process: Name,
    /// `name@version`.
    pub full_name: String,
    /// In the order in which they come.
    pub messages: Vec<Message>,
}

impl SavedLog {
    /// Appends the messages, each to the log of its module.
    pub fn write(&self, store: &Store) -> Result<()> {
        for message in &self.messages {
            store.append_new(&message.source, vec![vec![message.clone()]], Guard::None)?;
        }
        Ok(())
    }
}

/// What a process meets in an ordering.
enum Meets {
    Message(Message),
    /// The alarm by its name and key.
    Ring {
        instance: Name,
        alarm: (Name, Option<String>),
    },
}

/// The ordering as a log for each process of the scenario that hears anything in it.
pub fn save(scenario: &Scenario, order: Order, ordering: &[&str]) -> Result<Vec<SavedLog>> {
    // As `step_through` has it, so that of messages that are written alike the same ones are meant.
    let scenario = &Scenario { by_data: true, ..scenario.clone() };
    let mut explorer = Explorer::new(scenario, order)?;
    let (mut met, end) = met(&mut explorer, ordering)?;
    let ends = instances(&explorer, &end);
    let start = explorer.steps.mails.told.start;
    let mut saved = Vec::new();
    for (process, definition) in explorer.steps.crew.definitions.iter().enumerate() {
        let Some(meets) = met.remove(&process) else { continue };
        let moments = moments(definition, &meets, start)?;
        let log = log(definition, &meets, &moments, start);
        let mine = ends.iter().filter(|(_, of, _, _)| *of == process);
        if replayed(&log, definition)? != mine.flat_map(|(_, _, _, instance)| instance).map(told).collect() {
            if scenario.host == Host::AtLeastOnce {
                let what = format!("saved, this ordering leads {} elsewhere", definition.full_name());
                return Err(Error::input(what).hint("`replay` runs where every id that was handled is known"));
            }
            return Err(unreal(
                definition,
                "with times, alarms that are due at one moment ring in the order in which they were set, and what \
                 it reads of times is what the clock says",
            ));
        }
        saved.push(log);
    }
    Ok(saved)
}

/// Per process, what reaches it, in the order of the ordering; and the world where it ends.
fn met(explorer: &mut Explorer, ordering: &[&str]) -> Result<(BTreeMap<usize, Vec<Meets>>, Place)> {
    let mut met: BTreeMap<usize, Vec<Meets>> = BTreeMap::new();
    // What is not listed, under the number by which it may come again.
    let mut came: BTreeMap<(u32, u32), Message> = BTreeMap::new();
    let scenario = explorer.scenario;
    for stimulus in &scenario.first {
        let mail = explorer.steps.mails.number(&stimulus.message, false);
        for process in explorer.hearers(&stimulus.message) {
            came.insert((process as u32, mail), (*stimulus.message).clone());
            if explorer.steps.crew.service(process).is_some() {
                continue;
            }
            met.entry(process).or_default().push(Meets::Message((*stimulus.message).clone()));
        }
    }
    let mut place = explorer.start();
    let mut next = Place::default();
    for (index, take) in find(explorer, &place.clone(), ordering)?.into_iter().enumerate() {
        if let What::Crash(_) = take.what {
            let error =
                Error::input("a crash cannot be saved: a log says what came, not where a host stopped");
            return Err(error.hint("`--ordering` shows what it does, step by step"));
        }
        // What is lost stands in no log.
        if explorer.is_step(&place, take.what) {
            let (process, meets) = match explorer.take_out(&mut place.clone(), take).0 {
                Input::Listed(bit) | Input::Copy(Copied::Listed(bit)) => {
                    let Delivery { message, process, .. } = explorer.listed.deliveries[bit];
                    (process, Meets::Message((*scenario.deliver[message].message).clone()))
                }
                Input::Sent((to, mail)) => {
                    let mut message = (*explorer.steps.mails.get(mail & !AGAIN).message).clone();
                    message.id = Name::from(format!("{}-{index}", message.type_));
                    came.insert((to, mail & !AGAIN), message.clone());
                    (to as usize, Meets::Message(message))
                }
                // The same line again.
                Input::Copy(Copied::Other((to, mail))) => {
                    let message = came.get(&(to, mail)).expect("what comes again has come").clone();
                    (to as usize, Meets::Message(message))
                }
                Input::Ring(slot, alarm) => {
                    let (process, instance) = explorer.steps.slots[slot as usize].clone();
                    let life = explorer.steps.lives.get(place.life(slot));
                    let alarm = &life.alarms[alarm].message;
                    let alarm = (alarm.type_.clone(), alarm.key());
                    (process, Meets::Ring { instance, alarm })
                }
            };
            // What a service hears is its own business; what it says stands in the logs of who hears it.
            if explorer.steps.crew.service(process).is_none() {
                met.entry(process).or_default().push(meets);
            }
        }
        explorer.apply(&place, take, &mut next);
        std::mem::swap(&mut place, &mut next);
    }
    Ok((met, place))
}

/// An alarm that was set by a choice.
struct Set {
    by: usize,
    /// From then, or at a moment.
    runs: std::result::Result<Millis, Time>,
    name: Name,
    instance: Name,
    /// The choice that it rang at, or that called it off.
    until: Option<(usize, bool)>,
}

/// When each thing happens, as time since the start.
fn moments(definition: &Arc<Definition>, meets: &[Meets], start: Time) -> Result<Vec<Millis>> {
    let mut world = world(definition)?;
    let mut set: BTreeMap<Name, Set> = BTreeMap::new();
    for (index, meets) in meets.iter().enumerate() {
        let turn = match meets {
            Meets::Message(message) => {
                // Nothing is late: how long it all takes is what is looked for.
                let message = Arc::new(Message { time: start, expiry: None, ..message.clone() });
                let key = Key { time: start, module: message.source.clone(), position: at(index) };
                world.publish(key.clone(), message);
                apply(&mut world, Choice::Deliver { process: 0, key })
            }
            Meets::Ring { instance, alarm } => {
                let armed = world.member(0).instance(instance).map(|instance| &instance.alarms);
                let alarm = armed.and_then(|alarms| {
                    alarms.iter().find(|armed| (&armed.type_, armed.key()) == (&alarm.0, alarm.1.clone()))
                });
                let alarm = alarm.expect("what rings is armed").clone();
                if let Some(set) = set.get_mut(&alarm.id) {
                    set.until = Some((index, true));
                }
                let choice = Choice::Ring { process: 0, instance: instance.clone(), alarm };
                apply(&mut world, choice)
            }
        };
        note_alarms(definition, index, &turn, &mut set);
    }
    solve(meets, &set, start).map_err(|why| unreal(definition, &why))
}

fn note_alarms(definition: &Definition, index: usize, turn: &Turn, set: &mut BTreeMap<Name, Set>) {
    for recorded in &turn.decisions {
        if recorded.outcome == Outcome::Parked {
            // The alarms of a parked instance do not ring.
            for set in set.values_mut().filter(|set| set.instance == recorded.instance) {
                set.until.get_or_insert((index, false));
            }
        }
        for id in &recorded.disarmed {
            if let Some(set) = set.get_mut(id) {
                set.until.get_or_insert((index, false));
            }
        }
        for alarm in &recorded.armed {
            let due = alarm.due.expect("an alarm is due");
            let absolute = definition.reactions().flat_map(|reaction| &reaction.alarms);
            let absolute = absolute
                .filter(|spec| spec.name == alarm.type_)
                .all(|spec| matches!(spec.when, AlarmTime::At(_)));
            let runs = if absolute { Err(due) } else { Ok(due.millis() - recorded.at.millis()) };
            let (name, instance) = (alarm.type_.clone(), recorded.instance.clone());
            set.insert(alarm.id.clone(), Set { by: index, runs, name, instance, until: None });
        }
    }
}

/// The earliest moments that keep every difference; why there are none, otherwise.
fn solve(
    meets: &[Meets],
    set: &BTreeMap<Name, Set>,
    start: Time,
) -> std::result::Result<Vec<Millis>, String> {
    // `moment[to] >= moment[from] + least`; the last one is the start itself.
    let zero = meets.len();
    let mut rules: Vec<(usize, usize, Millis, &str)> = Vec::new();
    for (index, meets) in meets.iter().enumerate() {
        rules.push((zero, index, 0, ""));
        if index > 0 {
            let ring = matches!(meets, Meets::Ring { .. });
            rules.push((index - 1, index, if ring { 0 } else { 1 }, ""));
        }
    }
    for alarm in set.values() {
        let (from, least) = match alarm.runs {
            Ok(millis) => (alarm.by, millis),
            Err(due) => (zero, due.millis() - start.millis()),
        };
        let name = &*alarm.name;
        match alarm.until {
            Some((rang, true)) => {
                rules.push((from, rang, least, name));
                rules.push((rang, from, -least, name));
            }
            // At the moment at which it is due a message still comes before it.
            Some((off, false)) if off > alarm.by => rules.push((off, from, -least, name)),
            Some(_) => {}
            None => rules.push((meets.len() - 1, from, -(least - 1), name)),
        }
    }
    let mut moments = vec![0; meets.len() + 1];
    for round in 0..=meets.len() + 1 {
        let mut changed = None;
        for &(from, to, least, name) in &rules {
            if moments[to] < moments[from] + least {
                moments[to] = moments[from] + least;
                changed = Some(name);
            }
        }
        if moments[zero] > 0 {
            return Err("an alarm would have to ring before the beginning".to_string());
        }
        match changed {
            None => {
                moments.pop();
                return Ok(moments);
            }
            Some(name) if round == meets.len() + 1 => {
                return Err(format!("{name} would be due earlier, or later, than where it stands"));
            }
            Some(_) => {}
        }
    }
    unreachable!("the last round answers")
}

fn unreal(definition: &Definition, why: &str) -> Error {
    let what = format!("no clock brings this ordering about for {}: {why}", definition.full_name());
    Error::input(what).hint(
        "under `alarms: any` alarms are compared two by two, so some orderings are none of a real clock's",
    )
}

fn log(definition: &Definition, meets: &[Meets], moments: &[Millis], start: Time) -> SavedLog {
    let time = |index: usize| start.plus(moments[index]).unwrap_or(Time::MAX);
    let mut messages: Vec<Message> = Vec::new();
    for (index, meets) in meets.iter().enumerate() {
        if let Meets::Message(message) = meets {
            let message = message.clone();
            messages.push(Message {
                time: time(index),
                position: None,
                remaining: 0,
                expiry: None,
                ..message
            });
        }
    }
    if let Some(Meets::Ring { .. }) = meets.last() {
        // A replay goes as far as the newest message.
        let until = time(meets.len() - 1);
        let mut passed = Message::new("clock", "TimePassed", "clock", until);
        passed.correlation = Some(Name::from("clock"));
        messages.push(passed);
    }
    SavedLog { process: definition.name.clone(), full_name: definition.full_name(), messages }
}

/// An instance's id, where it rests, and its data.
type Told = (Name, String, BTreeMap<Name, Document>);

fn told(instance: &Instance) -> Told {
    let data = instance.data.iter().map(|(name, value)| (name.clone(), value.clone()));
    (instance.id.clone(), instance.rest().to_string(), data.collect())
}

/// What a replay of the log makes of it.
fn replayed(log: &SavedLog, definition: &Arc<Definition>) -> Result<BTreeSet<Told>> {
    struct Silent<'a>(Feed<'a>);
    impl Port for Silent<'_> {
        fn supply(&mut self, world: &mut World) -> Result<()> {
            self.0.fill(world)
        }
        fn took(&mut self, _: &World, _: &Choice, _: Turn) -> Result<()> {
            Ok(())
        }
    }
    let store = Store::new(Arc::new(Memory::new()));
    log.write(&store)?;
    let mut replayed = world(definition)?;
    let mut port = Silent(Feed::open(&store, &mut replayed)?);
    drive(&mut replayed, &mut First::new(Rules::Newest), &mut port)?;
    Ok(replayed.member(0).instances().map(told).collect())
}

fn world(definition: &Arc<Definition>) -> Result<World> {
    Ok(House::create(vec![Family::of(definition)])?.created().subscribe_all().start().stable())
}

fn at(index: usize) -> Position {
    Position::new(index as u64 + 1).expect("fewer than 10^16")
}
