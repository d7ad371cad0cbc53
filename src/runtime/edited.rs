//! A definition that was edited in place while instances live on it.

use super::house::{House, Start};
use super::journal::{self, Entry};
use super::snapshot;
use crate::error::{Error, Result};
use crate::event::{Name, Position};
use crate::store::{Guard, Store};

/// A version whose file is not what its live instances were started on.
struct Edit {
    process: usize,
    version: u32,
    /// The hash of the file as it is now; None: there is no such file any more.
    hash: Option<Name>,
    live: u64,
}

/// By process and version.
fn edits(house: &House<Start>) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    for (process, family) in house.families().iter().enumerate() {
        for ((version, started_on), live) in house.member(process).census().live {
            let hash = family.version(version).map(|definition| definition.hash.clone());
            if live == 0 || hash.is_some() && hash == started_on {
                continue;
            }
            match edits.last_mut().filter(|edit| (edit.process, edit.version) == (process, version)) {
                Some(edit) => edit.live += live,
                None => edits.push(Edit { process, version, hash, live }),
            }
        }
    }
    edits
}

/// An error for the first version that was edited, or is gone, while instances live on it.
pub fn refuse_edited(house: &House<Start>) -> Result<()> {
    match edits(house).into_iter().next() {
        None => Ok(()),
        Some(edit) => Err(refusal(house, &edit)),
    }
}

fn refusal(house: &House<Start>, edit: &Edit) -> Error {
    let family = &house.families()[edit.process];
    let name = format!("{}@{}", family.name, edit.version);
    let live = match edit.live {
        1 => "an instance lives on it".to_string(),
        many => format!("{many} instances live on it"),
    };
    match family.version(edit.version) {
        Some(definition) => Error::input(format!("{name} was changed while {live}"))
            .at(definition.source.name.clone())
            .hint(format!(
                "make it the next version, {}@{}; or, if the running ones are meant to follow it, say --edited",
                family.name,
                edit.version + 1
            )),
        None => Error::input(format!("there is no definition of {name}, and {live}"))
            .hint(format!("put processes/{name}.yaml back")),
    }
}

/// The change is meant: the journals say so, where a store is given. Answers each version that was
/// edited, with the number of its live instances.
pub fn agree_to_edited(house: &mut House<Start>, store: Option<&Store>) -> Result<Vec<(String, u64)>> {
    let mut agreed = Vec::new();
    for edit in edits(house) {
        let Some(hash) = edit.hash.clone() else { return Err(refusal(house, &edit)) };
        snapshot::load_all(house.member_mut(edit.process))?;
        let member = house.member_mut(edit.process);
        let (at, position) = (member.now, member.next);
        let line = journal::edited(&member.name, edit.version, &hash, at, position);
        let last = Position::new(position.number() - 1).expect("an instance that lives was recorded");
        let mut stands = last;
        if let Some(store) = store {
            store.append_new(&member.name, vec![vec![line]], Guard::Position(Some(last)))?;
            stands = position;
        }
        agreed.push((format!("{}@{}", member.name, edit.version), edit.live));
        house.recover(edit.process, Entry::Edited { version: edit.version, hash, at }, stands);
    }
    Ok(agreed)
}
