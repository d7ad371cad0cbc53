//! The process that is killed: it appends batch after batch, and keeps a diary of it.
//!
//! The diary is a file written without a buffer: what a killed process has handed to the system is there.

#[path = "../../tests/common/pass_on.rs"]
mod pass_on;

use crate::work::{Batch, Entry, MODULE, Work};
use anyorder::error::Result;
use anyorder::event::Name;
use anyorder::store::{Bytes, Folder, Guard, Log, Medium, Store};
use pass_on::pass_on;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::sync::Arc;
use std::time::Instant;

#[derive(Clone)]
struct Diary(Arc<File>);

impl Diary {
    fn say(&self, entry: Entry) {
        (&*self.0).write_all(entry.to_string().as_bytes()).expect("the diary can be written");
    }
}

/// Appends until it is killed, or until whoever started it is gone.
pub fn run(work: &Work) -> ! {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    let diary = OpenOptions::new().create(true).append(true).open(&work.diary).expect("a diary");
    let diary = Diary(Arc::new(diary));
    let store = Store::new(Arc::new(Marked { inner: Folder::new(&work.folder), diary: diary.clone() }));
    let own = (0..).map(|number| Batch { owner: work.owner, number });
    for batch in work.again.into_iter().chain(own) {
        let messages = vec![batch.messages(work.kind)];
        diary.say(Entry::Enters(batch));
        // What another has begun may be there; what is one's own is fresh.
        let appended = match work.again == Some(batch) {
            true => store.append(MODULE, messages, Guard::None),
            false => store.append_new(MODULE, messages, Guard::None),
        };
        match appended {
            Ok(appended) => {
                let placed = &appended.batches[0];
                let (first, last) = (placed.first().number(), placed.last().number());
                diary.say(Entry::Acknowledged { batch, first, last });
            }
            Err(error) => {
                diary.say(Entry::Failed(error.to_string()));
                std::process::exit(1);
            }
        }
    }
    unreachable!("there is always another batch")
}

/// The folder of logs, with a line in the diary on either side of each write.
struct Marked {
    inner: Folder,
    diary: Diary,
}

impl Medium for Marked {
    pass_on! { modules caches cache draft drop_cache }

    fn open(&self, module: &str) -> Result<Option<Box<dyn Log>>> {
        self.inner.open(module)
    }
    fn create(&self, module: &str) -> Result<Box<dyn Log>> {
        Ok(Box::new(MarkedBytes { inner: self.inner.create(module)?, diary: self.diary.clone() }))
    }
}

struct MarkedBytes {
    inner: Box<dyn Log>,
    diary: Diary,
}

impl Bytes for MarkedBytes {
    pass_on! { name len read_at }
}

impl Log for MarkedBytes {
    pass_on! { lock unlock truncate sync keep_aside is_unsure mark_unsure clear_unsure write_again replace }

    fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.diary.say(Entry::Writes);
        let start = Instant::now();
        let appended = self.inner.append(bytes);
        self.diary.say(Entry::Wrote(start.elapsed().as_micros() as u64));
        appended
    }
}
