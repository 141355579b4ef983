//! The threads of a bridge, so that it can wait for their end.

use std::io;
use std::sync::Mutex;
use std::thread::{self, JoinHandle};

use super::lock::lock;

/// The most threads, and so the most clients, at a time.
const MAX_THREADS: usize = 8192;

/// Small, because there is one for each socket and none calls deeply.
const STACK_BYTES: usize = 256 * 1024;

/// Every thread that works for a bridge, but the one that listens.
#[derive(Debug, Default)]
pub(super) struct Threads(Mutex<Vec<JoinHandle<()>>>);

impl Threads {
    /// Runs `work` in a thread of its own.
    pub(super) fn spawn(&self, name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let mut handles = lock(&self.0);
        // Only before the vector would grow, which makes it cheap on average.
        if handles.len() == handles.capacity() || handles.len() >= MAX_THREADS {
            handles.retain(|handle| !handle.is_finished());
        }
        if handles.len() >= MAX_THREADS {
            return Err(io::ErrorKind::QuotaExceeded.into());
        }
        let builder = thread::Builder::new().name(name.to_owned());
        handles.push(builder.stack_size(STACK_BYTES).spawn(work)?);
        Ok(())
    }

    /// Waits until all have ended, those included that are started meanwhile.
    pub(super) fn join(&self) {
        loop {
            let handles = std::mem::take(&mut *lock(&self.0));
            if handles.is_empty() {
                return;
            }
            for handle in handles {
                // A panic has been reported already; it ends with the client it happened for.
                let _ = handle.join();
            }
        }
    }
}
