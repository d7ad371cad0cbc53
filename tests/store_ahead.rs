//! Appends whose ids were looked for ahead of the lock, while the index grows aside: each id stands in the log once
//! all the same, whatever happens between the look and the lock.

use anyorder::event::{Message, Position, Time};
use anyorder::store::{Guard, Logs, Medium, Memory, Placed, Ready, Store};
use std::sync::Arc;

/// More ids than are looked for under the lock.
const SIZE: u64 = 300;

fn batch(number: u64) -> Vec<Message> {
    let id = |n: u64| format!("o-{}", number * SIZE + n);
    (0..SIZE).map(|n| Message::new("orders", "T", id(n), Time::MILLENNIUM)).collect()
}

fn store(memory: &Memory, behind: u64) -> Store {
    Store::new(Arc::new(memory.clone())).indexed_after(behind)
}

fn ahead(store: &Store, numbers: Vec<u64>) -> impl Iterator<Item = Ready<Message>> {
    let all = numbers.into_iter().map(|number| Ok(vec![batch(number)]));
    store.ahead("orders", all).map(|ready| ready.unwrap())
}

fn commit(store: &Store, ready: Ready<Message>) -> Placed {
    store.commit(ready, Guard::None).unwrap().1.batches.remove(0)
}

fn old(first: u64) -> Placed {
    Placed::Already((first..first + SIZE).map(|number| Position::new(number).unwrap()).collect())
}

fn new(first: u64) -> Placed {
    let position = |number| Position::new(number).unwrap();
    Placed::New { first: position(first), last: position(first + SIZE - 1) }
}

#[test]
fn each_batch_is_there_once_however_the_index_grows() {
    // The index is extended aside at every append, every few, at the first alone, never.
    for behind in [0, 1_000, 10_000, u64::MAX / 64] {
        let memory = Memory::new();
        let hand = store(&memory, behind);
        // Each new one, and then one that was there some time before.
        let numbers: Vec<u64> = (0..14).flat_map(|number| [number, number / 2]).collect();
        for (number, ready) in numbers.iter().zip(ahead(&hand, numbers.clone())) {
            let there = memory.bytes("orders").iter().filter(|byte| **byte == b'\n').count() as u64;
            let expected = match number * SIZE < there {
                true => old(number * SIZE + 1),
                false => new(there + 1),
            };
            assert_eq!(commit(&hand, ready), expected, "{behind}: {number}");
        }
        drop(hand);
        let runs = memory.caches().unwrap();
        assert_eq!(runs.is_empty(), behind > 1 << 40, "{behind}: {runs:?}");
        // What was made aside is what is made at once.
        let asked = store(&memory, 0);
        for id in [0, 1, 2_000, 14 * SIZE - 1] {
            let found = asked.conversation("orders", &format!("o-{id}")).unwrap();
            assert_eq!(found[0].1.message.position, Position::new(id + 1), "{behind}");
        }
    }
}

#[test]
fn what_others_do_between_the_look_and_the_lock_counts() {
    for behind in [0, 1_000, 20_000] {
        let memory = Memory::new();
        let (hand, other) = (store(&memory, behind), store(&memory, behind));
        let mut ready = ahead(&hand, (0..8).collect());
        let mut next = || ready.next().unwrap();
        assert_eq!(commit(&hand, next()), new(1));
        // Others append it.
        let looked = next();
        other.append("orders", vec![batch(1)], Guard::None).unwrap();
        assert_eq!(commit(&hand, looked), old(SIZE + 1));
        // The log is another one, in which nothing is that was found.
        let looked = next();
        let whole = memory.bytes("orders");
        memory.set_bytes("orders", Vec::new());
        assert_eq!(commit(&hand, looked), new(1));
        // And the old one again, as long as before or longer, in which the ids of the other are not.
        let looked = next();
        memory.set_bytes("orders", whole);
        assert_eq!(commit(&hand, looked), new(2 * SIZE + 1));
        // Its lines are other bytes, in other places.
        let looked = next();
        let bare = String::from_utf8(memory.bytes("orders")).unwrap();
        let bare: Vec<&str> = bare.lines().map(|line| line.split_once(",\"crc\"").unwrap().0).collect();
        memory.set_bytes("orders", format!("{}}}\n", bare.join("}\n")).into_bytes());
        assert_eq!(commit(&hand, looked), new(3 * SIZE + 1));
        let looked = next();
        other.reseal("orders").unwrap();
        assert_eq!(commit(&hand, looked), new(4 * SIZE + 1));
        // Somebody has taken the index away, and the log has grown by what was looked for.
        let looked = next();
        memory.caches().unwrap().iter().for_each(|name| memory.set_cache(name, None));
        other.append("orders", vec![batch(6)], Guard::None).unwrap();
        assert_eq!(commit(&hand, looked), old(5 * SIZE + 1));
        // Or its files are broken.
        let looked = next();
        for name in memory.caches().unwrap() {
            let bytes = memory.cache_bytes(&name).unwrap();
            memory.set_cache(&name, Some(bytes.iter().map(|byte| byte ^ 1).collect()));
        }
        other.append("orders", vec![batch(7)], Guard::None).unwrap();
        assert_eq!(commit(&hand, looked), old(6 * SIZE + 1));
        assert_eq!(store(&memory, u64::MAX).verify("orders").unwrap().messages, 7 * SIZE);
    }
}
