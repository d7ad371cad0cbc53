//! A sync that failed: what it leaves unknown, and who may go on.
//!
//! After it the system may take what it could not write for written, so that the next sync succeeds
//! and means nothing. The log is therefore marked, and nothing is answered from it or written to it
//! until `verify` has gone through it and written it anew.

use super::medium::Log;
use crate::error::{Error, Result};

const VERIFY: &str = "`anyorder verify` goes through the log, writes it anew, and takes the mark away";

/// Syncs, and marks the log if that fails.
pub(super) fn sync(bytes: &mut dyn Log) -> Result<()> {
    let Err(error) = bytes.sync() else {
        // A sync that failed in another process since may have left this one nothing to do.
        return refuse(bytes);
    };
    let place = error.place().unwrap_or(bytes.name()).to_string();
    let what = format!("{}; outcome unknown: what was appended may not survive a power cut", error.what());
    let (what, hint) = match bytes.mark_unsure(&what) {
        Ok(()) => {
            (what, "`anyorder verify`, then try again with the same id; until then nothing is appended")
        }
        Err(mark) => (
            format!("{what}; and the log could not be marked: {mark}"),
            "let nobody append until the disk is well; then `anyorder verify`, and try again with the same id",
        ),
    };
    Err(Error::input(what).at(place).hint(hint))
}

/// An error if the log is marked.
pub(super) fn refuse(bytes: &dyn Log) -> Result<()> {
    if !bytes.is_unsure()? {
        return Ok(());
    }
    let what = "a sync of this log has failed, so what of it is durable is unknown";
    Err(Error::input(what).at(bytes.name()).hint(format!("{VERIFY}; then try again with the same id")))
}
