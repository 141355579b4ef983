//! How it went: the result words of routers, and what they say to people.

use core::fmt;

use crate::error::Error;
use crate::value::Value;
use crate::writer::Writer;

/// `RESULT=` and `MESSAGE=`: how it went, for programs and for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Status<'a> {
    result: Value<'a>,
    /// What the router says to a person; never decide on its text.
    pub message: Option<Value<'a>>,
}

impl<'a> Status<'a> {
    /// The status that says it went well.
    pub const OK: Self = Self::new(ResultCode::Ok);

    /// The status with the word of `code`, and no message.
    pub const fn new(code: ResultCode) -> Self {
        Self {
            result: Value::new(code.word().as_bytes()),
            message: None,
        }
    }

    /// The same status with a message for people.
    #[must_use]
    pub fn with_message(self, message: &'a str) -> Self {
        Self {
            message: Some(message.into()),
            ..self
        }
    }

    /// What the result word means.
    pub fn code(&self) -> ResultCode {
        ResultCode::from_value(self.result)
    }

    /// The result word itself.
    pub const fn word(&self) -> Value<'a> {
        self.result
    }

    /// Whether it went well.
    pub fn is_ok(&self) -> bool {
        self.code() == ResultCode::Ok
    }

    /// `Ok`, or the refusal as an error.
    ///
    /// # Errors
    /// [`Error::Refused`] unless the status is OK.
    pub fn into_result(self) -> Result<(), Error> {
        match self.code() {
            ResultCode::Ok => Ok(()),
            code => Err(Error::Refused(code)),
        }
    }

    pub(crate) const fn of(result: Value<'a>, message: Option<Value<'a>>) -> Self {
        Self { result, message }
    }

    pub(crate) fn encode(&self, line: &mut Writer<'_>) {
        self.encode_result(line);
        self.encode_message(line);
    }

    pub(crate) fn encode_result(&self, line: &mut Writer<'_>) {
        line.add_pair("RESULT", self.result);
    }

    pub(crate) fn encode_message(&self, line: &mut Writer<'_>) {
        line.optional("MESSAGE", self.message);
    }
}

/// What a result word means; words nobody knows yet are [`ResultCode::Other`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ResultCode {
    /// It went well.
    Ok,
    /// The peer exists, but cannot be reached.
    CantReachPeer,
    /// The destination is in use by another session.
    DuplicatedDest,
    /// The session ID is in use.
    DuplicatedId,
    /// A generic error of the router; MESSAGE tells more.
    I2pError,
    /// There is no session with that ID.
    InvalidId,
    /// The key or address is not valid; i2pd says so of every failed lookup too.
    InvalidKey,
    /// The name is not known.
    KeyNotFound,
    /// The leaseset cannot be found.
    LeasesetNotFound,
    /// No version both sides speak.
    NoVersion,
    /// The peer cannot be found.
    PeerNotFound,
    /// The peer did not answer in time.
    Timeout,
    /// The peer refused the connection (Java I2P).
    ConnectionRefused,
    /// ACCEPT and FORWARD exclude each other (Java I2P).
    AlreadyAccepting,
    /// A word that is not in this list; read it from [`Status::word`].
    Other,
}

impl ResultCode {
    const KNOWN: [Self; 14] = [
        Self::Ok,
        Self::CantReachPeer,
        Self::DuplicatedDest,
        Self::DuplicatedId,
        Self::I2pError,
        Self::InvalidId,
        Self::InvalidKey,
        Self::KeyNotFound,
        Self::LeasesetNotFound,
        Self::NoVersion,
        Self::PeerNotFound,
        Self::Timeout,
        Self::ConnectionRefused,
        Self::AlreadyAccepting,
    ];

    /// The word the specification gives it; [`ResultCode::Other`] becomes `I2P_ERROR`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::CantReachPeer => "CANT_REACH_PEER",
            Self::DuplicatedDest => "DUPLICATED_DEST",
            Self::DuplicatedId => "DUPLICATED_ID",
            Self::I2pError | Self::Other => "I2P_ERROR",
            Self::InvalidId => "INVALID_ID",
            Self::InvalidKey => "INVALID_KEY",
            Self::KeyNotFound => "KEY_NOT_FOUND",
            Self::LeasesetNotFound => "LEASESET_NOT_FOUND",
            Self::NoVersion => "NOVERSION",
            Self::PeerNotFound => "PEER_NOT_FOUND",
            Self::Timeout => "TIMEOUT",
            Self::ConnectionRefused => "CONNECTION_REFUSED",
            Self::AlreadyAccepting => "ALREADY_ACCEPTING",
        }
    }

    /// What a word means. emissary spells two of them without the D.
    pub fn from_word(word: &[u8]) -> Self {
        Self::from_value(Value::new(word))
    }

    pub(crate) fn from_value(word: Value<'_>) -> Self {
        if word == "DUPLICATE_ID" {
            return Self::DuplicatedId;
        }
        if word == "DUPLICATE_DEST" {
            return Self::DuplicatedDest;
        }
        Self::KNOWN
            .into_iter()
            .find(|code| word == code.word())
            .unwrap_or(Self::Other)
    }
}

impl fmt::Display for ResultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Other => "an unknown result",
            known => known.word(),
        })
    }
}
