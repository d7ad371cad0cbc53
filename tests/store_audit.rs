//! What logs say of each other: repeated ids, causes that are in no log, conversations that part.

mod common;

use anyorder::event::{Message, Name, seal};
use anyorder::store::{Audit, Findings, Guard, Memory, Store, Verified};
use common::message;
use std::sync::Arc;

fn store(memory: &Memory) -> Store {
    Store::new(Arc::new(memory.clone()))
}

fn caused(source: &str, id: &str, cause: &str, conversation: Option<&str>) -> Message {
    let mut message = message(source, id);
    message.causation = Some(Name::from(cause));
    message.correlation = conversation.map(Name::from);
    message
}

fn append(store: &Store, message: Message) {
    store.append_new(&message.source.clone(), vec![vec![message]], Guard::None).unwrap();
}

fn audit(store: &Store, mut watch: impl FnMut()) -> Vec<(Name, Verified)> {
    let is_journal = |first: &Message| first.internal;
    store.audit(Audit { only: None, is_journal: &is_journal, watch: &mut watch }).unwrap()
}

/// Every finding: its log, its position, what it says.
fn said(found: &[(Name, Verified)]) -> Vec<String> {
    let mut said = Vec::new();
    for (module, verified) in found {
        for kind in [Some(&verified.repeated), verified.dangling.as_ref(), Some(&verified.strayed)] {
            let first = kind.into_iter().flat_map(|kind| &kind.first);
            said.extend(first.map(|one| format!("{module} {} {}: {}", one.position, one.id, one.what)));
        }
    }
    said
}

#[test]
fn what_agrees_is_no_finding() {
    let memory = Memory::new();
    let hand = store(&memory);
    append(&hand, message("orders", "o-1"));
    append(&hand, caused("payments", "p-1", "o-1", Some("o-1")));
    append(&hand, caused("payments", "p-2", "p-1", Some("o-1")));
    // It names no conversation, and neither does what it causes disagree with it.
    append(&hand, caused("payments", "p-3", "o-1", None));
    append(&hand, caused("payments", "p-4", "p-3", Some("elsewhere")));
    // One id in two logs is two messages; which of them is the cause nobody says.
    append(&hand, message("shop", "both"));
    append(&hand, caused("orders", "both", "o-1", Some("o-1")));
    append(&hand, caused("payments", "p-5", "both", Some("both")));
    append(&hand, caused("payments", "p-6", "both", Some("o-1")));
    assert_eq!(said(&audit(&hand, || {})), Vec::<String>::new());

    append(&hand, caused("payments", "p-7", "both", Some("o-7")));
    append(&hand, caused("payments", "p-8", "p-9", Some("o-7")));
    append(&hand, message("shop", "both"));
    append(&hand, message("shop", "both"));
    assert_eq!(
        said(&audit(&hand, || {})),
        [
            "payments 8 p-8: its cause p-9 is in no log of the workspace",
            "payments 7 p-7: it is of the conversation o-7, and its cause both (orders 2) of o-1",
            "shop 2 both: position 1 bears this id already",
            "shop 3 both: position 1 bears this id already",
        ]
    );
}

#[test]
fn a_journal_has_the_conversations_of_its_instances() {
    let memory = Memory::new();
    let hand = store(&memory);
    append(&hand, message("orders", "o-1"));
    let mut opened = message("loan", "opened");
    opened.internal = true;
    append(&hand, opened);
    append(&hand, caused("loan", "l-1", "o-1", Some("copy-7")));
    append(&hand, caused("loan", "l-2", "o-2", Some("copy-7")));
    assert_eq!(said(&audit(&hand, || {})), ["loan 3 l-2: its cause o-2 is in no log of the workspace"]);
}

/// A log is read before another; meanwhile a cause comes into the first, and its effect into the second.
#[test]
fn what_is_appended_meanwhile_is_no_finding() {
    let memory = Memory::new();
    let hand = store(&memory);
    append(&hand, message("a", "a-1"));
    append(&hand, message("b", "b-1"));
    let mut appended = false;
    let found = audit(&hand, || {
        if !std::mem::replace(&mut appended, true) {
            append(&hand, message("a", "a-2"));
            append(&hand, message("new", "n-1"));
            append(&hand, caused("b", "b-2", "a-2", Some("a-2")));
            append(&hand, caused("b", "b-3", "n-1", Some("n-1")));
            append(&hand, caused("b", "b-4", "gone", Some("a-2")));
        }
    });
    assert_eq!(found.iter().map(|(_, log)| log.messages).collect::<Vec<_>>(), [1, 4]);
    assert_eq!(said(&found), ["b 4 b-4: its cause gone is in no log of the workspace"]);
}

#[test]
fn of_more_than_a_thousand_the_first_are_kept_and_all_are_counted() {
    let memory = Memory::new();
    let hand = store(&memory);
    append(&hand, message("a", "o-1"));
    let many = Findings::KEPT + 7;
    let strayed = |n: usize| vec![caused("a", &format!("s-{n}"), "o-1", Some("x"))];
    let lost = |n: usize| vec![caused("a", &format!("l-{n}"), "gone", Some("x"))];
    let again = |_| vec![message("a", "o-1")];
    hand.append_new("a", (0..many).map(strayed).collect(), Guard::None).unwrap();
    hand.append_new("a", (0..many).map(lost).collect(), Guard::None).unwrap();
    hand.append_new("a", (0..many).map(again).collect(), Guard::None).unwrap();
    let found = audit(&hand, || {}).remove(0).1;
    for kind in [&found.repeated, found.dangling.as_ref().unwrap(), &found.strayed] {
        assert_eq!((kind.count, kind.first.len()), (many as u64, Findings::KEPT));
    }
    assert_eq!(found.findings(), 3 * many as u64);
}

#[test]
fn sealing_keeps_every_other_byte_however_the_lines_were_written() {
    let bare = |id: &str, n: u32, more: &str| {
        format!(
            r#"{{"specversion":"1.0","id":"{id}","source":"orders","type":"T","time":"2026-11-21T09:00:00.000Z","sequence":"{n}"{more}}}"#
        )
    };
    let mut sealed = bare("b", 2, "");
    seal::seal(&mut sealed, 0, 0);
    let one = bare("a", 1, r#","data":"a } and a crc: \"crc\":\"00000000\"""#);
    let three = bare("c", 3, r#","remaining":1,"data":{"x":1.50}"#);
    let four = bare("d", 4, "").replace('}', " }");
    for (log, lines) in [
        (format!("{one}\n"), 1),
        (one.clone(), 1),
        (format!("\u{feff}\n \r\n\t{one}\r\n{sealed}\n\n"), 1),
        (format!("{one} \n{sealed}\r\n  {three}\n{four}\n \n"), 3),
    ] {
        let memory = Memory::new();
        memory.set_bytes("orders", log.clone().into_bytes());
        let hand = store(&memory);
        let before = hand.verify("orders").unwrap();
        assert_eq!((&before.damage, before.unsealed), (&None, lines), "{log}");
        let done = hand.reseal("orders").unwrap();
        assert_eq!((done.sealed, done.kept.as_deref()), (lines, Some("memory/.replaced/orders.1")));
        assert_eq!(done.sealed + done.renewed, before.messages);
        assert_eq!(memory.replaced("orders"), [log.clone().into_bytes()]);
        let verified = hand.verify("orders").unwrap();
        assert_eq!((verified.damage, verified.sealed), (None, before.messages));
        let after = String::from_utf8(memory.bytes("orders")).unwrap();
        let without = |text: &str| {
            text.split_inclusive('\n')
                .map(|line| match line.rfind(",\"crc\":\"").filter(|at| line[*at..].trim().len() == 18) {
                    Some(at) => format!("{}{}", &line[..at], &line[at + 17..]),
                    None => line.to_string(),
                })
                .collect::<String>()
        };
        assert_eq!(without(&after), without(&log));
        assert_eq!(hand.reseal("orders").unwrap().kept, None, "there is nothing left to do");
        append(&hand, message("orders", "z"));
        assert_eq!(hand.verify("orders").unwrap().messages, before.messages + 1);
    }
}
