//! Validated small values: what a caller may put into a line, checked once when it is made.

use core::fmt;

/// A SAM protocol version, `3.0` to `3.3` as routers speak them today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Version {
    /// The part before the dot.
    pub major: u8,
    /// The part behind the dot.
    pub minor: u8,
}

impl Version {
    /// SAM 3.0.
    pub const V3_0: Self = Self { major: 3, minor: 0 };
    /// SAM 3.1: signature types, MIN and MAX optional.
    pub const V3_1: Self = Self { major: 3, minor: 1 };
    /// SAM 3.2: ports, PING, authentication, UTF-8, several accepts at once.
    pub const V3_2: Self = Self { major: 3, minor: 2 };
    /// SAM 3.3: PRIMARY sessions and subsessions.
    pub const V3_3: Self = Self { major: 3, minor: 3 };

    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let (major, minor) = match text.iter().position(|byte| *byte == b'.') {
            Some(dot) => (text.get(..dot)?, text.get(dot + 1..)?),
            None => (text, &b"0"[..]), // Java accepts and answers a bare `3`.
        };
        let (major, minor) = (decimal(major)?, decimal(minor)?);
        Some(Self { major, minor })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// Reads a decimal number of ASCII digits only; no sign, no overflow.
pub(crate) fn decimal<T: TryFrom<u32>>(digits: &[u8]) -> Option<T> {
    T::try_from(natural(digits)?).ok()
}

#[inline(never)]
fn natural(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u32, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| u32::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

/// What kind of traffic a session carries (SAM v3, "Session creation").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Style {
    /// Virtual streams.
    Stream,
    /// Repliable, authenticated datagrams.
    Datagram,
    /// Anonymous datagrams.
    Raw,
    /// Repliable, authenticated, replay-protected datagrams.
    Datagram2,
    /// Repliable datagrams that show a hash and are not authenticated.
    Datagram3,
    /// A session that holds subsessions (3.3).
    Primary,
    /// The old name of [`Style::Primary`]; the only one i2pd knows.
    Master,
}

impl Style {
    const ALL: [Self; 7] = [
        Self::Stream,
        Self::Datagram,
        Self::Raw,
        Self::Datagram2,
        Self::Datagram3,
        Self::Primary,
        Self::Master,
    ];

    /// The word that stands for it in a line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Stream => "STREAM",
            Self::Datagram => "DATAGRAM",
            Self::Raw => "RAW",
            Self::Datagram2 => "DATAGRAM2",
            Self::Datagram3 => "DATAGRAM3",
            Self::Primary => "PRIMARY",
            Self::Master => "MASTER",
        }
    }

    /// The lowest version of a router that may know it: emissary speaks 3.2 and has DATAGRAM2.
    /// That of a MASTER session says nothing.
    pub(crate) const fn needs(self) -> Version {
        match self {
            Self::Datagram2 | Self::Datagram3 => Version::V3_2,
            _ => Version::V3_0,
        }
    }

    /// The style a word stands for; words are case-sensitive.
    pub fn from_word(word: &[u8]) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|style| style.word().as_bytes() == word)
    }
}

/// The I2CP ports of a stream or datagram; 0 means "any" (3.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Ports {
    /// The sender's port.
    pub from: u16,
    /// The receiver's port.
    pub to: u16,
}

/// A signature type by its number (I2P common structures, "Key Certificates").
///
/// Numbers, because i2pd turns a name it does not know into DSA_SHA1 without a word.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SignatureType(pub u16);

impl SignatureType {
    /// DSA_SHA1: the default of i2pd and Java I2P when none is asked for; never wanted.
    pub const DSA_SHA1: Self = Self(0);
    /// ECDSA_SHA256_P256.
    pub const ECDSA_SHA256_P256: Self = Self(1);
    /// ECDSA_SHA384_P384.
    pub const ECDSA_SHA384_P384: Self = Self(2);
    /// ECDSA_SHA512_P521.
    pub const ECDSA_SHA512_P521: Self = Self(3);
    /// EdDSA_SHA512_Ed25519: what to use.
    pub const ED25519: Self = Self(7);
    /// RedDSA_SHA512_Ed25519: for encrypted leasesets.
    pub const RED25519: Self = Self(11);

    /// Whether every router of today can generate it without harm.
    ///
    /// i2pd after 2.58 crashes on 4, 5, 6, 8 and unknown numbers in `DEST GENERATE`, and 2.45.1
    /// answers with a bogus key (both observed), so the client refuses to ask for those.
    pub const fn is_safe_to_request(self) -> bool {
        matches!(self.0, 0..=3 | 7 | 11)
    }
}

impl SignatureType {
    /// Reads a number or one of the specification's names, in any case of letters.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        decimal(text).map(Self).or_else(|| {
            (0..NAMES.len() as u16).map(Self).find(|known| {
                known
                    .name()
                    .is_some_and(|name| name.as_bytes().eq_ignore_ascii_case(text))
            })
        })
    }

    /// The name the specification gives it, if it gives it one.
    pub fn name(self) -> Option<&'static str> {
        NAMES.get(usize::from(self.0)).copied()
    }
}

/// The names of the signature types 0 to 14; 12 and above as i2pd and proposal 169 spell them.
const NAMES: [&str; 15] = [
    "DSA_SHA1",
    "ECDSA_SHA256_P256",
    "ECDSA_SHA384_P384",
    "ECDSA_SHA512_P521",
    "RSA_SHA256_2048",
    "RSA_SHA384_3072",
    "RSA_SHA512_4096",
    "EdDSA_SHA512_Ed25519",
    "EdDSA_SHA512_Ed25519ph",
    "GOSTR3410_GOSTR3411_256_CRYPTO_PRO_A",
    "GOSTR3410_GOSTR3411_512_TC26_A",
    "RedDSA_SHA512_Ed25519",
    "MLDSA44",
    "MLDSA65",
    "MLDSA87",
];

impl fmt::Debug for SignatureType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignatureType({self})")
    }
}

impl fmt::Display for SignatureType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_two_small_numbers() {
        let table = [
            ("3.3", Some(Version::V3_3)),
            ("3", Some(Version::V3_0)),
            ("0.3", Some(Version { major: 0, minor: 3 })),
            ("3.256", None),
            ("3.1\r", None),
            ("3.1.2", None),
            ("", None),
            (".", None),
            ("+3.1", None),
        ];
        for (text, expected) in table {
            assert_eq!(Version::parse(text.as_bytes()), expected, "{text:?}");
        }
    }

    #[test]
    fn every_style_has_its_own_word() {
        for style in Style::ALL {
            assert_eq!(Style::from_word(style.word().as_bytes()), Some(style));
        }
        assert_eq!(Style::from_word(b"stream"), None);
    }
}
