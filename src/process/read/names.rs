//! Names that do not fit together: what can be said of misspelt messages from one file alone.
//!
//! A message that nobody sends cannot be told from one whose sender is elsewhere. What can be told:
//! two names that differ only in case, or by two letters that changed places; an alarm that no
//! state mentions while a state mentions a name very like it; a `cancel` of an alarm that is never
//! set. Names that differ by another letter (`StepA`, `StepB`; `Reserve`, `Reserved`) are left alone.

use super::Reader;
use crate::event::Name;
use crate::process::definition::Definition;
use crate::span::{Mistake, Span, nearest};
use std::collections::{BTreeMap, BTreeSet};

/// Where each message is named, and as what.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    all: BTreeMap<Name, Vec<Span>>,
    /// Under `starts-on`, `on`, `ignore`, `defer`.
    met: BTreeSet<Name>,
    alarms: BTreeMap<Name, Span>,
    cancels: Vec<(Name, Span)>,
    /// Alarms that parts set, in their own files.
    of_parts: BTreeSet<Name>,
}

impl Mentions {
    pub fn mention(&mut self, name: &Name, span: Span) {
        self.met.insert(name.clone());
        self.note(name, span);
    }

    pub fn send(&mut self, name: &Name, span: Span) {
        self.note(name, span);
    }

    pub fn alarm(&mut self, name: &Name, span: Span) {
        self.alarms.entry(name.clone()).or_insert(span);
        self.note(name, span);
    }

    pub fn cancel(&mut self, name: &Name, span: Span) {
        self.cancels.push((name.clone(), span));
    }

    /// What a part names, in its own file.
    pub fn of_part(&mut self, part: &Definition) {
        self.met.extend(part.subscriptions.iter().cloned());
        self.of_parts.extend(part.alarms.iter().cloned());
    }

    pub fn alarms(&self) -> BTreeSet<Name> {
        self.alarms.keys().chain(&self.of_parts).cloned().collect()
    }

    fn note(&mut self, name: &Name, span: Span) {
        self.all.entry(name.clone()).or_default().push(span);
    }
}

impl Reader<'_> {
    pub(super) fn whole_file(&mut self) {
        let mut said = BTreeSet::new();
        self.confused_names(&mut said);
        self.alarms_that_nobody_hears(&said);
        self.cancels_of_nothing();
    }

    fn confused_names(&mut self, said: &mut BTreeSet<Name>) {
        let names: Vec<(Name, Vec<Span>)> =
            self.mentions.all.iter().map(|(name, spans)| (name.clone(), spans.clone())).collect();
        // Names that are confused have the same letters: sorted by them, they stand together.
        let mut by_letters: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, (name, _)) in names.iter().enumerate() {
            let mut letters: Vec<char> = name.to_lowercase().chars().collect();
            letters.sort_unstable();
            by_letters.entry(letters.into_iter().collect()).or_default().push(index);
        }
        for group in by_letters.values() {
            for (nth, one) in group.iter().enumerate() {
                for other in &group[nth + 1..] {
                    let (one, other) = (&names[*one], &names[*other]);
                    let case = one.0.to_lowercase() == other.0.to_lowercase();
                    if !case && !letters_swapped(&one.0, &other.0) {
                        continue;
                    }
                    // The rarer is the slip; of two equally rare ones, the later.
                    let (slip, meant) = match one.1.len().cmp(&other.1.len()) {
                        std::cmp::Ordering::Less => (one, other),
                        std::cmp::Ordering::Greater => (other, one),
                        std::cmp::Ordering::Equal if one.1[0] > other.1[0] => (one, other),
                        std::cmp::Ordering::Equal => (other, one),
                    };
                    let how = if case { "only in case" } else { "by two letters that changed places" };
                    let message = format!("`{}` and `{}` differ {how}", slip.0, meant.0);
                    let label = format!("`{}` stands on line {}", meant.0, self.line(meant.1[0]));
                    let hint = format!("did you mean `{}`? if not, rename one of them", meant.0);
                    said.insert(slip.0.clone());
                    said.insert(meant.0.clone());
                    for span in slip.1.clone() {
                        self.complain(span, message.clone(), label.clone(), &hint)
                            .is(Mistake::UnknownMessage);
                    }
                }
            }
        }
    }

    fn alarms_that_nobody_hears(&mut self, said: &BTreeSet<Name>) {
        let unheard: Vec<(Name, Span)> = self
            .mentions
            .alarms
            .iter()
            .filter(|(name, _)| !self.mentions.met.contains(*name) && !said.contains(*name))
            .map(|(name, span)| (name.clone(), *span))
            .collect();
        for (name, span) in unheard {
            if !self.source.takes_advice() {
                return;
            }
            let near = self
                .mentions
                .met
                .iter()
                .filter(|met| !self.mentions.alarms.contains_key(*met))
                .map(|met| (strsim::osa_distance(&met.to_lowercase(), &name.to_lowercase()), met.clone()))
                .filter(|(distance, met)| *distance <= 2 && met.len() > 4)
                .min();
            let Some((_, near)) = near else { continue };
            let line = self.mentions.all.get(&near).map_or(0, |spans| self.line(spans[0]));
            let message = format!("no state mentions the alarm `{name}`");
            let label = format!("line {line} mentions `{near}`");
            self.complain(span, message, label, &format!("did you mean `{near}`?")).is(Mistake::UnknownAlarm);
        }
    }

    fn cancels_of_nothing(&mut self) {
        for (name, span) in std::mem::take(&mut self.mentions.cancels) {
            if self.mentions.alarms.contains_key(&name) || self.mentions.of_parts.contains(&name) {
                continue;
            }
            let alarms = || self.mentions.alarms.keys().map(|alarm| &**alarm);
            let hint = self.source.advice(|| match nearest(&name, alarms()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => self.alarms_listed(),
            });
            self.complain(span, format!("nothing sets an alarm `{name}`"), "", &hint)
                .is(Mistake::UnknownAlarm);
        }
    }
}

/// `OrderPiad` for `OrderPaid`.
fn letters_swapped(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len() != other.len() || one.len() < 4 {
        return false;
    }
    let apart: Vec<usize> = (0..one.len()).filter(|at| one[*at] != other[*at]).collect();
    match apart[..] {
        [a, b] => {
            b == a + 1
                && one[a] == other[b]
                && one[b] == other[a]
                && one[a].is_alphabetic()
                && one[b].is_alphabetic()
        }
        _ => false,
    }
}
