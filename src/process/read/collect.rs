//! What a file names, gathered before it is read: the states that `to` may lead to, and the names
//! that an expression finds in `data`. Complains about nothing; the reading does.

use crate::event::Name;
use crate::process::definition::StateId;
use crate::process::expr::{Given, Scope, Type};
use crate::process::page::yes_or_no;
use crate::process::tree::{Meaning, Node, Value};
use std::collections::BTreeMap;
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
        let (mut known, mut given) = (Known::default(), Gathered::default());
        given.data_names(root.get("data"));
        match root.get("starts-on").map(|node| &node.value) {
            Some(Value::List(items)) => items.iter().for_each(|item| given.rules(item)),
            Some(Value::Map(_)) => given.rules(root.get("starts-on").expect("just found")),
            _ => {}
        }
        for member in root.get("states").and_then(Node::map).unwrap_or_default() {
            let name = Name::from(member.key.as_str());
            known.ids.insert(name.clone(), known.states.len());
            known.states.push(name);
            if let Some(on) = member.value.get("on") {
                given.rules(on);
            }
            for rule in ["enter", "whenever"].into_iter().filter_map(|key| member.value.get(key)) {
                given.rule(rule);
            }
        }
        let any = root.get("any").map(|any| any.one_or_more());
        any.unwrap_or_default().iter().filter_map(|block| block.get("on")).for_each(|on| given.rules(on));
        known.scope = given.scope();
        known
    }

    /// What a service's file names.
    pub fn of_service(root: &Node) -> Known {
        let (mut known, mut given) = (Known::default(), Gathered::default());
        // Without an `entity` it has no data, which is said where it gives itself some.
        given.data_names(root.get("data"));
        root.get("on").into_iter().for_each(|on| given.rules(on));
        known.scope = given.scope();
        known
    }
}

/// All that each member of the data is ever given, by `data:` and every `set`.
#[derive(Default)]
struct Gathered(BTreeMap<String, Vec<Given>>);

impl Gathered {
    fn scope(self) -> Arc<Scope> {
        Arc::new(Scope::learned(self.0))
    }

    /// A mapping from messages to reactions.
    fn rules(&mut self, node: &Node) {
        node.map().unwrap_or_default().iter().for_each(|member| self.rule(&member.value));
    }

    /// A reaction, or a list of them.
    fn rule(&mut self, node: &Node) {
        match &node.value {
            Value::List(alternatives) => alternatives.iter().for_each(|one| self.data_names(one.get("set"))),
            _ => self.data_names(node.get("set")),
        }
    }

    fn data_names(&mut self, mapping: Option<&Node>) {
        for member in mapping.and_then(Node::map).unwrap_or_default() {
            self.0.entry(member.key.clone()).or_default().push(given(&member.value));
        }
    }
}

fn given(node: &Node) -> Given {
    match &node.value {
        Value::List(_) => Given::Just(Type::List),
        Value::Map(_) => Given::Just(Type::Map),
        Value::Broken => Given::Anything,
        Value::Scalar(scalar) => match scalar.text.strip_prefix('=') {
            Some(expression) => Given::Expression(expression.to_string()),
            None => match scalar.meaning() {
                Meaning::Null => Given::Just(Type::Null),
                Meaning::Bool(_) => Given::Just(Type::Bool),
                Meaning::Number if scalar.text.parse::<i64>().is_ok() => Given::Just(Type::Int),
                Meaning::Number => Given::Number,
                // Somebody forgot the `=`, perhaps.
                Meaning::Text if yes_or_no(scalar).is_some() => Given::Anything,
                Meaning::Text if scalar.text.contains("data.") => Given::Anything,
                Meaning::Text => Given::Just(Type::Text),
                Meaning::Odd(_) => Given::Anything,
            },
        },
    }
}
