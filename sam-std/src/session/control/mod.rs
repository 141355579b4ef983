//! The session's own socket: one thread reads it, any thread may ask on it.

mod keeper;
mod sending;

use std::collections::HashMap;
use std::mem;
use std::net::Shutdown;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sam_core::client::{ControlDatagrams, Inquiry};
use sam_core::{Connection, Error as CoreError, SessionId, Writer};

use super::waiting::Wake;
use crate::answer::Answer;
use crate::conversation::{Buffer, Conversation};
use crate::datagrams::{Datagram, Inbox};
use crate::dial::Transport;
use crate::error::{Error, Result};

/// The control socket of a session.
///
/// The connection is never locked while anything is read, so a question can be asked while the
/// keeper thread waits for the router.
pub(super) struct Control<T> {
    transport: Arc<T>,
    /// Where datagrams go, if this is a session for them.
    inbox: Option<Arc<Inbox>>,
    state: Mutex<State>,
    changed: Condvar,
    /// The datagram that leaves.
    sending: Mutex<Vec<u8>>,
}

pub(super) struct State {
    connection: Connection<ControlDatagrams, Buffer>,
    /// A thread waits for an answer, or takes it.
    asking: bool,
    answer: Option<Result<Answer>>,
    /// Subsessions to be removed once nobody asks.
    leaving: Vec<SessionId>,
    pub(super) ended: bool,
    /// A thread writes a datagram; lines wait for it, and leave right behind.
    writing: bool,
    /// When a line left last.
    said: Instant,
    /// The datagram that comes, unless the keeper has it, who reads into it.
    arriving: Option<Datagram>,
    /// Sockets whose readers are to be woken when the session ends.
    pub(super) waiting: HashMap<u64, Arc<dyn Wake>>,
    pub(super) next_waiting: u64,
}

impl<T: Transport> Control<T> {
    /// Starts the keeper of a session that is online.
    pub(super) fn start(
        created: Conversation<ControlDatagrams, T>,
        inbox: Option<Arc<Inbox>>,
    ) -> Result<Arc<Self>> {
        let (connection, transport) = created.into_parts();
        transport.set_read_timeout(None)?;
        let state = State {
            connection,
            asking: false,
            answer: None,
            leaving: Vec::new(),
            ended: false,
            writing: false,
            said: Instant::now(),
            arriving: None,
            waiting: HashMap::new(),
            next_waiting: 0,
        };
        let control = Arc::new(Self {
            transport,
            inbox,
            state: Mutex::new(state),
            changed: Condvar::new(),
            sending: Mutex::default(),
        });
        control.start_keeper()?;
        Ok(control)
    }

    pub(super) fn transport(&self) -> &T {
        &self.transport
    }

    /// Asks the router something and waits for the answer, behind other threads' questions.
    pub(super) fn ask(
        &self,
        patience: Duration,
        say: impl FnOnce(&mut Inquiry, &mut Writer<'_>) -> Result<(), CoreError>,
    ) -> Result<Answer> {
        let end = Instant::now() + patience;
        let (mut state, waited) = self.wait(self.lock(), end, |state| !state.asking);
        waited?;
        if state.ended {
            return Err(Error::SessionEnded);
        }
        state
            .connection
            .request(|session, tx| say(session.ask(), tx))
            .map_err(|error| Error::about(error, &[]))?;
        state.asking = true;
        self.drive(&mut state);
        let (mut state, waited) = self.wait(state, end, |state| state.answer.is_some());
        state.asking = false;
        self.changed.notify_all();
        if waited.is_err() {
            let _ = state.connection.request(|session, _| {
                session.ask().abandon();
                Ok(())
            });
        }
        let answer = state.answer.take();
        self.say_goodbyes(&mut state);
        waited?;
        answer.unwrap_or(Err(Error::SessionEnded))
    }

    /// Removes a subsession without waiting for the answer, nor for other threads' questions.
    pub(super) fn remove(&self, id: &SessionId) {
        let mut state = self.lock();
        state.leaving.push(id.clone());
        if !state.asking {
            self.say_goodbyes(&mut state);
        }
    }

    fn say_goodbyes(&self, state: &mut State) {
        for id in mem::take(&mut state.leaving) {
            if state.ended {
                return;
            }
            let said = state.connection.request(|session, tx| {
                let asking = session.ask();
                asking.remove(&id, tx).inspect(|()| asking.abandon())
            });
            match said {
                Ok(()) => self.drive(state),
                Err(error) => log::debug!("the subsession could not be removed: {error}"),
            }
        }
    }

    /// Waits, unless the session ends meanwhile.
    pub(super) fn sleep(&self, pause: Duration) -> Result<()> {
        match self.wait(self.lock(), Instant::now() + pause, |_| false) {
            (_, Err(Error::TimedOut)) => Ok(()),
            (_, waited) => waited,
        }
    }

    pub(super) fn check_alive(&self) -> Result<()> {
        if self.lock().ended {
            Err(Error::SessionEnded)
        } else {
            Ok(())
        }
    }

    pub(super) fn close(&self) {
        // The keeper notices, and does the rest; but nobody has to wait for it.
        let _ = self.transport.shutdown(Shutdown::Both);
        self.end(&mut self.lock());
    }

    fn end(&self, state: &mut State) {
        state.ended = true;
        let _ = self.transport.shutdown(Shutdown::Both);
        for socket in state.waiting.values() {
            socket.wake();
        }
        self.changed.notify_all();
    }

    /// Waits until `done`, the end of the session, or a point in time.
    ///
    /// The state is never let go of between the last look at it and the return.
    fn wait<'s>(
        &'s self,
        mut state: MutexGuard<'s, State>,
        end: Instant,
        done: impl Fn(&State) -> bool,
    ) -> (MutexGuard<'s, State>, Result<()>) {
        loop {
            if done(&state) {
                return (state, Ok(()));
            }
            if state.ended {
                return (state, Err(Error::SessionEnded));
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return (state, Err(Error::TimedOut));
            }
            let woken = self.changed.wait_timeout(state, left);
            (state, _) = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
