//! A log through the decisions that were recorded about it: the journal chooses what comes next,
//! and every decision is made again and compared.

use super::compare::Divergence;
use super::story::{Cause, Said};
use crate::error::{Error, Result};
use crate::event::{Message, Name, Position};
use crate::process::Family;
use crate::runtime::{
    Choice, Feed, First, House, Key, Port, Rules, Tally, Turn, World, apply, drive, fetch_kept, journal,
};
use crate::step::{Instance, Outcome, Recorded, evolve};
use crate::store::{Logs, Record};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// What the comparison has found.
#[derive(Debug, Clone, Default)]
pub struct Recordings {
    /// Turns of the journal that were decided again.
    pub compared: u64,
    /// The first difference of each instance, in the order of the journal.
    pub divergences: Vec<Divergence>,
    /// Instances that another version has decided; they are not compared.
    pub others: BTreeMap<u32, u64>,
    /// Messages that were read.
    pub events: u64,
    pub tally: Tally,
    /// The hash of the definition on which the newest instance of the version was started, or that a
    /// person agreed to.
    pub hash: Option<Name>,
}

/// Takes a log through the journal of the version that wrote it, and on from where the journal ends.
pub fn against_journal(
    logs: &dyn Logs,
    family: &Family,
    version: u32,
    keep: &dyn Fn(&Message) -> bool,
) -> Result<(World, Recordings)> {
    let mut world = House::create(vec![family.clone()])?.created().subscribe_all().start().stable();
    let mut found = Recordings::default();
    let mut inputs = Inputs::new(logs);
    let mut others: BTreeMap<Name, u32> = BTreeMap::new();
    let mut divergences: Vec<Divergence> = Vec::new();
    let mut differ: HashSet<Name> = HashSet::new();
    let mut reader = journal::Reader::default();
    let mut moved = Moved::default();
    for record in logs.read(&family.name, Position::FIRST)? {
        let message = record?.message;
        let last = message.position;
        let recorded = match reader.take(message)? {
            Some(journal::Entry::Turn(recorded)) => recorded,
            Some(journal::Entry::Edited { version: edited, hash, .. }) if edited == version => {
                found.hash = Some(hash);
                continue;
            }
            _ => continue,
        };
        let births = recorded.iter().filter(|decision| decision.version == version);
        found.hash = births.filter_map(|birth| birth.hash.clone()).next_back().or(found.hash);
        let Some(first) = recorded.first() else { continue };
        inputs.remember(&recorded);
        match first.hand.filter(|hand| hand.moves() && first.outcome != Outcome::Ignored) {
            Some(_) if first.version == version => {
                // Until here another version has decided, and now this one does.
                others.remove(&first.instance);
                world.put(0, moved.comes(logs, family, &first.instance)?);
            }
            Some(_) if !others.contains_key(&first.instance) => {
                moved.leaves(&world, &first.instance);
                moved.gone.insert(first.instance.clone());
                moved.follow(&recorded);
                others.insert(first.instance.clone(), first.version);
                world.skip(0, &first.input, first.reached);
                continue;
            }
            _ => {}
        }
        for other in recorded.iter().filter(|decision| decision.version != version) {
            if others.insert(other.instance.clone(), other.version).is_none() {
                moved.leaves(&world, &other.instance);
            }
        }
        if others.contains_key(&first.instance) {
            moved.follow(&recorded);
        }
        if others.contains_key(&first.instance) || !keep(&first.input) {
            if !moved.gone.contains(&first.instance) && differ.remove(&first.instance) {
                divergences.retain(|divergence| divergence.instance != first.instance);
            }
            world.skip(0, &first.input, first.reached);
            continue;
        }
        let Some(choice) = inputs.choice(&mut world, first)? else {
            // Another version of the process listens to it, not this one.
            world.skip(0, &first.input, first.reached);
            continue;
        };
        if let Some(last) = last {
            world.goes_on_at(0, first_of(&recorded, last));
        }
        let turn = apply(&mut world, choice.clone());
        found.tally.count(&choice, &turn.decisions);
        found.compared += 1;
        if same(&recorded, &turn.decisions) {
            continue;
        }
        let (wrote, writes) = (lines(&family.name, &recorded), lines(&family.name, &turn.decisions));
        if wrote != writes && differ.insert(first.instance.clone()) {
            divergences.push(Divergence {
                instance: first.instance.clone(),
                cause: Cause::of(&first.input).to_string(),
                recorded: wrote,
                decided: writes,
            });
        }
    }
    world.leave_out(0, &moved.gone);
    for &version in others.values() {
        *found.others.entry(version).or_default() += 1;
    }
    let ours = |message: &Message| {
        keep(message) && !message.conversation().is_some_and(|id| others.contains_key(id))
    };
    let feed = Feed::open_filtered(logs, &mut world, &ours)?;
    let mut rest = Rest { feed, tally: found.tally };
    drive(&mut world, &mut First::new(Rules::Newest), &mut rest)?;
    let Rest { feed, tally } = rest;
    let events = inputs.read + feed.read();
    let found = Recordings { divergences, events, tally, ..found };
    Ok((world, found))
}

/// Where the first line of a turn stands, whose last stands there.
fn first_of(turn: &[Recorded], last: Position) -> Position {
    let lines = |one: &Recorded| one.sent.len() + one.armed.len() + 1 + usize::from(one.hand.is_some());
    let lines: usize = turn.iter().map(lines).sum();
    Position::new((last.number() + 1).saturating_sub(lines as u64)).unwrap_or(Position::FIRST)
}

/// Instances that come from another version, or go to one. While they are there they are as the journal says.
#[derive(Default)]
struct Moved {
    elsewhere: BTreeMap<Name, Instance>,
    /// Those that were here and have gone.
    gone: BTreeSet<Name>,
}

impl Moved {
    fn follow(&mut self, turn: &[Recorded]) {
        for recorded in turn {
            let id = &recorded.instance;
            let instance = self.elsewhere.entry(id.clone()).or_insert_with(|| Instance::new(id.clone()));
            evolve(instance, recorded);
        }
    }

    fn leaves(&mut self, world: &World, id: &Name) {
        self.elsewhere.extend(world.member(0).instance(id).map(|instance| (id.clone(), instance.clone())));
    }

    fn comes(&mut self, logs: &dyn Logs, family: &Family, id: &Name) -> Result<Instance> {
        self.gone.remove(id);
        let mut instance = self.elsewhere.remove(id).unwrap_or_else(|| Instance::new(id.clone()));
        fetch_kept(&family.name, vec![&mut instance], logs)?;
        Ok(instance)
    }
}

/// Whether two turns are certain to have the same [`lines`], without writing them.
fn same(recorded: &[Recorded], decided: &[Recorded]) -> bool {
    let message = |a: &Arc<Message>, b: &Arc<Message>| {
        **b == Message { position: b.position, remaining: b.remaining, ..(**a).clone() }
    };
    let messages = |a: &[Arc<Message>], b: &[Arc<Message>]| {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| message(a, b))
    };
    let bare = |of: &Recorded, input: &Arc<Message>| Recorded {
        number: 0,
        input: input.clone(),
        sent: Vec::new(),
        armed: Vec::new(),
        ..of.clone()
    };
    recorded.len() == decided.len()
        && recorded.iter().zip(decided).all(|(a, b)| {
            let (one, other) = (&a.input, &b.input);
            // What a person did is a message of the turn's own.
            a.hand.is_none()
                && (&one.source, one.position, &one.id, &one.type_)
                    == (&other.source, other.position, &other.id, &other.type_)
                && messages(&a.sent, &b.sent)
                && messages(&a.armed, &b.armed)
                && bare(a, one) == bare(b, one)
        })
}

/// The lines of a turn as they are compared: all but where in the log they (and an alarm that rings)
/// stand, since the turns of instances that are not compared stand there too, and the line of the
/// definition's file that an expression failed on (comments may have moved it).
fn lines(process: &Name, decisions: &[Recorded]) -> Vec<Said> {
    let mut decisions = decisions.to_vec();
    for recorded in &mut decisions {
        recorded.number = 0;
        // A text that was edited, and agreed to, decides what it decides.
        recorded.hash = None;
        if recorded.input.source == *process {
            recorded.input = Arc::new(Message { position: None, ..(*recorded.input).clone() });
        }
        if let Some(failed) = &mut recorded.failed {
            failed.place = None;
        }
        // Where an alarm was set: what other versions have written stands between.
        if recorded.input.source == *process {
            Arc::make_mut(&mut recorded.input).position = None;
        }
    }
    let lines = journal::write(process, &decisions).into_iter();
    let text = |line: Arc<Message>| {
        let mut out = String::new();
        line.write_json_at(&mut out, None, 0);
        Said::Line(out)
    };
    lines.map(text).collect()
}

/// The messages that a journal names, fetched from their logs. A journal takes each module in the
/// order of its positions, so each is read once, forward.
struct Inputs<'a> {
    logs: &'a dyn Logs,
    readers: BTreeMap<Name, Box<dyn Iterator<Item = Result<Record>> + 'a>>,
    /// The alarms that the journal has set, and that have not rung there yet.
    alarms: HashMap<Name, Arc<Message>>,
    read: u64,
}

impl<'a> Inputs<'a> {
    fn new(logs: &'a dyn Logs) -> Inputs<'a> {
        Inputs { logs, readers: BTreeMap::new(), alarms: HashMap::new(), read: 0 }
    }

    fn remember(&mut self, turn: &[Recorded]) {
        for alarm in turn.iter().flat_map(|recorded| &recorded.armed) {
            self.alarms.insert(alarm.id.clone(), alarm.clone());
        }
        for called_off in turn.iter().flat_map(|recorded| &recorded.disarmed) {
            self.alarms.remove(called_off);
        }
    }

    /// What the journal says came next, as a choice of this world; none where nobody listens to it.
    fn choice(&mut self, world: &mut World, recorded: &Recorded) -> Result<Option<Choice>> {
        let input = &recorded.input;
        let member = world.member(0);
        if let Some(hand) = recorded.hand {
            let (instance, message) = (recorded.instance.clone(), input.clone());
            return Ok(Some(Choice::Settle { process: 0, instance, message, hand }));
        }
        if input.source == member.name {
            let recorded_alarm = self.alarms.remove(&input.id);
            let armed = member.instance(&recorded.instance).into_iter().flat_map(|i| &i.alarms);
            // An alarm that this world has not set is delivered all the same, and is stale.
            let alarm = armed.into_iter().find(|alarm| alarm.id == input.id).cloned().or(recorded_alarm);
            let alarm = alarm.ok_or_else(|| {
                Error::input(format!("{} rings in the journal, where nothing has set it", input.type_))
            })?;
            return Ok(Some(Choice::Ring { process: 0, instance: recorded.instance.clone(), alarm }));
        }
        let message = Arc::new(self.fetch(input)?);
        let position = message.position.expect("a reader gives every message a position");
        if world.house().subscribers(&message.type_).is_empty() {
            return Ok(None);
        }
        // In the order of the journal, not of time: what it says of the module's time is kept.
        let time = recorded.reached.unwrap_or(message.time);
        let key = Key { time, module: message.source.clone(), position };
        world.publish(key.clone(), message);
        Ok(Some(Choice::Deliver { process: 0, key }))
    }

    fn fetch(&mut self, input: &Message) -> Result<Message> {
        let position = input.position.expect("a journal names positions");
        if !self.readers.contains_key(&input.source) {
            let reader = self.logs.read(&input.source, Position::FIRST)?;
            self.readers.insert(input.source.clone(), reader);
        }
        let reader = self.readers.get_mut(&input.source).expect("put there just now");
        for record in reader.by_ref() {
            let message = Message { remaining: 0, ..record?.message };
            if message.position == Some(position) {
                self.read += 1;
                return Ok(message);
            }
        }
        let what = format!("the journal names {} position {position}, which is not in its log", input.source);
        Err(Error::input(what).hint("was a log shortened or replaced? `anyorder verify` tells"))
    }
}

/// What comes after the journal's end.
struct Rest<'a> {
    feed: Feed<'a>,
    tally: Tally,
}

impl Port for Rest<'_> {
    fn supply(&mut self, world: &mut World) -> Result<()> {
        self.feed.fill(world)
    }

    fn took(&mut self, _: &World, choice: &Choice, turn: Turn) -> Result<()> {
        self.tally.count(choice, &turn.decisions);
        Ok(())
    }
}
