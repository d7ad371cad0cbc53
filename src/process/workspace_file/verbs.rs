//! The verbs of the business: `place-order`, `pay`.

use super::Reader;
use crate::event::{Name, json};
use crate::process::page::{plain_name, yes_or_no};
use crate::process::tree::{Meaning, Member, Node, Scalar};
use crate::span::{Mistake, Source, Span, nearest};
use crate::store::check_name;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One verb: the message it appends, and what a person may say with it.
#[derive(Debug, Clone)]
pub struct VerbSpec {
    pub name: String,
    pub summary: Option<String>,
    /// The message, and the module that owns it.
    pub appends: Name,
    pub module: Name,
    /// It belongs to a conversation that its argument names; this is what the argument is called.
    pub on: Option<String>,
    /// The command that it answers.
    pub answers: Option<Name>,
    /// Its data is that of the command it answers, with the options put into it.
    pub passes_on: bool,
    pub options: Vec<VerbOption>,
    /// Where its name stands.
    pub source: Arc<Source>,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub struct VerbOption {
    /// As it is typed: `--item`.
    pub name: String,
    /// The member of the data that it becomes.
    pub member: String,
    pub kind: OptionKind,
    pub repeated: bool,
    pub optional: bool,
    /// JSON text.
    pub default: Option<String>,
    pub help: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionKind {
    Integer,
    Number,
    String,
    Boolean,
    /// Written always, as true or false.
    Flag,
}

const KINDS: [(&str, OptionKind); 5] = [
    ("integer", OptionKind::Integer),
    ("number", OptionKind::Number),
    ("string", OptionKind::String),
    ("boolean", OptionKind::Boolean),
    ("flag", OptionKind::Flag),
];

impl OptionKind {
    /// What a person typed, as JSON text; a number keeps its digits.
    pub fn value(self, text: &str) -> Result<String, String> {
        let number = || json::check(text).ok().filter(|text| json::shape(text) == json::Shape::Number);
        match self {
            OptionKind::String => Ok(json::quote(text)),
            OptionKind::Boolean | OptionKind::Flag => match text {
                "true" | "false" => Ok(text.to_string()),
                _ => Err("`true` or `false` is wanted".to_string()),
            },
            OptionKind::Integer => match number() {
                Some(digits) if !digits.contains(['.', 'e', 'E']) => Ok(digits.to_string()),
                _ => Err("a whole number is wanted".to_string()),
            },
            OptionKind::Number => match number() {
                Some(digits) => Ok(digits.to_string()),
                None => Err("a number is wanted, such as 12.50".to_string()),
            },
        }
    }
}

/// What other tools call a type.
fn other_type(word: &str) -> Option<&'static str> {
    Some(match word.to_lowercase().as_str() {
        "text" | "str" | "varchar" | "date" | "uuid" | "enum" => "string",
        "float" | "double" | "decimal" | "money" | "amount" | "currency" => "number",
        "int" | "long" | "count" => "integer",
        "bool" | "yes/no" => "boolean",
        _ => return None,
    })
}

/// What an option may be.
pub const OPTION_TYPES: [&str; 5] = [KINDS[0].0, KINDS[1].0, KINDS[2].0, KINDS[3].0, KINDS[4].0];

/// The keys of a verb, and of an option's long form.
pub const VERB_KEYS: [&str; 6] = ["summary", "appends", "on", "answers", "passes-on", "options"];
pub const OPTION_KEYS: [&str; 6] = ["type", "as", "repeated", "default", "optional", "help"];

/// What every verb takes besides its own options.
const TAKEN: [&str; 6] = ["id", "time", "correlation", "format", "help", "version"];

impl Reader<'_> {
    pub(super) fn verbs(&mut self, node: &Node) {
        let hint = "`verbs: {pay: {appends: OrderPaid, on: order, options: {amount: number}}}`";
        for member in self.mapping(node, hint) {
            if check_name(&member.key).is_err() {
                let hint = plain_name("a verb");
                self.complain(member.key_span, format!("`{}` is no name for a verb", member.key), &hint)
                    .is(Mistake::BadName);
            } else if let Some(verb) = self.verb(member) {
                self.file.verbs.push(verb);
            }
        }
    }

    fn verb(&mut self, member: &Member) -> Option<VerbSpec> {
        let mut verb = VerbSpec {
            name: member.key.clone(),
            summary: None,
            appends: Name::from(""),
            module: Name::from(""),
            on: None,
            answers: None,
            passes_on: false,
            options: Vec::new(),
            source: self.source.clone(),
            span: member.key_span,
        };
        let hint = "say at least which message: `appends: OrderPaid`";
        if member.value.is_broken() {
            return None;
        }
        let mut says = false;
        for key in self.mapping(&member.value, hint) {
            match key.key.as_str() {
                "summary" => verb.summary = self.text(key),
                "appends" => {
                    says = true;
                    if let Some(appends) = self.text(key) {
                        verb.module = self.owner_of(&appends, key.value.span).unwrap_or_default();
                        verb.appends = Name::from(appends);
                    }
                }
                "on" => verb.on = self.text(key),
                "answers" => verb.answers = self.text(key).map(Name::from),
                "passes-on" => verb.passes_on = self.boolean(key),
                "options" => {
                    let hint = "`options: {amount: number}`";
                    let options: Vec<&Member> = self.mapping(&key.value, hint);
                    verb.options = options.into_iter().filter_map(|option| self.option(option)).collect();
                }
                unknown => self.unknown("a verb", unknown, key.key_span, &VERB_KEYS),
            }
        }
        // One that is only misspelt is said already.
        let near = |key: &Member| nearest(&key.key, VERB_KEYS) == Some("appends");
        says |= member.value.map().is_some_and(|keys| keys.iter().any(near));
        if !says && (member.value.map().is_some() || member.value.is_null()) {
            self.complain(member.key_span, format!("`{}` does not say what it `appends`", verb.name), hint)
                .is(Mistake::IdleVerb);
        }
        if verb.answers.is_some() && verb.on.is_none() {
            let hint = "say `on: order`, so that a person can name the conversation";
            self.complain(member.key_span, format!("`{}` answers in no conversation", verb.name), hint)
                .is(Mistake::IdleVerb);
        }
        if verb.passes_on && verb.answers.is_none() {
            let hint = "it passes on the data of the command that it `answers`";
            self.complain(member.key_span, format!("`{}` has nothing to pass on", verb.name), hint)
                .is(Mistake::IdleVerb);
        }
        self.members_once(&verb, &member.value);
        Some(verb)
    }

    /// Two options that write the same member: one of them would get lost.
    fn members_once(&mut self, verb: &VerbSpec, node: &Node) {
        let named = node.get("options").and_then(Node::map).into_iter().flatten();
        let places: BTreeMap<&str, Span> = named.map(|member| (&*member.key, member.key_span)).collect();
        let mut writes: BTreeMap<&str, &str> = BTreeMap::new();
        for option in &verb.options {
            let Some(first) = writes.get(&*option.member) else {
                writes.insert(&option.member, &option.name);
                continue;
            };
            if let Some(span) = places.get(&*option.name) {
                let what = format!("`{first}` and `{}` both write `{}`", option.name, option.member);
                self.complain(*span, what, "`as:` names the member that an option becomes")
                    .is(Mistake::SaidTwice);
            }
        }
    }

    fn owner_of(&mut self, type_: &str, span: Span) -> Option<Name> {
        let owner = self.file.owner(type_).cloned();
        if owner.is_none() {
            let hint = self.source.advice(|| match nearest(type_, self.file.types()) {
                Some(near) => format!("did you mean {near}?"),
                None => "list it under `modules:`, with the module that says it".to_string(),
            });
            self.complain(span, format!("no module owns {type_}"), &hint).is(Mistake::Ownership);
        }
        owner
    }

    fn option(&mut self, member: &Member) -> Option<VerbOption> {
        if check_name(&member.key).is_err() || TAKEN.contains(&member.key.as_str()) {
            let hint = match TAKEN.contains(&member.key.as_str()) {
                true => "every verb has that one already".to_string(),
                false => plain_name("an option"),
            };
            self.complain(member.key_span, format!("`{}` is no name for an option", member.key), &hint)
                .is(Mistake::BadName);
            return None;
        }
        let mut option = VerbOption {
            name: member.key.clone(),
            member: member.key.clone(),
            kind: OptionKind::String,
            repeated: false,
            optional: false,
            default: None,
            help: None,
        };
        if member.value.scalar().is_some() {
            option.kind = self.kind(&member.value)?;
            return Some(option);
        }
        for key in self.mapping(&member.value, "`amount: number`, or `{type: number, as: total}`") {
            match key.key.as_str() {
                "type" => option.kind = self.kind(&key.value)?,
                "as" => option.member = self.text(key)?,
                "repeated" => option.repeated = self.boolean(key),
                "optional" => option.optional = self.boolean(key),
                "help" => option.help = self.text(key),
                "default" => {}
                "required" => {
                    let what = "an option has no key `required`".to_string();
                    let hint = "an option is required, unless it is `optional: true` or has a `default`";
                    self.complain(key.key_span, what, hint).is(Mistake::UnknownKey);
                }
                unknown => self.unknown("an option", unknown, key.key_span, &OPTION_KEYS),
            }
        }
        if let Some(default) = member.value.get("default") {
            option.default = self.default(default, option.kind);
        }
        let has_default = member.value.get("default").is_some();
        let pointless = match option.kind {
            OptionKind::Flag if option.repeated || option.optional || has_default => {
                Some(("is a flag, and takes nothing more", "a flag is false until it is given"))
            }
            _ if option.repeated && has_default => {
                Some(("is repeated, and takes no default", "without it, it is `[]`"))
            }
            _ if option.optional && has_default => Some((
                "has a default, and is optional",
                "keep one of the two: it is left out, or it has a value",
            )),
            _ => None,
        };
        if let Some((what, hint)) = pointless {
            self.complain(member.key_span, format!("`{}` {what}", option.name), hint).is(Mistake::BadOption);
        }
        Some(option)
    }

    fn default(&mut self, node: &Node, kind: OptionKind) -> Option<String> {
        let Some(text) = node.scalar().map(|scalar: &Scalar| scalar.text.clone()) else {
            if !node.is_broken() {
                let what = format!("expected a value, found {}", node.kind());
                self.complain(node.span, what, "a default is one number, text, or true or false")
                    .is(Mistake::WrongKind);
            }
            return None;
        };
        match kind.value(&text) {
            Ok(value) => Some(value),
            Err(wanted) => {
                self.complain(
                    node.span,
                    format!("this default does not fit: {wanted}"),
                    "it is of the option's `type`",
                )
                .is(Mistake::BadOption);
                None
            }
        }
    }

    fn kind(&mut self, node: &Node) -> Option<OptionKind> {
        let word = node.scalar().map_or("", |scalar| scalar.text.as_str());
        let kind = KINDS.iter().find(|(name, _)| *name == word).map(|(_, kind)| *kind);
        if kind.is_none() {
            let near = nearest(word, KINDS.iter().map(|(name, _)| *name));
            let hint = match (other_type(word), near) {
                (Some(ours), _) => format!("here it is called `{ours}`"),
                (None, Some(near)) => format!("did you mean `{near}`?"),
                _ if matches!(word, "list" | "array" | "strings") => {
                    "an option that may be given several times is `{type: string, repeated: true}`"
                        .to_string()
                }
                _ => "one of integer, number, string, boolean, flag".to_string(),
            };
            let what = match word {
                "" => "an option wants a type".to_string(),
                _ => format!("`{word}` is no type of an option"),
            };
            self.complain(node.span, what, &hint).is(Mistake::BadOption);
        }
        kind
    }

    fn mapping<'n>(&mut self, node: &'n Node, hint: &str) -> Vec<&'n Member> {
        match node.map() {
            Some(members) => members.iter().collect(),
            None => {
                if !node.is_broken() && !node.is_null() {
                    self.complain(node.span, format!("expected a mapping, found {}", node.kind()), hint)
                        .is(Mistake::WrongKind);
                }
                Vec::new()
            }
        }
    }

    fn text(&mut self, member: &Member) -> Option<String> {
        let text = member.value.scalar().filter(|scalar| !scalar.text.is_empty());
        if text.is_none() {
            let what = format!("`{}` wants a text, found {}", member.key, member.value.kind());
            self.complain(member.value.span, what, "a word or a sentence").is(Mistake::WrongKind);
        }
        text.map(|scalar| scalar.text.clone())
    }

    fn boolean(&mut self, member: &Member) -> bool {
        match member.value.scalar().map(|scalar| scalar.meaning()) {
            Some(Meaning::Bool(value)) => value,
            _ => {
                let what = format!("`{}` wants true or false", member.key);
                match member.value.scalar().and_then(yes_or_no) {
                    Some(value) => self
                        .complain(member.value.span, what, &format!("write `{value}`"))
                        .is(Mistake::YesOrNo),
                    None => self
                        .complain(member.value.span, what, "it is false where nothing is said")
                        .is(Mistake::WrongKind),
                }
                false
            }
        }
    }
}
