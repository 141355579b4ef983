//! Public destinations in binary.

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

use super::base64::{Base64Groups, base64_decode, base64_encode};
use super::certificate::{Certificate, EncryptionType};
use super::codec::{DecodeError, ascii};
#[cfg(feature = "b32")]
use super::hash::DestinationHash;
use crate::error::{Full, KeyError};
use crate::types::SignatureType;

/// A public destination in binary: `encryption key (256) | signing key (128) | certificate`.
///
/// `B` holds it and nothing else: `[u8; 391]` for nearly every destination of today, a slice of a
/// larger buffer, a vector. Its text is base64; `Debug` prints the short form.
#[derive(Clone, Copy)]
pub struct Destination<B> {
    bytes: B,
    certificate: Certificate,
}

impl<B: AsRef<[u8]>> Destination<B> {
    /// Length in bytes of the shortest destination; those with an Ed25519 key have 391.
    pub const MIN_LEN: usize = Certificate::MIN_DESTINATION_LEN;

    /// Takes a destination in binary. Its keys are not looked at, certificates of types that are
    /// not known are kept.
    ///
    /// # Errors
    /// [`KeyError::Length`] unless there are as many bytes as the certificate says,
    /// [`KeyError::Certificate`] if it is too short for what it says.
    pub fn new(bytes: B) -> Result<Self, KeyError> {
        let all = bytes.as_ref();
        let certificate = match read_certificate(all)? {
            (certificate, len) if len == all.len() => certificate,
            _ => return Err(KeyError::Length),
        };
        Ok(Self { bytes, certificate })
    }

    /// The destination in binary.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.as_ref()
    }

    /// The same destination, borrowed.
    pub fn borrowed(&self) -> Destination<&[u8]> {
        Destination {
            bytes: self.as_bytes(),
            certificate: self.certificate,
        }
    }

    /// Gives the storage back.
    pub fn into_inner(self) -> B {
        self.bytes
    }

    /// Writes the destination as SAM carries it, 516 characters or more.
    ///
    /// # Errors
    /// [`Full::Output`] if `out` is shorter than [`base64_len`](super::base64_len) says.
    pub fn to_base64<'o>(&self, out: &'o mut [u8]) -> Result<&'o str, Full> {
        base64_encode(self.as_bytes(), out)
    }

    /// The certificate.
    pub fn certificate(&self) -> Certificate {
        self.certificate
    }

    /// The type of the signing key.
    pub fn signature_type(&self) -> SignatureType {
        self.certificate.signature_type()
    }

    /// The public signing key, if it is an Ed25519 or RedDSA one.
    ///
    /// # Errors
    /// [`KeyError::SignatureType`] for keys of other types.
    pub fn ed25519_key(&self) -> Result<[u8; 32], KeyError> {
        let fields = self.as_bytes().get(..Certificate::OFFSET);
        let key = fields.and_then(|fields| fields.last_chunk());
        match (self.signature_type(), key) {
            (SignatureType::ED25519 | SignatureType::RED25519, Some(key)) => Ok(*key),
            (other, _) => Err(KeyError::SignatureType(other.0)),
        }
    }

    /// The type of the encryption key.
    pub fn encryption_type(&self) -> EncryptionType {
        self.certificate.encryption_type()
    }

    /// The SHA-256 of the destination, which is its b32 address.
    #[cfg(feature = "b32")]
    pub fn hash(&self) -> DestinationHash {
        DestinationHash::of(&mut |put| put(self.as_bytes()))
    }
}

impl<'o> Destination<&'o [u8]> {
    /// Reads a destination from base64 into `out`.
    ///
    /// # Errors
    /// As [`Destination::new`]; [`KeyError::Alphabet`] if it is not base64, [`Full::Output`] if
    /// `out` is shorter than [`decoded_len`](super::decoded_len) says.
    pub fn from_base64(text: &[u8], out: &'o mut [u8]) -> Result<Self, DecodeError> {
        Ok(Self::new(base64_decode(text, out)?)?)
    }

    /// Takes the destination that `bytes` begin with: those of a private key, for instance.
    ///
    /// # Errors
    /// As [`Destination::new`], but for bytes behind it.
    pub fn leading(bytes: &'o [u8]) -> Result<Self, KeyError> {
        let (certificate, len) = read_certificate(bytes)?;
        let bytes = bytes.get(..len).ok_or(KeyError::Length)?;
        Ok(Self { bytes, certificate })
    }

    /// Takes bytes that have been checked, and the certificate found in them.
    pub(super) fn of_checked(bytes: &'o [u8], certificate: Certificate) -> Self {
        Self { bytes, certificate }
    }
}

/// Reads the certificate and the length of the destination that `bytes` begin with.
pub(super) fn read_certificate(bytes: &[u8]) -> Result<(Certificate, usize), KeyError> {
    Certificate::read(bytes.get(Certificate::OFFSET..).ok_or(KeyError::Length)?)
}

impl<B: AsRef<[u8]>> fmt::Display for Destination<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Base64Groups::new(self.as_bytes()).try_for_each(|group| f.write_str(ascii(&group)))
    }
}

impl<B: AsRef<[u8]>> fmt::Debug for Destination<B> {
    #[cfg(feature = "b32")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Destination({})", self.hash())
    }

    #[cfg(not(feature = "b32"))]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Destination({} bytes, {})",
            self.as_bytes().len(),
            self.signature_type()
        )
    }
}

#[cfg(feature = "defmt")]
impl<B: AsRef<[u8]>> defmt::Format for Destination<B> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(
            f,
            "Destination({=usize} bytes, {})",
            self.as_bytes().len(),
            self.certificate
        );
    }
}

impl<B: AsRef<[u8]>> AsRef<[u8]> for Destination<B> {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl<B: AsRef<[u8]>, C: AsRef<[u8]>> PartialEq<Destination<C>> for Destination<B> {
    fn eq(&self, other: &Destination<C>) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl<B: AsRef<[u8]>> Eq for Destination<B> {}

impl<B: AsRef<[u8]>, C: AsRef<[u8]>> PartialOrd<Destination<C>> for Destination<B> {
    fn partial_cmp(&self, other: &Destination<C>) -> Option<Ordering> {
        Some(self.as_bytes().cmp(other.as_bytes()))
    }
}

impl<B: AsRef<[u8]>> Ord for Destination<B> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl<B: AsRef<[u8]>> Hash for Destination<B> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use std::{format, string::ToString, vec, vec::Vec};

    use super::*;
    use crate::key::samples;

    /// A destination of 384 key bytes and this certificate.
    fn with_certificate(certificate: &[u8]) -> Vec<u8> {
        [&[1; 384], certificate].concat()
    }

    #[test]
    fn what_routers_print_is_read_and_printed_unchanged() {
        for sample in samples::ALL {
            let mut out = [0; 391];
            let destination = Destination::from_base64(sample.public.as_bytes(), &mut out).unwrap();
            assert_eq!(destination.as_bytes().len(), 391, "{}", sample.router);
            assert_eq!(destination.signature_type(), SignatureType::ED25519);
            assert_eq!(destination.encryption_type(), EncryptionType::ELGAMAL);
            assert_eq!(destination.to_string(), sample.public);
            assert_eq!(destination.to_base64(&mut [0; 524]), Ok(sample.public));
            assert_eq!(destination.to_base64(&mut [0; 523]), Err(Full::Output));
        }
    }

    #[cfg(feature = "b32")]
    #[test]
    fn the_hash_is_the_b32_address() {
        for sample in samples::ALL {
            let mut out = [0; 391];
            let destination = Destination::from_base64(sample.public.as_bytes(), &mut out).unwrap();
            assert_eq!(
                destination.hash().to_string(),
                sample.b32,
                "{}",
                sample.router
            );
            assert_eq!(
                format!("{destination:?}"),
                format!("Destination({})", sample.b32)
            );
        }
    }

    #[test]
    fn debug_is_short() {
        let destination = Destination::new([0; 387]).unwrap();
        assert!(format!("{destination:?}").len() <= 80);
    }

    #[test]
    fn the_certificate_decides_about_the_length() {
        let table: [(&[u8], usize, Result<Certificate, KeyError>); 8] = [
            (&[0, 0, 0], 0, Ok(Certificate::Null)),
            (&[0, 0, 0], 1, Err(KeyError::Length)),
            (&[4, 0, 2], 2, Ok(Certificate::Other { kind: 4 })),
            (&[4, 0, 2], 1, Err(KeyError::Length)),
            (&[4, 0, 2], 3, Err(KeyError::Length)),
            (&[5, 0, 4], 3, Err(KeyError::Length)),
            (&[5, 0, 3], 3, Err(KeyError::Certificate)),
            (&[], 0, Err(KeyError::Length)),
        ];
        for (head, more, expected) in table {
            let bytes = with_certificate(&[head, &vec![0; more]].concat());
            let found = Destination::new(bytes).map(|destination| destination.certificate());
            assert_eq!(found, expected, "{head:?} and {more}");
        }
        assert_eq!(Destination::new([0; 383]).unwrap_err(), KeyError::Length);
    }

    #[test]
    fn a_private_key_begins_with_its_destination() {
        for sample in samples::ALL {
            let (mut public, mut private) = ([0; 391], [0; 679]);
            let public = base64_decode(sample.public.as_bytes(), &mut public).unwrap();
            let private = base64_decode(sample.private.as_bytes(), &mut private).unwrap();
            let leading = Destination::leading(private).unwrap();
            assert_eq!(leading, Destination::new(public).unwrap());
            assert_eq!(Destination::leading(&private[..390]), Err(KeyError::Length));
        }
    }

    #[test]
    fn equality_and_order_are_those_of_the_bytes() {
        let low = Destination::new([0; 387]).unwrap();
        let high = Destination::new(with_certificate(&[0, 0, 0])).unwrap();
        assert_eq!(low, low.borrowed());
        assert!(low < high && low != high);
        assert_eq!(low.into_inner(), [0; 387]);
    }
}
