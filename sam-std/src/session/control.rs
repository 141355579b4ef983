//! The session's own socket: one thread reads it, any thread may ask on it.

use std::collections::HashMap;
use std::io;
use std::mem;
use std::net::Shutdown;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use sam_core::client::Inquiry;
use sam_core::error::Malformed;
use sam_core::value::Excerpt;
use sam_core::{Connection, Error as CoreError, Event, Session, Step, Writer};
use zeroize::Zeroizing;

use crate::answer::Answer;
use crate::conversation::{Buffer, Conversation};
use crate::dial::Transport;
use crate::error::{Error, Result};

/// The control socket of a session.
///
/// The connection is never locked while anything is read, so a question can be asked while the
/// keeper thread waits for the router.
pub(super) struct Control<T> {
    transport: Arc<T>,
    state: Mutex<State>,
    changed: Condvar,
}

/// A socket whose readers can be woken for good.
pub(crate) trait Wake: Send + Sync {
    fn wake(&self);
}

impl<T: Transport> Wake for T {
    fn wake(&self) {
        let _ = self.shutdown(Shutdown::Both);
    }
}

struct State {
    connection: Connection<Session, Buffer>,
    /// A thread waits for an answer, or takes it.
    asking: bool,
    answer: Option<Result<Answer>>,
    ended: bool,
    /// Sockets whose readers are to be woken when the session ends.
    waiting: HashMap<u64, Arc<dyn Wake>>,
    next_waiting: u64,
}

impl<T: Transport> Control<T> {
    /// Starts the keeper of a session that is online.
    pub(super) fn start(created: Conversation<Session, T>) -> Result<Arc<Self>> {
        let (connection, transport) = created.into_parts();
        transport.set_read_timeout(None)?;
        let state = State {
            connection,
            asking: false,
            answer: None,
            ended: false,
            waiting: HashMap::new(),
            next_waiting: 0,
        };
        let control = Arc::new(Self {
            transport,
            state: Mutex::new(state),
            changed: Condvar::new(),
        });
        let kept = Arc::clone(&control);
        thread::Builder::new()
            .name("sam-session".into())
            .spawn(move || {
                let _at_last = EndAtLast(&kept);
                kept.keep();
            })?;
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
        waited.inspect_err(|_| {
            let _ = state.connection.request(|session, _| {
                session.ask().abandon();
                Ok(())
            });
        })?;
        state.answer.take().unwrap_or(Err(Error::SessionEnded))
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

    pub(super) fn close(&self) {
        // The keeper notices, and does the rest; but nobody has to wait for it.
        let _ = self.transport.shutdown(Shutdown::Both);
        self.end(&mut self.lock());
    }

    /// Reads until the session ends.
    fn keep(&self) {
        // What came together with the line that brought the session online.
        self.drive(&mut self.lock());
        let mut chunk = Zeroizing::new([0; 2048]);
        loop {
            let heard = match self.transport.read(&mut *chunk) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Ok(count) => chunk.get(..count).unwrap_or_default(),
                Err(error) => {
                    log::debug!("the session's socket failed: {error}");
                    &[]
                }
            };
            let mut state = self.lock();
            self.hear(&mut state, heard);
            if state.ended {
                return;
            }
        }
    }

    fn hear(&self, state: &mut State, mut heard: &[u8]) {
        loop {
            let fed = feed(&mut state.connection, heard);
            self.drive(state);
            match fed {
                Ok([]) => return,
                Ok(rest) => heard = rest,
                Err(error) => {
                    log::debug!("the router's line is useless: {error}");
                    return self.end(state);
                }
            }
        }
    }

    /// Does what the connection wants done until it wants to read.
    fn drive(&self, state: &mut State) {
        loop {
            let connection = &mut state.connection;
            match connection.step() {
                Ok(Step::Transmit) => match self.transport.write(connection.pending()) {
                    Ok(count) if count > 0 && connection.transmitted(count).is_ok() => {}
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    _ => return self.end(state),
                },
                Ok(Step::Event(line)) => {
                    let said = connection.last_line();
                    let event = connection.event(line);
                    let told = Answer::new(event.unwrap_or(Event::Noise(Malformed::Syntax)), said);
                    if state.asking && state.answer.is_none() && !connection.machine().is_busy() {
                        state.answer = Some(told);
                        self.changed.notify_all();
                    } else {
                        log::debug!("the router said unasked: {}", Excerpt::new(said));
                    }
                }
                Ok(Step::Receive) => return,
                Ok(Step::Payload(_) | Step::Done) | Err(_) => return self.end(state),
            }
        }
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

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts as many bytes into the connection as it has room for; no bytes are the end.
fn feed<'b>(
    connection: &mut Connection<Session, Buffer>,
    bytes: &'b [u8],
) -> Result<&'b [u8], CoreError> {
    let room = connection.spare()?;
    let (now, later) = bytes.split_at(bytes.len().min(room.len()));
    room[..now.len()].copy_from_slice(now);
    connection.received(now.len())?;
    Ok(later)
}

/// Ends the session with its keeper, even if that panics (in a logger, say): without a keeper
/// nobody who waits would ever be woken.
struct EndAtLast<'c, T: Transport>(&'c Control<T>);

impl<T: Transport> Drop for EndAtLast<'_, T> {
    fn drop(&mut self) {
        self.0.close();
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
