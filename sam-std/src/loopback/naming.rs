//! What a client may call a destination.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use sam_core::key::{Address, DestinationHash, DestinationText, EncryptedAddress, HostName};
use sam_core::operand::Name;

/// The host names given at the start, with their destinations in base64.
pub(super) type HostNames = HashMap<HostName, Arc<str>>;

/// The options of lease sets, by the destinations whose they are.
pub(super) type LeaseSets = HashMap<DestinationHash, Vec<(String, String)>>;

/// What a text stands for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// A destination in base64.
    Destination(Arc<str>),
    /// The destination with this hash, if there is one.
    Hash(DestinationHash),
    /// The destination with this key, if it publishes an encrypted lease set.
    Encrypted(EncryptedAddress),
}

/// Why a text stands for nothing.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unnamed {
    /// A name, but nobody's.
    Unknown,
    /// No name, and no destination either.
    Malformed,
}

/// Reads a host name, a b32 or b33 address or a destination in base64.
pub(super) fn resolve(text: &[u8], host_names: &HostNames) -> Result<Named, Unnamed> {
    // Every name inside I2P has a dot, base64 has none.
    if !text.contains(&b'.') {
        return match DestinationText::new(text) {
            Ok(destination) => Ok(Named::Destination(destination.as_str().into())),
            Err(_) if text.is_empty() => Err(Unnamed::Unknown),
            Err(_) => Err(Unnamed::Malformed),
        };
    }
    let text = str::from_utf8(text).map_err(|_| Unnamed::Unknown)?;
    match text.parse() {
        Ok(Address::Name(name)) => match host_names.get(&name) {
            Some(destination) => Ok(Named::Destination(Arc::clone(destination))),
            None => Err(Unnamed::Unknown),
        },
        Ok(Address::Hash(hash)) => Ok(Named::Hash(hash)),
        Ok(Address::Encrypted(address)) => Ok(Named::Encrypted(address)),
        _ => Err(Unnamed::Unknown),
    }
}

/// What a client wrote for a name.
pub(super) fn text(name: Name<'_>) -> Vec<u8> {
    let mut text = Vec::new();
    let Ok(()) = name.text(&mut |piece| {
        text.extend_from_slice(piece);
        Ok::<_, Infallible>(())
    });
    text
}

/// The hash of a destination in base64.
pub(super) fn hash(destination: &str) -> Option<DestinationHash> {
    let text = DestinationText::new(destination.as_bytes()).ok()?;
    Some(text.hash())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_hashes_and_destinations_are_told_apart() {
        let destination: Arc<str> = "A".repeat(516).into();
        let b32 = format!("{}.b32.i2p", "a".repeat(52));
        let name = HostName::new("site.i2p").unwrap();
        let host_names = HostNames::from([(name, Arc::clone(&destination))]);
        let known = Named::Destination(Arc::clone(&destination));
        let table = [
            ("site.i2p", Ok(known)),
            ("SITE.I2P", Ok(Named::Destination(Arc::clone(&destination)))),
            (
                &*destination,
                Ok(Named::Destination(Arc::clone(&destination))),
            ),
            (&b32, Ok(Named::Hash(DestinationHash::from_bytes([0; 32])))),
            ("other.i2p", Err(Unnamed::Unknown)),
            ("example.com", Err(Unnamed::Unknown)),
            ("", Err(Unnamed::Unknown)),
            ("AAAA", Err(Unnamed::Malformed)),
            ("localhost", Err(Unnamed::Malformed)),
        ];
        for (text, expected) in table {
            assert_eq!(resolve(text.as_bytes(), &host_names), expected, "{text}");
        }
        assert_eq!(resolve(b"\xff.i2p", &host_names), Err(Unnamed::Unknown));
    }
}
