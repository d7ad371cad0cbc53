//! What has nothing in common that changes, done side by side.

use crate::error::Result;
use rayon::iter::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};
use rayon::{ThreadPoolBuilder, join, scope};
use std::ops::Range;

/// So few worlds are not worth a thread, but where all is tried.
const FEW: usize = if cfg!(debug_assertions) { 1 } else { 256 };
/// What the deepest expression takes is known, and fits in a stack like the one that a program has.
pub const STACK: usize = 8 << 20;

/// How many threads so many worlds are worth.
pub(super) fn worth(threads: usize, worlds: usize) -> usize {
    if worlds < FEW { 1 } else { threads }
}

/// Does both, side by side where there are several threads.
pub(super) fn both<A: Send, B: Send>(
    threads: usize,
    here: impl FnOnce() -> A + Send,
    there: impl FnOnce() -> B + Send,
) -> (A, B) {
    if threads < 2 { (here(), there()) } else { join(here, there) }
}

/// Does the same with each, side by side where there are several threads.
pub(super) fn each<T: Sync, R: Send>(
    threads: usize,
    all: &[T],
    does: impl Fn(&T) -> R + Sync + Send,
) -> Vec<R> {
    if threads < 2 { all.iter().map(does).collect() } else { all.par_iter().map(does).collect() }
}

/// Those of a range of worlds of which something is so.
pub(super) fn each_share(
    threads: usize,
    worlds: Range<usize>,
    is_so: impl Fn(usize) -> bool + Sync + Send,
) -> Vec<usize> {
    if worth(threads, worlds.len() / 16) < 2 {
        return worlds.filter(|&world| is_so(world)).collect();
    }
    worlds.into_par_iter().filter(|&world| is_so(world)).collect()
}

/// Does something with each of as many as there are threads.
pub(super) fn each_of<T: Send>(all: impl ExactSizeIterator<Item = T> + Send, does: impl Fn(T) + Sync) {
    if all.len() < 2 {
        return all.for_each(does);
    }
    let does = &does;
    scope(|scope| all.for_each(|one| scope.spawn(move |_| does(one))));
}

/// Has so many threads at hand while something is done.
pub(super) fn with_threads<T: Send>(threads: usize, what: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    let pool = (threads > 1).then(|| ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK).build());
    match pool {
        Some(Ok(pool)) => pool.install(what),
        // The machine has none to spare: then one does it all.
        Some(Err(_)) | None => what(),
    }
}
