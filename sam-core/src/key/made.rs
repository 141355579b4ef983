//! Keys made here, for tests.

use std::{vec, vec::Vec};

use super::{PrivateKey, SEEDED_KEY_LEN};
use crate::error::KeyError;

pub(super) const TRANSIENT_SEED: [u8; 32] = [0x42; 32];

/// When the offline signature of [`delegated`] expires.
pub(super) const END: u32 = 1_800_000_000;

/// The identity with the key of RFC 8032, section 7.1, test 1.
pub(super) fn identity() -> PrivateKey<Vec<u8>> {
    let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    let seed = data_encoding::HEXLOWER.decode(seed.as_bytes()).unwrap();
    PrivateKey::from_seed(&seed.try_into().unwrap(), vec![0; SEEDED_KEY_LEN]).unwrap()
}

pub(super) fn delegated() -> PrivateKey<Vec<u8>> {
    let storage = vec![0; 813];
    identity().delegate(&TRANSIENT_SEED, END, storage).unwrap()
}

pub(super) fn private_key(bytes: Vec<u8>) -> Result<PrivateKey<Vec<u8>>, KeyError> {
    let len = bytes.len();
    PrivateKey::new(bytes, len)
}
