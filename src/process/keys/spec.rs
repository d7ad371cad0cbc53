//! The keys of a spec.

use super::{Key, Shape, key, must};

/// What a message can meet, as the kernel calls it.
pub const OUTCOMES: &[&str] = &[
    "started",
    "advanced",
    "ended",
    "declined",
    "ignored",
    "deferred",
    "duplicate",
    "expired",
    "stale",
    "late",
    "held",
    "parked",
];

pub(super) const SPEC: &[Key] = &[
    must(key(
        "spec",
        Shape::Text,
        "what holds, in a sentence",
        &["name", "title", "id", "test", "scenario", "describe", "it"],
    )),
    key("process", Shape::Processes, "the process, or a list of them", &["processes", "saga"]),
    key("service", Shape::Names, "a service of which something is expected, or a list of them", &[]),
    key("services", Shape::Names, "those that answer, in virtual time", &["answering", "with"]),
    key("given", Shape::Steps, "what has happened", &["first", "background", "arrange", "setup"]),
    must(key("when", Shape::Steps, "what happens now", &["deliver", "act"])),
    must(key(
        "then",
        Shape::Then,
        "what is expected of it",
        &["expect", "expects", "expected", "assert", "should"],
    )),
];

pub(super) const GIVEN: &[Key] = &[
    key("event", Shape::Text, "the message's type", &["message", "type", "name", "command", "alarm"]),
    key("data", Shape::Literals, "its data", &["payload", "body"]),
    key("times", Shape::Integer, "so many of them, each with an id of its own", &["count", "repeat"]),
    key("id", Shape::Text, "its id; the same id again is a duplicate", &[]),
    key("module", Shape::Text, "who says it", &["source", "from"]),
    key(
        "correlation",
        Shape::Text,
        "its conversation, where there are several",
        &["conversation", "correlation-id"],
    ),
    key(
        "advance",
        Shape::Duration,
        "time that passes; alarms ring on the way",
        &["wait", "sleep", "elapse", "after"],
    ),
];

pub(super) const THEN: &[Key] = &[
    key("outcome", Shape::Choice(OUTCOMES), "what the message met", &["met", "result"]),
    key("state", Shape::Resting, "where the process is now", &["in-state", "status", "to"]),
    key("data", Shape::Literals, "what it remembers; only what is named is compared", &["context"]),
    key(
        "send",
        Shape::Expected,
        "the commands that went out: these and no others",
        &["sends", "sent", "commands"],
    ),
    key(
        "publish",
        Shape::Expected,
        "the events that went out: these and no others",
        &["publishes", "published", "events", "emit"],
    ),
    key(
        "alarms",
        Shape::Armed,
        "the alarms that are set: these and no others",
        &["alarm", "timers", "armed"],
    ),
    key("parked", Shape::Reason, "whether it was set aside, or why", &["fails", "error"]),
];

pub(super) const SENT: &[Key] = &[
    key("event", Shape::Text, "the message's type", &["message", "type", "name", "command"]),
    key("data", Shape::Literals, "its data; only what is named is compared", &["payload", "body"]),
    key("times", Shape::Integer, "so many of them", &["count", "repeat"]),
];
