//! What a name in an expression means: the roots, members of the data and of the envelope, the variables of
//! macros; and what was probably meant by one that is not known.

use super::ast::{Form, Kind, Node};
use super::check::{Checker, ROOTS, Typed};
use super::code::{Member, Op};
use super::fault::{Fault, Place};
use super::lex::is_word;
use super::names::{ATTRIBUTES, Attribute, FUNCTIONS};
use super::print;
use super::types::{Type, Types};
use crate::event::Name;
use crate::span::{Mistake, Span, listed, nearest};

impl Checker<'_> {
    /// A bare word.
    pub(super) fn name(&mut self, name: &str, at: Span) -> Typed {
        if let Some(slot) = self.locals.iter().rposition(|(local, _)| **local == *name) {
            return (Op::Local(slot), self.locals[slot].1);
        }
        if let Some(property) = &self.scope.property
            && let Some(typed) = self.property_name(property, name, at)
        {
            return typed;
        }
        match name {
            "event" => {
                (self.reads.event, self.reads.ids) = (true, true);
                (self.reads.times, self.reads.sort) = (true, true);
                (self.reads.conversation, self.reads.extensions) = (true, true);
                self.reads.all_said = true;
                (Op::Event, Types::MAP)
            }
            "data" => {
                self.reads.all_data = true;
                (Op::Data, Types::MAP)
            }
            "state" => self.state(),
            "now" => {
                self.reads.now = true;
                (Op::Now, Types::of(Type::Time))
            }
            _ => {
                let fault = self.unknown_word(name, at);
                self.fault(fault)
            }
        }
    }

    fn unknown_word(&self, name: &str, at: Span) -> Fault {
        let fault = Fault::new(Mistake::UnknownName, at, format!("unknown name `{name}`"));
        if self.scope.data.contains(name) {
            return fault.hint(format!("did you mean `data.{name}`?"));
        }
        if ["none", "nil", "undefined"].contains(&name.to_lowercase().as_str()) {
            return fault.hint("nothing is written `null`");
        }
        if let Some(boolean) = match name.to_lowercase().as_str() {
            "yes" | "on" => Some("true"),
            "no" | "off" => Some("false"),
            _ => None,
        } {
            return fault.hint(format!("a boolean is written `true` or `false`: write `{boolean}`"));
        }
        if FUNCTIONS.iter().any(|signature| signature.name == name) {
            return fault.hint(format!("a function wants its arguments: `{name}(…)`"));
        }
        if !self.place.advised {
            return fault;
        }
        let roots = ROOTS.into_iter().chain(["true", "false", "null"]);
        let locals = self.locals.iter().map(|(local, _)| &**local);
        if let Some(near) = nearest(name, roots.chain(locals)) {
            return fault.hint(format!("did you mean `{near}`?"));
        }
        if let Some(near) = nearest(name, self.scope.data.iter().map(String::as_str)) {
            return fault.hint(format!("did you mean `data.{near}`?"));
        }
        if Attribute::named(name).is_some() {
            return fault.hint(format!("did you mean `event.{name}`?"));
        }
        fault.hint(format!(
            "an expression sees `event`, `data`, `state` and `now`; text stands in quotes: '{name}'"
        ))
    }

    /// `of.name` and `of['name']`; the latter also takes names that are no words.
    pub(super) fn member(&mut self, of: &Node, name: &str, at: Span, bracketed: bool) -> Typed {
        if let Kind::Name(root) = &of.kind
            && !self.locals.iter().any(|(local, _)| local == root)
        {
            match (&**root, self.several()) {
                ("data" | "state", Some(property)) => return self.of_process(property, root, name, at),
                // A property has none, and what is said of the word itself is enough.
                ("event", _) if self.scope.property.is_none() => return self.attribute(name, at, bracketed),
                ("data", None) => return self.data_member(name, at),
                ("state", None) if self.regions().is_some() => return self.state_in(name, at),
                _ => {}
            }
        }
        if let Some(property) = self.several()
            && let Some(process) = self.data_of(property, of)
        {
            return self.data_member_of(property, process, name, at);
        }
        if let Some(property) = self.several()
            && let Some(process) = self.regions_of(property, of)
        {
            return self.state_in_of(property, process, name, at);
        }
        let all_said = self.reads.all_said;
        let (code, types) = self.node(of);
        if matches!(code.op, Op::Attribute(Attribute::Data)) {
            // Only this member of it.
            self.reads.all_said = all_said;
            self.reads.said.insert(name.to_string());
        }
        if let (Op::Entity(service), Some(property)) = (&code.op, &self.scope.property)
            && let Some(fault) = self.unknown_of_entity(property, service.0, of, name, at)
        {
            return self.fault(fault);
        }
        let path = print::text(of);
        if types.and(Types::MAP).is_empty() {
            let message = format!("`{}` is {}, it has no members", shortened(&path), types.name());
            return self.fault(Fault::new(Mistake::TypesDoNotFit, at, message));
        }
        let (path, direct) = (shortened(&path).into(), code.is_direct());
        let member = Member { of: code, name: name.into(), path, direct };
        (Op::Member(Box::new(member)), self.inside(of))
    }

    /// What may be inside a value: of what comes from JSON, only what JSON has.
    pub(super) fn inside(&self, of: &Node) -> Types {
        match &of.kind {
            Kind::Name(name) => match self.locals.iter().rfind(|(local, _)| local == name) {
                // A variable over JSON is JSON all the way down.
                Some((_, types)) if types.and(Types::JSON) == *types => Types::JSON,
                Some(_) => Types::ANY,
                None => Types::JSON,
            },
            Kind::Member(of, _) | Kind::Index(of, _) => self.inside(of),
            Kind::Each(each) if each.form == Form::Filter => self.inside(&each.list),
            _ => Types::ANY,
        }
    }

    fn attribute(&mut self, name: &str, at: Span, bracketed: bool) -> Typed {
        self.reads.event = true;
        if let Some(attribute) = Attribute::named(name) {
            self.reads.ids |= attribute.is_identity();
            self.reads.times |= attribute.is_time();
            self.reads.sort |= matches!(attribute, Attribute::Kind | Attribute::Subject);
            self.reads.conversation |= attribute == Attribute::CorrelationId;
            self.reads.all_said |= attribute == Attribute::Data;
            let types = attribute.types();
            return (Op::Attribute(attribute), types);
        }
        let fault = Fault::new(Mistake::UnknownAttribute, at, format!("`event` has no attribute `{name}`"));
        if !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) || name.is_empty() {
            return self.fault(fault.hint(match near_attribute(name) {
                Some(near) => format!("did you mean `event.{near}`?"),
                None if is_word(name) => {
                    format!("what a message says is under `event.data`: write `event.data.{name}`")
                }
                None => "what a message says is under `event.data`".to_string(),
            }));
        }
        match near_attribute(name).filter(|_| !bracketed) {
            Some(near) => {
                // Short words are near each other by chance (`fee`, `due`): most often the message's data is meant.
                let chance = near.len() <= 4 && near != "data";
                let own = if chance { format!(", or `event.data.{name}`") } else { String::new() };
                self.fault(fault.hint(format!(
                    "did you mean `event.{near}`{own}? An extension of that name is read as `event['{name}']`"
                )))
            }
            None => {
                self.reads.extensions = true;
                (Op::Attribute(Attribute::Extension(name.into())), Types::JSON)
            }
        }
    }

    fn data_member(&mut self, name: &str, at: Span) -> Typed {
        if self.scope.data.contains(name) {
            self.reads.data.insert(name.to_string());
            let types = self.scope.types.get(name).copied().unwrap_or(Types::JSON);
            return (Op::DataMember(Name::from(name)), types);
        }
        let known = self.scope.data.iter().map(String::as_str);
        let fault = unknown_member("data", name, at, known, self.place);
        self.fault(fault)
    }

    /// Whether a word is the variable of a macro.
    pub(super) fn is_local(&self, word: &str) -> bool {
        self.locals.iter().any(|(local, _)| **local == *word)
    }
}

fn near_attribute(name: &str) -> Option<&'static str> {
    nearest(name, ATTRIBUTES.iter().map(|(known, _)| *known))
}

/// A path short enough for a message.
pub(super) fn shortened(path: &str) -> &str {
    path.char_indices().nth(60).map_or(path, |(end, _)| &path[..end])
}

/// A member that `of` does not have.
pub(super) fn unknown_member<'a>(
    of: &str,
    name: &str,
    at: Span,
    known: impl Iterator<Item = &'a str> + Clone,
    place: &Place,
) -> Fault {
    let fault = Fault::new(Mistake::UnknownName, at, format!("unknown name `{of}.{name}`"));
    if !place.advised {
        return fault;
    }
    let dashed = known.clone().find(|known| known.starts_with(&format!("{name}-")));
    let hint = match (dashed, nearest(name, known.clone())) {
        (Some(dashed), _) => format!("a name with a dash is read as `{of}['{dashed}']`"),
        (_, Some(near)) if is_word(near) => format!("did you mean `{of}.{near}`?"),
        (_, Some(near)) => format!("did you mean `{of}['{near}']`?"),
        _ if known.clone().next().is_none() => format!("no member of `{of}` is known here"),
        _ => format!("known are {}", listed(known)),
    };
    fault.hint(hint)
}
