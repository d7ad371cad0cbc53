//! The laws, over every fixture's definitions and over random ones. A failure names its seed.

#[path = "common/generate.rs"]
mod generate;
#[path = "common/running.rs"]
mod running;

use anyorder::event::{Message, Name, Position};
use anyorder::process::{AfterEnd, BeforeStart, Family, Unexpected};
use anyorder::runtime::journal::Entry;
use anyorder::runtime::{Tally, World};
use anyorder::step::{Instance, Outcome};
use anyorder::store::{Memory, Store};
use anyorder::versions;
use generate::{Case, all_cases, cases};
use running::*;
use std::collections::{BTreeMap, BTreeSet};

const MANY: u64 = 300;

/// Where the instances of a world are, each whole.
fn instances(world: &World) -> Vec<Vec<Instance>> {
    world.members().iter().map(|member| member.instances().cloned().collect()).collect()
}

#[test]
fn the_generator_covers_what_the_laws_are_about() {
    let mut outcomes: BTreeMap<Outcome, u64> = BTreeMap::new();
    let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
    let mut total = 0;
    for case in cases(MANY) {
        total += 1;
        let families = case.families();
        let memory = case.memory();
        let (world, tally) = run_all(&memory, &families);
        for (outcome, count) in &tally.outcomes {
            *outcomes.entry(*outcome).or_default() += count;
        }
        let mut note = |what, holds: bool| *seen.entry(what).or_default() += u64::from(holds);
        note("an alarm rang", tally.alarms > 0);
        note("several processes", families.len() > 1);
        note("two versions", families.iter().any(|family| family.versions.len() > 1));
        let store = store(memory.clone());
        let mut decisions = Vec::new();
        let mut hears = false;
        for family in &families {
            for (entry, _) in entries(&store, &family.name) {
                let Entry::Turn(turn) = entry else { continue };
                let source = &turn[0].input.source;
                hears |= *source != family.name && world.house().process(source).is_some();
                decisions.extend(turn);
            }
        }
        note("one process hears another", hears);
        note("the module had come further", decisions.iter().any(|recorded| recorded.reached.is_some()));
        note("a life was forgotten", decisions.iter().any(|recorded| recorded.forgotten));
        note("a starter was kept", decisions.iter().any(|recorded| recorded.kept));
        note("an alarm was called off", decisions.iter().any(|recorded| !recorded.disarmed.is_empty()));
        note(
            "parked by an expression",
            decisions
                .iter()
                .any(|recorded| recorded.failed.as_ref().is_some_and(|failed| failed.place.is_some())),
        );
        note("parked under the process", decisions.iter().any(|recorded| recorded.instance.is_empty()));
        for definition in families.iter().flat_map(|family| family.versions()) {
            note("before-start defer", definition.before_start == BeforeStart::Defer);
            note("before-start park", definition.before_start == BeforeStart::Park);
            note("before-start ignore", definition.before_start == BeforeStart::Ignore);
            note("unexpected park", definition.unexpected == Unexpected::Park);
            note("unexpected ignore", definition.unexpected == Unexpected::Ignore);
            note("unexpected defer", definition.unexpected == Unexpected::Defer);
            note("after-end remember", definition.after_end == AfterEnd::Remember);
            note("after-end forget", definition.after_end == AfterEnd::Forget);
        }
    }
    println!("{total} worlds");
    for (outcome, count) in &outcomes {
        println!("{outcome:30} {count}");
    }
    for (what, count) in &seen {
        println!("{what:30} {count}");
    }
    if total == MANY {
        let missing: Vec<_> = Outcome::ALL.iter().filter(|outcome| !outcomes.contains_key(outcome)).collect();
        // A run rings no alarm that is called off: only rings that waited while a life ended are stale.
        assert!(missing.is_empty(), "never met: {missing:?}");
        assert!(seen["an alarm rang"] * 5 >= total, "alarms rang in {} worlds", seen["an alarm rang"]);
        let rare: Vec<_> = seen.iter().filter(|(_, count)| **count < 10).collect();
        assert!(rare.is_empty(), "too rare: {rare:?}");
    }
}

#[test]
fn law_1_the_same_definitions_and_logs_give_the_same_bytes() {
    for case in all_cases(MANY) {
        let logs = case.logs();
        let mut families = case.families();
        let once = bytes_after(&logs, &families);
        families.reverse();
        assert_same(&once, &bytes_after(&logs, &families), &case.told());
    }
}

#[test]
fn law_2_and_5_a_journal_replays_to_itself_and_a_change_is_found() {
    let mut changes = 0;
    for case in all_cases(MANY) {
        let memory = case.memory();
        let families = case.families();
        let (live, _) = run_all(&memory, &families);
        let store = store(memory.clone());
        for (process, family) in families.iter().enumerate() {
            for version in family.versions.keys().copied() {
                let (world, found) =
                    versions::against_journal(&store, &only(family, version), version, &|_| true).unwrap();
                assert!(found.divergences.is_empty(), "{}: {:#?}", case.told(), found.divergences);
                if found.others.is_empty() {
                    let rests = |world: &World, process| -> Vec<String> {
                        world.member(process).instances().map(|i| format!("{} {}", i.id, i.rest())).collect()
                    };
                    assert_eq!(rests(&world, 0), rests(&live, process), "{}", case.told());
                }
            }
            changes += u64::from(tampered_is_found(&case, family, &memory));
        }
    }
    assert!(changes > 50 || std::env::var_os("ANYORDER_SEED").is_some(), "only {changes} were changed");
}

/// Says another outcome in one decision of a journal (without its checksums: the journal is what is
/// to be compared, not the log).
fn tampered_is_found(case: &Case, family: &Family, memory: &Memory) -> bool {
    if family.versions.len() > 1 {
        return false;
    }
    let text = String::from_utf8(memory.bytes(&family.name)).unwrap();
    let unsealed = |line: &str| match line.rfind(",\"crc\"") {
        Some(at) => format!("{}}}\n", &line[..at]),
        None => format!("{line}\n"),
    };
    let changed: String = text.lines().map(unsealed).collect();
    let Some(at) = changed.find("\"outcome\":\"ignored\"") else { return false };
    let changed = format!("{}\"outcome\":\"late\"{}", &changed[..at], &changed[at + 19..]);
    let other = Memory::new();
    other.restore(memory.snapshot());
    other.set_bytes(&family.name, changed.into_bytes());
    let (_, found) =
        versions::against_journal(&store(other), family, *family.versions.keys().next().unwrap(), &|_| true)
            .unwrap();
    assert!(!found.divergences.is_empty(), "{}", case.told());
    true
}

#[test]
fn a_second_run_appends_nothing() {
    for case in all_cases(MANY) {
        let memory = case.memory();
        let families = case.families();
        run_all(&memory, &families);
        let once = memory.snapshot();
        let (_, tally) = run_all(&memory, &families);
        assert_same(&once, &memory.snapshot(), &case.told());
        assert_eq!(tally, Tally::default(), "{}", case.told());
    }
}

#[test]
fn a_day_that_is_run_in_pieces_is_decided_as_one_where_time_goes_on_between_them() {
    for mut case in all_cases(MANY) {
        case.arrivals.sort_by_key(|message| message.time);
        let families = case.families();
        let whole = bytes_after(&case.logs(), &families);
        let memory = Memory::new();
        // What is stamped alike arrives together.
        for piece in case.arrivals.chunk_by(|one, next| one.time == next.time) {
            generate::append(&memory, piece);
            run_all(&memory, &families);
        }
        assert_same(&whole, &memory.snapshot(), &case.told());
    }
}

#[test]
fn a_day_that_is_run_in_any_pieces_replays_to_itself() {
    for case in all_cases(MANY) {
        let families = case.families();
        let memory = Memory::new();
        for piece in case.arrivals.chunks(5) {
            generate::append(&memory, piece);
            run_all(&memory, &families);
        }
        for family in &families {
            for version in family.versions.keys() {
                let store = store(memory.clone());
                let (_, found) =
                    versions::against_journal(&store, &only(family, *version), *version, &|_| true).unwrap();
                assert!(found.divergences.is_empty(), "{}: {:#?}", case.told(), found.divergences);
            }
        }
    }
}

#[test]
fn law_4_every_prefix_of_a_journal_rebuilds_the_world_that_wrote_it_without_the_definition() {
    for case in all_cases(120) {
        let families = case.families();
        let logs = case.logs();
        // Of the same names, and of nothing else: recovery must not ask them.
        let strangers: Vec<String> = families
            .iter()
            .map(|family| {
                format!(
                    "process: {}\nversion: 9\nstarts-on: Nothing\ninitial: a\nstates: {{a: {{}}}}\n",
                    family.name
                )
            })
            .collect();
        let strangers = running::families(&strangers);
        let memory = Memory::new();
        memory.restore(logs);
        let store = store(memory.clone());
        let mut live = recovered(&store, &families).unwrap();
        let mut port = Watching { store: &store, memory: &memory, strangers: &strangers, case: &case };
        watched_run(&mut live, &mut port);
    }
}

/// Drives a world, writes each turn down, and recovers after each.
struct Watching<'a> {
    store: &'a Store,
    memory: &'a Memory,
    strangers: &'a [Family],
    case: &'a Case,
}

fn watched_run(live: &mut World, watching: &mut Watching) {
    use anyorder::runtime::{Choice, Feed, First, Port, Rules, Turn, drive};
    struct Watched<'a, 'b> {
        feed: Feed<'a>,
        watching: &'b Watching<'a>,
        opened: BTreeSet<usize>,
    }
    impl Port for Watched<'_, '_> {
        fn supply(&mut self, world: &mut World) -> anyorder::error::Result<()> {
            self.feed.fill(world)
        }
        fn took(&mut self, world: &World, _: &Choice, turn: Turn) -> anyorder::error::Result<()> {
            if turn.decisions.is_empty() {
                return Ok(());
            }
            let Watching { store, memory, strangers, case } = self.watching;
            let name = &world.member(turn.process).name;
            let mut batches = Vec::new();
            if self.opened.insert(turn.process) {
                let opened = anyorder::runtime::journal::opened(name, turn.decisions[0].at);
                batches.push(vec![std::sync::Arc::new(opened)]);
            }
            batches.push(anyorder::runtime::journal::write(name, &turn.decisions));
            store.append_new(name, batches, anyorder::store::Guard::None)?;
            let again = recovered(&running::store((*memory).clone()), strangers)?;
            let why = case.told();
            assert_eq!(instances(&again), instances(world), "{why}");
            for (one, other) in again.members().iter().zip(world.members()) {
                assert_eq!((one.now, one.next, &one.hashes), (other.now, other.next, &other.hashes), "{why}");
                // A message of which nothing is recorded moves the live one's cursor only.
                let behind = |module: &Name| one.cursors.get(module) <= other.cursors.get(module);
                assert!(one.cursors.keys().all(behind), "{why}");
            }
            Ok(())
        }
    }
    let feed = Feed::open(watching.store, live).unwrap();
    let mut port = Watched { feed, watching, opened: BTreeSet::new() };
    drive(live, &mut First::new(Rules::Newest), &mut port).unwrap();
}

#[test]
fn law_6_every_message_that_a_process_listens_to_is_recorded_exactly_once() {
    for case in all_cases(MANY) {
        let memory = case.memory();
        let families = case.families();
        let (_, tally) = run_all(&memory, &families);
        let store = store(memory.clone());
        let mut decisions = 0;
        for family in families.iter() {
            let mut arrived: BTreeMap<(Name, Position), u64> = BTreeMap::new();
            let mut let_go: BTreeSet<(Name, Position)> = BTreeSet::new();
            for (entry, _) in entries(&store, &family.name) {
                let Entry::Turn(turn) = entry else { continue };
                decisions += turn.len() as u64;
                for (index, recorded) in turn.iter().enumerate() {
                    let key = (recorded.input.source.clone(), recorded.input.position.unwrap());
                    if index == 0 {
                        *arrived.entry(key).or_default() += 1;
                    } else {
                        let_go.insert(key);
                    }
                    let parked = recorded.outcome == Outcome::Parked;
                    assert_eq!(parked, recorded.failed.is_some(), "{}", case.told());
                }
            }
            assert!(arrived.values().all(|count| *count == 1), "{}: {arrived:?}", case.told());
            let newest = family.newest().unwrap();
            for module in store.modules().unwrap().iter().filter(|module| **module != family.name) {
                for record in store.read(module, Position::FIRST).unwrap() {
                    let message: Message = record.unwrap().message;
                    let key = (module.clone(), message.position.unwrap());
                    let heard = newest.subscriptions.contains(&message.type_) && !message.internal;
                    // Only a version that is not the newest may listen to it besides.
                    if heard || family.versions.len() == 1 {
                        assert_eq!(heard, arrived.contains_key(&key), "{}: {message:?}", case.told());
                    }
                }
            }
            assert!(let_go.iter().all(|key| arrived.contains_key(key)), "{}", case.told());
        }
        assert_eq!(tally.outcomes.values().sum::<u64>(), decisions, "{}", case.told());
    }
}

#[test]
fn law_10_of_two_runs_at_once_the_logs_are_those_of_one() {
    for case in all_cases(40) {
        let families = case.families();
        let logs = case.logs();
        let whole = bytes_after(&logs, &families);
        let memory = Memory::new();
        memory.restore(logs);
        let results: Vec<_> = std::thread::scope(|scope| {
            let hands: Vec<_> = (0..2)
                .map(|_| scope.spawn(|| run_on(&store(memory.clone()), &families, newest(), 6).map(|_| ())))
                .collect();
            hands.into_iter().map(|hand| hand.join().unwrap()).collect()
        });
        if results.iter().all(|result| result.is_err()) {
            // Each was beaten to one of several journals; whoever runs next goes on from there.
            assert!(families.len() > 1, "{}: {results:?}", case.told());
        }
        run_again(&memory, &families, &case.told());
        assert_same(&whole, &memory.snapshot(), &case.told());
    }
}
