//! What the files allow is taken away; what they allow in vain is found.

use super::Workspace;
use super::finding::Finding;
use crate::process::Allow;
use crate::span::{Mistake, Source, listed};
use std::sync::Arc;

/// The findings that no file allows, and one for each `allow` that allows nothing. A file speaks for what is
/// found in it.
pub fn left(found: Vec<Finding>, workspace: &Workspace) -> Vec<Finding> {
    let processes = workspace.definitions.iter().map(|definition| (&definition.source, &definition.allows));
    let services = workspace.services.iter().map(|service| (&service.source, &service.allows));
    let file = workspace.file.source.iter().map(|source| (source, &workspace.file.allows));
    let allows: Vec<(&Arc<Source>, &Allow)> = file
        .chain(processes)
        .chain(services)
        .flat_map(|(source, allows)| allows.iter().map(move |allow| (source, allow)))
        .collect();
    let mut idle = vec![true; allows.len()];
    let mut left: Vec<Finding> = Vec::new();
    for finding in found {
        let mut meant = false;
        for (idle, (source, allow)) in idle.iter_mut().zip(&allows) {
            if source.name == finding.diagnostic.source.name && covers(allow, &finding) {
                (*idle, meant) = (false, true);
            }
        }
        if !meant {
            left.push(finding);
        }
    }
    let in_vain = allows.iter().zip(&idle).filter(|(_, idle)| **idle).map(|(allow, _)| allow);
    left.extend(in_vain.filter(|(_, allow)| workspace.whole || !asks_the_whole(allow.lint)).map(
        |(source, allow)| {
            let name = allow.lint.lint().expect("only what has a name is allowed");
            let what = match &allow.within[..] {
                [] => format!("nothing in this file is found by {name}"),
                some => format!("{name} finds nothing in {}", listed(some.iter().map(|name| &**name))),
            };
            Finding::new(Mistake::IdleAllow, (source, allow.span), what, &[])
                .hint("take it out, so that the next finding is not hidden by it")
        },
    ));
    left
}

fn covers(allow: &Allow, finding: &Finding) -> bool {
    let here = allow.within.is_empty() || allow.within.iter().any(|name| finding.about.contains(name));
    allow.lint == finding.mistake() && here
}

/// Whether only the whole workspace can tell: where a part of it is looked at, nothing is said of them.
fn asks_the_whole(lint: Mistake) -> bool {
    use Mistake::*;
    matches!(lint, NobodySays | NobodyHears | NobodyAnswers | ServicesInACircle | TwoOfOneName)
}
