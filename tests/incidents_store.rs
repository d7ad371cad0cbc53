//! Bugs of the store that crashes and noise found. Each with its story; none may come back.

mod common;

use anyorder::error::Result;
use anyorder::event::{Message, Name, Position};
use anyorder::store::{Bytes, Guard, Log, Medium, Memory, Store};
use common::message;
use common::pass_on::pass_on;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

/// At which look, and what the log is then.
type Next = (u32, Vec<u8>);

/// A log that others change while somebody looks: at the n-th look at its bytes it becomes the next one.
#[derive(Clone)]
struct Changing {
    memory: Memory,
    looks: Arc<AtomicU32>,
    next: Arc<Mutex<Vec<Next>>>,
}

impl Changing {
    fn look(&self) {
        let look = self.looks.fetch_add(1, Relaxed) + 1;
        let mut next = self.next.lock().unwrap();
        if next.first().is_some_and(|(at, _)| *at == look) {
            self.memory.set_bytes("orders", next.remove(0).1);
        }
    }
}

impl Medium for Changing {
    fn modules(&self) -> Result<Vec<Name>> {
        self.memory.modules()
    }
    fn open(&self, module: &str) -> Result<Option<Box<dyn Log>>> {
        let inner = self.memory.open(module)?;
        Ok(inner.map(|inner| Box::new(ChangingBytes { inner, all: self.clone() }) as Box<dyn Log>))
    }
    fn create(&self, module: &str) -> Result<Box<dyn Log>> {
        self.memory.create(module)
    }
}

struct ChangingBytes {
    inner: Box<dyn Log>,
    all: Changing,
}

impl Bytes for ChangingBytes {
    pass_on! { name }

    fn len(&self) -> Result<u64> {
        self.all.look();
        self.inner.len()
    }
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        self.all.look();
        self.inner.read_at(offset, buffer)
    }
}

impl Log for ChangingBytes {
    pass_on! { lock unlock append truncate sync keep_aside is_unsure mark_unsure clear_unsure write_again replace }
}

fn log(batches: &[&[&str]]) -> Vec<u8> {
    let memory = Memory::new();
    let messages = |ids: &&[&str]| ids.iter().map(|id| message("orders", id)).collect::<Vec<Message>>();
    let store = Store::new(Arc::new(memory.clone()));
    store.append_new("orders", batches.iter().map(messages).collect(), Guard::None).unwrap();
    memory.bytes("orders")
}

/// Story: one of eight writers was killed inside a write. While a reader looked at the torn end, another writer cut
/// it off and wrote a batch of its own there, whose lines ended elsewhere. What the reader had found of the old
/// end it looked for in the new one, met the middle of a line, and said that a sound log was damaged.
#[test]
fn a_reader_looks_while_a_torn_end_is_replaced() {
    for before in [&[][..], &[&["a"][..], &["b", "c"]]] {
        let sound = log(before);
        let torn = |cut: usize| {
            let mut bytes = log(&[before, &[&["torn-1", "torn-2", "torn-3"]]].concat());
            bytes.truncate(bytes.len() - cut);
            bytes
        };
        let longer = ["a-name-that-is-longer-1", "a-name-that-is-longer-2", "a-name-that-is-longer-3"];
        let whole = log(&[before, &[&longer, &["z"]]].concat());
        let known: u64 = before.iter().map(|batch| batch.len() as u64).sum();
        for cut in [2, 30, 300, 460] {
            for (first, second) in
                (1..40).flat_map(|first| [(first, first + 1), (first, first + 2), (first, 99)])
            {
                let changing = || {
                    let memory = Memory::new();
                    memory.set_bytes("orders", torn(cut));
                    let next = vec![(first, sound.clone()), (second, whole.clone())];
                    Store::new(Arc::new(Changing {
                        memory,
                        looks: Arc::default(),
                        next: Arc::new(Mutex::new(next)),
                    }))
                };
                let said = format!("{known} before, cut by {cut}, changed at {first} and {second}");
                let last = changing().tail("orders").unwrap_or_else(|error| panic!("{said}: {error}")).last;
                assert!([known, known + 4].contains(&last.map_or(0, Position::number)), "{said}: {last:?}");
                let verified = changing().verify("orders").unwrap();
                assert_eq!(verified.damage, None, "{said}");
                assert!([known, known + 4].contains(&verified.messages), "{said}: {verified:?}");
                let read: Result<Vec<_>> = changing().read("orders", Position::FIRST).unwrap().collect();
                let read = read.unwrap_or_else(|error| panic!("{said}: {error}")).len() as u64;
                assert!([known, known + 4].contains(&read), "{said}: {read}");
            }
        }
    }
}
