//! What `verify` found, as text and as JSON.

use super::words::{columns, counted};
use crate::event::Name;
use crate::store::Verified;
use serde_json::{Value, json};

pub fn text(found: &[(Name, Verified)]) -> String {
    if found.is_empty() {
        return "no logs\n".to_string();
    }
    let mut rows = Vec::new();
    for (module, verified) in found {
        let mut notes = Vec::new();
        if verified.unsealed > 0 {
            notes.push(format!("{} without a checksum", verified.unsealed));
        }
        if verified.lacks_newline {
            notes.push("the last line lacks its newline; the next append writes it".to_string());
        }
        if let Some(torn) = &verified.torn {
            notes.push(format!("torn: {}; the next append keeps {} bytes aside", torn.why, torn.len));
        }
        if verified.damage.is_some() {
            notes.push("damaged".to_string());
        }
        let state = if notes.is_empty() { "sound".to_string() } else { notes.join("; ") };
        rows.push(vec![module.to_string(), counted(verified.messages, "message"), state]);
    }
    columns(&rows)
}

pub fn json(found: &[(Name, Verified)]) -> String {
    let rows = found.iter().map(|(module, verified)| {
        json!({
            "module": &**module,
            "messages": verified.messages,
            "sealed": verified.sealed,
            "unsealed": verified.unsealed,
            "last": verified.last.map(|last| last.number()),
            "torn": verified.torn.as_ref().map(|torn| json!({"offset": torn.offset, "bytes": torn.len, "why": torn.why})),
            "damage": verified.damage.as_ref().map(|error| error.to_string()),
        })
    });
    serde_json::to_string_pretty(&Value::Array(rows.collect())).expect("plain data") + "\n"
}
