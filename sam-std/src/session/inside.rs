//! The end of a subsession, whose control socket lives on.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::waiting::Wake;
use crate::error::{Error, Result};

/// What a subsession has of its own.
#[derive(Default)]
pub(super) struct Inside {
    is_removed: AtomicBool,
    /// Sockets whose readers are to be woken when it is removed.
    waiting: Mutex<Vec<Weak<dyn Wake>>>,
}

impl Inside {
    pub(super) fn has_ended(&self) -> bool {
        self.is_removed.load(Ordering::SeqCst)
    }

    /// Wakes whoever waits; `false` if it had ended before.
    pub(super) fn end(&self) -> bool {
        let waiting = self.waiting.lock();
        let mut waiting = waiting.unwrap_or_else(PoisonError::into_inner);
        let was_removed = self.is_removed.swap(true, Ordering::SeqCst);
        for socket in waiting.drain(..).filter_map(|socket| socket.upgrade()) {
            socket.wake();
        }
        !was_removed
    }

    /// Wakes the readers of a socket when this ends, unless it is gone by then.
    pub(super) fn wake_at_end<W: Wake + 'static>(&self, socket: &Arc<W>) -> Result<()> {
        let waiting = self.waiting.lock();
        let mut waiting = waiting.unwrap_or_else(PoisonError::into_inner);
        if self.has_ended() {
            return Err(Error::SessionEnded);
        }
        waiting.retain(|socket| socket.strong_count() > 0);
        let socket: Weak<W> = Arc::downgrade(socket);
        waiting.push(socket);
        Ok(())
    }
}
