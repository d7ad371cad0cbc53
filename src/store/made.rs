//! What a thread of its own makes ahead of whoever takes it.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// One after the other, in order. It ends when the thread has; if that was a bug, it is raised where the rest is missed:
/// else what was made before would be taken for all.
pub struct Made<T> {
    made: Receiver<T>,
    /// None: it is known how it ended.
    maker: Option<JoinHandle<()>>,
}

impl<T: Send + 'static> Made<T> {
    /// So many wait to be taken, beside the one that is being made. The thread is to end when nobody takes any more; one
    /// that waits for something else ends with the program.
    pub fn ahead(room: usize, make: impl FnOnce(&SyncSender<T>) + Send + 'static) -> Made<T> {
        let (send, made) = sync_channel(room);
        let maker = std::thread::spawn(move || make(&send));
        Made { made, maker: Some(maker) }
    }

    /// The next one, if it comes in time. None: not yet, or never.
    pub fn next_within(&mut self, time: Duration) -> Option<T> {
        match self.made.recv_timeout(time) {
            Ok(next) => Some(next),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => self.ended(),
        }
    }

    fn ended(&mut self) -> Option<T> {
        if let Some(maker) = self.maker.take() {
            maker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
        None
    }
}

impl<T: Send + 'static> Iterator for Made<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.made.recv().ok().or_else(|| self.ended())
    }
}
