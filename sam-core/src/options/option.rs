//! One option: a key, and a value that can be sent or the reason why it cannot.

use core::fmt;

use super::Put;
use crate::error::{Error, Usage};
use crate::value::Value;
use crate::writer::Writer;

/// An option of I2CP, tunnels or streaming, other than the fields of
/// [`SessionOptions`](super::SessionOptions).
///
/// Its functions say which there are, in which range, and who can see them: the router only, the
/// peers the session talks to, or every peer that looks for it. All are `const`. One that cannot be
/// sent is refused when a session is to be created, before anything is sent;
/// [`Self::validate`] tells earlier.
///
/// [`Tunnels`](super::Tunnels) makes those of tunnels.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SessionOption<'a> {
    key: &'a str,
    setting: Result<Setting<'a>, Usage>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Setting<'a> {
    Text(&'a str),
    Number(i32),
}

impl<'a> SessionOption<'a> {
    /// Any option, sent as it is; it depends on the option who can see it.
    ///
    /// Refused are [`Usage::OptionKey`] for a key that has bytes other than letters, digits, `.`
    /// and `_`, where emissary stops reading, or is one of the protocol's own, which have their own
    /// types; [`Usage::Empty`] for a value that is empty, behind which emissary reads nothing
    /// more; [`Usage::Forbidden`] for a value with a line break or NUL. A value with a space is
    /// sent in quotes, which i2pd does not understand.
    pub const fn other(key: &'a str, value: &'a str) -> Self {
        if !is_option_key(key.as_bytes()) {
            return Self::refused(key, Usage::OptionKey);
        }
        Self::text(key, value, Alphabet::Line)
    }

    /// The key, for instance `i2cp.gzip`.
    pub const fn key(&self) -> &'a str {
        self.key
    }

    /// Whether the option can be sent.
    ///
    /// # Errors
    /// [`Usage`], which one depends on the option.
    pub const fn validate(&self) -> Result<(), Usage> {
        match self.setting {
            Ok(_) => Ok(()),
            Err(usage) => Err(usage),
        }
    }

    /// Calls `put` with the key and the value as it is sent; keep values out of logs, since some
    /// are secret keys.
    ///
    /// # Errors
    /// [`Error::Usage`] if the option cannot be sent; those of `put`.
    pub fn put(&self, put: Put<'_>) -> Result<(), Error> {
        match self.setting? {
            Setting::Text(text) => put(self.key, text.into()),
            Setting::Number(number) => put_number(self.key, number, put),
        }
    }

    pub(super) fn encode(&self, line: &mut Writer<'_>) {
        match self.setting {
            Ok(Setting::Text(text)) => line.add_pair(self.key, text.into()),
            Ok(Setting::Number(number)) => {
                line.key(self.key);
                add_number(number, line);
            }
            Err(usage) => line.fail(usage.into()),
        }
    }

    /// A text for the router, which keeps no more than 255 bytes of an option (I2CP).
    pub(super) const fn short(key: &'a str, text: &'a str, may_hold: Alphabet) -> Self {
        if text.len() > 255 {
            return Self::refused(key, Usage::TooLong);
        }
        Self::text(key, text, may_hold)
    }

    /// A text that is not empty, of bytes that may stand in it.
    const fn text(key: &'a str, text: &'a str, may_hold: Alphabet) -> Self {
        let mut rest = text.as_bytes();
        if rest.is_empty() {
            return Self::refused(key, Usage::Empty);
        }
        while let [byte, after @ ..] = rest {
            if !may_hold.has(*byte) {
                return Self::refused(key, Usage::Forbidden(*byte));
            }
            rest = after;
        }
        Self::word(key, text)
    }

    /// A text that needs no check.
    pub(super) const fn word(key: &'a str, word: &'a str) -> Self {
        Self {
            key,
            setting: Ok(Setting::Text(word)),
        }
    }

    pub(super) const fn flag(key: &'a str, is_on: bool) -> Self {
        Self::word(key, if is_on { "true" } else { "false" })
    }

    /// A number from `min` to `max`, both included; routers keep them in 32 bits with a sign.
    pub(super) const fn number(key: &'a str, number: i64, min: i32, max: i32) -> Self {
        if number < min as i64 || number > max as i64 {
            return Self::refused(key, Usage::OutOfRange);
        }
        Self {
            key,
            setting: Ok(Setting::Number(number as i32)),
        }
    }

    pub(super) const fn refused(key: &'a str, usage: Usage) -> Self {
        Self {
            key,
            setting: Err(usage),
        }
    }
}

/// The bytes a value may hold.
#[derive(Clone, Copy)]
pub(super) enum Alphabet {
    /// All that can stand in a line.
    Line,
    /// All that need no quotes, which i2pd takes for a part of the value.
    Plain,
    /// I2P's base64 and its padding.
    Base64,
}

impl Alphabet {
    const fn has(self, byte: u8) -> bool {
        match self {
            Self::Line => !matches!(byte, b'\n' | b'\r' | 0),
            Self::Plain => byte > b' ' && !matches!(byte, b'"' | b'\\' | 0x7F),
            Self::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'~' | b'='),
        }
    }
}

pub(super) fn put_number(key: &str, number: i32, put: Put<'_>) -> Result<(), Error> {
    let mut longest = [0; "-2147483648".len()];
    let mut text = Writer::new(&mut longest);
    add_number(number, &mut text);
    put(key, Value::new(text.written()))
}

fn add_number(number: i32, text: &mut Writer<'_>) {
    if number < 0 {
        text.add(b"-");
    }
    text.digits(number.unsigned_abs());
}

/// Whether a key may name an option: some routers know no other bytes in keys (emissary), and the
/// protocol's own keys are set by typed fields only.
pub(super) const fn is_option_key(key: &[u8]) -> bool {
    let mut rest = key;
    while let [byte, after @ ..] = rest {
        if !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_')) {
            return false;
        }
        rest = after;
    }
    !key.is_empty() && !is_protocol_key(key)
}

pub(super) const fn is_protocol_key(key: &[u8]) -> bool {
    let mut rest: &[&str] = &[
        "STYLE",
        "ID",
        "DESTINATION",
        "SIGNATURE_TYPE",
        "CRYPTO_TYPE",
        "PORT",
        "HOST",
        "FROM_PORT",
        "TO_PORT",
        "PROTOCOL",
        "HEADER",
        "LISTEN_PORT",
        "LISTEN_PROTOCOL",
        "SILENT",
    ];
    while let [own, after @ ..] = rest {
        if is_same(own.as_bytes(), key) {
            return true;
        }
        rest = after;
    }
    false
}

/// Equality, as a `const` function.
const fn is_same(mut one: &[u8], mut other: &[u8]) -> bool {
    while let ([byte, one_rest @ ..], [same, other_rest @ ..]) = (one, other) {
        if *byte != *same {
            return false;
        }
        (one, other) = (one_rest, other_rest);
    }
    one.is_empty() && other.is_empty()
}

/// Shows the key only: the value may be a secret.
impl fmt::Debug for SessionOption<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=..", Value::from(self.key))
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for SessionOption<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{=str}=..", self.key);
    }
}
