//! Keys that real routers made, and destinations by number.

use sam_std::{Destination, PrivateKey, sam_core};

const I2PD: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../tests/transcripts/i2pd-2.59.0/dest-generate.sam"
));

const JAVA: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../tests/transcripts/java-i2p-2.8.0/dest-generate.sam"
));

/// The private key of the sessions here, in base64.
pub(crate) fn private() -> &'static str {
    value(I2PD, "PRIV=")
}

/// The destination of the sessions here, in base64.
pub(crate) fn public() -> &'static str {
    value(I2PD, "PUB=")
}

/// Another private key.
pub(crate) fn other_private() -> &'static str {
    value(JAVA, "PRIV=")
}

/// The destination of a peer.
pub(crate) fn peer() -> &'static str {
    value(JAVA, "PUB=")
}

/// What i2pd 2.45 makes where it does not know the signature type: a DSA key, of 663 bytes.
pub(crate) fn dsa_private() -> String {
    format!("{}B", "A".repeat(883))
}

pub(crate) fn private_key(text: &str) -> PrivateKey {
    let len = sam_core::key::decoded_len(text.as_bytes()).unwrap();
    PrivateKey::from_base64(text.as_bytes(), vec![0; len].into()).unwrap()
}

/// A destination that differs from every other number's.
pub(crate) fn destination(number: u64) -> Destination {
    let mut bytes = [0; 391];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    bytes[384..].copy_from_slice(&[5, 0, 4, 0, 7, 0, 0]);
    Destination::new(bytes[..].into()).unwrap()
}

fn value(recording: &'static str, key: &str) -> &'static str {
    let mut words = recording.split_whitespace();
    words.find_map(|word| word.strip_prefix(key)).unwrap()
}
