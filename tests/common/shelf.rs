//! Scenarios from texts: processes by `name@version`, and a report of what they lead to.
#![allow(dead_code)] // each test file uses its part

use anyorder::error::{Error, Result};
use anyorder::event::Name;
use anyorder::explore::{Count, Order, Report, Scenario, explore, read};
use anyorder::process::{self, Definition, Library, Service};
use anyorder::report::diagnostic::render;
use anyorder::span::Source;
use num_bigint::BigUint;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Processes that were read from texts, and services.
pub struct Shelf(BTreeMap<String, Arc<Definition>>, BTreeMap<String, Arc<Service>>);

impl Shelf {
    pub fn new(texts: &[impl AsRef<str>]) -> Shelf {
        let mut shelf = BTreeMap::new();
        for text in texts {
            let definition = definition(text.as_ref());
            shelf.insert(definition.full_name(), Arc::new(definition));
        }
        Shelf(shelf, BTreeMap::new())
    }

    pub fn with_services(processes: &[impl AsRef<str>], services: &[impl AsRef<str>]) -> Shelf {
        let service = |text: &str| {
            let source = Source::new("service.yaml", text);
            process::read_service(&source).unwrap_or_else(|error| panic!("{}\n{text}", render(&error, false)))
        };
        let services = services.iter().map(|text| service(text.as_ref()));
        let services = services.map(|service| (service.name.to_string(), Arc::new(service)));
        Shelf(Shelf::new(processes).0, services.collect())
    }

    /// A text without a name is a scenario all the same.
    pub fn scenario(&self, text: &str) -> Scenario {
        let named = text.lines().any(|line| line.starts_with("scenario:"));
        let text = if named { text.to_string() } else { format!("scenario: a test's\n{text}") };
        let source = Source::new("scenario.yaml", text.as_str());
        read(&source, self).unwrap_or_else(|error| panic!("{}\n{text}", render(&error, false)))
    }
}

pub fn definition(text: &str) -> Definition {
    let source = Source::new("process@1.yaml", text);
    process::read(&source).unwrap_or_else(|error| panic!("{}\n{text}", render(&error, false)))
}

impl Library for Shelf {
    fn process(&self, p: &str) -> Result<Arc<Definition>> {
        self.0.get(p).cloned().ok_or_else(|| Error::input(format!("there is no process {p}")))
    }

    fn service(&self, name: &str) -> Result<Arc<Service>> {
        self.1.get(name).cloned().ok_or_else(|| Error::input(format!("there is no service {name}")))
    }

    fn owner(&self, _: &str) -> Option<Name> {
        None
    }
}

/// The scenario of one process.
pub fn scenario(process: &str, text: &str) -> Scenario {
    let definition = definition(process);
    Shelf::new(&[process]).scenario(&format!("process: {}\n{text}", definition.full_name()))
}

/// What a scenario leads to, in each of its orders.
pub fn reports(scenario: &Scenario) -> Vec<Report> {
    scenario.orders.iter().map(|&order| report(scenario, order)).collect()
}

pub fn report(scenario: &Scenario, order: Order) -> Report {
    explore(scenario, order, &mut |_| true).unwrap_or_else(|error| panic!("{}", render(&error, false)))
}

/// Distinct worlds, told apart or not.
pub fn worlds(report: &Report) -> u64 {
    report.worlds().try_into().expect("few enough")
}

/// `orderings`, worlds, and per outcome its name and count, as they are written.
pub fn counts(report: &Report) -> (String, u64, Vec<String>) {
    let found = report.outcomes.iter();
    let found = found.map(|found| format!("{} {}", found.outcome.rests, found.orderings));
    (report.orderings.to_string(), worlds(report), found.collect())
}

/// The counts of the outcomes, added up.
pub fn sum(report: &Report) -> Count {
    let mut sum = Count::zero();
    report.outcomes.iter().for_each(|found| sum.add(&found.orderings));
    sum
}

pub fn letters(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("M{number}")).collect()
}

pub fn listed(types: &[String]) -> String {
    format!("deliver: [{}]\n", types.join(", "))
}

pub fn of(scenario: &Scenario) -> Report {
    let report = report(scenario, scenario.orders[0]);
    assert_eq!(sum(&report), report.orderings, "{}", report.scenario);
    assert_eq!(report.stopped, None);
    report
}

pub fn factorial(n: usize) -> BigUint {
    (1..=n).map(BigUint::from).product()
}

pub fn binomial(n: usize, k: usize) -> BigUint {
    if k > n { BigUint::ZERO } else { factorial(n) / (factorial(k) * factorial(n - k)) }
}
