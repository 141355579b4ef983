//! Key sizes by signature type.

use crate::types::SignatureType;

/// Sizes in bytes of what belongs to one signature type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct KeySizes {
    /// The public key, whether it fits its field of 128 bytes or not.
    pub public: usize,
    /// The private key.
    pub private: usize,
    /// A signature.
    pub signature: usize,
}

/// The sizes of a signature type; `None` for those nobody has defined yet.
///
/// 0 to 8 and 11 from the I2P specification "Common Structures", 9, 10 and 12 from i2pd's sources,
/// 13 and 14 from FIPS 204.
pub const fn key_sizes(signature_type: SignatureType) -> Option<KeySizes> {
    let (public, private, signature) = match signature_type.0 {
        0 => (128, 20, 40),
        1 | 9 => (64, 32, 64),
        2 => (96, 48, 96),
        3 => (132, 66, 132),
        4 => (256, 512, 256),
        5 => (384, 768, 384),
        6 => (512, 1024, 512),
        7 | 8 | 11 => (32, 32, 64),
        10 => (128, 64, 128),
        12 => (1312, 2560, 2420),
        13 => (1952, 4032, 3309),
        14 => (2592, 4896, 4627),
        _ => return None,
    };
    Some(KeySizes {
        public,
        private,
        signature,
    })
}
