//! What can go wrong, grouped by who must act.

use core::fmt;

use embedded_io_async::ErrorKind;
use sam_core::io::IoError;

/// An error of a session, a verb or a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Error {
    /// No router answers there; or the network is down.
    Unreachable,
    /// Something answers there, but it does not prove to be the router, or does not take this
    /// program for one of its own. Plain TCP asks for no proof.
    NotTrusted,
    /// The router refused, spoke nonsense or closed the connection; or it was asked for what
    /// cannot be said.
    Sam(sam_core::Error),
    /// The connection to the router broke, and a stream with it.
    Reset,
    /// The router took longer than it may, see [`Router::timeouts`](crate::Router::timeouts).
    TimedOut,
    /// A datagram is larger than the buffer for it, and is lost.
    Oversized {
        /// Bytes of the datagram.
        len: usize,
    },
    /// The session was lost meanwhile; its runner brings it back.
    SessionLost,
    /// The session's runner has stopped: dropped, or after an error that trying again cannot mend.
    Closed,
}

impl Error {
    /// The same for the core, which sees all that the router did not say as an end.
    pub(crate) const fn to_core(self) -> sam_core::Error {
        match self {
            Self::Sam(error) => error,
            _ => sam_core::Error::Closed,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable => f.write_str("no router can be reached"),
            Self::NotTrusted => f.write_str("the router and this program share no key"),
            Self::Sam(error) => error.fmt(f),
            Self::Reset => f.write_str("the connection to the router broke"),
            Self::TimedOut => f.write_str("the router took too long"),
            Self::Oversized { len } => {
                write!(
                    f,
                    "the datagram has {len} bytes, more than the buffer for it"
                )
            }
            Self::SessionLost => f.write_str("the session was lost"),
            Self::Closed => f.write_str("the session's runner has stopped"),
        }
    }
}

impl core::error::Error for Error {}

impl embedded_io_async::Error for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Unreachable => ErrorKind::ConnectionRefused,
            Self::NotTrusted => ErrorKind::PermissionDenied,
            Self::Sam(_) | Self::Oversized { .. } => ErrorKind::Other,
            Self::Reset => ErrorKind::ConnectionReset,
            Self::TimedOut => ErrorKind::TimedOut,
            Self::SessionLost => ErrorKind::ConnectionAborted,
            Self::Closed => ErrorKind::NotConnected,
        }
    }
}

impl From<sam_core::Error> for Error {
    fn from(error: sam_core::Error) -> Self {
        Self::Sam(error)
    }
}

/// The error of a driver.
pub(crate) fn from_driver<E>(error: IoError<E>) -> Error {
    match error {
        IoError::Sam(error) => Error::Sam(error),
        _ => Error::Reset,
    }
}
