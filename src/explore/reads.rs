//! What the expressions of a scenario read that worlds must then keep apart, and what is too much.

use super::crew::Crew;
use super::scenario::{Host, Scenario, Stimulus};
use crate::error::{Error, Result};
use crate::event::Kind;
use crate::process::AlarmTime;
use crate::process::expr::Expr;

/// What the expressions of definitions and services read that the explorer must then keep apart.
pub(super) struct Reads {
    pub ids: bool,
    pub times: bool,
    pub sort: bool,
    pub now: bool,
    pub until: bool,
}

impl Reads {
    pub fn of(crew: &Crew) -> Reads {
        let definitions = || crew.definitions.iter();
        let all: Vec<&Expr> = definitions().flat_map(|definition| definition.expressions()).collect();
        let all: Vec<&Expr> =
            all.into_iter().chain(crew.services.iter().flat_map(|s| s.expressions())).collect();
        let mut alarms = definitions().flat_map(|d| d.reactions()).flat_map(|r| &r.alarms);
        Reads {
            ids: all.iter().any(|expr| expr.reads().ids),
            times: all.iter().any(|expr| expr.reads().times),
            sort: all.iter().any(|expr| expr.reads().sort),
            now: all.iter().any(|expr| expr.reads().now),
            until: alarms.any(|alarm| matches!(alarm.when, AlarmTime::At(_))),
        }
    }
}

/// Whether a command may be sent twice for one cause: something may go wrong where no id is remembered.
pub(super) fn watches(scenario: &Scenario, crew: &Crew) -> bool {
    let mut sends = crew.definitions.iter().flat_map(|definition| definition.reactions());
    scenario.host == Host::AtLeastOnce
        && scenario.faults.any()
        && sends.any(|reaction| reaction.sends.iter().any(|outgoing| outgoing.kind == Kind::Command))
}

/// How many listed messages on their way there may be. Sets of them are compared.
const MOST: usize = 4_096;
/// How many alarms of one process may have names of their own: they are compared two by two.
const ALARMS: usize = 64;

pub(super) fn within_limits(scenario: &Scenario, crew: &Crew) -> Result<()> {
    let hears = |stimulus: &Stimulus| {
        let type_ = &stimulus.message.type_;
        let processes = crew.definitions.iter().filter(|process| process.subscriptions.contains(type_));
        processes.count() + crew.services.iter().filter(|service| service.on.contains_key(type_)).count()
    };
    let deliveries: usize = scenario.deliver.iter().map(hears).sum();
    if deliveries > MOST {
        let what = format!("{deliveries} messages in flight are more than {MOST}");
        return Err(Error::bound(what)
            .at(scenario.name.clone())
            .hint("put most of them under `first`, in the order in which they come"));
    }
    match crew.definitions.iter().find(|definition| definition.alarms.len() > ALARMS) {
        Some(many) => Err(Error::input(format!("{} has more than {ALARMS} alarms", many.full_name()))
            .at(many.source.name.clone())),
        None => Ok(()),
    }
}

pub(super) fn now_unknown(crew: &Crew) -> Error {
    let reads = |all: Vec<&Expr>| all.iter().any(|expr| expr.reads().now);
    let mut definitions = crew.definitions.iter().filter(|definition| reads(definition.expressions()));
    let mut services = crew.services.iter().filter(|service| reads(service.expressions()));
    let (name, file) = match definitions.next() {
        Some(definition) => (definition.full_name(), &definition.source.name),
        None => {
            let service = services.next().expect("one reads it");
            (service.name.to_string(), &service.source.name)
        }
    };
    Error::input(format!("{name} reads `now`, and where alarms may ring at any moment nobody knows it"))
        .at(file.clone())
        .hint("explore it with `alarms: last` (on the command line `--alarms last`)")
}
