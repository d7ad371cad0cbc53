//! A story: messages on the left, what was decided about them on the right, compared as a whole.
//!
//! ```text
//! Placed {"total":1}   | started in open; set total=1     a message, with data if it has any
//! Placed#1             | duplicate                        with an id of its own
//! @c2 Placed           | …                                of another conversation than c1
//! Paid ~5m             | …                                it expires at five past nine
//! +10m                 |                                  time passes (a story begins at nine)
//! Paid -2m             | …                                stamped two minutes before now
//! TooLate!             | …                                the armed alarm of that name rings, when due
//! Leaves(g1)!          | …                                the one of that key
//! TooLate!called-off   | …                                the oldest that is armed no more rings all the same
//! ^resume              | advanced by hand                 a person: `^resume`, `^skip` or `^end`
//! @none ^skip          | under the process: …             what has no instance
//!                      | Paid: advanced to done           a deferred message, tried again in that turn
//! ```

use anyorder::event::{Document, Kind, Message, Name, Position, Time, parse_duration, print_duration};
use anyorder::process::{Definition, read};
use anyorder::report::diagnostic::render;
use anyorder::span::Source;
use anyorder::step::{Hand, Input, Instance, Outcome, Recorded, instance_of, turn};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A definition, of which the first two lines are the same in all stories.
pub fn definition(text: &str) -> Definition {
    let text = match text.contains("process:") {
        true => text.to_string(),
        false => format!("process: tale\nversion: 1\n{}", unindented(text)),
    };
    read(&Source::new("tale@1.yaml", &text)).unwrap_or_else(|error| panic!("{}", render(&error, false)))
}

fn unindented(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let indent = lines.iter().map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    lines.iter().map(|line| format!("{}\n", &line[indent..])).collect()
}

pub fn story(text: &str) -> Story {
    story_of(definition(text))
}

pub fn story_of(definition: Definition) -> Story {
    Story {
        definition,
        instances: BTreeMap::new(),
        start: nine(),
        now: nine(),
        clock: nine(),
        next: Position::FIRST.next(),
        ids: BTreeMap::new(),
        alarms: Vec::new(),
    }
}

fn nine() -> Time {
    Time::parse("2026-11-21T09:00:00.000Z").unwrap()
}

pub struct Story {
    definition: Definition,
    pub instances: BTreeMap<Name, Instance>,
    start: Time,
    now: Time,
    /// The process's own: it never goes back.
    clock: Time,
    next: Position,
    ids: BTreeMap<String, u64>,
    /// Every alarm that was ever set.
    alarms: Vec<(Name, Arc<Message>)>,
}

impl Story {
    pub fn goes(mut self, expected: &str) -> Story {
        let mut wanted = Vec::new();
        let mut told = Vec::new();
        for line in expected.lines().filter(|line| !line.trim().is_empty()) {
            let (left, right) = line.split_once('|').unwrap_or_else(|| panic!("no `|` in {line}"));
            wanted.push((left.trim().to_string(), right.trim().to_string()));
            if !left.trim().is_empty() {
                let mut said = self.hears(left.trim()).into_iter();
                told.push((left.trim().to_string(), said.next().unwrap_or_default()));
                told.extend(said.map(|said| (String::new(), said)));
            }
        }
        let draw = |lines: &[(String, String)]| -> String {
            let width = lines.iter().map(|(left, _)| left.len()).max().unwrap_or(0);
            lines.iter().map(|(left, right)| format!("        {left:width$} | {right}\n")).collect()
        };
        assert!(wanted == told, "expected:\n{}told:\n{}", draw(&wanted), draw(&told));
        self
    }

    fn hears(&mut self, line: &str) -> Vec<String> {
        if let Some(duration) = line.strip_prefix('+') {
            self.now = self.now.plus(parse_duration(duration).unwrap()).unwrap();
            return Vec::new();
        }
        let mut conversation = "c1";
        let mut rest = line;
        if let Some(other) = line.strip_prefix('@') {
            (conversation, rest) = other.split_once(' ').unwrap();
        }
        if let Some(hand) = rest.strip_prefix('^') {
            return self.settles(conversation, hand);
        }
        if let Some((name, called_off)) = rest.split_once('!') {
            return self.rings(conversation, name, !called_off.is_empty());
        }
        let (head, data) = match rest.find('{') {
            Some(at) => (&rest[..at], Some(Document::parse(&rest[at..]).unwrap())),
            None => (rest, None),
        };
        let mut words = head.split_whitespace();
        let named = words.next().unwrap();
        let (type_, id) = match named.split_once('#') {
            Some((type_, id)) => (type_, format!("{type_}#{id}")),
            None => {
                let count = self.ids.entry(named.to_string()).or_default();
                *count += 1;
                (named, format!("{named}-{count}"))
            }
        };
        let mut message = Message::new("outside", type_, &*id, self.now);
        message.correlation = Some(Name::from(conversation));
        message.position = Some(Position::FIRST);
        message.data = data;
        for word in words {
            let (sign, duration) = word.split_at(1);
            let duration = parse_duration(duration).unwrap();
            match sign {
                "~" => message.expiry = self.start.plus(duration),
                "-" => message.time = self.now.plus(-duration).unwrap(),
                "?" => (message.correlation, message.causation) = (None, Some(Name::from("somebody"))),
                _ => panic!("{word}"),
            }
        }
        let message = Arc::new(message);
        let time = message.time;
        let id = instance_of(&self.definition, &message).unwrap_or_else(|_| Name::from(""));
        self.turn(&id, Input::Arrives(message), time)
    }

    fn rings(&mut self, conversation: &str, name: &str, called_off: bool) -> Vec<String> {
        let armed = |alarm: &Message| {
            self.instances.get(conversation).is_some_and(|i| i.alarms.iter().any(|a| a.id == alarm.id))
        };
        let mut named = self
            .alarms
            .iter()
            .filter(|(of, alarm)| **of == *conversation && (*alarm.type_ == *name || alarm.named() == name));
        let found = named.find(|(_, alarm)| armed(alarm) != called_off);
        let Some((id, alarm)) = found.cloned() else { return vec!["no such alarm".to_string()] };
        let due = alarm.due.unwrap();
        self.now = self.now.max(due);
        self.turn(&id, Input::Arrives(alarm), due)
    }

    fn settles(&mut self, conversation: &str, named: &str) -> Vec<String> {
        let name = named.split('#').next().unwrap();
        let hand = Hand::ALL.into_iter().find(|hand| hand.name() == name).unwrap();
        let count = self.ids.entry(named.to_string()).or_default();
        *count += u64::from(!named.contains('#'));
        let id = format!("{named}-{count}");
        let message = Message::new(self.definition.name.clone(), hand.type_(), &*id, self.now);
        let id = Name::from(if conversation == "none" { "" } else { conversation });
        self.turn(&id, Input::Settles(Arc::new(message), hand), self.now)
    }

    fn turn(&mut self, id: &Name, input: Input, time: Time) -> Vec<String> {
        self.clock = self.clock.max(time);
        let instance = self.instances.entry(id.clone()).or_insert_with(|| Instance::new(id.clone()));
        let definition = &self.definition;
        let decisions = turn(|_| Some(definition), instance, input, self.clock, &mut self.next);
        for alarm in decisions.iter().flat_map(|recorded| &recorded.armed) {
            self.alarms.push((id.clone(), alarm.clone()));
        }
        decisions.iter().enumerate().map(|(index, recorded)| self.said(index, recorded)).collect()
    }

    fn said(&self, index: usize, recorded: &Recorded) -> String {
        let mut out = String::new();
        if index > 0 {
            out += &format!("{}: ", recorded.input.type_);
        }
        if recorded.instance.is_empty() {
            out += "under the process: ";
        }
        out += recorded.outcome.name();
        if recorded.hand.is_some() {
            out += " by hand";
        }
        if let Some(to) = &recorded.to {
            out += if recorded.outcome == Outcome::Started { " in " } else { " to " };
            out += to;
        }
        if let Some(end) = recorded.end {
            out += &format!(" ({})", end.name());
        }
        for (name, value) in &recorded.set {
            out += &format!("; set {name}={}", value.text());
        }
        let data =
            |message: &Message| message.data.as_ref().map_or(String::new(), |d| format!(" {}", d.text()));
        for message in &recorded.sent {
            let verb = if message.kind == Kind::Command { "sends" } else { "publishes" };
            out += &format!("; {verb} {}{}", message.type_, data(message));
        }
        for alarm in &recorded.armed {
            let after = alarm.due.unwrap().millis() - self.start.millis();
            out += &format!("; sets {} for +{}{}", alarm.named(), print_duration(after), data(alarm));
        }
        for id in &recorded.disarmed {
            let (_, alarm) = self.alarms.iter().find(|(_, alarm)| alarm.id == *id).unwrap();
            out += &format!("; calls off {}", alarm.named());
        }
        if recorded.kept {
            out += "; keeps it";
        }
        if !recorded.keepers.is_empty() {
            out += &format!(
                " for {}",
                recorded.keepers.iter().map(|name| &**name).collect::<Vec<_>>().join(" and ")
            );
        }
        if recorded.forgotten {
            out += "; forgotten";
        }
        if let Some(failed) = &recorded.failed {
            out += &format!(": {}", failed.reason);
            if let Some(place) = &failed.place {
                out += &format!(" ({place})");
            }
        }
        out
    }
}
