//! The regions of a process, each alone: what it costs to check them so, beside what the whole costs.
//!
//! A region alone is a process like any other, with the messages of its alphabet, so it is explored as
//! one. What is expected of the whole is not expected of it.

use super::conclude::conclude;
use super::count::Count;
use super::graph::Progress;
use super::listed::closure;
use super::scenario::{Expect, Order, Scenario, Stimulus};
use crate::error::{Error, Result};
use crate::process::{Definition, RegionId, Service};
use crate::span::{listed, nearest};
use std::sync::Arc;

/// What it costs to check one region alone.
#[derive(Debug, Clone)]
pub struct PartAlone {
    pub name: String,
    /// How many of the scenario's messages it hears.
    pub inputs: usize,
    /// None where a bound was reached.
    pub orderings: Option<Count>,
}

/// The scenario with one region of its process alone.
pub fn of_part(scenario: &Scenario, name: &str) -> Result<Scenario> {
    let process = match &scenario.processes[..] {
        [only] if !only.is_plain() => only,
        _ => {
            let what = format!("{} is not about one process with regions", scenario.name);
            return Err(Error::input(what).hint("--part takes a region of the only process"));
        }
    };
    let Some(region) = process.region_named(name) else {
        let known = || process.regions.iter().map(|region| &*region.name);
        let error = Error::input(format!("{} has no region {name}", process.full_name()));
        return Err(match nearest(name, known()) {
            Some(near) => error.hint(format!("did you mean {near}?")),
            None => error.hint(format!("there are {}", listed(known()))),
        });
    };
    alone(scenario, process, region).ok_or_else(|| {
        let what = format!("{name} looks at the states of other regions, so it is nothing without them");
        Error::input(what)
            .at(process.source.name.clone())
            .hint("check the whole, or let it remember in `data`")
    })
}

/// What each region costs alone; none of a process without regions, and none of a region that looks at
/// others.
pub(super) fn parts(
    scenario: &Scenario,
    order: Order,
    watch: &mut dyn FnMut(Progress) -> bool,
) -> Result<Vec<PartAlone>> {
    let [process] = &scenario.processes[..] else { return Ok(Vec::new()) };
    if process.regions.len() < 2 {
        return Ok(Vec::new());
    }
    let mut parts = Vec::new();
    for (number, region) in process.regions.iter().enumerate() {
        let Some(alone) = alone(scenario, process, number) else { continue };
        let report = conclude(1, &alone, order, watch)?;
        let inputs = alone.first.len() + alone.deliver.len();
        let orderings = report.stopped.is_none().then(|| report.orderings.clone());
        parts.push(PartAlone { name: region.name.to_string(), inputs, orderings });
    }
    Ok(parts)
}

/// None where its expressions look at other regions.
fn alone(scenario: &Scenario, process: &Definition, region: RegionId) -> Option<Scenario> {
    let definition = process.with_only(region);
    let own = &definition.regions[0].name;
    let looks_elsewhere = definition.expressions().iter().any(|e| e.reads().regions.iter().any(|r| r != own));
    if looks_elsewhere {
        return None;
    }
    let answers = |service: &Arc<Service>, type_: &str| service.on.contains_key(type_);
    let heard = |stimulus: &Stimulus| {
        let type_ = &stimulus.message.type_;
        definition.subscriptions.contains(type_)
            || scenario.staff.services.iter().any(|service| answers(service, type_))
    };
    let first = scenario.first.iter().filter(|stimulus| heard(stimulus)).cloned().collect();
    let kept: Vec<usize> =
        (0..scenario.deliver.len()).filter(|index| heard(&scenario.deliver[*index])).collect();
    let causes = closure(scenario);
    let deliver = kept.iter().map(|&index| {
        let mut stimulus = scenario.deliver[index].clone();
        // What came before a cause that is not there came before its effect.
        let causes = causes[index].iter().filter_map(|cause| kept.binary_search(cause).ok());
        stimulus.causes = causes.collect();
        stimulus.causes.sort_unstable();
        stimulus
    });
    Some(Scenario {
        deliver: deliver.collect(),
        first,
        name: format!("{}, {own} alone", scenario.name),
        processes: vec![Arc::new(definition.clone())],
        expect: Expect::default(),
        ..scenario.clone()
    })
}
