//! What `test` has found, as JUnit's XML, which build servers read: a suite for each file, a case for each
//! spec.

use super::spec::{differences, processes, prose, subject};
use crate::spec::{Failure, Tested};
use std::fmt::Write;

pub fn xml(tested: &[Tested]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let all: Vec<&Tested> = tested.iter().collect();
    suite(&mut out, 0, "testsuites", "anyorder test", &all);
    let mut files: Vec<&str> = Vec::new();
    for one in tested {
        if !files.contains(&&*one.spec.source.name) {
            files.push(&one.spec.source.name);
        }
    }
    for file in files {
        let cases: Vec<&Tested> = tested.iter().filter(|one| one.spec.source.name == file).collect();
        suite(&mut out, 2, "testsuite", file, &cases);
        cases.iter().for_each(|one| case(&mut out, one));
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn suite(out: &mut String, indent: usize, element: &str, name: &str, cases: &[&Tested]) {
    let failed = cases.iter().filter(|one| !one.holds()).count();
    let (name, tests) = (escaped(name), cases.len());
    let head = format!("<{element} name=\"{name}\" tests=\"{tests}\" failures=\"{failed}\" errors=\"0\">");
    let _ = writeln!(out, "{:indent$}{head}", "");
}

fn case(out: &mut String, tested: &Tested) {
    let spec = tested.spec;
    let (line, _) = spec.source.line_column(spec.span.start);
    let (name, class, file) = (escaped(&spec.name), escaped(&processes(spec)), escaped(&spec.source.name));
    let head = format!("<testcase name=\"{name}\" classname=\"{class}\" file=\"{file}\" line=\"{line}\"");
    if tested.holds() {
        let _ = writeln!(out, "    {head}/>");
        return;
    }
    let one = |failure: &Failure| {
        let (expected, actual): (Vec<_>, Vec<_>) = (failure.expected().collect(), failure.actual().collect());
        let (expected, actual) = (expected.join(", "), actual.join(", "));
        format!("{}: expected {expected}, actual {actual}", subject(tested, failure))
    };
    let message = tested.failures.iter().map(one).collect::<Vec<_>>().join("; ");
    let whole = format!("{}\n{}", prose(tested), differences(tested));
    let _ = writeln!(out, "    {head}>");
    let _ = writeln!(out, "      <failure message=\"{}\">{}</failure>", escaped(&message), escaped(&whole));
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
