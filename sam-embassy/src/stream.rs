//! A connection to a peer.

use core::ops::Range;

use embassy_net::tcp::TcpSocket;
use embedded_io_async::{ErrorType, Read, ReadReady, Write};
#[cfg(feature = "b32")]
use sam_core::DestinationHash;

use crate::dial::Dial;
use crate::error::Error;
use crate::identity::Identity;
use crate::pool::Lease;

/// A stream to or from a peer, which occupies a slot of the [`Pool`](crate::Pool).
///
/// [`Stream::close`] ends it properly. Dropping it aborts the connection, whatever was not sent
/// yet is lost, and the slot is free again. Reads and writes fail with [`Error::Reset`] only.
pub struct Stream<T: Dial = TcpSocket<'static>> {
    lease: Lease<T>,
    unread: Range<usize>,
    pub(crate) peer: Identity,
}

impl<T: Dial> Stream<T> {
    pub(crate) const fn new(lease: Lease<T>, unread: Range<usize>, peer: Identity) -> Self {
        Self {
            lease,
            unread,
            peer,
        }
    }

    /// Who connected, if the stream was accepted; the router vouches for it.
    #[cfg(feature = "b32")]
    pub const fn peer(&self) -> Option<DestinationHash> {
        self.peer.hash()
    }

    /// Both directions, to be used at the same time.
    pub fn split(&mut self) -> (ReadHalf<'_, T>, WriteHalf<'_, T>) {
        let Self { lease, unread, .. } = self;
        match lease.parts() {
            Ok((transport, heard, _)) => {
                let (reader, writer) = transport.split();
                let unread = Unread {
                    heard,
                    range: unread,
                };
                (ReadHalf(Some((reader, unread))), WriteHalf(Some(writer)))
            }
            // A stream always has its slot.
            Err(_) => (ReadHalf(None), WriteHalf(None)),
        }
    }

    /// Sends what was written, and the end; returns when the other end has it all.
    ///
    /// Waits two more seconds at most for the other end to close as well. Dropping the future
    /// aborts the connection.
    ///
    /// # Errors
    /// [`Error::Reset`] if the connection broke before.
    pub async fn close(mut self) -> Result<(), Error> {
        self.transport()?.close().await.map_err(|_| Error::Reset)
    }

    fn transport(&mut self) -> Result<&mut T, Error> {
        Ok(self.lease.parts()?.0)
    }

    fn unread(&mut self) -> Result<(&mut T, Unread<'_>), Error> {
        let (transport, heard, _) = self.lease.parts()?;
        let range = &mut self.unread;
        Ok((transport, Unread { heard, range }))
    }
}

/// The direction from the peer.
pub struct ReadHalf<'s, T: Dial = TcpSocket<'static>>(Option<(T::ReadHalf<'s>, Unread<'s>)>);

/// The direction to the peer.
pub struct WriteHalf<'s, T: Dial = TcpSocket<'static>>(Option<T::WriteHalf<'s>>);

/// Bytes of the stream that came with the last line.
struct Unread<'s> {
    heard: &'s [u8],
    range: &'s mut Range<usize>,
}

impl Unread<'_> {
    /// Moves some to `out`; returns how many.
    fn take(&mut self, out: &mut [u8]) -> usize {
        let bytes = self.heard.get(self.range.clone()).unwrap_or_default();
        let count = bytes.len().min(out.len());
        if let (Some(out), Some(bytes)) = (out.get_mut(..count), bytes.get(..count)) {
            out.copy_from_slice(bytes);
        }
        self.range.start += count;
        count
    }

    /// Takes from here first, and only when nothing is left from `reader`.
    async fn read(&mut self, reader: &mut impl Read, out: &mut [u8]) -> Result<usize, Error> {
        if out.is_empty() {
            return Ok(0);
        }
        match self.take(out) {
            0 => reader.read(out).await.map_err(|_| Error::Reset),
            count => Ok(count),
        }
    }

    fn read_ready(&self, reader: &mut impl ReadReady) -> Result<bool, Error> {
        if self.range.start == self.range.end {
            reader.read_ready().map_err(|_| Error::Reset)
        } else {
            Ok(true)
        }
    }
}

impl<T: Dial> ErrorType for Stream<T> {
    type Error = Error;
}

impl<T: Dial> ErrorType for ReadHalf<'_, T> {
    type Error = Error;
}

impl<T: Dial> ErrorType for WriteHalf<'_, T> {
    type Error = Error;
}

impl<T: Dial> Read for Stream<T> {
    async fn read(&mut self, out: &mut [u8]) -> Result<usize, Error> {
        let (transport, mut unread) = self.unread()?;
        unread.read(transport, out).await
    }
}

impl<T: Dial> Read for ReadHalf<'_, T> {
    async fn read(&mut self, out: &mut [u8]) -> Result<usize, Error> {
        let (reader, unread) = self.0.as_mut().ok_or(Error::Reset)?;
        unread.read(reader, out).await
    }
}

impl<T: Dial> ReadReady for Stream<T> {
    fn read_ready(&mut self) -> Result<bool, Error> {
        let (transport, unread) = self.unread()?;
        unread.read_ready(transport)
    }
}

impl<T: Dial> ReadReady for ReadHalf<'_, T> {
    fn read_ready(&mut self) -> Result<bool, Error> {
        let (reader, unread) = self.0.as_mut().ok_or(Error::Reset)?;
        unread.read_ready(reader)
    }
}

impl<T: Dial> Write for Stream<T> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        let written = self.transport()?.write(bytes).await;
        written.map_err(|_| Error::Reset)
    }

    async fn flush(&mut self) -> Result<(), Error> {
        let flushed = self.transport()?.flush().await;
        flushed.map_err(|_| Error::Reset)
    }
}

impl<T: Dial> Write for WriteHalf<'_, T> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        let writer = self.0.as_mut().ok_or(Error::Reset)?;
        writer.write(bytes).await.map_err(|_| Error::Reset)
    }

    async fn flush(&mut self) -> Result<(), Error> {
        let writer = self.0.as_mut().ok_or(Error::Reset)?;
        writer.flush().await.map_err(|_| Error::Reset)
    }
}
