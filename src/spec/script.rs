//! A spec, played: the runtime's loop with a scheduler that picks as scripted.
//!
//! What stands under `given` and `when` comes one after the other, each at the moment that it is then.
//! What processes say to each other arrives before the next entry. Alarms ring when time passes, or when
//! the script names one; what is due before it rings before it.

use super::judge::{self, Failure, Line};
use super::model::{Spec, Step, What};
use crate::error::Result;
use crate::event::{Kind, Message, Millis, Name, Position, Time};
use crate::process::{Data, Family};
use crate::runtime::{
    Choice, First, House, Key, Port, ProcessId, Rules, Scheduler, Stopped, Turn, World, drive, ready,
};
use crate::span::Span;
use crate::step::{Outcome, Parked};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many alarms may ring at one entry.
const RINGS: u64 = 10_000;

/// What came of a spec.
#[derive(Debug)]
pub struct Tested<'a> {
    pub spec: &'a Spec,
    /// Every decision, in order.
    pub happened: Vec<Happened>,
    /// Of each process, where it is in the end.
    pub ends: Vec<Ending>,
    /// What is not as expected; none: it holds.
    pub failures: Vec<Failure>,
}

impl Tested<'_> {
    pub fn holds(&self) -> bool {
        self.failures.is_empty()
    }
}

/// One decision.
#[derive(Debug, Clone)]
pub struct Happened {
    /// An index into [`Spec::processes`].
    pub process: usize,
    pub instance: Name,
    /// The message that was decided about.
    pub input: Arc<Message>,
    /// It is an alarm that rang.
    pub rang: bool,
    /// The script named it: no answer of another process, nothing that had waited.
    pub scripted: bool,
    /// Under `when`.
    pub now: bool,
    pub outcome: Outcome,
    /// Of a parked one: why.
    pub reason: Option<String>,
    /// The state that was entered.
    pub to: Option<Name>,
    pub sent: Vec<Arc<Message>>,
    /// The alarms that were set, and how long until they ring.
    pub armed: Vec<(Name, Millis)>,
}

impl Happened {
    /// What went out, of commands or of events.
    pub fn sent(&self, kind: Kind) -> impl Iterator<Item = &Arc<Message>> {
        self.sent.iter().filter(move |message| message.kind == kind)
    }
}

/// Where a process is in the end: the instance that `when` was about.
#[derive(Debug, Clone, Default)]
pub struct Ending {
    /// In which state it was before `when`.
    pub before: Option<Name>,
    /// None: not started.
    pub state: Option<Name>,
    pub declined: bool,
    pub data: Data,
    pub parked: Option<String>,
    /// The alarms that are set, and how long until they ring.
    pub alarms: Vec<(Name, Millis)>,
}

/// Plays a spec and compares. The error is one of the house's: two processes of one name.
pub fn test(spec: &Spec) -> Result<Tested<'_>> {
    let mut play = Play::new(spec)?;
    let trouble = play.all();
    let mut tested = Tested { spec, happened: play.happened, ends: Vec::new(), failures: Vec::new() };
    for (index, process) in play.ids.iter().enumerate() {
        tested.ends.push(ending(&tested.happened, index, play.world.member(*process), play.now));
    }
    tested.failures = match trouble {
        Some(trouble) => vec![trouble],
        None => judge::judge(&tested),
    };
    Ok(tested)
}

struct Play<'a> {
    spec: &'a Spec,
    world: World,
    /// Of each process of the spec, its place in the house.
    ids: Vec<ProcessId>,
    now: Time,
    /// Per module, the position that it writes next.
    next: BTreeMap<Name, Position>,
    happened: Vec<Happened>,
}

impl<'a> Play<'a> {
    fn new(spec: &'a Spec) -> Result<Play<'a>> {
        let families = spec.processes.iter().map(Family::of).collect();
        let world = House::create(families)?.created().subscribe_all().start().stable();
        let id = |name: &Name| world.house().process(name).expect("it moved in");
        let ids = spec.processes.iter().map(|definition| id(&definition.name)).collect();
        Ok(Play { spec, world, ids, now: Spec::BEGINS, next: BTreeMap::new(), happened: Vec::new() })
    }

    /// What keeps the script from going on, if anything does.
    fn all(&mut self) -> Option<Failure> {
        let spec = self.spec;
        let given = spec.given.iter().map(|step| (step, false));
        let when = spec.when.iter().map(|step| (step, true));
        for (step, now) in given.chain(when) {
            let failed = match &step.what {
                What::Comes { message, ids } => ids.iter().find_map(|id| self.comes(message, id, step, now)),
                What::Passes(millis) => self.passes(*millis, step, now),
                What::Rings { alarm, correlation, times } => {
                    (0..*times).find_map(|_| self.rings(alarm, correlation.as_ref(), step, now))
                }
            };
            if failed.is_some() {
                return failed;
            }
        }
        None
    }

    fn comes(&mut self, message: &Message, id: &Name, step: &Step, now: bool) -> Option<Failure> {
        let next = self.next.entry(message.source.clone()).or_insert(Position::FIRST);
        let position = *next;
        *next = position.next();
        let message =
            Arc::new(Message { id: id.clone(), time: self.now, position: Some(position), ..message.clone() });
        let key = Key { time: self.now, module: message.source.clone(), position };
        self.world.publish(key, message.clone());
        self.go(Goal::Settle, Some(&message), step, now)
    }

    fn passes(&mut self, millis: Millis, step: &Step, now: bool) -> Option<Failure> {
        let Some(until) = self.now.plus(millis) else {
            return Some(trouble(step.span, "time", "within the years 0 to 9999", "it would go on beyond"));
        };
        let failed = self.go(Goal::Until(until), None, step, now);
        self.now = until;
        failed
    }

    fn rings(&mut self, alarm: &Name, correlation: Option<&Name>, step: &Step, now: bool) -> Option<Failure> {
        let Some((ring, due)) = self.armed(alarm, correlation) else {
            return Some(self.not_armed(alarm, step));
        };
        let Choice::Ring { alarm: message, .. } = &ring else { unreachable!("an alarm rings") };
        let message = message.clone();
        if let Some(failed) = self.go(Goal::Before(due), None, step, now) {
            return Some(failed);
        }
        // What rang before it may have called it off.
        if self.armed(alarm, correlation).is_none_or(|(still, _)| still != ring) {
            return Some(self.not_armed(alarm, step));
        }
        self.now = self.now.max(due);
        self.go(Goal::Ring(ring), Some(&message), step, now)
    }

    /// The alarm of that name that is due first, as the choice that lets it ring.
    fn armed(&self, alarm: &Name, correlation: Option<&Name>) -> Option<(Choice, Time)> {
        let mut first: Option<(Choice, Time)> = None;
        for (process, member) in self.world.members().iter().enumerate() {
            for instance in member.instances().filter(|instance| instance.parked.is_none()) {
                if correlation.is_some() && instance.correlation.as_ref() != correlation {
                    continue;
                }
                for message in instance.alarms.iter().filter(|message| message.type_ == *alarm) {
                    let due = message.due.expect("an alarm is due");
                    if first.as_ref().is_none_or(|(_, earliest)| due < *earliest) {
                        let instance = instance.id.clone();
                        first = Some((Choice::Ring { process, instance, alarm: message.clone() }, due));
                    }
                }
            }
        }
        first
    }

    fn not_armed(&self, alarm: &Name, step: &Step) -> Failure {
        let mut armed = Vec::new();
        for instance in self.world.members().iter().flat_map(|member| member.instances()) {
            for (name, after) in alarms_of(&instance.alarms, self.now) {
                let parked = if instance.parked.is_some() { ", of an instance that is parked" } else { "" };
                armed.push(format!("{}{parked}", judge::armed(&name, Some(after))));
            }
        }
        let actual = match armed.is_empty() {
            true => "no alarm is set".to_string(),
            false => format!("set {} {}", if armed.len() == 1 { "is" } else { "are" }, armed.join(", ")),
        };
        trouble(step.span, alarm, &format!("{alarm} is set, so that it can ring"), &actual)
    }

    /// Drives the world until the goal is reached.
    fn go(&mut self, goal: Goal, named: Option<&Message>, step: &Step, now: bool) -> Option<Failure> {
        let rules = match goal {
            Goal::Settle | Goal::Ring(_) => Rules::Until(self.now),
            Goal::Until(time) | Goal::Before(time) => Rules::Until(time.max(self.now)),
        };
        let by_itself = matches!(goal, Goal::Until(_));
        let mut script = Script { goal, first: First::new(rules) };
        script.first.rings = RINGS;
        let mut port = Watch { ids: &self.ids, named, by_itself, now, happened: &mut self.happened };
        drive(&mut self.world, &mut script, &mut port).expect("nothing here can be refused");
        let stopped = script.first.stopped?;
        Some(match stopped {
            Stopped::Rings => {
                trouble(step.span, "alarms", "an end of it", &format!("more than {RINGS} alarms rang"))
            }
            Stopped::Round { process, .. } => {
                let actual = format!("{process} goes round and round, and time stands still");
                trouble(step.span, "alarms", "an end of it", &actual)
            }
        })
    }
}

/// How far the script wants to get.
enum Goal {
    /// Until nothing is on its way.
    Settle,
    /// Until nothing is on its way and no alarm is due before that time.
    Before(Time),
    /// Until that time, alarms that are due then among them.
    Until(Time),
    /// Lets that alarm ring, and settles.
    Ring(Choice),
}

struct Script {
    goal: Goal,
    first: First,
}

impl Scheduler for Script {
    fn pick(&mut self, world: &World) -> Option<Choice> {
        match std::mem::replace(&mut self.goal, Goal::Settle) {
            Goal::Ring(choice) => return Some(choice),
            Goal::Settle => {}
            goal => {
                let due = match goal {
                    Goal::Before(time) => world.next_alarm().is_some_and(|due| due < time),
                    _ => !ready(world, self.first.rules).is_empty(),
                };
                self.goal = goal;
                if due {
                    return self.first.pick(world);
                }
            }
        }
        if world.in_flight() { self.first.pick(world) } else { None }
    }
}

/// Writes down what was decided.
struct Watch<'a> {
    ids: &'a [ProcessId],
    named: Option<&'a Message>,
    /// What rings by itself is what the script wanted.
    by_itself: bool,
    now: bool,
    happened: &'a mut Vec<Happened>,
}

impl Port for Watch<'_> {
    fn supply(&mut self, _: &mut World) -> Result<()> {
        Ok(())
    }

    fn took(&mut self, _: &World, choice: &Choice, turn: Turn) -> Result<()> {
        let process = self.ids.iter().position(|id| *id == turn.process).expect("a process of the spec");
        let rings = matches!(choice, Choice::Ring { .. });
        for (index, recorded) in turn.decisions.into_iter().enumerate() {
            let input = &recorded.input;
            let named = self.named.is_some_and(|named| named.id == input.id && named.source == input.source);
            self.happened.push(Happened {
                process,
                instance: recorded.instance,
                // The first of a turn is the one that came; the others had waited.
                rang: rings && index == 0,
                scripted: index == 0 && (named || self.by_itself && rings),
                now: self.now,
                outcome: recorded.outcome,
                reason: recorded.failed.map(|failed| failed.reason),
                to: recorded.to,
                armed: alarms_of(&recorded.armed, recorded.at),
                sent: recorded.sent,
                input: recorded.input,
            });
        }
        Ok(())
    }
}

fn alarms_of(alarms: &[Arc<Message>], now: Time) -> Vec<(Name, Millis)> {
    let after = |alarm: &Message| alarm.due.expect("an alarm is due").millis() - now.millis();
    alarms.iter().map(|alarm| (alarm.type_.clone(), after(alarm))).collect()
}

/// Where a process is: the instance that it last heard something for.
fn ending(happened: &[Happened], process: usize, member: &crate::runtime::Member, now: Time) -> Ending {
    let mut of_it = happened.iter().filter(|happened| happened.process == process);
    let of_when = of_it.clone().rev().find(|happened| happened.now && happened.scripted);
    let Some(last) = of_when.or_else(|| of_it.clone().next_back()) else { return Ending::default() };
    let instance = member.instance(&last.instance).expect("it has decided something");
    let before = of_it.rfind(|before| !before.now && before.instance == last.instance && before.to.is_some());
    let rested = instance.rested.as_ref().map(|(state, _)| state);
    Ending {
        before: before.and_then(|before| before.to.clone()),
        state: instance.state().or(rested).cloned(),
        declined: instance.phase == crate::step::Phase::Declined,
        data: instance.data.clone(),
        parked: instance.parked.as_ref().map(|Parked { reason, .. }| reason.clone()),
        alarms: alarms_of(&instance.alarms, now),
    }
}

fn trouble(span: Span, key: &str, expected: &str, actual: &str) -> Failure {
    let lines = vec![Line::Missing(expected.to_string()), Line::Unexpected(actual.to_string())];
    Failure { process: None, key: key.to_string(), span, lines }
}
