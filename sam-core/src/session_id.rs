//! The name of a session at its router.

use core::fmt;
use core::str::FromStr;

use crate::error::Usage;
use crate::key::base32::{base32_len, base32_letters};

/// The name of a session at the router: 1 to 64 bytes that every router takes.
///
/// Whoever knows it can use the session from anywhere the SAM port can be reached from, so let
/// [`SessionId::random`] make it. Two live sessions of one router may not share it.
#[derive(Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SessionId(heapless::String<{ SessionId::MAX_LEN }>);

impl SessionId {
    /// The longest ID this crate sends, in bytes; routers have no limit but the line's.
    pub const MAX_LEN: usize = 64;

    /// Takes an ID the caller chose.
    ///
    /// # Errors
    /// [`Usage::Empty`], [`Usage::TooLong`] above [`Self::MAX_LEN`], and [`Usage::Forbidden`] for
    /// anything but ASCII letters, digits and `-._~!$%&()*+,:;?@^|`: i2pd refuses `<>"'/`, and
    /// the others would break the line.
    pub fn new(text: &str) -> Result<Self, Usage> {
        if text.is_empty() {
            return Err(Usage::Empty);
        }
        if let Some(bad) = text.bytes().find(|byte| !is_id_byte(*byte)) {
            return Err(Usage::Forbidden(bad));
        }
        heapless::String::try_from(text)
            .map(Self)
            .map_err(|_| Usage::TooLong)
    }

    /// Makes an ID of 26 letters and digits from 128 random bits.
    pub fn random(entropy: [u8; 16]) -> Self {
        let mut letters = [0; base32_len(16)];
        base32_letters(&entropy, &mut letters);
        let mut id = heapless::String::new();
        for letter in letters {
            let _ = id.push(letter.into()); // 26 are fewer than it has room for
        }
        Self(id)
    }

    /// The ID as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const fn is_id_byte(byte: u8) -> bool {
    byte.is_ascii_graphic()
        && !matches!(
            byte,
            b'"' | b'\''
                | b'\\'
                | b'<'
                | b'>'
                | b'/'
                | b'='
                | b'`'
                | b'#'
                | b'['
                | b']'
                | b'{'
                | b'}'
        )
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionId({})", self.0)
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for SessionId {
    type Err = Usage;

    fn from_str(text: &str) -> Result<Self, Usage> {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::ToOwned;
    use std::format;

    #[test]
    fn session_ids_refuse_what_breaks_a_line_or_a_router() {
        for bad in [
            " ", "\n", "\r", "\0", "\"", "'", "\\", "<", ">", "/", "=", "ü",
        ] {
            assert!(SessionId::new(&format!("a{bad}b")).is_err(), "{bad:?}");
        }
        assert_eq!(SessionId::new(""), Err(Usage::Empty));
        assert_eq!(SessionId::new(&"x".repeat(65)), Err(Usage::TooLong));
        assert_eq!(
            SessionId::new("my-site_1.0").unwrap().as_str(),
            "my-site_1.0"
        );
    }

    #[test]
    fn random_session_ids_use_all_their_bits() {
        let ids: std::collections::BTreeSet<_> = (0..128)
            .map(|bit| {
                SessionId::random((1_u128 << bit).to_be_bytes())
                    .as_str()
                    .to_owned()
            })
            .collect();
        assert_eq!(ids.len(), 128);
        assert!(
            ids.iter()
                .all(|id| SessionId::new(id).is_ok() && id.len() == 26)
        );
    }
}
