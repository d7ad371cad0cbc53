//! Floor 6: what is right as it is written, and probably not as it is meant.
//!
//! ```text
//! Workspace    the files that are looked at
//! Course       where an instance of a definition can be, and which alarms are armed there
//! lint         one small file for each sort of doubt, each answers its findings
//! allow        takes away what the files allow, and finds what they allow in vain
//! ```
//!
//! Nothing is run: a finding says what the text of a definition makes possible, not what happens. Knows
//! nothing of files, flags or printing. Read `course.rs` first, then any of the others; a new lint is a
//! file, a number in `span::Mistake`, a line in [`lint`] and a story in `report/explain/lint.txt`.

mod alarms;
mod allow;
mod course;
mod ends;
mod finding;
mod messages;
mod names;
mod reach;
mod regions;
mod services;
mod wakes;
mod way_back;

pub use finding::Finding;

use crate::process::workspace_file::WorkspaceFile;
use crate::process::{Definition, Service};
use course::Course;
use std::rc::Rc;
use std::sync::Arc;

/// What is looked at.
#[derive(Debug, Clone, Default)]
pub struct Workspace {
    pub file: Rc<WorkspaceFile>,
    /// Every version.
    pub definitions: Vec<Arc<Definition>>,
    pub services: Vec<Arc<Service>>,
    /// False: these are some files of a larger whole, so nothing is known of what others say and hear.
    pub whole: bool,
}

/// All findings that no file allows, file by file, in the order of their places.
pub fn lint(workspace: &Workspace) -> Vec<Finding> {
    let mut found = Vec::new();
    // A part is looked at where it is used: only there it has a beginning.
    for definition in workspace.definitions.iter().filter(|definition| !definition.starts_on.is_empty()) {
        let machines = regions::machines(definition);
        let courses: Vec<Course> = machines.iter().map(Course::of).collect();
        found.extend(regions::never_wakes(&courses));
        found.extend(regions::shared_members(definition, &machines));
        let joins_end = definition.joins.iter().any(|join| join.end.is_some());
        for course in &courses {
            found.extend(alarms::stray_rings(course, definition));
            found.extend(alarms::unheard(course.definition, definition));
            if !joins_end {
                found.extend(ends::no_way_to_end(course));
            }
            found.extend(reach::unreachable_states(course));
            found.extend(reach::dead_answers(course));
            found.extend(way_back::no_way_back(course));
        }
    }
    for service in &workspace.services {
        found.extend(services::commands(service));
    }
    if workspace.whole {
        found.extend(messages::nobody_says(workspace));
        found.extend(messages::nobody_hears(workspace));
        found.extend(messages::nobody_answers(workspace));
        found.extend(services::circles(workspace));
        found.extend(names::two_of_one_name(workspace));
    }
    found.extend(names::crud_names(workspace));
    let mut found = allow::left(found, workspace);
    found.sort_by(|a, b| a.place().cmp(&b.place()));
    found
}
