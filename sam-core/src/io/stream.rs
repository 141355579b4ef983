//! A connection that has become a stream.

use crate::line::Unread;

/// The transport of a stream, with the first bytes that came with the last line.
///
/// Reading serves those bytes before it asks the transport, so that none is lost or reordered
/// when a socket turns from lines into a stream.
#[derive(Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Stream<T, B> {
    transport: T,
    unread: Unread<B>,
}

impl<T, B: AsRef<[u8]>> Stream<T, B> {
    /// Joins what [`Connection::into_unread`](crate::Connection::into_unread) handed over with
    /// the transport it came from.
    pub const fn new(transport: T, unread: Unread<B>) -> Self {
        Self { transport, unread }
    }

    /// The bytes that are there already.
    pub fn unread(&self) -> &[u8] {
        self.unread.as_slice()
    }

    /// The transport; reading from it directly skips [`Self::unread`].
    pub const fn transport_mut(&mut self) -> &mut T {
        &mut self.transport
    }

    /// Both parts.
    pub fn into_parts(self) -> (T, Unread<B>) {
        (self.transport, self.unread)
    }
}

#[cfg(feature = "embedded-io")]
impl<T: embedded_io::ErrorType, B> embedded_io::ErrorType for Stream<T, B> {
    type Error = T::Error;
}

#[cfg(feature = "embedded-io")]
impl<T: embedded_io::Read, B: AsRef<[u8]>> embedded_io::Read for Stream<T, B> {
    fn read(&mut self, out: &mut [u8]) -> Result<usize, T::Error> {
        if self.unread.is_empty() {
            self.transport.read(out)
        } else {
            Ok(self.unread.take(out))
        }
    }
}

#[cfg(feature = "embedded-io")]
impl<T: embedded_io::ReadReady, B: AsRef<[u8]>> embedded_io::ReadReady for Stream<T, B> {
    fn read_ready(&mut self) -> Result<bool, T::Error> {
        if self.unread.is_empty() {
            self.transport.read_ready()
        } else {
            Ok(true)
        }
    }
}

#[cfg(feature = "embedded-io")]
impl<T: embedded_io::Write, B: AsRef<[u8]>> embedded_io::Write for Stream<T, B> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, T::Error> {
        self.transport.write(bytes)
    }

    fn flush(&mut self) -> Result<(), T::Error> {
        self.transport.flush()
    }
}

#[cfg(feature = "embedded-io-async")]
impl<T: embedded_io_async::Read, B: AsRef<[u8]>> embedded_io_async::Read for Stream<T, B> {
    async fn read(&mut self, out: &mut [u8]) -> Result<usize, T::Error> {
        if self.unread.is_empty() {
            self.transport.read(out).await
        } else {
            Ok(self.unread.take(out))
        }
    }
}

#[cfg(feature = "embedded-io-async")]
impl<T: embedded_io_async::Write, B: AsRef<[u8]>> embedded_io_async::Write for Stream<T, B> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, T::Error> {
        self.transport.write(bytes).await
    }

    async fn flush(&mut self) -> Result<(), T::Error> {
        self.transport.flush().await
    }
}
