//! Appending, told from the outside: what stands in the file, what is answered, what is refused.

mod common;

use anyorder::error::{Error, Trouble};
use anyorder::event::{Message, Name, Position};
use anyorder::store::{Folder, Guard, Logs, Memory, Placed, Ready, Store};
use common::{at, message, with_data};
use std::sync::Arc;

fn in_memory() -> (Memory, Store) {
    let memory = Memory::new();
    (memory.clone(), Store::new(Arc::new(memory)))
}

fn position(number: u64) -> Position {
    Position::new(number).unwrap()
}

fn batch(ids: &[&str]) -> Vec<Message> {
    ids.iter().map(|id| message("orders", id)).collect()
}

fn ids(logs: &dyn Logs, module: &str, from: u64) -> Vec<String> {
    logs.read(module, position(from)).unwrap().map(|record| record.unwrap().message.id.to_string()).collect()
}

/// Place, what and hint, as a user meets them.
fn said(error: &Error) -> String {
    format!("{error} | {}", error.hint_text().unwrap_or("-"))
}

/// The worked example of `docs/store.md`.
const EXAMPLE: &str = r#"{"specversion":"1.0","id":"o-1","source":"orders","type":"OrderPlaced","subject":"table-5","time":"2026-11-21T09:00:00.000Z","sequence":"0000000000000001","remaining":1,"data":{"items":["burger"]},"crc":"CRC1"}
{"specversion":"1.0","id":"o-2","source":"orders","type":"OrderPlaced","subject":"table-5","time":"2026-11-21T09:00:01.000Z","sequence":"0000000000000002","data":{"total":12.50},"crc":"CRC2"}
"#;

fn example() -> Vec<Message> {
    let second = with_data(message("orders", "o-2"), r#"{"total":12.50}"#);
    vec![message("orders", "o-1"), at(second, "2026-11-21T09:00:01.000Z")]
}

#[test]
fn the_first_append_of_a_batch_of_two_stands_in_the_file_as_the_docs_show_it() {
    let folder = tempfile::tempdir().unwrap();
    let (memory, in_memory) = in_memory();
    let on_disk = Store::new(Arc::new(Folder::new(folder.path().join("log"))));
    for store in [&in_memory, &on_disk] {
        let appended = store.append("orders", vec![example()], Guard::Position(None)).unwrap();
        assert_eq!(appended.batches, [Placed::New { first: position(1), last: position(2) }]);
        assert_eq!(appended.repaired, None);
        assert_eq!(store.modules().unwrap(), [Name::from("orders")]);
        let tail = store.tail("orders").unwrap();
        assert_eq!((tail.last, tail.len, tail.torn), (Some(position(2)), EXAMPLE.len() as u64 + 8, None));
    }
    let first = EXAMPLE.split_once(",\"crc\":\"CRC1").unwrap().0;
    let second = EXAMPLE.lines().nth(1).unwrap().split_once(",\"crc\":\"CRC2").unwrap().0;
    let crc1 = crc32c::crc32c(first.as_bytes());
    let crc2 = crc32c::crc32c_append(crc1, second.as_bytes());
    let expected = EXAMPLE.replace("CRC1", &format!("{crc1:08x}")).replace("CRC2", &format!("{crc2:08x}"));
    assert_eq!(String::from_utf8(memory.bytes("orders")).unwrap(), expected);
    assert_eq!(std::fs::read_to_string(folder.path().join("log/orders.jsonl")).unwrap(), expected);
    let docs = std::fs::read_to_string("docs/store.md").unwrap();
    assert!(docs.contains(&expected), "docs/store.md must show:\n{expected}");
}

#[test]
fn batches_of_several_appends_read_as_one_log_from_any_position() {
    let (_, store) = in_memory();
    for chunk in 0..40 {
        let batches = (0..5).map(|b| batch(&[&format!("{chunk}-{b}-x"), &format!("{chunk}-{b}-y")]));
        store.append_new("orders", batches.collect(), Guard::None).unwrap();
    }
    let all = ids(&store, "orders", 1);
    assert_eq!(all.len(), 400);
    for from in 1..=402 {
        let expected = all.get(from as usize - 1..).unwrap_or_default();
        assert_eq!(ids(&store, "orders", from), expected, "from {from}");
    }
    let bytes = store.read("orders", position(1)).unwrap().map(|record| record.unwrap());
    let mut offset = 0;
    for record in bytes {
        assert_eq!(record.offset, offset);
        offset += record.text.len() as u64 + 1;
    }
    let verified = store.verify("orders").unwrap();
    assert_eq!((verified.messages, verified.sealed, verified.damage), (400, 400, None));
}

#[test]
fn an_id_that_is_there_is_answered_with_its_old_position_whatever_the_guard_says() {
    let (memory, store) = in_memory();
    store.append("orders", vec![batch(&["a", "b"]), batch(&["c"])], Guard::None).unwrap();
    let before = memory.bytes("orders");
    let again = store.append("orders", vec![batch(&["b", "a"])], Guard::Position(None)).unwrap();
    assert_eq!(again.batches, [Placed::Already(vec![position(2), position(1)])]);
    assert_eq!(memory.bytes("orders"), before);

    let both =
        store.append("orders", vec![batch(&["c"]), batch(&["d"]), batch(&["d"])], Guard::None).unwrap();
    assert_eq!(
        both.batches,
        [
            Placed::Already(vec![position(3)]),
            Placed::New { first: position(4), last: position(4) },
            Placed::Already(vec![position(4)]),
        ]
    );
    let mixed = store.append("orders", vec![batch(&["e", "a"])], Guard::None).unwrap_err();
    assert_eq!(
        said(&mixed),
        "1 of the 2 messages of a batch are in the log of `orders` already, and `e` is not | a batch is appended whole or not at all; append what is new on its own"
    );
    let twice = store.append("orders", vec![batch(&["e", "e"])], Guard::None).unwrap_err();
    assert_eq!(said(&twice), "the id `e` stands twice in one batch | -");
    assert_eq!(ids(&store, "orders", 1), ["a", "b", "c", "d"]);
}

#[test]
fn what_was_made_ready_before_others_appended_stands_behind_them_without_what_is_there() {
    let (memory, store) = in_memory();
    let ready = Ready::new("orders", vec![batch(&["o-3"]), batch(&["o-1", "o-2"]), batch(&["o-4", "o-5"])]);
    store.append("orders", vec![batch(&["o-1", "o-2"])], Guard::None).unwrap();
    // Whoever wrote that died before its newline.
    let bytes = memory.bytes("orders");
    memory.set_bytes("orders", bytes[..bytes.len() - 1].to_vec());
    let (batches, appended) = store.commit(ready.unwrap(), Guard::None).unwrap();
    assert_eq!(batches[1], batch(&["o-1", "o-2"]));
    let new = |first, last| Placed::New { first: position(first), last: position(last) };
    let already = Placed::Already(vec![position(1), position(2)]);
    assert_eq!(appended.batches, [new(3, 3), already, new(4, 5)]);
    assert_eq!(ids(&store, "orders", 1), ["o-1", "o-2", "o-3", "o-4", "o-5"]);
    assert_eq!(store.verify("orders").unwrap().unsealed, 0);
    // Byte for byte as if it had been appended at once.
    let (other, at_once) = in_memory();
    for some in [batch(&["o-1", "o-2"]), batch(&["o-3"]), batch(&["o-4", "o-5"])] {
        at_once.append("orders", vec![some], Guard::None).unwrap();
    }
    assert_eq!(memory.bytes("orders"), other.bytes("orders"));
}

#[test]
fn what_is_made_ready_ahead_comes_in_order_up_to_the_first_that_is_wrong() {
    let (_, store) = in_memory();
    let some = (1..=7).map(|number| match number {
        4 => Ok(vec![vec![message("payments", "p-4")]]),
        _ => Ok(vec![batch(&[&format!("o-{number}")])]),
    });
    let mut ahead = Ready::ahead("orders", some);
    for number in 1..=3 {
        let (_, appended) = store.commit_new(ahead.next().unwrap().unwrap(), Guard::None).unwrap();
        assert_eq!(appended.batches[0].first(), position(number));
    }
    let error = ahead.next().unwrap().err().unwrap();
    assert!(said(&error).contains("message `p-4` is of `payments`"), "{error}");
    assert!(ahead.next().is_none());
    assert_eq!(ids(&store, "orders", 1), ["o-1", "o-2", "o-3"]);
}

#[test]
fn an_id_is_found_however_its_line_is_spelt() {
    let (memory, store) = in_memory();
    let line = r#"{ "source":"orders", "specversion":"1.0","type":"T","time":"2026-11-21T09:00:00Z","id":"\u0061","sequence":"1","subject":"t\u0035"}"#;
    memory.set_bytes("orders", format!("{line}\n").into_bytes());
    let again = store.append("orders", vec![batch(&["a"])], Guard::None).unwrap();
    assert_eq!(again.batches, [Placed::Already(vec![position(1)])]);
    let guard = Guard::Revision { subject: "t5".into(), revision: 1 };
    store.append("orders", vec![batch(&["b"])], guard).unwrap();
}

#[test]
fn a_guard_that_does_not_hold_is_a_conflict_and_changes_nothing() {
    let (memory, store) = in_memory();
    let expects_one = Guard::Position(Some(position(1)));
    let conflict = store.append("orders", vec![batch(&["a"])], expects_one.clone()).unwrap_err();
    assert_eq!(conflict.trouble(), Trouble::Conflict);
    assert_eq!(
        said(&conflict),
        "the log of `orders` ends at position 0, not at 1 | somebody appended meanwhile, or not yet; read on from what you know and decide again"
    );
    assert!(store.modules().unwrap().is_empty(), "a conflict makes no log");

    store.append("orders", vec![batch(&["a"])], Guard::Position(None)).unwrap();
    store.append("orders", vec![batch(&["b"])], expects_one.clone()).unwrap();
    assert_eq!(
        store.append("orders", vec![batch(&["c"])], expects_one).unwrap_err().what(),
        "the log of `orders` ends at position 2, not at 1"
    );
    let revision = |revision| Guard::Revision { subject: "table-5".into(), revision };
    let conflict = store.append("orders", vec![batch(&["c"])], revision(1)).unwrap_err();
    assert_eq!(conflict.what(), "`table-5` in `orders` is at revision 2, not at 1");
    assert_eq!(conflict.trouble(), Trouble::Conflict);
    let before = memory.bytes("orders");
    store.append("orders", vec![batch(&["c"])], revision(2)).unwrap();
    assert!(memory.bytes("orders").starts_with(&before));
}

#[test]
fn what_could_not_be_read_again_is_not_written() {
    let (memory, store) = in_memory();
    let refused =
        |module: &str, message| said(&store.append(module, vec![vec![message]], Guard::None).unwrap_err());
    assert_eq!(
        refused("orders", message("kitchen", "a")),
        "message `a` is of `kitchen` and cannot go into the log of `orders` | -"
    );
    assert_eq!(
        refused("../orders", message("../orders", "a")),
        "`../orders` cannot be the name of a module | a name begins with a small letter, goes on with small letters, digits and `-`, and has up to 100 characters: `table-orders`"
    );
    let mut empty = message("orders", "a");
    empty.subject = Some("".into());
    assert_eq!(refused("orders", empty), "`subject` of a message is empty | leave it out, or fill it");
    assert!(memory.snapshot().is_empty());
}

#[test]
fn data_that_came_on_several_lines_goes_onto_one() {
    let (_, store) = in_memory();
    let pretty = with_data(message("orders", "a"), "{\n  \"total\": 12.50\r\n}");
    store.append("orders", vec![vec![pretty]], Guard::None).unwrap();
    let record = store.read("orders", Position::FIRST).unwrap().next().unwrap().unwrap();
    assert_eq!(record.message.data.unwrap().text(), "{   \"total\": 12.50\r }");
}

#[test]
fn a_line_made_by_hand_counts_and_the_chain_begins_anew_behind_it() {
    let (memory, store) = in_memory();
    store.append("orders", vec![batch(&["a"])], Guard::None).unwrap();
    let mut by_hand = memory.bytes("orders");
    let hand = |n| {
        format!(
            r#"{{"id":"h{n}","source":"orders","specversion":"1.0","type":"T","time":"2026-11-21T10:00:00Z","sequence":"{n}"}}"#
        )
    };
    by_hand.extend_from_slice(format!("{}\r\n\n{}", hand(2), hand(3)).as_bytes());
    memory.set_bytes("orders", by_hand.clone());
    let tail = store.tail("orders").unwrap();
    assert_eq!((tail.last, tail.crc, tail.lacks_newline, tail.torn), (Some(position(3)), 0, true, None));
    store.append("orders", vec![batch(&["b"])], Guard::None).unwrap();
    assert_eq!(&memory.bytes("orders")[..by_hand.len() + 1], [&by_hand[..], b"\n"].concat());
    assert_eq!(ids(&store, "orders", 1), ["a", "h2", "h3", "b"]);
    let verified = store.verify("orders").unwrap();
    assert_eq!((verified.sealed, verified.unsealed, verified.damage), (2, 2, None));
}

#[cfg(unix)]
#[test]
fn what_stands_in_the_way_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let store = Store::new(Arc::new(Folder::new(&log)));
    assert!(store.modules().unwrap().is_empty(), "no folder yet: no logs");
    assert_eq!(store.read("orders", Position::FIRST).unwrap().count(), 0);
    std::fs::create_dir_all(log.join("orders.jsonl")).unwrap();
    let tidy = |error: Error| said(&error).replace(&*log.to_string_lossy(), "log");
    let append = |module: &str| store.append(module, vec![vec![message(module, "a")]], Guard::None);
    assert_eq!(
        tidy(append("orders").unwrap_err()),
        "log/orders.jsonl: cannot open the log: Is a directory (os error 21) | a folder stands where the log should be"
    );
    assert_eq!(
        tidy(store.tail("orders").unwrap_err()),
        "log/orders.jsonl: this is a folder, and a log is a file | -"
    );
    if std::path::Path::new("/dev/full").exists() {
        std::os::unix::fs::symlink("/dev/full", log.join("full.jsonl")).unwrap();
        assert_eq!(
            tidy(append("full").unwrap_err()),
            "log/full.jsonl: cannot append to the log: No space left on device (os error 28) | the disk is full; free some room, then try again with the same id"
        );
    }
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let store = Store::new(Arc::new(Folder::new(&file)));
    let error = store.append("orders", vec![batch(&["a"])], Guard::None).unwrap_err();
    assert_eq!(
        said(&error).replace(&*file.to_string_lossy(), "file"),
        "file: cannot make the folder: File exists (os error 17) | a file stands where a folder should be"
    );
}

#[test]
fn eight_threads_and_four_handles_on_files_leave_positions_without_gap() {
    let folder = tempfile::tempdir().unwrap();
    let memory = Memory::new();
    let path = folder.path().join("log");
    let stores: [Box<dyn Fn() -> Store + Sync>; 2] = [
        Box::new(|| Store::new(Arc::new(memory.clone()))),
        Box::new(|| Store::new(Arc::new(Folder::new(&path)))),
    ];
    for (make, (writers, each)) in stores.iter().zip([(8, 200), (8, 50)]) {
        std::thread::scope(|scope| {
            for writer in 0..writers {
                scope.spawn(move || {
                    let store = make();
                    for number in 0..each {
                        let id = format!("{writer}-{number}");
                        store.append_new("orders", vec![batch(&[&id])], Guard::None).unwrap();
                    }
                });
            }
            scope.spawn(move || {
                // A reader beside them sees a sound log at every moment.
                for _ in 0..20 {
                    for (number, record) in (1..).zip(make().read("orders", Position::FIRST).unwrap()) {
                        assert_eq!(record.unwrap().message.position, Some(position(number)));
                    }
                }
            });
        });
        let store = make();
        let mut all = ids(&store, "orders", 1);
        assert_eq!(store.verify("orders").unwrap().sealed, writers * each);
        all.sort();
        let mut expected: Vec<String> =
            (0..writers).flat_map(|w| (0..each).map(move |n| format!("{w}-{n}"))).collect();
        expected.sort();
        assert_eq!(all, expected, "none lost, none twice");
    }
}

/// Run by the test below as a process of its own; does nothing otherwise.
#[test]
fn writer_process() {
    let (Ok(log), Ok(writer)) = (std::env::var("ANYORDER_TEST_LOG"), std::env::var("ANYORDER_TEST_WRITER"))
    else {
        return;
    };
    let store = Store::new(Arc::new(Folder::new(log)));
    for number in 0..200 {
        let id = format!("{writer}-{number}");
        store.append_new("orders", vec![batch(&[&id])], Guard::None).unwrap();
    }
}

#[test]
fn four_processes_leave_positions_without_gap() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let processes: Vec<_> = (0..4)
        .map(|writer| {
            std::process::Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "writer_process", "--quiet"])
                .env("ANYORDER_TEST_LOG", &log)
                .env("ANYORDER_TEST_WRITER", writer.to_string())
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut process in processes {
        assert!(process.wait().unwrap().success());
    }
    let verified = Store::new(Arc::new(Folder::new(&log))).verify("orders").unwrap();
    assert_eq!((verified.messages, verified.sealed, verified.damage), (800, 800, None));
}
