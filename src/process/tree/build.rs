//! From the parser's events to the tree, and what is refused on the way.

use super::teach::{self, Open};
use super::{Member, Node, Scalar, Style, Value};
use crate::error::{Error, Result};
use crate::span::{Diagnostic, Mistake, Source, Span};
use granit_parser::{Event, Parser, ScalarStyle, StrInput, StructureStyle};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A definition is read by people: a file of a megabyte is something else by mistake. Checked
/// before the parser sees the text.
pub const MAX_BYTES: usize = 1 << 20;

/// How deep mappings and lists may lie in each other. Everything that walks the tree may recurse.
pub const MAX_DEPTH: usize = 100;

/// What a text is, and all that is wrong with it as YAML. With troubles there may still be a
/// tree, so that the reader can say what else is wrong.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// None where the text could not be read to its end, or is empty.
    pub root: Option<Node>,
    pub troubles: Vec<Diagnostic>,
}

impl Parsed {
    /// The tree, if nothing at all is wrong.
    pub fn into_result(self) -> Result<Node> {
        match self.root {
            Some(root) if self.troubles.is_empty() => Ok(root),
            _ => Err(Error::diagnostics(self.troubles)),
        }
    }
}

/// Reads one YAML document. Without a root there is at least one trouble.
pub fn parse(source: &Arc<Source>) -> Parsed {
    if source.text.len() > MAX_BYTES {
        let message = format!("the file has {} bytes; at most {MAX_BYTES} are read", source.text.len());
        let trouble = Diagnostic::new(source, Span::new(0, 0), message)
            .code(Mistake::Size)
            .hint("is this the file you mean?");
        return Parsed { root: None, troubles: vec![trouble] };
    }
    let mut options = granit_parser::options! {
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    options.set_emit_comments(false);
    let events = Parser::new_from_str_with_options(&source.text, options);
    let mut builder =
        Builder { source, events, troubles: Vec::new(), open: Vec::new(), last_scalar: None, tagged: false };
    let root = builder.document();
    if root.is_none() && builder.troubles.is_empty() {
        builder.trouble(
            Diagnostic::new(source, Span::new(0, 0), "nothing is written in this file").code(Mistake::Size),
        );
    }
    Parsed { root, troubles: builder.troubles }
}

struct Builder<'a> {
    source: &'a Arc<Source>,
    events: Parser<'a, StrInput<'a>>,
    troubles: Vec<Diagnostic>,
    /// The mappings and lists that are being read, the innermost last.
    open: Vec<Open>,
    /// The latest scalar, for what is said about an error right after it.
    last_scalar: Option<Span>,
    /// The latest node has a tag: of `!a && b` YAML makes a tag, an anchor and a word, and the tag
    /// is complaint enough.
    tagged: bool,
}

impl<'a> Builder<'a> {
    fn trouble(&mut self, diagnostic: Diagnostic) {
        self.troubles.push(diagnostic);
    }

    fn say(&mut self, mistake: Mistake, span: Span, message: &str, label: &str, hint: &str) {
        let diagnostic = Diagnostic::new(self.source, span, message).code(mistake).label(label).hint(hint);
        self.trouble(diagnostic);
    }

    /// The next event that is part of the tree; None at the end, or after a syntax error.
    fn next(&mut self) -> Option<(Event<'a>, Span, Option<Span>)> {
        loop {
            match self.events.next()? {
                Ok((Event::Anchor(..), _)) if self.tagged => {}
                Ok((Event::Anchor(..), span)) => {
                    let hint = "write the value where it is needed";
                    self.say(Mistake::Anchor, self.span(&span), "anchors are not read here", "", hint);
                }
                Ok((event, span)) => {
                    let tag = span
                        .tag_start
                        .is_some()
                        .then(|| span.tag_span().map_or_else(|| self.span(&span), |tag| self.span(&tag)));
                    self.tagged = tag.is_some();
                    return Some((event, self.span(&span), tag));
                }
                Err(error) => {
                    let at = error.marker().byte_offset().unwrap_or(0).min(self.source.text.len());
                    let at = self.source.text.floor_char_boundary(at);
                    let said = teach::syntax(self.source, error.kind(), at, &self.open, self.last_scalar);
                    self.trouble(said);
                    return None;
                }
            }
        }
    }

    fn span(&self, span: &granit_parser::Span) -> Span {
        let end = self.source.text.len();
        let start = span.start.byte_offset().unwrap_or(0).min(end);
        Span::new(start, span.end.byte_offset().unwrap_or(start).clamp(start, end))
    }

    fn document(&mut self) -> Option<Node> {
        loop {
            match self.next()? {
                (Event::StreamStart, ..) => {}
                (Event::DocumentStart(..), ..) => break,
                _ => return None,
            }
        }
        let (event, span, tag) = self.next()?;
        let root = self.node(event, span, tag)?;
        loop {
            match self.next() {
                Some((Event::DocumentStart(..), span, _)) => {
                    let hint = "one file, one document: put the other one into its own file";
                    self.say(Mistake::SecondDocument, span, "a second document begins here", "", hint);
                    return Some(root);
                }
                Some((Event::StreamEnd, ..)) => return Some(root),
                Some(_) => {}
                // Broken after the end: what was read stands, and the trouble is noted.
                None => return Some(root),
            }
        }
    }

    /// None only when the text cannot be read further.
    fn node(&mut self, event: Event<'a>, span: Span, tag: Option<Span>) -> Option<Node> {
        let mut node = match event {
            Event::Scalar(text, style, ..) => self.scalar(&text, style, span),
            Event::SequenceStart(style, ..) => self.list(style, span)?,
            Event::MappingStart(style, ..) => self.map(style, span)?,
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.say(
                    Mistake::Anchor,
                    span,
                    "YAML takes a leading `*` for an alias, and aliases are not read here",
                    "",
                    "write the value where it is needed, or quote it if it is a text",
                );
                Node { span, value: Value::Broken }
            }
            _ => return None,
        };
        if let Some(tag) = tag {
            self.trouble(teach::tag(self.source, tag, node.span));
            node.value = Value::Broken;
        }
        Some(node)
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, mut span: Span) -> Node {
        let style = if style == ScalarStyle::Plain { Style::Plain } else { Style::Quoted };
        if style == Style::Quoted || span.start < span.end {
            // A block of text reaches over the empty lines after it; nobody means those.
            let written = self.source.text[span.start..span.end].trim_end().len();
            span.end = span.start + written;
            self.last_scalar = Some(span);
        }
        // The parser says `~` where nothing is written.
        let text = if style == Style::Plain && span.start == span.end { "" } else { text };
        Node { span, value: Value::Scalar(Scalar { text: text.to_string(), style }) }
    }

    fn enter(&mut self, style: StructureStyle, span: Span, bracket: char) -> Option<()> {
        if self.open.len() >= MAX_DEPTH {
            let message = format!("mappings and lists lie deeper than {MAX_DEPTH} in each other");
            self.trouble(Diagnostic::new(self.source, span, message).code(Mistake::Size));
            return None;
        }
        self.open.push(Open { at: span.start, flow: (style == StructureStyle::Flow).then_some(bracket) });
        Some(())
    }

    fn list(&mut self, style: StructureStyle, start: Span) -> Option<Node> {
        self.enter(style, start, '[')?;
        let mut items: Vec<Node> = Vec::new();
        let end = loop {
            match self.next()? {
                (Event::SequenceEnd, span, _) => break span,
                (event, span, tag) => items.push(self.node(event, span, tag)?),
            }
        };
        self.open.pop();
        if style == StructureStyle::Flow {
            self.mend_list(&mut items);
        }
        let last = items.last().map(|item| item.span.end);
        Some(Node { span: whole(style, start, last, end), value: Value::List(items) })
    }

    fn map(&mut self, style: StructureStyle, start: Span) -> Option<Node> {
        self.enter(style, start, '{')?;
        let mut members: Vec<Member> = Vec::new();
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        let end = loop {
            let (event, span, tag) = self.next()?;
            if event == Event::MappingEnd {
                break span;
            }
            let plain = matches!(event, Event::Scalar(_, ScalarStyle::Plain, ..));
            let key = self.node(event, span, tag)?;
            let (event, span, tag) = self.next()?;
            let value = self.node(event, span, tag)?;
            let Some(name) = self.key(&key, plain) else { continue };
            if let Some(first) = seen.get(&name) {
                let line = self.source.line(first.start);
                let label = format!("stands on line {line} already");
                self.say(
                    Mistake::SameKeyTwice,
                    key.span,
                    &format!("the key `{name}` is given twice"),
                    &label,
                    "keep one of the two, or merge them",
                );
                continue;
            }
            seen.insert(name.clone(), key.span);
            members.push(Member { key: name, key_span: key.span, value });
        };
        self.open.pop();
        let first = members.first().map_or(start.start, |member| member.key_span.start);
        let last = members.last().map(|member| member.value.span.end.max(member.key_span.end));
        if style == StructureStyle::Flow {
            self.mend_map(&mut members);
        }
        let start = if style == StructureStyle::Flow { start } else { Span::new(first, first) };
        Some(Node { span: whole(style, start, last, end), value: Value::Map(members) })
    }

    /// A key's text, or None where it is none, which is said.
    fn key(&mut self, key: &Node, plain: bool) -> Option<String> {
        match &key.value {
            Value::Broken => None,
            Value::Scalar(scalar) if scalar.text.is_empty() && plain => {
                self.say(
                    Mistake::NoKey,
                    key.span,
                    "a key is missing before this colon",
                    "",
                    "write `key: value`",
                );
                None
            }
            Value::Scalar(scalar) if scalar.text == "<<" && plain => {
                let hint = "write the members where they are needed";
                self.say(Mistake::Anchor, key.span, "merge keys are not read here", "", hint);
                None
            }
            Value::Scalar(scalar) => Some(scalar.text.clone()),
            Value::List(_) | Value::Map(_) => {
                let label = format!("this is {}", key.kind());
                self.say(
                    Mistake::NoKey,
                    key.span,
                    "a key must be a word",
                    &label,
                    "an expression that begins with `{` or `[` must be quoted",
                );
                None
            }
        }
    }

    /// In `{when: max(a, b) > 3}` YAML cuts at the comma, silently: the halves are a value with an
    /// open bracket and a key without a value.
    fn mend_map(&mut self, members: &mut Vec<Member>) {
        let mut whole = vec![true; members.len()];
        let mut at = 0;
        while at < members.len() {
            let absent = |value: &Node| value.span.start == value.span.end && value.is_null();
            let next = members[at + 1..].iter().map(|next| absent(&next.value).then_some(&*next.key));
            let halves = open_half(&members[at].value).map_or(0, |half| halves(half, next));
            if halves > 0 {
                let end = members[at + halves].key_span.end;
                self.cut(Span::new(members[at].value.span.start, end), Some(&members[at].key.clone()));
                members[at].value.value = Value::Broken;
                whole[at + 1..=at + halves].fill(false);
            }
            at += 1 + halves;
        }
        let mut whole = whole.into_iter();
        members.retain(|_| whole.next() == Some(true));
    }

    /// The same trap in `[=max(a, b)]`.
    fn mend_list(&mut self, items: &mut Vec<Node>) {
        let mut whole = vec![true; items.len()];
        let mut at = 0;
        while at < items.len() {
            let next = items[at + 1..].iter().map(|next| next.scalar().map(|scalar| &*scalar.text));
            let half = open_half(&items[at]).filter(|half| half.starts_with('='));
            let halves = half.map_or(0, |half| halves(half, next));
            if halves > 0 {
                self.cut(Span::new(items[at].span.start, items[at + halves].span.end), None);
                items[at].value = Value::Broken;
                whole[at + 1..=at + halves].fill(false);
            }
            at += 1 + halves;
        }
        let mut whole = whole.into_iter();
        items.retain(|_| whole.next() == Some(true));
    }

    fn cut(&mut self, span: Span, key: Option<&str>) {
        let written = &self.source.text[span.start..span.end];
        let key = key.map(|key| format!("{key}: ")).unwrap_or_default();
        let (what, label) = ("a comma cuts this expression in two", "YAML ends the value at the comma");
        self.say(
            Mistake::CutByComma,
            span,
            what,
            label,
            &format!("quote it: `{key}{}`", teach::quoted(written)),
        );
    }
}

/// Flow style: from bracket to bracket. Block style: from the first to the last that is written.
fn whole(style: StructureStyle, start: Span, last: Option<usize>, end: Span) -> Span {
    match style {
        StructureStyle::Flow => Span::new(start.start, end.end),
        StructureStyle::Block => Span::new(start.start, last.unwrap_or(start.end).max(start.start)),
    }
}

/// How many of the texts that follow a half belong to it: until its brackets are closed.
fn halves<'n>(half: &str, next: impl Iterator<Item = Option<&'n str>>) -> usize {
    let mut open = balance(half);
    let belongs = |text: &&str| {
        let before = open;
        open += balance(text);
        before > 0
    };
    next.map_while(|text| text).take_while(belongs).count()
}

/// The text of a plain scalar with more brackets opened than closed.
fn open_half(node: &Node) -> Option<&str> {
    let scalar = node.scalar().filter(|scalar| scalar.style == Style::Plain)?;
    (balance(&scalar.text) > 0).then_some(&scalar.text)
}

fn balance(text: &str) -> i32 {
    text.chars().map(|c| (c == '(') as i32 - (c == ')') as i32).sum()
}
