//! What is expected.

use super::super::model::{Armed, Expected, ParkedAs, Placed, StateIs, Then};
use super::Reader;
use crate::event::{Document, Kind, Name};
use crate::process::keys::{self, Place};
use crate::process::tree::{Meaning, Member, Node};
use crate::process::{Definition, Participant};
use crate::span::{Mistake, Span, nearest};
use crate::step::Outcome;

impl Reader<'_> {
    /// One for each of whom something is expected.
    pub(super) fn then(&mut self, node: &Node, subjects: &[Participant]) -> Vec<Then> {
        let mut all = vec![Then::default(); subjects.len()];
        let Some(members) = self.then_members(node) else { return all };
        let subject = |key: &str| subjects.iter().position(|subject| **subject.name() == *key);
        let is_key = |member: &Member| keys::find(Place::Then, &member.key).is_some();
        if subjects.len() == 1
            && !members.iter().any(|member| subject(&member.key).is_some() && !is_key(member))
        {
            all[0] = self.of_one(node, &subjects[0]);
            return all;
        }
        let names = || subjects.iter().map(|subject| &**subject.name());
        let sort = match subjects.iter().all(|subject| subject.process().is_some()) {
            true => "process",
            false => "process or service",
        };
        let each = names().map(|name| format!("{name}: …")).collect::<Vec<_>>().join(", ");
        for member in members {
            if let Some(index) = subject(&member.key) {
                if let Some(of_it) = self.then_members(&member.value)
                    && !of_it.is_empty()
                {
                    all[index] = self.of_one(&member.value, &subjects[index]);
                }
            } else if keys::meant(Place::Then, &member.key).is_some()
                && nearest(&member.key, names()).is_none()
            {
                let what = format!("`{}` does not say of which {sort}", member.key);
                let several = if sort == "process" { "processes" } else { "of them" };
                let hint = format!("with several {several} each has its own: `then: {{{each}}}`");
                self.complain(member.key_span, what, "", &hint).is(Mistake::UnknownKey);
            } else {
                let what = format!("no {sort} of this spec is called `{}`", member.key);
                let hint = self.nearest_or_listed(&member.key, names(), "", "there are");
                self.complain(member.key_span, what, "", &hint).is(Mistake::NoSuchProcess);
            }
        }
        all
    }

    /// Without processes: only the keys are looked at.
    pub(super) fn form_of_then(&mut self, node: &Node) {
        self.then_members(node);
    }

    fn then_members<'n>(&mut self, node: &'n Node) -> Option<&'n [Member]> {
        let hint = "as in `then: {state: cooking, send: [CookFood]}`";
        let Some(members) = node.map() else {
            self.expected(node, "`then` is a mapping", hint);
            return None;
        };
        if members.is_empty() {
            self.complain(node.span, "`then` expects nothing, so this would hold whatever happens", "", hint)
                .is(Mistake::NothingListed);
        }
        Some(members)
    }

    fn of_one(&mut self, node: &Node, subject: &Participant) -> Then {
        let mut then = Then::default();
        for member in self.members(node, Place::Then, "", "").unwrap_or_default() {
            let (span, value) = (member.key_span, &member.value);
            if let Some((what, hint, mistake)) = beyond_a_service(&member.key, subject) {
                self.complain(span, what, "", hint).is(mistake);
                continue;
            }
            match member.key.as_str() {
                "outcome" => {
                    let outcome = self.choice(Place::Then, "outcome", value);
                    let outcome = outcome.and_then(Outcome::named);
                    then.outcome = outcome.map(|value| Placed { value, span });
                }
                "state" => then.state = self.state(value, subject).map(|value| Placed { value, span }),
                "data" => then.data = self.data(value, subject),
                "send" => then.send = self.messages("send", member, subject, Kind::Command),
                "publish" => then.publish = self.messages("publish", member, subject, Kind::Event),
                "alarms" => then.alarms = self.alarms(value, subject).map(|value| Placed { value, span }),
                "parked" => then.parked = self.parked(value).map(|value| Placed { value, span }),
                other => unreachable!("`{other}` is in the table of keys"),
            }
        }
        then
    }

    fn state(&mut self, node: &Node, subject: &Participant) -> Option<StateIs> {
        let process = subject.process()?;
        if let Some(members) = node.map().filter(|_| !process.is_plain()) {
            return self.state_by_region(node, members, process);
        }
        let hint = match process.is_plain() {
            true => String::new(),
            false => format!("as in `state: {{{}: …}}`", process.regions[0].name),
        };
        let word = self.word(node, "`state` wants the name of a state", &hint)?.text.as_str();
        if let Some((state, _)) = process.resting(word) {
            return Some(StateIs::In(state));
        }
        match word {
            "not-started" => return Some(StateIs::NotStarted),
            "declined" => return Some(StateIs::Declined),
            _ => {}
        }
        let known: Vec<String> = match process.is_plain() {
            true => process.states.iter().map(|state| state.name.to_string()).collect(),
            false => [process.resting_names(false), process.resting_names(true)].concat(),
        };
        let known = known.iter().map(String::as_str).chain(["not-started", "declined"]);
        let hint = self.nearest_or_listed(word, known, "", "there are");
        self.complain(node.span, format!("{} has no state `{word}`", process.full_name()), "", &hint)
            .is(Mistake::UnknownState);
        None
    }

    /// `{payment: paid}`: what is not named is not compared.
    fn state_by_region(&mut self, node: &Node, members: &[Member], process: &Definition) -> Option<StateIs> {
        if members.is_empty() {
            self.complain(node.span, "`state` names no region", "", "").is(Mistake::NothingListed);
        }
        let mut found = Vec::new();
        for member in members {
            let Some(region) = process.region_named(&member.key) else {
                let known = process.regions.iter().map(|region| &*region.name);
                let hint = self.nearest_or_listed(&member.key, known, "", "there are");
                let what = format!("{} has no region `{}`", process.full_name(), member.key);
                self.complain(member.key_span, what, "", &hint).is(Mistake::UnknownState);
                continue;
            };
            let Some(word) = self.word(&member.value, "the name of a state is expected here", "") else {
                continue;
            };
            match process.state_of(region, &word.text) {
                Some(state) => found.push((process.regions[region].name.clone(), state.name.clone())),
                None => {
                    let known = process.states_of(region).iter().map(|state| &*state.name);
                    let hint = self.nearest_or_listed(&word.text, known, "", "there are");
                    let what = format!("{} has no state `{}`", member.key, word.text);
                    self.complain(member.value.span, what, "", &hint).is(Mistake::UnknownState);
                }
            }
        }
        (found.len() == members.len() && !found.is_empty()).then_some(StateIs::Within(found))
    }

    fn data(&mut self, node: &Node, subject: &Participant) -> Vec<(Name, Placed<Document>)> {
        let Some(members) = node.map() else {
            self.expected(
                node,
                "`data` is a mapping",
                "as in `data: {reminders: 1}`; only what is named is compared",
            );
            return Vec::new();
        };
        let known = subject.data_names();
        let mut data = Vec::new();
        for member in members {
            if !known.contains(&member.key) {
                let what = format!("{} remembers no `{}`", subject.full_name(), member.key);
                let none = "it has no data: neither `data` nor any `set` names something";
                let hint =
                    self.nearest_or_listed(&member.key, known.iter().map(String::as_str), none, "there is");
                self.complain(member.key_span, what, "", &hint).is(Mistake::UnknownName);
                continue;
            }
            let hint = "say the value that is expected; a text that begins with `=` is written `\"='=x'\"`";
            let what = "there is nothing here that an expression could look at";
            if let Some(text) = self.literal(&member.value, what, hint) {
                let value = Document::of_valid(&text);
                data.push((Name::from(member.key.as_str()), Placed { value, span: member.key_span }));
            }
        }
        data
    }

    fn messages(
        &mut self,
        key: &str,
        member: &Member,
        subject: &Participant,
        kind: Kind,
    ) -> Option<Placed<Vec<Expected>>> {
        if member.value.is_null() {
            self.nothing_here(
                member.value.span,
                key,
                &format!("write `{key}: []` where nothing is expected"),
            );
            return None;
        }
        let listed = self.stimuli(Place::Sent, key, &member.value);
        let mut expected = Vec::new();
        for message in listed {
            self.sends(key, &message.type_, message.span, subject, kind);
            expected.push(Expected { type_: message.type_, data: message.data, times: message.times });
        }
        Some(Placed { value: expected, span: member.key_span })
    }

    /// Complains where somebody never sends that.
    fn sends(&mut self, key: &str, type_: &Name, span: Span, subject: &Participant, kind: Kind) {
        let (known, other) = match kind {
            Kind::Command => (subject.says(Kind::Command), subject.says(Kind::Event)),
            Kind::Event => (subject.says(Kind::Event), subject.says(Kind::Command)),
        };
        if known.contains(&**type_) {
            return;
        }
        let (does, other_does, other_key) = match kind {
            Kind::Command => ("sends", "publishes", "publish"),
            Kind::Event => ("publishes", "sends", "send"),
        };
        let name = subject.full_name();
        if other.contains(&**type_) {
            let what = format!("{name} {other_does} `{type_}`");
            self.complain(span, what, "", &format!("it belongs under `{other_key}`")).is(Mistake::NeverSaid);
            return;
        }
        if subject.alarms().contains(type_) {
            let what = format!("`{type_}` is an alarm of {name}");
            self.complain(span, what, "", "an alarm that is set is expected under `alarms`")
                .is(Mistake::NeverSaid);
            return;
        }
        let none = format!("it {does} nothing: `{key}` can only be `[]`");
        let hint = self
            .source
            .advice(|| self.nearest_or_listed(type_, known.iter().copied(), &none, &format!("it {does}")));
        self.complain(span, format!("{name} never {does} `{type_}`"), "", &hint).is(Mistake::NeverSaid);
    }

    /// A name, a mapping from names to durations, or a list of such.
    fn alarms(&mut self, node: &Node, subject: &Participant) -> Option<Vec<Armed>> {
        let hint = "as in `alarms: [PaymentTimedOut]` or `alarms: {PaymentTimedOut: 15m}`; none is `[]`";
        if node.is_null() {
            self.nothing_here(node.span, "alarms", hint);
            return None;
        }
        let items = node.one_or_more();
        let mut found: Vec<(Armed, Span)> = Vec::new();
        for item in items {
            if let Some(members) = item.map() {
                for member in members {
                    let after = self.duration(&member.key, &member.value);
                    self.armed(&member.key, member.key_span, after, subject, &mut found);
                }
            } else if let Some(word) = self.word(item, "`alarms` wants names of alarms", hint) {
                self.armed(&word.text, item.span, None, subject, &mut found);
            }
        }
        Some(found.into_iter().map(|(armed, _)| armed).collect())
    }

    fn armed(
        &mut self,
        name: &str,
        span: Span,
        after: Option<i64>,
        subject: &Participant,
        found: &mut Vec<(Armed, Span)>,
    ) {
        let alarms = subject.alarms();
        if !alarms.contains(name) {
            let known = alarms.iter().map(|alarm| &**alarm);
            let hint = self.nearest_or_listed(
                name,
                known,
                "it sets no alarm: `alarms` can only be `[]`",
                "there are",
            );
            self.complain(span, format!("{} sets no alarm `{name}`", subject.full_name()), "", &hint)
                .is(Mistake::UnknownAlarm);
            return;
        }
        match found.iter().find(|(known, _)| *known.name == *name).map(|(_, first)| *first) {
            Some(first) => self.twice(name, span, first),
            None => found.push((Armed { name: Name::from(name), after }, span)),
        }
    }

    fn parked(&mut self, node: &Node) -> Option<ParkedAs> {
        let hint = "as in `parked: true`, or the reason: `parked: unexpected OrderPaid in cooking`";
        let word = self.word(node, "`parked` wants `true`, `false` or the reason", hint)?;
        Some(match word.meaning() {
            Meaning::Bool(true) => ParkedAs::Yes,
            Meaning::Bool(false) => ParkedAs::No,
            _ => ParkedAs::For(word.text.trim().to_string()),
        })
    }
}

/// What cannot be expected of a service, and what to do.
fn beyond_a_service(key: &str, subject: &Participant) -> Option<(String, &'static str, Mistake)> {
    let service = subject.service()?;
    let name = &service.name;
    Some(match key {
        "state" => (
            format!("`state`, and {name} is a service"),
            "what it remembers stands under `data`",
            Mistake::NoStates,
        ),
        "alarms" => (
            format!("`alarms`, and {name} is a service"),
            "what it owes is said when time has come to it: `when: [..., {advance: 5m}]`",
            Mistake::NoStates,
        ),
        "data" | "outcome" if !service.remembers() => (
            format!("`{key}`, and {name} is a service without `entity`"),
            "it remembers nothing: expect what it says, under `send` and `publish`",
            Mistake::NoEntity,
        ),
        _ => return None,
    })
}
