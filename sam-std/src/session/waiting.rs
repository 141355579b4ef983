//! Sockets whose readers are woken when the session ends.

use std::mem;
use std::net::Shutdown;
use std::sync::Arc;

use super::control::Control;
use crate::dial::Transport;
use crate::error::{Error, Result};

/// A socket whose readers can be woken for good.
pub(crate) trait Wake: Send + Sync {
    fn wake(&self);
}

impl<T: Transport> Wake for T {
    fn wake(&self) {
        let _ = self.shutdown(Shutdown::Both);
    }
}

impl<T: Transport> Control<T> {
    /// Wakes the readers of a socket when the session ends; until the guard drops.
    pub(super) fn wake_at_end<W: Wake + 'static>(&self, socket: &Arc<W>) -> Result<Waiting<'_, T>> {
        let mut state = self.lock();
        if state.ended {
            return Err(Error::SessionEnded);
        }
        let number = state.next_waiting;
        state.next_waiting += 1;
        let socket: Arc<W> = Arc::clone(socket);
        state.waiting.insert(number, socket);
        Ok(Waiting {
            control: self,
            number,
        })
    }
}

/// A socket whose readers are woken when the session ends.
pub(super) struct Waiting<'c, T: Transport> {
    control: &'c Control<T>,
    number: u64,
}

impl<T: Transport> Waiting<'_, T> {
    /// Keeps it so as long as the session lasts.
    pub(super) fn for_good(self) {
        mem::forget(self);
    }
}

impl<T: Transport> Drop for Waiting<'_, T> {
    fn drop(&mut self) {
        self.control.lock().waiting.remove(&self.number);
    }
}
