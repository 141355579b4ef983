//! Standard input and output at one end, a stream at the other, as netcat has it.
//!
//! Input is read by a thread of its own and goes to one peer after the other. A chunk that comes
//! while there is no peer waits for the next one.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::way::Stream;

/// Bytes that are read at once, each way.
const CHUNK_LEN: usize = 64 * 1024;

/// Input that pauses for so long has nothing more for a peer that has ended the stream.
const PAUSE: Duration = Duration::from_secs(1);

/// What the end of the input means for the stream.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AtEnd {
    /// Nothing.
    KeepOpen,
    /// The peer is told, as soon as no bytes have moved for so long.
    Tell(Duration),
}

/// How a stream has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Bytes received.
    pub(crate) received: u64,
    /// Bytes sent.
    pub(crate) sent: u64,
    /// When bytes were sent last.
    pub(crate) last_sent: Option<Instant>,
    /// The peer ended the stream, and nothing was sent after that.
    pub(crate) by_peer: bool,
    /// Why not everything was sent or received.
    pub(crate) cut_off: Option<String>,
}

impl Ended {
    /// The failure, if there was one.
    pub(crate) fn into_result(self) -> Result<(), Failure> {
        self.cut_off.map_or(Ok(()), |why| Err(Failure::new(why)))
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the stream has ended: {} bytes sent, {} received",
            self.sent, self.received
        )
    }
}

/// Standard input.
pub(crate) struct Input(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    peer: Option<Stream>,
    phase: Phase,
    /// When bytes moved last, or the input ended.
    active: Instant,
    sent: u64,
    last_sent: Option<Instant>,
    told_end: bool,
    cut_off: Option<String>,
}

/// What the thread that reads the input is at.
#[derive(Clone, Copy)]
enum Phase {
    /// Waiting for input, since then.
    Idle(Instant),
    /// There are bytes to be sent.
    Sending,
    /// The input has ended.
    Ended,
}

impl Input {
    /// Starts reading.
    pub(crate) fn start(at_end: AtEnd) -> Result<Self, Failure> {
        let now = Instant::now();
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                peer: None,
                phase: Phase::Idle(now),
                active: now,
                sent: 0,
                last_sent: None,
                told_end: false,
                cut_off: None,
            }),
            changed: Condvar::new(),
        });
        let reading = Arc::clone(&shared);
        thread::Builder::new()
            .name("stdin".into())
            .spawn(move || reading.read_all(at_end))
            .map_err(Failure::new)?;
        Ok(Self(shared))
    }

    /// Relays until the peer ends the stream and the input at hand is sent.
    ///
    /// # Errors
    /// Only those of standard output; a stream that breaks is [`Ended::cut_off`].
    pub(crate) fn relay(&self, stream: &Stream) -> Result<Ended, Failure> {
        self.0.attach(stream);
        let mut received = 0;
        let outcome = self.0.receive(stream, &mut received)?;
        let end = Instant::now();
        let mut state = self.0.settle();
        state.peer = None;
        Ok(Ended {
            received,
            sent: state.sent,
            last_sent: state.last_sent,
            by_peer: !state.told_end && state.last_sent.is_none_or(|last| last < end),
            cut_off: outcome
                .err()
                .map(|error| format!("the stream broke off: {error}"))
                .or(state.cut_off.take()),
        })
    }
}

impl Shared {
    fn attach(&self, stream: &Stream) {
        let mut state = self.lock();
        state.peer = stream.try_clone().ok();
        state.active = Instant::now();
        state.sent = 0;
        state.last_sent = None;
        state.cut_off = None;
        if let Phase::Idle(since) = &mut state.phase {
            *since = Instant::now();
        }
        self.changed.notify_all();
    }

    /// Copies what the peer sends to standard output; the inner error is the stream's.
    fn receive(&self, mut stream: &Stream, received: &mut u64) -> Result<io::Result<()>, Failure> {
        let mut out = io::stdout().lock();
        let mut chunk = vec![0; CHUNK_LEN];
        loop {
            let len = match stream.read(&mut chunk) {
                Ok(0) => return Ok(Ok(())),
                Ok(len) => len,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Ok(Err(error)),
            };
            *received += len as u64;
            self.lock().active = Instant::now();
            out.write_all(&chunk[..len])
                .and_then(|()| out.flush())
                .map_err(Failure::stdout)?;
        }
    }

    /// Waits until the input at hand is sent.
    fn settle(&self) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        loop {
            let left = match state.phase {
                Phase::Ended => return state,
                _ if state.cut_off.is_some() => return state,
                Phase::Idle(since) => PAUSE.saturating_sub(since.elapsed()),
                Phase::Sending => PAUSE,
            };
            if left.is_zero() {
                return state;
            }
            let woken = self.changed.wait_timeout(state, left);
            (state, _) = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The thread: sends all input to whoever is the peer.
    fn read_all(&self, at_end: AtEnd) {
        let mut input = io::stdin().lock();
        let mut chunk = vec![0; CHUNK_LEN];
        let failure = loop {
            match input.read(&mut chunk) {
                Ok(0) => break None,
                Ok(len) => self.send(&chunk[..len]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Some(format!("cannot read standard input: {error}")),
            }
        };
        let mut state = self.lock();
        state.phase = Phase::Ended;
        state.active = Instant::now();
        state.cut_off = failure.or(state.cut_off.take());
        self.changed.notify_all();
        drop(state);
        if let AtEnd::Tell(silence) = at_end {
            self.tell_end(silence);
        }
    }

    fn send(&self, bytes: &[u8]) {
        self.lock().phase = Phase::Sending;
        let outcome = self.peer().write_all(bytes);
        let now = Instant::now();
        let mut state = self.lock();
        state.phase = Phase::Idle(now);
        if outcome.is_ok() {
            state.active = now;
            state.sent += bytes.len() as u64;
            state.last_sent = Some(now);
        } else {
            state.peer = None;
            state.cut_off = Some("the stream ended before all input was sent".to_owned());
        }
        self.changed.notify_all();
    }

    /// Ends our direction of the stream, once all has been silent for a while.
    fn tell_end(&self, silence: Duration) {
        let peer = self.peer();
        loop {
            let mut state = self.lock();
            let left = silence.saturating_sub(state.active.elapsed());
            if left.is_zero() {
                state.told_end = true;
                break;
            }
            drop(state);
            thread::sleep(left);
        }
        let _ = peer.shutdown(Shutdown::Write);
    }

    /// The peer, as soon as there is one.
    fn peer(&self) -> Stream {
        let mut state = self.lock();
        loop {
            if let Some(Ok(peer)) = state.peer.as_ref().map(Stream::try_clone) {
                return peer;
            }
            let woken = self.changed.wait(state);
            state = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
