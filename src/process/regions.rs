//! Regions: small machines side by side in one process, and what happens when they meet.
//!
//! A plain process is one region without a name, so that whoever looks at regions need not ask which of
//! both it is. Where an instance rests is one name: the state's in a plain process, else what is
//! written here: `payment.due kitchen.cooking`, region by region in the order listed.

use super::definition::{Definition, End, Reaction, State, StateId, Unexpected};
use super::expr::Expr;
use crate::event::Name;
use crate::span::{Source, Span};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

/// An index into [`Definition::regions`].
pub type RegionId = usize;

/// One of the small machines.
#[derive(Debug, Clone)]
pub struct Region {
    /// Empty in a plain process.
    pub name: Name,
    pub initial: StateId,
    /// Which of the definition's states are its own.
    pub states: Range<StateId>,
    /// What becomes of a message that only other states of it mention.
    pub unexpected: Unexpected,
    /// The types that it mentions, in any of its states.
    pub alphabet: BTreeSet<Name>,
    /// The alarms that it sets.
    pub alarms: BTreeSet<Name>,
    /// Where it was taken from, if it is a part in its own file.
    pub part: Option<Part>,
    /// The region in the file.
    pub span: Span,
}

/// A part in its own file.
#[derive(Debug, Clone)]
pub struct Part {
    /// `name@version`.
    pub full_name: String,
    /// What the spans of its states and reactions are places in.
    pub source: Arc<Source>,
}

/// What happens when regions meet: looked at after every choice, taken where its guard has become true.
#[derive(Debug, Clone)]
pub struct Join {
    pub when: Expr,
    /// Without a `to`, and without a guard of its own.
    pub reaction: Reaction,
    /// The process ends by it: how, and where it then rests.
    pub end: Option<(End, Name)>,
    /// The join in the file.
    pub span: Span,
}

/// Where an instance is, by the name of where it rests.
#[derive(Debug, Clone)]
pub enum Whereabouts<'a> {
    /// In these states, one of each region.
    In(Vec<&'a State>),
    /// A join has ended it.
    Joined(End),
}

impl Definition {
    /// Whether it has no regions but the one that every process is.
    pub fn is_plain(&self) -> bool {
        self.regions.iter().all(|region| region.name.is_empty())
    }

    /// A state's name, told from one of that name in another region.
    pub fn name_of(&self, state: &State) -> Name {
        match self.is_plain() {
            true => state.name.clone(),
            false => Name::from(format!("{}.{}", self.regions[state.region].name, state.name)),
        }
    }

    pub fn region_named(&self, name: &str) -> Option<RegionId> {
        self.regions.iter().position(|region| *region.name == *name)
    }

    pub fn states_of(&self, region: RegionId) -> &[State] {
        &self.states[self.regions[region].states.clone()]
    }

    pub fn state_of(&self, region: RegionId, name: &str) -> Option<&State> {
        self.states_of(region).iter().find(|state| *state.name == *name)
    }

    /// A number for the file in which a region stands: 0 is the process's own.
    pub fn file_of(&self, region: Option<RegionId>) -> usize {
        region.filter(|region| self.regions[*region].part.is_some()).map_or(0, |region| region + 1)
    }

    /// The file in which a region stands; without one, what stands outside of all.
    pub fn source_of(&self, region: Option<RegionId>) -> (String, &Arc<Source>) {
        match region.and_then(|region| self.regions[region].part.as_ref()) {
            Some(part) => (part.full_name.clone(), &part.source),
            None => (self.full_name(), &self.source),
        }
    }

    /// Where everything begins.
    pub fn initials(&self) -> Vec<&State> {
        self.regions.iter().map(|region| self.state(region.initial)).collect()
    }

    /// States, one of each region, as one name.
    pub fn written<'a>(&self, states: &[&'a State]) -> Cow<'a, str> {
        match states {
            [only] if self.is_plain() => Cow::Borrowed(&*only.name),
            _ => Cow::Owned(self.spelled(states)),
        }
    }

    fn spelled(&self, states: &[&State]) -> String {
        let each = self.regions.iter().zip(states);
        each.map(|(region, state)| format!("{}.{}", region.name, state.name)).collect::<Vec<_>>().join(" ")
    }

    /// What is meant by where an instance rests. Regions may stand in any order; each must be there.
    pub fn whereabouts(&self, name: &str) -> Option<Whereabouts<'_>> {
        if self.is_plain() {
            return Some(Whereabouts::In(vec![self.state_of(0, name)?]));
        }
        let mut ends = self.joins.iter().filter_map(|join| join.end.as_ref());
        if let Some((end, _)) = ends.find(|(_, known)| **known == *name) {
            return Some(Whereabouts::Joined(*end));
        }
        let mut found = vec![None; self.regions.len()];
        for word in name.split(' ') {
            let (region, state) = word.split_once('.')?;
            let region = self.region_named(region)?;
            if found[region].replace(self.state_of(region, state)?).is_some() {
                return None;
            }
        }
        found.into_iter().collect::<Option<Vec<_>>>().map(Whereabouts::In)
    }

    /// How the whole ends where it rests in these states: not before all of them are ends.
    pub fn end_of(&self, states: &[&State]) -> Option<End> {
        let ends = states.iter().map(|state| state.end).collect::<Option<Vec<_>>>()?;
        let worst = [End::Failure, End::Manual].into_iter().find(|end| ends.contains(end));
        Some(worst.unwrap_or(End::Success))
    }

    /// Where an instance rests, spelled as it is recorded, and how it has ended there; None where it
    /// cannot rest so.
    pub fn resting(&self, name: &str) -> Option<(Name, Option<End>)> {
        Some(match self.whereabouts(name)? {
            Whereabouts::Joined(end) => (Name::from(name), Some(end)),
            Whereabouts::In(states) => (Name::from(&*self.written(&states)), self.end_of(&states)),
        })
    }

    /// Names of where an instance may rest, for advice: the states of a plain process, else the ends of
    /// joins, and where regions begin and end.
    pub fn resting_names(&self, ended: bool) -> Vec<String> {
        if self.is_plain() {
            let wanted = self.states.iter().filter(|state| state.end.is_some() == ended);
            return wanted.map(|state| state.name.to_string()).collect();
        }
        let ends: BTreeSet<&Name> =
            self.joins.iter().filter_map(|join| Some(&join.end.as_ref()?.1)).filter(|_| ended).collect();
        let first =
            |region: RegionId| self.states_of(region).iter().find(|state| state.end.is_some() == ended);
        let example = (0..self.regions.len()).map(first).collect::<Option<Vec<_>>>();
        let example = example.map(|states| self.spelled(&states));
        ends.into_iter().map(|name| name.to_string()).chain(example).collect()
    }

    /// The process with one of its regions alone: what that region does where there is no other.
    pub fn with_only(&self, region: RegionId) -> Definition {
        let mut alone = self.clone();
        let states = self.regions[region].states.clone();
        let first = states.start;
        alone.joins.clear();
        alone.states = self.states[states.clone()].to_vec();
        alone.any.retain(|shared| shared.region == region);
        alone.any.iter_mut().for_each(|shared| shared.region = 0);
        alone.states.iter_mut().for_each(|state| state.region = 0);
        alone.move_targets(|to| to - first);
        let mut only = self.regions[region].clone();
        (only.initial, only.states) = (only.initial - first, 0..states.len());
        let starters = self.starts_on.iter().map(|starter| &starter.type_);
        alone.subscriptions = starters.chain(&only.alphabet).cloned().collect();
        let set = alone.reactions().flat_map(|reaction| &reaction.alarms).map(|alarm| alarm.name.clone());
        alone.alarms = set.collect();
        alone.regions = vec![only];
        alone
    }

    fn move_targets(&mut self, moved: impl Fn(StateId) -> StateId) {
        let shared = self.any.iter_mut().flat_map(|shared| shared.answers.on.values_mut());
        for reaction in self.states.iter_mut().flat_map(State::rules_mut).chain(shared).flatten() {
            reaction.to = reaction.to.map(&moved);
        }
    }
}

/// The state of one region, in the name of where an instance rests; empty where it is in none.
pub fn state_in<'a>(written: &'a str, region: &str) -> &'a str {
    let of_region = |word: &'a str| word.strip_prefix(region)?.strip_prefix('.');
    written.split(' ').find_map(of_region).unwrap_or("")
}
