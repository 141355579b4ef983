//! The values of commands that come in more than one form: keys, names and hosts.

use core::convert::Infallible;
use core::fmt;
use core::net::IpAddr;

use crate::error::Usage;
use crate::ip;
use crate::key::base64::Base64Groups;
use crate::key::{PrivateKey, Target};
use crate::types::SignatureType;
use crate::value::{Secret, Value};
use crate::writer::Writer;

/// Whose session it is: `DESTINATION=` of SESSION CREATE.
#[derive(Clone, Copy)]
pub enum SessionKey<'a> {
    /// A new destination of this signature type, forgotten when the session ends.
    Transient(Option<SignatureType>),
    /// A private key in base64, as it stands in a line.
    Text(Secret<'a>),
    /// A private key in binary; emitted in base64, never the result of parsing.
    Binary(&'a [u8]),
}

/// A host a router dials or sends to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Host<'a> {
    /// An IP address: the only form i2pd takes, and the only one this crate's clients send.
    Ip(#[cfg_attr(feature = "defmt", defmt(Display2Format))] IpAddr),
    /// Anything else a client wrote.
    Text(Value<'a>),
}

/// What a CONNECT or a LOOKUP names.
#[derive(Clone, Copy)]
pub enum Name<'a> {
    /// The session's own destination: `ME`.
    Me,
    /// An I2P address or destination.
    Target(Target<'a>),
    /// What a client wrote, unchecked.
    Text(Value<'a>),
}

impl SessionKey<'_> {
    /// A transient destination with Ed25519 signatures.
    pub const TRANSIENT: Self = Self::Transient(Some(SignatureType::ED25519));

    pub(crate) fn encode(&self, line: &mut Writer<'_>) {
        match *self {
            Self::Transient(signature_type) => {
                line.word("DESTINATION", "TRANSIENT");
                encode_signature_type(signature_type, line);
            }
            Self::Text(key) => line.required("DESTINATION", key.expose()),
            Self::Binary([]) => line.fail(Usage::Empty.into()),
            Self::Binary(key) => line.base64("DESTINATION", key),
        }
    }
}

impl<'a, B: AsRef<[u8]> + AsMut<[u8]>> From<&'a PrivateKey<B>> for SessionKey<'a> {
    fn from(key: &'a PrivateKey<B>) -> Self {
        Self::Binary(key.as_bytes())
    }
}

/// The same line would be written.
impl PartialEq for SessionKey<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (*self, *other) {
            (Self::Transient(mine), Self::Transient(theirs)) => mine == theirs,
            (Self::Text(mine), Self::Text(theirs)) => mine == theirs,
            (Self::Binary(mine), Self::Binary(theirs)) => mine == theirs,
            (Self::Binary(bytes), Self::Text(text)) | (Self::Text(text), Self::Binary(bytes)) => {
                let mut text = text.expose().bytes();
                Base64Groups::new(bytes)
                    .flatten()
                    .all(|char| text.next() == Some(char))
                    && text.next().is_none()
            }
            _ => false,
        }
    }
}

impl Eq for SessionKey<'_> {}

impl fmt::Debug for SessionKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transient(signature_type) => write!(f, "Transient({signature_type:?})"),
            Self::Text(_) | Self::Binary(_) => f.write_str("PrivateKey(..)"),
        }
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for SessionKey<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        match self {
            Self::Transient(signature_type) => defmt::write!(f, "Transient({})", signature_type),
            Self::Text(_) | Self::Binary(_) => defmt::write!(f, "PrivateKey(..)"),
        }
    }
}

impl<'a> Host<'a> {
    pub(crate) fn encode(&self, line: &mut Writer<'_>) {
        match self {
            Self::Ip(ip) => {
                line.key("HOST");
                ip::put(*ip, line);
            }
            Self::Text(text) => line.required("HOST", *text),
        }
    }

    pub(crate) fn read(value: Value<'a>) -> Self {
        let mut longest_ip = [0; 45];
        let mut text = Writer::new(&mut longest_ip);
        value.bytes().for_each(|byte| text.add(&[byte]));
        let ip = match text.check() {
            Ok(()) => ip::read(text.written()),
            Err(_) => None,
        };
        ip.map_or(Self::Text(value), Self::Ip)
    }
}

impl<'a> Name<'a> {
    pub(crate) fn read(value: Value<'a>) -> Self {
        if value == "ME" {
            Self::Me
        } else {
            Self::Text(value)
        }
    }

    /// Calls `put` with the name's text, piece by piece.
    ///
    /// # Errors
    /// Those of `put`.
    pub fn text<E>(&self, put: &mut dyn FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        match self {
            Self::Me => put(b"ME"),
            Self::Target(target) => target.write_to(put),
            Self::Text(value) => match value.as_bytes() {
                Some(plain) => put(plain),
                None => value.bytes().try_for_each(|byte| put(&[byte])),
            },
        }
    }

    pub(crate) fn encode(&self, key: &str, line: &mut Writer<'_>) {
        match *self {
            Self::Text(text) => line.required(key, text),
            _ => {
                line.key(key);
                let Ok(()) = self.text(&mut |piece| {
                    line.add(piece);
                    Ok::<_, Infallible>(())
                });
            }
        }
    }

    fn eq_text(&self, mut wanted: impl Iterator<Item = u8>) -> bool {
        let compared = self.text(&mut |piece| {
            let same = piece.iter().all(|byte| wanted.next() == Some(*byte));
            same.then_some(()).ok_or(())
        });
        compared.is_ok() && wanted.next().is_none()
    }
}

impl<'a, T: Into<Target<'a>>> From<T> for Name<'a> {
    fn from(target: T) -> Self {
        Self::Target(target.into())
    }
}

/// The same text would be written.
impl PartialEq for Name<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (*self, *other) {
            (Self::Me, Self::Me) => true,
            (Self::Target(mine), Self::Target(theirs)) => mine == theirs,
            (Self::Text(text), name) | (name, Self::Text(text)) => name.eq_text(text.bytes()),
            _ => false,
        }
    }
}

impl Eq for Name<'_> {}

impl fmt::Debug for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Me => f.write_str("ME"),
            Self::Target(target) => target.fmt(f),
            Self::Text(value) => value.fmt(f),
        }
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Name<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        match self {
            Self::Me => defmt::write!(f, "ME"),
            Self::Target(target) => target.format(f),
            Self::Text(value) => value.format(f),
        }
    }
}

pub(crate) fn encode_signature_type(signature_type: Option<SignatureType>, line: &mut Writer<'_>) {
    if let Some(SignatureType(number)) = signature_type {
        line.add_number("SIGNATURE_TYPE", number.into());
    }
}
