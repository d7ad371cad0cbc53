//! Indexes that are extended by a thread of their own, while whoever appends goes on: what they do not cover yet is
//! remembered meanwhile (`known.rs`). One thread for each log at a time, and none outlives the store: half a cache
//! would stay behind.

use super::lookup::Asked;
use super::medium::Medium;
use super::tail;
use crate::event::Name;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{Builder, JoinHandle};

#[derive(Default)]
pub(super) struct Aside(Mutex<BTreeMap<Name, JoinHandle<()>>>);

impl Aside {
    fn threads(&self) -> MutexGuard<'_, BTreeMap<Name, JoinHandle<()>>> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Begins to extend the index of a log, unless somebody is at it.
    pub fn begin(&self, medium: Arc<dyn Medium>, module: &str, behind: u64) {
        let mut threads = self.threads();
        if !threads.contains_key(module) {
            let name = Name::from(module);
            let work = move || extend(&*medium, &name, behind);
            // Without a thread it stays as it is, until there is one.
            if let Ok(thread) = Builder::new().spawn(work) {
                threads.insert(Name::from(module), thread);
            }
        }
    }

    pub fn is_at_it(&self, module: &str) -> bool {
        self.threads().get(module).is_some_and(|thread| !thread.is_finished())
    }

    /// Waits until nobody is at it.
    pub fn wait(&self, module: &str) {
        let thread = self.threads().remove(module);
        // An index that could not be made is none.
        thread.map(JoinHandle::join);
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        for (_, thread) in std::mem::take(&mut *self.threads()) {
            let _ = thread.join();
        }
    }
}

fn extend(medium: &dyn Medium, module: &str, behind: u64) {
    if let Ok(Some(bytes)) = medium.open(module)
        && let Ok(tail) = tail::seen(&*bytes, module)
    {
        Asked { medium, module, bytes: &*bytes, end: tail.len, behind }.extend();
    }
}
