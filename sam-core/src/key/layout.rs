//! Where things are in a private key.

#[cfg(feature = "keygen")]
use core::ops::Range;

use super::certificate::Certificate;
use super::destination::read_certificate;
use super::signature::{KeySizes, key_sizes};
use crate::error::KeyError;
use crate::types::SignatureType;

/// What the types in a private key say about its parts.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) len: usize,
    pub(super) public_len: usize,
    pub(super) certificate: Certificate,
    #[cfg(feature = "keygen")]
    pub(super) signing_key: Range<usize>,
    pub(super) offline: Option<Offline>,
}

/// What stands in an offline section, which goes on behind the signing key.
#[derive(Debug)]
pub(super) struct Offline {
    pub(super) expires: u32,
    #[cfg(feature = "keygen")]
    pub(super) transient: SignatureType,
}

impl Layout {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, KeyError> {
        let (certificate, public_len) = read_certificate(bytes)?;
        let signing = known_sizes(certificate.signature_type())?;
        let encryption_len = certificate
            .encryption_type()
            .private_len()
            .ok_or(KeyError::Certificate)?;
        let signing_at = public_len + encryption_len;
        let (_, private) = bytes.split_at_checked(signing_at).ok_or(KeyError::Length)?;
        let (signing_key, rest) = private
            .split_at_checked(signing.private)
            .ok_or(KeyError::Length)?;
        // Looks at every byte, so that the time taken says nothing about the key.
        let is_offline = signing_key.iter().fold(0, |bits, byte| bits | byte) == 0;
        let offline = match rest {
            section if is_offline => Some(read_offline(section, signing.signature)?),
            [] => None,
            _ => return Err(KeyError::Length),
        };
        Ok(Self {
            len: bytes.len(),
            public_len,
            certificate,
            #[cfg(feature = "keygen")]
            signing_key: signing_at..signing_at + signing.private,
            offline,
        })
    }
}

/// Reads an offline section:
/// `expires u32 | type u16 | transient public key | signature | transient private key`.
fn read_offline(section: &[u8], signature_len: usize) -> Result<Offline, KeyError> {
    let [e3, e2, e1, e0, t1, t0, keys @ ..] = section else {
        return Err(KeyError::Length);
    };
    let transient = SignatureType(u16::from_be_bytes([*t1, *t0]));
    let sizes = known_sizes(transient)?;
    if keys.len() != sizes.public + signature_len + sizes.private {
        return Err(KeyError::Length);
    }
    Ok(Offline {
        expires: u32::from_be_bytes([*e3, *e2, *e1, *e0]),
        #[cfg(feature = "keygen")]
        transient,
    })
}

fn known_sizes(signature_type: SignatureType) -> Result<KeySizes, KeyError> {
    key_sizes(signature_type).ok_or(KeyError::SignatureType(signature_type.0))
}

#[cfg(test)]
mod tests {
    use std::{vec, vec::Vec};

    use super::*;
    use crate::key::base64_len;

    /// A private key with a key certificate for these types, all private bytes 9.
    fn made(signature_type: u16, encryption_type: u16) -> Vec<u8> {
        let excess = key_sizes(SignatureType(signature_type))
            .unwrap()
            .public
            .saturating_sub(128);
        let mut bytes = destination(signature_type, encryption_type, 4 + excess);
        let encryption_len = if encryption_type < 4 { 256 } else { 32 };
        let signing_len = key_sizes(SignatureType(signature_type)).unwrap().private;
        bytes.resize(bytes.len() + encryption_len + signing_len, 9);
        bytes
    }

    fn destination(signature_type: u16, encryption_type: u16, payload_len: usize) -> Vec<u8> {
        let payload_len_bytes = u16::try_from(payload_len).unwrap().to_be_bytes();
        let [signature, encryption] = [signature_type, encryption_type].map(u16::to_be_bytes);
        let mut bytes = [
            &[1; 384],
            &[5][..],
            &payload_len_bytes,
            &signature,
            &encryption,
        ]
        .concat();
        bytes.resize(387 + payload_len, 2);
        bytes
    }

    /// An Ed25519 key whose offline section names this transient type and holds `more` bytes.
    fn offline(transient_type: u16, more: usize) -> Vec<u8> {
        let mut bytes = made(7, 0);
        bytes[647..].fill(0);
        bytes.extend(1_800_000_000_u32.to_be_bytes());
        bytes.extend(transient_type.to_be_bytes());
        bytes.resize(bytes.len() + more, 3);
        bytes
    }

    #[test]
    fn lengths_are_those_of_the_types() {
        let table = [
            (0, 0, 667),
            (1, 0, 679),
            (2, 0, 695),
            (3, 0, 717),
            (4, 0, 1287),
            (5, 0, 1671),
            (6, 0, 2055),
            (7, 0, 679),
            (7, 1, 679),
            (7, 4, 455),
            (8, 0, 679),
            (9, 0, 679),
            (10, 0, 711),
            (11, 0, 679),
            (12, 0, 4391),
            (13, 0, 6503),
            (14, 0, 8007),
        ];
        for (signature_type, encryption_type, len) in table {
            let mut bytes = made(signature_type, encryption_type);
            assert_eq!(bytes.len(), len, "type {signature_type}");
            assert!(Layout::read(&bytes).is_ok(), "type {signature_type}");
            assert_eq!(
                Layout::read(&bytes[..len - 1]).unwrap_err(),
                KeyError::Length
            );
            bytes.push(0);
            assert_eq!(Layout::read(&bytes).unwrap_err(), KeyError::Length);
        }
        let null_certificate = [&[1; 384], &[0; 3][..], &[9; 276]].concat();
        assert!(Layout::read(&null_certificate).is_ok());
    }

    #[test]
    fn types_of_unknown_size_are_refused() {
        let table = [
            (99, 0, KeyError::SignatureType(99)),
            (7, 2, KeyError::Certificate),
            (7, 255, KeyError::Certificate),
        ];
        for (signature_type, encryption_type, error) in table {
            let bytes = [
                destination(signature_type, encryption_type, 4),
                vec![9; 288],
            ]
            .concat();
            assert_eq!(Layout::read(&bytes).unwrap_err(), error);
        }
    }

    #[test]
    fn an_offline_section_stands_in_for_the_signing_key() {
        let bytes = offline(7, 32 + 64 + 32);
        let layout = Layout::read(&bytes).unwrap();
        let found = layout.offline.unwrap();
        assert_eq!(found.expires, 1_800_000_000);
        #[cfg(feature = "keygen")]
        assert_eq!(
            (found.transient, layout.signing_key),
            (SignatureType::ED25519, 647..679)
        );
        assert_eq!(layout.public_len, 391);
        // What i2pd was seen to take and to give back.
        assert_eq!(base64_len(layout.len), 1084);
        assert!(Layout::read(&offline(1, 64 + 64 + 32)).is_ok());

        let table = [
            (offline(7, 127), KeyError::Length),
            (offline(7, 129), KeyError::Length),
            (offline(7, 0), KeyError::Length),
            (offline(7, 0)[..684].to_vec(), KeyError::Length),
            (offline(7, 0)[..679].to_vec(), KeyError::Length),
            (offline(99, 128), KeyError::SignatureType(99)),
        ];
        for (bytes, error) in table {
            assert_eq!(
                Layout::read(&bytes).unwrap_err(),
                error,
                "{} bytes",
                bytes.len()
            );
        }
    }
}
