//! Destinations, addresses and private keys: their text, their layout, what may be shown of them.
//!
//! Everything is checked once, when it is made. The layouts are those of the I2P specification
//! "Common Structures"; where routers are more particular than that, the item says so.

mod address;
mod base32;
pub(crate) mod base64;
mod certificate;
mod codec;
mod destination;
mod encrypted;
mod hash;
mod host_name;
mod layout;
mod private;
mod signature;
mod target;
mod text;

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
pub use private::PrivateKey;
pub use signature::{KeySizes, key_sizes};
pub use target::Target;
pub use text::DestinationText;
