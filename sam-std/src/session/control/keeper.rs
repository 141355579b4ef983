//! The thread that reads the session's own socket.

use std::io;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use sam_core::client::Told;
use sam_core::error::Malformed;
use sam_core::value::Excerpt;
use sam_core::{Error as CoreError, Event, Step};
use zeroize::Zeroizing;

use super::{Control, State};
use crate::answer::Answer;
use crate::datagrams::Datagram;
use crate::dial::Transport;
use crate::error::Result;

impl<T: Transport> Control<T> {
    /// Starts it.
    pub(super) fn start_keeper(self: &Arc<Self>) -> Result<()> {
        let kept = Arc::clone(self);
        thread::Builder::new()
            .name("sam-session".into())
            .spawn(move || {
                let _at_last = EndAtLast(&kept);
                kept.keep();
            })?;
        Ok(())
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
    pub(super) fn drive(&self, state: &mut State) {
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
                datagram.take(now);
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
