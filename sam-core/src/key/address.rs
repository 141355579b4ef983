//! Addresses inside I2P, and nothing else.

use core::fmt;
use core::str::FromStr;

#[cfg(feature = "b32")]
use super::destination::Destination;
use super::hash::{B32_SUFFIX, DestinationHash};
use super::host_name::{HostName, LowerCase};
use super::text::DestinationText;
use crate::error::Usage;

/// An address inside I2P: small, owned, and unable to express anything outside.
///
/// There is no way from an IP address to an `Address`, no port, no URL and no other top-level
/// domain, so a program that takes its peers as `Address` cannot be talked into the clear net.
///
/// Its text, read by [`FromStr`] in any case, is `name.i2p` or `<52 characters>.b32.i2p`. A full
/// destination in base64 is read too, and becomes its hash.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Address {
    /// A host name, which the router looks up in its address book.
    Name(HostName),
    /// The hash of a destination, whose text is a b32 address.
    Hash(DestinationHash),
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
            Self::Name(_) => None,
        }
    }
}

impl FromStr for Address {
    type Err = Usage;

    /// Reads a host name, a b32 address or a destination in base64.
    ///
    /// # Errors
    /// [`Usage::NotI2p`] for all that is none of them, and for the long `.b32.i2p` addresses of
    /// encrypted lease sets ("b33"), which this crate cannot read yet. [`Usage::Key`] for a text as
    /// long as a destination that is none. [`Usage::NeedsB32`] for a destination, if the
    /// feature `b32` is off.
    fn from_str(text: &str) -> Result<Self, Usage> {
        if text.len() >= MIN_DESTINATION_TEXT_LEN {
            let destination = DestinationText::new(text.as_bytes()).map_err(Usage::Key)?;
            return hashed(destination);
        }
        let text = LowerCase::new(text)?;
        match text.as_str().strip_suffix(B32_SUFFIX) {
            Some(letters) => DestinationHash::from_base32(letters)
                .map(Self::Hash)
                .ok_or(Usage::NotI2p),
            None => HostName::from_lower_case(text).map(Self::Name),
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
    const _: () = assert!(size_of::<Address>() <= 80);

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
            // Encrypted lease sets: 35 bytes, and with a two-byte signature type 37.
            &format!("{}.b32.i2p", "a".repeat(56)),
            &format!("{}.b32.i2p", "a".repeat(60)),
            &"a".repeat(515),
        ] {
            assert_eq!(text.parse::<Address>(), Err(Usage::NotI2p), "{text:?}");
        }
    }
}
