//! What has nothing in common that changes, done side by side.

use crate::error::Result;
use rayon::iter::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};
use rayon::{ThreadPoolBuilder, Yield, current_thread_index, in_place_scope, scope, yield_now};
use std::cell::Cell;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

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
    if threads < 2 {
        return (here(), there());
    }
    let (mut other, done) = (None, AtomicBool::new(false));
    let one = scope(|scope| {
        scope.spawn(|_| {
            other = Some(waited_for(there));
            done.store(true, Ordering::Release);
        });
        let one = here();
        soon(|| done.load(Ordering::Acquire));
        one
    });
    (one, other.expect("a scope ends when all in it has ended"))
}

/// Does the same with each, side by side where there are several threads.
pub(super) fn each<T: Sync, R: Send>(
    threads: usize,
    all: &[T],
    does: impl Fn(&T) -> R + Sync + Send,
) -> Vec<R> {
    if threads < 2 { all.iter().map(does).collect() } else { all.par_iter().map(does).collect() }
}

/// What there is to say of those of a range of worlds of which there is anything, in their order.
pub(super) fn each_some<T: Send>(
    threads: usize,
    worlds: Range<usize>,
    what: impl Fn(usize) -> Option<T> + Sync + Send,
) -> Vec<T> {
    match worth(threads, worlds.len() / 16) {
        1 => worlds.filter_map(what).collect(),
        _ => worlds.into_par_iter().filter_map(what).collect(),
    }
}

/// Does something with each of as many as there are threads.
pub(super) fn each_of<T: Send>(all: impl ExactSizeIterator<Item = T> + Send, does: impl Fn(T) + Sync) {
    if all.len() < 2 {
        return all.for_each(does);
    }
    let left = AtomicUsize::new(all.len());
    let (does, left) = (&does, &left);
    scope(|scope| {
        all.for_each(|one| {
            scope.spawn(move |_| {
                waited_for(|| does(one));
                left.fetch_sub(1, Ordering::Release);
            });
        });
        soon(|| left.load(Ordering::Acquire) == 0);
    });
}

/// Stays awake for what is most likely done soon, and does meanwhile what others have to do: to fall asleep and to be woken up
/// takes longer. Not for ever; what calls this waits then.
fn soon(is_done: impl Fn() -> bool) {
    const OFTEN: usize = 1000;
    for _ in 0..OFTEN {
        if is_done() {
            return;
        }
        if yield_now() != Some(Yield::Executed) {
            thread::yield_now();
        }
    }
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

thread_local! {
    /// Somebody waits for what this thread does.
    static IS_WAITED_FOR: Cell<bool> = const { Cell::new(false) };
}

/// Does what somebody waits for.
fn waited_for<R>(what: impl FnOnce() -> R) -> R {
    let before = IS_WAITED_FOR.replace(true);
    let done = what();
    IS_WAITED_FOR.set(before);
    done
}

/// Says that there is something for other threads to do.
pub(super) type Wake<'a> = dyn FnMut() + Send + 'a;

/// Keeps other threads awake, from when they are asked to, until something is done in which there is again and again nothing for
/// them to do, and each time for a moment only: to wake one up takes longer than that. They look for something to do all the time,
/// and let everybody else go before.
pub(super) fn awake<R>(threads: usize, what: impl FnOnce(&mut Wake) -> R) -> R {
    /// So many are kept awake: more would find little to do.
    const MOST: usize = 4;
    /// It is over however that comes about.
    struct Over<'a>(&'a AtomicBool);
    impl Drop for Over<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Release);
        }
    }
    if threads < 2 {
        return what(&mut || {});
    }
    let (over, here, mut asked) = (AtomicBool::new(false), current_thread_index(), false);
    in_place_scope(|scope| {
        let _over = Over(&over);
        what(&mut || {
            if !std::mem::replace(&mut asked, true) {
                scope.spawn_broadcast(|_, thread| {
                    // Mostly a thread hears of this before it takes what others have to do. One that has taken something, and
                    // hears of it when it looks for more, would never come back to those who wait.
                    let is_free = !IS_WAITED_FOR.get();
                    let stays = is_free && thread.index() < MOST && Some(thread.index()) != here;
                    while stays && !over.load(Ordering::Acquire) {
                        if yield_now() != Some(Yield::Executed) {
                            thread::yield_now();
                        }
                    }
                });
            }
        })
    })
}

/// Takes what others have to do, as long as there is anything that nobody has taken.
pub(super) fn help(threads: usize) {
    while threads > 1 && yield_now() == Some(Yield::Executed) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    fn soon_or_later(is_so: &AtomicBool) {
        while !is_so.load(Ordering::Acquire) {
            thread::yield_now();
        }
    }

    /// What the other thread does is waited for; it hears that it should stay awake only when it looks for more to do.
    fn wakes_one_that_is_waited_for() {
        let (has_begun, is_awake) = (AtomicBool::new(false), AtomicBool::new(false));
        awake(2, |wake| {
            let here = || {
                soon_or_later(&has_begun);
                wake();
                is_awake.store(true, Ordering::Release);
            };
            let there = || {
                has_begun.store(true, Ordering::Release);
                soon_or_later(&is_awake);
                help(2);
            };
            both(2, here, there)
        });
    }

    #[test]
    fn who_is_waited_for_comes_back() {
        let (done, is_done) = channel();
        thread::spawn(move || {
            let all = || {
                wakes_one_that_is_waited_for();
                Ok(())
            };
            with_threads(2, all).expect("it cannot fail");
            done.send(())
        });
        is_done.recv_timeout(Duration::from_secs(60)).expect("nobody waits for ever");
    }
}
