//! What the states and the alarms are called that steps become: by their commands, each name once.

use super::node::texts;
use super::step::{Ask, Step};
use crate::process::tree::Member;
use std::collections::BTreeSet;

/// What the states and the alarms of a step are called.
pub(super) struct Called {
    pub there: String,
    pub there_again: String,
    pub back: String,
    pub back_again: String,
    pub timed_out: String,
    pub again: String,
    pub undo_timed_out: String,
    pub undo_again: String,
}

/// A name that is not taken: the wanted one, or with a number behind it.
fn unused(wanted: &str, dash: &str, taken: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{wanted}{dash}{number}"));
    let name = std::iter::once(wanted.to_string()).chain(numbered).find(|name| !taken.contains(name));
    let name = name.expect("there are numbers enough");
    taken.insert(name.clone());
    name
}

/// The same for a name that expressions spell.
pub(super) fn free(wanted: &str, taken: BTreeSet<String>) -> String {
    let mut name = wanted.to_string();
    while taken.contains(&name) {
        name.push('_');
    }
    name
}

/// Every word that stands there.
pub(super) fn taken<'n>(members: impl Iterator<Item = &'n Member>) -> BTreeSet<String> {
    let mut taken = BTreeSet::new();
    members.for_each(|member| {
        texts(&member.value, &mut |text| {
            taken.insert(text.to_string());
        });
    });
    taken
}

/// What all of them are called. States and messages are named apart; of states only the ends are there already.
pub(super) fn named<'n>(
    steps: &[Step],
    ends: impl Iterator<Item = &'n str>,
    messages: &mut BTreeSet<String>,
) -> Vec<Called> {
    let mut states: BTreeSet<String> = ends.map(str::to_string).collect();
    states.insert("not-started".to_string());
    let mut named = |step: &Step| {
        let (do_, undo) = (name_of(&step.ask), name_of(&step.undo));
        let there = unused(&kebab(do_.unwrap_or_default()), "-", &mut states);
        let back = match do_ {
            Some(_) => format!("undo-{there}"),
            None => kebab(undo.unwrap_or_default()),
        };
        let back = unused(&back, "-", &mut states);
        let mut alarm = |of: Option<&str>, what: &str| match of {
            Some(of) => unused(&format!("{of}{what}"), "", messages),
            None => String::new(),
        };
        Called {
            there_again: unused(&format!("{there}-again"), "-", &mut states),
            back_again: unused(&format!("{back}-again"), "-", &mut states),
            timed_out: alarm(do_, "TimedOut"),
            again: alarm(do_, "Again"),
            undo_timed_out: alarm(undo, "TimedOut"),
            undo_again: alarm(undo, "Again"),
            there,
            back,
        }
    };
    steps.iter().map(&mut named).collect()
}

fn name_of<'a>(ask: &'a Option<Ask>) -> Option<&'a str> {
    ask.as_ref().map(|ask| &*ask.name)
}

/// `ReserveCredit` as a state is called: `reserve-credit`.
fn kebab(name: &str) -> String {
    let mut out = String::new();
    let letters: Vec<char> = name.chars().collect();
    for (at, c) in letters.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            out.push_str(if out.ends_with('-') { "" } else { "-" });
            continue;
        }
        let before = at.checked_sub(1).map(|at| letters[at]);
        let next = letters.get(at + 1);
        // A word begins: `aB`, and the last of several capitals before a small letter (`HTTPCall`).
        let begins = c.is_ascii_uppercase()
            && (before.is_some_and(|before| before.is_ascii_lowercase() || before.is_ascii_digit())
                || before.is_some_and(|before| before.is_ascii_uppercase())
                    && next.is_some_and(|next| next.is_ascii_lowercase()));
        if begins && !out.ends_with('-') {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
    }
    out.trim_end_matches('-').to_string()
}
