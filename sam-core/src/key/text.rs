//! Public destinations as they stand in a line.

use core::fmt;

use super::base64::{base64_decode, decode_groups, decoded_len};
use super::certificate::Certificate;
use super::destination::Destination;
#[cfg(feature = "b32")]
use super::hash::DestinationHash;
use crate::error::{Full, KeyError};
use crate::types::SignatureType;

/// A public destination in base64, borrowed from where it stands and checked without being stored.
///
/// 516 characters or more, 524 for nearly every destination of today.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DestinationText<'a> {
    /// ASCII.
    text: &'a [u8],
    certificate: Certificate,
}

impl<'a> DestinationText<'a> {
    /// Checks all that [`Destination::new`] checks, and that it is base64.
    ///
    /// # Errors
    /// [`KeyError::Alphabet`], [`KeyError::Length`] and [`KeyError::Certificate`].
    pub fn new(text: &'a [u8]) -> Result<Self, KeyError> {
        let len = decoded_len(text)?;
        decode_groups(text, &mut |_| {})?;
        let mut head = [0; 9];
        let tail = text
            .get(Certificate::OFFSET / 3 * 4..)
            .ok_or(KeyError::Length)?;
        let tail = tail.get(..12).unwrap_or(tail);
        let head = base64_decode(tail, &mut head).map_err(|_| KeyError::Length)?;
        let (certificate, expected) = Certificate::read(head)?;
        if len != expected {
            return Err(KeyError::Length);
        }
        Ok(Self { text, certificate })
    }

    /// The text as it stands.
    pub const fn as_str(&self) -> &'a str {
        match core::str::from_utf8(self.text) {
            Ok(text) => text,
            Err(_) => "",
        }
    }

    pub(crate) const fn as_bytes(&self) -> &'a [u8] {
        self.text
    }

    /// Length in bytes of the destination in binary.
    pub fn decoded_len(&self) -> usize {
        decoded_len(self.text).unwrap_or_default()
    }

    /// Turns the text into a destination in binary, which is put into `out`.
    ///
    /// # Errors
    /// [`Full::Output`] if `out` is shorter than [`Self::decoded_len`].
    pub fn decode<'o>(&self, out: &'o mut [u8]) -> Result<Destination<&'o [u8]>, Full> {
        let bytes = base64_decode(self.text, out).map_err(|_| Full::Output)?;
        Ok(Destination::of_checked(bytes, self.certificate))
    }

    /// The type of the signing key.
    pub const fn signature_type(&self) -> SignatureType {
        self.certificate.signature_type()
    }

    /// The SHA-256 of the destination in binary, which is its b32 address.
    #[cfg(feature = "b32")]
    pub fn hash(&self) -> DestinationHash {
        DestinationHash::of(&mut |put| {
            // Cannot fail: `new` has read the same text to its end.
            let _ = decode_groups(self.text, put);
        })
    }
}

impl fmt::Display for DestinationText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for DestinationText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.as_str().get(..8).unwrap_or_default();
        write!(
            f,
            "DestinationText({start}…, {} characters)",
            self.text.len()
        )
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for DestinationText<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        let start = self.as_str().get(..8).unwrap_or_default();
        defmt::write!(
            f,
            "DestinationText({=str}.., {=usize} characters)",
            start,
            self.text.len()
        );
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::{format, vec, vec::Vec};

    use super::*;
    use crate::key::{base64_encode, base64_len, samples};

    #[test]
    fn what_routers_print_is_accepted() {
        for sample in samples::ALL {
            let text = DestinationText::new(sample.public.as_bytes()).unwrap();
            assert_eq!(text.as_str(), sample.public, "{}", sample.router);
            assert_eq!(text.decoded_len(), 391);
            assert_eq!(text.signature_type(), SignatureType::ED25519);
            assert_eq!(
                text.decode(&mut [0; 391]).unwrap().to_base64(&mut [0; 524]),
                Ok(sample.public)
            );
            assert_eq!(text.decode(&mut [0; 390]), Err(Full::Output));
            #[cfg(feature = "b32")]
            assert_eq!(format!("{}", text.hash()), sample.b32);
        }
    }

    #[test]
    fn debug_shows_only_the_start() {
        let text = DestinationText::new(samples::EMISSARY.public.as_bytes()).unwrap();
        assert_eq!(
            format!("{text:?}"),
            "DestinationText(gh29RVrd…, 524 characters)"
        );
    }

    #[test]
    fn a_private_key_is_no_destination() {
        for sample in samples::ALL {
            let result = DestinationText::new(sample.private.as_bytes());
            assert_eq!(result, Err(KeyError::Length), "{}", sample.router);
        }
    }

    #[test]
    fn damage_is_found() {
        let public = samples::JAVA.public;
        let replaced = |place: usize, byte: u8| {
            let mut text = public.as_bytes().to_vec();
            text[place] = byte;
            text
        };
        let table: [(Vec<u8>, KeyError); 8] = [
            (Vec::new(), KeyError::Length),
            (public[..515].into(), KeyError::Length),
            (public[..516].into(), KeyError::Length),
            (public[..520].into(), KeyError::Length),
            (format!("{public}AAAA").into(), KeyError::Alphabet),
            (replaced(0, b'+'), KeyError::Alphabet),
            (replaced(300, 0xC3), KeyError::Alphabet),
            // The certificate's type turns from 5 to 0, whose certificate is empty.
            (
                format!("{}AA{}", &public[..512], &public[514..]).into(),
                KeyError::Certificate,
            ),
        ];
        for (text, error) in table {
            assert_eq!(DestinationText::new(&text), Err(error), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_binary_form(
            key in 0_u8..,
            certificate in prop::collection::vec(0_u8..8, 0..20),
        ) {
            let bytes = [&[key; 384], &certificate[..]].concat();
            let mut out = vec![0; base64_len(bytes.len())];
            let text = base64_encode(&bytes, &mut out).unwrap();
            let binary = Destination::new(&bytes[..]).map(|destination| destination.certificate());
            let read = DestinationText::new(text.as_bytes()).map(|text| text.certificate);
            prop_assert_eq!(read, binary);
        }
    }
}
