//! The laws with snapshots: a run that begins at one decides what a run over the whole journal decides, however
//! old the snapshot is, whatever is broken about it, and wherever a run before was stopped.

#[path = "common/mod.rs"]
mod common;
#[path = "common/generate.rs"]
mod generate;
#[path = "common/running.rs"]
mod running;
#[path = "common/serving.rs"]
mod serving;

use anyorder::error::Result;
use anyorder::event::{Message, Names};
use anyorder::process::Family;
use anyorder::runtime::snapshot::{Saving, read_instance, save, write_instance};
use anyorder::runtime::{
    House, Rules, Run, Staff, World, agree_to_edited, recover, recover_from_snapshots, refuse_edited,
    run_in_writes,
};
use anyorder::step::Instance;
use anyorder::store::{Medium, Memory, Store};
use common::{Fault, Faulty};
use generate::{Case, all_cases, append};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use running::*;
use serving::Staffed;
use std::collections::BTreeMap;

const MANY: u64 = 100;

/// After every run; and how much is merged.
fn always(merged: u64) -> Saving {
    Saving { grown: 1, merged, read: 0 }
}

fn thorough() -> bool {
    std::env::var_os("ANYORDER_THOROUGH").is_some()
}

/// Families, and services beside them.
#[derive(Clone)]
struct Inhabitants {
    families: Vec<Family>,
    staff: Staff,
    rules: Rules,
}

impl Inhabitants {
    fn of(families: Vec<Family>) -> Inhabitants {
        Inhabitants { families, staff: Staff::default(), rules: Rules::Newest }
    }

    fn house(&self) -> Result<House<anyorder::runtime::Start>> {
        Ok(House::create(self.families.clone())?.serve(self.staff.clone())?.created().subscribe_all().start())
    }

    /// From the whole journals.
    fn folded(&self, store: &Store) -> Result<World> {
        let mut house = self.house()?;
        recover(&mut house, store)?;
        Ok(house.stable())
    }

    /// From snapshots where they are.
    fn reopened(&self, store: &Store) -> Result<World> {
        let mut house = self.house()?;
        recover_from_snapshots(&mut house, store)?;
        Ok(house.stable())
    }

    fn loaded(&self, store: &Store) -> Result<World> {
        let mut house = self.house()?;
        recover_from_snapshots(&mut house, store)?;
        house.load_all()?;
        Ok(house.stable())
    }

    /// As the command line does it.
    fn run(&self, store: &Store, lines: usize, saving: Option<Saving>) -> Result<World> {
        let mut world = if saving.is_some() { self.reopened(store)? } else { self.folded(store)? };
        run_in_writes(store, &mut world, Run { rules: self.rules, dry: false, rings: u64::MAX }, lines)?;
        if let Some(saving) = saving {
            save(store, &world, saving);
        }
        Ok(world)
    }
}

/// What a world's members are.
fn members(world: &World) -> Vec<String> {
    let member = |member: &anyorder::runtime::Member| {
        let instances: Vec<&Instance> = member.instances().collect();
        let about =
            (member.now, member.next, member.opened, &member.cursors, &member.reached, &member.hashes);
        format!("{} {about:?} {:?} {instances:#?}", member.name, member.census())
    };
    world.members().iter().map(member).collect()
}

fn assert_folds(who: &Inhabitants, memory: &Memory, why: &str) {
    let store = store(memory.clone());
    let (folded, loaded) = (who.folded(&store).unwrap(), who.loaded(&store).unwrap());
    for (folded, loaded) in members(&folded).iter().zip(&members(&loaded)) {
        let differs = folded.lines().zip(loaded.lines()).find(|(one, other)| one != other);
        assert!(folded == loaded, "{why}\n{differs:#?}");
    }
}

fn caches(memory: &Memory) -> BTreeMap<String, Vec<u8>> {
    let names = Medium::caches(memory).unwrap();
    names.into_iter().map(|name| (name.clone(), memory.cache_bytes(&name).unwrap())).collect()
}

/// The world's inhabitants and what arrives, a piece for each run.
fn stories(count: u64) -> impl Iterator<Item = (Inhabitants, Vec<Vec<Message>>, String)> {
    let pieces = |case: &Case| -> Vec<Vec<Message>> { case.arrivals.chunks(9).map(<[_]>::to_vec).collect() };
    let alone = all_cases(count).map(move |case| {
        let told = case.told();
        (Inhabitants::of(case.families()), pieces(&case), told)
    });
    let served = serving::staffed(count / 4).map(move |staffed: Staffed| {
        let (families, staff) = (staffed.families.clone(), staffed.staff.clone());
        let who = Inhabitants { families, staff, rules: staffed.rules() };
        (who, pieces(&staffed.case), staffed.told())
    });
    alone.chain(served)
}

#[test]
fn an_instance_comes_back_from_its_record_as_it_was() {
    let mut kept = 0;
    for case in all_cases(MANY) {
        let (world, _) = run_all(&case.memory(), &case.families());
        for instance in world.members().iter().flat_map(|member| member.instances()) {
            let record = write_instance(instance, 17);
            let (read, ordinal) = read_instance(&record, &mut Names::remembering()).unwrap();
            assert_eq!((write_instance(&read, 17) == record, ordinal), (true, 17), "{}", case.told());
            let waits = instance.parked.is_some() || instance.deferred.len() + instance.held.len() > 0;
            kept += u64::from(waits);
            assert!(waits || read == *instance, "{}\n{read:#?}\n{instance:#?}", case.told());
            for cut in 0..record.len() {
                assert!(read_instance(&record[..cut], &mut Names::default()).is_err());
            }
        }
    }
    assert!(kept > 20 || std::env::var_os("ANYORDER_SEED").is_some(), "only {kept} kept something");
}

/// Law 3 and 4: a day in pieces, with a snapshot after each run and without; and each snapshot that there
/// ever was tells, with what the journal says since, what the journal tells.
#[test]
fn a_run_that_begins_at_a_snapshot_writes_what_a_run_over_the_whole_journal_writes() {
    let (mut layers, mut asleep) = (0, 0);
    for (index, (who, pieces, why)) in stories(MANY).enumerate() {
        let (plain, memory) = (Memory::new(), Memory::new());
        let merged = [0, 1, 8][index % 3];
        let mut old: Vec<BTreeMap<String, Vec<u8>>> = Vec::new();
        for piece in &pieces {
            append(&plain, piece);
            append(&memory, piece);
            let without = who.run(&store(plain.clone()), AT_ONCE, None).unwrap();
            let with = who.run(&store(memory.clone()), AT_ONCE, Some(always(merged))).unwrap();
            assert_same(&plain.snapshot(), &memory.snapshot(), &why);
            assert_eq!(without.next_ring(), with.next_ring(), "{why}");
            assert_eq!((without.newest(), without.in_flight()), (with.newest(), with.in_flight()), "{why}");
            for (one, other) in without.members().iter().zip(with.members()) {
                assert_eq!(
                    (one.census(), one.now, one.next),
                    (other.census(), other.now, other.next),
                    "{why}"
                );
                asleep += one.instances().count() - other.instances().count();
            }
            assert_folds(&who, &memory, &why);
            layers = layers.max(caches(&memory).len());
            old.push(caches(&memory));
        }
        // Whatever a place has kept: the newest that is whole counts.
        for before in old {
            for name in Medium::caches(&memory).unwrap() {
                memory.set_cache(&name, None);
            }
            for (name, bytes) in before {
                memory.set_cache(&name, Some(bytes));
            }
            assert_folds(&who, &memory, &why);
            who.run(&store(memory.clone()), AT_ONCE, Some(Saving::default())).unwrap();
            assert_same(&plain.snapshot(), &memory.snapshot(), &why);
        }
    }
    if std::env::var_os("ANYORDER_SEED").is_none() {
        assert!(layers > 6 && asleep > 500, "{layers} layers, {asleep} were not needed");
    }
}

/// A snapshot with any byte changed, or cut off anywhere: as if it were not there, or as if it were whole.
#[test]
fn a_broken_snapshot_changes_nothing() {
    let mut random = ChaCha8Rng::seed_from_u64(11);
    for (index, (who, pieces, why)) in stories(24).enumerate() {
        let memory = Memory::new();
        let (last, before) = pieces.split_last().unwrap();
        for piece in before {
            append(&memory, piece);
            who.run(&store(memory.clone()), AT_ONCE, Some(always([0, 8][index % 2]))).unwrap();
        }
        append(&memory, last);
        let (logs, sound) = (memory.snapshot(), caches(&memory));
        let plain = Memory::new();
        plain.restore(logs.clone());
        who.run(&store(plain.clone()), AT_ONCE, None).unwrap();
        let whole = plain.snapshot();
        let total: usize = sound.values().map(Vec::len).sum();
        let tries = if thorough() { 400 } else { 12 };
        for _ in 0..tries.min(total) {
            memory.restore(logs.clone());
            let mut said = String::new();
            let broken = random.random_range(0..sound.len());
            for (number, (name, bytes)) in sound.iter().enumerate() {
                let mut bytes = bytes.clone();
                if number == broken {
                    let at = random.random_range(0..bytes.len());
                    match random.random_range(0..5) {
                        0 => bytes.truncate(at),
                        1 => _ = bytes.drain(at..(at + 7).min(bytes.len())),
                        2 => bytes.clear(),
                        _ => bytes[at] ^= 1 << random.random_range(0..8),
                    }
                    said = format!("{why}; {name} at {at}");
                }
                memory.set_cache(name, Some(bytes));
            }
            let broken = caches(&memory);
            assert_folds(&who, &memory, &said);
            // Loading all has dropped what it found broken: once more, instance by instance.
            broken.into_iter().for_each(|(name, bytes)| memory.set_cache(&name, Some(bytes)));
            who.run(&store(memory.clone()), AT_ONCE, Some(always(8))).unwrap();
            assert_same(&whole, &memory.snapshot(), &said);
            assert_folds(&who, &memory, &said);
        }
    }
}

/// A definition that was edited in place is noticed without looking at any instance; and once a person has agreed,
/// all that live on it follow it, also those that only the snapshot knew.
#[test]
fn an_edit_reaches_those_in_a_snapshot() {
    let definition = |states: &str| {
        let text = format!(
            "process: order\nversion: 1\nstarts-on: [OrderPlaced]\ninitial: open\nstates: {states}\n"
        );
        Inhabitants::of(families(&[text]))
    };
    let (before, after) = (definition("{open: {}}"), definition("{open: {}, over: {end: success}}"));
    let memory = Memory::new();
    append(&memory, &(0..20).map(|n| common::message("orders", &format!("o-{n}"))).collect::<Vec<_>>());
    before.run(&store(memory.clone()), AT_ONCE, Some(always(8))).unwrap();
    let store = store(memory.clone());
    let house = |who: &Inhabitants| {
        let mut house = who.house().unwrap();
        recover_from_snapshots(&mut house, &store).unwrap();
        house
    };
    assert_eq!(refuse_edited(&house(&before)), Ok(()));
    let refused = refuse_edited(&house(&after)).unwrap_err();
    assert_eq!(refused.what(), "order@1 was changed while 20 instances live on it");
    let mut edited = house(&after);
    assert_eq!(agree_to_edited(&mut edited, Some(&store)).unwrap(), [("order@1".to_string(), 20)]);
    assert_eq!(edited.member(0).instances().count(), 20);
    // What stands in the journal behind the snapshot is about all: it is folded from its beginning.
    assert_folds(&after, &memory, "an edit");
    assert_eq!(refuse_edited(&house(&after)), Ok(()));
    after.run(&store, AT_ONCE, Some(always(8))).unwrap();
    assert_eq!((house(&after).member(0).instances().count(), refuse_edited(&house(&after))), (0, Ok(())));
    assert_folds(&after, &memory, "after an edit");
}

/// What nobody listens to is read once: a run that has read all notes how far, and the next one goes on there, as
/// long as nothing else is listened to and the logs are those.
#[test]
fn what_nothing_is_recorded_of_is_read_once() {
    let definition = |types: &str| {
        let text = format!(
            "process: order\nversion: 1\nstarts-on: [{types}]\ninitial: open\nstates: {{open: {{ignore: []}}}}\n"
        );
        Inhabitants::of(families(&[text]))
    };
    let who = definition("Placed");
    let memory = Memory::new();
    let message = |source: &str, type_: &str, n: u32| {
        let mut message = common::message(source, &format!("{source}-{n}"));
        message.type_ = type_.into();
        message
    };
    append(&memory, &(0..300).map(|n| message("audit", "Noted", n)).collect::<Vec<_>>());
    append(&memory, &(0..3).map(|n| message("orders", "Placed", n)).collect::<Vec<_>>());
    who.run(&store(memory.clone()), AT_ONCE, Some(always(8))).unwrap();

    // Whoever reads it once more stumbles.
    let sound = memory.bytes("audit");
    let mut damaged = sound.clone();
    damaged[sound.len() / 3] ^= 1;
    append(&memory, &[message("orders", "Placed", 3)]);
    let runs = |who: &Inhabitants, damaged: &[u8]| {
        let other = Memory::new();
        other.restore(memory.snapshot());
        caches(&memory).into_iter().for_each(|(name, bytes)| other.set_cache(&name, Some(bytes)));
        other.set_bytes("audit", damaged.to_vec());
        let ran = who.run(&store(other.clone()), AT_ONCE, Some(always(8)));
        ran.map(|world| world.member(0).census().live.values().sum::<u64>())
    };
    assert_eq!(runs(&who, &damaged), Ok(4));
    let hears_more = definition("Placed, Noted");
    assert!(runs(&hears_more, &damaged).is_err());
    // A log that was replaced is another log.
    damaged[100] ^= 1;
    assert!(runs(&who, &damaged).is_err());
    memory.set_cache("read", None);
    assert!(runs(&who, &damaged).is_err());
    assert_eq!(runs(&who, &sound), Ok(4));
}

/// Law 3: stopped at any call, of the logs and of the caches, and run again.
#[test]
fn a_run_with_snapshots_that_dies_at_any_call_and_runs_again_writes_the_same_bytes() {
    for (index, (who, pieces, why)) in stories(if thorough() { MANY } else { 8 }).enumerate() {
        let saving = always([0, 8][index % 2]);
        let (plain, memory) = (Memory::new(), Memory::new());
        let (last, before) = pieces.split_last().unwrap();
        for piece in before {
            append(&plain, piece);
            append(&memory, piece);
            who.run(&store(plain.clone()), AT_ONCE, None).unwrap();
            who.run(&store(memory.clone()), AT_ONCE, Some(saving)).unwrap();
        }
        append(&plain, last);
        append(&memory, last);
        who.run(&store(plain.clone()), AT_ONCE, None).unwrap();
        let whole = plain.snapshot();
        let (logs, kept) = (memory.snapshot(), caches(&memory));
        for (which, fault) in
            [Fault::DiesBefore, Fault::DiesAfter, Fault::DiesWithin(700), Fault::Refused(400)]
                .into_iter()
                .enumerate()
        {
            let stride = if thorough() || index < 1 { 1 } else { 23 };
            let mut strike = 1 + (index as u64 + which as u64 * 3) % stride;
            loop {
                memory.restore(logs.clone());
                for name in Medium::caches(&memory).unwrap() {
                    memory.set_cache(&name, None);
                }
                kept.iter().for_each(|(name, bytes)| memory.set_cache(name, Some(bytes.clone())));
                let faulty = Faulty::new(memory.clone(), strike, fault);
                let ran = who.run(&store(faulty.clone()), 5, Some(saving));
                let Some(struck) = faulty.struck() else { break };
                let why = format!("{why}; {fault:?} at call {strike}, {struck}");
                if struck.ends_with("cache") || struck.contains("caches") || struck == "draft" {
                    // What is wrong with a cache alone is nobody's error.
                    assert!(ran.is_ok() || fault != Fault::Refused(400), "{why}: {:?}", ran.err());
                }
                settle_syncs(&memory);
                who.run(&store(memory.clone()), AT_ONCE, Some(saving))
                    .unwrap_or_else(|e| panic!("{why}: {e:?}"));
                assert_same(&whole, &memory.snapshot(), &why);
                assert_folds(&who, &memory, &why);
                strike += stride;
            }
        }
    }
}
