//! Running an expression.
//!
//! Knows how each form computes, what fails, and how much work one run may do. Scalars take no
//! allocation. Must not know syntax, nor who asks.

use super::ast::{Form, Literal, Operator};
use super::code::{Code, Op};
use super::compare::{self, Hurdle};
use super::eval_names::no_member;
use super::names::Attribute;
use super::value::{Entry, MAX_NESTING, Value};
use super::{Env, Facts, Failure, ProcessFacts, functions, operate};
use crate::event::{Name, json};
use crate::process::state_in;
use crate::span::Span;

/// Small steps that one run may take: items visited, 64-byte pieces of text copied or compared. So
/// an expression always ends soon, and never fills the memory.
const MAX_STEPS: u64 = 2_000_000;

/// Boxed, so that the way without failure stays narrow.
pub(super) type Outcome<T> = Result<T, Box<Failure>>;

pub(super) fn fail<T>(at: Span, what: impl Into<String>) -> Outcome<T> {
    Err(Box::new(Failure { what: what.into(), at }))
}

pub(super) struct Machine<'a> {
    pub(super) env: Env<'a>,
    /// The item of an `each` around all of it, then the variables of the macros, the outermost first.
    locals: Vec<Value<'a>>,
    /// Those that are left.
    pub steps: u64,
    /// Of a property; nothing else asks for them.
    facts: Option<&'a Facts>,
}

impl<'a> Machine<'a> {
    pub fn new(env: Env<'a>) -> Machine<'a> {
        let locals = env.item.iter().map(|item| Value::raw(item.text())).collect();
        Machine { env, locals, steps: MAX_STEPS, facts: None }
    }

    pub fn judging(env: Env<'a>, facts: &'a Facts) -> Machine<'a> {
        Machine { facts: Some(facts), ..Machine::new(env) }
    }

    pub fn spend(&mut self, steps: u64, at: Span) -> Outcome<()> {
        match self.steps.checked_sub(steps) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => fail(at, format!("too much work: more than {MAX_STEPS} steps")),
        }
    }

    pub fn eval(&mut self, code: &'a Code) -> Outcome<Value<'a>> {
        match &code.op {
            Op::Literal(literal) => Ok(literal_value(literal)),
            Op::Time(time) => Ok(Value::Time(*time)),
            Op::Duration(millis) => Ok(Value::Duration(*millis)),
            Op::State => Ok(Value::text(self.env.state)),
            Op::StateIn(region) => Ok(Value::text(state_in(self.env.state, region))),
            Op::StateMap(regions) => Ok(state_map(self.env.state, regions)),
            Op::Now => Ok(Value::Time(self.env.now)),
            Op::Event => self.whole(self.env.event.to_json(), code.at),
            Op::Data => self.whole(self.env.data.to_json(), code.at),
            Op::Count(_)
            | Op::States
            | Op::StateOf(_)
            | Op::StateInOf(_)
            | Op::StateMapOf(_)
            | Op::Datas
            | Op::DataOf(_)
            | Op::DataMemberOf(_)
            | Op::Entity(_) => self.fact(code),
            Op::DataMember(_) | Op::Attribute(Attribute::Data) => self.on_path(code),
            Op::Member(member) if member.direct => self.on_path(code),
            Op::Attribute(attribute) => self.attribute(attribute, code.at),
            Op::Member(member) => self.member(member, code.at),
            Op::Index(index) => self.index(index, code.at),
            Op::Local(slot) => {
                let value = &self.locals[*slot];
                let (weight, value) = (text_weight(value), value.clone());
                self.spend(weight, code.at)?;
                Ok(value)
            }
            Op::Has(path) => Ok(Value::Bool(self.probe(path)?.is_some())),
            Op::Not(_) | Op::Both(_) | Op::Either(_) => self.bool(code, "").map(Value::Bool),
            Op::Negate(inner) => operate::negate(self.typed(inner)?, code.at),
            Op::Binary(operator, _) if operator.is_order() => self.bool(code, "").map(Value::Bool),
            Op::Binary(operator, sides) => self.binary(*operator, &sides[0], &sides[1], code.at),
            Op::Choice(parts) => {
                let [condition, yes, no] = &**parts;
                if self.bool(condition, "the condition before `?`")? { self.eval(yes) } else { self.eval(no) }
            }
            Op::List(items) => {
                let items: Outcome<Vec<_>> = items.iter().map(|item| self.eval(item)).collect();
                Ok(Value::list(items?))
            }
            Op::Map(entries) => self.map(entries),
            Op::Call(function, arguments) => functions::call(self, *function, arguments, code.at),
            Op::Matches(text, pattern) => {
                let text = self.text(text, "`matches`")?;
                self.spend(pattern.steps(text.len()), code.at)?;
                Ok(Value::Bool(pattern.is_in(&text)))
            }
            Op::Each(form, parts) => self.each(*form, &parts[0], &parts[1], code.at),
        }
    }

    /// What was put together as JSON text just now.
    fn whole(&mut self, text: String, at: Span) -> Outcome<Value<'a>> {
        self.spend(text.len() as u64 / 64, at)?;
        Ok(Value::Raw(text.into()))
    }

    pub fn text(&mut self, code: &'a Code, who: &str) -> Outcome<std::borrow::Cow<'a, str>> {
        match self.typed(code)? {
            Value::Text(text) => Ok(text),
            other => fail(code.at, format!("{who} takes a string, this is {}", other.type_().name())),
        }
    }

    /// The items of what must be a list.
    pub fn items(&mut self, code: &'a Code, who: &str) -> Outcome<Vec<Value<'a>>> {
        let value = self.eval(code)?;
        self.spend(value.weight(), code.at)?;
        match value.items() {
            Some(items) => Ok(items),
            None => fail(code.at, format!("{who} takes a list, this is {}", value.type_().name())),
        }
    }

    fn map(&mut self, entries: &'a [(Box<str>, Code)]) -> Outcome<Value<'a>> {
        let mut out = Vec::with_capacity(entries.len());
        for (raw_key, code) in entries {
            out.push(Entry { raw_key: (&**raw_key).into(), value: self.eval(code)? });
        }
        Ok(Value::map(out))
    }

    pub(super) fn facts(&self) -> &'a Facts {
        self.facts.expect("only a property asks for facts, and only `judge` runs one")
    }

    /// What only a property sees.
    fn fact(&mut self, code: &'a Code) -> Outcome<Value<'a>> {
        let facts = self.facts();
        let named = |value: fn(&'a ProcessFacts) -> Value<'a>| {
            let entry = |process: &'a ProcessFacts| Entry {
                raw_key: json::quote(&process.name).into(),
                value: value(process),
            };
            Value::map(facts.processes.iter().map(entry).collect())
        };
        match &code.op {
            Op::Count(type_) => {
                let count = facts.counts.get(type_).copied().unwrap_or(0);
                Ok(Value::Int(i64::try_from(count).unwrap_or(i64::MAX)))
            }
            Op::States => Ok(named(|process| Value::text(&process.state))),
            Op::StateOf(index) => Ok(Value::text(&facts.processes[*index].state)),
            Op::StateInOf(of) => Ok(Value::text(state_in(&facts.processes[of.0].state, &of.1))),
            Op::StateMapOf(of) => Ok(state_map(&facts.processes[of.0].state, &of.1)),
            Op::Datas => {
                let all = named(|process| Value::Raw(process.data.to_json().into()));
                self.spend(all.weight(), code.at)?;
                Ok(all)
            }
            Op::DataOf(index) => self.whole(facts.processes[*index].data.to_json(), code.at),
            Op::DataMemberOf(of) => {
                let (process, name) = (&facts.processes[of.0], &of.1);
                self.spend(process.data.len() as u64 / 64, code.at)?;
                match process.data.get(name) {
                    Some(document) => Ok(Value::raw(document.text())),
                    None => no_member(code.at, &format!("data of {}", process.name), name),
                }
            }
            Op::Entity(of) => {
                let (service, key) = (&facts.services[of.0], self.text(&of.1, "`entity`")?);
                let data = service.entities.get(&*key).unwrap_or(&service.initial);
                self.whole(data.to_json(), code.at)
            }
            _ => unreachable!("asked for facts only"),
        }
    }

    fn binary(
        &mut self,
        operator: Operator,
        left: &'a Code,
        right: &'a Code,
        at: Span,
    ) -> Outcome<Value<'a>> {
        if matches!(operator, Operator::Equal | Operator::NotEqual) {
            let (a, b) = (self.eval(left)?, self.eval(right)?);
            let equal = self.equal(&a, &b, at)?;
            return Ok(Value::Bool(equal == (operator == Operator::Equal)));
        }
        if operator == Operator::In {
            let (item, group) = (self.eval(left)?, self.eval(right)?);
            return self.is_in(&item, &group, at).map(Value::Bool);
        }
        let (a, b) = (self.typed(left)?, self.typed(right)?);
        if operator == Operator::Add && matches!(a, Value::Text(_) | Value::List(_) | Value::Raw(_)) {
            return self.join(a, b, at);
        }
        operate::arithmetic(operator, a, b, at)
    }

    /// `+` of strings or lists: what may grow, so it is counted.
    fn join(&mut self, a: Value<'a>, b: Value<'a>, at: Span) -> Outcome<Value<'a>> {
        self.spend(a.weight() + b.weight(), at)?;
        let (Some(mut items), Some(more)) = (a.items(), b.items()) else {
            return operate::arithmetic(Operator::Add, a, b, at);
        };
        self.spend((items.len() + more.len()) as u64, at)?;
        items.extend(more);
        Ok(Value::list(items))
    }

    pub fn equal(&mut self, a: &Value, b: &Value, at: Span) -> Outcome<bool> {
        compare::equal(a, b, &mut self.steps).or_else(|hurdle| match hurdle {
            Hurdle::Depth => fail(at, "these values are nested too deep to compare"),
            Hurdle::Work => fail(at, format!("too much work: more than {MAX_STEPS} steps")),
        })
    }

    fn is_in(&mut self, item: &Value<'a>, group: &Value<'a>, at: Span) -> Outcome<bool> {
        self.spend(group.weight(), at)?;
        if let Some(items) = group.items() {
            for candidate in &items {
                if self.equal(item, candidate, at)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        if let Some(entries) = group.entries() {
            // The key of a map is a string, so nothing else is in it.
            let Value::Text(key) = typed(item.clone(), at)? else { return Ok(false) };
            return Ok(entries.iter().any(|entry| entry.key() == key));
        }
        let hint = if group.type_() == super::Type::Text { "; write `text.contains('a')`" } else { "" };
        fail(at, format!("`in` looks into a list or a map, this is {}{hint}", group.type_().name()))
    }

    fn each(&mut self, form: Form, list: &'a Code, body: &'a Code, at: Span) -> Outcome<Value<'a>> {
        let items = self.items(list, who(form))?;
        let mut out = Vec::new();
        for item in items {
            self.spend(1, at)?;
            self.locals.push(item);
            let found = match form {
                Form::Map => Some(self.eval(body)?),
                _ => None,
            };
            let holds = found.is_some() || self.bool(body, who(form))?;
            let item = self.locals.pop().expect("pushed above");
            match (form, found) {
                (Form::All, _) if !holds => return Ok(Value::Bool(false)),
                (Form::Exists, _) if holds => return Ok(Value::Bool(true)),
                (Form::Map, Some(value)) => out.push(value),
                (Form::Filter, _) if holds => out.push(item),
                _ => {}
            }
        }
        Ok(match form {
            Form::All => Value::Bool(true),
            Form::Exists => Value::Bool(false),
            Form::Map | Form::Filter => Value::list(out),
        })
    }

    /// Appends the value's JSON text.
    pub fn write(&mut self, value: &Value, depth: usize, at: Span, out: &mut String) -> Outcome<()> {
        self.spend(value.weight(), at)?;
        let too_deep = match value {
            Value::Raw(text) => json::too_deep(text, MAX_NESTING - depth).is_some(),
            Value::List(_) | Value::Map(_) => depth >= MAX_NESTING,
            _ => false,
        };
        if too_deep {
            return fail(at, format!("this value is nested deeper than {MAX_NESTING} levels"));
        }
        match value {
            Value::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    self.write(item, depth + 1, at, out)?;
                }
                out.push(']');
            }
            Value::Map(entries) => {
                out.push('{');
                for (index, entry) in entries.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    out.push_str(&entry.raw_key);
                    out.push(':');
                    self.write(&entry.value, depth + 1, at, out)?;
                }
                out.push('}');
            }
            scalar => scalar.write_scalar(out),
        }
        Ok(())
    }
}

/// The value with its JSON text read; a text that has no value here is a failure.
pub(super) fn typed<'a>(value: Value<'a>, at: Span) -> Outcome<Value<'a>> {
    value.typed().or_else(|text| {
        let brief: String = text.chars().take(40).collect();
        fail(
            at,
            match json::shape(&text) {
                json::Shape::Number => format!("number out of range: {brief}"),
                _ => format!("this string has an escape that is no character: {brief}"),
            },
        )
    })
}

/// The states of regions, by their names.
fn state_map<'a>(written: &'a str, regions: &[Name]) -> Value<'a> {
    let entry = |region: &Name| Entry {
        raw_key: json::quote(region).into(),
        value: Value::text(state_in(written, region)),
    };
    Value::map(regions.iter().map(entry).collect())
}

fn who(form: Form) -> &'static str {
    match form {
        Form::All => "`all`",
        Form::Exists => "`exists`",
        Form::Map => "`map`",
        Form::Filter => "`filter`",
    }
}

fn literal_value(literal: &Literal) -> Value<'_> {
    match literal {
        Literal::Null => Value::Null,
        Literal::Bool(value) => Value::Bool(*value),
        Literal::Int(number) => Value::Int(*number),
        Literal::Float(number) => Value::Float(*number),
        Literal::Text(text) => Value::text(text),
    }
}

/// The work of copying the value's own text; parts are shared and cost nothing.
fn text_weight(value: &Value) -> u64 {
    match value {
        Value::Text(text) | Value::Raw(text) => text.len() as u64 / 64,
        _ => 0,
    }
}
