//! The restaurant's day: in one go, command by command, and with a kill at every call of the store,
//! it leaves the same bytes.

mod common;
#[path = "common/running.rs"]
mod running;

use anyorder::error::Result;
use anyorder::event::{Message, Name, Time, line};
use anyorder::process::Family;
use anyorder::runtime::settle;
use anyorder::step::Hand;
use anyorder::store::{Guard, Memory, Store};
use common::{Fault, Faulty};
use running::{assert_same, families, newest, recovered, run_on, store};

/// One thing that somebody does.
#[derive(Clone)]
enum Deed {
    Says(Box<Message>),
    Runs,
    Settles(&'static str, Hand, &'static str),
}

fn says(module: &str, type_: &str, id: &str, order: &str, time: &str, data: &str) -> Deed {
    let text = format!(
        r#"{{"specversion":"1.0","id":"{id}","source":"{module}","type":"{type_}","time":"2026-11-21T{time}:00.000Z","correlationid":"{order}","data":{data}}}"#
    );
    Deed::Says(Box::new(line::read(&text).unwrap()))
}

/// Three orders; one of them looks dodgy, one is cancelled, for one an alarm matters.
fn day() -> Vec<Deed> {
    vec![
        says("waiter", "OrderPlaced", "ada", "ada", "12:00", r#"{"dodgy":false,"note":12.50}"#),
        says("waiter", "OrderPlaced", "bob", "bob", "12:01", r#"{"dodgy":true}"#),
        says("waiter", "OrderPlaced", "cem", "cem", "12:02", r#"{"dodgy":false}"#),
        says("cook", "FoodCooked", "ada-2", "ada", "12:07", r#"{"dodgy":false,"note":12.50,"minutes":7}"#),
        says("assistant-manager", "OrderPriced", "bob-2", "bob", "12:08", r#"{"total":8}"#),
        says("assistant-manager", "OrderPriced", "ada-3", "ada", "12:09", r#"{"note":12.50,"total":14.50}"#),
        says("waiter", "OrderCancelled", "cem-2", "cem", "12:10", "{}"),
        says("cashier", "OrderPaid", "bob-3", "bob", "12:15", r#"{"total":8,"paid":8}"#),
        says("cook", "FoodCooked", "bob-4", "bob", "12:26", r#"{"total":8}"#),
        says("cashier", "OrderPaid", "ada-4", "ada", "13:30", r#"{"total":14.50,"paid":14.50}"#),
    ]
}

/// A day on which a total is forgotten, a person leaves that message out, and ends another order.
fn day_with_people() -> Vec<Deed> {
    let mut deeds = Vec::new();
    for (index, deed) in day().into_iter().enumerate() {
        deeds.extend([deed, Deed::Runs]);
        if index == 4 {
            let forgotten = r#"{"note":12.50}"#;
            deeds.push(says("assistant-manager", "OrderPriced", "ada-x", "ada", "12:08", forgotten));
            deeds.push(says("cashier", "OrderPaid", "cem-x", "cem", "12:08", "{}"));
        }
        if index == 7 {
            deeds.push(Deed::Settles("ada", Hand::Skip, "manager-1"));
            deeds.push(Deed::Settles("cem", Hand::End, "manager-2"));
        }
    }
    deeds
}

fn restaurant() -> Vec<Family> {
    families(&[
        include_str!("../fixtures/restaurant/processes/pay-after-eating@1.yaml"),
        include_str!("../fixtures/restaurant/processes/pay-first@1.yaml"),
    ])
}

/// Does it as the command line does: what was done before under the same id is not done again.
fn does(store: &Store, families: &[Family], deed: &Deed) -> Result<()> {
    match deed {
        Deed::Says(message) => {
            store.append(&message.source, vec![vec![(**message).clone()]], Guard::None)?;
        }
        Deed::Runs => {
            run_on(store, families, newest(), 3)?;
        }
        Deed::Settles(instance, hand, id) => {
            let mut world = recovered(store, families)?;
            let process = world.house().process("pay-after-eating").unwrap();
            let member = world.member(process);
            let key = (member.name.clone(), Name::from(*id));
            if !member.instance(instance).unwrap().seen.contains(&key) {
                let time = Time::parse("2026-11-21T12:16:00Z").unwrap();
                let id = Name::from(*id);
                settle(store, &mut world, process, &Name::from(*instance), *hand, id, time)?;
            }
        }
    }
    Ok(())
}

/// The logs after a whole day.
fn after(deeds: &[Deed]) -> Memory {
    let memory = Memory::new();
    for deed in deeds {
        does(&store(memory.clone()), &restaurant(), deed).unwrap();
    }
    memory
}

#[test]
fn in_one_go_and_command_by_command_it_is_the_same_day() {
    let mut at_once = day();
    at_once.push(Deed::Runs);
    let one_by_one: Vec<Deed> = day().into_iter().flat_map(|deed| [deed, Deed::Runs]).collect();
    assert_same(&after(&at_once).snapshot(), &after(&one_by_one).snapshot(), "one go, command by command");
}

/// Each deed of the day is struck at every call that it makes; then whoever got no answer asks once
/// more, and the logs are what they would have been.
#[test]
fn a_kill_at_any_call_of_the_store_leaves_the_same_day() {
    let families = restaurant();
    let memory = Memory::new();
    let mut struck = 0;
    for (index, deed) in day_with_people().iter().enumerate() {
        let before = memory.snapshot();
        does(&store(memory.clone()), &families, deed).unwrap();
        let whole = memory.snapshot();
        for fault in [Fault::DiesBefore, Fault::DiesAfter, Fault::DiesWithin(200)] {
            for strike in 1.. {
                let again = Memory::new();
                again.restore(before.clone());
                let faulty = Faulty::new(again.clone(), strike, fault);
                let result = does(&store(faulty.clone()), &families, deed);
                if faulty.struck().is_none() {
                    break;
                }
                struck += 1;
                if result.is_err() {
                    does(&store(again.clone()), &families, deed).unwrap();
                }
                assert_same(&again.snapshot(), &whole, &format!("deed {index}, {fault:?} at call {strike}"));
            }
        }
    }
    assert!(struck > 1_000, "only {struck} kills: is the day too short, or the store not asked?");
}

#[test]
fn the_people_are_in_the_journal_and_the_parked_are_held() {
    let memory = after(&day_with_people());
    let world = recovered(&store(memory.clone()), &restaurant()).unwrap();
    let rests: Vec<String> = world
        .member(world.house().process("pay-after-eating").unwrap())
        .instances()
        .map(|instance| format!("{}: {}", instance.id, instance.rest()))
        .collect();
    assert_eq!(rests, ["ada: paid", "bob: declined", "cem: by hand"]);
    let journal = String::from_utf8(memory.bytes("pay-after-eating")).unwrap();
    let of_people = journal
        .lines()
        .filter(|line| line.contains("\"MessageSkipped\"") || line.contains("\"InstanceEnded\""));
    assert_eq!(of_people.count(), 4, "what they did, and what was made of it");
    assert!(journal.contains("\"outcome\":\"held\""));
}
