//! The laws over services, beside random processes: determinism, crash-equivalence, recovery; and that
//! a service which is added changes no other's draws. A failure names its seed.

#[path = "common/mod.rs"]
mod common;
#[path = "common/generate.rs"]
mod generate;
#[path = "common/running.rs"]
mod running;
#[path = "common/serving.rs"]
mod serving;

use anyorder::event::{Kind, Message, Name, Position};
use anyorder::process::Service;
use anyorder::runtime::{Rules, World, journal};
use anyorder::step::{Instance, Outcome};
use anyorder::store::{Audit, Guard, Memory};
use common::{Fault, Faulty};
use running::*;
use serving::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const MANY: u64 = 100;

fn thorough() -> bool {
    std::env::var_os("ANYORDER_THOROUGH").is_some()
}

fn instances(world: &World) -> Vec<Vec<Instance>> {
    world.members().iter().map(|member| member.instances().cloned().collect()).collect()
}

#[test]
fn the_random_services_do_something() {
    let (mut seen, mut answers) = (BTreeMap::<&str, u32>::new(), 0);
    for staffed in staffed(MANY) {
        let memory = staffed.case.memory();
        let (world, tally) = staffed.run_in(&memory, AT_ONCE);
        let mut note = |what, so: bool| *seen.entry(what).or_default() += u32::from(so);
        answers += tally.answers.values().sum::<u64>();
        note("a service said something", !tally.answers.is_empty());
        note("one with memory", staffed.staff.services.iter().any(|service| service.remembers()));
        note("something was not answered", world.unanswered().next().is_some());
        note("something is owed at the end", world.next_alarm().is_some());
        let entities =
            staffed.staff.services.iter().filter_map(|service| world.house().process(&service.name));
        let mut of_entities = entities.flat_map(|process| world.member(process).instances());
        note("an entity is parked", of_entities.any(|instance| instance.parked.is_some()));
        let logs = store(memory.clone());
        let heard = |outcome: Outcome| tally.outcomes.contains_key(&outcome);
        note("duplicates", heard(Outcome::Duplicate));
        let said = |message: &Message| message.type_.starts_with("Said");
        let chains = logs.modules().unwrap().iter().any(|module| {
            let messages: Vec<Message> =
                logs.read(module, Position::FIRST).unwrap().map(|record| record.unwrap().message).collect();
            let back = messages.windows(2).any(|two| two[1].time < two[0].time);
            back && messages.iter().any(said)
        });
        note("an answer in a log whose times go back", chains);
    }
    if std::env::var_os("ANYORDER_SEED").is_none() {
        let rare: Vec<_> = seen.iter().filter(|(_, count)| **count < 2).collect();
        assert!(rare.is_empty() && answers > 1000, "{answers} answers; too rare: {rare:?} of {seen:?}");
    }
}

#[test]
fn law_1_the_same_services_and_logs_give_the_same_bytes_however_they_are_written() {
    for mut staffed in staffed(MANY) {
        let logs = staffed.logs();
        let once = staffed.bytes_after(&logs);
        staffed.families.reverse();
        staffed.staff.services.reverse();
        for lines in [AT_ONCE, 1, 7] {
            let memory = Memory::new();
            memory.restore(logs.clone());
            staffed.run_in(&memory, lines);
            assert_same(&once, &memory.snapshot(), &staffed.told());
        }
        // A second run finds nothing to do, and one that goes on in two halves comes to the same.
        let memory = Memory::new();
        memory.restore(once.clone());
        let (_, tally) = staffed.run_in(&memory, AT_ONCE);
        assert_eq!((tally.handled, tally.answers.len()), (0, 0), "{}", staffed.told());
        let halves = Memory::new();
        halves.restore(logs);
        staffed.run(&store(halves.clone()), Rules::Newest, AT_ONCE).unwrap();
        staffed.run_in(&halves, AT_ONCE);
        assert_same(&once, &halves.snapshot(), &staffed.told());
    }
}

#[test]
fn law_3_a_run_with_services_that_dies_at_any_call_and_runs_again_writes_the_same_bytes() {
    for (index, staffed) in staffed(if thorough() { MANY } else { 5 }).enumerate() {
        let logs = staffed.logs();
        let whole = staffed.bytes_after(&logs);
        for lines in [1, 5, AT_ONCE] {
            let stride = if thorough() { 1 } else { 61 };
            let faults = [Fault::DiesBefore, Fault::DiesAfter, Fault::DiesWithin(700), Fault::Refused(400)];
            for (which, fault) in faults.into_iter().enumerate() {
                let mut strike = 1 + (index as u64 + which as u64 * 3 + lines as u64 % 5) % stride;
                loop {
                    let memory = Memory::new();
                    memory.restore(logs.clone());
                    let faulty = Faulty::new(memory.clone(), strike, fault);
                    let _ = staffed.run(&store(faulty.clone()), staffed.rules(), lines);
                    if faulty.struck().is_none() {
                        break;
                    }
                    settle_syncs(&memory);
                    staffed.run_in(&memory, AT_ONCE);
                    let why = format!("{}; {fault:?} at call {strike}, {lines} lines", staffed.told());
                    assert_same(&whole, &memory.snapshot(), &why);
                    strike += stride;
                }
            }
        }
    }
}

#[test]
fn law_3_cut_anywhere_in_the_order_of_the_writes_it_writes_the_same_bytes() {
    for (index, staffed) in staffed(if thorough() { MANY } else { 30 }).enumerate() {
        let logs = staffed.logs();
        let whole = staffed.bytes_after(&logs);
        for lines in [AT_ONCE, 4] {
            let memory = Memory::new();
            memory.restore(logs.clone());
            let recording = common::Recording::new(memory);
            staffed.run(&store(recording.clone()), staffed.rules(), lines).unwrap();
            let mut so_far = logs.clone();
            let appends = recording.appends();
            let step = if thorough() { 1 } else { 1 + appends.len() / 12 };
            for (number, (module, bytes)) in appends.iter().enumerate() {
                let before = so_far.entry(module.clone()).or_default().clone();
                if (number + index) % step == 0 {
                    let ends =
                        bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
                    let cuts: BTreeSet<usize> =
                        ends.skip(index % 3).step_by(lines.min(5)).chain([0]).collect();
                    for cut in cuts {
                        let memory = Memory::new();
                        so_far.insert(module.clone(), [&before[..], &bytes[..cut]].concat());
                        memory.restore(so_far.clone());
                        staffed.run_in(&memory, AT_ONCE);
                        let why = format!("{}; {lines} lines a write, {module} cut at {cut}", staffed.told());
                        assert_same(&whole, &memory.snapshot(), &why);
                    }
                }
                so_far.insert(module.clone(), [&before[..], &bytes[..]].concat());
            }
            assert_same(&whole, &so_far, &staffed.told());
        }
    }
}

#[test]
fn law_4_what_entities_know_is_the_fold_of_their_journal_without_the_definition() {
    for mut staffed in staffed(MANY) {
        let memory = staffed.case.memory();
        let (world, _) = staffed.run_in(&memory, AT_ONCE);
        for service in &mut staffed.staff.services {
            *service =
                Arc::new(Service { on: BTreeMap::new(), data: Default::default(), ..(**service).clone() });
        }
        let again = staffed.open(&store(memory)).unwrap();
        assert_eq!(instances(&world), instances(&again), "{}", staffed.told());
        for (one, other) in world.members().iter().zip(again.members()).skip(staffed.families.len()) {
            assert_eq!((one.next, one.now, &one.cursors), (other.next, other.now, &other.cursors));
        }
    }
}

#[test]
fn a_service_that_is_added_changes_no_others_draws() {
    let mut changed = 0;
    for mut staffed in staffed(MANY) {
        let logs = staffed.logs();
        let before = staffed.bytes_after(&logs);
        let heard = ["Alder", "Birch", "EchoOne", "SaidA", "SaidE"];
        let replies = heard.map(|type_| {
            format!("  {type_}: [{{chance: 0.5, after: 1ms..5m, publish: Noise}}, {{publish: OtherNoise}}]\n")
        });
        for (name, entity) in [("moth", ""), ("aardvark", "entity: =event.id\n")] {
            let text = format!("service: {name}\n{entity}on:\n{}", replies.concat());
            staffed.staff.services.push(service(&text));
        }
        let mut after = staffed.bytes_after(&logs);
        changed += u32::from(after.remove("moth").is_some()) + u32::from(after.remove("aardvark").is_some());
        assert_same(&before, &after, &staffed.told());
    }
    assert!(changed > 50 || std::env::var_os("ANYORDER_SEED").is_some(), "{changed}");
}

#[test]
fn another_seed_draws_otherwise() {
    let mut others = 0;
    for mut staffed in staffed(30) {
        let logs = staffed.logs();
        let one = staffed.bytes_after(&logs);
        staffed.staff.seed += 1;
        others += u32::from(one != staffed.bytes_after(&logs));
    }
    assert!(others > 10 || std::env::var_os("ANYORDER_SEED").is_some(), "{others}");
}

/// Whoever answers by hand, before the service or at a later time than it would have.
#[test]
fn what_a_person_has_answered_no_service_answers_again() {
    let cook =
        "service: cook\non: {CookFood: [{publish: FoodCooked, after: 8m}, {publish: FoodBurnt, after: 9m}]}";
    let smoke = "service: smoke\non: {CookFood: {publish: FoodCooked}}";
    let run = |by_hand: Option<&str>, services: &[&str]| {
        let mut staffed = Staffed::of(generate::Case::new(0));
        staffed.families.clear();
        staffed.staff.services = services.iter().map(|text| service(text)).collect();
        let memory = Memory::new();
        let store = store(memory.clone());
        let append = |mut message: Message| {
            message.correlation = Some(Name::from("o-1"));
            store.append_new(&message.source.clone(), vec![vec![message]], Guard::None).unwrap();
        };
        let mut command = common::at(common::message("waiter", "c-1"), "2026-11-21T12:00:00.000Z");
        command.type_ = Name::from("CookFood");
        command.kind = Kind::Command;
        append(command);
        if let Some(type_) = by_hand {
            let mut answer = common::at(common::message("cook", "a-1"), "2026-11-21T12:30:00.000Z");
            answer.type_ = Name::from(type_);
            answer.causation = Some(Name::from("c-1"));
            append(answer);
        }
        let (_, tally) = staffed.run(&store, Rules::Drained, AT_ONCE).unwrap();
        let again = staffed.run(&store, Rules::Drained, AT_ONCE).unwrap().1;
        assert!(again.answers.is_empty(), "{again:?}");
        tally.answers.values().sum::<u64>()
    };
    assert_eq!(run(None, &[cook]), 1);
    assert_eq!(run(Some("FoodCooked"), &[cook]), 0);
    assert_eq!(run(Some("FoodBurnt"), &[cook]), 0);
    assert_eq!(run(Some("FoodPraised"), &[cook]), 1);
    // Two services answer one command, each for itself.
    assert_eq!(run(None, &[cook, smoke]), 2);
    assert_eq!(run(Some("FoodBurnt"), &[cook, smoke]), 1);
}

/// What `verify` finds, and where.
fn findings(logs: &Bytes, why: &str) -> Vec<(Name, u64)> {
    let memory = Memory::new();
    memory.restore(logs.clone());
    let is_journal = |first: &Message| first.internal && *first.type_ == *journal::OPENED;
    let how = Audit { only: None, is_journal: &is_journal, watch: &mut || {} };
    let found = store(memory).audit(how).unwrap();
    assert!(found.iter().all(|(_, log)| log.damage.is_none()), "{why}");
    let counted = found.into_iter().map(|(module, log)| (module, log.findings()));
    counted.filter(|(_, findings)| *findings > 0).collect()
}

/// Whatever anyorder writes, `verify` finds nothing wrong with it, but only with what came from outside.
#[test]
fn what_a_run_writes_is_no_finding() {
    for staffed in staffed(if thorough() { MANY } else { 30 }) {
        let logs = staffed.logs();
        let why = staffed.told();
        assert_eq!(findings(&staffed.bytes_after(&logs), &why), findings(&logs, &why), "{why}");
    }
}
