//! Reading ahead: files and standard input, line by line, by a thread of its own.
//!
//! What is at hand is handed on before a read that may wait, so that a pipe that is slow is
//! followed closely, and one that is fast is taken in large chunks.

use crate::error::{Error, Result};
use crate::store::{Arrival, Incoming, Made, foreign_files};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

/// Something to read.
#[derive(Debug, Clone)]
pub(super) struct Input {
    /// None: standard input.
    path: Option<PathBuf>,
    /// What errors call it.
    pub name: String,
}

impl Input {
    /// A file; a folder's `.jsonl` files; or `-`.
    pub fn all(paths: &[PathBuf]) -> Result<Vec<Input>> {
        let mut inputs = Vec::new();
        for path in paths {
            if path == Path::new("-") {
                inputs.push(Input { path: None, name: "standard input".to_string() });
                continue;
            }
            for path in foreign_files(path)? {
                inputs.push(Input { name: path.display().to_string(), path: Some(path) });
            }
        }
        Ok(inputs)
    }

    /// Whether it can be read twice; a pipe cannot.
    pub fn stays(&self) -> bool {
        self.path.as_ref().is_some_and(|path| path.is_file())
    }

    fn open(&self) -> std::io::Result<Box<dyn Read>> {
        Ok(match &self.path {
            None => Box::new(std::io::stdin()),
            Some(path) => Box::new(std::fs::File::open(path)?),
        })
    }
}

/// What makes something of lines.
pub(super) trait Lines: Send {
    type Item: Send + 'static;
    fn line(&mut self, line: &[u8]) -> Result<Option<Self::Item>>;
    fn end(self, take: &mut dyn FnMut(Self::Item) -> bool) -> Result<()>;
}

impl Lines for Incoming {
    type Item = Arrival;

    fn line(&mut self, line: &[u8]) -> Result<Option<Arrival>> {
        Incoming::line(self, line)
    }

    fn end(self, take: &mut dyn FnMut(Arrival) -> bool) -> Result<()> {
        Incoming::end(self, take)
    }
}

/// So many at once, or so many bytes: what one append may hold. A few of them are in memory at once: one that is
/// appended, and those that are made ready behind it.
const MOST: usize = 8_192;
const MOST_BYTES: usize = 4 << 20;
/// Once there is something, more is waited for: so long for each piece, and so long in all. Every append
/// waits for the disk, so a few large ones cost less than many small ones.
const BETWEEN: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_millis(500);
/// What the thread hands over at once.
const PIECE: usize = 512;
const PIECE_BYTES: usize = 1 << 20;

struct Piece<T> {
    items: Vec<T>,
    bytes: usize,
    wrong: Option<Error>,
}

impl<T> Default for Piece<T> {
    fn default() -> Piece<T> {
        Piece { items: Vec::new(), bytes: 0, wrong: None }
    }
}

/// What comes from one input, in chunks.
pub(super) struct Chunks<T> {
    pieces: Made<Piece<T>>,
    stays: bool,
}

impl<T: Send + 'static> Chunks<T> {
    pub fn of<L: Lines<Item = T> + 'static>(input: &Input, lines: L) -> Chunks<T> {
        let stays = input.stays();
        let input = input.clone();
        // It ends with the input, or with whoever listens; a read that waits ends with the program.
        let pieces = Made::ahead(8, move |send| read(&input, lines, send));
        Chunks { pieces, stays }
    }

    /// The next ones, and what was wrong behind them; None at the end.
    pub fn next(&mut self) -> Option<(Vec<T>, Option<Error>)> {
        let mut chunk = self.pieces.next()?;
        let since = Instant::now();
        while (self.stays || since.elapsed() < PATIENCE)
            && chunk.wrong.is_none()
            && chunk.items.len() < MOST
            && chunk.bytes < MOST_BYTES
        {
            let Some(piece) = self.pieces.next_within(BETWEEN) else { break };
            chunk.items.extend(piece.items);
            chunk.bytes += piece.bytes;
            chunk.wrong = piece.wrong;
        }
        Some((chunk.items, chunk.wrong))
    }
}

fn read<L: Lines>(input: &Input, mut lines: L, send: &SyncSender<Piece<L::Item>>) {
    let mut piece = Piece::default();
    let mut line = Vec::new();
    let failed = |error: std::io::Error| Error::io("read", &input.name, &error);
    let mut reader = match input.open() {
        Ok(file) => BufReader::with_capacity(1 << 18, file),
        Err(error) => {
            piece.wrong = Some(failed(error));
            let _ = send.send(piece);
            return;
        }
    };
    let wrong = loop {
        let waits = memchr::memchr(b'\n', reader.buffer()).is_none();
        let full = piece.items.len() >= PIECE || piece.bytes >= PIECE_BYTES;
        if (waits || full) && !piece.items.is_empty() && send.send(std::mem::take(&mut piece)).is_err() {
            return;
        }
        line.clear();
        match reader.read_until(b'\n', &mut line) {
            Ok(0) => break None,
            Ok(_) => {}
            Err(error) => break Some(failed(error)),
        }
        match lines.line(&line) {
            Ok(item) => {
                piece.bytes += line.len();
                piece.items.extend(item);
            }
            Err(error) => break Some(error),
        }
    };
    piece.wrong = wrong;
    if piece.wrong.is_none() {
        let ended = lines.end(&mut |item| {
            piece.items.push(item);
            piece.items.len() < PIECE || send.send(std::mem::take(&mut piece)).is_ok()
        });
        piece.wrong = ended.err();
    }
    if piece.wrong.is_some() || !piece.items.is_empty() {
        let _ = send.send(piece);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes lines until one that it has not thought of.
    struct Buggy;

    impl Lines for Buggy {
        type Item = u8;

        fn line(&mut self, line: &[u8]) -> Result<Option<u8>> {
            assert!(line != b"3\n", "a bug of ours");
            Ok(line.first().copied())
        }

        fn end(self, _: &mut dyn FnMut(u8) -> bool) -> Result<()> {
            Ok(())
        }
    }

    fn read(text: &str) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines");
        std::fs::write(&path, text).unwrap();
        let input = Input::all(&[path]).unwrap().remove(0);
        let mut chunks = Chunks::of(&input, Buggy);
        std::iter::from_fn(|| chunks.next()).flat_map(|(items, _)| items).collect()
    }

    #[test]
    fn what_was_read_comes_to_its_end() {
        assert_eq!(read("1\n2\n4\n"), b"124");
    }

    #[test]
    #[should_panic(expected = "a bug of ours")]
    fn a_bug_in_the_thread_that_reads_is_no_end_of_what_was_to_be_read() {
        read("1\n2\n3\n4\n");
    }
}
