//! Logs as they stood at some moment: what came later is not there.

use super::reader::{Logs, Record};
use crate::error::Result;
use crate::event::{Name, Position, Time};

/// Each log up to the last message before the first that is later than a moment. What was appended after that, with
/// whatever time, was not known yet.
pub struct AsOf<'a> {
    logs: &'a dyn Logs,
    time: Time,
    /// This log ends here already.
    last: Option<(Name, Position)>,
}

impl<'a> AsOf<'a> {
    pub fn time(logs: &'a dyn Logs, time: Time) -> AsOf<'a> {
        AsOf { logs, time, last: None }
    }

    /// Right after a message: none where there is no such message.
    pub fn position(logs: &'a dyn Logs, module: &str, position: Position) -> Result<Option<AsOf<'a>>> {
        let mut time = Time::MIN;
        for record in logs.read(module, Position::FIRST)? {
            let message = record?.message;
            time = time.max(message.time);
            if message.position == Some(position) {
                return Ok(Some(AsOf { logs, time, last: Some((Name::from(module), position)) }));
            }
        }
        Ok(None)
    }

    /// The moment.
    pub fn now(&self) -> Time {
        self.time
    }
}

impl Logs for AsOf<'_> {
    fn modules(&self) -> Result<Vec<Name>> {
        self.logs.modules()
    }

    fn read(
        &self,
        module: &str,
        from: Position,
    ) -> Result<Box<dyn Iterator<Item = Result<Record>> + Send + '_>> {
        let last = self.last.as_ref().filter(|(name, _)| **name == *module).map(|(_, position)| *position);
        let known = move |record: &Result<Record>| {
            let message = match record {
                Ok(record) => &record.message,
                Err(_) => return true,
            };
            message.time <= self.time && last.is_none_or(|last| message.position <= Some(last))
        };
        Ok(Box::new(self.logs.read(module, from)?.take_while(known)))
    }
}
