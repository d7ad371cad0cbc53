//! The judge is judged: brute force on cases whose counts are known from closed forms, or written out
//! by hand; and its reading of the design beside the kernel's, message by message.

#[path = "common/brute/mod.rs"]
mod brute;

use brute::cases::*;
use brute::model::*;
use brute::orderings::walk;

fn factorial(n: u64) -> u64 {
    (1..=n).product()
}

// ---- closed forms

#[test]
fn distinct_messages_come_in_every_order() {
    for n in 0..=6 {
        let types: Vec<Type> = (0..n).collect();
        let told = told(&case(vec![listener("alpha", &types)], &types));
        assert_eq!(told.orderings, factorial(n.into()));
        assert_eq!(told.found.len(), 1);
        assert_eq!(told.found[0].outcome, "unfinished: one");
        assert_eq!(told.found[0].example, types.iter().map(|type_| name(*type_)).collect::<Vec<_>>());
    }
}

#[test]
fn two_modules_in_fifo_are_shuffled() {
    for (m, n) in [(1, 1), (2, 2), (3, 2), (3, 3), (5, 1)] {
        let types: Vec<Type> = (0..m + n).collect();
        let mut case = case(vec![listener("alpha", &types)], &types);
        case.fifo = true;
        for (place, stimulus) in case.deliver.iter_mut().enumerate() {
            stimulus.module = Some(if place < m.into() { "orders" } else { "payments" });
        }
        let (m, n) = (u64::from(m), u64::from(n));
        assert_eq!(count(&case), factorial(m + n) / factorial(m) / factorial(n));
        case.fifo = false;
        assert_eq!(count(&case), factorial(m + n));
    }
}

#[test]
fn without_a_module_a_message_is_ordered_against_none() {
    let mut case = case(vec![listener("alpha", &[ALDER, BIRCH, CEDAR])], &[ALDER, BIRCH, CEDAR]);
    case.fifo = true;
    case.deliver[0].module = Some("orders");
    case.deliver[2].module = Some("orders");
    assert_eq!(count(&case), 3);
}

#[test]
fn a_causal_chain_has_one_order_and_a_forest_the_hook_lengths() {
    let types = [ALDER, BIRCH, CEDAR, DOGWOOD];
    let make = |after: &[(usize, Type)]| causal(case(vec![listener("alpha", &types)], &types), after);
    assert_eq!(count(&make(&[(1, ALDER), (2, BIRCH), (3, CEDAR)])), 1);
    // Two trees of two: 4! / (2·2).
    assert_eq!(count(&make(&[(1, ALDER), (3, CEDAR)])), 6);
    // One root with three leaves: 4! / 4.
    assert_eq!(count(&make(&[(1, ALDER), (2, ALDER), (3, ALDER)])), 6);
    // A root, two children, one grandchild: 4! / (4·2).
    assert_eq!(count(&make(&[(1, ALDER), (2, ALDER), (3, BIRCH)])), 3);
}

#[test]
fn messages_that_are_alike_count_as_one_choice_only_when_the_scenario_says_so() {
    let list = [ALDER, BIRCH, ALDER, BIRCH, BIRCH, CEDAR];
    let mut case = case(vec![listener("alpha", &[ALDER, BIRCH, CEDAR])], &list);
    assert_eq!(count(&case), 720);
    case.alike = true;
    assert_eq!(count(&case), 60);
    let texts = ["Alder", "Alder", "Birch", "Birch", "Birch", "Cedar"];
    let example = |case: &Case| told(case).found[0].example.clone();
    let mut sorted = example(&case);
    sorted.sort();
    assert_eq!(sorted, texts);
    // One of them bears data: it is not like the others, and all of its type are numbered.
    case.deliver[2].data = Some(1);
    assert_eq!(count(&case), 120);
    assert_eq!(example(&case), ["Alder#1", "Birch", "Alder#2", "Birch", "Birch", "Cedar"]);
}

#[test]
fn a_message_that_reaches_two_is_two_choices() {
    let types = [ALDER, BIRCH];
    let mut case = case(vec![listener("beta", &types), listener("alpha", &types)], &types);
    assert_eq!(count(&case), 24);
    let told = told(&case);
    assert_eq!(told.found[0].outcome, "beta: unfinished: one, alpha: unfinished: one");
    assert_eq!(told.found[0].example, ["Alder>alpha", "Alder>beta", "Birch>alpha", "Birch>beta"]);
    case.fifo = true;
    case.deliver.iter_mut().for_each(|stimulus| stimulus.module = Some("orders"));
    assert_eq!(count(&case), 6);
}

// ---- causes

#[test]
fn a_cause_counts_also_through_one_that_the_subscriber_does_not_hear() {
    let processes = || vec![listener("alpha", &[ALDER, CEDAR]), listener("beta", &[BIRCH])];
    let types = [ALDER, BIRCH, CEDAR];
    assert_eq!(count(&causal(case(processes(), &types), &[])), 6);
    // Alder before Cedar at alpha; Birch at beta waits for nothing.
    assert_eq!(count(&causal(case(processes(), &types), &[(1, ALDER), (2, BIRCH)])), 3);
}

#[test]
fn what_a_process_sends_comes_after_the_input_that_made_it() {
    let processes =
        || vec![process("alpha", vec![(ALDER, sends(&[ECHO]))]), listener("beta", &[ALDER, ECHO])];
    let case = case(processes(), &[ALDER]);
    // The echo after Alder>alpha; Alder>beta anywhere.
    assert_eq!(count(&case), 3);
    assert_eq!(count(&causal(case.clone(), &[])), 2);
    assert_eq!(told(&case).found[0].example, ["Alder>alpha", "Alder>beta", "EchoOne"]);
    assert_eq!(told(&case).found[0].effects, [("EchoOne", 1)].into());
}

#[test]
fn what_a_ring_sends_comes_after_the_input_that_armed_the_alarm() {
    let alpha = process("alpha", vec![(ALDER, sets(&[(LATE, 5)])), (LATE, sends(&[ECHO]))]);
    let case = case(vec![alpha, listener("beta", &[ALDER, ECHO])], &[ALDER]);
    // Alder>alpha, Late!, EchoOne in this order; Alder>beta at any of four places, or before the echo.
    assert_eq!(count(&case), 4);
    assert_eq!(count(&causal(case, &[])), 3);
}

#[test]
fn what_a_deferred_message_sends_comes_after_it_and_not_after_what_let_it_in() {
    let mut alpha = process("alpha", vec![(ALDER, Reaction { to: Some(2), ..nothing() })]);
    alpha.states[0].defer.push(BIRCH);
    let two = State { name: "two", on: vec![(BIRCH, vec![sends(&[ECHO])])], ..State::default() };
    alpha.states.push(two);
    alpha.unexpected = Unexpected::Ignore;
    let hears_birch = case(vec![alpha.clone(), listener("beta", &[BIRCH, ECHO])], &[ALDER, BIRCH]);
    // The echo after Alder>alpha and Birch>alpha: 4!/3; with causes after Birch>beta too: 3!.
    assert_eq!(count(&hears_birch), 8);
    assert_eq!(count(&causal(hears_birch, &[])), 6);
    let hears_alder = case(vec![alpha, listener("beta", &[ALDER, ECHO])], &[ALDER, BIRCH]);
    assert_eq!(count(&hears_alder), 8);
    // Where Birch comes first to alpha, the echo's cause is Birch alone; the other way round too.
    assert_eq!(count(&causal(hears_alder, &[])), 8);
}

#[test]
fn what_one_process_sends_comes_in_the_order_sent_only_under_fifo() {
    let alpha = process("alpha", vec![(ALDER, sends(&[ECHO, ECHO_TWO]))]);
    let mut case = case(vec![alpha, listener("beta", &[ECHO, ECHO_TWO])], &[ALDER]);
    assert_eq!(count(&case), 2);
    case.fifo = true;
    assert_eq!(count(&case), 1);
    // Two that are alike in everything are two choices too, unless the scenario says otherwise.
    case.fifo = false;
    case.processes[0].states[0].on[0].1 = vec![sends(&[ECHO, ECHO])];
    assert_eq!(count(&case), 2);
    case.alike = true;
    assert_eq!(count(&case), 1);
}

#[test]
fn what_first_makes_others_hear_stays_in_flight() {
    let mut alpha = process("alpha", vec![]);
    alpha.starters[0].rule = Some(vec![sends(&[ECHO])]);
    let mut beta = listener("beta", &[ECHO, BIRCH]);
    beta.states[0].on[0].1[0].to = Some(1);
    let told = told(&case(vec![alpha, beta], &[BIRCH]));
    assert_eq!(told.orderings, 2);
    assert_eq!(told.found[0].outcome, "alpha: unfinished: one, beta: done");
    assert_eq!(told.found[0].effects, [("EchoOne", 1)].into());
    // Both orders take two steps; what is listed comes before what was sent.
    assert_eq!(told.found[0].example, ["Birch", "EchoOne"]);
}

// ---- alarms

/// A process that sets alarms at its start, and is told Alder.
fn armed(alarms: &[(Type, u32)], mode: Alarms) -> Case {
    let on = vec![(ALDER, nothing()), (LATE, nothing()), (NAG, nothing())];
    let mut alpha = process("alpha", on);
    alpha.starters[0].rule = Some(vec![sets(alarms)]);
    Case { alarms: mode, ..case(vec![alpha], &[ALDER]) }
}

#[test]
fn an_alarm_rings_at_any_moment_or_last_or_never() {
    assert_eq!(count(&armed(&[(LATE, 5)], Alarms::Any)), 2);
    let last = told(&armed(&[(LATE, 5)], Alarms::Last));
    assert_eq!((last.orderings, &last.found[0].example[..]), (1, &["Alder".into(), "Late!".into()][..]));
    let never = told(&armed(&[(LATE, 5)], Alarms::Never));
    assert_eq!((never.orderings, &never.found[0].example[..]), (1, &["Alder".into()][..]));
}

#[test]
fn of_two_set_at_one_choice_the_shorter_rings_first_and_equal_ones_in_either_order() {
    // Alder, Late!, Nag! of which the last two are in order: 3!/2; or not: 3!.
    assert_eq!(count(&armed(&[(LATE, 5), (NAG, 10)], Alarms::Any)), 3);
    assert_eq!(count(&armed(&[(LATE, 5), (NAG, 5)], Alarms::Any)), 6);
    assert_eq!(count(&armed(&[(LATE, 5), (NAG, 10)], Alarms::Last)), 1);
    assert_eq!(count(&armed(&[(LATE, 5), (NAG, 5)], Alarms::Last)), 2);
}

#[test]
fn one_set_at_an_earlier_choice_for_no_longer_rings_first() {
    let two = |late: u32, nag: u32| {
        let on = vec![(ALDER, sets(&[(NAG, nag)])), (LATE, nothing()), (NAG, nothing())];
        let mut alpha = process("alpha", on);
        alpha.starters[0].rule = Some(vec![sets(&[(LATE, late)])]);
        case(vec![alpha], &[ALDER])
    };
    // Late! before Alder; Alder then Late! Nag!; and Alder Nag! Late! only where Late was set for longer.
    assert_eq!(count(&two(10, 5)), 3);
    assert_eq!(count(&two(5, 5)), 2);
    assert_eq!(count(&two(5, 10)), 2);
}

#[test]
fn alarms_of_two_processes_ring_freely_and_last_the_earliest_of_all_first() {
    let one = |name, minutes| {
        let mut process = process(name, vec![(LATE, nothing())]);
        process.starters[0].rule = Some(vec![sets(&[(LATE, minutes)])]);
        process
    };
    let both =
        |alpha, beta, alarms| Case { alarms, ..case(vec![one("alpha", alpha), one("beta", beta)], &[]) };
    assert_eq!(count(&both(5, 10, Alarms::Any)), 2);
    let last = told(&both(10, 5, Alarms::Last));
    assert_eq!(
        (last.orderings, &last.found[0].example[..]),
        (1, &["Late!>beta".into(), "Late!>alpha".into()][..])
    );
    assert_eq!(count(&both(5, 5, Alarms::Last)), 2);
}

#[test]
fn under_last_ringing_moves_the_clock_and_deliveries_take_no_time() {
    // alpha: Late after 5 sets Nag for 5 more, at 10. beta: Late after 10, or 9, or 11.
    let make = |minutes| {
        let mut alpha = process("alpha", vec![(LATE, sets(&[(NAG, 5)])), (NAG, nothing())]);
        alpha.starters[0].rule = Some(vec![sets(&[(LATE, 5)])]);
        let mut beta = process("beta", vec![(LATE, nothing())]);
        beta.starters[0].rule = Some(vec![sets(&[(LATE, minutes)])]);
        let told = told(&Case { alarms: Alarms::Last, ..case(vec![alpha, beta], &[]) });
        (told.orderings, told.found[0].example.join(" "))
    };
    assert_eq!(make(9), (1, "Late!>alpha Late!>beta Nag!".into()));
    assert_eq!(make(10), (2, "Late!>alpha Nag! Late!>beta".into()));
    assert_eq!(make(11), (1, "Late!>alpha Nag! Late!>beta".into()));
}

#[test]
fn the_alarms_of_a_parked_instance_do_not_ring() {
    let mut case = armed(&[(LATE, 5)], Alarms::Any);
    case.processes[0].states[1].on.push((BIRCH, vec![nothing()]));
    case.deliver[0].type_ = BIRCH;
    let told = told(&case);
    let lines: Vec<_> = told
        .found
        .iter()
        .map(|found| (&found.outcome[..], found.orderings, found.example.join(" ")))
        .collect();
    // It parks either way; the nearest ordering leaves the ring out.
    assert_eq!(lines, [("parked: unexpected Birch in one", 2, "Birch".to_string())]);
}

#[test]
fn what_goes_round_is_no_case() {
    let mut case = armed(&[(LATE, 5)], Alarms::Any);
    case.processes[0].states[0].on[1].1 = vec![sets(&[(LATE, 5)])];
    assert!(walk(&case, 1_000_000).is_none());
}

// ---- outcomes, and their nearest orderings

#[test]
fn each_outcome_has_its_count_and_its_nearest_ordering() {
    let mut alpha = listener("alpha", &[ALDER, BIRCH, CEDAR]);
    // Who comes last of Alder and Birch decides.
    alpha.states[0].on[0].1[0].set = vec![(Var::K, Value::Literal(1))];
    alpha.states[0].on[1].1[0].set = vec![(Var::K, Value::Literal(2))];
    let mut case = case(vec![alpha], &[ALDER, BIRCH, CEDAR]);
    assert_eq!(told(&case).found.len(), 1);
    case.by_data = true;
    let found = told(&case).found;
    let lines: Vec<_> = found.iter().map(|found| (found.orderings, found.example.join(" "))).collect();
    assert_eq!(lines, [(3, "Birch Alder Cedar".to_string()), (3, "Alder Birch Cedar".to_string())]);
}

#[test]
fn fewest_steps_come_before_fewest_inversions() {
    // Birch ends it, and with it the alarm; before, the alarm may ring.
    let mut case = armed(&[(LATE, 5)], Alarms::Any);
    let ends = Reaction { to: Some(1), ..nothing() };
    case.processes[0].states[0].on.push((BIRCH, vec![ends]));
    case.processes[0].states[0].on[1].1[0].sends = sends(&[11]).sends;
    case.deliver = vec![Stimulus::of(ALDER), Stimulus::of(BIRCH)];
    let found = told(&case).found;
    let lines: Vec<_> =
        found.iter().map(|found| (found.effects.len(), found.orderings, found.example.join(" "))).collect();
    // The ring before Birch: Late Alder Birch, Alder Late Birch, Late Birch Alder. Not at all: two.
    assert_eq!(lines, [(0, 2, "Alder Birch".to_string()), (1, 3, "Alder Late! Birch".to_string())]);
}
