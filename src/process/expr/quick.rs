//! What guards mostly do, without values in between: a test gives a truth, and a path into data is
//! followed in the JSON text where it stands.
//!
//! Everything here could be left out, and would then be done by `eval.rs`, in twice the time.

use super::code::{Code, Op};
use super::eval::{Machine, Outcome, fail, typed};
use super::eval_names::{missing, no_member};
use super::names::Attribute;
use super::operate;
use super::value::Value;
use crate::event::json;

impl<'a> Machine<'a> {
    /// What a test says; None of any other code.
    pub fn test(&mut self, code: &'a Code) -> Outcome<Option<bool>> {
        let holds = match &code.op {
            Op::Not(inner) => !self.bool(inner, "`not`")?,
            Op::Both(sides) => self.bool(&sides[0], "`&&`")? && self.bool(&sides[1], "`&&`")?,
            Op::Either(sides) => self.bool(&sides[0], "`||`")? || self.bool(&sides[1], "`||`")?,
            Op::Binary(operator, sides) if operator.is_order() => {
                let (a, b) = (self.typed(&sides[0])?, self.typed(&sides[1])?);
                operate::ordered(*operator, &a, &b, code.at)?
            }
            _ => return Ok(None),
        };
        Ok(Some(holds))
    }

    /// What all of an expression says, which must be a truth.
    pub fn truth(&mut self, code: &'a Code, who: &str) -> Outcome<bool> {
        match self.test(code)? {
            Some(holds) => Ok(holds),
            None => match self.typed(code)? {
                Value::Bool(value) => Ok(value),
                other => fail(code.at, format!("{who} is true or false, this is {}", other.type_().name())),
            },
        }
    }

    /// `who` takes a boolean, and may be told that this is none.
    pub fn bool(&mut self, code: &'a Code, who: &str) -> Outcome<bool> {
        if let Some(holds) = self.test(code)? {
            return Ok(holds);
        }
        match self.typed(code)? {
            Value::Bool(value) => Ok(value),
            other => fail(code.at, format!("{who} takes a boolean, this is {}", other.type_().name())),
        }
    }

    /// As [`Machine::eval`], with JSON text of scalars read.
    pub fn typed(&mut self, code: &'a Code) -> Outcome<Value<'a>> {
        if let Some(text) = self.path(code)? {
            self.reading(text, code)?;
            return match Value::read(text) {
                Some(value) => Ok(value),
                None => typed(Value::raw(text), code.at),
            };
        }
        match self.eval(code)? {
            Value::Raw(text) => {
                self.reading(&text, code)?;
                typed(Value::Raw(text), code.at)
            }
            value => Ok(value),
        }
    }

    /// Lists and maps stay text, and nobody looks at them here.
    fn reading(&mut self, text: &str, code: &'a Code) -> Outcome<()> {
        match text.as_bytes().first() {
            Some(b'[' | b'{') => Ok(()),
            _ => self.spend(text.len() as u64 / 64, code.at),
        }
    }

    /// The value that a path leads to.
    pub(super) fn on_path(&mut self, code: &'a Code) -> Outcome<Value<'a>> {
        Ok(Value::raw(self.path(code)?.expect("it is a path")))
    }

    /// The text that a path into `data` or `event.data` leads to; None of any other code.
    fn path(&mut self, code: &'a Code) -> Outcome<Option<&'a str>> {
        match &code.op {
            Op::DataMember(name) => {
                self.spend(self.env.data.len() as u64 / 64, code.at)?;
                match self.env.data.get(name) {
                    Some(document) => Ok(Some(document.text())),
                    None => no_member(code.at, "data", name),
                }
            }
            Op::Attribute(Attribute::Data) => match &self.env.event.data {
                Some(document) => Ok(Some(document.text())),
                None => no_member(code.at, "event", "data"),
            },
            Op::Member(member) if member.direct => {
                let of = self.path(&member.of)?.expect("a path goes on from a path");
                self.spend(1 + of.len() as u64 / 64, code.at)?;
                match json::member(of, &member.name) {
                    Some(text) => Ok(Some(text)),
                    None => missing(&Value::raw(of), &member.path, &member.name, code.at),
                }
            }
            _ => Ok(None),
        }
    }
}
