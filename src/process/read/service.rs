//! A service's file: what it says to each message, how likely, and how long it takes.

use super::Reader;
use crate::event::{Kind, Millis, Name, meant_duration, parse_duration};
use crate::process::Data;
use crate::process::keys::Place;
use crate::process::page::{is_expression, says};
use crate::process::service::{Billionths, CERTAIN, Choose, Delay, Replies, Reply, Service};
use crate::process::tree::{Meaning, Node};
use crate::span::{Mistake, Span};
use std::collections::BTreeMap;

impl Reader<'_> {
    /// None where something is missing, which is said.
    pub(super) fn service(&mut self, root: &Node, expected: Option<&str>) -> Option<Service> {
        let hint = "begin with `service: <name>`";
        let members = self.members(root, Place::Service, "a service is a mapping", hint)?;
        self.required(Place::Service, root, &members, "a service has `service` and `on`");
        let find = |key: &str| members.iter().find(|member| member.key == key);
        let name = find("service").and_then(|member| self.own_name("service", &member.value));
        if let Some(expected) = expected {
            let node = find("service").map(|member| &member.value);
            self.as_the_file_says(node, name.as_deref(), expected, "service");
        }
        let summary = find("summary").and_then(|member| self.summary(&member.value));
        let entity = find("entity").and_then(|member| self.entity(&member.value));
        let remembers = find("entity").is_some();
        let mut data = Data::default();
        if let Some(member) = find("data") {
            data = self.initial_data(&member.value);
            if !remembers {
                let hint = "say whose data it is, as in `entity: =event.data.customer`";
                self.complain(member.key_span, "`data` without `entity`", "", hint).is(Mistake::NoEntity);
            }
        }
        let on = find("on").map(|member| self.replies(&member.value, remembers)).unwrap_or_default();
        let allows = find("allow").map(|member| self.allows(&member.value)).unwrap_or_default();
        self.heard_by_itself(&on);
        self.without_states(entity.iter(), find("entity").map_or(root.span, |member| member.value.span));
        self.whole_file();
        Some(Service { name: name?, summary, entity, data, on, allows, source: self.source.clone() })
    }

    /// `=` and an expression over `event`.
    fn entity(&mut self, node: &Node) -> Option<crate::process::expr::Expr> {
        let hint = "as in `entity: =event.data.customer`";
        let scalar = self.word(node, "`entity` wants an expression", hint)?;
        if !is_expression(scalar) {
            let hint = match scalar.text.starts_with("event") {
                true => format!("write `entity: ={}`", scalar.text),
                false => format!("{hint}; one for all messages is `entity: \"='all'\"`"),
            };
            self.complain(node.span, "`entity` wants an expression, with a leading `=`", "", &hint)
                .is(Mistake::MissingEquals);
            return None;
        }
        let scope = self.known.nothing.clone();
        self.marked_expression(node, scalar, &scope)
    }

    fn replies(&mut self, node: &Node, remembers: bool) -> BTreeMap<Name, Replies> {
        let mut on = BTreeMap::new();
        let hint = "as in `on: {CookFood: {after: 8m, publish: FoodCooked}}`";
        let Some(members) = node.map().filter(|members| !members.is_empty()) else {
            self.expected(node, "`on` is a mapping from messages to answers", hint);
            return on;
        };
        for member in members {
            let replies = self.alternatives(&member.value, member.key_span, remembers);
            if let Some(name) = self.message(&member.key, member.key_span) {
                self.mentions.mention(&name, member.key_span);
                on.insert(name, replies);
            }
        }
        on
    }

    /// One answer, or a list of alternatives.
    fn alternatives(&mut self, node: &Node, key: Span, remembers: bool) -> Replies {
        let nodes = node.one_or_more();
        if nodes.is_empty() {
            let hint = "`{}` hears it and says nothing; else leave the message out";
            self.complain(node.span, "a list without an answer", "", hint).is(Mistake::NothingListed);
        }
        let alternatives: Vec<Reply> = nodes.iter().map(|node| self.reply(node, remembers)).collect();
        // As written, not as read: a chance that is no number is one all the same.
        let chance = |node: &Node| says(node, Place::Reply, "chance");
        let guarded = |node: &Node| says(node, Place::Reply, "when");
        let drawn = nodes.iter().any(chance) || !nodes.iter().any(guarded) && nodes.len() > 1;
        if drawn {
            self.chances(nodes, &alternatives, key);
        } else if let Some(always) = nodes.iter().position(|node| !guarded(node) && !node.is_broken())
            && let Some(never) = nodes.get(always + 1)
        {
            let label = format!(
                "line {} is taken always, since it has no `when`",
                self.line(alternatives[always].span)
            );
            let hint = "put the one without `when` last; or give each a `chance`, if one is to be drawn";
            self.complain(first_key(never), "this alternative can never be taken", label, hint)
                .is(Mistake::NeverTaken);
        }
        Replies { alternatives, choice: if drawn { Choose::Drawn } else { Choose::First }, span: key }
    }

    /// What can be said of chances before anything runs: where no guard stands, all of them count.
    fn chances(&mut self, nodes: &[Node], alternatives: &[Reply], key: Span) {
        let open = || nodes.iter().zip(alternatives).filter(|(node, _)| node.get("when").is_none());
        let sum: Billionths = open().filter_map(|(_, reply)| reply.chance).sum();
        let wrong = open().any(|(node, reply)| node.get("chance").is_some() && reply.chance.is_none());
        if wrong {
            return;
        }
        if sum > CERTAIN {
            let label = format!("they sum to {}", decimal(sum));
            let hint = "make them 1, or less: the rest is silence";
            self.complain(key, "these chances are more than 1", label, hint).is(Mistake::BadChance);
        } else if sum == CERTAIN
            && let Some((node, _)) = open().find(|(_, reply)| reply.chance.is_none())
        {
            let hint = "one without a `chance` takes what the others leave, and they leave nothing";
            self.complain(first_key(node), "this alternative can never be taken", "", hint)
                .is(Mistake::NeverTaken);
        }
    }

    fn reply(&mut self, node: &Node, remembers: bool) -> Reply {
        let mut reply = Reply { span: first_key(node), ..Reply::default() };
        let hint = "as in `{after: 8m, publish: FoodCooked}`";
        let what = "an answer is a mapping, or a list of them";
        let Some(members) = self.members(node, Place::Reply, what, hint) else { return reply };
        let scope = self.known.scope.clone();
        let mut published = Vec::new();
        for member in &members {
            let value = &member.value;
            match member.key.as_str() {
                "when" => reply.when = self.bare_expression("when", value, &scope),
                "chance" => reply.chance = self.chance(value),
                "after" => reply.after = self.delay(value),
                "set" if !remembers => {
                    let hint = "say whose data it is, as in `entity: =event.data.customer`";
                    self.complain(member.key_span, "`set` in a service without `entity`", "", hint)
                        .is(Mistake::NoEntity);
                }
                "set" => reply.set = self.set(value),
                "send" => reply.says = self.messages("send", Kind::Command, value),
                "publish" => published = self.messages("publish", Kind::Event, value),
                other => unreachable!("`{other}` is in the table of keys"),
            }
        }
        reply.says.append(&mut published);
        let said = |key: &str| says(node, Place::Reply, key);
        if let Some(after) = members.iter().find(|member| member.key == "after")
            && !said("send")
            && !said("publish")
        {
            let hint = "`set` counts at once; what comes later is an answer: `publish` or `send`";
            self.complain(after.key_span, "`after` delays nothing here", "", hint).is(Mistake::DelaysNothing);
        }
        let expressions = expressions(&reply);
        self.without_states(expressions.iter(), reply.span);
        reply
    }

    /// `state` is the name of a process's state.
    fn without_states<'e>(
        &mut self,
        expressions: impl Iterator<Item = &'e crate::process::expr::Expr>,
        span: Span,
    ) {
        if expressions.into_iter().any(|expr| expr.reads().state) {
            let hint = "what it must remember stands in `data`, per `entity`";
            self.complain(span, "an expression here reads `state`, and a service has no states", "", hint)
                .is(Mistake::NoStates);
        }
    }

    /// A service that answered itself would never come to an end.
    fn heard_by_itself(&mut self, on: &BTreeMap<Name, Replies>) {
        for replies in on.values() {
            let says = replies.alternatives.iter().flat_map(|reply| &reply.says);
            let own: Vec<_> = says.filter(|outgoing| on.contains_key(&outgoing.type_)).collect();
            for outgoing in own {
                let what = format!("`{}` is heard and said by one service", outgoing.type_);
                let line = self.line(on[&outgoing.type_].span);
                let label = format!("heard on line {line}");
                self.complain(outgoing.span, what, label, "a service never hears itself: make two of it")
                    .is(Mistake::HeardByItself);
            }
        }
    }

    /// From 0 to 1, with up to nine digits.
    fn chance(&mut self, node: &Node) -> Option<Billionths> {
        let what = "`chance` wants a number from 0 to 1";
        let scalar = self.word(node, what, "as in `chance: 0.1`")?;
        let chance = billionths(&scalar.text).filter(|chance| *chance <= CERTAIN);
        if chance.is_none() {
            let percent = scalar.text.strip_suffix('%').and_then(billionths);
            let hint = match percent.filter(|percent| *percent <= 100 * CERTAIN) {
                Some(percent) => format!("write `chance: {}`", decimal(percent / 100)),
                None if scalar.meaning() == Meaning::Number && billionths(&scalar.text).is_some() => {
                    "1 is certain".to_string()
                }
                None => "as in `chance: 0.1`, with up to nine digits after the point".to_string(),
            };
            self.complain(node.span, what, "", &hint).is(Mistake::BadChance);
        }
        chance
    }

    /// `8m`, `5m..20m`, `{exponential: 8m}`, or `=` and an expression.
    fn delay(&mut self, node: &Node) -> Delay {
        let hint = "as in `after: 8m`, `after: 5m..20m`, or `after: {exponential: 8m}`";
        if node.map().is_some() {
            let Some(members) = self.members(node, Place::Delay, "", "") else { return Delay::None };
            let Some(member) = members.first() else {
                if node.map().is_some_and(|members| members.is_empty()) {
                    self.complain(node.span, "`after` does not say how long", "", hint)
                        .is(Mistake::MissingKey);
                }
                return Delay::None;
            };
            let Some(scalar) = self.word(&member.value, "a duration is expected here", hint) else {
                return Delay::None;
            };
            return match self.plain_duration(&scalar.text, member.value.span, hint) {
                Some(mean) => Delay::Exponential(mean),
                None => Delay::None,
            };
        }
        let Some(scalar) = self.word(node, "`after` wants a duration", hint) else { return Delay::None };
        if is_expression(scalar) {
            let scope = self.known.scope.clone();
            return self.marked_expression(node, scalar, &scope).map_or(Delay::None, Delay::Computed);
        }
        let Some((from, to)) = scalar.text.split_once("..") else {
            return self.plain_duration(&scalar.text, node.span, hint).map_or(Delay::None, Delay::Fixed);
        };
        let from = self.plain_duration(from.trim(), node.span, hint);
        let to = self.plain_duration(to.trim(), node.span, hint);
        match (from, to) {
            (Some(from), Some(to)) if from <= to => Delay::Between(from, to),
            (Some(_), Some(_)) => {
                let hint = "the shorter comes first, as in `5m..20m`";
                self.complain(node.span, "this range ends before it begins", "", hint)
                    .is(Mistake::BadDuration);
                Delay::None
            }
            _ => Delay::None,
        }
    }

    fn plain_duration(&mut self, text: &str, span: Span, hint: &str) -> Option<Millis> {
        let parsed = parse_duration(text);
        if parsed.is_none() {
            let hint = match billionths(text) {
                Some(_) => format!("say of what, as in `{text}s` or `{text}m`; a fraction in a smaller unit"),
                None => meant_duration(text).map_or(hint.to_string(), |meant| format!("write `{meant}`")),
            };
            self.complain(span, format!("`{text}` is no duration"), "", &hint).is(Mistake::BadDuration);
        }
        parsed
    }
}

/// The first key of a mapping, for a caret that stays on one line.
fn first_key(node: &Node) -> Span {
    node.map().and_then(|members| members.first()).map_or(node.span, |member| member.key_span)
}

fn expressions(reply: &Reply) -> Vec<crate::process::expr::Expr> {
    let mut found = Vec::new();
    found.extend(&reply.when);
    reply.set.iter().for_each(|(_, template)| template.expressions(&mut found));
    for outgoing in &reply.says {
        outgoing.expressions(&mut found);
    }
    if let Delay::Computed(expr) = &reply.after {
        found.push(expr);
    }
    found.into_iter().cloned().collect()
}

/// `0.1` exactly; None for what is no plain decimal, or has more than nine digits after the point.
fn billionths(text: &str) -> Option<Billionths> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || fraction.len() > 9 || !digits(whole) || !digits(fraction) {
        return None;
    }
    if fraction.is_empty() && text.contains('.') {
        return None;
    }
    let fraction: Billionths = format!("{fraction:0<9}").parse().ok()?;
    Some(whole.parse::<Billionths>().ok()? * CERTAIN + fraction)
}

fn decimal(chance: Billionths) -> String {
    let text = format!("{}.{:09}", chance / CERTAIN, chance % CERTAIN);
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}
