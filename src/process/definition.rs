//! What a definition file says, once it is read and checked.
//!
//! Every name in here was resolved by the reader: a state is an index into `states`, an expression
//! is parsed and its names are known, a duration is milliseconds.

use super::expr::Expr;
use super::regions::{Join, Region, RegionId};
use super::{Allow, Data, Watch};
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
    /// The messages that may start an instance, in the order listed. None: this is a part of other
    /// processes, and where it is alone the first message that reaches it starts it.
    pub starts_on: Vec<Starter>,
    pub starts_when: Option<Expr>,
    pub correlate: Correlate,
    /// False: no new instance starts on this version.
    pub accepts_new: bool,
    /// The data an instance is born with.
    pub data: Data,
    /// Small machines side by side, in the order listed. A plain process is one region without a name.
    pub regions: Vec<Region>,
    /// What happens when regions meet, in the order listed.
    pub joins: Vec<Join>,
    /// Those of all regions, region by region.
    pub states: Vec<State>,
    /// What several states of a region share, in the order written: asked after the state's own, never
    /// in an end.
    pub any: Vec<Shared>,
    pub before_start: BeforeStart,
    /// Of a message that no region ever mentions; the regions have their own.
    pub unexpected: Unexpected,
    pub after_end: AfterEnd,
    /// Every name under `alarm`, anywhere in the file.
    pub alarms: BTreeSet<Name>,
    /// The message types that reach this process: those under `starts-on`, `on`, `ignore` and
    /// `defer`, of states and under `any`. Its own alarms reach it always.
    pub subscriptions: BTreeSet<Name>,
    /// What the states were written as, if as steps: for pictures and drafts. Nothing that decides looks here.
    pub steps: Vec<Step>,
    /// What `lint` finds and is meant.
    pub allows: Vec<Allow>,
    /// Notes what is used, where somebody wants to know.
    pub watch: Watch,
    /// The file, for errors that happen while it runs.
    pub source: Arc<Source>,
}

/// A step of an orchestrated saga, and the states that it became.
#[derive(Debug, Clone)]
pub struct Step {
    /// What it asks for, under `do`.
    pub ask: Option<Name>,
    pub done: Option<Name>,
    pub failed: Vec<Name>,
    pub undo: Option<Name>,
    pub undone: Option<Name>,
    pub pivot: bool,
    /// The states in which it is done; none of a step that is only undone.
    pub there: Vec<Name>,
    /// The states in which it is undone.
    pub back: Vec<Name>,
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
    /// Whose state it is. Only there is the name its own.
    pub region: RegionId,
    pub end: Option<End>,
    /// What it says to messages itself, before what it shares with others is asked.
    pub own: Answers,
    /// Taken on entry, in the same decision: the first whose `when` holds. None of them has a `to`.
    pub enter: Rule,
    /// Taken after every reaction here, and on entry: again and again the first whose `when` holds,
    /// each at most once per message.
    pub whenever: Rule,
    /// Where the state's name stands in the file.
    pub span: Span,
}

/// What is said to messages. Asked in this order: `on`, `ignore`, `defer`.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    pub on: BTreeMap<Name, Rule>,
    pub ignore: BTreeSet<Name>,
    pub defer: BTreeSet<Name>,
}

/// What several states share: a block under `any`.
#[derive(Debug, Clone)]
pub struct Shared {
    /// Of which region.
    pub region: RegionId,
    /// The states that share it; none named: all of them. Never an end.
    pub within: Option<BTreeSet<Name>>,
    pub answers: Answers,
}

impl Shared {
    pub fn is_for(&self, state: &State) -> bool {
        let within = self.within.as_ref();
        state.end.is_none()
            && state.region == self.region
            && within.is_none_or(|within| within.contains(&state.name))
    }
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
    pub cancel: Vec<Cancel>,
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
    /// Sent once for each item of a list.
    pub each: Option<Each>,
    pub span: Span,
}

/// `g in data.guests`: a name for each item, known in the message's data.
#[derive(Debug, Clone)]
pub struct Each {
    pub item: Name,
    pub list: Expr,
}

/// An alarm that a reaction sets.
#[derive(Debug, Clone)]
pub struct AlarmSpec {
    pub name: Name,
    /// Tells several alarms of one name apart: only the same name and key is re-armed.
    pub key: Option<AlarmKey>,
    pub when: AlarmTime,
    pub data: Option<Template>,
    pub span: Span,
}

/// A text, or an expression that gives a string or a number.
#[derive(Debug, Clone)]
pub enum AlarmKey {
    Text(Name),
    Expr(Expr),
}

/// An alarm that a reaction calls off: that of the key, or all of the name.
#[derive(Debug, Clone)]
pub struct Cancel {
    pub name: Name,
    pub key: Option<AlarmKey>,
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
        let set = self.reactions().flat_map(|reaction| &reaction.set).map(|(name, _)| name);
        self.data.iter().map(|(name, _)| name).chain(set).map(|name| name.to_string()).collect()
    }

    pub fn state(&self, id: StateId) -> &State {
        &self.states[id]
    }

    /// Of a plain process; with regions a name is not enough.
    pub fn state_named(&self, name: &str) -> Option<&State> {
        self.states.iter().find(|state| *state.name == *name && self.is_plain())
    }

    /// Whether a message of this type may begin a life.
    pub fn starts_with(&self, type_: &str) -> bool {
        self.starts_on.is_empty() || self.starter(type_).is_some()
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
        found.extend(self.joins.iter().map(|join| &join.when));
        self.reactions().for_each(|reaction| reaction.expressions(&mut found));
        found
    }

    /// Every reaction of the file.
    pub fn reactions(&self) -> impl Iterator<Item = &Reaction> {
        let starting = self.starts_on.iter().filter_map(|starter| starter.reaction.as_ref());
        let of_states = self.states.iter().flat_map(State::rules);
        let shared = self.any.iter().flat_map(|shared| shared.answers.on.values());
        let joins = self.joins.iter().map(|join| &join.reaction);
        starting.chain(of_states).chain(shared).flatten().chain(joins)
    }

    /// Every reaction of one region.
    pub fn reactions_of(&self, region: RegionId) -> impl Iterator<Item = &Reaction> {
        let of_states = self.states.iter().filter(move |state| state.region == region).flat_map(State::rules);
        let shared = self.any.iter().filter(move |shared| shared.region == region);
        of_states.chain(shared.flat_map(|shared| shared.answers.on.values())).flatten()
    }

    /// Which of them this is. Two that look alike, in the files of two parts, are two.
    pub fn number_of(&self, reaction: &Reaction) -> usize {
        self.reactions().position(|one| std::ptr::eq(one, reaction)).expect("it is one of this definition")
    }

    /// What is asked in a state about a message, in this order: its own, then what it shares.
    pub fn asked<'a>(&'a self, state: &'a State) -> impl Iterator<Item = &'a Answers> {
        let shared = self.any.iter().filter(|shared| shared.is_for(state));
        std::iter::once(&state.own).chain(shared.map(|shared| &shared.answers))
    }

    /// `name@version`.
    pub fn full_name(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

impl Answers {
    /// Every message type that it mentions.
    pub fn types(&self) -> impl Iterator<Item = &Name> {
        self.on.keys().chain(&self.ignore).chain(&self.defer)
    }
}

impl State {
    fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.own.on.values().chain([&self.enter, &self.whenever])
    }

    pub(super) fn rules_mut(&mut self) -> impl Iterator<Item = &mut Rule> {
        self.own.on.values_mut().chain([&mut self.enter, &mut self.whenever])
    }
}

impl Reaction {
    pub fn expressions<'a>(&'a self, found: &mut Vec<&'a Expr>) {
        found.extend(&self.when);
        self.set.iter().for_each(|(_, template)| template.expressions(found));
        self.sends.iter().for_each(|outgoing| outgoing.expressions(found));
        let keys =
            self.cancel.iter().map(|cancel| &cancel.key).chain(self.alarms.iter().map(|alarm| &alarm.key));
        found.extend(keys.flatten().filter_map(AlarmKey::expression));
        for alarm in &self.alarms {
            match &alarm.when {
                AlarmTime::After(_) => {}
                AlarmTime::AfterExpr(expr) | AlarmTime::At(expr) => found.push(expr),
            }
            alarm.data.iter().for_each(|data| data.expressions(found));
        }
    }
}

impl Outgoing {
    pub(super) fn expressions<'a>(&'a self, found: &mut Vec<&'a Expr>) {
        self.data.iter().for_each(|data| data.expressions(found));
        found.extend(self.each.as_ref().map(|each| &each.list));
    }
}

/// As it is written.
impl std::fmt::Display for Each {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} in {}", self.item, self.list)
    }
}

impl AlarmKey {
    pub fn expression(&self) -> Option<&Expr> {
        match self {
            AlarmKey::Text(_) => None,
            AlarmKey::Expr(expr) => Some(expr),
        }
    }
}

/// As it is written: an expression with its `=`.
impl std::fmt::Display for AlarmKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            AlarmKey::Text(text) => f.write_str(text),
            AlarmKey::Expr(expr) => write!(f, "={expr}"),
        }
    }
}

impl Template {
    pub fn expressions<'a>(&'a self, found: &mut Vec<&'a Expr>) {
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
