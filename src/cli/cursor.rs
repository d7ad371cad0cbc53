//! The cursor file of `log --follow`: per module, the position that is wanted next.

use crate::error::{Error, Result};
use crate::event::{Name, Position};
use crate::store::Store;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// Per module, the position that is wanted next; a module that is not named was not begun.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cursor(pub BTreeMap<Name, Position>);

impl Cursor {
    /// What the file says; nothing where there is none yet.
    pub fn read(path: &Path) -> Result<Cursor> {
        let shown = path.display().to_string();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Cursor::default()),
            Err(error) => return Err(Error::io("read the cursor", &shown, &error)),
        };
        let wrong = |why: String| {
            let error = Error::input(format!("this is no cursor: {why}")).at(&*shown);
            error.hint("a cursor is what --cursor wrote; name a file that is not there yet to begin anew")
        };
        let numbers: BTreeMap<String, u64> =
            serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let position = |(module, next): (String, u64)| match Position::new(next) {
            Some(next) => Ok((Name::from(module), next)),
            None => Err(wrong(format!("positions begin at 1, and {module} is at {next}"))),
        };
        Ok(Cursor(numbers.into_iter().map(position).collect::<Result<_>>()?))
    }

    /// An error where it has gone further than the logs: it is of other logs.
    pub fn check(&self, path: &Path, store: &Store) -> Result<()> {
        for (module, next) in &self.0 {
            let end = store.tail(module)?.last.map_or(0, Position::number);
            if next.number() > end + 1 {
                let what = format!("the cursor is at {next} in {module}, whose log ends at {end}");
                let error = Error::input(what).at(path.display().to_string());
                return Err(error.hint("is it of another workspace? Name another file to begin anew"));
            }
        }
        Ok(())
    }

    /// Beside the old one, then over it: a cursor is whole at every moment, also after a power cut.
    pub fn write(&self, path: &Path) -> Result<()> {
        let numbers: BTreeMap<&str, u64> =
            self.0.iter().map(|(module, next)| (&**module, next.number())).collect();
        let text = serde_json::to_string(&numbers).expect("names and numbers") + "\n";
        // Always the same name: what is stopped in between leaves one file, not one more each time.
        let mut draft = path.as_os_str().to_owned();
        draft.push(".draft");
        let written = File::create(&draft)
            .and_then(|mut file| {
                file.write_all(text.as_bytes())?;
                file.sync_data()
            })
            .and_then(|()| std::fs::rename(&draft, path));
        written.map_err(|error| Error::io("write the cursor", &path.display().to_string(), &error))
    }
}
