//! What a person has settled, as text and as JSON.

use super::words::{counted, grouped, list};
use crate::runtime::Turn;
use crate::step::{Hand, Instance, Rest};
use serde_json::json;
use std::collections::BTreeMap;

pub fn text(process: &str, instance: &Instance, turn: &Turn) -> String {
    let hand = turn.decisions.iter().find_map(|recorded| recorded.hand);
    let id = if instance.id.is_empty() { super::status::NONE } else { &instance.id };
    let did = match hand {
        Some(Hand::Resume) => "taken up again",
        Some(Hand::Skip) => "taken up again without the message",
        Some(Hand::End) => "ended by hand",
        Some(Hand::Migrate | Hand::Map) => "moved",
        None => "not changed",
    };
    let mut text = format!("{process} {id}: {did}\n");
    for recorded in turn.decisions.iter().filter(|recorded| recorded.hand.is_none()) {
        let state = recorded.to.as_ref().map_or(String::new(), |state| format!(" → {state}"));
        let reason = recorded.failed.as_ref().map_or(String::new(), |failed| format!(": {}", failed.reason));
        let input = &recorded.input;
        let position = input.position.map_or(String::new(), |position| format!(" {position}"));
        let line =
            format!("  {} ({}{position}): {}{state}{reason}\n", input.type_, input.source, recorded.outcome);
        text.push_str(&line);
    }
    let sent = turn.decisions.iter().flat_map(|recorded| &recorded.sent);
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for message in sent {
        *counts.entry(&*message.type_).or_default() += 1;
    }
    if !counts.is_empty() {
        let counts = counts.into_iter().map(|(type_, count)| format!("{} {type_}", grouped(count)));
        text.push_str(&format!("sent {}\n", list(counts)));
    }
    text.push_str(&match &instance.parked {
        Some(parked) => {
            let again = if turn.decisions.is_empty() { "" } else { " again" };
            let held = match instance.held.len() as u64 {
                0 => String::new(),
                held => format!("; {} held", counted(held, "message")),
            };
            format!("it is parked{again}: {}{held}\n", parked.reason)
        }
        None if instance.id.is_empty() => "nothing without an instance is parked any more\n".to_string(),
        None => match instance.rest() {
            Rest::NotStarted => "it has not started\n".to_string(),
            Rest::Unfinished("") => format!("its data is {}\n", instance.data.to_json()),
            Rest::Declined => "its process has declined it\n".to_string(),
            Rest::Ended(state, _) | Rest::Unfinished(state) | Rest::Parked(state) => {
                format!("it is now in {state}\n")
            }
        },
    });
    text
}

pub fn json(process: &str, instance: &Instance, turn: &Turn) -> String {
    let decisions: Vec<_> = turn
        .decisions
        .iter()
        .map(|recorded| {
            json!({
                "input": {"source": &*recorded.input.source, "id": &*recorded.input.id, "type": &*recorded.input.type_},
                "outcome": recorded.outcome.name(),
                "hand": recorded.hand.map(Hand::name),
                "state": recorded.to.as_deref(),
                "reason": recorded.failed.as_ref().map(|failed| &failed.reason),
                "sent": recorded.sent.iter().map(|message| &*message.type_).collect::<Vec<_>>(),
            })
        })
        .collect();
    let parked = instance.parked.as_ref().map(|parked| &parked.reason);
    let json = json!({
        "process": process,
        "instance": &*instance.id,
        "rests": instance.rest().to_string(),
        "parked": parked,
        "decisions": decisions,
    });
    serde_json::to_string(&json).expect("plain data") + "\n"
}
