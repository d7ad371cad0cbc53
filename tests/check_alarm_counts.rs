//! Orderings with alarms, counted by hand; orderings without end; and those that a bound cuts.

#[path = "common/shelf.rs"]
mod shelf;

use anyorder::explore::{Alarms, Bounds, Kind, Order, Report, Scenario, Stopped, Verdict, explore};
use shelf::{counts, report, scenario};

/// A process whose state `on` answers some messages and ends with `Stop`.
fn process(go: &str, on: &str) -> String {
    format!(
        "process: p\nversion: 1\nstarts-on: {{Go: {go}}}\ndata: {{n: 0}}\ninitial: on\nstates:\n  on: {{on: \
         {{Stop: {{to: off}}, {on}}}}}\n  off: {{end: success, ignore: [Knock]}}\n"
    )
}

fn of(process: &str, deliver: &str, alarms: Alarms) -> Report {
    let text = format!("first: Go\ndeliver: [{deliver}]\nalarms: {}\n", alarms.name());
    report(&scenario(process, &text), Order::ANY)
}

/// The number of orderings under `any`, `last` and `never`.
fn thrice(process: &str, deliver: &str) -> [String; 3] {
    [Alarms::Any, Alarms::Last, Alarms::Never].map(|alarms| counts(&of(process, deliver, alarms)).0)
}

#[test]
fn one_alarm_and_what_comes_beside_it() {
    let plain = process("{alarm: {Bell: 5m}}", "Knock: {}, Bell: {}");
    assert_eq!(thrice(&plain, ""), ["1", "1", "1"]); // Bell!
    assert_eq!(thrice(&plain, "Knock"), ["2", "1", "1"]); // Bell! Knock, Knock Bell!
    assert_eq!(thrice(&plain, "Knock: 1, Knock: 2"), ["6", "2", "2"]); // three things in any order
    // The end calls it off: Stop Knock, Knock Stop, and with Bell! first 2; Knock Bell! Stop.
    assert_eq!(thrice(&plain, "Stop, Knock"), ["5", "2", "2"]);
}

#[test]
fn alarms_of_one_name_ring_each_for_itself() {
    let two = |one: &str, other: &str| {
        let alarms = format!("Bell: {{after: {one}, key: a}}}}, {{Bell: {{after: {other}, key: b}}");
        process(&format!("{{alarm: [{{{alarms}}}]}}"), "Bell: {}, Knock: {cancel: {Bell: a}}")
    };
    // Of equal ones set by one choice either may come first; of others the one that is due earlier.
    assert_eq!(thrice(&two("5m", "5m"), ""), ["2", "2", "1"]);
    assert_eq!(thrice(&two("5m", "6m"), ""), ["1", "1", "1"]);
    // Knock calls off one of them: K b; a K b; a b K; and where b may be first: b K, b a K.
    assert_eq!(thrice(&two("5m", "6m"), "Knock")[0], "3");
    assert_eq!(thrice(&two("5m", "5m"), "Knock")[0], "5");
    // Each Knock sets its own: the one set first rings first, unless it rang before the other was set.
    let own = process("{}", "Knock: {alarm: {Bell: {after: 5m, key: =event.data}}}, Bell: {}");
    assert_eq!(thrice(&own, "Knock: 1, Knock: 2")[0], "4");
    let names = |labels: &[&str]| labels.iter().map(|label| label.to_string()).collect::<Vec<_>>();
    let report = of(&own, "Knock: 1, Knock: 2", Alarms::Any);
    assert_eq!(report.outcomes[0].example, names(&["Knock#1", "Knock#2", "Bell(1)!", "Bell!"]));
}

#[test]
fn an_alarm_that_is_called_off_or_set_again() {
    // Knock, or Bell! Knock.
    let off = process("{alarm: {Bell: 5m}}", "Knock: {cancel: Bell}, Bell: {}");
    assert_eq!(thrice(&off, "Knock"), ["2", "1", "1"]);
    // Set by a Knock: Knock Bell!, and of two Knocks K K B, K B K B, in both orders of the Knocks.
    let set = process("{}", "Knock: {alarm: {Bell: 5m}}, Bell: {}");
    assert_eq!(thrice(&set, "Knock"), ["1", "1", "1"]);
    assert_eq!(thrice(&set, "Knock, Knock"), ["4", "2", "2"]);
    // Set at first too: each of K K B, K B K B once more with B before it.
    let both = process("{alarm: {Bell: 5m}}", "Knock: {alarm: {Bell: 5m}}, Bell: {}");
    assert_eq!(thrice(&both, "Knock, Knock"), ["8", "2", "2"]);
}

/// Of two alarms of an instance the one that must be due earlier rings first.
#[test]
fn two_alarms_of_one_instance() {
    let on = "Knock: {alarm: {Gong: 10m}}, Bell: {}, Gong: {}";
    // Set by one choice for less: Bell! Gong!. For as long: either.
    assert_eq!(thrice(&process("{alarm: {Bell: 5m, Gong: 10m}}", on), ""), ["1", "1", "1"]);
    assert_eq!(thrice(&process("{alarm: {Bell: 10m, Gong: 10m}}", on), ""), ["2", "2", "1"]);
    // Set earlier for no longer: B K G, K B G. On a clock that stands still both are due at once.
    assert_eq!(thrice(&process("{alarm: {Bell: 10m}}", on), "Knock"), ["2", "2", "1"]);
    // Set earlier for longer: nobody knows; B K G, K B G, K G B. A clock knows: K G B.
    assert_eq!(thrice(&process("{alarm: {Bell: 11m}}", on), "Knock"), ["3", "1", "1"]);
    // Gong is set again and stays behind Bell: B G K G, B K G, K B G.
    assert_eq!(thrice(&process("{alarm: {Bell: 10m, Gong: 12m}}", on), "Knock"), ["3", "2", "1"]);
}

/// Alarms of two instances know nothing of each other under `any`; a clock knows both.
#[test]
fn alarms_of_two_conversations() {
    let text = |alarms: &str| {
        format!(
            "first: [{{event: Go, correlation: a}}, {{event: Go, correlation: b, data: {{minutes: 5}}}}]\n\
             deliver: []\nalarms: {alarms}\n"
        )
    };
    let same = process("{alarm: {Bell: 5m}}", "Bell: {to: off}");
    let found =
        |process: &str, alarms: &str| counts(&report(&scenario(process, &text(alarms)), Order::ANY)).0;
    assert_eq!([found(&same, "any"), found(&same, "last")], ["2", "2"]);
    let later = process(
        "[{when: has(event.data.minutes), alarm: {Bell: 5m}}, {alarm: {Bell: 6m}}]",
        "Bell: {to: off}",
    );
    assert_eq!([found(&later, "any"), found(&later, "last")], ["2", "1"]);
    let report = report(&scenario(&later, &text("last")), Order::ANY);
    assert_eq!(report.outcomes[0].example, ["Bell#b!", "Bell#a!"]);
}

fn lasso(report: &Report) -> (Vec<&str>, Vec<&str>) {
    let lasso = report.lasso.as_ref().unwrap();
    (lasso.ordering.iter().map(String::as_str).collect(), lasso.round.iter().map(String::as_str).collect())
}

/// An alarm that sets itself again goes round for ever, but for a message that ends it.
#[test]
fn infinitely_many_orderings() {
    let round = process("{alarm: {Bell: 5m}}", "Bell: {alarm: {Bell: 5m}}");
    let report = of(&round, "Stop", Alarms::Any);
    assert_eq!(counts(&report), ("infinite".into(), 2, vec!["off infinite".into()]));
    assert_eq!((report.verdict, report.stopped, report.findings.len()), (Verdict::Converges, None, 0));
    assert_eq!(report.outcomes[0].example, ["Stop"]);
    assert_eq!(lasso(&report), (vec![], vec!["Bell!"]));
    // A clock comes to the alarm only when nothing else is left.
    let report = of(&round, "Stop", Alarms::Last);
    assert_eq!(counts(&report), ("1".into(), 2, vec!["off 1".into()]));
    assert_eq!(of(&round, "Stop", Alarms::Never).orderings.to_string(), "1");
}

/// Some outcomes lie before the circle, and are counted.
#[test]
fn a_circle_that_some_orderings_never_reach() {
    let round = "process: p\nversion: 1\nstarts-on: Go\ninitial: on\nstates:\n  on: {on: {Stop: {to: off}, \
                 Knock: {alarm: {Bell: 5m}, to: round}}}\n  round: {on: {Bell: {alarm: {Bell: 5m}}, Stop: {to: \
                 out}}}\n  off: {end: success, ignore: [Knock]}\n  out: {end: failure}\n";
    let report = of(round, "Stop, Knock", Alarms::Any);
    assert_eq!(counts(&report), ("infinite".into(), 5, vec!["out infinite".into(), "off 1".into()]));
    assert_eq!(report.verdict, Verdict::Diverges);
    // The way to the circle is the nearest one.
    assert_eq!(lasso(&report), (vec!["Knock"], vec!["Bell!"]));
}

/// A round of several choices; and of two circles the one that nothing leads out of.
#[test]
fn an_ordering_without_end_is_shown_as_the_way_to_it_and_once_around_it() {
    let rounds = "process: p\nversion: 1\nstarts-on: {Go: {alarm: {Tick: 5m}}}\ninitial: on\nstates:\n  on: {on: \
                  {Tick: {alarm: {Tock: 5m}, to: off}}}\n  off: {on: {Tock: {alarm: {Tick: 5m}, to: on}, Stop: \
                  {cancel: Tock, alarm: {Tack: 1m}, to: stuck}}}\n  stuck: {on: {Tack: {alarm: {Tack: 1m}}}}\n";
    let shown = |deliver: &str| {
        let report = report(&scenario(rounds, &format!("first: Go\ndeliver: [{deliver}]\n")), Order::ANY);
        let (way, round) = lasso(&report);
        (way.join(" "), round.join(" "))
    };
    assert_eq!(shown(""), (String::new(), "Tick! Tock!".to_string()));
    assert_eq!(shown("Stop"), ("Tick! Stop".to_string(), "Tack!".to_string()));
}

/// No ordering ends: a violation, with the way there.
#[test]
fn a_process_that_can_never_end() {
    let round = process("{alarm: {Bell: 5m}}", "Knock: {cancel: Bell}, Bell: {alarm: {Bell: 5m}}");
    for alarms in [Alarms::Any, Alarms::Last] {
        let report = of(&round, "", alarms);
        assert_eq!(counts(&report), ("infinite".into(), 1, vec![]));
        assert_eq!(report.verdict, Verdict::Violated);
        let [finding] = &report.findings[..] else { panic!("{:?}", report.findings) };
        assert_eq!((finding.kind, finding.ordering.len()), (Kind::NeverEnds, 0));
    }
    let report = of(&round, "", Alarms::Never);
    assert_eq!(counts(&report), ("1".into(), 1, vec!["unfinished: on 1".into()]));
}

/// It counts as it rings, so no world is ever met again: the bound of depth cuts, or that of states.
#[test]
fn worlds_without_end() {
    let counting =
        process("{alarm: {Bell: 5m}}", "Bell: {set: {n: =data.n + 1}, alarm: {Bell: 5m}, send: Hello}");
    let report = of(&counting, "Stop", Alarms::Any);
    assert_eq!((report.verdict, report.stopped), (Verdict::BoundReached, Some(Stopped::Depth)));
    // 0 to 199 rings before the Stop.
    assert_eq!((report.orderings.to_string(), report.outcomes.len()), ("200".to_string(), 200));
    let mut few = scenario(&counting, "first: Go\ndeliver: Stop\n");
    few.bounds.states = 50;
    let report = self::report(&few, Order::ANY);
    assert_eq!((report.verdict, report.stopped), (Verdict::BoundReached, Some(Stopped::States)));
    assert!(report.states >= 50 && report.states <= 52, "{}", report.states);
    few.bounds = Bounds { memory: 1 << 20, ..Bounds::default() };
    few.bounds.depth = 1_000_000;
    let report = self::report(&few, Order::ANY);
    assert_eq!((report.verdict, report.stopped), (Verdict::BoundReached, Some(Stopped::Memory)));
    assert!(report.lasso.is_none() && report.states > 1_000 && report.states < 50_000, "{}", report.states);
    // Text that doubles with every ring: the bound of depth holds before memory ends.
    let doubling = "process: p\nversion: 1\nstarts-on: {Go: {alarm: {Bell: 5m}}}\ndata: {t: x}\ninitial: \
                    on\nstates:\n  on: {on: {Bell: {set: {t: =data.t + 'x'}, alarm: {Bell: 5m}}}}\n";
    let report = of(doubling, "", Alarms::Any);
    assert_eq!((report.stopped, report.orderings.to_string()), (Some(Stopped::Depth), "0".to_string()));
}

/// All is counted within a little memory, and what decides would take more: that is left out, and said.
#[test]
fn what_decides_may_take_too_much_memory() {
    let types: Vec<String> = (1..=6).map(|number| format!("M{number}")).collect();
    let on = types.iter().map(|type_| format!("{type_}: {{publish: Heard{type_}}}"));
    let on = on.collect::<Vec<_>>().join(", ");
    let process = format!(
        "process: p\nversion: 1\nstarts-on: Go\ninitial: on\nstates:\n  on: {{on: {{Stop: {{to: off}}, Halt: {{to: out}}, \
         {on}}}}}\n  off: {{end: success, ignore: [Halt, {list}]}}\n  out: {{end: failure, ignore: [Stop, {list}]}}\n",
        list = types.join(", ")
    );
    let text = format!("first: Go\ndeliver: [Stop, Halt, {}]\n", types.join(", "));
    let mut scenario = scenario(&process, &text);
    let whole = report(&scenario, Order::ANY);
    assert!(whole.undecided.is_none() && whole.outcomes.iter().any(|found| !found.decided.by.is_empty()));
    // The first bound that the worlds are within.
    let little = (1..).map(|size| {
        scenario.bounds.memory = size << 16;
        report(&scenario, Order::ANY)
    });
    let little = little.into_iter().find(|report| report.stopped.is_none()).unwrap();
    assert_eq!(little.undecided, Some(Stopped::Memory));
    assert_eq!(
        (&little.orderings, little.states, little.verdict),
        (&whole.orderings, whole.states, whole.verdict)
    );
    assert!(little.outcomes.iter().all(|found| found.decided.by.is_empty()));
}

/// Two processes that answer each other for ever.
#[test]
fn ping_and_pong() {
    let side = |name: &str, hears: &str, says: &str| {
        format!(
            "process: {name}\nversion: 1\nstarts-on: [Go, {hears}]\ndata: {{n: 0}}\ninitial: on\nstates:\n  on: \
             {{on: {{Go: {{publish: {says}}}, {hears}: {{publish: {says}}}}}}}\n"
        )
    };
    let shelf = shelf::Shelf::new(&[side("left", "Pong", "Ping"), side("right", "Ping", "Pong")]);
    let text = "process: [left@1, right@1]\nfirst: []\ndeliver: [Go]\n";
    for orders in ["any", "causal", "fifo"] {
        let scenario = shelf.scenario(&format!("{text}order: {orders}\nbounds: {{depth: 60}}\n"));
        let report = shelf::report(&scenario, scenario.orders[0]);
        // What was sent is counted, so that no two worlds are the same.
        assert_eq!(
            (report.verdict, report.stopped),
            (Verdict::BoundReached, Some(Stopped::Depth)),
            "{orders}"
        );
    }
}

/// Who watches may say stop: what is known so far is told.
#[test]
fn stopped_when_asked() {
    let types: Vec<String> = (1..=16).map(|number| format!("M{number}")).collect();
    let list = types.join(", ");
    let process = format!(
        "process: p\nversion: 1\nstarts-on: [{list}]\ninitial: on\nstates: {{on: {{end: success, ignore: \
         [{list}]}}}}\n"
    );
    let mut scenario: Scenario = scenario(&process, &format!("deliver: [{list}]\n"));
    // All do the same, and that would be seen in no time.
    scenario.reductions.interchangeable = false;
    let mut asked = 0;
    let mut watch = |_| {
        asked += 1;
        asked < 3
    };
    let report = explore(&scenario, Order::ANY, &mut watch).unwrap();
    assert_eq!((report.stopped, report.verdict), (Some(Stopped::Asked), Verdict::BoundReached));
    assert_eq!((asked, report.orderings.to_string()), (3, "0".to_string()));
    assert!(report.states > 8_192 && report.states < 65_536, "{}", report.states);
}

/// All is counted, and who watches says stop before it is known what decides: the counts stand, and nothing
/// is said to decide.
#[test]
fn stopped_before_it_is_known_what_decides() {
    let process = "process: p\nversion: 1\nstarts-on: [A, B]\ninitial: on\nstates:\n  on: {on: {A: {to: a}, B: \
                   {to: b}}}\n  a: {end: success, ignore: [B]}\n  b: {end: failure, ignore: [A]}\n";
    let scenario: Scenario = scenario(process, "deliver: [A, B]\n");
    let whole = explore(&scenario, Order::ANY, &mut |_| true).unwrap();
    assert!(whole.undecided.is_none() && whole.outcomes.iter().all(|one| !one.decided.by.is_empty()));
    let report = explore(&scenario, Order::ANY, &mut |progress| progress.done < progress.met).unwrap();
    assert_eq!(
        (report.undecided, report.stopped, report.verdict),
        (Some(Stopped::Asked), None, whole.verdict)
    );
    assert_eq!(report.orderings, whole.orderings);
    assert!(report.outcomes.iter().all(|one| one.decided.by.is_empty()));
}
