//! Regions: small machines side by side in one process, what each does with a message, and what happens
//! when they meet. What is said of bad ones is in `tests/definitions/`.

#[path = "common/story.rs"]
mod story;
use anyorder::error::{Error, Result};
use anyorder::process::{Definition, Parts, canonical, read_with_parts};
use anyorder::report::diagnostic::render;
use anyorder::span::Source;
use std::sync::Arc;
use story::{story, story_of};

#[test]
fn regions_answer_in_the_order_listed_and_the_join_ends_the_whole() {
    story(
        "
        starts-on: {Placed: {set: {total: =event.data.total}}}
        regions:
          payment:
            initial: due
            states:
              due: {enter: {send: {Charge: {amount: =data.total}}, alarm: {TooLate: 15m}}, on: {Paid: {to: paid}, TooLate: {to: unpaid}}}
              paid: {end: success}
              unpaid: {end: failure}
          kitchen:
            initial: waiting
            states:
              waiting: {on: {Paid: {send: Cook, to: cooking}}}
              cooking: {on: {Cooked: {to: cooked}}}
              cooked: {end: success}
        joins:
          - {when: state.payment == 'paid' && state.kitchen == 'cooked', publish: {Served: {total: =data.total}}, end: success, as: served}
          - {when: state.payment == 'unpaid', publish: Cancelled, end: failure}
        ",
    )
    .goes(
        r#"
        Placed {"total":10} | started in payment.due kitchen.waiting; set total=10; sends Charge {"amount":10}; sets TooLate for +15m
        Paid                | advanced to payment.paid kitchen.cooking; sends Cook; calls off TooLate
        Paid                | late
        TooLate!called-off  | stale
        Cooked              | ended to served (success); publishes Served {"total":10}
        Cooked              | late
        @c2 Placed {"total":5} | started in payment.due kitchen.waiting; set total=5; sends Charge {"amount":5}; sets TooLate for +30m
        @c2 TooLate!        | ended to failure (failure); publishes Cancelled
        @c3 Placed {"total":5} | started in payment.due kitchen.waiting; set total=5; sends Charge {"amount":5}; sets TooLate for +45m
        @c3 Cooked          | parked: unexpected Cooked in payment.due kitchen.waiting
        "#,
    );
}

#[test]
fn every_region_sees_the_data_and_the_states_as_they_were_and_its_own_as_they_are() {
    story(
        "
        starts-on: Placed
        data: {n: 1}
        regions:
          a:
            initial: one
            states:
              one: {on: {Go: {set: {n: =data.n + 1}, publish: {A: {n: =data.n, states: =state}}, to: two}}}
              two: {enter: {publish: {Entered: {n: =data.n, states: =state}}}, on: {Go: {to: one}}}
          b:
            initial: one
            states:
              one: {on: {Go: {when: data.n == 1, set: {n: =data.n + 10, m: =data.n}, publish: {B: {n: =data.n, states: =state}}, to: two}}}
              two: {whenever: {when: state.b == 'two' && state.a == 'one', publish: {Still: {n: =data.n}}}, ignore: Go}
        joins: [{when: data.n == 11, set: {n: 100}, publish: {Join: {n: =data.n, states: =state}}}]
        ",
    )
    .goes(
        r#"
        Placed | started in a.one b.one; set n=1
        Go     | advanced to a.two b.two; set n=100; set m=1; publishes A {"n":2,"states":{"a":"one","b":"one"}}; publishes Entered {"n":2,"states":{"a":"two","b":"one"}}; publishes B {"n":11,"states":{"a":"one","b":"one"}}; publishes Still {"n":11}; publishes Join {"n":100,"states":{"a":"two","b":"two"}}
        Go     | advanced to a.one b.two
        "#,
    );
}

#[test]
fn a_message_is_handled_by_one_and_kept_by_another() {
    story(
        "
        starts-on: Placed
        regions:
          a:
            initial: open
            states:
              open: {on: {X: {publish: InA}, Close: {to: closed}}}
              closed: {ignore: X}
          b:
            initial: asleep
            states:
              asleep: {defer: X, on: {Wake: {to: awake}}}
              awake: {on: {X: {publish: InB}, Sleep: {to: asleep}}}
          c: {initial: deaf, states: {deaf: {on: {Y: {}}, ignore: [Close]}}}
        ",
    )
    .goes(
        "
        X      | deferred
        Placed | started in a.open b.asleep c.deaf
               | X: advanced; publishes InA; keeps it for b
        X      | advanced; publishes InA; keeps it for b
        Close  | advanced to a.closed b.asleep c.deaf
        X      | deferred for b
        Wake   | advanced to a.closed b.awake c.deaf
               | X: advanced; publishes InB
               | X: advanced; publishes InB
               | X: advanced; publishes InB
        X      | advanced; publishes InB
        Sleep  | advanced to a.closed b.asleep c.deaf
        Y      | advanced
        Wake   | advanced to a.closed b.awake c.deaf
        Wake   | parked: unexpected Wake in a.closed b.awake c.deaf
        ",
    );
}

#[test]
fn a_message_is_unexpected_only_where_no_region_mentions_it_and_then_each_has_its_policy() {
    story(
        "
        starts-on: Placed
        unexpected: ignore
        regions:
          a: {initial: one, unexpected: defer, states: {one: {on: {Go: {to: two}}}, two: {on: {X: {publish: InA}, Back: {to: one}}}}}
          b: {initial: one, states: {one: {on: {Go: {}, End: {to: over}}}, two: {on: {X: {publish: InB}}}, over: {end: success}}}
        ",
    )
    .goes(
        "
        Placed | started in a.one b.one
        X      | deferred for a
        Back   | deferred for a
        Placed | ignored
        Go     | advanced to a.two b.one
               | X: advanced; publishes InA
               | Back: advanced to a.one b.one
        End    | advanced to a.one b.over
        X      | late
        Go     | advanced to a.two b.over
        X      | advanced; publishes InA
        ",
    );
}

#[test]
fn the_whole_ends_when_all_regions_have_and_is_taken_up_again_by_one() {
    story(
        "
        starts-on: Placed
        regions:
          a: {initial: open, states: {open: {on: {A: {to: done}}}, done: {end: success, on: {Again: {to: open}}}}}
          b:
            initial: open
            states:
              open: {enter: {alarm: {Rings: 5m, Kept: 6m}}, on: {B: {to: done}, Bad: {to: failed}}}
              done: {end: success, on: {Kept: {publish: Heard}}}
              failed: {end: failure}
        ",
    )
    .goes(
        "
        Placed | started in a.open b.open; sets Rings for +5m; sets Kept for +6m
        B      | advanced to a.open b.done; calls off Rings
        A      | ended to a.done b.done (success)
        Kept!  | advanced; publishes Heard
        B      | late
        Again  | advanced to a.open b.done
        A      | ended to a.done b.done (success)
        @c2 Placed | started in a.open b.open; sets Rings for +11m; sets Kept for +12m
        @c2 A      | advanced to a.done b.open
        @c2 Bad    | ended to a.done b.failed (failure); calls off Rings; calls off Kept
        ",
    );
}

#[test]
fn a_join_fires_when_its_guard_becomes_true_and_once_in_a_decision() {
    story(
        "
        starts-on: {Placed: {set: {seen: 0}}}
        regions:
          a: {initial: off, states: {off: {on: {On: {to: on}}}, on: {on: {Off: {to: off}, Tick: {}}}}}
          b: {initial: off, states: {off: {on: {On: {to: on}}}, on: {ignore: On}}}
        joins:
          - {when: data.seen > 0 && data.seen < 3, publish: Seen, set: {seen: =data.seen + 1}}
          - {when: state.a == 'on' && state.b == 'on', publish: Both, set: {seen: =data.seen + 1}}
        ",
    )
    .goes(
        "
        Placed | started in a.off b.off; set seen=0
        On     | advanced to a.on b.on; set seen=2; publishes Both; publishes Seen
        Tick   | advanced
        Off    | advanced to a.off b.on
        On     | advanced to a.on b.on; set seen=3; publishes Both
        ",
    );
}

#[test]
fn an_expression_that_fails_in_any_region_undoes_all_and_parks() {
    story(
        "
        starts-on: Placed
        data: {n: 0}
        regions:
          a: {initial: open, states: {open: {on: {Go: {publish: Gone, to: gone}}}, gone: {end: success}}}
          b: {initial: open, states: {open: {on: {Go: {set: {n: =1 / data.n}, to: gone}}}, gone: {end: success}}}
        ",
    )
    .goes(
        "
        Placed | started in a.open b.open; set n=0
        Go     | parked: division by zero (tale@1.yaml:7)
        Go     | held
        ",
    );
}

#[test]
fn a_life_that_is_forgotten_leaves_to_the_next_what_waits_and_nobody_has_answered() {
    story(
        "
        starts-on: Placed
        after-end: forget
        regions:
          a: {initial: open, states: {open: {on: {X: {publish: InA}, End: {to: over}}}, over: {end: success}}}
          b: {initial: open, states: {open: {defer: [X, Y], on: {End: {to: over}}}, over: {end: success}}}
        ",
    )
    .goes(
        "
        Placed | started in a.open b.open
        Y      | deferred for b
        X      | advanced; publishes InA; keeps it for b
        End    | ended to a.over b.over (success); forgotten
        Placed | started in a.open b.open
               | Y: deferred for b
        ",
    );
}

/// One region is done with a starter, another one is not: it would begin a life, and end it, and so on for ever.
#[test]
fn a_starter_that_a_region_has_answered_begins_no_other_life() {
    story(
        "
        starts-on: Go
        after-end: forget
        regions:
          a: {initial: open, states: {open: {on: {Go: {alarm: {Bell: 5m}}, Bell: {to: over}}}, over: {end: success}}}
          b: {initial: open, states: {open: {defer: Go}}}
          c: {initial: open, states: {open: {defer: Go, on: {Turn: {to: turned}}}, turned: {ignore: Go}}}
        joins: [{when: state.a == 'over', end: success}]
        ",
    )
    .goes(
        "
        Go      | started in a.open b.open c.open; sets Bell for +5m; keeps it for b and c
        Turn    | advanced to a.open b.open c.turned
                | Go: deferred for b
        @c2 Go  | started in a.open b.open c.open; sets Bell for +5m; keeps it for b and c
        Go      | advanced; sets Bell for +5m; calls off Bell; keeps it for b
        Bell!   | ended to success (success); forgotten
        Go      | started in a.open b.open c.open; sets Bell for +10m; keeps it for b and c
        @c2 Bell! | ended to success (success); forgotten
        ",
    );
}

/// Where all regions keep it nobody has answered it: it waits for the next life, as in a process without regions.
#[test]
fn a_starter_that_nobody_has_answered_begins_the_next_life() {
    const REST: &str = "{open: {defer: Go, on: {End: {to: over}}}, over: {end: success}}";
    let told = "
        Go  | started in WHERE; keeps itKEEPERS
        End | ended to OVER (success); forgotten
            | Go: started in WHERE; keeps itKEEPERS
        ";
    let head = "starts-on: Go\nafter-end: forget";
    story(&format!("{head}\ninitial: open\nstates: {REST}\n"))
        .goes(&told.replace("WHERE", "open").replace("OVER", "over").replace("KEEPERS", ""));
    story(&format!("{head}\nregions:\n  a: {{initial: open, states: {REST}}}\n"))
        .goes(&told.replace("WHERE", "a.open").replace("OVER", "a.over").replace("KEEPERS", " for a"));
}

/// Files of a folder.
struct Files(&'static [(&'static str, &'static str)]);

impl Parts for Files {
    fn part(&self, full_name: &str) -> Result<Arc<Source>> {
        let found = self.0.iter().find(|(name, _)| *name == full_name);
        let (name, text) = found.ok_or_else(|| Error::input(format!("there is no part {full_name}")))?;
        Ok(Source::new(format!("{name}.yaml"), *text))
    }
}

const KITCHEN: &str = "process: kitchen-part
version: 1
data: {burnt: 0}
initial: waiting
states:
  waiting: {on: {OrderPaid: {send: CookFood, to: cooking}}}
  cooking:
    on:
      FoodBurnt: {set: {burnt: =data.burnt + 1}, send: {CookFood: {was: =state}}}
      FoodCooked: {to: cooked}
  cooked: {end: success}
";

fn whole(
    files: &'static [(&'static str, &'static str)],
    text: &str,
) -> std::result::Result<Definition, String> {
    let source = Source::new("order@1.yaml", text);
    read_with_parts(&source, None, &Files(files)).map_err(|error| render(&error, false))
}

const ORDER: &str = "process: order
version: 1
starts-on: OrderPlaced
regions:
  payment: {initial: due, states: {due: {on: {OrderPaid: {to: paid}}}, paid: {end: success}}}
  kitchen: {use: kitchen-part@1}
joins: [{when: state.kitchen == 'cooked' && data.burnt < 2, publish: OrderServed, end: success, as: served}]
";

#[test]
fn a_part_in_its_own_file_is_a_region_and_sees_its_own_state() {
    let order = whole(&[("kitchen-part@1", KITCHEN)], ORDER).unwrap();
    assert_eq!(order.data.to_json(), r#"{"burnt":0}"#);
    story_of(order).goes(
        r#"
        OrderPlaced | started in payment.due kitchen.waiting; set burnt=0
        OrderPaid   | advanced to payment.paid kitchen.cooking; sends CookFood
        FoodBurnt   | advanced; set burnt=1; sends CookFood {"was":"cooking"}
        FoodCooked  | ended to served (success); publishes OrderServed
        "#,
    );
}

#[test]
fn the_hash_of_the_whole_is_that_of_its_parts_too() {
    const OTHER: &str = "process: kitchen-part
version: 1
data: {burnt: 0}
initial: waiting
states: {waiting: {on: {OrderPaid: {to: cooked}}}, cooked: {end: success}}
";
    let one = whole(&[("kitchen-part@1", KITCHEN)], ORDER).unwrap();
    let other = whole(&[("kitchen-part@1", OTHER)], ORDER).unwrap();
    assert_ne!(one.hash, other.hash);
    assert!(canonical(&one).contains(r#""region":"kitchen""#));
}

#[test]
fn a_part_alone_starts_with_the_first_message_that_reaches_it() {
    let part = |_| story(KITCHEN);
    part(()).goes(
        r#"
        OrderPaid  | started in cooking; set burnt=0; sends CookFood
        FoodBurnt  | advanced; set burnt=1; sends CookFood {"was":"cooking"}
        FoodCooked | ended to cooked (success)
        "#,
    );
    part(()).goes("FoodCooked | parked: unexpected FoodCooked in waiting");
}

/// What is said of a whole, or of a part of it.
fn refused(part: &'static str, order: &str) -> String {
    let files = Box::leak(Box::new([("kitchen-part@1", part)]));
    whole(files, order).expect_err("a bad file")
}

#[test]
fn what_is_wrong_with_a_part_is_said_at_its_place() {
    let missing = whole(&[], ORDER).unwrap_err();
    assert!(missing.contains("there is no part kitchen-part@1"), "{missing}");
    assert!(missing.contains("order@1.yaml:6"), "{missing}");
    let starts = refused(
        "process: kitchen-part\nversion: 1\nstarts-on: {OrderPaid: {send: CookFood}}\ninitial: a\nstates: {a: {on: {OrderPaid: {to: cooked}}}, cooked: {end: success}}\ndata: {burnt: 0}\n",
        ORDER,
    );
    assert!(starts.contains("does something at its start"), "{starts}");
    assert!(starts.contains("under `enter` of a"), "{starts}");
    let nested = refused(
        "process: kitchen-part\nversion: 1\nstarts-on: OrderPaid\nregions: {a: {initial: b, states: {b: {on: {OrderPaid: {}}}}}}\n",
        ORDER,
    );
    assert!(nested.contains("kitchen-part@1 has regions of its own"), "{nested}");
    let other = ORDER.replace("regions:", "data: {burnt: 7}\nregions:");
    let data = refused(KITCHEN, &other);
    assert!(data.contains("`burnt` is 0 in the data of kitchen-part@1"), "{data}");
    let inside = refused("process: kitchen-part\nversion: 1\ninitial: x\nstates: {a: {}}\n", ORDER);
    assert!(inside.contains("kitchen-part@1.yaml:3"), "{inside}");
    let named = refused(&KITCHEN.replace("kitchen-part", "oven").leak()[..], ORDER);
    assert!(named.contains("the file's name says process `kitchen-part`, the file says `oven`"), "{named}");
}
