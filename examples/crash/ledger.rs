//! What the writers of one log have said, what stands in the log, and whether both fit.

use crate::work::{Batch, Entry, Kind, MODULE};
use anyorder::event::Position;
use anyorder::store::{Folder, Guard, Store};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where a writer was when it was killed, by the last line of its diary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It had not begun, or was between two appends.
    Between,
    /// Inside the append, before the write: waiting for the lock, looking at the end, repairing.
    Before,
    /// Between the line that it writes next and the line that it wrote.
    Write,
    /// Behind the write: unlocking, syncing.
    Sync,
}

pub struct Ledger {
    folder: PathBuf,
    kind: Kind,
    pub store: Store,
    /// Where each batch that was acknowledged stands.
    acknowledged: BTreeMap<Batch, u64>,
    /// What killed writers had begun, and nobody has acknowledged since.
    pub begun: BTreeSet<Batch>,
    /// All that any killed writer had begun when it was killed.
    killed_in: BTreeSet<Batch>,
    /// The log as it was read: the first position of each batch, in order.
    read: Vec<Batch>,
    /// What was torn when nobody was writing: where, and the bytes.
    torn: Vec<(u64, Vec<u8>)>,
    pub messages: u64,
}

impl Ledger {
    pub fn new(folder: &Path, kind: Kind) -> Ledger {
        Ledger {
            folder: folder.to_path_buf(),
            kind,
            store: Store::new(Arc::new(Folder::new(folder))),
            acknowledged: BTreeMap::new(),
            begun: BTreeSet::new(),
            killed_in: BTreeSet::new(),
            read: Vec::new(),
            torn: Vec::new(),
            messages: 0,
        }
    }

    /// How many bytes the log has.
    pub fn len(&self) -> u64 {
        fs::metadata(self.log()).map_or(0, |about| about.len())
    }

    fn log(&self) -> PathBuf {
        self.folder.join(format!("{MODULE}.jsonl"))
    }

    /// Takes the diary of a writer that was killed: what it was told is there, what it had begun is open.
    pub fn killed(&mut self, diary: &str) -> Phase {
        let (mut phase, mut entered) = (Phase::Between, None);
        for line in diary.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
            match Entry::read(line).unwrap_or_else(|| panic!("a diary says {line:?}")) {
                Entry::Enters(batch) => (phase, entered) = (Phase::Before, Some(batch)),
                Entry::Writes => phase = Phase::Write,
                Entry::Wrote(_) => phase = Phase::Sync,
                Entry::Acknowledged { batch, first, last } => {
                    self.acknowledge(batch, first, last);
                    (phase, entered) = (Phase::Between, None);
                }
                Entry::Failed(why) => panic!("a writer could not append: {why}"),
            }
        }
        self.killed_in.extend(entered);
        self.begun.extend(entered.filter(|batch| !self.acknowledged.contains_key(batch)));
        phase
    }

    fn acknowledge(&mut self, batch: Batch, first: u64, last: u64) {
        assert_eq!(last - first + 1, self.kind.lines as u64, "batch {batch} is not whole");
        let before = self.acknowledged.insert(batch, first);
        assert!(before.is_none_or(|before| before == first), "batch {batch}: {before:?}, then {first}");
        self.begun.remove(&batch);
    }

    /// Reads what is new in the log, while others may write: positions without a gap, batches whole and once,
    /// and all that was acknowledged at its position.
    pub fn check(&mut self) {
        let known = (self.read.len() * self.kind.lines) as u64;
        self.read.extend(batches(&self.store, self.kind, known + 1));
        for (batch, first) in &self.acknowledged {
            let stands = self.read.get((first - 1) as usize / self.kind.lines);
            assert_eq!(stands, Some(batch), "{batch} was acknowledged at {first}");
        }
        let once: BTreeSet<&Batch> = self.read.iter().collect();
        assert_eq!(once.len(), self.read.len(), "a batch stands there twice");
    }

    /// Goes through the whole log, while nobody writes. What is torn is remembered.
    pub fn check_all(&mut self) {
        self.check();
        let verified = self.store.verify(MODULE).expect("the log can be read");
        let messages = (self.read.len() * self.kind.lines) as u64;
        assert_eq!((verified.damage, verified.messages), (None, messages), "a damaged log");
        // A first batch that is torn leaves no line.
        assert!(messages == 0 || verified.sealed >= messages, "a line without a checksum");
        if let Some(torn) = verified.torn {
            let bytes = fs::read(self.log()).expect("the log");
            self.torn.push((torn.offset, bytes[torn.offset as usize..].to_vec()));
        }
        assert_eq!(batches(&self.store, self.kind, 1), self.read, "what was read before stands as it stood");
    }

    /// Nobody writes any more. Asks once more for all that is open; then the log holds what was begun and
    /// acknowledged, and nothing else, and nothing is torn. Answers how often something was torn.
    pub fn close(&mut self) -> usize {
        self.check_all();
        for batch in self.begun.clone() {
            let appended = self.store.append(MODULE, vec![batch.messages(self.kind)], Guard::None);
            let placed = &appended.unwrap_or_else(|error| panic!("{batch}: {error}")).batches[0];
            self.acknowledge(batch, placed.first().number(), placed.last().number());
        }
        // Repairs, where nothing was open.
        let last = Batch { owner: u64::MAX, number: 0 };
        let appended =
            self.store.append(MODULE, vec![last.messages(self.kind)], Guard::None).expect("appended");
        self.acknowledge(last, appended.batches[0].first().number(), appended.batches[0].last().number());
        self.check();
        let torn_now = self.store.verify(MODULE).expect("the log can be read").torn;
        assert_eq!(torn_now, None);
        let there: BTreeSet<&Batch> = self.read.iter().collect();
        let acknowledged: BTreeSet<&Batch> = self.acknowledged.keys().collect();
        assert_eq!(there, acknowledged, "all that stands there was acknowledged in the end");
        self.messages = (self.read.len() * self.kind.lines) as u64;
        self.kept()
    }

    /// What repairs kept aside: the beginnings of batches whose writers were killed, byte for byte what was torn.
    fn kept(&self) -> usize {
        let folder = self.folder.join(".torn");
        let mut kept = Vec::new();
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.expect("a file").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let Some(offset) = name.split('.').nth(1).and_then(|offset| offset.parse::<u64>().ok()) else {
                assert_eq!(name, format!("{MODULE}.draft"), "killed while it kept bytes aside");
                continue;
            };
            kept.push((offset, fs::read(&path).expect("what was kept")));
        }
        for torn in &self.torn {
            assert!(kept.contains(torn), "{} bytes at {} were not kept", torn.1.len(), torn.0);
        }
        for (offset, bytes) in &kept {
            let text = String::from_utf8_lossy(bytes);
            let id = text.split_once("\"id\":\"").and_then(|(_, rest)| Some(rest.split_once('"')?.0));
            if let Some(id) = id {
                let (batch, line) = Batch::of_id(id);
                assert!(line == 0 && self.killed_in.contains(&batch), "{id} was kept aside at {offset}");
            }
        }
        kept.len()
    }
}

/// The batches from a position on, each of them whole.
fn batches(store: &Store, kind: Kind, from: u64) -> Vec<Batch> {
    let from = Position::new(from).expect("a position");
    let mut found = Vec::new();
    let mut next = 0;
    for (record, position) in store.read(MODULE, from).expect("the log can be read").zip(from.number()..) {
        let message = record.expect("a sound line").message;
        let (batch, line) = Batch::of_id(&message.id);
        assert_eq!(message.position.map(Position::number), Some(position));
        if line == 0 {
            found.push(batch);
        }
        assert_eq!((line, Some(&batch)), (next, found.last()), "a batch that is not whole, at {position}");
        next = (next + 1) % kind.lines;
    }
    assert_eq!(next, 0, "the last batch is not whole");
    found
}
