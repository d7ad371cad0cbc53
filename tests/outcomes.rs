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

// ---- how a state is asked

#[test]
fn the_first_reaction_whose_when_holds_is_taken_and_else_the_message_is_not_mentioned() {
    let text = "
        starts-on: Placed
        unexpected: ignore
        initial: open
        states:
          open:
            on:
              Paid:
                - {when: event.data.n > 10, send: Large}
                - {when: event.data.n > 5, send: Middle}
                - {when: event.data.n > 4, send: Never, to: open}
    ";
    story(text).goes(
        r#"
        Placed        | started in open
        Paid {"n":11} | advanced; sends Large
        Paid {"n":6}  | advanced; sends Middle
        Paid {"n":1}  | ignored
        "#,
    );
}

#[test]
fn an_empty_reaction_answers_and_does_nothing() {
    let text = "
        starts-on: Placed
        initial: open
        states: {open: {on: {Seen: {}, Paid: {to: done}}, defer: Rated}, done: {end: success, on: {Rated: {}}}}
    ";
    story(text).goes(
        "
        Placed | started in open
        Rated  | deferred
        Seen   | advanced
        Paid   | ended to done (success)
               | Rated: advanced
        ",
    );
}

#[test]
fn set_sees_the_old_data_and_everything_else_the_new() {
    let text = "
        starts-on: Placed
        data: {a: 1, b: 2}
        initial: open
        states:
          open:
            on:
              Swap:
                set: {a: =data.b, b: =data.a}
                send: {Told: {a: =data.a, b: =data.b}}
                alarm: {Later: {after: =duration(string(data.a) + 'm'), data: {a: =data.a}}}
              Later: {}
    ";
    story(text).goes(
        r#"
        Placed | started in open; set a=1; set b=2
        Swap   | advanced; set a=2; set b=1; sends Told {"a":2,"b":1}; sets Later for +2m {"a":2}
        "#,
    );
}

#[test]
fn cancel_comes_before_alarm_and_alarm_before_to() {
    let text = "
        starts-on: Placed
        initial: open
        states:
          open:
            on:
              Placed: {alarm: {TooLate: 1m}}
              Anew: {cancel: TooLate, alarm: {TooLate: 5m}}
              Paid: {alarm: {TooLate: 9m}, to: done}
              TooLate: {}
          done: {end: success}
    ";
    story(text).goes(
        "
        Placed | started in open; sets TooLate for +1m
        Anew   | advanced; sets TooLate for +5m; calls off TooLate
        Paid   | ended to done (success); calls off TooLate
        ",
    );
}

#[test]
fn a_to_the_same_state_is_a_change_of_state_too() {
    let text = "
        starts-on: Placed
        data: {n: 0}
        initial: open
        states:
          open:
            on:
              Tick: {set: {n: =data.n + 1}, to: open}
              Rated: [{when: data.n > 1, send: Thank}]
        unexpected: defer
    ";
    story(text).goes(
        "
        Placed | started in open; set n=0
        Rated  | deferred
        Tick   | advanced to open; set n=1
        Tick   | advanced to open; set n=2
               | Rated: advanced; sends Thank
        ",
    );
}

#[test]
fn deferred_ones_are_tried_from_the_first_again_when_one_changes_the_state() {
    let text = "
        starts-on: Placed
        initial: one
        states:
          one: {defer: [A, B, C], on: {Go: {to: two}}}
          two: {defer: [A, C], on: {B: {to: three}}}
          three: {defer: C, on: {A: {to: four}}}
          four: {on: {C: {}}}
    ";
    story(text).goes(
        "
        Placed | started in one
        A      | deferred
        B      | deferred
        C      | deferred
        Go     | advanced to two
               | B: advanced to three
               | A: advanced to four
               | C: advanced
        ",
    );
}

#[test]
fn a_deferred_message_that_parks_stops_the_others() {
    let told = story(ORDER).goes(
        "
        Done   | deferred
        Paid   | deferred
        Placed | started in open
               | Done: parked: unexpected Done in open
        ",
    );
    assert_eq!(told.instances["c1"].deferred.len(), 1);
}

// ---- birth

#[test]
fn at_birth_the_start_reaction_is_taken_and_the_initial_state_is_not_asked() {
    let text = "
        starts-on:
          Placed: {set: {by: placed}, send: Hello, to: second}
          Called: [{when: event.data.loud, send: Hush}]
        initial: first
        states:
          first: {on: {Placed: {send: Wrong}, Called: {send: Asked}}}
          second: {}
    ";
    story(text).goes(r#"Placed | started in second; set by="placed"; sends Hello"#);
    story(text).goes(r#"Called {"loud":true} | started in first; sends Hush"#);
    story(text).goes(r#"Called {"loud":false} | started in first; sends Asked"#);
}

#[test]
fn a_starter_that_nothing_answers_only_starts_whatever_unexpected_says() {
    for unexpected in ["park", "ignore", "defer"] {
        let text = format!(
            "unexpected: {unexpected}\nstarts-on: [Placed, Called]\ninitial: open\nstates: {{open: {{on: {{Go: {{to: next}}}}}}, next: {{on: {{Placed: {{send: Twice}}}}}}}}\n"
        );
        story(&text).goes(
            "
            Placed | started in open
            Go     | advanced to next
            ",
        );
    }
}

#[test]
fn a_starter_that_the_initial_state_ignores_or_defers() {
    let text = "
        starts-on: [Placed, Called]
        initial: open
        states:
          open: {ignore: Placed, defer: Called, on: {Go: {to: next}}}
          next: {on: {Called: {send: Answer}}}
    ";
    story(text).goes(
        "
        Placed | started in open
        Go     | advanced to next
        ",
    );
    story(text).goes(
        "
        Called#1 | started in open; keeps it
        Called#1 | duplicate
        Go       | advanced to next
                 | Called: advanced; sends Answer
        ",
    );
}

#[test]
fn a_second_starter_meets_a_running_instance_like_any_other_message() {
    story(ORDER).goes(
        "
        Placed | started in open
        Placed | parked: unexpected Placed in open
        ",
    );
    let text = "
        starts-on: {Placed: {send: Born}}
        starts-when: event.data.mine
        initial: open
        states: {open: {on: {Placed: {send: Another}}}}
    ";
    story(text).goes(
        r#"
        Placed {"mine":true}  | started in open; sends Born
        Placed {"mine":false} | advanced; sends Another
        "#,
    );
}

#[test]
fn starting_in_an_end_state_counts_as_reaching_it() {
    let text = "
        starts-on: {Placed: {alarm: {Never: 1m, Ever: 2m}}}
        initial: done
        states: {done: {end: manual, on: {Ever: {send: Rang}, Never2: {}}}, other: {on: {Never: {}}}}
    ";
    story(text).goes(
        "
        Placed | started in done (manual); sets Ever for +2m
        Ever!  | advanced; sends Rang
        Placed | late
        ",
    );
}

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
