//! States: what each says about each message, alone or with others (`any`).

use super::Reader;
use crate::event::Name;
use crate::process::definition::{Answers, End, Rule, Shared, State};
use crate::process::keys::Place;
use crate::process::tree::{Member, Node};
use crate::span::{Mistake, Span, nearest};
use std::collections::{BTreeMap, BTreeSet};

/// Under which keys a state mentions a message, and where first.
type Places = BTreeMap<Name, Vec<(&'static str, Span)>>;

/// What stands under `states`, of a process or of a region.
pub(super) fn states_of(node: &Node) -> impl Iterator<Item = &Member> {
    node.get("states").and_then(Node::map).unwrap_or_default().iter()
}

impl Reader<'_> {
    pub(super) fn states(&mut self, node: &Node) -> Vec<State> {
        let hint = "as in `states: {waiting: {on: {OrderPaid: {to: done}}}, done: {end: success}}`";
        let Some(members) = node.map().filter(|members| !members.is_empty()) else {
            self.expected(node, "`states` is a mapping from names to states", hint);
            return Vec::new();
        };
        // One state per key, whatever is wrong with it: a state's id is its index.
        members
            .iter()
            .map(|member| {
                self.place_name("state", &member.key, member.key_span);
                self.one_state(&member.key, member.key_span, &member.value)
            })
            .collect()
    }

    /// What a state or a region is called: without dots and spaces, so that where regions are is one name.
    pub(super) fn place_name(&mut self, noun: &str, name: &str, span: Span) {
        let good = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if !good {
            let hint =
                format!("a {noun} is named with letters, digits, `-` and `_`, and begins with a letter");
            self.complain(span, format!("`{name}` is no name for a {noun}"), "", &hint).is(Mistake::BadName);
        } else if name == "not-started" {
            let hint = "reports use it for an instance that does not exist yet";
            self.complain(span, format!("a {noun} cannot be named `not-started`"), "", hint)
                .is(Mistake::ReservedName);
        }
    }

    fn one_state(&mut self, name: &str, span: Span, node: &Node) -> State {
        let mut state = State {
            name: Name::from(name),
            region: 0,
            end: None,
            own: Answers::default(),
            enter: Rule::new(),
            whenever: Rule::new(),
            span,
        };
        let hint = "as in `{on: {OrderPaid: {to: done}}}`, or `{end: success}`";
        let Some(members) = self.members(node, Place::State, "a state is a mapping", hint) else {
            return state;
        };
        for member in &members {
            match member.key.as_str() {
                "end" => {
                    let chosen = self.choice(Place::State, "end", &member.value);
                    state.end = End::ALL.into_iter().find(|end| Some(end.name()) == chosen);
                }
                "on" | "ignore" | "defer" => {}
                "enter" => state.enter = self.enter(&member.value),
                "whenever" => state.whenever = self.whenever(&member.value),
                other => unreachable!("`{other}` is in the table of keys"),
            }
        }
        state.own = self.answers("this state", &members);
        state
    }

    /// What several states share: a block, or a list of them.
    pub(super) fn any(&mut self, node: &Node, states: &[State]) -> Vec<Shared> {
        let blocks = node.one_or_more();
        blocks.iter().filter_map(|block| self.shared(block, states)).collect()
    }

    fn shared(&mut self, node: &Node, states: &[State]) -> Option<Shared> {
        let hint =
            "as in `any: {on: {OrderCancelled: {to: cancelled}}}`, or a list of such with `in: [a, b]`";
        let members = self.members(node, Place::Shared, "`any` is a mapping, or a list of them", hint)?;
        let within = members.iter().find(|member| member.key == "in");
        let within = within.map(|member| self.within(&member.value, states));
        Some(Shared { region: 0, within, answers: self.answers("this block", &members) })
    }

    /// The states that share a block: no end, since an end is never asked about it.
    fn within(&mut self, node: &Node, states: &[State]) -> BTreeSet<Name> {
        let items = node.one_or_more();
        if items.is_empty() {
            let hint = "name states, or leave `in` out: then all states share it";
            self.complain(node.span, "`in` names no state", "", hint).is(Mistake::NothingListed);
        }
        let mut seen: BTreeMap<Name, Span> = BTreeMap::new();
        for item in items {
            let Some(id) = self.state(item) else { continue };
            let Some(state) = states.get(id) else { continue };
            if state.end.is_some() {
                let lasting = states.iter().filter(|state| state.end.is_none()).map(|state| &*state.name);
                let hint = match nearest(&state.name, lasting) {
                    Some(near) => {
                        format!("did you mean `{near}`? what an end answers stands under its own `on`")
                    }
                    None => "what an end answers stands under its own `on`".to_string(),
                };
                let message =
                    format!("`{}` is an end, which is never asked about what states share", state.name);
                self.complain(item.span, message, "", &hint).is(Mistake::EndShares);
            } else if let Some(first) = seen.get(&state.name).copied() {
                self.twice(&state.name, item.span, first);
            } else {
                seen.insert(state.name.clone(), item.span);
            }
        }
        seen.into_keys().collect()
    }

    /// `on`, `ignore` and `defer` of a state, or of a block that states share.
    fn answers(&mut self, who: &str, members: &[&Member]) -> Answers {
        let (mut answers, mut places) = (Answers::default(), Places::new());
        for member in members {
            match member.key.as_str() {
                "on" => answers.on = self.on(&member.value, &mut places),
                "ignore" => answers.ignore = self.listed_messages("ignore", &member.value, &mut places),
                "defer" => answers.defer = self.listed_messages("defer", &member.value, &mut places),
                _ => {}
            }
        }
        self.two_things(who, &answers, &places);
        answers
    }

    /// What is asked later, and never answers, because what is asked first always does. A rule of which
    /// every reaction has a guard may leave the message to `ignore` or `defer`.
    fn two_things(&mut self, who: &str, answers: &Answers, places: &Places) {
        let guarded = |name: &Name| {
            answers.on.get(name).is_some_and(|rule| rule.iter().all(|reaction| reaction.when.is_some()))
        };
        for (name, said) in places {
            let spare = usize::from(said.iter().any(|(key, _)| *key == "on") && guarded(name));
            let said: Vec<_> = match spare {
                0 => said.iter().collect(),
                _ => said.iter().filter(|(key, _)| *key != "on").collect(),
            };
            for pair in said.windows(2) {
                let ((before, first), (_, span)) = (pair[0], pair[1]);
                let label = format!("stands under `{before}` on line {} already", self.line(*first));
                let message = format!("{who} says two things about `{name}`");
                let hint = "`on` is asked first, then `ignore`, then `defer`: keep one";
                self.complain(*span, message, label, hint).is(Mistake::SaysTwoThings);
            }
        }
    }

    fn on(&mut self, node: &Node, places: &mut Places) -> BTreeMap<Name, Rule> {
        let mut on = BTreeMap::new();
        if node.is_null() {
            return on;
        }
        let Some(members) = node.map() else {
            let hint = "as in `on: {OrderPaid: {to: done}}`";
            self.expected(node, "`on` is a mapping from messages to reactions", hint);
            return on;
        };
        for member in members {
            let rule = self.rule(&member.value);
            if let Some(name) = self.message(&member.key, member.key_span) {
                self.mention(&name, "on", member.key_span, places);
                on.insert(name, rule);
            }
        }
        on
    }

    /// A name, or a list of names.
    fn listed_messages(&mut self, key: &'static str, node: &Node, places: &mut Places) -> BTreeSet<Name> {
        let mut names = BTreeSet::new();
        let hint = format!("as in `{key}: OrderPaid`, or `{key}: [OrderPaid, OrderCancelled]`");
        let what = format!("`{key}` wants a message's name, or a list of them");
        let items = if node.is_null() { &[][..] } else { node.one_or_more() };
        for item in items {
            if let Some(name) = self.message_name(item, &what, &hint) {
                self.mention(&name, key, item.span, places);
                names.insert(name);
            }
        }
        names
    }

    fn mention(&mut self, name: &Name, key: &'static str, span: Span, places: &mut Places) {
        self.mentions.mention(name, span);
        let said = places.entry(name.clone()).or_default();
        match said.iter().find(|(before, _)| *before == key) {
            Some((_, first)) => self.twice(name, span, *first),
            None => said.push((key, span)),
        }
    }
}
