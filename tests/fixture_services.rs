//! The stories in which services answer, or something goes wrong: the sound ones hold, and reach all that they declare; what is
//! broken is found by an ordering that is written here in full, with the faults that it takes and no more.

mod common;
#[path = "common/shelf.rs"]
mod shelf;

use anyorder::explore::{Faults, Host, Kind, Report, Scenario, Verdict, outcome_of, step_through};
use common::library::scenario;
use shelf::of;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn read(story: &str, file: &str) -> Scenario {
    scenario(&fixtures().join(story), file).unwrap()
}

/// Stories and the scenarios in them in which somebody answers, or that allow for faults.
fn told() -> Vec<(String, String)> {
    let names = |folder: PathBuf| {
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .map(|entries| entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect())
            .unwrap_or_default();
        names.sort();
        names
    };
    let mut told = Vec::new();
    for story in names(fixtures()) {
        for file in names(fixtures().join(&story).join("scenarios")) {
            let file = format!("scenarios/{file}");
            let scenario = read(&story, &file);
            if !scenario.staff.services.is_empty() || scenario.faults.any() {
                told.push((story.clone(), file));
            }
        }
    }
    told
}

/// Those that are meant to be found out.
const BROKEN: [(&str, &str); 8] = [
    ("create-order-broken", "scenarios/two-orders.yaml"),
    ("create-order-steps-broken", "scenarios/no-credit.yaml"),
    ("doubled-action", "scenarios/at-least-once.yaml"),
    ("doubled-action", "scenarios/vault-at-least-once.yaml"),
    ("group-checkout-broken", "scenarios/rooms-answer.yaml"),
    ("restaurant", "next/deaf-cook.yaml"),
    ("ship-order-workflow-broken", "scenarios/late-or-silent.yaml"),
    ("trip-broken", "scenarios/late-hotel.yaml"),
];

#[test]
fn the_sound_ones_hold_and_every_outcome_that_they_declare_is_reached() {
    let sound = told().into_iter().filter(|(story, file)| !BROKEN.contains(&(&**story, &**file)));
    let mut stories = BTreeSet::new();
    for (story, file) in sound {
        let scenario = read(&story, &file);
        let report = of(&scenario);
        let name = format!("{story}/{file}");
        assert!(matches!(report.verdict, Verdict::AsDeclared | Verdict::Converges), "{name}: {report:?}");
        assert_eq!(report.unreached, Vec::<String>::new(), "{name}");
        assert!(report.states < 20_000, "{name}: {} states", report.states);
        leads_there(&scenario, &report, &name);
        stories.insert(story);
    }
    let meant = [
        "capacity-pool",
        "create-order",
        "create-order-steps",
        "doubled-action",
        "group-checkout",
        "loan-broker",
        "restaurant",
        "ship-order-workflow",
        "trip",
        "two-phase-commit",
    ];
    assert!(meant.iter().all(|story| stories.contains(*story)), "{stories:?}");
}

/// Each nearest ordering, given back, leads to what it is the nearest ordering of.
fn leads_there(scenario: &Scenario, report: &Report, name: &str) {
    for found in &report.outcomes {
        let example: Vec<&str> = found.example.iter().map(String::as_str).collect();
        let outcome = outcome_of(scenario, scenario.orders[0], &example).unwrap();
        assert_eq!(outcome, found.outcome, "{name}: {example:?}");
    }
    for finding in &report.findings {
        let ordering: Vec<&str> = finding.ordering.iter().map(String::as_str).collect();
        step_through(scenario, scenario.orders[0], &ordering).unwrap();
    }
}

/// What is found: its sort, what it is about, the nearest ordering, and duplicates, losses and crashes that it takes.
fn found(story: &str, file: &str) -> Vec<String> {
    assert!(BROKEN.contains(&(story, file)));
    let scenario = read(story, file);
    let report = of(&scenario);
    assert_eq!(report.verdict, Verdict::Violated, "{story}/{file}");
    leads_there(&scenario, &report, story);
    let findings = report.findings.iter().map(|finding| {
        let of = match finding.kind {
            Kind::Always | Kind::Finally => finding.message.split('`').nth(1).unwrap(),
            _ => &finding.message,
        };
        let [needed] = &finding.needs[..] else { panic!("{:?}", finding.needs) };
        let takes = [(needed.duplicates, '+'), (needed.losses, '-'), (needed.crashes, '!')];
        let takes: String =
            takes.iter().map(|(many, sign)| sign.to_string().repeat(*many as usize)).collect();
        format!("{} {of}{takes}: {}", finding.kind.name(), finding.ordering.join(" "))
    });
    findings.collect()
}

/// Both are told of a hundred, since the first one's approval is still on its way when the second one asks.
#[test]
fn what_is_read_and_then_taken_is_taken_twice() {
    let race = "OrderRequested#17>orders OrderRequested#18>orders orders:OrderCreated#17>customers \
                customers:CreditChecked#17>orders orders:OrderCreated#18>customers customers:CreditChecked#18>orders \
                orders:OrderApproved#17>customers orders:OrderApproved#18>customers";
    assert_eq!(
        found("create-order-broken", "scenarios/two-orders.yaml"),
        ["always limit", "finally one", "finally either"].map(|of| format!("{of}: {race}"))
    );
}

/// The order is rejected only by who has reserved credit for it, and here there is none.
#[test]
fn a_step_that_stands_too_late_is_never_undone() {
    assert_eq!(
        found("create-order-steps-broken", "scenarios/no-credit.yaml"),
        ["finally the-order-is-told: ReserveCredit>customers customers:CreditLimitExceeded"]
    );
}

/// A room stays booked: because the hotel is slow, or because the flight is full.
#[test]
fn what_nobody_takes_back_stays_taken() {
    assert_eq!(
        found("trip-broken", "scenarios/late-hotel.yaml"),
        [
            "always car-after-hotel: cars:CarBooked BookHotelTimedOut!",
            "finally cancelled-is-nothing-of-it: cars:CarBooked BookHotel>hotels(1) hotels:HotelBooked \
             airline:FlightFull CancelCar>cars",
        ]
    );
}

/// No fault is needed, only a carrier that takes longer than we wait.
#[test]
fn who_answers_late_has_booked() {
    assert_eq!(
        found("ship-order-workflow-broken", "scenarios/late-or-silent.yaml"),
        [
            "finally one-parcel-one-carrier: ShipOrder MapleTimedOut! alpine:AlpineAccepted maple:MapleAccepted",
            "finally failed-is-not-shipped: ShipOrder ShipWithMaple>maple MapleTimedOut! AlpineTimedOut! \
             alpine:AlpineAccepted",
        ]
    );
}

/// Bob is seen to leave by two people, and eve has not been asked yet.
#[test]
fn who_is_counted_twice_stands_for_another() {
    assert_eq!(
        found("group-checkout-broken", "scenarios/rooms-answer.yaml"),
        ["always all-have-left: CheckOut>rooms(2) rooms:GuestCheckedOut rooms:GuestCheckedOut"]
    );
}

/// One crash, and no more: the process says it twice, and the vault, which is on that host too, does it twice.
#[test]
fn one_crash_pays_twice_on_a_host_that_remembers_nothing() {
    let twice = "WithdrawalRequested crash(withdrawal,1) WithdrawalRequested";
    assert_eq!(
        found("doubled-action", "scenarios/vault-at-least-once.yaml"),
        [
            format!("always paid-out-once!: {twice} PayOut>vault PayOut>vault"),
            "twice withdrawal sends NotifyCustomer twice for one WithdrawalRequested!: \
             WithdrawalRequested crash(withdrawal,2) WithdrawalRequested"
                .to_string(),
            format!("twice withdrawal sends PayOut twice for one WithdrawalRequested!: {twice}"),
        ]
    );
    // Without the vault, whose answer is listed there.
    assert_eq!(
        found("doubled-action", "scenarios/at-least-once.yaml")[0],
        format!("always paid-out-once!: {twice}")
    );
    // The same process, messages and faults on our host.
    let (broken, ours) = ("scenarios/vault-at-least-once.yaml", "scenarios/vault-our-host.yaml");
    let (broken, ours) = (read("doubled-action", broken), read("doubled-action", ours));
    assert_eq!((broken.faults, broken.deliver.len()), (ours.faults, ours.deliver.len()));
    assert_ne!(broken.host, ours.host);
    let ours = of(&ours);
    let outcomes = &ours.outcomes;
    let [paid] = &outcomes[..] else { panic!("{outcomes:?}") };
    assert_eq!(paid.outcome.rests, "paid");
}

#[test]
fn a_cook_who_does_not_hear_keeps_the_money() {
    let nearest =
        "OrderPlaced assistant-manager:OrderPriced cashier:OrderPaid CookFood>cook PaymentTimedOut!";
    assert_eq!(
        found("restaurant", "next/deaf-cook.yaml"),
        [
            format!("unfinished pay-first stays in cooking, and nothing more comes: {nearest}"),
            format!("finally no-money-kept: {nearest}"),
        ]
    );
}

/// Also where so much can happen that it is not asked of each whether it adds anything.
#[test]
fn what_decides_an_outcome_says_nothing_twice() {
    let mut scenario = read("loan-broker", "scenarios/silent.yaml");
    scenario.faults = Faults { duplicates: 1, losses: 0, crashes: 0 };
    scenario.host = Host::AtLeastOnce;
    let report = of(&scenario);
    assert!(report.outcomes.iter().any(|found| found.decided.by.len() > 20), "hardly anything decides");
    for found in &report.outcomes {
        let said: BTreeSet<&String> = found.decided.by.iter().collect();
        assert_eq!(said.len(), found.decided.by.len(), "{:?}", found.decided.by);
    }
}

/// What a process was not told it cannot take back: the mended one, too, books two carriers when Maple's answer is lost.
#[test]
fn the_mended_one_holds_until_an_answer_is_lost() {
    let mut scenario = read("ship-order-workflow", "scenarios/late-or-silent.yaml");
    scenario.faults.losses = 1;
    let report = of(&scenario);
    let finding = &report.findings[0];
    assert!(finding.message.contains("one-parcel-one-carrier"), "{}", finding.message);
    assert_eq!(
        finding.ordering.join(" "),
        "ShipOrder MapleTimedOut! alpine:AlpineAccepted maple:MapleAccepted-"
    );
    assert_eq!(finding.needs, [scenario.faults]);
}
