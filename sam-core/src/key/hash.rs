//! The SHA-256 of a destination: its b32 address.

use core::fmt;

#[cfg(feature = "b32")]
use sha2::{Digest, Sha256};

use super::base32::{base32_decode, base32_letters};
#[cfg(feature = "b32")]
use super::codec::Put;
use super::codec::ascii;

/// What every b32 address ends in.
pub(super) const B32_SUFFIX: &str = ".b32.i2p";

/// What stands in front of `.b32.i2p`, in any case of letters.
pub(super) fn strip_b32(text: &str) -> Option<&str> {
    let at = text.len().checked_sub(B32_SUFFIX.len())?;
    let (letters, suffix) = text.split_at_checked(at)?;
    suffix.eq_ignore_ascii_case(B32_SUFFIX).then_some(letters)
}

/// The SHA-256 of a destination, 32 bytes; its text is the b32 address, 60 characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DestinationHash([u8; 32]);

impl DestinationHash {
    /// Takes a hash somebody else has made.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Hashes a destination, which `read` hands over piece by piece.
    ///
    /// Not inlined: peers and the session itself are hashed.
    #[cfg(feature = "b32")]
    #[inline(never)]
    pub(super) fn of(read: &mut dyn FnMut(Put<'_>)) -> Self {
        let mut hasher = Sha256::new();
        read(&mut |bytes| update(&mut hasher, bytes));
        Self(hasher.finalize().into())
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The 52 characters in front of `.b32.i2p`.
    pub(super) fn letters(&self) -> [u8; 52] {
        let mut letters = [0; 52];
        base32_letters(&self.0, &mut letters);
        letters
    }

    /// Reads the 52 characters in front of `.b32.i2p`.
    pub(super) fn from_base32(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        let len = base32_decode(text.as_bytes(), &mut bytes).ok()?.len();
        (len == bytes.len()).then_some(Self(bytes))
    }
}

/// Not inlined: a closure behind a pointer is there twice.
#[cfg(feature = "b32")]
#[inline(never)]
fn update(hasher: &mut Sha256, bytes: &[u8]) {
    hasher.update(bytes);
}

impl fmt::Display for DestinationHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(ascii(&self.letters()))?;
        f.write_str(B32_SUFFIX)
    }
}

impl fmt::Debug for DestinationHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;

    #[test]
    fn prints_the_b32_address() {
        let hash = DestinationHash::from_bytes([0xFF; 32]);
        let expected = format!("{}q.b32.i2p", "7".repeat(51));
        assert_eq!(format!("{hash}"), expected);
        assert_eq!(format!("{hash:?}"), expected);
    }

    #[test]
    fn only_52_characters_are_a_hash() {
        for (len, expected) in [
            (0, false),
            (50, false),
            (52, true),
            (53, false),
            (56, false),
        ] {
            assert_eq!(
                DestinationHash::from_base32(&"a".repeat(len)).is_some(),
                expected,
                "{len}"
            );
        }
    }
}
