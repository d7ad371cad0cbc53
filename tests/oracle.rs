//! An oracle of the timed run, written another way: all that is left to happen in one list, sorted
//! anew before each step. It knows nothing of logs, cursors, feeds or flushes; only the kernel, which
//! has its own tests, is the same.

#[path = "common/generate.rs"]
mod generate;
#[path = "common/running.rs"]
mod running;

use anyorder::event::{Message, Name, Position, Time};
use anyorder::process::Family;
use anyorder::runtime::journal::Entry;
use anyorder::step::{Input, Instance, instance_of, turn};
use generate::cases;
use running::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Something left to happen. The derived order is the order of time: a message before an alarm of
/// the same moment, messages by module and position, alarms by process and position.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    at: Time,
    rings: bool,
    place: (Name, Position),
    /// Where several hear it, the process that is first by name.
    process: usize,
}

/// What the oracle tells: per process, every decision as one line.
type Told = BTreeMap<Name, Vec<String>>;

struct Oracle<'a> {
    families: &'a [Family],
    left: Vec<(Event, Arc<Message>)>,
    instances: Vec<BTreeMap<Name, Instance>>,
    now: Vec<Time>,
    next: Vec<Position>,
    told: Told,
}

impl<'a> Oracle<'a> {
    fn new(families: &'a [Family]) -> Oracle<'a> {
        let count = families.len();
        Oracle {
            families,
            left: Vec::new(),
            instances: vec![BTreeMap::new(); count],
            now: vec![Time::MIN; count],
            next: vec![Position::FIRST.next(); count],
            told: Told::new(),
        }
    }

    fn message(&mut self, at: Time, message: &Arc<Message>) {
        for (process, family) in self.families.iter().enumerate() {
            let hears = family.versions().any(|definition| definition.subscriptions.contains(&message.type_));
            if hears && family.name != message.source {
                let place = (message.source.clone(), message.position.unwrap());
                self.left.push((Event { at, rings: false, place, process }, message.clone()));
            }
        }
    }

    fn run(&mut self, newest: Time) {
        loop {
            // What is called off, or belongs to a parked instance, does not ring.
            let (instances, left) = (&self.instances, &self.left);
            let mut open: Vec<usize> = (0..left.len())
                .filter(|&index| {
                    let (event, message) = &left[index];
                    let armed = |instance: &Instance| {
                        instance.parked.is_none()
                            && instance.alarms.iter().any(|alarm| alarm.id == message.id)
                    };
                    !event.rings || event.at <= newest && instances[event.process].values().any(armed)
                })
                .collect();
            open.sort_by(|&one, &other| left[one].0.cmp(&left[other].0));
            let Some(&first) = open.first() else { return };
            let (event, message) = self.left.remove(first);
            self.step(event, message);
        }
    }

    fn step(&mut self, event: Event, message: Arc<Message>) {
        let process = event.process;
        let family = &self.families[process];
        let newest = family.newest().unwrap();
        let id = if event.rings {
            Ok(message.subject.clone().unwrap())
        } else {
            self.instance_of(process, &message)
        };
        let time = if event.rings { message.due.unwrap() } else { message.time };
        let id = id.unwrap_or_else(|_| Name::from(""));
        let input = Input::Arrives(message.clone());
        let begun = self.instances[process].get(&id).is_some_and(|instance| instance.state().is_some());
        if !begun && !event.rings && !newest.subscriptions.contains(&message.type_) {
            return;
        }
        let instance = self.instances[process].entry(id.clone()).or_insert_with(|| Instance::new(id));
        let now = self.now[process].max(time);
        let version = |instance: &Instance| match instance.state() {
            Some(_) => family.version(instance.version).map(|definition| &**definition),
            None => Some(&**newest),
        };
        let decisions = turn(version, instance, input, now, &mut self.next[process]);
        self.now[process] = now;
        for recorded in &decisions {
            let line = format!(
                "{} {}: {} {} at {} {:?} sends {:?} sets {:?}",
                recorded.instance,
                recorded.input.type_,
                recorded.input.id,
                recorded.outcome,
                recorded.at,
                recorded.to,
                types(&recorded.sent),
                recorded.armed.iter().map(|alarm| alarm.due).collect::<Vec<_>>(),
            );
            self.told.entry(family.name.clone()).or_default().push(line);
            for message in &recorded.sent {
                self.message(message.time, message);
            }
            for alarm in &recorded.armed {
                let place = (family.name.clone(), alarm.position.unwrap());
                self.left
                    .push((Event { at: alarm.due.unwrap(), rings: true, place, process }, alarm.clone()));
            }
        }
    }

    fn instance_of(&self, process: usize, message: &Message) -> Result<Name, anyorder::step::Failed> {
        let family = &self.families[process];
        let newest = family.newest().unwrap();
        let older = family.versions().filter(|definition| definition.version != newest.version);
        let lives = older.filter_map(|older| {
            let id = instance_of(older, message).ok()?;
            let instance = self.instances[process].get(&id)?;
            (instance.state().is_some() && instance.version == older.version).then_some(id)
        });
        lives.into_iter().next().map_or_else(|| instance_of(newest, message), Ok)
    }
}

fn types(messages: &[Arc<Message>]) -> Vec<String> {
    let told = |message: &Arc<Message>| {
        format!("{} {}", message.type_, message.data.as_ref().map_or("", |data| data.text()))
    };
    messages.iter().map(told).collect()
}

/// The same lines, from the journals of a run.
fn told_by_run(memory: &anyorder::store::Memory, families: &[Family]) -> Told {
    let mut told = Told::new();
    for family in families {
        for (entry, _) in entries(&store(memory.clone()), &family.name) {
            let Entry::Turn(turn) = entry else { continue };
            for recorded in turn {
                told.entry(family.name.clone()).or_default().push(format!(
                    "{} {}: {} {} at {} {:?} sends {:?} sets {:?}",
                    recorded.instance,
                    recorded.input.type_,
                    recorded.input.id,
                    recorded.outcome,
                    recorded.at,
                    recorded.to,
                    types(&recorded.sent),
                    recorded.armed.iter().map(|alarm| alarm.due).collect::<Vec<_>>(),
                ));
            }
        }
    }
    told
}

#[test]
fn the_timed_run_does_what_a_sorted_list_does() {
    for case in cases(400) {
        let mut families = case.families();
        families.sort_by(|one, other| one.name.cmp(&other.name));
        let memory = case.memory();
        run_all(&memory, &families);

        let mut oracle = Oracle::new(&families);
        let mut reached: BTreeMap<Name, (Time, u64)> = BTreeMap::new();
        for message in &case.arrivals {
            // Time never goes back within a module.
            let (time, count) = reached.entry(message.source.clone()).or_insert((Time::MIN, 0));
            *time = message.time.max(*time);
            *count += 1;
            let message = Message { position: Position::new(*count), ..message.clone() };
            oracle.message(*time, &Arc::new(message));
        }
        let newest = reached.values().map(|(time, _)| *time).max().unwrap();
        oracle.run(newest);
        let told = told_by_run(&memory, &families);
        for family in &families {
            let (one, other) = (told.get(&family.name), oracle.told.get(&family.name));
            assert_eq!(one, other, "{}", case.told());
        }
    }
}
