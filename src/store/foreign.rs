//! Logs that others wrote: a file of JSON lines, or a folder of them, with any number of sources.
//!
//! One pass notes where each source's lines begin; reading goes straight to them. Nothing is asked
//! of such a log but that each line is an event and that sequences, where given, rise: exports
//! leave gaps, and have no checksums.

use super::chain;
use super::file;
use super::lines::{Fault, Lines, damage};
use super::medium::Bytes;
use super::reader::{Logs, Record};
use crate::error::{Error, Result};
use crate::event::{Name, Names, Position, json, line};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A foreign log, opened. Keeps 8 bytes per line in memory.
#[derive(Debug)]
pub struct Foreign {
    files: Vec<PathBuf>,
    sources: BTreeMap<Name, Source>,
}

#[derive(Debug)]
struct Source {
    /// Which of the files.
    file: usize,
    /// Where its lines begin.
    offsets: Vec<u64>,
}

impl Foreign {
    /// Opens several files and folders as one log.
    pub fn open_all(paths: &[impl AsRef<Path>]) -> Result<Foreign> {
        let mut files = Vec::new();
        for path in paths {
            files.extend(file::foreign_files(path.as_ref())?);
        }
        Foreign::of(files)
    }

    /// Opens a file, or all `.jsonl` files of a folder. An error if there is none, if a line is not
    /// JSON or has no source, or if two files have lines of the same source.
    pub fn open(path: impl AsRef<Path>) -> Result<Foreign> {
        Foreign::open_all(&[path])
    }

    fn of(files: Vec<PathBuf>) -> Result<Foreign> {
        let mut foreign = Foreign { files, sources: BTreeMap::new() };
        for index in 0..foreign.files.len() {
            let bytes = file::open_to_read(&foreign.files[index])?;
            foreign.note(index, &*bytes)?;
        }
        Ok(foreign)
    }

    fn note(&mut self, file: usize, bytes: &dyn Bytes) -> Result<()> {
        let mut lines = Lines::new(0, bytes.len()?);
        while let Some(line) = lines.next(bytes)? {
            let source = source_of(line.bytes).map_err(|at| damage(bytes, line.offset, line.bytes, at))?;
            match self.sources.get_mut(&*source) {
                Some(known) if known.file == file => known.offsets.push(line.offset),
                Some(known) => {
                    let other = self.files[known.file].display();
                    let what = format!("messages of `{source}` stand here and in {other}");
                    let fault = Fault { byte: 0, what, hint: "put each source into one file, in order" };
                    return Err(damage(bytes, line.offset, line.bytes, fault));
                }
                None => {
                    self.sources.insert(Name::from(&*source), Source { file, offsets: vec![line.offset] });
                }
            }
        }
        Ok(())
    }
}

impl Logs for Foreign {
    fn modules(&self) -> Result<Vec<Name>> {
        Ok(self.sources.keys().cloned().collect())
    }

    fn read(
        &self,
        module: &str,
        from: Position,
    ) -> Result<Box<dyn Iterator<Item = Result<Record>> + Send + '_>> {
        let Some((name, source)) = self.sources.get_key_value(module) else {
            return Ok(Box::new(std::iter::empty()));
        };
        let bytes = file::open_to_read(&self.files[source.file])?;
        let lines = Lines::new(0, bytes.len()?);
        let offsets = source.offsets.iter();
        let messages = Messages {
            source: name,
            bytes,
            lines,
            offsets,
            names: Names::remembering(),
            last: 0,
            failed: false,
        };
        Ok(Box::new(messages.filter(move |record| match record {
            Ok(record) => record.message.position >= Some(from),
            Err(_) => true,
        })))
    }
}

/// The messages of one source.
struct Messages<'a> {
    source: &'a Name,
    bytes: Box<dyn Bytes>,
    lines: Lines,
    offsets: std::slice::Iter<'a, u64>,
    names: Names,
    last: u64,
    failed: bool,
}

impl Iterator for Messages<'_> {
    type Item = Result<Record>;

    fn next(&mut self) -> Option<Result<Record>> {
        let offset = *self.offsets.next().filter(|_| !self.failed)?;
        let record = self.record(offset);
        self.failed = record.is_err();
        Some(record)
    }
}

impl Messages<'_> {
    fn record(&mut self, offset: u64) -> Result<Record> {
        self.lines.seek(offset);
        let Some(found) = self.lines.next(&*self.bytes)? else {
            return Err(Error::input("the log became shorter while it was read").at(self.bytes.name()));
        };
        let (last, names) = (self.last, &mut self.names);
        let mut read = || {
            let text = chain::utf8(found.bytes)?;
            let mut message =
                line::read_with(text, names).map_err(|error| chain::not_a_message(text, error))?;
            let sequence = text.find("\"sequence\"").unwrap_or(0);
            let fault = |byte, what, hint| Err(Fault { byte, what, hint });
            if message.source != *self.source {
                let what = format!("two members `source`, or the log changed: `{}`", message.source);
                return fault(0, what, "an event has one source");
            }
            match message.position {
                Some(position) if position.number() <= last => {
                    let what = format!("`sequence` is {position}, after {last}");
                    return fault(sequence, what, "within a source, sequences rise from line to line");
                }
                Some(_) => {}
                None => message.position = Position::new(last + 1),
            }
            if message.position.is_none() {
                return fault(sequence, "no position is left after this".into(), "sequences have 16 digits");
            }
            Ok(Record { message, offset: found.offset, text: text.to_string() })
        };
        match read() {
            Ok(record) => {
                self.last = record.message.position.map_or(last, Position::number);
                Ok(record)
            }
            Err(fault) => Err(damage(&*self.bytes, found.offset, found.bytes, fault)),
        }
    }
}

/// A line's source. In our spelling it is found without reading the rest, which is read later.
fn source_of(line: &[u8]) -> Result<std::borrow::Cow<'_, str>, Fault> {
    if let Some(source) = canonical_source(line) {
        return Ok(source.into());
    }
    let text = chain::utf8(line)?;
    let checked = json::check(text).map_err(|error| chain::not_a_message(text, error))?;
    json::member(checked, "source").and_then(json::string).filter(|source| !source.is_empty()).ok_or_else(
        || {
            let what = match checked.starts_with('{') {
                true => "an event needs `source`, a text",
                false => "a line must be one JSON object",
            };
            let hint = "each line of a log is one CloudEvents 1.0 event as JSON";
            Fault { byte: 0, what: what.into(), hint }
        },
    )
}

fn canonical_source(line: &[u8]) -> Option<&str> {
    let rest = line.strip_prefix(b"{\"specversion\":\"1.0\",\"id\":\"")?;
    let id = memchr::memchr2(b'"', b'\\', rest)?;
    let rest = rest[id..].strip_prefix(b"\",\"source\":\"")?;
    let source = &rest[..memchr::memchr2(b'"', b'\\', rest)?];
    (rest[source.len()] == b'"' && !source.is_empty() && line.ends_with(b"}"))
        .then(|| std::str::from_utf8(source).ok())
        .flatten()
}
