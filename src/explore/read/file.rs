//! The top of a scenario's file.

use super::super::scenario::{Alarms, Bounds, Expect, Faults, Host, Order, Reductions, Scenario};
use super::Cast;
use super::stimuli::{self, Whole};
use crate::error::Result;
use crate::process::keys::{self, Place};
use crate::process::page::{Page, all, speaks_as_page};
use crate::process::tree::{self, Member, Node};
use crate::process::{Definition, Library, Service};
use crate::runtime::Staff;
use crate::span::{Mistake, Source, Span};
use std::sync::Arc;

type Processes = Vec<Arc<Definition>>;
type Services = Vec<Arc<Service>>;

/// Reads a scenario's file. The error holds everything that is wrong with it, and with the definitions
/// that it names.
pub fn read(source: &Arc<Source>, library: &dyn Library) -> Result<Scenario> {
    let parsed = tree::parse(source);
    let Some(root) = &parsed.root else { return Err(all(parsed.troubles)) };
    let mut reader = Reader { page: Page { source, diagnostics: parsed.troubles }, library };
    let scenario = reader.file(root);
    match reader.diagnostics.is_empty() {
        true => Ok(scenario.expect("a scenario, or a diagnostic that says why not")),
        false => Err(all(reader.page.diagnostics)),
    }
}

/// One reading. Its methods answer None (or less than was written) where they said an error.
pub(super) struct Reader<'a> {
    page: Page<'a>,
    library: &'a dyn Library,
}

speaks_as_page!(Reader);

impl Reader<'_> {
    /// None where something is missing, which is said.
    fn file(&mut self, root: &Node) -> Option<Scenario> {
        let hint = "begin with `scenario: <what it is about>`";
        let members = self.members(root, Place::Scenario, "a scenario is a mapping", hint)?;
        let complete = "a scenario has `scenario`, `process` or `services`, and messages under `deliver`";
        self.required(Place::Scenario, root, &members, complete);
        let find = |key: &str| members.iter().find(|member| member.key == key).map(|member| &member.value);
        let name = find("scenario").and_then(|node| self.title("scenario", node));
        let cast = self.cast(root, &members);
        let first = find("first").map(|node| self.stimuli(Place::Stimulus, "first", node));
        let deliver = find("deliver").map(|node| self.stimuli(Place::Stimulus, "deliver", node));
        let orders = self.orders(&members);
        let alarms = find("alarms").and_then(|node| self.choice(Place::Scenario, "alarms", node));
        let alike = find("alike").and_then(|node| self.boolean("alike", node)).unwrap_or(false);
        let faults = find("faults").map(|node| self.faults(node)).unwrap_or_default();
        let host = find("host").and_then(|node| self.choice(Place::Scenario, "host", node));
        let by = find("outcome-by").and_then(|node| self.choice(Place::Scenario, "outcome-by", node));
        let bounds = find("bounds").map(|node| self.bounds(node)).unwrap_or_default();
        let (first, deliver) = (first.unwrap_or_default(), deliver.unwrap_or_default());
        let sound = self.diagnostics.is_empty();
        if sound && first.is_empty() && deliver.is_empty() {
            let hint = "list what comes under `deliver`, as in `deliver: [OrderPaid, OrderCancelled]`";
            self.complain(members.first()?.key_span, "no message comes", "in this scenario", hint)
                .is(Mistake::NothingListed);
        }
        // What follows is about names, and with one of them missing every second one would be unknown.
        let Some((processes, services)) = cast else {
            if let Some(expect) = find("expect") {
                self.expect(expect, Cast::default(), &Whole::default());
            }
            return None;
        };
        let cast = Cast { processes: &processes, services: &services };
        let Whole { first, deliver, mut wrong } = stimuli::whole(first, deliver, cast, self.library);
        self.diagnostics.append(&mut wrong);
        let whole = Whole { first, deliver, wrong };
        let expect = find("expect").map(|node| self.expect(node, cast, &whole));
        let owners = cast.owners(self.library);
        Some(Scenario {
            name: name?,
            processes,
            staff: Staff { services, seed: 0, owners },
            first: whole.first,
            deliver: whole.deliver,
            orders: orders?,
            alarms: alarms.and_then(Alarms::named).unwrap_or_default(),
            alike,
            by_data: by == Some("data"),
            faults,
            host: host.and_then(Host::named).unwrap_or_default(),
            expect: expect.unwrap_or_else(Expect::default),
            bounds,
            reductions: Reductions::ALL,
        })
    }

    /// Who takes part: processes, and services. None where any of them could not be had.
    fn cast(&mut self, root: &Node, members: &[&Member]) -> Option<(Processes, Services)> {
        let library = self.library;
        let find = |key: &str| members.iter().find(|member| member.key == key).map(|member| &member.value);
        let nobody = |node: &&Node| node.is_null() || node.list().is_some_and(<[Node]>::is_empty);
        let (process, services) = (find("process"), find("services").filter(|node| !nobody(node)));
        // A key that is only misspelt is not missing too.
        let meant = |member: &Member| {
            let meant = keys::meant(Place::Scenario, &member.key);
            meant.is_some_and(|meant| matches!(meant.name, "process" | "services"))
        };
        let misspelt = || {
            let unknown = |member: &&Member| !members.iter().any(|known| known.key == member.key);
            root.map().unwrap_or_default().iter().filter(unknown).any(meant)
        };
        if process.is_none() && services.is_none() && !misspelt() {
            let hint =
                "say what is checked, as in `process: order@2`; or who answers, as in `services: [kitchen]`";
            let first = root.map().and_then(|members| members.first());
            let span = first.map_or(Span::new(root.span.start, root.span.start), |member| member.key_span);
            self.complain(span, "`process` is missing", "in this file", hint).is(Mistake::MissingKey);
        }
        let processes = process.map(|node| self.processes(node, library, "scenario"));
        let found = services.map(|node| self.services("services", node, library));
        // Both are read before either is missed.
        let (processes, found) = (processes.unwrap_or(Some(Vec::new()))?, found.unwrap_or(Some(Vec::new()))?);
        let both = found.iter().find(|service| processes.iter().any(|process| process.name == service.name));
        if let (Some(both), Some(node)) = (both, services) {
            let hint = "a process's own log bears its name: give the service another";
            self.complain(node.span, format!("{} is a process and a service", both.name), "", hint)
                .is(Mistake::SaidTwice);
            return None;
        }
        (!processes.is_empty() || !found.is_empty()).then_some((processes, found))
    }

    fn orders(&mut self, members: &[&Member]) -> Option<Vec<Order>> {
        let find = |key: &str| members.iter().find(|member| member.key == key);
        match (find("order"), find("orders")) {
            (None, None) => Some(vec![Order::ANY]),
            (Some(one), None) => self.order("order", &one.value).map(|order| vec![order]),
            (None, Some(several)) => self.several_orders(&several.value),
            (Some(one), Some(several)) => {
                let span = one.key_span.max(several.key_span);
                self.complain(span, "a scenario has `order` or `orders`, not both", "", "keep `orders`")
                    .is(Mistake::NotBoth);
                None
            }
        }
    }

    fn several_orders(&mut self, node: &Node) -> Option<Vec<Order>> {
        let hint = "as in `orders: [any, causal, [causal, fifo]]`";
        let Some(items) = node.list().filter(|items| !items.is_empty()) else {
            self.expected(node, "`orders` is a list of orders", hint);
            return None;
        };
        let mut orders: Vec<Order> = Vec::new();
        for item in items {
            let order = self.order("orders", item)?;
            if let Some(first) = orders.iter().position(|known| *known == order) {
                self.twice(&order.to_string(), item.span, items[first].span);
                return None;
            }
            orders.push(order);
        }
        Some(orders)
    }

    fn faults(&mut self, node: &Node) -> Faults {
        let mut faults = Faults::NONE;
        if node.is_null() {
            return faults;
        }
        let hint = "as in `faults: {duplicates: 1, losses: 0, crashes: 0}`";
        let members = self.members(node, Place::Faults, "`faults` is a mapping", hint);
        for member in members.unwrap_or_default() {
            if let Some(value) = self.count(&member.key, &member.value, Faults::MOST) {
                *faults.named_mut(&member.key).expect("the table of keys has the same") = value;
            }
        }
        faults
    }

    fn bounds(&mut self, node: &Node) -> Bounds {
        let mut bounds = Bounds::default();
        let hint = "as in `bounds: {states: 10000000, depth: 200}`";
        let members = self.members(node, Place::Bounds, "`bounds` is a mapping", hint);
        for member in members.unwrap_or_default() {
            if member.key == "memory" {
                let hint = "as in `memory: 2GiB`, or `512MiB`";
                let what = "`memory` is a size";
                match self.word(&member.value, what, hint).map(|word| Bounds::size(&word.text)) {
                    Some(Some(size)) => bounds.memory = size,
                    Some(None) => self.expected(&member.value, what, hint),
                    None => {}
                }
            } else if let Some(value) = self.whole(&member.key, &member.value) {
                match member.key.as_str() {
                    "states" => bounds.states = value,
                    "depth" => bounds.depth = value,
                    other => unreachable!("`{other}` is in the table of keys"),
                }
            }
        }
        bounds
    }
}
