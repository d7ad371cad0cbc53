//! The keys of a process.

use super::{Key, Place, Shape, key, must};

pub const BEFORE_START: &[&str] = &["defer", "park", "ignore"];
pub const UNEXPECTED: &[&str] = &["park", "ignore", "defer"];
pub const AFTER_END: &[&str] = &["remember", "forget"];
pub const ENDS: &[&str] = &["success", "failure", "manual"];
pub const UNDO_WHEN: &[&str] = &["completed", "attempted"];

pub(super) const PROCESS: &[Key] = &[
    must(key("process", Shape::Text, "the name of the process", &["name", "saga", "id"])),
    must(key("version", Shape::Integer, "the version, from 1", &[])),
    key("summary", Shape::Text, "what it is for, in a sentence", &["description", "title"]),
    key(
        "starts-on",
        Shape::Starters,
        "the messages that start an instance; without it this is a part of other processes",
        &["start", "on-start", "trigger"],
    ),
    key("starts-when", Shape::Expression, "which starters are for this process", &["start-when"]),
    key("correlate", Shape::Correlate, "how a message finds its instance", &["correlation", "correlate-by"]),
    key("accepts-new", Shape::Boolean, "false retires this version", &["retired", "deprecated"]),
    key(
        "data",
        Shape::Literals,
        "the data an instance is born with",
        &["context", "variables", "state-data"],
    ),
    key("initial", Shape::StateName, "the first state", &["initial-state", "start-at"]),
    key("states", Shape::States, "the states by name", &["state"]),
    key("before-start", Shape::Choice(BEFORE_START), "a message that comes before its starter", &[]),
    key(
        "unexpected",
        Shape::Choice(UNEXPECTED),
        "a message that the state does not mention",
        &["otherwise", "default"],
    ),
    key("after-end", Shape::Choice(AFTER_END), "what stays of an instance that ended", &[]),
    key("any", Shape::Shared, "what several states share", &["all", "common"]),
    key("allow", Shape::Allows, "what `lint` finds and is meant, with the reason", &["lint", "lints"]),
    key("regions", Shape::Regions, "small machines side by side", &["parallel"]),
    key("joins", Shape::Joins, "what happens when regions meet", &["join"]),
    key(
        "steps",
        Shape::Saga,
        "an orchestrated saga in short form, in the place of `states`",
        &["activities", "stages"],
    ),
    key("ends", Shape::Mapping(Place::Ends), "the names of the ends of `steps`", &[]),
    key(
        "undo-when",
        Shape::Choice(UNDO_WHEN),
        "which steps are undone: those that were done, or also one that was refused",
        &["compensate-when"],
    ),
];

pub(super) const STEP: &[Key] = &[
    key(
        "do",
        Shape::Command,
        "the command that is sent",
        &["invoke", "action", "run", "call", "command", "send", "task"],
    ),
    key("done", Shape::Name, "the answer that it is done", &["on-success", "success", "reply", "completed"]),
    key(
        "failed",
        Shape::Names,
        "the answers that it is not, nor will be",
        &["on-failure", "failure", "on-error", "refused"],
    ),
    key("set", Shape::Set, "what is kept of `done`", &["assign", "update"]),
    key(
        "undo",
        Shape::Command,
        "the command that takes it back",
        &["compensate", "compensation", "with-compensation", "rollback"],
    ),
    key("undone", Shape::Name, "the answer that it is taken back", &["compensated"]),
    key("within", Shape::Duration, "how long an answer is waited for", &["timeout", "deadline"]),
    key(
        "retry",
        Shape::Mapping(Place::Retry),
        "how often it is tried again, and after what time",
        &["retries", "retry-policy"],
    ),
    key("pivot", Shape::Boolean, "from here on there is no way back", &["point-of-no-return", "commit"]),
];

pub(super) const RETRY: &[Key] = &[
    must(key(
        "times",
        Shape::Integer,
        "how often, after the first time",
        &["max-attempts", "attempts", "count", "max"],
    )),
    must(key("every", Shape::Duration, "the pause before each", &["interval", "delay", "after", "backoff"])),
];

pub(super) const STEPS_END: &[Key] = &[
    key("done", Shape::StateName, "every step is done", &["success", "completed"]),
    key("undone", Shape::StateName, "what was done is taken back", &["failure", "failed", "compensated"]),
    key("manual", Shape::StateName, "a person has to look", &["stuck", "person"]),
];

pub(super) const STATE: &[Key] = &[
    key("on", Shape::Reactions, "what a message does here", &["events", "transitions", "handle", "handles"]),
    key("ignore", Shape::Names, "expected here, and means nothing", &["ignores", "discard"]),
    key("defer", Shape::Names, "kept for after the next change of state", &["defers", "postpone"]),
    key("end", Shape::Choice(ENDS), "a final state", &["final", "type", "terminal"]),
    key("enter", Shape::Rule, "a reaction on entry", &["entry", "on-enter", "on-entry"]),
    key("whenever", Shape::Rule, "reactions without an event", &["always"]),
];

pub(super) const REGION: &[Key] = &[
    key("initial", Shape::StateName, "its first state", &["initial-state", "start-at"]),
    key("states", Shape::States, "its states by name", &["state"]),
    key("any", Shape::Shared, "what several of its states share", &["all", "common"]),
    key(
        "unexpected",
        Shape::Choice(UNEXPECTED),
        "a message that only its other states mention; else as at the top",
        &["otherwise", "default"],
    ),
    key("use", Shape::Text, "a part in its own file, `name@version`", &["part", "import", "include"]),
];

pub(super) const JOIN: &[Key] = &[
    must(key("when", Shape::Expression, "over `state` and `data`", &["if", "guard", "cond", "condition"])),
    key("set", Shape::Set, "changes the instance's data", &["assign", "update"]),
    key("send", Shape::Messages, "commands", &["command", "commands", "dispatch"]),
    key("publish", Shape::Messages, "events", &["emit", "raise", "event", "events"]),
    key("alarm", Shape::Alarms, "messages to its own future", &["alarms", "timer", "timeout", "schedule"]),
    key("cancel", Shape::AlarmNames, "alarms that shall not ring", &["unschedule"]),
    key("end", Shape::Choice(ENDS), "the whole process ends by it", &["final", "terminal"]),
    key("as", Shape::Text, "what that end is called; else as it ends", &["name"]),
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
