//! What a run has done, as text and as JSON.

use super::words::{counted, grouped, list};
use crate::runtime::{Tally, World};
use serde::Serialize;
use std::collections::BTreeMap;

pub fn text(world: &World, tally: &Tally, dry: bool) -> String {
    if tally.handled == 0 && now(world).is_none() {
        return "nothing to do: no message for a process has come yet\n".to_string();
    }
    if tally.handled == 0 {
        let mut text = "nothing to do: every message was handled before\n".to_string();
        if let Some((instance, alarm)) = world.next_ring() {
            let due = alarm.due.map(|due| due.to_string()).unwrap_or_default();
            text.push_str(&format!("the next alarm is {} of {instance}, due {due}\n", alarm.named()));
        }
        return text;
    }
    let would = if dry { "would have " } else { "" };
    let outcomes = tally.outcomes.iter().map(|(outcome, count)| format!("{} {outcome}", grouped(*count)));
    let mut text = format!("{would}handled {}: {}\n", counted(tally.handled, "message"), list(outcomes));
    if tally.alarms > 0 {
        let were = if tally.alarms == 1 { "was an alarm" } else { "were alarms" };
        text.push_str(&format!("{} of these {were}\n", grouped(tally.alarms)));
    }
    if !tally.sent.is_empty() {
        let sent = tally.sent.iter().map(|(type_, count)| format!("{} {type_}", grouped(*count)));
        text.push_str(&format!("{would}sent {}\n", list(sent)));
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
    alarms: u64,
    parked: u64,
    now: Option<String>,
}

pub fn json(world: &World, tally: &Tally) -> String {
    let json = Json {
        handled: tally.handled,
        outcomes: tally.outcomes.iter().map(|(outcome, count)| (outcome.name(), *count)).collect(),
        sent: tally.sent.iter().map(|(type_, count)| (&**type_, *count)).collect(),
        alarms: tally.alarms,
        parked: parked(world),
        now: now(world),
    };
    serde_json::to_string(&json).expect("plain data") + "\n"
}

/// Instances that are parked now.
fn parked(world: &World) -> u64 {
    let all = world.members().iter().flat_map(|member| member.instances());
    all.filter(|instance| instance.parked.is_some()).count() as u64
}

/// The newest of the processes' clocks; none before the first decision.
fn now(world: &World) -> Option<String> {
    let decided =
        world.members().iter().filter(|member| member.opened || member.instances().next().is_some());
    decided.map(|member| member.now).max().map(|now| now.to_string())
}
