//! Every key of a definition, of a scenario and of a spec: the one table that the readers and the JSON Schema share.
//!
//! A [`Place`] is where keys stand; [`keys`] lists those it knows, with the shape of the value. A
//! key that the design knows and this version does not build is in the table too ([`Key::built`]
//! is false), so that it is never called unknown. Knows nothing of how a value is read.

use crate::span::nearest;

/// Where keys stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The top of the file.
    Process,
    State,
    Reaction,
    /// The long form of an alarm: `{after: 15m, data: {…}}`.
    Alarm,
    /// The top of a scenario's file.
    Scenario,
    /// The long form of a message in a scenario: `{event: OrderPaid, after: [OrderPlaced]}`.
    Stimulus,
    Expect,
    Bounds,
    Faults,
    /// The top of a spec.
    Spec,
    /// The long form of a message in a spec: `{times: 3, event: OrderPaid}`.
    Given,
    /// What is expected of a process.
    Then,
    /// The long form of a message that is expected: `{times: 3, event: CookFood}`.
    Sent,
}

impl Place {
    pub const ALL: [Place; 13] = [
        Place::Process,
        Place::State,
        Place::Reaction,
        Place::Alarm,
        Place::Scenario,
        Place::Stimulus,
        Place::Expect,
        Place::Bounds,
        Place::Faults,
        Place::Spec,
        Place::Given,
        Place::Then,
        Place::Sent,
    ];

    /// The places of the same sort of file.
    fn kin(self) -> &'static [Place] {
        use Place::*;
        match self {
            Process | State | Reaction | Alarm => &[Process, State, Reaction, Alarm],
            Scenario | Stimulus | Expect | Bounds | Faults => &[Scenario, Stimulus, Expect, Bounds, Faults],
            Spec | Given | Then | Sent => &[Spec, Given, Then, Sent],
        }
    }

    /// As in "`send` belongs in a reaction".
    pub fn name(self) -> &'static str {
        match self {
            Place::Process => "the top of the file",
            Place::State => "a state",
            Place::Reaction => "a reaction",
            Place::Alarm => "an alarm",
            Place::Scenario => "a scenario",
            Place::Stimulus => "a message",
            Place::Expect => "`expect`",
            Place::Bounds => "`bounds`",
            Place::Faults => "`faults`",
            Place::Spec => "a spec",
            Place::Given => "a message",
            Place::Then => "`then`",
            Place::Sent => "an expected message",
        }
    }
}

/// What may stand under a key; enough for a schema to say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Text,
    /// From 1.
    Integer,
    Boolean,
    Expression,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A message's name, a list of them, or a mapping from names to reactions.
    Starters,
    /// An expression, or a mapping from message names to expressions.
    Correlate,
    /// A mapping of literals.
    Literals,
    /// A mapping from names to states.
    States,
    /// The name of a state.
    StateName,
    /// A mapping from message names to reactions.
    Reactions,
    /// A message's name, or a list of them.
    Names,
    /// A mapping from names to templates.
    Set,
    /// `Name`, `{Name: template}`, or a list of them.
    Messages,
    /// `{Name: 15m}`, `{Name: {after: …}}`, or a list of them.
    Alarms,
    /// An alarm's name, or a list of them.
    AlarmNames,
    /// A duration, or an expression with `=`.
    Duration,
    /// An expression with `=`.
    Time,
    Template,
    /// One of these words, or a list of them.
    Choices(&'static [&'static str]),
    /// A list of what may stand under a key that takes [`Shape::Choices`].
    ListOfChoices(&'static [&'static str]),
    /// Processes: a name, `name@version` or a path, or a list of them.
    Processes,
    /// Messages from outside: `Name`, `{Name: data}` or `{event: Name, …}`, or a list of them.
    Stimuli,
    /// A mapping whose keys are those of that place.
    Mapping(Place),
    /// Texts, or one.
    Texts,
    /// A mapping from names to expressions.
    Properties,
    /// Messages, alarms that ring, and time that passes: one, or a list of them.
    Steps,
    /// A mapping of expectations; with several processes, one for each process's name.
    Then,
    /// Messages that are expected: `Name`, `{Name: data}`, or a list of them.
    Expected,
    /// Names of alarms, or a mapping from names to how long until they ring.
    Armed,
    /// `true`, `false`, or the reason.
    Reason,
    /// Not built yet.
    Later,
}

#[derive(Debug, Clone, Copy)]
pub struct Key {
    pub name: &'static str,
    pub shape: Shape,
    pub required: bool,
    /// One line for people.
    pub does: &'static str,
    /// What people of other tools write for it.
    pub also: &'static [&'static str],
}

impl Key {
    /// False: the design knows it, this version does not read it yet.
    pub fn built(&self) -> bool {
        self.shape != Shape::Later
    }
}

const fn key(name: &'static str, shape: Shape, does: &'static str, also: &'static [&'static str]) -> Key {
    Key { name, shape, required: false, does, also }
}

const fn must(key: Key) -> Key {
    Key { required: true, ..key }
}

pub const BEFORE_START: &[&str] = &["defer", "park", "ignore"];
pub const UNEXPECTED: &[&str] = &["park", "ignore", "defer"];
pub const AFTER_END: &[&str] = &["remember", "forget"];
pub const ENDS: &[&str] = &["success", "failure", "manual"];

const PROCESS: &[Key] = &[
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
    key("any", Shape::Later, "what several states share", &["all", "common"]),
    key("regions", Shape::Later, "small machines side by side", &["parallel"]),
    key("joins", Shape::Later, "what happens when regions meet", &["join"]),
    key("steps", Shape::Later, "an orchestrated saga in short form", &[]),
    key("ends", Shape::Later, "the names of the ends of `steps`", &[]),
    key("undo-when", Shape::Later, "which steps are undone", &[]),
];

const STATE: &[Key] = &[
    key("on", Shape::Reactions, "what a message does here", &["events", "transitions", "handle", "handles"]),
    key("ignore", Shape::Names, "expected here, and means nothing", &["ignores", "discard"]),
    key("defer", Shape::Names, "kept for after the next change of state", &["defers", "postpone"]),
    key("end", Shape::Choice(ENDS), "a final state", &["final", "type", "terminal"]),
    key("enter", Shape::Later, "a reaction on entry", &["entry", "on-enter", "on-entry"]),
    key("whenever", Shape::Later, "reactions without an event", &["always"]),
    key("use", Shape::Later, "a part in its own file", &[]),
];

const REACTION: &[Key] = &[
    key("when", Shape::Expression, "guard", &["if", "guard", "cond", "condition"]),
    key("set", Shape::Set, "changes the instance's data", &["assign", "update"]),
    key("send", Shape::Messages, "commands", &["command", "commands", "dispatch"]),
    key("publish", Shape::Messages, "events", &["emit", "raise", "event", "events"]),
    key("alarm", Shape::Alarms, "messages to its own future", &["alarms", "timer", "timeout", "schedule"]),
    key("cancel", Shape::AlarmNames, "alarms that shall not ring", &["unschedule"]),
    key("to", Shape::StateName, "the next state", &["target", "goto", "transition", "next", "state"]),
    key("each", Shape::Later, "one message per item", &["for-each"]),
];

const ALARM: &[Key] = &[
    key("after", Shape::Duration, "so long after now", &["in", "delay", "within", "for"]),
    key("at", Shape::Time, "at a time", &["due", "deadline", "until"]),
    key("data", Shape::Template, "what the alarm carries", &["payload", "body"]),
    key("key", Shape::Later, "several alarms of one name", &[]),
];

pub const ORDERS: &[&str] = &["any", "causal", "fifo"];
pub const ALARMS: &[&str] = &["any", "last", "never"];
pub const OUTCOME_BY: &[&str] = &["effects", "data"];

/// `services`, `faults` and `host` are for later, unless they say that there is nothing of the sort.
const SCENARIO: &[Key] = &[
    must(key("scenario", Shape::Text, "what it is about, in a few words", &["name", "title", "id"])),
    must(key("process", Shape::Processes, "the process, or a list of them", &["processes", "saga"])),
    key("first", Shape::Stimuli, "messages delivered first, in this order", &["given", "before", "setup"]),
    key(
        "deliver",
        Shape::Stimuli,
        "messages in flight from then on",
        &["events", "messages", "inputs", "stimuli", "when"],
    ),
    key("order", Shape::Choices(ORDERS), "which messages may overtake which", &["ordering"]),
    key("orders", Shape::ListOfChoices(ORDERS), "several orders, each explored for itself", &["orderings"]),
    key("alarms", Shape::Choice(ALARMS), "when an alarm that is set may ring", &["alarm", "timers"]),
    key("alike", Shape::Boolean, "messages alike in everything but id count as one", &["symmetry"]),
    key("services", Shape::Later, "who answers commands", &["service"]),
    key("faults", Shape::Later, "what may go wrong, and how often", &["fault"]),
    key("host", Shape::Later, "what the process runs on", &[]),
    key("outcome-by", Shape::Choice(OUTCOME_BY), "what makes two outcomes different", &["outcomes-by"]),
    key("expect", Shape::Mapping(Place::Expect), "what is meant to hold", &["then", "expects", "expected"]),
    key("bounds", Shape::Mapping(Place::Bounds), "how far to look", &["limits", "bound"]),
];

const STIMULUS: &[Key] = &[
    must(key("event", Shape::Text, "the message's type", &["message", "type", "name"])),
    key("data", Shape::Literals, "its data", &["payload", "body"]),
    key("module", Shape::Text, "who says it, for `fifo`", &["source", "from"]),
    key("after", Shape::Names, "its causes, for `causal`", &["causes", "cause", "caused-by"]),
    key("correlation", Shape::Text, "its conversation", &["conversation", "correlation-id"]),
];

const EXPECT: &[Key] = &[
    key("outcomes", Shape::Texts, "these outcomes and no others", &["outcome", "ends"]),
    key("converge", Shape::Boolean, "one outcome only", &["converges", "convergent"]),
    key("always", Shape::Properties, "what holds at every moment", &["invariants", "invariant", "globally"]),
    key("finally", Shape::Properties, "what holds where an ordering ends", &["eventually", "at-the-end"]),
];

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

const SPEC: &[Key] = &[
    must(key(
        "spec",
        Shape::Text,
        "what holds, in a sentence",
        &["name", "title", "id", "test", "scenario", "describe", "it"],
    )),
    must(key("process", Shape::Processes, "the process, or a list of them", &["processes", "saga"])),
    key("given", Shape::Steps, "what has happened", &["first", "background", "arrange", "setup"]),
    must(key("when", Shape::Steps, "what happens now", &["deliver", "act"])),
    must(key(
        "then",
        Shape::Then,
        "what is expected of it",
        &["expect", "expects", "expected", "assert", "should"],
    )),
    key("services", Shape::Later, "who answers commands", &["service"]),
];

const GIVEN: &[Key] = &[
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

const THEN: &[Key] = &[
    key("outcome", Shape::Choice(OUTCOMES), "what the message met", &["met", "result"]),
    key("state", Shape::StateName, "where the process is now", &["in-state", "status", "to"]),
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

const SENT: &[Key] = &[
    key("event", Shape::Text, "the message's type", &["message", "type", "name", "command"]),
    key("data", Shape::Literals, "its data; only what is named is compared", &["payload", "body"]),
    key("times", Shape::Integer, "so many of them", &["count", "repeat"]),
];

const BOUNDS: &[Key] = &[
    key("states", Shape::Integer, "how many distinct worlds may be met", &["worlds", "max-states"]),
    key("depth", Shape::Integer, "how many choices an ordering may have", &["steps", "max-depth"]),
];

const FAULTS: &[Key] = &[
    key("duplicates", Shape::Later, "deliveries again", &["duplicate"]),
    key("losses", Shape::Later, "messages that vanish", &["loss", "lost"]),
    key("crashes", Shape::Later, "stops of the host", &["crash"]),
];

/// The keys of a place, in the order in which people write them.
pub fn keys(place: Place) -> &'static [Key] {
    match place {
        Place::Process => PROCESS,
        Place::State => STATE,
        Place::Reaction => REACTION,
        Place::Alarm => ALARM,
        Place::Scenario => SCENARIO,
        Place::Stimulus => STIMULUS,
        Place::Expect => EXPECT,
        Place::Bounds => BOUNDS,
        Place::Faults => FAULTS,
        Place::Spec => SPEC,
        Place::Given => GIVEN,
        Place::Then => THEN,
        Place::Sent => SENT,
    }
}

pub fn find(place: Place, name: &str) -> Option<&'static Key> {
    keys(place).iter().find(|key| key.name == name)
}

/// The key that an unknown one was meant as, by its spelling or by another tool's word for it.
pub fn meant(place: Place, unknown: &str) -> Option<&'static Key> {
    let spelled = spelling(unknown);
    let here = keys(place);
    let named = |key: &&Key| spelling(key.name) == spelled;
    let called = |key: &&Key| key.also.iter().any(|also| spelling(also) == spelled);
    here.iter().find(named).or_else(|| here.iter().find(called)).or_else(|| {
        // A word of another place is that word, and no slip.
        let elsewhere = place.kin().iter().any(|other| find(*other, unknown).is_some());
        let near = nearest(unknown, here.iter().map(|key| key.name)).filter(|_| !elsewhere)?;
        find(place, near)
    })
}

/// What to do about a key that the place does not know.
pub fn advice(place: Place, unknown: &str) -> String {
    if let Some(key) = meant(place, unknown) {
        return if spelling(key.name) == spelling(unknown) {
            format!("it is written `{}`", key.name)
        } else if key.also.iter().any(|also| spelling(also) == spelling(unknown)) {
            format!("here it is called `{}`", key.name)
        } else {
            format!("did you mean `{}`?", key.name)
        };
    }
    if let Some(other) = place.kin().iter().find(|other| find(**other, unknown).is_some()) {
        let how = match other {
            Place::Process | Place::Scenario | Place::Spec => "at the top of the file",
            Place::State => "in a state",
            Place::Reaction => "in a reaction, under a message's name",
            Place::Alarm => "in an alarm, under its name",
            Place::Stimulus | Place::Given | Place::Sent => "in a message's long form, beside `event`",
            Place::Then => "under `then`",
            Place::Expect => "under `expect`",
            Place::Bounds => "under `bounds`",
            Place::Faults => "under `faults`",
        };
        return format!("`{unknown}` belongs {how}");
    }
    let words = keys(place).iter().flat_map(|key| key.also.iter().map(move |also| (*also, key.name)));
    if let Some(word) = nearest(unknown, words.clone().map(|(also, _)| also).filter(|also| also.len() > 4)) {
        let (_, name) = words.into_iter().find(|(also, _)| *also == word).expect("one of them");
        return format!("if you mean a {word}: here it is called `{name}`");
    }
    let names: Vec<String> =
        keys(place).iter().filter(|key| key.built()).map(|key| format!("`{}`", key.name)).collect();
    format!("the keys of {} are {}", place.name(), names.join(", "))
}

/// `startsOn`, `starts_on` and `Starts-On` are spellings of one key.
fn spelling(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_prefers_the_spelling_then_the_other_tools_word_then_the_place_then_the_nearest() {
        assert_eq!(advice(Place::Process, "startsOn"), "it is written `starts-on`");
        assert_eq!(advice(Place::Reaction, "target"), "here it is called `to`");
        assert_eq!(advice(Place::State, "send"), "`send` belongs in a reaction, under a message's name");
        assert_eq!(advice(Place::Reaction, "pubish"), "did you mean `publish`?");
        assert_eq!(advice(Place::Alarm, "xyzzy"), "the keys of an alarm are `after`, `at`, `data`");
    }

    #[test]
    fn no_word_of_another_tool_is_a_key_of_the_same_place() {
        for place in Place::ALL {
            for key in keys(place) {
                assert!(key.also.iter().all(|also| find(place, also).is_none()), "{}", key.name);
            }
        }
    }
}
