//! What can go wrong, grouped by who must act.

use std::fmt;
use std::io;
use std::path::PathBuf;

use sam_core::error::{Full, KeyError, Malformed, Usage};
use sam_core::io::IoError;
use sam_core::value::Excerpt;
use sam_core::{Error as CoreError, Reply, ResultCode, Value};

#[cfg(feature = "tls")]
use crate::tls::TlsError;

/// An error of a SAM session, a stream or the way to the router.
///
/// Text that came from outside is escaped, cut to a line, and never holds a key.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// No router answers there: is it running, and is SAM switched on?
    Unreachable {
        /// Where it was looked for.
        router: String,
        /// What the system says.
        source: io::Error,
    },
    /// The router understood, and said no.
    Refused {
        /// What its result word means.
        code: ResultCode,
        /// What it says to people; the word itself if it says nothing.
        message: String,
    },
    /// The router said something that makes no sense.
    Malformed {
        /// What is wrong with it.
        malformed: Malformed,
        /// What it said, as far as it may be shown; empty if that would tell nothing.
        received: String,
    },
    /// The port speaks TLS, and was dialled without.
    TlsExpected,
    /// The way to the router cannot be trusted, or was cut.
    #[cfg(feature = "tls")]
    Tls(TlsError),
    /// The router gave the session another key, or one of another type, than it was asked for.
    OtherIdentity,
    /// The router took longer than it may; see [`Router::timeouts`](crate::Router::timeouts).
    TimedOut,
    /// The router closed the connection without a word.
    Closed,
    /// The session is gone: closed here, or lost with the router.
    SessionEnded,
    /// The caller asked for what cannot be said or done; nothing was sent.
    Usage(Usage),
    /// The router cannot do this; that was found out where it costs nothing, and nothing was sent.
    Unsupported,
    /// A line is longer than the 16 KiB this crate reserves for it.
    Full(Full),
    /// A datagram was larger than the buffer it was to be put into, and is lost.
    Oversized {
        /// How many bytes it has.
        len: usize,
    },
    /// Others can get at a key file: whoever reads it can pose as its destination for ever.
    KeyFileExposed {
        /// Which.
        path: PathBuf,
        /// Its permissions, of which those of group and others have to go.
        mode: u32,
    },
    /// The system's own error: the connection, a file.
    Io(io::Error),
}

/// A [`Result`](std::result::Result) with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Whether the router refused with this code.
    pub fn is_refused(&self, wanted: ResultCode) -> bool {
        matches!(self, Self::Refused { code, .. } if *code == wanted)
    }

    /// An error of the core, with what the line it is about can tell.
    pub(crate) fn about(error: CoreError, line: &[u8]) -> Self {
        match error {
            CoreError::Refused(code) => Self::refused(code, line),
            CoreError::Peer(malformed) => Self::Malformed {
                malformed,
                received: Excerpt::new(line).to_string(),
            },
            CoreError::Usage(usage) => Self::Usage(usage),
            CoreError::Full(full) => Self::Full(full),
            CoreError::Closed => Self::Closed,
            other => Self::Io(io::Error::other(other)),
        }
    }

    /// The error of a driver, with what the line it is about can tell.
    pub(crate) fn from_driver(error: IoError<io::Error>, line: &[u8]) -> Self {
        match error {
            IoError::Sam(error) => Self::about(error, line),
            IoError::Transport(error) => error.into(),
            IoError::WriteZero => Self::Io(io::ErrorKind::WriteZero.into()),
            _ => Self::Io(io::ErrorKind::Other.into()),
        }
    }

    /// The kind of the [`io::Error`] it turns into.
    fn kind(&self) -> io::ErrorKind {
        match self {
            Self::Unreachable { source, .. } => source.kind(),
            Self::Refused { code, .. } => match code {
                ResultCode::CantReachPeer => io::ErrorKind::HostUnreachable,
                ResultCode::ConnectionRefused => io::ErrorKind::ConnectionRefused,
                ResultCode::Timeout => io::ErrorKind::TimedOut,
                ResultCode::DuplicatedDest | ResultCode::DuplicatedId => io::ErrorKind::AddrInUse,
                ResultCode::InvalidId => io::ErrorKind::NotConnected,
                ResultCode::InvalidKey
                | ResultCode::KeyNotFound
                | ResultCode::LeasesetNotFound
                | ResultCode::PeerNotFound => io::ErrorKind::NotFound,
                ResultCode::NoVersion => io::ErrorKind::Unsupported,
                _ => io::ErrorKind::Other,
            },
            Self::Malformed { .. }
            | Self::OtherIdentity
            | Self::Full(_)
            | Self::Oversized { .. }
            | Self::TlsExpected => io::ErrorKind::InvalidData,
            #[cfg(feature = "tls")]
            Self::Tls(error) => error.kind(),
            Self::TimedOut => io::ErrorKind::TimedOut,
            Self::Closed => io::ErrorKind::UnexpectedEof,
            Self::SessionEnded => io::ErrorKind::ConnectionAborted,
            Self::Usage(_) => io::ErrorKind::InvalidInput,
            Self::Unsupported => io::ErrorKind::Unsupported,
            Self::KeyFileExposed { .. } => io::ErrorKind::PermissionDenied,
            Self::Io(error) => error.kind(),
        }
    }

    fn refused(code: ResultCode, line: &[u8]) -> Self {
        let status = Reply::parse(line).ok().and_then(|reply| reply.status());
        let message = status.map_or_else(
            || code.to_string(),
            |status| readable(status.message.unwrap_or(status.word())),
        );
        Self::Refused { code, message }
    }
}

/// Text for people: escaped, cut, and without words as long as keys are.
fn readable(text: Value<'_>) -> String {
    let text = text.to_string();
    let words = text.split(' ').map(|word| match word.get(..16) {
        Some(start) if word.len() > 64 => format!("{start}..."),
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable { router, source } => {
                write!(f, "no router answers at {router}: {source}")
            }
            Self::Refused { code, message } if *message == code.to_string() => {
                write!(f, "the router refused: {code}")
            }
            Self::Refused { code, message } => write!(f, "the router refused: {code} ({message})"),
            Self::Malformed {
                malformed,
                received,
            } if received.is_empty() => write!(f, "the router makes no sense: {malformed}"),
            Self::Malformed {
                malformed,
                received,
            } => {
                write!(
                    f,
                    "the router makes no sense: {malformed} in \"{received}\""
                )
            }
            Self::TlsExpected => {
                f.write_str("the router's port speaks TLS, and was dialled without")
            }
            #[cfg(feature = "tls")]
            Self::Tls(error) => error.fmt(f),
            Self::OtherIdentity => {
                f.write_str("the router gave the session another identity than asked for")
            }
            Self::TimedOut => f.write_str("the router did not answer in time"),
            Self::Closed => f.write_str("the router closed the connection"),
            Self::SessionEnded => f.write_str("the session has ended"),
            Self::Usage(usage) => usage.fmt(f),
            Self::Unsupported => f.write_str("the router cannot do this"),
            Self::Full(full) => full.fmt(f),
            Self::Oversized { len } => write!(f, "a datagram of {len} bytes exceeds the buffer"),
            Self::KeyFileExposed { path, mode } => write!(
                f,
                "{}: others can get at this key (mode {mode:03o}); run chmod 600 on it",
                path.display()
            ),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreachable { source, .. } => Some(source),
            Self::Io(error) => error.source(),
            _ => None,
        }
    }
}

impl From<io::Error> for Error {
    /// Time-outs become [`Error::TimedOut`], whichever way the system spells them.
    fn from(error: io::Error) -> Self {
        #[cfg(feature = "tls")]
        if let Some(error) = TlsError::inside(&error) {
            return Self::Tls(error.clone());
        }
        match error.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Self::TimedOut,
            _ => Self::Io(error),
        }
    }
}

#[cfg(feature = "tls")]
impl From<TlsError> for Error {
    fn from(error: TlsError) -> Self {
        Self::Tls(error)
    }
}

impl From<Usage> for Error {
    fn from(usage: Usage) -> Self {
        Self::Usage(usage)
    }
}

impl From<KeyError> for Error {
    fn from(error: KeyError) -> Self {
        Self::Usage(Usage::Key(error))
    }
}

impl From<Full> for Error {
    fn from(full: Full) -> Self {
        Self::Full(full)
    }
}

impl From<Error> for io::Error {
    /// The system's own error comes out as it went in.
    fn from(error: Error) -> Self {
        match error {
            Error::Io(inner) => inner,
            #[cfg(feature = "tls")]
            Error::Tls(inner) => inner.into(),
            error => Self::new(error.kind(), error),
        }
    }
}
