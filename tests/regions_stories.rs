//! The stories of regions: three ways to wait for three facts agree, and parts are what they are alone.

#[path = "common/library.rs"]
mod library;

use anyorder::event::{Message, Name, Position, Time};
use anyorder::explore::explore;
use anyorder::process::{Definition, Library};
use anyorder::step::{Input, Instance, turn};
use library::{FolderLibrary, scenario};
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn story(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// After each message whether the instance has ended, and what it has said by then.
fn told(definition: &Definition, types: &[&str]) -> Vec<(bool, Vec<Name>)> {
    let mut instance = Instance::new(Name::from("c1"));
    let (mut next, mut said, mut told) = (Position::FIRST, Vec::new(), Vec::new());
    for (number, type_) in types.iter().enumerate() {
        let mut message = Message::new("outside", *type_, format!("m{number}").as_str(), Time::MILLENNIUM);
        message.correlation = Some(Name::from("c1"));
        let input = Input::Arrives(Arc::new(message));
        let turn = turn(|_| Some(definition), &mut instance, input, Time::MILLENNIUM, &mut next);
        said.extend(turn.iter().flat_map(|recorded| &recorded.sent).map(|sent| sent.type_.clone()));
        assert!(instance.parked.is_none(), "{} {types:?}", definition.name);
        told.push((instance.state().is_some() && !instance.is_live(), said.clone()));
    }
    told
}

/// All orders of the items.
fn orders<'a>(items: &[&'a str]) -> Vec<Vec<&'a str>> {
    if items.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (index, first) in items.iter().enumerate() {
        let others = [&items[..index], &items[index + 1..]].concat();
        all.extend(orders(&others).into_iter().map(|order| [&[*first][..], &order[..]].concat()));
    }
    all
}

#[test]
fn guards_whenever_and_regions_agree_about_three_facts_in_every_order() {
    let root = story("three-facts");
    let library = FolderLibrary::new(&root, &root);
    let three = ["by-guards@1", "by-whenever@1", "by-regions@1"].map(|p| library.process(p).unwrap());
    let all = orders(&["OrderPlaced", "OrderPaid", "OrderPacked", "OrderAddressed"]);
    assert_eq!(all.len(), 24);
    for order in all {
        let [one, two, three] = [0, 1, 2].map(|index| told(&three[index], &order));
        assert_eq!(one, two, "{order:?}");
        assert_eq!(one, three, "{order:?}");
        assert_eq!(one[3], (true, vec![Name::from("OrderCompleted")]), "{order:?}");
        assert!(one[..3].iter().all(|(ended, said)| !ended && said.is_empty()), "{order:?}");
    }
}

#[test]
fn the_parts_of_an_order_cost_what_their_own_scenarios_do() {
    let root = story("order-in-parts");
    let explored = |file: &str| {
        let scenario = scenario(&root, file).unwrap();
        explore(&scenario, scenario.orders[0], &mut |_| true).unwrap()
    };
    let whole = explored("scenarios/whole.yaml");
    assert_eq!(whole.orderings.to_string(), "720");
    let parts: Vec<(String, String)> = whole
        .parts
        .iter()
        .map(|part| (part.name.clone(), part.orderings.as_ref().unwrap().to_string()))
        .collect();
    for (name, orderings) in parts {
        let alone = explored(&format!("scenarios/{name}.yaml"));
        assert_eq!(alone.orderings.to_string(), orderings, "{name}");
        assert!(alone.parts.is_empty());
    }
}
