//! The keys of a process.

use super::{Key, Shape, key, must};

pub const BEFORE_START: &[&str] = &["defer", "park", "ignore"];
pub const UNEXPECTED: &[&str] = &["park", "ignore", "defer"];
pub const AFTER_END: &[&str] = &["remember", "forget"];
pub const ENDS: &[&str] = &["success", "failure", "manual"];

pub(super) const PROCESS: &[Key] = &[
    must(key("process", Shape::Text, "the name of the process", &["name", "saga", "id"])),
    must(key("version", Shape::Integer, "the version, from 1", &[])),
    key("summary", Shape::Text, "what it is for, in a sentence", &["description", "title"]),
    must(key(
        "starts-on",
        Shape::Starters,
        "the messages that start an instance",
        &["start", "on-start", "trigger"],
    )),
    key("starts-when", Shape::Expression, "which starters are for this process", &["start-when"]),
    key("correlate", Shape::Correlate, "how a message finds its instance", &["correlation", "correlate-by"]),
    key("accepts-new", Shape::Boolean, "false retires this version", &["retired", "deprecated"]),
    key(
        "data",
        Shape::Literals,
        "the data an instance is born with",
        &["context", "variables", "state-data"],
    ),
    must(key("initial", Shape::StateName, "the first state", &["initial-state", "start-at"])),
    must(key("states", Shape::States, "the states by name", &["state"])),
    key("before-start", Shape::Choice(BEFORE_START), "a message that comes before its starter", &[]),
    key(
        "unexpected",
        Shape::Choice(UNEXPECTED),
        "a message that the state does not mention",
        &["otherwise", "default"],
    ),
    key("after-end", Shape::Choice(AFTER_END), "what stays of an instance that ended", &[]),
    key("any", Shape::Shared, "what several states share", &["all", "common"]),
    key("regions", Shape::Later, "small machines side by side", &["parallel"]),
    key("joins", Shape::Later, "what happens when regions meet", &["join"]),
    key("steps", Shape::Later, "an orchestrated saga in short form", &[]),
    key("ends", Shape::Later, "the names of the ends of `steps`", &[]),
    key("undo-when", Shape::Later, "which steps are undone", &[]),
];

pub(super) const STATE: &[Key] = &[
    key("on", Shape::Reactions, "what a message does here", &["events", "transitions", "handle", "handles"]),
    key("ignore", Shape::Names, "expected here, and means nothing", &["ignores", "discard"]),
    key("defer", Shape::Names, "kept for after the next change of state", &["defers", "postpone"]),
    key("end", Shape::Choice(ENDS), "a final state", &["final", "type", "terminal"]),
    key("enter", Shape::Rule, "a reaction on entry", &["entry", "on-enter", "on-entry"]),
    key("whenever", Shape::Rule, "reactions without an event", &["always"]),
    key("use", Shape::Later, "a part in its own file", &[]),
];

pub(super) const REACTION: &[Key] = &[
    key("when", Shape::Expression, "guard", &["if", "guard", "cond", "condition"]),
    key("set", Shape::Set, "changes the instance's data", &["assign", "update"]),
    key("send", Shape::Messages, "commands", &["command", "commands", "dispatch"]),
    key("publish", Shape::Messages, "events", &["emit", "raise", "event", "events"]),
    key("alarm", Shape::Alarms, "messages to its own future", &["alarms", "timer", "timeout", "schedule"]),
    key("cancel", Shape::AlarmNames, "alarms that shall not ring", &["unschedule"]),
    key("to", Shape::StateName, "the next state", &["target", "goto", "transition", "next", "state"]),
];

pub(super) const SHARED: &[Key] = &[
    key("in", Shape::StateNames, "the states that share it; else all", &["states", "only-in"]),
    key("on", Shape::Reactions, "what a message does there", &["events", "transitions", "handle", "handles"]),
    key("ignore", Shape::Names, "expected there, and means nothing", &["ignores", "discard"]),
    key("defer", Shape::Names, "kept for after the next change of state", &["defers", "postpone"]),
];

pub(super) const OUTGOING: &[Key] =
    &[key("each", Shape::Each, "one message per item of a list", &["for-each", "foreach", "for"])];

pub(super) const ALARM: &[Key] = &[
    key("after", Shape::Duration, "so long after now", &["in", "delay", "within", "for"]),
    key("at", Shape::Time, "at a time", &["due", "deadline", "until"]),
    key("data", Shape::Template, "what the alarm carries", &["payload", "body"]),
    key("key", Shape::AlarmKey, "several alarms of one name", &["id", "name"]),
];
