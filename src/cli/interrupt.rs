//! Ctrl-C, for verbs that have something to say or to put down before they end.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

/// Somebody pressed Ctrl-C.
static ASKED: AtomicBool = AtomicBool::new(false);

/// From here on the first Ctrl-C only asks; a second one ends the program.
pub(super) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let asked = || {
            if ASKED.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
        };
        // Without a handler Ctrl-C ends the program, as everywhere.
        let _ = ctrlc::set_handler(asked);
    });
}

/// Whether somebody has asked for an end.
pub(super) fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}
