//! Texts that are made to be too much, for the test that they are refused and the bench of how soon.
#![allow(dead_code)] // the test and the bench use their parts

const HEAD: &str = "process: order\nversion: 1\nstarts-on: Go\ninitial: s\nstates:\n  s:\n";

fn numbers(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

/// Nine times nine times nine, twenty levels high.
pub fn bomb() -> String {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for n in 1..20 {
        let last = format!("*a{}", n - 1);
        bomb += &format!("a{n}: &a{n} [{}]\n", [&*last; 9].join(", "));
    }
    bomb
}

pub fn fifty_megabytes() -> String {
    let mut text = "process: x # ".repeat(4);
    text.extend(std::iter::repeat_n('x', (50 << 20) - text.len()));
    text
}

/// In YAML, each in another of its ways.
pub fn deep_yaml() -> [String; 5] {
    [
        format!("a: {}", "[".repeat(100_000)),
        format!("a: {}1{}", "{a: ".repeat(100_000), "}".repeat(100_000)),
        "- ".repeat(100_000),
        "? ".repeat(100_000),
        (0..1_400).map(|n| format!("{}a:\n", " ".repeat(n))).collect(),
    ]
}

pub fn deep_json() -> String {
    format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))
}

/// Definitions with an expression that is deeper than its length allows, and one that is deeper than that.
pub fn deep_expressions() -> Vec<String> {
    let with =
        |sign: &str, count: usize| format!("{HEAD}    on:\n      A: {{when: \"{}1\"}}\n", sign.repeat(count));
    let signs = ["(", "[", "-", "!", "not ", "true ? 1 : ", "{'a': ", "size("];
    signs
        .iter()
        .flat_map(|sign| [with(sign, 100_000.min(1_000_000 / sign.len())), with(sign, 1_200)])
        .collect()
}

/// A megabyte of mistakes, each file of one sort.
pub fn mistakes() -> Vec<(&'static str, String)> {
    let members: Vec<String> = (0..18_000).map(|n| format!("member{n}: 1")).collect();
    let names = format!(
        "process: order\nversion: 1\nstarts-on: Go\ndata: {{{}}}\ninitial: s\nstates:\n  s:\n    on:\n{}",
        members.join(", "),
        numbers(12_000, |n| format!("      A{n}: {{when: data.membre{n} > 1}}\n"))
    );
    let states = format!(
        "process: order\nversion: 1\nstarts-on: Go\ninitial: state0\nstates:\n{}",
        numbers(15_000, |n| format!("  state{n}: {{on: {{A: {{to: sate{n}}}}}}}\n"))
    );
    let on = |rules: String| format!("{HEAD}    on:\n{rules}");
    vec![
        ("unknown keys", format!("{HEAD}{}", numbers(60_000, |n| format!("    key{n}: 1\n")))),
        ("keys given twice", on("      A: {}\n".repeat(70_000))),
        ("misspelt names", names),
        ("misspelt states", states),
        ("alarms that nothing sets", on(numbers(20_000, |n| format!("      A{n}: {{cancel: Rung{n}}}\n")))),
        ("tags", on(numbers(20_000, |n| format!("      A{n}: {{when: !data.x}}\n")))),
        ("listed twice", format!("{HEAD}    ignore: [{}]\n", "A, ".repeat(300_000))),
        ("halves", format!("{HEAD}    on: {{A: {{set: {{x: [{}]}}}}}}\n", "=max(a, b), ".repeat(80_000))),
    ]
}

/// One mistake that is a megabyte long.
pub fn one_mistake() -> String {
    format!("{HEAD}    on: {{A: {{set: {{x: [{}]}}}}}}\n", "=((((, a, ".repeat(90_000))
}

/// As large as a file may be, and sound.
pub fn large() -> String {
    let members: Vec<String> = (0..18_000).map(|n| format!("member{n}: 1")).collect();
    let rules = numbers(10_000, |n| format!("      A{n}: {{when: data.member{n} > 1, to: s{n}}}\n"));
    let states = numbers(10_000, |n| format!("  s{n}: {{end: success}}\n"));
    let head = "process: order\nversion: 1\nstarts-on: OrderPlaced\ninitial: s\n";
    format!("{head}data: {{{}}}\nstates:\n  s:\n    on:\n{rules}{states}", members.join(", "))
}
