//! What a router answered, taken out of the buffer it stood in.

use sam_core::error::Malformed;
use sam_core::field::Field;
use sam_core::{DestinationText, Event, LeaseSetOptions, SignatureType, Value};

use crate::error::{Error, Result};
use crate::{Destination, PrivateKey};

/// What a name stands for, and what the destination's leaseset tells besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// The destination.
    pub destination: Destination,
    /// The options of its leaseset, such as service records, in the router's order: keys and
    /// values. The peer has published them: they can be anything. Those that are no text are left
    /// out.
    pub options: Vec<(String, String)>,
}

/// The answer to one question.
pub(crate) enum Answer {
    Found(Lookup),
    Key(PrivateKey),
    /// What was asked for is done.
    Granted,
    /// What the router said with its OK.
    Message(String),
}

impl Answer {
    /// Takes an event for an answer; `line` is what it stood in.
    pub(crate) fn new(event: Event<'_>, line: &[u8]) -> Result<Self> {
        match event {
            Event::Found(text) => Ok(Self::Found(Lookup {
                destination: own_destination(text)?,
                options: own_options(line),
            })),
            Event::Generated { private, .. } => match own_key(private.expose()) {
                Some(key) => Ok(Self::Key(key)),
                None => Err(Error::about(Malformed::Value(Field::Priv).into(), line)),
            },
            Event::Status(status) if status.is_ok() => {
                let message = status.message.map(|message| message.to_string());
                Ok(Self::Message(message.unwrap_or_default()))
            }
            Event::Granted => Ok(Self::Granted),
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

    pub(crate) fn lookup(self) -> Result<Lookup> {
        match self {
            Self::Found(lookup) => Ok(lookup),
            _ => Err(Error::about(Malformed::Unexpected.into(), &[])),
        }
    }

    pub(crate) fn granted(self) -> Result<()> {
        match self {
            Self::Granted => Ok(()),
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

/// The options in a line, in memory of their own.
fn own_options(line: &[u8]) -> Vec<(String, String)> {
    let options = LeaseSetOptions::parse(line).unwrap_or_default();
    let own = options.iter().filter_map(|(key, value)| {
        let value = String::from_utf8(value.bytes().collect()).ok()?;
        Some((str::from_utf8(key).ok()?.to_owned(), value))
    });
    own.collect()
}

/// A private key in memory of its own, if the text is one.
pub(crate) fn own_key(text: Value<'_>) -> Option<PrivateKey> {
    let text = text.as_bytes()?;
    let len = sam_core::key::decoded_len(text).ok()?;
    PrivateKey::from_base64(text, vec![0; len].into()).ok()
}
