//! What a file names, gathered before it is read: the states that `to` may lead to, and the names
//! that an expression finds in `data`. Complains about nothing; the reading does.

use super::regions::{Used, scope_of};
use super::states::states_of;
use crate::event::Name;
use crate::process::definition::StateId;
use crate::process::expr::{Given, Scope, StateScope, Type};
use crate::process::page::yes_or_no;
use crate::process::tree::{Meaning, Node, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Debug, Default)]
pub(super) struct Known {
    /// In the order written: the index is the state's id.
    pub states: Vec<Name>,
    pub ids: BTreeMap<Name, StateId>,
    /// The regions; and whether what is read stands outside of all of them.
    pub regions: Vec<Name>,
    pub outside: bool,
    /// `data:` and every `set`; every expression is read with it.
    pub scope: Arc<Scope>,
    pub nothing: Arc<Scope>,
}

impl Known {
    pub fn collect(root: &Node, used: &Used, state: StateScope) -> Known {
        let (mut known, mut given) = (Known::default(), Gathered::default());
        given.data_names(root.get("data"));
        match root.get("starts-on").map(|node| &node.value) {
            Some(Value::List(items)) => items.iter().for_each(|item| given.rules(item)),
            Some(Value::Map(_)) => given.rules(root.get("starts-on").expect("just found")),
            _ => {}
        }
        known.inside_of(root);
        given.machine(root);
        for member in root.get("regions").and_then(Node::map).unwrap_or_default() {
            (known.outside, known.regions) =
                (true, [&known.regions[..], &[Name::from(&*member.key)]].concat());
            given.machine(&member.value);
        }
        let joins = root.get("joins").map(|joins| joins.one_or_more());
        joins.unwrap_or_default().iter().for_each(|join| given.rule(join));
        for name in used.parts.values().flat_map(|part| part.data_names()) {
            // What a part sets it to is said in its own file.
            given.0.entry(name).or_default().push(Given::Anything);
        }
        let scope = given.scope();
        known.scope = Arc::new(scope.with_state(scope_of(root, used).unwrap_or(state)));
        known
    }

    /// From now on `to` leads to the states that stand there.
    pub fn inside_of(&mut self, node: &Node) {
        self.outside = false;
        self.states = states_of(node).map(|member| Name::from(member.key.as_str())).collect();
        self.ids = self.states.iter().cloned().zip(0..).collect();
    }

    /// From now on it leads nowhere.
    pub fn outside_of(&mut self) {
        self.outside = true;
        self.states.clear();
        self.ids.clear();
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
    /// States, and what they share.
    fn machine(&mut self, node: &Node) {
        for member in states_of(node) {
            if let Some(on) = member.value.get("on") {
                self.rules(on);
            }
            for rule in ["enter", "whenever"].into_iter().filter_map(|key| member.value.get(key)) {
                self.rule(rule);
            }
        }
        let any = node.get("any").map(|any| any.one_or_more());
        any.unwrap_or_default().iter().filter_map(|block| block.get("on")).for_each(|on| self.rules(on));
    }

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
