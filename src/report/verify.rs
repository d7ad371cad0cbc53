//! What `verify` found, as text and as JSON.

use super::words::{columns, counted, grouped};
use crate::event::Name;
use crate::store::{Finding, Findings, Resealed, Torn, Unsure, Verified};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;

/// So many findings of a kind are shown of each log; JSON has more.
const SHOWN: usize = 10;

pub fn text(found: &[(Name, Verified)], resealed: &BTreeMap<Name, Resealed>) -> String {
    if found.is_empty() {
        return "no logs\n".to_string();
    }
    let row = |(module, verified): &(Name, Verified)| {
        let notes = notes(verified, resealed.get(module));
        let state = if notes.is_empty() { "sound".to_string() } else { notes.join("; ") };
        vec![module.to_string(), counted(verified.messages, "message"), state]
    };
    let mut text = columns(&found.iter().map(row).collect::<Vec<_>>());
    if found.iter().any(|(_, verified)| verified.findings() > 0) {
        text.push('\n');
    }
    for (module, verified) in found {
        for findings in [Some(&verified.repeated), verified.dangling.as_ref(), Some(&verified.strayed)] {
            list(&mut text, module, findings.unwrap_or(&Findings::default()));
        }
    }
    text
}

fn notes(verified: &Verified, resealed: Option<&Resealed>) -> Vec<String> {
    let mut notes = Vec::new();
    if verified.findings() > 0 {
        notes.push(counted(verified.findings(), "finding"));
    }
    if let Some(Resealed { kept: Some(kept), sealed, renewed, .. }) = resealed {
        let renewed = match renewed {
            0 => String::new(),
            renewed => format!(", and {} behind them anew", grouped(*renewed)),
        };
        notes.push(format!("{} sealed{renewed}; as it was it is in {kept}", counted(*sealed, "line")));
    }
    if let Some(torn) = resealed.and_then(|resealed| resealed.repaired.as_ref()) {
        let kept = torn.kept.as_deref().unwrap_or_default();
        notes.push(format!("torn: {}; {} bytes were cut off and kept in {kept}", torn.why, torn.len));
    }
    if verified.unsealed > 0 {
        notes.push(format!("{} without a checksum", grouped(verified.unsealed)));
    }
    if verified.back.count > 0 {
        notes.push(format!("time goes back at {}", counted(verified.back.count, "message")));
    }
    if verified.lacks_newline {
        notes.push("the last line lacks its newline; the next append writes it".to_string());
    }
    if let Some(torn) = &verified.torn {
        notes.push(format!("torn: {}; the next append keeps {} bytes aside", torn.why, torn.len));
    }
    match unsure(verified, resealed) {
        Some("settled") => {
            notes.push("a sync had failed: it was written anew, and appends may go on".to_string());
        }
        Some(_) => notes.push("a sync had failed: nothing is appended yet".to_string()),
        None => {}
    }
    if verified.damage.is_some() {
        notes.push("damaged".to_string());
    }
    notes
}

/// What became of the mark of a sync that failed.
fn unsure(verified: &Verified, resealed: Option<&Resealed>) -> Option<&'static str> {
    match &verified.unsure {
        Some(Unsure::Stays(_)) => Some("stays"),
        Some(Unsure::Settled) => Some("settled"),
        None => resealed.is_some_and(|resealed| resealed.settled).then_some("settled"),
    }
}

fn list(text: &mut String, module: &str, findings: &Findings) {
    for Finding { position, id, what } in findings.first.iter().take(SHOWN) {
        writeln!(text, "{module} {position} {id}: {what}").expect("a string takes all");
    }
    match findings.count.saturating_sub(SHOWN as u64) {
        0 => {}
        more => {
            let more = grouped(more);
            let kept = grouped(findings.first.len() as u64);
            writeln!(text, "{module}: and {more} more of this kind; --format json has the first {kept}")
                .expect("the same");
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Row<'a> {
    module: &'a str,
    messages: u64,
    sealed: u64,
    unsealed: u64,
    last: Option<u64>,
    torn: Option<TornEnd>,
    damage: Option<String>,
    unsure: Option<&'static str>,
    resealed: Option<Done<'a>>,
    repeated_ids: Kind<'a>,
    dangling_causes: Option<Kind<'a>>,
    other_conversations: Kind<'a>,
    times_back: Kind<'a>,
}

#[derive(Serialize)]
struct TornEnd {
    offset: u64,
    bytes: u64,
    why: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept: Option<String>,
}

#[derive(Serialize)]
struct Done<'a> {
    sealed: u64,
    renewed: u64,
    kept: Option<&'a str>,
    repaired: Option<TornEnd>,
}

#[derive(Serialize)]
struct Kind<'a> {
    count: u64,
    first: Vec<One<'a>>,
}

#[derive(Serialize)]
struct One<'a> {
    position: u64,
    id: &'a str,
    what: &'a str,
}

fn torn_end(torn: &Torn) -> TornEnd {
    TornEnd { offset: torn.offset, bytes: torn.len, why: torn.why.to_string(), kept: torn.kept.clone() }
}

fn kind<'a>(findings: &'a Findings) -> Kind<'a> {
    let one = |one: &'a Finding| {
        let Finding { position, id, what } = one;
        One { position: position.number(), id, what }
    };
    Kind { count: findings.count, first: findings.first.iter().map(one).collect() }
}

pub fn json(found: &[(Name, Verified)], resealed: &BTreeMap<Name, Resealed>) -> String {
    let rows = found.iter().map(|(module, verified)| Row {
        module,
        messages: verified.messages,
        sealed: verified.sealed,
        unsealed: verified.unsealed,
        last: verified.last.map(|last| last.number()),
        torn: verified.torn.as_ref().map(torn_end),
        damage: verified.damage.as_ref().map(|error| error.to_string()),
        unsure: unsure(verified, resealed.get(module)),
        resealed: resealed.get(module).map(|done| Done {
            sealed: done.sealed,
            renewed: done.renewed,
            kept: done.kept.as_deref(),
            repaired: done.repaired.as_ref().map(torn_end),
        }),
        repeated_ids: kind(&verified.repeated),
        dangling_causes: verified.dangling.as_ref().map(kind),
        other_conversations: kind(&verified.strayed),
        times_back: kind(&verified.back),
    });
    serde_json::to_string_pretty(&rows.collect::<Vec<_>>()).expect("plain data") + "\n"
}
