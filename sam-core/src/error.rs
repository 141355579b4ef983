//! Errors, grouped by who must act on them.

use core::fmt;

use crate::field::Field;
use crate::status::ResultCode;
use crate::types::Version;

/// Everything that can go wrong inside the core; small, owned and free of peer text.
///
/// The line an error is about stays readable in
/// [`Connection::last_line`](crate::Connection::last_line) until more bytes are received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Error {
    /// The caller asked for what cannot be said or done; nothing was sent.
    Usage(Usage),
    /// A buffer the caller handed in is too small.
    Full(Full),
    /// The other end said something that makes no sense here.
    Peer(Malformed),
    /// The router understood, and said no.
    Refused(ResultCode),
    /// The other end closed the connection.
    Closed,
}

/// What the caller has to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Usage {
    /// A value is empty where the protocol needs one.
    Empty,
    /// A value is longer than the field it is for.
    TooLong,
    /// A datagram is longer than so many bytes, more than which cannot be sent this way.
    TooLarge(u16),
    /// A value holds a byte that would break the line or that routers refuse.
    Forbidden(u8),
    /// A number lies outside its range.
    OutOfRange,
    /// An address that is not an I2P address: no `.i2p` name, no b32, no destination.
    NotI2p,
    /// A request is outstanding on this connection; its reply has to come first.
    Busy,
    /// This cannot be said in the connection's present state.
    NotNow,
    /// The router speaks an older version than this needs.
    NeedsVersion(Version),
    /// A `Line` token was used after the buffer had moved on.
    Stale,
    /// The crate was built without the feature `b32`, which this needs.
    NeedsB32,
    /// An option's key is empty, has bytes other than `[A-Za-z0-9._]`, is one of the protocol's
    /// own, or is given twice.
    OptionKey,
    /// A key is not in one of the forms the specification gives it.
    Key(KeyError),
}

/// Which of the caller's buffers is too small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Full {
    /// The other end sent a line longer than the receive buffer.
    Receive,
    /// A line does not fit the transmit buffer.
    Transmit,
    /// A slice handed in for a result cannot hold it.
    Output,
}

/// What is wrong with what the other end said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Malformed {
    /// The line is no SAM line at all.
    Syntax,
    /// The verb is not known here.
    Verb,
    /// A well-formed line nobody asked for, or not at this point.
    Unexpected,
    /// A key that has to be there is missing.
    Missing(Field),
    /// A key occurs twice, so the line contradicts itself.
    Twice(Field),
    /// The value of a key cannot be what it must be.
    Value(Field),
    /// The router settled on a version that is not 3.x.
    Version,
    /// A destination or private key is not in one of the forms the specification gives it.
    Key(KeyError),
}

/// What is wrong with a key, a destination or its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum KeyError {
    /// A byte outside I2P's base64 or base32 alphabet, or misplaced padding.
    Alphabet,
    /// Fewer or more bytes than the structure says.
    Length,
    /// A certificate that contradicts itself.
    Certificate,
    /// A signature type whose key sizes are not known, or that is of no use here.
    SignatureType(u16),
    /// The checksum of an encrypted address does not fit: mistyped, or of a kind nobody has
    /// defined, which look the same.
    Checksum,
    /// A seed of zeros, which only a broken source of random numbers makes.
    Seed,
    /// An offline-signed key where one is needed that can sign for its destination.
    Offline,
    /// A signature that the destination's key has not made, or a private key that is not the
    /// public one's.
    Signature,
    /// An offline signature whose time is over.
    Expired,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(usage) => usage.fmt(f),
            Self::Full(full) => full.fmt(f),
            Self::Peer(malformed) => malformed.fmt(f),
            Self::Refused(code) => write!(f, "refused: {code}"),
            Self::Closed => f.write_str("the other end closed the connection"),
        }
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a value is empty"),
            Self::TooLong => f.write_str("a value is too long"),
            Self::TooLarge(limit) => write!(f, "a datagram is longer than {limit} bytes"),
            Self::Forbidden(byte) => {
                write!(
                    f,
                    "a value holds the byte 0x{byte:02x}, which SAM cannot carry there"
                )
            }
            Self::OutOfRange => f.write_str("a number is out of range"),
            Self::NotI2p => f.write_str("not an I2P address"),
            Self::Busy => f.write_str("another request is outstanding on this connection"),
            Self::NotNow => f.write_str("not possible in the connection's present state"),
            Self::NeedsVersion(version) => write!(f, "needs a router that speaks SAM {version}"),
            Self::Stale => f.write_str("the line was overwritten by a later one"),
            Self::NeedsB32 => f.write_str("built without the feature `b32`"),
            Self::OptionKey => f.write_str("an option's key is malformed, reserved or given twice"),
            Self::Key(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Receive => "a line is longer than the receive buffer",
            Self::Transmit => "a line is longer than the transmit buffer",
            Self::Output => "the result is longer than the slice given for it",
        })
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax => f.write_str("not a SAM line"),
            Self::Verb => f.write_str("unknown verb"),
            Self::Unexpected => f.write_str("a line nobody asked for"),
            Self::Missing(key) => write!(f, "{key} is missing"),
            Self::Twice(key) => write!(f, "{key} occurs twice"),
            Self::Value(key) => write!(f, "the value of {key} is malformed"),
            Self::Version => f.write_str("not a SAM 3 version"),
            Self::Key(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alphabet => f.write_str("a byte outside I2P's base64 or base32 alphabet"),
            Self::Length => f.write_str("a key or destination of the wrong length"),
            Self::Certificate => f.write_str("a certificate that contradicts itself"),
            Self::SignatureType(number) => {
                write!(f, "signature type {number} is not known here")
            }
            Self::Checksum => f.write_str("an address that was mistyped: its checksum is wrong"),
            Self::Seed => f.write_str("a seed that is not random"),
            Self::Offline => f.write_str("the signing key of the destination is elsewhere"),
            Self::Signature => f.write_str("a signature or key that does not belong to the rest"),
            Self::Expired => f.write_str("the offline signature has expired"),
        }
    }
}

impl core::error::Error for Error {}
impl core::error::Error for Usage {}
impl core::error::Error for Full {}
impl core::error::Error for Malformed {}
impl core::error::Error for KeyError {}

impl From<Usage> for Error {
    fn from(usage: Usage) -> Self {
        Self::Usage(usage)
    }
}

impl From<Full> for Error {
    fn from(full: Full) -> Self {
        Self::Full(full)
    }
}

impl From<Malformed> for Error {
    fn from(malformed: Malformed) -> Self {
        Self::Peer(malformed)
    }
}
