//! A transport in memory that does whatever a transport may do.

use std::future::poll_fn;
use std::task::Poll;

use embedded_io::ErrorKind;

pub use crate::habits::Habits;
use crate::transcript::{Entry, Socket};

/// The router's end of a socket: plays a recording, and notes what it was told.
///
/// It answers a line only after it has heard it.
#[derive(Clone, Debug)]
pub struct Wire {
    /// What the transport does to the bytes.
    pub habits: Habits,
    /// What arrived at the router.
    pub said: Vec<u8>,
    /// How often a read gave bytes, or the end.
    pub reads: usize,
    /// How often a write took bytes.
    pub writes: usize,
    /// Whether the last operation has nothing to wait for.
    pub stalled: bool,
    incoming: Vec<u8>,
    gates: Vec<Gate>,
    closes: bool,
    given: usize,
    held: Vec<u8>,
    lines: usize,
    taken: usize,
    fault: Fault,
}

/// Why an operation failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireError {
    /// Try again.
    Interrupted,
    /// The router has nothing to say until it is told something.
    Stalled,
}

impl std::fmt::Display for WireError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for WireError {}

impl embedded_io::Error for WireError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Interrupted => ErrorKind::Interrupted,
            Self::Stalled => ErrorKind::TimedOut,
        }
    }
}

/// The router says no byte from here on before it was told so many lines.
#[derive(Clone, Copy, Debug)]
struct Gate {
    from: usize,
    lines: usize,
}

/// Faults that have happened already.
#[derive(Clone, Copy, Debug, Default)]
struct Fault {
    hindered: usize,
    read: bool,
    write: bool,
    zero: bool,
}

impl Wire {
    /// The router's end of a recorded socket.
    pub fn new(socket: &Socket, habits: Habits) -> Self {
        let mut wire = Self {
            habits,
            said: Vec::new(),
            reads: 0,
            writes: 0,
            stalled: false,
            incoming: Vec::new(),
            gates: Vec::new(),
            closes: false,
            given: 0,
            held: Vec::new(),
            lines: 0,
            taken: 0,
            fault: Fault::default(),
        };
        let mut lines = 0;
        for entry in &socket.entries {
            match entry {
                Entry::Said(_) => {
                    lines += 1;
                    let from = wire.incoming.len();
                    wire.gates.push(Gate { from, lines });
                }
                Entry::Heard(line) => wire.incoming.extend([line, &b"\n"[..]].concat()),
                Entry::HeardCut(bytes) | Entry::Received(bytes) => wire.incoming.extend(bytes),
                Entry::Closed => wire.closes = true,
                Entry::Sent(_) | Entry::Silence => {}
            }
        }
        wire
    }

    /// The same wire before it was used, with other habits.
    pub fn with(&self, habits: Habits) -> Self {
        Self {
            habits,
            ..self.clone()
        }
    }

    /// Everything the router says.
    pub fn all(&self) -> &[u8] {
        &self.incoming
    }

    /// What the router says and nobody has read yet.
    pub fn rest(&self) -> &[u8] {
        &self.incoming[self.given..]
    }

    /// How many bytes the router has said, or will say without being told more.
    fn sayable(&self) -> usize {
        let shut = |gate: &&Gate| !self.habits.eager && gate.lines > self.lines;
        let gate = self.gates.iter().find(shut);
        let sayable = gate.map_or(self.incoming.len(), |gate| gate.from);
        self.habits.cut.map_or(sayable, |cut| sayable.min(cut))
    }

    fn is_over(&self) -> bool {
        let shut = self
            .gates
            .iter()
            .any(|gate| gate.lines > self.lines && !self.habits.eager);
        match self.habits.cut {
            Some(cut) => self.given == cut.min(self.incoming.len()),
            None => self.closes && !shut && self.given == self.incoming.len(),
        }
    }

    fn give(&mut self, out: &mut [u8]) -> Result<usize, WireError> {
        if once(&mut self.fault.read, self.habits.read_fails_at, self.given) {
            return Err(WireError::Interrupted);
        }
        let mut end = self.sayable();
        for border in [self.habits.split, self.habits.read_fails_at] {
            end = border
                .filter(|border| *border > self.given)
                .map_or(end, |at| at.min(end));
        }
        let count = (end - self.given).min(out.len()).min(self.habits.read_max);
        if count == 0 && !out.is_empty() && !self.is_over() {
            self.stalled = true;
            return Err(WireError::Stalled);
        }
        out[..count].copy_from_slice(&self.incoming[self.given..self.given + count]);
        self.given += count;
        self.reads += 1;
        Ok(count)
    }

    fn take(&mut self, bytes: &[u8]) -> Result<usize, WireError> {
        if once(
            &mut self.fault.write,
            self.habits.write_fails_at,
            self.taken,
        ) {
            return Err(WireError::Interrupted);
        }
        if once(&mut self.fault.zero, self.habits.write_zero_at, self.taken) {
            return Ok(0);
        }
        let mut end = self.taken + bytes.len();
        for border in [self.habits.write_fails_at, self.habits.write_zero_at] {
            end = border
                .filter(|border| *border > self.taken)
                .map_or(end, |at| at.min(end));
        }
        let count = (end - self.taken).min(self.habits.write_max);
        self.taken += count;
        self.held.extend(&bytes[..count]);
        self.writes += 1;
        if !self.habits.lazy {
            self.settle();
        }
        Ok(count)
    }

    fn settle(&mut self) {
        self.lines += self.held.iter().filter(|byte| **byte == b'\n').count();
        self.said.append(&mut self.held);
    }

    /// Whether the next operation is hindered once more.
    const fn is_hindered(&mut self) -> bool {
        let hindered = self.fault.hindered < self.habits.hindrances;
        self.fault.hindered = if hindered { self.fault.hindered + 1 } else { 0 };
        hindered
    }

    fn blocking<T>(
        &mut self,
        operation: impl FnOnce(&mut Self) -> Result<T, WireError>,
    ) -> Result<T, WireError> {
        self.stalled = false;
        if self.is_hindered() {
            return Err(WireError::Interrupted);
        }
        operation(self)
    }

    async fn pending<T>(
        &mut self,
        mut operation: impl FnMut(&mut Self) -> Result<T, WireError>,
    ) -> Result<T, WireError> {
        self.stalled = false;
        poll_fn(|_| {
            if self.is_hindered() {
                return Poll::Pending;
            }
            match operation(self) {
                Err(WireError::Stalled) => Poll::Pending,
                result => Poll::Ready(result),
            }
        })
        .await
    }
}

/// Whether something that happens once at a place happens now.
fn once(happened: &mut bool, place: Option<usize>, here: usize) -> bool {
    let now = !*happened && place == Some(here);
    *happened |= now;
    now
}

impl embedded_io::ErrorType for Wire {
    type Error = WireError;
}

impl embedded_io::Read for Wire {
    fn read(&mut self, out: &mut [u8]) -> Result<usize, WireError> {
        self.blocking(|wire| wire.give(out))
    }
}

impl embedded_io::Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, WireError> {
        self.blocking(|wire| wire.take(bytes))
    }

    fn flush(&mut self) -> Result<(), WireError> {
        self.blocking(|wire| {
            wire.settle();
            Ok(())
        })
    }
}

impl embedded_io_async::Read for Wire {
    async fn read(&mut self, out: &mut [u8]) -> Result<usize, WireError> {
        self.pending(|wire| wire.give(out)).await
    }
}

impl embedded_io_async::Write for Wire {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, WireError> {
        self.pending(|wire| wire.take(bytes)).await
    }

    async fn flush(&mut self) -> Result<(), WireError> {
        self.pending(|wire| {
            wire.settle();
            Ok(())
        })
        .await
    }
}
