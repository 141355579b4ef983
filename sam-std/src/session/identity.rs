//! Whose session the router has made.

use sam_core::SignatureType;
use sam_core::error::Malformed;
use sam_core::field::Field;

use crate::answer::{own_destination, own_key};
use crate::error::{Error, Result};
use crate::{Destination, PrivateKey};

/// The session's destination, and its key unless the router keeps it to itself.
pub(super) struct Identity {
    pub(super) destination: Destination,
    pub(super) key: Option<PrivateKey>,
}

impl Identity {
    /// What the router told in base64, or else what it says of `ME`; it has to be `wanted`, or a
    /// new one of this type.
    pub(super) fn of(
        told: Option<&[u8]>,
        wanted: Option<&PrivateKey>,
        signature_type: SignatureType,
        ask_me: impl FnOnce() -> Result<Destination>,
    ) -> Result<Self> {
        let told_key = told.and_then(|text| own_key(sam_core::Value::new(text)));
        let destination = match (&told_key, told) {
            (Some(key), _) => public_part(key)?,
            // go-sam-bridge tells the public part only, i2pd 2.45.1 nothing for offline keys.
            (None, Some(text)) => {
                own_destination(sam_core::DestinationText::new(text).map_err(|_| nonsense())?)?
            }
            (None, None) => ask_me()?,
        };
        let is_as_asked = match wanted {
            Some(key) => key.destination() == destination,
            None => destination.signature_type() == signature_type,
        };
        if !is_as_asked {
            return Err(Error::OtherIdentity);
        }
        let key = match (told_key, wanted) {
            (Some(key), _) => Some(key),
            (None, Some(key)) => Some(copy_of(key)?),
            (None, None) => None,
        };
        Ok(Self { destination, key })
    }
}

fn public_part(key: &PrivateKey) -> Result<Destination> {
    Ok(Destination::new(key.destination().as_bytes().into())?)
}

pub(super) fn copy_of(key: &PrivateKey) -> Result<PrivateKey> {
    let bytes = key.as_bytes();
    Ok(PrivateKey::new(bytes.into(), bytes.len())?)
}

/// What the router told is no key.
pub(super) fn nonsense() -> Error {
    Error::about(Malformed::Value(Field::Destination).into(), &[])
}
