//! A message from outside as it is written in a file: `Name`, `{Name: data}`, or long,
//! `{event: Name, data: …, module: …, correlation: …}`.
//!
//! What scenarios and specs share: the forms, ids that a person can read, and what is said of a message
//! that no process mentions. What is made of such a message is the business of whoever reads the file.

use super::keys::{self, Place};
use super::page::{Page, listed, plain_name};
use super::participant::Participant;
use super::tree::{Member, Node, Value};
use crate::event::{Document, Name};
use crate::span::{Diagnostic, Mistake, Source, Span, nearest};
use crate::store::check_name;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The conversation of a message that names none.
pub(crate) const CONVERSATION: &str = "c1";

/// The source of a message of which nobody knows who says it.
pub(crate) const OUTSIDE: &str = "outside";

/// How often one entry of a list may stand for a message.
const MANY: u64 = 10_000;

/// A message as it was listed.
pub(crate) struct Listed {
    pub type_: Name,
    pub source: Arc<Source>,
    /// Where its type stands.
    pub span: Span,
    pub data: Option<Document>,
    pub module: Option<(Name, Span)>,
    pub after: Vec<(Name, Span)>,
    pub correlation: Name,
    /// Its conversation was named.
    pub correlated: bool,
    pub id: Option<(Name, Span)>,
    pub times: u64,
}

impl Listed {
    pub fn new(type_: Name, source: Arc<Source>, span: Span) -> Listed {
        let correlation = Name::from(CONVERSATION);
        Listed {
            type_,
            source,
            span,
            data: None,
            module: None,
            after: Vec::new(),
            correlation,
            correlated: false,
            id: None,
            times: 1,
        }
    }

    pub fn diagnostic(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(&self.source, span, message)
    }

    /// What is wrong with a message that none of them mentions; `file` is what lists it. The names in
    /// `besides` could have been meant, too.
    pub fn unmentioned(
        &self,
        cast: &[Participant],
        file: &str,
        besides: &BTreeSet<Name>,
    ) -> Option<Diagnostic> {
        let type_ = &self.type_;
        if cast.iter().any(|one| one.hears(type_)) {
            return None;
        }
        let heard = || -> BTreeSet<&str> {
            let of_cast = cast.iter().flat_map(Participant::hears_of_others);
            of_cast.chain(besides.iter().map(|name| &**name)).collect()
        };
        let who = match cast {
            [only] => format!("{} does not mention `{type_}`", only.full_name()),
            _ if cast.iter().all(|one| one.process().is_some()) => {
                format!("no process of this {file} mentions `{type_}`")
            }
            _ => format!("no process and no service of this {file} mentions `{type_}`"),
        };
        let hint = self.source.advice(|| match nearest(type_, heard()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("mentioned are {}", listed(heard())),
        });
        Some(self.diagnostic(self.span, who).code(Mistake::UnheardMessage).hint(hint))
    }

    /// What is wrong with a module that is a process, or a service with a journal.
    pub fn in_the_name_of(&self, cast: &[Participant]) -> Option<Diagnostic> {
        let (module, span) = self.module.as_ref()?;
        let one = cast.iter().find(|one| one.name() == module && one.remembers())?;
        let sort = if one.process().is_some() { "process" } else { "service with `entity`" };
        let what = format!("{module} is a {sort}: only {} itself speaks in its name", one.full_name());
        Some(
            self.diagnostic(*span, what)
                .code(Mistake::SpeaksForProcess)
                .hint("name the module that says it outside, or leave it out"),
        )
    }
}

/// Ids that a person can read: `OrderPaid`, `OrderPaid-2`.
#[derive(Default)]
pub(crate) struct Ids(BTreeSet<String>, BTreeMap<Name, u64>);

impl Ids {
    pub fn next(&mut self, type_: &Name) -> Name {
        let count = self.1.entry(type_.clone()).or_insert(0);
        loop {
            *count += 1;
            let id = if *count == 1 { type_.to_string() } else { format!("{type_}-{count}") };
            // A type may itself be called `OrderPaid-2`.
            if self.0.insert(id.clone()) {
                return Name::from(id);
            }
        }
    }

    /// An id that a person gave: no other message gets it by chance.
    pub fn keep(&mut self, id: &str) {
        self.0.insert(id.to_string());
    }
}

impl Place {
    /// The forms of a message, where messages of this place stand.
    fn forms(self) -> &'static str {
        match self {
            Place::Given => {
                "as in `OrderPaid`, `{OrderPaid: {total: 10}}`, `{times: 3, event: OrderPaid}` or `{advance: 15m}`"
            }
            Place::Sent => "as in `CookFood`, `{CookFood: {table: 5}}` or `{times: 3, event: CookFood}`",
            _ => {
                "as in `OrderPaid`, `{OrderPaid: {total: 10}}` or `{event: OrderPaid, after: [OrderPlaced]}`"
            }
        }
    }

    /// The file in which messages of this place stand.
    fn file(self) -> &'static str {
        if self == Place::Stimulus { "scenario" } else { "spec" }
    }
}

impl Page<'_> {
    /// One message, or a list of them.
    pub fn stimuli(&mut self, place: Place, key: &str, node: &Node) -> Vec<Listed> {
        match &node.value {
            Value::List(items) => items.iter().filter_map(|item| self.stimulus(place, key, item)).collect(),
            _ if node.is_null() => Vec::new(),
            _ => self.stimulus(place, key, node).into_iter().collect(),
        }
    }

    pub fn stimulus(&mut self, place: Place, key: &str, node: &Node) -> Option<Listed> {
        let Some(members) = node.map() else {
            let type_ = self.message_name(node, &format!("`{key}` wants messages"), place.forms())?;
            return Some(self.listed(type_, node.span));
        };
        // A message may be called `data`, or what another key is; `event` tells the long form.
        if members.iter().any(|member| member.key == "event") {
            return self.long(place, node);
        }
        match members {
            [member] => self.short(place, member),
            [] => {
                self.complain(node.span, "a message is missing here", "nothing is named", place.forms())
                    .is(Mistake::NothingListed);
                None
            }
            [first, second, ..] => {
                let is_key = |member: &Member| keys::meant(place, &member.key).is_some();
                let (what, hint) = if members.iter().any(is_key) {
                    let hint = match members.iter().find(|member| !is_key(member)) {
                        Some(named) => format!("write `{{event: {}, …}}`", named.key),
                        None => place.forms().to_string(),
                    };
                    ("the long form of a message begins with `event`", hint)
                } else {
                    (
                        "one mapping, one message",
                        format!("write a list: `[{}: …, {}: …]`", first.key, second.key),
                    )
                };
                self.complain(second.key_span, what, "", &hint).is(Mistake::OneMessageEach);
                None
            }
        }
    }

    /// `{Name: data}`.
    fn short(&mut self, place: Place, member: &Member) -> Option<Listed> {
        let data = self.said(place, &member.value);
        let type_ = self.message(&member.key, member.key_span)?;
        Some(Listed { data, ..self.listed(type_, member.key_span) })
    }

    fn long(&mut self, place: Place, node: &Node) -> Option<Listed> {
        let members = self.members(node, place, "", "")?;
        let event = members.iter().find(|member| member.key == "event")?;
        let type_ = self.message_name(&event.value, "`event` wants a message's name", place.forms());
        let mut listed = self.listed(type_.clone().unwrap_or_default(), event.value.span);
        for member in members {
            let value = &member.value;
            match member.key.as_str() {
                "event" => {}
                "data" => listed.data = self.said(place, value),
                "module" => listed.module = self.module(value).map(|module| (module, value.span)),
                "after" => listed.after = self.after(value),
                "correlation" => {
                    let hint = "any text, the same for all messages of the conversation";
                    let word = self.word(value, "`correlation` wants the name of a conversation", hint);
                    if let Some(word) = word {
                        listed.correlation = Name::from(word.text.as_str());
                        listed.correlated = true;
                    }
                }
                "id" => {
                    let word =
                        self.word(value, "`id` wants an id", "any text; the same id is the same message");
                    listed.id = word.map(|word| (Name::from(word.text.as_str()), value.span));
                }
                "times" => listed.times = self.times(value).unwrap_or(1),
                "advance" => {
                    let hint = "time passes beside messages: `[OrderPlaced, {advance: 15m}]`";
                    self.complain(member.key_span, "`advance` is no part of a message", "", hint)
                        .is(Mistake::OneMessageEach);
                }
                other => unreachable!("`{other}` is in the table of keys"),
            }
        }
        if listed.times > 1
            && let Some((id, span)) = &listed.id
        {
            let hint = "leave out the `id`: each gets one of its own";
            self.complain(*span, format!("{} messages, and one id `{id}`", listed.times), "", hint)
                .is(Mistake::NotBoth);
        }
        type_.map(|_| listed)
    }

    fn listed(&self, type_: Name, span: Span) -> Listed {
        Listed::new(type_, self.source.clone(), span)
    }

    fn said(&mut self, place: Place, node: &Node) -> Option<Document> {
        if node.is_null() {
            return None;
        }
        let hint = format!(
            "a message of a {} says what it says; a text that begins with `=` is written `\"='=x'\"`",
            place.file()
        );
        let text = self.literal(node, "there is nothing here that an expression could look at", &hint)?;
        Some(Document::of_valid(&text))
    }

    /// How often a message comes.
    fn times(&mut self, node: &Node) -> Option<u64> {
        let times = self.whole("times", node)?;
        if times > MANY {
            self.complain(node.span, format!("`times` is {MANY} at most"), "", "").is(Mistake::NotWhole);
            return None;
        }
        Some(times)
    }

    fn module(&mut self, node: &Node) -> Option<Name> {
        let hint = plain_name("a module");
        let word = self.word(node, "`module` wants a module's name", &hint)?;
        if check_name(&word.text).is_err() {
            self.complain(node.span, format!("`{}` is no name for a module", word.text), "", &hint)
                .is(Mistake::BadName);
            return None;
        }
        Some(Name::from(word.text.as_str()))
    }

    /// A message's name, or a list of them.
    fn after(&mut self, node: &Node) -> Vec<(Name, Span)> {
        let items = if node.is_null() { &[][..] } else { node.one_or_more() };
        let mut names: Vec<(Name, Span)> = Vec::new();
        for item in items {
            let what = "`after` wants a message's name, or a list of them";
            let Some(name) = self.message_name(item, what, "as in `after: [OrderPlaced]`") else { continue };
            match names.iter().find(|(known, _)| *known == name).map(|(_, span)| *span) {
                Some(first) => self.twice(&name, item.span, first),
                None => names.push((name, item.span)),
            }
        }
        names
    }
}
