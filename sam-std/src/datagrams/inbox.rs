//! Datagrams that came on the control socket, until somebody takes them.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sam_core::Style;
use sam_core::header::CountedReceived;

use super::received::{Dropped, Received};
use crate::error::{Error, Result};
use crate::session::Wake;

/// How many datagrams wait at the most.
const MAX_WAITING: usize = 64;

/// More than any datagram has, in bytes.
const MAX_LEN: usize = 64 * 1024;

/// What a session has received and nobody has taken.
pub(crate) struct Inbox {
    style: Style,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Datagram>,
    dropped: Dropped,
    ended: bool,
    read_timeout: Option<Duration>,
}

/// A datagram, or the part of it that is there.
pub(crate) struct Datagram {
    pub(super) about: Received,
    pub(super) payload: Vec<u8>,
    filled: usize,
}

impl Inbox {
    pub(super) fn new(style: Style) -> Self {
        Self {
            style,
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Memory for a datagram whose payload follows; `None` if it is to be dropped.
    pub(crate) fn begin(&self, header: CountedReceived<'_>) -> Option<Datagram> {
        let about = Received::counted(header, self.style).filter(|_| header.size <= MAX_LEN);
        let mut state = self.lock();
        match about {
            None => state.dropped.malformed += 1,
            Some(_) if state.waiting.len() >= MAX_WAITING => state.dropped.overflow += 1,
            Some(about) => {
                return Some(Datagram {
                    about,
                    payload: vec![0; header.size],
                    filled: 0,
                });
            }
        }
        None
    }

    /// Counts a datagram whose header makes no sense.
    pub(crate) fn drop_malformed(&self) {
        self.lock().dropped.malformed += 1;
    }

    /// Takes in a datagram that is all there.
    pub(crate) fn put(&self, datagram: Datagram) {
        self.lock().waiting.push_back(datagram);
        self.changed.notify_one();
    }

    /// Waits for a datagram; what came before the end of the session is still given out.
    pub(super) fn next(&self, end: Option<Instant>) -> Result<Datagram> {
        let mut state = self.lock();
        loop {
            if let Some(datagram) = state.waiting.pop_front() {
                return Ok(datagram);
            }
            if state.ended {
                return Err(Error::SessionEnded);
            }
            let Some(end) = end else {
                let woken = self.changed.wait(state);
                state = woken.unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Error::TimedOut);
            }
            let woken = self.changed.wait_timeout(state, left);
            (state, _) = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }

    pub(super) fn dropped(&self) -> Dropped {
        self.lock().dropped
    }

    pub(super) fn read_timeout(&self) -> Option<Duration> {
        self.lock().read_timeout
    }

    pub(super) fn set_read_timeout(&self, limit: Option<Duration>) {
        self.lock().read_timeout = limit;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Inbox {
    fn wake(&self) {
        self.lock().ended = true;
        self.changed.notify_all();
    }
}

impl Datagram {
    /// Room for what has not come yet.
    pub(crate) fn room(&mut self) -> &mut [u8] {
        self.payload.get_mut(self.filled..).unwrap_or_default()
    }

    /// Takes what has come, as much as there is room for.
    pub(crate) fn take(&mut self, came: &[u8]) {
        let room = self.room().iter_mut();
        let taken = room.zip(came).map(|(to, from)| *to = *from).count();
        self.filled += taken;
    }

    /// Says that so many bytes were put into [`Self::room`].
    pub(crate) const fn filled(&mut self, count: usize) {
        self.filled += count;
    }
}
