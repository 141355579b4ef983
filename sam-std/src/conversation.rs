//! A connection, its socket and the clock: every wait of the protocol ends in time.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sam_core::error::Usage;
use sam_core::io::blocking;
use sam_core::{Connection, Error as CoreError, Greeting, Line, Machine, ResultCode, Versions};
use zeroize::Zeroizing;

use crate::dial::{Dial, Transport};
use crate::error::{Error, Result};
use crate::router::Router;

/// Bytes reserved for a line each way while lines are spoken, freed when a stream begins.
///
/// Private keys pass through here, so it is wiped when it is freed.
pub(crate) type Buffer = Zeroizing<Vec<u8>>;

const BUFFER_LEN: usize = 16 * 1024;

/// One socket in line mode.
pub(crate) struct Conversation<M, T> {
    connection: Connection<M, Buffer>,
    transport: Arc<T>,
}

impl<M: Machine, T: Transport> Conversation<M, T> {
    /// Dials the router, greets it and lets the machine say what it is for.
    ///
    /// A router that refuses the usual versions is dialled once more with the older ones, and
    /// remembered.
    pub(crate) fn open<'r, D: Dial<Transport = T>>(
        router: &'r Router<D>,
        machine: impl Fn(Greeting<'r>) -> Result<M, Usage>,
    ) -> Result<Self> {
        let versions = router.learnt().versions();
        match Self::greet(router, machine(router.greeting(versions))?) {
            Err(error)
                if versions == Versions::DEFAULT && error.is_refused(ResultCode::NoVersion) =>
            {
                router.learnt().remember_it_is_old();
                Self::greet(router, machine(router.greeting(Versions::FALLBACK))?)
            }
            opened => opened,
        }
    }

    /// Goes on with a socket that is open already.
    pub(crate) fn over(transport: Arc<T>, machine: M) -> Result<Self> {
        let buffer = || Zeroizing::new(vec![0; BUFFER_LEN]);
        let connection = Connection::new(machine, buffer(), buffer())
            .map_err(|error| Error::about(error, &[]))?;
        Ok(Self {
            connection,
            transport,
        })
    }

    fn greet<D: Dial<Transport = T>>(router: &Router<D>, machine: M) -> Result<Self> {
        let patience = machine.timeout().map(Duration::from);
        let transport = router.dial()?;
        transport.set_write_timeout(patience)?;
        let mut opened = Self::over(Arc::new(transport), machine)?;
        match opened.next() {
            Err(_) if is_tls_alert(opened.last_line()) => Err(Error::TlsExpected),
            greeted => greeted.map(|_| opened),
        }
    }

    /// Waits for the next event, as long as the machine lets it; `None` if line mode is over.
    pub(crate) fn next(&mut self) -> Result<Option<Line>> {
        let limit = self.connection.timeout().map(Duration::from);
        let mut socket = Deadline::new(&*self.transport, limit);
        blocking::next(&mut self.connection, &mut socket)
            .map_err(|error| Error::from_driver(error, self.connection.last_line()))
    }

    /// Waits for the next event and shows it.
    pub(crate) fn recv(&mut self) -> Result<Option<M::Event<'_>>> {
        match self.next()? {
            Some(line) => self.event(line).map(Some),
            None => Ok(None),
        }
    }

    /// Shows an event.
    pub(crate) fn event(&self, line: Line) -> Result<M::Event<'_>> {
        self.connection
            .event(line)
            .map_err(|error| Error::about(error, self.connection.last_line()))
    }

    /// Lets the machine ask something.
    pub(crate) fn request(
        &mut self,
        ask: impl FnOnce(&mut M, &mut sam_core::Writer<'_>) -> Result<(), CoreError>,
    ) -> Result<()> {
        self.connection
            .request(ask)
            .map_err(|error| Error::about(error, &[]))
    }

    /// The line heard last.
    pub(crate) fn last_line(&self) -> &[u8] {
        self.connection.last_line()
    }

    pub(crate) const fn transport(&self) -> &Arc<T> {
        &self.transport
    }

    pub(crate) const fn machine(&self) -> &M {
        self.connection.machine()
    }

    /// Goes on with another machine.
    pub(crate) fn then<N: Machine>(self, next: impl FnOnce(M) -> N) -> Conversation<N, T> {
        Conversation {
            connection: self.connection.then(next),
            transport: self.transport,
        }
    }

    /// Both parts, for a thread that keeps reading.
    pub(crate) fn into_parts(self) -> (Connection<M, Buffer>, Arc<T>) {
        (self.connection, self.transport)
    }

    /// Ends line mode: the socket without its time-outs, and what came behind the last line.
    pub(crate) fn into_stream(self) -> Result<(Arc<T>, Vec<u8>)> {
        self.transport.set_read_timeout(None)?;
        self.transport.set_write_timeout(None)?;
        Ok((
            self.transport,
            self.connection.into_unread().as_slice().to_vec(),
        ))
    }
}

/// Whether this is how TLS refuses a line of text.
fn is_tls_alert(heard: &[u8]) -> bool {
    heard.starts_with(&[0x15, 0x03])
}

/// A transport whose reads all end by one point in time, however the bytes drip.
struct Deadline<'t, T> {
    transport: &'t T,
    end: Option<Instant>,
}

impl<'t, T: Transport> Deadline<'t, T> {
    fn new(transport: &'t T, limit: Option<Duration>) -> Self {
        Self {
            transport,
            end: limit.map(|limit| Instant::now() + limit),
        }
    }

    fn left(&self) -> io::Result<Option<Duration>> {
        let Some(end) = self.end else {
            return Ok(None);
        };
        match end.saturating_duration_since(Instant::now()) {
            Duration::ZERO => Err(io::ErrorKind::TimedOut.into()),
            left => Ok(Some(left)),
        }
    }
}

impl<T> embedded_io::ErrorType for Deadline<'_, T> {
    type Error = io::Error;
}

impl<T: Transport> embedded_io::Read for Deadline<'_, T> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            self.transport.set_read_timeout(self.left()?)?;
            match self.transport.read(out) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_end(&error) => return Ok(0),
                result => return result,
            }
        }
    }
}

impl<T: Transport> embedded_io::Write for Deadline<'_, T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.transport.write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // What the router said before it closed is still to be read, and tells more.
                Err(error) if is_end(&error) => return Ok(bytes.len()),
                result => return result,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.transport.flush()
    }
}

/// Whether this is how the system says that the other end has closed.
fn is_end(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}
