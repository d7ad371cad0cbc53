//! What is meant to hold: outcomes, and properties.

use super::super::property::Property;
use super::super::scenario::{Expect, Stimulus};
use super::file::Reader;
use super::stimuli::Whole;
use super::{Cast, outcomes};
use crate::event::Name;
use crate::process::expr::{ProcessScope, PropertyScope, RegionScope, Scope, ServiceScope, parse_guard};
use crate::process::keys::Place;
use crate::process::tree::Node;
use crate::process::{Definition, Participant, sent};
use crate::span::{Mistake, Span};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Reader<'_> {
    /// With nobody in the cast only the form is looked at.
    pub(super) fn expect(&mut self, node: &Node, cast: Cast, whole: &Whole) -> Expect {
        let mut expect = Expect::default();
        let hint = "as in `expect: {outcomes: [served, refunded]}`";
        let Some(members) = self.members(node, Place::Expect, "`expect` is a mapping", hint) else {
            return expect;
        };
        let scope = Scope::of_property(property_scope(cast, whole.first.iter().chain(&whole.deliver)));
        for member in members {
            match member.key.as_str() {
                "outcomes" => expect.outcomes = self.outcomes(&member.value, cast, whole),
                "converge" => expect.converge = self.boolean("converge", &member.value).unwrap_or(false),
                "always" => expect.always = self.properties("always", &member.value, cast, &scope),
                "finally" => expect.finally = self.properties("finally", &member.value, cast, &scope),
                other => unreachable!("`{other}` is in the table of keys"),
            }
        }
        expect
    }

    /// A mapping from names to expressions.
    fn properties(&mut self, key: &str, node: &Node, cast: Cast, scope: &Scope) -> Vec<Property> {
        if node.is_null() {
            return Vec::new();
        }
        let Some(members) = node.map() else {
            let what = format!("`{key}` is a mapping from names to conditions");
            let hint = format!("as in `{key}: {{no-money-kept: \"count('OrderPaid') <= 1\"}}`");
            self.expected(node, &what, &hint);
            return Vec::new();
        };
        let mut properties = Vec::new();
        for member in members.iter().filter(|_| !cast.is_empty()) {
            if let Some(holds) = self.bare(&member.key, &member.value, scope, parse_guard) {
                let text = member.value.scalar().map_or("", |scalar| scalar.text.trim()).to_string();
                let source = self.source.clone();
                properties.push(Property { name: member.key.clone(), text, source, holds });
            }
        }
        properties
    }

    /// A list of outcomes, or one.
    fn outcomes(&mut self, node: &Node, cast: Cast, whole: &Whole) -> Option<Vec<String>> {
        let items = node.one_or_more();
        let known = outcomes::Known::of(cast, whole);
        let mut found: Vec<(String, Span)> = Vec::new();
        for item in items {
            let Some(text) = self.outcome_text(item) else { continue };
            if cast.is_empty() {
                continue;
            }
            match known.read(&text) {
                Ok(outcome) => match found.iter().find(|(other, _)| *other == outcome).map(|(_, span)| *span)
                {
                    Some(first) => self.twice(&outcome, item.span, first),
                    None => found.push((outcome, item.span)),
                },
                Err((what, hint)) => self.complain(item.span, what, "", &hint).is(Mistake::UnknownOutcome),
            }
        }
        Some(found.into_iter().map(|(outcome, _)| outcome).collect())
    }

    /// `served`; `parked: why` and `order: served, shipping: sent`, which YAML may have made a mapping.
    fn outcome_text(&mut self, node: &Node) -> Option<String> {
        let hint = "as in `outcomes: [served, refunded]`; one with a comma or a colon is quoted";
        let Some(members) = node.map() else {
            return self
                .word(node, "`outcomes` wants outcomes", hint)
                .map(|word| word.text.trim().to_string());
        };
        let mut parts = Vec::new();
        for member in members {
            let word = self.word(&member.value, "this says where an instance rests", hint)?;
            parts.push(format!("{}: {}", member.key, word.text.trim()));
        }
        Some(parts.join(", "))
    }
}

fn property_scope<'a>(cast: Cast, stimuli: impl Iterator<Item = &'a Stimulus>) -> PropertyScope {
    let mut types: BTreeSet<Name> = stimuli.map(|stimulus| stimulus.message.type_.clone()).collect();
    let mut alarms: BTreeSet<Name> = BTreeSet::new();
    let processes = cast.processes;
    types.extend(cast.services.iter().flat_map(|service| service.says().chain(service.on.keys()).cloned()));
    for definition in processes {
        types.extend(sent(definition).cloned());
        alarms.extend(definition.alarms.iter().cloned());
    }
    alarms.retain(|alarm| !types.contains(alarm));
    for definition in processes {
        types.extend(definition.subscriptions.iter().filter(|type_| !alarms.contains(*type_)).cloned());
    }
    let of = |definition: &Arc<Definition>| ProcessScope {
        name: definition.name.clone(),
        states: definition.states.iter().map(|state| state.name.clone()).collect(),
        regions: region_scopes(definition),
        data: definition.data_names(),
    };
    let (remembering, forgetful): (Vec<_>, Vec<_>) =
        cast.services.iter().partition(|service| service.remembers());
    let services = remembering.into_iter().map(|service| ServiceScope {
        name: service.name.clone(),
        data: Participant::Service(service.clone()).data_names(),
    });
    PropertyScope {
        processes: processes.iter().map(of).collect(),
        services: services.collect(),
        forgetful: forgetful.into_iter().map(|service| service.name.clone()).collect(),
        types,
        alarms,
    }
}

/// None of a plain process.
fn region_scopes(definition: &Definition) -> Vec<RegionScope> {
    let regions = definition.regions.iter().enumerate().filter(|(_, region)| !region.name.is_empty());
    let states = |region| definition.states_of(region).iter().map(|state| state.name.clone()).collect();
    regions
        .map(|(number, region)| RegionScope { name: region.name.clone(), states: states(number) })
        .collect()
}
