//! No test hangs.

use std::panic;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// Longer than any test takes.
const LIMIT: Duration = Duration::from_secs(15);

/// Runs a test, which fails if it has not ended in time.
pub(crate) fn bounded<R: Send + 'static>(test: impl FnOnce() -> R + Send + 'static) -> R {
    let (done, ended) = mpsc::channel();
    let running = thread::spawn(move || {
        let result = test();
        let _ = done.send(());
        result
    });
    if ended.recv_timeout(LIMIT) == Err(RecvTimeoutError::Timeout) {
        panic!("still running after {LIMIT:?}");
    }
    running
        .join()
        .unwrap_or_else(|panic| panic::resume_unwind(panic))
}
