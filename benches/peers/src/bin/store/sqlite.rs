//! The same in SQLite: a table with the same columns, the same look-ups, and as durable.

use crate::place::{MODULE, Place};
use anyorder::event::{Message, line};
use rusqlite::{Connection, TransactionBehavior, params};
use std::borrow::Borrow;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub struct Table {
    connection: Connection,
}

const COLUMNS: &str = "CREATE TABLE IF NOT EXISTS messages (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, source TEXT NOT NULL, type TEXT NOT NULL, subject TEXT,
    time TEXT NOT NULL, correlationid TEXT, causationid TEXT, data TEXT)";
const INDEXES: &str = "
    CREATE UNIQUE INDEX IF NOT EXISTS by_id ON messages (id);
    CREATE INDEX IF NOT EXISTS by_correlation ON messages (correlationid);
    CREATE INDEX IF NOT EXISTS by_subject ON messages (subject);";
const INSERT: &str = "INSERT OR IGNORE INTO messages
    (id, source, type, subject, time, correlationid, causationid, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

impl Table {
    /// In WAL, each commit synced: durable when it is answered, as ours.
    pub fn open(path: &Path) -> Table {
        let connection = Connection::open(path).expect("a database");
        connection.busy_timeout(Duration::from_secs(60)).expect("it waits");
        connection.pragma_update(None, "journal_mode", "wal").expect("it has a WAL");
        connection.pragma_update(None, "synchronous", "full").expect("it syncs");
        connection.execute_batch(COLUMNS).and_then(|()| connection.execute_batch(INDEXES)).expect("a table");
        connection.set_prepared_statement_cache_capacity(16);
        Table { connection }
    }

    /// One transaction, in which each id is looked for first.
    pub fn append<M: Borrow<Message>>(&mut self, batch: &[M]) {
        let all =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).expect("a transaction");
        {
            let mut look = all.prepare_cached("SELECT number FROM messages WHERE id = ?1").expect("SQL");
            for message in batch {
                assert!(!look.exists([&*message.borrow().id]).expect("it answers"), "the id is in no log");
            }
            batch.iter().for_each(|message| insert(&all, message.borrow()));
        }
        all.commit().expect("it commits");
    }
}

fn insert(into: &Connection, message: &Message) {
    let mut insert = into.prepare_cached(INSERT).expect("SQL");
    let time = message.time.digits();
    insert
        .execute(params![
            &*message.id,
            &*message.source,
            &*message.type_,
            message.subject.as_deref(),
            std::str::from_utf8(&time).expect("digits"),
            message.correlation.as_deref(),
            message.causation.as_deref(),
            message.data.as_ref().map(|data| data.text()),
        ])
        .expect("it takes it");
}

/// The whole workspace as a database, made once. Without syncs while it is made, and indexed at the end.
pub fn large(place: &Place) -> PathBuf {
    let path = place.speed.join("messages.sqlite");
    if path.exists() {
        return path;
    }
    eprintln!("  all messages into SQLite, which is not timed …");
    let draft = place.speed.join("draft.sqlite");
    remove(&draft);
    let mut connection = Connection::open(&draft).expect("a database");
    connection.pragma_update(None, "synchronous", "off").expect("it need not sync");
    connection.execute_batch(COLUMNS).expect("a table");
    let all = connection.transaction().expect("a transaction");
    for log in &place.logs {
        for read in BufReader::with_capacity(1 << 20, File::open(log).expect("a log")).lines() {
            insert(&all, &line::read(&read.expect("text")).expect("a message"));
        }
    }
    all.commit().expect("it commits");
    // The generator's log has some messages twice, as a broker may deliver them; here the first counts.
    let once = "DELETE FROM messages WHERE number NOT IN (SELECT min(number) FROM messages GROUP BY id)";
    connection.execute_batch(once).and_then(|()| connection.execute_batch(INDEXES)).expect("indexes");
    drop(connection);
    File::open(&draft).and_then(|file| file.sync_all()).expect("it can be synced");
    fs::rename(&draft, &path).expect("it has a name");
    debug_assert!(place.logs.iter().any(|log| log.ends_with(format!("{MODULE}.jsonl"))));
    path
}

/// A database and what stands beside it.
pub fn remove(path: &Path) {
    for end in ["", "-wal", "-shm", "-journal"] {
        let _ = fs::remove_file(format!("{}{end}", path.display()));
    }
}
