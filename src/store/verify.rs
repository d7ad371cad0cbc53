//! Going through a whole log and saying what is there.

use super::chain::Chain;
use super::lines::{Lines, damage};
use super::medium::Bytes;
use super::tail::{self, Torn};
use crate::error::{Error, Result};
use crate::event::Position;

/// What a log holds. Counts end where the damage is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    pub messages: u64,
    /// Of these, how many bear a checksum, and it fits.
    pub sealed: u64,
    /// And how many bear none.
    pub unsealed: u64,
    pub last: Option<Position>,
    /// Whether the last line lacks its newline; the next append writes it.
    pub lacks_newline: bool,
    /// What the next append will cut off and keep aside.
    pub torn: Option<Torn>,
    /// The first thing that is wrong.
    pub damage: Option<Error>,
}

pub(super) fn verify(bytes: &dyn Bytes, module: &str) -> Result<Verified> {
    let mut verified = Verified::default();
    let end = match tail::seen(bytes, module) {
        Ok(tail) => {
            verified.torn = tail.torn;
            verified.lacks_newline = tail.lacks_newline;
            tail.len
        }
        Err(error) => {
            verified.damage = Some(error);
            bytes.len()?
        }
    };
    let mut lines = Lines::new(0, end);
    let mut chain = Chain::at_start(module);
    while let Some(line) = lines.next(bytes)? {
        match chain.accept(line.bytes) {
            Ok((message, sealed)) => {
                verified.messages += 1;
                verified.sealed += sealed as u64;
                verified.unsealed += !sealed as u64;
                verified.last = message.position;
            }
            Err(fault) => {
                verified.damage = Some(damage(bytes, line.offset, line.bytes, fault));
                break;
            }
        }
    }
    Ok(verified)
}
