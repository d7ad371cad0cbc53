//! One writer and eight at once, each message answered when it is durable.

use crate::Args;
use crate::batches::message;
use crate::place::{MODULE, Place};
use crate::sqlite::{self, Table as Sqlite};
use crate::table::{Floor, Table, median};
use anyorder::event::Message;
use anyorder::store::Guard;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::sync::Barrier;
use std::thread;
use std::time::Instant;

/// Messages a round, of all writers together.
const MESSAGES: usize = 160;
const EIGHT: usize = 8;

pub fn writers(args: &Args, place: &mut Place, table: &mut Table) {
    let (workspace, file, database) = (place.copy(), place.plain_copy(), place.speed.join("writers.sqlite"));
    sqlite::remove(&database);
    drop(Sqlite::open(&database));
    let mut run = std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |now| now.as_millis() as u64);
    let mut rates: [[Vec<f64>; 2]; 4] = Default::default();
    for round in 0..args.scans + 1 {
        for (side, writers) in [1, EIGHT].into_iter().enumerate() {
            let found = [
                fresh(place, &workspace, writers, &mut run),
                named(place, &workspace, writers, &mut run),
                plain(&file, writers),
                table_of(&database, writers, &mut run),
            ];
            if round > 0 {
                rates.iter_mut().zip(found).for_each(|(rates, rate)| rates[side].push(rate));
            }
        }
    }
    let rates = rates.map(|pair| pair.map(|rates| median(&rates)));
    let [fresh, named, plain, sqlite] = rates;
    for (what, [one, eight]) in [("fresh ids", fresh), ("named ids", named)] {
        let what = format!("8 writers at once, large log, {what}");
        table.ratio(&what, (eight, "/s"), ("anyorder, 1 writer", one), Floor::AtLeast(1.5));
    }
    let what = "8 writers at once, large log, fresh ids";
    table.ratio(what, (fresh[1], "/s"), ("lock + write + fdatasync, 8 writers", plain[1]), Floor::None);
    table.ratio(what, (fresh[1], "/s"), ("SQLite (empty), 8 writers", sqlite[1]), Floor::None);
    let what = "1 writer, large log, fresh ids";
    table.ratio(what, (fresh[0], "/s"), ("lock + write + fdatasync, 1 writer", plain[0]), Floor::None);
    table.ratio(what, (fresh[0], "/s"), ("SQLite (empty), 1 writer", sqlite[0]), Floor::None);
}

/// Messages a second, from when the first writer begins to when the last one ends. Each makes what it needs of
/// its own before.
fn rate<W: FnMut(&Message)>(writers: usize, run: u64, open: impl Fn() -> W + Sync) -> f64 {
    let ready = Barrier::new(writers);
    let each = MESSAGES / writers;
    let write = |writer: usize| {
        let mut write = open();
        let own: Vec<Message> =
            (0..each).map(|number| message(run, (writer * each + number) as u64)).collect();
        ready.wait();
        let started = Instant::now();
        own.iter().for_each(&mut write);
        (started, Instant::now())
    };
    let times: Vec<(Instant, Instant)> = thread::scope(|scope| {
        let write = &write;
        let all: Vec<_> = (0..writers).map(|writer| scope.spawn(move || write(writer))).collect();
        all.into_iter().map(|writer| writer.join().expect("it writes")).collect()
    });
    let first = times.iter().map(|(started, _)| *started).min().expect("a writer");
    let last = times.iter().map(|(_, ended)| *ended).max().expect("a writer");
    MESSAGES as f64 / (last - first).as_secs_f64()
}

fn fresh(place: &Place, workspace: &Path, writers: usize, run: &mut u64) -> f64 {
    *run += 1;
    rate(writers, *run, || {
        let store = place.store(workspace);
        move |message| {
            store.append_new(MODULE, vec![vec![message]], Guard::None).expect("it can be appended to");
        }
    })
}

fn named(place: &Place, workspace: &Path, writers: usize, run: &mut u64) -> f64 {
    *run += 1;
    rate(writers, *run, || {
        let store = place.store(workspace);
        move |message| {
            let appended =
                store.append(MODULE, vec![vec![message]], Guard::None).expect("it can be appended to");
            assert!(appended.batches[0].is_new());
        }
    })
}

/// As the store does it: the lock is given up before the sync.
fn plain(file: &Path, writers: usize) -> f64 {
    rate(writers, 0, || {
        move |message: &Message| {
            let line = message.to_json() + "\n";
            let mut file = OpenOptions::new().append(true).open(file).expect("a file");
            file.lock().and_then(|()| file.write_all(line.as_bytes())).expect("it takes it");
            file.unlock().and_then(|()| file.sync_data()).expect("it is durable");
        }
    })
}

fn table_of(database: &Path, writers: usize, run: &mut u64) -> f64 {
    *run += 1;
    rate(writers, *run, || {
        let mut sqlite = Sqlite::open(database);
        move |message: &Message| sqlite.append(std::slice::from_ref(message))
    })
}
