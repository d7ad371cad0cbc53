//! What a file names, gathered before it is read: the states that `to` may lead to, and the names
//! that an expression finds in `data`. Complains about nothing; the reading does.

use crate::event::Name;
use crate::process::definition::StateId;
use crate::process::expr::Scope;
use crate::process::tree::{Node, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

#[derive(Debug, Default)]
pub(super) struct Known {
    /// In the order written: the index is the state's id.
    pub states: Vec<Name>,
    pub ids: BTreeMap<Name, StateId>,
    /// `data:` and every `set`; every expression is read with it.
    pub scope: Arc<Scope>,
    pub nothing: Arc<Scope>,
}

impl Known {
    pub fn collect(root: &Node) -> Known {
        let mut known = Known::default();
        let mut data = BTreeSet::new();
        data_names(&mut data, root.get("data"));
        match root.get("starts-on").map(|node| &node.value) {
            Some(Value::List(items)) => items.iter().for_each(|item| rules(&mut data, item)),
            Some(Value::Map(_)) => rules(&mut data, root.get("starts-on").expect("just found")),
            _ => {}
        }
        for member in root.get("states").and_then(Node::map).unwrap_or_default() {
            let name = Name::from(member.key.as_str());
            known.ids.insert(name.clone(), known.states.len());
            known.states.push(name);
            if let Some(on) = member.value.get("on") {
                rules(&mut data, on);
            }
        }
        known.scope = Arc::new(Scope::of(data));
        known
    }
}

/// A mapping from messages to reactions.
fn rules(data: &mut BTreeSet<String>, node: &Node) {
    for member in node.map().unwrap_or_default() {
        match &member.value.value {
            Value::List(alternatives) => alternatives.iter().for_each(|one| data_names(data, one.get("set"))),
            _ => data_names(data, member.value.get("set")),
        }
    }
}

fn data_names(data: &mut BTreeSet<String>, mapping: Option<&Node>) {
    data.extend(mapping.and_then(Node::map).unwrap_or_default().iter().map(|member| member.key.clone()));
}
