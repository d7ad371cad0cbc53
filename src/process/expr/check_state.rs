//! What `state` means in an expression: the name of a state, or of a process with regions a map of them.
//!
//! A state that a comparison names must be one that there is: else the guard would hold, or never hold,
//! without a word. Of a plain process only properties are held to that.

use super::ast::{Kind, Literal, Node, Operator};
use super::check::{Checker, Typed};
use super::check_names::unknown_member;
use super::check_property::{member_of, spelled};
use super::code::Op;
use super::fault::Fault;
use super::types::Types;
use super::{ProcessScope, PropertyScope, RegionScope, StateScope};
use crate::event::Name;
use crate::span::{Mistake, Span, listed, nearest};
use std::collections::BTreeSet;

/// Whose states a comparison names.
type Known<'a> = (&'a Name, &'a BTreeSet<Name>);

impl<'a> Checker<'a> {
    /// The regions of which `state` is a map.
    pub(super) fn regions(&self) -> Option<&'a [RegionScope]> {
        match (&self.scope.property, &self.scope.state) {
            (Some(property), _) => property.only().map(|only| &*only.regions).filter(|all| !all.is_empty()),
            (None, StateScope::Regions(regions)) => Some(regions),
            (None, StateScope::Plain | StateScope::Own(_)) => None,
        }
    }

    /// The bare word.
    pub(super) fn state(&mut self) -> Typed {
        self.reads.state = true;
        if let Some(regions) = self.regions() {
            let names: Vec<Name> = regions.iter().map(|region| region.name.clone()).collect();
            self.reads.regions.extend(names.iter().cloned());
            return (Op::StateMap(names), Types::MAP);
        }
        match &self.scope.state {
            StateScope::Own(region) => {
                self.reads.regions.insert(region.clone());
                (Op::StateIn(region.clone()), Types::TEXT)
            }
            _ => (Op::State, Types::TEXT),
        }
    }

    /// `state.payment`.
    pub(super) fn state_in(&mut self, name: &str, at: Span) -> Typed {
        let regions = self.regions().unwrap_or_default();
        match self.region("state", regions, name, at) {
            Ok(region) => {
                self.reads.state = true;
                self.reads.regions.insert(region.clone());
                (Op::StateIn(region), Types::TEXT)
            }
            Err(fault) => self.fault(fault),
        }
    }

    /// `state.order`, of a process with regions.
    pub(super) fn state_map_of(property: &PropertyScope, process: usize) -> Typed {
        let names = property.processes[process].regions.iter().map(|region| region.name.clone()).collect();
        (Op::StateMapOf(Box::new((process, names))), Types::MAP)
    }

    /// `state.order.payment`.
    pub(super) fn state_in_of(
        &mut self,
        property: &PropertyScope,
        process: usize,
        name: &str,
        at: Span,
    ) -> Typed {
        let ProcessScope { name: of, regions, .. } = &property.processes[process];
        match self.region(&spelled("state", of), regions, name, at) {
            Ok(region) => {
                self.reads.state = true;
                (Op::StateInOf(Box::new((process, region))), Types::TEXT)
            }
            Err(fault) => self.fault(fault),
        }
    }

    fn region(&self, of: &str, regions: &[RegionScope], name: &str, at: Span) -> Result<Name, Fault> {
        let found = regions.iter().find(|region| *region.name == *name);
        found.map(|region| region.name.clone()).ok_or_else(|| {
            unknown_member(of, name, at, regions.iter().map(|region| &*region.name), self.place)
        })
    }

    /// The process with regions whose states `node` is, of several processes.
    pub(super) fn regions_of(&self, property: &PropertyScope, node: &Node) -> Option<usize> {
        let (root, process) = member_of(node)?;
        let process = (root == "state" && !self.is_local("state")).then(|| property.position(process))??;
        (!property.processes[process].regions.is_empty()).then_some(process)
    }

    /// `state == 'paid'`, `state.order != 'paid'`, `state in ['paid', 'served']`: such states there are.
    pub(super) fn known_states(&mut self, operator: Operator, left: &Node, right: &Node) {
        let pairs: &[(&Node, &Node)] = match operator {
            Operator::Equal | Operator::NotEqual => &[(left, right), (right, left)],
            Operator::In => &[(left, right)],
            _ => return,
        };
        for (one, other) in pairs {
            if matches!(other.kind, Kind::Literal(Literal::Text(_))) {
                self.map_for_state(one);
            }
            let Some((owner, states)) = self.states_of(one) else { continue };
            let texts = match &other.kind {
                Kind::List(items) if operator == Operator::In => items.as_slice(),
                _ if operator == Operator::In => &[],
                _ => std::slice::from_ref(*other),
            };
            for text in texts {
                let Kind::Literal(Literal::Text(name)) = &text.kind else { continue };
                if name.is_empty() || states.contains(&**name) {
                    continue;
                }
                let known = || states.iter().map(|state| &**state);
                let hint = match (nearest(name, known()), &**name) {
                    (Some(near), _) => format!("did you mean '{near}'?"),
                    (None, "not-started") => "before the start `state` is ''".to_string(),
                    _ => format!("the states are {}", listed(known())),
                };
                let what = format!("{owner} has no state '{name}'");
                self.faults.push(Fault::new(Mistake::UnknownState, text.at.0, what).hint(hint));
            }
        }
    }

    /// A map that is compared with the name of a state.
    fn map_for_state(&mut self, node: &Node) {
        let said = |what: &str, example: String| {
            let fault = Fault::new(Mistake::TypesDoNotFit, node.at.0, what);
            Some(fault.hint(format!("say of which: `{example}`")))
        };
        let first = |root: &str, regions: &[RegionScope]| spelled(root, &regions[0].name);
        let is_state =
            matches!(&node.kind, Kind::Name(name) if &**name == "state" && !self.is_local("state"));
        let fault = match (is_state, self.regions(), self.several()) {
            (true, Some(regions), _) => {
                said("with regions `state` is a map by their names", first("state", regions))
            }
            (true, None, Some(property)) => property.processes.first().and_then(|process| {
                let example = spelled("state", &process.name);
                said("of several processes `state` is a map by their names", example)
            }),
            (false, _, Some(property)) => self.regions_of(property, node).and_then(|process| {
                let ProcessScope { name, regions, .. } = &property.processes[process];
                let example = first(&spelled("state", name), regions);
                said("with regions `state` is a map by their names", example)
            }),
            _ => None,
        };
        self.faults.extend(fault);
    }

    /// The region or the process whose state `node` is, and its states.
    fn states_of(&self, node: &Node) -> Option<Known<'a>> {
        if self.is_local("state") {
            return None;
        }
        let of = |name: &str, regions: &'a [RegionScope]| {
            let found = regions.iter().find(|region| *region.name == *name)?;
            Some((&found.name, &found.states))
        };
        let several = self.several();
        match (&node.kind, self.regions()) {
            (Kind::Name(name), None) if &**name == "state" => {
                let only = self.scope.property.as_ref()?.only()?;
                Some((&only.name, &only.states))
            }
            (_, Some(regions)) => {
                let (root, region) = member_of(node)?;
                if root == "state" { of(region, regions) } else { None }
            }
            (Kind::Member(process, region), None)
                if let Some(property) = several
                    && let Some(process) = self.regions_of(property, process) =>
            {
                of(&region.name, &property.processes[process].regions)
            }
            (_, None) => {
                let (root, process) = member_of(node)?;
                let property = several.filter(|_| root == "state")?;
                let process = &property.processes[property.position(process)?];
                process.regions.is_empty().then_some((&process.name, &process.states))
            }
        }
    }
}
