//! One log as a file.

use super::{make_folder, refused, sync_folder, to_append};
use crate::error::{Error, Result};
use crate::store::medium::{Bytes, Log, Pieces};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

pub(super) struct LogFile {
    file: File,
    path: PathBuf,
    name: String,
    /// Whether it may be appended to.
    appends: bool,
}

impl LogFile {
    pub fn new(file: File, path: PathBuf, appends: bool) -> Result<LogFile> {
        let name = path.display().to_string();
        let about = file.metadata().map_err(|error| refused("look at the log", &path, &error))?;
        if about.is_dir() {
            return Err(Error::input("this is a folder, and a log is a file").at(name));
        }
        Ok(LogFile { file, path, name, appends })
    }

    /// Whoever writes the first bytes makes the names durable, not only whoever made the file: that
    /// one may have died in between.
    pub fn make_name_durable(&self) -> Result<()> {
        if !self.is_empty()? {
            return Ok(());
        }
        let folder = self.path.parent().unwrap_or(Path::new(""));
        sync_folder(folder)?;
        folder.parent().map_or(Ok(()), sync_folder)
    }

    /// Whether the file that is open here is the one at a path: it may have been replaced.
    fn is_file_at(&self, path: &Path) -> Result<bool> {
        let there = match fs::metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            other => other.map_err(|error| refused("look at the log", path, &error))?,
        };
        let here = self.file.metadata().map_err(|error| self.refused("look at the log", &error))?;
        Ok(same_file(&here, &there))
    }

    /// Opens anew what is at the path.
    fn reopen(&mut self) -> Result<()> {
        if !self.appends {
            self.file = File::open(&self.path).map_err(|error| self.refused("open the log", &error))?;
            return Ok(());
        }
        self.file = to_append(&self.path)?;
        self.make_name_durable()
    }

    /// A folder beside the log, and the log's own name in it.
    fn beside(&self, folder: &str) -> (PathBuf, String) {
        let stem = self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        (self.path.with_file_name(folder), stem)
    }

    fn marker(&self) -> PathBuf {
        let (folder, stem) = self.beside(".unsure");
        folder.join(stem)
    }

    /// Gives the log as it is a second name in `.replaced`; a copy where a file has but one name.
    /// `place` is the file itself, where the log's name only points to it.
    fn keep_whole(&self, place: &Path) -> Result<PathBuf> {
        let (folder, stem) = self.beside(".replaced");
        make_folder(&folder)?;
        let refused = |path: &Path, error| refused("keep the log as it was", path, &error);
        for number in 1_u64.. {
            let side = folder.join(format!("{stem}.{number}"));
            match fs::hard_link(place, &side) {
                Ok(()) => {}
                // Whoever replaced it before died when it had its second name.
                Err(_) if self.is_file_at(&side)? => {}
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                Err(_) => {
                    let mut copy = match OpenOptions::new().write(true).create_new(true).open(&side) {
                        Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                        other => other.map_err(|error| refused(&side, error))?,
                    };
                    File::open(place)
                        .and_then(|mut log| io::copy(&mut log, &mut copy))
                        .and_then(|_| copy.sync_all())
                        .map_err(|error| refused(&side, error))?;
                }
            }
            sync_folder(&folder)?;
            return Ok(side);
        }
        unreachable!("a folder with so many files")
    }

    fn refused(&self, doing: &str, error: &io::Error) -> Error {
        refused(doing, &self.path, error)
    }
}

impl Bytes for LogFile {
    fn name(&self) -> &str {
        &self.name
    }

    fn len(&self) -> Result<u64> {
        Ok(self.file.metadata().map_err(|error| self.refused("look at the log", &error))?.len())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        loop {
            match read_at(&self.file, buffer, offset) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => return other.map_err(|error| self.refused("read the log", &error)),
            }
        }
    }
}

impl Log for LogFile {
    fn lock(&mut self) -> Result<()> {
        loop {
            self.file.lock().map_err(|error| self.refused("lock the log", &error))?;
            // Whoever had the lock may have put another file in its place.
            if self.is_file_at(&self.path)? {
                return Ok(());
            }
            self.reopen()?;
        }
    }

    fn unlock(&mut self) -> Result<()> {
        self.file.unlock().map_err(|error| self.refused("unlock the log", &error))
    }

    fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(|error| self.refused("append to the log", &error))
    }

    fn truncate(&mut self, len: u64) -> Result<()> {
        self.file.set_len(len).map_err(|error| self.refused("cut the log", &error))
    }

    fn sync(&mut self) -> Result<()> {
        self.file.sync_data().map_err(|error| self.refused("make the log durable", &error))
    }

    fn keep_aside(&mut self, offset: u64, bytes: &[u8]) -> Result<String> {
        let (folder, stem) = self.beside(".torn");
        make_folder(&folder)?;
        let mut side = folder.join(format!("{stem}.{offset}"));
        let mut number = 1;
        // Other bytes may have been cut off at the same place before: they keep their file.
        while let Ok(kept) = fs::read(&side) {
            if kept == bytes {
                return Ok(side.display().to_string());
            }
            number += 1;
            side = folder.join(format!("{stem}.{offset}.{number}"));
        }
        // Written whole under another name first, so that a crash here leaves no half of it.
        let draft = folder.join(format!("{stem}.draft"));
        File::create(&draft)
            .and_then(|mut file| {
                file.write_all(bytes)?;
                file.sync_data()
            })
            .and_then(|()| fs::rename(&draft, &side))
            .map_err(|error| refused("keep aside what a crash left", &side, &error))?;
        sync_folder(&folder)?;
        Ok(side.display().to_string())
    }

    fn is_unsure(&self) -> Result<bool> {
        let marker = self.marker();
        match fs::metadata(&marker) {
            Ok(_) => Ok(true),
            // Where a file stands in place of the folder, nobody could leave a mark.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(false),
            Err(error) => Err(refused("look whether a sync failed", &marker, &error)),
        }
    }

    fn mark_unsure(&mut self, why: &str) -> Result<()> {
        let (folder, stem) = self.beside(".unsure");
        make_folder(&folder)?;
        let marker = folder.join(stem);
        File::create(&marker)
            .and_then(|mut file| {
                writeln!(file, "{why}\n`anyorder verify` looks at the log anew and takes this file away.")?;
                // Nobody needs it more durable than this disk can: it guards against what the system
                // believes to have written, and that belief does not outlive a power cut.
                let _ = file.sync_all();
                Ok(())
            })
            .map_err(|error| refused("mark the log", &marker, &error))?;
        let _ = sync_folder(&folder).and_then(|()| sync_folder(self.path.parent().unwrap_or(Path::new(""))));
        Ok(())
    }

    fn clear_unsure(&mut self) -> Result<()> {
        let marker = self.marker();
        match fs::remove_file(&marker) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(refused("take the mark away", &marker, &error))
            }
            _ => Ok(()),
        }
    }

    fn write_again(&mut self) -> Result<()> {
        let doing = "write the log again";
        if cfg!(unix) {
            // A file that is open for appending writes nowhere but at its end.
            let file = OpenOptions::new().write(true).open(&self.path);
            let file = file.map_err(|error| self.refused(doing, &error))?;
            let (mut offset, mut buffer) = (0, vec![0; 1 << 20]);
            loop {
                let count = self.read_at(offset, &mut buffer)?;
                if count == 0 {
                    break;
                }
                write_at(&file, &buffer[..count], offset).map_err(|error| self.refused(doing, &error))?;
                offset += count as u64;
            }
            file.sync_all().map_err(|error| self.refused("make the log durable", &error))?;
        }
        self.sync()?;
        sync_folder(self.path.parent().unwrap_or(Path::new("")))
    }

    fn replace(&mut self, next: &mut Pieces<'_>) -> Result<String> {
        let doing = "write the log anew";
        let place = fs::canonicalize(&self.path).map_err(|error| self.refused(doing, &error))?;
        let draft = place.with_extension("jsonl.draft");
        let file = OpenOptions::new().read(true).append(true).create(true).open(&draft);
        let mut file = file.map_err(|error| refused(doing, &draft, &error))?;
        // Whoever opens it once it is in its place waits until its name is durable.
        file.lock().and_then(|()| file.set_len(0)).map_err(|error| refused(doing, &draft, &error))?;
        while let Some(piece) = next(self)? {
            file.write_all(&piece).map_err(|error| refused(doing, &draft, &error))?;
        }
        let about = self.file.metadata().map_err(|error| self.refused("look at the log", &error))?;
        file.set_permissions(about.permissions())
            .and_then(|()| file.sync_all())
            .map_err(|error| refused(doing, &draft, &error))?;
        let kept = self.keep_whole(&place)?;
        fs::rename(&draft, &place).map_err(|error| self.refused("put the log in its place", &error))?;
        self.file = file;
        if let Err(error) = sync_folder(place.parent().unwrap_or(Path::new(""))) {
            // Which of the two files has the name after a power cut, nobody knows.
            let _ = self.mark_unsure(&error.to_string());
            return Err(error);
        }
        Ok(kept.display().to_string())
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(unix)]
fn same_file(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// As well as can be told without the file's number: a replacement is longer, and was made later.
#[cfg(windows)]
fn same_file(one: &Metadata, other: &Metadata) -> bool {
    one.len() == other.len() && one.created().ok() == other.created().ok()
}

#[cfg(windows)]
fn write_at(_: &File, _: &[u8], _: u64) -> io::Result<()> {
    unreachable!("only a sync on unix forgets what it could not write")
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}
