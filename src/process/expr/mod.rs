//! The expression language: a documented subset of CEL (`docs/expressions.md`).
//!
//! Total and deterministic: no clock, no chance, no order of iteration that is not the text's; every
//! run ends after a bounded amount of work, as a value or as a [`Failure`]. A text goes through
//! `lex` and `parse` to a tree (`ast`), which `check` resolves to what is run (`code`) and `print`
//! spells; `eval` runs it over values (`value`) that stay JSON text as long as they can. Knows
//! nothing of reactions, of states or of who asks. Read `ast.rs` first, then `eval.rs`.

mod ast;
mod check;
mod check_names;
mod check_operators;
mod check_property;
mod check_state;
mod code;
mod compare;
mod eval;
mod eval_names;
mod facts;
mod fault;
mod functions;
mod lex;
mod names;
mod operate;
mod parse;
mod pattern;
mod print;
mod quick;
mod scope;
mod types;
mod value;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_reads;

use super::Data;
use crate::event::{Document, Message, Name, Time, json, parse_duration};
use crate::span::{Diagnostic, Mistake, Source, Span};
use eval::{Machine, Outcome, fail};
pub use facts::{Facts, ProcessFacts, ProcessScope, PropertyScope, ServiceFacts, ServiceScope};
use fault::{Fault, Place};
pub use scope::{Given, RegionScope, Scope, StateScope};
use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};
pub use types::Type;
use types::Types;
use value::Value;

/// The name of every function, those over lists and of properties included.
pub fn functions() -> impl Iterator<Item = &'static str> {
    let called = names::FUNCTIONS.iter().map(|signature| signature.name);
    called.chain(ast::Form::ALL.map(ast::Form::name)).chain(["count", "entity"])
}

/// Whether a text reads like an expression over `event.data` or over what is known in `data`: somebody
/// forgot the `=` before it.
pub fn reads_like_one(text: &str, scope: &Scope) -> bool {
    if !["data.", "data[", "event."].iter().any(|root| text.contains(root)) {
        return false;
    }
    // Without types: the text itself may have made one of them wrong. Only of the names that it holds, since
    // thousands of texts may be read.
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-');
    let named = words.flat_map(|word| [word].into_iter().chain(word.split('-')));
    let scope = Scope::of(named.filter(|word| scope.data.contains(*word)).map(str::to_string).collect());
    let parsed = parse(&Source::new("", text), Span::new(0, text.len()), text, &scope);
    parsed.is_ok_and(|expr| {
        let reads = expr.reads();
        let enveloped = ["event.data", "event.type", "event.subject", "event.source"];
        !reads.data.is_empty()
            || reads.times
            || (reads.event && enveloped.iter().any(|path| text.contains(path)))
    })
}

/// What an expression sees while it runs.
#[derive(Debug, Clone, Copy)]
pub struct Env<'a> {
    /// The whole envelope.
    pub event: &'a Message,
    /// The instance's data.
    pub data: &'a Data,
    /// Where the instance rests: the name of the state, or of each region's; empty before the start.
    pub state: &'a str,
    pub now: Time,
    /// The item of an `each` around it.
    pub item: Option<&'a Document>,
}

/// An expression that failed while running: a missing member, an overflow, values that do not
/// compare. `at` is a span of the source given to [`parse`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub what: String,
    pub at: Span,
}

/// What an expression reads, whichever way it goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads {
    /// Anything of the envelope or its data.
    pub event: bool,
    /// What tells one copy of a message from another: its id, its cause, its place in a log.
    pub ids: bool,
    /// When it was said, or is due, or expires.
    pub times: bool,
    /// Whether it is a command or an event, and whom it is about.
    pub sort: bool,
    /// Which conversation it belongs to.
    pub conversation: bool,
    /// An attribute that no specification names.
    pub extensions: bool,
    /// These members of what a message says.
    pub said: BTreeSet<String>,
    /// What a message says as a whole.
    pub all_said: bool,
    /// These members of the instance's data.
    pub data: BTreeSet<String>,
    /// The instance's data as a whole, as in `data[event.data.key]`.
    pub all_data: bool,
    pub state: bool,
    /// The regions whose states it reads.
    pub regions: BTreeSet<Name>,
    pub now: bool,
    /// The types that a property counts.
    pub counts: BTreeSet<Name>,
}

/// A checked expression. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Expr(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    tree: ast::Node,
    code: code::Code,
    types: Types,
    reads: Reads,
}

/// Parses and checks an expression that stands at `span` of `source` and reads `text` (the same
/// bytes, unless the file's own quoting made it another).
pub fn parse(source: &Arc<Source>, span: Span, text: &str, scope: &Scope) -> Result<Expr, Vec<Diagnostic>> {
    parse_as(source, span, text, scope, Types::ANY)
}

/// As [`parse`], for a guard: an expression that is certainly no boolean is an error too.
pub fn parse_guard(
    source: &Arc<Source>,
    span: Span,
    text: &str,
    scope: &Scope,
) -> Result<Expr, Vec<Diagnostic>> {
    parse_as(source, span, text, scope, Types::BOOL)
}

/// Parses `g in data.guests`: a name for the items, and the list that they are of.
pub fn parse_each(
    source: &Arc<Source>,
    span: Span,
    text: &str,
    scope: &Scope,
) -> Result<(Name, Expr), Vec<Diagnostic>> {
    let place = Place::find(source, span, text);
    let say = |mistake: Mistake, at: Span, what: String, hint: &str| {
        Err(vec![Fault::new(mistake, at, what).hint(hint).diagnostic(source, &place)])
    };
    let head = text.trim_start().split_once(char::is_whitespace);
    let split = head.and_then(|(word, rest)| Some((word, rest.trim_start().strip_prefix("in")?)));
    let Some((word, list)) = split.filter(|(_, list)| list.starts_with([' ', '\t', '\n', '(', '['])) else {
        let what = "`each` wants a name, `in`, and a list".to_string();
        return say(Mistake::WrongKind, Span::new(0, text.len()), what, "as in `each: g in data.guests`");
    };
    let (begin, after) = (text.len() - text.trim_start().len(), text.len() - list.len());
    let at = Span::new(begin, begin + word.len());
    if !lex::is_word(word) {
        let hint = "an item is named with letters, digits and `_`, and does not begin with a digit";
        return say(Mistake::BadName, at, format!("`{word}` is no name for an item"), hint);
    }
    if check::ROOTS.contains(&word) || check::WORDS.contains(&word) {
        return say(
            Mistake::NameTaken,
            at,
            format!("`{word}` means something else here"),
            "choose another name",
        );
    }
    let list = parse(source, place.span(Span::new(after, text.len())), list, scope)?;
    if list.0.types.and(Types::LIST).is_empty() {
        let what = format!("`each` goes over a list, this is {}", list.0.types.name());
        let at = text.len() - text[after..].trim_start().len();
        return say(Mistake::WrongKind, Span::new(at, text.len()), what, "as in `each: g in data.guests`");
    }
    Ok((Name::from(word), list))
}

fn parse_as(
    source: &Arc<Source>,
    span: Span,
    text: &str,
    scope: &Scope,
    wanted: Types,
) -> Result<Expr, Vec<Diagnostic>> {
    let place = Place::find(source, span, text);
    let parsed = parse::parse(text).map_err(|fault| vec![fault]).and_then(|tree| {
        let checked = check::check(&tree, &place, scope)?;
        if checked.types.and(wanted).is_empty() {
            let who = if scope.property.is_some() { "a property" } else { "a guard" };
            let message = format!("{who} is true or false, this is {}", checked.types.name());
            let fault = Fault::new(Mistake::NotBoolean, tree.at.0, message);
            return Err(vec![fault.hint(compare_it(&print::text(&tree), checked.types))]);
        }
        let check::Checked { code, types, reads } = checked;
        Ok(Expr(Arc::new(Inner { tree, code, types, reads })))
    });
    parsed.map_err(|faults| faults.into_iter().map(|fault| fault.diagnostic(source, &place)).collect())
}

impl Expr {
    /// The result as JSON text, appended to `out`. A bare path copies the text as it came.
    pub fn json(&self, env: &Env, out: &mut String) -> Result<(), Failure> {
        let length = out.len();
        let written = self.run(env, |machine, value, at| machine.write(&value, 0, at, out));
        if written.is_err() {
            out.truncate(length);
        }
        written
    }

    /// The result of a guard; anything but a boolean is a failure.
    pub fn test(&self, env: &Env) -> Result<bool, Failure> {
        let code = &self.0.code;
        Machine::new(*env).truth(code, "a guard").map_err(|failure| *failure)
    }

    /// Whether a property holds. Its facts are of the processes that its scope had.
    pub fn judge(&self, facts: &Facts) -> Result<bool, Failure> {
        static NOTHING: LazyLock<(Message, Data)> =
            LazyLock::new(|| (Message::new("", "", "", Time::MIN), Data::default()));
        let (event, data) = &*NOTHING;
        let (data, state) = match &facts.processes[..] {
            [only] => (&only.data, &*only.state),
            _ => (data, ""),
        };
        let mut machine = Machine::judging(Env { event, data, state, now: Time::MIN, item: None }, facts);
        machine.truth(&self.0.code, "a property").map_err(|failure| *failure)
    }

    /// A duration in milliseconds, or a string that reads as one (`15m`).
    pub fn duration(&self, env: &Env) -> Result<i64, Failure> {
        self.run(env, |_, value, at| match eval::typed(value, at)? {
            Value::Duration(millis) => Ok(millis),
            Value::Text(text) if let Some(millis) = parse_duration(&text) => Ok(millis),
            other => fail(at, format!("expected a duration such as '15m', this is {}", described(&other))),
        })
    }

    /// A timestamp, or a string that reads as one.
    pub fn time(&self, env: &Env) -> Result<Time, Failure> {
        self.run(env, |_, value, at| match eval::typed(value, at)? {
            Value::Time(time) => Ok(time),
            Value::Text(text) if let Some(time) = Time::parse(&text) => Ok(time),
            other => fail(at, format!("expected a timestamp, this is {}", described(&other))),
        })
    }

    /// Where the whole of it stands in its source.
    pub fn span(&self) -> Span {
        self.0.code.at
    }

    /// A string, or a number as its text; None for null. What `correlate` wants.
    pub fn name(&self, env: &Env) -> Result<Option<String>, Failure> {
        self.run(env, |_, value, at| {
            if let Value::Raw(text) = &value
                && json::shape(text) == json::Shape::Number
            {
                return Ok(Some(text.to_string()));
            }
            match eval::typed(value, at)? {
                Value::Null => Ok(None),
                Value::Text(text) => Ok(Some(text.into_owned())),
                number @ (Value::Int(_) | Value::Float(_)) => {
                    let mut out = String::new();
                    number.write_scalar(&mut out);
                    Ok(Some(out))
                }
                other => fail(at, format!("expected a string, this is {}", other.type_().name())),
            }
        })
    }

    /// The items of a list, each as its JSON text; anything else is a failure.
    pub fn items(&self, env: &Env) -> Result<Vec<Document>, Failure> {
        let mut text = String::new();
        self.json(env, &mut text)?;
        if json::shape(&text) != json::Shape::Array {
            let what =
                format!("`each` goes over a list, this is {}", value::Value::raw(&text).type_().name());
            return Err(Failure { what, at: self.span() });
        }
        Ok(json::items(&text).map(Document::of_valid).collect())
    }

    /// What it reads, whichever way it goes.
    pub fn reads(&self) -> &Reads {
        &self.0.reads
    }

    /// The member of what a message says that it is, and nothing but that: `event.data.total`.
    pub fn said(&self) -> Option<&str> {
        match &self.0.code.op {
            code::Op::Member(member)
                if matches!(member.of.op, code::Op::Attribute(names::Attribute::Data)) =>
            {
                Some(&member.name)
            }
            _ => None,
        }
    }

    /// The type of its result, where that is known before it runs.
    pub fn type_(&self) -> Option<Type> {
        self.0.types.only()
    }

    /// Evaluates, and hands the value to `then` with the place of the whole expression.
    fn run<'a, T>(
        &'a self,
        env: &Env<'a>,
        then: impl FnOnce(&mut Machine<'a>, Value<'a>, Span) -> Outcome<T>,
    ) -> Result<T, Failure> {
        let code = &self.0.code;
        let mut machine = Machine::new(*env);
        let result = machine.eval(code).and_then(|value| then(&mut machine, value, code.at));
        result.map_err(|failure| *failure)
    }
}

/// What to write where a boolean is wanted.
fn compare_it(written: &str, types: Types) -> String {
    let sized = |type_| types.only() == Some(type_);
    if types.and(Types::NUMBER) == types {
        format!("compare it with something, as in `{written} > 0`")
    } else if sized(Type::List) || sized(Type::Map) {
        format!("compare it with something, as in `size({written}) > 0`")
    } else {
        format!("compare it with something, as in `{written} == …`")
    }
}

/// A string is shown as it is, since that is what is wrong with it.
fn described(value: &Value) -> String {
    match value {
        Value::Text(text) => json::quote(&text.chars().take(40).collect::<String>()),
        other => other.type_().name().to_string(),
    }
}

/// One canonical spelling: what is printed parses to the same expression, whatever the layout.
impl std::fmt::Display for Expr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        print::print(f, &self.0.tree, ast::binding::CHOICE)
    }
}
