//! Every key of a definition, of a service, of a scenario and of a spec: the one table that the readers and the JSON Schema share.
//!
//! A [`Place`] is where keys stand; [`keys`] lists those it knows, with the shape of the value. A
//! key that the design knows and this version does not build is in the table too ([`Key::built`]
//! is false), so that it is never called unknown. Knows nothing of how a value is read.

mod advice;
mod allow;
mod definition;
mod scenario;
mod service;
mod spec;

pub use advice::{advice, meant};
pub use definition::{AFTER_END, BEFORE_START, ENDS, UNDO_WHEN, UNEXPECTED};
pub use scenario::{ALARMS, HOSTS, ORDERS, OUTCOME_BY};
pub use spec::OUTCOMES;

/// Where keys stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The top of the file.
    Process,
    State,
    Reaction,
    /// What several states share: a block under `any`.
    Shared,
    /// What stands under a region's name.
    Region,
    /// One of `joins`.
    Join,
    /// A step of an orchestrated saga.
    Step,
    Retry,
    /// The names of the ends of steps.
    Ends,
    /// Beside the name of a message that is sent.
    Outgoing,
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
    /// The top of a service's file.
    Service,
    /// One answer of a service: what stands under a message's name.
    Reply,
    /// The long form of `after` in a service: `{exponential: 8m}`.
    Delay,
    /// What `lint` shall not find: `{lint: never-wakes, because: …}`.
    Allow,
}

impl Place {
    pub const ALL: [Place; 24] = [
        Place::Process,
        Place::State,
        Place::Reaction,
        Place::Shared,
        Place::Region,
        Place::Join,
        Place::Step,
        Place::Retry,
        Place::Ends,
        Place::Outgoing,
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
        Place::Service,
        Place::Reply,
        Place::Delay,
        Place::Allow,
    ];

    /// The places of the same sort of file.
    fn kin(self) -> &'static [Place] {
        use Place::*;
        match self {
            Process | State | Reaction | Shared | Region | Join | Alarm => {
                &[Process, State, Reaction, Shared, Region, Join, Outgoing, Alarm, Step, Retry]
            }
            Step | Retry | Ends => &[Step, Retry, Ends, Process, Alarm],
            Outgoing => &[Process, State, Reaction, Shared, Outgoing, Alarm, Service, Reply, Delay],
            Scenario | Stimulus | Expect | Bounds | Faults => &[Scenario, Stimulus, Expect, Bounds, Faults],
            Service | Reply | Delay => &[Service, Reply, Outgoing, Delay],
            Spec | Given | Then | Sent => &[Spec, Given, Then, Sent],
            Allow => &[Allow],
        }
    }

    /// As in "`send` belongs in a reaction".
    pub fn name(self) -> &'static str {
        match self {
            Place::Process => "the top of the file",
            Place::State => "a state",
            Place::Reaction => "a reaction",
            Place::Shared => "`any`",
            Place::Region => "a region",
            Place::Join => "a join",
            Place::Step => "a step",
            Place::Retry => "`retry`",
            Place::Ends => "`ends`",
            Place::Outgoing => "a message that is sent",
            Place::Alarm => "an alarm",
            Place::Scenario => "a scenario",
            Place::Stimulus => "a message",
            Place::Expect => "`expect`",
            Place::Bounds => "`bounds`",
            Place::Faults => "`faults`",
            Place::Service => "a service",
            Place::Reply => "an answer of a service",
            Place::Delay => "`after`",
            Place::Spec => "a spec",
            Place::Given => "a message",
            Place::Then => "`then`",
            Place::Sent => "an expected message",
            Place::Allow => "`allow`",
        }
    }
}

/// What may stand under a key; enough for a schema to say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Text,
    /// From 1.
    Integer,
    /// From 0.
    Count,
    Boolean,
    Expression,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A message's name, a list of them, or a mapping from names to reactions.
    Starters,
    /// An expression, or a mapping from message names to expressions.
    Correlate,
    /// A mapping whose keys are those of [`Place::Shared`], or a list of them.
    Shared,
    /// A mapping from names to what has the keys of [`Place::Region`].
    Regions,
    /// A mapping whose keys are those of [`Place::Join`], or a list of them.
    Joins,
    /// A mapping whose keys are those of [`Place::Allow`], or a list of them.
    Allows,
    /// A reaction, or a list of them.
    Rule,
    /// `item in list`.
    Each,
    /// A text or a number, or an expression with `=`.
    AlarmKey,
    /// The name of a state; with regions a mapping from their names, too.
    Resting,
    /// The name of a state, or a list of them.
    StateNames,
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
    /// An alarm's name, `{Name: key}`, or a list of them.
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
    /// A mapping from message names to answers of a service.
    Replies,
    /// From 0 to 1.
    Chance,
    /// A duration, a range of two, `{exponential: 8m}`, or an expression with `=`.
    Delay,
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
    /// A list of mappings whose keys are those of [`Place::Step`].
    Saga,
    /// `Name`, or `{Name: template}`.
    Command,
    /// A message's name.
    Name,
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

const fn key(name: &'static str, shape: Shape, does: &'static str, also: &'static [&'static str]) -> Key {
    Key { name, shape, required: false, does, also }
}

const fn must(key: Key) -> Key {
    Key { required: true, ..key }
}

/// The keys of a place, in the order in which people write them.
pub fn keys(place: Place) -> &'static [Key] {
    match place {
        Place::Process => definition::PROCESS,
        Place::State => definition::STATE,
        Place::Reaction => definition::REACTION,
        Place::Shared => definition::SHARED,
        Place::Region => definition::REGION,
        Place::Join => definition::JOIN,
        Place::Step => definition::STEP,
        Place::Retry => definition::RETRY,
        Place::Ends => definition::STEPS_END,
        Place::Outgoing => definition::OUTGOING,
        Place::Alarm => definition::ALARM,
        Place::Scenario => scenario::SCENARIO,
        Place::Stimulus => scenario::STIMULUS,
        Place::Expect => scenario::EXPECT,
        Place::Bounds => scenario::BOUNDS,
        Place::Faults => scenario::FAULTS,
        Place::Service => service::SERVICE,
        Place::Reply => service::REPLY,
        Place::Delay => service::DELAY,
        Place::Spec => spec::SPEC,
        Place::Given => spec::GIVEN,
        Place::Then => spec::THEN,
        Place::Sent => spec::SENT,
        Place::Allow => allow::ALLOW,
    }
}

pub fn find(place: Place, name: &str) -> Option<&'static Key> {
    keys(place).iter().find(|key| key.name == name)
}
