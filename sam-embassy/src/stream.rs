//! A connection to a peer.

use core::ops::Range;

use embassy_net::tcp::{Error, TcpReader, TcpWriter};
use embassy_time::{Duration, with_timeout};
use embedded_io_async::{ErrorType, Read, ReadReady, Write};
#[cfg(feature = "b32")]
use sam_core::DestinationHash;

use crate::identity::Identity;
use crate::pool::Lease;

/// How long `close` waits for the other end to close as well.
const LINGER: Duration = Duration::from_secs(2);

/// A stream to or from a peer, which occupies a slot of the [`Pool`](crate::Pool).
///
/// [`Stream::close`] ends it properly. Dropping it aborts the connection, whatever was not sent
/// yet is lost, and the slot is free again.
pub struct Stream {
    lease: Lease,
    unread: Range<usize>,
    #[cfg_attr(not(feature = "b32"), expect(dead_code, reason = "nobody knows"))]
    peer: Identity,
}

impl Stream {
    pub(crate) const fn new(lease: Lease, unread: Range<usize>, peer: Identity) -> Self {
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
    ///
    /// # Errors
    /// None in practice: as the streams' own, since a stream always has its socket.
    pub fn split(&mut self) -> Result<(ReadHalf<'_>, WriteHalf<'_>), Error> {
        let Self { lease, unread, .. } = self;
        let (socket, heard, _) = lease.parts().map_err(|_| Error::ConnectionReset)?;
        let (reader, writer) = socket.split();
        let reader = ReadHalf {
            reader,
            heard,
            unread,
        };
        Ok((reader, WriteHalf { writer }))
    }

    /// Sends what was written, and the end; returns when the other end has it all.
    ///
    /// Waits two more seconds at most for the other end to close as well. Dropping the future
    /// aborts the connection.
    ///
    /// # Errors
    /// [`Error::ConnectionReset`] if the connection broke before.
    pub async fn close(mut self) -> Result<(), Error> {
        let (socket, ..) = self.lease.parts().map_err(|_| Error::ConnectionReset)?;
        socket.close();
        socket.flush().await?;
        let mut rest = [0; 64];
        let ended =
            async { while matches!(socket.read(&mut rest).await, Ok(count) if count > 0) {} };
        let _ = with_timeout(LINGER, ended).await;
        Ok(())
    }
}

/// The direction from the peer.
pub struct ReadHalf<'s> {
    reader: TcpReader<'s>,
    heard: &'s [u8],
    unread: &'s mut Range<usize>,
}

/// The direction to the peer.
pub struct WriteHalf<'s> {
    writer: TcpWriter<'s>,
}

/// Moves bytes that came with the last line to `out`; returns how many.
fn take(heard: &[u8], unread: &mut Range<usize>, out: &mut [u8]) -> usize {
    let bytes = heard.get(unread.clone()).unwrap_or_default();
    let count = bytes.len().min(out.len());
    if let (Some(out), Some(bytes)) = (out.get_mut(..count), bytes.get(..count)) {
        out.copy_from_slice(bytes);
    }
    unread.start += count;
    count
}

impl ErrorType for Stream {
    type Error = Error;
}

impl ErrorType for ReadHalf<'_> {
    type Error = Error;
}

impl ErrorType for WriteHalf<'_> {
    type Error = Error;
}

impl Read for Stream {
    async fn read(&mut self, out: &mut [u8]) -> Result<usize, Error> {
        let (mut reader, _) = self.split()?;
        reader.read(out).await
    }
}

impl Read for ReadHalf<'_> {
    async fn read(&mut self, out: &mut [u8]) -> Result<usize, Error> {
        if out.is_empty() {
            return Ok(0);
        }
        match take(self.heard, self.unread, out) {
            0 => self.reader.read(out).await,
            count => Ok(count),
        }
    }
}

impl ReadReady for Stream {
    fn read_ready(&mut self) -> Result<bool, Error> {
        let (mut reader, _) = self.split()?;
        reader.read_ready()
    }
}

impl ReadReady for ReadHalf<'_> {
    fn read_ready(&mut self) -> Result<bool, Error> {
        if self.unread.start == self.unread.end {
            self.reader.read_ready()
        } else {
            Ok(true)
        }
    }
}

impl Write for Stream {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        let (_, mut writer) = self.split()?;
        writer.write(bytes).await
    }

    async fn flush(&mut self) -> Result<(), Error> {
        let (_, mut writer) = self.split()?;
        writer.flush().await
    }
}

impl Write for WriteHalf<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        self.writer.write(bytes).await
    }

    async fn flush(&mut self) -> Result<(), Error> {
        self.writer.flush().await
    }
}
