//! The laws of `migrate`, over random definitions and what a tired person makes of them for the next version: whoever
//! was moved is where he would be had he begun there, and goes on so; what the plan says otherwise is otherwise just
//! so; stopped anywhere and done again it writes the same bytes; and every decision can be made again.
//!
//! The oracle is a run of the other version alone, over the same logs from their beginning: it knows of no plan.

#[path = "common/mod.rs"]
mod common;
#[path = "common/generate.rs"]
mod generate;
#[path = "common/running.rs"]
mod running;

use anyorder::event::{Message, Name, Time};
use anyorder::process::{Family, read_with_parts};
use anyorder::runtime::journal::Entry;
use anyorder::runtime::snapshot::{Saving, save};
use anyorder::runtime::{House, Moving, World, migrate, recover_from_snapshots};
use anyorder::span::Source;
use anyorder::step::{Arm, Hand, Instance};
use anyorder::store::{Memory, Store};
use anyorder::versions::{self, Class, Clock, Life, Mapping, Plan};
use common::{Fault, Faulty, mutate};
use generate::{Case, append, cases};
use running::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// `ANYORDER_SEEDS=2000` for the long run.
fn many(default: u64) -> u64 {
    std::env::var("ANYORDER_SEEDS").map_or(default, |count| count.parse().expect("a number"))
}

/// One change that leaves a definition.
fn changed(text: &str, chance: u64) -> Option<String> {
    let mutants = mutate::mutants(&Source::new("random@1.yaml", text));
    let readable =
        |text: &str| read_with_parts(&Source::new("r@1.yaml", text), None, &running::Alone).is_ok();
    let from = chance as usize;
    let mut all = (0..mutants.len()).map(|n| &mutants[(from + n) % mutants.len()].text);
    all.find(|text| readable(text)).cloned()
}

/// Two versions of one process, what came before the one became the other, and what comes after.
struct Pair {
    old: Family,
    new: Family,
    both: Vec<Family>,
    before: Vec<Vec<Message>>,
    after: Vec<Vec<Message>>,
    why: String,
}

fn pair(case: Case) -> Option<Pair> {
    let first = |case: &Case| case.texts.iter().find(|text| text.contains("\nversion: 1\n")).cloned();
    let mut text = first(&case)?;
    let old = families(&[&text]).remove(0);
    if (case.seed / 4).is_multiple_of(2) {
        // Some changes; without one the versions are the same.
        for change in 0..case.seed % 4 * 2 {
            text = changed(&text, case.seed * 7919 + change * 31)?;
        }
    } else {
        // Somebody has written it anew, and only knows what it is called, and which message is whose.
        let anew = first(&Case::new(case.seed + 4_000_000))?;
        let line =
            |text: &str, key: &str| text.lines().find(|line| line.starts_with(key)).map(str::to_string);
        let lines =
            anew.lines().filter(|line| !line.starts_with("process:") && !line.starts_with("correlate:"));
        let head = [line(&text, "process:"), line(&text, "correlate:")].into_iter().flatten();
        text = head.chain(lines.map(str::to_string)).map(|line| line + "\n").collect();
    }
    let text =
        text.replacen("version: 1\n", "version: 2\n", 1).replacen("\"version\": 1,", "\"version\": 2,", 1);
    let new = families(&[&text]).remove(0);
    let mut both = old.clone();
    both.insert(new.version(2)?.clone()).unwrap();
    let mut arrivals = case.arrivals.clone();
    // In the order of time, and a run between only where time goes on: what one version has not noted down of a moment
    // nobody can tell another one.
    arrivals.sort_by_key(|message| message.time);
    let mut pieces: Vec<Vec<Message>> = vec![Vec::new()];
    for (index, message) in arrivals.into_iter().enumerate() {
        let last = pieces.last().unwrap().last().map(|last| last.time);
        if (index as u64).is_multiple_of(3 + case.seed % 5) && last.is_some_and(|last| last < message.time) {
            pieces.push(Vec::new());
        }
        pieces.last_mut().unwrap().push(message);
    }
    let after = pieces.split_off(pieces.len() * (1 + case.seed as usize % 3) / 4);
    // Of a log in which nothing comes any more that the first version hears, it has not noted down how far it has come:
    // whoever hears more reads on from there.
    let heard = &old.version(1)?.subscriptions;
    let mut noted = BTreeSet::new();
    for piece in pieces.iter_mut().rev() {
        let kept: Vec<Message> = std::mem::take(piece)
            .into_iter()
            .rev()
            .filter(|message| {
                heard.contains(&message.type_) && noted.insert(message.source.clone())
                    || noted.contains(&message.source)
            })
            .collect();
        piece.extend(kept.into_iter().rev());
    }
    pieces.retain(|piece| !piece.is_empty());
    Some(Pair { old, new, both: vec![both], before: pieces, after, why: format!("{}\n{text}", case.told()) })
}

fn runs(memory: &Memory, families: &[Family], pieces: &[Vec<Message>]) {
    for piece in pieces {
        append(memory, piece);
        run_all(memory, families);
    }
}

/// The plans of all that run on the first version.
fn plans(store: &Store, world: &World, pair: &Pair) -> anyorder::error::Result<Vec<Plan>> {
    let member = world.member(0);
    let live = || member.instances().filter(|instance| instance.is_live() && instance.version == 1);
    let ids: BTreeSet<Name> = live().map(|instance| instance.id.clone()).collect();
    let turns = versions::turns_of(store, &member.name, &ids)?;
    let target = pair.new.version(2).unwrap();
    let plan = |instance: &Instance| {
        let life = Life { instance, turns: &turns.of[&instance.id] };
        versions::plan(&life, target, Clock::Due(turns.until), &Mapping::new())
    };
    live().map(plan).collect()
}

/// Moves all that fit, as of the moment up to which the process has come.
fn moves(store: &Store, pair: &Pair, send: bool) -> anyorder::error::Result<Vec<Plan>> {
    moves_at(store, pair, send, Time::MIN)
}

fn moves_at(store: &Store, pair: &Pair, send: bool, time: Time) -> anyorder::error::Result<Vec<Plan>> {
    let mut world = recovered(store, &pair.both)?;
    let mut plans = plans(store, &world, pair)?;
    if send {
        plans.iter_mut().for_each(Plan::sends_missing);
    }
    let moving = plans.iter().filter_map(|plan| {
        let (hand, by) = plan.by.clone()?;
        Some(Moving { instance: plan.instance.clone(), hand, by })
    });
    let moving: Vec<Moving> = moving.collect();
    migrate(store, &mut world, 0, &moving, time)?;
    Ok(plans)
}

/// All of an instance that a version can tell: no ids of what it has set itself; and not the conversation, which stays
/// that of the message by which the first version was started.
fn told(instance: &Instance) -> String {
    let kept = |message: &Arc<Message>| match message.due {
        Some(_) => format!("{:?}", Arm::of(message)),
        None => format!("{} {}", message.source, message.id),
    };
    let mut alarms: Vec<Arm> = instance.alarms.iter().map(|alarm| Arm::of(alarm)).collect();
    alarms.sort_by_key(|arm| (arm.name.clone(), arm.key.clone(), arm.due));
    let mut deferred: Vec<_> =
        instance.deferred.iter().map(|one| (kept(&one.message), one.by.clone())).collect();
    deferred.sort();
    let held: Vec<_> = instance.held.iter().map(kept).collect();
    let parked = instance.parked.as_ref().map(|parked| (&parked.reason, kept(&parked.message)));
    let (phase, data) = (&instance.phase, &instance.data);
    format!("{phase:?} {data:?} {alarms:#?} {deferred:?} {held:?} {parked:?}")
}

/// How often an instance has sent what.
type Sent = BTreeMap<String, i64>;

fn said(message: &Message) -> String {
    let data = message.data.as_ref().map_or("", |data| data.text());
    format!("{:?} {} {data}", message.kind, message.type_)
}

fn sent(memory: &Memory, process: &str, id: &str) -> Sent {
    let mut sent = Sent::new();
    for (entry, _) in entries(&store(memory.clone()), process) {
        let Entry::Turn(turn) = entry else { continue };
        for message in turn.iter().filter(|one| *one.instance == *id).flat_map(|one| &one.sent) {
            *sent.entry(said(message)).or_default() += 1;
        }
    }
    sent
}

/// What was sent, as the other version would have it: by what the plan says.
fn corrected(mut sent: Sent, plan: &Plan, was_sent: bool) -> Sent {
    let mut add = |message: &Message, count: i64| *sent.entry(said(message)).or_default() += count;
    let changes = &plan.changes;
    changes.surplus.iter().for_each(|message| add(message, -1));
    changes.missing.iter().filter(|_| !was_sent).for_each(|message| add(message, 1));
    changes.otherwise.iter().for_each(|[was, will]| {
        add(was, -1);
        add(will, 1);
    });
    sent.retain(|_, count| *count != 0);
    sent
}

#[test]
fn who_was_moved_is_where_he_would_be_and_goes_on_so() {
    let mut classes: BTreeMap<Class, u64> = BTreeMap::new();
    for (index, pair) in cases(many(200)).filter_map(pair).enumerate() {
        let (memory, oracle) = (Memory::new(), Memory::new());
        let send = index % 2 == 1;
        let why = &pair.why;
        runs(&memory, std::slice::from_ref(&pair.old), &pair.before);
        // Of what the first did not listen to, nothing is recorded.
        let heard = &pair.old.version(1).unwrap().subscriptions;
        for piece in &pair.before {
            let (heard, rest): (Vec<_>, Vec<_>) =
                piece.iter().cloned().partition(|message| heard.contains(&message.type_));
            let rest = rest.into_iter().map(|message| Message { type_: Name::from("Unheard"), ..message });
            append(&oracle, &heard);
            append(&oracle, &rest.collect::<Vec<_>>());
            run_all(&oracle, std::slice::from_ref(&pair.new));
        }
        let name = pair.old.name.clone();
        let was = recovered(&store(memory.clone()), &pair.both).unwrap();
        let mut plans = moves(&store(memory.clone()), &pair, send).unwrap();
        let is = recovered(&store(memory.clone()), &pair.both).unwrap();
        for plan in &plans {
            *classes.entry(plan.class).or_default() += 1;
            let [was, is] = [&was, &is].map(|world| world.member(0).instance(&plan.instance).unwrap());
            let moved = is.version == 2;
            assert_eq!(moved, plan.by.is_some(), "{} {why}", plan.instance);
            if plan.class == Class::Same || !moved {
                assert_eq!(told(was), told(is), "{} {:?} {why}", plan.instance, plan.class);
            }
            if pair.old.version(1).unwrap().source.text.replacen("version: 1", "version: 2", 1)
                == pair.new.version(2).unwrap().source.text
            {
                assert_eq!(plan.class, Class::Same, "{} {:#?} {why}", plan.instance, plan.changes);
            }
        }
        // Of a life that is over and forgotten nothing is asked again: the other version might not have ended it.
        plans.retain(|plan| was.member(0).instance(&plan.instance).unwrap().rested.is_none());
        let compare = |step: &str| {
            let [is, would] = [(&memory, &pair.both), (&oracle, &vec![pair.new.clone()])]
                .map(|(memory, families)| recovered(&store(memory.clone()), families).unwrap());
            for plan in &plans {
                let id = &plan.instance;
                let would = would.member(0).instance(id);
                if plan.by.is_none() {
                    let fits = would.is_some_and(|would| would.is_live() && would.parked.is_none());
                    assert!(plan.class == Class::NotStarted || !fits, "{step} {id} {why}");
                    continue;
                }
                let is = is.member(0).instance(id).unwrap();
                assert_eq!(told(is), told(would.unwrap()), "{step} {id} {:?} {why}", plan.class);
                let left = corrected(sent(&memory, &name, id), plan, send);
                assert_eq!(
                    left,
                    sent(&oracle, &name, id),
                    "{step} {id} {:?} {:#?} {why}",
                    plan.class,
                    plan.changes
                );
            }
        };
        // What is due by now rings in the next run.
        run_all(&memory, &pair.both);
        compare("at once");
        for piece in &pair.after {
            runs(&memory, &pair.both, std::slice::from_ref(piece));
            runs(&oracle, std::slice::from_ref(&pair.new), std::slice::from_ref(piece));
            compare("later");
        }
    }
    if std::env::var_os("ANYORDER_SEED").is_none() {
        println!("{classes:?}");
        assert!(classes.len() >= 5, "{classes:?}");
    }
}

/// Law 5: both versions decide again what they have decided, moves among it. Law 4: the fold, from snapshots too.
#[test]
fn moves_are_decided_again_and_folded_from_snapshots() {
    let mut turns = 0;
    for pair in cases(many(40)).filter_map(pair) {
        let (memory, why) = (Memory::new(), &pair.why);
        runs(&memory, std::slice::from_ref(&pair.old), &pair.before);
        let reopened = || {
            let mut house = House::create(pair.both.clone()).unwrap().created().subscribe_all().start();
            recover_from_snapshots(&mut house, &store(memory.clone())).unwrap();
            house
        };
        save(&store(memory.clone()), &reopened().stable(), Saving { grown: 1, merged: 8, read: 0 });
        moves(&store(memory.clone()), &pair, true).unwrap();
        let folds = || {
            let mut house = reopened();
            house.load_all().unwrap();
            let folded = recovered(&store(memory.clone()), &pair.both).unwrap();
            let [one, other] = [&house.stable(), &folded].map(|world| {
                let mut told: Vec<_> = world.member(0).instances().map(|one| format!("{one:#?}")).collect();
                told.sort();
                (told, world.member(0).next, world.member(0).census())
            });
            assert!(one == other, "{why}");
        };
        folds();
        runs(&memory, &pair.both, &pair.after);
        folds();
        for version in [1, 2] {
            let family = only(&pair.both[0], version);
            let logs = store(memory.clone());
            let (_, found) = versions::against_journal(&logs, &family, version, &|_| true).unwrap();
            assert!(found.divergences.is_empty(), "{version} {:#?} {why}", found.divergences);
            turns += found.compared;
        }
    }
    assert!(turns > 100 || std::env::var_os("ANYORDER_SEED").is_some(), "{turns}");
}

/// Law 3: whoever dies anywhere in between, and does it again, leaves the bytes of one who did not.
#[test]
fn stopped_at_any_call_and_done_again_it_writes_the_same_bytes() {
    let mut struck = 0;
    for pair in cases(many(12)).filter_map(pair) {
        // Later than any alarm that is set by then.
        let time = Time::parse("2026-11-22T09:00:00Z").unwrap();
        let memory = Memory::new();
        runs(&memory, std::slice::from_ref(&pair.old), &pair.before);
        let logs = memory.snapshot();
        let plans = moves_at(&store(memory.clone()), &pair, true, time).unwrap();
        let expected = memory.snapshot();
        if plans.iter().filter(|plan| plan.by.is_some()).count() < 2 {
            continue;
        }
        for strike in 1.. {
            let mut reached = false;
            for fault in [Fault::DiesBefore, Fault::DiesAfter, Fault::DiesWithin(1), Fault::DiesWithin(1300)]
            {
                let memory = Memory::new();
                memory.restore(logs.clone());
                let faulty = Faulty::new(memory.clone(), strike, fault);
                struck += u64::from(moves_at(&store(faulty.clone()), &pair, true, time).is_err());
                reached |= faulty.struck().is_some();
                settle_syncs(&memory);
                moves_at(&store(memory.clone()), &pair, true, time).unwrap();
                assert_same(&memory.snapshot(), &expected, &format!("{fault:?} at {strike}: {}", pair.why));
            }
            if !reached {
                break;
            }
        }
    }
    assert!(
        struck > 50 || std::env::var_os("ANYORDER_SEED").is_some(),
        "hardly anything was struck: {struck}"
    );
}

#[test]
fn a_move_reads_as_it_was_written() {
    for pair in cases(many(40)).filter_map(pair) {
        let memory = Memory::new();
        runs(&memory, std::slice::from_ref(&pair.old), &pair.before);
        for plan in moves(&store(memory.clone()), &pair, true).unwrap() {
            let Some((hand, by)) = plan.by else { continue };
            assert_eq!(hand, Hand::Migrate);
            let mut message = Message::new("p", hand.type_(), "id", Time::MIN);
            message.data = Some(by.document());
            assert_eq!(anyorder::step::Move::of(&message), Some(by), "{}", pair.why);
        }
    }
}
