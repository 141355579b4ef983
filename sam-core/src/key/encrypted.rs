//! Addresses of encrypted lease sets: "b33".

use core::fmt;
use core::str::FromStr;

use super::base32::{base32_decode, base32_letters};
use super::codec::ascii;
use super::destination::Destination;
use super::hash::{B32_SUFFIX, strip_b32};
use crate::error::{KeyError, Usage};
use crate::types::SignatureType;

/// The address of a destination whose lease set is encrypted; its text has 64 characters.
///
/// It holds the public signing key, since nobody can look such a destination up without it, and
/// says what else a peer has to know. Its signature type is Ed25519 or RedDSA, which is blinded to
/// RedDSA; nothing else is defined. See the I2P specifications "B32 for Encrypted Leasesets" and
/// "Encrypted LeaseSet". A checksum guards the key, the rest hardly.
///
/// i2pd and Java I2P look such addresses up as they do names; emissary does not know them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct EncryptedAddress {
    flags: u8,
    signature_type: u8,
    key: [u8; 32],
}

/// The address begins with four bytes of types, not with two; nobody writes it that way.
const LONG_TYPES: u8 = 1;
const NEEDS_SECRET: u8 = 2;
const NEEDS_CLIENT_AUTH: u8 = 4;

/// What Ed25519 and RedDSA keys are blinded to.
const BLINDED: u8 = SignatureType::RED25519.0 as u8;

impl EncryptedAddress {
    /// The address of a destination that publishes an encrypted lease set.
    ///
    /// # Errors
    /// [`KeyError::SignatureType`] unless its signatures are Ed25519 or RedDSA.
    pub fn new<B: AsRef<[u8]>>(destination: &Destination<B>) -> Result<Self, KeyError> {
        Ok(Self {
            flags: 0,
            key: destination.ed25519_key()?,
            // Both types are small.
            signature_type: destination.signature_type().0 as u8,
        })
    }

    /// The same address, which says that peers need a secret (`i2cp.leaseSetSecret`).
    pub const fn with_secret(self) -> Self {
        Self {
            flags: self.flags | NEEDS_SECRET,
            ..self
        }
    }

    /// The same address, which says that each peer needs a key of its own
    /// (`i2cp.leaseSetAuthType`).
    pub const fn with_client_auth(self) -> Self {
        Self {
            flags: self.flags | NEEDS_CLIENT_AUTH,
            ..self
        }
    }

    /// Whether peers need a secret to find the lease set.
    pub const fn needs_secret(&self) -> bool {
        self.flags & NEEDS_SECRET != 0
    }

    /// Whether each peer needs a key of its own to read the lease set.
    pub const fn needs_client_auth(&self) -> bool {
        self.flags & NEEDS_CLIENT_AUTH != 0
    }

    /// The destination's signature type.
    pub const fn signature_type(&self) -> SignatureType {
        SignatureType(self.signature_type as u16)
    }

    /// The destination's public signing key.
    pub const fn key(&self) -> &[u8; 32] {
        &self.key
    }

    /// The 56 characters in front of `.b32.i2p`.
    pub(super) fn letters(&self) -> [u8; 56] {
        let mut bytes = [0; 35];
        let head = masked([self.flags, self.signature_type, BLINDED], &self.key);
        let all = head.iter().chain(&self.key);
        bytes.iter_mut().zip(all).for_each(|(to, from)| *to = *from);
        let mut letters = [0; 56];
        base32_letters(&bytes, &mut letters);
        letters
    }

    /// Reads the 56 characters in front of `.b32.i2p`, or 60 with the types in two bytes each.
    pub(super) fn from_base32(letters: &str) -> Result<Self, Usage> {
        let mut bytes = [0; 37];
        if !matches!(letters.len(), 56 | 60) {
            return Err(Usage::NotI2p);
        }
        let bytes = base32_decode(letters.as_bytes(), &mut bytes).map_err(|_| Usage::NotI2p)?;
        Self::from_bytes(bytes).ok_or(Usage::Key(KeyError::Checksum))
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (head, rest) = bytes.split_first_chunk::<3>()?;
        let [flags, types @ ..] = masked(*head, rest);
        let (types, key) = match (flags & LONG_TYPES, types, rest) {
            (0, types, key) => (types, key),
            (_, [0, signature_type], [0, blinded, key @ ..]) => ([signature_type, *blinded], key),
            _ => return None,
        };
        let (signature_type @ (7 | 11), BLINDED) = types.into() else {
            return None;
        };
        let all_flags = LONG_TYPES | NEEDS_SECRET | NEEDS_CLIENT_AUTH;
        (flags & !all_flags == 0).then_some(Self {
            // One address has one form.
            flags: flags & !LONG_TYPES,
            signature_type,
            key: key.try_into().ok()?,
        })
    }
}

/// Puts the checksum of the rest on the first three bytes, or takes it off again.
fn masked(head: [u8; 3], rest: &[u8]) -> [u8; 3] {
    let [h0, h1, h2] = head;
    let [c0, c1, c2, _] = crc32(rest).to_le_bytes();
    [h0 ^ c0, h1 ^ c1, h2 ^ c2]
}

/// CRC-32 as in zlib, bit by bit: a few dozen bytes do not deserve a table.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ ((crc & 1) * 0xEDB8_8320)
        })
    })
}

impl FromStr for EncryptedAddress {
    type Err = Usage;

    /// Reads a b33 address, in any case of letters.
    ///
    /// # Errors
    /// [`Usage::NotI2p`] for what does not look like one, [`Usage::Key`] with
    /// [`KeyError::Checksum`] for one that was damaged or is of an unknown kind.
    fn from_str(text: &str) -> Result<Self, Usage> {
        Self::from_base32(strip_b32(text).ok_or(Usage::NotI2p)?)
    }
}

impl fmt::Display for EncryptedAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(ascii(&self.letters()))?;
        f.write_str(B32_SUFFIX)
    }
}

impl fmt::Debug for EncryptedAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::{format, string::String, string::ToString, vec, vec::Vec};

    use super::*;
    use crate::key::base32_encode;
    use crate::key::samples;

    const MISTYPED: Usage = Usage::Key(KeyError::Checksum);

    /// The text of these bytes, whose first three are masked.
    fn text(head: [u8; 3], rest: &[u8]) -> String {
        let bytes = [&masked(head, rest), rest].concat();
        let mut letters = vec![0; 60];
        format!(
            "{}{B32_SUFFIX}",
            base32_encode(&bytes, &mut letters).unwrap()
        )
    }

    #[test]
    fn a_router_finds_destinations_by_the_addresses_built_here() {
        for sample in samples::B33 {
            let mut out = [0; 391];
            let destination = Destination::from_base64(sample.public.as_bytes(), &mut out).unwrap();
            let address = EncryptedAddress::new(&destination).unwrap();
            assert_eq!(
                format!("{address} {address:?}"),
                format!("{0} {0}", sample.text)
            );
            assert_eq!(address.signature_type().0, sample.signature_type);
            assert_eq!(Ok(*address.key()), destination.ed25519_key());
            assert!(!address.needs_secret() && !address.needs_client_auth());
            for text in [sample.text, &sample.text.to_uppercase()] {
                assert_eq!(text.parse(), Ok(address));
            }
        }
    }

    #[test]
    fn only_keys_that_can_be_blinded_have_one() {
        let destination = Destination::new([0; 387]).unwrap();
        let refused = EncryptedAddress::new(&destination);
        assert_eq!(refused, Err(KeyError::SignatureType(0)));
    }

    #[test]
    fn the_checksum_is_that_of_zlib() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn a_mistyped_letter_never_leads_to_another_key() {
        for sample in samples::B33 {
            let right: EncryptedAddress = sample.text.parse().unwrap();
            let mut unnoticed = 0;
            for place in 0..56 {
                for letter in "abcdefghijklmnopqrstuvwxyz234567".bytes() {
                    let mut text = sample.text.as_bytes().to_vec();
                    text[place] = letter;
                    let text = String::from_utf8(text).unwrap();
                    match text.parse::<EncryptedAddress>() {
                        Ok(address) => {
                            assert_eq!(address.key(), right.key(), "{text}");
                            unnoticed += usize::from(address != right);
                        }
                        error => assert_eq!(error, Err(MISTYPED), "{text}"),
                    }
                }
            }
            // Three other pairs of flags, and one other type.
            assert_eq!(unnoticed, 4);
        }
    }

    #[test]
    fn types_in_two_bytes_mean_the_same() {
        let key = [9; 32];
        let short = text([NEEDS_SECRET, 7, 11], &key).parse::<EncryptedAddress>();
        let rest = [&[0, 11], &key[..]].concat();
        let long = text([LONG_TYPES | NEEDS_SECRET, 0, 7], &rest);
        assert_eq!(long.len(), 68);
        assert_eq!(long.parse(), short);
        assert!(short.unwrap().needs_secret());
    }

    #[test]
    fn what_nobody_has_defined_is_refused() {
        let key = [9; 32];
        let long = |types: [u8; 3]| [&types[1..], &key].concat();
        let table = [
            text([8, 7, 11], &key),
            text([0x80, 7, 11], &key),
            text([0, 0, 11], &key),
            text([0, 8, 11], &key),
            text([0, 7, 7], &key),
            text([0, 11, 12], &key),
            text([1, 7, 11], &key),
            text([0, 7, 11], &[9; 34]),
            text([1, 1, 7], &long([7, 0, 11])),
            text([1, 0, 7], &long([7, 1, 11])),
            text([9, 0, 7], &long([7, 0, 11])),
        ];
        for text in table {
            assert_eq!(text.parse::<EncryptedAddress>(), Err(MISTYPED), "{text}");
        }
    }

    #[test]
    fn what_does_not_look_like_one_is_none() {
        let letters = samples::B33[0].text.strip_suffix(B32_SUFFIX).unwrap();
        let table: Vec<String> = vec![
            String::new(),
            letters.into(),
            format!("{letters}.i2p"),
            format!("{letters}.b32.i2p."),
            format!("{}.b32.i2p", &letters[..52]),
            format!("{}.b32.i2p", &letters[1..]),
            format!("{letters}a.b32.i2p"),
            format!("{}1.b32.i2p", &letters[1..]),
            format!("{}é.b32.i2p", &letters[2..]),
            format!("www.{letters}.b32.i2p"),
        ];
        for text in table {
            assert_eq!(
                text.parse::<EncryptedAddress>(),
                Err(Usage::NotI2p),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn every_address_is_read_as_it_was_printed(
            key: [u8; 32],
            is_red: bool,
            secret: bool,
            client_auth: bool,
        ) {
            let mut address = EncryptedAddress {
                flags: 0,
                signature_type: if is_red { 11 } else { 7 },
                key,
            };
            if secret {
                address = address.with_secret();
            }
            if client_auth {
                address = address.with_client_auth();
            }
            prop_assert_eq!(address.needs_secret(), secret);
            prop_assert_eq!(address.needs_client_auth(), client_auth);
            let text = address.to_string();
            prop_assert_eq!(text.len(), 64);
            prop_assert_eq!(text.parse(), Ok(address));
        }
    }
}
