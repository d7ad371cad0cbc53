//! Regions, the parts that they are taken from, and joins.
//!
//! A part is read from its own file before the whole is, so that the whole knows its states, what it
//! remembers and which alarms it sets. Its expressions see what they see where it is alone: their own
//! state, and the data that the part itself names.

use super::collect::Known;
use super::states::states_of;
use super::{Reader, read_definition};
use crate::error::{Error, Result};
use crate::event::{Document, Name};
use crate::process::Data;
use crate::process::definition::{Definition, End, Reaction, Shared, State, StateId, Unexpected};
use crate::process::expr::{RegionScope, StateScope};
use crate::process::keys::Place;
use crate::process::library::not_found;
use crate::process::regions::{Join, Part, Region};
use crate::process::tree::{Member, Node};
use crate::span::{Diagnostic, Mistake, Source, Span, nearest};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where a definition finds the parts that it uses, each in its own file.
pub trait Parts {
    /// The file of `name@version`.
    fn part(&self, full_name: &str) -> Result<Arc<Source>>;
}

/// A text alone, beside which no file lies.
pub struct NoParts;

impl Parts for NoParts {
    fn part(&self, full_name: &str) -> Result<Arc<Source>> {
        Err(Error::input(format!("there is no folder here in which {full_name} could lie")))
    }
}

/// The parts that a file uses, by their regions; and what is wrong with them.
#[derive(Default)]
pub(super) struct Used {
    pub parts: BTreeMap<String, Definition>,
    pub wrong: Vec<Diagnostic>,
}

impl Used {
    pub fn find(source: &Arc<Source>, root: &Node, parts: &dyn Parts) -> Used {
        let mut used = Used::default();
        for member in root.get("regions").and_then(Node::map).unwrap_or_default() {
            let Some(node) = member.value.get("use") else { continue };
            let Some(full_name) = node.scalar().map(|scalar| scalar.text.as_str()) else { continue };
            match part(source, &member.key, full_name, node.span, parts) {
                Ok(part) => _ = used.parts.insert(member.key.clone(), part),
                Err(wrong) => used.wrong.extend(wrong),
            }
        }
        used
    }
}

fn part(
    source: &Arc<Source>,
    region: &str,
    full_name: &str,
    at: Span,
    parts: &dyn Parts,
) -> std::result::Result<Definition, Vec<Diagnostic>> {
    let wrong = |mistake: Mistake, what: String, hint: &str| {
        vec![Diagnostic::new(source, at, what).code(mistake).hint(hint.to_string())]
    };
    let named = full_name.split_once('@').and_then(|(name, version)| Some((name, version.parse().ok()?)));
    let Some(named) = named else {
        let hint = "as in `use: kitchen-part@1`: a part is taken in one version";
        return Err(wrong(Mistake::BadName, format!("`{full_name}` names no part"), hint));
    };
    let file = parts.part(full_name).map_err(|error| not_found(source, at, &error))?;
    let state = StateScope::Own(Name::from(region));
    let read = read_definition(&file, Some(named), &NoParts, state);
    let part = read.map_err(|error| not_found(source, at, &error))?;
    if !part.is_plain() {
        let hint = "a part is one machine: list its regions here, beside the others";
        return Err(wrong(Mistake::NotAPart, format!("{full_name} has regions of its own"), hint));
    }
    if let Some(starter) = part.starts_on.iter().find(|starter| starter.reaction.is_some()) {
        let what = format!("{full_name} does something at its start, and a part does not start");
        let hint = format!(
            "what it does on `{}` belongs under `enter` of {}, or under `starts-on` here",
            starter.type_,
            part.state(part.regions[0].initial).name
        );
        return Err(wrong(Mistake::NotAPart, what, &hint));
    }
    Ok(part)
}

/// The states of regions, as expressions see them; None where the file has no regions.
pub(super) fn scope_of(root: &Node, used: &Used) -> Option<StateScope> {
    let members = root.get("regions").and_then(Node::map)?;
    let scope = |member: &Member| {
        let states = match used.parts.get(&member.key) {
            Some(part) => part.states.iter().map(|state| state.name.clone()).collect(),
            None => states_of(&member.value).map(|member| Name::from(member.key.as_str())).collect(),
        };
        RegionScope { name: Name::from(member.key.as_str()), states }
    };
    Some(StateScope::Regions(members.iter().map(scope).collect()))
}

/// What regions come to, put together.
#[derive(Default)]
pub(super) struct Machines {
    pub regions: Vec<Region>,
    pub states: Vec<State>,
    pub any: Vec<Shared>,
}

impl Machines {
    /// Adds a region, whose states are numbered from 0.
    pub fn add(&mut self, mut region: Region, mut states: Vec<State>, mut any: Vec<Shared>) {
        let (number, first) = (self.regions.len(), self.states.len());
        states.iter_mut().for_each(|state| state.region = number);
        any.iter_mut().for_each(|shared| shared.region = number);
        let shared = any.iter_mut().flat_map(|shared| shared.answers.on.values_mut());
        for reaction in states.iter_mut().flat_map(State::rules_mut).chain(shared).flatten() {
            reaction.to = reaction.to.map(|to| to + first);
        }
        let own = states.iter().map(|state| &state.own);
        let answers = own.chain(any.iter().map(|shared| &shared.answers));
        region.alphabet = answers.flat_map(|answers| answers.types()).cloned().collect();
        region.initial += first;
        region.states = first..first + states.len();
        self.states.extend(states);
        self.any.extend(any);
        self.regions.push(region);
    }
}

/// A region of which only the head is known.
pub(super) fn region(name: &str, initial: StateId, unexpected: Unexpected, span: Span) -> Region {
    Region {
        name: Name::from(name),
        initial,
        states: 0..0,
        unexpected,
        alphabet: Default::default(),
        alarms: Default::default(),
        part: None,
        span,
    }
}

impl Reader<'_> {
    /// What stands under `regions`; and what its parts remember is added to the data.
    pub(super) fn regions(
        &mut self,
        node: &Node,
        used: &Used,
        unexpected: Unexpected,
        data: &mut Data,
    ) -> Machines {
        let mut machines = Machines::default();
        let hint = "as in `regions: {payment: {initial: due, states: {…}}, kitchen: {use: kitchen-part@1}}`";
        let Some(members) = node.map().filter(|members| !members.is_empty()) else {
            self.expected(node, "`regions` is a mapping from names to regions", hint);
            return machines;
        };
        for member in members {
            self.place_name("region", &member.key, member.key_span);
            if let Some(part) = self.region(member, used, unexpected, &mut machines) {
                self.data_of_part(part, member.key_span, data);
            }
        }
        self.known.outside_of();
        machines
    }

    /// One region; answers the part that it is.
    fn region<'u>(
        &mut self,
        member: &Member,
        used: &'u Used,
        unexpected: Unexpected,
        machines: &mut Machines,
    ) -> Option<&'u Definition> {
        let hint = "as in `{initial: due, states: {…}}`, or `{use: kitchen-part@1}`";
        let members = self.members(&member.value, Place::Region, "a region is a mapping", hint)?;
        let find = |key: &str| members.iter().find(|member| member.key == key).copied();
        if let Some(taken) = find("use") {
            if let Some(other) = members.iter().find(|member| member.key != "use") {
                let what = format!("a region has `use` or `{}`, not both", other.key);
                let hint = "what a part does stands in its own file";
                self.complain(other.key_span, what, "", hint).is(Mistake::NotBoth);
            }
            self.word(&taken.value, "`use` wants a part", "as in `use: kitchen-part@1`")?;
            let part = used.parts.get(&member.key)?;
            let mut region = region(&member.key, part.regions[0].initial, part.unexpected, member.key_span);
            region.part = Some(Part { full_name: part.full_name(), source: part.source.clone() });
            self.mentions.of_part(part);
            machines.add(region, part.states.clone(), part.any.clone());
            return Some(part);
        }
        self.known.inside_of(&member.value);
        for (key, what) in [("states", "its states"), ("initial", "the state in which it begins")] {
            if find(key).is_none() {
                let message = format!("the region `{}` has no `{key}`", member.key);
                let hint = format!("name {what}, or take a part: `{{use: kitchen-part@1}}`");
                self.complain(member.key_span, message, "", &hint).is(Mistake::MissingKey);
            }
        }
        let initial = find("initial").and_then(|member| self.state(&member.value));
        let states = find("states").map(|member| self.states(&member.value)).unwrap_or_default();
        let any = find("any").map(|member| self.any(&member.value, &states)).unwrap_or_default();
        let own = find("unexpected").and_then(|one| self.choice(Place::Region, "unexpected", &one.value));
        let unexpected = own.map_or(unexpected, super::file::unexpected_of);
        let initial = initial.filter(|initial| *initial < states.len())?;
        machines.add(region(&member.key, initial, unexpected, member.key_span), states, any);
        None
    }

    /// Members of both are the same, or somebody would be surprised.
    fn data_of_part(&mut self, part: &Definition, span: Span, data: &mut Data) {
        for (name, value) in part.data.iter() {
            let same = |known: &Document| known.text() == value.text();
            match data.get(name) {
                Some(known) if !same(known) => {
                    let what = format!("`{name}` is {} in the data of {}", value.text(), part.full_name());
                    let label = format!("and {} here, or in another part", known.text());
                    let hint = "parts share one data: give it another name, or begin with the same value";
                    self.complain(span, what, label, hint).is(Mistake::SaysTwoThings);
                }
                Some(_) => {}
                None => data.set(name.clone(), value.clone()),
            }
        }
    }

    /// A join, or a list of them.
    pub(super) fn joins(&mut self, node: &Node) -> Vec<Join> {
        let mut joins: Vec<Join> = Vec::new();
        for one in node.one_or_more() {
            joins.extend(self.join(one));
        }
        let mut ends: BTreeMap<Name, (End, Span)> = BTreeMap::new();
        for join in &joins {
            let Some((end, name)) = &join.end else { continue };
            let (known, first) = *ends.entry(name.clone()).or_insert((*end, join.span));
            if known != *end {
                let what = format!("`{name}` is a {} here", end.name());
                let label = format!("and a {} on line {}", known.name(), self.line(first));
                let hint = "call one of the ends otherwise, with `as`";
                self.complain(join.span, what, label, hint).is(Mistake::SaysTwoThings);
            }
        }
        joins
    }

    fn join(&mut self, node: &Node) -> Option<Join> {
        let hint = "as in `{when: state.payment == 'paid' && state.kitchen == 'cooked', end: success}`";
        let members = self.members(node, Place::Join, "a join is a mapping, or a list of them", hint)?;
        let span = members.first().map_or(node.span, |member| member.key_span);
        let find = |key: &str| members.iter().find(|member| member.key == key);
        if find("when").is_none() {
            self.complain(span, "a join wants a `when`", "", hint).is(Mistake::MissingKey);
        }
        let reaction = self.reaction_of(node, Place::Join);
        let end = find("end").and_then(|one| self.choice(Place::Join, "end", &one.value));
        let end = end.and_then(|chosen| End::ALL.into_iter().find(|end| end.name() == chosen));
        let named = find("as").and_then(|one| {
            let word = self.word(&one.value, "`as` wants the name of an end", "as in `as: served`")?;
            self.place_name("state", &word.text, one.value.span);
            if find("end").is_none() {
                let hint = "say how it ends, as in `end: success`; without an end there is nothing to name";
                self.complain(one.key_span, "`as` names an end, and there is none", "", hint)
                    .is(Mistake::MissingKey);
            }
            Some(Name::from(word.text.as_str()))
        });
        let when = reaction.when.clone()?;
        let sees = [(when.reads().event, "event"), (when.reads().now, "now")];
        if let Some((_, root)) = sees.into_iter().find(|(reads, _)| *reads) {
            let what = format!("a join's guard has no `{root}`");
            let hint = "it looks at where regions are, whatever has led there: it sees `state` and `data`";
            self.complain(when.span(), what, "", hint).is(Mistake::NotInJoin);
        }
        let end = end.map(|end| (end, named.unwrap_or_else(|| Name::from(end.name()))));
        Some(Join { when, reaction: Reaction { when: None, ..reaction }, end, span })
    }
}

/// What each region sets, once all of it is known.
pub(super) fn alarms_of(definition: &mut Definition) {
    for region in 0..definition.regions.len() {
        let set = definition.reactions_of(region).flat_map(|reaction| &reaction.alarms);
        let set = set.map(|alarm| alarm.name.clone()).collect();
        definition.regions[region].alarms = set;
    }
}

/// A `to` outside of all regions.
pub(super) fn leads_nowhere(known: &Known, word: &str) -> Option<String> {
    known.outside.then(|| match nearest(word, known.regions.iter().map(|name| &**name)) {
        Some(_) => "a region is no state: each begins in its own `initial`".to_string(),
        None => "with regions the start leads nowhere: each begins in its own `initial`".to_string(),
    })
}
