//! The program's answer to a case, from the texts that a user would write. No part of the oracle.

use super::model::Case;
use super::orderings::{Found, Told};
use super::yaml;
use anyorder::error::{Error, Result};
use anyorder::event::Name;
use anyorder::explore::{Report, explore, read};
use anyorder::process::{Definition, Library, read_named};
use anyorder::report::diagnostic::render;
use anyorder::span::Source;
use std::collections::BTreeMap;
use std::sync::Arc;

struct Shelf {
    definitions: BTreeMap<String, Arc<Definition>>,
}

impl Library for Shelf {
    fn process(&self, p: &str) -> Result<Arc<Definition>> {
        self.definitions.get(p).cloned().ok_or_else(|| Error::input(format!("there is no process {p}")))
    }

    fn owner(&self, _: &str) -> Option<Name> {
        None
    }
}

/// What the explorer finds; an error, as a user would read it.
pub fn explored(case: &Case) -> std::result::Result<Report, String> {
    let said = |error: Error| render(&error, false);
    let mut definitions = BTreeMap::new();
    for process in &case.processes {
        let source = Source::new(format!("{}@1.yaml", process.name), yaml::definition(process));
        let definition = read_named(&source, process.name, 1).map_err(said)?;
        definitions.insert(format!("{}@1", process.name), Arc::new(definition));
    }
    let source = Source::new("random.yaml", yaml::scenario(case));
    let scenario = read(&source, &Shelf { definitions }).map_err(said)?;
    explore(&scenario, scenario.orders[0], &mut |_| true).map_err(said)
}

/// The lines on which both must agree: the orderings in all, the verdict, and of every outcome its
/// effects, its count and its nearest ordering.
pub fn lines_of(case: &Case) -> std::result::Result<Vec<String>, String> {
    let report = explored(case)?;
    let mut lines: Vec<String> = report
        .outcomes
        .iter()
        .map(|found| {
            let effects = found.outcome.effects.iter().map(|(type_, count)| (&**type_, *count));
            line(&found.outcome.rests, effects, &found.orderings.to_string(), &found.example)
        })
        .collect();
    lines.sort();
    lines.insert(0, format!("{} orderings, {}", report.orderings, report.verdict));
    Ok(lines)
}

/// The same lines from the oracle.
pub fn lines_told(told: &Told) -> Vec<String> {
    let one = |found: &Found| {
        let effects = found.effects.iter().map(|(type_, count)| (*type_, *count));
        line(&found.outcome, effects, &found.orderings.to_string(), &found.example)
    };
    let mut lines: Vec<String> = told.found.iter().map(one).collect();
    lines.sort();
    lines.insert(0, format!("{} orderings, {}", told.orderings, told.verdict()));
    lines
}

fn line<'a>(
    outcome: &str,
    effects: impl Iterator<Item = (&'a str, u64)>,
    orderings: &str,
    example: &[String],
) -> String {
    let effects: BTreeMap<&str, u64> = effects.filter(|(_, count)| *count > 0).collect();
    format!("{outcome} {effects:?}: {orderings}, e.g. {}", example.join(" "))
}
