//! Private keys: what SAM calls `PRIV` and `DESTINATION=`.

use core::fmt;
#[cfg(feature = "keygen")]
use core::ops::Range;

use zeroize::Zeroize;

use super::base64::{base64_decode, base64_encode};
use super::codec::DecodeError;
use super::destination::Destination;
use super::layout::Layout;
#[cfg(feature = "keygen")]
use super::layout::Offline;
#[cfg(feature = "keygen")]
use crate::error::{Error, Usage};
use crate::error::{Full, KeyError};

/// A destination with its private keys, as SAM, Java I2P, i2pd and i2plib keep it:
/// `destination | encryption private key | signing private key | offline section, if any`.
///
/// With an Ed25519 key these are 679 bytes, 908 characters in base64; i2pd makes 455 bytes if it is
/// asked for an X25519 encryption key. Whoever has them is this destination. So they are never
/// printed, cannot be cloned, and all of the storage is overwritten with zeros on drop. A storage
/// held by value leaves copies behind where it is moved from; to avoid them, lend it:
/// `B = &mut [u8]`.
pub struct PrivateKey<B: AsRef<[u8]> + AsMut<[u8]>> {
    storage: Erased<B>,
    layout: Layout,
}

impl<B: AsRef<[u8]> + AsMut<[u8]>> PrivateKey<B> {
    /// Takes a private key in binary: the first `len` bytes of `storage`.
    ///
    /// Its length has to be exact, as Java I2P demands; i2pd takes trailing bytes.
    ///
    /// # Errors
    /// [`KeyError::Length`] unless there are as many bytes as the types say,
    /// [`KeyError::SignatureType`] for a type whose keys' sizes are not known,
    /// [`KeyError::Certificate`] for a bad certificate or an encryption type nobody uses.
    /// `storage` is overwritten with zeros then.
    pub fn new(storage: B, len: usize) -> Result<Self, KeyError> {
        Self::checked(Erased(storage), len)
    }

    /// Reads a private key in base64 into `storage`, which may be longer than needed.
    ///
    /// # Errors
    /// As [`PrivateKey::new`]; [`KeyError::Alphabet`] if it is not base64, [`Full::Output`] if
    /// `storage` is shorter than [`decoded_len`](super::decoded_len) says. `storage` is overwritten
    /// with zeros then.
    pub fn from_base64(text: &[u8], storage: B) -> Result<Self, DecodeError> {
        let mut storage = Erased(storage);
        let len = base64_decode(text, storage.0.as_mut())?.len();
        Ok(Self::checked(storage, len)?)
    }

    /// All of it in binary. **Secret.**
    pub fn as_bytes(&self) -> &[u8] {
        self.part(self.layout.len)
    }

    /// Writes all of it as SAM carries it. **Secret**: overwrite `out` after use.
    ///
    /// # Errors
    /// [`Full::Output`] if `out` is shorter than [`base64_len`](super::base64_len) says.
    pub fn to_base64<'o>(&self, out: &'o mut [u8]) -> Result<&'o str, Full> {
        base64_encode(self.as_bytes(), out)
    }

    /// The public part, which is what peers may see.
    pub fn destination(&self) -> Destination<&[u8]> {
        Destination::of_checked(self.part(self.layout.public_len), self.layout.certificate)
    }

    /// Whether the signing private key is elsewhere and a transient key signs for it until
    /// [`Self::offline_expires`].
    pub fn is_offline(&self) -> bool {
        self.layout.offline.is_some()
    }

    /// When the offline signature expires, in seconds since 1970; `None` if there is none.
    ///
    /// Routers differ in what they do with an expired one: i2pd 2.59 refuses the session, 2.45
    /// does not (both observed). So compare it with the time before a session is asked for, or
    /// have `check_offline` do it (feature `keygen`).
    pub fn offline_expires(&self) -> Option<u32> {
        self.layout.offline.as_ref().map(|offline| offline.expires)
    }

    /// Puts parts together that make a private key.
    #[cfg(feature = "keygen")]
    pub(super) fn assemble(storage: B, parts: &[&[u8]]) -> Result<Self, Error> {
        let mut storage = Erased(storage);
        let len = parts.iter().map(|part| part.len()).sum();
        let room = storage.0.as_mut().get_mut(..len).ok_or(Full::Output)?;
        let bytes = parts.iter().copied().flatten();
        room.iter_mut()
            .zip(bytes)
            .for_each(|(to, from)| *to = *from);
        Ok(Self::checked(storage, len).map_err(Usage::Key)?)
    }

    /// The signing private key, and the offline section behind it.
    #[cfg(feature = "keygen")]
    pub(super) fn signing_parts(&self) -> (&[u8], Option<(&Offline, &[u8])>) {
        let Range { start, end } = self.layout.signing_key;
        let all = self.as_bytes();
        let section = all.get(end..).unwrap_or_default();
        let offline = self.layout.offline.as_ref();
        (
            all.get(start..end).unwrap_or_default(),
            offline.map(|offline| (offline, section)),
        )
    }

    fn checked(storage: Erased<B>, len: usize) -> Result<Self, KeyError> {
        let layout = Layout::read(storage.0.as_ref().get(..len).ok_or(KeyError::Length)?)?;
        Ok(Self { storage, layout })
    }

    /// The first `len` bytes, which [`Layout::read`] has seen.
    fn part(&self, len: usize) -> &[u8] {
        self.storage.0.as_ref().get(..len).unwrap_or_default()
    }
}

impl<B: AsRef<[u8]> + AsMut<[u8]>> fmt::Debug for PrivateKey<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "PrivateKey(.., {})",
            self.layout.certificate.signature_type()
        )
    }
}

/// When the offline signature of a private key in binary expires, in seconds since 1970; `None` if
/// it has none, or does not need one.
///
/// [`PrivateKey::offline_expires`] for a key that is only borrowed. The signature is not checked:
/// routers refuse forged ones.
///
/// # Errors
/// Those of [`PrivateKey::new`].
pub fn offline_expires(private: &[u8]) -> Result<Option<u32>, KeyError> {
    let layout = Layout::read(private)?;
    Ok(layout.offline.map(|offline| offline.expires))
}

#[cfg(feature = "defmt")]
impl<B: AsRef<[u8]> + AsMut<[u8]>> defmt::Format for PrivateKey<B> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "PrivateKey(..)");
    }
}

/// A storage that is overwritten with zeros when it goes, on whatever way.
struct Erased<B: AsMut<[u8]>>(B);

impl<B: AsMut<[u8]>> Drop for Erased<B> {
    fn drop(&mut self) {
        self.0.as_mut().zeroize();
    }
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;
    use crate::key::samples;

    #[test]
    fn what_routers_print_is_read_and_printed_unchanged() {
        for sample in samples::ALL {
            let key = PrivateKey::from_base64(sample.private.as_bytes(), [0; 700]).unwrap();
            assert_eq!(key.as_bytes().len(), 679, "{}", sample.router);
            assert_eq!(key.to_base64(&mut [0; 908]), Ok(sample.private));
            assert_eq!(
                key.destination().to_base64(&mut [0; 524]),
                Ok(sample.public)
            );
            assert!(!key.is_offline());
        }
    }

    #[test]
    fn debug_shows_no_key_material() {
        let key = PrivateKey::from_base64(samples::I2PD.private.as_bytes(), [0; 679]).unwrap();
        assert_eq!(format!("{key:?}"), "PrivateKey(.., EdDSA_SHA512_Ed25519)");
    }

    #[test]
    fn the_storage_is_erased_on_drop() {
        let mut storage = [7; 700];
        let key = PrivateKey::from_base64(samples::I2PD.private.as_bytes(), &mut storage[..]);
        drop(key.unwrap());
        assert_eq!(storage, [0; 700]);
    }

    #[test]
    fn the_storage_is_erased_on_error() {
        let public = samples::I2PD.public;
        let damaged = samples::I2PD.private.replace("==", "!!");
        for text in [public, &damaged, "AA=A", &samples::I2PD.private.repeat(2)] {
            let mut storage = [7; 700];
            assert!(PrivateKey::from_base64(text.as_bytes(), &mut storage[..]).is_err());
            assert_eq!(storage, [0; 700], "{text}");
        }
        let mut storage = [7; 700];
        assert_eq!(
            PrivateKey::new(&mut storage[..], 701).unwrap_err(),
            KeyError::Length
        );
        assert_eq!(storage, [0; 700]);
    }
}
