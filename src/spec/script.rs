//! A spec, played: the runtime's loop with a scheduler that picks as scripted.
//!
//! What stands under `given` and `when` comes one after the other, each at the moment that it is then.
//! What processes say to each other arrives before the next entry. Alarms ring when time passes, or when
//! the script names one; what is due before it rings before it. Services answer as in a run, what takes time
//! when time has come to it.

use super::judge::{self, Failure, Line};
use super::model::{Spec, Step, What};
use super::tested::{Ending, Happened, Tested, alarms_of, ending};
use crate::error::Result;
use crate::event::{Message, Millis, Name, Time};
use crate::process::{Family, Participant};
use crate::runtime::{
    Choice, First, House, Key, Member, Port, ProcessId, Rules, Scheduler, Staff, Stopped, Turn, World, drive,
    ready,
};
use crate::span::Span;
use std::sync::Arc;

/// How many alarms may ring at one entry.
const RINGS: u64 = 10_000;

/// Plays a spec and compares. The error is one of the house's: two processes of one name.
pub fn test(spec: &Spec) -> Result<Tested<'_>> {
    let mut play = Play::new(spec)?;
    let trouble = play.all().or_else(|| play.silent());
    let happened = std::mem::take(&mut play.happened);
    let mut tested = Tested { spec, happened, ends: Vec::new(), owed: play.owed(), failures: Vec::new() };
    for (index, subject) in spec.subjects().iter().enumerate() {
        tested.ends.push(match subject.remembers() {
            true => ending(&tested.happened, index, play.world.member(play.ids[index]), play.now),
            false => Ending { parked: play.unanswered(play.ids[index]), ..Ending::default() },
        });
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
    /// Of each of the cast, its place in the house.
    ids: Vec<ProcessId>,
    now: Time,
    happened: Vec<Happened>,
}

impl<'a> Play<'a> {
    fn new(spec: &'a Spec) -> Result<Play<'a>> {
        let (mut families, mut services) = (Vec::new(), Vec::new());
        for one in &spec.cast {
            match one {
                Participant::Process(process) => families.push(Family::of(process)),
                Participant::Service(service) => services.push(service.clone()),
            }
        }
        let staff = Staff { services, seed: spec.seed, owners: spec.owners.clone() };
        let house = House::create(families)?.serve(staff)?;
        let world = house.created().subscribe_all().start().stable();
        let id = |name: &Name| world.house().index_of(name).expect("it moved in");
        let ids = spec.cast.iter().map(|one| id(one.name())).collect();
        Ok(Play { spec, world, ids, now: Spec::BEGINS, happened: Vec::new() })
    }

    fn owed(&self) -> Vec<(usize, Name, Millis)> {
        let one = |(id, due, answer): (ProcessId, Time, &Message)| {
            let index = self.ids.iter().position(|known| *known == id).expect("one of the cast");
            (index, answer.type_.clone(), due.millis() - self.now.millis())
        };
        self.world.owed().map(one).collect()
    }

    /// Why a service without memory could not answer, if it could not.
    fn unanswered(&self, service: ProcessId) -> Option<String> {
        let name = &self.world.member(service).name;
        let found = self.world.unanswered().find(|unanswered| unanswered.service == *name)?;
        Some(found.failed.reason.clone())
    }

    /// A service that could not answer; of one of which something is expected `parked` may say so.
    fn silent(&self) -> Option<Failure> {
        let expected = |index: usize| self.spec.then.get(index).is_some_and(|then| then.parked.is_some());
        let silent = |(index, id): (usize, &ProcessId)| {
            let one = &self.spec.cast[index];
            if one.remembers() || expected(index) {
                return None;
            }
            Some(trouble(self.spec.span, one.name(), "an answer", &self.unanswered(*id)?))
        };
        self.ids.iter().enumerate().find_map(silent)
    }

    /// What keeps the script from going on, if anything does.
    fn all(&mut self) -> Option<Failure> {
        let spec = self.spec;
        let given = spec.given.iter().map(|step| (step, false));
        let when = spec.when.iter().map(|step| (step, true));
        for (step, now) in given.chain(when) {
            let failed = match &step.what {
                What::Comes { message, ids, .. } => {
                    ids.iter().find_map(|id| self.comes(message, id, step, now))
                }
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
        let position = self.world.takes_place(&message.source, self.now);
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
        for (process, member) in self.processes() {
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

    /// Not the services: what they have armed are answers, which nobody lets ring.
    fn processes(&self) -> impl Iterator<Item = (ProcessId, &Member)> {
        self.world.members().iter().enumerate().filter(|(id, _)| self.world.house().service(*id).is_none())
    }

    fn not_armed(&self, alarm: &Name, step: &Step) -> Failure {
        let mut armed = Vec::new();
        for instance in self.processes().flat_map(|(_, member)| member.instances()) {
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
        let mut script = Script { goal, first: First::new(rules), now: self.now };
        script.first.rings = RINGS;
        let mut port = Watch { ids: &self.ids, named, by_itself, now, happened: &mut self.happened };
        drive(&mut self.world, &mut script, &mut port).expect("nothing here can be refused");
        let stopped = script.first.stopped?;
        Some(match stopped {
            Stopped::Rings => {
                let (key, what) = match self.world.house().staff().services.is_empty() {
                    true => ("alarms", "alarms rang"),
                    false => ("time", "alarms rang and answers came"),
                };
                trouble(step.span, key, "an end of it", &format!("more than {RINGS} {what}"))
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
    /// Until nothing is on its way, and no answer is due by now.
    Settle,
    /// Until nothing is on its way, and no alarm is due before that time and no answer then.
    Before(Time),
    /// Until that time, alarms that are due then among them.
    Until(Time),
    /// Lets that alarm ring, and settles.
    Ring(Choice),
}

struct Script {
    goal: Goal,
    first: First,
    now: Time,
}

impl Scheduler for Script {
    fn pick(&mut self, world: &World) -> Option<Choice> {
        match std::mem::replace(&mut self.goal, Goal::Settle) {
            Goal::Ring(choice) => return Some(choice),
            Goal::Settle => {}
            goal => {
                let due = match goal {
                    Goal::Before(time) => {
                        world.next_alarm().is_some_and(|due| due < time)
                            || world.next_answer().is_some_and(|due| due <= time)
                    }
                    _ => !ready(world, self.first.rules).is_empty(),
                };
                self.goal = goal;
                if due {
                    return self.first.pick(world);
                }
            }
        }
        let answers = world.next_answer().is_some_and(|due| due <= self.now);
        if world.in_flight() || answers { self.first.pick(world) } else { None }
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

    fn took(&mut self, world: &World, choice: &Choice, turn: Turn) -> Result<()> {
        let process = self.ids.iter().position(|id| *id == turn.process).expect("one of the cast");
        if let Some(answer) = turn.answer {
            self.happened.push(Happened {
                process,
                instance: Name::from(""),
                input: answer.clone(),
                rang: true,
                scripted: false,
                now: self.now,
                outcome: None,
                reason: None,
                to: None,
                sent: vec![answer],
                armed: Vec::new(),
            });
        }
        let rings = matches!(choice, Choice::Ring { .. });
        // An answer that comes is nothing that the service has met.
        let by_itself = self.by_itself && rings && world.house().service(turn.process).is_none();
        for (index, recorded) in turn.decisions.into_iter().enumerate() {
            let input = &recorded.input;
            let named = self.named.is_some_and(|named| named.id == input.id && named.source == input.source);
            self.happened.push(Happened {
                process,
                instance: recorded.instance,
                // The first of a turn is the one that came; the others had waited.
                rang: rings && index == 0,
                scripted: index == 0 && (named || by_itself),
                now: self.now,
                outcome: Some(recorded.outcome),
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

fn trouble(span: Span, key: &str, expected: &str, actual: &str) -> Failure {
    let lines = vec![Line::Missing(expected.to_string()), Line::Unexpected(actual.to_string())];
    Failure { process: None, key: key.to_string(), span, lines }
}
