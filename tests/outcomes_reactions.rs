//! The fine print: how a state is asked, what a reaction does, and birth, as stories. How to read one: `tests/common/story.rs`.

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
