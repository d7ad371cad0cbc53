//! The keys of a scenario.

use super::{Key, Place, Shape, key, must};

pub const ORDERS: &[&str] = &["any", "causal", "fifo"];
pub const ALARMS: &[&str] = &["any", "last", "never"];
pub const HOSTS: &[&str] = &["anyorder", "at-least-once"];
pub const OUTCOME_BY: &[&str] = &["effects", "data"];

pub(super) const SCENARIO: &[Key] = &[
    must(key("scenario", Shape::Text, "what it is about, in a few words", &["name", "title", "id"])),
    key("process", Shape::Processes, "the process, or a list of them", &["processes", "saga"]),
    key("services", Shape::Names, "who answers; every alternative is explored", &["service", "answering"]),
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
    key("faults", Shape::Mapping(Place::Faults), "what may go wrong, and how often", &["fault"]),
    key("host", Shape::Choice(HOSTS), "what the processes run on", &["delivery", "runtime"]),
    key("outcome-by", Shape::Choice(OUTCOME_BY), "what makes two outcomes different", &["outcomes-by"]),
    key("expect", Shape::Mapping(Place::Expect), "what is meant to hold", &["then", "expects", "expected"]),
    key("bounds", Shape::Mapping(Place::Bounds), "how far to look", &["limits", "bound"]),
];

pub(super) const STIMULUS: &[Key] = &[
    must(key("event", Shape::Text, "the message's type", &["message", "type", "name"])),
    key("data", Shape::Literals, "its data", &["payload", "body"]),
    key("module", Shape::Text, "who says it, for `fifo`", &["source", "from"]),
    key("after", Shape::Names, "its causes, for `causal`", &["causes", "cause", "caused-by"]),
    key("correlation", Shape::Text, "its conversation", &["conversation", "correlation-id"]),
];

pub(super) const EXPECT: &[Key] = &[
    key("outcomes", Shape::Texts, "these outcomes and no others", &["outcome", "ends"]),
    key("converge", Shape::Boolean, "one outcome only", &["converges", "convergent"]),
    key("always", Shape::Properties, "what holds at every moment", &["invariants", "invariant", "globally"]),
    key("finally", Shape::Properties, "what holds where an ordering ends", &["eventually", "at-the-end"]),
];

pub(super) const BOUNDS: &[Key] = &[
    key("states", Shape::Integer, "how many distinct worlds may be met", &["worlds", "max-states"]),
    key("depth", Shape::Integer, "how many choices an ordering may have", &["steps", "max-depth"]),
    key("memory", Shape::Text, "how much memory the worlds may take: 2GiB", &["bytes", "max-memory"]),
];

pub(super) const FAULTS: &[Key] = &[
    key("duplicates", Shape::Count, "how many messages come twice", &["duplicate"]),
    key("losses", Shape::Count, "how many messages vanish", &["loss", "lost"]),
    key("crashes", Shape::Count, "how often a host stops within a step", &["crash"]),
];
