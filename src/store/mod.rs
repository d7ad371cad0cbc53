//! Floor 2: logs.
//!
//! One append-only file of JSON lines per module ([`Store`]), over whatever keeps the bytes
//! ([`Medium`]: a [`Folder`] of files or [`Memory`]), and logs of others ([`Foreign`]), both read
//! through [`Logs`]. This room knows lines, positions, batches and checksums; it must not know what
//! a message means, who reads it, or what time it is. Only `file/` touches the file system.
//! Read `docs/store.md` first, then `append.rs` for the protocol and `tail.rs` for what a crash
//! leaves behind.

mod ahead;
mod all;
mod altered;
mod append;
mod as_of;
mod aside;
mod audit;
mod blocks;
mod chain;
mod file;
mod foreign;
mod incoming;
mod index;
mod known;
mod lines;
mod lookup;
mod made;
mod medium;
mod memory;
mod reader;
mod ready;
mod reseal;
mod scan;
mod seek;
#[allow(clippy::module_inception)]
mod store;
mod tail;
mod unsure;
mod verify;

pub use altered::{Altered, Changes};
pub use append::{Appended, Guard, Placed, check_message};
pub use as_of::AsOf;
pub use audit::Audit;
pub use blocks::{BlockWriter, Blocks};
pub use file::{Folder, foreign_files};
pub use foreign::Foreign;
pub use incoming::{Arrival, Incoming};
pub use made::Made;
pub use medium::{Bytes, Draft, Log, Medium, Pieces, check_name};
pub use memory::Memory;
pub use reader::{Logs, Reader, Record};
pub use ready::Ready;
pub use reseal::Resealed;
pub use store::Store;
pub use tail::{Tail, Torn};
pub use verify::{Finding, Findings, Unsure, Verified};
