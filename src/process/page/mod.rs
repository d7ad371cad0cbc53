//! A file while it is read, and what is said of it: what every reader of files that people write
//! shares, so that a definition and a scenario complain alike.
//!
//! Its methods answer None (or less than was written) where they said an error; the reading goes on,
//! so that a person sees all of them. Knows keys, words, names and literals; nothing of what a file
//! means.

mod values;

use super::keys::{self, Place, Shape};
use super::tree::{Meaning, Member, Node, Scalar, Style};
use crate::error::Error;
use crate::event::Name;
pub(crate) use crate::span::listed;
use crate::span::{Diagnostic, Mistake, Source, Span, nearest};
use std::sync::Arc;

/// Our own internal events; a process that listened to them would hear itself think.
const RESERVED: &[&str] = &["ProcessRecorded", "JournalOpened"];

pub(crate) struct Page<'a> {
    pub source: &'a Arc<Source>,
    pub diagnostics: Vec<Diagnostic>,
}

/// In the order of their places, each once.
pub(crate) fn all(mut diagnostics: Vec<Diagnostic>) -> Error {
    diagnostics.sort_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
    diagnostics.dedup();
    Error::diagnostics(diagnostics)
}

/// What a page can say, a reader says too: it has one in its field `page`.
macro_rules! speaks_as_page {
    ($reader:ident) => {
        impl<'a> std::ops::Deref for $reader<'a> {
            type Target = $crate::process::page::Page<'a>;

            fn deref(&self) -> &Self::Target {
                &self.page
            }
        }

        impl std::ops::DerefMut for $reader<'_> {
            fn deref_mut(&mut self) -> &mut Self::Target {
                &mut self.page
            }
        }
    };
}
pub(crate) use speaks_as_page;

impl Page<'_> {
    pub fn say(&mut self, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        self.diagnostics.push(Diagnostic::new(self.source, span, message));
        self.diagnostics.last_mut().expect("just pushed")
    }

    #[must_use = "say of which kind it is: `.is(Mistake::…)`"]
    pub fn complain(
        &mut self,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
        hint: &str,
    ) -> &mut Diagnostic {
        let diagnostic = self.say(span, message);
        diagnostic.label = label.into();
        diagnostic.hint = (!hint.is_empty()).then(|| hint.to_string());
        diagnostic
    }

    /// A value of another kind than wanted. Silent where the tree complained already.
    pub fn expected(&mut self, node: &Node, what: &str, hint: &str) {
        if !node.is_broken() {
            let label = match node.is_null() {
                true => "nothing stands here".to_string(),
                false => format!("this is {}", node.kind()),
            };
            self.complain(node.span, what, label, hint).is(Mistake::WrongKind);
        }
    }

    pub fn line(&self, span: Span) -> usize {
        self.source.line(span.start)
    }

    /// The members of a mapping whose keys the place knows; says what is wrong with the others.
    /// None where this is no mapping; nothing at all is an empty one.
    pub fn members<'n>(
        &mut self,
        node: &'n Node,
        place: Place,
        what: &str,
        hint: &str,
    ) -> Option<Vec<&'n Member>> {
        if node.is_null() {
            return Some(Vec::new());
        }
        let Some(members) = node.map() else {
            self.expected(node, what, hint);
            return None;
        };
        Some(members.iter().filter(|member| self.key(member, members, place)).collect())
    }

    fn key(&mut self, member: &Member, all: &[Member], place: Place) -> bool {
        match keys::find(place, &member.key) {
            Some(_) => true,
            None => {
                let message = format!("{} has no key `{}`", place.name(), member.key);
                let beside = || all.iter().map(|member| &*member.key).collect::<Vec<_>>();
                let advice = self.source.advice(|| keys::advice(place, &member.key, &beside()));
                self.complain(member.key_span, message, "", &advice).is(Mistake::UnknownKey);
                false
            }
        }
    }

    /// The required keys of a place that are not there, as `hint` says.
    pub fn required(&mut self, place: Place, root: &Node, members: &[&Member], hint: &str) {
        let missing: Vec<String> = keys::keys(place)
            .iter()
            .filter(|key| key.required || place == Place::Process && needs(root, key.name))
            .filter(|key| !members.iter().any(|member| member.key == key.name))
            // A key that is only misspelt is not missing too.
            .filter(|key| !says(root, place, key.name))
            .map(|key| format!("`{}`", key.name))
            .collect();
        if missing.is_empty() {
            return;
        }
        let first = root.map().and_then(|members| members.first());
        let span = first.map_or(Span::new(root.span.start, root.span.start), |member| member.key_span);
        let verb = if missing.len() == 1 { "is" } else { "are" };
        let message = format!("{} {verb} missing", missing.join(", "));
        self.complain(span, message, "in this file", hint).is(Mistake::MissingKey);
    }

    /// A name as text; complains about anything else.
    pub fn word<'n>(&mut self, node: &'n Node, what: &str, hint: &str) -> Option<&'n Scalar> {
        match node.scalar() {
            Some(scalar) if !scalar.text.is_empty() => Some(scalar),
            _ => {
                self.expected(node, what, hint);
                None
            }
        }
    }

    /// What a file is about, in one line.
    pub fn title(&mut self, key: &str, node: &Node) -> Option<String> {
        let what = format!("`{key}` wants a text");
        let word = self.word(node, &what, "say in a few words what it is about")?;
        let title = word.text.trim();
        if title.is_empty() || title.contains('\n') {
            self.complain(
                node.span,
                format!("`{key}` wants a text of one line"),
                "",
                "a report prints it as a title",
            )
            .is(Mistake::WrongKind);
            return None;
        }
        Some(title.to_string())
    }

    /// One of the words that the table of keys lists; the default is the first.
    pub fn choice(&mut self, place: Place, key: &str, node: &Node) -> Option<&'static str> {
        let Some(Shape::Choice(choices) | Shape::Choices(choices) | Shape::ListOfChoices(choices)) =
            keys::find(place, key).map(|key| key.shape)
        else {
            unreachable!("`{key}` is a choice");
        };
        let all = choices.iter().map(|choice| format!("`{choice}`")).collect::<Vec<_>>().join(", ");
        let word = self.word(node, &format!("`{key}` wants one of {all}"), "")?;
        let found = choices.iter().find(|choice| **choice == word.text);
        if found.is_none() {
            let hint = match nearest(&word.text, choices.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it is one of {all}"),
            };
            self.complain(node.span, format!("`{key}` cannot be `{}`", word.text), "", &hint)
                .is(Mistake::NotOneOf);
        }
        found.copied()
    }

    /// None where it is neither, which is said.
    pub fn boolean(&mut self, key: &str, node: &Node) -> Option<bool> {
        match node.scalar().map(|scalar| scalar.meaning()) {
            Some(Meaning::Bool(value)) => Some(value),
            _ => {
                let what = format!("`{key}` wants `true` or `false`");
                match node.scalar().and_then(yes_or_no) {
                    Some(value) => {
                        let hint = format!("write `{value}`");
                        self.complain(node.span, what, "", &hint).is(Mistake::YesOrNo);
                    }
                    None => self.expected(node, &what, ""),
                }
                None
            }
        }
    }

    /// A number from 1.
    pub fn whole(&mut self, key: &str, node: &Node) -> Option<u64> {
        let number = node.scalar().filter(|scalar| scalar.meaning() == Meaning::Number);
        let value = number.and_then(|scalar| scalar.text.parse().ok()).filter(|value| *value >= 1);
        if value.is_none() {
            let what = format!("`{key}` wants a whole number from 1");
            match number {
                Some(_) => self.complain(node.span, what, "", "").is(Mistake::NotWhole),
                None => self.expected(node, &what, ""),
            }
        }
        value
    }

    /// A number from 0 up to another. None where it is none, which is said.
    pub fn count(&mut self, key: &str, node: &Node, most: u32) -> Option<u32> {
        let number = node.scalar().filter(|scalar| scalar.meaning() == Meaning::Number);
        let value = number.and_then(|scalar| scalar.text.parse().ok()).filter(|value| *value <= most);
        if value.is_none() {
            let what = format!("`{key}` wants a whole number from 0 to {most}");
            match number {
                Some(_) => self.complain(node.span, what, "", "").is(Mistake::NotWhole),
                None => self.expected(node, &what, ""),
            }
        }
        value
    }

    /// A message's name, where it stands as a value.
    pub fn message_name(&mut self, node: &Node, what: &str, hint: &str) -> Option<Name> {
        let word = self.word(node, what, hint)?;
        if word.meaning() != Meaning::Text {
            self.expected(node, what, hint);
            return None;
        }
        self.message(&word.text, node.span)
    }

    /// A message's name.
    pub fn message(&mut self, name: &str, span: Span) -> Option<Name> {
        if !is_message_name(name) {
            let hint = if name.starts_with('=') {
                "a message's name cannot be computed: use alternatives with `when`"
            } else if name.ends_with(')')
                && name.split_once('(').is_some_and(|(alarm, _)| is_message_name(alarm))
            {
                "an alarm is named without its key: of several with one name the earliest rings"
            } else {
                "a message is named with letters, digits, `_`, `.` and `-`, and begins with a letter"
            };
            self.complain(span, format!("`{name}` is no name for a message"), "", hint).is(Mistake::BadName);
            return None;
        }
        if RESERVED.contains(&name) {
            let hint = "anyorder journals with it; take another name";
            self.complain(span, format!("the name `{name}` is reserved"), "", hint).is(Mistake::ReservedName);
            return None;
        }
        Some(Name::from(name))
    }

    pub fn twice(&mut self, name: &str, span: Span, first: Span) {
        let label = format!("stands on line {} already", self.line(first));
        self.complain(span, format!("`{name}` is listed twice"), label, "").is(Mistake::SaidTwice);
    }
}

/// What else a definition must have. `steps` and `regions` take the place of states; what is a whole says
/// what starts it, and only a part may leave that out.
fn needs(root: &Node, key: &str) -> bool {
    let whole = root.get("steps").is_some() || root.get("regions").is_some();
    match key {
        "states" | "initial" => !whole,
        "starts-on" => whole,
        _ => false,
    }
}

/// Whether a mapping has that key, or one that was meant as it: what is said of the wrong one is enough.
pub(crate) fn says(node: &Node, place: Place, key: &str) -> bool {
    let members = node.map().unwrap_or_default();
    members.iter().any(|member| keys::meant(place, &member.key).is_some_and(|meant| meant.name == key))
}

/// What a process, a service, a module, a verb or an option may be called, in words.
pub(crate) fn plain_name(who: &str) -> String {
    format!("{who} is named with a-z, 0-9 and `-`, begins with a letter, and has up to 100 characters")
}

/// A message's name: `[A-Za-z][A-Za-z0-9_.-]*`.
pub(crate) fn is_message_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}

/// A bare word that YAML 1.1 reads as a boolean, and YAML 1.2 as a text.
pub(crate) fn yes_or_no(scalar: &Scalar) -> Option<bool> {
    if scalar.style != Style::Plain {
        return None;
    }
    match scalar.text.as_str() {
        "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

pub(crate) fn is_expression(scalar: &Scalar) -> bool {
    scalar.text.starts_with('=')
}
