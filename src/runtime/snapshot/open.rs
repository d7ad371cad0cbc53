//! Finding a snapshot that fits its journal, and folding what came after it.

use super::super::house::{House, Start};
use super::super::member::Member;
use super::super::recover::{fold_from, whole, with_journals};
use super::bytes::{Found, Lost};
use super::foot::Below;
use super::layer::Layer;
use super::marks;
use super::stored::{Snapshot, Stored};
use crate::error::Result;
use crate::event::Position;
use crate::store::Store;

/// More layers than merging ever leaves.
const MOST: usize = 64;

/// As [`super::super::recover()`]; where a snapshot fits, instances come into memory when a run needs them, or
/// with [`House::load_all`].
pub fn recover_from_snapshots(house: &mut House<Start>, store: &Store) -> Result<()> {
    for process in with_journals(house, store)? {
        let name = house.member(process).name.clone();
        let member = match reopened(store, &name) {
            Some(member) => member,
            None => whole(name, store)?,
        };
        *house.member_mut(process) = member;
    }
    marks::open(house, store);
    Ok(())
}

/// The member as its newest snapshot that fits tells it, with what the journal says since. An error is that of
/// the snapshot or of the journal; folding it from its beginning tells.
fn reopened(store: &Store, process: &str) -> Option<Member> {
    let names = caches_of(store, process);
    let snapshot = names.iter().rev().find_map(|name| open(store, process, name).ok())?;
    let mut member = Member::new(process.into());
    let (summary, tie) = (&snapshot.layers[0].foot.summary, snapshot.layers[0].foot.tie);
    member.now = summary.now;
    member.opened = summary.opened;
    member.recorded = summary.recorded.clone();
    member.hashes = summary.hashes.clone();
    member.next = tie.last.next();
    for (module, (next, reached)) in &summary.recorded {
        member.cursors.insert(module.clone(), *next);
        member.reached.extend(reached.map(|reached| (module.clone(), reached)));
    }
    member.stored = Some(Stored::new(snapshot));
    match fold_from(&mut member, store, tie.last.next()) {
        Ok(()) => Some(member),
        Err(_) => {
            drop_all_but(store, process, &[]);
            None
        }
    }
}

/// The names of a process's caches, from the oldest on.
pub(super) fn caches_of(store: &Store, process: &str) -> Vec<String> {
    let mut names = store.medium().caches().unwrap_or_default();
    names.retain(|name| {
        let rest = name.strip_prefix("fold.").and_then(|name| name.strip_prefix(process));
        rest.and_then(|rest| rest.strip_prefix('.'))
            .is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
    });
    names
}

pub(super) fn name_of(process: &str, last: Position) -> String {
    format!("fold.{process}.{}", String::from_utf8_lossy(&last.digits()))
}

pub(super) fn drop_all_but(store: &Store, process: &str, kept: &[String]) {
    for name in caches_of(store, process).iter().filter(|name| !kept.contains(name)) {
        // Nobody misses a cache, and nobody minds one.
        let _ = store.medium().drop_cache(name);
    }
}

fn open(store: &Store, process: &str, name: &str) -> Found<Snapshot> {
    let layer = |name: &str| {
        let bytes = store.medium().cache(name).map_err(|_| Lost)?.ok_or(Lost)?;
        Layer::open(bytes)
            .and_then(|layer| if *layer.foot.process == *process { Ok(layer) } else { Err(Lost) })
    };
    let first = layer(name)?;
    first.foot.tie.fits(store, process)?;
    let mut layers = vec![first];
    while let Some(Below { last, foot }) = layers[layers.len() - 1].foot.below {
        let below = layer(&name_of(process, last))?;
        if below.checksum != foot || below.foot.tie.last != last || layers.len() == MOST {
            return Err(Lost);
        }
        layers.push(below);
    }
    if layers[0].foot.alarms_from.len() + 1 != layers.len() {
        return Err(Lost);
    }
    Ok(Snapshot { store: store.clone(), layers })
}
