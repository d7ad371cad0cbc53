//! `anyorder check --upgrade`: where a switch from one version to another is safe, and the nearest ordering in which it is
//! not. Upgrades in which somebody has made a mistake are found by it; the story is fixtures/registration.

mod common;

use common::bench::Bench;
use std::path::Path;

fn bench() -> Bench {
    let story = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/registration");
    let mut bench = Bench::new();
    for file in [
        "anyorder.yaml",
        "processes/registration@1.yaml",
        "scenarios/crossing.yaml",
        "scenarios/no-payment.yaml",
        "next/registration@2.yaml",
        "next/too-soon@2.yaml",
        "next/no-expiry@2.yaml",
        "next/renamed@2.yaml",
    ] {
        bench = bench.file(file, &std::fs::read_to_string(story.join(file)).unwrap());
    }
    bench
}

const CROSSING: &str = "registration@1 → registration@2 at any moment, after OrderPlaced: SeatsReserved, PaymentReceived, \
                        ReservationCommitted in causal order, alarms at any moment\n";
const NOBODY: &str = "registration@1 → registration@2 at any moment, after OrderPlaced: SeatsReserved in any order, alarms \
                      at any moment\n";

#[test]
fn late_money_is_given_back_and_nobody_is_hurt_on_the_way() {
    bench().run("check crossing no-payment --upgrade registration@1..next/registration@2.yaml").prints(
        &format!(
            "safe: expiry, payment and confirmation cross
{CROSSING}30 states

  safe in reserving
  safe in awaiting-payment
  safe in confirming
  safe in expired
  safe in confirmed

safe: nobody pays
{NOBODY}9 states

  safe in reserving
  safe in awaiting-payment
  safe in expired
"
        ),
    );
}

/// Between the old step and the new one nobody sends it; what is missing can be sent.
#[test]
fn a_command_that_was_moved_to_an_earlier_step() {
    let bench = bench();
    bench.run("check crossing --upgrade registration@1..next/too-soon@2.yaml").ends(
        1,
        &format!(
            "not-safe: expiry, payment and confirmation cross
{CROSSING}30 states

  safe in awaiting-payment
  safe in confirming
  safe in expired
  safe in confirmed

  not safe in reserving
      misses AskForPayment: sent never, by registration@1 alone once, by registration@2 alone once
      nearest: →registration@2 SeatsReserved PaymentReceived ReservationCommitted
"
        ),
        "",
    );
    let mended = bench.run("check crossing --upgrade registration@1..next/too-soon@2.yaml --send-missing");
    assert_eq!(
        (mended.code, mended.out.lines().next()),
        (Some(0), Some("safe: expiry, payment and confirmation cross"))
    );
}

/// And the other way round, it is sent twice.
#[test]
fn a_command_that_was_moved_to_a_later_step() {
    let text = bench().read("next/too-soon@2.yaml").replace("version: 2", "version: 1");
    let bench = bench().file("processes/registration@1.yaml", &text);
    bench.run("check no-payment --upgrade registration@1..next/registration@2.yaml").ends(
        1,
        &format!(
            "not-safe: nobody pays
{NOBODY}9 states

  safe in awaiting-payment
  safe in expired

  not safe in reserving
      one too many AskForPayment: sent 2 times, by registration@1 alone once, by registration@2 alone once
      nearest: →registration@2 SeatsReserved ReservationExpired!
"
        ),
        "",
    );
}

#[test]
fn an_alarm_that_was_dropped() {
    bench().run("check no-payment --upgrade registration@1..next/no-expiry@2.yaml").ends(
        1,
        &format!(
            "not-safe: nobody pays
{NOBODY}7 states

  safe in expired

  not safe in reserving
      unfinished: awaiting-payment, where registration@1 alone comes to expired
      nearest: →registration@2 SeatsReserved

  not safe in awaiting-payment
      unfinished: awaiting-payment, where registration@1 alone comes to expired
      nearest: SeatsReserved →registration@2
"
        ),
        "",
    );
}

/// Under its new name a state has forgotten what it answered.
#[test]
fn a_state_that_was_renamed() {
    bench().run("check no-payment --upgrade registration@1..next/renamed@2.yaml").ends(
        1,
        &format!(
            "not-safe: nobody pays
{NOBODY}9 states

  safe in expired

  not safe in reserving
      parked: unexpected ReservationExpired in awaiting-money, where registration@1 alone comes to expired
      nearest: →registration@2 SeatsReserved ReservationExpired!

  not safe in awaiting-payment → awaiting-money
      parked: unexpected ReservationExpired in awaiting-money, where registration@1 alone comes to expired
      nearest: SeatsReserved →registration@2 ReservationExpired!
"
        ),
        "",
    );
}

/// What Q would have parked stays on P, and goes on there: that is said of the switch itself.
#[test]
fn what_does_not_fit() {
    let text = bench().read("next/registration@2.yaml");
    let hasty = text.replace("{send: MakeReservation}", "{send: MakeReservation, to: confirming}");
    let bench = bench().file("next/hasty.yaml", &hasty);
    bench.run("check no-payment --upgrade registration@1..next/hasty.yaml").ends(
        1,
        &format!(
            "not-safe: nobody pays
{NOBODY}8 states

  safe in expired

  not safe in reserving → confirming
      parked: unexpected SeatsReserved in confirming, where registration@1 alone comes to expired
      nearest: →registration@2 SeatsReserved

  not safe in awaiting-payment
      does not fit: under registration@2 it would be confirming, parked: unexpected SeatsReserved in confirming
      nearest: SeatsReserved →registration@2
"
        ),
        "",
    );
    // Where a person says that it goes elsewhere, it does.
    let mapped = bench.run(
        "check no-payment --upgrade registration@1..next/hasty.yaml --map awaiting-payment=awaiting-payment",
    );
    assert!(!mapped.out.contains("does not fit"), "{}", mapped.out);
}

#[test]
fn as_json() {
    bench().run("check no-payment --upgrade registration@1..next/no-expiry@2.yaml --format json").ends(
        1,
        r#"[
  {
    "scenario": "nobody pays",
    "from": "registration@1",
    "to": "registration@2",
    "order": "any",
    "alarms": "any",
    "verdict": "not-safe",
    "states": 7,
    "exhausted": true,
    "switches": [
      {
        "state": "reserving",
        "safe": false,
        "goes": [
          "reserving"
        ],
        "findings": [
          {
            "kind": "unfinished",
            "message": "unfinished: awaiting-payment, where registration@1 alone comes to expired",
            "ordering": [
              "→registration@2",
              "SeatsReserved"
            ]
          }
        ]
      },
      {
        "state": "awaiting-payment",
        "safe": false,
        "goes": [
          "awaiting-payment"
        ],
        "findings": [
          {
            "kind": "unfinished",
            "message": "unfinished: awaiting-payment, where registration@1 alone comes to expired",
            "ordering": [
              "SeatsReserved",
              "→registration@2"
            ]
          }
        ]
      },
      {
        "state": "expired",
        "safe": true,
        "goes": [],
        "findings": []
      }
    ]
  }
]
"#,
        "",
    );
}

/// A bound is no answer.
#[test]
fn a_bound_that_is_reached() {
    bench().run("check crossing --upgrade registration@1..next/registration@2.yaml --states 5").ends(
        3,
        &format!(
            "bound-reached: expiry, payment and confirmation cross
{CROSSING}so far 5 states

  nothing found so far in reserving
  nothing found so far in awaiting-payment
  nothing found so far in confirming
  nothing found so far in expired

note: a bound was reached, so this is not all
"
        ),
        "",
    );
}

#[test]
fn what_cannot_be_asked() {
    let bench = bench().file("processes/order@1.yaml", "process: order\nversion: 1\nstarts-on: OrderPlaced\ninitial: a\nstates: {a: {end: success}}\n").file(
        "scenarios/both.yaml",
        "scenario: both\nprocess: [registration@1, order@1]\nfirst: [OrderPlaced]\ndeliver: [SeatsReserved]\n",
    );
    let says = |line: &str, error: &str| bench.run(line).fails(2, error);
    says(
        "check crossing --upgrade registration@1..registration@1",
        "error: both are registration@1: nothing could be told of what runs on which\n  = help: give the new one a \
         `version:` of its own\n",
    );
    says(
        "check crossing --upgrade registration@1..order@1",
        "error: registration and order are not versions of one process\n  = help: what runs is moved from one version of a \
         process to another\n",
    );
    says(
        "check --upgrade registration@1..next/registration@2.yaml",
        "error: in which scenario?\n  = help: name one or more: `check --upgrade P..Q payment`\n",
    );
    says(
        "check both --upgrade registration@1..next/registration@2.yaml",
        "error: an upgrade is checked for one process at a time\n  --> both\n  = help: name a scenario in which there is no \
         other\n",
    );
    says(
        "check crossing --upgrade registration@1..next/registration@2.yaml --faults crashes=1",
        "error: an upgrade is checked for a host that remembers what it has handled and sent\n  --> expiry, payment and \
         confirmation cross\n  = help: leave `crashes` and `host` out: there a crash changes nothing\n",
    );
    says(
        "check no-payment --upgrade registration@1..next/renamed@2.yaml --map awaiting-payment=nowhere",
        "error: --map: registration@2 has no state nowhere\n  = help: it has reserving, awaiting-money, confirming\n",
    );
    for wrong in ["registration@1", "registration@1..", "..registration@2"] {
        let said = bench.run(&format!("check crossing --upgrade {wrong}"));
        assert!(said.err.contains("write two versions, as in `order@1..order@2`"), "{}", said.err);
    }
}
