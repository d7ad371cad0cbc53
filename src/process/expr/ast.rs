//! The syntax tree: what was written, before anybody asks what its names mean.
//!
//! Knows the operators, how tightly they bind and how tall a tree may grow. Equality ignores where
//! things stand, so that two layouts of one expression are equal. Must not know values or scopes.

use crate::span::Span;

/// How tight each form binds; a greater number binds tighter.
pub(super) mod binding {
    pub const CHOICE: u8 = 0;
    pub const OR: u8 = 1;
    pub const AND: u8 = 2;
    pub const NOT: u8 = 3;
    pub const RELATION: u8 = 4;
    pub const SUM: u8 = 5;
    pub const PRODUCT: u8 = 6;
    pub const UNARY: u8 = 7;
    pub const POSTFIX: u8 = 8;
}

/// The tallest tree that is accepted. Whoever walks a tree recurses this deep at most, and no value
/// that an expression builds is nested deeper.
pub(super) const MAX_HEIGHT: usize = 200;

/// Bytes of the expression's text. Any two are equal: layout is no part of a tree's meaning.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spot(pub Span);

impl PartialEq for Spot {
    fn eq(&self, _: &Spot) -> bool {
        true
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub kind: Kind,
    pub at: Spot,
    pub height: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Literal(Literal),
    Name(Box<str>),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
    /// `of.name`
    Member(Box<Node>, Key),
    /// `of[key]`
    Index(Box<Node>, Box<Node>),
    /// `name(a, b)`, and `a.name(b)` likewise.
    Call(Key, Vec<Node>),
    Each(Box<Each>),
    Not(Box<Node>),
    Negate(Box<Node>),
    Binary(Operator, Box<Node>, Box<Node>),
    /// `condition ? yes : no`
    Choice(Box<[Node; 3]>),
}

/// A name and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Key {
    pub name: Box<str>,
    pub at: Spot,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    Null,
    Bool(bool),
    Int(i64),
    /// Always finite.
    Float(f64),
    Text(Box<str>),
}

/// `list.form(variable, body)`
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Each {
    pub form: Form,
    pub list: Node,
    pub variable: Key,
    pub body: Node,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    All,
    Exists,
    Map,
    Filter,
}

impl Form {
    pub const ALL: [Form; 4] = [Form::All, Form::Exists, Form::Map, Form::Filter];

    pub fn name(self) -> &'static str {
        match self {
            Form::All => "all",
            Form::Exists => "exists",
            Form::Map => "map",
            Form::Filter => "filter",
        }
    }

    pub fn named(name: &str) -> Option<Form> {
        Form::ALL.into_iter().find(|form| form.name() == name)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Operator {
    pub const ALL: [Operator; 14] = [
        Operator::Or,
        Operator::And,
        Operator::Equal,
        Operator::NotEqual,
        Operator::Less,
        Operator::LessEqual,
        Operator::Greater,
        Operator::GreaterEqual,
        Operator::In,
        Operator::Add,
        Operator::Subtract,
        Operator::Multiply,
        Operator::Divide,
        Operator::Remainder,
    ];

    pub fn text(self) -> &'static str {
        match self {
            Operator::Or => "||",
            Operator::And => "&&",
            Operator::Equal => "==",
            Operator::NotEqual => "!=",
            Operator::Less => "<",
            Operator::LessEqual => "<=",
            Operator::Greater => ">",
            Operator::GreaterEqual => ">=",
            Operator::In => "in",
            Operator::Add => "+",
            Operator::Subtract => "-",
            Operator::Multiply => "*",
            Operator::Divide => "/",
            Operator::Remainder => "%",
        }
    }

    pub fn binding(self) -> u8 {
        match self {
            Operator::Or => binding::OR,
            Operator::And => binding::AND,
            Operator::Add | Operator::Subtract => binding::SUM,
            Operator::Multiply | Operator::Divide | Operator::Remainder => binding::PRODUCT,
            _ => binding::RELATION,
        }
    }

    /// `<` and its kin, which want an order and not only equality.
    pub fn is_order(self) -> bool {
        matches!(self, Operator::Less | Operator::LessEqual | Operator::Greater | Operator::GreaterEqual)
    }
}

impl Node {
    pub fn new(kind: Kind, at: Span) -> Node {
        let height = 1 + kind.height_below();
        Node { kind, at: Spot(at), height }
    }

    /// `-x`; a negative number is one literal, however it was written.
    pub fn negated(node: Node, at: Span) -> Node {
        let folded = match &node.kind {
            Kind::Literal(Literal::Int(number)) => number.checked_neg().map(Literal::Int),
            Kind::Literal(Literal::Float(number)) => Some(Literal::Float(-number)),
            _ => None,
        };
        match folded {
            Some(literal) => Node::new(Kind::Literal(literal), at),
            None => Node::new(Kind::Negate(Box::new(node)), at),
        }
    }
}

impl Kind {
    fn height_below(&self) -> usize {
        let tallest = |nodes: &[Node]| nodes.iter().map(|node| node.height).max().unwrap_or(0);
        match self {
            Kind::Literal(_) | Kind::Name(_) => 0,
            Kind::List(items) | Kind::Call(_, items) => tallest(items),
            Kind::Map(entries) => entries.iter().map(|(_, value)| value.height).max().unwrap_or(0),
            Kind::Member(of, _) | Kind::Not(of) | Kind::Negate(of) => of.height,
            Kind::Index(left, right) | Kind::Binary(_, left, right) => left.height.max(right.height),
            // The sum, since the body can wrap what the list holds: values stay as flat as trees.
            Kind::Each(each) => each.list.height + each.body.height,
            Kind::Choice(parts) => tallest(&parts[..]),
        }
    }
}
