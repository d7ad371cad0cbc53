//! What an expression may name, and what of that is known when the file is read.
//!
//! A scope is made by whoever reads a file, from what stands in it. Must not know how a name is resolved.

use super::facts::PropertyScope;
use super::parse;
use super::types::{Type, Types};
use crate::event::Name;
use crate::span::{Source, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What an expression may name, known when the file is read.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// The names known in `data`.
    pub data: BTreeSet<String>,
    /// The variable of an `each` around it: one item of a list.
    pub item: Option<Box<str>>,
    /// What those of them may be that are never anything else; of the others nothing is known.
    pub(super) types: BTreeMap<String, Types>,
    /// Of a property, and then it is all that counts: no `event`, no `now`, and `count` besides.
    pub property: Option<Arc<PropertyScope>>,
    /// What `state` is.
    pub state: StateScope,
}

/// What `state` is in an expression of a definition.
#[derive(Debug, Clone, Default)]
pub enum StateScope {
    /// The name of the state.
    #[default]
    Plain,
    /// The same of a part, which knows of no region but is this one.
    Own(Name),
    /// A map from regions to the names of their states.
    Regions(Arc<[RegionScope]>),
}

/// A region, and the names of its states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionScope {
    pub name: Name,
    pub states: BTreeSet<Name>,
}

impl Scope {
    /// Of a guard, or of a value of a definition.
    pub fn of(data: BTreeSet<String>) -> Scope {
        Scope { data, ..Scope::default() }
    }

    /// The same names, where `state` is something else.
    pub fn with_state(&self, state: StateScope) -> Scope {
        Scope { state, ..self.clone() }
    }

    pub fn of_property(property: PropertyScope) -> Scope {
        let data = property.only().map(|only| only.data.clone()).unwrap_or_default();
        Scope { data, property: Some(Arc::new(property)), ..Scope::default() }
    }

    /// Of data of which it is known all that its members are ever set to.
    pub fn learned(given: BTreeMap<String, Vec<Given>>) -> Scope {
        let mut scope = Scope::of(given.keys().cloned().collect());
        // Of other members nothing is assumed: what they are may follow from this one.
        let untyped = scope.clone();
        for (name, given) in given {
            let types = given.into_iter().fold(Types::NONE, |types, given| types.or(given.types(&untyped)));
            scope.types.insert(name, types.and(Types::JSON));
        }
        scope
    }
}

/// What a member of the data is set to, as far as the file says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    Just(Type),
    /// An integer or a float.
    Number,
    /// The text of an expression.
    Expression(String),
    Anything,
}

impl Given {
    fn types(self, scope: &Scope) -> Types {
        match self {
            Given::Just(type_) => Types::of(type_),
            Given::Number => Types::NUMBER,
            Given::Expression(text) => {
                let parsed = parse(&Source::new("", &*text), Span::new(0, text.len()), &text, scope);
                match parsed.map(|expr| expr.0.types) {
                    // A time that is kept is a text from then on.
                    Ok(types) if types.and(Types::JSON) == types => types,
                    _ => Types::ANY,
                }
            }
            Given::Anything => Types::ANY,
        }
    }
}
