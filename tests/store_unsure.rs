//! A sync that fails, and a log that is replaced under those who wait for it.

mod common;

use anyorder::event::{Message, Position};
use anyorder::store::{Folder, Guard, Log, Medium, Memory, Store, Unsure, Verified};
use common::{Fault, Faulty, message};
use std::sync::Arc;
use std::time::Duration;

fn store(medium: impl Medium + 'static) -> Store {
    Store::new(Arc::new(medium))
}

fn batch(id: &str) -> Vec<Vec<Message>> {
    vec![vec![message("orders", id)]]
}

fn ids(store: &Store) -> Vec<String> {
    let records = store.read("orders", Position::FIRST).unwrap();
    records.map(|record| record.unwrap().message.id.to_string()).collect()
}

/// A hand on the medium that refuses the n-th call of that name which the action makes.
fn refusing<T>(medium: impl Medium + Clone + 'static, call: &str, action: impl Fn(&Store) -> T) -> T {
    for strike in 1.. {
        let faulty = Faulty::new(medium.clone(), strike, Fault::Refused(0));
        let result = action(&store(faulty.clone()));
        match faulty.struck() {
            Some(struck) if struck == call => return result,
            Some(_) => {}
            None => panic!("{call} is never called"),
        }
    }
    unreachable!()
}

/// `what | hint` of an error.
fn said<T: std::fmt::Debug>(result: anyorder::error::Result<T>) -> String {
    let error = result.unwrap_err();
    format!("{error} | {}", error.hint_text().unwrap_or_default())
}

const REFUSED: &str = "memory/orders.jsonl: a sync of this log has failed, so what of it is durable is unknown | \
                       `anyorder verify` goes through the log, writes it anew, and takes the mark away; then try \
                       again with the same id";

/// An empty medium in which one append has been answered, and the sync of the next one fails.
fn unsure() -> Memory {
    let memory = Memory::new();
    store(memory.clone()).append("orders", batch("a"), Guard::None).unwrap();
    let bytes = memory.snapshot();
    let error = refusing(memory.clone(), "sync", |store| {
        memory.restore(bytes.clone());
        store.append("orders", batch("b"), Guard::None)
    });
    assert_eq!(
        said(error),
        "memory/orders.jsonl: the process is gone; outcome unknown: what was appended may not survive a power cut | \
         `anyorder verify`, then try again with the same id; until then nothing is appended"
    );
    memory
}

#[test]
fn after_a_sync_that_failed_nothing_is_appended_or_answered_until_the_log_was_verified() {
    let memory = unsure();
    let hand = store(memory.clone());
    assert_eq!(ids(&hand), ["a", "b"], "it is there, and a reader sees it");
    let bytes = memory.bytes("orders");
    assert_eq!(said(hand.append("orders", batch("c"), Guard::None)), REFUSED);
    assert_eq!(said(hand.append_new("orders", batch("c"), Guard::None)), REFUSED);
    assert_eq!(said(hand.append("orders", batch("b"), Guard::None)), REFUSED, "nor is an old id answered");
    assert_eq!(said(hand.sync("orders")), REFUSED, "nobody decides from it either");
    assert_eq!(memory.bytes("orders"), bytes);
    hand.append("payments", vec![vec![message("payments", "p")]], Guard::None).unwrap();

    assert_eq!(hand.verify("orders").unwrap().unsure, Some(Unsure::Settled));
    assert_eq!(hand.verify("orders").unwrap().unsure, None);
    let again = hand.append("orders", batch("b"), Guard::None).unwrap();
    assert_eq!(again.batches[0].first().number(), 2, "tried again with the same id, it is there once");
    assert_eq!(ids(&hand), ["a", "b"]);
}

#[test]
fn a_sync_of_a_reader_that_fails_marks_the_log() {
    let memory = Memory::new();
    let hand = store(memory.clone());
    hand.append("orders", batch("a"), Guard::None).unwrap();
    let error = refusing(memory.clone(), "sync", |store| store.sync("orders"));
    assert!(said(error).contains("outcome unknown"));
    assert_eq!(said(hand.append("orders", batch("b"), Guard::None)), REFUSED);
}

#[test]
fn the_mark_stays_where_the_disk_refuses_again_or_the_log_is_damaged() {
    let memory = unsure();
    let stays = |verified: &Verified| matches!(verified.unsure, Some(Unsure::Stays(_)));
    for call in ["write_again", "clear_unsure"] {
        assert!(stays(&refusing(memory.clone(), call, |store| store.verify("orders")).unwrap()), "{call}");
        assert_eq!(said(store(memory.clone()).append("orders", batch("c"), Guard::None)), REFUSED, "{call}");
    }
    let whole = memory.bytes("orders");
    memory.set_bytes("orders", whole[1..].to_vec());
    let hand = store(memory.clone());
    let verified = hand.verify("orders").unwrap();
    assert_eq!(verified.unsure, verified.damage.map(Unsure::Stays));
    // What is only torn is cut off by the next append, as ever.
    memory.set_bytes("orders", whole[..whole.len() - 9].to_vec());
    assert_eq!(hand.verify("orders").unwrap().unsure, Some(Unsure::Settled));
    hand.append("orders", batch("b"), Guard::None).unwrap();
    assert_eq!(ids(&hand), ["a", "b"]);
}

#[test]
fn a_mark_in_a_folder_is_a_file_and_one_that_cannot_be_made_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let medium = Folder::new(folder.path().join("log"));
    let hand = store(medium.clone());
    hand.append("orders", batch("a"), Guard::None).unwrap();
    let here = |text: String| text.replace(&folder.path().display().to_string(), "[HERE]");

    std::fs::write(folder.path().join("log/.unsure"), "").unwrap();
    let error = refusing(medium.clone(), "sync", |store| store.append("orders", batch("b"), Guard::None));
    let error = here(said(error));
    let (before, after) = error.split_once("could not be marked: ").expect(&error);
    assert!(before.ends_with("outcome unknown: what was appended may not survive a power cut; and the log "));
    assert!(after.starts_with("[HERE]/log/.unsure: cannot make the folder"), "{after}");

    std::fs::remove_file(folder.path().join("log/.unsure")).unwrap();
    let error = refusing(medium.clone(), "sync", |store| store.append("orders", batch("b"), Guard::None));
    assert!(error.is_err());
    let mark = std::fs::read_to_string(folder.path().join("log/.unsure/orders")).unwrap();
    assert_eq!(
        mark,
        "the process is gone; outcome unknown: what was appended may not survive a power cut\n\
         `anyorder verify` looks at the log anew and takes this file away.\n"
    );
    let before = std::fs::read(folder.path().join("log/orders.jsonl")).unwrap();
    assert_eq!(hand.verify("orders").unwrap().unsure, Some(Unsure::Settled));
    assert_eq!(std::fs::read(folder.path().join("log/orders.jsonl")).unwrap(), before);
    assert!(!folder.path().join("log/.unsure/orders").exists());
    hand.append("orders", batch("c"), Guard::None).unwrap();
    assert_eq!(ids(&hand), ["a", "b", "c"]);
}

/// Whoever waits for the lock while the log is replaced gets the new one.
#[test]
fn writers_that_wait_while_a_log_is_replaced_write_into_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let medium = Folder::new(folder.path().join("log"));
    let path = folder.path().join("log/orders.jsonl");
    store(medium.clone()).append("orders", batch("a"), Guard::None).unwrap();
    let sealed = std::fs::read_to_string(&path).unwrap();

    let mut holder: Box<dyn Log> = medium.create("orders").unwrap();
    holder.lock().unwrap();
    let waiting = |hand: Store| {
        let ids = ["b", "c", "d"];
        ids.map(|id| {
            let hand = hand.clone();
            std::thread::spawn(move || hand.append("orders", batch(id), Guard::None).unwrap())
        })
    };
    let writers = waiting(store(medium.clone()));
    // They have opened the old file, most likely, and wait for its lock.
    std::thread::sleep(Duration::from_millis(200));
    let mut pieces = vec![sealed.clone().into_bytes(), b"\n".to_vec()].into_iter();
    let kept = holder.replace(&mut |_| Ok(pieces.next())).unwrap();
    assert_eq!(std::fs::read_to_string(kept).unwrap(), sealed);
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{sealed}\n"), "the new one is locked too");
    holder.unlock().unwrap();
    for writer in writers {
        writer.join().unwrap();
    }
    let mut found = ids(&store(medium.clone()));
    found.sort();
    assert_eq!(found, ["a", "b", "c", "d"]);
    assert_eq!(std::fs::read_to_string(folder.path().join("log/.replaced/orders.1")).unwrap(), sealed);

    // And who finds the log gone makes it anew: what is answered is at the path.
    let mut holder: Box<dyn Log> = medium.create("orders").unwrap();
    holder.lock().unwrap();
    let writers = waiting(store(medium.clone()));
    std::thread::sleep(Duration::from_millis(100));
    std::fs::remove_file(&path).unwrap();
    holder.unlock().unwrap();
    for writer in writers {
        writer.join().unwrap();
    }
    assert_eq!(ids(&store(medium)).len(), 3);
}

#[cfg(unix)] // it makes links
#[test]
fn what_is_replaced_is_kept_once_also_behind_a_link_and_after_a_death() {
    let folder = tempfile::tempdir().unwrap();
    let medium = Folder::new(folder.path().join("log"));
    let path = folder.path().join("log/orders.jsonl");
    store(medium.clone()).append("orders", batch("a"), Guard::None).unwrap();
    let replaced = |number: u32| {
        let mut bytes = medium.create("orders").unwrap();
        bytes.lock().unwrap();
        let mut pieces = vec![number.to_string().into_bytes()].into_iter();
        let kept = bytes.replace(&mut |_| Ok(pieces.next())).unwrap();
        kept.rsplit('/').next().unwrap().to_string()
    };
    // Whoever died here had given it its second name, and half a draft.
    let aside = folder.path().join("log/.replaced");
    std::fs::create_dir(&aside).unwrap();
    std::fs::hard_link(&path, aside.join("orders.1")).unwrap();
    std::fs::write(folder.path().join("log/orders.jsonl.draft"), "half of what was to be").unwrap();
    assert_eq!((replaced(2), replaced(3)), ("orders.1".into(), "orders.2".into()));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "3");

    let elsewhere = folder.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    std::fs::rename(&path, elsewhere.join("far.jsonl")).unwrap();
    std::os::unix::fs::symlink("../elsewhere/far.jsonl", &path).unwrap();
    assert_eq!(replaced(4), "orders.3");
    assert_eq!(std::fs::read_to_string(elsewhere.join("far.jsonl")).unwrap(), "4");
    assert!(path.is_symlink() && !aside.join("orders.3").is_symlink());
    assert_eq!(std::fs::read_to_string(aside.join("orders.3")).unwrap(), "3");
}

/// Lines are sealed again and again while others append: nothing is lost, nothing stands twice.
#[test]
fn sealing_while_others_append_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let medium = Folder::new(folder.path().join("log"));
    let writers = [0, 1, 2].map(|writer| {
        let hand = store(medium.clone());
        std::thread::spawn(move || {
            for number in 0..20 {
                hand.append("orders", batch(&format!("{writer}-{number}")), Guard::None).unwrap();
            }
        })
    });
    let mut replaced = 0;
    while !writers.iter().all(std::thread::JoinHandle::is_finished) {
        let Some(mut bytes) = medium.open("orders").unwrap() else { continue };
        // As a person would: the checksums are taken out, in place.
        bytes.lock().unwrap();
        let path = folder.path().join("log/orders.jsonl");
        let text = std::fs::read_to_string(&path).unwrap();
        let bare: String =
            text.lines().map(|line| format!("{}}}\n", line.split(",\"crc\":").next().unwrap())).collect();
        std::fs::write(&path, bare).unwrap();
        bytes.unlock().unwrap();
        replaced += u64::from(store(medium.clone()).reseal("orders").unwrap().kept.is_some());
    }
    for writer in writers {
        writer.join().unwrap();
    }
    let hand = store(medium);
    assert!(replaced > 0);
    let mut found = ids(&hand);
    found.sort();
    found.dedup();
    assert_eq!((found.len(), hand.verify("orders").unwrap().messages), (60, 60));
    assert_eq!(hand.verify("orders").unwrap().damage, None);
}
