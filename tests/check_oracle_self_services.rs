//! The judge is judged, where services answer: brute force on cases that were counted by hand.

#[path = "common/brute/mod.rs"]
mod brute;

use brute::cases::*;
use brute::model::*;
use brute::service::{Key, Reply, Service};

/// One stimulus; the process sends a command; whoever answers says one of two things, and either ends it.
fn one_of_two(kitchen: Service) -> Case {
    let mut alpha = begun_by(ALDER, "alpha", vec![(FIR, ends()), (GINKGO, ends())]);
    alpha.starters[0].rule = Some(vec![sends(&[COOK])]);
    served(vec![alpha], vec![kitchen], &[ALDER])
}

fn either() -> Vec<Reply> {
    vec![says(&[FIR]), says(&[GINKGO])]
}

fn answers() -> Case {
    one_of_two(service("kitchen", COOK, either()))
}

// ---- the last paragraph of D12

#[test]
fn what_is_counted_by_hand_in_the_decision() {
    let case = answers();
    assert_eq!(all(&case), ["Alder kitchen:Fir", "Alder kitchen:Ginkgo"]);
    assert_eq!(told(&case).found.len(), 2);
    assert_eq!(told(&case).found[0].effects, [("Cook", 1), ("Fir", 1)].into());
    assert_eq!(count(&with(&case, false, 1, 0, 0)), 10);
    assert_eq!(count(&with(&case, false, 0, 1, 0)), 6);
    assert_eq!(count(&with(&case, false, 0, 0, 1)), 8);
    assert_eq!(
        all(&with(&case, false, 0, 1, 0)),
        [
            "Alder Cook->kitchen",
            "Alder kitchen:Fir",
            "Alder kitchen:Fir-",
            "Alder kitchen:Ginkgo",
            "Alder kitchen:Ginkgo-",
            "Alder-"
        ]
    );
    let twice = all(&with(&case, false, 1, 0, 0));
    for ordering in
        ["Alder Alder+ kitchen:Fir", "Alder kitchen:Fir Cook+>kitchen", "Alder kitchen:Fir kitchen:Fir+"]
    {
        assert!(twice.iter().any(|words| words == ordering), "{ordering}: {twice:?}");
    }
}

// ---- a host that remembers no ids

#[test]
fn where_no_id_is_remembered_a_command_that_comes_again_is_answered_again() {
    // For each answer: none 1; Alder again, before it or behind it 2; the answer again 1; the command again, and
    // then either answer 2.
    assert_eq!(count(&with(&answers(), true, 1, 0, 0)), 12);
}

/// By hand, one crash: none 2. In Alder's step before the command is out 2. After it: Alder again, and the answers
/// to both commands, of which the second comes after Alder: 3 orders, and 4 ways to answer: 12. In the step of
/// the answer 2.
#[test]
fn a_step_that_is_taken_again_sends_its_command_twice() {
    let case = with(&answers(), true, 0, 0, 1);
    assert_eq!(count(&case), 18);
    let wrong: Vec<_> = wrongs(&case).into_iter().filter(|wrong| wrong.0 == "twice").collect();
    assert_eq!(wrong, [("twice".to_string(), 12, "Alder crash(alpha,1) Alder".to_string())]);
    assert_eq!(told(&case).verdict(&case), "violated");
    assert!(wrongs(&with(&answers(), false, 1, 1, 1)).iter().all(|wrong| wrong.0 != "twice"));
}

/// The ring of an alarm is a message, too: none 1; in the step that sets it 1; in its own, before the command is
/// out and after it 2.
#[test]
fn a_ring_that_comes_again_sends_its_command_twice() {
    let mut alpha = begun_by(ALDER, "alpha", vec![(LATE, sends(&[COOK]))]);
    alpha.starters[0].rule = Some(vec![sets(&[(LATE, 5)])]);
    let silent = service("kitchen", COOK, vec![sometimes(0, says(&[FIR]))]);
    let case = with(&served(vec![alpha], vec![silent], &[ALDER]), true, 0, 0, 1);
    assert_eq!(count(&case), 4);
    let twice = ("twice".to_string(), 1, "Alder Late! crash(alpha,1) Late!".to_string());
    assert!(wrongs(&case).contains(&twice), "{:?}", wrongs(&case));
}

// ---- closed forms

/// So many stimuli, each answered in one of so many ways, which the process hears.
fn asked(messages: u8, ways: usize, entity: Option<Key>) -> Case {
    let types: Vec<Type> = (0..messages).collect();
    let on = types.iter().map(|type_| (*type_, vec![says(&[FIR]); ways])).collect();
    let kitchen = Service { name: "kitchen", entity, on };
    Case { services: vec![kitchen], ..served(vec![begun_by(FIR, "alpha", vec![])], vec![], &types) }
}

fn factorial(n: u64) -> u64 {
    (1..=n).product()
}

#[test]
fn exchanges_are_as_many_messages() {
    for n in 1..=3u64 {
        for k in 1..=3u64 {
            let case = asked(n as u8, k as usize, None);
            let ways = k.pow(n as u32);
            assert_eq!(count(&case), factorial(n) * ways);
            // Of one the message, which then has no answer; or the answer.
            let lost = n * factorial(n) * (ways / k + ways);
            assert_eq!(count(&with(&case, false, 0, 1, 0)), factorial(n) * ways + lost);
            // Of one the answer, or the message, each behind the answer and otherwise anywhere.
            let twice = n * factorial(n + 1) * ways;
            assert_eq!(count(&with(&case, false, 1, 0, 0)), factorial(n) * ways + twice);
            // As of any messages, since services have no steps.
            let stopped = factorial(n) * n * (n + 1) / 2 * ways;
            assert_eq!(count(&with(&case, false, 0, 0, 1)), factorial(n) * ways + stopped);
            assert_eq!(count(&with(&case, true, 0, 0, 1)), factorial(n) * ways + stopped);
        }
    }
}

/// Each message before its answer.
#[test]
fn an_entity_takes_a_choice_more() {
    for n in 1..=3u64 {
        for k in 1..=2u64 {
            let orders = factorial(2 * n) / 2u64.pow(n as u32) * k.pow(n as u32);
            assert_eq!(count(&asked(n as u8, k as usize, Some(Key::One))), orders);
        }
    }
}

// ---- silence, and what fails

#[test]
fn silence_is_a_choice_where_it_is_one_of_several() {
    let sometimes_only = one_of_two(service("kitchen", COOK, vec![sometimes(50, says(&[FIR]))]));
    assert_eq!(all(&sometimes_only), ["Alder Cook>kitchen", "Alder kitchen:Fir"]);
    let mut never = says(&[FIR]);
    never.reaction.when = vec![Guard::EventIs(1)];
    let mut guarded = one_of_two(service("kitchen", ALDER, vec![never]));
    guarded.deliver[0].data = Some(0);
    // Certain: nothing happens, nothing can be lost, and the message may come again from the start.
    assert_eq!(all(&guarded), ["Alder"]);
    assert_eq!(all(&with(&guarded, false, 0, 1, 0)), ["Alder", "Alder-"]);
    let again = all(&with(&guarded, false, 1, 0, 0));
    assert_eq!(again, ["Alder", "Alder Alder+", "Alder Alder+>kitchen", "Alder+>kitchen Alder"]);
    // An alternative that says nothing is one all the same.
    let empty = one_of_two(service("kitchen", COOK, vec![Reply::default()]));
    assert_eq!(all(&empty), ["Alder Cook>kitchen"]);
}

#[test]
fn what_fails_is_unanswered() {
    let case = one_of_two(service("kitchen", COOK, vec![fails()]));
    assert_eq!(all(&case), ["Alder"]);
    let unanswered = ("unanswered".to_string(), 1, "Alder".to_string());
    assert!(wrongs(&case).contains(&unanswered), "{:?}", wrongs(&case));
    // As one of several it is a choice, as silence is.
    let case = one_of_two(service("kitchen", COOK, vec![fails(), says(&[GINKGO])]));
    assert_eq!(all(&case), ["Alder Cook>kitchen", "Alder kitchen:Ginkgo"]);
    let unanswered = ("unanswered".to_string(), 1, "Alder Cook>kitchen".to_string());
    assert!(wrongs(&case).contains(&unanswered), "{:?}", wrongs(&case));
}

#[test]
fn only_alternatives_with_a_share_are_taken() {
    let of = |chances: [Option<u32>; 3]| {
        let reply = |chance| Reply { chance, ..says(&[FIR]) };
        all(&one_of_two(service("kitchen", COOK, chances.map(reply).to_vec()))).len()
    };
    assert_eq!(of([None, None, None]), 3);
    assert_eq!(of([Some(50), Some(50), None]), 2);
    assert_eq!(of([Some(50), Some(20), Some(10)]), 4);
    assert_eq!(of([Some(90), Some(90), None]), 2);
    assert_eq!(of([Some(50), Some(0), None]), 2);
}

// ---- who hears it

/// Both begin with Hazel, and hear what is said to Alder.
fn two_hear() -> Case {
    let both = vec![listener("alpha", &[FIR, GINKGO]), listener("beta", &[FIR, GINKGO])];
    Case { services: vec![service("kitchen", ALDER, vec![says(&[FIR])])], ..case(both, &[ALDER]) }
}

#[test]
fn what_several_hear_is_taken_by_the_first_and_then_in_flight() {
    let mut case = two_hear();
    assert_eq!(all(&case), ["kitchen:Fir>alpha kitchen:Fir>beta", "kitchen:Fir>beta kitchen:Fir>alpha"]);
    // The message 1; each of the two answers, in either order 4.
    assert_eq!(count(&with(&case, false, 0, 1, 0)), 2 + 1 + 4);
    case.services[0].on[0].1 = either();
    assert_eq!(count(&case), 4);
    case.services[0].on[0].1 = vec![says(&[FIR]), says(&[FIR])];
    assert_eq!(count(&case), 4);
    assert!(all(&case).contains(&"kitchen(2):Fir>beta kitchen:Fir>alpha".to_string()), "{:?}", all(&case));
    case.services[0].on[0].1 = vec![says(&[FIR, GINKGO])];
    assert_eq!(count(&case), 24);
    case.fifo = true;
    // In order at each: 4!/(2·2).
    assert_eq!(count(&case), 6);
}

#[test]
fn an_answer_does_not_overtake_what_is_on_its_way() {
    let kitchen = Service {
        on: vec![(ALDER, vec![says(&[FIR, GINKGO])]), (BIRCH, vec![says(&[FIR, GINKGO])])],
        ..service("kitchen", ALDER, Vec::new())
    };
    let mut case =
        Case { services: vec![kitchen], ..case(vec![listener("alpha", &[FIR, GINKGO])], &[ALDER, BIRCH]) };
    assert_eq!(count(&case), 24);
    case.fifo = true;
    assert_eq!(count(&case), 2);
}

#[test]
fn an_answer_comes_after_what_caused_its_message() {
    let kitchen = || vec![service("kitchen", ALDER, vec![says(&[FIR])])];
    let case = Case { services: kitchen(), ..case(vec![listener("alpha", &[ALDER, FIR])], &[ALDER]) };
    assert_eq!(count(&case), 2);
    assert_eq!(all(&causal(case, &[])), ["Alder kitchen:Fir"]);
}

#[test]
fn no_alarm_rings_while_an_answer_is_owed() {
    let mut case = answers();
    case.processes[0].starters[0].rule.as_mut().unwrap()[0].alarms = sets(&[(LATE, 5)]).alarms;
    case.processes[0].states[0].ignore.push(LATE);
    // Either answer calls it off.
    assert_eq!(count(&case), 4);
    case.alarms = Alarms::Last;
    assert_eq!(all(&case), ["Alder kitchen:Fir", "Alder kitchen:Ginkgo"]);
    case.services[0].on[0].1.truncate(1);
    case.services[0].on[0].1[0].chance = Some(50);
    assert_eq!(all(&case), ["Alder Cook>kitchen Late!", "Alder kitchen:Fir"]);
}

#[test]
fn services_need_no_process() {
    let kitchen = service("kitchen", ALDER, vec![says(&[FETCH])]);
    let depot = service("depot", FETCH, vec![says(&[BRING]), says(&[FIR])]);
    let case = served(vec![], vec![kitchen, depot], &[ALDER]);
    assert_eq!(all(&case), ["Alder>kitchen Fetch>depot(1)", "Alder>kitchen Fetch>depot(2)"]);
    assert_eq!(told(&case).found[0].outcome, "quiet");
    assert_eq!(told(&case).found[0].effects, [("Bring", 1), ("Fetch", 1)].into());
    // The one, or the other behind it.
    assert_eq!(count(&with(&case, false, 0, 1, 0)), 2 + 1 + 1);
}

#[test]
fn a_stimulus_counts_from_when_it_is_answered_or_from_the_start() {
    let mut case = two_hear();
    case.expect.properties = vec![(Judged::Always, Condition::NoMore(FIR, ALDER))];
    assert_eq!(wrongs(&case).iter().filter(|wrong| wrong.0 == "always p0").count(), 0);
    case.expect.properties = vec![(Judged::Always, Condition::AtMost(ALDER, 0))];
    assert!(wrongs(&case).contains(&("always p0".to_string(), 2, "kitchen:Fir>alpha".to_string())));
    case.services[0].on[0].1 = vec![sometimes(0, says(&[FIR]))];
    assert!(wrongs(&case).contains(&("always p0".to_string(), 1, String::new())), "{:?}", wrongs(&case));
}

#[test]
fn what_was_delivered_is_not_lost() {
    let mut case = two_hear();
    case.processes.pop();
    assert_eq!(all(&with(&case, false, 0, 1, 0)), ["Alder->kitchen", "kitchen:Fir", "kitchen:Fir-"]);
    case.first.extend(std::mem::take(&mut case.deliver));
    assert_eq!(all(&with(&case, false, 0, 1, 0)), ["kitchen:Fir", "kitchen:Fir-"]);
    // One that came twice has come; what is said to it may be lost.
    let faulty = all(&with(&answers(), true, 1, 1, 0));
    assert!(faulty.contains(&"Alder kitchen:Fir Cook+>kitchen kitchen:Ginkgo-".to_string()));
    assert!(!faulty.iter().any(|words| words.contains("Cook+>kitchen Cook->kitchen")));
}

// ---- entities

/// It counts; what it says begins the process, which ends with it.
fn counted() -> Case {
    let mut reply = says(&[FIR]);
    reply.reaction.set = vec![(Var::N, Value::OneMoreThan(Var::N))];
    let alpha = begun_by(FIR, "alpha", vec![]);
    let mut case = served(vec![alpha], vec![remembering("depot", ALDER, vec![reply])], &[ALDER]);
    case.processes[0].states[0].end = true;
    case.expect.properties = vec![(Judged::Always, Condition::EntityBelow(0, "one", Var::N, 2))];
    case
}

#[test]
fn an_entity_decides_in_a_step_of_its_own() {
    let case = counted();
    assert_eq!(all(&case), ["Alder>depot depot:Fir"]);
    assert_eq!(
        all(&with(&case, false, 0, 1, 0)),
        ["Alder->depot", "Alder>depot depot:Fir", "Alder>depot depot:Fir-"]
    );
    // Alder again, before the answer and behind it 2; the answer again 1.
    assert_eq!(count(&with(&case, false, 1, 0, 0)), 4);
    // In Alder's step, and Alder again before the answer and behind it 2; in that of the answer 1.
    assert_eq!(count(&with(&case, false, 0, 0, 1)), 4);
    assert!(wrongs(&with(&case, false, 1, 1, 1)).is_empty());
    // Alder again before the answer 2, behind it 1; the answer again 1.
    let doubled = with(&case, true, 1, 0, 0);
    assert_eq!(count(&doubled), 5);
    assert_eq!(wrongs(&doubled), [("always p0".to_string(), 3, "Alder>depot Alder+>depot".to_string())]);
    // Before the answer is out 1; after it, in three orders 3; in its own step 1. Nothing was saved.
    let stopped = with(&case, true, 0, 0, 1);
    assert_eq!(count(&stopped), 6);
    assert!(wrongs(&stopped).is_empty());
    assert!(
        all(&stopped).contains(&"Alder>depot crash(depot,1) Alder>depot depot:Fir depot:Fir".to_string())
    );
}

#[test]
fn an_entity_takes_each_of_its_alternatives() {
    let mut case = counted();
    case.services[0].on[0].1.push(sometimes(30, says(&[GINKGO])));
    assert_eq!(all(&case), ["Alder>depot(1) depot:Fir", "Alder>depot(2)"]);
    case.services[0].on[0].1[0].chance = Some(30);
    assert_eq!(all(&case), ["Alder>depot(0)", "Alder>depot(1) depot:Fir", "Alder>depot(2)"]);
}

/// Nothing else would say which it was.
#[test]
fn an_ordering_begins_with_what_an_entity_makes_of_first() {
    let mut case = counted();
    case.services[0].on[0].1.push(says(&[GINKGO]));
    case.first = std::mem::take(&mut case.deliver);
    assert_eq!(all(&case), ["Alder>depot(1) depot:Fir", "Alder>depot(2)"]);
    case.services[0].on[0].1.pop();
    assert_eq!(all(&case), ["depot:Fir"]);
}

/// Room for one, and two who want it: three steps each, in 6!/(3!·3!) orders, of which half are for either.
#[test]
fn conversations_race_for_an_entity() {
    let mut alpha = process("alpha", vec![(BIRCH, sends(&[COOK])), (FIR, ends()), (GINKGO, nothing())]);
    alpha.states[0].on[2].1[0].to = Some(2);
    alpha.states.push(State { name: "over", end: true, ..State::default() });
    let mut room = says(&[FIR]);
    room.reaction.when = vec![Guard::Below(Var::N, 1)];
    room.reaction.set = vec![(Var::N, Value::OneMoreThan(Var::N))];
    let mut case = case(vec![alpha], &[BIRCH, BIRCH]);
    case.services = vec![remembering("depot", COOK, vec![room, says(&[GINKGO])])];
    case.first.push(case.first[0].clone());
    (case.first[1].conversation, case.deliver[1].conversation) = (1, 1);
    let outcomes = |case: &Case| -> Vec<(String, u64)> {
        told(case).found.into_iter().map(|found| (found.outcome, found.orderings)).collect()
    };
    let won = |one: &str, other: &str| format!("alpha#c1: {one}, alpha#c2: {other}");
    assert_eq!(outcomes(&case), [(won("done", "over"), 10), (won("over", "done"), 10)]);
    // Each has its own.
    case.services[0].entity = Some(Key::Conversation);
    assert_eq!(outcomes(&case), [(won("done", "done"), 20)]);
}

#[test]
fn an_entity_that_fails_is_parked_and_said() {
    let mut case = counted();
    case.services[0].on[0].1 = vec![fails()];
    case.deliver.push(case.deliver[0].clone());
    case.deliver[1].data = Some(1);
    // It holds the one that comes behind, and answers the one that comes before.
    let parked = "depot#one: parked: event has no member `data`";
    let (held, answered) = (format!("alpha: not-started, {parked}"), format!("alpha: one, {parked}"));
    let found = told(&case).found;
    let lines: Vec<_> = found.iter().map(|found| (found.outcome.clone(), found.orderings)).collect();
    assert_eq!(lines, [(held, 1), (answered, 2)]);
    assert_eq!(wrongs(&case).iter().filter(|wrong| wrong.0 == "parked").count(), 2);
}
