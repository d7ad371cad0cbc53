//! A command that takes something, a failure after it, and no command that would give it back.
//!
//! Looks at names alone: `ReserveCredit` takes, `ReleaseCredit` gives back. Silent where what leads to the
//! failure comes straight after the command, since that is how a service refuses.

use super::course::Course;
use super::finding::Finding;
use crate::event::Kind;
use crate::process::{End, Outgoing};
use crate::span::Mistake;

/// How the name of a command begins that takes something.
const TAKES: &[&str] = &[
    "Allocate",
    "Authorize",
    "Block",
    "Book",
    "Charge",
    "Debit",
    "Hire",
    "Hold",
    "Lock",
    "Rent",
    "Reserve",
    "Take",
    "Withdraw",
];

/// How the name of one begins that gives back.
const GIVES_BACK: &[&str] = &[
    "Cancel",
    "Compensate",
    "Credit",
    "Deallocate",
    "Deposit",
    "Free",
    "Give",
    "Refund",
    "Release",
    "Return",
    "Reverse",
    "Revoke",
    "Unblock",
    "Unbook",
    "Undo",
    "Unlock",
    "Unreserve",
    "Void",
];

/// Those that move money: a refund gives back what any of them took.
const MONEY: &[&str] = &["Charge", "Debit", "Take", "Withdraw"];

pub fn no_way_back(course: &Course) -> Vec<Finding> {
    let definition = course.definition;
    let commands = || {
        let sends = definition.reactions().flat_map(|reaction| &reaction.sends);
        sends.filter(|outgoing| outgoing.kind == Kind::Command)
    };
    let failures = || course.resting().filter(|(_, state, _)| state.end == Some(End::Failure));
    let mut found: Vec<Finding> = Vec::new();
    for Outgoing { type_, span, .. } in commands() {
        let Some((verb, noun)) = split(type_, TAKES) else { continue };
        let gives_back = |other: &str| {
            split(other, GIVES_BACK)
                .is_some_and(|(back, of)| of.starts_with(noun) || back == "Refund" && MONEY.contains(&verb))
        };
        let said = found.iter().any(|finding| finding.about[0] == *type_);
        if said || commands().any(|other| gives_back(&other.type_)) {
            continue;
        }
        if let Some((_, end, _)) = failures().find(|(_, _, known)| known.done.contains(type_)) {
            let what = format!("what {type_} takes is not given back when it ends in `{}`", end.name);
            let place = (&definition.source, *span);
            let finding = Finding::new(Mistake::NoWayBack, place, what, &[type_, &end.name]);
            found.push(finding.hint(format!(
                "send what takes it back on the way there, as in `send: {}{noun}`",
                match verb {
                    _ if MONEY.contains(&verb) => "Refund",
                    "Book" | "Hire" | "Rent" => "Cancel",
                    "Lock" => "Unlock",
                    _ => "Release",
                }
            )));
        }
    }
    found
}

/// A verb of the list and what it is done to, as `Reserve` and `Credit`.
fn split<'n>(name: &'n str, verbs: &[&'static str]) -> Option<(&'static str, &'n str)> {
    verbs.iter().find_map(|verb| {
        let noun = name.strip_prefix(verb)?;
        noun.starts_with(|c: char| c.is_ascii_uppercase()).then_some((*verb, noun))
    })
}
