//! Scenario files, read: what a good one becomes, and all that is said about a bad one.
//!
//! `tests/scenarios/scenarios/*.yaml` each have their `.expected` beside them: the whole drawn error, or
//! `no error`. `BLESS=1 cargo test --test scenarios` writes them anew; look at the difference.

mod common;

use anyorder::report::diagnostic::render;
use common::library::scenario;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}

#[test]
fn every_file_is_read_or_refused_as_written_beside_it() {
    let entries = std::fs::read_dir(folder().join("scenarios")).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name.ends_with(".yaml"));
    names.sort();
    let mut wrong = Vec::new();
    for name in names {
        let said = match scenario(&folder(), &format!("scenarios/{name}")) {
            Ok(_) => "no error\n".to_string(),
            Err(error) => render(&error, false),
        };
        let beside = folder().join("scenarios").join(name.replace(".yaml", ".expected"));
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&beside, &said).unwrap();
        } else if std::fs::read_to_string(&beside).unwrap_or_default() != said {
            wrong.push(format!("--- {name}\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
