//! What can be wrong with logs that are sound line by line: ids that repeat, causes that are in no
//! log, conversations that part from their cause's.
//!
//! An id is remembered as 64 bits of hash, with as many for its conversation, so that many millions
//! find room. A hash only raises a suspicion: what is shown was compared by its text in another pass.

use super::store::Store;
use super::verify::{self, Finding, Findings, Verified};
use crate::error::Result;
use crate::event::{Message, Name, Position};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// How an audit is asked for.
pub struct Audit<'a> {
    /// Only this log; the others are read for causes.
    pub only: Option<&'a str>,
    /// Whether a log that begins with this message is a journal: what is in it bears the
    /// conversation of an instance, which need not be that of the cause.
    pub is_journal: &'a dyn Fn(&Message) -> bool,
    /// Told of each message that is read, which is two or three times.
    pub watch: &'a mut dyn FnMut(),
}

/// A message as far as others must know it.
struct Known {
    id: u64,
    /// 0: it is of none.
    conversation: u64,
}

struct Log {
    module: Name,
    wanted: bool,
    verified: Verified,
    journal: bool,
    /// Hashes that more than one of its messages bears, sorted.
    repeated: Vec<u64>,
}

/// A message about which something must be looked up once more.
struct Suspect {
    position: Position,
    id: Name,
    cause: Name,
    conversation: Name,
}

/// The suspects of a log: the first as they are, of the rest the hash of their cause.
#[derive(Default)]
struct Suspects {
    first: Vec<Suspect>,
    rest: Vec<u64>,
}

impl Suspects {
    fn add(&mut self, message: &Message, cause: &Name) {
        if self.first.len() >= Findings::KEPT {
            return self.rest.push(hash(cause));
        }
        self.first.push(Suspect {
            position: message.position.expect("a message of a log"),
            id: message.id.clone(),
            cause: cause.clone(),
            conversation: message.correlation.clone().unwrap_or_else(|| Name::from("")),
        });
    }

    fn found(self, what: impl Fn(&Suspect) -> Option<String>, rest: impl Fn(u64) -> bool) -> Findings {
        let first: Vec<Finding> = self
            .first
            .into_iter()
            .filter_map(|one| Some(Finding { what: what(&one)?, position: one.position, id: one.id }))
            .collect();
        let rest = self.rest.into_iter().filter(|cause| rest(*cause)).count();
        Findings { count: (first.len() + rest) as u64, first }
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish().max(1)
}

pub(super) fn audit(store: &Store, mut how: Audit<'_>) -> Result<Vec<(Name, Verified)>> {
    let mut known: Vec<Known> = Vec::new();
    let mut logs = Vec::new();
    for module in store.modules()? {
        logs.extend(read(store, module, &mut how, &mut known)?);
    }
    known.sort_unstable_by_key(|known| known.id);
    let known_as = |id: u64| {
        let start = known.partition_point(|known| known.id < id);
        known[start..].iter().take_while(move |known| known.id == id)
    };

    let (mut lost, mut strayed) = (Vec::new(), Vec::new());
    for log in &mut logs {
        let (mut log_lost, mut log_strayed) = (Suspects::default(), Suspects::default());
        if log.wanted {
            let mut firsts: BTreeMap<Name, Position> = BTreeMap::new();
            let mut repeated = Findings::default();
            again(store, log, &mut how, &mut |message| {
                if log.repeated.binary_search(&hash(&message.id)).is_ok() {
                    match firsts.get(&message.id) {
                        Some(first) => {
                            repeated.add(message, || format!("position {first} bears this id already"));
                        }
                        None => _ = firsts.insert(message.id.clone(), message.position.expect("of a log")),
                    }
                }
                let Some(cause) = &message.causation else { return };
                let mut causes = known_as(hash(cause)).peekable();
                if causes.peek().is_none() {
                    log_lost.add(message, cause);
                } else if let (false, Some(own)) = (log.journal, message.correlation.as_deref().map(hash))
                    && causes.all(|known| known.conversation != 0 && known.conversation != own)
                {
                    log_strayed.add(message, cause);
                }
            })?;
            log.verified.repeated = repeated;
        }
        lost.push(log_lost);
        strayed.push(log_strayed);
    }

    let damaged = logs.iter().any(|log| log.verified.damage.is_some());
    let later = match !damaged && lost.iter().any(|lost| !lost.first.is_empty()) {
        true => written_since(store, &logs)?,
        false => Vec::new(),
    };
    let causes = exact_causes(store, &logs, &mut how, &strayed)?;
    for (log, (lost, strayed)) in logs.iter_mut().zip(lost.into_iter().zip(strayed)) {
        let in_no_log = |cause: u64| later.binary_search(&cause).is_err();
        let what = |one: &Suspect| {
            let what = format!("its cause {} is in no log of the workspace", one.cause);
            in_no_log(hash(&one.cause)).then_some(what)
        };
        log.verified.dangling = (!damaged).then(|| lost.found(what, in_no_log));
        log.verified.strayed = strayed.found(|one| parted(one, causes.get(&one.cause)?), |_| true);
    }
    Ok(logs.into_iter().filter(|log| log.wanted).map(|log| (log.module, log.verified)).collect())
}

/// Goes through one log for the first time.
fn read(store: &Store, module: Name, how: &mut Audit<'_>, known: &mut Vec<Known>) -> Result<Option<Log>> {
    let Some(mut bytes) = store.medium().open(&module)? else { return Ok(None) };
    let wanted = how.only.is_none_or(|only| *only == *module);
    let start = known.len();
    let mut journal = None;
    let mut seen = |message: &Message| {
        (how.watch)();
        journal.get_or_insert_with(|| (how.is_journal)(message));
        let conversation = message.conversation().map_or(0, |conversation| hash(conversation));
        known.push(Known { id: hash(&message.id), conversation });
    };
    let verified = match wanted {
        true => verify::verify(&mut *bytes, &module, &mut seen)?,
        false => verify::go_through(&*bytes, &module, &mut seen)?,
    };
    let own = &mut known[start..];
    own.sort_unstable_by_key(|known| known.id);
    let mut repeated: Vec<u64> =
        own.windows(2).filter(|pair| pair[0].id == pair[1].id).map(|pair| pair[0].id).collect();
    repeated.dedup();
    Ok(Some(Log { module, wanted, verified, journal: journal == Some(true), repeated }))
}

/// Goes through one log once more, as far as before.
fn again(store: &Store, log: &Log, how: &mut Audit<'_>, seen: &mut dyn FnMut(&Message)) -> Result<()> {
    let Some(bytes) = store.medium().open(&log.module)? else { return Ok(()) };
    let mut left = log.verified.messages;
    verify::walk(&*bytes, &log.module, log.verified.len, &mut |message, _| {
        (how.watch)();
        if left > 0 {
            left -= 1;
            seen(message);
        }
    })?;
    Ok(())
}

/// The hashes of what was appended since the logs were gone through, sorted: a cause is written
/// before its effect, but its log may have been read before the other one's.
fn written_since(store: &Store, logs: &[Log]) -> Result<Vec<u64>> {
    let mut later = Vec::new();
    for module in store.modules()? {
        let log = logs.iter().find(|log| log.module == module);
        let from = log.and_then(|log| log.verified.last).map_or(Position::FIRST, Position::next);
        for record in store.read(&module, from)? {
            later.push(hash(&record?.message.id));
        }
    }
    later.sort_unstable();
    Ok(later)
}

/// Where a message stands that bears an id, and its conversation.
type Cause = (Name, Position, Option<Name>);

/// The causes of these suspects, by the text of their ids.
fn exact_causes(
    store: &Store,
    logs: &[Log],
    how: &mut Audit<'_>,
    suspects: &[Suspects],
) -> Result<BTreeMap<Name, Vec<Cause>>> {
    let all = suspects.iter().flat_map(|suspects| &suspects.first);
    let mut causes: BTreeMap<Name, Vec<Cause>> = all.map(|one| (one.cause.clone(), Vec::new())).collect();
    for log in logs.iter().filter(|_| !suspects.iter().all(|suspects| suspects.first.is_empty())) {
        again(store, log, how, &mut |message| {
            if let Some(places) = causes.get_mut(&message.id) {
                let position = message.position.expect("a message of a log");
                places.push((log.module.clone(), position, message.conversation().cloned()));
            }
        })?;
    }
    Ok(causes)
}

/// How a message's conversation is another than its cause's; none if one that bears the cause's id
/// agrees, or belongs to no conversation.
fn parted(one: &Suspect, causes: &[Cause]) -> Option<String> {
    let (module, position, conversation) = causes.first()?;
    let agrees = |(_, _, conversation): &Cause| conversation.as_ref().is_none_or(|c| *c == one.conversation);
    (!causes.iter().any(agrees)).then(|| {
        let of = conversation.as_deref().unwrap_or_default();
        format!(
            "it is of the conversation {}, and its cause {} ({module} {position}) of {of}",
            one.conversation, one.cause
        )
    })
}
