//! The explorer against brute force where services answer: seeded random scenarios with services that have a
//! memory and such that have none, beside processes or alone, on both hosts, with duplicates, losses and crashes.
//!
//! `ANYORDER_THOROUGH=1` takes forty times as many; `ANYORDER_SEED=n` takes that one alone.

#[path = "common/brute/mod.rs"]
mod brute;

use brute::agreement::agree;
use brute::coverage::{Coverage, Wanted};
use brute::generate::walked_with_services;
use brute::interpret::Outcome;
use brute::model::*;
use brute::orderings::{Told, walk};
use brute::shrink::{shrunk, size};
use brute::{seeds, seeds_by};

const WANTED: Wanted = Wanted { note: noted, floors };

/// At least so many in a hundred are about this.
const FLOORS: [(&str, u64); 38] = [
    ("services", 50),
    ("entities", 50),
    ("services without memory", 50),
    ("several services", 30),
    ("no process", 15),
    ("two processes", 10),
    ("two conversations", 20),
    ("chances", 30),
    ("guards", 30),
    ("duplicates", 25),
    ("losses", 25),
    ("crashes", 25),
    ("struck: duplicate", 20),
    ("struck: loss", 20),
    ("struck: crash", 20),
    ("host anyorder", 40),
    ("host at-least-once", 35),
    ("causal", 20),
    ("fifo", 20),
    ("some first", 15),
    ("outcome-by: data", 10),
    ("an alarm rang", 8),
    ("several outcomes", 40),
    ("findings", 30),
    ("finding twice", 3),
    ("an exchange is answered", 25),
    ("an exchange has alternatives", 10),
    ("an exchange is unanswered", 5),
    ("nobody hears an answer", 10),
    ("silence is taken", 5),
    ("silence was certain", 8),
    ("the message of an exchange is lost", 10),
    ("an answer is lost", 6),
    ("a service without memory is asked twice", 8),
    ("an entity has alternatives", 10),
    ("an entity is parked", 8),
    ("several conversations meet at an entity", 5),
    ("the step of an entity is cut short", 2),
];

fn noted(coverage: &mut Coverage, case: &Case, told: &Told) {
    let Faults { duplicates, losses, crashes } = case.faults;
    let entities = case.services.iter().any(|service| service.entity.is_some());
    let replies = || case.services.iter().flat_map(|service| service.on.iter().flat_map(|(_, all)| all));
    let findings = told.findings(case);
    let kind = |kind: &str| findings.iter().any(|finding| finding.kind.starts_with(kind));
    let looks = |property: &(Judged, Condition)| matches!(property.1, Condition::EntityBelow(..));
    for (what, holds) in [
        ("services", !case.services.is_empty()),
        ("entities", entities),
        ("services without memory", case.services.iter().any(|service| service.entity.is_none())),
        ("several services", case.services.len() > 1),
        ("no process", case.processes.is_empty()),
        ("two processes", case.processes.len() > 1),
        ("two conversations", case.several_conversations()),
        ("chances", replies().any(|reply| reply.chance.is_some())),
        ("guards", replies().any(|reply| !reply.reaction.when.is_empty())),
        ("duplicates", duplicates > 0),
        ("losses", losses > 0),
        ("crashes", crashes > 0),
        ("no fault at all", case.faults.sum() == 0),
        ("host anyorder", !case.forgets),
        ("host at-least-once", case.forgets),
        ("struck: duplicate", told.struck.contains(&'+')),
        ("struck: loss", told.struck.contains(&'-')),
        ("struck: crash", told.struck.contains(&'c')),
        ("an alarm rang", told.rang),
        ("outcome duplicate", told.outcomes.contains(&Outcome::Duplicate)),
        ("several outcomes", told.found.len() > 1),
        ("outcome-by: data", case.by_data),
        ("causal", case.causal),
        ("fifo", case.fifo),
        ("some first", !case.first.is_empty()),
        ("findings", !findings.is_empty()),
        ("finding twice", kind("twice")),
        ("finding unanswered", kind("unanswered")),
        ("finding parked", kind("parked")),
        (
            "an entity is parked",
            told.found.iter().any(|found| found.outcome.contains("#") && found.outcome.contains("parked")),
        ),
        ("a property of an entity", case.expect.properties.iter().any(looks)),
        ("a property of an entity is broken", kind("always") && case.expect.properties.iter().any(looks)),
        ("verdict converges", told.verdict(case) == "converges"),
        ("verdict diverges", told.verdict(case) == "diverges"),
        ("verdict as-declared", told.verdict(case) == "as-declared"),
        ("more than 10 orderings", told.orderings > 10),
        ("more than 100 orderings", told.orderings > 100),
        ("more than 1,000 orderings", told.orderings > 1_000),
    ] {
        coverage.note(what, holds);
    }
    for what in &told.seen {
        coverage.note(what, true);
    }
    // On our host it cannot.
}

fn floors(coverage: &Coverage) {
    for (what, percent) in FLOORS {
        coverage.floor(what, percent);
    }
}

#[test]
fn the_explorer_agrees_with_brute_force_where_services_answer() {
    agree(seeds_by(500, 40), walked_with_services, &WANTED);
}

/// What disagrees is read by people.
#[test]
fn a_case_with_services_is_made_small() {
    let lost = |case: &Case| walk(case, 100_000).is_some_and(|told| told.seen.contains("an answer is lost"));
    let (mut whole, mut small) = (0, 0);
    for case in seeds(40).map(|seed| walked_with_services(seed).0).filter(lost) {
        whole += size(&case);
        let made = shrunk(case, lost);
        assert!(lost(&made));
        small += size(&made);
    }
    assert!(small * 4 < whole || whole < 10_000, "{small} of {whole}");
}
