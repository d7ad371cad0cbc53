//! Floor 1: messages as they travel.
//!
//! One envelope for events and commands ([`Message`]), read from and written to one line of JSON
//! ([`line`]), with names, positions and times as types of their own. `data` is a [`Document`]: the
//! JSON text as it came, with accessors, so that members nobody named pass through byte for byte.
//! Knows nothing of files, of processes or of who reads a message. Read `message.rs` first.

mod document;
mod envelope;
mod heads;
pub mod json;
pub mod line;
mod message;
mod names;
pub mod seal;
mod time;

pub use document::Document;
pub use envelope::Envelope;
pub use heads::Heads;
pub use message::{Extra, Kind, Message};
pub use names::{Name, Names, Position, computed_id, shortened};
pub use time::{Millis, Time, meant_duration, parse_duration, print_duration};
