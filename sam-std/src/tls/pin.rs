//! The fingerprint of a certificate.

use std::fmt;
use std::str::FromStr;

use sam_core::error::Usage;
use sha2::{Digest, Sha256};

/// The SHA-256 of a certificate in DER, or of its public key (SubjectPublicKeyInfo).
///
/// `openssl x509 -in cert.pem -noout -fingerprint -sha256` shows the first.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pin([u8; 32]);

impl Pin {
    /// The hash itself.
    pub const fn new(sha256: [u8; 32]) -> Self {
        Self(sha256)
    }

    pub(super) fn of(der: &[u8]) -> Self {
        Self(Sha256::digest(der).into())
    }
}

impl FromStr for Pin {
    type Err = Usage;

    /// Reads 64 hexadecimal digits; colons between them are passed over.
    fn from_str(text: &str) -> Result<Self, Usage> {
        let mut digits = Vec::with_capacity(64);
        for character in text.chars().filter(|character| *character != ':') {
            let digit = character.to_digit(16).ok_or(Usage::OutOfRange)?;
            digits.push(u8::try_from(digit).map_err(|_| Usage::OutOfRange)?);
        }
        let (pairs, []) = digits.as_chunks::<2>() else {
            return Err(Usage::OutOfRange);
        };
        let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
        match bytes.try_into() {
            Ok(hash) => Ok(Self(hash)),
            Err(_) => Err(Usage::OutOfRange),
        }
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pin({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_are_read_with_and_without_colons() {
        let plain = "00ff".repeat(16);
        let pin: Pin = plain.parse().unwrap();
        assert_eq!(pin.to_string(), plain);
        assert_eq!(["00:FF"; 16].join(":").parse(), Ok(pin));
    }

    #[test]
    fn what_is_no_pin_is_refused() {
        let table = [
            "",
            "00",
            &"0".repeat(63),
            &"0".repeat(65),
            &"0".repeat(66),
            &"g".repeat(64),
        ];
        for text in table {
            assert!(text.parse::<Pin>().is_err(), "{text:?}");
        }
    }
}
