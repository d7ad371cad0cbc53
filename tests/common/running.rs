//! Running definitions over logs in memory, as the command line does over files.
#![allow(dead_code)] // each test file uses its part

use anyorder::error::{Error, Result};
use anyorder::event::{Name, Position};
use anyorder::process::{Family, Parts, read_with_parts};
use anyorder::report::diagnostic::render;
use anyorder::runtime::journal::{Entry, Reader};
use anyorder::runtime::{House, Rules, Run, Tally, World, recover, run_in_writes};
use anyorder::span::Source;
use anyorder::store::{Logs, Medium, Memory, Store};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// All that is decided is written at once.
pub const AT_ONCE: usize = usize::MAX;

pub type Bytes = BTreeMap<Name, Vec<u8>>;

pub fn families(texts: &[impl AsRef<str>]) -> Vec<Family> {
    let mut families: Vec<Family> = Vec::new();
    for text in texts {
        let text = text.as_ref();
        let source = Source::new("random@1.yaml", text);
        let parts = Among(texts.iter().map(|text| text.as_ref()).collect());
        let read = read_with_parts(&source, None, &parts);
        let definition = read.unwrap_or_else(|error| panic!("{}\n{text}", render(&error, false)));
        let known = families.iter().position(|family| family.name == definition.name);
        let index = known.unwrap_or_else(|| {
            families.push(Family::new(definition.name.clone()));
            families.len() - 1
        });
        families[index].insert(Arc::new(definition)).unwrap();
    }
    families.into_iter().filter_map(Family::without_parts).collect()
}

/// Parts among texts that lie beside each other.
struct Among<'a>(Vec<&'a str>);

impl Parts for Among<'_> {
    fn part(&self, full_name: &str) -> Result<Arc<Source>> {
        let (name, version) = full_name.split_once('@').expect("a part has a version");
        let head = format!("process: {name}\nversion: {version}\n");
        let found = self.0.iter().find(|text| text.starts_with(&head));
        let text = found.ok_or_else(|| Error::input(format!("there is no part {full_name}")))?;
        Ok(Source::new(format!("{full_name}.yaml"), *text))
    }
}

/// A family of one of its versions, as a replay of that version has it.
pub fn only(family: &Family, version: u32) -> Family {
    let mut one = Family::new(family.name.clone());
    one.insert(family.version(version).unwrap().clone()).unwrap();
    one
}

/// The definitions of every fixture: its name, and the text of each file.
pub fn fixtures() -> Vec<(String, Vec<String>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let entries = |folder: &Path| {
        let mut found: Vec<_> =
            std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
        found.sort();
        found
    };
    let of = |fixture: &Path| entries(&fixture.join("processes"));
    let yaml = |path: &std::path::PathBuf| path.extension().is_some_and(|ending| ending == "yaml");
    let mut all = Vec::new();
    for fixture in entries(&root) {
        let files = of(&fixture).into_iter().filter(yaml);
        let texts: Vec<String> = files.map(|path| std::fs::read_to_string(path).unwrap()).collect();
        if !texts.is_empty() {
            all.push((fixture.file_name().unwrap().to_string_lossy().to_string(), texts));
        }
    }
    all
}

pub fn store(medium: impl Medium + 'static) -> Store {
    Store::new(Arc::new(medium))
}

pub fn recovered(logs: &dyn Logs, families: &[Family]) -> Result<World> {
    let mut house = House::create(families.to_vec())?.created().subscribe_all().start();
    recover(&mut house, logs)?;
    Ok(house.stable())
}

pub fn newest() -> Run {
    Run { rules: Rules::Newest, dry: false, rings: u64::MAX }
}

pub fn run_on(store: &Store, families: &[Family], how: Run, lines: usize) -> Result<(World, Tally)> {
    let mut world = recovered(store, families)?;
    let tally = run_in_writes(store, &mut world, how, lines)?;
    Ok((world, tally))
}

pub fn run_all(memory: &Memory, families: &[Family]) -> (World, Tally) {
    run_on(&store(memory.clone()), families, newest(), AT_ONCE)
        .unwrap_or_else(|e| panic!("{}", render(&e, false)))
}

/// The bytes that a run makes of these logs.
pub fn bytes_after(logs: &Bytes, families: &[Family]) -> Bytes {
    let memory = Memory::new();
    memory.restore(logs.clone());
    run_all(&memory, families);
    memory.snapshot()
}

/// What a journal says, entry by entry, with the position of each entry's last line.
pub fn entries(logs: &dyn Logs, process: &str) -> Vec<(Entry, Position)> {
    let mut reader = Reader::default();
    let mut entries = Vec::new();
    for record in logs.read(process, Position::FIRST).unwrap() {
        let message = record.unwrap().message;
        let position = message.position.unwrap();
        if let Some(entry) = reader.take(message).unwrap() {
            entries.push((entry, position));
        }
    }
    entries
}

/// Differences that a person can read.
pub fn assert_same(left: &Bytes, right: &Bytes, why: &str) {
    for name in left.keys().chain(right.keys()) {
        let text =
            |bytes: &Bytes| String::from_utf8_lossy(bytes.get(name).map_or(&[][..], |b| b)).to_string();
        let (left, right) = (text(left), text(right));
        let differs = left.lines().zip(right.lines()).position(|(a, b)| a != b);
        let at = differs.unwrap_or(left.lines().count().min(right.lines().count()));
        let line = |text: &str| text.lines().nth(at).unwrap_or("(nothing)").to_string();
        assert!(left == right, "{why}\n{name} line {}:\n  {}\n  {}", at + 1, line(&left), line(&right));
    }
}

/// As whoever was stopped: where a sync had failed, `verify` comes before.
pub fn run_again(memory: &Memory, families: &[Family], why: &str) {
    settle_syncs(memory);
    run_on(&store(memory.clone()), families, newest(), AT_ONCE).unwrap_or_else(|e| panic!("{why}: {e:?}"));
}

/// Nothing is appended to a log whose sync failed before it was verified.
pub fn settle_syncs(memory: &Memory) {
    for module in memory.modules().unwrap() {
        assert_eq!(store(memory.clone()).verify(&module).unwrap().damage, None);
    }
}

/// No parts beside a definition.
pub struct Alone;

impl Parts for Alone {
    fn part(&self, full_name: &str) -> Result<Arc<Source>> {
        Err(Error::input(format!("there is no part {full_name}")))
    }
}
