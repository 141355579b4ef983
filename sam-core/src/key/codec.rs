//! What base64 and base32 have in common.

use core::fmt;

use crate::error::{Error, Full, KeyError, Usage};

/// What can go wrong when text is turned into bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum DecodeError {
    /// The text is not what it should be.
    Key(KeyError),
    /// The slice for the result is too small.
    Full(Full),
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(error) => error.fmt(f),
            Self::Full(full) => full.fmt(f),
        }
    }
}

impl core::error::Error for DecodeError {}

impl From<KeyError> for DecodeError {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}

impl From<Full> for DecodeError {
    fn from(full: Full) -> Self {
        Self::Full(full)
    }
}

impl From<DecodeError> for Error {
    /// Takes the text for the caller's own; whose fault a router's text is, only the caller knows.
    fn from(error: DecodeError) -> Self {
        match error {
            DecodeError::Key(error) => Self::Usage(Usage::Key(error)),
            DecodeError::Full(full) => Self::Full(full),
        }
    }
}

/// Takes decoded bytes, piece by piece; a call and no copy of the code for each user.
pub(super) type Put<'p> = &'p mut dyn FnMut(&[u8]);

/// Text these codecs have written, which is ASCII.
pub(super) fn ascii(text: &[u8]) -> &str {
    core::str::from_utf8(text).unwrap_or_default()
}
