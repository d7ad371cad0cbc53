//! Numbers of orderings that mathematics knows: the explorer counts the same.
//!
//! Factorials, binomials, multinomials, forests and grids of causes; alarms by hand. Each number is
//! computed here in another way than by walking worlds.

#[path = "common/shelf.rs"]
mod shelf;

use anyorder::explore::{Count, Scenario, Verdict};
use num_bigint::BigUint;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use shelf::{binomial, counts, factorial, letters, listed, of, reports, scenario};

/// Hears anything, and remembers nothing of it.
fn deaf(name: &str, types: &[String]) -> String {
    format!(
        "process: {name}\nversion: 1\nstarts-on: [{0}]\ninitial: there\nstates: {{there: {{end: success, \
         ignore: [{0}]}}}}\n",
        types.join(", ")
    )
}

fn orderings(scenario: &Scenario) -> BigUint {
    match &of(scenario).orderings {
        Count::Finite(number) => number.clone(),
        Count::Infinite => panic!("infinite"),
    }
}

#[test]
fn distinct_messages_come_in_every_order() {
    for n in 1..=8 {
        let types = letters(n);
        let report = of(&scenario(&deaf("any", &letters(8)), &listed(&types)));
        let (orderings, states, _) = counts(&report);
        assert_eq!(orderings, factorial(n).to_string());
        assert_eq!(states, 1 << n, "a world is a set of messages that came");
    }
}

/// Copies of one message are choices each, but the worlds only know how many are left. 34! is more than
/// 2^127, 36! more than 2^128, and where the counts of 128 bits end, larger ones begin.
#[test]
fn many_copies_of_one_message() {
    for n in [1, 12, 20, 21, 33, 34, 35, 36, 60] {
        let types = vec!["M1".to_string(); n];
        let report = of(&scenario(&deaf("any", &types[..1]), &listed(&types)));
        let (orderings, states, _) = counts(&report);
        assert_eq!((orderings, states), (factorial(n).to_string(), n as u64 + 1), "{n} copies");
        let alike = format!("{}alike: true\n", listed(&types));
        let report = of(&scenario(&deaf("any", &types[..1]), &alike));
        assert_eq!(counts(&report).0, "1", "{n} copies that are alike");
        assert_eq!(report.reductions, ["equal-worlds", "alike"][..if n > 1 { 2 } else { 1 }]);
    }
    assert_eq!(factorial(34).to_string(), "295232799039604140847618609643520000000");
}

/// Two processes hear each message, which is two choices.
#[test]
fn two_subscribers_are_two_choices() {
    for k in 1..=6 {
        let types = letters(k);
        let shelf = shelf::Shelf::new(&[deaf("left", &types), deaf("right", &types)]);
        let scenario = shelf.scenario(&format!("process: [left@1, right@1]\n{}", listed(&types)));
        let report = of(&scenario);
        assert_eq!(counts(&report).0, factorial(2 * k).to_string(), "{k} messages");
        assert_eq!(shelf::worlds(&report), 1 << (2 * k));
    }
    // Copies, too: 20 of them are 40 choices, and 21 times 21 worlds.
    let types = vec!["M1".to_string(); 20];
    let shelf = shelf::Shelf::new(&[deaf("left", &types[..1]), deaf("right", &types[..1])]);
    let report = of(&shelf.scenario(&format!("process: [left@1, right@1]\n{}", listed(&types))));
    assert_eq!((counts(&report).0, shelf::worlds(&report)), (factorial(40).to_string(), 441));
}

#[test]
fn two_modules_that_keep_their_order() {
    let all = deaf("any", &letters(12));
    for (m, n) in [(0, 3), (1, 1), (2, 3), (4, 4), (5, 7), (6, 6)] {
        let message = |number: usize| {
            let module = if number <= m { "east" } else { "west" };
            format!("  - {{event: M{number}, module: {module}}}\n")
        };
        let list: String = (1..=m + n).map(message).collect();
        let report = of(&scenario(&all, &format!("order: fifo\ndeliver:\n{list}")));
        assert_eq!(counts(&report).0, binomial(m + n, n).to_string(), "{m} and {n}");
        assert_eq!(shelf::worlds(&report) as usize, (m + 1) * (n + 1));
        // Who has no module is ordered against none.
        let free = format!("order: fifo\ndeliver:\n{list}  - M12\n");
        let places = BigUint::from(m + n + 1);
        if m + n < 12 {
            assert_eq!(orderings(&scenario(&all, &free)), binomial(m + n, n) * places, "{m}, {n} and one");
        }
    }
}

/// C(64, 32) orderings in 33 times 33 worlds, of two modules with equal messages.
#[test]
fn two_long_modules() {
    let module = |name: &str| format!("  - {{event: M1, module: {name}}}\n").repeat(32);
    let text = format!("order: fifo\ndeliver:\n{}{}", module("east"), module("west"));
    let report = of(&scenario(&deaf("any", &letters(1)), &text));
    assert_eq!(counts(&report).0, binomial(64, 32).to_string());
    assert_eq!(shelf::worlds(&report), 33 * 33);
}

/// `after` lists by index, each message of its own type.
fn caused(causes: &[Vec<usize>]) -> Scenario {
    let mut text = String::from("order: causal\ndeliver:\n");
    for (index, causes) in causes.iter().enumerate() {
        let causes: Vec<String> = causes.iter().map(|cause| format!("M{}", cause + 1)).collect();
        text += &format!("  - {{event: M{}, after: [{}]}}\n", index + 1, causes.join(", "));
    }
    scenario(&deaf("any", &letters(causes.len())), &text)
}

#[test]
fn a_chain_of_causes_has_one_ordering() {
    let chain: Vec<Vec<usize>> =
        (0..40usize).map(|index| index.checked_sub(1).into_iter().collect()).collect();
    let report = of(&caused(&chain));
    assert_eq!(counts(&report), ("1".into(), 41, vec!["there 1".into()]));
    assert_eq!(report.outcomes[0].example, letters(40));
}

/// A forest of n messages has n!/∏ orderings, where the product is over the sizes of all subtrees.
#[test]
fn a_forest_of_causes() {
    let mut random = ChaCha8Rng::seed_from_u64(4);
    let mut trees = 0;
    for _ in 0..60 {
        let n = random.random_range(1..=12);
        let parent: Vec<Option<usize>> = (0..n)
            .map(|index| (index > 0 && random.random_bool(0.8)).then(|| random.random_range(0..index)))
            .collect();
        let mut size = vec![1usize; n];
        for index in (0..n).rev() {
            if let Some(parent) = parent[index] {
                size[parent] += size[index];
            }
        }
        let product: BigUint = size.iter().map(|&size| BigUint::from(size)).product();
        let causes: Vec<Vec<usize>> = parent.iter().map(|parent| parent.iter().copied().collect()).collect();
        assert_eq!(orderings(&caused(&causes)), factorial(n) / product, "{parent:?}");
        trees += usize::from(parent.iter().filter(|parent| parent.is_none()).count() == 1);
    }
    assert!(trees >= 3, "only {trees} are one tree");
}

/// Copies that count as one: n!/∏k! of them.
#[test]
fn multinomials() {
    let multinomial = |of: &[usize]| {
        let all: BigUint = factorial(of.iter().sum());
        of.iter().fold(all, |rest, &count| rest / factorial(count))
    };
    for of in [vec![1, 1, 1], vec![2, 1], vec![3, 3], vec![4, 2, 1], vec![5, 5, 5], vec![9, 0, 7, 4]] {
        let types: Vec<String> =
            of.iter().zip(letters(of.len())).flat_map(|(&count, type_)| vec![type_; count]).collect();
        let text = listed(&types);
        let process = deaf("any", &letters(of.len()));
        assert_eq!(
            orderings(&scenario(&process, &format!("{text}alike: true\n"))),
            multinomial(&of),
            "{of:?}"
        );
        assert_eq!(orderings(&scenario(&process, &text)), factorial(of.iter().sum()), "{of:?}");
    }
    // Messages that say different things are not alike.
    let process = deaf("any", &letters(1));
    let text = "alike: true\ndeliver: [M1: 1, M1: 1, M1: 2, M1]\n";
    assert_eq!(orderings(&scenario(&process, text)), multinomial(&[2, 1, 1]));
}

/// A grid of causes, each after its left and its upper neighbour, is a Young tableau: (mn)! divided by
/// the hooks of all cells (Frame, Robinson and Thrall 1954).
#[test]
fn grids_of_causes() {
    for (rows, columns) in [(1, 7), (2, 2), (2, 8), (3, 3), (3, 5), (4, 5), (5, 5)] {
        let cell = |row: usize, column: usize| row * columns + column;
        let mut causes = Vec::new();
        let mut hooks = BigUint::from(1u8);
        for row in 0..rows {
            for column in 0..columns {
                let above = (row > 0).then(|| cell(row - 1, column));
                let left = (column > 0).then(|| cell(row, column - 1));
                causes.push(above.into_iter().chain(left).collect());
                hooks *= rows - row + columns - column - 1;
            }
        }
        let report = of(&caused(&causes));
        assert_eq!(counts(&report).0, (factorial(rows * columns) / hooks).to_string(), "{rows} by {columns}");
        assert_eq!(report.worlds(), binomial(rows + columns, rows), "paths through the grid");
        if (rows, columns) == (4, 5) {
            assert_eq!(counts(&report).0, "1662804");
        }
    }
}

/// What the order loosens, the others tighten: under `any` the causes do not matter, nor do modules.
#[test]
fn one_scenario_in_four_orders() {
    let text = "orders: [any, causal, fifo, [causal, fifo]]\ndeliver:\n  - {event: M1, module: east}\n  \
                - {event: M2, module: east}\n  - {event: M3, module: west, after: [M2]}\n  - {event: M4, \
                module: west}\n";
    let reports = reports(&scenario(&deaf("any", &letters(4)), text));
    let found: Vec<String> =
        reports.iter().map(|report| format!("{}: {}", report.order, report.orderings)).collect();
    // Of 4! = 24: M2 before M3 in half; M1 before M2 and M3 before M4 in a quarter; one chain in all.
    assert_eq!(found, ["any: 24", "causal: 12", "fifo: 6", "causal and fifo: 1"]);
}

/// k! orderings of the tally end in few outcomes; four other tools agree on the worlds.
/// `ANYORDER_THOROUGH=1` takes the large one, too.
#[test]
fn the_tally() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tally");
    let text = |file: &str| std::fs::read_to_string(root.join(file)).unwrap();
    let shelf = shelf::Shelf::new(&[text("processes/tally@1.yaml")]);
    let mut sizes = vec![(8, 976, 10), (10, 5_120, 14), (12, 25_344, 18)];
    if std::env::var_os("ANYORDER_THOROUGH").is_some() {
        sizes.push((16, 561_152, 26));
    }
    for (k, states, outcomes) in sizes {
        let report = of(&shelf.scenario(&text(&format!("scenarios/tally-{k}.yaml"))));
        let found = (shelf::worlds(&report), report.outcomes.len(), report.orderings.clone(), report.verdict);
        let all = Count::Finite(factorial(k));
        assert_eq!(found, (states, outcomes, all, Verdict::AsDeclared), "k = {k}");
    }
    // Sixteen that are alike are one choice wherever they come: 20! / 16!.
    let report = of(&shelf.scenario(&text("large/tally-20-alike.yaml")));
    let found = (report.outcomes.len(), report.orderings.clone(), report.verdict);
    assert_eq!(found, (34, Count::Finite(BigUint::from(116_280u32)), Verdict::AsDeclared));
}

/// Guests who change nothing leave each outcome its share of all orders: those of permit, band and storm.
#[test]
fn the_concert() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/concert");
    let text = |file: &str| std::fs::read_to_string(root.join(file)).unwrap();
    let shelf = shelf::Shelf::new(&[text("processes/concert@1.yaml"), text("processes/concert@2.yaml")]);
    for which in ["counted", "ignored"] {
        let report = of(&shelf.scenario(&text(&format!("scenarios/four-{which}.yaml"))));
        let mut found: Vec<_> = report
            .outcomes
            .iter()
            .map(|found| (found.outcome.rests.clone(), found.orderings.clone()))
            .collect();
        found.sort_by(|one, other| one.0.cmp(&other.0));
        let sixth = 5_040u32 / 6;
        let meant = [("called-off", 2), ("cut-short", 2), ("indoors", 1), ("sent-home", 1)]
            .map(|(rest, orders)| (rest.to_string(), Count::Finite(BigUint::from(orders * sixth))));
        assert_eq!(found, meant, "{which}");
    }
}
