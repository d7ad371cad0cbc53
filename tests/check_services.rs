//! Closed worlds: what services say in `check`. Exchanges, alternatives, silence, entities and what may go wrong
//! with them, counted by hand; and stories.

#[path = "common/shelf.rs"]
mod shelf;

use anyorder::explore::{Finding, Kind, Report, Scenario, Verdict, outcome_of, save, step_through};
use shelf::{Shelf, counts, of};

/// One stimulus; the process sends a command; either answer ends it.
const ASKS: &str = "
process: asks
version: 1
starts-on: A
initial: there
states:
  there: {on: {A: {send: {C: {key: k, n: =event.data.n}}, to: waits}}}
  waits: {on: {X: {to: x}, Y: {to: y}}}
  x: {end: success}
  y: {end: failure}
";

const EITHER: &str = "
service: either
on:
  C: [{publish: X}, {publish: Y}]
";

/// The scenario of that process and one service.
fn with(service: &str, text: &str) -> Scenario {
    let name = service.trim().lines().next().unwrap().trim_start_matches("service: ");
    let shelf = Shelf::with_services(&[ASKS], &[service]);
    let deliver = if text.contains("deliver:") { "" } else { "deliver: [{A: {n: 1}}]\n" };
    shelf.scenario(&format!("process: asks@1\nservices: [{name}]\n{deliver}{text}"))
}

fn cast(processes: &[&str], services: &[&str], text: &str) -> Scenario {
    Shelf::with_services(processes, services).scenario(text)
}

/// So many orderings; and laws 8 and 9: the outcomes' add up, each example leads to its outcome and ends, and what
/// can be saved is.
fn explored(scenario: &Scenario) -> Report {
    let report = of(scenario);
    let order = scenario.orders[0];
    for found in &report.outcomes {
        let example: Vec<&str> = found.example.iter().map(String::as_str).collect();
        assert_eq!(outcome_of(scenario, order, &example).unwrap(), found.outcome, "{example:?}");
        assert!(step_through(scenario, order, &example).unwrap().ends, "{example:?}");
        if !example.iter().any(|word| word.starts_with("crash")) && scenario.host == Default::default() {
            let saved =
                save(scenario, order, &example).unwrap_or_else(|error| panic!("{example:?}: {error}"));
            assert!(saved.len() <= scenario.processes.len());
        }
    }
    for finding in &report.findings {
        let ordering: Vec<&str> = finding.ordering.iter().map(String::as_str).collect();
        step_through(scenario, order, &ordering).unwrap_or_else(|error| panic!("{ordering:?}: {error}"));
    }
    report
}

fn orderings(scenario: &Scenario) -> u64 {
    explored(scenario).orderings.to_string().parse().unwrap()
}

/// Of each outcome the nearest ordering; sorted.
fn examples(report: &Report) -> Vec<String> {
    let mut found: Vec<String> = report.outcomes.iter().map(|found| found.example.join(" ")).collect();
    found.sort();
    found
}

/// `A X` and `A Y`.
#[test]
fn one_command_two_answers() {
    let report = explored(&with(EITHER, ""));
    assert_eq!(counts(&report), ("2".into(), 4, vec!["x 1".into(), "y 1".into()]));
    assert_eq!(examples(&report), ["A either:X", "A either:Y"]);
    assert_eq!(report.services, ["either"]);
}

/// For each answer: none 1; A again, before the answer or behind it 2; the answer again 1; the command again 1.
#[test]
fn one_duplicate_by_hand() {
    assert_eq!(orderings(&with(EITHER, "faults: {duplicates: 1}\n")), 10);
}

/// `A X`, `A Y`, `A-`, `A C-`, `A X-`, `A Y-`.
#[test]
fn one_loss_by_hand() {
    let report = explored(&with(EITHER, "faults: {losses: 1}\n"));
    assert_eq!(report.orderings.to_string(), "6");
    assert_eq!(
        examples(&report),
        ["A C->either", "A either:X", "A either:X-", "A either:Y", "A either:Y-", "A-"]
    );
}

/// For each answer: none 1; in the step of A, which comes again before the answer or behind it 2; in the step of
/// the answer 1.
#[test]
fn one_crash_by_hand() {
    assert_eq!(orderings(&with(EITHER, "faults: {crashes: 1}\n")), 8);
}

/// On a host that remembers no ids, for each answer: none 1; A again, before or behind it 2; the answer again 1;
/// the command again 1, and then there is another answer, one of two.
#[test]
fn a_command_that_comes_again_is_answered_again() {
    let report = explored(&with(EITHER, "faults: {duplicates: 1}\nhost: at-least-once\n"));
    assert_eq!(report.orderings.to_string(), "12");
    assert!(
        examples(&report).contains(&"A either:X C+>either either:Y".to_string()),
        "{:?}",
        examples(&report)
    );
}

/// Silence where it is certain is no choice; where it is one of several it is.
#[test]
fn silence() {
    let certain = "service: mute\non: {C: {when: event.data.n > 1, publish: X}}\n";
    let report = explored(&with(certain, ""));
    assert_eq!(counts(&report).2, ["unfinished: waits 1"]);
    assert_eq!(examples(&report), ["A"]);
    let lost = explored(&with(certain, "faults: {losses: 1}\n"));
    assert_eq!(examples(&lost), ["A", "A-"]);
    // None; A again; the command again, which it may at once: either order of the two that come behind A is one.
    assert_eq!(orderings(&with(certain, "faults: {duplicates: 1}\n")), 3);
    let maybe = "service: maybe\non: {C: {chance: 0.5, publish: X}}\n";
    assert_eq!(examples(&explored(&with(maybe, ""))), ["A C>maybe", "A maybe:X"]);
    // Silence, and two alternatives of which nobody hears: three choices, told apart.
    let shy =
        "service: shy\non: {C: [{chance: 0.2, publish: Nobody}, {chance: 0.2}, {chance: 0.2, publish: X}]}\n";
    assert_eq!(examples(&explored(&with(shy, ""))), ["A C>shy(1)", "A C>shy(2)", "A shy:X"]);
    assert_eq!(orderings(&with(shy, "")), 4, "and `A C>shy(0)`, which leads where (2) does");
}

/// Two alternatives that say the same type are two choices with a number.
#[test]
fn two_ways_to_say_the_same() {
    let twice = "service: twice\non: {C: [{publish: {X: {n: 1}}}, {after: 1d, publish: {X: {n: 2}}}]}\n";
    let report = explored(&with(twice, ""));
    assert_eq!(counts(&report).2, ["x 2"]);
    let report = explored(&with(twice, "outcome-by: data\n"));
    assert_eq!(examples(&report), ["A twice(1):X", "A twice(2):X"]);
}

/// What one alternative says arrives in any order, under `fifo` in the order said; each message may be the first.
#[test]
fn two_messages_of_one_alternative() {
    let both = "service: both\non: {C: {publish: [X, Y]}}\n";
    let text = "expect: {outcomes: [x, y]}\n";
    let report = explored(&with(both, text));
    assert_eq!(counts(&report).2, ["x 1", "y 1"]);
    assert_eq!(examples(&report), ["A both:X both:Y", "A both:Y both:X"]);
    assert_eq!(examples(&explored(&with(both, &format!("{text}order: fifo\n")))), ["A both:X both:Y"]);
    // The same twice: two messages, so two orderings.
    let same = "service: same\non: {C: {publish: [X, X]}}\n";
    assert_eq!(orderings(&with(same, "")), 2);
    assert_eq!(orderings(&with(same, "order: fifo\n")), 1);
    assert_eq!(orderings(&with(same, "alike: true\n")), 1);
}

const LOGS: &str = "
process: logs
version: 1
starts-on: X
initial: seen
states: {seen: {end: success, ignore: [X, Y]}}
";

/// An alternative is taken when the first of its messages arrives, wherever that is.
#[test]
fn an_answer_with_two_hearers() {
    let text = "process: [asks@1, logs@1]\nservices: [either]\ndeliver: [{A: {n: 1}}]\n";
    let scenario = cast(&[ASKS, LOGS], &[EITHER], text);
    let report = explored(&scenario);
    // X at the one, then at the other; and so Y, which is for the other, too.
    assert_eq!(report.orderings.to_string(), "4");
    let words: Vec<&str> = report.outcomes[0].example.iter().map(String::as_str).collect();
    assert_eq!(words, ["A", "either:X>asks", "either:X>logs"]);
    // A, and then the answer at the one or at the other is lost: the other one comes all the same.
    let lost = explored(&cast(&[ASKS, LOGS], &[EITHER], &format!("{text}faults: {{losses: 1}}\n")));
    // None 4; A 1; the command 1; of each answer: one lost before or behind the arrival of the other, of two: 4.
    assert_eq!(lost.orderings.to_string(), "14");
}

/// An answer overtakes its cause, unless the order is causal; what another says in between counts, too.
#[test]
fn an_answer_and_its_cause() {
    let echo = "service: echo\non: {A: {publish: X}}\n";
    let hears = "
process: hears
version: 1
starts-on: [A, X]
initial: there
states: {there: {end: success, ignore: [A, X, Y]}}
";
    let text = "process: hears@1\nservices: [echo]\ndeliver: [A]\n";
    let any = explored(&cast(&[hears], &[echo], text));
    assert_eq!(any.orderings.to_string(), "2");
    let causal = explored(&cast(&[hears], &[echo], &format!("{text}order: causal\n")));
    assert_eq!(examples(&causal), ["A echo:X"]);
    // X leads to Y by way of another service.
    let far = "service: far\non: {X: {publish: Y}}\n";
    let text = text.replace("[echo]", "[echo, far]");
    assert_eq!(orderings(&cast(&[hears], &[echo, far], &text)), 3, "A X Y, X A Y, X Y A");
    assert_eq!(orderings(&cast(&[hears], &[echo, far], &format!("{text}order: causal\n"))), 1);
}

/// A stimulus counts from the first of its arrivals, and the taking of an alternative is one.
#[test]
fn what_counts() {
    let echo = "service: echo\non: {A: {publish: X}}\n";
    let text = "services: [echo]\ndeliver: [A]\nexpect: {always: {answered: \"count('A') == count('X')\"}}\n";
    assert_eq!(explored(&cast(&[], &[echo], text)).verdict, Verdict::Converges);
    let mute = "service: mute\non: {A: {when: 1 > 2, publish: X}}\n";
    let text =
        "services: [mute]\ndeliver: [A]\nexpect: {always: {came: \"count('A') == 1 && count('X') == 0\"}}\n";
    assert_eq!(explored(&cast(&[], &[mute], text)).verdict, Verdict::Converges);
}

const CUSTOMERS: &str = "
service: customers
entity: =event.data.customer
data: {limit: 100, reserved: 0}
on:
  ReserveCredit:
    - {when: data.reserved + event.data.amount <= data.limit, set: {reserved: =data.reserved + event.data.amount}, after: 2s, publish: CreditReserved}
    - {publish: CreditLimitExceeded}
";

const ORDER: &str = "
process: order
version: 1
starts-on: OrderPlaced
initial: placed
states:
  placed: {on: {OrderPlaced: {send: {ReserveCredit: =event.data}, to: pending}}}
  pending: {on: {CreditReserved: {to: approved}, CreditLimitExceeded: {to: rejected}}}
  approved: {end: success}
  rejected: {end: failure}
";

fn two_orders(customers: [&str; 2], text: &str) -> Scenario {
    let [one, two] = customers;
    let text = format!(
        "process: order@1\nservices: [customers]\ndeliver:\n\
         - {{event: OrderPlaced, data: {{customer: {one}, amount: 60}}, correlation: one}}\n\
         - {{event: OrderPlaced, data: {{customer: {two}, amount: 60}}, correlation: two}}\n{text}"
    );
    cast(&[ORDER], &[CUSTOMERS], &text)
}

/// Story: two orders race for one customer's credit, which is enough for one of them. Three choices each (placed,
/// asked, answered), in any order that keeps each in its own: 20. Half of them ask for the one first.
#[test]
fn two_orders_race_for_the_credit_of_one_customer() {
    let report = explored(&two_orders(["ada", "ada"], ""));
    assert_eq!(report.orderings.to_string(), "20");
    let one = "order#one: approved, order#two: rejected 10";
    assert_eq!(counts(&report).2, [one, "order#one: rejected, order#two: approved 10"]);
    assert_eq!(
        report.outcomes[0].example.join(" "),
        "OrderPlaced#one OrderPlaced#two ReserveCredit#one>customers customers:CreditReserved#one \
         ReserveCredit#two>customers customers:CreditLimitExceeded#two"
    );
    // Two customers are two entities, and everybody gets what they want.
    let report = explored(&two_orders(["ada", "bob"], ""));
    assert_eq!(counts(&report).2, ["order#one: approved, order#two: approved 20"]);
}

/// One order: three steps, each behind the other. With one duplicate, or one crash, on our host the first may come
/// again at three places, the second at two, the third at one; each of the three may be lost.
#[test]
fn an_entity_is_on_the_host_too() {
    let text = |faults: &str| {
        format!(
            "process: order@1\nservices: [customers]\ndeliver: [{{OrderPlaced: {{customer: ada, amount: 60}}}}]\n{faults}"
        )
    };
    let of = |faults: &str| orderings(&cast(&[ORDER], &[CUSTOMERS], &text(faults)));
    assert_eq!(of(""), 1);
    assert_eq!(of("faults: {duplicates: 1}\n"), 7);
    assert_eq!(of("faults: {crashes: 1}\n"), 7);
    assert_eq!(of("faults: {losses: 1}\n"), 4);
    // Elsewhere the credit is reserved twice when the command comes again.
    let report =
        explored(&cast(&[ORDER], &[CUSTOMERS], &text("faults: {duplicates: 1}\nhost: at-least-once\n")));
    let words = "OrderPlaced ReserveCredit>customers customers:CreditReserved ReserveCredit+>customers \
                 customers:CreditLimitExceeded";
    assert!(examples(&report).iter().any(|example| example == words), "{:?}", examples(&report));
}

/// Alternatives of an entity that are not for its data to decide: one choice each, with its number.
#[test]
fn an_entity_may_answer_in_several_ways() {
    let either = "service: either\nentity: =event.data.key\ndata: {asked: 0}\non:\n  C: [{chance: 0.4, set: {asked: =data.asked + 1}, publish: X}, {chance: 0.4, publish: Y}]\n";
    let report = explored(&with(either, ""));
    assert_eq!(examples(&report), ["A C>either(0)", "A C>either(1) either:X", "A C>either(2) either:Y"]);
    // A first message that may be answered in several ways: which, is the first choice.
    let services = "services: [either]\nfirst: [{event: C, data: {key: k}}]\n";
    let report = explored(&cast(&[], &[either], services));
    assert_eq!(counts(&report).2, ["quiet 1", "quiet 1", "quiet 1"]);
    assert_eq!(examples(&report), ["C>either(0)", "C>either(1)", "C>either(2)"]);
}

/// An expression that fails leaves the exchange unanswered; an entity it parks.
#[test]
fn a_service_that_cannot_answer() {
    let broken = "service: broken\non: {C: {publish: {X: {n: =event.data.missing}}}}\n";
    let report = explored(&with(broken, "expect: {outcomes: ['unfinished: waits']}\n"));
    assert_eq!((report.verdict, report.orderings.to_string()), (Verdict::Violated, "1".to_string()));
    let [finding] = &report.findings[..] else { panic!("{:?}", report.findings) };
    assert_eq!(finding.kind, Kind::Unanswered);
    assert!(finding.message.starts_with("broken has no answer to C: event.data has no member `missing`"));
    assert_eq!(finding.ordering, ["A"]);
    // Where it is one of two alternatives, it is a choice.
    let half = "service: half\non: {C: [{publish: {X: {n: =event.data.missing}}}, {publish: Y}]}\n";
    let report = explored(&with(half, ""));
    assert_eq!(examples(&report), ["A C>half", "A half:Y"]);
    assert_eq!(report.findings[0].ordering, ["A", "C>half"]);

    let entity = "service: entity\nentity: =event.data.key\ndata: {}\non: {C: {publish: {X: {n: =event.data.missing}}}}\n";
    let text = "expect: {outcomes: ['asks: unfinished: waits, entity#k: parked: event.data has no member `missing`']}\n";
    let report = explored(&with(entity, ""));
    let rests = "asks: unfinished: waits, entity#k: parked: event.data has no member `missing`";
    assert_eq!(counts(&report).2, [format!("{rests} 1")]);
    assert_eq!(report.findings[0].message, "entity#k is parked: event.data has no member `missing`");
    assert_eq!(explored(&with(entity, text)).verdict, Verdict::Converges);
}

/// Story: choreography. Nobody conducts; the services hear each other, and where all is said it is quiet.
#[test]
fn a_saga_without_a_process() {
    let stock = "service: stock\non: {OrderPlaced: [{publish: Reserved}, {publish: SoldOut}]}\n";
    let bank = "service: bank\non: {Reserved: {publish: Paid}, SoldOut: {}}\n";
    let text = "services: [stock, bank]\ndeliver: [OrderPlaced]\n\
                expect: {finally: {paid-if-reserved: \"count('Reserved') == count('Paid')\"}}\n";
    let report = explored(&cast(&[], &[stock, bank], text));
    assert_eq!(counts(&report).2, ["quiet 1", "quiet 1"]);
    assert_eq!(
        examples(&report),
        ["OrderPlaced>stock(1) stock:Reserved>bank", "OrderPlaced>stock(2) stock:SoldOut>bank"]
    );
    let declared = text.replace("expect: {", "expect: {outcomes: quiet, ");
    assert_eq!(explored(&cast(&[], &[stock, bank], &declared)).verdict, Verdict::AsDeclared);
}

/// One service, two processes: it answers each in its own conversation of words, and both hear both.
#[test]
fn two_processes_and_one_service() {
    let other = ASKS.replace("process: asks", "process: other");
    let text = "process: [asks@1, other@1]\nservices: [once]\ndeliver: [{A: {n: 1}}]\n";
    let once = "service: once\non: {C: {publish: X}}\n";
    let report = explored(&cast(&[ASKS, &other], &[once], text));
    // Both hear A, so both ask, and both hear both answers: the second comes when each has ended. Of A at the
    // two, and of X of each at the two, which comes behind its own command's sender.
    assert_eq!(counts(&report).2.len(), 1);
    assert!(report.outcomes[0].outcome.rests.starts_with("asks: x, other: x"), "{:?}", counts(&report));
}

/// What an entity knows may be looked at; of one that was never asked, what it begins with.
#[test]
fn what_an_entity_knows() {
    let holds = "expect: {always: {limit: \"entity('customers', 'ada').reserved <= 100\", \
                 never-asked: \"entity('customers', 'bob').reserved == 0\"}, \
                 finally: {sold: \"entity('customers', 'ada').reserved == 60\"}}\n";
    assert_eq!(explored(&two_orders(["ada", "ada"], holds)).findings.len(), 0);
    let report = explored(&two_orders(["ada", "bob"], holds));
    let [finding] = &report.findings[..] else { panic!("{:?}", report.findings) };
    // Ada's first, since that comes to the same: the nearest ordering in which bob was asked.
    assert_eq!(finding.ordering, ["OrderPlaced#two", "ReserveCredit#two>customers"]);
    assert_eq!(finding.orderings.as_ref().unwrap().to_string(), "20");
}

const DEAF: &str = "
process: deaf
version: 1
starts-on: A
initial: there
states: {there: {end: success, on: {A: {send: C}}}}
";

/// No command twice for one cause: found by itself, with the smallest budget, whatever outcomes were declared.
#[test]
fn a_command_sent_twice_is_found() {
    let told = |text: &str| {
        let text =
            format!("process: deaf@1\ndeliver: [A]\nexpect: {{outcomes: [there, not-started]}}\n{text}");
        let report = explored(&cast(&[DEAF], &[] as &[&str], &text));
        let found = report.findings.iter().map(|finding| {
            assert_eq!((finding.kind, report.verdict), (Kind::Twice, Verdict::Violated));
            let count = finding.orderings.as_ref().unwrap();
            let needs: Vec<u32> =
                finding.needs.iter().flat_map(|n| [n.duplicates, n.losses, n.crashes]).collect();
            format!(
                "{}: {}; {needs:?}; {count} of {}",
                finding.message,
                finding.ordering.join(" "),
                report.orderings
            )
        });
        found.collect::<Vec<_>>()
    };
    let faults = "faults: {duplicates: 1, losses: 1}\nhost: at-least-once\n";
    // A, A A+, A-: of the three the second.
    assert_eq!(told(faults), ["deaf sends C twice for one A: A A+; [1, 0, 0]; 1 of 3"]);
    let faults = "faults: {crashes: 2}\nhost: at-least-once\n";
    // Twice begun and once more: 1 + 2 + 4 orderings. Not where the host stopped each time before the command was out.
    assert_eq!(told(faults), ["deaf sends C twice for one A: A crash(deaf,1) A; [0, 0, 1]; 4 of 7"]);
    assert_eq!(told("faults: {duplicates: 1, crashes: 1}\n"), [""; 0], "on our own host it cannot be");
    assert_eq!(told("host: at-least-once\n"), [""; 0]);
}

/// Two messages are two causes; and one that is sent again bears its id again, so what comes of it is for one cause.
#[test]
fn a_cause_is_a_message_by_its_id() {
    let text = "process: deaf@1\ndeliver: [A, A]\nhost: at-least-once\nfaults: {losses: 1}\n";
    assert_eq!(explored(&cast(&[DEAF], &[] as &[&str], text)).findings.len(), 0);
    let next = "
process: next
version: 1
starts-on: C
initial: there
states: {there: {end: success, on: {C: {send: D}}}}
";
    let text = "process: [deaf@1, next@1]\ndeliver: [A]\nhost: at-least-once\nfaults: {crashes: 1}\n";
    let report = explored(&cast(&[DEAF, next], &[] as &[&str], text));
    // None 1; deaf cut short before its command is out 1, and behind it 3, since of the two commands, which are
    // one, either may be first where both are in flight; next cut short at either point 2.
    assert_eq!(report.orderings.to_string(), "7");
    let said =
        |f: &Finding| format!("{}: {}; {}", f.message, f.ordering.join(" "), f.orderings.as_ref().unwrap());
    let said: Vec<String> = report.findings.iter().map(said).collect();
    assert_eq!(
        said,
        [
            "deaf sends C twice for one A: A crash(deaf,1) A; 3",
            "next sends D twice for one C: A C crash(next,1) C; 4"
        ]
    );
}

/// An answer that reaches an entity which may answer in several ways: one choice, and an alternative of each.
#[test]
fn an_answer_that_an_entity_answers() {
    let kitchen = "service: kitchen\non: {CookFood: [{publish: FoodCooked}, {publish: FoodBurnt}]}\n";
    let till = "service: till\nentity: =event.correlationid\ndata: {}\non:\n  FoodCooked: [{chance: 0.5, publish: Paid}]\n  FoodBurnt: {}\n";
    let text = "services: [kitchen, till]\ndeliver: [CookFood]\n";
    let report = explored(&cast(&[], &[kitchen, till], text));
    let mut words = examples(&report);
    words.sort();
    assert_eq!(words, ["kitchen:FoodBurnt>till", "kitchen:FoodCooked>till(0)", "kitchen:FoodCooked>till(1)"]);
    // One crash at least once: in each of the three steps at each point, of which the one that says something has
    // two; then the message comes again, with all alternatives that the till has then.
    let faults = "host: at-least-once\nfaults: {crashes: 1}\n";
    assert_eq!(orderings(&cast(&[], &[kitchen, till], &format!("{text}{faults}"))), 3 + 1 + 2 + 2 * 2);
}

/// Two services may say the same in the name of one module; and whether it is said as a command or as an event, or
/// about whom, makes no difference where nobody reads it.
#[test]
fn what_nobody_reads_makes_no_difference() {
    let either = "service: either\non: {C: [{publish: X}, {send: X}]}\n";
    let report = explored(&with(either, "faults: {losses: 1}\n"));
    assert_eq!(report.orderings.to_string(), "6");
    assert_eq!(counts(&report).2.len(), 4, "{:?}", counts(&report));
}
