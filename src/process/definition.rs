//! What a definition file says, once it is read and checked.
//!
//! Every name in here was resolved by the reader: a state is an index into `states`, an expression
//! is parsed and its names are known, a duration is milliseconds.

use super::Data;
use super::expr::Expr;
use crate::event::{Kind, Millis, Name};
use crate::span::{Source, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One version of a process manager.
#[derive(Debug, Clone)]
pub struct Definition {
    pub name: Name,
    pub version: u32,
    pub summary: Option<String>,
    /// SHA-256 of the canonical parsed form, 64 lower-case hex digits: comments and layout do not
    /// count.
    pub hash: Name,
    /// The messages that may start an instance, in the order listed.
    pub starts_on: Vec<Starter>,
    pub starts_when: Option<Expr>,
    pub correlate: Correlate,
    /// False: no new instance starts on this version.
    pub accepts_new: bool,
    /// The data an instance is born with.
    pub data: Data,
    pub initial: StateId,
    pub states: Vec<State>,
    pub before_start: BeforeStart,
    pub unexpected: Unexpected,
    pub after_end: AfterEnd,
    /// Every name under `alarm`, anywhere in the file.
    pub alarms: BTreeSet<Name>,
    /// The message types that reach this process: those under `starts-on`, `on`, `ignore` and
    /// `defer`. Its own alarms reach it always.
    pub subscriptions: BTreeSet<Name>,
    /// The file, for errors that happen while it runs.
    pub source: Arc<Source>,
}

/// An index into [`Definition::states`].
pub type StateId = usize;

/// A message that may start an instance, and the reaction taken once, at birth, if it has one.
#[derive(Debug, Clone)]
pub struct Starter {
    pub type_: Name,
    pub reaction: Option<Rule>,
}

/// How a message finds its instance, where not by its correlation id.
#[derive(Debug, Clone, Default)]
pub enum Correlate {
    #[default]
    ById,
    By(Expr),
    /// Per message type; the types that are not listed go by their correlation id.
    ByType(BTreeMap<Name, Expr>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BeforeStart {
    #[default]
    Defer,
    Park,
    Ignore,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unexpected {
    #[default]
    Park,
    Ignore,
    Defer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AfterEnd {
    #[default]
    Remember,
    Forget,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    Success,
    Failure,
    Manual,
}

impl End {
    pub const ALL: [End; 3] = [End::Success, End::Failure, End::Manual];

    pub fn name(self) -> &'static str {
        match self {
            End::Success => "success",
            End::Failure => "failure",
            End::Manual => "manual",
        }
    }
}

#[derive(Debug, Clone)]
pub struct State {
    pub name: Name,
    pub end: Option<End>,
    /// Asked in this order: `on`, `ignore`, `defer`.
    pub on: BTreeMap<Name, Rule>,
    pub ignore: BTreeSet<Name>,
    pub defer: BTreeSet<Name>,
    /// Where the state's name stands in the file.
    pub span: Span,
}

/// What stands under a message's name: the reactions, of which the first whose `when` holds is
/// taken.
pub type Rule = Vec<Reaction>;

/// A guard; none holds always.
pub type When = Option<Expr>;

#[derive(Debug, Clone, Default)]
pub struct Reaction {
    pub when: When,
    /// In the order written; all of it sees the old data.
    pub set: Vec<(Name, Template)>,
    /// Under `send` (commands), then under `publish` (events), each in the order written.
    pub sends: Vec<Outgoing>,
    /// Names of alarms.
    pub cancel: Vec<Name>,
    pub alarms: Vec<AlarmSpec>,
    pub to: Option<StateId>,
    /// The reaction in the file.
    pub span: Span,
}

/// A message that a reaction sends or publishes.
#[derive(Debug, Clone)]
pub struct Outgoing {
    pub type_: Name,
    pub kind: Kind,
    /// None: the message has no data.
    pub data: Option<Template>,
    pub span: Span,
}

/// An alarm that a reaction sets.
#[derive(Debug, Clone)]
pub struct AlarmSpec {
    pub name: Name,
    pub when: AlarmTime,
    pub data: Option<Template>,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub enum AlarmTime {
    /// So long after now.
    After(Millis),
    /// A duration that is computed.
    AfterExpr(Expr),
    /// At a time that is computed: a timestamp, or a string that reads as one.
    At(Expr),
}

/// A value with holes: JSON, of which some parts are expressions.
#[derive(Debug, Clone)]
pub enum Template {
    /// JSON text as it stands.
    Literal(Box<str>),
    Expr(Expr),
    List(Vec<Template>),
    Map(Vec<Entry>),
}

#[derive(Debug, Clone)]
pub enum Entry {
    /// `...: =expr`: all members of that map; later keys override, at the place where they stood.
    Spread(Expr),
    Member(Name, Template),
}

impl Entry {
    /// Name and value, unless it is a spread.
    pub fn member(&self) -> Option<(&Name, &Template)> {
        match self {
            Entry::Member(name, template) => Some((name, template)),
            Entry::Spread(_) => None,
        }
    }
}

impl Definition {
    /// The names known in `data`: those that it is born with, and those of every `set`.
    pub fn data_names(&self) -> BTreeSet<String> {
        let starts = self.starts_on.iter().filter_map(|starter| starter.reaction.as_ref());
        let rules = starts.chain(self.states.iter().flat_map(|state| state.on.values()));
        let set = rules.flatten().flat_map(|reaction| &reaction.set).map(|(name, _)| name);
        self.data.iter().map(|(name, _)| name).chain(set).map(|name| name.to_string()).collect()
    }

    pub fn state(&self, id: StateId) -> &State {
        &self.states[id]
    }

    pub fn state_named(&self, name: &str) -> Option<&State> {
        self.states.iter().find(|state| *state.name == *name)
    }

    pub fn starter(&self, type_: &str) -> Option<&Starter> {
        self.starts_on.iter().find(|starter| *starter.type_ == *type_)
    }

    /// Every expression of the file.
    pub fn expressions(&self) -> Vec<&Expr> {
        let mut found: Vec<&Expr> = self.starts_when.iter().collect();
        match &self.correlate {
            Correlate::ById => {}
            Correlate::By(expr) => found.push(expr),
            Correlate::ByType(by_type) => found.extend(by_type.values()),
        }
        self.reactions().for_each(|reaction| reaction.expressions(&mut found));
        found
    }

    /// Every reaction of the file.
    pub fn reactions(&self) -> impl Iterator<Item = &Reaction> {
        let starting = self.starts_on.iter().filter_map(|starter| starter.reaction.as_ref());
        starting.chain(self.states.iter().flat_map(|state| state.on.values())).flatten()
    }

    /// `name@version`.
    pub fn full_name(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

impl Reaction {
    fn expressions<'a>(&'a self, found: &mut Vec<&'a Expr>) {
        found.extend(&self.when);
        self.set.iter().for_each(|(_, template)| template.expressions(found));
        self.sends.iter().flat_map(|outgoing| &outgoing.data).for_each(|data| data.expressions(found));
        for alarm in &self.alarms {
            match &alarm.when {
                AlarmTime::After(_) => {}
                AlarmTime::AfterExpr(expr) | AlarmTime::At(expr) => found.push(expr),
            }
            alarm.data.iter().for_each(|data| data.expressions(found));
        }
    }
}

impl Template {
    fn expressions<'a>(&'a self, found: &mut Vec<&'a Expr>) {
        match self {
            Template::Literal(_) => {}
            Template::Expr(expr) => found.push(expr),
            Template::List(items) => items.iter().for_each(|item| item.expressions(found)),
            Template::Map(entries) => {
                for entry in entries {
                    match entry {
                        Entry::Spread(expr) => found.push(expr),
                        Entry::Member(_, template) => template.expressions(found),
                    }
                }
            }
        }
    }
}
