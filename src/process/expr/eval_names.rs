//! What an expression reaches by name: attributes of the envelope, members, items.

use super::code::{Code, Index, Member, Op};
use super::eval::{Machine, Outcome, fail};
use super::names::{ATTRIBUTES, Attribute};
use super::types::Type;
use super::value::Value;
use crate::span::Span;

impl<'a> Machine<'a> {
    pub(super) fn attribute(&mut self, attribute: &'a Attribute, at: Span) -> Outcome<Value<'a>> {
        if let Attribute::Extension(_) = attribute {
            self.spend(self.env.event.extras.len() as u64 / 8, at)?;
        }
        match self.attribute_if_present(attribute) {
            Some(value) => Ok(value),
            None => no_member(at, "event", attribute_name(attribute)),
        }
    }

    fn attribute_if_present(&self, attribute: &'a Attribute) -> Option<Value<'a>> {
        let event = self.env.event;
        match attribute {
            Attribute::SpecVersion => Some(Value::text("1.0")),
            Attribute::Id => Some(Value::text(&event.id)),
            Attribute::Source => Some(Value::text(&event.source)),
            Attribute::Type => Some(Value::text(&event.type_)),
            Attribute::Subject => event.subject.as_deref().map(Value::text),
            Attribute::Time => Some(Value::Time(event.time)),
            Attribute::DataContentType => event.datacontenttype.as_deref().map(Value::text),
            Attribute::Sequence => event.position.map(|position| {
                let digits = position.digits();
                Value::Text(std::str::from_utf8(&digits).expect("digits").to_string().into())
            }),
            Attribute::CorrelationId => event.conversation().map(|name| Value::text(name)),
            Attribute::CausationId => event.causation.as_deref().map(Value::text),
            Attribute::Kind => Some(Value::text(event.kind.name())),
            Attribute::Visibility => Some(Value::text(if event.internal { "internal" } else { "public" })),
            Attribute::Due => event.due.map(Value::Time),
            Attribute::ExpiryTime => event.expiry.map(Value::Time),
            Attribute::Remaining => Some(Value::Int(event.remaining.into())),
            Attribute::Data => event.data.as_ref().map(|data| Value::raw(data.text())),
            Attribute::Extension(name) => {
                let extra = event.extras.iter().rfind(|extra| extra.key() == **name)?;
                // CloudEvents reads an attribute that is null as one that is absent.
                Some(Value::raw(&extra.value)).filter(|_| *extra.value != *"null")
            }
        }
    }

    pub(super) fn member(&mut self, member: &'a Member, at: Span) -> Outcome<Value<'a>> {
        let of = self.eval(&member.of)?;
        self.spend(of.weight(), at)?;
        match of.member(&member.name) {
            Some(value) => Ok(value),
            None => missing(&of, &member.path, &member.name, at),
        }
    }

    pub(super) fn index(&mut self, index: &'a Index, at: Span) -> Outcome<Value<'a>> {
        let of = self.eval(&index.of)?;
        let key = self.typed(&index.key)?;
        self.spend(of.weight(), at)?;
        if let Some(value) = item_or_member(&of, &key) {
            return Ok(value);
        }
        let path = &index.path;
        match (&key, of.items()) {
            (Value::Text(name), _) => missing(&of, path, name, at),
            (Value::Int(number), Some(items)) => {
                fail(at, format!("{path} has no item {number}, it has {}", items.len()))
            }
            (_, items) => {
                let wants = if items.is_some() { "an integer" } else { "a string" };
                let (path, of, key) = (path, of.type_().name(), key.type_().name());
                fail(at, format!("{path} is {of}, its index must be {wants} and not {key}"))
            }
        }
    }

    /// The value at a path, or None where anything on the way is missing.
    pub(super) fn probe(&mut self, code: &'a Code) -> Outcome<Option<Value<'a>>> {
        match &code.op {
            Op::Attribute(attribute) => {
                self.spend(self.env.event.extras.len() as u64 / 8, code.at)?;
                Ok(self.attribute_if_present(attribute))
            }
            Op::DataMember(name) => {
                self.spend(self.env.data.len() as u64 / 64, code.at)?;
                Ok(self.env.data.get(name).map(|document| Value::raw(document.text())))
            }
            Op::DataMemberOf(of) => {
                self.spend(self.facts().processes[of.0].data.len() as u64 / 64, code.at)?;
                Ok(self.facts().processes[of.0].data.get(&of.1).map(|document| Value::raw(document.text())))
            }
            Op::Member(member) => {
                let Some(of) = self.probe(&member.of)? else { return Ok(None) };
                self.spend(of.weight(), code.at)?;
                Ok(of.member(&member.name))
            }
            Op::Index(index) => {
                let Some(of) = self.probe(&index.of)? else { return Ok(None) };
                let key = self.typed(&index.key)?;
                self.spend(of.weight(), code.at)?;
                Ok(item_or_member(&of, &key))
            }
            _ => self.eval(code).map(Some),
        }
    }
}

fn item_or_member<'a>(of: &Value<'a>, key: &Value) -> Option<Value<'a>> {
    match key {
        Value::Text(name) => of.member(name),
        Value::Int(number) => of.item(usize::try_from(*number).ok()?),
        _ => None,
    }
}

fn attribute_name(attribute: &Attribute) -> &str {
    match attribute {
        Attribute::Extension(name) => name,
        known => ATTRIBUTES.iter().find(|(_, attribute)| attribute == known).map_or("", |(name, _)| name),
    }
}

pub(super) fn no_member<T>(at: Span, path: &str, name: &str) -> Outcome<T> {
    fail(at, format!("{path} has no member `{name}`"))
}

pub(super) fn missing<T>(of: &Value, path: &str, name: &str, at: Span) -> Outcome<T> {
    match of.type_() {
        Type::Map => no_member(at, path, name),
        other => fail(at, format!("{path} is {}, it has no member `{name}`", other.name())),
    }
}
