//! What a reaction sends: commands, events, alarms.

use super::Reader;
use crate::event::{Kind, Name, meant_duration, parse_duration};
use crate::process::definition::{AlarmSpec, AlarmTime, Each, Outgoing};
use crate::process::expr;
use crate::process::keys::Place;
use crate::process::page::is_message_name;
use crate::process::tree::{Meaning, Member, Node, Scalar, Value};
use crate::span::{Mistake, Span};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Reader<'_> {
    /// `Name`, `{Name: data}`, or a list of such.
    pub(super) fn messages(&mut self, key: &str, kind: Kind, node: &Node) -> Vec<Outgoing> {
        match &node.value {
            Value::List(items) => items.iter().filter_map(|item| self.outgoing(key, kind, item)).collect(),
            _ => self.outgoing(key, kind, node).into_iter().collect(),
        }
    }

    fn outgoing(&mut self, key: &str, kind: Kind, node: &Node) -> Option<Outgoing> {
        let hint = format!(
            "as in `{key}: CookFood`, `{key}: {{CookFood: {{table: =data.table}}}}`, or a list of such"
        );
        let Some(members) = node.map() else {
            let type_ = self.message_name(node, &format!("`{key}` wants a message"), &hint)?;
            self.mentions.send(&type_, node.span);
            return Some(Outgoing { type_, kind, data: None, each: None, span: node.span });
        };
        // `each` is a key only beside a name: alone it is a message of that name.
        let each = members.iter().find(|member| member.key == "each" && members.len() > 1);
        // Where the list is wrong, its item still has a name.
        let item = each.and_then(|member| member.value.scalar()?.text.split_whitespace().next());
        let each = each.map(|member| self.each(&member.value));
        let named: Vec<&Member> =
            members.iter().filter(|member| each.is_none() || member.key != "each").collect();
        let [member] = named[..] else {
            let hint = format!("write a list: `{key}: [{{A: …}}, {{B: …}}]`");
            match named.get(1) {
                Some(second) => self
                    .complain(second.key_span, "one mapping, one message", "a second message", &hint)
                    .is(Mistake::OneMessageEach),
                None => self
                    .complain(node.span, format!("`{key}` wants a message"), "nothing is named here", &hint)
                    .is(Mistake::NothingListed),
            }
            return None;
        };
        Arc::make_mut(&mut self.known.scope).item = item.map(|item| item.trim_start_matches('=').into());
        let data = match &member.value {
            value if value.is_null() => None,
            value => Some(self.template(value)),
        };
        Arc::make_mut(&mut self.known.scope).item = None;
        let type_ = self.message(&member.key, member.key_span)?;
        self.mentions.send(&type_, member.key_span);
        Some(Outgoing { type_, kind, data: data.flatten(), each: each.flatten(), span: member.key_span })
    }

    /// `g in data.guests`.
    fn each(&mut self, node: &Node) -> Option<Each> {
        let hint = "as in `each: g in data.guests`";
        let Some(scalar) = node.scalar().filter(|scalar| !scalar.text.trim().is_empty()) else {
            self.expected(node, "`each` wants a name, `in`, and a list", hint);
            return None;
        };
        if scalar.text.starts_with('=') {
            let at = self.inside(node, scalar).start;
            let hint = format!("leave out the `=`: {hint}");
            self.complain(Span::new(at, at + 1), "`each` needs no `=`", "", &hint)
                .is(Mistake::NeedlessEquals);
            return None;
        }
        let scope = self.known.scope.clone();
        match expr::parse_each(self.source, self.inside(node, scalar), &scalar.text, &scope) {
            Ok((item, list)) => Some(Each { item, list }),
            Err(diagnostics) => {
                self.diagnostics.extend(diagnostics);
                None
            }
        }
    }

    /// `{Name: 15m}`, `{Name: {after: …}}`, several names in one mapping, or a list of such.
    pub(super) fn alarms(&mut self, node: &Node) -> Vec<AlarmSpec> {
        let items = node.one_or_more();
        let mut alarms: Vec<AlarmSpec> = Vec::new();
        let mut places = BTreeMap::new();
        for item in items {
            let Some(members) = item.map() else {
                let hint = match item.scalar() {
                    Some(scalar) if is_message_name(&scalar.text) && scalar.meaning() == Meaning::Text => {
                        format!("say when it rings, as in `alarm: {{{}: 15m}}`", scalar.text)
                    }
                    Some(scalar) if let Some((name, time)) = name_and_time(&scalar.text) => {
                        format!("write `alarm: {{{name}: {time}}}`")
                    }
                    _ => "as in `alarm: {PaymentTimedOut: 15m}`".to_string(),
                };
                self.expected(item, "an alarm is a mapping from its name to its time", &hint);
                continue;
            };
            if let Some(name) = named_by_a_key(members) {
                let hint =
                    match members.iter().find_map(|member| member.value.scalar().filter(|_| is_time(member)))
                    {
                        Some(time) => {
                            let time = meant_duration(&time.text).unwrap_or_else(|| time.text.clone());
                            format!("write `{{{}: {time}}}`", name.text)
                        }
                        None => format!("as in `{{{}: 15m}}`", name.text),
                    };
                self.complain(item.span, "an alarm is a mapping from its name to its time", "", &hint)
                    .is(Mistake::WrongKind);
                continue;
            }
            for member in members {
                let spec = self.alarm_time(member);
                let Some(name) = self.message(&member.key, member.key_span) else { continue };
                self.mentions.alarm(&name, member.key_span);
                let Some(spec) = spec else { continue };
                let one = (name.clone(), spec.key.as_ref().map(|key| key.to_string()));
                if let Some(first) = places.get(&one) {
                    let label = format!("set on line {} already", self.line(*first));
                    let message = format!("one reaction sets the alarm `{name}` twice");
                    let hint = "the second would re-arm the first: keep one, or give them different keys";
                    self.complain(member.key_span, message, label, hint).is(Mistake::SaidTwice);
                    continue;
                }
                places.insert(one, member.key_span);
                alarms.push(AlarmSpec { name, ..spec });
            }
        }
        alarms
    }

    /// An alarm whose name is still to be read.
    fn alarm_time(&mut self, member: &Member) -> Option<AlarmSpec> {
        let unnamed =
            |when, data, key| AlarmSpec { name: Name::from(""), key, when, data, span: member.key_span };
        let node = &member.value;
        if node.map().is_none() {
            if let Some(scalar) = node.scalar().filter(|scalar| scalar.text.starts_with('=')) {
                let bare = scalar.text[1..].trim();
                let hint = match parse_duration(bare) {
                    Some(_) => format!("write `{bare}`: what begins with `=` is an expression"),
                    None => format!(
                        "write `{{after: {0}}}` for a duration, or `{{at: {0}}}` for a time",
                        scalar.text
                    ),
                };
                self.complain(node.span, "is this a duration or a time?", "", &hint)
                    .is(Mistake::AlarmWithoutTime);
                return None;
            }
            return self.duration(node).map(|when| unnamed(when, None, None));
        }
        let members = self.members(node, Place::Alarm, "", "")?;
        let (mut after, mut at, mut data, mut key) = (None, None, None, None);
        for member in &members {
            match member.key.as_str() {
                "after" => after = Some((self.duration(&member.value), member.key_span)),
                "at" => at = Some((self.moment(&member.value), member.key_span)),
                "data" => data = if member.value.is_null() { None } else { self.template(&member.value) },
                "key" => key = Some(self.alarm_key(&member.value)),
                other => unreachable!("`{other}` is in the table of keys"),
            }
        }
        match (after, at) {
            (Some((when, _)), None) | (None, Some((when, _))) => {
                // A key that is wrong is said already, and never no key.
                let key = key.map_or(Some(None), |key| key.map(Some))?;
                Some(unnamed(when?, data, key))
            }
            (Some((_, first)), Some((_, second))) => {
                let span = first.max(second);
                self.complain(span, "an alarm has `after` or `at`, not both", "", "").is(Mistake::NotBoth);
                None
            }
            // One of them may be there under another name, which is said already.
            (None, None) if node.map().is_some_and(|all| all.len() > members.len()) => None,
            (None, None) => {
                let hint = "write `after: 15m`, `after: =…` or `at: =…`";
                self.complain(member.key_span, "the alarm does not say when it rings", "", hint)
                    .is(Mistake::AlarmWithoutTime);
                None
            }
        }
    }

    /// `15m`, or `=` and an expression.
    fn duration(&mut self, node: &Node) -> Option<AlarmTime> {
        let hint = "a duration is a whole number and a unit, as in `250ms`, `30s`, `15m`, `2h` or `7d`";
        let scalar = self.word(node, "a duration is expected here", hint)?;
        if scalar.text.starts_with('=') {
            let scope = self.known.scope.clone();
            return self.marked_expression(node, scalar, &scope).map(AlarmTime::AfterExpr);
        }
        if self.page.forgot_equals(node, scalar, &self.known.scope) {
            return None;
        }
        let parsed = parse_duration(&scalar.text);
        if parsed.is_none() {
            let hint = match scalar.meaning() {
                Meaning::Number => {
                    format!(
                        "say of what, as in `{0}s` or `{0}m`; a fraction is written in a smaller unit",
                        scalar.text
                    )
                }
                _ => {
                    meant_duration(&scalar.text).map_or(hint.to_string(), |meant| format!("write `{meant}`"))
                }
            };
            self.complain(node.span, format!("`{}` is no duration", scalar.text), "", &hint)
                .is(Mistake::BadDuration);
        }
        parsed.map(AlarmTime::After)
    }

    /// `=` and an expression.
    fn moment(&mut self, node: &Node) -> Option<AlarmTime> {
        let hint = "as in `at: =event.data.deadline`, or `at: \"=timestamp('2026-12-24T18:00:00Z')\"`";
        let scalar = self.word(node, "`at` wants an expression", hint)?;
        if !scalar.text.starts_with('=') {
            self.complain(node.span, "`at` wants an expression, with a leading `=`", "", hint)
                .is(Mistake::MissingEquals);
            return None;
        }
        let scope = self.known.scope.clone();
        self.marked_expression(node, scalar, &scope).map(AlarmTime::At)
    }
}

/// `PaymentTimedOut 15m`, or with a colon between.
fn name_and_time(text: &str) -> Option<(&str, &str)> {
    let (name, time) = text.split_once(char::is_whitespace)?;
    let (name, time) = (name.trim_end_matches(':'), time.trim());
    (is_message_name(name) && parse_duration(time).is_some()).then_some((name, time))
}

fn is_time(member: &Member) -> bool {
    matches!(member.key.as_str(), "after" | "at")
}

/// The name in `{name: PaymentTimedOut, after: 15m}`: what other tools write for `{PaymentTimedOut: 15m}`.
fn named_by_a_key(members: &[Member]) -> Option<&Scalar> {
    members.iter().find(|member| is_time(member))?;
    let named =
        members.iter().find(|member| matches!(member.key.as_str(), "name" | "id" | "type" | "event"))?;
    let name = named.value.scalar()?;
    (is_message_name(&name.text) && parse_duration(&name.text).is_none()).then_some(name)
}
