//! What `check --upgrade` has found, as text and as JSON: state by state, whether a switch there is safe.

use super::check::{comings, faults, ordering};
use super::words::counted;
use crate::explore::{At, Snag, Upgrade};
use serde::Serialize;

pub fn text(found: &[Upgrade]) -> String {
    found.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn one(found: &Upgrade) -> String {
    let mut text = format!("{}: {}\n", verdict(found), found.scenario);
    let (from, to) = (&found.from, &found.to);
    let setting = comings(&found.first, &found.deliver, found.order, found.alarms);
    let risks =
        if found.faults.any() { format!("; at most {}", faults(found.faults)) } else { String::new() };
    text.push_str(&format!("{from} → {to} at any moment{setting}{risks}\n"));
    let so_far = if found.stopped { "so far " } else { "" };
    text.push_str(&format!("{so_far}{}\n", counted(found.states, "state")));
    let (safe, others): (Vec<&At>, Vec<&At>) = found.at.iter().partition(|at| at.wrong.is_empty());
    if !safe.is_empty() {
        text.push('\n');
    }
    let word = if found.stopped { "nothing found so far" } else { "safe" };
    safe.iter().for_each(|at| text.push_str(&format!("  {word} in {}\n", told(at))));
    for at in others {
        text.push_str(&format!("\n  not safe in {}\n", told(at)));
        for Snag { message, ordering: way, .. } in &at.wrong {
            text.push_str(&format!("      {message}\n      nearest: {}\n", ordering(way)));
        }
    }
    if found.stopped {
        text.push_str("\nnote: a bound was reached, so this is not all\n");
    }
    text
}

fn verdict(found: &Upgrade) -> &'static str {
    match (found.is_safe(), found.stopped) {
        (false, _) => "not-safe",
        (true, true) => "bound-reached",
        (true, false) => "safe",
    }
}

/// A state, and where instances go from there, if they do not stay.
fn told(at: &At) -> String {
    match at.goes.iter().all(|to| *to == at.state) {
        true => at.state.clone(),
        false => format!("{} → {}", at.state, at.goes.iter().cloned().collect::<Vec<_>>().join(" or ")),
    }
}

#[derive(Serialize)]
struct Scenario<'a> {
    scenario: &'a str,
    from: &'a str,
    to: &'a str,
    order: String,
    alarms: &'a str,
    verdict: &'a str,
    states: u64,
    exhausted: bool,
    switches: Vec<Switch<'a>>,
}

#[derive(Serialize)]
struct Switch<'a> {
    state: &'a str,
    safe: bool,
    goes: Vec<&'a str>,
    findings: Vec<Finding<'a>>,
}

#[derive(Serialize)]
struct Finding<'a> {
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none", rename = "type")]
    type_: Option<&'a str>,
    message: &'a str,
    ordering: &'a [String],
}

pub fn json(found: &[Upgrade]) -> String {
    let scenarios: Vec<Scenario> = found
        .iter()
        .map(|found| Scenario {
            scenario: &found.scenario,
            from: &found.from,
            to: &found.to,
            order: found.order.to_string(),
            alarms: found.alarms.name(),
            verdict: verdict(found),
            states: found.states,
            exhausted: !found.stopped,
            switches: found.at.iter().map(|at| switch(at, found.stopped)).collect(),
        })
        .collect();
    serde_json::to_string_pretty(&scenarios).expect("plain data") + "\n"
}

fn finding(snag: &Snag) -> Finding<'_> {
    Finding {
        kind: snag.trouble.name(),
        type_: snag.trouble.type_().map(|type_| &**type_),
        message: &snag.message,
        ordering: &snag.ordering,
    }
}

fn switch(at: &At, stopped: bool) -> Switch<'_> {
    Switch {
        state: &at.state,
        safe: at.wrong.is_empty() && !stopped,
        goes: at.goes.iter().map(String::as_str).collect(),
        findings: at.wrong.iter().map(finding).collect(),
    }
}
