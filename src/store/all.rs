//! Many batches one after the other: while some are synced the next are written, and the one behind them made ready. What
//! was written meanwhile is synced together. Each is answered when it is durable, in order.

use super::append::{self, Appended, Guard, Written};
use super::made::Made;
use super::ready::Ready;
use super::store::Store;
use crate::error::{Error, Result};
use crate::event::Message;
use std::borrow::Borrow;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};

/// So many batches at most are written while others are synced, beside the one that is being written.
const WRITTEN: usize = 4;

impl Store {
    /// Appends what was made ready, and has `answer` told of each when it is durable, as [`Store::commit`] answers, or
    /// without `look_for_ids`, [`Store::commit_new`].
    ///
    /// Errors: the first of what comes, of an append, of a sync, and of `answer`. What came before it is answered, but
    /// for what was synced together with it; of what came behind it a few may be in the log, as after a crash: whoever
    /// asks again with the same ids is told.
    pub fn commit_all<M: Borrow<Message> + Send + 'static, E: From<Error>>(
        &self,
        all: Made<Result<Ready<M>>>,
        look_for_ids: bool,
        mut answer: impl FnMut(Vec<Vec<M>>, Appended) -> Result<(), E>,
    ) -> Result<(), E> {
        let (send, written) = sync_channel(WRITTEN);
        let store = self.clone();
        let ended = Arc::new(Mutex::new(false));
        let end = ended.clone();
        let writer = std::thread::spawn(move || {
            for ready in all {
                let ended = ended.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                if *ended {
                    break;
                }
                let next = ready.and_then(|ready| append::write(&store, ready, Guard::None, look_for_ids));
                drop(ended);
                let wrong = next.is_err();
                if send.send(next).is_err() || wrong {
                    break;
                }
            }
        });
        let result = written.iter().try_for_each(|next| -> Result<(), E> {
            let mut together: Vec<Written<M>> = vec![next?];
            let mut wrong = None;
            for next in written.try_iter() {
                match next {
                    Ok(next) => together.push(next),
                    Err(error) => wrong = Some(error),
                }
            }
            for (batches, appended) in append::sync(together)? {
                answer(batches, appended)?;
            }
            wrong.map_or(Ok(()), |error: Error| Err(error.into()))
        });
        // What is being written is waited for, and nothing is written behind it; what is to come may be long in coming.
        *end.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = true;
        result?;
        // It has come to its end, or else it or what it takes from did not: then all is not well, whatever was answered.
        writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok(())
    }
}
