//! What came of a spec: every decision, in order, and where everybody is in the end.

use super::judge::Failure;
use super::model::Spec;
use crate::event::{Kind, Message, Millis, Name, Time};
use crate::process::Data;
use crate::runtime::Member;
use crate::step::{Outcome, Parked};
use std::sync::Arc;

/// What came of a spec.
#[derive(Debug)]
pub struct Tested<'a> {
    pub spec: &'a Spec,
    /// Every decision, in order.
    pub happened: Vec<Happened>,
    /// Of each of whom something is expected, where it is in the end.
    pub ends: Vec<Ending>,
    /// The answers that are still owed, by whom (an index into [`Spec::cast`]), and how long until then.
    pub owed: Vec<(usize, Name, Millis)>,
    /// What is not as expected; none: it holds.
    pub failures: Vec<Failure>,
}

impl Tested<'_> {
    pub fn holds(&self) -> bool {
        self.failures.is_empty()
    }
}

/// One decision, or what a service without memory has said.
#[derive(Debug, Clone)]
pub struct Happened {
    /// An index into [`Spec::cast`].
    pub process: usize,
    pub instance: Name,
    /// The message that was decided about; of a service without memory, what it says.
    pub input: Arc<Message>,
    /// It is an alarm that rang, or an answer that was due.
    pub rang: bool,
    /// The script named it: no answer of another process, nothing that had waited.
    pub scripted: bool,
    /// Under `when`.
    pub now: bool,
    /// None: a service without memory has answered.
    pub outcome: Option<Outcome>,
    /// Of a parked one: why.
    pub reason: Option<String>,
    /// The state that was entered.
    pub to: Option<Name>,
    pub sent: Vec<Arc<Message>>,
    /// The alarms that were set, and how long until they ring.
    pub armed: Vec<(Name, Millis)>,
}

impl Happened {
    /// What the message met, in a word.
    pub fn met(&self) -> &'static str {
        self.outcome.map_or("answers", Outcome::name)
    }

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

pub(super) fn alarms_of(alarms: &[Arc<Message>], now: Time) -> Vec<(Name, Millis)> {
    let after = |alarm: &Message| alarm.due.expect("an alarm is due").millis() - now.millis();
    alarms.iter().map(|alarm| (alarm.type_.clone(), after(alarm))).collect()
}

/// Where a process is: the instance that it last heard something for.
pub(super) fn ending(happened: &[Happened], process: usize, member: &Member, now: Time) -> Ending {
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
