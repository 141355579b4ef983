//! The certificate at the end of a destination, which says how to read the keys before it.

use core::fmt;

use super::signature::key_sizes;
use crate::error::KeyError;
use crate::types::SignatureType;

/// Length in bytes of the two key fields in front of a certificate.
const KEYS_LEN: usize = 256 + 128;

/// Length in bytes of a certificate's type and length.
const HEAD_LEN: usize = 3;

/// Length in bytes of the field for the signing key; what is longer goes on in the certificate.
const SIGNING_FIELD_LEN: usize = 128;

/// The certificate of a destination (I2P specification "Common Structures", "Certificate").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Certificate {
    /// Type 0, empty: DSA_SHA1 and ElGamal.
    Null,
    /// Type 5: says which keys these are.
    Key {
        /// The type of the signing key.
        signature_type: SignatureType,
        /// The type of the encryption key.
        encryption_type: EncryptionType,
    },
    /// Any other type; nobody makes them today. The keys are those of [`Certificate::Null`].
    Other {
        /// The type's number.
        kind: u8,
    },
}

/// The type of an encryption key by its number (I2P common structures, "Key Certificates").
///
/// In a destination it is a leftover: peers encrypt to the keys of the lease set.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct EncryptionType(pub u16);

impl Certificate {
    /// Length in bytes of the shortest destination, one with a [`Certificate::Null`].
    pub(super) const MIN_DESTINATION_LEN: usize = KEYS_LEN + HEAD_LEN;

    /// Where a destination's certificate begins; a multiple of 3, so base64 can be read from there.
    pub(super) const OFFSET: usize = KEYS_LEN;

    /// The type of the signing key.
    pub const fn signature_type(self) -> SignatureType {
        match self {
            Self::Key { signature_type, .. } => signature_type,
            Self::Null | Self::Other { .. } => SignatureType::DSA_SHA1,
        }
    }

    /// The type of the encryption key.
    pub const fn encryption_type(self) -> EncryptionType {
        match self {
            Self::Key {
                encryption_type, ..
            } => encryption_type,
            Self::Null | Self::Other { .. } => EncryptionType::ELGAMAL,
        }
    }

    /// Reads a certificate and the length in bytes of the destination it ends.
    ///
    /// `bytes` begin with the certificate; seven of them are enough.
    pub(super) fn read(bytes: &[u8]) -> Result<(Self, usize), KeyError> {
        let [kind, high, low, payload @ ..] = bytes else {
            return Err(KeyError::Length);
        };
        let len = usize::from(u16::from_be_bytes([*high, *low]));
        let certificate = match (*kind, payload) {
            (0, _) if len > 0 => return Err(KeyError::Certificate),
            (0, _) => Self::Null,
            (5, _) if len < 4 => return Err(KeyError::Certificate),
            (5, [s1, s0, e1, e0, ..]) => Self::Key {
                signature_type: SignatureType(u16::from_be_bytes([*s1, *s0])),
                encryption_type: EncryptionType(u16::from_be_bytes([*e1, *e0])),
            },
            (5, _) => return Err(KeyError::Length),
            (kind, _) => Self::Other { kind },
        };
        if len < certificate.min_payload_len() {
            return Err(KeyError::Certificate);
        }
        Ok((certificate, Self::MIN_DESTINATION_LEN + len))
    }

    /// Two types and what of a long signing key does not fit its field; encryption keys all fit.
    fn min_payload_len(self) -> usize {
        match self {
            Self::Key { signature_type, .. } => {
                let public = key_sizes(signature_type).map_or(0, |sizes| sizes.public);
                4 + public.saturating_sub(SIGNING_FIELD_LEN)
            }
            Self::Null | Self::Other { .. } => 0,
        }
    }
}

impl EncryptionType {
    /// ElGamal-2048: what routers write for sessions, whatever the lease set says.
    pub const ELGAMAL: Self = Self(0);
    /// ECIES on P-256; i2pd only.
    pub const P256: Self = Self(1);
    /// ECIES on X25519.
    pub const X25519: Self = Self(4);

    /// Length in bytes of the private key as it is stored; `None` for types nobody uses.
    ///
    /// i2pd gives P-256 the room of an ElGamal key, and stores of a hybrid key (ML-KEM and X25519)
    /// the X25519 part.
    pub(super) const fn private_len(self) -> Option<usize> {
        match self.0 {
            0 | 1 => Some(256),
            4..=7 => Some(32),
            _ => None,
        }
    }
}

impl fmt::Debug for EncryptionType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EncryptionType({self})")
    }
}

impl fmt::Display for EncryptionType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            0 => "ElGamal-2048",
            1 => "P256",
            4 => "X25519",
            5 => "ML-KEM-512+X25519",
            6 => "ML-KEM-768+X25519",
            7 => "ML-KEM-1024+X25519",
            other => return write!(f, "{other}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn key(signature_type: u16, encryption_type: u16) -> Certificate {
        Certificate::Key {
            signature_type: SignatureType(signature_type),
            encryption_type: EncryptionType(encryption_type),
        }
    }

    #[test]
    fn certificates_are_read_with_the_length_of_their_destination() {
        let table: [(&[u8], _); 15] = [
            (&[0, 0, 0], Ok((Certificate::Null, 387))),
            (&[0, 0, 0, 5, 5], Ok((Certificate::Null, 387))),
            (&[5, 0, 4, 0, 7, 0, 0], Ok((key(7, 0), 391))),
            (&[5, 0, 4, 0, 11, 0, 4], Ok((key(11, 4), 391))),
            (&[5, 0, 8, 0, 3, 0, 0], Ok((key(3, 0), 395))),
            (&[5, 0, 9, 0, 7, 0, 0], Ok((key(7, 0), 396))),
            (&[5, 0, 4, 1, 2, 3, 4], Ok((key(0x102, 0x304), 391))),
            (&[3, 1, 0], Ok((Certificate::Other { kind: 3 }, 387 + 256))),
            (&[], Err(KeyError::Length)),
            (&[5, 0], Err(KeyError::Length)),
            (&[5, 0, 4, 0, 7, 0], Err(KeyError::Length)),
            (&[0, 0, 1, 0], Err(KeyError::Certificate)),
            (&[5, 0, 0], Err(KeyError::Certificate)),
            (&[5, 0, 3, 0, 7, 0], Err(KeyError::Certificate)),
            (&[5, 0, 7, 0, 3, 0, 0], Err(KeyError::Certificate)),
        ];
        for (bytes, expected) in table {
            assert_eq!(Certificate::read(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn destinations_without_a_key_certificate_are_dsa_and_elgamal() {
        for certificate in [Certificate::Null, Certificate::Other { kind: 1 }] {
            assert_eq!(certificate.signature_type(), SignatureType::DSA_SHA1);
            assert_eq!(certificate.encryption_type(), EncryptionType::ELGAMAL);
        }
    }
}
