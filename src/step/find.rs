//! Which instance a message is for.

use super::recorded::Failed;
use crate::event::{Message, Name};
use crate::process::expr::Env;
use crate::process::{Correlate, Data, Definition};

/// The id of its instance: its conversation, or what `correlate` makes of it.
pub fn instance_of(definition: &Definition, message: &Message) -> Result<Name, Failed> {
    let by = match &definition.correlate {
        // A ring comes home to the instance that set it.
        _ if message.due.is_some() && message.source == definition.name => {
            return message.subject.clone().ok_or_else(|| lost("an alarm without a subject"));
        }
        Correlate::ById => None,
        Correlate::By(expr) => Some(expr),
        Correlate::ByType(types) => types.get(&message.type_),
    };
    let Some(expr) = by else {
        return message.conversation().cloned().ok_or_else(|| lost("no correlation id"));
    };
    let env = Env { event: message, data: &Data::default(), state: "", now: message.time, item: None };
    match expr.name(&env) {
        Ok(Some(name)) if !name.is_empty() => Ok(Name::from(name)),
        Ok(_) => Err(lost("`correlate` gives nothing")),
        Err(failure) => Err(Failed::of(definition, None, failure)),
    }
}

fn lost(why: &str) -> Failed {
    let lost = Failed::lost();
    Failed { reason: format!("{}: {why}", lost.reason), ..lost }
}
