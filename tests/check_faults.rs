//! Open worlds in numbers: duplicates, losses and crashes, counted in another way than by walking; and what
//! each host makes of them.

#[path = "common/shelf.rs"]
mod shelf;

use anyorder::explore::{Faults, Finding, Order, Verdict, outcome_of, step_through};
use num_bigint::BigUint;
use shelf::{Shelf, binomial, counts, factorial, letters, listed, of, scenario};

/// Hears anything, and says so many things of it.
fn deaf(name: &str, types: &[String], says: usize) -> String {
    let said: Vec<String> = (1..=says).map(|number| format!("Said{number}")).collect();
    let all: Vec<String> =
        types.iter().map(|type_| format!("{type_}: {{send: [{}]}}", said.join(", "))).collect();
    let reaction = if says == 0 {
        format!("ignore: [{}]", types.join(", "))
    } else {
        format!("on: {{{}}}", all.join(", "))
    };
    format!(
        "process: {name}\nversion: 1\nstarts-on: [{}]\ninitial: there\nstates: {{there: {{end: success, {reaction}}}}}\n",
        types.join(", ")
    )
}

fn orderings(text: &str, says: usize, n: usize) -> BigUint {
    let types = letters(n);
    counts(&of(&scenario(&deaf("any", &types, says), &format!("{}{text}", listed(&types)))))
        .0
        .parse()
        .unwrap()
}

/// Which j come twice; then n + j deliveries, of which those of one message come in their order.
#[test]
fn each_message_comes_twice_at_most() {
    for n in 1..=5 {
        for d in 0..=3 {
            let count = |j: usize| binomial(n, j) * factorial(n + j) / BigUint::from(1u32 << j);
            let expected: BigUint = (0..=d).map(count).sum();
            for host in ["anyorder", "at-least-once"] {
                let text = format!("faults: {{duplicates: {d}}}\nhost: {host}\n");
                assert_eq!(orderings(&text, 0, n), expected, "{n} messages, {d} duplicates, {host}");
            }
        }
    }
}

/// A loss has its place in the ordering: which j of n choices are losses.
#[test]
fn a_loss_has_its_place() {
    for n in 1..=6 {
        for l in 0..=3 {
            let expected: BigUint = (0..=l).map(|j| binomial(n, j) * factorial(n)).sum();
            assert_eq!(orderings(&format!("faults: {{losses: {l}}}\n"), 0, n), expected, "{n}, {l}");
        }
    }
}

/// By hand, one crash on our host: behind any of the n steps the host may stop, and its message is in flight
/// again beside those that have not come. Behind the i-th of them that leaves n - i + 1 messages in any
/// order: n!/(n-i)! beginnings times (n-i+1)! endings, which is n! (n-i+1). Over all i that is n! times
/// n(n+1)/2; and n! orderings without a crash. As many as with one duplicate: the journal makes a crash
/// equal to a redelivery.
#[test]
fn one_crash_on_our_host_is_a_redelivery() {
    for n in 1..=6 {
        let expected = factorial(n) * BigUint::from(1 + n * (n + 1) / 2);
        assert_eq!(orderings("faults: {crashes: 1}\n", 0, n), expected, "{n} messages");
        assert_eq!(orderings("faults: {duplicates: 1}\n", 0, n), expected, "{n} messages, one duplicate");
        // However much a step says: all of it is saved at once.
        assert_eq!(orderings("faults: {crashes: 1}\n", 2, n), expected, "{n} messages that say something");
    }
    // Of one message: A, and A crash A. Of two: A B, B A; A crash and A, B in flight; A B crash B; and so
    // with A and B exchanged.
    assert_eq!(orderings("faults: {crashes: 1}\n", 0, 1), BigUint::from(2u8));
    assert_eq!(orderings("faults: {crashes: 1}\n", 0, 2), BigUint::from(2u8 + 2 * 2 + 2));
}

/// The same on the other host, but a step that says m things may be cut short at m + 1 points.
#[test]
fn a_host_that_saves_last_stops_at_more_points() {
    for n in 1..=4 {
        for m in 0..=2 {
            let expected = factorial(n) * BigUint::from(1 + (m + 1) * n * (n + 1) / 2);
            let text = "faults: {crashes: 1}\nhost: at-least-once\n";
            assert_eq!(orderings(text, m, n), expected, "{n} messages, {m} effects");
        }
    }
}

/// Of one message, with c crashes: it is begun 1, 2, … c + 1 times, each but the last cut short somewhere.
#[test]
fn several_crashes() {
    for c in 0..=4u32 {
        let ours: u32 = c + 1;
        assert_eq!(orderings(&format!("faults: {{crashes: {c}}}\n"), 2, 1), ours.into());
        let other: u32 = (0..=c).map(|times| 3u32.pow(times)).sum();
        let text = format!("faults: {{crashes: {c}}}\nhost: at-least-once\n");
        assert_eq!(orderings(&text, 2, 1), other.into());
    }
}

/// A duplicate is a delivery to one subscriber, as every other; so is a loss.
#[test]
fn two_subscribers_are_struck_one_by_one() {
    let types = letters(2);
    let shelf = Shelf::new(&[deaf("left", &types, 0), deaf("right", &types, 0)]);
    let of = |faults: &str| {
        let text = format!("process: [left@1, right@1]\n{}faults: {{{faults}}}\n", listed(&types));
        counts(&of(&shelf.scenario(&text))).0.parse::<BigUint>().unwrap()
    };
    // As four messages.
    assert_eq!(of("duplicates: 1"), factorial(4) + BigUint::from(4u8) * factorial(5) / BigUint::from(2u8));
    assert_eq!(of("losses: 1"), factorial(4) + BigUint::from(4u8) * factorial(4));
    assert_eq!(of("crashes: 1"), factorial(4) * BigUint::from(1u8 + 4 * 5 / 2));
}

/// What was delivered first may come again, too; nothing strikes between those messages.
#[test]
fn first_messages_come_twice_later() {
    let types = letters(2);
    let text = |faults: &str| format!("first: [M1, M2]\ndeliver: []\nfaults: {{{faults}}}\n");
    let of = |faults: &str| {
        let report = of(&scenario(&deaf("any", &types, 0), &text(faults)));
        (counts(&report).0, report.outcomes[0].example.len())
    };
    assert_eq!(of("duplicates: 1"), ("3".to_string(), 0));
    assert_eq!(of("duplicates: 2"), ("5".to_string(), 0));
    assert_eq!(of("losses: 2"), ("1".to_string(), 0));
    assert_eq!(of("crashes: 2"), ("1".to_string(), 0));
}

const COOK: &str = "
process: cook
version: 1
starts-on: Ordered
data: {cooked: 0}
initial: waiting
states:
  waiting:
    on: {Ordered: {send: [Cook, Serve], set: {cooked: =data.cooked + 1}, alarm: {Cold: 5m}, to: served}}
    defer: Paid
  served:
    on: {Cold: {send: Warm, to: warmed}, Paid: {}}
  warmed: {end: success, on: {Paid: {}}}
";

/// The doubled action, and what it needs; on our host it is impossible whatever goes wrong.
#[test]
fn what_is_done_twice_needs_a_fault_and_the_other_host() {
    let text = |host: &str, faults: &str| {
        let expect = "expect: {always: {once: \"count('Cook') <= 1\"}}";
        scenario(COOK, &format!("deliver: Ordered\nfaults: {{{faults}}}\nhost: {host}\n{expect}\n"))
    };
    let ours = of(&text("anyorder", "duplicates: 2, losses: 1, crashes: 2"));
    assert!(ours.findings.iter().all(|finding| !finding.message.contains("once")), "{:?}", ours.findings);
    let none = of(&text("at-least-once", ""));
    assert!(none.findings.is_empty() && none.verdict == Verdict::Converges, "{:?}", none.findings);
    let other = of(&text("at-least-once", "crashes: 2"));
    let twice = &other.findings.iter().find(|finding| finding.message.contains("once")).unwrap();
    assert_eq!(twice.ordering, ["Ordered", "crash(cook,1)", "Ordered", "crash(cook,1)"][..3]);
    assert_eq!(twice.needs, [Faults { crashes: 1, ..Faults::NONE }]);
    // The ring, too: the alarm is armed again, since nothing was saved.
    let rang = ["Ordered", "Cold!", "crash(cook,1)", "Cold!"];
    let warmed = outcome_of(&text("at-least-once", "crashes: 1"), Default::default(), &rang).unwrap();
    assert_eq!(warmed.effects["Warm"], 2);
    let rang =
        outcome_of(&text("anyorder", "crashes: 1"), Default::default(), &["Ordered", "Cold!", "crash(cook)"])
            .unwrap();
    assert_eq!((rang.effects["Warm"], &*rang.rests), (1, "warmed"));
}

/// A duplicate of a message that waits waits, too, where no id is remembered.
#[test]
fn a_duplicate_waits_beside_its_copy() {
    let waits = |host: &str, orders: &str| {
        let text = format!("deliver: [Ordered, Paid]\nfaults: {{duplicates: 1}}\nhost: {host}\n{orders}");
        let scenario = scenario(COOK, &text);
        let through = step_through(&scenario, scenario.orders[0], &["Paid", "Paid+"]).unwrap();
        through.steps[2].instances[0].deferred.len()
    };
    assert_eq!((waits("anyorder", ""), waits("at-least-once", "")), (1, 2));
}

/// An outcome that only a fault leads to says which: the smallest budgets, none of them within another.
#[test]
fn the_smallest_budgets_are_found_by_themselves() {
    let text = "deliver: [Ordered, Paid]\nfaults: {duplicates: 2, losses: 2, crashes: 1}\nalarms: never\n";
    let report = of(&scenario(COOK, text));
    let needs = |rests: &str, cooked: bool| {
        let mut found = report.outcomes.iter().filter(|found| found.outcome.rests == rests);
        found.find(|found| found.outcome.effects.contains_key("Cook") == cooked).unwrap().needs.clone()
    };
    assert_eq!(needs("unfinished: served", true), [Faults::NONE]);
    assert_eq!(needs("not-started", false), [Faults { losses: 1, ..Faults::NONE }]);
}

/// Law 9: every ordering that is shown is one that can be given back.
#[test]
fn signs_are_read_as_they_are_written() {
    for host in ["anyorder", "at-least-once"] {
        let text = "deliver: [Ordered, Paid, Paid]\nfaults: {duplicates: 1, losses: 1, crashes: 1}\n";
        let scenario = scenario(COOK, &format!("{text}host: {host}\n"));
        let report = of(&scenario);
        for found in &report.outcomes {
            let choices: Vec<&str> = found.example.iter().map(String::as_str).collect();
            let outcome = outcome_of(&scenario, report.order, &choices).unwrap();
            // What waits for a start may do so in some of its orderings.
            assert_eq!(
                (outcome.rests, outcome.effects),
                (found.outcome.rests.clone(), found.outcome.effects.clone())
            );
        }
    }
}

/// Of one thing that is wrong in several outcomes one finding is shown, with the smallest budget of all and the
/// orderings of all; what the scenario asks for comes first.
#[test]
fn findings_that_read_alike_are_one() {
    let process = "process: p\nversion: 1\nstarts-on: Go\ndata: {n: 0}\ninitial: on\nstates:\n  on: {on: {A: {set: {n: \
                   =data.n + 1}, send: Do, to: on}, B: {to: off}}}\n  off: {end: success}\nunexpected: park\n";
    let text = "first: Go\ndeliver: [A, B]\noutcome-by: data\nfaults: {losses: 2}\nexpect: {finally: {once: \
                \"count('Do') == 1\"}}\n";
    let report = shelf::report(&scenario(process, text), Order::ANY);
    // Where B is lost: whether A came, and how often.
    let stays = "p stays in on, and nothing more comes";
    let alike: Vec<&Finding> = report.findings.iter().filter(|finding| finding.message == stays).collect();
    assert!(alike.len() > 1, "{:?}", report.findings);
    let text = anyorder::report::check::text(&report);
    assert_eq!(text.matches(stays).count(), 1, "{text}");
    assert!(text.find("`once` does not hold") < text.find(stays), "{text}");
}

/// Two that are alike wait for a third, and up to two of the three are lost, which they may be while they wait. Written
/// out, with C for the cause and no number at the others: C A A; with one loss A- C A, C A- A, C A A-, and C- A A; with two
/// A- A- C, A- C A-, C A- A-, and A- C- A, C- A- A, C- A A-.
#[test]
fn alike_messages_that_wait_may_be_lost() {
    let types = ["A".to_string(), "C".to_string()];
    let text = "order: causal\nalike: true\nfaults: {losses: 2}\ndeliver:\n  - {event: A, after: [C]}\n  - {event: A, \
                after: [C]}\n  - C\n";
    assert_eq!(counts(&of(&scenario(&deaf("any", &types, 0), text))).0, "11");
}
