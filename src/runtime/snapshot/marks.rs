//! How far runs have read the logs, beyond what the journals tell.
//!
//! A journal tells the last message of a log that its process has recorded. Of what stands behind that
//! nothing may be for the process, and every run would read it again to find that out. So a run that has
//! read all, and left nothing in flight, notes where the logs ended. For a process that counts while it
//! listens to the same types, while its journal and the log are those of which it was noted, and but for logs in
//! which something reached it of which nothing was recorded: that comes again.

use super::super::house::{House, ProcessId, Start};
use super::super::world::World;
use super::bytes::{Found, Lost, Reader, Writer, read_range};
use super::foot::Tie;
use super::form::time;
use crate::event::{Name, Position, Time};
use crate::store::Store;
use std::collections::{BTreeMap, BTreeSet};

/// The name of the cache.
const NAME: &str = "read";

/// What it begins with: the number of its form is the last digit.
const MAGIC: &[u8; 8] = b"aoread-1";

/// More than any workspace needs.
const LARGEST: u64 = 1 << 24;

#[derive(Debug, Default)]
struct Marks {
    /// The logs, up to their ends, and the time that each has reached.
    logs: BTreeMap<Name, (Tie, Time)>,
    hearers: BTreeMap<Name, Hearer>,
}

/// Of whom it was noted that nothing more was for it.
#[derive(Debug)]
struct Hearer {
    /// The checksum of the types that it listens to.
    types: u32,
    /// Its journal, if it had one.
    journal: Option<Tie>,
    /// The logs of which it does not hold.
    but: BTreeSet<Name>,
}

/// Tells the members where reading may go on. What does not fit is as if it were not there.
pub(super) fn open(house: &mut House<Start>, store: &Store) {
    let Ok(mut marks) = read(store) else { return };
    marks.logs.retain(|module, (tie, _)| tie.fits(store, module).is_ok());
    for process in (0..house.members()).filter(|process| house.keeps_journal(*process)).collect::<Vec<_>>() {
        let name = house.member(process).name.clone();
        let Some(hearer) = marks.hearers.get(&name).filter(|hearer| hearer.types == types(house, process))
        else {
            continue;
        };
        if hearer.journal.is_some_and(|tie| tie.fits(store, &name).is_err()) {
            continue;
        }
        let logs = marks.logs.iter().filter(|(module, _)| !hearer.but.contains(*module));
        house.member_mut(process).heard =
            logs.map(|(module, (tie, reached))| (module.clone(), (tie.last.next(), *reached))).collect();
    }
}

/// Notes how far a run has read, if it has read so many lines. All that was decided is in the journals.
pub(super) fn save(store: &Store, world: &World, lines: u64) -> Found<()> {
    let Some(all) = world.all_read.as_ref().filter(|all| all.lines > lines) else { return Ok(()) };
    let mut marks = Marks::default();
    for (module, &(last, reached)) in &all.logs {
        let member = world.members().iter().enumerate().find(|(_, member)| member.name == *module);
        let member = member.filter(|(process, _)| world.house().keeps_journal(*process));
        // What a process has said since was handed over, and stands in its journal.
        let (last, reached) = match member {
            Some((_, member)) => {
                (Position::new(member.next.number() - 1).ok_or(Lost)?, reached.max(member.now))
            }
            None => (last, reached),
        };
        // Of a log to which somebody has appended meanwhile nothing is noted.
        if let Ok(tie) = Tie::up_to(store, module, last) {
            marks.logs.insert(module.clone(), (tie, reached));
        }
    }
    for (process, member) in world.members().iter().enumerate() {
        if !world.house().keeps_journal(process) {
            continue;
        }
        let last = Position::new(member.next.number() - 1).filter(|_| member.opened);
        let journal = last.map(|last| Tie::up_to(store, &member.name, last)).transpose()?;
        let hearer = Hearer { types: types(world.house(), process), journal, but: member.unheard.clone() };
        marks.hearers.insert(member.name.clone(), hearer);
    }
    let Some(mut draft) = store.medium().draft(NAME).map_err(|_| Lost)? else { return Ok(()) };
    draft.write(&marks.write()).map_err(|_| Lost)?;
    draft.finish().map_err(|_| Lost)
}

fn types<Stage>(house: &House<Stage>, process: ProcessId) -> u32 {
    house
        .hears(process)
        .iter()
        .fold(0, |sum, type_| crc32c::crc32c_append(crc32c::crc32c_append(sum, type_.as_bytes()), b"\n"))
}

fn read(store: &Store) -> Found<Marks> {
    let cache = store.medium().cache(NAME).map_err(|_| Lost)?.ok_or(Lost)?;
    let len = cache.len().map_err(|_| Lost)?;
    let bytes = if len <= LARGEST { read_range(&*cache, 0, len)? } else { return Err(Lost) };
    let (magic, bytes) = bytes.split_first_chunk().ok_or(Lost)?;
    let mut from = Reader(bytes);
    if magic != MAGIC || from.u32()? != crc32c::crc32c(from.0) {
        return Err(Lost);
    }
    let logs = from.list(|from| Ok((Name::from(from.text()?), (Tie::read(from)?, time(from.i64()?)?))))?;
    let hearers = from.list(|from| {
        let name = Name::from(from.text()?);
        let (types, journal) = (from.u32()?, from.option(Tie::read)?);
        let but = from.list(|from| Ok(Name::from(from.text()?)))?.into_iter().collect();
        Ok((name, Hearer { types, journal, but }))
    })?;
    from.end()?;
    let marks = Marks { logs: logs.into_iter().collect(), hearers: hearers.into_iter().collect() };
    let ends = marks.logs.values().any(|(tie, _)| tie.last == Position::LAST);
    if ends { Err(Lost) } else { Ok(marks) }
}

impl Marks {
    fn write(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.count(self.logs.len());
        for (module, (tie, reached)) in &self.logs {
            out.text(module);
            tie.write(&mut out);
            out.i64(reached.millis());
        }
        out.count(self.hearers.len());
        for (name, hearer) in &self.hearers {
            out.text(name);
            out.u32(hearer.types);
            out.option(hearer.journal.as_ref(), |out, tie| tie.write(out));
            out.count(hearer.but.len());
            hearer.but.iter().for_each(|module| out.text(module));
        }
        [&MAGIC[..], &crc32c::crc32c(&out.0).to_le_bytes(), &out.0].concat()
    }
}
