//! Prints the model as the files that the program reads.

use super::model::*;
use super::service::{After, Key, Service};
use std::fmt::Write;

/// The file of a process, `<name>@1.yaml`.
pub fn definition(process: &Process) -> String {
    let mut out = format!("process: {}\nversion: 1\n", process.name);
    match process.starters.iter().all(|starter| starter.rule.is_some()) {
        true => {
            out += "starts-on:\n";
            for starter in &process.starters {
                let rule = starter.rule.as_ref().unwrap();
                writeln!(out, "  {}: {}", name(starter.type_), rule_text(process, rule)).unwrap();
            }
        }
        false => {
            let types: Vec<Type> = process.starters.iter().map(|starter| starter.type_).collect();
            writeln!(out, "starts-on: {}", names(&types)).unwrap();
        }
    }
    if let Some(guard) = process.starts_when {
        writeln!(out, "starts-when: {}", guard_text(guard)).unwrap();
    }
    let before = match process.before_start {
        BeforeStart::Defer => "defer",
        BeforeStart::Park => "park",
        BeforeStart::Ignore => "ignore",
    };
    let unexpected = match process.unexpected {
        Unexpected::Park => "park",
        Unexpected::Ignore => "ignore",
        Unexpected::Defer => "defer",
    };
    let after = if process.forget { "forget" } else { "remember" };
    writeln!(out, "before-start: {before}\nunexpected: {unexpected}\nafter-end: {after}").unwrap();
    out += "data: {n: 0, k: 0, seen: false}\n";
    writeln!(out, "initial: {}", process.states[process.initial].name).unwrap();
    if !process.any.is_empty() {
        out += "any:\n";
    }
    for shared in &process.any {
        let on =
            shared.on.iter().map(|(type_, rule)| format!("{}: {}", name(*type_), rule_text(process, rule)));
        write!(out, "  - {{on: {{{}}}", on.collect::<Vec<_>>().join(", ")).unwrap();
        if let Some(within) = &shared.within {
            let within: Vec<&str> = within.iter().map(|state| process.states[*state].name).collect();
            write!(out, ", in: [{}]", within.join(", ")).unwrap();
        }
        writeln!(out, ", ignore: {}, defer: {}}}", names(&shared.ignore), names(&shared.defer)).unwrap();
    }
    out += "states:\n";
    for state in &process.states {
        writeln!(out, "  {}:{}", state.name, if empty(state) { " {}" } else { "" }).unwrap();
        if state.end {
            out += "    end: success\n";
        }
        if !state.on.is_empty() {
            out += "    on:\n";
        }
        for (type_, rule) in &state.on {
            writeln!(out, "      {}: {}", name(*type_), rule_text(process, rule)).unwrap();
        }
        for (key, list) in [("ignore", &state.ignore), ("defer", &state.defer)] {
            if !list.is_empty() {
                writeln!(out, "    {key}: {}", names(list)).unwrap();
            }
        }
        for (key, rule) in [("enter", &state.enter), ("whenever", &state.whenever)] {
            if !rule.is_empty() {
                writeln!(out, "    {key}: {}", rule_text(process, rule)).unwrap();
            }
        }
    }
    out
}

/// The file of a service, `services/<name>.yaml`.
pub fn service(service: &Service) -> String {
    let mut out = format!("service: {}\n", service.name);
    if let Some(key) = service.entity {
        let key = match key {
            Key::One => "\"='one'\"",
            Key::Conversation => "=event.correlationid",
            Key::Said => "\"=has(event.data.k) ? string(event.data.k) : 'none'\"",
        };
        writeln!(out, "entity: {key}\ndata: {{n: 0, k: 0, seen: false}}").unwrap();
    }
    out += "on:\n";
    for (type_, replies) in &service.on {
        writeln!(out, "  {}:", name(*type_)).unwrap();
        for reply in replies {
            let mut keys = Vec::new();
            keys.extend(reply.chance.map(|percent| format!("chance: {}", f64::from(percent) / 100.0)));
            // What says nothing takes no time.
            let after = match reply.after {
                After::AtOnce => None,
                After::Fixed => Some("5m"),
                After::Between => Some("5m..20m"),
                After::Exponential => Some("{exponential: 8m}"),
                After::Said => Some("\"=duration('1m') * (event.data.k + 1)\""),
            };
            let after = after.filter(|_| !reply.reaction.sends.is_empty());
            keys.extend(after.map(|after| format!("after: {after}")));
            writeln!(out, "    - {}", keys_text(&[], &reply.reaction, keys)).unwrap();
        }
    }
    out
}

fn empty(state: &State) -> bool {
    let answers = state.on.is_empty() && state.ignore.is_empty() && state.defer.is_empty();
    !state.end && answers && state.enter.is_empty() && state.whenever.is_empty()
}

fn names(types: &[Type]) -> String {
    format!("[{}]", types.iter().map(|type_| name(*type_)).collect::<Vec<_>>().join(", "))
}

fn rule_text(process: &Process, rule: &Rule) -> String {
    let reactions: Vec<String> = rule.iter().map(|reaction| reaction_text(process, reaction)).collect();
    match &reactions[..] {
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    }
}

fn reaction_text(process: &Process, reaction: &Reaction) -> String {
    keys_text(&process.states, reaction, Vec::new())
}

fn keys_text(states: &[State], reaction: &Reaction, mut keys: Vec<String>) -> String {
    if !reaction.when.is_empty() {
        let guards: Vec<String> = reaction.when.iter().map(|guard| guard_text(*guard)).collect();
        keys.push(format!("when: {}", guards.join(" && ")));
    }
    if !reaction.set.is_empty() {
        let set = reaction
            .set
            .iter()
            .map(|(var, value)| format!("{}: {}", var_name(*var), value_text(*value, Some(*var))));
        keys.push(format!("set: {{{}}}", set.collect::<Vec<_>>().join(", ")));
    }
    for (key, command) in [("send", true), ("publish", false)] {
        let of = reaction.sends.iter().filter(|sending| sending.command == command);
        let sends: Vec<String> = of
            .map(|sending| match sending.data {
                _ if let Some(items) = sending.each => {
                    let items: Vec<String> =
                        items.iter().map(|item| value_text(*item, None).replace('=', "")).collect();
                    format!("{{{}: {{k: =g}}, each: \"g in [{}]\"}}", name(sending.type_), items.join(", "))
                }
                None => name(sending.type_).to_string(),
                Some(data) => format!("{{{}: {{k: {}}}}}", name(sending.type_), value_text(data, None)),
            })
            .collect();
        match &sends[..] {
            [] => {}
            [one] => keys.push(format!("{key}: {one}")),
            several => keys.push(format!("{key}: [{}]", several.join(", "))),
        }
    }
    if !reaction.cancel.is_empty() {
        let cancels = reaction.cancel.iter().map(|(alarm, key)| match key {
            None => name(*alarm).to_string(),
            Some(key) => format!("{{{}: {}}}", name(*alarm), value_text(*key, None)),
        });
        keys.push(format!("cancel: [{}]", cancels.collect::<Vec<_>>().join(", ")));
    }
    if !reaction.alarms.is_empty() {
        let alarms = reaction.alarms.iter().map(|alarm| {
            if (alarm.data, alarm.key) == (None, None) {
                return format!("{{{}: {}m}}", name(alarm.name), alarm.minutes);
            }
            let data = alarm.data.map(|data| format!(", data: {{k: {}}}", value_text(data, None)));
            let key = alarm.key.map(|key| format!(", key: {}", value_text(key, None)));
            let (data, key) = (data.unwrap_or_default(), key.unwrap_or_default());
            format!("{{{}: {{after: {}m{key}{data}}}}}", name(alarm.name), alarm.minutes)
        });
        keys.push(format!("alarm: [{}]", alarms.collect::<Vec<_>>().join(", ")));
    }
    if let Some(to) = reaction.to {
        keys.push(format!("to: {}", states[to].name));
    }
    format!("{{{}}}", keys.join(", "))
}

fn var_name(var: Var) -> &'static str {
    match var {
        Var::N => "n",
        Var::K => "k",
        Var::Seen => "seen",
    }
}

fn value_text(value: Value, into: Option<Var>) -> String {
    match value {
        Value::Literal(number) => literal(number, into),
        Value::Of(var) => format!("=data.{}", var_name(var)),
        Value::OneMoreThan(var) => format!("=data.{} + 1", var_name(var)),
        Value::Event => "=event.data.k".to_string(),
    }
}

fn literal(number: i64, of: Option<Var>) -> String {
    match of {
        Some(Var::Seen) => (number == 1).to_string(),
        _ => number.to_string(),
    }
}

fn guard_text(guard: Guard) -> String {
    match guard {
        Guard::Below(var, bound) => format!("data.{} < {bound}", var_name(var)),
        Guard::Is(var, number) => format!("data.{} == {}", var_name(var), literal(number, Some(var))),
        Guard::EventBelow(bound) => format!("event.data.k < {bound}"),
        Guard::EventIs(number) => format!("event.data.k == {number}"),
        Guard::Until(minutes) => format!("now <= timestamp('2000-01-01T00:{minutes:02}:00Z')"),
    }
}

/// The file of the scenario.
pub fn scenario(case: &Case) -> String {
    let processes: Vec<String> = case.processes.iter().map(|process| format!("{}@1", process.name)).collect();
    let mut out = String::from("scenario: a random one\n");
    match &processes[..] {
        [] => {}
        [one] => writeln!(out, "process: {one}").unwrap(),
        several => writeln!(out, "process: [{}]", several.join(", ")).unwrap(),
    }
    for (key, list) in [("first", &case.first), ("deliver", &case.deliver)] {
        if list.is_empty() && key == "first" {
            continue;
        }
        writeln!(out, "{key}:{}", if list.is_empty() { " []" } else { "" }).unwrap();
        for stimulus in list {
            writeln!(out, "  - {}", stimulus_text(stimulus)).unwrap();
        }
    }
    if !case.services.is_empty() {
        let services: Vec<&str> = case.services.iter().map(|service| service.name).collect();
        writeln!(out, "services: [{}]", services.join(", ")).unwrap();
    }
    let order = match (case.causal, case.fifo) {
        (false, false) => "any",
        (true, false) => "causal",
        (false, true) => "fifo",
        (true, true) => "[causal, fifo]",
    };
    let alarms = match case.alarms {
        Alarms::Any => "any",
        Alarms::Last => "last",
        Alarms::Never => "never",
    };
    writeln!(out, "order: {order}\nalarms: {alarms}").unwrap();
    if case.alike {
        out += "alike: true\n";
    }
    if case.by_data {
        out += "outcome-by: data\n";
    }
    let Faults { duplicates, losses, crashes } = case.faults;
    let faults = [("duplicates", duplicates), ("losses", losses), ("crashes", crashes)];
    let faults: Vec<String> =
        faults.iter().filter(|(_, many)| *many > 0).map(|(key, many)| format!("{key}: {many}")).collect();
    if !faults.is_empty() {
        writeln!(out, "faults: {{{}}}", faults.join(", ")).unwrap();
    }
    if case.forgets {
        out += "host: at-least-once\n";
    }
    out + &expect(case)
}

fn expect(case: &Case) -> String {
    let Expect { outcomes, converge, properties } = &case.expect;
    let mut out = String::new();
    if let Some(outcomes) = outcomes {
        let quoted: Vec<String> = outcomes.iter().map(|outcome| format!("{outcome:?}")).collect();
        writeln!(out, "  outcomes: [{}]", quoted.join(", ")).unwrap();
    }
    if *converge {
        out += "  converge: true\n";
    }
    for (key, when) in [("always", Judged::Always), ("finally", Judged::Finally)] {
        let here: Vec<String> = properties
            .iter()
            .enumerate()
            .filter(|(_, property)| property.0 == when)
            .map(|(place, property)| format!("p{place}: {:?}", condition_text(case, property.1)))
            .collect();
        if !here.is_empty() {
            writeln!(out, "  {key}: {{{}}}", here.join(", ")).unwrap();
        }
    }
    if out.is_empty() { out } else { format!("expect:\n{out}") }
}

fn condition_text(case: &Case, condition: Condition) -> String {
    let of = |process: usize| match case.processes.len() {
        1 => String::new(),
        _ => format!(".{}", case.processes[process].name),
    };
    match condition {
        Condition::AtMost(type_, most) => format!("count('{}') <= {most}", name(type_)),
        Condition::NoMore(one, other) => format!("count('{}') <= count('{}')", name(one), name(other)),
        Condition::NotIn(process, state) => {
            format!("state{} != '{}'", of(process), case.processes[process].states[state].name)
        }
        Condition::Below(process, var, bound) => {
            format!("data{}.{} < {bound}", of(process), var_name(var))
        }
        Condition::EntityBelow(service, key, var, bound) => {
            format!("entity('{}', '{key}').{} < {bound}", case.services[service].name, var_name(var))
        }
    }
}

/// The short forms where they say it all.
fn stimulus_text(stimulus: &Stimulus) -> String {
    let type_ = name(stimulus.type_);
    match (stimulus.data, stimulus.module, &stimulus.after[..], stimulus.conversation) {
        (None, None, [], 0) => type_.to_string(),
        (Some(k), None, [], 0) => format!("{{{type_}: {{k: {k}}}}}"),
        (data, module, after, conversation) => {
            let mut out = format!("{{event: {type_}");
            if let Some(k) = data {
                write!(out, ", data: {{k: {k}}}").unwrap();
            }
            if let Some(module) = module {
                write!(out, ", module: {module}").unwrap();
            }
            if !after.is_empty() {
                write!(out, ", after: {}", names(after)).unwrap();
            }
            if conversation > 0 {
                write!(out, ", correlation: {}", CONVERSATIONS[conversation]).unwrap();
            }
            out + "}"
        }
    }
}
