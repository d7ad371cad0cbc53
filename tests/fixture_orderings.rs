//! The fixtures' scenarios, one ordering after the other: the sound ones hold, and each twin breaks in
//! the orderings that its README tells of.
//!
//! A walk of its own over the kernel, for one process and one conversation: nothing is merged, nothing is
//! counted but by counting. Alarms ring as `any` and `last` say, as far as one alarm at a time goes.

mod common;

use anyorder::event::{Message, Name, Position};
use anyorder::explore::{Alarms, Facts, Order, Property, Scenario, facts_of};
use anyorder::process::Definition;
use anyorder::step::{Input, Instance, Rest, turn};
use common::library::scenario;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// Everything that can still happen, and what has.
#[derive(Clone)]
struct Walk {
    instance: Instance,
    next: Position,
    left: BTreeSet<usize>,
    counts: BTreeMap<Name, u64>,
    steps: Vec<String>,
}

/// What one ordering led to.
struct Told {
    steps: String,
    rest: String,
    sent: BTreeMap<Name, u64>,
    /// The names of the properties that did not hold.
    broken: BTreeSet<String>,
}

fn walk(scenario: &Scenario, order: Order) -> Vec<Told> {
    let [definition] = &scenario.processes[..] else { panic!("one process") };
    let mut walk = Walk {
        instance: Instance::new(Name::from("c1")),
        next: Position::FIRST,
        left: (0..scenario.deliver.len()).collect(),
        counts: BTreeMap::new(),
        steps: Vec::new(),
    };
    let mut broken = BTreeSet::new();
    for stimulus in &scenario.first {
        take(&mut walk, definition, &stimulus.message, stimulus.message.type_.to_string(), true);
    }
    walk.steps.clear();
    let mut told = Vec::new();
    judge(&walk, definition, &scenario.expect.always, &mut broken);
    go(scenario, definition, order, &walk, &broken, &mut told);
    told
}

fn go(
    scenario: &Scenario,
    definition: &Definition,
    order: Order,
    walk: &Walk,
    broken: &BTreeSet<String>,
    told: &mut Vec<Told>,
) {
    let waits = |index: usize| {
        let stimulus = &scenario.deliver[index];
        let caused = order.causal && stimulus.causes.iter().any(|cause| walk.left.contains(cause));
        let earlier = |other: &usize| *other < index && scenario.deliver[*other].module == stimulus.module;
        caused || order.fifo && stimulus.module.is_some() && walk.left.iter().any(earlier)
    };
    let mut next: Vec<Walk> = Vec::new();
    for &index in walk.left.iter().filter(|index| !waits(**index)) {
        let message = &scenario.deliver[index].message;
        let mut one = walk.clone();
        one.left.remove(&index);
        take(&mut one, definition, message, message.id.to_string(), true);
        next.push(one);
    }
    let ring = match scenario.alarms {
        Alarms::Any => walk.instance.parked.is_none(),
        Alarms::Last => walk.instance.parked.is_none() && walk.left.is_empty(),
        Alarms::Never => false,
    };
    for alarm in walk.instance.alarms.iter().filter(|_| ring) {
        let mut one = walk.clone();
        take(&mut one, definition, alarm, format!("{}!", alarm.type_), false);
        next.push(one);
    }
    for one in &next {
        let mut broken = broken.clone();
        judge(one, definition, &scenario.expect.always, &mut broken);
        go(scenario, definition, order, one, &broken, told);
    }
    if next.is_empty() {
        let mut broken = broken.clone();
        judge(walk, definition, &scenario.expect.finally, &mut broken);
        let mut sent = walk.counts.clone();
        for stimulus in scenario.first.iter().chain(&scenario.deliver) {
            *sent.get_mut(&stimulus.message.type_).unwrap() -= 1;
        }
        sent.retain(|_, count| *count > 0);
        let rest = walk.instance.rest();
        assert!(!matches!(rest, Rest::Parked(_)) || scenario.expect.outcomes.is_some());
        told.push(Told { steps: walk.steps.join(" "), rest: rest.to_string(), sent, broken });
    }
}

fn take(walk: &mut Walk, definition: &Definition, message: &Arc<Message>, step: String, stimulus: bool) {
    if stimulus {
        *walk.counts.entry(message.type_.clone()).or_default() += 1;
    }
    let input = Input::Arrives(message.clone());
    let turn = turn(|_| Some(definition), &mut walk.instance, input, message.time, &mut walk.next);
    for sent in turn.iter().flat_map(|recorded| &recorded.sent) {
        *walk.counts.entry(sent.type_.clone()).or_default() += 1;
    }
    walk.steps.push(step);
}

fn judge(walk: &Walk, definition: &Definition, properties: &[Property], broken: &mut BTreeSet<String>) {
    let facts = Facts {
        processes: vec![facts_of(definition, Some(&walk.instance))],
        counts: walk.counts.clone(),
        ..Facts::default()
    };
    let fails = |property: &&Property| {
        !property.judge(&facts).unwrap_or_else(|failure| panic!("{}: {}", property.name, failure.what))
    };
    broken.extend(properties.iter().filter(fails).map(|property| property.name.clone()));
}

fn read(story: &str, file: &str) -> Scenario {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(story);
    scenario(&root, file).unwrap()
}

/// The orderings that are not as they should be, with what they break.
fn offences(scenario: &Scenario, told: &[Told]) -> Vec<String> {
    let declared = scenario.expect.outcomes.as_ref().unwrap();
    let mut found = Vec::new();
    for one in told {
        let mut wrong: Vec<String> = one.broken.iter().cloned().collect();
        if !declared.contains(&one.rest) {
            wrong.push(format!("rests in {}", one.rest));
        }
        if !wrong.is_empty() {
            found.push(format!("{}: {}", one.steps, wrong.join(", ")));
        }
    }
    found
}

fn outcomes(told: &[Told]) -> BTreeSet<(&str, &BTreeMap<Name, u64>)> {
    told.iter().map(|one| (&*one.rest, &one.sent)).collect()
}

#[test]
fn the_sound_ones_hold_and_every_outcome_that_they_declare_is_reached() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let (mut scenarios, mut orderings) = (0, 0);
    for story in std::fs::read_dir(fixtures).unwrap().map(|entry| entry.unwrap()) {
        let name = story.file_name().into_string().unwrap();
        // A story may have nothing that `check` explores.
        let has_scenarios = story.path().join("scenarios").is_dir();
        if name.ends_with("-broken") || name == "tally" || !has_scenarios {
            continue;
        }
        for file in std::fs::read_dir(story.path().join("scenarios")).unwrap() {
            let file = format!("scenarios/{}", file.unwrap().file_name().to_str().unwrap());
            let scenario = read(&name, &file);
            // What processes and services say to each other, several conversations, and what goes wrong are beyond this walk, and
            // not beyond `check_oracle.rs` and `check_oracle_faults.rs`.
            let listed = scenario.first.iter().chain(&scenario.deliver);
            let conversations: BTreeSet<_> = listed.map(|stimulus| &stimulus.message.correlation).collect();
            let goes_wrong = scenario.faults != Default::default() || scenario.host != Default::default();
            let answered = !scenario.staff.services.is_empty();
            if answered || scenario.processes.len() > 1 || conversations.len() > 1 || goes_wrong {
                continue;
            }
            for &order in &scenario.orders {
                let told = walk(&scenario, order);
                assert_eq!(offences(&scenario, &told), Vec::<String>::new(), "{name}/{file}");
                let reached: BTreeSet<&str> = told.iter().map(|one| &*one.rest).collect();
                let declared: BTreeSet<&str> =
                    scenario.expect.outcomes.iter().flatten().map(String::as_str).collect();
                assert_eq!(reached, declared, "{name}/{file}");
                assert!(!scenario.expect.converge || outcomes(&told).len() == 1, "{name}/{file}");
                orderings += told.len();
            }
            scenarios += 1;
        }
    }
    println!("{scenarios} scenarios, {orderings} orderings");
    assert!(scenarios >= 15);
}

#[test]
fn each_twin_breaks_where_its_readme_says() {
    let broken = |story: &str, file: &str| {
        let scenario = read(story, file);
        let told = walk(&scenario, scenario.orders[0]);
        (told.len(), offences(&scenario, &told))
    };
    let one = |text: &str| vec![text.to_string()];
    assert_eq!(
        broken("converging-payment-broken", "scenarios/convergent.yaml"),
        (6, one("PaymentTimedOut OrderCancelled PaymentReceived: no-money-kept, rests in paid"))
    );
    assert_eq!(
        broken("shipping-policy-broken", "scenarios/shipping-policy.yaml"),
        (2, one("OrderBilled OrderPlaced: shipped-once"))
    );
    assert_eq!(
        broken("buyers-remorse-broken", "scenarios/remorse.yaml"),
        (3, one("PlaceOrder RemorseIsOver! CancelOrder: cancelled-is-cancelled"))
    );
    // Of four scenarios one finds it, and not in every ordering.
    for file in ["all-leave", "second-try", "nobody"] {
        let (_, found) = broken("group-checkout-broken", &format!("scenarios/{file}.yaml"));
        assert_eq!(found, Vec::<String>::new(), "{file}");
    }
    let (told, found) = broken("group-checkout-broken", "scenarios/asked-twice.yaml");
    assert_eq!((told, found.len()), (160, 24));
    let nearest = "GuestCheckedOut GuestCheckedOut-2 GuestCheckoutFailed GuestCheckoutFailed-2: ";
    assert!(
        found.iter().any(|one| one.starts_with(nearest) && one.ends_with("rests in completed")),
        "{found:?}"
    );
    assert_eq!(
        broken("restaurant", "next/takeaway.yaml"),
        (4, one("PaymentTimedOut! OrderCancelled OrderPaid: no-money-kept, rests in closed"))
    );
}

/// The numbers that four independent tools agree on, by this walk with equal worlds merged.
#[test]
fn the_tally_has_the_worlds_that_it_is_said_to_have() {
    for (k, worlds, outcomes, orderings) in
        [(8, 976, 10, 40_320u64), (10, 5_120, 14, 3_628_800), (12, 25_344, 18, 479_001_600)]
    {
        let scenario = read("tally", &format!("scenarios/tally-{k}.yaml"));
        assert!(scenario.by_data && scenario.deliver.len() == k);
        let definition = &scenario.processes[0];
        let mut walk = Walk {
            instance: Instance::new(Name::from("c1")),
            next: Position::FIRST,
            left: (0..k).collect(),
            counts: BTreeMap::new(),
            steps: Vec::new(),
        };
        take(&mut walk, definition, &scenario.first[0].message, String::new(), true);
        let mut layer = BTreeMap::from([((walk.left.clone(), said(&walk)), (walk, 1u64))]);
        let mut met = 1;
        for _ in 0..k {
            let mut next: BTreeMap<_, (Walk, u64)> = BTreeMap::new();
            for (walk, ways) in layer.values() {
                for &index in &walk.left {
                    let mut one = walk.clone();
                    one.left.remove(&index);
                    one.steps.clear();
                    take(&mut one, definition, &scenario.deliver[index].message, String::new(), true);
                    next.entry((one.left.clone(), said(&one))).or_insert((one, 0)).1 += ways;
                }
            }
            met += next.len();
            layer = next;
        }
        assert_eq!((met, layer.len()), (worlds, outcomes), "k = {k}");
        assert_eq!(layer.values().map(|(_, ways)| ways).sum::<u64>(), orderings, "k = {k}");
        let rests = layer.values().all(|(walk, _)| matches!(walk.instance.rest(), Rest::Ended(..)));
        assert!(rests, "k = {k}: something is unfinished");
    }
}

fn said(walk: &Walk) -> String {
    format!("{} {}", walk.instance.rest(), walk.instance.data.to_json())
}
