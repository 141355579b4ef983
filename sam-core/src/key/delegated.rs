//! Private keys in which a transient key signs for the destination.

use super::destination::Destination;
use super::offline::{OfflineSignature, TYPES_LEN, check_time, verify};
use super::private::PrivateKey;
use super::seed::ed25519_public;
use super::signature::key_sizes;
use crate::error::{Error, KeyError, Usage};
use crate::types::SignatureType;

impl<B: AsRef<[u8]> + AsMut<[u8]>> PrivateKey<B> {
    /// Makes the key that a router may be given instead of this one: the same destination, for
    /// which a transient key made of `seed` signs until a time in seconds since 1970.
    ///
    /// # Errors
    /// Those of [`OfflineSignature::new`] and [`PrivateKey::from_offline`].
    pub fn delegate<S: AsRef<[u8]> + AsMut<[u8]>>(
        &self,
        seed: &[u8; 32],
        expires: u32,
        storage: S,
    ) -> Result<PrivateKey<S>, Error> {
        let signature = OfflineSignature::new(self, &ed25519_public(seed), expires);
        let signature = signature.map_err(Usage::Key)?;
        PrivateKey::from_offline(&self.destination(), &signature, seed, storage)
    }

    /// Joins an offline signature with the seed of the transient key it is for.
    ///
    /// With an Ed25519 destination that is a key of 813 bytes, 1084 characters in base64.
    ///
    /// # Errors
    /// [`KeyError::Signature`] if the signature is not the destination's, or for another seed;
    /// [`KeyError::SignatureType`] if the destination's key is neither Ed25519 nor RedDSA;
    /// [`KeyError::Certificate`] for an encryption type nobody uses;
    /// [`Full::Output`](crate::error::Full::Output) if `storage` is too short.
    pub fn from_offline<D: AsRef<[u8]>>(
        destination: &Destination<D>,
        signature: &OfflineSignature,
        seed: &[u8; 32],
        storage: B,
    ) -> Result<Self, Error> {
        signature.verify(destination).map_err(Usage::Key)?;
        if ed25519_public(seed) != *signature.transient() {
            return Err(Usage::Key(KeyError::Signature).into());
        }
        let encryption_key = destination
            .encryption_type()
            .private_len()
            .and_then(|len| [0; 256].get(..len))
            .ok_or(Usage::Key(KeyError::Certificate))?;
        let parts: [&[u8]; 5] = [
            destination.as_bytes(),
            encryption_key,
            &NO_SIGNING_KEY,
            &signature.to_bytes(),
            seed,
        ];
        Self::assemble(storage, &parts)
    }

    /// Checks the offline signature, if there is one, at a time in seconds since 1970.
    ///
    /// To be done before a router is given the key: i2pd 2.45 takes an expired one, and peers then
    /// drop what the session sends. (i2pd 2.59 refuses it, and both refuse a forged one.)
    ///
    /// # Errors
    /// [`KeyError::Expired`]; [`KeyError::Signature`] if it is forged, or the transient key that
    /// stands behind it is another; [`KeyError::SignatureType`] if the destination's key is
    /// neither Ed25519 nor RedDSA.
    pub fn check_offline(&self, now: u64) -> Result<(), KeyError> {
        let (_, Some((offline, section))) = self.signing_parts() else {
            return Ok(());
        };
        check_time(offline.expires, now)?;
        let public = self.destination().ed25519_key()?;
        let transient_len = key_sizes(offline.transient).map_or(0, |sizes| sizes.public);
        let (signed, rest) = section
            .split_at_checked(TYPES_LEN + transient_len)
            .ok_or(KeyError::Length)?;
        let (signature, private) = rest.split_first_chunk().ok_or(KeyError::Length)?;
        verify(&public, signed, signature)?;
        match (offline.transient, private.try_into()) {
            (SignatureType::ED25519, Ok(seed)) if !signed.ends_with(&ed25519_public(seed)) => {
                Err(KeyError::Signature)
            }
            _ => Ok(()),
        }
    }
}

/// What stands for a signing private key that is elsewhere.
const NO_SIGNING_KEY: [u8; 32] = [0; 32];

#[cfg(test)]
mod tests {
    use ed25519_dalek::Signer;

    use super::*;
    use crate::error::Full;
    use crate::key::made::{END, TRANSIENT_SEED, delegated, identity, private_key};
    use crate::key::{base64_len, offline::signing_key, offline_expires, samples};

    #[test]
    fn a_delegated_key_is_the_same_destination_without_its_signing_key() {
        let (identity, key) = (identity(), delegated());
        assert_eq!(key.destination(), identity.destination());
        assert_eq!(key.offline_expires(), Some(END));
        assert_eq!(offline_expires(key.as_bytes()), Ok(Some(END)));
        assert_eq!(offline_expires(identity.as_bytes()), Ok(None));
        assert_eq!(base64_len(key.as_bytes().len()), 1084);
        let (_, secret) = identity.as_bytes().split_last_chunk::<32>().unwrap();
        assert!(!key.as_bytes().windows(32).any(|window| window == secret));
        assert!(key.as_bytes().ends_with(&TRANSIENT_SEED));
    }

    #[test]
    fn no_bit_of_a_signature_can_be_changed() {
        let good = delegated();
        for place in 679..813 {
            let mut bytes = good.as_bytes().to_vec();
            bytes[place] ^= 1;
            let found = private_key(bytes).and_then(|key| key.check_offline(0));
            // The type, which the length depends on, in two bytes.
            let expected = match place {
                683 => KeyError::SignatureType(0x107),
                684 => KeyError::Length,
                _ => KeyError::Signature,
            };
            assert_eq!(found, Err(expected), "byte {place}");
        }
    }

    #[test]
    fn transient_keys_of_other_types_are_checked_too() {
        // ECDSA on P-256, which this crate does not make.
        let signed = [&END.to_be_bytes()[..], &[0, 1], &[6; 64]].concat();
        let identity = identity();
        let signature = signing_key(&identity).unwrap().sign(&signed).to_bytes();
        let start = &identity.as_bytes()[..647];
        for (bit, expected) in [(0, Ok(())), (1, Err(KeyError::Signature))] {
            let mut signature = signature;
            signature[0] ^= bit;
            let bytes = [start, &[0; 32], &signed, &signature, &[8; 32]].concat();
            assert_eq!(private_key(bytes).unwrap().check_offline(0), expected);
        }
    }

    #[test]
    fn a_key_with_an_x25519_field_keeps_its_shorter_layout() {
        // What i2pd makes if it is asked for one: 391 + 32 + 32 bytes.
        let mut bytes = identity().as_bytes().to_vec();
        bytes[390] = 4;
        bytes.drain(391..391 + 224);
        let identity = private_key(bytes).unwrap();
        let key = identity.delegate(&TRANSIENT_SEED, END, [0; 589]).unwrap();
        assert_eq!(key.as_bytes().len(), 589);
        assert_eq!(key.check_offline(0), Ok(()));
        let full = identity
            .delegate(&TRANSIENT_SEED, END, [0; 588])
            .unwrap_err();
        assert_eq!(full, Full::Output.into());
    }

    #[test]
    fn keys_of_routers_can_delegate() {
        for sample in samples::ALL {
            let key = PrivateKey::from_base64(sample.private.as_bytes(), [0; 679]).unwrap();
            let delegated = key.delegate(&TRANSIENT_SEED, END, [0; 813]).unwrap();
            assert_eq!(delegated.check_offline(0), Ok(()), "{}", sample.router);
        }
    }
}
