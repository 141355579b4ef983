//! Offline signatures: a transient key signs for a destination whose own key is elsewhere.

use core::fmt;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use super::destination::Destination;
use super::private::PrivateKey;
use crate::error::KeyError;
use crate::types::SignatureType;

/// A destination's word that an Ed25519 key signs for it until some time: 102 bytes, no secrets.
///
/// With one, a router never sees the signing key of a destination. It is given a private key in
/// which the transient key stands instead, and whoever takes that can pose as the destination only
/// until the time is over. Both ends may be one program ([`PrivateKey::delegate`]), or a device
/// that makes the transient key and a safe place that signs it:
///
/// ```
/// use sam_core::key::{OfflineSignature, PrivateKey, ed25519_public};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let (seed, transient_seed) = ([1; 32], [2; 32]);
/// // On the device: a seed that never leaves it, and what it asks to be signed.
/// let public = ed25519_public(&transient_seed);
///
/// // In the safe place.
/// let identity = PrivateKey::from_seed(&seed, [0; 679])?;
/// let signature = OfflineSignature::new(&identity, &public, 1_800_000_000)?;
///
/// // On the device: what the router is given.
/// let destination = identity.destination();
/// let key = PrivateKey::from_offline(&destination, &signature, &transient_seed, [0; 813])?;
/// key.check_offline(1_799_000_000)?;
/// # Ok(()) }
/// ```
///
/// See the I2P specification "Common Structures", "OfflineSignature". i2pd and Java I2P take such
/// keys for streams; for DATAGRAM sessions nobody can, and emissary knows none.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct OfflineSignature {
    expires: u32,
    transient: [u8; 32],
    signature: [u8; 64],
}

impl OfflineSignature {
    /// Length in bytes: `expires u32 | type u16 | transient public key | signature`.
    pub const LEN: usize = SIGNED_LEN + 64;

    /// Signs a transient Ed25519 key, by its public part, until a time in seconds since 1970.
    ///
    /// # Errors
    /// [`KeyError::Offline`] if `identity` has no signing key itself, [`KeyError::SignatureType`]
    /// if that is not Ed25519, [`KeyError::Signature`] if it is not that of the destination.
    pub fn new<B: AsRef<[u8]> + AsMut<[u8]>>(
        identity: &PrivateKey<B>,
        transient: &[u8; 32],
        expires: u32,
    ) -> Result<Self, KeyError> {
        let signature = signing_key(identity)?.sign(&signed(expires, transient));
        Ok(Self {
            expires,
            transient: *transient,
            signature: signature.to_bytes(),
        })
    }

    /// Takes what [`Self::to_bytes`] has made. It is not checked before it is used.
    ///
    /// # Errors
    /// [`KeyError::SignatureType`] unless the transient key is of type Ed25519.
    pub fn from_bytes(bytes: &[u8; Self::LEN]) -> Result<Self, KeyError> {
        let [e3, e2, e1, e0, t1, t0, keys @ ..] = bytes;
        let signature_type = SignatureType(u16::from_be_bytes([*t1, *t0]));
        match (signature_type, keys.first_chunk(), keys.last_chunk()) {
            (SignatureType::ED25519, Some(transient), Some(signature)) => Ok(Self {
                expires: u32::from_be_bytes([*e3, *e2, *e1, *e0]),
                transient: *transient,
                signature: *signature,
            }),
            (other, ..) => Err(KeyError::SignatureType(other.0)),
        }
    }

    /// The form in which it stands in a private key, and in which it may be sent around.
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        let signed = signed(self.expires, &self.transient);
        let all = signed.iter().chain(&self.signature);
        bytes.iter_mut().zip(all).for_each(|(to, from)| *to = *from);
        bytes
    }

    /// When it expires, in seconds since 1970.
    pub const fn expires(&self) -> u32 {
        self.expires
    }

    /// The public key that signs until then.
    pub const fn transient(&self) -> &[u8; 32] {
        &self.transient
    }

    /// Checks that the destination has signed it, and that it is valid at `now`, in seconds since
    /// 1970.
    ///
    /// # Errors
    /// [`KeyError::Expired`]; [`KeyError::Signature`] if it is forged or another destination's;
    /// [`KeyError::SignatureType`] if the destination's key is neither Ed25519 nor RedDSA.
    pub fn check<B: AsRef<[u8]>>(
        &self,
        destination: &Destination<B>,
        now: u64,
    ) -> Result<(), KeyError> {
        check_time(self.expires, now)?;
        self.verify(destination)
    }

    pub(super) fn verify<B: AsRef<[u8]>>(
        &self,
        destination: &Destination<B>,
    ) -> Result<(), KeyError> {
        let signed = signed(self.expires, &self.transient);
        verify(&destination.ed25519_key()?, &signed, &self.signature)
    }
}

/// Length in bytes of the time and the type that are signed with a transient key.
pub(super) const TYPES_LEN: usize = 6;

/// Length in bytes of what is signed for a transient Ed25519 key.
const SIGNED_LEN: usize = TYPES_LEN + 32;

fn signed(expires: u32, transient: &[u8; 32]) -> [u8; SIGNED_LEN] {
    let mut bytes = [0; SIGNED_LEN];
    let types = expires.to_be_bytes().into_iter();
    let all = types
        .chain(SignatureType::ED25519.0.to_be_bytes())
        .chain(*transient);
    bytes.iter_mut().zip(all).for_each(|(to, from)| *to = from);
    bytes
}

/// The signing key of an identity that has one.
pub(super) fn signing_key<B: AsRef<[u8]> + AsMut<[u8]>>(
    identity: &PrivateKey<B>,
) -> Result<SigningKey, KeyError> {
    let signature_type = identity.destination().signature_type();
    let seed = match (identity.signing_parts(), signature_type) {
        ((_, Some(_)), _) => return Err(KeyError::Offline),
        ((seed, None), SignatureType::ED25519) => seed.try_into(),
        (_, other) => return Err(KeyError::SignatureType(other.0)),
    };
    let key = SigningKey::from_bytes(seed.map_err(|_| KeyError::Length)?);
    let is_own = identity.destination().ed25519_key()? == key.verifying_key().to_bytes();
    is_own.then_some(key).ok_or(KeyError::Signature)
}

/// Strictly: routers differ about keys of small order, which nobody has by accident.
pub(super) fn verify(
    public: &[u8; 32],
    signed: &[u8],
    signature: &[u8; 64],
) -> Result<(), KeyError> {
    VerifyingKey::from_bytes(public)
        .and_then(|key| key.verify_strict(signed, &Signature::from_bytes(signature)))
        .map_err(|_| KeyError::Signature)
}

pub(super) fn check_time(expires: u32, now: u64) -> Result<(), KeyError> {
    if now < u64::from(expires) {
        Ok(())
    } else {
        Err(KeyError::Expired)
    }
}

impl fmt::Debug for OfflineSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OfflineSignature(until {} s after 1970)", self.expires)
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for OfflineSignature {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(
            f,
            "OfflineSignature(until {=u32} s after 1970)",
            self.expires
        );
    }
}

#[cfg(test)]
mod tests {
    use std::{format, vec::Vec};

    use super::*;
    use crate::error::{Error, Usage};
    use crate::key::ed25519_public;
    use crate::key::made::{END, TRANSIENT_SEED, delegated, identity, private_key};

    /// An identity whose certificate says another signature type.
    fn identity_of_type(number: u8) -> PrivateKey<Vec<u8>> {
        let mut bytes = identity().as_bytes().to_vec();
        bytes[388] = number;
        private_key(bytes).unwrap()
    }

    #[test]
    fn the_signature_is_that_of_another_implementation() {
        // Python's `cryptography`, over the same 38 bytes.
        let expected = "ca703b5a7fba5c0631df3846410f7162accaf29e7c13ccb57741f881760dc6ac\
                        9f7194db11c75ddb488ce8696675de1b7dd15200007aed4e57706658c22c8e02";
        let public = ed25519_public(&TRANSIENT_SEED);
        let signature = OfflineSignature::new(&identity(), &public, END).unwrap();
        let hex = data_encoding::HEXLOWER.encode(&signature.to_bytes());
        assert_eq!(hex.get(..12), Some("6b49d2000007"));
        assert_eq!(hex.get(76..), Some(expected));
        assert_eq!((signature.expires(), signature.transient()), (END, &public));
        assert_eq!(
            format!("{signature:?}"),
            "OfflineSignature(until 1800000000 s after 1970)"
        );
    }

    #[test]
    fn the_end_is_the_first_second_that_is_not_signed_for() {
        let key = delegated();
        let table = [
            (0, Ok(())),
            (u64::from(END) - 1, Ok(())),
            (u64::from(END), Err(KeyError::Expired)),
            (u64::MAX, Err(KeyError::Expired)),
        ];
        let public = ed25519_public(&TRANSIENT_SEED);
        let signature = OfflineSignature::new(&identity(), &public, END).unwrap();
        for (now, expected) in table {
            assert_eq!(key.check_offline(now), expected, "{now}");
            assert_eq!(signature.check(&key.destination(), now), expected, "{now}");
        }
        assert_eq!(identity().check_offline(u64::MAX), Ok(()));
    }

    #[test]
    fn a_signature_is_for_one_destination_and_one_transient_key() {
        let other = PrivateKey::from_seed(&[3; 32], [0; 679]).unwrap();
        let public = ed25519_public(&TRANSIENT_SEED);
        let signature = OfflineSignature::new(&identity(), &public, END).unwrap();
        let refused = Error::Usage(Usage::Key(KeyError::Signature));
        let table = [
            (other.destination(), TRANSIENT_SEED),
            (identity().destination(), [3; 32]),
        ]
        .map(|(destination, seed)| {
            PrivateKey::from_offline(&destination, &signature, &seed, [0; 813]).unwrap_err()
        });
        assert_eq!(table, [refused; 2]);
        let check = signature.check(&other.destination(), 0);
        assert_eq!(check, Err(KeyError::Signature));
    }

    #[test]
    fn only_the_holder_of_an_ed25519_identity_can_sign() {
        let mut other = identity().as_bytes().to_vec();
        other[678] ^= 1;
        let table = [
            (delegated(), KeyError::Offline),
            (identity_of_type(11), KeyError::SignatureType(11)),
            (identity_of_type(1), KeyError::SignatureType(1)),
            (private_key(other).unwrap(), KeyError::Signature),
        ];
        for (identity, error) in table {
            let signature = OfflineSignature::new(&identity, &[9; 32], END);
            assert_eq!(signature, Err(error), "{identity:?}");
        }
    }

    #[test]
    fn destinations_with_reddsa_are_checked_and_others_are_not() {
        let public = ed25519_public(&TRANSIENT_SEED);
        let signature = OfflineSignature::new(&identity(), &public, END).unwrap();
        let red = identity_of_type(11);
        let red = red.destination();
        assert_eq!(signature.check(&red, 0), Ok(()));
        let key = PrivateKey::from_offline(&red, &signature, &TRANSIENT_SEED, [0; 813]).unwrap();
        assert_eq!(key.check_offline(0), Ok(()));

        let other = identity_of_type(1);
        let unknown = signature.check(&other.destination(), 0);
        assert_eq!(unknown, Err(KeyError::SignatureType(1)));
    }

    #[test]
    fn signatures_travel_as_bytes() {
        let public = ed25519_public(&TRANSIENT_SEED);
        let signature = OfflineSignature::new(&identity(), &public, END).unwrap();
        let mut bytes = signature.to_bytes();
        assert_eq!(OfflineSignature::from_bytes(&bytes), Ok(signature));
        assert_eq!(delegated().as_bytes()[679..781], bytes);
        bytes[5] = 1;
        let refused = OfflineSignature::from_bytes(&bytes);
        assert_eq!(refused, Err(KeyError::SignatureType(1)));
    }
}
