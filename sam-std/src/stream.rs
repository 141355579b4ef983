//! A stream to or from a peer.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sam_core::client::Arrival;
use sam_core::{Machine, Ports, Timeouts};

use crate::Destination;
use crate::answer::own_destination;
use crate::conversation::Conversation;
use crate::dial::Transport;
use crate::error::{Error, Result};

/// A stream to or from a peer, like a [`TcpStream`].
///
/// `&Stream` reads and writes too, so one thread can read while another writes. Bytes that came
/// together with the last line of SAM are read first.
///
/// Ending one direction ([`Stream::shutdown`]) ends both on i2pd: what the peer still has to say
/// is dropped (observed on 2.45.1, whichever side does it). So end a stream when both sides have
/// said everything, and the session not before the peer has had its time to receive it.
pub struct Stream<T = TcpStream> {
    inner: Arc<Inner<T>>,
}

struct Inner<T> {
    transport: Arc<T>,
    has_buffered: AtomicBool,
    buffered: Mutex<Vec<u8>>,
    peer: Option<Destination>,
    ports: Option<Ports>,
}

impl<T: Transport> Stream<T> {
    /// A stream of a connection that the router dialled for
    /// [`Session::forward`](crate::Session::forward): reads the line that names the peer.
    ///
    /// Waits for that line, at most 10 s: where others than the router can dial, do it in a thread
    /// of its own. Time-outs set on the connection are cleared.
    ///
    /// # Errors
    /// [`Error::TimedOut`] unless the line comes within 10 s; [`Error::Malformed`] if it is none.
    pub fn from_forwarded(connection: T) -> Result<Self> {
        let arrival = Arrival::new(Timeouts::DEFAULT.hello);
        let mut arriving = Conversation::over(Arc::new(connection), arrival)?;
        let Some(peer) = arriving.recv()? else {
            return Err(Error::Closed);
        };
        let ports = peer.ports;
        let peer = own_destination(peer.destination)?;
        Self::opened(arriving, Some(peer), ports)
    }

    pub(crate) fn opened<M: Machine>(
        conversation: Conversation<M, T>,
        peer: Option<Destination>,
        ports: Option<Ports>,
    ) -> Result<Self> {
        let (transport, buffered) = conversation.into_stream()?;
        let inner = Inner {
            transport,
            has_buffered: AtomicBool::new(!buffered.is_empty()),
            buffered: Mutex::new(buffered),
            peer,
            ports,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Who connected, if this stream was accepted; the router vouches for it.
    pub fn peer(&self) -> Option<&Destination> {
        self.inner.peer.as_ref()
    }

    /// The I2CP ports, if they are known; i2pd and emissary tell none.
    pub fn ports(&self) -> Option<Ports> {
        self.inner.ports
    }

    /// Another handle to the same stream; both share what is still to be read.
    ///
    /// # Errors
    /// None: it takes no descriptor. A `Result` as with [`TcpStream::try_clone`], so that code
    /// for one serves for the other.
    pub fn try_clone(&self) -> io::Result<Self> {
        Ok(Self {
            inner: Arc::clone(&self.inner),
        })
    }

    /// Ends one or both directions.
    ///
    /// # Errors
    /// Those of the transport.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.inner.transport.shutdown(how)
    }

    /// Bounds each read; `None` is for ever.
    ///
    /// # Errors
    /// Those of the transport, also for a limit of zero.
    pub fn set_read_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        self.inner.transport.set_read_timeout(limit)
    }

    /// Bounds each write; `None` is for ever.
    ///
    /// # Errors
    /// Those of the transport, also for a limit of zero.
    pub fn set_write_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        self.inner.transport.set_write_timeout(limit)
    }

    /// How many bytes can be read before the transport is asked.
    ///
    /// Read them before waiting for the descriptor to become readable.
    pub fn buffered(&self) -> usize {
        self.inner.lock_buffered().len()
    }

    /// The transport, for what this type does not offer; reading from it skips
    /// [`Self::buffered`] bytes.
    pub fn transport(&self) -> &T {
        &self.inner.transport
    }

    /// The bare transport and the bytes that have been received but not read.
    ///
    /// # Errors
    /// The stream itself, while there are other handles to it.
    pub fn into_parts(self) -> Result<(T, Vec<u8>), Self> {
        let inner = Arc::try_unwrap(self.inner).map_err(|inner| Self { inner })?;
        match Arc::try_unwrap(inner.transport) {
            Ok(transport) => {
                let buffered = inner.buffered.into_inner();
                Ok((transport, buffered.unwrap_or_else(PoisonError::into_inner)))
            }
            Err(transport) => Err(Self {
                inner: Arc::new(Inner { transport, ..inner }),
            }),
        }
    }
}

impl<T> Inner<T> {
    fn lock_buffered(&self) -> std::sync::MutexGuard<'_, Vec<u8>> {
        self.buffered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes that came with the last line; `None` once there are no more.
    fn read_buffered(&self, out: &mut [u8]) -> Option<usize> {
        if !self.has_buffered.load(Ordering::Acquire) {
            return None;
        }
        let mut buffered = self.lock_buffered();
        if buffered.is_empty() {
            return None;
        }
        let count = out.len().min(buffered.len());
        for (to, from) in out.iter_mut().zip(buffered.drain(..count)) {
            *to = from;
        }
        if buffered.is_empty() {
            *buffered = Vec::new();
            self.has_buffered.store(false, Ordering::Release);
        }
        Some(count)
    }
}

impl<T: Transport> Read for &Stream<T> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self.inner.read_buffered(out) {
            Some(count) => Ok(count),
            None => self.inner.transport.read(out),
        }
    }
}

impl<T: Transport> Write for &Stream<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.transport.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.transport.flush()
    }
}

impl<T: Transport> Read for Stream<T> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        (&*self).read(out)
    }
}

impl<T: Transport> Write for Stream<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&*self).flush()
    }
}

#[cfg(unix)]
impl<T: std::os::fd::AsFd> std::os::fd::AsFd for Stream<T> {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.inner.transport.as_fd()
    }
}

#[cfg(unix)]
impl<T: std::os::fd::AsRawFd> std::os::fd::AsRawFd for Stream<T> {
    fn as_raw_fd(&self) -> std::os::fd::RawFd {
        self.inner.transport.as_raw_fd()
    }
}

#[cfg(windows)]
impl<T: std::os::windows::io::AsSocket> std::os::windows::io::AsSocket for Stream<T> {
    fn as_socket(&self) -> std::os::windows::io::BorrowedSocket<'_> {
        self.inner.transport.as_socket()
    }
}

impl<T> fmt::Debug for Stream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream")
            .field("peer", &self.inner.peer)
            .field("ports", &self.inner.ports)
            .finish_non_exhaustive()
    }
}
