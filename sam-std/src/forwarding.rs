//! Peers handed to a listening socket.

use std::fmt;
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use sam_core::Forward;
use sam_core::value::Excerpt;

use crate::conversation::Conversation;
use crate::dial::Transport;
use crate::error::Result;

/// Peers handed to a listening socket of this program, as long as this value lives.
///
/// A thread named `sam-forward` answers the router's PING meanwhile.
pub struct Forwarding<T: Transport = std::net::TcpStream> {
    transport: Arc<T>,
    is_active: Arc<AtomicBool>,
}

impl<T: Transport> Forwarding<T> {
    pub(crate) fn new(asked: Conversation<Forward<'_>, T>) -> Result<Self> {
        let mut kept = asked.then(Forward::into_keeper);
        let transport = Arc::clone(kept.transport());
        let is_active = Arc::new(AtomicBool::new(true));
        let tell = Arc::clone(&is_active);
        thread::Builder::new()
            .name("sam-forward".into())
            .spawn(move || {
                while let Ok(Some(_)) = kept.next() {
                    log::debug!(
                        "the router said on a forward: {}",
                        Excerpt::new(kept.last_line())
                    );
                }
                tell.store(false, Ordering::Release);
            })?;
        Ok(Self {
            transport,
            is_active,
        })
    }

    /// Whether the router still forwards, as far as its socket tells.
    pub fn is_active(&self) -> bool {
        self.is_active.load(Ordering::Acquire)
    }
}

impl<T: Transport> Drop for Forwarding<T> {
    fn drop(&mut self) {
        let _ = self.transport.shutdown(Shutdown::Both);
    }
}

impl<T: Transport> fmt::Debug for Forwarding<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Forwarding")
            .field("is_active", &self.is_active())
            .finish_non_exhaustive()
    }
}
