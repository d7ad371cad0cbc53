//! A scenario on the command line: `--process order --events OrderPlaced,'OrderPriced={"total":10}'`.

use super::super::scenario::{Alarms, Bounds, Expect, Faults, Host, Order, Reductions, Scenario};
use super::Cast;
use super::stimuli::{self, Whole};
use crate::error::{Error, Result};
use crate::event::{Document, json};
use crate::process::library::one_version_each;
use crate::process::page::Page;
use crate::process::stimuli::Listed;
use crate::process::{Library, Service};
use crate::runtime::Staff;
use crate::span::{Diagnostic, Mistake, Source, Span};
use std::sync::Arc;

/// What was typed.
#[derive(Debug, Clone, Copy)]
pub struct Typed<'a> {
    /// `--process`, as often as it was given.
    pub processes: &'a [String],
    /// `--service`, likewise.
    pub services: &'a [String],
    /// `--events`: what `deliver` is in a file.
    pub events: &'a str,
    /// `--first`.
    pub first: &'a str,
    pub order: Order,
    pub alarms: Alarms,
    pub alike: bool,
}

/// The scenario that was typed. Errors show the text of the option, with a caret.
pub fn from_events(typed: &Typed, library: &dyn Library) -> Result<Scenario> {
    if typed.processes.is_empty() && typed.services.is_empty() {
        let error = Error::input("no process is named");
        return Err(error.hint("say which with `--process order@2`, or who answers with `--service kitchen`"));
    }
    let mut named = Vec::new();
    for p in typed.processes {
        named.push((library.process(p)?, Source::new("--process", p.as_str()), Span::new(0, p.len())));
    }
    let (processes, mut wrong) = one_version_each(named, "scenario");
    let (services, mut more) = services(typed.services, library)?;
    wrong.append(&mut more);
    let (first, mut more) = messages("--first", typed.first);
    wrong.append(&mut more);
    let (deliver, mut more) = messages("--events", typed.events);
    wrong.append(&mut more);
    if wrong.is_empty() && first.is_empty() && deliver.is_empty() {
        let error = Error::input("no message is listed");
        return Err(error.hint("list what comes: `--events OrderPaid,OrderCancelled`"));
    }
    let name = name(&first, &deliver);
    let cast = Cast { processes: &processes, services: &services };
    let owners = cast.owners(library);
    let Whole { first, deliver, wrong: mut more } = stimuli::whole(first, deliver, cast, library);
    wrong.append(&mut more);
    if !wrong.is_empty() {
        return Err(Error::diagnostics(wrong));
    }
    Ok(Scenario {
        name,
        processes,
        staff: Staff { services, seed: 0, owners },
        first,
        deliver,
        orders: vec![typed.order],
        alarms: typed.alarms,
        alike: typed.alike,
        by_data: false,
        faults: Faults::NONE,
        host: Host::default(),
        expect: Expect::default(),
        bounds: Bounds::default(),
        reductions: Reductions::ALL,
    })
}

/// The services that were typed, none of them twice.
fn services(typed: &[String], library: &dyn Library) -> Result<(Vec<Arc<Service>>, Vec<Diagnostic>)> {
    let (mut found, mut wrong) = (Vec::<Arc<Service>>::new(), Vec::new());
    for name in typed {
        let service = library.service(name)?;
        if found.iter().any(|known| known.name == service.name) {
            let (source, what) =
                (Source::new("--service", name.as_str()), format!("{} is listed twice", service.name));
            let twice = Diagnostic::new(&source, Span::new(0, name.len()), what).code(Mistake::SaidTwice);
            wrong.push(twice.hint("once is enough"));
            continue;
        }
        found.push(service);
    }
    Ok((found, wrong))
}

impl Order {
    /// `any`, `causal`, `fifo`, or `causal,fifo`, as it is typed. None of anything else.
    pub fn parse(text: &str) -> Option<Order> {
        match text.split(',').map(str::trim).collect::<Vec<_>>()[..] {
            ["any"] => Some(Order::ANY),
            ["causal"] => Some(Order { causal: true, fifo: false }),
            ["fifo"] => Some(Order { causal: false, fifo: true }),
            ["causal", "fifo"] | ["fifo", "causal"] => Some(Order { causal: true, fifo: true }),
            _ => None,
        }
    }
}

/// What a person who reads the report has typed.
fn name(first: &[Listed], deliver: &[Listed]) -> String {
    let types =
        |messages: &[Listed]| messages.iter().map(|m| m.type_.to_string()).collect::<Vec<_>>().join(", ");
    match (first.is_empty(), deliver.is_empty()) {
        (true, _) => types(deliver),
        (false, true) => types(first),
        (false, false) => format!("{} after {}", types(deliver), types(first)),
    }
}

/// `A,B,'C={"total":10}'`: names, each with its data behind a `=` where it has some.
fn messages(option: &str, text: &str) -> (Vec<Listed>, Vec<Diagnostic>) {
    let source = Source::new(option, text);
    let mut page = Page { source: &source, diagnostics: Vec::new() };
    let mut found = Vec::new();
    if text.trim().is_empty() {
        return (found, page.diagnostics);
    }
    for span in pieces(text) {
        found.extend(message(&mut page, &source, text, span));
    }
    (found, page.diagnostics)
}

fn message(page: &mut Page, source: &Arc<Source>, text: &str, piece: Span) -> Option<Listed> {
    let piece = trimmed(text, piece);
    let written = &text[piece.start..piece.end];
    if written.is_empty() {
        page.complain(
            piece,
            "a message is missing here",
            "",
            "one comma between two messages, and none at the end",
        )
        .is(Mistake::NothingListed);
        return None;
    }
    let (name, data) = match written.find('=') {
        Some(at) => (&written[..at], Some(trimmed(text, Span::new(piece.start + at + 1, piece.end)))),
        None => (written, None),
    };
    let name_span = trimmed(text, Span::new(piece.start, piece.start + name.len()));
    let name = &text[name_span.start..name_span.end];
    if let Some(alarm) = name.strip_suffix('!') {
        let hint = "leave it out; `--alarms any` lets an alarm ring at any moment once it is set";
        page.complain(name_span, format!("an alarm is not delivered, `{alarm}` rings by itself"), "", hint)
            .is(Mistake::NotDelivered);
        return None;
    }
    if let Some(at) = name.find(['{', '[', ':', ' ']).filter(|_| data.is_none()) {
        let at = name_span.start + at;
        let hint =
            "data stands behind a `=`, as in `'OrderPriced={\"total\":10}'`; messages are parted by commas";
        page.complain(
            Span::new(at, at + 1),
            format!("`{}` is no name for a message", shortened(name)),
            "",
            hint,
        )
        .is(Mistake::BadName);
        return None;
    }
    let type_ = page.message(name, name_span)?;
    let mut listed = Listed::new(type_, source.clone(), name_span);
    if let Some(span) = data {
        let text = &text[span.start..span.end];
        match json::check(text) {
            Ok(_) => listed.data = Document::parse(text).ok(),
            Err(error) => {
                let at = (span.start + error.byte).min(span.end);
                let what = format!("the data of `{}` is not JSON: {}", listed.type_, error.what);
                let hint = "as in `'OrderPriced={\"total\":10}'`; the shell's quotes go around all of it";
                page.complain(Span::new(at, (at + 1).min(span.end).max(at)), what, "", hint)
                    .is(Mistake::NotJson);
                return None;
            }
        }
    }
    Some(listed)
}

fn shortened(name: &str) -> String {
    match name.char_indices().nth(30) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_string(),
    }
}

/// The pieces between the commas that stand in no braces, brackets or strings.
fn pieces(text: &str) -> Vec<Span> {
    let (mut pieces, mut start, mut depth) = (Vec::new(), 0, 0usize);
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = quoted,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                pieces.push(Span::new(start, at));
                start = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(Span::new(start, text.len()));
    pieces
}

fn trimmed(text: &str, span: Span) -> Span {
    let written = &text[span.start..span.end];
    let start = span.start + (written.len() - written.trim_start().len());
    Span::new(start, start + written.trim().len())
}
