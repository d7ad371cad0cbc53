//! Batches of 1,000 and single messages, by the library: anyorder, a plain loop with the same bytes, SQLite.

use crate::Args;
use crate::place::{MODULE, Place};
use crate::sqlite::Table as Sqlite;
use crate::table::{Floor, Table, median};
use anyorder::event::{Document, Message, Time};
use anyorder::store::{Appended, Guard, Store};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// So many batches a round, and messages in each.
const SIZES: [(usize, usize); 2] = [(10, 1_000), (25, 1)];

pub fn batches(args: &Args, place: &mut Place, table: &mut Table) {
    let mut number = std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |now| now.as_millis() as u64);
    for (name, large) in [("empty log", false), ("large log", true)] {
        let (workspace, file, sqlite) = match large {
            false => (
                place.empty("batches"),
                place.speed.join("batches.jsonl"),
                place.speed.join("batches.sqlite"),
            ),
            true => (place.copy(), place.plain_copy(), crate::sqlite::large(place)),
        };
        if !large {
            let _ = std::fs::remove_file(&file);
            crate::sqlite::remove(&sqlite);
        }
        let log = workspace.join(format!("log/{MODULE}.jsonl"));
        let mut ours = Ours { store: place.store(&workspace), log };
        let mut plain = OpenOptions::new().append(true).create(true).open(&file).expect("a file");
        let mut sqlite = Sqlite::open(&sqlite);
        for (count, size) in SIZES {
            let mut rates: [Vec<f64>; 3] = Default::default();
            for round in 0..args.scans + 1 {
                number += 1;
                let one = |at: usize| Arc::new(message(number, at as u64));
                let batches: Vec<Vec<Arc<Message>>> =
                    (0..count).map(|batch| (batch * size..(batch + 1) * size).map(one).collect()).collect();
                let rate = |started: Instant| (count * size) as f64 / started.elapsed().as_secs_f64();
                let (ours, written) = ours.append(&batches, rate);
                let started = Instant::now();
                for bytes in &written {
                    plain.write_all(bytes).and_then(|()| plain.sync_data()).expect("it takes them");
                }
                let plain = rate(started);
                let started = Instant::now();
                batches.iter().for_each(|batch| sqlite.append(batch));
                let found = [ours, plain, rate(started)];
                // The first finds nothing in the caches.
                if round > 0 {
                    rates.iter_mut().zip(found).for_each(|(rates, rate)| rates.push(rate));
                }
            }
            let [ours, plain, sqlite] = rates.map(|rates| median(&rates));
            let (what, floors) = match size {
                1 => (format!("single messages, {name}"), [Floor::None, Floor::None]),
                _ => (format!("batches of 1,000, {name}"), [Floor::AtLeast(0.7), Floor::AtLeast(3.0)]),
            };
            table.ratio(&what, (ours, "/s"), ("write + fdatasync", plain), floors[0]);
            table.ratio(&what, (ours, "/s"), ("SQLite", sqlite), floors[1]);
        }
    }
}

struct Ours {
    store: Store,
    log: PathBuf,
}

impl Ours {
    /// Appends one batch after the other as `append --lines` does: while one is synced the next is written, and the one
    /// behind it made ready. The rate, and the bytes of each.
    fn append(
        &mut self,
        batches: &[Vec<Arc<Message>>],
        rate: impl Fn(Instant) -> f64,
    ) -> (f64, Vec<Vec<u8>>) {
        let begin = len(&self.log);
        let given = batches.to_vec();
        let new = |appended: &Appended| assert!(appended.batches[0].is_new());
        let started = Instant::now();
        match given.iter().all(|batch| batch.len() == 1) {
            // A single message has nobody to make it ready ahead: it is answered before the next one comes.
            true => given.into_iter().for_each(|batch| {
                new(&self.store.append(MODULE, vec![batch], Guard::None).expect("it can be appended to"));
            }),
            false => {
                let ahead = self.store.ahead(MODULE, given.into_iter().map(|batch| Ok(vec![batch])));
                let answer = |_, appended| Ok::<(), anyorder::error::Error>(new(&appended));
                self.store.commit_all(ahead, true, answer).expect("it can be appended to");
            }
        }
        let rate = rate(started);
        let log = File::open(&self.log).expect("a log");
        let mut bytes = vec![0; (len(&self.log) - begin) as usize];
        log.read_exact_at(&mut bytes, begin).expect("it was written");
        let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
        (rate, lines.chunks(batches[0].len()).map(<[_]>::concat).collect())
    }
}

fn len(path: &Path) -> u64 {
    path.metadata().map_or(0, |about| about.len())
}

/// A message as the generator makes them: about 430 bytes as a line. Its id is in no log before.
pub fn message(run: u64, number: u64) -> Message {
    // As ids of version 7: those of one moment stand together, and their last half is as good as random.
    let scattered = (run << 20 | number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let id = |kind: u64, low: u64| {
        format!(
            "{:08x}-{:04x}-7{kind:03x}-8{:03x}-{:012x}",
            run >> 16,
            run & 0xffff,
            low >> 52,
            low & 0xffff_ffff_ffff
        )
    };
    let time = Time::parse("2027-01-01T00:00:00Z").expect("a time");
    let conversation = id(1, ((run << 20) | (number / 8)).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let data = format!(
        r#"{{"parcel":"P-{}","carrier":"north road","station":3,"belt":17,"weight":8000,"condition":"sealed, dry, upright"}}"#,
        100_000_000 + number
    );
    Message {
        subject: Some(format!("order-{}", number / 8).into()),
        correlation: Some(conversation.into()),
        data: Some(Document::of_valid(&data)),
        ..Message::new(MODULE, "ParcelSeen", id(2, scattered), time)
    }
}
