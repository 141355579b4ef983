//! What the site shows: uptime, and what was counted since the start.

use core::cell::Cell;
use core::fmt;

use embassy_time::Instant;
use sam_embassy::{Dial, Pool};

/// What the site knows of its device; one for all its tasks.
pub struct Site {
    visits: Cell<u32>,
    streams: Cell<u32>,
    sessions: Cell<u32>,
    slots: &'static dyn Slots,
    stack: fn() -> (usize, usize),
}

/// How the device is at some moment; shown one `name value` a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Seconds since the start.
    pub uptime: u64,
    /// Streams that were accepted since the start.
    pub visits: u32,
    /// Streams that are open now.
    pub streams: u32,
    /// How often the session has come online since the start.
    pub sessions: u32,
    /// Slots of the pool that nobody has.
    pub free_slots: usize,
    /// Bytes of the stack that were in use at some moment since the start.
    pub stack: usize,
    /// Bytes of the stack.
    pub stack_size: usize,
}

impl Site {
    /// A site that shows how many slots of `pool` are free, and what `stack` says: how many bytes
    /// of the stack were in use at some moment, and how many there are.
    pub fn new<const N: usize, T: Dial>(
        pool: &'static Pool<N, T>,
        stack: fn() -> (usize, usize),
    ) -> Self {
        Self {
            visits: Cell::new(0),
            streams: Cell::new(0),
            sessions: Cell::new(0),
            slots: pool,
            stack,
        }
    }

    /// How the device is now.
    pub fn status(&self) -> Status {
        let (stack, stack_size) = (self.stack)();
        Status {
            uptime: Instant::now().as_secs(),
            visits: self.visits.get(),
            streams: self.streams.get(),
            sessions: self.sessions.get(),
            free_slots: self.slots.free(),
            stack,
            stack_size,
        }
    }

    /// Counts a session.
    pub(crate) fn begin_session(&self) {
        self.sessions.set(self.sessions.get().wrapping_add(1));
    }

    /// Counts a visit; the stream counts until the result is dropped.
    pub(crate) fn begin_visit(&self) -> Visit<'_> {
        self.visits.set(self.visits.get().wrapping_add(1));
        self.streams.set(self.streams.get() + 1);
        Visit(self)
    }
}

/// A stream that is open.
pub(crate) struct Visit<'s>(&'s Site);

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        self.0.streams.set(self.0.streams.get() - 1);
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "uptime {} s", self.uptime)?;
        writeln!(f, "visits {}", self.visits)?;
        writeln!(f, "streams {}", self.streams)?;
        writeln!(f, "sessions {}", self.sessions)?;
        writeln!(f, "free-slots {}", self.free_slots)?;
        writeln!(f, "stack {} bytes", self.stack)?;
        writeln!(f, "stack-size {} bytes", self.stack_size)
    }
}

/// A pool, whatever its size and its transport.
trait Slots {
    fn free(&self) -> usize;
}

impl<const N: usize, T: Dial> Slots for Pool<N, T> {
    fn free(&self) -> usize {
        self.free()
    }
}
