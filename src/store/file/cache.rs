//! Caches in a folder: files that appear under their names when they are whole.

use super::log::LogFile;
use super::{make_folder, refused};
use crate::error::Result;
use crate::store::medium::{Bytes, Draft};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

pub(super) fn list(folder: &Path) -> Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(|error| refused("list the caches", folder, &error))?,
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| !name.ends_with(DRAFT)).collect();
    names.sort();
    Ok(names)
}

pub(super) fn open(folder: &Path, name: &str) -> Result<Option<Box<dyn Bytes>>> {
    let path = folder.join(name);
    match File::open(&path) {
        Ok(file) => Ok(Some(Box::new(LogFile::new(file, path, false)?))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(refused("open the cache", &path, &error)),
    }
}

pub(super) fn draft(folder: &Path, name: &str) -> Result<Box<dyn Draft>> {
    make_folder(folder)?;
    // Others may be writing the same cache.
    let path = folder.join(format!("{name}.{}{DRAFT}", std::process::id()));
    let file = File::create(&path).map_err(|error| refused("write the cache", &path, &error))?;
    let file = Some(io::BufWriter::with_capacity(1 << 18, file));
    Ok(Box::new(DraftFile { file, path, named: folder.join(name) }))
}

pub(super) fn remove(folder: &Path, name: &str) -> Result<()> {
    let path = folder.join(name);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(refused("remove the cache", &path, &error)),
        _ => Ok(()),
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
