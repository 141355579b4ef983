//! Addresses inside I2P, and nothing else.

use core::fmt;
use core::str::FromStr;

#[cfg(feature = "b32")]
use super::destination::Destination;
use super::encrypted::EncryptedAddress;
use super::hash::{DestinationHash, strip_b32};
use super::host_name::HostName;
use super::text::DestinationText;
use crate::error::Usage;

/// An address inside I2P: small, owned, and unable to express anything outside.
///
/// There is no way from an IP address to an `Address`, no port, no URL and no other top-level
/// domain, so a program that takes its peers as `Address` cannot be talked into the clear net.
///
/// Its text, read by [`FromStr`] in any case, is `name.i2p`, `<52 characters>.b32.i2p` or
/// `<56 characters>.b32.i2p`. A full destination in base64 is read too, and becomes its hash.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Address {
    /// A host name, which the router looks up in its address book.
    Name(HostName),
    /// The hash of a destination, whose text is a b32 address.
    Hash(DestinationHash),
    /// The key of a destination with an encrypted lease set, whose text is a "b33" address.
    Encrypted(EncryptedAddress),
}

impl Address {
    /// The address of the destination with this SHA-256.
    pub const fn from_hash(hash: [u8; 32]) -> Self {
        Self::Hash(DestinationHash::from_bytes(hash))
    }

    /// The hash, if the address is one.
    pub const fn hash(&self) -> Option<DestinationHash> {
        match self {
            Self::Hash(hash) => Some(*hash),
            Self::Name(_) | Self::Encrypted(_) => None,
        }
    }
}

impl FromStr for Address {
    type Err = Usage;

    /// Reads a host name, a b32 or b33 address or a destination in base64.
    ///
    /// # Errors
    /// [`Usage::NotI2p`] for all that is none of them. [`Usage::Key`] for a text as long as a
    /// destination that is none, and for a b33 address whose checksum is wrong.
    /// [`Usage::NeedsB32`] for a destination, if the feature `b32` is off.
    fn from_str(text: &str) -> Result<Self, Usage> {
        if text.len() >= MIN_DESTINATION_TEXT_LEN {
            let destination = DestinationText::new(text.as_bytes()).map_err(Usage::Key)?;
            return hashed(destination);
        }
        let Some(letters) = strip_b32(text) else {
            return HostName::new(text).map(Self::Name);
        };
        match DestinationHash::from_base32(letters) {
            Some(hash) => Ok(Self::Hash(hash)),
            None => EncryptedAddress::from_base32(letters).map(Self::Encrypted),
        }
    }
}

/// Length in characters of the shortest destination in base64.
const MIN_DESTINATION_TEXT_LEN: usize = 516;

#[cfg(feature = "b32")]
fn hashed(destination: DestinationText<'_>) -> Result<Address, Usage> {
    Ok(Address::Hash(destination.hash()))
}

#[cfg(not(feature = "b32"))]
fn hashed(_: DestinationText<'_>) -> Result<Address, Usage> {
    Err(Usage::NeedsB32)
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => name.fmt(f),
            Self::Hash(hash) => hash.fmt(f),
            Self::Encrypted(encrypted) => encrypted.fmt(f),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

impl From<HostName> for Address {
    fn from(name: HostName) -> Self {
        Self::Name(name)
    }
}

impl From<DestinationHash> for Address {
    fn from(hash: DestinationHash) -> Self {
        Self::Hash(hash)
    }
}

impl From<EncryptedAddress> for Address {
    fn from(encrypted: EncryptedAddress) -> Self {
        Self::Encrypted(encrypted)
    }
}

#[cfg(feature = "b32")]
impl<B: AsRef<[u8]>> From<&Destination<B>> for Address {
    fn from(destination: &Destination<B>) -> Self {
        Self::Hash(destination.hash())
    }
}

#[cfg(test)]
mod tests {
    use std::{format, string::ToString};

    use super::*;
    use crate::key::samples;

    // Addresses are kept in tables and queues on small machines.
    const _: () = assert!(size_of::<Address>() == 69);

    const B32: &str = "535hnbjltk7dxcd2q4g44s5puxtaj3uj7vavws5l5hy675bn4a3a.b32.i2p";

    #[test]
    fn names_and_hashes_are_told_apart() {
        let name: Address = "Stats.I2P".parse().unwrap();
        assert!(matches!(name, Address::Name(_)));
        assert_eq!(name.hash(), None);
        assert_eq!(format!("{name} {name:?}"), "stats.i2p Address(stats.i2p)");

        for text in [B32, &B32.to_uppercase()] {
            let address: Address = text.parse().unwrap();
            assert_eq!(address.to_string(), B32);
            let hash = address.hash().unwrap();
            assert_eq!(Address::from_hash(*hash.as_bytes()), address);
            assert_eq!(Address::from(hash), address);
        }
    }

    #[test]
    fn an_encrypted_address_is_told_from_a_hash() {
        let text = samples::B33[0].text;
        let address: Address = text.to_uppercase().parse().unwrap();
        assert_eq!(
            address,
            Address::from(text.parse::<EncryptedAddress>().unwrap())
        );
        assert_eq!(address.hash(), None);
        assert_eq!(
            format!("{address} {address:?}"),
            format!("{text} Address({text})")
        );

        let mistyped = format!("{}.b32.i2p", "a".repeat(56));
        let result = mistyped.parse::<Address>();
        assert_eq!(result, Err(Usage::Key(crate::error::KeyError::Checksum)));
    }

    #[cfg(feature = "b32")]
    #[test]
    fn a_destination_becomes_its_hash() {
        for sample in samples::ALL {
            let address: Address = sample.public.parse().unwrap();
            assert_eq!(address.to_string(), sample.b32, "{}", sample.router);
            let mut out = [0; 391];
            let destination = Destination::from_base64(sample.public.as_bytes(), &mut out).unwrap();
            assert_eq!(Address::from(&destination), address);
        }
    }

    #[cfg(not(feature = "b32"))]
    #[test]
    fn a_destination_needs_a_feature() {
        let result = samples::I2PD.public.parse::<Address>();
        assert_eq!(result, Err(Usage::NeedsB32));
    }

    #[test]
    fn a_private_key_is_no_address() {
        let result = samples::I2PD.private.parse::<Address>();
        assert_eq!(result, Err(Usage::Key(crate::error::KeyError::Length)));
    }

    #[test]
    fn what_is_not_i2p_cannot_be_expressed() {
        let label = "a".repeat(52);
        for text in [
            "",
            "localhost",
            "127.0.0.1",
            "127.0.0.1:7656",
            "[::1]",
            "::1",
            "example.com",
            "example.onion",
            "i2p",
            "stats.i2p:80",
            "http://stats.i2p",
            "http://stats.i2p/",
            "stats.i2p.example.com",
            " stats.i2p",
            "AAAA",
            &label,
            ".b32.i2p",
            "b32.i2p",
            &format!("{}.b32.i2p", "a".repeat(51)),
            &format!("{}1.b32.i2p", "a".repeat(51)),
            // Two texts for one hash, were unused bits let through.
            &format!("{}b.b32.i2p", "a".repeat(51)),
            &format!("www.{label}.b32.i2p"),
            &format!("http://{label}.b32.i2p"),
            &format!("{}.b32.i2p", "a".repeat(55)),
            &format!("{}.b32.i2p", "a".repeat(57)),
            &format!("{}1.b32.i2p", "a".repeat(55)),
            &format!("www.{}.b32.i2p", "a".repeat(52)),
            &format!("www.{}.b32.i2p", "a".repeat(56)),
            &format!("é{}.b32.i2p", "a".repeat(50)),
            &"a".repeat(515),
        ] {
            assert_eq!(text.parse::<Address>(), Err(Usage::NotI2p), "{text:?}");
        }
    }
}
