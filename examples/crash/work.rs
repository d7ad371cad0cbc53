//! What a writer is asked to append, and how it says how far it has come.
//!
//! A batch is told by who owns it and its number; its messages follow from these, so that whoever takes over
//! from one that was killed can ask again with the same ids.

use anyorder::event::{Document, Message, Time};
use std::fmt::{self, Display};

pub const MODULE: &str = "orders";

/// How many lines stand in a batch, and how large the data of each is: enough that a write of many takes long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    pub lines: usize,
    data: usize,
}

pub const KINDS: [Kind; 3] =
    [Kind { lines: 1, data: 300 }, Kind { lines: 64, data: 16_000 }, Kind { lines: 1_024, data: 2_000 }];

/// One batch: its owner's number among all writers of a log, and its number among the owner's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Batch {
    pub owner: u64,
    pub number: u64,
}

impl Batch {
    pub fn messages(self, kind: Kind) -> Vec<Message> {
        let time = Time::parse("2026-11-21T09:00:00Z").expect("a time");
        let message = |line: usize| {
            let id = format!("{}-{}-{line}", self.owner, self.number);
            // Not all of one length, so that pages of the disk are cut everywhere.
            let fill =
                "burger ".repeat((self.number as usize * 31 + line * 7) % (kind.data / 7) + kind.data / 14);
            let data = Document::of_valid(&format!("{{\"line\":{line},\"fill\":\"{fill}\"}}"));
            Message { data: Some(data), ..Message::new(MODULE, "OrderPlaced", id, time) }
        };
        (0..kind.lines).map(message).collect()
    }

    /// The batch that a message is of, and which of its lines.
    pub fn of_id(id: &str) -> (Batch, usize) {
        let mut numbers = id.split('-').map(|number| number.parse::<u64>().expect("an id of ours"));
        let mut next = || numbers.next().expect("an id of ours");
        (Batch { owner: next(), number: next() }, next() as usize)
    }
}

impl Display for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.owner, self.number)
    }
}

/// What a writer is started with.
#[derive(Debug, Clone)]
pub struct Work {
    pub folder: String,
    /// The file in which it says how far it has come.
    pub diary: String,
    pub owner: u64,
    pub kind: Kind,
    /// What one that was killed had begun, and nobody has acknowledged.
    pub again: Option<Batch>,
}

impl Work {
    pub fn words(&self) -> Vec<String> {
        let kind = KINDS.iter().position(|kind| *kind == self.kind).expect("one of them");
        let again = self.again.map_or("-".to_string(), |batch| batch.to_string());
        vec![self.folder.clone(), self.diary.clone(), self.owner.to_string(), kind.to_string(), again]
    }

    pub fn read(words: &[String]) -> Option<Work> {
        let [folder, diary, owner, kind, again] = words else { return None };
        let again = again.split_once('-').and_then(|(owner, number)| {
            Some(Batch { owner: owner.parse().ok()?, number: number.parse().ok()? })
        });
        Some(Work {
            folder: folder.clone(),
            diary: diary.clone(),
            owner: owner.parse().ok()?,
            kind: *KINDS.get(kind.parse::<usize>().ok()?)?,
            again,
        })
    }
}

/// A line of a writer's diary, written before or after what it tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// It enters the store's append with this batch.
    Enters(Batch),
    /// Next it calls write.
    Writes,
    /// The write is over; it took so many microseconds.
    Wrote(u64),
    /// The append has returned: the batch stands there.
    Acknowledged { batch: Batch, first: u64, last: u64 },
    /// It cannot go on. Never to be seen.
    Failed(String),
}

impl Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Entry::Enters(batch) => writeln!(f, "a {batch}"),
            Entry::Writes => writeln!(f, "b"),
            Entry::Wrote(micros) => writeln!(f, "e {micros}"),
            Entry::Acknowledged { batch, first, last } => writeln!(f, "k {batch} {first} {last}"),
            Entry::Failed(why) => writeln!(f, "x {}", why.replace('\n', " ")),
        }
    }
}

impl Entry {
    /// None: the line broke off.
    pub fn read(line: &str) -> Option<Entry> {
        let mut words = line.split(' ');
        let number = |word: Option<&str>| word?.parse::<u64>().ok();
        let batch = |word: Option<&str>| {
            let (owner, batch) = word?.split_once('-')?;
            Some(Batch { owner: owner.parse().ok()?, number: batch.parse().ok()? })
        };
        Some(match words.next()? {
            "a" => Entry::Enters(batch(words.next())?),
            "b" => Entry::Writes,
            "e" => Entry::Wrote(number(words.next())?),
            "k" => Entry::Acknowledged {
                batch: batch(words.next())?,
                first: number(words.next())?,
                last: number(words.next())?,
            },
            _ => Entry::Failed(line.to_string()),
        })
    }
}
