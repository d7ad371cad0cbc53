//! The top of a scenario's file.

use super::super::scenario::{Alarms, Bounds, Expect, Faults, Host, Order, Scenario};
use super::stimuli::{self, Whole};
use crate::error::Result;
use crate::process::Library;
use crate::process::keys::Place;
use crate::process::page::{Page, all, speaks_as_page};
use crate::process::tree::{self, Member, Node, Value};
use crate::span::{Mistake, Source};
use std::sync::Arc;

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
        let written = Node { span: root.span, value: self.without_services(root) };
        let members = self.members(&written, Place::Scenario, "a scenario is a mapping", hint)?;
        let complete = "a scenario has `scenario`, `process` and messages under `deliver`";
        self.required(Place::Scenario, root, &members, complete);
        let find = |key: &str| members.iter().find(|member| member.key == key).map(|member| &member.value);
        let name = find("scenario").and_then(|node| self.title("scenario", node));
        let library = self.library;
        let processes = find("process").and_then(|node| self.processes(node, library, "scenario"));
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
        // What follows is about names, and with a process missing every second one would be unknown.
        let Some(processes) = processes else {
            if let Some(expect) = find("expect") {
                self.expect(expect, &[], &Whole::default());
            }
            return None;
        };
        let Whole { first, deliver, mut wrong } = stimuli::whole(first, deliver, &processes, self.library);
        self.diagnostics.append(&mut wrong);
        let whole = Whole { first, deliver, wrong };
        let expect = find("expect").map(|node| self.expect(node, &processes, &whole));
        Some(Scenario {
            name: name?,
            processes,
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
        })
    }

    /// The members of the file but for `services` that say that there are none: those are not built yet.
    fn without_services(&mut self, root: &Node) -> Value {
        let Some(members) = root.map() else { return root.value.clone() };
        let none = |member: &Member| {
            let value = &member.value;
            member.key == "services" && (value.list().is_some_and(<[Node]>::is_empty) || value.is_null())
        };
        Value::Map(members.iter().filter(|member| !none(member)).cloned().collect())
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
