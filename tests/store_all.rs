//! Batches that are appended one after the other, each written while the one before it is synced: nobody is answered
//! before what he appended is durable, and whoever asks again has each batch once.

mod common;

use anyorder::error::{Error, Result};
use anyorder::event::{Message, Name, Position, Time};
use anyorder::store::{Log, Medium, Memory, Placed, Ready, Store};
use common::{Fault, Faulty};
use std::sync::Arc;

const BATCHES: u64 = 5;
const SIZE: u64 = 20;

fn all() -> impl Iterator<Item = Result<Vec<Vec<Message>>>> + Send {
    let message = |n: u64| Message::new("orders", "T", format!("o-{n}"), Time::MILLENNIUM);
    (0..BATCHES).map(move |number| Ok(vec![(0..SIZE).map(|n| message(number * SIZE + n)).collect()]))
}

fn position(number: u64) -> Position {
    Position::new(number).unwrap()
}

/// Where each batch stands that was answered, and what ended it.
fn append(
    medium: impl Medium + 'static,
    look_for_ids: bool,
    mut durable: impl FnMut() -> u64,
) -> (Vec<Placed>, Result<()>) {
    let store = Store::new(Arc::new(medium));
    let ready = match look_for_ids {
        true => store.ahead("orders", all()),
        false => Ready::ahead("orders", all()),
    };
    let mut answers = Vec::new();
    let result = store.commit_all(ready, look_for_ids, |batches, appended| {
        assert_eq!(batches[0].len() as u64, SIZE);
        assert!(durable() >= (answers.len() as u64 + 1) * SIZE, "answered before it is durable");
        answers.extend(appended.batches);
        Ok(())
    });
    (answers, result)
}

fn expected() -> Vec<Placed> {
    let new = |at| Placed::New { first: position(at * SIZE + 1), last: position((at + 1) * SIZE) };
    (0..BATCHES).map(new).collect()
}

/// What of the log survives a power cut. A torn end may have been synced, and cut off since.
fn kept(memory: &Memory, faulty: &Faulty) -> Vec<u8> {
    let mut bytes = memory.bytes("orders");
    bytes.truncate(faulty.synced("orders") as usize);
    bytes
}

/// So many whole lines of it.
fn durable(memory: &Memory, faulty: &Faulty) -> u64 {
    kept(memory, faulty).iter().filter(|byte| **byte == b'\n').count() as u64
}

#[test]
fn each_is_answered_when_it_is_durable_and_in_order() {
    for look_for_ids in [false, true] {
        let memory = Memory::new();
        let faulty = Faulty::new(memory.clone(), 0, Fault::DiesBefore);
        let (answers, result) = append(faulty.clone(), look_for_ids, || durable(&memory, &faulty));
        assert!(result.is_ok());
        assert_eq!(answers, expected());
        assert_eq!(Store::new(Arc::new(memory)).verify("orders").unwrap().messages, BATCHES * SIZE);
    }
}

#[test]
fn whatever_call_goes_wrong_those_answered_are_there_and_those_asked_again_are_there_once() {
    let counted = Faulty::new(Memory::new(), 0, Fault::DiesBefore);
    append(counted.clone(), true, || u64::MAX).1.unwrap();
    for fault in [Fault::DiesBefore, Fault::DiesAfter, Fault::DiesWithin(700), Fault::Refused(700)] {
        for strike in 1..=counted.calls() {
            let memory = Memory::new();
            let faulty = Faulty::new(memory.clone(), strike, fault);
            let (answers, result) = append(faulty.clone(), true, || durable(&memory, &faulty));
            let why = format!("{fault:?} at call {strike}, {:?}: {:?}", faulty.struck(), result.err());
            assert_eq!(answers, expected()[..answers.len()], "{why}");
            // The machine loses what was not durable.
            memory.set_bytes("orders", kept(&memory, &faulty));
            let store = Store::new(Arc::new(memory.clone()));
            store.verify("orders").expect("no damage");
            let (again, result) = append(memory.clone(), true, || u64::MAX);
            assert!(result.is_ok(), "{why}: {:?}", result.err());
            let firsts: Vec<Position> = again.iter().map(Placed::first).collect();
            assert_eq!(firsts, expected().iter().map(Placed::first).collect::<Vec<_>>(), "{why}");
            assert!(answers.len() <= again.iter().filter(|placed| !placed.is_new()).count(), "{why}");
            assert_eq!(store.verify("orders").unwrap().messages, BATCHES * SIZE, "{why}");
        }
    }
}

#[test]
fn whoever_cannot_be_answered_ends_it() {
    let store = Store::new(Arc::new(Memory::new()));
    let ready = Ready::ahead("orders", all());
    let mut answered = 0;
    let ended = store.commit_all(ready, false, |_, _| {
        answered += 1;
        Err::<(), Error>(Error::input("nobody listens"))
    });
    assert_eq!((answered, ended.unwrap_err().what()), (1, "nobody listens"));
}

struct Broken;

impl Medium for Broken {
    fn modules(&self) -> Result<Vec<Name>> {
        Ok(Vec::new())
    }
    fn open(&self, _: &str) -> Result<Option<Box<dyn Log>>> {
        Ok(None)
    }
    fn create(&self, _: &str) -> Result<Box<dyn Log>> {
        panic!("a bug of ours")
    }
}

#[test]
#[should_panic(expected = "a bug of ours")]
fn a_bug_in_the_thread_that_writes_is_no_end_of_what_was_to_be_written() {
    let _ = append(Broken, false, || u64::MAX);
}

#[test]
#[should_panic(expected = "a bug of ours")]
fn a_bug_in_the_thread_that_makes_batches_ready_is_no_end_of_what_was_to_be_written() {
    let store = Store::new(Arc::new(Memory::new()));
    let some = all().take(2).chain(std::iter::from_fn(|| panic!("a bug of ours")));
    let mut answered = 0;
    let ended = store.commit_all(Ready::ahead("orders", some), false, |_, _| {
        answered += 1;
        Ok::<(), Error>(())
    });
    panic!("after {answered} batches: {ended:?}");
}
