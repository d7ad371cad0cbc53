//! Every row of every table of docs/expressions.md, run: the page stays true.

use anyorder::event::{Document, Extra, Message, Time, line};
use anyorder::process::Data;
use anyorder::process::expr::{
    self, Env, Facts, ProcessFacts, ProcessScope, PropertyScope, Scope, ServiceFacts, ServiceScope,
};
use anyorder::span::{Source, Span};
use std::fmt::Write;

/// What a row's expression sees.
struct World {
    event: Message,
    data: Data,
    scope: Scope,
}

/// Reads the cell *with*: `event.data = …`, `data = …`, `event.name = …`, `known: a b`.
fn world(with: &str) -> World {
    let plain = r#"{"specversion":"1.0","id":"e-1","source":"orders","type":"OrderPlaced","time":"2026-11-21T09:00:00.000Z","sequence":"0000000000000001"}"#;
    let mut world =
        World { event: line::read(plain).unwrap(), data: Data::default(), scope: Scope::default() };
    for part in with.split('`').skip(1).step_by(2) {
        if let Some(names) = part.strip_prefix("known: ") {
            world.scope.data.extend(names.split(' ').map(String::from));
            continue;
        }
        let (name, value) = part.split_once(" = ").expect("name = JSON");
        let document = Document::parse(value).expect("JSON");
        match name {
            "data" => world.data = Data::of_json(document.text()),
            "event.data" => world.event.data = Some(document),
            _ => {
                let key = name.strip_prefix("event.").expect("an extension");
                let raw_key = format!("\"{key}\"").into();
                world.event.extras.push(Extra { raw_key, value: document.text().into() });
            }
        }
    }
    world.scope.data.extend(world.data.iter().map(|(name, _)| name.to_string()));
    world
}

/// What the row's last cell must say.
fn answer(text: &str, world: &World) -> String {
    let source = Source::new("docs/expressions.md", text);
    let expr = match expr::parse(&source, Span::new(0, text.len()), text, &world.scope) {
        Ok(expr) => expr,
        Err(errors) => return format!("refused: {}", errors[0].message),
    };
    let again = expr::parse(&source, Span::new(0, text.len()), &expr.to_string(), &world.scope);
    assert_eq!(again.unwrap().to_string(), expr.to_string(), "the canonical spelling of `{text}`");
    let now = Time::parse("2026-11-21T09:15:00.000Z").unwrap();
    let env = Env { event: &world.event, data: &world.data, state: "open", now, item: None };
    let mut out = String::new();
    match expr.json(&env, &mut out) {
        Ok(()) => format!("`{out}`"),
        Err(failure) => format!("fails: {}", failure.what),
    }
}

/// Whether a property holds. The cell says what it sees: `order cooking {"total":10}` for a process, its
/// state and its data, `customers {"reserved":0}` for a service and what its entities begin with,
/// `customers#ada {"reserved":60}` for one of them, `2 OrderPaid` for a count. Every process has the states `cooking` and `served`.
fn judged(text: &str, sees: &str) -> String {
    let mut facts = Facts::default();
    let types = ["CookFood", "OrderPaid"].map(Into::into).into();
    let mut property =
        PropertyScope { types, alarms: ["PaymentTimedOut".into()].into(), ..Default::default() };
    property.forgetful.insert("kitchen".into());
    for part in sees.split('`').skip(1).step_by(2) {
        let (first, rest) = part.split_once(' ').expect("two words");
        if let Ok(count) = first.parse() {
            facts.counts.insert(rest.into(), count);
            continue;
        }
        if rest.starts_with('{') {
            let data = Data::of_json(rest);
            match first.split_once('#') {
                Some((_, key)) => _ = facts.services[0].entities.insert(key.into(), data),
                None => {
                    let names = data.iter().map(|(name, _)| name.to_string()).collect();
                    property.services.push(ServiceScope { name: first.into(), data: names });
                    facts.services.push(ServiceFacts { initial: data, entities: Default::default() });
                }
            }
            continue;
        }
        let (state, data) = rest.split_once(' ').expect("a state and data");
        let data = Data::of_json(data);
        let names = data.iter().map(|(name, _)| name.to_string()).collect();
        let states = ["cooking", "served"].map(Into::into).into();
        property.processes.push(ProcessScope {
            name: first.into(),
            states,
            regions: Vec::new(),
            data: names,
        });
        facts.processes.push(ProcessFacts {
            name: first.into(),
            state: state.trim_matches('\'').into(),
            data,
        });
    }
    let source = Source::new("docs/expressions.md", text);
    match expr::parse_guard(&source, Span::new(0, text.len()), text, &Scope::of_property(property)) {
        Err(errors) => format!("refused: {}", errors[0].message),
        Ok(expr) => match expr.judge(&facts) {
            Ok(holds) => holds.to_string(),
            Err(failure) => format!("fails: {}", failure.what),
        },
    }
}

/// The cells of a table's row, with `\|` read as a bar.
fn cells(row: &str) -> Vec<String> {
    let row = row.trim().trim_start_matches('|').trim_end_matches('|');
    row.replace("\\|", "\u{1}").split('|').map(|cell| cell.trim().replace('\u{1}', "|")).collect()
}

#[test]
fn every_property_of_the_page_is_judged_as_it_says() {
    let page = std::fs::read_to_string("docs/expressions.md").unwrap();
    let rows = page.lines().skip_while(|row| *row != "| property | sees | is |").skip(2);
    let rows: Vec<&str> = rows.take_while(|row| row.starts_with('|')).collect();
    assert!(rows.len() > 10, "the page has {} properties", rows.len());
    for row in rows {
        let cells = cells(row);
        let [property, sees, is] = &cells[..] else { panic!("three cells: {row}") };
        assert_eq!(judged(property.trim_matches('`'), sees), *is, "{property}");
    }
}

#[test]
fn every_row_of_the_page_is_true() {
    let page = std::fs::read_to_string("docs/expressions.md").unwrap();
    let mut in_table = false;
    let mut rows = 0;
    let mut wrong = String::new();
    for row in page.lines() {
        in_table = row == "| expression | with | gives |" || in_table && row.starts_with('|');
        if !in_table || row.starts_with("| expression") || row.starts_with("|---") {
            continue;
        }
        let cells = cells(row);
        let [expression, with, gives] = &cells[..] else { panic!("three cells: {row}") };
        rows += 1;
        let found = answer(expression.trim_matches('`'), &world(with));
        if found != *gives {
            writeln!(wrong, "{expression}\n  page:  {gives}\n  found: {found}").unwrap();
        }
    }
    assert!(rows > 100, "the page has {rows} examples");
    assert!(wrong.is_empty(), "\n{wrong}");
}
