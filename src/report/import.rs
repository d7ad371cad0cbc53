//! What became of an import, as text and as JSON.

use super::words::{columns, grouped};
use crate::event::Name;
use serde::Serialize;
use std::collections::BTreeMap;

/// Of one module's messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Took {
    /// Or would be, of a dry run.
    pub appended: u64,
    /// They stood in its log already.
    pub already: u64,
    /// Nobody asked for this module.
    pub left_out: u64,
}

pub fn text(took: &BTreeMap<Name, Took>) -> String {
    if took.is_empty() {
        return "nothing came\n".to_string();
    }
    let row = |(module, took): (&Name, &Took)| {
        let mut parts = Vec::new();
        for (count, what) in
            [(took.appended, "appended"), (took.already, "there already"), (took.left_out, "left out")]
        {
            if count > 0 {
                parts.push(format!("{} {what}", grouped(count)));
            }
        }
        vec![module.to_string(), parts.join(", ")]
    };
    columns(&took.iter().map(row).collect::<Vec<_>>())
}

#[derive(Serialize)]
struct Row<'a> {
    module: &'a str,
    #[serde(flatten)]
    took: &'a Took,
}

pub fn json(took: &BTreeMap<Name, Took>) -> String {
    let rows: Vec<Row> = took.iter().map(|(module, took)| Row { module, took }).collect();
    serde_json::to_string_pretty(&rows).expect("plain data") + "\n"
}
