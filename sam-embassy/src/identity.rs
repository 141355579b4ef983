//! Who somebody is, as far as this build can tell: without the feature `b32`, nobody knows.

#[cfg(feature = "b32")]
use sam_core::DestinationHash;
use sam_core::error::Malformed;
use sam_core::field::Field;
use sam_core::key::base64_decode;
use sam_core::{Destination, DestinationText, Error, Secret, SessionKey};
use zeroize::Zeroizing;

/// The longest destination that can be read, in bytes; Ed25519 needs 391.
pub(crate) const LONGEST_DESTINATION: usize = 512;

/// Groups of base64 that hold the longest destination: four characters or three bytes each.
const GROUPS: usize = LONGEST_DESTINATION.div_ceil(3);

const OTHER: Error = Error::Peer(Malformed::Value(Field::Destination));

/// The hash of a destination, if it is known.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) struct Identity {
    #[cfg(feature = "b32")]
    hash: Option<DestinationHash>,
}

impl Identity {
    /// Whose session a router has made: it must be the one that was asked for.
    ///
    /// `told` is the session's private key; go-sam-bridge tells the public part only, i2pd 2.45.1
    /// nothing for offline keys. Then it is what was asked for.
    pub(crate) fn of_session(
        asked: SessionKey<'_>,
        told: Option<Secret<'_>>,
    ) -> Result<Self, Error> {
        let Some(text) = told.and_then(|told| told.expose().as_bytes()) else {
            return Ok(Self::of_key(asked));
        };
        // The public part comes first; what is read of the private one is wiped.
        let text = text.get(..4 * GROUPS).unwrap_or(text);
        let mut bytes = Zeroizing::new([0; 3 * GROUPS]);
        let bytes = base64_decode(text, &mut *bytes).map_err(|_| OTHER)?;
        let destination = Destination::leading(bytes).map_err(|_| OTHER)?;
        match asked {
            SessionKey::Binary(asked) if !asked.starts_with(destination.as_bytes()) => Err(OTHER),
            _ => Ok(Self {
                #[cfg(feature = "b32")]
                hash: Some(destination.hash()),
            }),
        }
    }

    /// Whose key in binary this is.
    #[cfg_attr(not(feature = "b32"), expect(unused_variables, reason = "no hash"))]
    fn of_key(key: SessionKey<'_>) -> Self {
        Self {
            #[cfg(feature = "b32")]
            hash: match key {
                SessionKey::Binary(key) => Destination::leading(key).ok().map(|own| own.hash()),
                _ => None,
            },
        }
    }

    /// Who called.
    #[cfg_attr(not(feature = "b32"), expect(unused_variables, reason = "no hash"))]
    pub(crate) fn of_peer(destination: DestinationText<'_>) -> Self {
        Self {
            #[cfg(feature = "b32")]
            hash: Some(destination.hash()),
        }
    }

    #[cfg(feature = "b32")]
    pub(crate) const fn hash(self) -> Option<DestinationHash> {
        self.hash
    }
}
