//! Identities made here, without a router.

use std::time::{SystemTime, UNIX_EPOCH};

use sam_core::error::{KeyError, Usage};
use sam_core::key::SEEDED_KEY_LEN;
use zeroize::Zeroizing;

use crate::PrivateKey;
use crate::error::{Error, Result};

/// Makes a new destination with Ed25519 signatures, as the system's random numbers fall.
///
/// It is like those a router makes, and no router has to be asked, or trusted, for it.
///
/// # Errors
/// [`Error::Io`] if the system has no random numbers.
pub fn identity() -> Result<PrivateKey> {
    let storage = vec![0; SEEDED_KEY_LEN].into();
    PrivateKey::from_seed(&*seed()?, storage).map_err(core_error)
}

/// Makes a key that a router may be given instead of `identity`: the same destination, for which a
/// new transient key signs until `expires`, in whole seconds.
///
/// So the identity itself can stay on another machine. Whoever takes the new key from the router
/// can pose as the destination, but only until then. i2pd and Java I2P take such keys, emissary
/// does not.
///
/// # Errors
/// [`Error::Usage`] with [`KeyError::Expired`] for a time that is over,
/// [`Usage::OutOfRange`] for one after the year 2105, [`KeyError::Offline`] if `identity` is such a
/// key itself, [`KeyError::SignatureType`] unless it is an Ed25519 one; [`Error::Io`] if the
/// system has no random numbers.
pub fn delegate(identity: &PrivateKey, expires: SystemTime) -> Result<PrivateKey> {
    let expires = u32::try_from(seconds(expires)).map_err(|_| Usage::OutOfRange)?;
    let room = identity.as_bytes().len() + OFFLINE_LEN;
    let storage: Box<[u8]> = vec![0; room].into();
    let key = identity.delegate(&*seed()?, expires, storage);
    let key = key.map_err(core_error)?;
    key.check_offline(seconds(SystemTime::now()))?;
    Ok(key)
}

/// Refuses a key whose offline signature has expired or is forged.
///
/// Signatures of types that cannot be checked here are left to the router.
pub(crate) fn check(key: &PrivateKey) -> Result<()> {
    match key.check_offline(seconds(SystemTime::now())) {
        Err(KeyError::SignatureType(_)) => Ok(()),
        checked => Ok(checked?),
    }
}

/// What an offline signature and the transient key add to a private key.
const OFFLINE_LEN: usize = sam_core::key::OfflineSignature::LEN + 32;

fn seed() -> Result<Zeroizing<[u8; 32]>> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed).map_err(|error| Error::Io(error.into()))?;
    Ok(seed)
}

/// Seconds since 1970; a clock that stands before that is one that was never set.
fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

fn core_error(error: sam_core::Error) -> Error {
    Error::about(error, &[])
}
