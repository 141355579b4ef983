//! Keys and destinations.

use sam_core::key::base64_encode;

/// A private key whose bytes mean nothing, but stand where they should.
pub(crate) fn private_key(seed: u8) -> Vec<u8> {
    let mut key = vec![seed; 384];
    key.extend([5, 0, 4, 0, 7, 0, 0]);
    key.resize(679, seed);
    key
}

/// The same destination, with a transient key that signs for it until `end`.
pub(crate) fn delegated_key(seed: u8, end: u32) -> Vec<u8> {
    let mut key = private_key(seed);
    key[391 + 256..].fill(0);
    key.extend(end.to_be_bytes());
    key.extend([0, 7]);
    key.resize(813, seed);
    key
}

pub(crate) fn private_key_text(seed: u8) -> String {
    let mut out = [0; 1024];
    base64_encode(&private_key(seed), &mut out).unwrap().into()
}

/// The destination of the peer that echoes.
pub(crate) fn destination_text() -> String {
    destination_text_of(200)
}

pub(crate) fn destination_text_of(seed: u8) -> String {
    let mut out = [0; 1024];
    let key = private_key(seed);
    base64_encode(&key[..391], &mut out).unwrap().into()
}
