//! What comes to one instance and does not interact there is explored apart, and composed: regions, and messages that are
//! about different data. What is reported is the same, to the byte, as where the whole is walked.
//!
//! `ANYORDER_THOROUGH=1` takes ten times as many; `ANYORDER_SEED=n` takes that one alone.

#[path = "common/both_ways.rs"]
mod both_ways;
#[path = "common/brute/mod.rs"]
mod brute;
#[path = "common/shelf.rs"]
mod shelf;

use anyorder::explore::{Count, Faults, Kind, Report, Scenario, explore, read};
use anyorder::process;
use anyorder::report::diagnostic::render;
use anyorder::span::Source;
use both_ways::agree;
use num_bigint::BigUint;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use shelf::{Shelf, factorial};
use std::fmt::Write;

/// The parts of the only report.
fn parts(reports: &[Report]) -> Vec<String> {
    let [report] = reports else { panic!("one order") };
    let apart = report.apart.as_ref().map_or_else(Vec::new, |apart| apart.parts.clone());
    apart.iter().map(|part| part.join(" ")).collect()
}

/// What is said of it, both ways; and the parts.
fn told(process: &str, deliver: &str) -> (Vec<Report>, Vec<String>) {
    let scenario = shelf::scenario(process, &format!("first: [Start]\ndeliver: [{deliver}]\n"));
    let reports = agree(&scenario, process);
    let parts = parts(&reports);
    (reports, parts)
}

/// Each region of a meal waits for what comes too early.
const MEAL: &str = "process: meal
version: 1
starts-on: Start
regions:
  payment:
    initial: due
    unexpected: defer
    states:
      due: {on: {Billed: {to: billed}}}
      billed: {on: {Paid: {send: Receipt, to: paid}}}
      paid: {end: success}
  kitchen:
    initial: idle
    unexpected: ignore
    states:
      idle: {on: {Ordered: {to: cooking}}}
      cooking: {on: {Cooked: {send: Serve, to: served}}}
      served: {end: success}
";

#[test]
fn two_regions_are_two_parts() {
    let (reports, parts) = told(MEAL, "Billed, Paid, Ordered, Cooked");
    assert_eq!(parts, ["Billed Paid", "Ordered Cooked"]);
    let outcomes = reports[0].outcomes.iter().map(|found| found.outcome.rests.as_str());
    let outcomes: Vec<&str> = outcomes.collect();
    // Where the meal was cooked before it was ordered the kitchen cooks for ever.
    assert_eq!(outcomes, ["payment.paid kitchen.served", "unfinished: payment.paid kitchen.cooking"]);
}

/// What ties two regions, each in a way of its own.
#[test]
fn regions_that_have_something_in_common_are_one() {
    let tied = |from: &str, to: &str| {
        assert!(MEAL.contains(from), "{from}");
        let (_, parts) = told(&MEAL.replace(from, to), "Billed, Paid, Ordered, Cooked");
        assert!(parts.is_empty(), "{to}: {parts:?}");
    };
    // Both set a member, or one reads what the other sets.
    let kitchen = "Ordered: {to: cooking}";
    let data = MEAL.replace("regions:", "data: {n: 0}\nregions:");
    let set = data.replace("Billed: {to", "Billed: {set: {n: =data.n + 1}, to");
    for also in ["Ordered: {set: {n: 7}, to: cooking}", "Ordered: {when: data.n == 1, to: cooking}"] {
        let (_, parts) = told(&set.replace(kitchen, also), "Billed, Paid, Ordered, Cooked");
        assert!(parts.is_empty(), "{also}: {parts:?}");
    }
    // One looks where the other is.
    tied(kitchen, "Ordered: {when: state.payment == 'paid', to: cooking}");
    // They meet.
    tied(
        "regions:",
        "joins: [{when: state.payment == 'paid' && state.kitchen == 'served', publish: Done}]\nregions:",
    );
    tied("regions:", "joins: [{when: state.payment == 'paid', end: success, as: done}]\nregions:");
    // Both hear a message, and one may park the whole.
    tied("Paid: {send: Receipt, to: paid}", "Paid: {send: Receipt, to: paid}, Ordered: {send: Hurry}");
    tied("unexpected: ignore", "unexpected: park");
    // The next life begins when all have ended.
    tied("version: 1", "version: 1\nafter-end: forget");
}

/// A member that nobody sets may be read by all; and a join ties those that it looks at, and no other.
#[test]
fn what_nobody_changes_ties_nothing() {
    let rich = MEAL.replace("regions:", "data: {rich: true}\nregions:");
    let rich = rich.replace("Billed: {to", "Billed: {when: data.rich, to");
    let rich = rich.replace("Ordered: {to", "Ordered: {when: data.rich, to");
    let (_, parts) = told(&rich, "Billed, Paid, Ordered, Cooked");
    assert_eq!(parts, ["Billed Paid", "Ordered Cooked"]);
    let joined =
        MEAL.replace("regions:", "joins: [{when: state.payment == 'paid', publish: Joined}]\nregions:");
    let (_, parts) = told(&joined, "Billed, Paid, Ordered, Cooked");
    assert_eq!(parts, ["Billed Paid", "Ordered Cooked"]);
}

/// A plain process that stays in its state: what is about different members is of different parts.
#[test]
fn messages_about_different_data_are_parts() {
    let counts = "process: counts
version: 1
starts-on: Start
data: {a: 0, b: 0}
unexpected: ignore
initial: open
states:
  open:
    on:
      A1: {set: {a: =data.a + 1}}
      A2: [{when: data.a == 1, set: {a: 5}, send: Late}, {set: {a: 6}}]
      B1: {set: {b: 1}}
      B2: {when: data.b == 1, send: Told}
      Close: {to: closed}
  closed: {end: success}
";
    let (reports, parts) = told(counts, "A1, A2, B1, B2");
    assert_eq!(parts, ["A1 A2", "B1 B2"]);
    assert_eq!(reports[0].outcomes.len(), 4);
    // Where one of them may leave the state, all look at it.
    let (_, parts) = told(counts, "A1, A2, B1, Close");
    assert!(parts.is_empty(), "{parts:?}");
}

/// What is to hold in the end looks at more than an outcome tells: here at data, of which an outcome says nothing.
#[test]
fn what_is_to_hold_in_the_end_is_asked_of_the_whole() {
    let process = "process: counts
version: 1
starts-on: Start
data: {a: 0, b: 0}
unexpected: ignore
initial: open
states:
  open:
    on:
      A1: {set: {a: 1}}
      A2: {set: {a: 2}}
      B1: {set: {b: 1}}
      B2: {set: {b: 2}}
";
    let text = "first: [Start]\ndeliver: [A1, A2, B1, B2]\nexpect: {finally: {differ: data.a != data.b}}\n";
    let reports = agree(&shelf::scenario(process, text), process);
    assert_eq!(parts(&reports), ["A1 A2", "B1 B2"]);
    let broken = reports[0].findings.iter().find(|finding| finding.kind == Kind::Finally).unwrap();
    assert_eq!(broken.orderings, Some(Count::Finite(BigUint::from(12_u8))));
    assert_eq!(broken.ordering, ["A1", "A2", "B1", "B2"]);
}

/// Whoever sets a member to what it was changes it all the same: of two that set it, it matters which is the last.
#[test]
fn to_set_what_is_so_already_is_to_set_it() {
    let process = "process: lamp
version: 1
starts-on: Start
data: {lit: 0}
initial: open
states:
  open: {on: {Light: {set: {lit: 1}}, Dim: {set: {lit: 0}, to: over}}}
  over: {end: success, on: {Light: {set: {lit: 1}}}}
";
    let text = "first: [Start]\ndeliver: [Light, Dim]\noutcome-by: data\n";
    let reports = agree(&shelf::scenario(process, text), process);
    assert_eq!(reports[0].outcomes.len(), 2);
}

/// Alarms of two regions ring in an order; an alarm of one ties nobody.
#[test]
fn alarms_of_two_regions_tie_them() {
    let one = MEAL.replace("Billed: {to", "Billed: {alarm: {Overdue: 5m}, to");
    let one = one.replace("Paid: {send: Receipt, to: paid}", "Paid: {to: paid}, Overdue: {send: Reminder}");
    let (_, parts) = told(&one, "Billed, Paid, Ordered, Cooked");
    assert_eq!(parts, ["Billed Paid", "Ordered Cooked"]);
    let two = one.replace("Ordered: {to", "Ordered: {alarm: {Burnt: 7m}, to");
    let two = two.replace("Cooked: {send: Serve, to: served}", "Cooked: {to: served}, Burnt: {send: Sorry}");
    let (_, parts) = told(&two, "Billed, Paid, Ordered, Cooked");
    assert!(parts.is_empty(), "{parts:?}");
}

/// Six chains of four, of which each waits for what comes too early: 24! orderings with one end. A world is which messages have
/// come, and in which order those came that wait; of one chain those that have come and still wait are behind the first that
/// has not.
#[test]
fn six_regions_of_four_messages() {
    let mut process =
        String::from("process: six\nversion: 1\nstarts-on: Start\nunexpected: defer\nregions:\n");
    let mut deliver = Vec::new();
    for name in ["a", "b", "c", "d", "e", "f"] {
        writeln!(process, "  {name}:\n    initial: s0\n    states:").unwrap();
        for state in 0..4 {
            let type_ = format!("{}{state}", name.to_uppercase());
            writeln!(process, "      s{state}: {{on: {{{type_}: {{to: s{}}}}}}}", state + 1).unwrap();
            deliver.push((state, type_));
        }
        writeln!(process, "      s4: {{end: success}}").unwrap();
    }
    // How many sets of a chain's messages leave so many that wait.
    let mut waiting = [0_u64; 4];
    for set in 0..16_u32 {
        let come = set.trailing_ones();
        waiting[(set.count_ones() - come) as usize] += 1;
    }
    let mut all = vec![BigUint::from(1_u8)];
    for _ in 0..6 {
        let mut next = vec![BigUint::ZERO; all.len() + 3];
        for (a, many) in all.iter().enumerate() {
            waiting.iter().enumerate().for_each(|(b, ways)| next[a + b] += many * ways);
        }
        all = next;
    }
    let worlds: BigUint = all.iter().enumerate().map(|(many, ways)| ways * factorial(many)).sum();
    // As listed: chain by chain, a bit of each in turns, and that backwards.
    for order in 0..3 {
        match order {
            0 => {}
            1 => deliver.sort(),
            _ => deliver.reverse(),
        }
        let listed: Vec<&str> = deliver.iter().map(|(_, type_)| type_.as_str()).collect();
        let text = format!("first: [Start]\ndeliver: [{}]\n", listed.join(", "));
        let reports = shelf::reports(&shelf::scenario(&process, &text));
        let [report] = &reports[..] else { panic!("one order") };
        assert_eq!(report.orderings, Count::Finite(factorial(24)));
        assert_eq!(report.worlds(), worlds);
        assert_eq!(report.outcomes.len(), 1);
    }
}

/// A region, as it is written, and what it hears.
fn region(chance: &mut ChaCha8Rng, name: &str, others: &[&str], types: &[String]) -> String {
    let states = chance.random_range(2..=3);
    let own = name.to_uppercase();
    let policy = ["ignore", "ignore", "ignore", "defer", "defer", "defer", "ignore", "park"]
        [chance.random_range(0..8)];
    let ends = chance.random_bool(0.5);
    let alarm = chance.random_bool(0.35);
    // Now and then it looks at another, or changes what is another's.
    let other = others[chance.random_range(0..others.len())];
    let member = |chance: &mut ChaCha8Rng| match chance.random_bool(0.02) {
        true => format!("n{other}"),
        false => format!("n{name}"),
    };
    let deed = |chance: &mut ChaCha8Rng, arms: bool| {
        let mut does: Vec<String> = Vec::new();
        let (to, from) = (member(chance), member(chance));
        match chance.random_range(0..5) {
            0 => does.push(format!("set: {{{to}: =data.{from} + 1}}")),
            1 => does.push(format!("set: {{{to}: {}}}", chance.random_range(0..3))),
            _ => {}
        }
        match chance.random_range(0..8) {
            0 | 1 => does.push(format!("send: Sent{name}")),
            2 => does.push("publish: Told".to_string()),
            _ => {}
        }
        if alarm && arms && chance.random_bool(0.4) {
            does.push(format!("alarm: {{Due{name}: {}m}}", chance.random_range(1..4)));
        } else if alarm && chance.random_bool(0.15) {
            does.push(format!("cancel: Due{name}"));
        }
        does
    };
    let guard = |chance: &mut ChaCha8Rng| {
        let member = member(chance);
        match chance.random_range(0..60) {
            0 => format!("state.{other} == 's1'"),
            _ => format!("data.{member} >= {}", chance.random_range(1..3)),
        }
    };
    let mut text = format!("  {name}:\n    initial: s0\n    unexpected: {policy}\n    states:\n");
    for state in 0..states {
        let ended = ends && state + 1 == states;
        writeln!(text, "      s{state}:").unwrap();
        if ended {
            writeln!(text, "        end: {}", ["success", "failure", "manual"][chance.random_range(0..3)])
                .unwrap();
        }
        if chance.random_bool(0.2) {
            let does = deed(chance, true);
            if !does.is_empty() {
                writeln!(text, "        enter: {{{}}}", does.join(", ")).unwrap();
            }
        }
        if !ended && chance.random_bool(0.2) {
            let mut does = vec![format!("when: {}", guard(chance))];
            does.extend(deed(chance, false));
            does.push(format!("to: s{}", chance.random_range(0..states)));
            writeln!(text, "        whenever: {{{}}}", does.join(", ")).unwrap();
        }
        text += "        on:\n";
        let mut quiet = Vec::new();
        for (place, type_) in types.iter().enumerate() {
            if chance.random_bool(0.25) && place != state {
                if chance.random_bool(0.4) && !ended {
                    quiet.push(type_.clone());
                }
                continue;
            }
            let mut does = deed(chance, true);
            if chance.random_bool(0.2) {
                does.insert(0, format!("when: {}", guard(chance)));
            }
            if !ended && chance.random_bool(0.6) {
                does.push(format!("to: s{}", (state + 1) % states));
            }
            if does.is_empty() {
                does.push("send: Nothing".to_string());
            }
            writeln!(text, "          {type_}: {{{}}}", does.join(", ")).unwrap();
        }
        if alarm && chance.random_bool(if ended { 0.3 } else { 0.8 }) {
            let rings = match ended || chance.random_bool(0.4) {
                true => "send: Late".to_string(),
                false => format!("to: s{}", chance.random_range(0..states)),
            };
            writeln!(text, "          Due{name}: {{{rings}}}").unwrap();
        }
        // Of each that is listed something is known.
        if state == 0 {
            for type_ in types.iter().filter(|type_| !quiet.contains(type_)) {
                if !text.contains(&format!("          {type_}: ")) {
                    writeln!(text, "          {type_}: {{send: Sent{name}}}").unwrap();
                }
            }
        }
        if chance.random_bool(0.95) {
            writeln!(text, "          {own}X: {{send: Seen{name}}}").unwrap();
        }
        // Every state is reached, and everything is set somewhere.
        let also = if alarm { format!("alarm: {{Due{name}: 2m}}, ") } else { String::new() };
        if !ended {
            writeln!(
                text,
                "          Turn{name}: {{set: {{n{name}: 0}}, {also}to: s{}}}",
                (state + 1) % states
            )
            .unwrap();
        }
        if !quiet.is_empty() {
            writeln!(
                text,
                "        {}: [{}]",
                ["ignore", "defer"][chance.random_range(0..2)],
                quiet.join(", ")
            )
            .unwrap();
        }
    }
    text
}

/// A plain process that stays where it is, with messages about one member of its data or another.
fn plain(chance: &mut ChaCha8Rng, names: &[&str], types: &[Vec<String>]) -> String {
    let policy = ["ignore", "ignore", "defer", "park"][chance.random_range(0..4)];
    let mut text =
        format!("unexpected: {policy}\ndata: {{na: 0, nb: 0, nc: 0}}\ninitial: s0\nstates:\n  s0:\n");
    if chance.random_bool(0.1) {
        text += "    whenever: {when: data.na >= 2, set: {na: 0}, publish: Told}\n";
    }
    text += "    on:\n";
    for (name, types) in names.iter().zip(types) {
        let alarm = chance.random_bool(0.3);
        for (place, type_) in types.iter().filter(|type_| type_.starts_with(&name.to_uppercase())).enumerate()
        {
            let read = if chance.random_bool(0.03) { "a" } else { *name };
            let guard = format!("when: data.n{read} >= {}, ", chance.random_range(1..3));
            let guard = if chance.random_bool(0.4) { guard } else { String::new() };
            let set = ["= data.n + 1", "1", "2"][chance.random_range(0..3)]
                .replace("= data.n", &format!("=data.n{name}"));
            let alarm =
                if alarm && place == 0 { format!(", alarm: {{Due{name}: 3m}}") } else { String::new() };
            let send = if chance.random_bool(0.4) { format!(", send: Sent{name}") } else { String::new() };
            writeln!(text, "      {type_}: {{{guard}set: {{n{name}: {set}}}{send}{alarm}}}").unwrap();
        }
        if alarm {
            writeln!(text, "      Due{name}: {{set: {{n{name}: 5}}}}").unwrap();
        }
        writeln!(text, "      {}X: {{send: Seen{name}}}", name.to_uppercase()).unwrap();
        writeln!(text, "      Turn{name}: {{set: {{n{name}: 0}}}}").unwrap();
    }
    text += "      Over: {to: s1}\n  s1: {end: success}\n";
    text
}

/// Some regions, now and then something that ties them, and what comes.
fn several(seed: u64) -> (Vec<String>, String) {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let names = ["a", "b", "c"];
    let many = chance.random_range(2..=3);
    let mut types: Vec<Vec<String>> = (names[..many].iter())
        .map(|name| {
            (1..=chance.random_range(1..=3))
                .map(|number| format!("{}{number}", name.to_uppercase()))
                .collect()
        })
        .collect();
    if chance.random_bool(0.06) {
        // What one hears another hears, too.
        let heard = types[0][0].clone();
        types[1].push(heard);
    }
    let mut text = String::from("process: p\nversion: 1\n");
    let begins = if chance.random_bool(0.1) { ": {alarm: {Duea: 3m}}" } else { "" };
    writeln!(text, "starts-on: {{Start{}}}", if begins.is_empty() { ": {}" } else { begins }).unwrap();
    if chance.random_bool(0.06) {
        text += "after-end: forget\n";
    }
    let flat = chance.random_bool(0.2);
    match flat {
        true => text += &plain(&mut chance, &names[..many], &types),
        false => text += "unexpected: ignore\ndata: {na: 0, nb: 0, nc: 0}\nregions:\n",
    }
    for (index, name) in names[..many].iter().enumerate().filter(|_| !flat) {
        let others: Vec<&str> = names[..many].iter().copied().filter(|other| other != name).collect();
        text += &region(&mut chance, name, &others, &types[index]);
    }
    if !flat && chance.random_bool(0.3) {
        let (one, other) = (names[chance.random_range(0..many)], names[chance.random_range(0..many)]);
        let when = match chance.random_range(0..4) {
            0 => format!("state.{one} == 's1' && state.{other} == 's1'"),
            1 => format!("data.n{one} >= 2"),
            _ => format!("state.{one} == 's1'"),
        };
        let does = match chance.random_range(0..6) {
            0 => "end: success, as: joined".to_string(),
            1 => format!("set: {{n{one}: 1}}"),
            _ => "publish: Met".to_string(),
        };
        writeln!(text, "joins: [{{when: \"{when}\", {does}}}]").unwrap();
    }
    let mut processes = vec![text];
    let mut scenario = String::from("process: ");
    if chance.random_bool(0.3) {
        let heard = ["Senta", "Told", "Sentb"][chance.random_range(0..3)];
        let says = if chance.random_bool(0.3) { "A1" } else { "Heard" };
        processes.push(format!("process: q\nversion: 1\nstarts-on: {heard}\ninitial: s0\nunexpected: ignore\nstates:\n  s0: {{on: {{{heard}: {{send: {says}, to: s1}}}}}}\n  s1: {{on: {{{heard}: {{send: More}}}}}}\n"));
        scenario += "[p@1, q@1]\n";
    } else {
        scenario += "p@1\n";
    }
    let conversations = if chance.random_bool(0.15) { 2 } else { 1 };
    let of = |chance: &mut ChaCha8Rng| format!("correlation: c{}", chance.random_range(0..conversations));
    if chance.random_bool(0.93) {
        // Now and then something is there already that waits for the start, and may go on waiting.
        let early = if seed % 8 == 3 { "{event: A1, correlation: c0}, " } else { "" };
        writeln!(scenario, "first: [{early}{{event: Start, correlation: c0}}]").unwrap();
    }
    scenario += "deliver:\n";
    if chance.random_bool(0.1) {
        writeln!(scenario, "  - {{event: Start, {}}}", of(&mut chance)).unwrap();
    }
    for _ in 0..chance.random_range(3..=6) {
        let index = chance.random_range(0..many);
        let type_ = match chance.random_range(0..10) {
            0 => format!("{}X", names[index].to_uppercase()),
            1 if flat && chance.random_bool(0.1) => "Over".to_string(),
            1 => format!("Turn{}", names[index]),
            _ => types[index][chance.random_range(0..types[index].len())].clone(),
        };
        let module = if chance.random_bool(0.4) { ", module: m" } else { "" };
        writeln!(scenario, "  - {{event: {type_}, {}{module}}}", of(&mut chance)).unwrap();
    }
    let order = ["any", "any", "any", "any", "fifo", "causal"][chance.random_range(0..6)];
    writeln!(
        scenario,
        "order: {order}\nalarms: {}",
        ["any", "any", "any", "last", "never"][chance.random_range(0..5)]
    )
    .unwrap();
    if chance.random_bool(0.3) {
        scenario += "outcome-by: data\n";
    }
    if chance.random_bool(0.05) {
        scenario += "alike: true\n";
    }
    if chance.random_bool(0.35) {
        // What holds where an ordering ends, and now and then what does not, or cannot be judged.
        let of_data = match scenario.contains("p@1, q@1") {
            true => "data.p.na < 1",
            false => "data.na < 1",
        };
        let finally =
            [of_data, "count('Senta') < 1", "count('Sentb') >= count('Seenb')", "1 / count('Told') > 0"];
        scenario += "expect:\n  finally:\n";
        for number in 0..chance.random_range(1..=2) {
            let text = finally[chance.random_range(0..finally.len())];
            writeln!(scenario, "    f{number}: \"{text}\"").unwrap();
        }
    }
    (processes, scenario)
}

fn case(seed: u64) -> Result<(Scenario, String), String> {
    let (processes, text) = several(seed);
    let what = format!("seed {seed}\n{}\n{text}", processes.join("\n"));
    let unsound = |text: &String| process::read(&Source::new("process@1.yaml", text.as_str())).err();
    let said = |error| format!("{}\n{what}", render(&error, false));
    if let Some(error) = processes.iter().find_map(unsound) {
        return Err(said(error));
    }
    let source = Source::new("scenario.yaml", format!("scenario: of regions\n{text}"));
    let mut scenario = read(&source, &Shelf::new(&processes)).map_err(said)?;
    explore(&scenario, scenario.orders[0], &mut |_| false).map_err(said)?;
    scenario.bounds.states = 30_000;
    Ok((scenario, what))
}

#[test]
fn in_random_regions() {
    let seeds = brute::seeds(400);
    let count = seeds.end - seeds.start;
    let (mut sound, mut apart, mut many, mut rings, mut decided, mut waits) = (0, 0, 0, 0, 0, 0);
    let mut broken = 0;
    let mut unsound = Vec::new();
    for seed in seeds {
        let (scenario, what) = match case(seed) {
            Ok(case) => case,
            Err(error) => {
                unsound.push(error);
                continue;
            }
        };
        sound += 1;
        for report in agree(&scenario, &what) {
            let Some(parts) = &report.apart else { continue };
            // Of one instance, told by the first word of a name, without the conversation.
            let own =
                |part: &Vec<String>| part.iter().any(|label| !label.contains('#') && !label.contains('X'));
            if parts.parts.iter().filter(|part| own(part)).count() < 2 {
                continue;
            }
            apart += 1;
            let any = |holds: &dyn Fn(&anyorder::explore::Found) -> bool| {
                u64::from(report.outcomes.iter().any(holds))
            };
            many += u64::from(report.outcomes.len() > 2);
            rings += any(&|found| found.example.iter().any(|word| word.contains('!')));
            decided += any(&|found| !found.decided.by.is_empty());
            broken += u64::from(report.findings.iter().any(|finding| finding.kind == Kind::Finally));
            waits += u64::from(what.contains("unexpected: defer"));
        }
    }
    println!(
        "{count}: {sound} sound, {apart} apart, {many} many, {rings} ring, {decided} decided, {waits} may wait, {broken} broken"
    );
    if count > 1 {
        let enough = [
            ("read", sound, 2),
            ("apart", apart, 5),
            ("several outcomes", many, 80),
            ("rings", rings, 40),
            ("decided", decided, 15),
            ("waits", waits, 15),
            ("broken", broken, 100),
        ];
        for (what, many, share) in enough {
            assert!(many * share > count, "{what}: only {many} of {count}: {:?}", unsound.first());
        }
    }
}

/// One budget of faults is shared by all regions.
#[test]
fn in_random_regions_where_something_goes_wrong() {
    let seeds = brute::seeds(200);
    let count = seeds.end - seeds.start;
    let (mut apart, mut needs) = (0, 0);
    for seed in seeds {
        let Ok((mut scenario, what)) = case(seed) else { continue };
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        scenario.faults = Faults {
            duplicates: chance.random_range(0..=2),
            losses: chance.random_range(0..=2),
            crashes: u32::from(chance.random_bool(0.1)),
        };
        let what = format!("{what}{:?}", scenario.faults);
        for report in agree(&scenario, &what) {
            apart += u64::from(report.apart.is_some());
            let some = |needs: &[Faults]| needs != [Faults::NONE];
            needs +=
                u64::from(report.apart.is_some() && report.outcomes.iter().any(|found| some(&found.needs)));
        }
    }
    println!("{count}: {apart} apart, {needs} need faults");
    if count > 1 {
        assert!(needs * 20 > count, "only {needs} of {count}");
    }
}
