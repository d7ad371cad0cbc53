//! Where the program does otherwise than DESIGN.md says, or it is silent, and nothing is settled yet:
//! here the oracle does as the program does, so that all else can be compared. Each is one line to turn.

/// "In arrival order": a starter that waited while a life was forgotten, begins the next one and is kept
/// by its initial state would stay in its place among what waits. The kernel puts it last.
pub const A_KEPT_STARTER_GOES_LAST: bool = false;

/// An ordering is violated where an instance is parked or unfinished; the explorer says so too where one
/// never started and messages are deferred for it.
pub const NEVER_STARTED_IS_VIOLATED: bool = true;

/// In an ordering's text, messages that are alike bear the number of the first of them; else each its own.
pub const ALIKE_SHARE_A_NUMBER: bool = true;

/// Under `causal` with several processes the explorer takes no two messages for alike, also where
/// `alike: true` and they are interchangeable.
pub const CAUSES_OF_SEVERAL_TELL_ALIKE_APART: bool = false;
