//! What `verify` found, as text and as JSON.

use super::words::{columns, counted};
use crate::event::Name;
use crate::store::Verified;
use serde::Serialize;

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

#[derive(Serialize)]
struct Row<'a> {
    module: &'a str,
    messages: u64,
    sealed: u64,
    unsealed: u64,
    last: Option<u64>,
    torn: Option<TornEnd>,
    damage: Option<String>,
}

#[derive(Serialize)]
struct TornEnd {
    offset: u64,
    bytes: u64,
    why: String,
}

pub fn json(found: &[(Name, Verified)]) -> String {
    let rows = found.iter().map(|(module, verified)| Row {
        module,
        messages: verified.messages,
        sealed: verified.sealed,
        unsealed: verified.unsealed,
        last: verified.last.map(|last| last.number()),
        torn: verified.torn.as_ref().map(|torn| TornEnd {
            offset: torn.offset,
            bytes: torn.len,
            why: torn.why.to_string(),
        }),
        damage: verified.damage.as_ref().map(|error| error.to_string()),
    });
    serde_json::to_string_pretty(&rows.collect::<Vec<_>>()).expect("plain data") + "\n"
}
