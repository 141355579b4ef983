//! Drivers: the few lines between a [`Connection`](crate::Connection) and a transport.
//!
//! They are twins over `embedded_io` and `embedded_io_async` and know nothing of the protocol.

use core::fmt;

use crate::error::Error;

#[cfg(feature = "embedded-io-async")]
pub mod asynch;
#[cfg(feature = "embedded-io")]
pub mod blocking;
#[cfg(feature = "embedded-io")]
mod stream;

#[cfg(feature = "embedded-io")]
pub use stream::Stream;

/// An error of the protocol or of the transport below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum IoError<E> {
    /// The connection is finished.
    Sam(Error),
    /// The transport failed; if it recovers, so does the connection.
    Transport(E),
    /// The transport took no byte of a line.
    WriteZero,
}

impl<E> From<Error> for IoError<E> {
    fn from(error: Error) -> Self {
        Self::Sam(error)
    }
}

impl<E: fmt::Display> fmt::Display for IoError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sam(error) => error.fmt(f),
            Self::Transport(error) => error.fmt(f),
            Self::WriteZero => f.write_str("the transport takes no more bytes"),
        }
    }
}

impl<E: core::error::Error> core::error::Error for IoError<E> {}
