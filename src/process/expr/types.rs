//! Which types a value may have, as far as that is known before it comes.
//!
//! A set of types is a few bits; an operator's table says which pairs it takes. The evaluator obeys
//! the same table (a test holds both to it). Must not know trees or values.

use super::ast::Operator;

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    Null,
    Bool,
    Int,
    Float,
    Text,
    Time,
    Duration,
    List,
    Map,
}

impl Type {
    pub const ALL: [Type; 9] = [
        Type::Null,
        Type::Bool,
        Type::Int,
        Type::Float,
        Type::Text,
        Type::Time,
        Type::Duration,
        Type::List,
        Type::Map,
    ];

    /// With its article, as messages say it.
    pub fn name(self) -> &'static str {
        match self {
            Type::Null => "null",
            Type::Bool => "a boolean",
            Type::Int => "an integer",
            Type::Float => "a float",
            Type::Text => "a string",
            Type::Time => "a timestamp",
            Type::Duration => "a duration",
            Type::List => "a list",
            Type::Map => "a map",
        }
    }
}

/// A set of types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Types(u16);

impl Types {
    pub const NONE: Types = Types(0);
    pub const ANY: Types = Types((1 << Type::ALL.len()) - 1);
    pub const BOOL: Types = Types::of(Type::Bool);
    pub const TEXT: Types = Types::of(Type::Text);
    pub const LIST: Types = Types::of(Type::List);
    pub const MAP: Types = Types::of(Type::Map);
    pub const NUMBER: Types = Types::of(Type::Int).or(Types::of(Type::Float));
    /// Times and durations are strings in JSON, so what comes from there is neither.
    pub const JSON: Types = Types::ANY.but(Types::of(Type::Time)).but(Types::of(Type::Duration));

    pub const fn of(type_: Type) -> Types {
        Types(1 << type_ as u16)
    }

    pub const fn or(self, other: Types) -> Types {
        Types(self.0 | other.0)
    }

    pub const fn and(self, other: Types) -> Types {
        Types(self.0 & other.0)
    }

    pub const fn but(self, other: Types) -> Types {
        Types(self.0 & !other.0)
    }

    pub fn has(self, type_: Type) -> bool {
        self.0 & Types::of(type_).0 != 0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = Type> {
        Type::ALL.into_iter().filter(move |type_| self.has(*type_))
    }

    /// The one type, if it is known.
    pub fn only(self) -> Option<Type> {
        let mut all = self.iter();
        all.next().filter(|_| all.next().is_none())
    }

    /// As messages say it.
    pub fn name(self) -> String {
        match self.only() {
            Some(type_) => type_.name().to_string(),
            None if self == Types::NUMBER => "a number".to_string(),
            None if self == Types::JSON => "a value from JSON".to_string(),
            None => self.iter().map(Type::name).collect::<Vec<_>>().join(" or "),
        }
    }
}

/// What an operator makes of two types; None where it fails.
pub(super) fn result(operator: Operator, left: Type, right: Type) -> Option<Type> {
    use Operator::*;
    use Type::*;
    let numbers = match (left, right) {
        (Int, Int) => Some(Int),
        (Int | Float, Int | Float) => Some(Float),
        _ => None,
    };
    match operator {
        Or | And => (left == Bool && right == Bool).then_some(Bool),
        Equal | NotEqual => Some(Bool),
        In => matches!(right, List | Map).then_some(Bool),
        Less | LessEqual | Greater | GreaterEqual => {
            let alike = left == right && matches!(left, Text | Time | Duration);
            (alike || numbers.is_some()).then_some(Bool)
        }
        Divide | Remainder => numbers,
        Multiply => match (left, right) {
            (Duration, Int) | (Int, Duration) => Some(Duration),
            _ => numbers,
        },
        Subtract => match (left, right) {
            (Time, Time) | (Duration, Duration) => Some(Duration),
            (Time, Duration) => Some(Time),
            _ => numbers,
        },
        Add => match (left, right) {
            (Text, Text) | (List, List) | (Duration, Duration) => Some(left),
            (Time, Duration) | (Duration, Time) => Some(Time),
            _ => numbers,
        },
    }
}

/// What an operator may make of two sets; none where no pair works.
pub(super) fn results(operator: Operator, left: Types, right: Types) -> Types {
    let mut all = Types::NONE;
    for left in left.iter() {
        for right in right.iter() {
            all = result(operator, left, right).map_or(all, |type_| all.or(Types::of(type_)));
        }
    }
    all
}
