//! What a run has done, as text and as JSON.

use super::words::{counted, grouped, list};
use crate::event::{Message, Time};
use crate::runtime::{Tally, World};
use serde::Serialize;
use std::collections::BTreeMap;

pub fn text(world: &World, tally: &Tally, dry: bool) -> String {
    let came: u64 = tally.answers.values().sum();
    let nothing = tally.handled == 0 && came == 0;
    if nothing && now(world).is_none() && !serves(world) {
        return "nothing to do: no message for a process has come yet\n".to_string();
    }
    if nothing {
        let mut text = "nothing to do: every message was handled before\n".to_string();
        match world.next_ring() {
            Some((instance, alarm)) if !is_answer(world, alarm) => {
                let due = alarm.due.map(|due| due.to_string()).unwrap_or_default();
                text.push_str(&format!("the next alarm is {} of {instance}, due {due}\n", alarm.named()));
            }
            Some((_, answer)) => {
                let due = answer.due.unwrap_or(answer.time);
                text.push_str(&format!("the next answer is {}, due {due}\n", answer.type_));
            }
            None => {}
        }
        return text;
    }
    let would = if dry { "would have " } else { "" };
    let mut text = String::new();
    if tally.handled > 0 {
        let outcomes = tally.outcomes.iter().map(|(outcome, count)| format!("{} {outcome}", grouped(*count)));
        text = format!("{would}handled {}: {}\n", counted(tally.handled, "message"), list(outcomes));
    }
    if tally.alarms > 0 {
        let were = if tally.alarms == 1 { "was an alarm" } else { "were alarms" };
        text.push_str(&format!("{} of these {were}\n", grouped(tally.alarms)));
    }
    // One message may set others free, each with an outcome of its own.
    let again = tally.outcomes.values().sum::<u64>().saturating_sub(tally.handled);
    if again > 0 {
        let come = if dry { "would have come" } else { "came" };
        text.push_str(&format!("{} that had waited {come} again\n", counted(again, "message")));
    }
    if !tally.sent.is_empty() {
        let sent = tally.sent.iter().map(|(type_, count)| format!("{} {type_}", grouped(*count)));
        text.push_str(&format!("{would}sent {}\n", list(sent)));
    }
    if came > 0 {
        let answers = tally.answers.iter().map(|(type_, count)| format!("{} {type_}", grouped(*count)));
        let come = if dry { "would have come" } else { "came" };
        text.push_str(&format!("{} {come}: {}\n", counted(came, "answer"), list(answers)));
    }
    if parked(world) > 0 {
        let parked = counted(parked(world), "instance");
        text.push_str(&format!("parked: {parked}; `anyorder status` says why\n"));
    }
    text.push_str(&format!("it is now {}\n", now(world).unwrap_or_default()));
    text
}

#[derive(Serialize)]
struct Json<'a> {
    handled: u64,
    outcomes: BTreeMap<&'a str, u64>,
    sent: BTreeMap<&'a str, u64>,
    /// Of services, where they were asked to answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    answers: Option<BTreeMap<&'a str, u64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unanswered: Option<u64>,
    alarms: u64,
    parked: u64,
    now: Option<String>,
}

pub fn json(world: &World, tally: &Tally) -> String {
    let json = Json {
        handled: tally.handled,
        outcomes: tally.outcomes.iter().map(|(outcome, count)| (outcome.name(), *count)).collect(),
        sent: tally.sent.iter().map(|(type_, count)| (&**type_, *count)).collect(),
        answers: serves(world)
            .then(|| tally.answers.iter().map(|(type_, count)| (&**type_, *count)).collect()),
        unanswered: serves(world).then(|| world.unanswered().count() as u64),
        alarms: tally.alarms,
        parked: parked(world),
        now: now(world),
    };
    serde_json::to_string(&json).expect("plain data") + "\n"
}

/// Instances that are parked now.
fn parked(world: &World) -> u64 {
    world.members().iter().map(|member| member.census().parked).sum()
}

/// Whether services were asked to answer.
fn serves(world: &World) -> bool {
    !world.house().staff().services.is_empty()
}

/// What rings next may be an answer that a service owes.
fn is_answer(world: &World, alarm: &Message) -> bool {
    let process = world.house().process(&alarm.source);
    alarm.due.is_none() || process.is_some_and(|process| world.house().service(process).is_some())
}

/// The newest of the processes' clocks; none before the first decision. Services without memory have
/// no clock: with them it is the newest time of all.
fn now(world: &World) -> Option<String> {
    if serves(world) {
        return Some(world.newest()).filter(|now| *now != Time::MIN).map(|now| now.to_string());
    }
    let decided = world.members().iter().filter(|member| member.opened || member.has_instances());
    decided.map(|member| member.now).max().map(|now| now.to_string())
}
