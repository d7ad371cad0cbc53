//! What `check` has found, as JSON: one object per scenario, in an array.

use crate::event::Name;
use crate::explore::{self, Count, Faults, Found, Host, Lasso, Order, Report, Stepped};
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Scenario<'a> {
    scenario: &'a str,
    processes: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    services: &'a [String],
    order: String,
    alarms: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    faults: Option<Budget>,
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<&'a str>,
    verdict: &'a str,
    inputs: usize,
    orderings: String,
    states: u64,
    exhausted: bool,
    outcomes: Vec<Outcome<'a>>,
    findings: Vec<Finding<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lasso: Option<LassoSaid<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unreached: Vec<&'a str>,
    /// Stopped before it was known what decides each outcome.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    undecided: bool,
    bounds: Bounds,
    reductions: &'a [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    interchangeable: Option<Interchangeable<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<Part<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    apart: Option<Apart<'a>>,
}

/// A region alone; `orderings` is null where a bound was reached.
#[derive(Serialize)]
struct Part<'a> {
    part: &'a str,
    inputs: usize,
    orderings: Option<String>,
}

#[derive(Serialize)]
struct Budget {
    duplicates: u32,
    losses: u32,
    crashes: u32,
}

fn budget(faults: &Faults) -> Budget {
    let Faults { duplicates, losses, crashes } = *faults;
    Budget { duplicates, losses, crashes }
}

/// The smallest budgets with which something is found, where any fault is needed.
fn needs(needs: &[Faults]) -> Vec<Budget> {
    let needed = |needs: &&[Faults]| !needs.contains(&Faults::NONE);
    Some(needs).filter(needed).into_iter().flatten().map(budget).collect()
}

#[derive(Serialize)]
struct Bounds {
    states: u64,
    depth: u64,
    /// Bytes.
    memory: u64,
}

/// The way to a circle, and once around it.
#[derive(Serialize)]
struct LassoSaid<'a> {
    ordering: &'a [String],
    round: &'a [String],
}

#[derive(Serialize)]
struct Outcome<'a> {
    outcome: &'a str,
    end: Option<&'a str>,
    orderings: String,
    effects: BTreeMap<&'a str, u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<BTreeMap<&'a str, Box<RawValue>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sent: Option<Vec<Sent<'a>>>,
    example: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    needs: Vec<Budget>,
    #[serde(rename = "decided-by")]
    decided_by: &'a [String],
    /// `exactly when`, or `only when`.
    #[serde(skip_serializing_if = "Option::is_none")]
    decides: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    declared: Option<bool>,
}

#[derive(Serialize)]
struct Sent<'a> {
    #[serde(rename = "type")]
    type_: &'a str,
    data: Option<Box<RawValue>>,
    count: u64,
}

/// `states`: how many there would be, were they told apart.
/// Parts that do not touch each other, and how many states they make side by side.
#[derive(Serialize)]
struct Apart<'a> {
    parts: &'a [Vec<String>],
    states: String,
}

#[derive(Serialize)]
struct Interchangeable<'a> {
    groups: &'a [Vec<String>],
    states: String,
}

#[derive(Serialize)]
struct Finding<'a> {
    kind: &'a str,
    message: &'a str,
    ordering: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    needs: Vec<Budget>,
    #[serde(skip_serializing_if = "Option::is_none")]
    orderings: Option<String>,
}

pub fn json(reports: &[Report]) -> String {
    let all: Vec<Scenario> = reports.iter().map(scenario).collect();
    format!("{}\n", serde_json::to_string_pretty(&all).expect("our own types"))
}

fn scenario(report: &Report) -> Scenario<'_> {
    Scenario {
        scenario: &report.scenario,
        processes: &report.processes,
        services: &report.services,
        order: order(report.order),
        alarms: report.alarms.name(),
        faults: Some(&report.faults).filter(|faults| faults.any()).map(budget),
        host: Some(report.host).filter(|host| *host != Host::Anyorder).map(Host::name),
        verdict: report.verdict.name(),
        inputs: report.deliver.len(),
        orderings: report.orderings.to_string(),
        states: report.states,
        exhausted: report.stopped.is_none(),
        outcomes: report.outcomes.iter().map(outcome).collect(),
        findings: report
            .findings
            .iter()
            .map(|finding| Finding {
                kind: finding.kind.name(),
                message: &finding.message,
                ordering: &finding.ordering,
                needs: needs(&finding.needs),
                orderings: finding.orderings.as_ref().map(Count::to_string),
            })
            .collect(),
        lasso: report.lasso.as_ref().map(|Lasso { ordering, round }| LassoSaid { ordering, round }),
        unreached: report.unreached.iter().map(String::as_str).collect(),
        undecided: report.undecided.is_some(),
        bounds: bounds(&report.bounds),
        reductions: &report.reductions,
        interchangeable: report.interchanged.as_ref().map(|interchanged| Interchangeable {
            groups: &interchanged.groups,
            states: interchanged.states.to_string(),
        }),
        parts: report
            .parts
            .iter()
            .map(|part| Part {
                part: &part.name,
                inputs: part.inputs,
                orderings: part.orderings.as_ref().map(Count::to_string),
            })
            .collect(),
        apart: report
            .apart
            .as_ref()
            .map(|apart| Apart { parts: &apart.parts, states: apart.states.to_string() }),
    }
}

fn bounds(&explore::Bounds { states, depth, memory }: &explore::Bounds) -> Bounds {
    Bounds { states, depth, memory }
}

/// As a scenario writes it.
fn order(order: Order) -> String {
    match order {
        Order { causal: true, fifo: true } => "causal,fifo".to_string(),
        other => other.to_string(),
    }
}

fn outcome(found: &Found) -> Outcome<'_> {
    let outcome = &found.outcome;
    let decides = if found.decided.exactly { "exactly when" } else { "only when" };
    let data = outcome.data.as_ref();
    Outcome {
        outcome: &outcome.rests,
        end: outcome.end.map(|end| end.name()),
        orderings: found.orderings.to_string(),
        effects: outcome.effects.iter().map(|(type_, &count)| (&**type_, count)).collect(),
        data: data.map(|data| {
            data.instances.iter().map(|(name, data)| (name.as_str(), raw(&data.to_json()))).collect()
        }),
        sent: data.map(|data| {
            let sent = data.sent.iter().map(|(type_, data, count)| Sent {
                type_,
                data: data.as_ref().map(|data| raw(data.text())),
                count: *count,
            });
            sent.collect()
        }),
        example: &found.example,
        needs: needs(&found.needs),
        decided_by: &found.decided.by,
        decides: (!found.decided.by.is_empty()).then_some(decides),
        declared: found.declared,
    }
}

fn raw(text: &str) -> Box<RawValue> {
    RawValue::from_string(text.to_string()).expect("a document is JSON")
}

#[derive(Serialize)]
struct Ordering<'a> {
    steps: Vec<Step<'a>>,
    outcome: &'a str,
    ends: bool,
    next: &'a [String],
}

#[derive(Serialize)]
struct Step<'a> {
    choice: &'a str,
    met: Vec<(&'a str, &'a str)>,
    sent: Vec<Sent<'a>>,
    instances: Vec<Instance<'a>>,
}

#[derive(Serialize)]
struct Instance<'a> {
    instance: &'a str,
    state: &'a str,
    data: Box<RawValue>,
    alarms: Vec<&'a str>,
    deferred: Vec<&'a str>,
    held: Vec<&'a str>,
}

/// An ordering, step by step; the first step is what was delivered first.
pub fn stepped(stepped: &Stepped) -> String {
    fn names(names: &[Name]) -> Vec<&str> {
        names.iter().map(|name| &**name).collect()
    }
    let steps = stepped.steps.iter().map(|shown| Step {
        choice: &shown.choice,
        met: shown.met.iter().map(|(type_, outcome)| (&**type_, outcome.name())).collect(),
        sent: shown
            .sent
            .iter()
            .map(|(type_, data, count)| Sent {
                type_,
                data: data.as_ref().map(|data| raw(data.text())),
                count: *count,
            })
            .collect(),
        instances: shown
            .instances
            .iter()
            .map(|instance| Instance {
                instance: &instance.name,
                state: &instance.state,
                data: raw(&instance.data.to_json()),
                alarms: instance.alarms.iter().map(|(name, _)| &**name).collect(),
                deferred: names(&instance.deferred),
                held: names(&instance.held),
            })
            .collect(),
    });
    let ordering = Ordering {
        steps: steps.collect(),
        outcome: stepped.steps.last().map_or("", |shown| &shown.rests),
        ends: stepped.ends,
        next: &stepped.next,
    };
    format!("{}\n", serde_json::to_string_pretty(&ordering).expect("our own types"))
}
