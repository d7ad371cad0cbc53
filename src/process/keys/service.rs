//! The keys of a service.

use super::{Key, Shape, key, must};

pub(super) const SERVICE: &[Key] = &[
    must(key("service", Shape::Text, "the name of the service", &["name", "participant", "id"])),
    key("summary", Shape::Text, "what it is for, in a sentence", &["description", "title"]),
    key("entity", Shape::Time, "whose data a message is about", &["key", "aggregate", "subject"]),
    key("data", Shape::Literals, "the data each entity begins with", &["context", "variables"]),
    must(key("on", Shape::Replies, "what it says to a message", &["answers", "handles", "handle", "events"])),
    key("allow", Shape::Allows, "what `lint` finds and is meant, with the reason", &["lint", "lints"]),
];

pub(super) const REPLY: &[Key] = &[
    key("when", Shape::Expression, "guard", &["if", "guard", "cond", "condition"]),
    key("chance", Shape::Chance, "how likely it is, from 0 to 1", &["probability", "weight", "odds"]),
    key("after", Shape::Delay, "how long it takes", &["delay", "in", "latency", "within"]),
    key("set", Shape::Set, "changes the entity's data", &["assign", "update"]),
    key("send", Shape::Messages, "commands", &["command", "commands", "dispatch"]),
    key("publish", Shape::Messages, "events", &["emit", "raise", "event", "events", "answer", "reply"]),
];

pub(super) const DELAY: &[Key] =
    &[key("exponential", Shape::Duration, "so long on average", &["exp", "mean", "average", "poisson"])];

/// What a process has and a service has not, and what to do without it.
pub(super) const NOT_OF_A_SERVICE: &[(&str, &str)] = &[
    ("to", "a service has no states: it answers, and that is all; what it must remember stands in `data`"),
    ("alarm", "a service has no states, and so no alarms: `after` says how long an answer takes"),
    ("cancel", "a service has no states, and so no alarms: what it has said once it cannot take back"),
    ("states", "a service has no states: under `on` stands what it says to each message"),
    ("initial", "a service has no states"),
    ("version", "a service has no versions: it is simulated, and lives as long as its file"),
    ("starts-on", "a service does not start: it hears what stands under `on`"),
    ("ignore", "leave the message out: a service hears only what stands under `on`"),
    ("defer", "a service has no states, for whose change a message could wait"),
];
