//! Every scenario of every fixture is read; and the twins say what the sound ones say.

mod common;

use anyorder::explore::Scenario;
use anyorder::report::diagnostic::render;
use common::library::scenario;
use std::path::{Path, PathBuf};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn read(story: &str, file: &str) -> Scenario {
    let root = fixtures().join(story);
    scenario(&root, file).unwrap_or_else(|error| panic!("{story}: {}", render(&error, false)))
}

#[test]
fn every_scenario_of_every_fixture_is_read() {
    for story in names(&fixtures()) {
        let files = names(&fixtures().join(&story).join("scenarios"));
        assert!(!files.is_empty(), "{story} has no scenario");
        for file in files {
            let scenario = read(&story, &format!("scenarios/{file}"));
            assert!(scenario.expect.outcomes.is_some(), "{story}/{file} expects nothing");
        }
    }
    let draft = read("restaurant", "next/takeaway.yaml");
    assert_eq!((draft.first.len(), draft.deliver.len(), draft.expect.finally.len()), (1, 2, 1));
    // What is too large to be explored by the way is read all the same.
    let mut large = 0;
    for story in names(&fixtures()) {
        for file in names(&fixtures().join(&story).join("large")) {
            let scenario = read(&story, &format!("large/{file}"));
            assert!(scenario.expect.outcomes.is_some(), "{story}/{file} expects nothing");
            large += 1;
        }
    }
    assert_eq!(large, 10);
    for (story, file, listed) in [
        ("tally", "tally-20", 20),
        ("tally", "tally-24", 24),
        ("concert", "hundred-counted", 100),
        ("concert", "hundred-ignored", 100),
        ("concert", "hundred-ticketed", 100),
        ("converging-payment", "eight-orders", 24),
        ("school-trip", "six-regions", 24),
    ] {
        assert_eq!(read(story, &format!("large/{file}.yaml")).deliver.len(), listed, "{file}");
    }
}

#[test]
fn the_readme_lists_every_story() {
    let readme = include_str!("../README.md");
    let unlisted =
        names(&fixtures()).into_iter().filter(|name| !readme.contains(&format!("(fixtures/{name})")));
    assert_eq!(unlisted.collect::<Vec<_>>(), Vec::<String>::new());
}

/// The bug is in the process, and in nothing else.
#[test]
fn a_twin_has_the_scenarios_of_the_sound_one() {
    let mut twins = 0;
    for twin in names(&fixtures()).iter().filter(|story| story.ends_with("-broken")) {
        let sound = twin.strip_suffix("-broken").unwrap();
        for file in names(&fixtures().join(twin).join("scenarios")) {
            let text =
                |story: &str| std::fs::read_to_string(fixtures().join(story).join("scenarios").join(&file));
            assert_eq!(text(twin).unwrap(), text(sound).unwrap(), "{twin}/{file}");
            twins += 1;
        }
        // In the services only where there is no process, as in choreography.
        let processes = names(&fixtures().join(twin).join("processes"));
        for (folder, differs) in [("processes", true), ("services", processes.is_empty())] {
            for file in names(&fixtures().join(twin).join(folder)) {
                let text =
                    |story: &str| std::fs::read_to_string(fixtures().join(story).join(folder).join(&file));
                let (twin_text, sound_text) = (text(twin).unwrap(), text(sound).unwrap());
                // A part may be as sound as before, where the whole is not.
                let is_part = folder == "processes" && !sound_text.contains("starts-on:");
                let other = twin_text != sound_text;
                assert!(is_part || other == differs, "{twin}/{folder}/{file}");
            }
        }
    }
    assert!(twins >= 3);
}
