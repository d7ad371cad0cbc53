//! Bugs that were found, each with its story. None may come back.

#[path = "common/mod.rs"]
mod common;
#[path = "common/running.rs"]
mod running;

use anyorder::event::{Message, line};
use anyorder::process::{Family, read_service};
use anyorder::runtime::snapshot::{Saving, save};
use anyorder::runtime::{House, Staff, recover, recover_from_snapshots, run_in_writes};
use anyorder::span::Source;
use anyorder::store::{Guard, Memory};
use anyorder::versions;
use common::{Fault, Faulty};
use running::*;

/// `module position-free id type conversation minute`, one message a line, then data if any.
fn logs(text: &str) -> Memory {
    let memory = Memory::new();
    put(&memory, text);
    memory
}

fn put(memory: &Memory, text: &str) {
    let store = store(memory.clone());
    for row in text.lines().map(str::trim).filter(|row| !row.is_empty()) {
        let mut words = row.splitn(6, ' ');
        let mut word = || words.next().unwrap_or_default();
        let (module, id, type_, conversation, minute, data) =
            (word(), word(), word(), word(), word(), word());
        let data = if data.is_empty() { String::new() } else { format!(",\"data\":{data}") };
        let text = format!(
            r#"{{"specversion":"1.0","id":"{id}","source":"{module}","type":"{type_}","time":"2026-11-21T09:{minute}:00Z","correlationid":"{conversation}"{data}}}"#
        );
        let message: Message = line::read(&text).unwrap();
        store.append_new(module, vec![vec![message]], Guard::None).unwrap();
    }
}

/// Cuts a run after each of its turns, in the order in which they are written, and runs again.
fn every_cut_gives_the_same(memory: &Memory, families: &[Family], lines: usize) {
    let logs = memory.snapshot();
    let whole = bytes_after(&logs, families);
    let copy = Memory::new();
    copy.restore(logs.clone());
    let recording = common::Recording::new(copy);
    run_on(&store(recording.clone()), families, newest(), lines).unwrap();
    let mut so_far = logs;
    for (module, bytes) in recording.appends() {
        let before = so_far.entry(module.clone()).or_default().clone();
        let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
        for cut in ends {
            so_far.insert(module.clone(), [&before[..], &bytes[..cut]].concat());
            assert_same(&whole, &bytes_after(&so_far, families), &format!("{module} cut at {cut}"));
        }
    }
}

/// Story: alpha had heard beta, so a flush wrote beta first; then the lights went out.
/// Beta's answer to the second Tick was in the logs, alpha's to the first was not.
/// The second run gave beta's to gamma first, since it was stamped alike and its name comes first.
/// Now what an earlier turn answers is written before anything that would come before it.
#[test]
fn what_comes_of_a_tie_is_not_written_before_an_earlier_turn() {
    let texts = [
        "process: alpha\nversion: 1\nstarts-on: Hello\ninitial: a\nstates: {a: {ignore: FromBeta, on: {Tick: {publish: FromAlpha}}}}\n",
        "process: beta\nversion: 1\nstarts-on: {Hello: {publish: FromBeta}}\ninitial: a\nstates: {a: {on: {Tock: {publish: Other}}}}\n",
        "process: gamma\nversion: 1\nstarts-on: Hello\ninitial: a\nstates: {a: {ignore: [FromAlpha, Other]}}\n",
    ];
    let memory = logs(
        "
        orders o-1 Hello c1 05
        orders o-2 Tick c1 10
        orders o-3 Tock c1 10
    ",
    );
    every_cut_gives_the_same(&memory, &families(&texts), AT_ONCE);
}

/// Story: a module's clock went back, and the run was stopped between the two messages.
/// A second run began to read behind the first, so for it the module had never been that far.
/// An alarm that was due in the past had been before the message, and came after it.
/// Now the journal says how far the module had come, where that is not the message's own time.
#[test]
fn a_module_whose_time_went_back_stays_where_it_was_for_a_second_run() {
    let text = "
process: order
version: 1
starts-on: Placed
initial: open
states:
  open:
    on:
      Placed: {alarm: {Past: {at: =timestamp('2026-11-21T09:04:00Z')}}}
      Paid: {to: paid}
      Past: {send: Remind}
  paid: {on: {Past: {send: TooLate}}}
";
    let memory = logs(
        "
        orders o-1 Placed c1 10
        orders o-2 Paid c1 03
    ",
    );
    every_cut_gives_the_same(&memory, &families(&[text]), 1);
    // Also where the newest of all is a message that nobody listens to, read before the stop.
    let memory = logs(
        "
        orders o-0 Unheard c1 50
        orders o-1 Placed c1 10
        orders o-2 Paid c1 03
    ",
    );
    every_cut_gives_the_same(&memory, &families(&[text]), 1);
}

/// Story: a process wrote `event.remaining` in a guard, and heard another process.
/// Handed over in memory, a message had no lines behind it; read from the log, it had one.
/// After a crash it was decided otherwise, and a recovered instance never equalled the live one.
/// Now how many lines follow is a matter of the file: nobody above the store sees it.
#[test]
fn a_message_is_the_same_however_it_came() {
    let texts = [
        "process: alpha\nversion: 1\nstarts-on: {Hello: {publish: FromAlpha}}\ninitial: a\nstates: {a: {}}\n",
        "process: beta\nversion: 1\nstarts-on: FromAlpha\ninitial: a\nstates: {a: {on: {FromAlpha: [{when: event.remaining == 0, send: None}, {send: Some}]}}}\n",
    ];
    every_cut_gives_the_same(&logs("orders o-1 Hello c1 05"), &families(&texts), AT_ONCE);
}

/// Story: the disk was full when keeper's turns were written, so the run ended with that error.
/// On its way out it wrote what else was waiting: zulu's decisions about what keeper had said.
/// Nothing could be run after that: zulu waited for a message that no log had.
/// Now nothing is written after a write that failed.
#[test]
fn after_a_write_that_failed_nothing_else_is_written() {
    let texts = [
        "process: keeper\nversion: 1\nstarts-on: {Hello: {publish: FromKeeper}}\ninitial: a\nstates: {a: {}}\n",
        "process: zulu\nversion: 1\nstarts-on: Never\ninitial: a\nstates: {a: {ignore: FromKeeper}}\n",
    ];
    let families = families(&texts);
    let whole = bytes_after(&logs("orders o-1 Hello c1 05").snapshot(), &families);
    for strike in 1.. {
        let memory = logs("orders o-1 Hello c1 05");
        let faulty = Faulty::new(memory.clone(), strike, Fault::Refused(10));
        let ran = run_on(&store(faulty.clone()), &families, newest(), AT_ONCE);
        if faulty.struck().is_none() {
            break;
        }
        assert!(ran.is_err(), "call {strike}");
        assert_same(&whole, &bytes_after(&memory.snapshot(), &families), &format!("call {strike}"));
    }
}

/// Two versions, of which only the second listens to Rated; instances of the first are forgotten.
const FORGETFUL: [&str; 2] = [
    "process: order\nversion: 1\nstarts-on: Placed\nafter-end: forget\ninitial: open\nstates: {open: {on: {Paid: {to: done}}}, done: {end: success}}\n",
    "process: order\nversion: 2\nstarts-on: Placed\nafter-end: forget\ninitial: open\nstates: {open: {on: {Paid: {to: done}, Rated: {}}}, done: {end: success}}\n",
];

fn version_1_then_2() -> Memory {
    let memory = logs("orders o-1 Placed c1 05");
    run_all(&memory, &families(&FORGETFUL[..1]));
    for row in ["ratings r-1 Rated c1 06", "orders o-2 Paid c1 07"] {
        for (module, bytes) in logs(row).snapshot() {
            let text = String::from_utf8(bytes).unwrap();
            let message = line::read(text.trim_end()).unwrap();
            let message = Message { position: None, ..message };
            store(memory.clone()).append_new(&module, vec![vec![message]], Guard::None).unwrap();
        }
    }
    memory
}

/// Story: an order lived on version 1, which knows no Rated; Rated came, and nothing was recorded.
/// Then the order ended and was forgotten, so the next life would be on version 2, which knows it.
/// A second run read Rated again, and deferred it; the logs were not those of one run.
/// Now an instance that lives on another version than listens records that it ignored the message.
#[test]
fn a_message_that_only_another_version_listens_to_is_ignored_for_good() {
    let memory = version_1_then_2();
    let families = families(&FORGETFUL);
    every_cut_gives_the_same(&memory, &families, 1);
    run_all(&memory, &families);
    let once = memory.snapshot();
    run_all(&memory, &families);
    assert_same(&once, &memory.snapshot(), "a second run appends nothing");
}

/// Story: a journal held a message that only version 2 listens to, and was replayed through version 1.
/// The message was put in flight for nobody, and then taken out of flight: a panic.
/// Decisions of version 2 about a conversation that never started were called divergences of version 1.
/// Now what this version does not listen to is passed over, and so is what another version decided.
#[test]
fn a_journal_of_two_versions_replays_through_each() {
    let memory = version_1_then_2();
    let both = families(&FORGETFUL);
    run_all(&memory, &both);
    let message = line::read(r#"{"specversion":"1.0","id":"r-9","source":"ratings","type":"Rated","time":"2026-11-21T09:09:00Z","correlationid":"c9"}"#).unwrap();
    store(memory.clone()).append_new("ratings", vec![vec![message]], Guard::None).unwrap();
    run_all(&memory, &both);
    for version in [1, 2] {
        let family = only(&both[0], version);
        let store = store(memory.clone());
        let (_, found) = versions::against_journal(&store, &family, version, &|_| true).unwrap();
        assert!(found.divergences.is_empty(), "version {version}: {:#?}", found.divergences);
    }
}

/// Story: a life ended and was forgotten while two messages waited: a starter, and a ring.
/// The starter was tried first and began a new life; then the ring was tried, and was taken for its own.
/// It had been set by the life before, so it is stale.
/// Now an instance knows which of the waiting messages are rings of this life.
#[test]
fn a_waiting_ring_does_not_pass_into_the_next_life_and_a_recovered_instance_knows_it() {
    let text = "
process: order
version: 1
starts-on: [Placed, Called]
after-end: forget
initial: open
states:
  open: {defer: [TooLate, Called], on: {Placed: {alarm: {TooLate: 1m}}, Paid: {to: done}}}
  done: {end: success}
";
    let families = families(&[text]);
    let memory = logs(
        "
        orders o-1 Placed c1 05
        orders o-2 Called c1 05
        orders o-3 Paid c1 10
    ",
    );
    every_cut_gives_the_same(&memory, &families, 1);
    let (_, tally) = run_all(&memory, &families);
    assert_eq!(tally.outcomes.get(&anyorder::step::Outcome::Stale), Some(&1));
}

/// Story: a starter that its initial state kept for later began the life all the same, and what was said on entry
/// went out; when it was tried again it led back into that state, and what was said then bore the same ids.
/// Whoever remembers ids took the second for the first. Found by brute force, which had services that do.
#[test]
fn a_starter_that_waits_does_not_send_the_same_ids_twice() {
    let families = families(&[
        "process: p\nversion: 1\nstarts-on: Go\ninitial: a\nstates:\n  a: {enter: {send: Cook, alarm: \
                              {Bell: 1m}}, defer: Go, on: {Turn: {to: b}}}\n  b: {on: {Go: {to: a}}, ignore: Bell}\n",
    ]);
    let memory = logs("m o-1 Go c 00\nm o-2 Turn c 01\n");
    let store = store(memory.clone());
    run_on(&store, &families, newest(), 64).unwrap();
    let journal = store.read("p", anyorder::event::Position::FIRST).unwrap();
    let ids: Vec<_> = journal.map(|record| record.unwrap().message.id).collect();
    let different: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!((ids.len(), different.len()), (8, 8));
    every_cut_gives_the_same(&memory, &families, 64);
}

/// Story: a message without the member that says which entity it is about parked the service itself; a day later
/// another one came. Over the whole journal it was held, behind the first; begun at a snapshot it parked the
/// service a second time, and `resume` would have lost one of both. What stands for a process that cannot find
/// the instance was taken out of a snapshot before it was needed, what stands for a service was not.
#[test]
fn a_service_that_was_parked_before_the_snapshot_holds_what_comes_after() {
    let text = "service: mill\nentity: =event.data.grain\ndata: {n: 0}\non: {Grind: {publish: Flour}}\n";
    let service = std::sync::Arc::new(read_service(&Source::new("mill.yaml", text)).unwrap());
    let ran = |with_snapshots: bool| {
        let memory = Memory::new();
        for day in ["orders g-1 Grind c1 05", "orders g-2 Grind c2 07"] {
            put(&memory, day);
            let staff = Staff { services: vec![service.clone()], ..Staff::default() };
            let house = House::create(Vec::new()).unwrap().serve(staff).unwrap();
            let mut house = house.created().subscribe_all().start();
            match with_snapshots {
                true => recover_from_snapshots(&mut house, &store(memory.clone())).unwrap(),
                false => recover(&mut house, &store(memory.clone())).unwrap(),
            }
            let (mut world, how) = (house.stable(), newest());
            run_in_writes(&store(memory.clone()), &mut world, how, AT_ONCE).unwrap();
            if with_snapshots {
                save(&store(memory.clone()), &world, Saving { grown: 1, merged: 8, read: 0 });
            }
        }
        memory.snapshot()
    };
    let whole = ran(false);
    assert_eq!(String::from_utf8_lossy(&whole["mill"]).matches(r#""outcome":"held""#).count(), 1);
    assert_same(&whole, &ran(true), "begun at a snapshot");
}
