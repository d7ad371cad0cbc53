//! The index of a log: where the messages of an id, a conversation or a subject stand.
//!
//! A cache (`log/.index/<module>.<start>-<end>.run`), made from the log and never trusted: it is tied to the bytes
//! that it covers, each line that it names is looked at, and without it the log is gone through. It is
//! extended when somebody asks and much has come since; small runs are merged as they become many, so
//! that each line is written a few times in all, however long the log grows. `run.rs` is one run,
//! `write.rs` makes them.

mod run;
mod write;

use super::medium::{Bytes, Medium};
use super::scan;
use crate::error::Result;
use crate::event::{Envelope, Time};
use run::{Header, Run, Ties};
pub(super) use run::{Place, Table, key_of, tie};
use write::{Gathered, Seen};

/// A run is made of at most so many lines at once, so that memory stays small.
const GATHERED: usize = 400_000;
/// So many runs of one size become one.
const MERGED: usize = 8;
/// Who asks for more ids than this reads the filters whole.
const MANY: usize = 256;

/// The runs that cover a log's beginning, one behind the other.
#[derive(Default)]
pub(super) struct Index {
    runs: Vec<Run>,
}

impl Index {
    /// The index as it is: of the first `sound` bytes of the log, or of fewer. What cannot be read counts as not
    /// there.
    pub fn open(medium: &dyn Medium, module: &str, log: &dyn Bytes, sound: u64) -> Index {
        let names = medium.caches().unwrap_or_default();
        let (mut index, mut ties) = (Index::default(), Ties::of(log));
        let mut ranges: Vec<(u64, u64)> = names.iter().filter_map(|name| range_of(module, name)).collect();
        // Of those that begin at one place the longest: the others were merged into it.
        ranges.sort_by_key(|(start, end)| (*start, std::cmp::Reverse(*end)));
        for (start, end) in ranges {
            if start != index.end() {
                continue;
            }
            let file = medium.cache(&name_of(module, start, end)).ok().flatten();
            let run = file.and_then(|file| Run::open(file, &mut ties, sound).ok().flatten());
            let next = index.next();
            let fits = |run: &Run| (run.header.start, run.header.first) == (start, next);
            index.runs.extend(run.filter(fits));
        }
        index
    }

    /// As [`Index::open`], after it was extended where more than so many bytes of the log stand behind it. A
    /// place where no index can be kept has none.
    pub fn extended(medium: &dyn Medium, module: &str, log: &dyn Bytes, sound: u64, behind: u64) -> Index {
        let mut index = Index::open(medium, module, log, sound);
        if sound - index.end() > behind && index.extend(medium, module, log, sound).is_ok() {
            index = Index::open(medium, module, log, sound);
            // A merge needs what is there, and leaves what is there if it fails.
            if matches!(index.merge(medium, module), Ok(true)) {
                index = Index::open(medium, module, log, sound);
            }
            index.sweep(medium, module);
        }
        index
    }

    /// How many bytes of the log it covers.
    pub fn end(&self) -> u64 {
        self.runs.last().map_or(0, |run| run.header.end)
    }

    /// What ties it to its log. None: it covers nothing.
    pub fn tie(&self) -> Option<(u32, u32)> {
        self.runs.last().map(|run| run.header.tie)
    }

    /// The newest time in what it covers.
    pub fn reached(&self) -> Time {
        self.runs.last().map_or(Time::MIN, |run| run.header.reached.1)
    }

    /// The position of the first line behind it.
    pub fn next(&self) -> u64 {
        self.runs.last().map_or(1, |run| run.header.first + run.header.lines)
    }

    fn extend(&mut self, medium: &dyn Medium, module: &str, log: &dyn Bytes, sound: u64) -> Result<()> {
        // Where none can be kept, nothing is gathered first.
        if medium.draft(&name_of(module, self.end(), sound))?.is_none() {
            return Ok(());
        }
        // Few lines are shorter than this; of a run the last piece is more than was asked for.
        let lines = ((sound - self.end()) / 256).min(GATHERED as u64 + GATHERED as u64 / 32);
        let mut gathered = Gathered::new(self.end(), self.next(), self.reached(), lines as usize);
        let write = |gathered: &mut Gathered, end: u64| -> Result<bool> {
            let Some(mut draft) = medium.draft(&name_of(module, gathered.begins(), end))? else {
                return Ok(false);
            };
            gathered.write(log, end, &mut *draft)?;
            draft.finish()?;
            gathered.go_on(end);
            Ok(true)
        };
        let look = |seen: &mut Seen, offset, envelope: &Envelope<'_>| seen.see(offset, envelope);
        scan::envelopes(log, module, (self.end(), sound), Seen::default, look, |seen| {
            // A run ends where a line begins.
            if let Some(first) = seen.begins()
                && gathered.lines() >= GATHERED
                && !write(&mut gathered, first)?
            {
                return Ok(false);
            }
            gathered.add(seen);
            Ok(true)
        })?;
        if gathered.lines() > 0 {
            write(&mut gathered, sound)?;
        }
        Ok(())
    }

    /// Makes one of the last runs if they are many of one size.
    fn merge(&mut self, medium: &dyn Medium, module: &str) -> Result<bool> {
        // Sizes differ by factors.
        let size =
            |run: &Run| (run.header.lines / 1024).checked_ilog(MERGED as u64).map_or(0, |size| size + 1);
        let mut count = 0;
        let (mut of_size, mut runs) = (0, 0);
        let mut lines = 0;
        for (index, run) in self.runs.iter().rev().enumerate() {
            lines += run.header.lines;
            if lines > u32::MAX as u64 {
                break;
            }
            // A larger one begins to count anew: else a few small ones would have it written again and again.
            if size(run) > of_size {
                (of_size, runs) = (size(run), 0);
            }
            runs += 1;
            if runs >= MERGED {
                count = index + 1;
            }
        }
        if count == 0 {
            return Ok(false);
        }
        let some = &self.runs[self.runs.len() - count..];
        let name = name_of(module, some[0].header.start, self.end());
        let Some(mut draft) = medium.draft(&name)? else { return Ok(false) };
        write::merge(some, &mut *draft)?;
        draft.finish()?;
        Ok(true)
    }

    /// Takes away runs that lie in the part that others cover. Somebody else may be writing those behind it.
    fn sweep(&self, medium: &dyn Medium, module: &str) {
        let kept =
            |range: &(u64, u64)| self.runs.iter().any(|run| (run.header.start, run.header.end) == *range);
        for name in medium.caches().unwrap_or_default() {
            let range = range_of(module, &name);
            if range.is_some_and(|range| range.1 <= self.end() && !kept(&range)) {
                let _ = medium.drop_cache(&name);
            }
        }
    }

    /// Where messages may stand, in the order of the log, with what the log had reached in time there if that is
    /// later than their own.
    pub fn places(&self, table: Table, text: &str) -> Result<Vec<(Place, Option<Time>)>> {
        let key = key_of(text);
        let mut found = Vec::new();
        for run in &self.runs {
            if table == Table::Ids && !run.may_hold(key)? {
                continue;
            }
            for line in run.lines_of(table, key)? {
                found.push((run.place(line)?, run.reached(line)?));
            }
        }
        Ok(found)
    }

    /// Which of the ids of those keys may stand in the log, and where, in those runs that end behind `from`.
    pub fn ids(&self, keys: &[u32], from: u64, filters: &mut Filters) -> Result<Vec<(usize, Place)>> {
        let (mut found, mut maybe) = (Vec::new(), Vec::new());
        filters.0.retain(|(header, _)| self.runs.iter().any(|run| run.header == *header));
        // None, where they were looked for ahead and the log has not come further since.
        let runs = &self.runs[self.runs.partition_point(|run| run.header.end <= from)..];
        if runs.is_empty() {
            return Ok(found);
        }
        let keys: Vec<_> = keys.iter().map(|key| (*key, run::mask(*key))).collect();
        for run in runs {
            if keys.len() > MANY {
                let filter = filters.of(run)?;
                let there = keys.iter().map(|(key, mask)| run::in_filter(filter, *key, mask));
                maybe.extend(there.enumerate().filter_map(|(index, there)| there.then_some(index)));
            } else {
                for (index, (key, _)) in keys.iter().enumerate() {
                    if run.may_hold(*key)? {
                        maybe.push(index);
                    }
                }
            }
            for index in maybe.drain(..) {
                for line in run.lines_of(Table::Ids, keys[index].0)? {
                    found.push((index, run.place(line)?));
                }
            }
        }
        Ok(found)
    }
}

/// Takes the index of a log away.
pub(super) fn drop_all(medium: &dyn Medium, module: &str) {
    for name in medium.caches().unwrap_or_default() {
        if range_of(module, &name).is_some() {
            let _ = medium.drop_cache(&name);
        }
    }
}

/// The filters of runs, read whole: a run never changes.
#[derive(Default)]
pub(super) struct Filters(Vec<(Header, Vec<u8>)>);

impl Filters {
    fn of(&mut self, run: &Run) -> Result<&[u8]> {
        let index = match self.0.iter().position(|(header, _)| *header == run.header) {
            Some(index) => index,
            None => {
                self.0.push((run.header.clone(), run.filter()?));
                self.0.len() - 1
            }
        };
        Ok(&self.0[index].1)
    }
}

fn name_of(module: &str, start: u64, end: u64) -> String {
    format!("{module}.{start}-{end}.run")
}

fn range_of(module: &str, name: &str) -> Option<(u64, u64)> {
    let range = name.strip_prefix(module)?.strip_prefix('.')?.strip_suffix(".run")?;
    let (start, end) = range.split_once('-')?;
    let range = (start.parse().ok()?, end.parse().ok()?);
    (name == name_of(module, range.0, range.1)).then_some(range)
}

/// Asks the index. If what it says is wrong it is taken away, and the log alone is asked.
pub(super) fn asked<T>(
    medium: &dyn Medium,
    module: &str,
    index: Index,
    mut ask: impl FnMut(&Index) -> Result<T>,
) -> Result<T> {
    match ask(&index) {
        Err(_) if !index.runs.is_empty() => {
            drop_all(medium, module);
            ask(&Index { runs: Vec::new() })
        }
        other => other,
    }
}
