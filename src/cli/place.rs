//! `MODULE:POSITION`: how a person names a message by where it stands.

use crate::event::{Name, Position};

pub(super) fn place(text: &str) -> Result<(Name, Position), String> {
    let read = || {
        let (module, position) = text.rsplit_once(':')?;
        let position = position.parse().ok().and_then(Position::new)?;
        (!module.is_empty()).then(|| (Name::from(module), position))
    };
    read().ok_or_else(|| "a place in a log is module and position: `orders:17`".to_string())
}
