//! A TLS connection that one thread reads while another writes.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, TryLockError};
use std::time::{Duration, Instant};

use rustls::Connection;

use super::error::TlsError;
use super::lock::lock;
use super::patience::{ReadTime, left};
use super::records::{Incoming, Outgoing, RECORD};
use crate::dial::{Transport, shut};

/// How long ending a direction may wait for room in the socket.
const CLOSE_TIME: Duration = Duration::from_millis(500);

/// The same where nobody may wait, but some time there has to be.
const NO_TIME: Duration = Duration::from_millis(1);

/// A TLS connection to a router; dialled by [`Tls`](crate::Tls).
///
/// The end of what the other side has to say is its `close_notify` and nothing else: a connection
/// that is cut before is [`TlsError::Truncated`]. A write that returns a count may have left some
/// of these bytes behind if it ran into its time-out: the next write or [`Transport::flush`] sends
/// them. Threads that read at once take turns.
pub struct TlsStream {
    tcp: TcpStream,
    /// Locked to encrypt and decrypt, never while the socket is read or written.
    connection: Mutex<Connection>,
    /// Locked by who reads the socket.
    incoming: Mutex<Incoming>,
    /// Locked by who writes the socket. Whoever reads never waits for it, or two ends that write
    /// much would wait for each other for ever.
    outgoing: Mutex<Outgoing>,
    /// What a read as a whole may take; the socket's own limit is for a part of it.
    read_limit: Mutex<Option<Duration>>,
    /// The other side has nothing more to say, or it will not be listened to.
    has_ended: AtomicBool,
}

impl TlsStream {
    pub(super) fn new(tcp: TcpStream, connection: Connection) -> Self {
        Self {
            tcp,
            connection: Mutex::new(connection),
            incoming: Mutex::new(Incoming::new()),
            outgoing: Mutex::default(),
            read_limit: Mutex::new(None),
            has_ended: AtomicBool::new(false),
        }
    }

    /// Agrees on keys, however slowly the bytes drip; clears the time-outs.
    pub(crate) fn shake_hands(&self, deadline: Instant) -> io::Result<()> {
        let mut incoming = lock(&self.incoming);
        let mut outgoing = lock(&self.outgoing);
        let mut is_first = true;
        loop {
            let is_done = {
                let mut connection = lock(&self.connection);
                outgoing.take(&mut connection)?;
                !connection.is_handshaking()
            };
            self.tcp.set_write_timeout(Some(left(deadline)?))?;
            outgoing.send(&self.tcp)?;
            if is_done {
                self.tcp.set_read_timeout(None)?;
                return self.tcp.set_write_timeout(None);
            }
            self.tcp.set_read_timeout(Some(left(deadline)?))?;
            match incoming.receive(&self.tcp) {
                Ok(0) => return Err(TlsError::Refused("it closed the connection".into()).into()),
                Err(error) if is_cut(&error) => {
                    return Err(TlsError::Refused("it reset the connection".into()).into());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
                Ok(_) => {}
            }
            let is_text = is_first && !incoming.looks_like_tls();
            is_first = false;
            let agreed = match self.agree(&mut incoming) {
                _ if is_text => Err(TlsError::NotTls),
                agreed => agreed,
            };
            if let Err(error) = agreed {
                // What is wrong is told to the other side, too, if it listens.
                let _ = outgoing.take(&mut lock(&self.connection));
                let _ = outgoing.send(&self.tcp);
                return Err(error.into());
            }
        }
    }

    /// Decrypts what belongs to the handshake.
    fn agree(&self, incoming: &mut Incoming) -> Result<(), TlsError> {
        let mut connection = lock(&self.connection);
        while connection.is_handshaking() && !incoming.is_empty() {
            incoming.feed(&mut connection)?;
        }
        Ok(())
    }

    #[cfg(feature = "loopback-bridge")]
    pub(crate) const fn tcp(&self) -> &TcpStream {
        &self.tcp
    }

    /// Whether nothing more can be read, as far as the last read tells.
    #[cfg(feature = "loopback-bridge")]
    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::Acquire)
    }

    /// Says that nothing more will be written; waits for room in the socket for `limit` at most.
    fn close_notify(&self, outgoing: &mut Outgoing, limit: Duration) -> io::Result<()> {
        if !outgoing.is_closed {
            outgoing.is_closed = true;
            let mut connection = lock(&self.connection);
            connection.send_close_notify();
            outgoing.take(&mut connection)?;
        }
        self.tcp.set_write_timeout(Some(limit))?;
        outgoing.send(&self.tcp)
    }

    /// Decrypted bytes; `None` if more has to come first.
    fn read_decrypted(&self, out: &mut [u8]) -> io::Result<Option<usize>> {
        match lock(&self.connection).reader().read(out) {
            Ok(0) => {
                self.has_ended.store(true, Ordering::Release);
                Ok(Some(0))
            }
            Ok(count) => Ok(Some(count)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The end of the socket without an end of TLS: one of our making, or somebody cut it.
    fn cut(&self) -> io::Result<usize> {
        if self.has_ended.load(Ordering::Acquire) {
            Ok(0)
        } else {
            Err(TlsError::Truncated.into())
        }
    }
}

impl Transport for TlsStream {
    fn read(&self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        let mut incoming = lock(&self.incoming);
        let mut time = ReadTime::new(&self.tcp, &self.read_limit);
        loop {
            if let Some(count) = self.read_decrypted(out)? {
                return Ok(count);
            }
            if incoming.is_empty() {
                time.bound()?;
                match incoming.receive(&self.tcp) {
                    Ok(0) => return self.cut(),
                    Err(error) if is_cut(&error) => return self.cut(),
                    Err(error) => return Err(error),
                    Ok(_) => {}
                }
            }
            let fed = incoming.feed(&mut lock(&self.connection));
            if let Err(error) = fed {
                // Whoever writes must not go on either.
                let _ = self.tcp.shutdown(Shutdown::Both);
                return Err(error.into());
            }
        }
    }

    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut outgoing = lock(&self.outgoing);
        if outgoing.is_closed {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        // Unless all of this leaves, nothing of `bytes` is taken.
        outgoing.send(&self.tcp)?;
        let count = {
            let mut connection = lock(&self.connection);
            let now = bytes.get(..RECORD).unwrap_or(bytes);
            let count = connection.writer().write(now)?;
            outgoing.take(&mut connection)?;
            count
        };
        match outgoing.send(&self.tcp) {
            // They are encrypted and cannot be given back, so they are taken.
            Err(error) if is_pause(&error) => Ok(count),
            sent => sent.map(|()| count),
        }
    }

    fn flush(&self) -> io::Result<()> {
        lock(&self.outgoing).send(&self.tcp)
    }

    fn set_read_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        let mut read_limit = lock(&self.read_limit);
        self.tcp.set_read_timeout(limit)?;
        *read_limit = limit;
        Ok(())
    }

    fn set_write_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        self.tcp.set_write_timeout(limit)
    }

    /// Ends directions as TLS does, and the connection below with both.
    ///
    /// Another thread that writes just then is cut off.
    fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        if how != Shutdown::Write {
            self.has_ended.store(true, Ordering::Release);
        }
        let outgoing = match self.outgoing.try_lock() {
            Ok(outgoing) => Some(outgoing),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        };
        match (how, outgoing) {
            (Shutdown::Write, Some(mut outgoing)) => {
                match self.close_notify(&mut outgoing, CLOSE_TIME) {
                    // The other side has closed already.
                    Err(error) if is_cut(&error) => Ok(()),
                    closed => closed,
                }
            }
            (Shutdown::Both, Some(mut outgoing)) => {
                let _ = self.close_notify(&mut outgoing, NO_TIME);
                shut(self.tcp.shutdown(how))
            }
            (how, _) => shut(self.tcp.shutdown(how)),
        }
    }

    /// None: the router would dial the tunnel's end instead of this program.
    fn local_ip(&self) -> Option<IpAddr> {
        None
    }
}

impl Drop for TlsStream {
    fn drop(&mut self) {
        let mut outgoing = std::mem::take(&mut *lock(&self.outgoing));
        if !lock(&self.connection).is_handshaking() {
            let _ = self.close_notify(&mut outgoing, NO_TIME);
        }
    }
}

impl fmt::Debug for TlsStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsStream")
            .field("tcp", &self.tcp)
            .finish_non_exhaustive()
    }
}

/// Whether the other side, or somebody in between, has ended the connection below.
fn is_cut(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

/// Whether trying again may help.
fn is_pause(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
}
