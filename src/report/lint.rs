//! What `lint` found: drawn as errors are, then one line that counts; or as JSON.

use super::diagnostic;
use super::words::counted;
use crate::lint::Finding;
use crate::span::Mistake;
use serde_json::json;
use std::collections::BTreeMap;

pub fn text(found: &[Finding], looked_at: usize) -> String {
    let files = counted(looked_at as u64, "file");
    if found.is_empty() {
        return format!("{files}: nothing found\n");
    }
    let mut kinds: BTreeMap<Mistake, usize> = BTreeMap::new();
    found.iter().for_each(|finding| *kinds.entry(finding.mistake()).or_default() += 1);
    let kinds: Vec<String> = kinds.iter().map(|(kind, many)| format!("{} {many}", name(*kind))).collect();
    let drawn = diagnostic::draw_all(found.iter().map(|finding| &finding.diagnostic), false);
    let first = found[0].mistake();
    format!(
        "{drawn}\n{files}, {}: {}\n`anyorder explain {}` says more, and how what is meant is allowed\n",
        counted(found.len() as u64, "finding"),
        kinds.join(", "),
        name(first),
    )
}

fn name(kind: Mistake) -> String {
    kind.lint().map_or_else(|| kind.to_string(), str::to_string)
}

/// An array of findings, in the order of their places.
pub fn json(found: &[Finding]) -> String {
    let one = |finding: &Finding| {
        let said = &finding.diagnostic;
        let (line, column) = said.source.line_column(said.span.start);
        json!({
            "code": finding.mistake().to_string(), "lint": finding.mistake().lint(), "file": said.source.name,
            "line": line, "column": column, "about": finding.about.iter().map(|name| &**name).collect::<Vec<_>>(),
            "message": said.message, "hint": said.hint,
        })
        .to_string()
    };
    format!("[{}]\n", found.iter().map(one).collect::<Vec<_>>().join(",\n "))
}
