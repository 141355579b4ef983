//! Identities made of a seed, without a router.

use ed25519_dalek::SigningKey;
use sha2::{Digest, Sha512};

use super::private::PrivateKey;
use crate::error::{Error, KeyError, Usage};

/// Length in bytes of the private keys made of a seed; in base64 they have 908 characters.
pub const SEEDED_KEY_LEN: usize = 679;

/// A key certificate: Ed25519 signatures, and the ElGamal encryption nobody uses.
const CERTIFICATE: [u8; 7] = [5, 0, 4, 0, 7, 0, 0];

/// Keeps the padding from being a hash of the seed that is used elsewhere.
const PADDING_LABEL: &[u8] = b"sam-core: padding of a destination";

impl<B: AsRef<[u8]> + AsMut<[u8]>> PrivateKey<B> {
    /// Makes the Ed25519 identity that belongs to a seed, always the same one.
    ///
    /// The seed is the signing private key (RFC 8032), so whoever has it *is* the destination, and
    /// 32 bytes are all that has to be kept of it. Take them from a source of random numbers that
    /// is fit for keys, and overwrite them after use. All else follows the keys that i2pd and Java
    /// I2P make, and peers cannot tell where a destination comes from:
    ///
    /// - The field for the encryption key and the padding of the signing key repeat 32 bytes (I2P
    ///   proposal 161), a hash of the seed. No encryption key is needed: for each session, routers
    ///   make those of the lease set.
    /// - The encryption private key is zero (accepted by i2pd 2.45.1 and 2.59.0). It has its place
    ///   because Java I2P takes no key of less than 663 bytes.
    ///
    /// # Errors
    /// [`Full::Output`](crate::error::Full::Output) if `storage` is shorter than
    /// [`SEEDED_KEY_LEN`]; [`KeyError::Seed`] for a seed of zeros, as an unready generator gives
    /// them.
    pub fn from_seed(seed: &[u8; 32], storage: B) -> Result<Self, Error> {
        if *seed == [0; 32] {
            return Err(Usage::Key(KeyError::Seed).into());
        }
        let padding = [padding(seed); 11];
        let public = ed25519_public(seed);
        let encryption_key = [0; 256];
        let parts: [&[u8]; 5] = [
            padding.as_flattened(),
            &public,
            &CERTIFICATE,
            &encryption_key,
            seed,
        ];
        Self::assemble(storage, &parts)
    }
}

/// The public key of an Ed25519 seed.
pub fn ed25519_public(seed: &[u8; 32]) -> [u8; 32] {
    SigningKey::from_bytes(seed).verifying_key().to_bytes()
}

/// What a destination repeats where it has nothing to say. It tells nothing about the seed, and
/// peers cannot tell it from random numbers.
fn padding(seed: &[u8; 32]) -> [u8; 32] {
    let hash: [u8; 64] = Sha512::new()
        .chain_update(PADDING_LABEL)
        .chain_update(seed)
        .finalize()
        .into();
    let [padding, _] = *hash.as_chunks().0 else {
        return [0; 32];
    };
    padding
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::format;

    use super::*;
    use crate::error::Full;
    use crate::key::{Certificate, EncryptionType, base64_len, samples};
    use crate::types::SignatureType;

    /// RFC 8032, section 7.1, test 1; the address is what Python's `hashlib` says.
    const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    const PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    fn bytes(hex: &str) -> [u8; 32] {
        let bytes = data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap();
        bytes.try_into().unwrap()
    }

    #[test]
    fn the_public_key_is_that_of_the_rfc() {
        assert_eq!(ed25519_public(&bytes(SEED)), bytes(PUBLIC));
    }

    #[test]
    fn routers_keep_a_seed_where_this_crate_keeps_it() {
        for sample in samples::ALL {
            let key = PrivateKey::from_base64(sample.private.as_bytes(), [0; 679]).unwrap();
            let seed: &[u8; 32] = key.as_bytes().last_chunk().unwrap();
            let public = key.destination().ed25519_key();
            assert_eq!(public, Ok(ed25519_public(seed)), "{}", sample.router);
            assert_eq!(key.as_bytes().len(), SEEDED_KEY_LEN);
            // And another key is made of it, but for the signing key.
            let ours = PrivateKey::from_seed(seed, [0; 679]).unwrap();
            let certificate = key.destination().certificate();
            assert_eq!(ours.destination().certificate(), certificate);
            assert_eq!(ours.destination().ed25519_key(), public);
        }
    }

    #[test]
    fn i2pd_and_java_pad_destinations_alike() {
        for sample in [&samples::I2PD_OLD, &samples::I2PD, &samples::JAVA] {
            let key = PrivateKey::from_base64(sample.private.as_bytes(), [0; 679]).unwrap();
            let padding = key.as_bytes().get(..352).unwrap();
            let mut chunks = padding.chunks(32);
            assert!(
                chunks.all(|chunk| chunk == &padding[..32]),
                "{}",
                sample.router
            );
        }
    }

    #[test]
    fn a_seed_has_one_identity() {
        let key = PrivateKey::from_seed(&bytes(SEED), [1; 679]).unwrap();
        let destination = key.destination();
        let expected = Certificate::Key {
            signature_type: SignatureType::ED25519,
            encryption_type: EncryptionType::ELGAMAL,
        };
        assert_eq!(destination.certificate(), expected);
        assert_eq!(destination.ed25519_key(), Ok(bytes(PUBLIC)));
        assert!(!key.is_offline());
        // Once devices have kept their seeds, another address would be the loss of them all.
        #[cfg(feature = "b32")]
        assert_eq!(
            format!("{}", destination.hash()),
            "mqw37sdz3g7o6te4uf4iu2j76ttg57r5yd46tqidwff3ogjc7kgq.b32.i2p"
        );
        let again = PrivateKey::from_seed(&bytes(SEED), std::vec![7; 1000]).unwrap();
        assert_eq!(again.as_bytes(), key.as_bytes());
        let other = PrivateKey::from_seed(&bytes(PUBLIC), [0; 679]).unwrap();
        assert_ne!(other.destination(), destination);
    }

    #[test]
    fn a_seed_of_zeros_is_refused() {
        let result = PrivateKey::from_seed(&[0; 32], [0; 679]);
        assert_eq!(result.unwrap_err(), Usage::Key(KeyError::Seed).into());
    }

    #[test]
    fn a_short_storage_is_full_and_erased() {
        let mut storage = [7; 678];
        let result = PrivateKey::from_seed(&[1; 32], &mut storage[..]);
        assert_eq!(result.unwrap_err(), Full::Output.into());
        assert_eq!(storage, [0; 678]);
    }

    #[test]
    fn the_seed_is_gone_with_the_key() {
        let mut storage = [0; 700];
        let key = PrivateKey::from_seed(&[5; 32], &mut storage[..]).unwrap();
        assert!(key.as_bytes().ends_with(&[5; 32]));
        assert_eq!(format!("{key:?}"), "PrivateKey(.., EdDSA_SHA512_Ed25519)");
        drop(key);
        assert_eq!(storage, [0; 700]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn every_seed_makes_a_key_like_those_of_routers(seed: [u8; 32]) {
            prop_assume!(seed != [0; 32]);
            let key = PrivateKey::from_seed(&seed, [0; 679]).unwrap();
            let mut text = [0; 908];
            let text = key.to_base64(&mut text).unwrap();
            prop_assert_eq!(text.len(), base64_len(SEEDED_KEY_LEN));
            let read = PrivateKey::from_base64(text.as_bytes(), [0; 679]).unwrap();
            prop_assert_eq!(read.as_bytes(), key.as_bytes());
            let (padding, rest) = key.as_bytes().split_at(352);
            prop_assert!(padding.chunks(32).all(|chunk| chunk == &padding[..32]));
            prop_assert_eq!(&rest[..32], &ed25519_public(&seed));
            prop_assert_eq!(&rest[39..], [&[0; 256][..], &seed].concat());
        }
    }
}
