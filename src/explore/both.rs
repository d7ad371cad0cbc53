//! Two things to do that have nothing in common which changes.

use std::thread::scope;

/// So few worlds are not worth a thread, but where all is tried.
const FEW: usize = if cfg!(debug_assertions) { 1 } else { 256 };

/// How many threads so many worlds are worth.
pub(super) fn worth(threads: usize, worlds: usize) -> usize {
    if worlds < FEW { 1 } else { threads }
}

/// Does both, side by side where there are several threads.
pub(super) fn both<A, B: Send>(
    threads: usize,
    here: impl FnOnce() -> A,
    there: impl FnOnce() -> B + Send,
) -> (A, B) {
    if threads < 2 {
        return (here(), there());
    }
    scope(|scope| {
        let there = scope.spawn(there);
        let here = here();
        (here, there.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}
