//! The fine print: alarms, ends, and lives after them, as stories. How to read one: `tests/common/story.rs`.

#[path = "common/story.rs"]
mod story;

use story::story;

// ---- alarms

#[test]
fn an_alarm_rings_at_its_time_with_the_state_inside() {
    let text = "
        starts-on: Placed
        initial: open
        states:
          open:
            on:
              Placed: {alarm: {Deadline: {at: =event.data.deadline, data: {=x: 1}}}}
              Deadline: {send: {Over: =event.data}, to: over}
          over: {end: failure}
    "
    .replace("{=x: 1}", "{why: =event.data.why}");
    story(&text).goes(
        r#"
        Placed {"deadline":"2026-11-21T10:30:00Z","why":12.50} | started in open; sets Deadline for +90m {"why":12.50}
        Deadline!                                              | ended to over (failure); sends Over {"why":12.50}
        "#,
    );
}

#[test]
fn any_other_message_of_an_alarms_type_is_ordinary() {
    let text = "
        starts-on: Placed
        initial: open
        states: {open: {on: {Placed: {alarm: {TooLate: 15m}}, TooLate: {to: over}}}, over: {end: failure}}
    ";
    story(text).goes(
        "
        Placed             | started in open; sets TooLate for +15m
        TooLate            | ended to over (failure); calls off TooLate
        TooLate!called-off | stale
        ",
    );
}

#[test]
fn reaching_an_end_calls_off_the_alarms_but_those_it_mentions() {
    let text = "
        starts-on: {Placed: {alarm: {Mentioned: 1h, Unmentioned: 1h}}}
        initial: open
        states:
          open: {on: {Paid: {to: done}, Unmentioned: {}}}
          done: {end: success, on: {Mentioned: {send: Survey}}}
    ";
    story(text).goes(
        "
        Placed                 | started in open; sets Mentioned for +1h; sets Unmentioned for +1h
        Paid                   | ended to done (success); calls off Unmentioned
        Unmentioned!called-off | stale
        Mentioned!             | advanced; sends Survey
        ",
    );
}

#[test]
fn an_alarm_set_in_an_end_state_is_armed_and_late_unless_mentioned() {
    let text = "
        starts-on: Placed
        initial: open
        states:
          open: {on: {Paid: {to: done}, Quiet: {}}}
          done: {end: success, on: {Poke: {alarm: {Quiet: 1m, Loud: 2m}}, Loud: {send: Rang}}}
    ";
    story(text).goes(
        "
        Placed | started in open
        Paid   | ended to done (success)
        Poke   | advanced; sets Quiet for +1m; sets Loud for +2m
        Quiet! | late
        Loud!  | advanced; sends Rang
        ",
    );
}

#[test]
fn a_ring_that_was_deferred_is_a_message_like_any_other() {
    let text = "
        starts-on: Placed
        initial: open
        states:
          open:
            defer: TooLate
            on: {Placed: {alarm: {TooLate: 1m}}, Calm: {cancel: TooLate}, Anew: {alarm: {TooLate: 9m}}, Go: {to: next}}
          next: {on: {TooLate: {send: Remind}}}
    ";
    story(text).goes(
        "
        Placed   | started in open; sets TooLate for +1m
        TooLate! | deferred
        Calm     | advanced
        Anew     | advanced; sets TooLate for +10m
        Go       | advanced to next
                 | TooLate: advanced; sends Remind
        TooLate! | advanced; sends Remind
        ",
    );
}

// ---- ends

#[test]
fn an_end_state_with_a_reaction_takes_the_instance_up_again() {
    let text = "
        starts-on: Placed
        initial: open
        states:
          open: {on: {Paid: {to: done}, Rated: {send: Thank}}}
          done: {end: success, defer: Rated, on: {Reopened: {to: open}, Thanked: {send: Bow}}}
    ";
    story(text).goes(
        "
        Placed   | started in open
        Paid     | ended to done (success)
        Thanked  | advanced; sends Bow
        Rated    | deferred
        Reopened | advanced to open
                 | Rated: advanced; sends Thank
        Paid     | ended to done (success)
        ",
    );
}

#[test]
fn deferred_messages_that_the_end_does_not_mention_are_late() {
    let text = "
        starts-on: Placed
        initial: open
        states: {open: {defer: Rated, on: {Paid: {to: done}}}, done: {end: success}}
    ";
    story(text).goes(
        "
        Placed | started in open
        Rated  | deferred
        Paid   | ended to done (success)
               | Rated: late
        ",
    );
}

const FORGETFUL: &str = "
    starts-on: Placed
    after-end: forget
    initial: open
    states: {open: {defer: [Rated, Placed], on: {Paid: {to: done}}}, done: {end: success}}
";

#[test]
fn with_forget_a_later_starter_begins_a_new_life_and_knows_the_old_ones_messages() {
    let told = story(FORGETFUL).goes(
        "
        Placed#1 | started in open; keeps it
        Paid#1   | ended to done (success); forgotten
                 | Placed: started in open; keeps it
        Paid#1   | duplicate
        Placed#1 | duplicate
        ",
    );
    drop(told);
    let text = FORGETFUL.replace("[Rated, Placed]", "Rated");
    let told = story(&text).goes(
        "
        Placed#1 | started in open
        Paid#1   | ended to done (success); forgotten
        Paid#1   | duplicate
        Placed#1 | duplicate
        Placed#2 | started in open
        Paid#2   | ended to done (success); forgotten
        Paid#3   | deferred
        ",
    );
    assert_eq!(told.instances["c1"].rest().to_string(), "done", "the latest life counts");
}

#[test]
fn with_forget_what_waits_is_tried_again_as_before_a_start() {
    let with = |policy: &str| {
        let text = FORGETFUL.replace("[Rated, Placed]", "Rated").replace("\n    ", "\n");
        story(&format!("before-start: {policy}\n{text}"))
    };
    with("defer").goes(
        "
        Placed | started in open
        Rated  | deferred
        Paid   | ended to done (success); forgotten
        Placed | started in open
        ",
    );
    with("ignore").goes(
        "
        Placed | started in open
        Rated  | deferred
        Paid   | ended to done (success); forgotten
               | Rated: ignored
        ",
    );
    let parked = with("park").goes(
        "
        Placed | started in open
        Rated  | deferred
        Paid   | ended to done (success); forgotten
               | Rated: parked: unexpected Rated before start
        Placed | held
        ",
    );
    assert_eq!(parked.instances["c1"].rest().to_string(), "parked: unexpected Rated before start");
}

#[test]
fn a_waiting_ring_of_an_earlier_life_is_stale() {
    let text = "
        starts-on: [Placed, Called]
        after-end: forget
        initial: open
        states:
          open:
            defer: [TooLate, Called]
            on: {Placed: {alarm: {TooLate: 1m}}, Paid: {to: done}}
          done: {end: success}
    ";
    // Also where another message that waits begins a new life before the ring is tried.
    story(text).goes(
        "
        Placed   | started in open; sets TooLate for +1m
        Called   | deferred
        TooLate! | deferred
        Paid     | ended to done (success); forgotten
                 | Called: started in open; keeps it
                 | TooLate: stale
        ",
    );
}
