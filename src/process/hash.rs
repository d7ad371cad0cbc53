//! What of a definition counts, as one text, and the hash of it.
//!
//! [`canonical`] prints the parsed form as JSON: comments, layout, quoting, and the order of keys
//! whose order means nothing are gone; the order of alternatives, of `set`, of what is sent and of
//! members stays. Left out, since no decision about a running instance depends on them: `summary`, `allow`,
//! and `accepts-new`, so that a version can be retired in place while instances live on it. The
//! text is written into no file, but its hash is recorded with every start: a change of this form
//! is a change of all hashes, and must raise `format`. What came into the language later stands in the
//! text only where a file uses it, so that the hashes of older files stay.

use super::definition::*;
use super::expr::Expr;
use super::regions::{Join, RegionId};
use crate::event::{Name, json};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// SHA-256 of [`canonical`], 64 lower-case hex digits.
pub fn hash(definition: &Definition) -> Name {
    let digest = Sha256::digest(canonical(definition));
    let mut out = String::with_capacity(64);
    for byte in digest {
        write!(out, "{byte:02x}").expect("a string takes all");
    }
    Name::from(out)
}

/// One line of JSON that two definitions share exactly when they decide alike, letter by letter.
pub fn canonical(definition: &Definition) -> String {
    let d = definition;
    let mut starters: Vec<&Starter> = d.starts_on.iter().collect();
    starters.sort_by(|a, b| a.type_.cmp(&b.type_));
    let any = list(d.any.iter().map(|shared| shared_text(d, shared)));
    object(
        [
            ("format", "1".into()),
            ("process", json::quote(&d.name)),
            ("version", d.version.to_string()),
            (
                "starts-on",
                object(starters.iter().map(|starter| {
                    let rule = starter.reaction.as_ref().map_or("null".into(), |rule| rule_text(d, rule));
                    (&*starter.type_, rule)
                })),
            ),
            ("starts-when", optional(&d.starts_when)),
            (
                "correlate",
                match &d.correlate {
                    Correlate::ById => "null".into(),
                    Correlate::By(expr) => quoted(expr),
                    Correlate::ByType(by) => object(by.iter().map(|(type_, expr)| (&**type_, quoted(expr)))),
                },
            ),
            ("data", d.data.to_json()),
        ]
        .into_iter()
        .chain(machines(d))
        .chain([
            (
                "before-start",
                json::quote(match d.before_start {
                    BeforeStart::Defer => "defer",
                    BeforeStart::Park => "park",
                    BeforeStart::Ignore => "ignore",
                }),
            ),
            ("unexpected", json::quote(unexpected(d.unexpected))),
            (
                "after-end",
                json::quote(match d.after_end {
                    AfterEnd::Remember => "remember",
                    AfterEnd::Forget => "forget",
                }),
            ),
        ])
        .chain((!d.any.is_empty() && d.is_plain()).then_some(("any", any))),
    )
}

/// The states of a plain process; else the regions, whose order counts, with what is in parts, and the joins.
fn machines(d: &Definition) -> Vec<(&'static str, String)> {
    let states = |region: RegionId| {
        let mut states: Vec<&State> = d.states_of(region).iter().collect();
        states.sort_by(|a, b| a.name.cmp(&b.name));
        object(states.into_iter().map(|state| (&*state.name, state_text(d, state))))
    };
    let initial = |region: RegionId| json::quote(&d.state(d.regions[region].initial).name);
    if d.is_plain() {
        return vec![("initial", initial(0)), ("states", states(0))];
    }
    let region = |number: RegionId| {
        let region = &d.regions[number];
        let any = d.any.iter().filter(|shared| shared.region == number);
        let own = [
            ("region", json::quote(&region.name)),
            ("initial", initial(number)),
            ("states", states(number)),
            ("any", list(any.map(|shared| shared_text(d, shared)))),
            ("unexpected", json::quote(unexpected(region.unexpected))),
        ];
        // In a part `state` means another thing.
        let part = region.part.as_ref().map(|part| ("use", json::quote(&part.full_name)));
        object(own.into_iter().chain(part))
    };
    let join = |join: &Join| {
        let end = join.end.as_ref();
        object([
            ("when", quoted(&join.when)),
            ("does", reaction_text(d, &join.reaction)),
            ("end", end.map_or("null".into(), |(end, _)| json::quote(end.name()))),
            ("as", end.map_or("null".into(), |(_, name)| json::quote(name))),
        ])
    };
    let (regions, joins) = (list((0..d.regions.len()).map(region)), list(d.joins.iter().map(join)));
    vec![("regions", regions), ("joins", joins)]
}

fn unexpected(policy: Unexpected) -> &'static str {
    match policy {
        Unexpected::Park => "park",
        Unexpected::Ignore => "ignore",
        Unexpected::Defer => "defer",
    }
}

fn state_text(d: &Definition, state: &State) -> String {
    let end = ("end", state.end.map_or("null".into(), |end| json::quote(end.name())));
    let rules = [("enter", &state.enter), ("whenever", &state.whenever)];
    let rules = rules.into_iter().filter(|(_, rule)| !rule.is_empty());
    let own = answers_text(d, &state.own);
    object(std::iter::once(end).chain(own).chain(rules.map(|(key, rule)| (key, rule_text(d, rule)))))
}

fn shared_text(d: &Definition, shared: &Shared) -> String {
    let within = shared.within.as_ref();
    let within = within.map_or("null".into(), |names| list(names.iter().map(|name| json::quote(name))));
    object(std::iter::once(("in", within)).chain(answers_text(d, &shared.answers)))
}

fn answers_text(d: &Definition, answers: &Answers) -> [(&'static str, String); 3] {
    [
        ("on", object(answers.on.iter().map(|(type_, rule)| (&**type_, rule_text(d, rule))))),
        ("ignore", list(answers.ignore.iter().map(|name| json::quote(name)))),
        ("defer", list(answers.defer.iter().map(|name| json::quote(name)))),
    ]
}

fn rule_text(d: &Definition, rule: &Rule) -> String {
    list(rule.iter().map(|reaction| reaction_text(d, reaction)))
}

fn reaction_text(d: &Definition, reaction: &Reaction) -> String {
    let mut cancel: Vec<String> = reaction.cancel.iter().map(cancel_text).collect();
    cancel.sort();
    object([
        ("when", optional(&reaction.when)),
        ("set", object(reaction.set.iter().map(|(name, template)| (&**name, template_text(template))))),
        (
            "send",
            list(reaction.sends.iter().map(|sent| {
                let plain = [(sent.kind.name(), json::quote(&sent.type_)), ("data", data_text(&sent.data))];
                let each = sent.each.as_ref().map(|each| ("each", json::quote(&each.to_string())));
                object(plain.into_iter().chain(each))
            })),
        ),
        ("cancel", list(cancel)),
        (
            "alarm",
            list(reaction.alarms.iter().map(|alarm| {
                let time = match &alarm.when {
                    AlarmTime::After(millis) => ("after", millis.to_string()),
                    AlarmTime::AfterExpr(expr) => ("after", quoted(expr)),
                    AlarmTime::At(expr) => ("at", quoted(expr)),
                };
                let plain = [("alarm", json::quote(&alarm.name)), time, ("data", data_text(&alarm.data))];
                object(plain.into_iter().chain(alarm.key.as_ref().map(|key| ("key", key_text(key)))))
            })),
        ),
        ("to", reaction.to.map_or("null".into(), |to| json::quote(&d.states[to].name))),
    ])
}

fn cancel_text(cancel: &Cancel) -> String {
    match &cancel.key {
        None => json::quote(&cancel.name),
        Some(key) => object([("alarm", json::quote(&cancel.name)), ("key", key_text(key))]),
    }
}

/// A text is told from an expression of the same spelling.
fn key_text(key: &AlarmKey) -> String {
    match key {
        AlarmKey::Text(text) => object([("is", json::quote(text))]),
        AlarmKey::Expr(expr) => quoted(expr),
    }
}

/// A template that is absent is told from one that is null: the first has no data at all.
fn data_text(data: &Option<Template>) -> String {
    data.as_ref().map_or("false".into(), template_text)
}

/// Every kind in a list or object of its own, so that none reads like another.
fn template_text(template: &Template) -> String {
    match template {
        Template::Literal(text) => object([("is", text.to_string())]),
        Template::Expr(expr) => quoted(expr),
        Template::List(items) => list(items.iter().map(template_text)),
        Template::Map(entries) => object([(
            "map",
            list(entries.iter().map(|entry| match entry {
                Entry::Spread(expr) => quoted(expr),
                Entry::Member(name, value) => object([(&**name, template_text(value))]),
            })),
        )]),
    }
}

fn optional(expr: &Option<Expr>) -> String {
    expr.as_ref().map_or("null".into(), quoted)
}

fn quoted(expr: &Expr) -> String {
    json::quote(&expr.to_string())
}

fn object<'a>(members: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let members: Vec<String> =
        members.into_iter().map(|(key, value)| format!("{}:{value}", json::quote(key))).collect();
    format!("{{{}}}", members.join(","))
}

fn list(items: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(","))
}
