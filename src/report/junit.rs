//! What was found, as JUnit's XML, which build servers read: a suite for each file of specs, a case for each
//! spec; of a replay a case for each instance that differs.

use super::replay::{Against, columns_of, parts_text};
use super::spec::{differences, processes, prose, subject};
use super::words::counted;
use crate::spec::{Failure, Tested};
use crate::versions::{Divergence, Replayed, by_instance};
use std::fmt::Write;

struct Case<'a> {
    name: &'a str,
    class: String,
    /// File and line, if it has one.
    place: Option<(&'a str, usize)>,
    /// In a line, and in full.
    failure: Option<(String, String)>,
}

pub fn xml(tested: &[Tested]) -> String {
    let mut files: Vec<(&str, Vec<Case>)> = Vec::new();
    for one in tested {
        let file = &*one.spec.source.name;
        if !files.iter().any(|(known, _)| *known == file) {
            files.push((file, Vec::new()));
        }
        let (_, cases) = files.iter_mut().find(|(known, _)| *known == file).expect("put there just now");
        cases.push(spec_case(one));
    }
    document("anyorder test", &files)
}

fn spec_case<'a>(tested: &'a Tested) -> Case<'a> {
    let spec = tested.spec;
    let one = |failure: &Failure| {
        let (expected, actual): (Vec<_>, Vec<_>) = (failure.expected().collect(), failure.actual().collect());
        let (expected, actual) = (expected.join(", "), actual.join(", "));
        format!("{}: expected {expected}, actual {actual}", subject(tested, failure))
    };
    let failure = || {
        let message = tested.failures.iter().map(one).collect::<Vec<_>>().join("; ");
        (message, format!("{}\n{}", prose(tested), differences(tested)))
    };
    Case {
        name: &spec.name,
        class: processes(spec),
        place: Some((&spec.source.name, spec.source.line_column(spec.span.start).0)),
        failure: (!tested.holds()).then(failure),
    }
}

/// One case for all instances with which both do the same, one for each other.
pub fn replay(process: &str, replayed: &Replayed, against: &Against, divergences: &[Divergence]) -> String {
    let (one, other) = columns_of(against, process);
    let differ: Vec<&[Divergence]> = by_instance(divergences).collect();
    let same = counted(replayed.instances.saturating_sub(differ.len() as u64), "instance");
    let same = format!("the same with {same}");
    let case = |name, failure| Case { name, class: process.to_string(), place: None, failure };
    let mut cases = vec![case(&same, None)];
    cases.extend(differ.iter().map(|parts| {
        let text = parts_text(&one, &other, parts);
        let message = format!("{one} and {other} differ");
        case(&parts[0].instance, Some((message, text)))
    }));
    document("anyorder replay", &[(&format!("{one} and {other}"), cases)])
}

fn document(name: &str, suites: &[(&str, Vec<Case>)]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    begin(&mut out, 0, "testsuites", name, suites.iter().flat_map(|(_, cases)| cases));
    for (name, cases) in suites {
        begin(&mut out, 2, "testsuite", name, cases.iter());
        cases.iter().for_each(|one| case(&mut out, one));
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn begin<'a>(
    out: &mut String,
    indent: usize,
    element: &str,
    name: &str,
    cases: impl Iterator<Item = &'a Case<'a>>,
) {
    let failed: Vec<bool> = cases.map(|case| case.failure.is_some()).collect();
    let (name, tests, failures) =
        (escaped(name), failed.len(), failed.iter().filter(|failed| **failed).count());
    let head = format!("<{element} name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">");
    let _ = writeln!(out, "{:indent$}{head}", "");
}

fn case(out: &mut String, case: &Case) {
    let mut head =
        format!("<testcase name=\"{}\" classname=\"{}\"", escaped(case.name), escaped(&case.class));
    if let Some((file, line)) = case.place {
        let _ = write!(head, " file=\"{}\" line=\"{line}\"", escaped(file));
    }
    let Some((message, whole)) = &case.failure else {
        let _ = writeln!(out, "    {head}/>");
        return;
    };
    let _ = writeln!(out, "    {head}>");
    let _ = writeln!(out, "      <failure message=\"{}\">{}</failure>", escaped(message), escaped(whole));
    out.push_str("    </testcase>\n");
}

/// Text as XML: what has a meaning there is escaped, what XML 1.0 has no place for becomes `�`.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            '\n' | '\t' => out.push(c),
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_xml_reads_otherwise_is_escaped() {
        assert_eq!(
            super::escaped("a < b && \"c\" > 'd'\r\n\t\0\u{1b}[0m\u{ffff}ü"),
            "a &lt; b &amp;&amp; &quot;c&quot; &gt; 'd'&#13;\n\t\u{fffd}\u{fffd}[0m\u{fffd}ü"
        );
    }
}
