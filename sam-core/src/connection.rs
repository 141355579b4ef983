//! Two buffers and one machine: everything about a connection but the I/O.

use core::fmt;

use crate::error::{Error, Usage};
use crate::line::{Line, Unread};
use crate::machine::Machine;
use crate::time::Duration;
use crate::wire::{State, Wire};
use crate::writer::Writer;

/// A SAM connection without its socket.
///
/// It never does I/O and knows no clock. Ask [`step`](Self::step) what to do next and do it:
/// bytes go out by [`pending`](Self::pending) and [`transmitted`](Self::transmitted), come in by
/// [`spare`](Self::spare) and [`received`](Self::received), and what they meant is shown by
/// [`event`](Self::event). When it is [`Step::Done`], [`into_unread`](Self::into_unread) hands
/// over the bytes that already belong to the stream.
///
/// The loop every driver is made of (the drivers in [`io`](crate::io) are no more than this):
///
/// ```
/// use sam_core::{Connection, Error, Event, Step, Timeouts, Utility};
///
/// # fn write_to_router(bytes: &[u8]) -> usize { bytes.len() }
/// # fn read_from_router(room: &mut [u8]) -> usize {
/// #     let reply = b"HELLO REPLY RESULT=OK VERSION=3.3\n";
/// #     room[..reply.len()].copy_from_slice(reply);
/// #     reply.len()
/// # }
/// let utility = Utility::new(Default::default(), Timeouts::DEFAULT);
/// let mut connection = Connection::new(utility, [0; 1024], [0; 1024])?;
/// loop {
///     match connection.step()? {
///         Step::Transmit => {
///             let count = write_to_router(connection.pending());
///             connection.transmitted(count)?;
///         }
///         Step::Receive => {
///             let count = read_from_router(connection.spare()?);
///             connection.received(count)?; // 0 means that the router closed the connection
///         }
///         Step::Event(line) => {
///             assert!(matches!(connection.event(line)?, Event::Greeted { .. }));
///             break;
///         }
///         Step::Payload(_) | Step::Done => break,
///     }
/// }
/// # Ok::<(), Error>(())
/// ```
///
/// After an error of the machine, `step` gives that same error again: the connection is
/// finished. A transport error changes nothing here; go on when the transport can.
pub struct Connection<M, B> {
    machine: M,
    wire: Wire<B>,
}

/// What to do next. Borrows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Step {
    /// Write some of [`Connection::pending`].
    Transmit,
    /// Read into [`Connection::spare`].
    Receive,
    /// Something happened: look at it with [`Connection::event`].
    Event(Line),
    /// So many bytes of payload are due: take or skip them with [`Connection::take_payload`].
    Payload(usize),
    /// Line mode is over; what follows is the stream.
    Done,
}

impl<M: Machine, B: AsRef<[u8]> + AsMut<[u8]>> Connection<M, B> {
    /// Starts a machine over two buffers of the caller's.
    ///
    /// `rx` bounds the longest line that can be heard, `tx` the longest that can be said. `tx`
    /// must not be shorter than `rx`, so that a PONG always fits.
    ///
    /// # Errors
    /// [`Usage::OutOfRange`] if `tx` is shorter than `rx`; those of [`Machine::start`].
    pub fn new(mut machine: M, rx: B, tx: B) -> Result<Self, Error> {
        let wire = Wire::start(&mut machine, rx, tx)?;
        Ok(Self { machine, wire })
    }

    /// What to do next.
    ///
    /// # Errors
    /// Those of the machine, and what [`Machine::handle_eof`] makes of the end; from then on
    /// always the same.
    pub fn step(&mut self) -> Result<Step, Error> {
        self.wire.step(&mut self.machine)
    }

    /// The bytes that wait to leave: one line at the most, or what is left of it.
    ///
    /// One line a write: i2pd judges the first read alone, and forgets what follows a newline.
    pub fn pending(&self) -> &[u8] {
        self.wire.tx.pending()
    }

    /// Says that `count` bytes of [`Self::pending`] have left.
    ///
    /// # Errors
    /// [`Usage::OutOfRange`] if that many were not pending.
    pub fn transmitted(&mut self, count: usize) -> Result<(), Error> {
        Ok(self.wire.tx.transmitted(count)?)
    }

    /// Whether the transport should be flushed now: all lines have left, and none was flushed.
    ///
    /// Matters to transports that keep bytes back, such as TLS. Tell [`Self::flushed`].
    pub const fn flush_due(&self) -> bool {
        self.wire.tx.flush_due()
    }

    /// Says that the transport was flushed.
    pub const fn flushed(&mut self) {
        self.wire.tx.flushed();
    }

    /// Room for bytes from the other end; never empty. Line tokens go stale.
    ///
    /// # Errors
    /// [`Full::Receive`](crate::error::Full::Receive) if the buffer is full of one unfinished line.
    pub fn spare(&mut self) -> Result<&mut [u8], Error> {
        self.wire.spare()
    }

    /// Says that `count` bytes came; 0 says that the other end closed the connection.
    ///
    /// # Errors
    /// [`Usage::OutOfRange`] if there was no room for that many.
    pub fn received(&mut self, count: usize) -> Result<(), Error> {
        Ok(self.wire.received(count)?)
    }

    /// Shows what a [`Step::Event`] was about; can be repeated until the next [`Self::spare`].
    ///
    /// # Errors
    /// [`Usage::Stale`] for a token that is not the last one given out.
    pub fn event(&self, line: Line) -> Result<M::Event<'_>, Error> {
        if self.wire.told != Some(line) {
            return Err(Usage::Stale.into());
        }
        self.machine.view(self.last_line())
    }

    /// Lets the machine say something on the caller's behalf: a lookup, a reply.
    ///
    /// # Errors
    /// Those of `say`, and [`Usage::NotNow`] once line mode is over or has failed. Nothing is sent
    /// then, and the connection goes on as before.
    pub fn request<T>(
        &mut self,
        say: impl FnOnce(&mut M, &mut Writer<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        if matches!(self.wire.state, State::Done | State::Failed(_)) {
            return Err(Usage::NotNow.into());
        }
        let Self { machine, wire } = self;
        wire.tx.write(|tx| say(machine, tx))
    }

    /// Copies due payload that has already been received into `out`; returns how much.
    ///
    /// Less than `out` can hold while [`Self::payload_due`] says that more is due: read that
    /// straight from the transport, never more than is due, and tell [`Self::payload_read`].
    pub fn take_payload(&mut self, out: &mut [u8]) -> usize {
        let Wire { rx, payload, .. } = &mut self.wire;
        let len = out.len().min(*payload);
        let count = rx.take_bytes(out.get_mut(..len).unwrap_or_default());
        *payload -= count;
        count
    }

    /// Payload that is still due, in bytes.
    pub const fn payload_due(&self) -> usize {
        self.wire.payload
    }

    /// Says that `count` bytes of payload were read past the buffer; 0 says that the end came.
    ///
    /// # Errors
    /// [`Usage::OutOfRange`] if that much was not due; [`Error::Closed`] at the end.
    pub fn payload_read(&mut self, count: usize) -> Result<(), Error> {
        if count == 0 {
            let error = self.machine.handle_eof();
            self.wire.state = State::Failed(error);
            return Err(error);
        }
        let due = &mut self.wire.payload;
        *due = due.checked_sub(count).ok_or(Usage::OutOfRange)?;
        Ok(())
    }

    /// The line heard last, without its `\n`; empty once more bytes are asked for.
    ///
    /// It may hold a private key or a peer's text: show it to nobody unread.
    pub fn last_line(&self) -> &[u8] {
        self.wire.last_line()
    }

    /// How long the present wait may last from its start; `None` is for ever.
    pub fn timeout(&self) -> Option<Duration> {
        self.machine.timeout()
    }

    /// The machine.
    pub const fn machine(&self) -> &M {
        &self.machine
    }

    /// Goes on with another machine over the same buffers; no byte is lost.
    ///
    /// The next machine's [`Machine::start`] is not called.
    pub fn then<N: Machine>(self, next: impl FnOnce(M) -> N) -> Connection<N, B> {
        let Self { machine, mut wire } = self;
        wire.reopen();
        Connection {
            machine: next(machine),
            wire,
        }
    }

    /// Ends line mode and hands over the bytes received behind the last line.
    pub fn into_unread(self) -> Unread<B> {
        self.wire.rx.into_unread()
    }

    /// Both parts, for drivers that are compiled once for all machines.
    #[cfg(feature = "embedded-io")]
    pub(crate) const fn parts(&mut self) -> (&mut M, &mut Wire<B>) {
        (&mut self.machine, &mut self.wire)
    }
}

/// Shows the machine and how much is in the buffers, not what: private keys and passwords pass
/// through them.
impl<M: fmt::Debug, B> fmt::Debug for Connection<M, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("machine", &self.machine)
            .field("rx", &self.wire.rx)
            .field("tx", &self.wire.tx)
            .field("payload", &self.wire.payload)
            .field("state", &self.wire.state)
            .finish()
    }
}

#[cfg(feature = "defmt")]
impl<M: defmt::Format, B> defmt::Format for Connection<M, B> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(
            f,
            "Connection({}, {}, {})",
            self.machine,
            self.wire.state,
            self.wire.rx
        );
    }
}
