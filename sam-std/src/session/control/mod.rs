//! The session's own socket: one thread reads it, any thread may ask on it.

use std::collections::HashMap;
use std::io;
use std::mem;
use std::net::Shutdown;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use sam_core::client::{ControlDatagrams, Inquiry, Told};
use sam_core::error::Malformed;
use sam_core::header::CountedSend;
use sam_core::value::Excerpt;
use sam_core::{Connection, Error as CoreError, Event, SessionId, Step, Writer};
use zeroize::Zeroizing;

use super::waiting::Wake;
use crate::answer::Answer;
use crate::conversation::{Buffer, Conversation};
use crate::datagrams::{Datagram, Inbox};
use crate::dial::Transport;
use crate::error::{Error, Result};

/// How long nothing is written before a datagram and behind it. i2pd forgets what it reads together
/// with a line before, and what it reads together with a datagram's end waits for the next bytes.
/// Nothing tells when it has read one.
const READ_ALONE: Duration = Duration::from_millis(5);

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

    /// Sends a datagram.
    ///
    /// Nothing is locked meanwhile that the keeper needs: a router that does not take this one
    /// before its own are read would wait for ever.
    pub(super) fn send(
        &self,
        say: impl FnOnce(&mut ControlDatagrams, &mut Writer<'_>) -> Result<(), CoreError>,
    ) -> Result<()> {
        let sending = self.sending.lock();
        let mut sending = sending.unwrap_or_else(PoisonError::into_inner);
        sending.resize(CountedSend::MAX_LEN, 0);
        let mut writer = Writer::new(&mut sending);
        let mut state = self.lock();
        if state.ended {
            return Err(Error::SessionEnded);
        }
        state
            .connection
            .request(|machine, _| say(machine, &mut writer))
            .map_err(|error| Error::about(error, &[]))?;
        state.writing = true;
        let said = state.said;
        drop(state);
        thread::sleep(READ_ALONE.saturating_sub(said.elapsed()));
        let has_left = self.write_all(writer.written());
        thread::sleep(READ_ALONE);
        let mut state = self.lock();
        state.writing = false;
        match has_left {
            true => self.drive(&mut state),
            // A part of it may have left.
            false => self.end(&mut state),
        }
        self.changed.notify_all();
        has_left.then_some(()).ok_or(Error::SessionEnded)
    }

    fn write_all(&self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            match self.transport.write(bytes) {
                Ok(count) if count > 0 => bytes = bytes.get(count..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                _ => return false,
            }
        }
        true
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

    /// Reads until the session ends.
    fn keep(&self) {
        // What came together with the line that brought the session online.
        self.drive(&mut self.lock());
        let mut chunk = Zeroizing::new([0; 2048]);
        loop {
            let mut arriving = self.lock().arriving.take();
            let room = match &mut arriving {
                Some(datagram) => datagram.room(),
                None => &mut *chunk,
            };
            let count = match self.transport.read(room) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                    self.lock().arriving = arriving;
                    continue;
                }
                Ok(count) => count,
                Err(error) => {
                    log::debug!("the session's socket failed: {error}");
                    0
                }
            };
            let mut state = match arriving {
                None => self.hear(chunk.get(..count).unwrap_or_default()),
                Some(datagram) => self.hear_payload(datagram, count),
            };
            if state.ended {
                state.arriving = None;
                return;
            }
        }
    }

    fn hear(&self, mut heard: &[u8]) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        loop {
            // What is to be answered stands behind the datagram that leaves.
            while state.writing && !state.connection.pending().is_empty() {
                let woken = self.changed.wait(state);
                state = woken.unwrap_or_else(PoisonError::into_inner);
            }
            let fed = state.feed(heard);
            self.drive(&mut state);
            match fed {
                Ok([]) => return state,
                Ok(rest) => heard = rest,
                Err(error) => {
                    log::debug!("the router's line is useless: {error}");
                    self.end(&mut state);
                    return state;
                }
            }
        }
    }

    /// Takes payload that was read to where it belongs.
    fn hear_payload(&self, mut datagram: Datagram, count: usize) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        datagram.filled(count);
        state.arriving = Some(datagram);
        match state.connection.payload_read(count) {
            Ok(()) => self.pass_on(&mut state),
            Err(_) => self.end(&mut state),
        }
        state
    }

    /// Does what the connection wants done until it wants to read.
    fn drive(&self, state: &mut State) {
        loop {
            self.pass_on(state);
            let connection = &mut state.connection;
            match connection.step() {
                Ok(Step::Transmit) if state.writing => return,
                Ok(Step::Transmit) => match self.transport.write(connection.pending()) {
                    Ok(count) if count > 0 && connection.transmitted(count).is_ok() => {
                        state.said = Instant::now();
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    _ => return self.end(state),
                },
                Ok(Step::Event(line)) => match connection.event(line) {
                    Ok(Told::Datagram(header)) => {
                        let inbox = self.inbox.as_ref();
                        state.arriving = inbox.and_then(|inbox| inbox.begin(header));
                    }
                    Ok(Told::Unreadable(_)) => {
                        if let Some(inbox) = &self.inbox {
                            inbox.drop_malformed();
                        }
                    }
                    told => {
                        let said = connection.last_line();
                        let event = match told {
                            Ok(Told::Other(event)) => event,
                            _ => Event::Noise(Malformed::Syntax),
                        };
                        let answer = Answer::new(event, said);
                        if state.asking && state.answer.is_none() && !connection.machine().is_busy()
                        {
                            state.answer = Some(answer);
                            self.changed.notify_all();
                        } else {
                            log::debug!("the router said unasked: {}", Excerpt::new(said));
                        }
                    }
                },
                Ok(Step::Payload(_)) => {
                    if state.take_payload() == 0 {
                        return;
                    }
                }
                Ok(Step::Receive) => return,
                Ok(Step::Done) | Err(_) => return self.end(state),
            }
        }
    }

    /// Passes a datagram on that is all there.
    fn pass_on(&self, state: &mut State) {
        if state.connection.payload_due() == 0
            && let Some(inbox) = &self.inbox
            && let Some(datagram) = state.arriving.take()
        {
            inbox.put(datagram);
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

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes as many bytes as there is room for, and no line but the first; no bytes are the end.
    ///
    /// Payload goes where it belongs, and past the connection's buffer.
    fn feed<'b>(&mut self, bytes: &'b [u8]) -> Result<&'b [u8], CoreError> {
        let due = self.connection.payload_due();
        if due > 0 && !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(due));
            if let Some(datagram) = &mut self.arriving {
                datagram.room()[..now.len()].copy_from_slice(now);
                datagram.filled(now.len());
            }
            self.connection.payload_read(now.len())?;
            return Ok(later);
        }
        let line = bytes.iter().position(|byte| *byte == b'\n');
        let len = line.map_or(bytes.len(), |end| end + 1);
        let room = self.connection.spare()?;
        let (now, later) = bytes.split_at(len.min(room.len()));
        room[..now.len()].copy_from_slice(now);
        self.connection.received(now.len())?;
        Ok(later)
    }

    /// Takes payload that came before the keeper began; returns how much.
    fn take_payload(&mut self) -> usize {
        let Some(datagram) = &mut self.arriving else {
            return self.connection.take_payload(&mut [0; 512]);
        };
        let count = self.connection.take_payload(datagram.room());
        datagram.filled(count);
        count
    }
}

/// Ends the session with its keeper, even if that panics (in a logger, say): without a keeper
/// nobody who waits would ever be woken.
struct EndAtLast<'c, T: Transport>(&'c Control<T>);

impl<T: Transport> Drop for EndAtLast<'_, T> {
    fn drop(&mut self) {
        self.0.close();
    }
}
