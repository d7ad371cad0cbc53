//! The bugs under `tests/planted/` still fit the sources, so that the suite can be judged again with them.
//!
//! Whether each is caught is found out by hand, as `tests/planted/README.md` says; here it is only asked
//! that a patch could be applied, and that `docs/check.md` speaks of it.

use std::collections::BTreeMap;
use std::path::Path;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The patches by name: `01-deferred-lost`.
fn patches() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/planted");
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    names
        .filter_map(|name| Some(name.to_str()?.strip_suffix(".patch")?.to_string()))
        .map(|name| (name.clone(), read(&format!("tests/planted/{name}.patch"))))
        .collect()
}

/// Per hunk of a patch: the file, what stands there, and what will.
fn hunks(patch: &str) -> Vec<(String, String, String)> {
    let mut hunks: Vec<(String, String, String)> = Vec::new();
    let mut file = String::new();
    for line in patch.lines() {
        if line.starts_with("--- ") || line.starts_with("diff ") {
            continue;
        } else if let Some(path) = line.strip_prefix("+++ b/") {
            file = path.to_string();
        } else if line.starts_with("@@") {
            hunks.push((file.clone(), String::new(), String::new()));
        } else if let Some((_, old, new)) = hunks.last_mut() {
            let (sign, rest) = line.split_at_checked(1).unwrap_or((" ", ""));
            for (text, other) in [(old, "+"), (new, "-")] {
                if sign != other {
                    *text += &format!("{rest}\n");
                }
            }
        }
    }
    hunks
}

#[test]
fn every_planted_bug_still_fits_the_sources() {
    let patches = patches();
    assert!(patches.len() >= 10, "only {}", patches.len());
    for (name, patch) in &patches {
        let mut sources: BTreeMap<String, String> = BTreeMap::new();
        let hunks = hunks(patch);
        assert!(!hunks.is_empty(), "{name} changes nothing");
        for (file, old, new) in hunks {
            let source = sources.entry(file.clone()).or_insert_with(|| read(&file));
            let count = source.matches(&old).count();
            assert_eq!(count, 1, "{name}: {count} places in {file} read\n{old}make the patch anew");
            *source = source.replacen(&old, &new, 1);
        }
        for (file, changed) in sources {
            assert_ne!(changed, read(&file), "{name} changes nothing in {file}");
        }
    }
}

#[test]
fn every_planted_bug_is_in_the_table() {
    let table = read("docs/check.md");
    let rows: Vec<&str> =
        table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    for (name, patch) in patches() {
        assert!(rows.contains(&&*name), "{name} is not in docs/check.md");
        let what = patch.lines().next().unwrap_or_default();
        assert!(table.contains(what), "docs/check.md says something else of {name} than: {what}");
    }
}
