//! The house rules that a compiler does not know, as a test over the text of `src`.
//!
//! Imports go down, never up, never sideways between rooms of one floor; the file system, the clock,
//! the environment and printing stay where they belong; files stay short and say what they are. Each
//! ban names what to use instead.

use std::collections::BTreeMap;
use std::path::Path;

/// Rooms and their floors. Two rooms of one floor do not know each other.
const ROOMS: [(&str, u32); 14] = [
    ("error", 0),
    ("span", 0),
    ("event", 1),
    ("store", 2),
    ("process", 3),
    ("step", 4),
    ("runtime", 5),
    ("versions", 6),
    ("explore", 6),
    ("spec", 6),
    ("lint", 6),
    ("report", 7),
    ("cli", 8),
    ("allocator", 8),
];

/// On the ground an error carries spans: the one neighbour that is allowed.
const NEIGHBOURS: [(&str, &str); 1] = [("error", "span")];

struct Ban {
    what: &'static [&'static str],
    /// Where it is allowed: files, or folders that end in `/`.
    but: &'static [&'static str],
    instead: &'static str,
}

const BANS: [Ban; 6] = [
    Ban {
        what: &[
            "std::fs",
            "fs::File",
            "File::open",
            "tempfile",
            "io::Read",
            "io::Write",
            "io::stdin",
            "io::stdout",
        ],
        but: &["store/file/", "cli/"],
        instead: "reach files through `store::Medium`, or let `cli` hand in the text",
    },
    Ban {
        what: &["Utc::now", "Local::now", "SystemTime", "Instant"],
        but: &["cli/"],
        instead: "time is virtual: take a `Time` from the world; only `cli/clock.rs` reads the clock",
    },
    Ban {
        what: &["std::env", "env::var", "env::args"],
        but: &["cli/"],
        instead: "take it as an argument; only `cli` reads the environment",
    },
    Ban {
        what: &["println!", "eprintln!", "print!", "eprint!", "dbg!"],
        but: &[],
        instead: "return the text; `cli` prints through its `Context`",
    },
    Ban { what: &["async fn", "async move", ".await"], but: &[], instead: "plain functions and threads" },
    Ban {
        what: &["thread_rng", "rand::random", "StdRng", "SmallRng", "RandomState"],
        but: &[],
        instead: "a seeded ChaCha stream: the same seed must draw the same on every machine",
    },
];

/// Who may use hash maps, whose order is chance, and why no order can show.
const HASHED: [(&str, &str); 16] = [
    ("cli/import.rs", "ids that are in a log, only asked"),
    ("cli/replay.rs", "a set that is only asked"),
    ("cli/workspace.rs", "an index into a list that keeps the order"),
    ("cli/verbs.rs", "commands that were answered, only asked"),
    ("explore/read/log.rs", "causes and instances by id, only looked up"),
    ("report/log.rs", "causes by id, only looked up"),
    ("report/trace.rs", "sets that are only asked"),
    ("runtime/house.rs", "routes by type, only looked up"),
    ("runtime/ledger.rs", "what was said, by id and by cause, only looked up"),
    ("runtime/member.rs", "instances by id, beside a list that keeps the order"),
    ("store/append.rs", "positions by id, only looked up"),
    ("store/lookup.rs", "positions by id, only looked up"),
    ("store/reader.rs", "an index into a list that keeps the order"),
    ("versions/recorded.rs", "alarms by id, only looked up"),
    ("versions/story.rs", "stories by instance, walked in the order of the world"),
    ("versions/told.rs", "instances by id; filling in walks them, each for itself"),
];

const LONGEST: usize = 450;

/// All that is wrong with one file, as `src/path:line: what: instead`.
fn offences(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    if !text.starts_with("//!") {
        found.push(format!("src/{path}:1: it does not begin with `//!`: say in a sentence what is in here"));
    }
    if text.lines().count() > LONGEST {
        found.push(format!(
            "src/{path}: more than {LONGEST} lines: two things live in one room, give each its own"
        ));
    }
    let code = without_comments_and_texts(text);
    let line = |at: usize| code[..at].matches('\n').count() + 1;
    for ban in &BANS {
        let allowed = ban.but.iter().any(|but| path == *but || but.ends_with('/') && path.starts_with(but));
        for what in ban.what.iter().filter(|_| !allowed) {
            for at in places(&code, what) {
                found.push(format!("src/{path}:{}: `{what}`: {}", line(at), ban.instead));
            }
        }
    }
    if !HASHED.iter().any(|(file, _)| *file == path) {
        for what in ["HashMap", "HashSet"] {
            if let Some(at) = places(&code, what).first() {
                let instead = "its order is chance: take a BTreeMap, or give a reason in tests/floors.rs";
                found.push(format!("src/{path}:{}: `{what}`: {instead}", line(*at)));
            }
        }
    }
    let room = room_of(path);
    for (at, other) in imports(path, &code) {
        if let Some(why) = wrong(room, &other) {
            found.push(format!("src/{path}:{}: `{other}` from `{room}`: {why}", line(at)));
        }
    }
    found
}

fn room_of(path: &str) -> &str {
    path.split('/').next().unwrap_or(path).trim_end_matches(".rs")
}

fn wrong(room: &str, other: &str) -> Option<String> {
    let floor = |name: &str| ROOMS.iter().find(|(room, _)| *room == name).map(|(_, floor)| *floor);
    // `lib.rs` lists the rooms, `main.rs` opens the door.
    if room == other || room == "lib" || room == "main" || NEIGHBOURS.contains(&(room, other)) {
        return None;
    }
    let Some(mine) = floor(room) else { return Some(format!("`{room}` has no floor: give it one here")) };
    let Some(theirs) = floor(other) else { return Some(format!("`{other}` has no floor: give it one here")) };
    match theirs.cmp(&mine) {
        std::cmp::Ordering::Less => None,
        std::cmp::Ordering::Equal => Some("sideways: what both need belongs on a lower floor".to_string()),
        std::cmp::Ordering::Greater => {
            Some("up: hand it in as data, or as a trait that this floor names".to_string())
        }
    }
}

/// The rooms that a file names through `crate::`, or through `super::` up to the crate, with where.
fn imports(path: &str, code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for at in places(code, "crate::") {
        found.extend(heads(&code[at + "crate::".len()..]).into_iter().map(|room| (at, room)));
    }
    let file = path.trim_end_matches(".rs").trim_end_matches("/mod");
    let depth = file.split('/').count();
    let tests = code.find("\nmod tests {").unwrap_or(code.len());
    let mut rest = 0;
    while let Some(at) = code[rest..].find("super::").map(|at| rest + at) {
        let mut end = at;
        let mut ups = 0;
        while code[end..].starts_with("super::") {
            end += "super::".len();
            ups += 1;
        }
        rest = end;
        // Inside `mod tests` one `super` more is needed to get anywhere.
        if ups >= depth + usize::from(at > tests) {
            found.extend(heads(&code[end..]).into_iter().map(|room| (at, room)));
        }
    }
    found
}

/// The first names of what follows `crate::`: one, or those of a group in braces.
fn heads(text: &str) -> Vec<String> {
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(group) = text.strip_prefix('{') else {
        return vec![name(text)].into_iter().filter(|name| !name.is_empty()).collect();
    };
    let (mut names, mut depth, mut first) = (Vec::new(), 1, true);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => first = true,
            c if depth == 1 && first && c.is_alphabetic() => {
                names.push(name(&group[at..]));
                first = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names
}

/// Where a name stands as a whole word.
fn places(code: &str, what: &str) -> Vec<usize> {
    let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let bounded = |at: usize| {
        let begins = what.starts_with(|c: char| c.is_alphanumeric());
        let ends = what.ends_with(|c: char| c.is_alphanumeric());
        let inside = begins && word(code[..at].chars().next_back());
        let goes_on = ends && word(code[at + what.len()..].chars().next());
        !inside && !goes_on
    };
    code.match_indices(what).map(|(at, _)| at).filter(|at| bounded(*at)).collect()
}

/// The code alone, every line where it was: comments and texts may name what they like.
fn without_comments_and_texts(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("r\"")
            || rest.starts_with("r#") && rest[1..].trim_start_matches('#').starts_with('"')
        {
            let hashes = rest[1..].len() - rest[1..].trim_start_matches('#').len();
            let close = format!("\"{}", "#".repeat(hashes));
            let open = 2 + hashes;
            rest[open..].find(&close).map_or(rest.len(), |end| open + end + close.len())
        } else if c == '"' {
            let mut escaped = false;
            let end = rest[1..].find(|c| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            });
            end.map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("'\"'") {
            3
        } else if rest.starts_with("'\\") {
            // A character such as '\'' or '\\'; a lifetime has no backslash.
            rest[3..].find('\'').map_or(rest.len(), |end| end + 4)
        } else {
            code.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        code.extend(rest[..skipped].chars().filter(|c| *c == '\n'));
        code.push(' ');
        rest = &rest[skipped..];
    }
    code
}

fn sources() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
                found.insert(name, std::fs::read_to_string(path).unwrap());
            }
        }
    }
    found
}

#[test]
fn the_house_keeps_its_rules() {
    let sources = sources();
    assert!(sources.len() > 50, "the sources are not where they were");
    let found: Vec<String> = sources.iter().flat_map(|(path, text)| offences(path, text)).collect();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn every_room_has_a_floor_and_every_reason_a_file() {
    let sources = sources();
    for path in sources.keys().map(|path| room_of(path)).filter(|room| !["lib", "main"].contains(room)) {
        assert!(ROOMS.iter().any(|(room, _)| *room == path), "`{path}` has no floor");
    }
    for (file, _) in HASHED {
        let text = sources.get(file).unwrap_or_else(|| panic!("there is no src/{file} any more"));
        assert!(text.contains("Hash"), "src/{file} has no hash map any more: strike it from the list");
    }
}

/// A planted violation of each rule is found, and said with its line and what to do instead.
#[test]
fn what_is_planted_is_found() {
    let one = |path: &str, text: &str| offences(path, &format!("//! Planted.\n{text}\n"));
    let up = "up: hand it in as data, or as a trait that this floor names";
    let sideways = "sideways: what both need belongs on a lower floor";
    let planted: [(&str, &str, String); 13] = [
        ("store/x.rs", "use crate::step::decide;", format!("src/store/x.rs:2: `step` from `store`: {up}")),
        ("event/x.rs", "use crate::{error::Error,\n  cli};", format!("src/event/x.rs:2: `cli` from `event`: {up}")),
        ("span.rs", "use crate::error::Error;", format!("src/span.rs:2: `error` from `span`: {sideways}")),
        ("step/a/b.rs", "\nuse super::super::super::report;", format!("src/step/a/b.rs:3: `report` from `step`: {up}")),
        ("step/mod.rs", "use super::runtime;", format!("src/step/mod.rs:2: `runtime` from `step`: {up}")),
        (
            "step/x.rs",
            "use crate::cellar;",
            "src/step/x.rs:2: `cellar` from `step`: `cellar` has no floor: give it one here".to_string(),
        ),
        (
            "store/x.rs",
            "let x = std::fs::read(p);",
            format!("src/store/x.rs:2: `std::fs`: {}", BANS[0].instead),
        ),
        ("step/x.rs", "let t = Utc::now();", format!("src/step/x.rs:2: `Utc::now`: {}", BANS[1].instead)),
        ("report/x.rs", "std::env::var(a)", format!("src/report/x.rs:2: `std::env`: {}", BANS[2].instead)),
        ("cli/x.rs", "println!();", format!("src/cli/x.rs:2: `println!`: {}", BANS[3].instead)),
        ("cli/x.rs", "async fn x() {}", format!("src/cli/x.rs:2: `async fn`: {}", BANS[4].instead)),
        ("step/x.rs", "StdRng::new()", format!("src/step/x.rs:2: `StdRng`: {}", BANS[5].instead)),
        (
            "step/x.rs",
            "use std::collections::HashMap;",
            "src/step/x.rs:2: `HashMap`: its order is chance: take a BTreeMap, or give a reason in tests/floors.rs"
                .to_string(),
        ),
    ];
    for (path, text, expected) in planted {
        let found = one(path, text);
        assert!(found.contains(&expected), "{text}\nexpected {expected}\nfound    {found:?}");
    }
    assert_eq!(offences("step/x.rs", "fn x() {}").len(), 1, "no `//!`");
    assert_eq!(one("step/x.rs", &"\n".repeat(LONGEST)).len(), 1, "too long");
}

/// What is allowed, and what only looks like a violation, is not found.
#[test]
fn what_is_right_is_left_alone() {
    for (path, text) in [
        ("store/x.rs", "use crate::event::Name; use super::append::Guard; use crate::store::Store;"),
        ("error.rs", "use crate::span::Span;\nmod tests {\n use super::*;\n}"),
        ("report/x.rs", "mod tests {\n    use super::super::words;\n}"),
        ("store/file/log.rs", "use std::fs;"),
        ("cli/clock.rs", "Utc::now()"),
        (
            "step/x.rs",
            "// println! std::fs crate::cli\n/* Utc::now */ let x = \"dbg! \\\" HashMap\"; let y = r#\"std::env\"#;",
        ),
        ("step/x.rs", "let quote = '\"'; let c = '\\''; fn sprintln<'a>(x: &'a str) {}"),
        ("lib.rs", "pub mod cli;"),
    ] {
        assert_eq!(offences(path, &format!("//! Planted.\n{text}\n")), Vec::<String>::new(), "{text}");
    }
}
