//! Logs in a folder: the only file of this floor that touches the file system.
//!
//! `<folder>/<module>.jsonl` holds a log, `.torn/<module>.<offset>` beside it what a repair cut off,
//! `.replaced/<module>.<n>` what was there before a replacement, `.unsure/<module>` says that a
//! sync failed, and `.index/` holds the caches. Knows bytes, locks and durability; nothing of lines.

mod cache;
mod log;

use super::medium::{Bytes, Draft, Log, Medium, check_name};
use crate::error::{Error, Result};
use crate::event::Name;
use log::LogFile;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
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
            Ok(file) => Ok(Some(Box::new(LogFile::new(file, path, false)?))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(refused("open the log", &path, &error)),
        }
    }

    fn create(&self, module: &str) -> Result<Box<dyn Log>> {
        check_name(module)?;
        make_folder(&self.path)?;
        let path = self.log(module);
        let log = LogFile::new(to_append(&path)?, path, true)?;
        log.make_name_durable()?;
        Ok(Box::new(log))
    }

    fn caches(&self) -> Result<Vec<String>> {
        cache::list(&self.caches_folder())
    }

    fn cache(&self, name: &str) -> Result<Option<Box<dyn Bytes>>> {
        cache::open(&self.caches_folder(), name)
    }

    fn draft(&self, name: &str) -> Result<Option<Box<dyn Draft>>> {
        cache::draft(&self.caches_folder(), name).map(Some)
    }

    fn drop_cache(&self, name: &str) -> Result<()> {
        cache::remove(&self.caches_folder(), name)
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
    Ok(Box::new(LogFile::new(file, path.to_path_buf(), false)?))
}

fn to_append(path: &Path) -> Result<File> {
    let file = OpenOptions::new().read(true).append(true).create(true).open(path);
    file.map_err(|error| refused("open the log", path, &error))
}

fn make_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|error| refused("make the folder", path, &error))
}

/// A name in a folder is durable only once the folder is. Not every system can say so of a folder.
fn sync_folder(path: &Path) -> Result<()> {
    if cfg!(unix) {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        File::open(path)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| refused("make the folder durable", path, &error))?;
    }
    Ok(())
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
