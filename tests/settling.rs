//! What a person does with a parked instance: as stories (`tests/common/story.rs` says how to read one),
//! and the laws with hands in the journal.

mod common;
#[path = "common/running.rs"]
mod running;
#[path = "common/story.rs"]
mod story;

use anyorder::event::{Message, Name, Time};
use anyorder::process::Family;
use anyorder::runtime::{Turn, World, settle};
use anyorder::step::{Hand, Instance};
use anyorder::store::{Guard, Memory, Store};
use anyorder::versions::against_journal;
use common::{Fault, Faulty, at, message};
use running::*;
use story::story;

const ORDER: &str = "
    starts-on: Placed
    initial: open
    states:
      open: {on: {Placed: {alarm: {TooLate: 15m}}, Paid: {to: paid}, TooLate: {to: gone}}, ignore: Seen, defer: Rated}
      paid: {on: {Rated: {send: Thank}, Done: {to: done}}, ignore: TooLate}
      done: {end: success}
      gone: {end: failure}
";

#[test]
fn resume_tries_the_message_again_and_parks_again() {
    story(ORDER).goes(
        "
        Placed      | started in open; sets TooLate for +15m
        Done        | parked: unexpected Done in open
        Paid        | held
        ^resume     | advanced by hand
                    | Done: parked: unexpected Done in open
        Paid        | held
        ^skip       | advanced by hand
                    | Paid: advanced to paid
                    | Paid: parked: unexpected Paid in paid
        ^skip       | advanced by hand
        Done        | ended to done (success); calls off TooLate
        ",
    );
}

#[test]
fn held_messages_are_tried_in_the_order_in_which_they_came_deferred_ones_first() {
    story(ORDER).goes(
        "
        Placed      | started in open; sets TooLate for +15m
        Rated#1     | deferred
        Done#1      | parked: unexpected Done in open
        Rated#2     | held
        Seen        | held
        Paid        | held
        Done#2      | held
        Rated#3     | held
        ^skip       | advanced by hand
                    | Rated: deferred
                    | Seen: ignored
                    | Paid: advanced to paid
                    | Rated: advanced; sends Thank
                    | Rated: advanced; sends Thank
                    | Done: ended to done (success); calls off TooLate
                    | Rated: late
        ",
    );
}

/// A message that was deferred and parks when it is woken leaves the others behind it untried; a
/// person's hand takes them up.
#[test]
fn what_was_woken_when_it_was_parked_is_not_forgotten() {
    let text = "
        starts-on: Placed
        initial: open
        states:
          open: {on: {Paid: {to: paid}}, defer: Rated}
          paid: {on: {Rated: {send: {Thank: {stars: =event.data.stars}}}}}
    ";
    story(text).goes(
        r#"
        Placed            | started in open
        Rated             | deferred
        Rated {"stars":2} | deferred
        Paid              | advanced to paid
                          | Rated: parked: event has no member `data` (tale@1.yaml:7)
        Rated {"stars":3} | held
        ^resume           | advanced by hand
                          | Rated: parked: event has no member `data` (tale@1.yaml:7)
        ^skip             | advanced by hand
                          | Rated: advanced; sends Thank {"stars":2}
                          | Rated: advanced; sends Thank {"stars":3}
        "#,
    );
}

/// A ring over which an instance is parked is still its alarm when it is tried again.
#[test]
fn a_ring_that_parks_is_tried_again_as_a_ring() {
    let text = "
        starts-on: Placed
        initial: open
        states:
          open: {on: {Placed: {alarm: {TooLate: 15m}}, TooLate: {when: now > timestamp('2026-11-21T09:20:00Z'), to: gone}}}
          gone: {end: failure}
    ";
    story(text).goes(
        "
        Placed   | started in open; sets TooLate for +15m
        TooLate! | parked: unexpected TooLate in open
        ^resume  | advanced by hand
                 | TooLate: parked: unexpected TooLate in open
        +10m     |
        ^resume  | advanced by hand
                 | TooLate: ended to gone (failure)
        ",
    );
    story(text).goes(
        "
        Placed             | started in open; sets TooLate for +15m
        TooLate!           | parked: unexpected TooLate in open
        ^skip              | advanced by hand
        TooLate!called-off | duplicate
        ",
    );
}

#[test]
fn end_calls_off_alarms_and_what_comes_later_is_late() {
    story(ORDER).goes(
        "
        Placed             | started in open; sets TooLate for +15m
        Rated              | deferred
        Done               | parked: unexpected Done in open
        Paid               | held
        ^end               | ended by hand to by hand (manual); calls off TooLate
                           | Rated: late
                           | Paid: late
        Placed             | late
        TooLate!called-off | stale
        ",
    );
}

#[test]
fn end_with_forget_makes_room_for_a_new_life() {
    story(&format!("    after-end: forget\n{}", &ORDER[1..])).goes(
        "
        Placed | started in open; sets TooLate for +15m
        Done   | parked: unexpected Done in open
        Paid   | held
        ^end   | ended by hand to by hand (manual); calls off TooLate; forgotten
               | Paid: deferred
        Placed | started in open; sets TooLate for +15m
               | Paid: advanced to paid
        ",
    );
}

#[test]
fn parked_before_the_start() {
    let text = "
        starts-on: Placed
        starts-when: event.data.mine
        before-start: park
        initial: open
        states: {open: {on: {Paid: {to: done}}}, done: {end: success}}
    ";
    story(text).goes(
        r#"
        Paid                       | parked: unexpected Paid before start
        Placed {"mine":true}       | held
        ^resume                    | advanced by hand
                                   | Paid: parked: unexpected Paid before start
        ^skip                      | advanced by hand
                                   | Placed: started in open
        @c2 Placed                 | parked: event has no member `data` (tale@1.yaml:4)
        @c2 ^end                   | ended by hand to by hand (manual)
        @c2 Placed {"mine":true}   | late
        @c3 Placed                 | parked: event has no member `data` (tale@1.yaml:4)
        @c3 Paid                   | held
        @c3 ^skip                  | advanced by hand
                                   | Paid: parked: unexpected Paid before start
        "#,
    );
}

#[test]
fn a_hand_on_what_is_not_parked_means_nothing() {
    story(ORDER).goes(
        "
        ^end      | ignored by hand
        Placed    | started in open; sets TooLate for +15m
        ^resume   | ignored by hand
        ^skip     | ignored by hand
        ^end      | ignored by hand
        Done      | parked: unexpected Done in open
        ^skip#1   | advanced by hand
        ^skip#1   | duplicate
        Paid      | advanced to paid
        ",
    );
}

/// What one region has answered and another kept is parked over for that other one: it alone tries again, and what
/// it says bears other ids than what was said before.
#[test]
fn resume_asks_the_regions_that_kept_the_message_and_no_others() {
    let tried_again = "1 / (now - event.time > duration('3m') ? 1 : 0) > 0";
    story(&format!(
        "
        starts-on: Placed
        regions:
          a: {{initial: open, states: {{open: {{on: {{X: {{send: InA}}, Tick: {{}}}}}}}}}}
          b:
            initial: asleep
            states:
              asleep: {{defer: [X, Y], on: {{Wake: {{to: awake}}}}}}
              awake: {{on: {{X: {{when: \"{tried_again}\", send: InB}}, Y: {{send: Y}}}}}}
        "
    ))
    .goes(
        "
        Placed   | started in a.open b.asleep
        X        | advanced; sends InA; keeps it for b
        Y        | deferred for b
        Wake     | advanced to a.open b.awake
                 | X: parked: division by zero (tale@1.yaml:10)
        Tick     | held
        Tick     | held
        +10m     |
        ^resume  | advanced by hand
                 | X: advanced; sends InB
                 | Y: advanced; sends Y
                 | Tick: advanced
                 | Tick: advanced
        ",
    );
}

/// A starter that began the life, and sent something by what stands in its first state, waited there, and was parked over
/// when it was tried again: resumed, it sent the same ids once more, which no log takes, so nobody could ever resume it.
#[test]
fn a_starter_that_was_parked_over_at_its_second_try_gives_new_ids() {
    let tried_again = "1 / (now - event.time > duration('3m') ? 1 : 0) > 0";
    story(&format!(
        "
        starts-on: Placed
        data: {{said: 0}}
        initial: a
        states:
          a: {{defer: [Placed], on: {{Go: {{to: b}}}}, whenever: [{{when: data.said == 0, set: {{said: 1}}, send: Hello}}]}}
          b: {{on: {{Placed: {{when: \"{tried_again}\", send: Bye}}}}}}
        "
    ))
    .goes(
        "
        Placed   | started in a; set said=1; sends Hello; keeps it
        Go       | advanced to b
                 | Placed: parked: division by zero (tale@1.yaml:8)
        +10m     |
        ^resume  | advanced by hand
                 | Placed: advanced; sends Bye
        ",
    );
}

/// What has no instance is skipped, one by one; it has no life to end.
#[test]
fn what_has_no_instance() {
    story(ORDER).goes(
        "
        Paid#1 ?0s   | under the process: parked: no way to an instance: no correlation id
        Paid#2 ?0s   | under the process: held
        @none ^end   | under the process: ignored by hand
        @none ^skip  | under the process: advanced by hand
                     | Paid: under the process: parked: no way to an instance: no correlation id
        @none ^skip  | under the process: advanced by hand
        Paid#3 ?0s   | under the process: parked: no way to an instance: no correlation id
        ",
    );
}

// ---- the laws, with hands in the journal

const LAW: &str = "\
process: tale
version: 1
starts-on: Placed
initial: open
states:
  open:
    on: {Placed: {alarm: {TooLate: 15m}}, Paid: {send: Ship, to: paid}, TooLate: {to: gone}}
    defer: Rated
  paid: {on: {Rated: {send: Thank}, TooLate: {to: done}}, ignore: Done}
  done: {end: success}
  gone: {end: failure}
";

fn put(store: &Store, minute: u32, type_: &str, id: &str, of: &str) {
    let mut message: Message = at(message("shop", id), &format!("2026-11-21T09:{minute:02}:00.000Z"));
    (message.type_, message.correlation) = (Name::from(type_), Some(Name::from(of)));
    store.append("shop", vec![vec![message]], Guard::None).unwrap();
}

fn hand(store: &Store, world: &mut World, of: &str, hand: Hand, id: &str) -> anyorder::error::Result<Turn> {
    let time = Time::parse("2026-11-21T09:20:00.000Z").unwrap();
    settle(store, world, 0, &Name::from(of), hand, Name::from(id), time)
}

/// Three parked orders, not yet settled; a fourth goes on.
fn parked() -> (Memory, Vec<Family>) {
    let families = families(&[LAW]);
    let memory = Memory::new();
    let store = store(memory.clone());
    for of in ["a", "b", "c", "d"] {
        put(&store, 0, "Placed", &format!("{of}-1"), of);
        put(&store, 1, "Rated", &format!("{of}-2"), of);
    }
    for of in ["a", "b", "c"] {
        put(&store, 2, "Done", &format!("{of}-3"), of);
        put(&store, 3, "Paid", &format!("{of}-4"), of);
    }
    run_all(&memory, &families);
    (memory, families)
}

const HANDS: [(&str, Hand, &str); 4] = [
    ("a", Hand::Resume, "h-1"),
    ("a", Hand::Skip, "h-2"),
    ("b", Hand::End, "h-3"),
    ("d", Hand::Resume, "h-4"),
];

/// The bytes of a day with hands; another message comes afterwards, and an alarm rings.
fn settled() -> (Memory, Vec<Family>) {
    let (memory, families) = parked();
    let store = store(memory.clone());
    let mut world = recovered(&store, &families).unwrap();
    for (of, what, id) in HANDS {
        hand(&store, &mut world, of, what, id).unwrap();
    }
    put(&store, 30, "Rated", "a-5", "a");
    run_all(&memory, &families);
    (memory, families)
}

fn instances(world: &World) -> Vec<Instance> {
    world.member(0).instances().cloned().collect()
}

#[test]
fn alarms_ring_after_a_hand_not_before() {
    let (memory, families) = settled();
    let (world, _) = run_all(&memory, &families);
    let rests: Vec<String> = instances(&world).iter().map(|instance| instance.rest().to_string()).collect();
    assert_eq!(rests, ["done", "by hand", "parked: unexpected Done in open", "gone"]);
}

/// Law 3: whoever dies in the middle of settling and does it again under the same id leaves the bytes of one
/// who did not.
#[test]
fn a_crash_while_settling_and_again() {
    let (whole, families) = parked();
    let logs = whole.snapshot();
    let mut world = recovered(&store(whole.clone()), &families).unwrap();
    hand(&store(whole.clone()), &mut world, "a", Hand::Skip, "h").unwrap();
    let expected = whole.snapshot();
    assert_ne!(expected, logs);
    let mut struck = 0;
    for strike in 1.. {
        let mut reached = false;
        for fault in [Fault::DiesBefore, Fault::DiesAfter, Fault::DiesWithin(1), Fault::DiesWithin(700)] {
            let memory = Memory::new();
            memory.restore(logs.clone());
            // Read with a store that lives, so that every call that is struck is one of the settling.
            let mut world = recovered(&store(memory.clone()), &families).unwrap();
            let faulty = Faulty::new(memory.clone(), strike, fault);
            let first = hand(&store(faulty.clone()), &mut world, "a", Hand::Skip, "h");
            reached |= faulty.struck().is_some();
            struck += u64::from(first.is_err());
            let again = store(memory.clone());
            let mut world = recovered(&again, &families).unwrap();
            hand(&again, &mut world, "a", Hand::Skip, "h").unwrap();
            assert_same(&memory.snapshot(), &expected, &format!("{fault:?} at call {strike}"));
        }
        if !reached {
            break;
        }
    }
    assert!(struck > 10, "hardly anything was struck: {struck}");
}

/// Law 4: every prefix of the journal can be recovered, and goes on to the same instances.
#[test]
fn recovered_is_what_was_and_a_second_hand_changes_nothing() {
    let (memory, families) = parked();
    let store = store(memory.clone());
    let mut world = recovered(&store, &families).unwrap();
    for (of, what, id) in HANDS {
        assert!(!hand(&store, &mut world, of, what, id).unwrap().decisions.is_empty());
        let read = recovered(&store, &families).unwrap();
        assert_eq!(instances(&read), instances(&world), "{id}");
        assert_eq!((read.member(0).next, read.member(0).now), (world.member(0).next, world.member(0).now));
        let before = memory.snapshot();
        for of in ["a", "c"] {
            assert!(hand(&store, &mut world, of, what, id).unwrap().decisions.is_empty());
        }
        assert_same(&memory.snapshot(), &before, id);
    }
}

/// Law 5: what was decided is decided again, hands included.
#[test]
fn the_journal_decided_again_is_the_same() {
    let (memory, families) = settled();
    let before = memory.snapshot();
    let (world, found) = against_journal(&store(memory.clone()), &families[0], 1, &|_| true).unwrap();
    assert_eq!(found.divergences, []);
    let read = recovered(&store(memory.clone()), &families).unwrap();
    let rests = |world: &World| -> Vec<String> {
        instances(world).iter().map(|instance| format!("{} {}", instance.id, instance.rest())).collect()
    };
    assert_eq!(rests(&world), rests(&read));
    assert_same(&memory.snapshot(), &before, "a replay writes nothing");
}
