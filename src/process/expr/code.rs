//! What is run: a tree whose names are resolved and whose literal arguments are read.
//!
//! Made by the checker, walked by the evaluator. Every node knows its place in the source, since it
//! may fail there. Must not know how it is computed.

use super::ast::{Form, Literal, Operator};
use super::names::{Attribute, Function};
use super::pattern::Pattern;
use crate::event::{Millis, Name, Time};
use crate::span::Span;

#[derive(Debug, Clone)]
pub(super) struct Code {
    pub op: Op,
    pub at: Span,
}

#[derive(Debug, Clone)]
pub(super) enum Op {
    Literal(Literal),
    Time(Time),
    Duration(Millis),
    List(Vec<Code>),
    /// Keys are JSON strings, with their quotes.
    Map(Vec<(Box<str>, Code)>),
    Event,
    Data,
    State,
    /// The state of one region; those of all, by their names.
    StateIn(Name),
    StateMap(Vec<Name>),
    Now,
    Attribute(Attribute),
    DataMember(Name),
    /// Of a property: how many messages of a type there were.
    Count(Name),
    /// Of a property over several processes: the states and the data by their names, and those of one.
    States,
    StateOf(usize),
    StateInOf(Box<(usize, Name)>),
    StateMapOf(Box<(usize, Vec<Name>)>),
    Datas,
    DataOf(usize),
    DataMemberOf(Box<(usize, Name)>),
    /// Of a property: what a service knows under a key.
    Entity(Box<(usize, Code)>),
    /// A variable of a macro, by how many are outside of it.
    Local(usize),
    Member(Box<Member>),
    Index(Box<Index>),
    Has(Box<Code>),
    Not(Box<Code>),
    Negate(Box<Code>),
    /// `&&` stops at false, `||` at true.
    Both(Box<[Code; 2]>),
    Either(Box<[Code; 2]>),
    Binary(Operator, Box<[Code; 2]>),
    Choice(Box<[Code; 3]>),
    Call(Function, Vec<Code>),
    /// With a pattern that was known when the expression was read.
    Matches(Box<Code>, Box<Pattern>),
    Each(Form, Box<[Code; 2]>),
}

#[derive(Debug, Clone)]
pub(super) struct Member {
    pub of: Code,
    pub name: Box<str>,
    /// How `of` is written, for the message when the member is missing.
    pub path: Box<str>,
    /// A path into `data` or `event.data`, by names alone.
    pub direct: bool,
}

impl Code {
    /// Whether a path may go on from here.
    pub fn is_direct(&self) -> bool {
        match &self.op {
            Op::DataMember(_) | Op::Attribute(Attribute::Data) => true,
            Op::Member(member) => member.direct,
            _ => false,
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Index {
    pub of: Code,
    pub key: Code,
    pub path: Box<str>,
}
