//! What a router answered, taken out of the buffer it stood in.

use sam_core::error::Malformed;
use sam_core::field::Field;
use sam_core::{DestinationText, Event, SignatureType, Value};

use crate::error::{Error, Result};
use crate::{Destination, PrivateKey};

/// The answer to one question.
pub(crate) enum Answer {
    Destination(Destination),
    Key(PrivateKey),
    /// What the router said with its OK.
    Message(String),
}

impl Answer {
    /// Takes an event for an answer; `line` is what it stood in.
    pub(crate) fn new(event: Event<'_>, line: &[u8]) -> Result<Self> {
        match event {
            Event::Found(text) => Ok(Self::Destination(own_destination(text)?)),
            Event::Generated { private, .. } => match own_key(private.expose()) {
                Some(key) => Ok(Self::Key(key)),
                None => Err(Error::about(Malformed::Value(Field::Priv).into(), line)),
            },
            Event::Status(status) if status.is_ok() => {
                let message = status.message.map(|message| message.to_string());
                Ok(Self::Message(message.unwrap_or_default()))
            }
            Event::NotFound(status) | Event::NotGenerated(status) | Event::Status(status) => {
                let refused = status.into_result().err();
                Err(Error::about(
                    refused.unwrap_or(Malformed::Unexpected.into()),
                    line,
                ))
            }
            Event::Noise(malformed) => Err(Error::about(malformed.into(), line)),
            _ => Err(Error::about(Malformed::Unexpected.into(), line)),
        }
    }

    pub(crate) fn destination(self) -> Result<Destination> {
        match self {
            Self::Destination(destination) => Ok(destination),
            _ => Err(Error::about(Malformed::Unexpected.into(), &[])),
        }
    }

    pub(crate) fn message(self) -> Result<String> {
        match self {
            Self::Message(message) => Ok(message),
            _ => Err(Error::about(Malformed::Unexpected.into(), &[])),
        }
    }

    /// The key, if its signatures are of the type that was asked for.
    pub(crate) fn private_key(self, wanted: SignatureType) -> Result<PrivateKey> {
        match self {
            Self::Key(key) if key.destination().signature_type() == wanted => Ok(key),
            _ => Err(Error::about(Malformed::Value(Field::Priv).into(), &[])),
        }
    }
}

/// A destination in memory of its own.
pub(crate) fn own_destination(text: DestinationText<'_>) -> Result<Destination> {
    let mut bytes = vec![0; text.decoded_len()];
    text.decode(&mut bytes)?;
    Ok(Destination::new(bytes.into())?)
}

/// A private key in memory of its own, if the text is one.
pub(crate) fn own_key(text: Value<'_>) -> Option<PrivateKey> {
    let text = text.as_bytes()?;
    let len = sam_core::key::decoded_len(text).ok()?;
    PrivateKey::from_base64(text, vec![0; len].into()).ok()
}
