//! Destinations, addresses and private keys: their text, their layout, what may be shown of them.
//!
//! Everything is checked once, when it is made. The layouts are those of the I2P specification
//! "Common Structures"; where routers are more particular than that, the item says so.

mod address;
pub(crate) mod base32;
pub(crate) mod base64;
mod certificate;
mod codec;
#[cfg(feature = "keygen")]
mod delegated;
mod destination;
mod encrypted;
mod hash;
mod host_name;
mod layout;
#[cfg(feature = "keygen")]
mod offline;
mod private;
#[cfg(feature = "keygen")]
mod seed;
mod signature;
mod target;
mod text;

#[cfg(test)]
#[cfg(feature = "keygen")]
mod made;
#[cfg(test)]
mod samples;

pub use address::Address;
pub use base32::{base32_decode, base32_encode, base32_len};
pub use base64::{base64_decode, base64_encode, base64_len, decoded_len};
pub use certificate::{Certificate, EncryptionType};
pub use codec::DecodeError;
pub use destination::Destination;
pub use encrypted::EncryptedAddress;
pub use hash::DestinationHash;
pub use host_name::HostName;
#[cfg(feature = "keygen")]
pub use offline::OfflineSignature;
pub use private::{PrivateKey, offline_expires};
#[cfg(feature = "keygen")]
pub use seed::{SEEDED_KEY_LEN, ed25519_public};
pub use signature::{KeySizes, key_sizes};
pub use target::Target;
pub use text::DestinationText;
