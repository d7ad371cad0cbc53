//! A workspace out of one text, or out of a folder, as `lint` looks at it.

use anyorder::error::{Error, Result};
use anyorder::lint::{self, Workspace};
use anyorder::process::{self, Parts, workspace_file};
use anyorder::span::Source;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

/// The files of a text in which each begins with `# path`.
pub fn files(text: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("# ").filter(|path| path.ends_with(".yaml")), files.last_mut()) {
            (Some(path), _) => files.push((path.to_string(), String::new())),
            (None, Some((_, text))) => *text += &format!("{line}\n"),
            (None, None) => assert!(line.is_empty(), "no file begins before {line}"),
        }
    }
    files
}

/// The files of a folder that `lint` reads.
pub fn folder(root: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    if let Ok(text) = std::fs::read_to_string(root.join("anyorder.yaml")) {
        files.push(("anyorder.yaml".to_string(), text));
    }
    for folder in ["processes", "services"] {
        let Ok(entries) = std::fs::read_dir(root.join(folder)) else { continue };
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            let name = format!("{folder}/{}", path.file_name().unwrap().to_str().unwrap());
            files.push((name, std::fs::read_to_string(path).unwrap()));
        }
    }
    files
}

/// Parts are among the files.
struct Beside<'a>(&'a [(String, String)]);

impl Parts for Beside<'_> {
    fn part(&self, full_name: &str) -> Result<Arc<Source>> {
        let path = format!("processes/{full_name}.yaml");
        let found = self.0.iter().find(|(name, _)| *name == path);
        let (name, text) = found.ok_or_else(|| Error::input(format!("there is no {path}")))?;
        Ok(Source::new(name.as_str(), text.as_str()))
    }
}

/// The workspace of some files, or what is wrong with one of them.
pub fn workspace(files: &[(String, String)]) -> Result<Workspace> {
    let mut workspace = Workspace { whole: true, ..Workspace::default() };
    for (name, text) in files {
        let source = Source::new(name.as_str(), text.as_str());
        match name.split('/').next().unwrap() {
            "anyorder.yaml" => workspace.file = Rc::new(workspace_file::read(&source)?),
            "processes" => {
                let definition = process::read_with_parts(&source, None, &Beside(files))?;
                workspace.definitions.push(Arc::new(definition));
            }
            "services" => workspace.services.push(Arc::new(process::read_service(&source)?)),
            other => panic!("who reads {other}?"),
        }
    }
    Ok(workspace)
}

/// What `lint` finds in them, as an error.
pub fn linted(files: &[(String, String)]) -> Result<()> {
    let found = lint::lint(&workspace(files)?);
    match found.is_empty() {
        true => Ok(()),
        false => Err(Error::diagnostics(found.into_iter().map(|finding| finding.diagnostic).collect())),
    }
}
