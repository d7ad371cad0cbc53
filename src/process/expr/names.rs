//! The names that exist: the envelope's attributes, the functions.
//!
//! One table each, which the checker reads to resolve, to count arguments and to suggest. Must not
//! know trees or how a function computes.

use super::types::{Type, Types};

/// A member of the envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Attribute {
    SpecVersion,
    Id,
    Source,
    Type,
    Subject,
    Time,
    DataContentType,
    Sequence,
    CorrelationId,
    CausationId,
    Kind,
    Visibility,
    Due,
    ExpiryTime,
    Remaining,
    Data,
    Extension(Box<str>),
}

/// In the envelope's order.
pub(super) const ATTRIBUTES: [(&str, Attribute); 16] = [
    ("specversion", Attribute::SpecVersion),
    ("id", Attribute::Id),
    ("source", Attribute::Source),
    ("type", Attribute::Type),
    ("subject", Attribute::Subject),
    ("time", Attribute::Time),
    ("datacontenttype", Attribute::DataContentType),
    ("sequence", Attribute::Sequence),
    ("correlationid", Attribute::CorrelationId),
    ("causationid", Attribute::CausationId),
    ("kind", Attribute::Kind),
    ("visibility", Attribute::Visibility),
    ("due", Attribute::Due),
    ("expirytime", Attribute::ExpiryTime),
    ("remaining", Attribute::Remaining),
    ("data", Attribute::Data),
];

impl Attribute {
    pub fn named(name: &str) -> Option<Attribute> {
        ATTRIBUTES.iter().find(|(known, _)| *known == name).map(|(_, attribute)| attribute.clone())
    }

    /// What tells one copy of a message from another.
    pub fn is_identity(&self) -> bool {
        matches!(self, Attribute::Id | Attribute::CausationId | Attribute::Sequence | Attribute::Remaining)
    }

    pub fn is_time(&self) -> bool {
        matches!(self, Attribute::Time | Attribute::Due | Attribute::ExpiryTime)
    }

    pub fn types(&self) -> Types {
        match self {
            Attribute::Time | Attribute::Due | Attribute::ExpiryTime => Types::of(Type::Time),
            Attribute::Remaining => Types::of(Type::Int),
            Attribute::Data | Attribute::Extension(_) => Types::JSON,
            _ => Types::TEXT,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Has,
    Min,
    Max,
    Sum,
    Put,
    Without,
    Size,
    StartsWith,
    EndsWith,
    Contains,
    Lower,
    Upper,
    Matches,
    String,
    Int,
    Double,
    Duration,
    Timestamp,
}

/// How a function is called.
pub(super) struct Signature {
    pub name: &'static str,
    pub function: Function,
    pub usage: &'static str,
    pub least: usize,
    pub most: usize,
    /// What each argument may be; the last one holds for all that follow.
    pub takes: &'static [Types],
    pub gives: Types,
}

const ORDERED: Types = Types::NUMBER.or(Types::TEXT).or(TIME).or(DURATION);
const TIME: Types = Types::of(Type::Time);
const DURATION: Types = Types::of(Type::Duration);

const fn signature(
    usage: &'static str,
    name: &'static str,
    function: Function,
    counts: (usize, usize),
    takes: &'static [Types],
    gives: Types,
) -> Signature {
    Signature { name, function, usage, least: counts.0, most: counts.1, takes, gives }
}

pub(super) const FUNCTIONS: [Signature; 18] = [
    signature("has(a.b)", "has", Function::Has, (1, 1), &[Types::ANY], Types::BOOL),
    signature("min(list) or min(a, b)", "min", Function::Min, (1, 32), &[ORDERED.or(Types::LIST)], ORDERED),
    signature("max(list) or max(a, b)", "max", Function::Max, (1, 32), &[ORDERED.or(Types::LIST)], ORDERED),
    signature("sum(list)", "sum", Function::Sum, (1, 1), &[Types::LIST], Types::NUMBER.or(DURATION)),
    signature(
        "put(map, key, value)",
        "put",
        Function::Put,
        (3, 3),
        &[Types::MAP, Types::TEXT, Types::ANY],
        Types::MAP,
    ),
    signature(
        "without(map, key) or without(list, item)",
        "without",
        Function::Without,
        (2, 2),
        &[Types::MAP.or(Types::LIST), Types::ANY],
        Types::MAP.or(Types::LIST),
    ),
    signature(
        "size(x)",
        "size",
        Function::Size,
        (1, 1),
        &[Types::TEXT.or(Types::LIST).or(Types::MAP)],
        Types::of(Type::Int),
    ),
    signature(
        "text.startsWith('a')",
        "startsWith",
        Function::StartsWith,
        (2, 2),
        &[Types::TEXT],
        Types::BOOL,
    ),
    signature("text.endsWith('a')", "endsWith", Function::EndsWith, (2, 2), &[Types::TEXT], Types::BOOL),
    signature("text.contains('a')", "contains", Function::Contains, (2, 2), &[Types::TEXT], Types::BOOL),
    signature("lower(text)", "lower", Function::Lower, (1, 1), &[Types::TEXT], Types::TEXT),
    signature("upper(text)", "upper", Function::Upper, (1, 1), &[Types::TEXT], Types::TEXT),
    signature("text.matches('a+')", "matches", Function::Matches, (2, 2), &[Types::TEXT], Types::BOOL),
    signature("string(x)", "string", Function::String, (1, 1), &[ORDERED.or(Types::BOOL)], Types::TEXT),
    signature("int(x)", "int", Function::Int, (1, 1), &[Types::NUMBER.or(Types::TEXT)], Types::of(Type::Int)),
    signature(
        "double(x)",
        "double",
        Function::Double,
        (1, 1),
        &[Types::NUMBER.or(Types::TEXT)],
        Types::of(Type::Float),
    ),
    signature(
        "duration('15m')",
        "duration",
        Function::Duration,
        (1, 1),
        &[Types::TEXT.or(DURATION)],
        DURATION,
    ),
    signature(
        "timestamp('2026-11-21T09:00:00Z')",
        "timestamp",
        Function::Timestamp,
        (1, 1),
        &[Types::TEXT.or(TIME)],
        TIME,
    ),
];

impl Function {
    pub fn signature(self) -> &'static Signature {
        FUNCTIONS.iter().find(|signature| signature.function == self).expect("every function is listed")
    }
}

/// What other languages call a function that we have under another name.
pub(super) fn other_name(name: &str) -> Option<&'static str> {
    Some(match name {
        "len" | "length" | "count" => "size(x)",
        "any" | "some" => "list.exists(item, …)",
        "every" => "list.all(item, …)",
        "exists" | "all" | "map" | "filter" => "list.exists(item, …)",
        "exists_one" => "size(list.filter(item, …)) == 1",
        "select" | "where" => "list.filter(item, …)",
        "str" | "text" => "string(x)",
        "float" | "number" => "double(x)",
        "integer" => "int(x)",
        "lowercase" | "toLowerCase" | "lowerAscii" => "lower(text)",
        "uppercase" | "toUpperCase" | "upperAscii" => "upper(text)",
        "remove" | "delete" => "without(map, key)",
        "set" | "with" => "put(map, key, value)",
        "includes" => "text.contains('a')",
        "defined" | "exist" => "has(a.b)",
        "time" | "date" | "datetime" => "timestamp('2026-11-21T09:00:00Z')",
        "not" => "not (…)",
        _ => return None,
    })
}
