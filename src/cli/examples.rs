//! The workspaces that are built into the program: their files, as they stand under `fixtures/`.

use crate::error::{Error, Result};
use crate::report::schema::{self, Sort};
use std::path::Path;

pub(super) struct Example {
    pub name: &'static str,
    pub summary: &'static str,
    files: &'static [(&'static str, &'static str)],
}

macro_rules! files {
    ($folder:literal: $($file:literal),+ $(,)?) => {
        &[$(($file, include_str!(concat!("../../fixtures/", $folder, "/", $file)))),+]
    };
}

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "starter",
        summary: "a shop, a bank and one process, to be changed into your own",
        files: files!(
            "starter": "anyorder.yaml",
            "processes/order@1.yaml",
            "scenarios/payment.yaml",
            "specs/payment.yaml",
        ),
    },
    Example {
        name: "restaurant",
        summary: "Greg Young's restaurant: one document through everybody's hands, two processes",
        files: files!(
            "restaurant": "anyorder.yaml",
            "processes/pay-after-eating@1.yaml",
            "processes/pay-first@1.yaml",
            "services/assistant-manager.yaml",
            "services/cashier.yaml",
            "services/cook.yaml",
            "scenarios/busy-cook.yaml",
            "scenarios/late-payment.yaml",
            "scenarios/pay-after-eating.yaml",
            "scenarios/pay-first.yaml",
            "specs/pay-after-eating.yaml",
            "specs/pay-first.yaml",
            "specs/who-takes-it.yaml",
            "next/deaf-cook.yaml",
            "next/pay-first@2.yaml",
            "next/takeaway@1.yaml",
            "next/takeaway.yaml",
        ),
    },
];

pub(super) fn named(name: &str) -> Result<&'static Example> {
    EXAMPLES.iter().find(|example| example.name == name).ok_or_else(|| {
        let names = EXAMPLES.iter().map(|example| example.name);
        let hint = match crate::span::nearest(name, names.clone()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("there is {}", names.collect::<Vec<_>>().join(", ")),
        };
        Error::input(format!("no example {name}")).hint(hint)
    })
}

impl Example {
    /// Writes the files into a folder, which must not be there yet, or be empty.
    pub fn write(&self, folder: &Path) -> Result<()> {
        refuse_full(folder)?;
        for (name, text) in self.files {
            let path = folder.join(name);
            write_file(&path, &format!("{}{text}", schema_line(name)))?;
        }
        write_schemas(folder)
    }

    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.files.iter().map(|(name, _)| *name)
    }
}

/// Where the schemas for editors lie, inside a workspace.
pub(super) const SCHEMAS: &str = ".anyorder";

/// Writes the schema of every sort of file into a workspace; those of an older version are replaced.
pub(super) fn write_schemas(folder: &Path) -> Result<()> {
    Sort::ALL.into_iter().try_for_each(|sort| {
        let name = format!("{}.schema.json", sort.name());
        write_file(&folder.join(SCHEMAS).join(name), &schema::schema(sort))
    })
}

/// What an editor looks for at the head of a file, which is named by its path inside the workspace.
pub(super) fn schema_line(name: &str) -> String {
    let folder = name.split_once('/').map_or("", |(folder, _)| folder);
    let of_folder = |sort: &Sort| folder == format!("{}s", sort.name());
    let sort = match name {
        "anyorder.yaml" => Some(Sort::Workspace),
        _ if name.contains('@') => Some(Sort::Process),
        // A draft under `next/` is a process or its scenario.
        _ if folder == "next" => Some(Sort::Scenario),
        _ => Sort::ALL.into_iter().find(of_folder),
    };
    let up = "../".repeat(name.matches('/').count());
    sort.map_or(String::new(), |sort| {
        format!("# yaml-language-server: $schema={up}{SCHEMAS}/{}.schema.json\n", sort.name())
    })
}

fn write_file(path: &Path, text: &str) -> Result<()> {
    let parent = path.parent().expect("a file in a folder");
    let written = std::fs::create_dir_all(parent).and_then(|()| std::fs::write(path, text));
    written.map_err(|error| Error::io("write", &path.display().to_string(), &error))
}

fn refuse_full(folder: &Path) -> Result<()> {
    let shown = folder.display().to_string();
    match std::fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => {
                Err(Error::input("the folder is not empty").at(shown).hint("name one that is not there yet"))
            }
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::io("use the folder", &shown, &error)),
    }
}
