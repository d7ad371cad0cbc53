//! The instances of a workspace, as a table and as JSON.

use super::words::{age, brief_in, columns, counted, grouped, list};
use crate::event::{Name, Time, shortened};
use crate::process::End;
use crate::runtime::World;
use crate::step::{Instance, Phase};
use serde::Serialize;
use serde_json::value::RawValue;

#[derive(Debug, Serialize)]
pub struct Row {
    process: String,
    version: Option<u32>,
    instance: String,
    state: String,
    end: Option<&'static str>,
    parked: Option<String>,
    since: Option<String>,
    alarms: Vec<Alarm>,
    data: Box<RawValue>,
    /// The versions on which it was before, and when a person moved it from there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    moved: Vec<Moved>,
    /// An entity of a service: it has data, and no state.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    service: bool,
    #[serde(skip)]
    place: String,
    #[serde(skip)]
    moment: Option<Time>,
    #[serde(skip)]
    held: u64,
}

#[derive(Debug, Serialize)]
struct Alarm {
    name: String,
    key: Option<String>,
    due: String,
    /// Name and key, for the table.
    #[serde(skip)]
    named: String,
}

#[derive(Debug, Serialize)]
struct Moved {
    from: u32,
    at: String,
}

/// How what has no instance is called.
pub const NONE: &str = "(none)";

/// Every instance, or the one of that id in every process, by process and in the order in which they
/// first heard something.
pub fn rows(world: &World, only: Option<&Name>) -> Vec<Row> {
    let mut rows = Vec::new();
    for (process, member) in world.members().iter().enumerate() {
        let service = world.house().service(process).is_some();
        // What stands for the process itself is shown while a message is parked there, and never else.
        let shown = |instance: &&Instance| !instance.id.is_empty() || instance.parked.is_some();
        let wanted = |instance: &&Instance| only.is_none_or(|id| *id == instance.id);
        for instance in member.instances().filter(shown).filter(wanted) {
            rows.push(row(&member.name, service, instance));
        }
    }
    rows
}

/// Since when an instance is where it is. One that has not started has no such moment, unless it is
/// parked.
pub fn since(instance: &Instance) -> Option<Time> {
    match &instance.parked {
        Some(parked) if instance.state().is_none() => Some(parked.at),
        _ => Some(instance.since).filter(|since| *since != Time::MIN),
    }
}

fn row(process: &str, service: bool, instance: &Instance) -> Row {
    let (state, end) = match (&instance.phase, &instance.rested) {
        (Phase::Running(state), _) => (state.to_string(), None),
        (Phase::Ended(state, end), _) | (_, Some((state, end))) => (state.to_string(), Some(end.name())),
        (Phase::Declined, None) => ("declined".to_string(), None),
        (Phase::Waiting, None) => ("not-started".to_string(), None),
    };
    let alarms = instance.alarms.iter().map(|alarm| Alarm {
        name: alarm.type_.to_string(),
        key: alarm.key(),
        named: alarm.named(),
        due: alarm.due.map(|due| due.to_string()).unwrap_or_default(),
    });
    let moved = instance.moved.iter().map(|(from, at)| Moved { from: *from, at: at.to_string() });
    let moment = since(instance);
    Row {
        process: process.to_string(),
        version: instance.state().map(|_| instance.version).filter(|_| !service),
        instance: instance.id.to_string(),
        state,
        end,
        parked: instance.parked.as_ref().map(|parked| parked.reason.clone()),
        since: moment.map(|time| time.to_string()),
        alarms: alarms.collect(),
        data: RawValue::from_string(instance.data.to_json()).expect("data is JSON"),
        moved: moved.collect(),
        service,
        place: instance.parked.as_ref().map_or(String::new(), |parked| {
            let position = parked.message.position.map_or(String::new(), |p| format!(" {p}"));
            format!("{} ({}{position})", parked.message.type_, parked.message.source)
        }),
        moment,
        held: instance.held.len() as u64,
    }
}

pub fn json(rows: &[Row]) -> String {
    serde_json::to_string_pretty(rows).expect("plain data") + "\n"
}

/// A table; under an instance that is parked, why; and a line that counts. Conversations that a
/// process has declined are only counted, unless they are all there is.
/// `then`: as it was at some moment, about which nothing can be done any more.
pub fn text(rows: &[Row], newest: Time, then: bool) -> String {
    if rows.is_empty() {
        return match then {
            true => format!("no instances yet at {newest}\n"),
            false => "no instances yet: `anyorder run` starts them\n".to_string(),
        };
    }
    let declined = |row: &&Row| row.state == "declined" && row.parked.is_none();
    let mut shown: Vec<&Row> = rows.iter().filter(|row| !declined(row)).collect();
    if shown.is_empty() {
        shown = rows.iter().collect();
    }
    let mut cells = vec![["PROCESS", "INSTANCE", "STATE", "AGE", "NEXT ALARM"].map(String::from).to_vec()];
    cells.extend(shown.iter().map(|row| row.cells(newest)));
    let table = columns(&cells);
    let mut lines = table.lines();
    let mut text = format!("{}\n", lines.next().unwrap_or_default());
    for (line, row) in lines.zip(shown) {
        text.push_str(line);
        text.push('\n');
        for moved in &row.moved {
            text.push_str(&format!("  from {}@{} on {}\n", row.process, moved.from, moved.at));
        }
        if let Some(reason) = &row.parked {
            text.push_str(&format!("  parked by {}: {reason}\n", row.place));
            if row.held > 0 {
                text.push_str(&format!("  {} held behind it\n", counted(row.held, "message")));
            }
        }
    }
    text.push_str(&summary(rows));
    if !then && rows.iter().any(|row| row.parked.is_some()) {
        text.push_str("what is parked waits for `anyorder resume ID`, `resume ID --skip` or `end ID`\n");
    }
    text
}

/// What is done, and what is not.
fn summary(rows: &[Row]) -> String {
    let count = |wanted: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| wanted(row)).count() as u64;
    let open = |row: &Row| row.parked.is_none() && row.end.is_none();
    let kinds =
        End::ALL.map(|end| (end.name(), count(&|row| row.parked.is_none() && row.end == Some(end.name()))));
    let running = count(&|row| open(row) && row.version.is_some());
    let entities = count(&|row| open(row) && row.service);
    let others = [
        ("running", running),
        (if entities == 1 { "entity" } else { "entities" }, entities),
        ("not started", count(&|row| open(row) && !row.service && row.state == "not-started")),
        ("parked", count(&|row| row.parked.is_some())),
        ("declined", count(&|row| open(row) && row.state == "declined")),
    ];
    let said = kinds.into_iter().chain(others).filter(|(_, count)| *count > 0);
    format!("{}\n", list(said.map(|(what, count)| format!("{} {what}", grouped(count)))))
}

impl Row {
    fn cells(&self, newest: Time) -> Vec<String> {
        let process = match self.version {
            Some(version) => format!("{}@{version}", self.process),
            None => self.process.clone(),
        };
        let instance = if self.instance.is_empty() { NONE } else { shortened(&self.instance) };
        let data = brief_in(self.data.get(), 40);
        let state = match (&self.parked, self.end) {
            (Some(_), None) if self.service && self.state.is_empty() => format!("{data}, parked"),
            (None, None) if self.service && self.state.is_empty() => data,
            (Some(_), _) => format!("{}, parked", self.state),
            (None, Some(end)) => format!("{} ({end})", self.state),
            (None, None) => self.state.clone(),
        };
        let aged = self.moment.map_or(String::new(), |since| age(newest.millis() - since.millis()));
        let alarm = self.alarms.iter().min_by(|a, b| a.due.cmp(&b.due));
        let alarm = alarm.map_or(String::new(), |alarm| format!("{} {}", alarm.named, alarm.due));
        vec![process, instance.to_string(), state, aged, alarm]
    }
}
