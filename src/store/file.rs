//! Logs in a folder: the only file of this floor that touches the file system.
//!
//! `<folder>/<module>.jsonl` holds a log, `<folder>/.torn/<module>.<offset>` what a repair cut off,
//! `<folder>/.index/` the caches. Knows bytes, locks and durability; nothing of lines.

use super::medium::{Bytes, Draft, Log, Medium, check_name};
use crate::error::{Error, Result};
use crate::event::Name;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The folder that holds the logs (`log/` of a workspace). It is made on the first append.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    pub fn new(path: impl Into<PathBuf>) -> Folder {
        Folder { path: path.into() }
    }

    fn log(&self, module: &str) -> PathBuf {
        self.path.join(format!("{module}.jsonl"))
    }

    fn caches_folder(&self) -> PathBuf {
        self.path.join(".index")
    }
}

impl Medium for Folder {
    fn modules(&self) -> Result<Vec<Name>> {
        let entries = match fs::read_dir(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(|error| refused("list the logs", &self.path, &error))?,
        };
        let mut modules = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| refused("list the logs", &self.path, &error))?;
            let name = entry.file_name();
            // A file that cannot be a module's (a copy named `orders (1).jsonl`) is not ours to read.
            if let Some(module) = name.to_str().and_then(|name| name.strip_suffix(".jsonl"))
                && check_name(module).is_ok()
            {
                modules.push(Name::from(module));
            }
        }
        modules.sort();
        Ok(modules)
    }

    fn open(&self, module: &str) -> Result<Option<Box<dyn Log>>> {
        check_name(module)?;
        let path = self.log(module);
        match OpenOptions::new().read(true).open(&path) {
            Ok(file) => Ok(Some(Box::new(LogFile::new(file, path)?))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(refused("open the log", &path, &error)),
        }
    }

    fn create(&self, module: &str) -> Result<Box<dyn Log>> {
        check_name(module)?;
        fs::create_dir_all(&self.path).map_err(|error| refused("make the folder", &self.path, &error))?;
        let path = self.log(module);
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(&path)
            .map_err(|error| refused("open the log", &path, &error))?;
        let log = LogFile::new(file, path)?;
        // Whoever writes the first bytes makes the names durable, not only whoever made the file:
        // that one may have died in between.
        if log.is_empty()? {
            sync_folder(&self.path)?;
            if let Some(parent) = self.path.parent() {
                sync_folder(if parent.as_os_str().is_empty() { Path::new(".") } else { parent })?;
            }
        }
        Ok(Box::new(log))
    }

    fn caches(&self) -> Result<Vec<String>> {
        let folder = self.caches_folder();
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(|error| refused("list the caches", &folder, &error))?,
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| !name.ends_with(DRAFT)).collect();
        names.sort();
        Ok(names)
    }

    fn cache(&self, name: &str) -> Result<Option<Box<dyn Bytes>>> {
        let path = self.caches_folder().join(name);
        match File::open(&path) {
            Ok(file) => Ok(Some(Box::new(LogFile::new(file, path)?))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(refused("open the cache", &path, &error)),
        }
    }

    fn draft(&self, name: &str) -> Result<Option<Box<dyn Draft>>> {
        let folder = self.caches_folder();
        fs::create_dir_all(&folder).map_err(|error| refused("make the folder", &folder, &error))?;
        // Others may be writing the same cache.
        let path = folder.join(format!("{name}.{}{DRAFT}", std::process::id()));
        let file = File::create(&path).map_err(|error| refused("write the cache", &path, &error))?;
        let file = Some(io::BufWriter::with_capacity(1 << 18, file));
        Ok(Some(Box::new(DraftFile { file, path, named: folder.join(name) })))
    }

    fn drop_cache(&self, name: &str) -> Result<()> {
        let path = self.caches_folder().join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(refused("remove the cache", &path, &error))
            }
            _ => Ok(()),
        }
    }
}

/// How the name of a cache ends while it is written.
const DRAFT: &str = ".draft";

struct DraftFile {
    /// None: finished.
    file: Option<io::BufWriter<File>>,
    path: PathBuf,
    named: PathBuf,
}

impl Draft for DraftFile {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let file = self.file.as_mut().expect("it is being written");
        file.write_all(bytes).map_err(|error| refused("write the cache", &self.path, &error))
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        let mut file = self.file.take().expect("it is being written");
        let renamed = file.flush().and_then(|()| fs::rename(&self.path, &self.named));
        renamed.map_err(|error| {
            let _ = fs::remove_file(&self.path);
            refused("write the cache", &self.named, &error)
        })
    }
}

impl Drop for DraftFile {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The files of a log that others wrote: the file itself, or every `.jsonl` of a folder by name.
pub fn foreign_files(path: &Path) -> Result<Vec<PathBuf>> {
    let about = fs::metadata(path).map_err(|error| refused("read the log", path, &error))?;
    if !about.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(|error| refused("list the logs", path, &error))? {
        let file = entry.map_err(|error| refused("list the logs", path, &error))?.path();
        if file.extension().is_some_and(|extension| extension == "jsonl") {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

/// For reading; the file must be there.
pub(super) fn open_to_read(path: &Path) -> Result<Box<dyn Bytes>> {
    let file = File::open(path).map_err(|error| refused("read the log", path, &error))?;
    Ok(Box::new(LogFile::new(file, path.to_path_buf())?))
}

struct LogFile {
    file: File,
    path: PathBuf,
    name: String,
}

impl LogFile {
    fn new(file: File, path: PathBuf) -> Result<LogFile> {
        let name = path.display().to_string();
        let about = file.metadata().map_err(|error| refused("look at the log", &path, &error))?;
        if about.is_dir() {
            return Err(Error::input("this is a folder, and a log is a file").at(name));
        }
        Ok(LogFile { file, path, name })
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
        self.file.lock().map_err(|error| self.refused("lock the log", &error))
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
        let folder = self.path.with_file_name(".torn");
        fs::create_dir_all(&folder).map_err(|error| refused("make the folder", &folder, &error))?;
        let stem = self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
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
}

/// A name in a folder is durable only once the folder is. Not every system can say so of a folder.
fn sync_folder(path: &Path) -> Result<()> {
    if cfg!(unix) {
        File::open(path)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| refused("make the folder durable", path, &error))?;
    }
    Ok(())
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

fn refused(doing: &str, path: &Path, error: &io::Error) -> Error {
    let refused = Error::io(doing, &path.display().to_string(), error);
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            refused.hint("the disk is full; free some room, then try again with the same id")
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            refused.hint("look at who owns it and who may write to it")
        }
        ErrorKind::IsADirectory => refused.hint("a folder stands where the log should be"),
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
            refused.hint("a file stands where a folder should be")
        }
        _ => refused,
    }
}
