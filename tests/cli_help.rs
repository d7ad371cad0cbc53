//! What the program says about itself: help, the manual page, completions, exit codes, colours.

mod common;

use common::bench::{Bench, words};

const VERBS: [&str; 26] = [
    "demo",
    "init",
    "new",
    "append",
    "log",
    "trace",
    "graph",
    "run",
    "status",
    "resume",
    "end",
    "check",
    "test",
    "replay",
    "diff",
    "what-if",
    "migrate",
    "lint",
    "import",
    "export",
    "verify",
    "expand",
    "explain",
    "schema",
    "man",
    "completions",
];

/// The lines of a help's list of options or arguments, each with what is said of it.
fn options(help: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in help.lines() {
        if !line.starts_with(' ') && !line.is_empty() {
            inside = line == "Options:" || line == "Arguments:";
            continue;
        }
        let text = line.trim();
        if !inside || text.is_empty() {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        if indent <= 6 && text.starts_with(['-', '<', '[']) {
            let (option, about) = text.split_once("  ").unwrap_or((text, ""));
            found.push((option.to_string(), about.trim().to_string()));
        } else if let Some((_, about)) = found.last_mut() {
            about.push_str(text);
        }
    }
    found
}

#[test]
fn every_option_of_every_verb_has_a_help_text() {
    let bench = Bench::new();
    for verb in VERBS {
        let help = bench.run(&format!("{verb} --help")).out();
        let options = options(&help);
        assert!(!options.is_empty(), "{verb}: no options are found in its help");
        for (option, about) in options {
            assert!(!about.is_empty(), "{verb}: nothing is said about `{option}`");
        }
        let first = help.lines().next().unwrap();
        assert!(first.starts_with(|c: char| c.is_uppercase()) && first.len() < 110, "{verb}: {first}");
    }
}

#[test]
fn the_verbs_are_listed_with_a_line_each() {
    let help = Bench::new().run("--help").out();
    for verb in VERBS {
        assert!(help.lines().any(|line| line.starts_with(&format!("  {verb} "))), "{verb}\n{help}");
    }
    assert!(help.ends_with(
        "Exit codes:\n  0  it holds\n  1  a finding: orderings diverge, a spec fails, a replay differs, lint\n     finds something, \
         an append met another position than it expected\n  2  bad input or usage\n  3  a bound was reached\n  4  a bug of anyorder's own\n"
    ));
}

/// The examples in the help are command lines that exist: none is refused as bad usage.
#[test]
fn the_examples_in_the_help_run() {
    let mut tried = 0;
    for verb in VERBS {
        let bench = Bench::paid_order();
        bench.write("paid.json", "{}");
        bench.write("orders.jsonl", bench.read("log/orders.jsonl"));
        for name in ["reminders@1.yaml", "a.yaml", "b.yaml"] {
            bench.write(name, bench.read("processes/order@1.yaml"));
        }
        let help = bench.run(&format!("{verb} --help")).out();
        let (_, examples) = help.split_once("Example").unwrap_or_default();
        for line in examples.lines().filter_map(|line| line.trim().strip_prefix("anyorder ")) {
            // A remark stands behind two spaces and more, a redirection behind `>`.
            let line = line.split("   ").next().unwrap().split(" > ").next().unwrap();
            if line.contains("--follow") || line.starts_with("demo") {
                continue; // these go on, or make folders elsewhere
            }
            let ran = bench.run(line);
            assert!(
                ran.code != Some(4) && !ran.err.contains("Usage:"),
                "{verb}: the example `anyorder {line}` ends in\n{}",
                ran.err
            );
            tried += 1;
        }
    }
    assert!(tried >= 15, "only {tried} examples were found");
}

/// The manual is made from the same arguments: every verb and every long option stands in it.
#[test]
fn the_manual_page_is_complete() {
    let bench = Bench::new();
    let page = bench.run("man").out();
    assert!(page.contains(".TH anyorder 1"), "{page}");
    for verb in VERBS {
        assert!(page.contains(&format!(".SH ANYORDER {}\n", verb.to_uppercase())), "{verb}");
        let help = bench.run(&format!("{verb} --help")).out();
        for (option, _) in options(&help) {
            for long in option.split([' ', ',']).filter(|word| word.starts_with("--")) {
                let written = long.replace('-', "\\-");
                assert!(page.contains(&written), "{verb}: {long} is not in the manual");
            }
        }
    }
    bench.run("man --format json").prints(&page);
}

#[test]
fn completions_for_every_shell() {
    let bench = Bench::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = bench.run(&format!("completions {shell}")).out();
        for verb in VERBS {
            assert!(script.contains(verb), "{shell}: {verb}");
        }
        assert!(script.contains("expect-revision"), "{shell}");
    }
    bench.run("completions csh").fails(
        2,
        "error: invalid value 'csh' for '<SHELL>'\n  [possible values: bash, elvish, fish, powershell, zsh]\n\n  \
         tip: a similar value exists: 'zsh'\n\nFor more information, try '--help'.\n",
    );
}

#[test]
fn a_verb_that_is_misspelt() {
    Bench::new().run("statu").fails(
        2,
        "error: unrecognized subcommand 'statu'\n\n  tip: a similar subcommand exists: 'status'\n\nUsage: \
         anyorder [OPTIONS] <COMMAND>\n\nFor more information, try '--help'.\n",
    );
    Bench::new().run("log --format yaml").fails(
        2,
        "error: invalid value 'yaml' for '--format <FORMAT>'\n  [possible values: text, json]\n\nFor more \
         information, try '--help'.\n",
    );
}

#[test]
fn nothing_at_all_is_answered_with_help() {
    let ran = Bench::new().run("");
    assert_eq!((ran.code, &*ran.out), (Some(2), ""));
    assert!(ran.err.contains("Usage: anyorder [OPTIONS] <COMMAND>"));
    Bench::new().run("--version").prints(&format!("anyorder {}\n", env!("CARGO_PKG_VERSION")));
}

/// Help and the manual need no workspace, and a broken one does not stop them. Where its verbs should be
/// listed it is said why they are not.
#[test]
fn a_broken_workspace_stops_no_help() {
    let bench = Bench::new().file("anyorder.yaml", "{{{{").file("processes/order@1.yaml", "]");
    for line in ["run --help", "help append", "man", "completions bash"] {
        assert!(!bench.run(line).out().is_empty());
    }
    let ran = bench.run("--help");
    assert!(ran.code == Some(0) && ran.out.contains("\nCommands:\n"), "{}", ran.out);
    let said = "\nThe workspace's own verbs are missing here, since its file is broken:\nerror[E0103]: ";
    assert!(ran.err.starts_with(said), "{}", ran.err);
}

/// Colours are for terminals: a pipe never sees an escape, whatever the environment asks for.
#[test]
fn no_colours_in_a_pipe() {
    let bench = Bench::one_order().file("processes/order@2.yaml", "proces: order\n");
    for line in ["run", "append Zebra", "nosuch", "--help", "log --from x"] {
        for (name, value) in [("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1"), ("NO_COLOR", "")] {
            let mut command = bench.command(line);
            command.env(name, value);
            let ran = bench.finish(line, command);
            assert!(
                !ran.out.contains('\u{1b}') && !ran.err.contains('\u{1b}'),
                "{line}: {}{}",
                ran.out,
                ran.err
            );
        }
    }
}

/// On a terminal errors have colours, unless `NO_COLOR` says no. `script` makes the terminal.
#[test]
fn colours_on_a_terminal_obey_no_color() {
    let bench = Bench::one_order();
    let coloured = |no_color: Option<&str>| -> Option<bool> {
        let mut command = std::process::Command::new("script");
        let line = format!("{} append Zebra", env!("CARGO_BIN_EXE_anyorder"));
        command.args(["-qec", &line, "/dev/null"]).current_dir(bench.path("."));
        command.env_remove("NO_COLOR").env("TERM", "xterm").stdin(std::process::Stdio::null());
        command.envs(no_color.map(|value| ("NO_COLOR", value)));
        let output = command.output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.contains("no module owns Zebra").then(|| text.contains('\u{1b}'))
    };
    match coloured(None) {
        None => eprintln!("skipped: there is no `script` here to make a terminal"),
        Some(with) => {
            assert!(with, "errors on a terminal have colours");
            assert_eq!(coloured(Some("1")), Some(false));
            assert_eq!(coloured(Some("")), Some(true), "an empty NO_COLOR says nothing");
        }
    }
}

#[test]
fn a_command_line_is_split_as_a_shell_would() {
    assert_eq!(words("a  'b c' \"d'e\" --x='1 2' ''"), ["a", "b c", "d'e", "--x=1 2", ""]);
}
