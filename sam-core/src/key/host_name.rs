//! Host names inside I2P.

use core::fmt;
use core::str::FromStr;

use crate::error::Usage;

/// What every host name ends in.
const SUFFIX: &str = ".i2p";

/// A host name that ends in `.i2p`, in lower case, at most 67 characters.
///
/// The rules are those of I2P's naming specification: labels of ASCII letters, digits and hyphens,
/// none of them empty, none with a hyphen at either end. International names come as `xn--` labels.
/// What ends in `.b32.i2p` is no host name. Lower case, because i2pd looks names up as they are.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct HostName(heapless::String<{ Self::MAX_LEN }, u8>);

impl HostName {
    /// The longest host name, in characters, `.i2p` included.
    pub const MAX_LEN: usize = 67;

    /// Takes a host name of any case.
    ///
    /// # Errors
    /// [`Usage::NotI2p`] for everything that is not a host name inside I2P.
    pub fn new(text: &str) -> Result<Self, Usage> {
        let mut lower = heapless::String::try_from(text).map_err(|_| Usage::NotI2p)?;
        lower.make_ascii_lowercase();
        let name = lower.strip_suffix(SUFFIX).ok_or(Usage::NotI2p)?;
        let is_b32 = name == "b32" || name.ends_with(".b32");
        let mut labels = name.as_bytes().split(|byte| *byte == b'.');
        if is_b32 || !labels.all(is_label) {
            return Err(Usage::NotI2p);
        }
        Ok(Self(lower))
    }

    /// The name, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_label(label: &[u8]) -> bool {
    !label.is_empty()
        && !label.starts_with(b"-")
        && !label.ends_with(b"-")
        && label
            .iter()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HostName({self})")
    }
}

impl FromStr for HostName {
    type Err = Usage;

    fn from_str(text: &str) -> Result<Self, Usage> {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;

    #[test]
    fn names_are_kept_in_lower_case() {
        let longest = format!("{}.i2p", "x".repeat(63));
        for (text, expected) in [
            ("stats.i2p", "stats.i2p"),
            ("Stats.I2P", "stats.i2p"),
            ("a.b-c.9.i2p", "a.b-c.9.i2p"),
            ("xn--mnchen-3ya.i2p", "xn--mnchen-3ya.i2p"),
            ("b32.example.i2p", "b32.example.i2p"),
            ("127.0.0.1.i2p", "127.0.0.1.i2p"),
            (&longest, &longest),
        ] {
            let name = HostName::new(text).unwrap();
            assert_eq!(name.as_str(), expected);
            assert_eq!(
                format!("{name} {name:?}"),
                format!("{expected} HostName({expected})")
            );
        }
    }

    #[test]
    fn everything_else_is_refused() {
        let too_long = format!("{}.i2p", "x".repeat(64));
        for text in [
            "",
            ".i2p",
            "i2p",
            "..i2p",
            "a..i2p",
            ".a.i2p",
            "a.i2p.",
            "-a.i2p",
            "a-.i2p",
            "a.-b.i2p",
            "a_b.i2p",
            "a b.i2p",
            "a\n.i2p",
            "münchen.i2p",
            "a.i2p:80",
            "http://a.i2p",
            "user@a.i2p",
            "b32.i2p",
            "a.b32.i2p",
            "a.B32.I2P",
            "a.i2p.example.com",
            &too_long,
        ] {
            assert_eq!(HostName::new(text), Err(Usage::NotI2p), "{text:?}");
        }
    }
}
