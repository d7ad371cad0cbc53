//! The table of outcomes and its fine print, as stories. How to read one: `tests/common/story.rs`.

#[path = "common/story.rs"]
mod story;

use story::story;

/// Most stories are about an order that is open until it is paid.
const ORDER: &str = "
    starts-on: Placed
    initial: open
    states:
      open: {on: {Paid: {to: paid}}, ignore: Seen, defer: Rated}
      paid: {on: {Rated: {send: Thank}, Done: {to: done}}}
      done: {end: success}
";

// ---- the table, row by row

#[test]
fn started_advanced_ended_is_a_life() {
    story(ORDER).goes(
        "
        Placed | started in open
        Paid   | advanced to paid
        Done   | ended to done (success)
        ",
    );
}

#[test]
fn declined_is_a_starter_that_another_process_takes() {
    let text = "
        starts-on: Placed
        starts-when: event.data.mine
        before-start: park
        initial: open
        states: {open: {on: {Paid: {to: done}}}, done: {end: success}}
    ";
    story(text).goes(
        r#"
        Placed {"mine":false} | declined
        Paid                  | declined
        Placed {"mine":false} | declined
        Placed {"mine":true}  | started in open
        Paid                  | ended to done (success)
        "#,
    );
}

#[test]
fn what_was_deferred_for_a_declined_conversation_is_let_go() {
    let text = "
        starts-on: Placed
        starts-when: event.data.mine
        initial: open
        states: {open: {on: {Paid: {to: done}}}, done: {end: success}}
    ";
    story(text).goes(
        r#"
        Paid#1                | deferred
        Placed {"mine":false} | declined
        Paid#1                | duplicate
        Paid#2                | declined
        Placed {"mine":true}  | started in open
        Paid#2                | duplicate
        Paid#3                | ended to done (success)
        "#,
    );
}

#[test]
fn ignored_is_what_the_state_lists() {
    story(ORDER).goes(
        "
        Placed | started in open
        Seen   | ignored
        Seen   | ignored
        ",
    );
}

#[test]
fn deferred_waits_for_the_next_change_of_state() {
    story(ORDER).goes(
        "
        Placed | started in open
        Rated  | deferred
        Rated  | deferred
        Seen   | ignored
        Paid   | advanced to paid
               | Rated: advanced; sends Thank
               | Rated: advanced; sends Thank
        ",
    );
}

#[test]
fn duplicate_from_the_first_arrival_on_also_while_deferred_or_held() {
    story(ORDER).goes(
        "
        Rated#1  | deferred
        Rated#1  | duplicate
        Placed#1 | started in open
        Placed#1 | duplicate
        Rated#1  | duplicate
        Done     | parked: unexpected Done in open
        Paid#1   | held
        Paid#1   | duplicate
        Rated#1  | duplicate
        ",
    );
}

#[test]
fn expired_at_exactly_its_expirytime_and_also_while_it_waited() {
    story(ORDER).goes(
        "
        Placed        | started in open
        Rated ~5m     | deferred
        Rated ~10m    | deferred
        +4m           |
        Seen#1 ~4m    | expired
        Seen#1 ~4m    | duplicate
        Seen ~5m      | ignored
        +1m           |
        Paid          | advanced to paid
                      | Rated: expired
                      | Rated: advanced; sends Thank
        Done ~1m      | expired
        ",
    );
}

#[test]
fn time_is_the_processs_own_and_a_late_stamp_does_not_turn_it_back() {
    story(ORDER).goes(
        "
        Placed        | started in open
        +10m          |
        Seen          | ignored
        Seen -5m ~7m  | expired
        ",
    );
}

#[test]
fn stale_is_an_alarm_that_was_called_off_or_set_anew_or_is_of_an_earlier_life() {
    let text = "
        starts-on: Placed
        after-end: forget
        initial: open
        states:
          open:
            on:
              Placed: {alarm: {TooLate: 15m}}
              Again: {alarm: {TooLate: 15m}}
              Calm: {cancel: TooLate}
              TooLate: {send: Remind}
              Paid: {to: done}
          done: {end: success}
    ";
    story(text).goes(
        "
        Placed              | started in open; sets TooLate for +15m
        +5m                 |
        Again               | advanced; sets TooLate for +20m; calls off TooLate
        TooLate!called-off  | stale
        TooLate!            | advanced; sends Remind
        TooLate!called-off  | duplicate
        TooLate!            | no such alarm
        Again               | advanced; sets TooLate for +35m
        Calm                | advanced; calls off TooLate
        Again               | advanced; sets TooLate for +35m
        Paid                | ended to done (success); calls off TooLate; forgotten
        Placed              | started in open; sets TooLate for +35m
        ",
    );
    let other = "
        starts-on: Placed
        after-end: forget
        initial: open
        states: {open: {on: {Placed: {alarm: {TooLate: 15m}}, TooLate: {}, Paid: {to: done}}}, done: {end: success}}
    ";
    story(other).goes(
        "
        Placed             | started in open; sets TooLate for +15m
        Paid               | ended to done (success); calls off TooLate; forgotten
        Placed             | started in open; sets TooLate for +15m
        TooLate!called-off | stale
        TooLate!           | advanced
        ",
    );
}

#[test]
fn late_in_an_end_state_whatever_unexpected_says() {
    for unexpected in ["park", "ignore", "defer"] {
        let text = format!("unexpected: {unexpected}\n{}", &ORDER.replace("\n    ", "\n"));
        story(&text).goes(
            "
            Placed | started in open
            Paid   | advanced to paid
            Done   | ended to done (success)
            Paid   | late
            Placed | late
            Rated  | late
            ",
        );
    }
}

#[test]
fn held_is_everything_that_comes_to_a_parked_instance_and_others_go_on() {
    let told = story(ORDER).goes(
        "
        Placed     | started in open
        Done       | parked: unexpected Done in open
        Paid       | held
        Seen       | held
        @c2 Placed | started in open
        @c2 Paid   | advanced to paid
        ",
    );
    let held: Vec<&str> = told.instances["c1"].held.iter().map(|message| &*message.type_).collect();
    assert_eq!(held, ["Paid", "Seen"], "in arrival order");
}

// ---- expressions that fail

#[test]
fn an_expression_that_fails_parks_and_nothing_of_the_reaction_happens() {
    let text = "
        starts-on: Placed
        data: {n: 1}
        initial: open
        states:
          open:
            on:
              Paid:
                set: {n: 2}
                send: [First, {Second: {amount: =event.data.amount}}]
                alarm: {TooLate: 1m}
                to: done
              TooLate: {}
          done: {end: success}
    ";
    let told = story(text).goes(
        "
        Placed | started in open; set n=1
        Paid   | parked: event has no member `data` (tale@1.yaml:11)
        Paid   | held
        ",
    );
    let instance = &told.instances["c1"];
    assert_eq!(instance.data.to_json(), r#"{"n":1}"#);
    assert!(instance.alarms.is_empty());
    assert_eq!(instance.state().map(|name| &**name), Some("open"));
}

#[test]
fn a_starts_when_that_fails_parks_the_conversation_not_started() {
    let text = "
        starts-on: Placed
        starts-when: event.data.total > 0
        initial: open
        states: {open: {on: {Paid: {to: done}}}, done: {end: success}}
    ";
    let told = story(text).goes(
        r#"
        Placed {"total":"1"} | parked: `>` cannot compare a string with an integer; `string(…)`, `int(…)` and `double(…)` convert (tale@1.yaml:4)
        Placed {"total":1}   | held
        Paid                 | held
        "#,
    );
    assert_eq!(told.instances["c1"].state(), None);
}

#[test]
fn a_birth_that_fails_is_none() {
    let text = "
        starts-on: {Placed: {set: {total: =event.data.total}}}
        initial: open
        states: {open: {on: {Paid: {to: done}}}, done: {end: success}}
    ";
    let told = story(text).goes(
        r#"
        Placed             | parked: event has no member `data` (tale@1.yaml:3)
        Placed {"total":1} | held
        "#,
    );
    assert_eq!(told.instances["c1"].rest().to_string(), "parked: event has no member `data`");
}

#[test]
fn a_message_without_a_way_to_an_instance_is_parked_under_the_process() {
    let text = "
        starts-on: Placed
        correlate: {Paid: event.data.order}
        initial: open
        states: {open: {on: {Paid: {to: done}}}, done: {end: success}}
    ";
    story(text).goes(
        r#"
        Placed               | started in open
        Placed ?0s           | under the process: parked: no way to an instance: no correlation id
        Paid                 | under the process: held
        Paid {"order":"c1"}  | ended to done (success)
        Paid {"order":""}    | under the process: held
        "#,
    );
}

// ---- policies

#[test]
fn before_start_says_what_a_message_meets_that_comes_before_its_starter() {
    let with = |policy: &str| story(&format!("before-start: {policy}\n{}", ORDER.replace("\n    ", "\n")));
    with("defer").goes(
        "
        Paid   | deferred
        Placed | started in open
               | Paid: advanced to paid
        ",
    );
    with("ignore").goes(
        "
        Paid   | ignored
        Placed | started in open
        ",
    );
    with("park").goes(
        "
        Paid   | parked: unexpected Paid before start
        Placed | held
        ",
    );
}

#[test]
fn unexpected_says_what_a_message_meets_that_the_state_does_not_mention() {
    let with = |policy: &str| story(&format!("unexpected: {policy}\n{}", ORDER.replace("\n    ", "\n")));
    with("park").goes(
        "
        Placed | started in open
        Done   | parked: unexpected Done in open
        ",
    );
    with("ignore").goes(
        "
        Placed | started in open
        Done   | ignored
        Paid   | advanced to paid
        ",
    );
    with("defer").goes(
        "
        Placed | started in open
        Done   | deferred
        Paid   | advanced to paid
               | Done: ended to done (success)
        ",
    );
}
