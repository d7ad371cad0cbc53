//! A folder as the library of its scenarios: `processes/`, `anyorder.yaml`, and paths.

use anyorder::error::{Error, Result};
use anyorder::event::Name;
use anyorder::explore::{Scenario, read};
use anyorder::process::workspace_file::{self, WorkspaceFile};
use anyorder::process::{self, Definition, Library, Parts, Service};
use anyorder::span::Source;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub struct FolderLibrary {
    root: PathBuf,
    /// Where paths begin.
    folder: PathBuf,
    file: WorkspaceFile,
}

impl FolderLibrary {
    /// Of a workspace, for scenarios that lie in `folder`.
    pub fn new(root: &Path, folder: &Path) -> FolderLibrary {
        let text = std::fs::read_to_string(root.join("anyorder.yaml")).unwrap_or_default();
        let file = workspace_file::read(&Source::new("anyorder.yaml", text)).unwrap();
        FolderLibrary { root: root.to_path_buf(), folder: folder.to_path_buf(), file }
    }

    /// Every version under `processes/`, by the names of the files.
    fn all(&self) -> Vec<(String, PathBuf)> {
        let entries = std::fs::read_dir(self.root.join("processes")).unwrap();
        let stem = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_string();
        let mut all: Vec<_> =
            entries.map(|entry| entry.unwrap().path()).map(|path| (stem(&path), path)).collect();
        all.sort();
        all
    }
}

/// The folder of a definition's file, where its parts lie, too.
pub struct Beside<'a>(pub &'a Path);

impl Parts for Beside<'_> {
    fn part(&self, full_name: &str) -> Result<Arc<Source>> {
        let file = format!("{full_name}.yaml");
        let text = std::fs::read_to_string(self.0.join(&file))
            .map_err(|_| Error::input(format!("there is no part {full_name}")))?;
        Ok(Source::new(file, text))
    }
}

impl Library for FolderLibrary {
    fn process(&self, p: &str) -> Result<Arc<Definition>> {
        let path = if p.contains('/') || p.ends_with(".yaml") {
            self.folder.join(p)
        } else {
            let found =
                self.all().into_iter().rev().find(|(stem, _)| stem == p || stem.split('@').next() == Some(p));
            let Some((_, path)) = found else {
                return Err(
                    Error::input(format!("no process {p} in this workspace")).hint("there are others")
                );
            };
            path
        };
        let text = std::fs::read_to_string(&path)
            .map_err(|_| Error::input("cannot read the file: No such file or directory").at(p))?;
        let source = Source::new(path.file_name().unwrap().to_str().unwrap(), text);
        Ok(Arc::new(process::read_with_parts(&source, None, &Beside(path.parent().unwrap()))?))
    }

    fn service(&self, name: &str) -> Result<Arc<Service>> {
        let path = match name.ends_with(".yaml") {
            true => self.folder.join(name),
            false => self.root.join("services").join(format!("{name}.yaml")),
        };
        let text = std::fs::read_to_string(&path)
            .map_err(|_| Error::input(format!("there is no service {name}")))?;
        let file = path.file_name().unwrap().to_str().unwrap().to_string();
        Ok(Arc::new(process::read_service(&Source::new(file.as_str(), text))?))
    }

    fn owner(&self, type_: &str) -> Option<Name> {
        self.file.owner(type_).cloned()
    }
}

/// A scenario of a workspace, by its path in it.
pub fn scenario(root: &Path, file: &str) -> Result<Scenario> {
    let path = root.join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    read(&Source::new(file, text), &FolderLibrary::new(root, path.parent().unwrap()))
}
